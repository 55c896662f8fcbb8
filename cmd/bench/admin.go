package main

import (
	"context"
	"database/sql"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	_ "modernc.org/sqlite" // the driver "sqlite"

	"mooring/credential"
	"mooring/db"
	"mooring/register"
)

// measureAdmin measures the administrators' list at two sizes: the query alone,
// and the whole page by HTTP from a program of its own.
// What it fills it leaves in the folder kept, if one is named, and finds there
// the next time.
func measureAdmin(few, many, rounds int, kept string) error {
	folder, err := os.MkdirTemp("", "mooring-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(folder)
	if kept == "" {
		kept = folder
	}
	binary := filepath.Join(folder, "mooring")
	if out, err := exec.Command("go", "build", "-trimpath", "-ldflags=-s -w", "-o", binary, "mooring/cmd/mooring").CombinedOutput(); err != nil {
		return fmt.Errorf("building: %w: %s", err, out)
	}
	ctx := context.Background()
	hour := time.Now().UTC().Truncate(day)
	var sites []*adminSite
	for _, links := range []int{few, many} {
		s, err := newAdminSite(ctx, binary, filepath.Join(kept, fmt.Sprint(links)), hour, links)
		if err != nil {
			return fmt.Errorf("%d linked accounts: %w", links, err)
		}
		defer s.stop()
		sites = append(sites, s)
	}
	var rows []adminRow
	for i := range sites[0].questions {
		row, err := askBoth(ctx, sites, i, rounds)
		if err != nil {
			return fmt.Errorf("%s: %w", sites[0].questions[i].name, err)
		}
		rows = append(rows, row)
	}
	reportAdmin(sites, rows, rounds)
	return explainAdmin(ctx, sites[1])
}

// adminSite is a site with so many linked accounts.
type adminSite struct {
	links     int
	took      time.Duration // to fill it
	megabytes int64
	data      *db.DB
	server    *server
	visitor   visitor
	questions []question
	hour      time.Time
}

func (s *adminSite) stop() {
	s.server.stop()
	_ = s.data.Close()
}

func newAdminSite(ctx context.Context, binary, folder string, hour time.Time, links int) (*adminSite, error) {
	s := &adminSite{links: links, hour: hour}
	file, mark := filepath.Join(folder, "mooring.db"), filepath.Join(folder, "filled")
	if _, err := os.Stat(mark); err != nil {
		if err := prepare(binary, folder); err != nil {
			return nil, err
		}
		begin := time.Now()
		if err := fillFile(ctx, file, hour, links); err != nil {
			return nil, fmt.Errorf("filling: %w", err)
		}
		s.took = time.Since(begin)
		if err := os.WriteFile(mark, nil, 0o600); err != nil {
			return nil, err
		}
	}
	info, err := os.Stat(file)
	if err != nil {
		return nil, err
	}
	s.megabytes = info.Size() >> 20
	if s.data, err = db.Open(ctx, file); err != nil {
		return nil, err
	}
	if s.questions, err = questionsOf(ctx, file, hour, links); err != nil {
		return nil, err
	}
	if s.server, err = startMooring(binary, folder); err != nil {
		return nil, err
	}
	if err := answers(s.server.address + "/healthz"); err != nil {
		return nil, err
	}
	s.visitor, err = signIn(s.server.address)
	return s, err
}

func openFile(file string) (*sql.DB, error) {
	options := url.Values{"_txlock": {"immediate"},
		"_pragma": {"busy_timeout(5000)", "foreign_keys(1)", "trusted_schema(0)", "temp_store(MEMORY)"}}
	at := url.URL{Scheme: "file", Path: file, RawQuery: options.Encode()}
	into, err := sql.Open("sqlite", at.String())
	if err == nil {
		into.SetMaxOpenConns(1)
	}
	return into, err
}

// fillFile fills a file that nothing else has open. It writes without a
// journal: what is cut off is filled again.
func fillFile(ctx context.Context, file string, hour time.Time, links int) error {
	into, err := openFile(file)
	if err != nil {
		return err
	}
	defer func() { _ = into.Close() }()
	for _, pragma := range []string{`PRAGMA journal_mode = OFF`, `PRAGMA synchronous = OFF`, `PRAGMA cache_size = -262144`} {
		if _, err := into.ExecContext(ctx, pragma); err != nil {
			return err
		}
	}
	return fill(ctx, into, hour, links)
}

// question is one thing to ask of the list.
type question struct {
	name     string
	query    register.Query
	after    register.Cursor
	combines bool // several filters, for which there is no aim
}

func (q question) path() string {
	v := q.query.Values()
	if !q.after.IsZero() {
		v.Set("after", q.after.String())
	}
	return "/admin/linked-accounts?" + v.Encode()
}

// questionsOf names what there is in a site.
func questionsOf(ctx context.Context, file string, hour time.Time, links int) ([]question, error) {
	from, err := openFile(file)
	if err != nil {
		return nil, err
	}
	defer func() { _ = from.Close() }()
	var large, middle, person, email, subscription string
	err = from.QueryRowContext(ctx, `
		SELECT (SELECT name FROM register_accounts ORDER BY total DESC LIMIT 1),
		       (SELECT name FROM register_accounts ORDER BY total DESC LIMIT 1 OFFSET (SELECT count(*) / 2 FROM register_accounts)),
		       (SELECT name FROM register_people ORDER BY total DESC LIMIT 1 OFFSET (SELECT count(*) / 2 FROM register_people)),
		       (SELECT email FROM register_people ORDER BY total DESC LIMIT 1 OFFSET (SELECT count(*) / 2 FROM register_people)),
		       (SELECT cloud_account FROM credentials WHERE provider = 'azure' AND number > ? LIMIT 1)`, links/2).
		Scan(&large, &middle, &person, &email, &subscription)
	if err != nil {
		return nil, err
	}
	deep := func(sort register.Sort, c register.Cursor) register.Cursor {
		c.Sort, c.Number = sort, int64(links/2)
		return c
	}
	questions := []question{
		{name: "first page"},
		{name: "page in the middle", after: deep(register.ByLabel, register.Cursor{Label: "Sandbox Ledger"})},
		{name: "page among equal labels", after: deep(register.ByLabel, register.Cursor{Label: "Production"})},
		{name: "last page", query: register.Query{Descending: true}},
		{name: "sort by account", query: register.Query{Sort: register.ByAccount}},
		{name: "sort by account, in the middle", query: register.Query{Sort: register.ByAccount}, after: deep(register.ByAccount, register.Cursor{Account: middle, Label: "Sandbox"})},
		{name: "sort by last check", query: register.Query{Sort: register.ByChecked}},
		{name: "sort by last check, latest first", query: register.Query{Sort: register.ByChecked, Descending: true}},
		{name: "sort by end of certificate", query: register.Query{Sort: register.ByExpires}},
		{name: "sort by last review", query: register.Query{Sort: register.ByReviewed}},
		{name: "sort by last review, in the middle", query: register.Query{Sort: register.ByReviewed}, after: deep(register.ByReviewed, register.Cursor{})},
		{name: "provider with most", query: register.Query{Provider: "azure"}},
		{name: "provider with few", query: register.Query{Provider: "oci"}},
	}
	for _, status := range register.Statuses {
		questions = append(questions, question{name: "status " + strings.ToLower(register.StatusName(status)), query: register.Query{Status: status}})
	}
	return append(questions,
		question{name: "status needs attention, by last check", query: register.Query{Status: credential.StatusAttention, Sort: register.ByChecked}},
		question{name: "account with most", query: register.Query{Account: large}},
		question{name: "account of middle size", query: register.Query{Account: middle}},
		question{name: "expiring within 30 days", query: register.Query{ExpiringWithin: 30}},
		question{name: "expiring within 30 days, by end", query: register.Query{ExpiringWithin: 30, Sort: register.ByExpires}},
		question{name: "never reviewed", query: register.Query{NeverReviewed: true}},
		question{name: "not checked since two days ago", query: register.Query{NotCheckedSince: hour.Add(-2 * day)}},
		question{name: "search: 3 letters", query: register.Query{Search: "pay"}},
		question{name: "search: a word of many", query: register.Query{Search: "production"}},
		question{name: "search: a word of some", query: register.Query{Search: "payments"}},
		question{name: "search: two words", query: register.Query{Search: "staging weather"}},
		question{name: "search: 8 digits of a subscription ID", query: register.Query{Search: subscription[:8]}},
		question{name: "search: a whole subscription ID", query: register.Query{Search: subscription}},
		question{name: "search: no such subscription ID", query: register.Query{Search: "5000000a-0000-4000-8000-000000000000"}},
		question{name: "search: a first name", query: register.Query{Search: strings.Fields(person)[0]}},
		question{name: "search: a person", query: register.Query{Search: person}},
		question{name: "search: an e-mail address", query: register.Query{Search: email}},
		question{name: "search: an account", query: register.Query{Search: middle}},
		question{name: "search: nothing found", query: register.Query{Search: "xylophone"}},
		question{name: "status and provider", query: register.Query{Status: credential.StatusAttention, Provider: "aws"}, combines: true},
		question{name: "status, expiring, never reviewed", query: register.Query{Status: credential.StatusConnected, ExpiringWithin: 60, NeverReviewed: true}, combines: true},
		question{name: "search in an account", query: register.Query{Search: "production", Account: large}, combines: true},
		question{name: "search with a status", query: register.Query{Search: "payments", Status: credential.StatusAttention}, combines: true},
		question{name: "nothing matches", query: register.Query{Status: credential.StatusConnected, ExpiringWithin: 1}, combines: true},
	), nil
}

// measured is how long a question took at one site, in order.
type measured struct {
	queries, pages []time.Duration
	rows           int
}

func middle(of []time.Duration) time.Duration {
	slices.Sort(of)
	return of[len(of)/2]
}

type adminRow struct {
	question
	at []measured // for each site
}

// askBoth asks the sites in turn, so that both have the same share of what else
// the machine does.
func askBoth(ctx context.Context, sites []*adminSite, question, rounds int) (adminRow, error) {
	row := adminRow{sites[0].questions[question], make([]measured, len(sites))}
	for round := range rounds + 2 { // the first two warm up
		for i, s := range sites {
			query, page, rows, err := s.ask(ctx, s.questions[question])
			if err != nil {
				return row, err
			}
			if m := &row.at[i]; round > 1 {
				m.queries, m.pages, m.rows = append(m.queries, query), append(m.pages, page), rows
			}
		}
	}
	return row, nil
}

func (s *adminSite) ask(ctx context.Context, q question) (query, page time.Duration, rows int, err error) {
	begin := time.Now()
	found, err := s.data.Register().ListLinked(ctx, q.query, q.after, register.PageSize, s.hour)
	if err != nil {
		return 0, 0, 0, err
	}
	query = time.Since(begin)
	begin = time.Now()
	body, err := s.visitor.get(s.server.address + q.path())
	if err != nil {
		return 0, 0, 0, err
	}
	page = time.Since(begin)
	if !strings.Contains(body, `id="linked"`) {
		return 0, 0, 0, fmt.Errorf("%s shows no list", q.path())
	}
	return query, page, len(found.Rows), nil
}

func reportAdmin(sites []*adminSite, rows []adminRow, rounds int) {
	few, many := sites[0], sites[1]
	if many.took > 0 {
		fmt.Printf("Filling %d linked accounts took %.0f s. ", many.links, many.took.Seconds())
	}
	fmt.Printf("The file has %d MB.\n\n", many.megabytes)
	fmt.Printf("The administrators' list, medians of %d in milliseconds: the query alone, and the page as a browser gets it.\n", rounds)
	query, page := fullPages(rows)
	fmt.Printf("Where the small site has fewer rows to show, the ratio is to what its full pages take, %.2f and %.2f (*).\n\n", ms(query), ms(page))
	fmt.Printf("  %-38s %21s %8s   %21s %8s   %s\n", "", "query at", "", "page at", "", "rows")
	fmt.Printf("  %-38s %10d %10d %8s   %10d %10d %8s\n", "", few.links, many.links, "ratio ", few.links, many.links, "ratio ")
	worst := 0.0
	for _, r := range rows {
		small, large := r.at[0], r.at[1]
		toQuery, toPage, mark := middle(small.queries), middle(small.pages), " "
		if small.rows < large.rows {
			toQuery, toPage, mark = max(toQuery, query), max(toPage, page), "*"
		}
		ratio := ratioOf(middle(large.pages), toPage)
		if !r.combines {
			worst = max(worst, ratio)
		}
		fmt.Printf("  %-38s %10.2f %10.2f %7.1f%s   %10.2f %10.2f %7.1f%s   %d, %d\n", r.name,
			ms(middle(small.queries)), ms(middle(large.queries)), ratioOf(middle(large.queries), toQuery), mark,
			ms(middle(small.pages)), ms(middle(large.pages)), ratio, mark, small.rows, large.rows)
	}
	fmt.Printf("\n  highest ratio of a page with one filter or search   %.1f   (aim: at most 2)\n", worst)
}

// fullPages gives what a full page with at most one filter takes at the small
// site, half of them longer and half of them less.
func fullPages(rows []adminRow) (query, page time.Duration) {
	var queries, pages []time.Duration
	for _, r := range rows {
		if small := r.at[0]; !r.combines && small.rows == register.PageSize {
			queries, pages = append(queries, middle(small.queries)), append(pages, middle(small.pages))
		}
	}
	return middle(queries), middle(pages)
}

func ratioOf(a, b time.Duration) float64 { return float64(a) / float64(b) }

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

// explainAdmin prints how each question is answered, and marks what would take
// longer the more there is.
func explainAdmin(ctx context.Context, s *adminSite) error {
	fmt.Printf("\nThe plans at %d. A question that was asked before is left out.\n", s.links)
	shown := map[string]bool{}
	grows := 0
	for _, q := range s.questions {
		plans, err := s.data.Register().Explain(ctx, q.query, q.after, register.PageSize, s.hour)
		if err != nil {
			return err
		}
		fmt.Printf("\n  %s\n", q.name)
		for _, plan := range plans {
			if shown[plan.Query] {
				continue
			}
			shown[plan.Query] = true
			mark := ""
			if plan.Grows() {
				grows++
				mark = "   <-- FULL SCAN"
			}
			fmt.Printf("    %s%s\n", strings.Join(plan.Steps, "\n      "), mark)
		}
	}
	fmt.Printf("\n  questions %d, of them with a full scan %d\n", len(shown), grows)
	if grows > 0 {
		return fmt.Errorf("%d questions read a whole table or sort it", grows)
	}
	return nil
}
