package handlers

import (
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"mooring/static"
)

// TestEveryRouteForEveryCaller walks the table: who may pass passes, and
// everybody else learns nothing.
func TestEveryRouteForEveryCaller(t *testing.T) {
	callers := []string{"", "stranger", "admin", "member", "owner"}
	passes := map[access]map[string]bool{
		anyone:   {"": true, "stranger": true, "admin": true, "member": true, "owner": true},
		signedIn: {"stranger": true, "admin": true, "member": true, "owner": true},
		member:   {"member": true, "owner": true},
		owner:    {"owner": true},
	}
	for _, r := range (&handlers{}).routes() {
		for _, who := range callers {
			for _, asker := range []string{"a browser", "htmx"} {
				t.Run(r.method+" "+r.path+" by "+who+" with "+asker, func(t *testing.T) {
					t.Parallel()
					walk(t, r, who, passes[r.who][who], asker == "htmx")
				})
			}
		}
	}
}

func walk(t *testing.T, r route, who string, passes, htmx bool) {
	s := newSite(t)
	real, missing := s.fill(r.path, who)
	before := s.db.Version()
	var with []func(*http.Request)
	if htmx {
		with = append(with, withHTMX("live"))
	}
	got := s.ask(who, r.method, real, formFor(r.method), with...)
	switch {
	case passes && strings.Contains(r.path, ":token"): // a set-up address that does not work
		if got.Code != http.StatusNotFound {
			t.Errorf("answered %d", got.Code)
		}
	case passes:
		tooEarly := strings.HasSuffix(r.path, "/renew") && got.Code == http.StatusConflict
		if got.Code >= 400 && r.path != "/login" && !tooEarly {
			t.Errorf("refused with %d: %s", got.Code, got.Body)
		}
	case who == "" && htmx:
		if got.Code != http.StatusUnauthorized || !strings.HasPrefix(got.Header().Get("HX-Redirect"), "/login") || got.Body.Len() > 0 {
			t.Errorf("answered %d %v", got.Code, got.Header())
		}
	case who == "":
		if got.Code != http.StatusSeeOther || !strings.HasPrefix(got.Header().Get("Location"), "/login") {
			t.Errorf("answered %d to %q", got.Code, got.Header().Get("Location"))
		}
	case who == "member":
		if got.Code != http.StatusForbidden || !strings.Contains(got.Body.String(), errOwnersOnly.Sentence) {
			t.Errorf("answered %d: %s", got.Code, got.Body)
		}
	default:
		random := s.ask(who, r.method, missing, formFor(r.method), with...)
		if got.Code != http.StatusNotFound || withoutIDs(got.Body.String()) != withoutIDs(random.Body.String()) {
			t.Errorf("answered %d, and %d to what does not exist", got.Code, random.Code)
		}
	}
	if (!passes || r.method == "GET") && s.db.Version() != before {
		t.Error("it changed something")
	}
	checkHeaders(t, got.Header(), r.path)
}

// fill puts harbor's things and the caller's own session into a path, and into
// another one things that nobody has.
func (s *site) fill(path, who string) (real, missing string) {
	credentialPath := s.link("Production", "aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee")
	id := credentialPath[strings.LastIndexByte(credentialPath, '/')+1:]
	if strings.HasSuffix(path, "/enable") {
		s.ask("owner", "POST", credentialPath+"/disable", url.Values{})
	}
	session := hashOf(s.people[who])
	real = strings.NewReplacer(":account", "harbor", ":provider", "azure", ":credential", id, ":token", "none",
		":session", session, "/static/*", static.Path("app.css")).Replace(path)
	missing = strings.NewReplacer(":account", "nobody", ":provider", "azure", ":credential", "none").Replace(path)
	return real, missing
}

func formFor(method string) url.Values {
	if method != "POST" {
		return nil
	}
	return url.Values{"label": {"Test"}, "subscription_id": {"50000002-0000-4000-8000-000000000002"}, "theme": {"dark"}, "verify": {"no"}}
}

var requestIDs = regexp.MustCompile(`[A-Z2-7]{16}`)

func withoutIDs(body string) string { return requestIDs.ReplaceAllString(body, "") }

func checkHeaders(t *testing.T, header http.Header, path string) {
	t.Helper()
	for name, want := range map[string]string{
		"Content-Security-Policy": contentPolicy, "X-Content-Type-Options": "nosniff", "X-Frame-Options": "DENY",
		"Referrer-Policy": "no-referrer", "Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Resource-Policy": "same-origin",
	} {
		if header.Get(name) != want {
			t.Errorf("%s: %q", name, header.Get(name))
		}
	}
	if path != "/static/*" && header.Get("Cache-Control") != "no-store" {
		t.Errorf("Cache-Control: %q", header.Get("Cache-Control"))
	}
}

func TestNoRouteStandsBesideTheTable(t *testing.T) {
	s := newSite(t)
	e, err := s.router()
	if err != nil {
		t.Fatal(err)
	}
	want := len(s.routes())
	for _, r := range s.routes() {
		if r.method == "GET" {
			want++ // and its HEAD
		}
	}
	if got := len(e.Routes()); got != want {
		t.Errorf("Echo has %d routes and the table %d", got, want)
	}
	seen := map[string]bool{}
	for _, r := range s.routes() {
		if seen[r.method+r.path] {
			t.Errorf("%s %s stands twice", r.method, r.path)
		}
		seen[r.method+r.path] = true
		if r.method != "GET" && r.method != "POST" {
			t.Errorf("%s %s: forms know GET and POST", r.method, r.path)
		}
	}
}

func TestARouteThatNobodyDecidedStopsTheStart(t *testing.T) {
	if _, err := (&handlers{}).guard(undecided); err == nil {
		t.Error("it was let through")
	}
}

// hashOf is how a session's token is listed.
func hashOf(token string) string {
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:])
}
