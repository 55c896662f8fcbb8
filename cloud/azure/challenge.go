package azure

import (
	"context"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"mooring/fault"
)

const subscriptionsVersion = "2022-12-01" // of the API

// tenantOf asks the resource manager for the subscription without signing in.
// Its refusal names the directory. This is a convenience that Microsoft uses
// itself but nowhere promises, so an absent name is not an error.
func tenantOf(ctx context.Context, client *http.Client, e Environment, subscriptionID string) (string, error) {
	address := e.ResourceManager + "/subscriptions/" + url.PathEscape(subscriptionID) + "?api-version=" + subscriptionsVersion
	answer, err := get(ctx, client, address)
	if err != nil {
		return "", err
	}
	defer answer.Body.Close()
	if tenant, ok := tenantInChallenge(answer.Header.Values("WWW-Authenticate")); ok {
		return tenant, nil
	}
	switch {
	case answer.StatusCode == http.StatusUnauthorized: // nobody signed in, so that is no reproach
		refused := readRefusal(answer)
		refused.Codes = []string{codeTenantNotFound}
		return "", refused
	case answer.StatusCode >= 400:
		return "", readRefusal(answer)
	}
	return "", refuse(codeUnexpectedAnswer, "")
}

// authorizationURI finds the parameter of a challenge in each way of writing it.
var authorizationURI = regexp.MustCompile(`(?i)\bauthorization(?:_uri)?\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s,"']+))`)

// tenantInChallenge finds the directory's id in
//
//	Bearer authorization_uri="https://login.windows.net/<tenant>", error="…"
//
// It reads the first id in the path and never connects to the host.
func tenantInChallenge(headers []string) (string, bool) {
	for _, header := range headers {
		for _, found := range authorizationURI.FindAllStringSubmatch(header, -1) {
			uri, err := url.Parse(strings.Join(found[1:], ""))
			if err != nil {
				continue
			}
			for part := range strings.SplitSeq(strings.ToLower(uri.Path), "/") {
				if guid.MatchString(part) {
					return part, true
				}
			}
		}
	}
	return "", false
}

// directoryExists asks the authority for the directory's sign-in address. One
// at the authority of another environment means that the directory is there.
func directoryExists(ctx context.Context, client *http.Client, e Environment, others []Environment, tenantID string) error {
	answer, err := get(ctx, client, e.Authority+"/"+tenantID+"/v2.0/.well-known/openid-configuration")
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return readRefusal(answer)
	}
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		return err
	}
	endpoint, err := url.Parse(fieldsOf(body).text("token_endpoint"))
	if err != nil || endpoint.Host == "" {
		return refuse(codeUnexpectedAnswer, "")
	}
	// Mooring signs in at the authority it was told of, and nowhere else.
	switch address := endpoint.Scheme + "://" + endpoint.Host; {
	case strings.EqualFold(address, e.Authority):
		return nil
	case slices.ContainsFunc(others, func(other Environment) bool { return strings.EqualFold(address, other.Authority) }):
		return refuse(codeTenantElsewhere, "")
	}
	return refuse(codeForeignHost, "")
}

func get(ctx context.Context, client *http.Client, address string) (*http.Response, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, err
	}
	request.Header.Set("Accept", "application/json")
	return client.Do(request)
}

// How often directories are looked up for people who type. The look-up tells
// which directory owns a subscription, so it is not a service for strangers.
const (
	findsPerSecond = 2
	findsAtOnce    = 20
	findsKept      = 500
	findKeptFor    = 10 * time.Minute
)

// ErrFindLater is what FindParent returns when it is asked too often.
var ErrFindLater = fault.New(fault.TooMany, "azure.find-later", "Mooring looks up the directory when you save.")

// tenantFinder remembers what it found, so that typing asks Azure once.
type tenantFinder struct {
	client *http.Client
	now    func() time.Time
	limit  *rate.Limiter

	mu    sync.Mutex
	found map[string]foundTenant
}

type foundTenant struct {
	tenant string
	err    error
	until  time.Time
}

func newTenantFinder(client *http.Client, now func() time.Time) *tenantFinder {
	return &tenantFinder{client: client, now: now, limit: rate.NewLimiter(findsPerSecond, findsAtOnce), found: map[string]foundTenant{}}
}

// FindParent implements cloud.Finder.
func (a *Azure) FindParent(ctx context.Context, environment, subscriptionID string) (string, error) {
	e, ok := a.environment(environment)
	if !ok || !guid.MatchString(subscriptionID) {
		return "", refuse(codeTenantNotFound, "")
	}
	tenant, err := a.tenants.find(ctx, e, subscriptionID)
	if err == nil || err == ErrFindLater {
		return tenant, err
	}
	refused := refusalOf(err)
	if meaningOf(stageDirectory, refused) != silent {
		return "", err
	}
	happened := "Azure didn't respond."
	if v, ok := find(stageDirectory, refused.code(), ""); ok {
		happened = v.entry.happened
	}
	return "", fault.New(fault.Unavailable, "azure.find-unanswered", happened+" Mooring looks up the directory again when you save.").Because(err)
}

func (f *tenantFinder) find(ctx context.Context, e Environment, subscriptionID string) (string, error) {
	key := e.Key + " " + subscriptionID
	f.mu.Lock()
	found, ok := f.found[key]
	f.mu.Unlock()
	if ok && f.now().Before(found.until) {
		return found.tenant, found.err
	}
	if !f.limit.Allow() {
		return "", ErrFindLater
	}
	ctx, cancel := context.WithTimeout(ctx, connectTimeout)
	defer cancel()
	tenant, err := tenantOf(ctx, f.client, e, subscriptionID)
	if err != nil && meaningOf(stageDirectory, refusalOf(err)) == silent {
		return "", err // perhaps only this once
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(f.found) >= findsKept {
		clear(f.found)
	}
	f.found[key] = foundTenant{tenant, err, f.now().Add(findKeptFor)}
	return tenant, err
}
