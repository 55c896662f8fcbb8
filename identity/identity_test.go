package identity_test

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"reflect"
	"strings"
	"testing"
	"time"

	"mooring/account"
	"mooring/fault"
	"mooring/identity"
	"mooring/identity/identitytest"
)

var site = &url.URL{Scheme: "https", Host: "mooring.example"}

const callback = "https://mooring.example/login/with/harbor/callback"

// clock is the time of a test, which begins now and stands still.
type clock struct{ time.Time }

func (c *clock) now() time.Time { return c.Time }

func harbor(t *testing.T, issuer *identitytest.Issuer, more ...string) (*identity.Provider, *clock) {
	t.Helper()
	settings, err := identity.ParseSettings(issuer.SettingsLine("harbor", more...), nil, issuer.Getenv)
	if err != nil {
		t.Fatal(err)
	}
	at := &clock{time.Now()}
	p, err := identity.New(settings, site, &http.Client{Transport: transport(t)}, at.now, nil)
	if err != nil {
		t.Fatal(err)
	}
	return p, at
}

// transport leaves no connection open after the test.
func transport(t *testing.T) *http.Transport {
	plain := &http.Transport{}
	t.Cleanup(plain.CloseIdleConnections)
	return plain
}

func begin(t *testing.T, p *identity.Provider, fresh bool) (identity.Attempt, string) {
	t.Helper()
	a, address, err := p.Begin(t.Context(), fresh)
	if err != nil {
		t.Fatal(err)
	}
	return a, address
}

func finish(t *testing.T, p *identity.Provider, a identity.Attempt, answer url.Values) account.Identity {
	t.Helper()
	id, err := p.Finish(t.Context(), a, answer)
	if err != nil {
		t.Fatal(err)
	}
	return id
}

func refused(t *testing.T, p *identity.Provider, a identity.Attempt, answer url.Values, want error) {
	t.Helper()
	id, err := p.Finish(t.Context(), a, answer)
	if !errors.Is(err, want) || !reflect.DeepEqual(id, account.Identity{}) {
		t.Errorf("got %+v, %v; want %v", id, err, want)
	}
}

func TestAPersonSignsInAtARealIssuer(t *testing.T) {
	issuer := identitytest.Start(t, callback)
	p, _ := harbor(t, issuer)
	if p.Key() != "harbor" || p.Name() != "Harbor SSO" || p.Kind() != identity.OIDC || !p.AsksAgain() {
		t.Errorf("it is %s, %s, %s, %v", p.Key(), p.Name(), p.Kind(), p.AsksAgain())
	}
	want := account.Identity{
		Provider: "harbor", Issuer: issuer.URL, Subject: issuer.Subject,
		Email: "test-user@zitadel.ch", EmailVerified: true, Name: "Test User",
	}
	for _, fresh := range []bool{false, true} {
		a, address := begin(t, p, fresh)
		if got := finish(t, p, a, issuer.SignIn(t, address)); !reflect.DeepEqual(got, want) {
			t.Errorf("fresh %v: got %+v", fresh, got)
		}
	}
}

func TestAChangedAddressDoesNotChangeWhoItIs(t *testing.T) {
	issuer := identitytest.Start(t, callback)
	p, _ := harbor(t, issuer)
	issuer.ChangeEmail("someone-else@example.com", false)
	a, address := begin(t, p, false)
	id := finish(t, p, a, issuer.SignIn(t, address))
	if id.Subject != issuer.Subject || id.Email != "someone-else@example.com" || id.EmailVerified {
		t.Errorf("got %+v", id)
	}
}

func TestGroupsComeFromTheClaimThatTheOperatorNamed(t *testing.T) {
	issuer := identitytest.Start(t, callback)
	issuer.ChangeGroups("crew", "captains")
	for more, want := range map[string][]string{"groups-claim=groups": {"crew", "captains"}, "groups-claim=teams": {}, "": nil} {
		p, _ := harbor(t, issuer, more)
		a, address := begin(t, p, false)
		if id := finish(t, p, a, issuer.SignIn(t, address)); !reflect.DeepEqual(id.Groups, want) {
			t.Errorf("%q: got %q, want %q", more, id.Groups, want)
		}
	}
}

func TestASignInStartsWithEverythingThatProtectsIt(t *testing.T) {
	issuer := identitytest.Start(t, callback)
	p, at := harbor(t, issuer)
	a, address := begin(t, p, false)
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	query := u.Query()
	for name, want := range map[string]string{
		"state": a.State, "nonce": a.Nonce, "code_challenge_method": "S256", "response_type": "code",
		"redirect_uri": callback, "client_id": issuer.ClientID, "prompt": "", "max_age": "",
	} {
		if query.Get(name) != want {
			t.Errorf("%s is %q, want %q", name, query.Get(name), want)
		}
	}
	if !strings.HasPrefix(address, issuer.URL+"/auth?") || len(a.State) < 32 || len(a.Nonce) < 32 || len(query.Get("code_challenge")) != 43 {
		t.Errorf("the address is %s", address)
	}
	if strings.Contains(address, a.Verifier) || len(a.Verifier) < 43 {
		t.Errorf("the verifier %q is in the address %s, or short", a.Verifier, address)
	}
	if !a.Begun.Equal(at.Time) || a.Provider != "harbor" || a.Fresh {
		t.Errorf("got %+v", a)
	}
	if b, _ := begin(t, p, false); b.State == a.State || b.Nonce == a.Nonce || b.Verifier == a.Verifier {
		t.Error("two attempts share a secret")
	}
	_, address = begin(t, p, true)
	if !strings.Contains(address, "prompt=login") || !strings.Contains(address, "max_age=0") {
		t.Errorf("a fresh one does not ask again: %s", address)
	}
}

func TestAnAttemptSurvivesItsTravel(t *testing.T) {
	issuer := identitytest.Start(t, callback)
	p, _ := harbor(t, issuer)
	a, address := begin(t, p, true)
	data, err := json.Marshal(a)
	if err != nil {
		t.Fatal(err)
	}
	var back identity.Attempt
	if err := json.Unmarshal(data, &back); err != nil {
		t.Fatal(err)
	}
	finish(t, p, back, issuer.SignIn(t, address))
}

func TestAnAnswerIsGoodOnlyOnceAndOnlyForItsAttempt(t *testing.T) {
	issuer := identitytest.Start(t, callback)
	p, _ := harbor(t, issuer)

	a, address := begin(t, p, false)
	answer := issuer.SignIn(t, address)
	finish(t, p, a, answer)
	refused(t, p, a, answer, identity.ErrAnswer) // the issuer knows the code no more

	victim, _ := begin(t, p, false)
	attacker, address := begin(t, p, false)
	stolen := issuer.SignIn(t, address)
	refused(t, p, victim, stolen, identity.ErrAnswer) // another state

	stolen.Set("state", victim.State)
	refused(t, p, victim, stolen, identity.ErrAnswer) // another verifier
	stolen.Set("code_verifier", attacker.Verifier)
	refused(t, p, victim, stolen, identity.ErrAnswer) // which the address does not choose
}

func TestANonceThatWasChangedOnTheWayIsRefused(t *testing.T) {
	issuer := identitytest.Start(t, callback)
	p, _ := harbor(t, issuer)
	issuer.ChangeNonce("another nonce")
	a, address := begin(t, p, false)
	refused(t, p, a, issuer.SignIn(t, address), identity.ErrToken)
}

func TestAnAttemptEndsAfterAQuarterOfAnHour(t *testing.T) {
	issuer := identitytest.Start(t, callback)
	for after, good := range map[time.Duration]bool{
		14 * time.Minute: true, 16 * time.Minute: false, -30 * time.Second: true, -2 * time.Minute: false,
	} {
		p, at := harbor(t, issuer)
		a, address := begin(t, p, false)
		answer := issuer.SignIn(t, address)
		at.Time = at.Add(after)
		if good {
			finish(t, p, a, answer)
		} else {
			refused(t, p, a, answer, identity.ErrAnswer)
		}
	}
}

func TestAnAttemptIsOfOneProvider(t *testing.T) {
	issuer := identitytest.Start(t, callback)
	p, _ := harbor(t, issuer)
	a, address := begin(t, p, false)
	a.Provider = "another"
	refused(t, p, a, issuer.SignIn(t, address), identity.ErrAnswer)
}

func TestAnAnswerThatSaysSomethingTwiceIsRefused(t *testing.T) {
	issuer := identitytest.Start(t, callback)
	p, _ := harbor(t, issuer)
	for _, name := range []string{"state", "code", "iss", "error"} {
		a, address := begin(t, p, false)
		answer := issuer.SignIn(t, address)
		for len(answer[name]) < 2 {
			answer.Add(name, answer.Get(name))
		}
		refused(t, p, a, answer, identity.ErrAnswer)
	}
}

func TestWhatTheIssuerAnswersInsteadOfACodeIsToldInPlainWords(t *testing.T) {
	issuer := identitytest.Start(t, callback)
	p, _ := harbor(t, issuer)
	for code, want := range map[string]*fault.Fault{
		"access_denied": identity.ErrProviderRefused, "login_required": identity.ErrProviderRefused,
		"invalid_request": identity.ErrProviderSettings, "unauthorized_client": identity.ErrProviderSettings,
		"user_cancelled": identity.ErrProviderRefused, "redirect_uri_mismatch": identity.ErrProviderSettings, "invalid_scope": identity.ErrProviderSettings,
		"invalid_client": identity.ErrProviderClient, "of_our_own": identity.ErrProviderBroken,
		"server_error": identity.ErrProviderDown, "temporarily_unavailable": identity.ErrProviderDown,
	} {
		a, _ := begin(t, p, false)
		answer := url.Values{"state": {a.State}, "error": {code}, "error_description": {"canary\r\n<b>" + strings.Repeat("x", 5000)}}
		refused(t, p, a, answer, want)
		_, err := p.Finish(t.Context(), a, answer)
		if strings.Contains(fault.Of(err).Sentence, "canary") || strings.ContainsAny(err.Error(), "\r\n") || len(err.Error()) > 500 {
			t.Errorf("%s: %v", code, err)
		}
		answer.Set("state", "of somebody else")
		refused(t, p, a, answer, identity.ErrAnswer)
	}
}

func TestAnIssuerThatIsDownIsToldAndComesBack(t *testing.T) {
	issuer := identitytest.Start(t, callback)
	p, _ := harbor(t, issuer)
	issuer.GoDown()
	if _, _, err := p.Begin(t.Context(), false); !errors.Is(err, identity.ErrProviderDown) {
		t.Errorf("got %v", err)
	}
	issuer.GoUp()
	a, address := begin(t, p, false)
	answer := issuer.SignIn(t, address)
	issuer.GoDown()
	refused(t, p, a, answer, identity.ErrProviderDown)
	issuer.GoUp()
	finish(t, p, a, answer)
}

func TestAWrongSecretIsTheOperatorsMatterAndIsNotTold(t *testing.T) {
	issuer := identitytest.Start(t, callback)
	const wrong = "canary+of/the=secret"
	settings, err := identity.ParseSettings(issuer.SettingsLine("harbor"), nil, func(string) string { return wrong })
	if err != nil {
		t.Fatal(err)
	}
	p, err := identity.New(settings, site, &http.Client{Transport: transport(t)}, time.Now, nil)
	if err != nil {
		t.Fatal(err)
	}
	a, address := begin(t, p, false)
	_, err = p.Finish(t.Context(), a, issuer.SignIn(t, address))
	if !errors.Is(err, identity.ErrProviderClient) || strings.Contains(err.Error(), "canary") {
		t.Errorf("got %v", err)
	}
}
