package handlers

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// TestSignInSaysThatCookiesAreRefused posts the form of the sign-in page with
// and without the cookie that came with it.
func TestSignInSaysThatCookiesAreRefused(t *testing.T) {
	s := newSite(t)
	page := s.ask("", "GET", "/login", nil)
	says(t, page, http.StatusOK, `name="probe"`)
	form := signInForm("owner@example.com", testPassword, "/settings")
	form.Set("probe", "set")
	refused := s.ask("", "POST", "/login", form)
	says(t, refused, http.StatusUnprocessableEntity, "send back Mooring's cookie")
	if !strings.Contains(refused.Body.String(), `value="owner@example.com"`) {
		t.Error("the address is lost")
	}
	for _, c := range refused.Result().Cookies() {
		if c.Name == s.sessions.name {
			t.Error("a browser that refuses cookies was signed in")
		}
	}
	with := func(r *http.Request) {
		for _, c := range page.Result().Cookies() {
			r.AddCookie(c)
		}
	}
	leads(t, s.ask("", "POST", "/login", form, with), "/settings")
}

// TestSignInSaysWhatIsLost sends forms without a session, as a page without a
// script does.
func TestSignInSaysWhatIsLost(t *testing.T) {
	s := newSite(t)
	const lost = "What you typed is lost"
	from := withHeader("Referer", "http://example.com"+postPath+"/new")
	for _, c := range []struct {
		form url.Values
		want string
	}{
		{url.Values{"label": {"Production"}, "verify": {"yes"}}, "/login?lost=form"},
		{url.Values{"label": {""}, "verify": {"yes"}}, "/login"},
	} {
		w := s.ask("", "POST", postPath, c.form, from)
		if strings.Contains(w.Header().Get("Location"), "lost") != (c.form.Get("label") != "") {
			t.Errorf("it leads to %s", w.Header().Get("Location"))
		}
		if got := w.Header().Get("Location"); !strings.HasPrefix(got, c.want) {
			t.Errorf("it leads to %q", got)
		}
		page := s.ask("", "GET", w.Header().Get("Location"), nil)
		if len(c.form.Get("label")) > 0 {
			shows(t, page, lost)
		} else {
			lacks(t, page.Body.String(), lost)
		}
	}
	htmx := s.ask("", "POST", postPath, url.Values{"label": {"Production"}}, withHTMX("dialog"))
	if got := htmx.Header().Get("HX-Redirect"); !strings.HasPrefix(got, "/login") {
		t.Errorf("it leads to %q", got)
	}
	lacks(t, htmx.Header().Get("HX-Redirect"), "lost")
}
