package review

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"time"

	"mooring/account"
	"mooring/audit"
	"mooring/fault"
	"mooring/register"
)

// Every says how often a schedule starts a review.
type Every string

// The rhythms. Their spelling is that of the forms and of the database.
const (
	Monthly    Every = "monthly"
	Quarterly  Every = "quarterly"
	HalfYearly Every = "half-yearly"
	Yearly     Every = "yearly"
)

var everyMonths = map[Every]int{Monthly: 1, Quarterly: 3, HalfYearly: 6, Yearly: 12}

var everyWords = map[Every]string{Monthly: "Monthly", Quarterly: "Quarterly", HalfYearly: "Half-yearly", Yearly: "Yearly"}

// Word is how the pages call it.
func (e Every) Word() string { return everyWords[e] }

// Schedule starts a review by itself, again and again.
type Schedule struct {
	ID         string
	Name       string
	Every      Every
	FirstOn    time.Time          // a day, UTC midnight; the others keep its day of the month as far as it exists
	Days       int                // to decide, from the day on which a review starts
	Selection  register.Selection // always all that match a query
	About      string             // the selection in words
	Reviewers  []Reviewer
	NextAt     time.Time
	Trouble    string    // why the last time started nothing; empty: it did, or there was none yet
	TroubleAt  time.Time // of the time that started nothing
	MadeByName string
	MadeAt     time.Time
}

// ScheduleForm is what an administrator types to have reviews started.
type ScheduleForm struct {
	Name      string
	Every     string
	First     string   // a day, as in 2026-12-31
	Days      string   // to decide, 1 to 180
	Reviewers []string // e-mail addresses or ids of administrators
	Query     register.Query
}

// Start is the time of a schedule for which a review is started.
type Start struct {
	ScheduleID string
	Was        time.Time // Schedule.NextAt, so that no two start for the same time
	Next       time.Time
}

// ScheduleStore keeps schedules, under the same promises as Store.
type ScheduleStore interface {
	Schedules(ctx context.Context) ([]Schedule, error)                                     // that go on, the next one first
	DueSchedules(ctx context.Context, now time.Time) ([]Schedule, error)                   // whose time has come
	AddSchedule(ctx context.Context, schedule Schedule, most int, entry audit.Entry) error // ErrTooManySchedules
	EndSchedule(ctx context.Context, id string, at time.Time, entry audit.Entry) error     // ErrNoSuchSchedule
	// PassSchedule moves a schedule without starting anything, and keeps why.
	PassSchedule(ctx context.Context, start Start, trouble string, at time.Time, entry audit.Entry) error
}

const (
	maxDays      = 180
	maxSchedules = 50
)

// Schedules lists those that go on, the next one first.
func (s *Service) Schedules(ctx context.Context) ([]Schedule, error) { return s.store.Schedules(ctx) }

// AddSchedule has reviews started by themselves. What the query matches is
// looked up anew for each of them.
func (s *Service) AddSchedule(ctx context.Context, caller account.Caller, actor audit.Actor, form ScheduleForm) (Schedule, error) {
	now, fields := s.now(), fault.Fields{}
	schedule := Schedule{ID: s.newID(), Name: checkName(form.Name, fields), Every: Every(form.Every),
		Selection: register.Selection{All: true, Query: form.Query}, MadeByName: caller.Person.Name, MadeAt: now}
	checkSelection(schedule.Selection, fields)
	schedule.About = schedule.Selection.About()
	if everyMonths[schedule.Every] == 0 {
		fields["every"] = sayEvery
	}
	first, err := time.Parse(time.DateOnly, strings.TrimSpace(form.First))
	if err != nil || first.Before(today(now)) || first.After(today(now).AddDate(0, 0, maxDueDays)) {
		fields["first"] = sayFirst
	}
	schedule.FirstOn, schedule.NextAt = first, first
	schedule.Days, err = strconv.Atoi(strings.TrimSpace(form.Days))
	if err != nil || schedule.Days < 1 || schedule.Days > maxDays {
		fields["days"] = sayDays
	}
	if schedule.Reviewers, err = s.named(ctx, form.Reviewers, fields); err != nil {
		return Schedule{}, err
	}
	if err := fault.AtFields(fields); err != nil {
		return Schedule{}, err
	}
	entry := audit.Entry{At: now, Actor: actor, Action: audit.MakeSchedule, Result: audit.Done, Detail: schedule.Name}
	if err := s.store.AddSchedule(ctx, schedule, maxSchedules, entry); err != nil {
		return Schedule{}, err
	}
	s.look()
	return schedule, nil
}

// EndSchedule lets a schedule start nothing more. The reviews that it started
// stay.
func (s *Service) EndSchedule(ctx context.Context, actor audit.Actor, id string) error {
	now := s.now()
	return s.store.EndSchedule(ctx, id, now, audit.Entry{At: now, Actor: actor, Action: audit.EndSchedule, Result: audit.Done})
}

// occurrence gives a time of the schedule, the first for n = 0. Each is
// counted from the first, so that the 31st comes back after a shorter month.
func (s Schedule) occurrence(n int) time.Time {
	first := s.FirstOn.UTC()
	year, month, dayOfMonth := first.Date()
	begin := time.Date(year, month+time.Month(n*everyMonths[s.Every]), 1, 0, 0, 0, 0, time.UTC)
	lastDay := begin.AddDate(0, 1, -1).Day()
	return begin.AddDate(0, 0, min(dayOfMonth, lastDay)-1)
}

// around gives the latest time of the schedule that has come, and the next.
// Times that nobody was there for are passed over.
func (s Schedule) around(now time.Time) (latest, next time.Time) {
	for n := 0; ; n++ {
		latest, next = next, s.occurrence(n)
		if next.After(now) {
			return latest, next
		}
	}
}

// postponed gives the next time of a schedule that has been moved on beyond the
// time after it: the clock was ahead and has been corrected. A clock that is
// behind moves nothing back to before the schedule was made.
func (s Schedule) postponed(now time.Time) (next time.Time, postponed bool) {
	_, next = s.around(now)
	_, afterNext := s.around(next)
	return next, s.NextAt.After(afterNext) && !now.Before(s.MadeAt)
}

// bringForward moves schedules to their next time that a clock that was ahead
// has moved on, or they would start nothing until that comes.
func (s *Service) bringForward(ctx context.Context) error {
	now := s.now()
	all, err := s.store.Schedules(ctx)
	if err != nil {
		return err
	}
	var trouble []error
	for _, schedule := range all {
		next, postponed := schedule.postponed(now)
		if !postponed {
			continue
		}
		start := Start{ScheduleID: schedule.ID, Was: schedule.NextAt, Next: next}
		entry := audit.Entry{At: now, Actor: audit.BySystem(), Action: audit.MoveSchedule, Result: audit.Done, Detail: schedule.Name,
			Changes: []audit.Change{{Field: "Next review", Before: schedule.NextAt.Format(time.DateOnly), After: next.Format(time.DateOnly)}}}
		trouble = append(trouble, s.store.PassSchedule(ctx, start, schedule.Trouble, schedule.TroubleAt, entry))
	}
	return errors.Join(trouble...)
}

// startDue starts one review for each schedule whose time has come.
func (s *Service) startDue(ctx context.Context) error {
	now := s.now()
	due, err := s.store.DueSchedules(ctx, now)
	if err != nil {
		return err
	}
	var trouble []error
	for _, schedule := range due {
		trouble = append(trouble, s.startScheduled(ctx, schedule, now))
	}
	return errors.Join(trouble...)
}

func (s *Service) startScheduled(ctx context.Context, schedule Schedule, now time.Time) error {
	planned, next := schedule.around(now)
	start := Start{ScheduleID: schedule.ID, Was: schedule.NextAt, Next: next}
	r := Review{ID: s.newID(), Name: schedule.Name + " (" + planned.Format(time.DateOnly) + ")", Selection: schedule.Selection,
		About: schedule.About, StartedByName: audit.BySystem().Name, StartedAt: now, DueAt: endOf(today(now).AddDate(0, 0, schedule.Days)),
		State: Gathering, Reviewers: schedule.Reviewers, ScheduleID: schedule.ID}
	entry := s.entry(audit.BySystem(), audit.StartReview, r)
	err := s.store.AddReview(ctx, r, &start, entry)
	if errors.Is(err, ErrNobodyLeft) {
		entry.Result = audit.Refused
		return s.store.PassSchedule(ctx, start, sayNobodyLeft, planned, entry)
	}
	return err
}
