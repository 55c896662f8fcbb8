package registerquery_test

import (
	"cmp"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"mooring/db/registerquery"
	"mooring/register"
)

// walk lists all pages. A page may be short of rows only at the end or when it
// says that it is unfinished.
func (w *world) walk(store registerquery.Planner, q register.Query, most, total int) (listed []register.Row, newestFirst bool) {
	w.t.Helper()
	var after register.Cursor
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
		store := w.Register().Planner
		if round%4 > 0 {
			store = store.WithLimits(registerquery.Tiny(w.random.IntN))
		}
		expected := naive(everything, q)
		listed, newestFirst := w.walk(store, q, 1+w.random.IntN(12), len(expected))
		slices.SortFunc(expected, register.Comparison(q))
		if newestFirst {
			slices.SortFunc(expected, func(a, b register.Row) int { return cmp.Compare(b.Number, a.Number) })
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
		store := w.Register().Planner
		if round%4 > 0 {
			store = store.WithLimits(registerquery.Tiny(w.random.IntN))
		}
		s := register.Selection{All: true, Query: w.query()}
		expected := naive(everything, s.Query)
		if round%5 == 0 {
			s, expected = register.Selection{IDs: []string{"gone"}}, nil
			for range w.random.IntN(9) {
				r := chosen(w, everything)
				s.IDs, expected = append(s.IDs, r.ID), append(expected, r)
			}
		}
		slices.SortFunc(expected, func(a, b register.Row) int { return cmp.Compare(a.Number, b.Number) })
		expected = slices.CompactFunc(expected, func(a, b register.Row) bool { return a.Number == b.Number })
		total, err := store.CountLinked(t.Context(), s, morning)
		w.ok(err)
		same(t, fmt.Sprintf("the count of %+v", s), total, len(expected))
		behind := int64(w.random.IntN(60))
		expected = slices.DeleteFunc(expected, func(r register.Row) bool { return r.Number <= behind })
		var walked []int64
		size := 1 + w.random.IntN(9)
		w.ok(store.EachLinked(t.Context(), s, behind, size, morning, func(rows []register.Row) error {
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
			w.exec(`UPDATE credentials SET label = ?, cloud_account_name = ?, cloud_account = ? WHERE id = ?`,
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

func kept(rows []register.Row, keep func(register.Row) bool) []register.Row {
	return slices.DeleteFunc(slices.Clone(rows), func(r register.Row) bool { return !keep(r) })
}

func (w *world) checkKept() {
	w.t.Helper()
	everything := w.everything()
	totals, err := w.Register().LinkedTotals(w.t.Context())
	w.ok(err)
	same(w.t, "all", totals.All, len(everything))
	same(w.t, "never reviewed", totals.NeverReviewed, len(naive(everything, register.Query{NeverReviewed: true})))
	for _, status := range register.Statuses {
		same(w.t, "status "+string(status), totals.ByStatus[status], len(naive(everything, register.Query{Status: status})))
	}
	same(w.t, "azure", totals.ByProvider["azure"], len(naive(everything, register.Query{Provider: "azure"})))
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
		own := func(r register.Row) bool {
			return naivelyContains(piece, r.Label, r.CloudAccountName, r.CloudAccount)
		}
		same(w.t, "texts with "+piece, w.count(`SELECT count(*) FROM register_texts WHERE register_texts MATCH ?`, piece), len(kept(everything, own)))
		same(w.t, "accounts with "+piece, w.count(`SELECT count(*) FROM register_account_texts WHERE register_account_texts MATCH ?`, piece),
			w.count(`SELECT count(*) FROM register_accounts WHERE name LIKE ?`, "%"+piece+"%"))
		same(w.t, "people with "+piece, w.count(`SELECT count(*) FROM register_person_texts WHERE register_person_texts MATCH ?`, piece),
			w.count(`SELECT count(*) FROM register_people WHERE name LIKE ?1 OR email LIKE ?1`, "%"+piece+"%"))
	}
	for _, search := range []string{"production", "renamed", "person", "example", "subscription", "olga", "harbor"} {
		q := register.Query{Search: search}
		want := numbers(naive(everything, q))
		listed, _ := w.walk(w.Register().Planner, q, 1000, len(want))
		got := numbers(listed)
		slices.Sort(got)
		slices.Sort(want)
		if !slices.Equal(got, want) {
			w.t.Fatalf("%q:\ngot  %v\nwant %v", search, got, want)
		}
	}
}

func TestAWholeAccountIDIsLookedUp(t *testing.T) {
	w := newRegister(t, 30, 5)
	everything := w.everything()
	whole := everything[7].CloudAccount
	w.exec(`UPDATE credentials SET label = ? WHERE id = ?`, whole, everything[9].ID) // a text, and not the ID
	for _, typed := range []string{whole, strings.ToUpper(whole), " " + whole + " "} {
		found, err := w.Register().ListLinked(t.Context(), register.Query{Search: typed}, register.Cursor{}, 50, morning)
		w.ok(err)
		if got := numbers(found.Rows); !slices.Equal(got, []int64{everything[7].Number}) {
			t.Errorf("%q finds %v", typed, got)
		}
	}
	w.exec(`UPDATE credentials SET cloud_account = '111122223333' WHERE id = ?`, everything[3].ID)
	for _, typed := range []string{"111122223333", "arn:aws:iam::111122223333:role/mooring-x"} {
		found, err := w.Register().ListLinked(t.Context(), register.Query{Search: typed}, register.Cursor{}, 50, morning)
		w.ok(err)
		if got := numbers(found.Rows); !slices.Equal(got, []int64{everything[3].Number}) {
			t.Errorf("%q finds %v", typed, got)
		}
	}
}

// The number of a project finds it as its ID does, and a number that is the ID of
// another link finds both.
func TestAnotherIDOfAnAccountFindsIt(t *testing.T) {
	w := newRegister(t, 60, 5)
	w.exec(`UPDATE credentials SET cloud_account = '142857142857' WHERE number = 4`)
	w.exec(`UPDATE credentials SET cloud_account_alias = '142857142857' WHERE number IN (2, 9)`)
	for most, want := range map[int][]int64{50: {2, 4, 9}, 2: {2, 4, 9}} {
		q := register.Query{Search: "142857142857"}
		listed, _ := w.walk(w.Register().Planner, q, most, 3)
		got := numbers(listed)
		slices.Sort(got)
		if !slices.Equal(got, want) || len(naive(w.everything(), register.Query{})) != 60 {
			t.Errorf("%d a page: %v", most, got)
		}
	}
}

// What was checked in the first moment of the day was checked on that day.
func TestADayBeginsAtItsFirstMoment(t *testing.T) {
	w := newRegister(t, 40, 7)
	midnight := morning.Truncate(24 * time.Hour)
	w.exec(`UPDATE credentials SET last_checked_at = ?1 + number % 2 - 1`, midnight.UnixMilli())
	for _, sort := range register.Sorts {
		for _, status := range append(slices.Clone(register.Statuses), "") {
			q := register.Query{NotCheckedSince: midnight, Sort: sort, Descending: true, Status: status}
			expected := naive(w.everything(), q)
			listed, _ := w.walk(w.Register().Planner, q, 6, len(expected))
			same(t, string(sort)+", "+string(status), len(listed), len(expected))
		}
	}
}
