package db_test

import (
	"testing"
	"time"

	"mooring/audit"
	"mooring/jobs"
	"mooring/register"
	"mooring/review"
)

// TestAStoredSelectionKeepsItsAccount is about owners who rename an account to
// get it out of what administrators planned for it, or into the place of another.
func TestAStoredSelectionKeepsItsAccount(t *testing.T) {
	w := newWorld(t)
	w.link("one")
	w.link("two")
	w.exec(`UPDATE people SET site_admin = 1`)
	of := func(name string) register.Selection {
		return register.Selection{All: true, Query: register.Query{Account: name}}
	}
	schedule := review.Schedule{ID: "schedule", Name: "Access", Every: review.Monthly, FirstOn: morning, Days: 3, MadeAt: morning, NextAt: morning}
	r := review.Review{ID: "review", Name: "Access", StartedByID: "person-ada", StartedAt: morning, DueAt: after(time.Hour),
		State: review.Gathering, Reviewers: []review.Reviewer{{PersonID: "person-ada"}}}
	add := func(sel register.Selection) map[string]error {
		schedule.Selection, r.Selection = sel, sel
		return map[string]error{
			"job":      w.Jobs().AddJob(t.Context(), newJob(1, func(j *jobs.OpenJob) { j.Selection = sel }), 20, entry(audit.StartJob, "")),
			"schedule": w.Reviews().AddSchedule(t.Context(), schedule, 50, entry(audit.MakeSchedule, "")),
			"review":   w.Reviews().AddReview(t.Context(), r, nil, entry(audit.StartReview, "")),
		}
	}
	for _, err := range add(of("nobody")) {
		want(t, err, register.ErrNoAccountOfThatName)
	}
	for _, err := range add(of("acme")) {
		w.ok(err)
	}
	w.exec(`UPDATE accounts SET name = 'acme-2' WHERE id = 'account-acme'`)
	w.exec(`UPDATE accounts SET name = 'acme' WHERE id = 'account-evil'`)

	schedules, err := w.Reviews().Schedules(t.Context())
	w.ok(err)
	for what, sel := range map[string]register.Selection{
		"job": w.job("job-1").Selection, "schedule": schedules[0].Selection, "review": w.reviewNow("review").Selection,
	} {
		same(t, "the name in the "+what, sel.Query.Account, "acme")
		found := 0
		w.ok(w.Register().EachLinked(t.Context(), sel, 0, 10, morning, func(rows []register.Row) error {
			found += len(rows)
			return nil
		}))
		same(t, "what the "+what+" selects", found, 2)
		counted, err := w.Register().CountLinked(t.Context(), sel, morning)
		w.ok(err)
		same(t, "what is counted for the "+what, counted, 2)
	}

	r.ID, r.ScheduleID, r.Selection = "scheduled", "schedule", schedules[0].Selection
	w.ok(w.Reviews().AddReview(t.Context(), r, &review.Start{ScheduleID: "schedule", Was: morning, Next: after(time.Hour)}, entry(audit.StartReview, "")))
	same(t, "whom the scheduled review means", w.reviewNow("scheduled").Selection.AccountID, "account-acme")
}
