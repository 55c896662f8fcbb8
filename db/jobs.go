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
	"mooring/jobs"
	"mooring/register"
)

// Jobs is the database as jobs.Store.
type Jobs struct{ db *DB }

var _ jobs.Store = Jobs{}

// Jobs gives the store of bulk work.
func (db *DB) Jobs() Jobs { return Jobs{db} }

const (
	openJob = `state IN ('waiting', 'running', 'stopping')` // as in the index jobs_open

	selectJob = `
	SELECT j.number, j.id, j.kind, j.selection, j.about, j.reason, j.by_id, coalesce(p.name, j.by_name), j.state,
	       j.counted, j.total, j.done, j.failed, j.note, j.created_at, j.started_at, j.finished_at,
	       j.by_name, j.by_address, j.by_request, j.position,
	       (SELECT coalesce(max(f.position), 0) FROM job_failures f WHERE f.job = j.number),
	       j.undo_of, j.changed, coalesce(o.id, ''), coalesce(u.number, 0), coalesce(u.id, ''), coalesce(u.state, '')
	  FROM jobs j
	  LEFT JOIN people p ON p.id = j.by_id
	  LEFT JOIN jobs o ON o.number = nullif(j.undo_of, 0)
	  LEFT JOIN jobs u ON u.number = (SELECT max(number) FROM jobs WHERE undo_of = j.number AND undo_of > 0)`

	jobByID    = selectJob + ` WHERE j.id = ?`
	jobsLatest = selectJob + ` WHERE j.number > 0 ORDER BY j.number DESC LIMIT ?`
	jobsOpen   = selectJob + ` WHERE j.number > 0 AND j.` + openJob + ` ORDER BY j.number`

	failuresOfJob = `
	SELECT f.credential_id, f.label, f.account, f.sentence
	  FROM job_failures f
	 WHERE f.job = (SELECT number FROM jobs WHERE id = ?)
	 ORDER BY f.position
	 LIMIT ?`

	changesOfJob = `
	SELECT h.number, h.credential_id, h.label, h.account, h.version, h.state, h.reason,
	       coalesce((SELECT id FROM people WHERE id = h.decided_by), ''), h.decided_at, h.approved_rights
	  FROM job_changes h
	 WHERE h.job = ? AND h.number > ?
	 ORDER BY h.number
	 LIMIT ?`

	administers = `SELECT EXISTS (SELECT 1 FROM people WHERE id = ? AND site_admin = 1 AND disabled_at = 0)`

	jobsTooOld = `
	SELECT number FROM jobs
	 WHERE number < (SELECT min(number) FROM (SELECT number FROM jobs WHERE number > 0 ORDER BY number DESC LIMIT ?2))
	   AND finished_at > 0 AND finished_at < ?1
	   AND NOT EXISTS (SELECT 1 FROM jobs u WHERE u.undo_of = jobs.number AND u.undo_of > 0 AND u.finished_at = 0)
	 ORDER BY number
	 LIMIT ?3`
)

func scanOpenJob(r row) (j jobs.OpenJob, err error) {
	var undo jobs.State
	err = r.Scan(&j.Number, &j.ID, &j.Kind, (*jobSelection)(&j.Selection), &j.About, &j.Reason, &j.ByID, &j.ByName, &j.State,
		&j.Counted, &j.Total, &j.Done, &j.Failed, &j.Note, (*moment)(&j.CreatedAt), (*moment)(&j.StartedAt), (*moment)(&j.FinishedAt),
		&j.Actor.Name, &j.Actor.Address, &j.Actor.RequestID, &j.Position, &j.Kept,
		&j.UndoOf, &j.Changed, &j.UndoOfID, &j.Undo.Number, &j.Undo.ID, &undo)
	j.Actor.PersonID = j.ByID
	j.Undo.Over = jobs.Job{State: undo}.Over()
	return j, err
}

func scanJob(r row) (jobs.Job, error) {
	j, err := scanOpenJob(r)
	return j.Job, err
}

// jobSelection is stored as JSON. The query is spelled as in an address.
type jobSelection register.Selection

// storedSelection spells register.Selection in the database.
type storedSelection struct {
	IDs   []string `json:"ids,omitempty"`
	All   bool     `json:"all,omitempty"`
	Query string   `json:"query,omitempty"`

	AccountID string `json:"account_id,omitempty"`
}

// meantText is what is stored of a selection: also which account it names, so
// that none leaves what was planned for it, or comes in, by another name.
func meantText(ctx context.Context, tx *sql.Tx, sel register.Selection) (string, error) {
	if sel.All && sel.Query.Account != "" && sel.AccountID == "" {
		id, err := value[string](tx.QueryRowContext(ctx, `SELECT id FROM accounts WHERE name = ?`, sel.Query.Account))
		if errors.Is(err, sql.ErrNoRows) {
			return "", register.ErrNoAccountOfThatName.At("selection")
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
	query, fields := register.ParseQuery(values)
	if len(fields) > 0 { // without what it cannot read it would select more than was asked for
		return fmt.Errorf("stored query %q is not understood any more", stored.Query)
	}
	*s = jobSelection{IDs: stored.IDs, All: stored.All, Query: query, AccountID: stored.AccountID}
	return nil
}

// AddJob stores a new job.
func (s Jobs) AddJob(ctx context.Context, j jobs.OpenJob, mostOpen int, entry audit.Entry) error {
	return s.db.write(ctx, entry, func(tx *sql.Tx) error {
		if err := mayAdminister(ctx, tx, entry.Actor); err != nil {
			return err
		}
		open, err := value[int](tx.QueryRowContext(ctx, `SELECT count(*) FROM jobs WHERE `+openJob+` AND by_id = ?`, j.ByID))
		if err != nil {
			return err
		}
		if open >= mostOpen {
			return jobs.ErrTooManyJobs
		}
		if j.Kind == jobs.Undo {
			if err := mayUndo(ctx, tx, j.UndoOfID); err != nil {
				return err
			}
		}
		selection, err := meantText(ctx, tx, j.Selection)
		if err != nil {
			return err
		}
		return run(ctx, tx, `
			INSERT INTO jobs (id, kind, selection, about, reason, by_id, by_name, by_address, by_request, state,
			                  counted, total, done, failed, position, note, created_at, started_at, finished_at, undo_of)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, 0, 0, 0, 0, '', ?, 0, 0, ?)`,
			j.ID, j.Kind, selection, j.About, j.Reason, j.ByID, j.Actor.Name, j.Actor.Address, j.Actor.RequestID, j.State, moment(j.CreatedAt), j.UndoOf)
	})
}

// mayUndo looks whether a job can be undone now. Of two who ask at once only one
// starts an undo.
func mayUndo(ctx context.Context, tx *sql.Tx, id string) error {
	of, err := one(ctx, tx, scanJob, jobs.ErrNoSuchJob, jobByID, id)
	switch {
	case err != nil:
		return err
	case !of.Over():
		return jobs.ErrJobNotOver
	case of.Undo.Number != 0 && !of.Undo.Over:
		return jobs.ErrUndoing
	case !of.Undoable():
		return jobs.ErrNothingToUndo
	}
	return nil
}

// Job finds one job.
func (s Jobs) Job(ctx context.Context, id string) (jobs.Job, error) {
	return one(ctx, s.db.readers, scanJob, jobs.ErrNoSuchJob, jobByID, id)
}

// Jobs lists the latest jobs, the latest first.
func (s Jobs) Jobs(ctx context.Context, most int) ([]jobs.Job, error) {
	return all(ctx, s.db.readers, scanJob, jobsLatest, most)
}

// OpenJobs lists the jobs that are not over, the oldest first.
func (s Jobs) OpenJobs(ctx context.Context) ([]jobs.OpenJob, error) {
	return all(ctx, s.db.readers, scanOpenJob, jobsOpen)
}

// StopJob asks a job to end. One that was asked already is left alone.
func (s Jobs) StopJob(ctx context.Context, id string, entry audit.Entry) error {
	return s.db.change(ctx, func(tx *sql.Tx) error {
		if err := mayAdminister(ctx, tx, entry.Actor); err != nil {
			return err
		}
		job, err := one(ctx, tx, scanJob, jobs.ErrNoSuchJob, jobByID, id)
		switch {
		case err != nil:
			return err
		case job.Over():
			return jobs.ErrJobOver
		case job.State == jobs.Stopping:
			return nil
		}
		if err := run(ctx, tx, `UPDATE jobs SET state = ? WHERE id = ?`, jobs.Stopping, id); err != nil {
			return err
		}
		return s.db.addEntry(ctx, tx, entry)
	})
}

// Changes lists what a job changed and no undo has put back.
func (s Jobs) Changes(ctx context.Context, jobNumber, afterNumber int64, most int) ([]jobs.Change, error) {
	return all(ctx, s.db.readers, scanJobChange, changesOfJob, jobNumber, afterNumber, most)
}

func scanJobChange(r row) (h jobs.Change, err error) {
	err = r.Scan(&h.Row.Number, &h.Row.ID, &h.Row.Label, &h.Row.Account, &h.Version, &h.Before.State, &h.Before.Reason,
		&h.Before.DecidedBy, (*moment)(&h.Before.DecidedAt), (*keys)(&h.Before.ApprovedRights))
	return h, err
}

// JobFailures lists the first failures of a job.
func (s Jobs) JobFailures(ctx context.Context, id string, most int) ([]jobs.Failure, error) {
	return all(ctx, s.db.readers, scanJobFailure, failuresOfJob, id, most)
}

func scanJobFailure(r row) (f jobs.Failure, err error) {
	err = r.Scan(&f.CredentialID, &f.Label, &f.Account, &f.Sentence)
	return f, err
}

// BeginJob makes a waiting job a running one and gives its state.
func (s Jobs) BeginJob(ctx context.Context, id string, at time.Time) (state jobs.State, err error) {
	err = s.db.change(ctx, func(tx *sql.Tx) error {
		err := run(ctx, tx, `UPDATE jobs SET state = ?, started_at = ? WHERE id = ? AND state = ?`,
			jobs.Running, moment(at), id, jobs.Waiting)
		if err != nil {
			return err
		}
		state, err = jobState(ctx, tx, id)
		return err
	})
	return state, err
}

func jobState(ctx context.Context, tx *sql.Tx, id string) (jobs.State, error) {
	return one(ctx, tx, value[jobs.State], jobs.ErrNoSuchJob, `SELECT state FROM jobs WHERE id = ?`, id)
}

// CountJob stores how many linked accounts a job is about.
func (s Jobs) CountJob(ctx context.Context, id string, total int) error {
	return s.db.change(ctx, func(tx *sql.Tx) error {
		return mustTouch(ctx, tx, jobs.ErrNoSuchJob, `UPDATE jobs SET counted = 1, total = ? WHERE id = ?`, total, id)
	})
}

// AdvanceJob stores how far a job has come, with the failures that are new.
func (s Jobs) AdvanceJob(ctx context.Context, id string, p jobs.Progress) (state jobs.State, err error) {
	err = s.db.change(ctx, func(tx *sql.Tx) error {
		if err := advance(ctx, tx, id, p); err != nil {
			return err
		}
		state, err = jobState(ctx, tx, id)
		return err
	})
	return state, err
}

func advance(ctx context.Context, tx *sql.Tx, id string, p jobs.Progress) error {
	err := mustTouch(ctx, tx, jobs.ErrNoSuchJob, `UPDATE jobs SET position = ?, done = ?, failed = ? WHERE id = ?`,
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

// noteChange keeps what a link was before a job changes it.
const noteChange = `
	INSERT INTO job_changes (job, number, credential_id, label, account, version, state, reason, decided_by, decided_at, approved_rights, stopped_before)
	SELECT j.number, c.number, c.id, c.label, a.name, c.version + 1, c.state, c.reason, coalesce(c.decided_by, ''), c.decided_at, c.approved_rights,
	       (SELECT reason FROM stopped_targets t
	         WHERE t.provider = c.provider AND t.environment = c.environment AND t.cloud_account = c.cloud_account)
	  FROM jobs j, credentials c
	  JOIN accounts a ON a.id = c.account_id
	 WHERE j.id = ?1 AND c.id = ?2 AND c.version = ?3`

// ChangeFor stores a link that a job changes together with what it was before and
// how far the job has come.
func (s Jobs) ChangeFor(ctx context.Context, id string, p jobs.Progress, c credential.Credential, entry audit.Entry) error {
	return s.db.write(ctx, entry, func(tx *sql.Tx) error {
		// A number may have been another link's, which went, and was given again.
		gone, err := touched(ctx, tx, `DELETE FROM job_changes WHERE job = (SELECT number FROM jobs WHERE id = ?) AND number = ?`, id, c.Number)
		if err != nil {
			return err
		}
		if err := run(ctx, tx, noteChange, id, c.ID, c.Version); err != nil {
			return err
		}
		if err := changeAny(ctx, tx, c, entry); err != nil {
			return err
		}
		if err := run(ctx, tx, `UPDATE jobs SET changed = changed + 1 - ? WHERE id = ?`, gone, id); err != nil {
			return err
		}
		return advance(ctx, tx, id, p)
	})
}

// UndoFor stores a link that an undo puts back, what the site remembers about its
// target, and how far the undo has come.
func (s Jobs) UndoFor(ctx context.Context, id string, p jobs.Progress, c credential.Credential, entry audit.Entry) error {
	return s.db.write(ctx, entry, func(tx *sql.Tx) error {
		if err := mayAdminister(ctx, tx, entry.Actor); err != nil {
			return err
		}
		if err := refuseOwnLink(ctx, tx, c, entry); err != nil {
			return err
		}
		of, err := one(ctx, tx, scanUndone, jobs.ErrNothingToUndo, undoneChange, id, c.Number, c.ID, c.Version)
		if err != nil {
			return err
		}
		if err := storeOrdered(ctx, tx, c, entry); err != nil {
			return err
		}
		if err := putMemoryBack(ctx, tx, of, c); err != nil {
			return err
		}
		if err := run(ctx, tx, `DELETE FROM job_changes WHERE job = ? AND number = ?`, of.job, c.Number); err != nil {
			return err
		}
		if err := run(ctx, tx, `UPDATE jobs SET changed = changed - 1 WHERE number = ?`, of.job); err != nil {
			return err
		}
		return advance(ctx, tx, id, p)
	})
}

// undone is what a job did to what the site remembers about stopped targets.
type undone struct {
	job    int64
	left   sql.NullString // the reason that it left there
	before sql.NullString
}

const undoneChange = `
	SELECT o.number, iif(o.kind IN ('disable', 'decline'), o.reason, NULL), h.stopped_before
	  FROM jobs u
	  JOIN jobs o ON o.number = u.undo_of
	  JOIN job_changes h ON h.job = o.number
	 WHERE u.id = ?1 AND h.number = ?2 AND h.credential_id = ?3 AND h.version = ?4`

func scanUndone(r row) (u undone, err error) {
	err = r.Scan(&u.job, &u.left, &u.before)
	return u, err
}

// stillStopped reports whether another link to a target is stopped, and not only
// until the same undo comes to it.
const stillStopped = `
	SELECT EXISTS (SELECT 1 FROM credentials c INDEXED BY register_cloud_account
	                WHERE c.cloud_account = ?3 COLLATE NOCASE AND c.provider = ?1 AND c.environment = ?2 AND c.cloud_account = ?3
	                  AND c.id <> ?4 AND c.state = 'stopped'
	                  AND NOT EXISTS (SELECT 1 FROM job_changes h
	                                   WHERE h.job = ?5 AND h.number = c.number AND h.credential_id = c.id AND h.version = c.version))`

// putMemoryBack makes the site remember about a target what it did before a job,
// if it still remembers what the job left. Whatever somebody decided since stays.
func putMemoryBack(ctx context.Context, tx *sql.Tx, u undone, c credential.Credential) error {
	remembered, err := stoppedBefore(ctx, tx, c.Provider, c.Target)
	if err != nil || remembered != u.left.String {
		return err
	}
	target := []any{c.Provider, c.Target.Environment, c.Target.Account}
	if u.before.Valid {
		return run(ctx, tx, `
			INSERT INTO stopped_targets (provider, environment, cloud_account, reason) VALUES (?, ?, ?, ?)
			ON CONFLICT DO UPDATE SET reason = excluded.reason`, append(target, u.before.String)...)
	}
	still, err := value[bool](tx.QueryRowContext(ctx, stillStopped, append(target, c.ID, u.job)...))
	if err != nil || still {
		return err
	}
	return run(ctx, tx, `DELETE FROM stopped_targets WHERE provider = ? AND environment = ? AND cloud_account = ?`, target...)
}

// EndJob ends a job. What was finished is all there was, whatever was counted
// before.
func (s Jobs) EndJob(ctx context.Context, id string, end jobs.End, entry audit.Entry) error {
	return s.db.write(ctx, entry, func(tx *sql.Tx) error {
		return mustTouch(ctx, tx, jobs.ErrJobOver, `
			UPDATE jobs
			   SET state = ?1, note = ?2, finished_at = ?3,
			       counted = max(counted, ?4), total = CASE WHEN ?4 THEN done + failed ELSE total END
			 WHERE id = ?5 AND `+openJob,
			end.State, end.Note, moment(end.At), end.State == jobs.Finished, id)
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
	for _, number := range old {
		if err := s.removeChanges(ctx, number); err != nil {
			return 0, err
		}
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

// changesRemoved is how many changes are removed in one transaction, so that no
// other change waits long.
const changesRemoved = 2000

// removeChanges removes what is kept about the changes of a job.
func (s Jobs) removeChanges(ctx context.Context, number int64) error {
	for {
		removed := 0
		err := s.db.change(ctx, func(tx *sql.Tx) (err error) {
			removed, err = touched(ctx, tx, `
				DELETE FROM job_changes WHERE job = ?1 AND number IN (SELECT number FROM job_changes WHERE job = ?1 ORDER BY number LIMIT ?2)`,
				number, changesRemoved)
			return err
		})
		if err != nil || removed < changesRemoved {
			return err
		}
	}
}
