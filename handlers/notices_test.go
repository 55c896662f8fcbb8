package handlers

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
)

var noticeField = regexp.MustCompile(`name="notice" value="([^"]*)"`)

// dismiss presses the button under the notices of a page.
func (b *browser) dismiss(page *httptest.ResponseRecorder) *httptest.ResponseRecorder {
	b.s.t.Helper()
	form := url.Values{"next": {"/settings"}}
	for _, found := range noticeField.FindAllStringSubmatch(page.Body.String(), -1) {
		form.Add("notice", found[1])
	}
	return b.ask("POST", "/settings/notices/dismiss", form)
}

// A page that lay open while something happened dismisses what it showed.
func TestWhatHappenedSinceThePageWasMadeStays(t *testing.T) {
	s := newSite(t)
	fail := func() {
		s.ask("", "POST", "/login", signInForm("viewer@example.com", "not the right one", "/"), func(r *http.Request) { r.RemoteAddr = "203.0.113.9:1" })
	}
	fail()
	b := s.as("viewer")
	page := b.ask("GET", "/settings", nil)
	fail()
	b.dismiss(page)
	says(t, b.ask("GET", "/settings", nil), http.StatusOK, "2 sign-in attempts with your e-mail address failed")
	for _, odd := range []string{"", "x", "1", "1.x", "x.1", "99999999999999999999.1", "1.2.3"} {
		leads(t, b.ask("POST", "/settings/notices/dismiss", url.Values{"notice": {odd}}), "/")
	}
	says(t, b.ask("GET", "/settings", nil), http.StatusOK, "2 sign-in attempts with your e-mail address failed")
	b.dismiss(b.ask("GET", "/settings", nil))
	if strings.Contains(b.ask("GET", "/settings", nil).Body.String(), "Somebody tried") {
		t.Error("a dismissed notice is shown again")
	}
}

// The pages of one person differ from session to session, also those that are kept.
func TestWhatOneSessionDismissedTheOtherStillShows(t *testing.T) {
	s := newSite(t)
	const path, sentence = "/accounts/elsewhere/cloud-providers", "Your password was changed"
	thief := s.as("stranger")
	form := url.Values{"current": {testPassword}, "password": {"tide at half past four"}}
	if w := thief.ask("POST", "/settings/password", form); w.Code != http.StatusSeeOther {
		t.Fatalf("changing answered %d: %s", w.Code, w.Body)
	}
	owner := s.browser()
	owner.ask("POST", "/login", signInForm("stranger@example.com", "tide at half past four", "/settings"))
	says(t, owner.ask("GET", path, nil), http.StatusOK, sentence)
	thief.dismiss(thief.ask("GET", path, nil))
	if strings.Contains(thief.ask("GET", path, nil).Body.String(), sentence) {
		t.Error("what was dismissed is shown again in that session")
	}
	says(t, owner.ask("GET", path, nil), http.StatusOK, sentence)
	owner.dismiss(owner.ask("GET", path, nil))
	if strings.Contains(owner.ask("GET", path, nil).Body.String(), sentence) {
		t.Error("what was dismissed is shown again")
	}
}

func TestWhoKnowsThePasswordOfSomebodyWithAPasskeyIsToldOf(t *testing.T) {
	s := newSite(t)
	owner := s.as("owner")
	owner.addPasskey("laptop")
	thief := s.browser()
	thief.ask("POST", "/login", signInForm("owner@example.com", testPassword, "/"), func(r *http.Request) { r.RemoteAddr = "203.0.113.9:1" })
	if strings.Contains(thief.ask("GET", "/login/second-step", nil).Body.String(), "Somebody gave") {
		t.Error("who owes the second step is told of themselves")
	}
	page := owner.ask("GET", "/settings", nil)
	says(t, page, http.StatusOK, "Somebody entered your password or signed in as you at a provider, with ")
	says(t, page, http.StatusOK, ", 203.0.113.9, but didn't complete the second step. If it wasn't you, change your password.")
	if strings.Contains(page.Body.String(), "You signed in with browsers") { // the site was made with one such sign-in
		t.Error("it counts as a sign-in")
	}
}
