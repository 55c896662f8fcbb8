package azure

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/arm"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/cloud"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/runtime"
	"github.com/Azure/azure-sdk-for-go/sdk/azidentity"
	"github.com/Azure/azure-sdk-for-go/sdk/resourcemanager/resources/armsubscriptions"

	mooringcloud "mooring/cloud"
)

// The versions of the APIs that the SDK has no method for.
const (
	permissionsVersion      = "2022-04-01"
	olderPermissionsVersion = "2015-07-01" // where the newer one is unknown at subscription scope
	providersVersion        = "2025-04-01"
)

// manager asks the resource manager as the application of one attempt. Each
// verification makes its own, so that no token outlives what it proves.
type manager struct {
	environment  Environment
	subscription string
	credential   azcore.TokenCredential
	client       *arm.Client
	options      *arm.ClientOptions
}

func (a *Azure) manager(e Environment, attempt mooringcloud.Attempt, tenantID string) (*manager, error) {
	options := policy.ClientOptions{
		Transport: a.client,
		Cloud: cloud.Configuration{
			ActiveDirectoryAuthorityHost: e.Authority,
			Services: map[cloud.ServiceName]cloud.ServiceConfiguration{
				cloud.ResourceManager: {Endpoint: e.ResourceManager, Audience: e.Audience},
			},
		},
		// A person waits: try once more, soon, and then say so.
		Retry:     policy.RetryOptions{MaxRetries: 1, RetryDelay: a.retryDelay, MaxRetryDelay: 2 * time.Second, TryTimeout: tryTimeout},
		Telemetry: policy.TelemetryOptions{ApplicationID: "mooring"},
	}
	tokenEndpoint := e.Authority + "/" + tenantID + "/oauth2/v2.0/token"
	credential, err := azidentity.NewClientAssertionCredential(tenantID, attempt.Target.SignIn.Principal,
		func(context.Context) (string, error) {
			return assertion(attempt.Identity, attempt.Target.SignIn.Principal, tokenEndpoint, a.newID(), a.now())
		},
		// The authority is one of our own list; asking Microsoft whether it
		// exists would add a host and tell nothing.
		&azidentity.ClientAssertionCredentialOptions{ClientOptions: options, DisableInstanceDiscovery: true})
	if err != nil {
		return nil, err
	}
	// Registering a resource provider is a change in the person's subscription:
	// never on the side.
	armOptions := &arm.ClientOptions{ClientOptions: options, DisableRPRegistration: true}
	client, err := arm.NewClient("mooring", "v1.0.0", credential, armOptions)
	if err != nil {
		return nil, err
	}
	return &manager{e, attempt.Target.Account, credential, client, armOptions}, nil
}

// signIn gets a token, in the form in which the later requests look for it.
func (m *manager) signIn(ctx context.Context) error {
	_, err := m.credential.GetToken(ctx, policy.TokenRequestOptions{
		Scopes: []string{m.environment.Audience + "/.default"}, EnableCAE: true,
	})
	return err
}

// openSubscription reads name, state and directory.
func (m *manager) openSubscription(ctx context.Context) (armsubscriptions.Subscription, error) {
	client, err := armsubscriptions.NewClient(m.credential, m.options)
	if err != nil {
		return armsubscriptions.Subscription{}, err
	}
	answer, err := client.Get(ctx, m.subscription, nil)
	return answer.Subscription, err
}

// permissions reads what the application may do in the subscription. The SDK
// has no method for it at this scope.
func (m *manager) permissions(ctx context.Context) ([]permission, error) {
	const path = "/providers/Microsoft.Authorization/permissions"
	all, err := m.permissionPages(ctx, m.address(path, permissionsVersion))
	if err != nil {
		if refused := refusalOf(err); refused.has("InvalidResourceType") || refused.has("NoRegisteredProviderFound") {
			return m.permissionPages(ctx, m.address(path, olderPermissionsVersion))
		}
	}
	return all, err
}

// mostPages bounds how many pages of permissions are read.
const mostPages = 20

// permissionPages reads all pages, each of them at the resource manager: what is
// read in part only is not known.
func (m *manager) permissionPages(ctx context.Context, address string) ([]permission, error) {
	var all []permission
	for range mostPages {
		page, err := m.read(ctx, address)
		if err != nil {
			return nil, err
		}
		list, ok := permissionsIn(page)
		if !ok {
			return nil, refuse(codeRightsUnreadable, "")
		}
		all = append(all, list...)
		next := page.text("nextlink")
		if next == "" {
			return all, nil
		}
		if address, err = m.ownAddress(next); err != nil {
			return nil, err
		}
	}
	return nil, refuse(codeRightsUnreadable, fmt.Sprintf("The list has more than %d pages.", mostPages))
}

// ownAddress lets a link of an answer through if it leads to the resource
// manager, where the token belongs.
func (m *manager) ownAddress(link string) (string, error) {
	there, err := url.Parse(link)
	own, ownErr := url.Parse(m.client.Endpoint())
	if err != nil || ownErr != nil || there.Scheme != own.Scheme || there.Host != own.Host || there.User != nil {
		return "", refuse(codeRightsUnreadable, "The list continues on a host that isn't one of Azure's.")
	}
	return link, nil
}

// registered reads whether a resource provider is registered.
func (m *manager) registered(ctx context.Context, namespace string) (bool, error) {
	provider, err := m.read(ctx, m.address("/providers/"+namespace, providersVersion))
	if err != nil {
		return false, err
	}
	state := provider.text("registrationstate")
	if state == "" {
		return false, refuse(codeUnexpectedAnswer, "")
	}
	return strings.EqualFold(state, "Registered"), nil
}

// address is that of something in the subscription.
func (m *manager) address(path, version string) string {
	return runtime.JoinPaths(m.client.Endpoint(), "/subscriptions/"+url.PathEscape(m.subscription)+path) + "?" + url.Values{"api-version": {version}}.Encode()
}

func (m *manager) read(ctx context.Context, address string) (fields, error) {
	request, err := runtime.NewRequest(ctx, http.MethodGet, address)
	if err != nil {
		return nil, err
	}
	request.Raw().Header.Set("Accept", "application/json")
	answer, err := m.client.Pipeline().Do(request)
	if err != nil {
		return nil, err
	}
	if !runtime.HasStatusCode(answer, http.StatusOK) {
		return nil, runtime.NewResponseError(answer)
	}
	body, err := runtime.Payload(answer)
	if err != nil {
		return nil, err
	}
	read := fieldsOf(body)
	if len(read) == 0 {
		return nil, refuse(codeUnexpectedAnswer, "")
	}
	return read, nil
}
