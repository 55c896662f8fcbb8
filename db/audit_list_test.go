package db_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"mooring/audit"
	"mooring/db"
	"mooring/db/dbtest"
)

// logWorld is a log whose entries are told apart by their number.
func logWorld(t testing.TB, entries ...audit.Entry) world {
	t.Helper()
	w := world{dbtest.New(t), t}
	for i, e := range entries {
		if e.At.IsZero() {
			e.At = after(time.Duration(i) * time.Minute)
		}
		if e.Result == "" {
			e.Result = audit.Done
		}
		w.ok(w.AuditLog().AddEntry(t.Context(), e))
	}
	return w
}

// filtered are the numbers of all entries that a filter wants, in pages of most.
func (w world) filtered(f audit.Filter, most int) []int64 {
	w.t.Helper()
	return w.pages(w.AuditLog(), f, most)
}

func (w world) pages(log db.AuditLog, f audit.Filter, most int) []int64 {
	w.t.Helper()
	var numbers []int64
	for before := int64(0); ; {
		page, err := log.Filtered(w.t.Context(), f, before, most)
		w.ok(err)
		if len(page.Entries) > most {
			w.t.Fatalf("a page has %d entries, and may have %d", len(page.Entries), most)
		}
		for _, e := range page.Entries {
			numbers = append(numbers, e.Number)
		}
		if before = page.Next; before == 0 {
			return numbers
		}
	}
}

func by(id, name string) audit.Actor { return audit.Actor{PersonID: id, Name: name} }

// mixed is a log in which every kind of filter finds something.
func mixed(t testing.TB) world {
	ada, eve := by("person-ada", "Ada@example.com"), by("person-eve", "eve@example.org")
	w := logWorld(t,
		audit.Entry{Actor: ada, Action: audit.SignIn},                                                              // 1
		audit.Entry{Actor: eve, Action: audit.SignIn},                                                              // 2
		audit.Entry{Actor: by("", "unknown"), Action: audit.SignInFailed, Result: audit.Refused},                   // 3
		audit.Entry{Actor: audit.BySystem(), Action: audit.FinishVerification, AccountID: "a", CredentialID: "c1"}, // 4
		audit.Entry{Actor: ada, Action: audit.EditCredential, AccountID: "a", CredentialID: "c1"},                  // 5
		audit.Entry{Actor: eve, Action: audit.EditCredential, AccountID: "b", CredentialID: "c2", Result: audit.Refused},
		audit.Entry{Actor: by("person-ada", "ada@new.example"), Action: audit.SignOut},        // 7
		audit.Entry{Actor: by(audit.System, "mooring people add"), Action: audit.JoinAccount}, // 8
	)
	w.exec(`INSERT INTO accounts (id, name, kind, created_at) VALUES ('a', 'harbor', 'organization', 1)`)
	return w
}

func TestFilters(t *testing.T) {
	w := mixed(t)
	tests := map[string]struct {
		filter audit.Filter
		want   []int64
	}{
		"everything":            {audit.Filter{}, []int64{8, 7, 6, 5, 4, 3, 2, 1}},
		"a part of an address":  {audit.Filter{Person: "ADA@"}, []int64{7, 5, 1}},
		"a domain":              {audit.Filter{Person: "example"}, []int64{7, 6, 5, 2, 1}},
		"the id of a person":    {audit.Filter{Person: "person-ada"}, []int64{7, 5, 1}},
		"the system":            {audit.Filter{Person: "system"}, []int64{8, 4}},
		"whoever it was":        {audit.Filter{Person: "unknown"}, []int64{3}},
		"nobody":                {audit.Filter{Person: "nobody"}, nil},
		"a sign of LIKE":        {audit.Filter{Person: "%"}, nil},
		"an action":             {audit.Filter{Action: "credential.edit"}, []int64{6, 5}},
		"an account":            {audit.Filter{Account: "harbor"}, []int64{5, 4}},
		"an account that went":  {audit.Filter{Account: "b"}, []int64{6}},
		"a credential":          {audit.Filter{Credential: "c1"}, []int64{5, 4}},
		"what was refused":      {audit.Filter{Result: audit.Refused}, []int64{6, 3}},
		"what was done":         {audit.Filter{Result: audit.Done}, []int64{8, 7, 5, 4, 2, 1}},
		"from a time":           {audit.Filter{From: after(5 * time.Minute)}, []int64{8, 7, 6}},
		"up to a time":          {audit.Filter{To: after(2 * time.Minute)}, []int64{2, 1}},
		"between times":         {audit.Filter{From: after(time.Minute), To: after(3 * time.Minute)}, []int64{3, 2}},
		"a person and a result": {audit.Filter{Person: "eve", Result: audit.Refused}, []int64{6}},
		"a person and an action": {
			audit.Filter{Person: "example", Action: "credential.edit"}, []int64{6, 5}},
		"all at once": {audit.Filter{Person: "ada", Action: "credential.edit", Account: "harbor", Credential: "c1", Result: audit.Done,
			From: morning, To: after(time.Hour)}, []int64{5}},
		"what contradicts itself": {audit.Filter{Person: "ada", Result: audit.Refused}, nil},
	}
	for name, test := range tests {
		for _, most := range []int{1, 2, 100} {
			if got := w.filtered(test.filter, most); !slices.Equal(got, test.want) {
				t.Errorf("%s, %d on a page: got %v, want %v", name, most, got, test.want)
			}
		}
	}
	page, err := w.AuditLog().Filtered(t.Context(), audit.Filter{Account: "harbor"}, 0, 10)
	w.ok(err)
	same(t, "the name of the account", page.Accounts["a"], "harbor")
	same(t, "the end of the list", page.Next, 0)
	all, err := w.AuditLog().EntriesAfter(t.Context(), 0, 100)
	w.ok(err)
	for _, e := range all { // what the page says of an entry that has just come must agree
		for name, test := range tests {
			if test.filter.Account == "" && test.filter.Matches(e.Entry) != slices.Contains(test.want, e.Number) {
				t.Errorf("%s: entry %d matches: %t", name, e.Number, test.filter.Matches(e.Entry))
			}
		}
	}
}

func TestTheTailIsWhatCameSince(t *testing.T) {
	w := mixed(t)
	tail := func(f audit.Filter, after int64, most int) ([]int64, int64) {
		page, err := w.AuditLog().Tail(t.Context(), f, after, most)
		w.ok(err)
		var numbers []int64
		for _, e := range page.Entries {
			numbers = append(numbers, e.Number)
		}
		return numbers, page.Next
	}
	got, next := tail(audit.Filter{}, 6, 10)
	same(t, "what came", fmt.Sprint(got, next), "[8 7] 8")
	got, next = tail(audit.Filter{Person: "eve"}, 4, 10)
	same(t, "what came of a filter", fmt.Sprint(got, next), "[6] 8")
	got, next = tail(audit.Filter{Account: "harbor"}, 4, 10)
	same(t, "what came of an account", fmt.Sprint(got, next), "[5] 8")
	got, next = tail(audit.Filter{}, 0, 2)
	same(t, "the latest of many", fmt.Sprint(got, next), "[8 7] 8")
	got, next = tail(audit.Filter{}, 8, 10)
	same(t, "nothing new", fmt.Sprint(got, next), "[] 8")
	got, next = tail(audit.Filter{From: after(7 * time.Minute)}, 4, 10)
	same(t, "what came from a time on", fmt.Sprint(got, next), "[8] 8")
}

func TestOfCredential(t *testing.T) {
	w := mixed(t)
	found, err := w.AuditLog().OfCredential(t.Context(), "c1", 1)
	w.ok(err)
	same(t, "the entries", len(found), 1)
	same(t, "the latest", found[0].Number, 5)
	none, err := w.AuditLog().OfCredential(t.Context(), "", 10)
	w.ok(err)
	same(t, "the entries about no credential", len(none), 0)
}

// The clock jumps ahead by a year twice and is set back each time, and a
// second at times, as always. Entries stay in the order of their numbers, and
// every filter finds all that it wants.
func TestEntriesAreListedByNumberWhateverTheClockSays(t *testing.T) {
	people := []audit.Actor{by("person-ada", "ada@example.com"), by("person-ada", "ada@old.example"), by("person-eve", "eve@example.com"), audit.BySystem()}
	actions := []audit.Action{audit.SignIn, audit.EditCredential, audit.SignOut}
	var entries []audit.Entry
	for i := range 240 {
		e := audit.Entry{At: after(time.Duration(i) * time.Minute), Actor: people[i*i%len(people)], Action: actions[i*7%11%len(actions)], Result: audit.Done}
		switch {
		case i >= 30 && i < 75, i >= 160 && i < 163:
			e.At = e.At.Add(365 * 24 * time.Hour)
		case i%5 == 0:
			e.At = e.At.Add(-61 * time.Second)
		}
		if i%13 == 0 {
			e.Result = audit.Refused
		}
		if i%4 == 0 {
			e.AccountID = fmt.Sprint("account-", i%3)
		}
		if i < 12 || i == 70 {
			e.CredentialID = "c1"
		}
		entries = append(entries, e)
	}
	w := logWorld(t, entries...)
	spans := []span{{}, {from: after(50 * time.Minute)}, {to: after(100 * time.Minute)}, {after(-time.Minute), after(20 * time.Minute)},
		{after(365 * 24 * time.Hour), time.Time{}}, {after(365*24*time.Hour + 161*time.Minute), after(365*24*time.Hour + 162*time.Minute)}}
	for _, f := range []audit.Filter{{}, {Person: "ada"}, {Person: "person-eve"}, {Person: "system"}, {Person: "nobody"}, {Action: "session.end"}, {Action: string(audit.SignOut)},
		{Account: "account-2"}, {Credential: "c1"}, {Result: audit.Refused}, {Result: audit.Done}, {Person: "old", Action: string(audit.SignIn), Account: "account-1"},
		{Credential: "c1", Result: audit.Refused}, {Person: "system", Result: audit.Refused}} {
		for _, in := range spans {
			f.From, f.To = in.from, in.to
			var want []int64
			for i, e := range slices.Backward(entries) {
				if f.Matches(e) && (f.Account == "" || f.Account == e.AccountID) {
					want = append(want, int64(i+1))
				}
			}
			for _, log := range []db.AuditLog{w.AuditLog(), w.AuditLog().LookingAt(10, 4), w.AuditLog().LookingAt(1, 7), w.AuditLog().LookingAt(1000, 8).ReadingTimes(1)} {
				for _, most := range []int{1, 3, 1000} {
					if got := w.pages(log, f, most); !slices.Equal(got, want) {
						t.Fatalf("%+v, %d on a page: got %v, want %v", f, most, got, want)
					}
				}
			}
		}
	}
	latest, err := w.AuditLog().LookingAt(1, 4).OfCredential(t.Context(), "c1", 3)
	w.ok(err)
	if len(latest) != 3 || latest[0].Number != 71 || latest[1].Number != 12 || latest[2].Number != 11 {
		t.Errorf("the latest of the credential are %+v", latest)
	}
	about, err := w.Audit(t.Context(), "account-0", 1000)
	w.ok(err)
	for i, j := len(entries)-1, 0; i >= 0; i-- {
		if entries[i].AccountID == "account-0" {
			same(t, "the time of an entry about the account", about[j].At, entries[i].At)
			j++
		}
	}
}

type span struct{ from, to time.Time }

// A filter reads the times of a block once, and only of those that it has to.
func TestTheTimesOfABlockAreReadOnce(t *testing.T) {
	var entries []audit.Entry
	for range 100 {
		entries = append(entries, audit.Entry{Action: audit.SignIn})
	}
	log := logWorld(t, entries...).AuditLog().LookingAt(1000, 10).ReadingTimes(20)
	old := audit.Filter{To: after(5 * time.Minute)}
	pages := 0
	for before := int64(0); ; pages++ {
		page, err := log.Filtered(t.Context(), old, before, 10)
		if err != nil {
			t.Fatal(err)
		}
		if before = page.Next; before == 0 {
			break
		}
	}
	same(t, "the pages with nothing on them", pages, 4)
	same(t, "the blocks whose times are kept", log.TimesKept(), 10)
	page, err := log.Filtered(t.Context(), old, 0, 10)
	if err != nil {
		t.Fatal(err)
	}
	same(t, "the entries on the first page now", len(page.Entries), 5)
}

// A block that is not full yet has no times that could be kept.
func TestWhatComesIntoABlockIsFound(t *testing.T) {
	w := logWorld(t, audit.Entry{Action: audit.SignIn}, audit.Entry{Action: audit.SignIn})
	log := w.AuditLog().LookingAt(1000, 3)
	for i, want := range []int{0, 1, 1, 1, 2} {
		got := w.pages(log, audit.Filter{From: after(time.Hour)}, 10)
		same(t, fmt.Sprint("the late entries among ", i+2), len(got), want)
		at := after(time.Duration(i) * time.Minute)
		if i == 0 || i == 3 {
			at = after(2 * time.Hour)
		}
		w.ok(log.AddEntry(t.Context(), audit.Entry{At: at, Action: audit.SignOut, Result: audit.Done}))
	}
}

// A filter that finds little among much ends its page early and goes on.
func TestARareEntryIsFoundOverSeveralPages(t *testing.T) {
	var entries []audit.Entry
	for i := range 95 {
		e := audit.Entry{Actor: by(fmt.Sprint("person-", i%3), fmt.Sprintf("p%d@example.com", i%3)), Action: audit.SignIn, AccountID: "a"}
		if i == 3 || i == 50 {
			e.Action = audit.SignOut
		}
		entries = append(entries, e)
	}
	w := logWorld(t, entries...)
	few := w.AuditLog().LookingAt(10, 4)
	for name, f := range map[string]audit.Filter{
		"of a person":     {Person: "p0", Action: string(audit.SignOut)},
		"of an account":   {Account: "a", Action: string(audit.SignOut)},
		"of several":      {Person: "@example.com", Action: string(audit.SignOut)},
		"of what is done": {Result: audit.Done, Action: string(audit.SignOut)},
	} {
		want := []int64{51, 4}
		if name == "of a person" {
			want = []int64{4}
		}
		for _, most := range []int{1, 50} {
			if got := w.pages(few, f, most); !slices.Equal(got, want) {
				t.Errorf("%s, %d on a page: got %v, want %v", name, most, got, want)
			}
		}
	}
}

// What one name of a person did long ago waits until the other name's entries
// have been looked at.
func TestTwoNamesOfAPersonStayInOrder(t *testing.T) {
	now, before := by("person-ada", "ada@example.com"), by("person-ada", "ada@old.example")
	entries := []audit.Entry{{Actor: before, Action: audit.SignOut}, {Actor: now, Action: audit.SignOut}}
	for range 50 {
		entries = append(entries, audit.Entry{Actor: now, Action: audit.SignIn})
	}
	w := logWorld(t, entries...)
	for _, most := range []int{1, 50} {
		got := w.pages(w.AuditLog().LookingAt(10, 4), audit.Filter{Person: "person-ada", Action: string(audit.SignOut)}, most)
		if want := []int64{2, 1}; !slices.Equal(got, want) {
			t.Errorf("%d on a page: got %v, want %v", most, got, want)
		}
	}
}

// With more people than are looked up one by one, the whole log is walked.
func TestAPartOfManyAddresses(t *testing.T) {
	var entries []audit.Entry
	for i := range 60 {
		entries = append(entries, audit.Entry{Actor: by(fmt.Sprint("person-", i%30), fmt.Sprintf("p%d@example.com", i%30)), Action: audit.SignIn})
	}
	w := logWorld(t, entries...)
	same(t, "all of them", len(w.filtered(audit.Filter{Person: "@example.com"}, 7)), 60)
	same(t, "those of some", len(w.filtered(audit.Filter{Person: "p1"}, 7)), 22) // p1 and p10 to p19
}

// What is archived while somebody turns pages ends the list.
func TestAPageBehindAnArchivedEntryIsEmpty(t *testing.T) {
	w := mixed(t)
	w.exec(`DROP TRIGGER audit_never_shrinks`)
	w.exec(`DELETE FROM audit WHERE id <= 4`)
	for _, before := range []int64{1, 3, 5} {
		page, err := w.AuditLog().Filtered(t.Context(), audit.Filter{}, before, 10)
		w.ok(err)
		same(t, "the entries", len(page.Entries), 0)
	}
	if got, want := w.filtered(audit.Filter{}, 3), []int64{8, 7, 6, 5}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

// An entry that is missing can be pointed at all the same.
func TestAPageBeginsBehindAnEntryThatIsMissing(t *testing.T) {
	w := mixed(t)
	w.exec(`DROP TRIGGER audit_never_shrinks`)
	w.exec(`DELETE FROM audit WHERE id = 5`)
	page, err := w.AuditLog().Filtered(t.Context(), audit.Filter{}, 5, 2)
	w.ok(err)
	if len(page.Entries) != 2 || page.Entries[0].Number != 4 || page.Entries[1].Number != 3 {
		t.Errorf("got %+v", page.Entries)
	}
}

// A log with more actors than are looked at one by one still finds each, by a
// part of the name and by the id.
func TestAPersonIsFoundAmongManyActors(t *testing.T) {
	var entries []audit.Entry
	for i := range 40 {
		entries = append(entries, audit.Entry{Actor: by(fmt.Sprintf("person-%02d", i), fmt.Sprintf("p%02d@example.com", i)), Action: audit.SignIn})
	}
	w := logWorld(t, append(entries, audit.Entry{Actor: by("person-zelda", "zelda@example.com"), Action: audit.SignIn})...)
	for _, known := range []int{5, 40, 41, 42, 100} {
		for _, person := range []string{"zelda", "person-zelda"} {
			if got := w.pages(w.AuditLog().KnowingActors(known).LookingAt(7, 3), audit.Filter{Person: person}, 50); !slices.Equal(got, []int64{41}) {
				t.Errorf("%q among %d known ones: got %v", person, known, got)
			}
		}
	}
}
