package review_test

import (
	"strings"
	"testing"
	"time"

	"mooring/audit"
	"mooring/fault"
	"mooring/register"
	"mooring/review"
)

func scheduleForm(reviewers ...string) review.ScheduleForm {
	form := review.ScheduleForm{Name: "Access", Every: "quarterly", First: "2026-12-31", Days: "14"}
	for _, name := range reviewers {
		form.Reviewers = append(form.Reviewers, name+"@example.com")
	}
	return form
}

func utcDay(text string) time.Time {
	day, err := time.Parse("2006-01-02", text)
	if err != nil {
		panic(err)
	}
	return day
}

// The day of the month stays as far as the month has it.
func TestTheDaysOfASchedule(t *testing.T) {
	for _, test := range []struct {
		every review.Every
		first string
		want  string
	}{
		{review.Monthly, "2027-01-31", "2027-01-31 2027-02-28 2027-03-31 2027-04-30 2027-05-31"},
		{review.Monthly, "2027-12-31", "2027-12-31 2028-01-31 2028-02-29 2028-03-31 2028-04-30"},
		{review.Monthly, "2027-01-15", "2027-01-15 2027-02-15 2027-03-15 2027-04-15 2027-05-15"},
		{review.Quarterly, "2026-11-30", "2026-11-30 2027-02-28 2027-05-30 2027-08-30 2027-11-30"},
		{review.HalfYearly, "2027-08-31", "2027-08-31 2028-02-29 2028-08-31 2029-02-28 2029-08-31"},
		{review.Yearly, "2028-02-29", "2028-02-29 2029-02-28 2030-02-28 2031-02-28 2032-02-29"},
	} {
		s := review.Schedule{Every: test.every, FirstOn: utcDay(test.first)}
		var got []string
		for n := range 5 {
			got = append(got, s.Occurrence(n).Format("2006-01-02"))
		}
		if joined := strings.Join(got, " "); joined != test.want {
			t.Errorf("%s from %s: %s, want %s", test.every, test.first, joined, test.want)
		}
	}
}

func TestAddScheduleSaysWhatIsWrongWithTheForm(t *testing.T) {
	b := newBoard(t)
	for name, test := range map[string]struct {
		change func(*review.ScheduleForm)
		field  string
	}{
		"no name":        {func(f *review.ScheduleForm) { f.Name = "" }, "name"},
		"no rhythm":      {func(f *review.ScheduleForm) { f.Every = "weekly" }, "every"},
		"yesterday":      {func(f *review.ScheduleForm) { f.First = "2026-11-21" }, "first"},
		"no day":         {func(f *review.ScheduleForm) { f.First = "soon" }, "first"},
		"in three years": {func(f *review.ScheduleForm) { f.First = "2029-12-01" }, "first"},
		"no days":        {func(f *review.ScheduleForm) { f.Days = "0" }, "days"},
		"too many days":  {func(f *review.ScheduleForm) { f.Days = "181" }, "days"},
		"days in words":  {func(f *review.ScheduleForm) { f.Days = "two" }, "days"},
		"nobody":         {func(f *review.ScheduleForm) { f.Reviewers = nil }, "reviewers"},
		"a short search": {func(f *review.ScheduleForm) { f.Query.Search = "x" }, "selection"},
	} {
		form := scheduleForm("rita")
		test.change(&form)
		_, err := b.AddSchedule(t.Context(), caller("rose"), actor("rose"), form)
		if got := fault.Of(err).Fields; len(got) != 1 || got[test.field] == "" {
			t.Errorf("%s: the fields are %v, want %s alone", name, got, test.field)
		}
	}
	all, err := b.Schedules(t.Context())
	b.ok(err)
	equal(t, "the number of schedules", len(all), 0)
}

// started lists the reviews that a schedule started, the first one first.
func (b *board) started() (names []string) {
	b.t.Helper()
	all, err := b.List(b.t.Context())
	b.ok(err)
	for _, r := range all {
		names = append([]string{r.Name}, names...)
	}
	return names
}

func TestAScheduleStartsReviewsWhenTheirDayComes(t *testing.T) {
	b := newBoard(t)
	b.links("one", "two")
	form := scheduleForm("rita", "rob")
	form.Query = register.Query{Account: "harbor"}
	made, err := b.AddSchedule(t.Context(), caller("rose"), actor("rose"), form)
	b.ok(err)
	equal(t, "what it is about", made.About, "Of harbor")
	b.clock = utcDay("2026-12-31").Add(-time.Second)
	b.ok(b.Work(t.Context()))
	equal(t, "the number of reviews before the day", len(b.started()), 0)
	b.clock = utcDay("2026-12-31").Add(time.Second)
	b.ok(b.Work(t.Context()))
	b.ok(b.Work(t.Context()))
	sameList(t, "the reviews", b.started(), []string{"Access (2026-12-31)"})
	all, err := b.List(t.Context())
	b.ok(err)
	r := all[0]
	equal(t, "the state", r.State, review.Open)
	equal(t, "its items", r.Total, 2)
	equal(t, "the selection", r.Selection.Query.Account, "harbor")
	equal(t, "who started it", r.StartedByName, "Mooring")
	equal(t, "its schedule", r.ScheduleID, made.ID)
	equal(t, "the number of reviewers", len(r.Reviewers), 2)
	if want := utcDay("2027-01-15").Add(-time.Millisecond); !r.DueAt.Equal(want) {
		t.Errorf("it is due at %v, want %v", r.DueAt, want)
	}
	b.clock = utcDay("2027-03-31")
	b.ok(b.Work(t.Context()))
	sameList(t, "the reviews", b.started(), []string{"Access (2026-12-31)", "Access (2027-03-31)"})
}

func TestAfterADowntimeAScheduleStartsOnce(t *testing.T) {
	b := newBoard(t)
	_, err := b.AddSchedule(t.Context(), caller("rose"), actor("rose"), scheduleForm("rita"))
	b.ok(err)
	b.clock = utcDay("2027-10-10").Add(9 * time.Hour)
	b.ok(b.Work(t.Context()))
	b.restart()
	b.ok(b.Work(t.Context()))
	sameList(t, "the reviews", b.started(), []string{"Access (2027-09-30)"})
	all, err := b.Schedules(t.Context())
	b.ok(err)
	if want := utcDay("2027-12-31"); !all[0].NextAt.Equal(want) {
		t.Errorf("the next is %v, want %v", all[0].NextAt, want)
	}
	reviews, err := b.List(t.Context())
	b.ok(err)
	if want := utcDay("2027-10-25").Add(-time.Millisecond); !reviews[0].DueAt.Equal(want) { // they get their days from now
		t.Errorf("it is due at %v, want %v", reviews[0].DueAt, want)
	}
}

func TestAScheduleLeavesOutWhoIsNoAdministratorAnyMore(t *testing.T) {
	b := newBoard(t)
	_, err := b.AddSchedule(t.Context(), caller("rose"), actor("rose"), scheduleForm("rita", "rob"))
	b.ok(err)
	b.demote("rita")
	b.clock = utcDay("2026-12-31")
	b.ok(b.Work(t.Context()))
	all, err := b.List(t.Context())
	b.ok(err)
	if len(all) != 1 || len(all[0].Reviewers) != 1 || all[0].Reviewers[0].Name != "Rob" {
		t.Errorf("the reviews are %+v, want one by rob", all)
	}

	b.demote("rob")
	b.clock = utcDay("2027-04-01")
	b.ok(b.Work(t.Context()))
	equal(t, "the number of reviews", len(b.started()), 1)
	schedules, err := b.Schedules(t.Context())
	b.ok(err)
	s := schedules[0]
	if !strings.HasPrefix(s.Trouble, "No review was started") || !s.TroubleAt.Equal(utcDay("2027-03-31")) || !s.NextAt.Equal(utcDay("2027-06-30")) {
		t.Errorf("the schedule says %q of %v, and goes on at %v", s.Trouble, s.TroubleAt, s.NextAt)
	}
	latest := b.entries("")[0]
	equal(t, "the latest action", latest.Action, audit.StartReview)
	equal(t, "its result", latest.Result, audit.Refused)

	b.ok(b.data.Accounts().MakeAdministrator(t.Context(), "person-rob", boardEntry(audit.MakeAdministrator)))
	b.clock = utcDay("2027-06-30")
	b.ok(b.Work(t.Context()))
	equal(t, "the number of reviews", len(b.started()), 2)
	schedules, err = b.Schedules(t.Context())
	b.ok(err)
	equal(t, "the trouble", schedules[0].Trouble, "")
}

// The clock jumps to the year after next, a review is started, and the clock is
// corrected.
func TestAScheduleThatAClockThatWasAheadMovedOnIsBroughtForward(t *testing.T) {
	b := newBoard(t)
	_, err := b.AddSchedule(t.Context(), caller("rose"), actor("rose"), scheduleForm("rita"))
	b.ok(err)
	right := b.clock
	next := func() string {
		all, err := b.Schedules(t.Context())
		b.ok(err)
		return all[0].NextAt.Format(time.DateOnly)
	}
	b.clock = utcDay("2028-07-07")
	b.ok(b.Work(t.Context()))
	equal(t, "the next while the clock is ahead", next(), "2028-09-30")
	b.clock = right
	b.ok(b.Work(t.Context()))
	equal(t, "the next", next(), "2026-12-31")
	moved := b.entries("")[0]
	equal(t, "the action", moved.Action, audit.MoveSchedule)
	equal(t, "what it is about", moved.Detail, "Access")
	sameList(t, "the changes", moved.Changes, []audit.Change{{Field: "Next review", Before: "2028-09-30", After: "2026-12-31"}})
	b.ok(b.Work(t.Context()))
	equal(t, "how many were started meanwhile", len(b.started()), 1)
	b.clock = utcDay("2026-12-31")
	b.ok(b.Work(t.Context()))
	sameList(t, "the reviews", b.started(), []string{"Access (2028-06-30)", "Access (2026-12-31)"})
}

// What was started a little too early is not started again, and a clock that is
// behind, as after the start of a machine, moves nothing.
func TestAScheduleThatIsNotPostponedIsLeftAlone(t *testing.T) {
	b := newBoard(t)
	_, err := b.AddSchedule(t.Context(), caller("rose"), actor("rose"), scheduleForm("rita"))
	b.ok(err)
	for _, day := range []string{"2026-12-31", "2026-12-30", "2027-03-31", "2027-02-01", "1970-01-01"} {
		b.clock = utcDay(day)
		b.ok(b.Work(t.Context()))
	}
	sameList(t, "the reviews", b.started(), []string{"Access (2026-12-31)", "Access (2027-03-31)"})
	all, err := b.Schedules(t.Context())
	b.ok(err)
	equal(t, "the next", all[0].NextAt.Format(time.DateOnly), "2027-06-30")
}

func TestAnEndedScheduleStartsNothing(t *testing.T) {
	b := newBoard(t)
	made, err := b.AddSchedule(t.Context(), caller("rose"), actor("rose"), scheduleForm("rita"))
	b.ok(err)
	b.ok(b.EndSchedule(t.Context(), actor("rita"), made.ID))
	equal(t, "the latest action", b.entries("")[0].Action, audit.EndSchedule)
	equal(t, "what it is about", b.entries("")[0].Detail, "Access")
	wantErr(t, b.EndSchedule(t.Context(), actor("rita"), made.ID), review.ErrNoSuchSchedule)
	b.clock = utcDay("2027-12-31")
	b.ok(b.Work(t.Context()))
	equal(t, "the number of reviews", len(b.started()), 0)
	all, err := b.Schedules(t.Context())
	b.ok(err)
	equal(t, "the number of schedules", len(all), 0)
}

func TestAScheduledReviewThatFindsNothingSaysSo(t *testing.T) {
	b := newBoard(t)
	_, err := b.AddSchedule(t.Context(), caller("rose"), actor("rose"), scheduleForm("rita"))
	b.ok(err)
	b.clock = utcDay("2026-12-31")
	b.ok(b.Work(t.Context()))
	latest := b.entries("")[0]
	equal(t, "the latest action", latest.Action, audit.OpenReview)
	equal(t, "what it says", latest.Detail, "Access (2026-12-31): nothing matched, so there is nothing to decide")
}
