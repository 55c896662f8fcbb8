package handlers

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// siteAt is a site under an address of its own.
func siteAt(t *testing.T, address string) *site {
	t.Helper()
	public, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	return newSite(t, func(c *Config) { c.PublicURL = public })
}

func atHost(host string) func(*http.Request) { return func(r *http.Request) { r.Host = host } }

func TestCookiesHaveThePortOfTheAddress(t *testing.T) {
	for address, want := range map[string]string{
		"https://h.example": "__Host-mooring_session", "https://h.example:443": "__Host-mooring_session", "https://h.example:8443": "__Host-mooring_8443_session",
		"http://localhost": "mooring_session", "http://localhost:8080": "mooring_8080_session", "http://localhost:443": "mooring_443_session",
		"https://[2001:db8::1]:8443": "__Host-mooring_8443_session",
	} {
		public, err := url.Parse(address)
		if err != nil {
			t.Fatal(err)
		}
		if got := cookieName(public, "session"); got != want {
			t.Errorf("%s has the cookie %s, want %s", address, got, want)
		}
	}
}

// TestTwoSitesOnOneHostKeepTheirOwnCookies is one browser that signs in at two sites
// of one host and at a third on the port that https has anyway.
func TestTwoSitesOnOneHostKeepTheirOwnCookies(t *testing.T) {
	cookies := map[string]string{} // of the host, whatever the port
	hosts := []string{"h.example:8443", "h.example:9443", "h.example"}
	var browsers []*browser
	for _, host := range hosts {
		b := siteAt(t, "https://"+host).browser()
		b.cookies = cookies
		browsers = append(browsers, b)
		page := b.ask("GET", "/login", nil, atHost(host))
		says(t, page, http.StatusOK, `name="probe"`)
		form := signInForm("owner@example.com", testPassword, "/settings")
		form.Set("probe", "set")
		leads(t, b.ask("POST", "/login", form, atHost(host)), "/settings")
		b.ask("GET", "/accounts/harbor/cloud-providers", nil, atHost(host))
	}
	for _, what := range []string{"session", "device", "probe", "account"} {
		seen := map[string]bool{}
		for i, b := range browsers {
			seen[cookies[b.s.cookieName(what)]] = true
			if cookies[b.s.cookieName(what)] == "" {
				t.Errorf("%s has no cookie %s", hosts[i], what)
			}
		}
		if want := map[string]int{"session": 3}[what]; len(seen) < want {
			t.Errorf("the cookie %s is shared: %v", what, cookies)
		}
	}
	for i, b := range browsers {
		if w := b.ask("GET", "/settings", nil, atHost(hosts[i])); w.Code != http.StatusOK {
			t.Errorf("%s answers %d to who is signed in", hosts[i], w.Code)
		}
	}
	browsers[0].ask("POST", "/logout", nil, atHost(hosts[0]))
	if w := browsers[0].ask("GET", "/settings", nil, atHost(hosts[0])); w.Code != http.StatusSeeOther {
		t.Errorf("%s answers %d to who has signed out", hosts[0], w.Code)
	}
	for i, b := range browsers[1:] {
		if w := b.ask("GET", "/settings", nil, atHost(hosts[i+1])); w.Code != http.StatusOK {
			t.Errorf("signing out at %s signs out at %s", hosts[0], hosts[i+1])
		}
	}
	for name := range cookies {
		if !strings.HasPrefix(name, "__Host-mooring_") {
			t.Errorf("the cookie %s is not bound to the host", name)
		}
	}
}

// TestACookieFromBeforeNamesHadPortsMoves is the first request after an upgrade.
func TestACookieFromBeforeNamesHadPortsMoves(t *testing.T) {
	const host, other = "h.example:8443", "h.example:9443"
	s := siteAt(t, "https://"+host)
	b := s.browser()
	device := strings.Repeat("D", 26)
	leads(t, b.ask("POST", "/login", signInForm("owner@example.com", testPassword, "/settings"), atHost(host)), "/settings")
	token := b.session()
	b.cookies = map[string]string{"__Host-mooring_session": token, "__Host-mooring_device": device}
	stranger := siteAt(t, "https://"+other).browser()
	stranger.cookies = b.cookies
	if w := stranger.ask("GET", "/settings", nil, atHost(other)); w.Code != http.StatusSeeOther || b.cookies["__Host-mooring_session"] == "" {
		t.Errorf("the other site answers %d and leaves %v", w.Code, b.cookies)
	}
	if w := b.ask("GET", "/settings", nil, atHost(host)); w.Code != http.StatusOK {
		t.Errorf("somebody was signed out: %d", w.Code)
	}
	if b.cookies["__Host-mooring_session"] != "" || b.session() != token {
		t.Errorf("the cookies are %v", b.cookies)
	}
	if w := b.ask("GET", "/settings", nil, atHost(host)); w.Code != http.StatusOK || len(w.Result().Cookies()) > 0 {
		t.Errorf("the next request answers %d and sets %v", w.Code, w.Result().Cookies())
	}
	b.ask("POST", "/logout", nil, atHost(host))
	leads(t, b.ask("POST", "/login", signInForm("owner@example.com", testPassword, "/settings"), atHost(host)), "/settings")
	if b.cookies["__Host-mooring_8443_device"] != device || b.cookies["__Host-mooring_device"] != device {
		t.Errorf("the browser is known by %v", b.cookies)
	}
}

func TestTwoCookiesFromBeforeNamesHadPortsAreNone(t *testing.T) {
	s := siteAt(t, "https://h.example:8443")
	w := s.ask("", "GET", "/settings", nil, atHost("h.example:8443"), func(r *http.Request) {
		r.AddCookie(&http.Cookie{Name: "__Host-mooring_session", Value: s.people["owner"]})
		r.AddCookie(&http.Cookie{Name: "__Host-mooring_session", Value: "planted"})
	})
	if w.Code != http.StatusSeeOther {
		t.Errorf("answered %d", w.Code)
	}
	w = s.ask("", "GET", "/settings", nil, atHost("h.example:8443"), func(r *http.Request) {
		r.AddCookie(&http.Cookie{Name: "__Host-mooring_8443_session", Value: "planted"})
		r.AddCookie(&http.Cookie{Name: "__Host-mooring_session", Value: s.people["owner"]})
	})
	if w.Code != http.StatusSeeOther {
		t.Errorf("with a cookie of the new name, answered %d", w.Code)
	}
}

func TestSigningOutForgetsACookieFromBeforeNamesHadPorts(t *testing.T) {
	const host = "h.example:8443"
	s := siteAt(t, "https://"+host)
	b := s.browser()
	b.cookies["__Host-mooring_session"] = s.people["owner"]
	b.ask("POST", "/logout", nil, atHost(host))
	if b.cookies["__Host-mooring_session"] != "" || b.cookies["__Host-mooring_8443_session"] != "" {
		t.Errorf("the cookies are %v", b.cookies)
	}
}
