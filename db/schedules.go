package db

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"time"

	"mooring/audit"
	"mooring/review"
)

const (
	selectSchedule = `
	SELECT s.id, s.name, s.every, s.first_on, s.days, s.selection, s.about, s.made_by_name, s.made_at, s.next_at, s.trouble, s.trouble_at,
	       (SELECT json_group_array(json_object('id', w.person_id, 'name', w.name, 'email', w.email, 'away', NOT EXISTS (
	                   SELECT 1 FROM people p WHERE p.id = w.person_id AND p.site_admin = 1 AND p.disabled_at = 0)))
	          FROM schedule_reviewers w WHERE w.schedule_id = s.id)
	  FROM review_schedules s`

	schedulesThatGoOn = selectSchedule + ` WHERE s.ended_at = 0 AND s.next_at > 0 ORDER BY s.next_at`
	schedulesDue      = selectSchedule + ` WHERE s.ended_at = 0 AND s.next_at > 0 AND s.next_at <= ? ORDER BY s.next_at`
)

func scanSchedule(r row) (s review.Schedule, err error) {
	var reviewers string
	err = r.Scan(&s.ID, &s.Name, &s.Every, (*moment)(&s.FirstOn), &s.Days, (*jobSelection)(&s.Selection), &s.About,
		&s.MadeByName, (*moment)(&s.MadeAt), (*moment)(&s.NextAt), &s.Trouble, (*moment)(&s.TroubleAt), &reviewers)
	if err != nil {
		return review.Schedule{}, err
	}
	var kept []keptReviewer
	if err := json.Unmarshal([]byte(reviewers), &kept); err != nil {
		return review.Schedule{}, fmt.Errorf("reviewers of a schedule: %w", err)
	}
	for _, k := range kept {
		s.Reviewers = append(s.Reviewers, review.Reviewer{PersonID: k.ID, Name: k.Name, Email: k.Email, Away: k.Away != 0})
	}
	sortReviewers(s.Reviewers)
	return s, nil
}

// Schedules lists those that go on, the next one first.
func (s Reviews) Schedules(ctx context.Context) ([]review.Schedule, error) {
	return all(ctx, s.db.readers, scanSchedule, schedulesThatGoOn)
}

// DueSchedules lists those whose time has come.
func (s Reviews) DueSchedules(ctx context.Context, now time.Time) ([]review.Schedule, error) {
	return all(ctx, s.db.readers, scanSchedule, schedulesDue, moment(now))
}

// AddSchedule stores a schedule with its reviewers.
func (s Reviews) AddSchedule(ctx context.Context, schedule review.Schedule, most int, entry audit.Entry) error {
	return s.db.write(ctx, entry, func(tx *sql.Tx) error {
		if err := mayAdminister(ctx, tx, entry.Actor); err != nil {
			return err
		}
		there, err := value[int](tx.QueryRowContext(ctx, `SELECT count(*) FROM review_schedules WHERE ended_at = 0`))
		if err != nil {
			return err
		}
		if there >= most {
			return review.ErrTooManySchedules
		}
		selection, err := meantText(ctx, tx, schedule.Selection)
		if err != nil {
			return err
		}
		err = run(ctx, tx, `
			INSERT INTO review_schedules (id, name, every, first_on, days, selection, about, made_by_name, made_at, next_at)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
			schedule.ID, schedule.Name, schedule.Every, moment(schedule.FirstOn), schedule.Days, selection, schedule.About,
			schedule.MadeByName, moment(schedule.MadeAt), moment(schedule.NextAt))
		if err != nil {
			return err
		}
		for _, who := range schedule.Reviewers {
			err := run(ctx, tx, `INSERT INTO schedule_reviewers (schedule_id, person_id, name, email) VALUES (?, ?, ?, ?)`,
				schedule.ID, who.PersonID, who.Name, who.Email)
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// EndSchedule lets a schedule start nothing more. It names it in the entry.
func (s Reviews) EndSchedule(ctx context.Context, id string, at time.Time, entry audit.Entry) error {
	return s.db.change(ctx, func(tx *sql.Tx) error {
		if err := mayAdminister(ctx, tx, entry.Actor); err != nil {
			return err
		}
		err := mustTouch(ctx, tx, review.ErrNoSuchSchedule,
			`UPDATE review_schedules SET ended_at = ? WHERE id = ? AND ended_at = 0`, moment(at), id)
		if err != nil {
			return err
		}
		if entry.Detail, err = value[string](tx.QueryRowContext(ctx, `SELECT name FROM review_schedules WHERE id = ?`, id)); err != nil {
			return err
		}
		return s.db.addEntry(ctx, tx, entry)
	})
}

// PassSchedule moves a schedule on without a review, and keeps why.
func (s Reviews) PassSchedule(ctx context.Context, start review.Start, trouble string, at time.Time, entry audit.Entry) error {
	return s.db.write(ctx, entry, func(tx *sql.Tx) error { return moveOn(ctx, tx, start, trouble, at) })
}

// moveOn takes one time of a schedule, once: whoever comes second finds that
// it has moved on or ended.
func moveOn(ctx context.Context, tx *sql.Tx, start review.Start, trouble string, at time.Time) error {
	return mustTouch(ctx, tx, review.ErrNoSuchSchedule, `
		UPDATE review_schedules SET next_at = ?, trouble = ?, trouble_at = ?
		 WHERE id = ? AND next_at = ? AND ended_at = 0`,
		moment(start.Next), trouble, moment(at), start.ScheduleID, moment(start.Was))
}
