package handlers

import (
	"bytes"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"strings"
	"testing"

	_ "modernc.org/sqlite" // for looking into the file
)

// fillDisk makes changes until the smallest ones are refused, and gives the last
// answer.
func (s *site) fillDisk() *httptest.ResponseRecorder {
	s.t.Helper()
	if err := s.db.LimitSize(s.t.Context(), 0); err != nil {
		s.t.Fatal(err)
	}
	refused := 0
	for i := range 3000 {
		w := s.rename(i)
		if w.Code == http.StatusSeeOther {
			refused = 0
		} else if refused++; refused == 3 {
			return w
		}
		if w := s.ask("", "POST", "/login", signInForm("nobody@example.com", "wrong", "/")); w.Code == http.StatusUnprocessableEntity {
			refused = 0
		}
	}
	s.t.Fatal("a full disk took a thousand changes")
	return nil
}

func (s *site) rename(i int) *httptest.ResponseRecorder {
	s.t.Helper()
	return s.ask("owner", "POST", "/settings", url.Values{"name": {fmt.Sprint("Owner ", i)}, "theme": {"system"}, "time_zone": {"UTC"}})
}

// unavailable holds an answer to 503 with a sentence and Retry-After.
func unavailable(t *testing.T, w *httptest.ResponseRecorder, sentence string) {
	t.Helper()
	if w.Code != http.StatusServiceUnavailable || w.Header().Get("Retry-After") == "" ||
		!strings.Contains(strings.ReplaceAll(w.Body.String(), "&#39;", "'"), sentence) {
		t.Errorf("answered %d, Retry-After %q, without %q: %s", w.Code, w.Header().Get("Retry-After"), sentence, w.Body)
	}
	if strings.Contains(w.Body.String(), "Something went wrong") || strings.Contains(w.Body.String(), ".db") {
		t.Errorf("the answer shows what it should not: %s", w.Body)
	}
}

func TestAFullDiskIs503WithASentence(t *testing.T) {
	s := newSite(t)
	const sentence = "Mooring can't store changes at the moment, because its disk is full."
	unavailable(t, s.fillDisk(), sentence)
	unavailable(t, s.ask("owner", "POST", "/settings/theme", url.Values{"theme": {"dark"}, "next": {"/"}}, withHeader("HX-Request", "true")), sentence)
	unavailable(t, s.ask("", "POST", "/login", signInForm("owner@example.com", testPassword, "/")), sentence)
	for range 40 { // each refused change comes with "not ready"
		unavailable(t, s.rename(0), sentence)
		unavailable(t, s.ask("", "GET", "/readyz", nil), sentence)
	}
	if w := s.ask("owner", "GET", "/accounts/harbor/cloud-providers", nil); w.Code != http.StatusOK {
		t.Errorf("reading answered %d", w.Code)
	}
	if !strings.Contains(s.log.String(), s.db.Path()) || !strings.Contains(s.log.String(), "free some space") {
		t.Errorf("the log does not name the file and the way out: %s", s.log)
	}
	if err := s.db.LimitSize(t.Context(), -1); err != nil {
		t.Fatal(err)
	}
	if w := s.rename(-1); w.Code != http.StatusSeeOther {
		t.Errorf("with room again it answered %d", w.Code)
	}
}

func TestSigningOutForgetsTheCookieWhateverFails(t *testing.T) {
	forgets := func(s *site, w *httptest.ResponseRecorder) {
		t.Helper()
		unavailable(t, w, "This browser is signed out")
		cookie := s.sessionCookie(w)
		if cookie == nil || cookie.MaxAge >= 0 || cookie.Value != "" || w.Header().Get("Clear-Site-Data") == "" {
			t.Errorf("the cookie stays: %v", w.Header())
		}
		if strings.Contains(w.Body.String(), "owner@example.com") {
			t.Error("the page is for somebody who is signed in")
		}
	}
	s := newSite(t)
	s.fillDisk()
	forgets(s, s.ask("owner", "POST", "/logout", url.Values{}))

	s = newSite(t) // which has authenticated nobody yet
	s.damage("sessions")
	forgets(s, s.ask("owner", "POST", "/logout", url.Values{}))
}

// damage overwrites the first page of a table, and of its indexes, that nobody
// has read yet.
func (s *site) damage(table string) {
	s.t.Helper()
	look, err := sql.Open("sqlite", s.db.Path())
	if err != nil {
		s.t.Fatal(err)
	}
	var text string
	var pages []int64
	err = look.QueryRow(`SELECT json_group_array(rootpage) FROM sqlite_schema WHERE tbl_name = ? AND rootpage > 0`, table).Scan(&text)
	if err := errors.Join(err, look.Close(), json.Unmarshal([]byte(text), &pages)); err != nil {
		s.t.Fatal(err)
	}
	file, err := os.OpenFile(s.db.Path(), os.O_WRONLY, 0)
	if err != nil {
		s.t.Fatal(err)
	}
	for _, page := range pages {
		if _, err := file.WriteAt(bytes.Repeat([]byte("damage. "), 512), (page-1)*4096); err != nil {
			s.t.Fatal(err)
		}
	}
	if err := file.Close(); err != nil {
		s.t.Fatal(err)
	}
}

func TestDamageIs503OnPagesInFragmentsAndInTheAPI(t *testing.T) {
	s := newSite(t)
	s.damage("credentials")
	const sentence, page = "Mooring's database is damaged", "/accounts/harbor/cloud-providers"
	unavailable(t, s.ask("owner", "GET", page, nil), sentence)
	unavailable(t, s.ask("owner", "GET", page, nil, withHeader("HX-Request", "true")), sentence)
	var asked *http.Request
	got := s.ask("read key", "GET", "/api/v1/accounts/harbor/credentials", nil, func(r *http.Request) { asked = r })
	unavailable(t, got, sentence)
	if ok, problems := described(t).ValidateHttpResponse(asked, got.Result()); !ok {
		t.Errorf("the API does not describe this answer: %v", problems)
	}
	var problem struct{ Code, Detail string }
	if err := json.Unmarshal(got.Body.Bytes(), &problem); err != nil || problem.Code != "database.damaged" || !strings.Contains(problem.Detail, sentence) {
		t.Errorf("the API says %s", got.Body)
	}
	unavailable(t, s.ask("", "GET", "/readyz", nil), sentence)
	for _, want := range []string{s.db.Path(), "mooring database check", "mooring restore"} {
		if !strings.Contains(s.log.String(), want) {
			t.Errorf("the log does not say %q: %s", want, s.log)
		}
	}
}
