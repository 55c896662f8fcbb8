package handlers

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"html"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"mooring/audit"
	"mooring/cloud"
	"mooring/credential"
	"mooring/db"
	"mooring/jobs"
	"mooring/register"
	"mooring/views"
)

const formulaLabel = `=cmd|' /C calc'!A0`

// linkAs links a subscription to the account and gives its ID.
func (s *site) linkAs(who, account, label, subscription string) string {
	s.t.Helper()
	m, ok := s.caller(who).In(account)
	if !ok {
		s.t.Fatalf("%s is not in %s", who, account)
	}
	r := credential.Request{AccountID: m.Account.ID, AccountName: account, Actor: s.actor(who)}
	made, err := s.Credentials.Link(s.t.Context(), r, "azure", &cloud.Form{Label: label, Values: map[string]string{"subscription_id": subscription}}, false)
	if err != nil {
		s.t.Fatal(err)
	}
	s.linked = made.ID
	return made.ID
}

// stopped has an administrator disable it.
func (s *site) stopped(id, reason string) {
	s.t.Helper()
	if _, err := s.Credentials.Stop(s.t.Context(), credential.Order{Actor: s.actor("admin"), Reason: reason}, id); err != nil {
		s.t.Fatal(err)
	}
}

var rowLabels = regexp.MustCompile(`<a class="row-link" href="/admin/linked-accounts/[^"]*">([^<]*)</a>`)

// labels are those of the rows on a page.
func labels(body string) []string {
	var all []string
	for _, found := range rowLabels.FindAllStringSubmatch(body, -1) {
		all = append(all, html.UnescapeString(found[1]))
	}
	return all
}

// harborAndElsewhere links three subscriptions, one of them disabled by an
// administrator.
func harborAndElsewhere(t *testing.T) (s *site, production, staging, mine string) {
	t.Helper()
	s = newSite(t)
	production = s.linkAs("owner", "harbor", "Production", "11111111-0000-4000-8000-000000000001")
	staging = s.linkAs("owner", "harbor", "Staging", "22222222-0000-4000-8000-000000000002")
	mine = s.linkAs("stranger", "elsewhere", formulaLabel, "33333333-0000-4000-8000-000000000003")
	s.stopped(staging, "Left the company, and \"more\".")
	return s, production, staging, mine
}

func TestTheListIsWhatItsAddressSays(t *testing.T) {
	s, _, _, _ := harborAndElsewhere(t)
	for query, want := range map[string][]string{
		"":                     {formulaLabel, "Production", "Staging"},
		"?order=desc":          {"Staging", "Production", formulaLabel},
		"?sort=account":        {formulaLabel, "Production", "Staging"},
		"?status=disabled":     {"Staging"},
		"?status=not-verified": {formulaLabel, "Production"},
		"?account=elsewhere":   {formulaLabel},
		"?provider=azure":      {formulaLabel, "Production", "Staging"},
		"?never-reviewed=yes":  {formulaLabel, "Production", "Staging"},
		"?search=produ":        {"Production"},
		"?search=2222-0000":    {"Staging"},
		"?search=stranger":     {formulaLabel},
		"?not-checked-since=2026-11-01&account=harbor": {"Production", "Staging"},
		"?status=disabled&account=elsewhere":           nil,
		"?search=nothing+has+that":                     nil,
		"?account=nobody":                              nil,
	} {
		w := s.ask("admin", "GET", linkedAccountsPath+query, nil)
		body := w.Body.String()
		if got := labels(body); w.Code != http.StatusOK || !slices.Equal(got, want) {
			t.Errorf("%s answered %d with %q, want %q", query, w.Code, got, want)
		}
		if len(want) == 0 && !strings.Contains(body, "No linked account matches.") {
			t.Errorf("%s does not say that nothing matches", query)
		}
		fragment := s.ask("admin", "GET", linkedAccountsPath+query, nil, withHTMX("linked")).Body.String()
		if strings.Contains(fragment, "<html") || !slices.Equal(labels(fragment), want) {
			t.Errorf("%s: htmx got %q", query, labels(fragment))
		}
	}
}

func TestTheListSaysWhatIsKnown(t *testing.T) {
	s, _, _, _ := harborAndElsewhere(t)
	body := s.ask("admin", "GET", linkedAccountsPath, nil).Body.String()
	for _, want := range []string{"3 linked accounts", "3 never reviewed", "Disabled", "by an administrator", "Not checked", "Microsoft Azure",
		"linked by owner", "linked by stranger", "11111111-0000-4000-8000-000000000001", `aria-sort="ascending"`,
		`href="/admin/linked-accounts?order=desc"`, `href="/admin/linked-accounts?sort=expires"`, `href="/admin/linked-accounts/export.csv"`,
		"=cmd|&#39; /C calc&#39;!A0"} {
		if !strings.Contains(body, want) {
			t.Errorf("the page does not say %s", want)
		}
	}
	filtered := s.ask("admin", "GET", linkedAccountsPath+"?account=harbor&sort=expires&order=desc", nil).Body.String()
	for _, want := range []string{`href="/admin/linked-accounts?account=harbor&amp;sort=expires"`, `href="/admin/linked-accounts/export.jsonl?account=harbor&amp;order=desc&amp;sort=expires"`,
		`<input type="hidden" name="account" value="harbor"`, `aria-sort="descending"`} {
		if !strings.Contains(filtered, want) {
			t.Errorf("the filtered page does not hold %s", want)
		}
	}
	if empty := newSite(t).ask("admin", "GET", linkedAccountsPath, nil).Body.String(); !strings.Contains(empty, "Nobody has linked a cloud account yet.") {
		t.Error("the empty page does not say so")
	}
}

func TestBadFilterValuesAreSaidAndMatchNothing(t *testing.T) {
	s, _, _, _ := harborAndElsewhere(t)
	for query, want := range map[string]string{
		"?status=canary":                       "There is no such status",
		"?provider=%3Ccanary%3E":               "There is no such provider",
		"?expiring=canary":                     "Enter a number of days",
		"?not-checked-since=yesterday":         "Enter a date",
		"?search=ab":                           sayTooShort,
		"?account=" + strings.Repeat("a", 101): "This is longer than any account name",
	} {
		w := s.ask("admin", "GET", linkedAccountsPath+query, nil)
		body := w.Body.String()
		rows := 0
		if query == "?search=ab" { // on the way to more letters
			rows = 3
		}
		if w.Code != http.StatusOK || len(labels(body)) != rows || !strings.Contains(html.UnescapeString(body), want) || !strings.Contains(body, ">Clear</a>") {
			t.Errorf("%s answered %d with %d rows: %s", query, w.Code, len(labels(body)), body)
		}
		if strings.Contains(body, "<canary>") {
			t.Errorf("%s is not escaped", query)
		}
	}
	if body := s.ask("admin", "GET", linkedAccountsPath+"?not-checked-since=yesterday&search=ab", nil).Body.String(); !strings.Contains(body, `value="yesterday"`) || !strings.Contains(body, `value="ab"`) {
		t.Error("what was typed is lost")
	}
	if w := s.ask("admin", "GET", linkedAccountsPath+"?after=canary", nil); w.Code != http.StatusOK || len(labels(w.Body.String())) != 3 {
		t.Errorf("a made up place answered %d", w.Code)
	}
}

var hiddenField = regexp.MustCompile(`<input type="hidden" name="([^"]*)" value="([^"]*)"`)

// carriedBy gives what the form around the rows takes along.
func carriedBy(t *testing.T, body string) url.Values {
	t.Helper()
	_, form, ok := strings.Cut(body, `id="selection"`)
	if !ok {
		t.Fatalf("there is no form: %s", body)
	}
	form, _, _ = strings.Cut(form, "</form>")
	values := url.Values{}
	for _, field := range hiddenField.FindAllStringSubmatch(form, -1) {
		values.Add(field[1], html.UnescapeString(field[2]))
	}
	return values
}

var nextPage = regexp.MustCompile(`<a class="button" href="([^"]*)">Next page</a>`)

func TestPagesFollowEachOther(t *testing.T) {
	s := newSite(t)
	var want []string
	for i := range register.PageSize + 3 {
		label := fmt.Sprintf("Link %03d", i)
		s.linkAs("owner", "harbor", label, fmt.Sprintf("11111111-0000-4000-8000-%012d", i))
		want = append(want, label)
	}
	first := s.ask("admin", "GET", linkedAccountsPath+"?account=harbor", nil).Body.String()
	next := nextPage.FindStringSubmatch(first)
	if next == nil || strings.Contains(first, "First page") {
		t.Fatalf("the first page leads on to %v", next)
	}
	second := s.ask("admin", "GET", html.UnescapeString(next[1]), nil).Body.String()
	if got := append(labels(first), labels(second)...); !slices.Equal(got, want) {
		t.Errorf("two pages list %d: %q", len(got), got)
	}
	if nextPage.MatchString(second) || !strings.Contains(second, `href="/admin/linked-accounts?account=harbor">First page</a>`) {
		t.Error("the second page does not lead back, or leads on")
	}

	// What comes back with a sentence is the page that was shown, as it was chosen.
	form := carriedBy(t, second)
	form.Set("action", "canary")
	form.Set("credential", s.linked)
	again := s.ask("admin", "POST", linkedAccountsPath+"/selection", form)
	if !slices.Equal(labels(again.Body.String()), labels(second)) || again.Code != http.StatusUnprocessableEntity {
		t.Errorf("answered %d with %q", again.Code, labels(again.Body.String()))
	}
	says(t, again, http.StatusUnprocessableEntity, jobs.ErrNoSuchWork.Sentence)
	says(t, again, http.StatusUnprocessableEntity, `value="`+s.linked+`" checked`)
}

// countingRegister counts what the list asks the database.
type countingRegister struct {
	db.Register
	asked map[string]int
}

func (r countingRegister) ListLinked(ctx context.Context, q register.Query, after register.Cursor, most int, now time.Time) (register.Listing, error) {
	r.asked["list"]++
	return r.Register.ListLinked(ctx, q, after, most, now)
}

func (r countingRegister) LinkedTotals(ctx context.Context) (register.Totals, error) {
	r.asked["totals"]++
	return r.Register.LinkedTotals(ctx)
}

func (r countingRegister) EachLinked(ctx context.Context, s register.Selection, after int64, size int, now time.Time, chunk func([]register.Row) error) error {
	r.asked["each"]++
	return r.Register.EachLinked(ctx, s, after, size, now, chunk)
}

func (r countingRegister) CountLinked(ctx context.Context, s register.Selection, now time.Time) (int, error) {
	r.asked["count"]++
	return r.Register.CountLinked(ctx, s, now)
}

// withRegister gives the site a register on another store.
func withRegister(store func(db.Register) register.Store) func(*Config) {
	return func(c *Config) {
		c.Register = register.NewService(register.Config{Store: store(c.Data.(*db.DB).Register()), Now: c.Now, Log: c.Log})
	}
}

func TestTheListAsksOnceHoweverLongItIs(t *testing.T) {
	asked := map[string]int{}
	s := newSite(t, withRegister(func(r db.Register) register.Store { return countingRegister{r, asked} }))
	for i := range 20 {
		s.linkAs("owner", "harbor", fmt.Sprint("Link ", i), fmt.Sprintf("11111111-0000-4000-8000-%012d", i))
	}
	if got := len(labels(s.ask("admin", "GET", linkedAccountsPath, nil).Body.String())); got != 20 {
		t.Fatalf("%d rows", got)
	}
	if want := map[string]int{"list": 1, "totals": 1}; !maps.Equal(asked, want) {
		t.Errorf("it asked %v, want %v", asked, want)
	}
}

func TestTheChosenOnesGoToAJob(t *testing.T) {
	s, production, staging, _ := harborAndElsewhere(t)
	choose := func(who string, form url.Values) *httptest.ResponseRecorder {
		return s.ask(who, "POST", linkedAccountsPath+"/selection", form)
	}
	job := func(w *httptest.ResponseRecorder) jobs.Job {
		t.Helper()
		path := w.Header().Get("Location")
		found, err := s.Jobs.Find(t.Context(), path[strings.LastIndexByte(path, '/')+1:])
		if w.Code != http.StatusSeeOther || err != nil {
			t.Fatalf("answered %d to %q: %v %s", w.Code, path, err, w.Body)
		}
		return found
	}
	two := job(choose("admin", url.Values{"action": {"check-again"}, "credential": {production, staging}, "status": {"disabled"}}))
	if two.Kind != jobs.CheckAgain || two.Selection.All || !slices.Equal(two.Selection.IDs, []string{production, staging}) || two.ByID != s.ids["admin"] {
		t.Errorf("of two it made %+v", two)
	}
	for _, kind := range []string{"disable", "enable", "approve", "decline"} {
		leads(t, choose("admin", url.Values{"action": {kind}, "all": {"yes"}, "credential": {production}, "account": {"harbor"}}),
			"/admin/linked-accounts/confirm?account=harbor&action="+kind+"&all=yes")
	}
	leads(t, choose("admin", url.Values{"action": {"disable"}, "credential": {production, staging}}),
		"/admin/linked-accounts/confirm?"+url.Values{"action": {"disable"}, "credential": {production, staging}}.Encode())
	leads(t, choose("admin", url.Values{"action": {"review"}, "credential": {production, staging}}),
		"/admin/reviews/new?"+url.Values{"credential": {production, staging}}.Encode())
	leads(t, choose("admin", url.Values{"action": {"review"}, "all": {"yes"}, "status": {"connected"}, "sort": {"expires"}}), "/admin/reviews/new?all=yes&sort=expires&status=connected")

	before := len(s.entries())
	for name, refused := range map[string]struct {
		form url.Values
		says string
	}{
		"nothing":              {url.Values{"action": {"disable"}}, register.ErrNothingSelected.Sentence},
		"nothing to review":    {url.Values{"action": {"review"}}, register.ErrNothingSelected.Sentence},
		"an undo of nothing":   {url.Values{"action": {"undo"}, "credential": {production}}, jobs.ErrNoSuchWork.Sentence},
		"too many to disable":  {url.Values{"action": {"disable"}, "credential": append([]string{production}, manyIDs(register.PageSize)...)}, errTooManyOneByOne.Sentence},
		"no action":            {url.Values{"credential": {production}}, jobs.ErrNoSuchWork.Sentence},
		"another action":       {url.Values{"action": {"canary"}, "credential": {production}}, jobs.ErrNoSuchWork.Sentence},
		"too many to review":   {url.Values{"action": {"review"}, "credential": append([]string{production}, manyIDs(register.PageSize)...)}, errTooManyOneByOne.Sentence},
		"a long id to review":  {url.Values{"action": {"review"}, "credential": {production, strings.Repeat("x", longestAddress)}}, errTooManyOneByOne.Sentence},
		"a short search":       {url.Values{"action": {"check-again"}, "all": {"yes"}, "search": {"ab"}}, register.ErrSearchTooShort.Sentence},
		"a filter with a slip": {url.Values{"action": {"check-again"}, "all": {"yes"}, "status": {"canary"}}, "There is no such status"},
	} {
		w := choose("admin", refused.form)
		body := html.UnescapeString(w.Body.String())
		rows := 3
		if name == "a filter with a slip" {
			rows = 0
		}
		if w.Code != http.StatusUnprocessableEntity || !strings.Contains(body, refused.says) || len(labels(body)) != rows {
			t.Errorf("%s: answered %d with %q", name, w.Code, labels(body))
		}
		if id := refused.form.Get("credential"); id != "" && !strings.Contains(body, `value="`+id+`" checked`) {
			t.Errorf("%s: what was chosen is lost", name)
		}
	}
	if got := s.entries()[before:]; len(got) > 0 {
		t.Errorf("a refused choice did %+v", got)
	}
}

func TestDisablingManyAsksForAProofAndCheckingDoesNot(t *testing.T) {
	s, production, _, _ := harborAndElsewhere(t)
	from := func(path string) func(*http.Request) { return withHeader("Referer", "http://127.0.0.1:8080"+path) }
	disable := url.Values{"action": {"disable"}, "credential": {production}, "reason": {"Left the company."}}
	asks := confirmPath + "?action=disable&credential=" + production
	leads(t, s.ask("stale admin", "GET", asks, nil), "/prove?next="+url.QueryEscape(asks))
	leads(t, s.ask("stale admin", "POST", confirmPath, disable, from(asks)), "/prove?next="+url.QueryEscape(asks))
	leads(t, s.ask("admin", "GET", confirmPath, nil), linkedAccountsPath)
	leads(t, s.ask("stale admin", "POST", views.LinkedAccountPath(production)+"/disable", disable, from(views.LinkedAccountPath(production)+"/disable")),
		"/prove?next="+url.QueryEscape(views.LinkedAccountPath(production)))
	if jobs, err := s.Jobs.List(t.Context()); err != nil || len(jobs) > 0 {
		t.Errorf("without a proof it made %v, %v", jobs, err)
	}
	if w := s.ask("stale admin", "POST", linkedAccountsPath+"/selection", url.Values{"action": {"check-again"}, "credential": {production}}); !strings.HasPrefix(w.Header().Get("Location"), jobsPath+"/") {
		t.Errorf("checking again led to %q", w.Header().Get("Location"))
	}
}

func TestExportsHoldWhatIsListed(t *testing.T) {
	s, _, staging, _ := harborAndElsewhere(t)
	w := s.ask("admin", "GET", linkedAccountsPath+"/export.csv", nil)
	header := w.Header()
	if w.Code != http.StatusOK || header.Get("Content-Type") != "text/csv; charset=utf-8" || header.Get("Cache-Control") != "no-store" ||
		header.Get("Content-Disposition") != `attachment; filename="mooring-linked-accounts-2026-11-23.csv"` || !w.Flushed {
		t.Errorf("answered %d %v", w.Code, header)
	}
	rows, err := csv.NewReader(w.Body).ReadAll()
	if err != nil || len(rows) != 4 {
		t.Fatalf("%d rows, %v", len(rows), err)
	}
	var cells []string
	for _, row := range rows[1:] {
		cells = append(cells, row...)
	}
	for _, want := range []string{"'" + formulaLabel, "Production", "Left the company, and \"more\"."} {
		if !slices.Contains(cells, want) {
			t.Errorf("no cell is %q: %q", want, cells)
		}
	}
	for _, cell := range cells {
		if strings.HasPrefix(cell, "=") {
			t.Errorf("a cell is a formula: %q", cell)
		}
	}
	last := s.entries()[len(s.entries())-1]
	if last.Action != audit.ExportList || last.Actor.PersonID != s.ids["admin"] {
		t.Errorf("the last entry is %+v", last)
	}

	lines := s.ask("admin", "GET", linkedAccountsPath+"/export.jsonl?status=disabled", nil)
	var row map[string]any
	if err := json.Unmarshal(lines.Body.Bytes(), &row); err != nil || !strings.Contains(lines.Body.String(), staging) {
		t.Errorf("of the disabled ones it sent %v: %s", err, lines.Body)
	}

	before := len(s.entries())
	if w := s.ask("admin", "HEAD", linkedAccountsPath+"/export.csv", nil); w.Code != http.StatusOK || w.Body.Len() > 0 {
		t.Errorf("HEAD answered %d with %d bytes", w.Code, w.Body.Len())
	}
	says(t, s.ask("admin", "GET", linkedAccountsPath+"/export.csv?status=canary", nil), http.StatusUnprocessableEntity, "Check the highlighted fields.")
	leads(t, s.ask("stale admin", "GET", linkedAccountsPath+"/export.csv?status=disabled", nil), "/prove?next=%2Fadmin%2Flinked-accounts%2Fexport.csv%3Fstatus%3Ddisabled")
	if got := s.entries()[before:]; len(got) > 0 {
		t.Errorf("without an export there is %+v", got)
	}
}

// breakingRegister gives so many rows and then breaks off.
type breakingRegister struct {
	db.Register
	rows int
}

var errBroken = errors.New("canary: the disk is gone")

func (r breakingRegister) EachLinked(_ context.Context, _ register.Selection, _ int64, _ int, _ time.Time, chunk func([]register.Row) error) error {
	if r.rows > 0 {
		if err := chunk(make([]register.Row, r.rows)); err != nil {
			return err
		}
	}
	return errBroken
}

func TestAnExportThatBreaksOffIsNoWholeFile(t *testing.T) {
	s := newSite(t, withRegister(func(r db.Register) register.Store { return breakingRegister{r, 1} }))
	panicked := func() (what any) {
		defer func() { what = recover() }()
		s.ask("admin", "GET", linkedAccountsPath+"/export.csv", nil)
		return nil
	}()
	if panicked != http.ErrAbortHandler {
		t.Errorf("the connection was not cut: %v", panicked)
	}
	if !strings.Contains(s.log.String(), "a download was cut off") || !strings.Contains(s.log.String(), "canary") {
		t.Errorf("the log does not tell: %s", s.log)
	}
	early := newSite(t, withRegister(func(r db.Register) register.Store { return breakingRegister{r, 0} }))
	w := early.ask("admin", "GET", linkedAccountsPath+"/export.csv", nil)
	says(t, w, http.StatusInternalServerError, "Something went wrong")
	if w.Header().Get("Content-Disposition") != "" || strings.Contains(w.Body.String(), "canary") {
		t.Errorf("the page of the failure is %v %s", w.Header(), w.Body)
	}
}

func manyIDs(n int) (ids []string) {
	for i := range n {
		ids = append(ids, fmt.Sprint("credential-", i))
	}
	return ids
}
