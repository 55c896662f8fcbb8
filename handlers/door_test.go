package handlers

import (
	"html"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"mooring/account"
)

func signInForm(email, password, next string) url.Values {
	return url.Values{"email": {email}, "password": {password}, "next": {next}}
}

func TestSigningInStartsANewSession(t *testing.T) {
	s := newSite(t)
	planted := &http.Cookie{Name: s.sessions.name, Value: "planted-by-somebody-else"}
	w := s.ask("", "POST", "/login", signInForm(" Owner@Example.com ", testPassword, "/settings/sessions"),
		func(r *http.Request) { r.AddCookie(planted) })
	if w.Code != http.StatusSeeOther || w.Header().Get("Location") != "/settings/sessions" {
		t.Fatalf("answered %d to %q", w.Code, w.Header().Get("Location"))
	}
	c := s.sessionCookie(w)
	if c.Value == planted.Value || len(c.Value) < 43 || !c.HttpOnly || c.SameSite != http.SameSiteLaxMode || c.Path != "/" || c.Domain != "" {
		t.Errorf("cookie %v", c)
	}
	s.people["new"] = c.Value
	if got := s.ask("new", "GET", "/accounts/harbor/cloud-providers", nil); got.Code != http.StatusOK {
		t.Errorf("the new session answered %d", got.Code)
	}
	if strings.Contains(s.log.String(), c.Value) {
		t.Error("the session's token is in the log")
	}
}

func TestSigningInAgainEndsTheSessionBefore(t *testing.T) {
	s := newSite(t)
	if w := s.ask("owner", "POST", "/login", signInForm("owner@example.com", testPassword, "/")); w.Code != http.StatusSeeOther {
		t.Fatalf("answered %d", w.Code)
	}
	if w := s.ask("owner", "GET", "/settings/sessions", nil); w.Code != http.StatusSeeOther {
		t.Errorf("the session before answered %d", w.Code)
	}
}

func TestOverHTTPSTheCookieIsBoundToTheHost(t *testing.T) {
	s := newSite(t, func(c *Config) { c.PublicURL = &url.URL{Scheme: "https", Host: "mooring.example.com"} })
	w := s.ask("", "POST", "/login", signInForm("owner@example.com", testPassword, "/"), func(r *http.Request) { r.Host = "mooring.example.com" })
	cookies := w.Result().Cookies()
	if len(cookies) != 2 {
		t.Errorf("cookies %v, want those of the session and of the device", cookies)
	}
	for _, c := range cookies {
		if !strings.HasPrefix(c.Name, "__Host-mooring_") || !c.Secure || !c.HttpOnly || c.Path != "/" || c.Domain != "" {
			t.Errorf("cookie %v", c)
		}
	}
	if w.Header().Get("Strict-Transport-Security") == "" {
		t.Error("no HSTS")
	}
}

func TestAWrongPasswordTellsNothingAndKeepsTheAddress(t *testing.T) {
	s := newSite(t)
	known := s.ask("", "POST", "/login", signInForm("owner@example.com", "wrong wrong wrong", "/"))
	unknown := s.ask("", "POST", "/login", signInForm("nobody@example.com", "wrong wrong wrong", "/"))
	if known.Code != http.StatusUnprocessableEntity || unknown.Code != known.Code {
		t.Errorf("answered %d and %d", known.Code, unknown.Code)
	}
	same := strings.ReplaceAll(unknown.Body.String(), "nobody@example.com", "owner@example.com")
	if withoutIDs(known.Body.String()) != withoutIDs(same) {
		t.Error("the answers differ")
	}
	if body := known.Body.String(); !strings.Contains(html.UnescapeString(body), account.ErrWrongPassword.Sentence) ||
		!strings.Contains(body, `value="owner@example.com"`) || strings.Contains(body, "wrong wrong wrong") {
		t.Errorf("the page shows the wrong things: %s", body)
	}
}

func TestGuessingIsLimitedWhateverForwardedForSays(t *testing.T) {
	s := newSite(t)
	limited := 0
	for i := range 12 {
		w := s.ask("", "POST", "/login", signInForm("owner@example.com", "wrong wrong wrong", "/"),
			withHeader("X-Forwarded-For", net.IPv4(10, 0, 0, byte(i)).String()))
		if w.Code == http.StatusTooManyRequests {
			limited++
			if w.Header().Get("Retry-After") != "900" || !strings.Contains(html.UnescapeString(w.Body.String()), account.ErrTooManyTries.Sentence) {
				t.Error("the refusal does not say what to do")
			}
		}
	}
	if limited != 4 {
		t.Errorf("%d of 12 were limited", limited)
	}
	if w := s.ask("", "POST", "/login", signInForm("owner@example.com", testPassword, "/"),
		func(r *http.Request) { r.RemoteAddr = "198.51.100.7:1" }); w.Code != http.StatusSeeOther {
		t.Errorf("the right password from elsewhere answered %d", w.Code)
	}
}

func TestATrustedProxyNamesTheAddress(t *testing.T) {
	_, network, err := net.ParseCIDR("192.0.2.0/24")
	if err != nil {
		t.Fatal(err)
	}
	s := newSite(t, func(c *Config) { c.TrustedProxies = []*net.IPNet{network} })
	s.ask("", "POST", "/login", signInForm("owner@example.com", testPassword, "/"), withHeader("X-Forwarded-For", "203.0.113.9"))
	if page := s.ask("owner", "GET", "/settings/sessions", nil).Body.String(); !strings.Contains(page, "203.0.113.9") {
		t.Error("the address of the proxy's client is not listed")
	}
}

func TestReturnAddressesStayHere(t *testing.T) {
	for _, next := range []string{"//evil.example", "/\\evil.example", "https://evil.example", "https:evil.example", "/%09/evil.example",
		"/%5cevil.example", "/%2fevil.example", "\t//evil.example", "/\t/evil.example", "/\r\nSet-Cookie: a=b", "evil.example", "", "javascript:alert(1)"} {
		if got := ownPath(next); got != "/" {
			t.Errorf("%q leads to %q", next, got)
		}
	}
	for _, next := range []string{"/", "/accounts/harbor/cloud-providers?x=1", "/settings/sessions"} {
		if got := ownPath(next); got != next {
			t.Errorf("%q leads to %q", next, got)
		}
	}
}

func FuzzOwnPath(f *testing.F) {
	f.Add("//evil.example")
	base := &url.URL{Scheme: "https", Host: "mooring.example"}
	f.Fuzz(func(t *testing.T, next string) {
		target, err := base.Parse(ownPath(next))
		if err == nil && (target.Host != base.Host || target.Scheme != base.Scheme) {
			t.Errorf("%q leads to %s", next, target)
		}
	})
}

func TestSigningOutEndsTheSession(t *testing.T) {
	s := newSite(t)
	w := s.ask("owner", "POST", "/logout", url.Values{})
	if w.Code != http.StatusSeeOther || w.Result().Cookies()[0].MaxAge >= 0 || w.Header().Get("Clear-Site-Data") == "" {
		t.Errorf("answered %d %v", w.Code, w.Header())
	}
	if again := s.ask("owner", "GET", "/accounts/harbor/cloud-providers", nil); again.Code != http.StatusSeeOther {
		t.Errorf("the old cookie answered %d", again.Code)
	}
}

func TestTwoCookiesOfOneNameAreNobody(t *testing.T) {
	s := newSite(t)
	w := s.ask("owner", "GET", "/settings/sessions", nil, func(r *http.Request) {
		r.AddCookie(&http.Cookie{Name: s.sessions.name, Value: s.people["stranger"]})
	})
	if w.Code != http.StatusSeeOther {
		t.Errorf("answered %d", w.Code)
	}
}

func TestOtherSitesChangeNothing(t *testing.T) {
	s := newSite(t)
	before := s.db.Version()
	for name, headers := range map[string][2]string{
		"cross-site":         {"Sec-Fetch-Site", "cross-site"},
		"same site, other":   {"Sec-Fetch-Site", "same-site"},
		"older browser":      {"Origin", "https://evil.example"},
		"an unknown origin":  {"Origin", "null"},
		"another port of us": {"Origin", "http://127.0.0.1:9999"},
	} {
		for _, path := range []string{"/logout", "/login", "/settings/theme", "/accounts/harbor/cloud-providers/azure/credentials"} {
			w := s.ask("owner", "POST", path, formFor("POST", "owner"), withHeader(headers[0], headers[1]))
			if w.Code != http.StatusForbidden || !strings.Contains(html.UnescapeString(w.Body.String()), errCrossOrigin.Sentence) {
				t.Errorf("%s: %s answered %d", name, path, w.Code)
			}
		}
	}
	if s.db.Version() != before {
		t.Error("something changed")
	}
}

func TestOtherHostsAreNotAnswered(t *testing.T) {
	s := newSite(t, func(c *Config) { c.PublicURL = &url.URL{Scheme: "https", Host: "mooring.example.com"} })
	for _, host := range []string{"evil.example", "127.0.0.1:8080", "mooring.example.com.evil.example"} {
		w := s.ask("owner", "GET", "/", nil, func(r *http.Request) { r.Host = host })
		if w.Code != http.StatusNotFound || strings.Contains(w.Body.String(), "evil") {
			t.Errorf("%s: %d %s", host, w.Code, w.Body)
		}
	}
	if w := s.ask("", "GET", "/healthz", nil); w.Code != http.StatusOK {
		t.Errorf("a probe answered %d", w.Code)
	}
}

func TestTooMuchIsRefused(t *testing.T) {
	s := newSite(t)
	w := s.ask("owner", "POST", "/accounts/harbor/cloud-providers/azure/credentials", url.Values{"pasted": {strings.Repeat("x", maxBody+1)}})
	if w.Code != http.StatusUnprocessableEntity || !strings.Contains(html.UnescapeString(w.Body.String()), errTooLarge.Sentence) {
		t.Errorf("answered %d: %s", w.Code, w.Body)
	}
}

func TestAnUnreadableBodyIsCalledThat(t *testing.T) {
	s := newSite(t)
	for _, path := range []string{"/login", "/accounts/harbor/cloud-providers/azure/credentials"} {
		w := s.ask("owner", "POST", path, url.Values{}, func(r *http.Request) { r.Body = io.NopCloser(strings.NewReader("label=%zz")) })
		if w.Code != http.StatusUnprocessableEntity || !strings.Contains(html.UnescapeString(w.Body.String()), errUnreadable.Sentence) {
			t.Errorf("%s answered %d: %s", path, w.Code, w.Body)
		}
	}
}

func TestHeadAnswersLikeGet(t *testing.T) {
	s := newSite(t)
	for _, path := range []string{"/healthz", "/login", "/accounts/harbor/cloud-providers"} {
		if get, head := s.ask("owner", "GET", path, nil), s.ask("owner", "HEAD", path, nil); get.Code != head.Code {
			t.Errorf("%s: GET answers %d and HEAD %d", path, get.Code, head.Code)
		}
	}
}

func TestTheSetUpAddressWorksOnce(t *testing.T) {
	s := newSite(t)
	if token, needed, err := s.Accounts.NewSetUpLink(t.Context()); err != nil || needed || token.Reveal() != "" {
		t.Fatalf("an address is offered although there are people: %v", err)
	}
	if w := s.ask("", "GET", "/setup/guess", nil); w.Code != http.StatusNotFound || !strings.Contains(html.UnescapeString(w.Body.String()), account.ErrSetUpLink.Sentence) {
		t.Errorf("answered %d: %s", w.Code, w.Body)
	}
	if log := s.log.String(); strings.Contains(log, "guess") {
		t.Errorf("the token is in the log: %s", log)
	}
}

func TestAnInternalFailureShowsTheRequestIDAndNothingElse(t *testing.T) {
	s := newSite(t)
	if err := s.db.Close(); err != nil {
		t.Fatal(err)
	}
	w := s.ask("owner", "GET", "/accounts/harbor/cloud-providers", nil)
	if w.Code != http.StatusInternalServerError {
		t.Fatalf("answered %d", w.Code)
	}
	body := w.Body.String()
	for _, private := range []string{"sql", "database", "closed", "goroutine"} {
		if strings.Contains(body, private) {
			t.Errorf("the page says %q", private)
		}
	}
	id := requestIDs.FindString(body)
	if id == "" || !strings.Contains(s.log.String(), "id="+id) || !strings.Contains(s.log.String(), "closed") {
		t.Errorf("the log does not lead from %q to the cause: %s", id, s.log)
	}
	if ready := s.ask("", "GET", "/readyz", nil); ready.Code != http.StatusServiceUnavailable {
		t.Errorf("readiness answered %d", ready.Code)
	}
	if alive := s.ask("", "GET", "/healthz", nil); alive.Code != http.StatusOK {
		t.Errorf("liveness answered %d", alive.Code)
	}
}

func TestEndingASessionElsewhere(t *testing.T) {
	s := newSite(t)
	w := s.ask("", "POST", "/login", signInForm("owner@example.com", testPassword, "/"))
	s.people["elsewhere"] = s.sessionCookie(w).Value
	s.ask("elsewhere", "GET", "/settings/sessions", nil) // is known and kept
	page := s.ask("owner", "GET", "/settings/sessions", nil).Body.String()
	path := "/settings/sessions/" + hashOf(s.people["elsewhere"]) + "/end"
	if !strings.Contains(page, path) {
		t.Fatalf("the other session is not listed: %s", page)
	}
	if w := s.ask("stranger", "POST", path, url.Values{}); w.Code != http.StatusNotFound {
		t.Errorf("a stranger's try answered %d", w.Code)
	}
	if w := s.ask("owner", "POST", path, url.Values{}); w.Code != http.StatusSeeOther {
		t.Errorf("ending answered %d", w.Code)
	}
	if w := s.ask("elsewhere", "GET", "/settings/sessions", nil); w.Code != http.StatusSeeOther {
		t.Errorf("the ended session answered %d", w.Code)
	}
}

// A stranger chooses the page from which a request says that it comes.
func TestTheWayBackCostsNoMoreBecauseItIsLong(t *testing.T) {
	s := newSite(t)
	allocations := func(parts int) float64 {
		return testing.AllocsPerRun(1, func() {
			w := s.answer("", "POST", "/accounts/harbor/general", url.Values{}, withHeader("Referer", "http://127.0.0.1:8080/"+strings.Repeat("a/", parts)))
			if w.Code != http.StatusSeeOther {
				t.Errorf("answered %d", w.Code)
			}
		})
	}
	if few, many := allocations(10), allocations(10_000); many > few+500 {
		t.Errorf("%.0f things are allocated for a short way back, %.0f for a long one", few, many)
	}
}

// TestWhatIsTooLargeIsReadToItsEnd: a proxy that is still sending when the connection
// closes never reads the answer. What is larger than anybody sends by mistake is not
// read.
func TestWhatIsTooLargeIsReadToItsEnd(t *testing.T) {
	s := newSite(t)
	for size, left := range map[int]bool{maxBody + 1: false, maxDiscarded: false, maxDiscarded + 1: true} {
		body := strings.NewReader(strings.Repeat("x", size))
		w := s.ask("", "POST", "/login", nil, func(r *http.Request) {
			r.Body, r.ContentLength = io.NopCloser(body), int64(size)
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		})
		if w.Code != http.StatusUnprocessableEntity || !strings.Contains(html.UnescapeString(w.Body.String()), errTooLarge.Sentence) || (body.Len() > 0) != left {
			t.Errorf("%d bytes answered %d, and %d were left", size, w.Code, body.Len())
		}
	}
}
