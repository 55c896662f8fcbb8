package handlers

import (
	"net/http"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"mooring/account"
	"mooring/identity"
	"mooring/identity/identitytest"
)

const (
	goToHarbor   = "/login/with/harbor"
	fromHarbor   = "/login/with/harbor/callback"
	theirAddress = "test-user@zitadel.ch"
)

// providerSite is a site that people can sign in to with a real OpenID Connect
// provider.
func providerSite(t *testing.T, policy account.Policy, change ...func(*Config)) (*site, *identitytest.Issuer) {
	t.Helper()
	public := &url.URL{Scheme: "http", Host: "127.0.0.1:8080"}
	issuer := identitytest.Start(t, public.JoinPath(fromHarbor).String(), public.JoinPath("/login/with/other/callback").String())
	var providers []*identity.Provider
	for _, key := range []string{"harbor", "other"} {
		settings, err := identity.ParseSettings(issuer.SettingsLine(key, "groups-claim=groups"), os.ReadFile, issuer.Getenv)
		if err != nil {
			t.Fatal(err)
		}
		p, err := identity.New(settings, public, &http.Client{Timeout: 10 * time.Second}, time.Now, nil)
		if err != nil {
			t.Fatal(err)
		}
		providers = append(providers, p)
	}
	policy.Passwords = true
	change = append([]func(*Config){withPolicy(policy), func(c *Config) { c.SignInWith = providers }}, change...)
	return newSite(t, change...), issuer
}

// through goes to the provider, signs in there, and gives the address to which
// the provider sends the browser back.
func (b *browser) through(issuer *identitytest.Issuer, from string) string {
	b.s.t.Helper()
	w := b.ask("GET", from, nil)
	if w.Code != http.StatusSeeOther || !strings.HasPrefix(w.Header().Get("Location"), issuer.URL) {
		b.s.t.Fatalf("%s answered %d to %q: %s", from, w.Code, w.Header().Get("Location"), w.Body)
	}
	return fromHarbor + "?" + issuer.SignIn(b.s.t, w.Header().Get("Location")).Encode()
}

// sent is the cookie of the only attempt that is on its way to a provider.
func (b *browser) sent() (name, value string) {
	b.s.t.Helper()
	for n, v := range b.cookies {
		if strings.HasPrefix(n, b.s.attempts.name+"_") {
			if name != "" {
				b.s.t.Fatal("two attempts are on their way")
			}
			name, value = n, v
		}
	}
	if name == "" {
		b.s.t.Fatal("no attempt is on its way")
	}
	return name, value
}

func TestSomebodyNewNeedsAnInvitationUnlessRegistrationIsOpen(t *testing.T) {
	s, issuer := providerSite(t, account.Policy{})
	b := s.browser()
	says(t, b.ask("GET", b.through(issuer, goToHarbor), nil), http.StatusForbidden, account.ErrUnknownIdentity.Sentence)
	if b.session() != "" {
		t.Error("somebody unknown is signed in")
	}

	s, issuer = providerSite(t, account.Policy{Registration: true})
	b = s.browser()
	leads(t, b.ask("GET", b.through(issuer, goToHarbor+"?next=%2Fsettings"), nil), "/settings")
	says(t, b.ask("GET", "/settings", nil), http.StatusOK, theirAddress)

	issuer.ChangeEmail("owner@example.com", true) // of another person here
	again := s.browser()
	leads(t, again.ask("GET", again.through(issuer, goToHarbor), nil), "/")
	says(t, again.ask("GET", "/settings", nil), http.StatusOK, theirAddress)
}

func TestAnAddressNeverFindsAPerson(t *testing.T) {
	for what, policy := range map[string]account.Policy{"closed": {}, "open": {Registration: true}} {
		s, issuer := providerSite(t, policy)
		issuer.ChangeEmail("owner@example.com", true)
		b := s.browser()
		w := b.ask("GET", b.through(issuer, goToHarbor), nil)
		if w.Code < 400 || b.session() != "" {
			t.Errorf("registration %s: a verified address took a person over: %d to %q", what, w.Code, w.Header().Get("Location"))
		}
	}
}

func TestOnlyAllowedDomainsComeIn(t *testing.T) {
	s, issuer := providerSite(t, account.Policy{Registration: true, Domains: []string{"example.com"}})
	b := s.browser()
	says(t, b.ask("GET", b.through(issuer, goToHarbor), nil), http.StatusForbidden, account.ErrDomainRefused.Sentence)
	issuer.ChangeEmail("new@example.com", false)
	says(t, b.ask("GET", b.through(issuer, goToHarbor), nil), http.StatusForbidden, account.ErrUnverifiedAddress.Sentence)
	issuer.ChangeEmail("new@example.com", true)
	leads(t, b.ask("GET", b.through(issuer, goToHarbor), nil), "/")
}

func TestAnAnswerOfAProviderCountsOnceInItsBrowser(t *testing.T) {
	s, issuer := providerSite(t, account.Policy{Registration: true})
	b := s.browser()
	back := b.through(issuer, goToHarbor)
	sent, cookie := b.sent()

	stranger := s.browser()
	says(t, stranger.ask("GET", back, nil), http.StatusUnprocessableEntity, errAttempt.Sentence)
	victim := s.browser() // has an attempt of its own, and is handed the attacker's answer
	victim.through(issuer, goToHarbor)
	w := victim.ask("GET", back, nil)
	if w.Code < 400 || victim.session() != "" {
		t.Errorf("somebody else's answer signed in: %d", w.Code)
	}
	other := s.browser()
	other.cookies[sent] = cookie
	says(t, other.ask("GET", strings.Replace(back, "/harbor/", "/other/", 1), nil), http.StatusUnprocessableEntity, errAttempt.Sentence)

	b = s.browser()
	back = b.through(issuer, goToHarbor)
	sent, cookie = b.sent()
	leads(t, b.ask("GET", back, nil), "/")
	b.cookies[sent] = cookie
	delete(b.cookies, s.sessions.name)
	says(t, b.ask("GET", back, nil), http.StatusUnprocessableEntity, errAttempt.Sentence)
}

func TestWhatAProviderGetsWrongIsSaid(t *testing.T) {
	s, issuer := providerSite(t, account.Policy{Registration: true})
	b := s.browser()
	issuer.ChangeNonce("another")
	says(t, b.ask("GET", b.through(issuer, goToHarbor), nil), http.StatusUnprocessableEntity, identity.ErrToken.Sentence)
	says(t, b.ask("GET", fromHarbor+"?error=access_denied&error_description=%3Cscript%3E", nil), http.StatusUnprocessableEntity, errAttempt.Sentence)
	if b.session() != "" {
		t.Error("a wrong answer signed in")
	}
	issuer.ChangeNonce("")
	back := b.through(issuer, goToHarbor)
	issuer.GoDown()
	says(t, b.ask("GET", back, nil), http.StatusServiceUnavailable, identity.ErrProviderDown.Sentence)
	issuer.GoUp()
	leads(t, b.ask("GET", b.through(issuer, goToHarbor), nil), "/")
}

func TestAnotherSiteCannotBeginASignIn(t *testing.T) {
	s, _ := providerSite(t, account.Policy{})
	for _, site := range []string{"cross-site", "same-site"} {
		w := s.ask("", "GET", goToHarbor, nil, withHeader("Sec-Fetch-Site", site))
		leads(t, w, "/login")
		if len(w.Result().Cookies()) > 0 {
			t.Errorf("%s began something: %v", site, w.Result().Cookies())
		}
	}
}

// TestAnIdentityJoinsAPersonWhoConfirms links an identity to the person who is
// signed in, and signs in with it.
func TestAnIdentityJoinsAPersonWhoConfirms(t *testing.T) {
	s, issuer := providerSite(t, account.Policy{})
	b := s.as("owner")
	leads(t, b.ask("GET", b.through(issuer, goToHarbor+"?for=link"), nil), "/settings/identities/confirm")
	says(t, b.ask("GET", "/settings/identities/confirm", nil), http.StatusOK, theirAddress)
	early := s.browser()
	says(t, early.ask("GET", early.through(issuer, goToHarbor), nil), http.StatusForbidden, account.ErrUnknownIdentity.Sentence)
	leads(t, b.ask("POST", "/settings/identities", url.Values{}), "/settings/security?done=linked")
	says(t, b.ask("POST", "/settings/identities", url.Values{}), http.StatusUnprocessableEntity, errAttempt.Sentence)

	later := s.browser()
	leads(t, later.ask("GET", later.through(issuer, goToHarbor), nil), "/")
	says(t, later.ask("GET", "/settings", nil), http.StatusOK, "owner@example.com")

	member := s.as("member")
	member.ask("GET", member.through(issuer, goToHarbor+"?for=link"), nil)
	says(t, member.ask("POST", "/settings/identities", url.Values{}), http.StatusConflict, account.ErrIdentityTaken.Sentence)
}

// TestALinkBegunByOneIsNotConfirmedByAnother tries the take-over in which a
// victim is led to link the attacker's identity.
func TestALinkBegunByOneIsNotConfirmedByAnother(t *testing.T) {
	s, issuer := providerSite(t, account.Policy{})
	attacker := s.as("stranger")
	back := attacker.through(issuer, goToHarbor+"?for=link")
	victim := s.as("owner")
	leads(t, victim.ask("GET", back, nil), "/")
	says(t, victim.ask("POST", "/settings/identities", url.Values{}), http.StatusUnprocessableEntity, errAttempt.Sentence)
	sent, cookie := attacker.sent()
	victim.cookies[sent] = cookie
	says(t, victim.ask("GET", back, nil), http.StatusUnprocessableEntity, errAttempt.Sentence)
	leads(t, s.browser().ask("GET", goToHarbor+"?for=link", nil), "/login?next=%2Fsettings%2Fsecurity")
	leads(t, s.as("stale owner").ask("GET", goToHarbor+"?for=link", nil), "/prove?next=%2Fsettings%2Fsecurity")
}

func TestAProviderProvesAgainWhoItIs(t *testing.T) {
	now := testNow()
	s, issuer := providerSite(t, account.Policy{}, func(c *Config) {
		c.Now = func() time.Time { return now }
		c.Accounts = accountsAt(*c, c.Now)
	})
	b := s.as("owner")
	b.ask("GET", b.through(issuer, goToHarbor+"?for=link"), nil)
	b.ask("POST", "/settings/identities", url.Values{})
	now = now.Add(account.ProofLife)
	leads(t, b.ask("GET", "/settings/password", nil), "/prove?next=%2Fsettings%2Fpassword")
	says(t, b.ask("GET", "/prove?next=%2Fsettings%2Fpassword", nil), http.StatusOK, goToHarbor+"?for=prove")
	before := b.session()
	leads(t, b.ask("GET", b.through(issuer, goToHarbor+"?for=prove&next=%2Fsettings%2Fpassword"), nil), "/settings/password")
	if b.session() == before {
		t.Error("the session kept its token although it may do more now")
	}
	if w := b.ask("GET", "/settings/password", nil); w.Code != http.StatusOK {
		t.Errorf("after the proof the page answered %d", w.Code)
	}
}

// TestAProviderThatDoesNotAskAgainProvesNothing offers GitHub for a proof only to
// whoever has no other way, on the page and in the address.
func TestAProviderThatDoesNotAskAgainProvesNothing(t *testing.T) {
	s := newSite(t, func(c *Config) { c.SignInWith = []*identity.Provider{githubForTests(t)} })
	const goThere = "/login/with/github?for=prove"
	b := s.as("owner")
	if w := b.ask("GET", goThere, nil); w.Code != http.StatusNotFound {
		t.Errorf("without the identity, it answered %d to %s", w.Code, w.Header().Get("Location"))
	}
	linked := account.Identity{Provider: "github", Issuer: "https://github.com", Subject: "1"}
	in, err := s.Accounts.LinkIdentity(t.Context(), s.caller("owner"), linked, account.Origin{Token: s.people["owner"]})
	if err != nil {
		t.Fatal(err)
	}
	b.cookies[s.sessions.name] = in.Token.Reveal()
	if w := b.ask("GET", goThere, nil); w.Code != http.StatusNotFound {
		t.Errorf("with a password beside it, it answered %d to %s", w.Code, w.Header().Get("Location"))
	}
	if strings.Contains(b.ask("GET", "/prove", nil).Body.String(), goThere) {
		t.Error("the page offers it beside a password")
	}
}

func TestAnInvitationIsAcceptedWithAnIdentity(t *testing.T) {
	s, issuer := providerSite(t, account.Policy{})
	path := s.invitedBy(s.as("owner"), url.Values{"role": {"member"}})
	b := s.browser()
	back := b.through(issuer, goToHarbor+"?for=join&link="+strings.TrimPrefix(path, "/join/"))
	leads(t, b.ask("GET", back, nil), path)
	page := b.ask("GET", path, nil).Body.String()
	if !strings.Contains(page, theirAddress) || strings.Contains(page, `type="password"`) {
		t.Errorf("the page does not know the identity: %s", page)
	}
	leads(t, b.ask("POST", path, url.Values{"name": {"Test User"}, "email": {"test@example.com"}, "way": {"identity"}}), "/")
	later := s.browser()
	leads(t, later.ask("GET", later.through(issuer, goToHarbor), nil), "/")
	says(t, later.ask("GET", "/settings", nil), http.StatusOK, "test@example.com")
}

func TestGroupsMakeAdministratorsAndMembers(t *testing.T) {
	s, issuer := providerSite(t, account.Policy{Registration: true, AdminGroup: "captains",
		OrganizationGroups: []account.GroupRule{{Group: "sailors", Organization: "harbor", Role: account.Member}}})
	issuer.ChangeGroups("captains", "sailors", "everybody")
	b := s.browser()
	leads(t, b.ask("GET", b.through(issuer, goToHarbor), nil), "/")
	for _, path := range []string{"/admin/people", "/accounts/harbor/cloud-providers"} {
		if w := b.ask("GET", path, nil); w.Code != http.StatusOK {
			t.Errorf("%s answered %d", path, w.Code)
		}
	}
	issuer.ChangeGroups("everybody")
	leads(t, b.ask("GET", b.through(issuer, goToHarbor), nil), "/")
	for _, path := range []string{"/admin/people", "/accounts/harbor/cloud-providers"} {
		if w := b.ask("GET", path, nil); w.Code != http.StatusNotFound {
			t.Errorf("without the groups, %s answered %d", path, w.Code)
		}
	}
}

func TestWhatIsTooLongForACookieIsLeftOut(t *testing.T) {
	s, _ := providerSite(t, account.Policy{})
	long := strings.Repeat("a", 3000)
	if w := s.ask("", "GET", goToHarbor+"?next=%2F"+long, nil); w.Code != http.StatusSeeOther {
		t.Errorf("a long return address answered %d", w.Code)
	}
	if w := s.ask("", "GET", goToHarbor+"?for=join&link="+long, nil); w.Code != http.StatusNotFound {
		t.Errorf("a long token answered %d", w.Code)
	}
}

func TestALookDoesNotUseUpAnAttempt(t *testing.T) {
	s, issuer := providerSite(t, account.Policy{Registration: true})
	b := s.browser()
	back := b.through(issuer, goToHarbor)
	if w := b.ask("HEAD", back, nil); w.Code != http.StatusNotFound {
		t.Errorf("a look answered %d", w.Code)
	}
	leads(t, b.ask("GET", back, nil), "/")
}

func TestWhoSignedOutMeanwhileStartsAtTheBeginning(t *testing.T) {
	s, issuer := providerSite(t, account.Policy{})
	b := s.as("owner")
	back := b.through(issuer, goToHarbor+"?for=link&next=%2Fsettings")
	b.ask("POST", "/logout", url.Values{})
	leads(t, b.ask("GET", back, nil), "/login?next=%2Fsettings%2Fsecurity")
}
