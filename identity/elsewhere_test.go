package identity_test

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"golang.org/x/oauth2"

	"mooring/account"
	"mooring/identity"
)

const (
	secretOfClient = "canary+of/the=secret"
	tokenOfPerson  = "canary-of-the-token"
)

// elsewhere answers for every host, so that GitHub, Google and Microsoft are
// asked under their own addresses and nothing leaves the test.
type elsewhere struct{ http.Handler }

func (e elsewhere) RoundTrip(r *http.Request) (*http.Response, error) {
	if err := r.Context().Err(); err != nil {
		return nil, err
	}
	answer := httptest.NewRecorder()
	e.ServeHTTP(answer, r)
	return answer.Result(), nil
}

func provider(t *testing.T, line string, handler http.Handler) *identity.Provider {
	t.Helper()
	settings, err := identity.ParseSettings(line+" client-id=mooring client-secret-env=X", nil, func(string) string { return secretOfClient })
	if err != nil {
		t.Fatal(err)
	}
	p, err := identity.New(settings, site, &http.Client{Transport: elsewhere{handler}}, time.Now, nil)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func say(w http.ResponseWriter, what any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(what)
}

// hub is a GitHub with one person.
type hub struct {
	profile, emails any
	status          map[string]int // instead of 200, by host and path
	token           any            // nil: a good one
	form            url.Values     // of the latest exchange
	asked           []string
}

func newHub() *hub {
	return &hub{
		profile: map[string]any{"id": 583231, "login": "octocat", "name": "Mona Lisa", "email": "shown@example.com"},
		emails: []map[string]any{
			{"email": "old@example.com", "primary": false, "verified": true},
			{"email": "mona@example.com", "primary": true, "verified": true},
		},
		status: map[string]int{},
	}
}

func (h *hub) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	at := r.URL.Host + r.URL.Path
	h.asked = append(h.asked, at)
	if code := h.status[at]; code != 0 {
		http.Error(w, r.Header.Get("Authorization"), code)
		return
	}
	if at != "github.com/login/oauth/access_token" && r.Header.Get("Authorization") != "Bearer "+tokenOfPerson {
		http.Error(w, "no token", http.StatusUnauthorized)
		return
	}
	switch at {
	case "github.com/login/oauth/access_token":
		_ = r.ParseForm()
		h.form = r.PostForm
		if h.token == nil {
			say(w, map[string]string{"access_token": tokenOfPerson, "token_type": "bearer", "scope": "read:user,user:email"})
			return
		}
		say(w, h.token)
	case "api.github.com/user":
		say(w, h.profile)
	case "api.github.com/user/emails":
		say(w, h.emails)
	default:
		http.NotFound(w, r)
	}
}

func TestAPersonSignsInAtGitHub(t *testing.T) {
	h := newHub()
	p := provider(t, "github", h)
	if p.Kind() != identity.GitHub || p.Key() != "github" || p.Name() != "GitHub" || p.AsksAgain() {
		t.Errorf("it is %s, %s, %s, %v", p.Kind(), p.Key(), p.Name(), p.AsksAgain())
	}
	a, address := begin(t, p, true)
	to, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	query := to.Query()
	if to.Host != "github.com" || query.Get("state") != a.State || query.Get("redirect_uri") != "https://mooring.example/login/with/github/callback" ||
		query.Get("code_challenge") != oauth2.S256ChallengeFromVerifier(a.Verifier) || query.Get("code_challenge_method") != "S256" ||
		query.Get("scope") != "read:user user:email" || query.Get("prompt") != "select_account" || query.Get("client_id") != "mooring" {
		t.Errorf("the address is %s", address)
	}
	if len(h.asked) != 0 {
		t.Errorf("asked %v", h.asked)
	}
	got := finish(t, p, a, url.Values{"state": {a.State}, "code": {"the-code"}})
	want := account.Identity{Provider: "github", Issuer: "https://github.com", Subject: "583231", Email: "mona@example.com", EmailVerified: true, Name: "Mona Lisa"}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v", got)
	}
	if h.form.Get("code_verifier") != a.Verifier || h.form.Get("code") != "the-code" || h.form.Get("redirect_uri") != "https://mooring.example/login/with/github/callback" {
		t.Errorf("the exchange was %v", h.form)
	}
}

func TestAtGitHubOnlyThePrimaryVerifiedAddressCounts(t *testing.T) {
	for _, emails := range []any{
		[]map[string]any{},
		[]map[string]any{{"email": "mona@example.com", "primary": true, "verified": false}},
		[]map[string]any{{"email": "old@example.com", "primary": false, "verified": true}},
		[]map[string]any{{"email": "not an address", "primary": true, "verified": true}},
	} {
		h := newHub()
		h.emails = emails
		p := provider(t, "github", h)
		a, _ := begin(t, p, false)
		if id := finish(t, p, a, url.Values{"state": {a.State}, "code": {"the-code"}}); id.Email != "" || id.EmailVerified || id.Subject != "583231" {
			t.Errorf("%v: got %+v", emails, id)
		}
	}
}

func TestAtGitHubTheLoginStandsInForAName(t *testing.T) {
	h := newHub()
	h.profile = map[string]any{"id": 1, "login": "octocat", "name": "\u202e \x00"}
	p := provider(t, "github", h)
	a, _ := begin(t, p, false)
	if id := finish(t, p, a, url.Values{"state": {a.State}, "code": {"the-code"}}); id.Name != "octocat" {
		t.Errorf("got %+v", id)
	}
}

func TestWhatGitHubAnswersWronglyIsRefusedAndTellsNoSecret(t *testing.T) {
	same := func(*identity.Attempt, url.Values) {}
	for name, one := range map[string]struct {
		hub    func(*hub)
		answer func(*identity.Attempt, url.Values)
		want   error
		asked  bool
	}{
		"another state":      {func(*hub) {}, func(_ *identity.Attempt, q url.Values) { q.Set("state", strings.Repeat("s", 52)) }, identity.ErrAnswer, false},
		"a short state":      {func(*hub) {}, func(a *identity.Attempt, q url.Values) { a.State = "short"; q.Set("state", "short") }, identity.ErrAnswer, false},
		"no code":            {func(*hub) {}, func(_ *identity.Attempt, q url.Values) { q.Del("code") }, identity.ErrAnswer, false},
		"the person said no": {func(*hub) {}, func(_ *identity.Attempt, q url.Values) { q.Set("error", "access_denied") }, identity.ErrProviderRefused, false},
		"another address":    {func(*hub) {}, func(_ *identity.Attempt, q url.Values) { q.Set("error", "redirect_uri_mismatch") }, identity.ErrProviderSettings, false},
		"an old code":        {func(h *hub) { h.token = map[string]string{"error": "bad_verification_code"} }, same, identity.ErrAnswer, true},
		"a wrong secret": {func(h *hub) {
			h.token = map[string]string{"error": "incorrect_client_credentials", "error_description": secretOfClient}
		}, same, identity.ErrProviderClient, true},
		"no token":             {func(h *hub) { h.token = map[string]string{"echo": secretOfClient} }, same, identity.ErrProviderBroken, true},
		"tokens are down":      {func(h *hub) { h.status["github.com/login/oauth/access_token"] = 502 }, same, identity.ErrProviderDown, true},
		"people are down":      {func(h *hub) { h.status["api.github.com/user"] = 500 }, same, identity.ErrProviderDown, true},
		"people are forbidden": {func(h *hub) { h.status["api.github.com/user"] = 403 }, same, identity.ErrProviderBroken, true},
		"a person without id":  {func(h *hub) { h.profile = map[string]any{"login": "octocat"} }, same, identity.ErrProviderBroken, true},
		"an id below zero":     {func(h *hub) { h.profile = map[string]any{"id": -1} }, same, identity.ErrProviderBroken, true},
		"too large a person":   {func(h *hub) { h.profile = map[string]any{"id": 1, "bio": strings.Repeat("x", 2<<20)} }, same, identity.ErrProviderBroken, true},
	} {
		t.Run(name, func(t *testing.T) {
			h := newHub()
			one.hub(h)
			p := provider(t, "github", h)
			a, _ := begin(t, p, false)
			answer := url.Values{"state": {a.State}, "code": {"the-code"}}
			one.answer(&a, answer)
			refused(t, p, a, answer, one.want)
			if _, err := p.Finish(t.Context(), a, answer); strings.Contains(err.Error(), "canary") {
				t.Errorf("it tells too much: %v", err)
			}
			if (len(h.asked) > 0) != one.asked {
				t.Errorf("asked %v", h.asked)
			}
		})
	}
}

func TestAddressesThatGitHubDoesNotTellAreNoReasonToFail(t *testing.T) {
	for _, code := range []int{403, 404, 500} {
		h := newHub()
		h.status["api.github.com/user/emails"] = code
		p := provider(t, "github", h)
		a, _ := begin(t, p, false)
		if id := finish(t, p, a, url.Values{"state": {a.State}, "code": {"the-code"}}); id.Subject != "583231" || id.Email != "" || !id.Unread {
			t.Errorf("%d: got %+v", code, id)
		}
	}
}

func TestGitHubIsNotAskedForWhoHasLeft(t *testing.T) {
	h := newHub()
	p := provider(t, "github", h)
	a, _ := begin(t, p, false)
	ctx, leave := context.WithCancel(t.Context())
	leave()
	if _, err := p.Finish(ctx, a, url.Values{"state": {a.State}, "code": {"the-code"}}); !errors.Is(err, identity.ErrProviderDown) || len(h.asked) > 0 {
		t.Errorf("got %v, asked %v", err, h.asked)
	}
}

var key = sync.OnceValue(func() *rsa.PrivateKey {
	key, _ := rsa.GenerateKey(rand.Reader, 2048)
	return key
})

// cloud is Google or Microsoft, under any issuer.
type cloud struct {
	issuer string
	claims map[string]any
}

func (c *cloud) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	at := "https://" + r.URL.Host + r.URL.Path
	switch at {
	case c.issuer + "/.well-known/openid-configuration":
		say(w, map[string]any{"issuer": c.issuer, "authorization_endpoint": c.issuer + "/auth", "token_endpoint": c.issuer + "/token", "jwks_uri": c.issuer + "/keys"})
	case c.issuer + "/keys":
		say(w, jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{Key: key().Public(), KeyID: "key"}}})
	case c.issuer + "/token":
		signer, _ := jose.NewSigner(jose.SigningKey{Algorithm: jose.RS256, Key: key()}, (&jose.SignerOptions{}).WithHeader("kid", "key"))
		claims, _ := json.Marshal(c.claims)
		token, _ := signer.Sign(claims)
		text, _ := token.CompactSerialize()
		say(w, map[string]any{"access_token": tokenOfPerson, "token_type": "Bearer", "id_token": text})
	default:
		http.NotFound(w, r)
	}
}

func (c *cloud) signIn(t *testing.T, line string, fresh bool, claims map[string]any) (account.Identity, error) {
	t.Helper()
	p := provider(t, line, c)
	a, _ := begin(t, p, fresh)
	c.claims = map[string]any{"iss": c.issuer, "sub": "subject", "aud": "mooring", "exp": time.Now().Add(time.Hour).Unix(), "nonce": a.Nonce, "name": "Ada"}
	for name, value := range claims {
		c.claims[name] = value
	}
	return p.Finish(t.Context(), a, url.Values{"state": {a.State}, "code": {"the-code"}})
}

const tenant = "0a1b2c3d-0000-4000-8000-00000000abcd"

func TestAddressesCountOnlyIfTheProviderSaysThatTheyAreVerified(t *testing.T) {
	entra := &cloud{issuer: "https://login.microsoftonline.com/" + tenant + "/v2.0"}
	google := &cloud{issuer: "https://accounts.google.com"}
	other := &cloud{issuer: "https://sso.example.com"}
	for name, one := range map[string]struct {
		at       *cloud
		line     string
		claims   map[string]any
		verified bool
	}{
		"Entra, nothing said":       {entra, "entra tenant=" + tenant, map[string]any{}, false},
		"Entra, owner of domain":    {entra, "entra tenant=" + tenant, map[string]any{"xms_edov": true}, true},
		"Entra, owner as a text":    {entra, "entra tenant=" + tenant, map[string]any{"xms_edov": "1"}, true},
		"Entra, owner as a number":  {entra, "entra tenant=" + tenant, map[string]any{"xms_edov": 1}, true},
		"Entra, no owner":           {entra, "entra tenant=" + tenant, map[string]any{"xms_edov": false}, false},
		"Entra, no owner as a text": {entra, "entra tenant=" + tenant, map[string]any{"xms_edov": "false"}, false},
		"Entra, verified":           {entra, "entra tenant=" + tenant, map[string]any{"email_verified": true}, true},
		"Google, verified":          {google, "google", map[string]any{"email_verified": true}, true},
		"Google, not verified":      {google, "google", map[string]any{"email_verified": false}, false},
		"Google, nothing said":      {google, "google", map[string]any{}, false},
		"Google, a claim of Entra":  {google, "google", map[string]any{"xms_edov": true}, false},
		"an issuer, as a text":      {other, "oidc key=sso name=SSO issuer=https://sso.example.com", map[string]any{"email_verified": "true"}, true},
		"an issuer, Entra's claim":  {other, "oidc key=sso name=SSO issuer=https://sso.example.com", map[string]any{"xms_edov": true}, false},
	} {
		one.claims["email"] = "Ada@Example.com"
		id, err := one.at.signIn(t, one.line, false, one.claims)
		if err != nil || id.Email != "Ada@Example.com" || id.EmailVerified != one.verified || id.Issuer != one.at.issuer {
			t.Errorf("%s: got %+v, %v", name, id, err)
		}
	}
}

func TestAnotherTenantOfEntraIsAnotherIssuer(t *testing.T) {
	entra := &cloud{issuer: "https://login.microsoftonline.com/" + tenant + "/v2.0"}
	_, err := entra.signIn(t, "entra tenant="+tenant, false, map[string]any{"iss": "https://login.microsoftonline.com/11111111-0000-4000-8000-00000000abcd/v2.0"})
	if !errors.Is(err, identity.ErrToken) {
		t.Errorf("got %v", err)
	}
}

func TestAProofNeedsANewSignInWhereTheProviderCanAskForOne(t *testing.T) {
	entra := &cloud{issuer: "https://login.microsoftonline.com/" + tenant + "/v2.0"}
	google := &cloud{issuer: "https://accounts.google.com"}
	old := map[string]any{"auth_time": time.Now().Add(-time.Hour).Unix()}
	if _, err := entra.signIn(t, "entra tenant="+tenant, true, old); !errors.Is(err, identity.ErrNotAgain) {
		t.Errorf("Entra: got %v", err)
	}
	if _, err := entra.signIn(t, "entra tenant="+tenant, true, nil); !errors.Is(err, identity.ErrNotAgain) {
		t.Errorf("Entra, nothing said: got %v", err)
	}
	if _, err := google.signIn(t, "google", true, nil); err != nil {
		t.Errorf("Google: got %v", err)
	}
}

func TestStrangeClaimsBecomeNothing(t *testing.T) {
	google := &cloud{issuer: "https://accounts.google.com"}
	for _, claims := range []map[string]any{
		{"email": "ada@example.com\r\nBcc: eve@example.com"}, {"email": "ada@exam\u202eple.com"},
		{"email": strings.Repeat("a", 250) + "@example.com"}, {"email": 7}, {"email": "nobody"}, {"email": []string{"ada@example.com"}},
	} {
		claims["email_verified"] = true
		if id, err := google.signIn(t, "google", false, claims); err != nil || id.Email != "" || id.EmailVerified {
			t.Errorf("%v: got %+v, %v", claims, id, err)
		}
	}
	if id, err := google.signIn(t, "google", false, map[string]any{"name": strings.Repeat("é", 500) + "\r\n"}); err != nil || id.Name != strings.Repeat("é", 100) {
		t.Errorf("got %+v, %v", id, err)
	}
	if id, err := google.signIn(t, "google", false, map[string]any{"name": map[string]any{}}); err != nil || id.Name != "" {
		t.Errorf("got %+v, %v", id, err)
	}
}

func TestGroupsAreReadInEveryForm(t *testing.T) {
	other := &cloud{issuer: "https://sso.example.com"}
	many := make([]string, 3000)
	for i := range many {
		many[i] = fmt.Sprint("group ", i)
	}
	for _, one := range []struct {
		claim any
		want  []string
	}{
		{[]any{"crew", 7, "", nil, "captains"}, []string{"crew", "7", "captains"}}, {"crew", []string{"crew"}}, {7, []string{"7"}}, {nil, nil},
		{[]any{map[string]any{"name": "crew"}, []any{"captains"}, true}, nil}, {true, nil}, {"", nil}, {map[string]any{}, nil},
		{map[string]any{"crew": true}, []string{"crew"}}, {map[string]any{"crew": map[string]any{"1": "x"}, "captains": false, "sailors": nil}, []string{"crew"}},
		{"crew,captains, sailors", []string{"crew,captains, sailors", "crew", "captains", "sailors"}}, {"crew captains", []string{"crew captains", "crew", "captains"}},
		{"Harbor Crew,captains", []string{"Harbor Crew,captains", "Harbor Crew", "captains"}}, {[]string{"Harbor Crew", "a,b"}, []string{"Harbor Crew", "a,b"}},
		{[]string{}, nil}, {many, many[:2000]}, {[]string{"crew", "crew"}, []string{"crew"}},
	} {
		id, err := other.signIn(t, "oidc key=sso name=SSO issuer=https://sso.example.com groups-claim=groups", false, map[string]any{"groups": one.claim})
		if err != nil || !slices.Equal(id.Groups, one.want) {
			t.Errorf("%v: got %q, %v", one.claim, id.Groups, err)
		}
	}
}
