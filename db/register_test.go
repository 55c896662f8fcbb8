package db_test

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"mooring/account"
	"mooring/audit"
	"mooring/credential"
	"mooring/db"
	"mooring/review"
)

// register is a world with many linked accounts, whose values often are equal.
type register struct {
	world
	random *rand.Rand
	next   int
}

func newRegister(t testing.TB, links int, seed uint64) *register {
	w := &register{world: world{newWorld(t).DB, t}, random: rand.New(rand.NewPCG(seed, seed))}
	w.t = t
	tx, err := w.Writer().BeginTx(t.Context(), nil)
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

func chosen[T any](w *register, from []T) T { return from[w.random.IntN(len(from))] }

// day is a moment around the morning, or never.
func (w *register) day() int64 {
	day := chosen(w, registerDays)
	switch day {
	case 0:
		return 0
	case -1:
		return morning.Truncate(24 * time.Hour).UnixMilli() // on the edge of a date
	}
	return after(time.Duration(day) * 24 * time.Hour).UnixMilli()
}

var registerStates = map[credential.State]credential.Status{
	credential.NotVerified: credential.StatusUnchecked, credential.Connected: credential.StatusConnected, credential.WaitingCloud: credential.StatusWaiting,
	credential.NeedsAttention: credential.StatusAttention, credential.Disabled: credential.StatusDisabled, credential.Stopped: credential.StatusDisabled,
	credential.PendingApproval: credential.StatusPending,
}

func (w *register) state() (credential.State, credential.Status) {
	states := []credential.State{credential.Connected, credential.Connected, credential.Connected, credential.NotVerified, credential.WaitingCloud,
		credential.NeedsAttention, credential.Disabled, credential.Stopped, credential.PendingApproval}
	state := chosen(w, states)
	return state, registerStates[state]
}

func (w *register) add(exec func(string, ...any)) {
	w.next++
	owner := fmt.Sprint("register-", w.random.IntN(len(registerAccounts)-1))
	state, status := w.state()
	var person any
	if w.random.IntN(5) > 0 {
		person = fmt.Sprint("linker-", w.random.IntN(len(registerPeople)))
	}
	var reviewed int64
	if w.random.IntN(2) == 0 {
		reviewed = w.day()
	}
	exec(`INSERT INTO credentials (id, account_id, provider, label, environment, method, subscription_id, tenant_id, client_id, certificate_id, state, version,
		       subscription_name, rights, created_by, created_at, fresh_from, last_checked_at, could_not_check_at, attempts, next_check_at, next_trigger,
		       status, expires_at, reviewed_at)
		VALUES (?, ?, ?, ?, 'public', 'application', ?, '', '', ?, ?, 1, ?, '[]', ?, 1, 1, ?, 0, 0, 0, '', ?, ?, ?)`,
		fmt.Sprint("link-", w.next), owner, chosen(w, []string{"azure", "azure", "azure", "aws"}), chosen(w, registerLabels),
		fmt.Sprintf("%08x-0000-4000-8000-%012X", w.next, w.next*7919), "of-"+owner, state,
		chosen(w, []string{"Billing", "Pay-As-You-Go", ""}), person, w.day(), status, w.day(), reviewed)
}

// everything reads all linked accounts without any of what makes the list fast.
func (w *register) everything() []review.Row {
	w.t.Helper()
	rows, err := w.Writer().QueryContext(w.t.Context(), `
		SELECT c.number, c.id, c.account_id, a.name, c.provider, c.label, c.subscription_name, c.subscription_id,
		       coalesce(p.id, ''), coalesce(p.name, ''), coalesce(p.email, ''), c.state, c.last_checked_at, c.expires_at, c.reviewed_at
		  FROM credentials c NOT INDEXED JOIN accounts a ON a.id = c.account_id LEFT JOIN people p ON p.id = c.created_by`)
	w.ok(err)
	defer func() { _ = rows.Close() }()
	var all []review.Row
	for rows.Next() {
		var r review.Row
		var checked, expires, reviewed int64
		w.ok(rows.Scan(&r.Number, &r.ID, &r.AccountID, &r.Account, &r.Provider, &r.Label, &r.SubscriptionName, &r.SubscriptionID,
			&r.LinkedByID, &r.LinkedBy, &r.LinkedByEmail, &r.State, &checked, &expires, &reviewed))
		for to, millis := range map[*time.Time]int64{&r.LastCheckedAt: checked, &r.ExpiresAt: expires, &r.ReviewedAt: reviewed} {
			if millis != 0 {
				*to = time.UnixMilli(millis).UTC()
			}
		}
		all = append(all, r)
	}
	w.ok(rows.Err())
	return all
}

// naive is what a query has to list, by looking at everything.
func naive(all []review.Row, q review.Query) (found []review.Row) {
	for _, r := range all {
		if q.Provider != "" && r.Provider != q.Provider || q.Account != "" && r.Account != q.Account ||
			q.Status != "" && registerStates[r.State] != q.Status || q.NeverReviewed && !r.ReviewedAt.IsZero() ||
			q.ExpiringWithin > 0 && r.ExpiresAt.After(morning.Add(time.Duration(q.ExpiringWithin)*24*time.Hour)) ||
			!q.NotCheckedSince.IsZero() && !r.LastCheckedAt.Before(q.NotCheckedSince) {
			continue
		}
		if q.MatchesNothing() {
			continue
		}
		if len(q.Search) >= 3 && !naivelyContains(q.Search, r.Label, r.SubscriptionName, r.SubscriptionID) &&
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

func numbers(rows []review.Row) []int64 {
	found := make([]int64, len(rows))
	for i, r := range rows {
		found[i] = r.Number
	}
	return found
}

func (w *register) query() review.Query {
	q := review.Query{Sort: chosen(w, append(slices.Clone(review.Sorts), "")), Descending: w.random.IntN(2) == 0}
	if w.random.IntN(3) == 0 {
		q.Status = chosen(w, review.Statuses)
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

// walk lists all pages. A page may be short of rows only at the end or when it
// says that it is unfinished.
func (w *register) walk(store db.Register, q review.Query, most, total int) (listed []review.Row, newestFirst bool) {
	w.t.Helper()
	var after review.Cursor
	for pages := 0; ; pages++ {
		found, err := store.ListLinked(w.t.Context(), q, after, most, morning)
		w.ok(err)
		if len(found.Rows) != most && !found.Next.IsZero() && !found.Unfinished || len(found.Rows) > most {
			w.t.Fatalf("%+v: a page of %d rows in the middle", q, len(found.Rows))
		}
		listed = append(listed, found.Rows...)
		if !found.More && found.Total != total || found.More && found.Total > total {
			w.t.Errorf("%+v: the total is %d (and more: %v), want %d", q, found.Total, found.More, total)
		}
		if pages == 0 {
			newestFirst = found.NewestFirst
		} else if newestFirst != found.NewestFirst {
			w.t.Fatalf("%+v: the order changed in the middle", q)
		}
		if found.Next.IsZero() {
			return listed, newestFirst
		}
		if after = found.Next; pages > 10_000 {
			w.t.Fatalf("%+v: there is no end", q)
		}
	}
}

// With any limits and any query, all pages together are what the naive look
// finds, in order, also when most keys are equal.
func TestTheListIsWhatANaiveLookFinds(t *testing.T) {
	w := newRegister(t, 130, 1)
	everything := w.everything()
	for round := range 400 {
		q := w.query()
		store := w.Register()
		if round%4 > 0 {
			store = store.WithLimits(db.Tiny(w.random.IntN))
		}
		expected := naive(everything, q)
		listed, newestFirst := w.walk(store, q, 1+w.random.IntN(12), len(expected))
		slices.SortFunc(expected, review.Comparison(q))
		if newestFirst {
			slices.SortFunc(expected, func(a, b review.Row) int { return cmp.Compare(b.Number, a.Number) })
		}
		if got, want := numbers(listed), numbers(expected); !slices.Equal(got, want) {
			t.Fatalf("%+v:\ngot  %v\nwant %v", q, got, want)
		}
		for i := range listed {
			if !reflect.DeepEqual(listed[i], expected[i]) {
				t.Fatalf("%+v:\ngot  %+v\nwant %+v", q, listed[i], expected[i])
			}
		}
	}
}

// The same for what jobs and exports walk.
func TestASelectionIsWalkedByNumber(t *testing.T) {
	w := newRegister(t, 130, 2)
	everything := w.everything()
	for round := range 200 {
		store := w.Register()
		if round%4 > 0 {
			store = store.WithLimits(db.Tiny(w.random.IntN))
		}
		s := review.Selection{All: true, Query: w.query()}
		expected := naive(everything, s.Query)
		if round%5 == 0 {
			s, expected = review.Selection{IDs: []string{"gone"}}, nil
			for range w.random.IntN(9) {
				r := chosen(w, everything)
				s.IDs, expected = append(s.IDs, r.ID), append(expected, r)
			}
		}
		slices.SortFunc(expected, func(a, b review.Row) int { return cmp.Compare(a.Number, b.Number) })
		expected = slices.CompactFunc(expected, func(a, b review.Row) bool { return a.Number == b.Number })
		total, err := store.CountLinked(t.Context(), s, morning)
		w.ok(err)
		same(t, fmt.Sprintf("the count of %+v", s), total, len(expected))
		behind := int64(w.random.IntN(60))
		expected = slices.DeleteFunc(expected, func(r review.Row) bool { return r.Number <= behind })
		var walked []int64
		size := 1 + w.random.IntN(9)
		w.ok(store.EachLinked(t.Context(), s, behind, size, morning, func(rows []review.Row) error {
			if len(rows) == 0 || len(rows) > size {
				t.Errorf("a chunk of %d, want at most %d", len(rows), size)
			}
			walked = append(walked, numbers(rows)...)
			return nil
		}))
		if !slices.Equal(walked, numbers(expected)) {
			t.Fatalf("%+v behind %d:\ngot  %v\nwant %v", s, behind, walked, numbers(expected))
		}
	}
}

// What triggers keep is what counting gives, whatever happens.
func TestTotalsAndTextsFollowEveryChange(t *testing.T) {
	w := newRegister(t, 60, 3)
	exec := func(statement string, args ...any) { w.t.Helper(); w.exec(statement, args...) }
	for round := range 250 {
		link := fmt.Sprint("link-", 1+w.random.IntN(w.next))
		switch w.random.IntN(9) {
		case 0:
			w.add(exec)
		case 1:
			w.exec(`DELETE FROM credentials WHERE id = ?`, link)
		case 2:
			state, status := w.state()
			w.exec(`UPDATE credentials SET state = ?, status = ? WHERE id = ?`, state, status, link)
		case 3:
			w.exec(`UPDATE credentials SET label = ?, subscription_name = ?, subscription_id = ? WHERE id = ?`,
				chosen(w, registerLabels), chosen(w, []string{"Billing", "Renamed"}), fmt.Sprint("subscription-", round), link)
		case 4:
			w.exec(`UPDATE credentials SET reviewed_at = ? WHERE id = ?`, w.day(), link)
		case 5:
			w.exec(`UPDATE accounts SET name = ? WHERE id = ?`, fmt.Sprint("renamed-", round), fmt.Sprint("register-", w.random.IntN(len(registerAccounts))))
		case 6:
			w.exec(`UPDATE people SET name = ?, email = ? WHERE id = ?`, fmt.Sprint("Person ", round), fmt.Sprint("person", round, "@example.org"),
				fmt.Sprint("linker-", w.random.IntN(len(registerPeople))))
		case 7:
			w.exec(`UPDATE credentials SET created_by = ? WHERE id = ?`, fmt.Sprint("linker-", w.random.IntN(len(registerPeople)-1)), link)
		case 8:
			w.exec(`UPDATE credentials SET created_by = NULL WHERE id = ?`, link)
		}
		if round%10 == 9 {
			w.checkKept()
		}
	}
	w.exec(`DELETE FROM people WHERE id = 'linker-1'`)
	w.checkKept()
	w.exec(`DELETE FROM accounts WHERE id = 'register-2'`)
	w.checkKept()
}

func kept(rows []review.Row, keep func(review.Row) bool) []review.Row {
	return slices.DeleteFunc(slices.Clone(rows), func(r review.Row) bool { return !keep(r) })
}

func (w *register) checkKept() {
	w.t.Helper()
	everything := w.everything()
	totals, err := w.Register().LinkedTotals(w.t.Context())
	w.ok(err)
	same(w.t, "all", totals.All, len(everything))
	same(w.t, "never reviewed", totals.NeverReviewed, len(naive(everything, review.Query{NeverReviewed: true})))
	for _, status := range review.Statuses {
		same(w.t, "status "+string(status), totals.ByStatus[status], len(naive(everything, review.Query{Status: status})))
	}
	same(w.t, "azure", totals.ByProvider["azure"], len(naive(everything, review.Query{Provider: "azure"})))
	same(w.t, "accounts that differ", w.count(`
		SELECT count(*) FROM register_accounts n FULL JOIN (SELECT account_id, count(*) AS total FROM credentials NOT INDEXED GROUP BY account_id) c USING (account_id)
		  LEFT JOIN accounts a ON a.id = account_id WHERE n.total IS NOT c.total OR n.name IS NOT a.name`), 0)
	same(w.t, "people that differ", w.count(`
		SELECT count(*) FROM register_people n
		  FULL JOIN (SELECT created_by AS person_id, count(*) AS total FROM credentials NOT INDEXED WHERE created_by IS NOT NULL GROUP BY created_by) c USING (person_id)
		  LEFT JOIN people p ON p.id = person_id WHERE n.total IS NOT c.total OR n.name IS NOT p.name OR n.email IS NOT p.email`), 0)
	for _, table := range []string{"register_texts", "register_account_texts", "register_person_texts"} {
		w.exec(`INSERT INTO ` + table + ` (` + table + `) VALUES ('integrity-check')`)
	}
	// Nothing stays in the indexes of texts that is not there any more.
	for _, piece := range []string{"pro", "ren", "sub", "olg", "per", "har", "nam"} {
		own := func(r review.Row) bool { return naivelyContains(piece, r.Label, r.SubscriptionName, r.SubscriptionID) }
		same(w.t, "texts with "+piece, w.count(`SELECT count(*) FROM register_texts WHERE register_texts MATCH ?`, piece), len(kept(everything, own)))
		same(w.t, "accounts with "+piece, w.count(`SELECT count(*) FROM register_account_texts WHERE register_account_texts MATCH ?`, piece),
			w.count(`SELECT count(*) FROM register_accounts WHERE name LIKE ?`, "%"+piece+"%"))
		same(w.t, "people with "+piece, w.count(`SELECT count(*) FROM register_person_texts WHERE register_person_texts MATCH ?`, piece),
			w.count(`SELECT count(*) FROM register_people WHERE name LIKE ?1 OR email LIKE ?1`, "%"+piece+"%"))
	}
	for _, search := range []string{"production", "renamed", "person", "example", "subscription", "olga", "harbor"} {
		q := review.Query{Search: search}
		want := numbers(naive(everything, q))
		listed, _ := w.walk(w.Register(), q, 1000, len(want))
		got := numbers(listed)
		slices.Sort(got)
		slices.Sort(want)
		if !slices.Equal(got, want) {
			w.t.Fatalf("%q:\ngot  %v\nwant %v", search, got, want)
		}
	}
}

func TestACredentialStaysWithItsAccount(t *testing.T) {
	w := newRegister(t, 3, 4)
	for _, statement := range []string{
		`UPDATE credentials SET account_id = 'account-acme', certificate_id = 'certificate-acme-1' WHERE id = 'link-1'`,
		`UPDATE credentials SET provider = 'other' WHERE id = 'link-1'`,
		`UPDATE credentials SET number = 99 WHERE id = 'link-1'`,
	} {
		if _, err := w.Writer().ExecContext(t.Context(), statement); err == nil || !strings.Contains(err.Error(), "stays") {
			t.Errorf("%s: got %v", statement, err)
		}
	}
}

func TestAWholeSubscriptionIDIsLookedUp(t *testing.T) {
	w := newRegister(t, 30, 5)
	everything := w.everything()
	whole := everything[7].SubscriptionID
	w.exec(`UPDATE credentials SET label = ? WHERE id = ?`, whole, everything[9].ID) // a text, and not the ID
	for _, typed := range []string{whole, strings.ToUpper(whole), " " + whole + " "} {
		found, err := w.Register().ListLinked(t.Context(), review.Query{Search: typed}, review.Cursor{}, 50, morning)
		w.ok(err)
		if got := numbers(found.Rows); !slices.Equal(got, []int64{everything[7].Number}) {
			t.Errorf("%q finds %v", typed, got)
		}
	}
}

func TestTimeAloneChangesTheStatus(t *testing.T) {
	w := newWorld(t)
	fresh, warned, ended, waiting := w.link("fresh"), w.link("warned"), w.link("ended"), w.link("waiting")
	for c, left := range map[*credential.Credential]time.Duration{&fresh: 31 * 24 * time.Hour, &warned: 30 * 24 * time.Hour, &ended: 0, &waiting: -time.Hour} {
		w.exec(`UPDATE credentials SET state = 'connected', status = 'connected', expires_at = ? WHERE id = ?`, after(left).UnixMilli(), c.ID)
	}
	w.exec(`UPDATE credentials SET state = 'disabled', status = 'disabled' WHERE id = ?`, waiting.ID)
	statusOf := func(c credential.Credential) (status string) {
		w.ok(w.Writer().QueryRowContext(t.Context(), `SELECT status FROM credentials WHERE id = ?`, c.ID).Scan(&status))
		return status
	}
	refresh := func(at time.Time, most, want int) {
		t.Helper()
		changed, err := w.Register().RefreshStatuses(t.Context(), at, most)
		w.ok(err)
		same(t, "changed", changed, want)
	}
	refresh(morning, 1, 1)
	refresh(morning, 10, 1)
	version := w.Version()
	refresh(morning, 10, 0)
	same(t, "the version when nothing changes", w.Version(), version)
	for c, want := range map[*credential.Credential]string{&fresh: "connected", &warned: "expiring", &ended: "needs-attention", &waiting: "disabled"} {
		same(t, c.Label, statusOf(*c), want)
	}
	refresh(after(30*24*time.Hour), 10, 2)
	same(t, "warned, a month later", statusOf(warned), "needs-attention")
	same(t, "fresh, a month later", statusOf(fresh), "expiring")
}

func TestALinkThatIsNotCheckedForTwoDaysGetsAWarning(t *testing.T) {
	w := newWorld(t)
	stale, checked, broken, expiring := w.link("stale"), w.link("checked"), w.link("broken"), w.link("expiring")
	for c, at := range map[*credential.Credential]time.Duration{&stale: -48 * time.Hour, &checked: -47 * time.Hour, &broken: -100 * time.Hour, &expiring: -100 * time.Hour} {
		w.exec(`UPDATE credentials SET state = 'connected', status = 'connected', expires_at = ?, last_checked_at = ? WHERE id = ?`,
			after(300*24*time.Hour).UnixMilli(), after(at).UnixMilli(), c.ID)
	}
	w.exec(`UPDATE credentials SET state = 'needs-attention', status = 'needs-attention' WHERE id = ?`, broken.ID)
	w.exec(`UPDATE credentials SET expires_at = ? WHERE id = ?`, after(24*time.Hour).UnixMilli(), expiring.ID)
	changed, err := w.Register().RefreshStatuses(t.Context(), morning, 10)
	w.ok(err)
	same(t, "changed", changed, 2)
	for c, want := range map[*credential.Credential]string{&stale: "warning", &checked: "connected", &broken: "needs-attention", &expiring: "expiring"} {
		var status string
		w.ok(w.Writer().QueryRowContext(t.Context(), `SELECT status FROM credentials WHERE id = ?`, c.ID).Scan(&status))
		same(t, c.Label, status, want)
	}
	totals, err := w.Register().LinkedTotals(t.Context())
	w.ok(err)
	same(t, "how many have a warning", totals.ByStatus[credential.StatusWarning], 1)
	found, err := w.Register().ListLinked(t.Context(), review.Query{Status: credential.StatusWarning}, review.Cursor{}, 50, morning)
	w.ok(err)
	if len(found.Rows) != 1 || found.Rows[0].Label != "stale" {
		t.Errorf("found %+v", found.Rows)
	}
	_, err = w.Register().RefreshStatuses(t.Context(), after(280*24*time.Hour), 10) // what has a warning expires too
	w.ok(err)
	same(t, "how many expire", w.count(`SELECT count(*) FROM credentials WHERE status = 'expiring'`)+w.count(`SELECT count(*) FROM credentials WHERE status = 'needs-attention'`), 4)
}

func TestOnlyAdministratorsExport(t *testing.T) {
	w := newWorld(t)
	export := entry(audit.ExportList, "")
	w.ok(w.Register().AddExport(t.Context(), export))
	same(t, "entries", len(w.audit("")), w.count(`SELECT count(*) FROM audit WHERE account_id = ''`))
	same(t, "the entry", w.audit("")[0].Action, audit.ExportList)
	before := w.count(`SELECT count(*) FROM audit`)
	export.Actor.PersonID = "person-eve"
	want(t, w.Register().AddExport(t.Context(), export), account.ErrNoSuchAccount)
	same(t, "entries after a refusal", w.count(`SELECT count(*) FROM audit`), before)
}

// What was checked in the first moment of the day was checked on that day.
func TestADayBeginsAtItsFirstMoment(t *testing.T) {
	w := newRegister(t, 40, 7)
	midnight := morning.Truncate(24 * time.Hour)
	w.exec(`UPDATE credentials SET last_checked_at = ?1 + number % 2 - 1`, midnight.UnixMilli())
	for _, sort := range review.Sorts {
		for _, status := range append(slices.Clone(review.Statuses), "") {
			q := review.Query{NotCheckedSince: midnight, Sort: sort, Descending: true, Status: status}
			expected := naive(w.everything(), q)
			listed, _ := w.walk(w.Register(), q, 6, len(expected))
			same(t, string(sort)+", "+string(status), len(listed), len(expected))
		}
	}
}
