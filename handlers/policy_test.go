package handlers

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"mooring/account"
	"mooring/audit"
)

// withPolicy gives a site on which the operator decided something.
func withPolicy(policy account.Policy) func(*Config) {
	return func(c *Config) { c.Accounts = accountsWith(*c, policy) }
}

func TestASiteThatRequiresASecondStepLeadsToIt(t *testing.T) {
	s := newSite(t, withPolicy(account.Policy{Passwords: true, RequireSecondStep: true}))
	b := s.as("owner")
	leads(t, b.ask("GET", "/accounts/harbor/people", nil), "/settings/passkeys/new?next=%2Faccounts%2Fharbor%2Fpeople")
	says(t, b.ask("GET", "/settings/passkeys/new?next=%2Faccounts%2Fharbor%2Fpeople", nil), http.StatusOK, "This site requires a second step from everybody.")
	codes := b.addPasskey("laptop")
	if len(codes) != 10 {
		t.Errorf("%d codes are shown", len(codes))
	}
	if w := b.ask("GET", "/accounts/harbor/people", nil); w.Code != http.StatusOK {
		t.Errorf("with a passkey the page answered %d", w.Code)
	}
	if got := s.ask("read key", "GET", "/api/v1/me", nil); got.Code != http.StatusOK {
		t.Errorf("an API key answered %d", got.Code)
	}
}

func TestAnOrganizationThatRequiresASecondStepKeepsItsPages(t *testing.T) {
	s := newSite(t)
	owner := s.as("owner")
	form := url.Values{"name": {"harbor"}, "require_second_step": {"yes"}}
	says(t, owner.ask("POST", "/accounts/harbor/general", form), http.StatusUnprocessableEntity, "passkey")
	owner.addPasskey("laptop")
	leads(t, owner.ask("POST", "/accounts/harbor/general", form), "/accounts/harbor/general?done=saved")
	member := s.as("member")
	leads(t, member.ask("GET", "/accounts/harbor/cloud-providers", nil), "/settings/passkeys/new?next=%2Faccounts%2Fharbor%2Fcloud-providers")
	if w := member.ask("GET", "/accounts/member/cloud-providers", nil); w.Code != http.StatusOK {
		t.Errorf("their own account answered %d", w.Code)
	}
	says(t, member.ask("GET", "/settings/passkeys/new", nil), http.StatusOK, "harbor requires a second step from everybody.")
}

func TestWithoutPasswordsNobodySignsInWithOne(t *testing.T) {
	s := newSite(t, withPolicy(account.Policy{}))
	page := s.ask("", "GET", "/login", nil).Body.String()
	if strings.Contains(page, `type="password"`) {
		t.Error("the page asks for a password")
	}
	b := s.browser()
	says(t, b.signIn("owner"), http.StatusForbidden, account.ErrPasswordsOff.Sentence)
	if b.session() != "" {
		t.Error("a password signed in")
	}
	if w := s.ask("owner", "GET", "/settings/password", nil); w.Code != http.StatusNotFound {
		t.Errorf("the page of the password answered %d", w.Code)
	}
	text := b.question("/join/"+s.invited(account.InviteForm{Role: "member"})+"/question", "phone", url.Values{"name": {"New"}, "email": {"new@example.com"}})
	if !strings.HasPrefix(text, "phone") {
		t.Errorf("an invitation cannot be accepted with a passkey: %s", text)
	}
}

// TestNothingTellsWhoIsHere compares what a visitor without the right proof
// sees for people who are there, who are not, who are disabled, and who have no
// password.
func TestNothingTellsWhoIsHere(t *testing.T) {
	s := newSite(t)
	want := ""
	for _, who := range []string{"nobody", "owner", "disabled", "half", "admin"} {
		w := s.ask("", "POST", "/login", signInForm(who+"@example.com", "not the right one", "/"))
		got := strings.ReplaceAll(withoutIDs(w.Body.String()), who+"@example.com", "")
		if want == "" {
			want = got
		}
		if w.Code != http.StatusUnprocessableEntity || got != want {
			t.Errorf("%s is told apart: %d %s", who, w.Code, w.Body)
		}
	}
	says(t, s.browser().ask("POST", "/login", signInForm("disabled@example.com", testPassword, "/")), http.StatusForbidden, account.ErrDisabled.Sentence)
}

func TestAFailedSignInIsToldOnTheNextPage(t *testing.T) {
	s := newSite(t)
	for range 3 {
		s.ask("", "POST", "/login", signInForm("viewer@example.com", "not the right one", "/"), func(r *http.Request) { r.RemoteAddr = "203.0.113.9:1" })
	}
	b := s.as("viewer")
	says(t, b.ask("GET", "/settings", nil), http.StatusOK, "3 sign-in attempts with your e-mail address failed. The last came from 203.0.113.9.")
	leads(t, b.dismiss(b.ask("GET", "/settings", nil)), "/settings")
	if strings.Contains(b.ask("GET", "/settings", nil).Body.String(), "Somebody tried") {
		t.Error("a dismissed notice is shown again")
	}
}

func TestANewBrowserIsToldOfOnceAndAKnownOneIsNot(t *testing.T) {
	s := newSite(t)
	const sentence = "You signed in with a new browser"
	b := s.browser()
	b.signIn("member") // the template's sign-in had no device
	if page := b.ask("GET", "/settings", nil).Body.String(); !strings.Contains(page, sentence) {
		t.Error("a new browser is not told of")
	}
	b.dismiss(b.ask("GET", "/settings", nil))
	b.ask("POST", "/logout", url.Values{})
	b.signIn("member")
	page := b.ask("GET", "/settings", nil).Body.String()
	if strings.Contains(page, sentence) {
		t.Error("a browser that was used before is told of")
	}
	if !strings.Contains(page, "You last signed in just now from 192.0.2.1.") {
		t.Error("the sign-in before is not told")
	}
}

// Who took the second step while the clock was ahead would be greeted until that
// time comes. Here the clock of the pages alone is set back.
func TestAClockThatWasAheadGreetsNobodyForLong(t *testing.T) {
	now := testNow()
	s := newSiteAt(t, func() time.Time { return now })
	b := s.browser()
	b.signIn("member")
	const hello = "You last signed in"
	says(t, b.ask("GET", "/settings", nil), http.StatusOK, hello)
	now = now.Add(-account.ClockSkew - time.Second)
	if page := b.ask("GET", "/settings", nil).Body.String(); strings.Contains(page, hello) {
		t.Error("the greeting stays")
	}
}

// TestTimesAreInTheZoneOfWhoReads changes the zone and looks at a page that is
// kept for each person.
func TestTimesAreInTheZoneOfWhoReads(t *testing.T) {
	s := newSite(t)
	s.link("Production", "aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee")
	b := s.as("owner")
	form := url.Values{"name": {"Olivia"}, "time_zone": {"Asia/Tokyo"}, "theme": {"dark"}}
	leads(t, b.ask("POST", "/settings", form), "/settings?done=saved")
	page := b.ask("GET", "/accounts/harbor/people", nil).Body.String()
	if !strings.Contains(page, "18:00:00 JST") || !strings.Contains(page, `datetime="2026-11-23T09:00:00Z"`) || !strings.Contains(page, `data-theme="dark"`) || !strings.Contains(page, "Olivia") {
		t.Errorf("the page does not follow the profile: %s", page)
	}
	says(t, b.ask("POST", "/settings", url.Values{"name": {"Olivia"}, "time_zone": {"Mars/Base"}, "theme": {"dark"}}), http.StatusUnprocessableEntity, "Olivia")
}

// TestNobodyActsAsSomebodyElse looks for a route that would let an
// administrator sign in as another person.
func TestNobodyActsAsSomebodyElse(t *testing.T) {
	s := newSite(t)
	for _, r := range s.routes() {
		if r.who != administrator {
			continue
		}
		real, _ := s.fill(r.path, "admin")
		w := s.ask("admin", r.method, real, formFor(r.method, "admin"))
		for _, c := range w.Result().Cookies() {
			if c.Name == s.sessions.name {
				t.Errorf("%s %s hands out a session", r.method, r.path)
			}
		}
	}
}

func TestADisabledPersonIsOutAtTheNextRequest(t *testing.T) {
	s := newSite(t)
	if w := s.ask("member", "GET", "/settings", nil); w.Code != http.StatusOK {
		t.Fatalf("before, the page answered %d", w.Code)
	}
	leads(t, s.as("admin").ask("POST", "/admin/people/"+s.ids["member"]+"/disable", url.Values{}), "/admin/people/"+s.ids["member"]+"?done=disable")
	if w := s.ask("member", "GET", "/settings", nil); w.Code != http.StatusSeeOther {
		t.Errorf("after, the page answered %d", w.Code)
	}
	s.as("admin").ask("POST", "/admin/people/"+s.ids["member"]+"/enable", url.Values{})
	leads(t, s.browser().signIn("member"), "/settings")
}

func TestLeavingTakesEffectOnTheNextRequest(t *testing.T) {
	s := newSite(t)
	b := s.as("member")
	leads(t, b.ask("POST", "/accounts/harbor/leave", url.Values{}), "/")
	if w := b.ask("GET", "/accounts/harbor/cloud-providers", nil); w.Code != http.StatusNotFound {
		t.Errorf("the account answered %d", w.Code)
	}
	if err := s.Organizations.Remove(t.Context(), s.harbor.ID, s.ids["half"], audit.BySystem()); err != nil {
		t.Fatal(err)
	}
	says(t, s.as("owner").ask("POST", "/accounts/harbor/leave", url.Values{}), http.StatusConflict, account.ErrLastOwner.Sentence)
}

// TestAnOldProofDoesNotStandBetweenSomebodyAndTheirFirstPasskey walks the way of
// somebody whom the site leads to a passkey and whose last proof is old.
func TestAnOldProofDoesNotStandBetweenSomebodyAndTheirFirstPasskey(t *testing.T) {
	s := newSite(t, withPolicy(account.Policy{Passwords: true, RequireSecondStep: true}))
	b := s.as("stale owner")
	leads(t, b.ask("GET", "/settings", nil), "/settings/passkeys/new?next=%2Fsettings")
	leads(t, b.ask("GET", "/settings/passkeys/new?next=%2Fsettings", nil), "/prove?next="+url.QueryEscape("/settings/passkeys/new?next=%2Fsettings"))
	says(t, b.ask("GET", "/prove?next=%2Fsettings%2Fpasskeys%2Fnew", nil), http.StatusOK, "Confirm that it's you")
	leads(t, b.ask("POST", "/prove", url.Values{"password": {testPassword}, "next": {"/settings/passkeys/new"}}), "/settings/passkeys/new")
	b.addPasskey("laptop")
	if w := b.ask("GET", "/settings", nil); w.Code != http.StatusOK {
		t.Errorf("in the end the page answered %d", w.Code)
	}
}

// TestWhoIsRemovedWhileSendingIsRemoved sends half a form, removes its sender,
// and sends the rest.
func TestWhoIsRemovedWhileSendingIsRemoved(t *testing.T) {
	s := newSite(t)
	form := url.Values{"name": {"harbor"}, "description": {"taken back"}}.Encode()
	reader, writer := io.Pipe()
	request := httptest.NewRequestWithContext(t.Context(), "POST", "http://127.0.0.1:8080/accounts/harbor/general", reader)
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	request.AddCookie(&http.Cookie{Name: s.sessions.name, Value: s.people["owner"]})
	got, done := httptest.NewRecorder(), make(chan struct{})
	go func() {
		s.server.ServeHTTP(got, request)
		close(done)
	}()
	if _, err := writer.Write([]byte(form[:10])); err != nil { // returns once the server reads
		t.Fatal(err)
	}
	if err := s.Organizations.Remove(t.Context(), s.harbor.ID, s.ids["owner"], audit.BySystem()); err != nil {
		t.Fatal(err)
	}
	if _, err := writer.Write([]byte(form[10:])); err != nil {
		t.Fatal(err)
	}
	if err := writer.Close(); err != nil {
		t.Fatal(err)
	}
	<-done
	if got.Code != http.StatusNotFound {
		t.Errorf("who was removed meanwhile got %d", got.Code)
	}
}
