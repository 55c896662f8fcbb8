package review_test

import (
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"mooring/account"
	"mooring/audit"
	"mooring/credential"
	"mooring/fault"
	"mooring/register"
	"mooring/review"
)

func TestStartSaysWhatIsWrongWithTheForm(t *testing.T) {
	b := newBoard(t)
	b.link("one", "harbor", "olga")
	long := strings.Repeat("x", 81)
	for name, test := range map[string]struct {
		change func(*review.Form)
		fields []string
	}{
		"no name":                {func(f *review.Form) { f.Name = " " }, []string{"name"}},
		"a long name":            {func(f *review.Form) { f.Name = long }, []string{"name"}},
		"no day":                 {func(f *review.Form) { f.Due = "" }, []string{"due"}},
		"no such day":            {func(f *review.Form) { f.Due = "2026-11-31" }, []string{"due"}},
		"today":                  {func(f *review.Form) { f.Due = "2026-11-22" }, []string{"due"}},
		"a day in three years":   {func(f *review.Form) { f.Due = "2029-11-23" }, []string{"due"}},
		"nobody":                 {func(f *review.Form) { f.Reviewers = nil }, []string{"reviewers"}},
		"no administrator":       {func(f *review.Form) { f.Reviewers = []string{"olga@example.com"} }, []string{"reviewers"}},
		"one who does not exist": {func(f *review.Form) { f.Reviewers = append(f.Reviewers, "nobody@example.com") }, []string{"reviewers"}},
		"nothing selected":       {func(f *review.Form) { f.Selection = register.Selection{} }, []string{"selection"}},
		"too much by hand":       {func(f *review.Form) { f.Selection = register.Selection{IDs: make([]string, 1001)} }, []string{"selection"}},
		"a short search":         {func(f *review.Form) { f.Selection.Query.Search = "x" }, []string{"selection"}},
		"several mistakes":       {func(f *review.Form) { *f = review.Form{} }, []string{"name", "due", "reviewers", "selection"}},
	} {
		form := reviewForm("rita")
		test.change(&form)
		_, err := b.Start(t.Context(), caller("rose"), actor("rose"), form)
		got := fault.Of(err).Fields
		if len(got) != len(test.fields) {
			t.Errorf("%s: the fields are %v, want %v", name, got, test.fields)
		}
		for _, field := range test.fields {
			if got[field] == "" {
				t.Errorf("%s: nothing is said at %s, but %v", name, field, got)
			}
		}
	}
	all, err := b.List(t.Context())
	b.ok(err)
	equal(t, "the number of reviews", len(all), 0)
}

func TestAReviewGathersItsItemsAndOpens(t *testing.T) {
	b := newBoard(t)
	b.links("one", "two", "three")
	r, err := b.Start(t.Context(), caller("rose"), actor("rose"), reviewForm("rita", "rob", "RITA"))
	b.ok(err)
	equal(t, "the state", r.State, review.Gathering)
	_, _, err = b.Next(t.Context(), caller("rita"), r.ID, 0)
	wantErr(t, err, review.ErrGathering)
	b.ok(b.Work(t.Context()))
	got := b.review(r.ID)
	equal(t, "the state", got.State, review.Open)
	equal(t, "the number of reviewers", len(got.Reviewers), 2)
	equal(t, "what it is about", got.About, "All linked accounts")
	equal(t, "who started it", got.StartedByName, "Rose")
	b.holds(r)
	if want := time.Date(2026, 12, 1, 23, 59, 59, 999e6, time.UTC); !got.DueAt.Equal(want) {
		t.Errorf("it is due at %v, want %v", got.DueAt, want)
	}
	b.links("four") // the set is fixed
	b.ok(b.Work(t.Context()))
	equal(t, "the number of items", b.review(r.ID).Total, 3)
	sameList(t, "the entries", b.actions(""), append([]audit.Action{audit.OpenReview, audit.StartReview}, b.actions("")[2:]...))
}

func TestTheDueDayIsTheSameInEveryZone(t *testing.T) {
	for _, zone := range []string{"UTC", "Pacific/Kiritimati", "Pacific/Pago_Pago"} {
		place, err := time.LoadLocation(zone)
		if err != nil {
			t.Fatal(err)
		}
		b := newBoard(t)
		b.clock = morning.Add(3 * time.Hour).In(place) // the 23rd in Kiritimati, 1:14 in the morning of the 22nd in Pago Pago
		r, err := b.Start(t.Context(), caller("rose"), actor("rose"), reviewForm("rita"))
		b.ok(err)
		if want := time.Date(2026, 12, 1, 23, 59, 59, 999e6, time.UTC); !r.DueAt.Equal(want) {
			t.Errorf("%s: it is due at %v, want %v", zone, r.DueAt, want)
		}
		form := reviewForm("rita")
		form.Due = "2026-11-23"
		if _, err := b.Start(t.Context(), caller("rose"), actor("rose"), form); err != nil {
			t.Errorf("%s: tomorrow was refused: %v", zone, err)
		}
		form.Due = "2026-11-22"
		if _, err := b.Start(t.Context(), caller("rose"), actor("rose"), form); err == nil {
			t.Errorf("%s: today was taken", zone)
		}
	}
}

func TestGatheringSurvivesAServerThatIsKilled(t *testing.T) {
	b := newBoard(t)
	b.links("one", "two", "three", "four", "five")
	b.walker.chunk, b.walker.fails = 2, errors.New("killed")
	r, err := b.Start(t.Context(), caller("rose"), actor("rose"), reviewForm("rita"))
	b.ok(err)
	for want := 2; want <= 4; want += 2 {
		if err := b.Work(t.Context()); err == nil {
			t.Fatal("it went on")
		}
		got := b.review(r.ID)
		equal(t, "the state", got.State, review.Gathering)
		equal(t, "the number of items", got.Total, want)
		b.restart()
	}
	b.walker.fails = nil
	b.ok(b.Work(t.Context()))
	b.holds(r)
	equal(t, "the state", b.review(r.ID).State, review.Open)
	sameList(t, "the numbers it went on behind", b.walker.asked, []int64{0, 2, 4})
	items, _, err := b.Items(t.Context(), caller("rita"), r.ID, "", 0)
	b.ok(err)
	for n, i := range items {
		equal(t, "the position of "+i.Label, i.Position, n+1)
	}
	equal(t, "the number of items", len(items), 5)
}

func TestWhatIsUnlinkedWhileItGathersIsNotAnItem(t *testing.T) {
	b := newBoard(t)
	all := b.links("one", "two")
	r, err := b.Start(t.Context(), caller("rose"), actor("rose"), reviewForm("rita"))
	b.ok(err)
	b.unlink(all[0])
	b.ok(b.Work(t.Context()))
	equal(t, "the number of items", b.review(r.ID).Total, 1)
	b.holds(r)
}

// queue walks the queue of a reviewer to its end.
func (b *board) queue(name string, r review.Review, after int64) (labels []string, left []int) {
	b.t.Helper()
	seen := map[string]bool{}
	for {
		i, place, err := b.Next(b.t.Context(), caller(name), r.ID, after)
		if errors.Is(err, review.ErrNothingLeft) || err == nil && seen[i.Label] {
			return labels, left
		}
		b.ok(err)
		seen[i.Label], after = true, i.Number
		labels, left = append(labels, i.Label), append(left, place.Left)
	}
}

func TestTheQueueGivesOneAfterTheOtherAndBeginsAgain(t *testing.T) {
	b := newBoard(t)
	all := b.links("one", "two", "three", "four")
	r := b.open("rita", "rob")
	labels, left := b.queue("rita", r, 0)
	sameList(t, "the queue", labels, []string{"one", "two", "three", "four"})
	sameList(t, "what is left", left, []int{4, 4, 4, 4})
	labels, _ = b.queue("rita", r, all[1].Number)
	sameList(t, "the queue from the middle", labels, []string{"three", "four", "one", "two"})
	b.ok(b.decide("rob", r, all[2], review.Keep))
	b.ok(b.decide("rob", r, all[0], review.Ask))
	labels, left = b.queue("rita", r, 0)
	sameList(t, "the queue", labels, []string{"two", "four"})
	sameList(t, "what is left", left, []int{2, 2})
	_, place, err := b.Next(t.Context(), caller("rita"), r.ID, all[1].Number)
	b.ok(err)
	equal(t, "the place", place, review.QueuePlace{Position: 4, Total: 4, Left: 2})
	b.holds(r)
}

func TestOnlyReviewersHaveAQueueAndDecide(t *testing.T) {
	b := newBoard(t)
	c := b.links("one")[0]
	r := b.open("rita")
	for _, name := range []string{"rob", "rose"} { // who started it is not a reviewer for that
		for _, kind := range []review.Kind{review.Keep, review.Disable, review.Unlink, review.Ask} {
			wantErr(t, b.decide(name, r, c, kind), review.ErrNotReviewer)
		}
	}
	wantErr(t, b.decideAs("olga", r, c, review.Decision{Kind: review.Keep, Version: b.item("rita", r, c).Version}), account.ErrNoSuchAccount)
	_, _, err := b.Next(t.Context(), caller("rob"), r.ID, 0)
	wantErr(t, err, review.ErrNotReviewer)
	_, _, err = b.Next(t.Context(), caller("rita"), "no such review", 0)
	wantErr(t, err, review.ErrNoSuchReview)
}

// Whoever linked something, and whoever it belongs to, never decides on it,
// however they come to it.
func TestNobodyDecidesOnTheirOwnLink(t *testing.T) {
	b := newBoard(t)
	linked := b.link("linked by rita", "harbor", "rita")
	personal := b.link("account of rita", "rita", "olga")
	both := b.link("both of rita", "rita", "rita")
	between := b.link("by rob for rita", "rita", "rob")
	other := b.link("by olga", "harbor", "olga")
	r := b.open("rita", "rob")
	b.holds(r)
	labels, left := b.queue("rita", r, 0)
	sameList(t, "the queue of rita", labels, []string{"by olga"})
	sameList(t, "what is left to rita", left, []int{1})
	labels, _ = b.queue("rob", r, 0)
	sameList(t, "the queue of rob", labels, []string{"linked by rita", "account of rita", "both of rita", "by olga"})
	equal(t, "what nobody may decide", b.review(r.ID).Stuck, 1)
	for _, c := range []credential.Credential{linked, personal, both, between} {
		if !b.item("rita", r, c).Own {
			t.Errorf("%s is not shown as her own", c.Label)
		}
		for _, kind := range []review.Kind{review.Keep, review.Disable, review.Unlink, review.Ask} {
			wantErr(t, b.decide("rita", r, c, kind), review.ErrOwnLink)
		}
	}
	wantErr(t, b.decide("rob", r, between, review.Keep), review.ErrOwnLink)
	b.ok(b.decide("rob", r, linked, review.Keep))
	wantErr(t, b.decide("rita", r, linked, review.Disable), review.ErrOwnLink) // nor does she change what he decided
	b.ok(b.decide("rita", r, other, review.Keep))
	items, _, err := b.Items(t.Context(), caller("rita"), r.ID, "", 0)
	b.ok(err)
	for _, i := range items {
		equal(t, i.Label+" as her own", i.Own, i.CredentialID != other.ID)
	}
	b.holds(r)
}

func TestWhatNobodyMayDecideIsTold(t *testing.T) {
	b := newBoard(t)
	c := b.link("one", "harbor", "rita")
	b.links("two")
	r := b.open("rita")
	equal(t, "what nobody may decide", b.review(r.ID).Stuck, 1)
	b.ok(b.NameReviewer(t.Context(), caller("rita"), actor("rita"), r.ID, "rob@example.com"))
	equal(t, "what nobody may decide", b.review(r.ID).Stuck, 0)
	b.holds(r)
	b.ok(b.decide("rob", r, c, review.Keep))
	b.holds(r)
	wantErr(t, b.NameReviewer(t.Context(), caller("rita"), actor("rita"), r.ID, "person-rob"), review.ErrAlreadyReviewer)
	b.demote("rob")
	b.demote("rita")
	equal(t, "what nobody may decide", b.review(r.ID).Stuck, 1)
	if err := b.NameReviewer(t.Context(), caller("rose"), actor("rose"), r.ID, "olga@example.com"); fault.Of(err).Fields["reviewers"] == "" {
		t.Errorf("somebody without the right was named: %v", err)
	}
}

func TestANewReviewerDoesNotOpenTheirOwn(t *testing.T) {
	b := newBoard(t)
	own := b.link("one", "rob", "olga")
	b.links("two")
	r := b.open("rita")
	b.ok(b.NameReviewer(t.Context(), caller("rose"), actor("rose"), r.ID, "rob@example.com"))
	b.holds(r)
	labels, _ := b.queue("rob", r, 0)
	sameList(t, "the queue of rob", labels, []string{"two"})
	wantErr(t, b.decide("rob", r, own, review.Keep), review.ErrOwnLink)
}

func TestWhoMayTendAReview(t *testing.T) {
	b := newBoard(t)
	b.links("one")
	r := b.open("rita") // started by rose
	b.person("ruth", true)
	wantErr(t, b.NameReviewer(t.Context(), caller("rob"), actor("rob"), r.ID, "rob@example.com"), review.ErrNotTending)
	wantErr(t, b.Close(t.Context(), caller("rob"), actor("rob"), r.ID), review.ErrNotTending)
	b.demote("rita")
	b.ok(b.NameReviewer(t.Context(), caller("rob"), actor("rob"), r.ID, "ruth@example.com")) // nobody else could
	wantErr(t, b.Close(t.Context(), caller("rob"), actor("rob"), r.ID), review.ErrNotTending)
	b.ok(b.Close(t.Context(), caller("ruth"), actor("ruth"), r.ID))
}

func TestWhoIsNoAdministratorAnyMoreDoesNothing(t *testing.T) {
	b := newBoard(t)
	c := b.links("one")[0]
	r := b.open("rita", "rob")
	d := review.Decision{Kind: review.Keep, Version: b.item("rita", r, c).Version}
	b.demote("rita")
	b.ok(b.data.Accounts().DisablePerson(t.Context(), "person-rob", boardEntry(audit.DisablePerson)))
	before := len(b.entries("")) + len(b.entries(c.AccountID))
	for name, refusal := range map[string]error{"rita": account.ErrNoSuchAccount, "rob": account.ErrSignIn} {
		wantErr(t, b.decideAs(name, r, c, d), refusal)
		wantErr(t, b.Close(t.Context(), caller(name), actor(name), r.ID), refusal)
		_, err := b.Start(t.Context(), caller(name), actor(name), reviewForm("rose"))
		wantErr(t, err, refusal)
		wantErr(t, b.NameReviewer(t.Context(), caller(name), actor(name), r.ID, "rose@example.com"), refusal)
		_, err = b.AddSchedule(t.Context(), caller(name), actor(name), scheduleForm("rose"))
		wantErr(t, err, refusal)
	}
	equal(t, "the number of entries", len(b.entries(""))+len(b.entries(c.AccountID)), before)
	equal(t, "what is open", b.review(r.ID).Open, 1)
	for _, who := range b.review(r.ID).Reviewers {
		if !who.Away {
			t.Errorf("%s seems to be there still", who.Name)
		}
	}
}

func TestReviewsAreOverdueForThoseConcerned(t *testing.T) {
	b := newBoard(t)
	c := b.link("one", "harbor", "rita")
	r := b.open("rita", "rob") // by rose
	late := func(name string) int {
		t.Helper()
		found, err := b.Overdue(t.Context(), "person-"+name)
		b.ok(err)
		return len(found)
	}
	b.clock = r.DueAt
	equal(t, "overdue on the last moment of the day", b.review(r.ID).Overdue(b.clock), false)
	equal(t, "what is overdue for rob then", late("rob"), 0)
	b.clock = r.DueAt.Add(time.Millisecond)
	equal(t, "overdue after it", b.review(r.ID).Overdue(b.clock), true)
	equal(t, "what is overdue for rob", late("rob"), 1)
	equal(t, "what is overdue for rose, who started it", late("rose"), 1)
	equal(t, "what is overdue for rita, who may decide nothing", late("rita"), 0)
	equal(t, "what is overdue for olga", late("olga"), 0)
	b.ok(b.decide("rob", r, c, review.Ask))
	equal(t, "what is overdue for rob, who waits", late("rob"), 0)
	equal(t, "what is overdue for rose", late("rose"), 1)
	b.answer(r, c, "It is for the tests.")
	equal(t, "what is overdue for rob", late("rob"), 1)
	b.ok(b.decide("rob", r, c, review.Keep))
	equal(t, "what is overdue for rob", late("rob")+late("rose"), 0)
	equal(t, "overdue when all is decided", b.review(r.ID).Overdue(b.clock), false)
}

func (b *board) answer(r review.Review, c credential.Credential, text string) {
	b.t.Helper()
	b.ok(b.Answer(b.t.Context(), credential.Request{AccountID: c.AccountID, Actor: actor("olga")}, c.ID, r.ID, text))
}

func TestAClosedReviewChangesNoMore(t *testing.T) {
	b := newBoard(t)
	all := b.links("one", "two", "three")
	r, err := b.Start(t.Context(), caller("rose"), actor("rose"), reviewForm("rita"))
	b.ok(err)
	b.ok(b.Work(t.Context()))
	b.ok(b.decide("rita", r, all[0], review.Keep))
	b.ok(b.decide("rita", r, all[1], review.Ask))
	version := b.item("rita", r, all[2]).Version
	b.ok(b.Close(t.Context(), caller("rita"), actor("rita"), r.ID))
	got := b.review(r.ID)
	equal(t, "the state", got.State, review.Closed)
	equal(t, "who closed it", got.ClosedByName, "Rita")
	equal(t, "what is undecided", got.Undecided(), 2)
	equal(t, "the number of items", got.Total, 3)
	wantErr(t, b.Close(t.Context(), caller("rita"), actor("rita"), r.ID), review.ErrClosed)
	wantErr(t, b.decideAs("rita", r, all[2], review.Decision{Kind: review.Keep, Version: version}), review.ErrClosed)
	wantErr(t, b.NameReviewer(t.Context(), caller("rita"), actor("rita"), r.ID, "rob@example.com"), review.ErrClosed)
	wantErr(t, b.Answer(t.Context(), credential.Request{AccountID: all[1].AccountID, Actor: actor("olga")}, all[1].ID, r.ID, "Late"), review.ErrNoQuestion)
	_, _, err = b.Next(t.Context(), caller("rita"), r.ID, 0)
	wantErr(t, err, review.ErrClosed)
	b.unlink(all[2]) // goes, and the review stays as it was
	equal(t, "what is undecided", b.review(r.ID).Undecided(), 2)
	items, err := b.data.Reviews().Recorded(t.Context(), r.ID, 0, 10)
	b.ok(err)
	equal(t, "the stage of what was unlinked later", items[2].Stage, review.StageOpen)
	equal(t, "gone in the evidence", items[2].Gone, false)
	questions, err := b.Questions(t.Context(), all[1].AccountID, all[1].ID)
	b.ok(err)
	equal(t, "the number of questions", len(questions), 0)
}

func TestTheListIsPaged(t *testing.T) {
	b := newBoard(t)
	var names []string
	for n := range 120 {
		names = append(names, strings.Repeat("x", n+1)[:min(n+1, 70)]+string(rune('a'+n%26))+string(rune('a'+n/26)))
	}
	b.links(names...)
	r := b.open("rita")
	var sizes []int
	after := int64(0)
	for {
		items, next, err := b.Items(t.Context(), caller("rita"), r.ID, "open", after)
		b.ok(err)
		sizes = append(sizes, len(items))
		if after = next; next == 0 {
			break
		}
	}
	sameList(t, "the pages", sizes, []int{50, 50, 20})
}

// Of two administrators who decide at the same moment one wins, and the other
// reads who and what.
func TestTwoWhoDecideAtOnce(t *testing.T) {
	b := newBoard(t)
	all := b.links("one", "two", "three", "four", "five")
	r := b.open("rita", "rob")
	for _, c := range all {
		seen := b.item("rita", r, c).Version
		results := map[string]error{}
		var mu sync.Mutex
		var group sync.WaitGroup
		for name, kind := range map[string]review.Kind{"rita": review.Keep, "rob": review.Disable} {
			group.Go(func() {
				err := b.decideAs(name, r, c, review.Decision{Kind: kind, Reason: "Because I say so", Version: seen})
				mu.Lock()
				defer mu.Unlock()
				results[name] = err
			})
		}
		group.Wait()
		winner, loser, said := "rita", "rob", "Rita has already decided this one: Keep."
		if results["rita"] != nil {
			winner, loser, said = "rob", "rita", "Rob has already decided this one: Disable."
		}
		b.ok(results[winner])
		wantErr(t, results[loser], review.ErrDecidedMeanwhile)
		if got := fault.Of(results[loser]).Sentence; !strings.HasPrefix(got, said) {
			t.Errorf("%s reads %q, want %q", loser, got, said)
		}
		equal(t, "fault kind", fault.Of(results[loser]).Kind, fault.Conflict)
		equal(t, "who decided", b.item("rita", r, c).DecidedByID, "person-"+winner)
	}
	b.holds(r)
}

// TestAReviewThatCannotGatherCanBeClosed is about one that would be in the way
// for ever.
func TestAReviewThatCannotGatherCanBeClosed(t *testing.T) {
	b := newBoard(t)
	b.links("one", "two")
	r, err := b.Start(t.Context(), caller("rose"), actor("rose"), reviewForm("rita"))
	b.ok(err)
	wantErr(t, b.Close(t.Context(), caller("rob"), actor("rob"), r.ID), review.ErrNotTending)
	wantErr(t, b.Close(t.Context(), caller("rose"), actor("rose"), r.ID), review.ErrGathering)
	equal(t, "the state", b.review(r.ID).State, review.Gathering)
	b.clock = b.clock.Add(15 * time.Minute)
	b.ok(b.Close(t.Context(), caller("rose"), actor("rose"), r.ID))
	equal(t, "the state", b.review(r.ID).State, review.Closed)
	b.ok(b.Work(t.Context()))
	equal(t, "the number of items", b.review(r.ID).Total, 0)
	equal(t, "the state", b.review(r.ID).State, review.Closed)
}
