package db

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"time"

	"mooring/audit"
	"mooring/credential"
	"mooring/review"
)

// Jobs is the database as review.JobStore.
type Jobs struct{ db *DB }

var _ review.JobStore = Jobs{}

// Jobs gives the store of bulk work.
func (db *DB) Jobs() Jobs { return Jobs{db} }

const (
	openJob = `state IN ('waiting', 'running', 'stopping')` // as in the index jobs_open

	selectJob = `
	SELECT j.id, j.kind, j.selection, j.about, j.reason, j.by_id, coalesce(p.name, j.by_name), j.state,
	       j.counted, j.total, j.done, j.failed, j.note, j.created_at, j.started_at, j.finished_at,
	       j.by_name, j.by_address, j.by_request, j.position,
	       (SELECT coalesce(max(f.position), 0) FROM job_failures f WHERE f.job = j.number)
	  FROM jobs j
	  LEFT JOIN people p ON p.id = j.by_id`

	jobByID    = selectJob + ` WHERE j.id = ?`
	jobsLatest = selectJob + ` WHERE j.number > 0 ORDER BY j.number DESC LIMIT ?`
	jobsOpen   = selectJob + ` WHERE j.number > 0 AND j.` + openJob + ` ORDER BY j.number`

	failuresOfJob = `
	SELECT f.credential_id, f.label, f.account, f.sentence
	  FROM job_failures f
	 WHERE f.job = (SELECT number FROM jobs WHERE id = ?)
	 ORDER BY f.position
	 LIMIT ?`

	administers = `SELECT EXISTS (SELECT 1 FROM people WHERE id = ? AND site_admin = 1 AND disabled_at = 0)`

	jobsTooOld = `
	SELECT number FROM jobs
	 WHERE number < (SELECT min(number) FROM (SELECT number FROM jobs WHERE number > 0 ORDER BY number DESC LIMIT ?2))
	   AND finished_at > 0 AND finished_at < ?1
	 ORDER BY number
	 LIMIT ?3`
)

func scanOpenJob(r row) (j review.OpenJob, err error) {
	err = r.Scan(&j.ID, &j.Kind, (*jobSelection)(&j.Selection), &j.About, &j.Reason, &j.ByID, &j.ByName, &j.State,
		&j.Counted, &j.Total, &j.Done, &j.Failed, &j.Note, (*moment)(&j.CreatedAt), (*moment)(&j.StartedAt), (*moment)(&j.FinishedAt),
		&j.Actor.Name, &j.Actor.Address, &j.Actor.RequestID, &j.Position, &j.Kept)
	j.Actor.PersonID = j.ByID
	return j, err
}

func scanJob(r row) (review.Job, error) {
	j, err := scanOpenJob(r)
	return j.Job, err
}

// jobSelection is stored as JSON. The query is spelled as in an address.
type jobSelection review.Selection

// storedSelection spells review.Selection in the database.
type storedSelection struct {
	IDs   []string `json:"ids,omitempty"`
	All   bool     `json:"all,omitempty"`
	Query string   `json:"query,omitempty"`

	AccountID string `json:"account_id,omitempty"`
}

// meantText is what is stored of a selection: also which account it names, so
// that none leaves what was planned for it, or comes in, by another name.
func meantText(ctx context.Context, tx *sql.Tx, sel review.Selection) (string, error) {
	if sel.All && sel.Query.Account != "" && sel.AccountID == "" {
		id, err := value[string](tx.QueryRowContext(ctx, `SELECT id FROM accounts WHERE name = ?`, sel.Query.Account))
		if errors.Is(err, sql.ErrNoRows) {
			return "", review.ErrNoAccountOfThatName.At("selection")
		}
		if err != nil {
			return "", err
		}
		sel.AccountID = id
	}
	return jobSelection(sel).text()
}

func (s jobSelection) text() (string, error) {
	text, err := json.Marshal(storedSelection{IDs: s.IDs, All: s.All, Query: s.Query.Values().Encode(), AccountID: s.AccountID})
	return string(text), err
}

// Scan implements sql.Scanner.
func (s *jobSelection) Scan(from any) error {
	text, ok := from.(string)
	if !ok {
		return fmt.Errorf("a selection is stored as %T", from)
	}
	var stored storedSelection
	if err := json.Unmarshal([]byte(text), &stored); err != nil {
		return fmt.Errorf("stored selection: %w", err)
	}
	values, err := url.ParseQuery(stored.Query)
	if err != nil {
		return fmt.Errorf("stored query: %w", err)
	}
	query, fields := review.ParseQuery(values)
	if len(fields) > 0 { // without what it cannot read it would select more than was asked for
		return fmt.Errorf("stored query %q is not understood any more", stored.Query)
	}
	*s = jobSelection{IDs: stored.IDs, All: stored.All, Query: query, AccountID: stored.AccountID}
	return nil
}

// AddJob stores a new job.
func (s Jobs) AddJob(ctx context.Context, j review.OpenJob, mostOpen int, entry audit.Entry) error {
	return s.db.write(ctx, entry, func(tx *sql.Tx) error {
		if err := mayAdminister(ctx, tx, entry.Actor); err != nil {
			return err
		}
		open, err := value[int](tx.QueryRowContext(ctx, `SELECT count(*) FROM jobs WHERE `+openJob+` AND by_id = ?`, j.ByID))
		if err != nil {
			return err
		}
		if open >= mostOpen {
			return review.ErrTooManyJobs
		}
		selection, err := meantText(ctx, tx, j.Selection)
		if err != nil {
			return err
		}
		return run(ctx, tx, `
			INSERT INTO jobs (id, kind, selection, about, reason, by_id, by_name, by_address, by_request, state,
			                  counted, total, done, failed, position, note, created_at, started_at, finished_at)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, 0, 0, 0, 0, '', ?, 0, 0)`,
			j.ID, j.Kind, selection, j.About, j.Reason, j.ByID, j.Actor.Name, j.Actor.Address, j.Actor.RequestID, j.State, moment(j.CreatedAt))
	})
}

// Job finds one job.
func (s Jobs) Job(ctx context.Context, id string) (review.Job, error) {
	return one(ctx, s.db.readers, scanJob, review.ErrNoSuchJob, jobByID, id)
}

// Jobs lists the latest jobs, the latest first.
func (s Jobs) Jobs(ctx context.Context, most int) ([]review.Job, error) {
	return all(ctx, s.db.readers, scanJob, jobsLatest, most)
}

// OpenJobs lists the jobs that are not over, the oldest first.
func (s Jobs) OpenJobs(ctx context.Context) ([]review.OpenJob, error) {
	return all(ctx, s.db.readers, scanOpenJob, jobsOpen)
}

// StopJob asks a job to end. One that was asked already is left alone.
func (s Jobs) StopJob(ctx context.Context, id string, entry audit.Entry) error {
	return s.db.change(ctx, func(tx *sql.Tx) error {
		if err := mayAdminister(ctx, tx, entry.Actor); err != nil {
			return err
		}
		job, err := one(ctx, tx, scanJob, review.ErrNoSuchJob, jobByID, id)
		switch {
		case err != nil:
			return err
		case job.Over():
			return review.ErrJobOver
		case job.State == review.JobStopping:
			return nil
		}
		if err := run(ctx, tx, `UPDATE jobs SET state = ? WHERE id = ?`, review.JobStopping, id); err != nil {
			return err
		}
		return s.db.addEntry(ctx, tx, entry)
	})
}

// JobFailures lists the first failures of a job.
func (s Jobs) JobFailures(ctx context.Context, id string, most int) ([]review.JobFailure, error) {
	return all(ctx, s.db.readers, scanJobFailure, failuresOfJob, id, most)
}

func scanJobFailure(r row) (f review.JobFailure, err error) {
	err = r.Scan(&f.CredentialID, &f.Label, &f.Account, &f.Sentence)
	return f, err
}

// BeginJob makes a waiting job a running one and gives its state.
func (s Jobs) BeginJob(ctx context.Context, id string, at time.Time) (state review.JobState, err error) {
	err = s.db.change(ctx, func(tx *sql.Tx) error {
		err := run(ctx, tx, `UPDATE jobs SET state = ?, started_at = ? WHERE id = ? AND state = ?`,
			review.JobRunning, moment(at), id, review.JobWaiting)
		if err != nil {
			return err
		}
		state, err = jobState(ctx, tx, id)
		return err
	})
	return state, err
}

func jobState(ctx context.Context, tx *sql.Tx, id string) (review.JobState, error) {
	return one(ctx, tx, value[review.JobState], review.ErrNoSuchJob, `SELECT state FROM jobs WHERE id = ?`, id)
}

// CountJob stores how many linked accounts a job is about.
func (s Jobs) CountJob(ctx context.Context, id string, total int) error {
	return s.db.change(ctx, func(tx *sql.Tx) error {
		return mustTouch(ctx, tx, review.ErrNoSuchJob, `UPDATE jobs SET counted = 1, total = ? WHERE id = ?`, total, id)
	})
}

// AdvanceJob stores how far a job has come, with the failures that are new.
func (s Jobs) AdvanceJob(ctx context.Context, id string, p review.JobProgress) (state review.JobState, err error) {
	err = s.db.change(ctx, func(tx *sql.Tx) error {
		if err := advance(ctx, tx, id, p); err != nil {
			return err
		}
		state, err = jobState(ctx, tx, id)
		return err
	})
	return state, err
}

func advance(ctx context.Context, tx *sql.Tx, id string, p review.JobProgress) error {
	err := mustTouch(ctx, tx, review.ErrNoSuchJob, `UPDATE jobs SET position = ?, done = ?, failed = ? WHERE id = ?`,
		p.Position, p.Done, p.Failed, id)
	if err != nil {
		return err
	}
	for i, f := range p.Failures {
		err := run(ctx, tx, `
			INSERT OR REPLACE INTO job_failures (job, position, credential_id, label, account, sentence)
			SELECT number, ?2, ?3, ?4, ?5, ?6 FROM jobs WHERE id = ?1`,
			id, p.Kept+i+1, f.CredentialID, f.Label, f.Account, f.Sentence)
		if err != nil {
			return err
		}
	}
	return nil
}

// DisableFor stores a link that a job disables together with how far the job
// has come.
func (s Jobs) DisableFor(ctx context.Context, id string, p review.JobProgress, c credential.Credential, entry audit.Entry) error {
	return s.db.write(ctx, entry, func(tx *sql.Tx) error {
		if err := changeAny(ctx, tx, c, entry); err != nil {
			return err
		}
		return advance(ctx, tx, id, p)
	})
}

// EndJob ends a job. What was finished is all there was, whatever was counted
// before.
func (s Jobs) EndJob(ctx context.Context, id string, end review.JobEnd, entry audit.Entry) error {
	return s.db.write(ctx, entry, func(tx *sql.Tx) error {
		return mustTouch(ctx, tx, review.ErrJobOver, `
			UPDATE jobs
			   SET state = ?1, note = ?2, finished_at = ?3,
			       counted = max(counted, ?4), total = CASE WHEN ?4 THEN done + failed ELSE total END
			 WHERE id = ?5 AND `+openJob,
			end.State, end.Note, moment(end.At), end.State == review.JobFinished, id)
	})
}

// Administers reports whether somebody is a site administrator who can sign in.
func (s Jobs) Administers(ctx context.Context, personID string) (bool, error) {
	return value[bool](s.db.readers.QueryRowContext(ctx, administers, personID))
}

// RemoveJobs removes some of the jobs that ended before a moment and are not
// among the latest, the oldest first.
func (s Jobs) RemoveJobs(ctx context.Context, before time.Time, latest, most int) (removed int, err error) {
	old, err := all(ctx, s.db.readers, value[int64], jobsTooOld, moment(before), latest, most)
	if err != nil || len(old) == 0 {
		return 0, err
	}
	err = s.db.change(ctx, func(tx *sql.Tx) error {
		for _, number := range old {
			if err := run(ctx, tx, `DELETE FROM jobs WHERE number = ?`, number); err != nil {
				return err
			}
		}
		return nil
	})
	return len(old), err
}
