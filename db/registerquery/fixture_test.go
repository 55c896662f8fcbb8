package registerquery_test

import (
	"database/sql"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"mooring/credential"
	"mooring/db"
	"mooring/db/dbtest"
	"mooring/register"
)

// The hour at which every test begins. It ends in whole milliseconds, as
// stored times do.
var morning = time.Date(2026, 11, 22, 9, 14, 3, 250e6, time.UTC)

func after(d time.Duration) time.Time { return morning.Add(d) }

// world is a database with many linked accounts, whose values often are equal.
type world struct {
	*db.DB
	file   *sql.DB // for what no store writes
	t      testing.TB
	random *rand.Rand
	next   int
}

func newRegister(t testing.TB, links int, seed uint64) *world {
	w := &world{DB: dbtest.New(t), t: t, random: rand.New(rand.NewPCG(seed, seed))}
	file, err := sql.Open("sqlite", "file:"+w.Path()+"?_pragma=foreign_keys(1)&_pragma=busy_timeout(5000)")
	w.ok(err)
	t.Cleanup(func() { w.ok(file.Close()) })
	w.file = file
	tx, err := w.file.BeginTx(t.Context(), nil)
	w.ok(err)
	exec := func(statement string, args ...any) {
		t.Helper()
		_, err := tx.ExecContext(t.Context(), statement, args...)
		w.ok(err)
	}
	for i, name := range registerAccounts {
		id := fmt.Sprint("register-", i)
		exec(`INSERT INTO accounts (id, name, kind, created_at) VALUES (?, ?, 'organization', 1)`, id, name)
		exec(`INSERT INTO certificates (id, account_id, active, der, sha1, sealed_key, not_before, not_after, created_at) VALUES (?, ?, 1, x'30', '', x'00', 1, 2, 1)`, "of-"+id, id)
	}
	for i, name := range registerPeople {
		exec(`INSERT INTO people (id, email, name, password_hash, site_admin, theme, created_at) VALUES (?, ?, ?, '', 0, 'system', 1)`,
			fmt.Sprint("linker-", i), strings.ToLower(strings.ReplaceAll(strings.TrimPrefix(name, "田中 "), " ", "."))+"@Example.com", name)
	}
	for range links {
		w.add(exec)
	}
	w.ok(tx.Commit())
	return w
}

var (
	registerAccounts = []string{"harbor", "harbor-north", "bay", "quay", "Zebra", "empty"}
	registerPeople   = []string{"Olga Sato", "Olga Rossi", "Émile Petrov", "Bo Li", "Ada Harbor", "田中 Yuki"}
	registerLabels   = []string{"Production", "production", "PRODUCTION 2", "Staging", "Staging Billing 7", "ÄTNA", "ätna 2", `say "hi" OR *`, "harbor tests", "a", "東京", "東京 Billing 横浜", "キーボード"}
	registerDays     = []int{0, 0, 0, -40, -10, -1, 1, 5, 20, 29, 31, 90}
)

func chosen[T any](w *world, from []T) T { return from[w.random.IntN(len(from))] }

// day is a moment around the morning, or never.
func (w *world) day() int64 {
	day := chosen(w, registerDays)
	switch day {
	case 0:
		return 0
	case -1:
		return morning.Truncate(24 * time.Hour).UnixMilli() // on the edge of a date
	}
	return after(time.Duration(day) * 24 * time.Hour).UnixMilli()
}

// end is when a certificate ends, or never.
func (w *world) end() int64 {
	if end := w.day(); end != 0 {
		return end
	}
	return credential.Never.UnixMilli()
}

var registerStates = map[credential.State]credential.Status{
	credential.NotVerified: credential.StatusUnchecked, credential.Connected: credential.StatusConnected, credential.WaitingCloud: credential.StatusWaiting,
	credential.NeedsAttention: credential.StatusAttention, credential.Disabled: credential.StatusDisabled, credential.Stopped: credential.StatusDisabled,
	credential.PendingApproval: credential.StatusPending,
}

func (w *world) state() (credential.State, credential.Status) {
	states := []credential.State{credential.Connected, credential.Connected, credential.Connected, credential.NotVerified, credential.WaitingCloud,
		credential.NeedsAttention, credential.Disabled, credential.Stopped, credential.PendingApproval}
	state := chosen(w, states)
	return state, registerStates[state]
}

func (w *world) add(exec func(string, ...any)) {
	w.next++
	owner := fmt.Sprint("register-", w.random.IntN(len(registerAccounts)-1))
	state, status := w.state()
	var person any
	if w.random.IntN(5) > 0 {
		person = fmt.Sprint("linker-", w.random.IntN(len(registerPeople)))
	}
	alias := ""
	if w.next%3 == 0 {
		alias = fmt.Sprintf("%012d", 700_000_000_000+w.next/2)
	}
	var reviewed int64
	if w.random.IntN(2) == 0 {
		reviewed = w.day()
	}
	exec(`INSERT INTO credentials (id, account_id, provider, label, environment, method, cloud_account, cloud_parent, principal, certificate_id, state, version,
		       cloud_account_name, rights, created_by, created_at, fresh_from, last_checked_at, could_not_check_at, attempts, next_check_at, next_trigger,
		       status, expires_at, reviewed_at, cloud_account_alias)
		VALUES (?, ?, ?, ?, 'public', 'application', ?, '', '', ?, ?, 1, ?, '[]', ?, 1, 1, ?, 0, 0, 0, '', ?, ?, ?, ?)`,
		fmt.Sprint("link-", w.next), owner, chosen(w, []string{"azure", "azure", "azure", "aws"}), chosen(w, registerLabels),
		fmt.Sprintf("%08x-0000-4000-8000-%012X", w.next, w.next*7919), "of-"+owner, state,
		chosen(w, []string{"Billing", "Pay-As-You-Go", ""}), person, w.day(), status, w.end(), reviewed, alias)
}

// everything reads all linked accounts without any of what makes the list fast.
func (w *world) everything() []register.Row {
	w.t.Helper()
	rows, err := w.file.QueryContext(w.t.Context(), `
		SELECT c.number, c.id, c.account_id, a.name, c.provider, c.label, c.cloud_account_name, c.cloud_account, c.cloud_account_alias,
		       coalesce(p.id, ''), coalesce(p.name, ''), coalesce(p.email, ''), c.state, c.last_checked_at, c.expires_at, c.reviewed_at
		  FROM credentials c NOT INDEXED JOIN accounts a ON a.id = c.account_id LEFT JOIN people p ON p.id = c.created_by`)
	w.ok(err)
	defer func() { _ = rows.Close() }()
	var all []register.Row
	for rows.Next() {
		var r register.Row
		var checked, expires, reviewed int64
		w.ok(rows.Scan(&r.Number, &r.ID, &r.AccountID, &r.Account, &r.Provider, &r.Label, &r.CloudAccountName, &r.CloudAccount, &r.CloudAccountAlias,
			&r.LinkedByID, &r.LinkedBy, &r.LinkedByEmail, &r.State, &checked, &expires, &reviewed))
		for to, millis := range map[*time.Time]int64{&r.LastCheckedAt: checked, &r.ExpiresAt: expires, &r.ReviewedAt: reviewed} {
			if millis != 0 && millis != credential.Never.UnixMilli() {
				*to = time.UnixMilli(millis).UTC()
			}
		}
		all = append(all, r)
	}
	w.ok(rows.Err())
	return all
}

// naive is what a query has to list, by looking at everything.
func naive(all []register.Row, q register.Query) (found []register.Row) {
	for _, r := range all {
		if q.Provider != "" && r.Provider != q.Provider || q.Account != "" && r.Account != q.Account ||
			q.Status != "" && registerStates[r.State] != q.Status || q.NeverReviewed && !r.ReviewedAt.IsZero() ||
			q.ExpiringWithin > 0 && (r.ExpiresAt.IsZero() || r.ExpiresAt.After(morning.Add(time.Duration(q.ExpiringWithin)*24*time.Hour))) ||
			!q.NotCheckedSince.IsZero() && !r.LastCheckedAt.Before(q.NotCheckedSince) {
			continue
		}
		if q.MatchesNothing() {
			continue
		}
		if len(q.Search) >= 3 && !naivelyContains(q.Search, r.Label, r.CloudAccountName, r.CloudAccount) &&
			!naivelyContains(q.Search, r.Account) && !naivelyContains(q.Search, r.LinkedBy, r.LinkedByEmail) {
			continue
		}
		found = append(found, r)
	}
	return found
}

// naivelyContains looks for all words, or for all of it when they are short.
func naivelyContains(search string, in ...string) bool {
	words := strings.Fields(strings.ToLower(search))
	if !slices.ContainsFunc(words, func(word string) bool { return len(word) > 2 }) {
		words = []string{strings.ToLower(search)}
	}
	for _, word := range words {
		if !strings.Contains(strings.ToLower(strings.Join(in, "\n")), word) {
			return false
		}
	}
	return true
}

func numbers(rows []register.Row) []int64 {
	found := make([]int64, len(rows))
	for i, r := range rows {
		found[i] = r.Number
	}
	return found
}

func (w *world) query() register.Query {
	q := register.Query{Sort: chosen(w, append(slices.Clone(register.Sorts), "")), Descending: w.random.IntN(2) == 0}
	if w.random.IntN(3) == 0 {
		q.Status = chosen(w, register.Statuses)
	}
	if w.random.IntN(4) == 0 {
		q.Provider = chosen(w, []string{"azure", "aws", "gcp"})
	}
	if w.random.IntN(4) == 0 {
		q.Account = chosen(w, append(slices.Clone(registerAccounts), "nowhere"))
	}
	q.NeverReviewed = w.random.IntN(4) == 0
	if w.random.IntN(4) == 0 {
		q.ExpiringWithin = chosen(w, []int{1, 30, 60, 365})
	}
	if w.random.IntN(4) == 0 {
		q.NotCheckedSince = morning.Truncate(24*time.Hour).AddDate(0, 0, chosen(w, []int{-30, 0, 10}))
	}
	if w.random.IntN(20) == 0 {
		q.Unread = "status=fine"
	}
	if w.random.IntN(3) == 0 {
		q.Search = chosen(w, registerSearches)
	}
	return q
}

var registerSearches = []string{"pro", "production", "harbor", "HARBOR", "olga", "olga sato", "sato olga", "olga production", "example.com", "Olga.Sato@example.com",
	"émile", "ätna", "tna", `"hi"`, `say "hi" OR *`, "OR *", "billing staging", "0000-4000", "nothing like it", "hi\" OR", "NEAR(pro sta)", "label:pro", "bo li", "pay",
	"東京", "横浜 東京", "billing 横浜", "ーボ", "田中", "田中 yuki", "田中 東京", "大阪"}

func (w *world) ok(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) exec(statement string, args ...any) {
	w.t.Helper()
	_, err := w.file.ExecContext(w.t.Context(), statement, args...)
	w.ok(err)
}

func (w *world) count(query string, args ...any) (n int) {
	w.t.Helper()
	w.ok(w.file.QueryRowContext(w.t.Context(), query, args...).Scan(&n))
	return n
}

func same[T comparable](t testing.TB, what string, got, want T) {
	t.Helper()
	if got != want {
		t.Errorf("%s is %v, want %v", what, got, want)
	}
}
