package azure

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
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
	if tenant, ok := tenantInChallenge(answer.Header.Get("WWW-Authenticate")); ok {
		return tenant, nil
	}
	if answer.StatusCode >= 400 {
		return "", readRefusal(answer)
	}
	return "", refuse(codeUnexpectedAnswer, "")
}

// tenantInChallenge finds the directory's id in
//
//	Bearer authorization_uri="https://login.windows.net/<tenant>", error="…"
//
// It reads the last part of the path and never connects to the host.
func tenantInChallenge(header string) (string, bool) {
	_, rest, ok := strings.Cut(header, `authorization_uri="`)
	if !ok {
		return "", false
	}
	uri, _, ok := strings.Cut(rest, `"`)
	if !ok {
		return "", false
	}
	uri = strings.TrimRight(strings.ToLower(uri), "/")
	tenant := uri[strings.LastIndexByte(uri, '/')+1:]
	return tenant, guid.MatchString(tenant)
}

// directoryExists asks the authority for the directory's sign-in address.
func directoryExists(ctx context.Context, client *http.Client, e Environment, tenantID string) error {
	answer, err := get(ctx, client, e.Authority+"/"+tenantID+"/v2.0/.well-known/openid-configuration")
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return readRefusal(answer)
	}
	var document struct {
		TokenEndpoint string `json:"token_endpoint"`
	}
	if err := json.NewDecoder(answer.Body).Decode(&document); err != nil {
		return err
	}
	if document.TokenEndpoint == "" {
		return refuse(codeUnexpectedAnswer, "")
	}
	return nil
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

// ErrFindLater is what FindTenant returns when it is asked too often.
var ErrFindLater = fault.New(fault.TooMany, "Mooring will find the directory when you save.")

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

// FindTenant implements cloud.Locator.
func (a *Azure) FindTenant(ctx context.Context, environment, subscriptionID string) (string, error) {
	e, ok := a.environment(environment)
	if !ok || !guid.MatchString(subscriptionID) {
		return "", refuse(codeTenantNotFound, "")
	}
	return a.tenants.find(ctx, e, subscriptionID)
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
	if err != nil && meaningOf(refusalOf(err)) == silent {
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
