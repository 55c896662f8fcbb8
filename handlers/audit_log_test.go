package handlers

import (
	"bytes"
	"context"
	"encoding/csv"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"mooring/audit"
)

// logRowsOf counts the entries that an answer shows.
func logRowsOf(body string) int { return strings.Count(body, `data-testid="entry-row"`) }

func TestTheLogNamesWhatItIsAbout(t *testing.T) {
	s := newSite(t)
	ids := s.linkMany(1)
	page := s.ask("admin", "GET", "/admin/audit-log?action=credential.link", nil)
	says(t, page, http.StatusOK, "owner@example.com")
	for _, part := range []string{`href="/admin/people/` + s.ids["owner"] + `"`, `href="/admin/linked-accounts/` + ids[0] + `"`, "Subscription 01",
		`href="/admin/audit-log?account=harbor"`, "192.0.2.1"} {
		if !strings.Contains(page.Body.String(), part) {
			t.Errorf("%s is not there: %s", part, page.Body)
		}
	}
	s.ask("owner", "POST", "/accounts/harbor/cloud-providers/azure/credentials/"+ids[0]+"/unlink", url.Values{})
	s.ask("owner", "POST", "/accounts/harbor/delete", url.Values{"confirm": {"harbor"}})
	page = s.ask("admin", "GET", "/admin/audit-log?action=credential.link", nil)
	says(t, page, http.StatusOK, ids[0])
	if body := page.Body.String(); strings.Contains(body, `href="/admin/linked-accounts/`+ids[0]) || !strings.Contains(body, s.harbor.ID) {
		t.Errorf("what is gone is linked, or not told by its ID: %s", body)
	}
}

func TestTheLogIsFiltered(t *testing.T) {
	s := newSite(t)
	s.linkMany(2)
	s.ask("member", "GET", "/admin/people", nil)
	for query, want := range map[string]int{
		"action=credential.link": 2, "action=credential.link&person=owner": 2, "action=credential.link&person=member": 0, "result=refused&person=member": 1,
		"action=credential.link&account=harbor": 2, "action=credential.link&account=elsewhere": 0, "action=credential.link&from=2026-11-23": 2,
		"action=credential.link&from=2026-11-24": 0, "action=credential.link&to=2026-11-23": 2, "action=credential.link&to=2026-11-22": 0,
	} {
		page := s.ask("admin", "GET", "/admin/audit-log?"+query, nil)
		if got := logRowsOf(page.Body.String()); page.Code != http.StatusOK || got != want {
			t.Errorf("%s answered %d with %d entries, want %d", query, page.Code, got, want)
		}
	}
	for query, sentence := range map[string]string{
		"action=everything": sayNoSuchAction, "result=maybe": sayNoSuchResult, "from=yesterday": sayNoDay, "from=2026-11-23&to=2026-11-22": sayToBeforeFrom,
		"person=" + strings.Repeat("x", 255): sayFilterLong,
	} {
		says(t, s.ask("admin", "GET", "/admin/audit-log?"+query, nil), http.StatusUnprocessableEntity, sentence)
		says(t, s.ask("admin", "GET", "/admin/audit-log/export.jsonl?"+query, nil), http.StatusUnprocessableEntity, sentence)
	}
}

// TestADayIsThatOfTheReader is about somebody for whom the morning of the test
// is the evening before.
func TestADayIsThatOfTheReader(t *testing.T) {
	s := newSite(t)
	s.linkMany(1)
	s.ask("admin", "POST", "/settings", url.Values{"name": {"admin"}, "time_zone": {"Pacific/Honolulu"}, "theme": {"system"}})
	for day, want := range map[string]int{"2026-11-22": 1, "2026-11-23": 0} {
		page := s.ask("admin", "GET", "/admin/audit-log?action=credential.link&from="+day+"&to="+day, nil)
		if got := logRowsOf(page.Body.String()); got != want {
			t.Errorf("on %s there are %d entries, want %d", day, got, want)
		}
	}
}

func TestTheLogHasPagesAndATail(t *testing.T) {
	s := newSite(t)
	s.linkMany(entriesOnPage + 1)
	const all = "/admin/audit-log?action=credential.link"
	page := s.ask("admin", "GET", all, nil)
	older := regexp.MustCompile(`href="(/admin/audit-log\?action=credential\.link&amp;before=\d+)"`).FindStringSubmatch(page.Body.String())
	tail := regexp.MustCompile(`hx-get="(/admin/audit-log\?action=credential\.link&amp;since=\d+)"`).FindStringSubmatch(page.Body.String())
	if page.Code != http.StatusOK || logRowsOf(page.Body.String()) != entriesOnPage || older == nil || tail == nil {
		t.Fatalf("answered %d: %s", page.Code, page.Body)
	}
	read := func(path string, change ...func(*http.Request)) string {
		w := s.ask("admin", "GET", strings.ReplaceAll(path, "&amp;", "&"), nil, change...)
		if w.Code != http.StatusOK {
			t.Fatalf("%s answered %d: %s", path, w.Code, w.Body)
		}
		return w.Body.String()
	}
	if body := read(older[1]); logRowsOf(body) != 1 || strings.Contains(body, "since=") {
		t.Errorf("the older page is %s", body)
	}
	if body := read(all, withHTMX("entries")); strings.Contains(body, "<html") || !strings.Contains(body, `id="entries"`) {
		t.Errorf("the fragment is %s", body)
	}
	if body := read(tail[1], withHTMX("tail")); logRowsOf(body) != 0 || strings.Contains(body, "<html") {
		t.Errorf("nothing came, and the tail is %s", body)
	}
	s.link("Late", "99999999-0000-4000-8000-000000000000")
	body := read(tail[1], withHTMX("tail"))
	next := regexp.MustCompile(`since=\d+`).FindString(body)
	if logRowsOf(body) != 1 || next == "" || strings.HasSuffix(tail[1], next) {
		t.Errorf("one came, and the tail is %s", body)
	}
	if body := read(all+"&"+next, withHTMX("tail")); logRowsOf(body) != 0 {
		t.Errorf("it came twice: %s", body)
	}
	if body := read(tail[1]); !strings.Contains(body, "<html") { // somebody typed the address
		t.Errorf("without htmx it is %s", body)
	}
}

// The clock was a year ahead for a while. The page, its next one and the exports
// keep the order of the entries, and a day finds all that it has.
func TestTheLogIsInTheOrderOfItsNumbers(t *testing.T) {
	s := newSite(t)
	days := []string{"2026-11-23", "2027-11-23", "2027-11-24", "2026-11-23"}
	for i := range entriesOnPage + 2 {
		at, err := time.Parse(time.DateOnly, days[i%len(days)])
		if err != nil {
			t.Fatal(err)
		}
		err = s.AuditLog.Store.AddEntry(t.Context(), audit.Entry{At: at, Actor: audit.BySystem(), Action: audit.StopJob, Result: audit.Done, Detail: fmt.Sprintf("job %02d.", i)})
		if err != nil {
			t.Fatal(err)
		}
	}
	shown := regexp.MustCompile(`job \d\d\.`)
	wanted := func(day string) (all []string) {
		for i := entriesOnPage + 1; i >= 0; i-- {
			if day == "" || days[i%len(days)] == day {
				all = append(all, fmt.Sprintf("job %02d.", i))
			}
		}
		return all
	}
	const jobs = "/admin/audit-log?action=job.stop"
	first := s.ask("admin", "GET", jobs, nil).Body.String()
	older := regexp.MustCompile(`before=\d+`).FindString(first)
	got := append(shown.FindAllString(first, -1), shown.FindAllString(s.ask("admin", "GET", jobs+"&"+older, nil).Body.String(), -1)...)
	if !slices.Equal(got, wanted("")) {
		t.Errorf("the pages have %v", got)
	}
	for _, day := range []string{"2026-11-23", "2027-11-23"} {
		on := jobs + "&from=" + day + "&to=" + day
		if got := shown.FindAllString(s.ask("admin", "GET", on, nil).Body.String(), -1); !slices.Equal(got, wanted(day)) {
			t.Errorf("on %s there are %v", day, got)
		}
		for _, format := range []string{"csv", "jsonl"} {
			path := strings.Replace(on, "audit-log?", "audit-log/export."+format+"?", 1)
			if got := shown.FindAllString(s.ask("admin", "GET", path, nil).Body.String(), -1); !slices.Equal(got, wanted(day)) {
				t.Errorf("on %s the %s file has %v", day, format, got)
			}
		}
	}
}

func TestReadingTheLogIsAnEntry(t *testing.T) {
	s := newSite(t)
	for range 3 {
		s.ask("admin", "GET", "/admin/audit-log", nil)
	}
	page := s.ask("admin", "GET", "/admin/audit-log?action=log.read", nil)
	if got := logRowsOf(page.Body.String()); got != 2 { // of everything, and this one
		t.Errorf("there are %d entries: %s", got, page.Body)
	}
}

func TestTheLogIsExported(t *testing.T) {
	s := newSite(t)
	s.linkMany(2)
	w := s.ask("admin", "GET", "/admin/audit-log/export.jsonl", nil)
	if w.Code != http.StatusOK || w.Header().Get("Content-Disposition") != `attachment; filename="mooring-audit-log-2026-11-23.jsonl"` {
		t.Fatalf("answered %d %v", w.Code, w.Header())
	}
	verdict, err := audit.VerifyExport(w.Body, audit.Trusted{Keys: s.AuditLog.PublicKeys()}, nil)
	if err != nil || !verdict.Sound {
		t.Errorf("the export does not hold: %+v, %v", verdict, err)
	}
	w = s.ask("admin", "GET", "/admin/audit-log/export.csv?action=credential.link", nil)
	rows, err := csv.NewReader(bytes.NewReader(w.Body.Bytes())).ReadAll()
	if err != nil || len(rows) != 3 || w.Header().Get("Content-Type") != "text/csv; charset=utf-8" {
		t.Errorf("%d rows, %v, %v: %s", len(rows), err, w.Header(), w.Body)
	}
	leads(t, s.ask("stale admin", "GET", "/admin/audit-log/export.jsonl", nil), "/prove?next=%2Fadmin%2Faudit-log%2Fexport.jsonl")
	says(t, s.ask("admin", "GET", "/admin/audit-log?action=log.export", nil), http.StatusOK, "csv: action credential.link")
}

func TestThePublicKeyIsDownloaded(t *testing.T) {
	s := newSite(t)
	w := s.ask("admin", "GET", "/admin/audit-log/public-key", nil)
	trusted, err := audit.ReadTrusted(w.Body.Bytes())
	if err != nil || len(trusted.Keys) == 0 || !strings.HasPrefix(w.Header().Get("Content-Disposition"), "attachment") {
		t.Fatalf("answered %d %v, %v: %s", w.Code, w.Header(), err, w.Body)
	}
	says(t, s.ask("admin", "GET", "/admin/audit-log", nil), http.StatusOK, trusted.Keys[0].Fingerprint())
}

func TestTheLogIsVerifiedOnThePage(t *testing.T) {
	s := newSite(t)
	s.linkMany(1)
	says(t, s.ask("admin", "POST", "/admin/audit-log/verify", url.Values{}), http.StatusOK, "Sound.")
	says(t, s.ask("admin", "GET", "/admin/audit-log?action=log.verify", nil), http.StatusOK, "sound, entries 1 to")
	e, err := s.router()
	if err != nil {
		t.Fatal(err)
	}
	s.server = e
	s.verifying.Lock()
	defer s.verifying.Unlock()
	says(t, s.ask("admin", "POST", "/admin/audit-log/verify", url.Values{}), http.StatusConflict, errVerifying.Sentence)
}

// forged is a log in which an entry reads otherwise than it was written.
type forged struct {
	audit.LogStore
	number int64
}

func (f forged) Still(ctx context.Context, work func(audit.LogReader) error) error {
	return f.LogStore.Still(ctx, func(r audit.LogReader) error { return work(forgedReader{r, f.number}) })
}

type forgedReader struct {
	audit.LogReader
	number int64
}

func (f forgedReader) EntriesAfter(ctx context.Context, number int64, most int) ([]audit.Sealed, error) {
	entries, err := f.LogReader.EntriesAfter(ctx, number, most)
	for i := range entries {
		if entries[i].Number == f.number {
			entries[i].Actor.Name = "somebody-else@example.com"
		}
	}
	return entries, err
}

func withLog(change func(audit.LogStore) audit.LogStore) func(*Config) {
	return func(c *Config) {
		config := c.AuditLog.LogConfig
		config.Store = change(config.Store)
		c.AuditLog = audit.NewLog(config)
	}
}

func TestThePageNamesTheFirstEntryThatDoesNotFit(t *testing.T) {
	s := newSite(t, withLog(func(store audit.LogStore) audit.LogStore { return forged{store, 3} }))
	w := s.ask("admin", "POST", "/admin/audit-log/verify", url.Values{})
	says(t, w, http.StatusOK, "Broken.")
	if !strings.Contains(w.Body.String(), `href="/admin/audit-log?before=4"`) {
		t.Errorf("it does not lead to the entry: %s", w.Body)
	}
}

// TestALogThatTakesNoEntryCanBeVerified is about a log whose end was cut off:
// it takes no entry any more, and so nobody reads it.
func TestALogThatTakesNoEntryCanBeVerified(t *testing.T) {
	s := newSite(t, withLog(func(store audit.LogStore) audit.LogStore { return deaf{forged{store, 3}} }))
	w := s.ask("admin", "GET", "/admin/audit-log", nil)
	says(t, w, http.StatusServiceUnavailable, errLogUnread.Sentence)
	if !strings.Contains(w.Body.String(), "/admin/audit-log/verify") || logRowsOf(w.Body.String()) != 0 {
		t.Errorf("it cannot be verified, or it shows entries: %s", w.Body)
	}
	says(t, s.ask("admin", "POST", "/admin/audit-log/verify", url.Values{}), http.StatusServiceUnavailable, "Broken.")
	says(t, s.ask("admin", "GET", "/admin/audit-log/export.jsonl", nil), http.StatusInternalServerError, "Something went wrong")
	if !strings.Contains(s.log.String(), "the disk is full") {
		t.Errorf("the log does not tell why: %s", s.log)
	}
}

func TestTheLogShowsNoSecrets(t *testing.T) {
	s := newSite(t)
	token := s.people["admin"]
	body := ""
	for before := int64(0); ; {
		page, err := s.AuditLog.Store.Filtered(t.Context(), audit.Filter{}, before, 1000)
		if err != nil {
			t.Fatal(err)
		}
		body += fmt.Sprint(page.Entries)
		if before = page.Next; before == 0 {
			break
		}
	}
	for _, secret := range append([]string{token, hashOf(token), testPassword}, s.keys["read key"]) {
		if strings.Contains(body, secret) {
			t.Errorf("an entry holds %q", secret)
		}
	}
}
