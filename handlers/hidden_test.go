package handlers

import (
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
)

// TestAdministrationIsNotThereForOthers compares every route for administrators
// with a page that nobody ever made: whoever is no administrator cannot tell
// them apart.
func TestAdministrationIsNotThereForOthers(t *testing.T) {
	s := newSite(t)
	callers := []string{"", "stranger", "viewer", "member", "owner", "stale owner", "disabled", "half", "read key", "write key", "expired key", "stranger's key"}
	there := strings.NewReplacer(":credential", s.madeCredential(""), ":job", s.madeJob(""), ":review", s.madeReview(""), ":schedule", s.madeSchedule(""), ":person", s.ids["member"])
	none := strings.NewReplacer(":credential", "none", ":job", "none", ":review", "none", ":schedule", "none", ":person", "none")
	rows := 0
	for _, r := range s.routes() {
		if r.who != administrator {
			continue
		}
		rows++
		real, missing := there.Replace(r.path), none.Replace(r.path)
		for _, who := range callers {
			for _, method := range []string{"GET", "POST", "HEAD", "PUT", "OPTIONS"} {
				for _, htmx := range []bool{false, true} {
					want := answerTo404(s, who, method, "/there/is-no/such-page", htmx)
					for _, path := range []string{real, missing, real + "?search=abc&after=x"} {
						if got := answerTo404(s, who, method, path, htmx); got != want {
							t.Fatalf("%s %s by %q, htmx %v, answers\n%s\nand a page that is not there\n%s", method, path, who, htmx, got, want)
						}
					}
				}
			}
		}
	}
	if rows < 37 {
		t.Errorf("only %d routes are for administrators", rows)
	}
}

// answerTo404 spells a whole answer, without the request ID and the path that
// was asked for.
func answerTo404(s *site, who, method, path string, htmx bool) string {
	var form url.Values
	if method == "POST" {
		form = formFor(method, who)
	}
	w := s.ask(who, method, path, form, func(r *http.Request) {
		if htmx {
			withHTMX("linked")(r)
		}
	})
	return spelt(w, path)
}

func spelt(w *httptest.ResponseRecorder, path string) string {
	header := maps.Clone(w.Header())
	for _, name := range []string{"Location", "Hx-Redirect"} {
		if leads := header.Get(name); leads != "" {
			header.Set(name, strings.ReplaceAll(leads, url.QueryEscape(path), "PATH"))
		}
	}
	var all strings.Builder
	_ = header.Write(&all)
	return http.StatusText(w.Code) + "\n" + all.String() + withoutIDs(w.Body.String())
}

func TestAnAdministratorFindsAPageThatIsNotThere(t *testing.T) {
	s := newSite(t)
	for _, path := range []string{"/admin", "/admin/", "/admin/canary", "/admin/linked-accounts/", "/canary"} {
		w := s.ask("admin", "GET", path, nil)
		says(t, w, http.StatusNotFound, errNotHere.Sentence)
		if strings.Contains(w.Body.String(), "canary") {
			t.Errorf("%s is repeated", path)
		}
	}
	for _, method := range []string{"PUT", "DELETE", "OPTIONS"} {
		if w := s.ask("admin", method, linkedAccountsPath, nil); w.Code != http.StatusNotFound || w.Header().Get("Allow") != "" {
			t.Errorf("%s answered %d %v", method, w.Code, w.Header())
		}
	}
	if w := s.ask("", "GET", "/api/v1/canary", nil); w.Code != http.StatusNotFound || !strings.Contains(w.Body.String(), `"kind":"not-found"`) {
		t.Errorf("the API answered %d: %s", w.Code, w.Body)
	}
}

func TestOthersSeeNothingOfAdministration(t *testing.T) {
	s := newSite(t)
	for _, who := range []string{"owner", "member", "viewer", "stranger"} {
		for _, path := range []string{linkedAccountsPath, "/settings", "/"} {
			if body := s.ask(who, "GET", path, nil).Body.String(); strings.Contains(body, "/admin/") || strings.Contains(body, "Administration") {
				t.Errorf("%s sees of it on %s: %s", who, path, body)
			}
		}
	}
}
