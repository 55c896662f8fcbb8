package handlers

import (
	"regexp"
	"testing"
)

var switcher = regexp.MustCompile(`aria-label="Account: ([^"]*)"`)

// switchedTo is the account that the switcher of a page shows.
func (b *browser) switchedTo(path string) string {
	b.s.t.Helper()
	found := switcher.FindStringSubmatch(shows(b.s.t, b.ask("GET", path, nil)))
	if found == nil {
		b.s.t.Fatalf("%s has no switcher", path)
	}
	return found[1]
}

func TestPagesOutsideAnyAccountKeepTheChosenOne(t *testing.T) {
	s := newSite(t)
	b := s.as("owner")
	own := []string{"/settings", "/settings/security", "/settings/sessions", "/organizations/new", "/help"}
	for _, chosen := range []string{"owner", "harbor", "owner"} { // harbor is the default
		b.ask("GET", "/accounts/"+chosen+"/cloud-providers", nil)
		b.ask("GET", "/accounts/harbor/cloud-providers", nil, withHTMX("providers")) // a list in another tab asks for itself
		for _, path := range own {
			if got := b.switchedTo(path); got != chosen {
				t.Errorf("%s shows %s, want %s", path, got, chosen)
			}
		}
		leads(t, b.ask("GET", "/", nil), "/accounts/"+chosen+"/cloud-providers")
	}
	b.ask("GET", "/accounts/elsewhere/cloud-providers", nil)
	if got := b.switchedTo("/settings"); got != "owner" {
		t.Errorf("an account of others is chosen: %s", got)
	}
	lacks(t, shows(t, s.as("owner").ask("GET", "/settings", nil), `>Settings</p>`), "Account info") // that would be the organization's
	b = s.as("owner")
	for _, odd := range []string{"", "none", s.people["owner"]} {
		b.cookies[s.cookieName("account")] = odd
		if got := b.switchedTo("/settings"); got != "harbor" {
			t.Errorf("%q chooses %s", odd, got)
		}
	}
	b.ask("GET", "/accounts/harbor/cloud-providers", nil)
	if w := b.ask("GET", "/accounts/harbor/people", nil); len(w.Result().Cookies()) > 0 {
		t.Errorf("what is remembered already is sent again: %v", w.Result().Cookies())
	}
	b.ask("POST", "/logout", nil)
	if len(b.cookies) > 1 || b.cookies[s.cookieName("account")] != "" {
		t.Errorf("after signing out the browser keeps %v", b.cookies)
	}
}
