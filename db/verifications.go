package db

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"time"

	"mooring/audit"
	"mooring/cloud"
	"mooring/credential"
)

// StartVerification stores a run that has just begun. A run whose end could
// not be stored, for instance because the disk was full, ends here, so that
// its credential is not called checking for ever.
func (s Credentials) StartVerification(ctx context.Context, v credential.Verification) error {
	return s.db.change(ctx, func(tx *sql.Tx) error {
		err := run(ctx, tx, `
			UPDATE verifications SET finished_at = ?, abandoned = 1 WHERE credential_id = ? AND finished_at = 0`,
			moment(v.StartedAt), v.CredentialID)
		if err != nil {
			return err
		}
		return mustTouch(ctx, tx, credential.ErrNotFound, `
			INSERT INTO verifications (id, credential_id, version, triggered_by, started_at, finished_at, outcome, abandoned, certificate_id)
			SELECT ?, id, ?, ?, ?, 0, '', 0, ? FROM credentials
			 WHERE id = ? AND state NOT IN ('disabled', 'stopped', 'pending-approval')`,
			v.ID, v.Version, v.Trigger, moment(v.StartedAt), v.CertificateID, v.CredentialID)
	})
}

// AddResult stores the evidence of one stage. Nothing is kept about a
// credential that was unlinked meanwhile.
func (s Credentials) AddResult(ctx context.Context, verificationID string, position int, r cloud.StageResult) error {
	return s.db.change(ctx, func(tx *sql.Tx) error {
		return run(ctx, tx, `
			INSERT INTO verification_results (verification_id, position, stage, verdict, code, said,
			       trace_id, correlation_id, started_at, duration)
			SELECT id, ?, ?, ?, ?, ?, ?, ?, ?, ? FROM verifications WHERE id = ?`,
			position, r.Stage, r.Verdict, r.Code, r.Said, r.TraceID, r.CorrelationID,
			moment(r.StartedAt), int64(r.Duration), verificationID)
	})
}

// FinishVerification stores how a run ended and what it decided. The run
// decides nothing and counts as abandoned when a person changed the credential
// meanwhile, and leaves only its audit entry when they unlinked it.
func (s Credentials) FinishVerification(ctx context.Context, v credential.Verification, decided credential.Credential, entries ...audit.Entry) error {
	return s.db.change(ctx, func(tx *sql.Tx) error {
		running, err := touches(ctx, tx,
			`UPDATE verifications SET finished_at = ?, outcome = ? WHERE id = ? AND finished_at = 0`,
			moment(v.FinishedAt), v.Outcome, v.ID)
		if err != nil {
			return err
		}
		current := false
		if running {
			current, err = conclude(ctx, tx, v, decided, v.FinishedAt)
		}
		if err != nil {
			return err
		}
		if !current && len(entries) > 0 { // it ended, and that is all
			entries = entries[len(entries)-1:]
			entries[0].Action, entries[0].Changes = audit.FinishVerification, nil
		}
		for _, entry := range entries {
			if err := s.db.addEntry(ctx, tx, entry); err != nil {
				return err
			}
		}
		return nil
	})
}

// What a run must share with the one before it to take its place: the versions, the
// certificate, how it ended, and what each stage answered. ?1 is the run.
const (
	runBefore = `
	SELECT p.id, p.times, iif(p.first_at > 0, p.first_at, p.started_at)
	  FROM verifications v
	  JOIN verifications p ON p.id = (SELECT id FROM verifications WHERE credential_id = v.credential_id AND id <> v.id
	                                   ORDER BY started_at DESC, id DESC LIMIT 1)
	 WHERE v.id = ?1 AND p.version = v.version AND p.certificate_id = v.certificate_id AND p.outcome = v.outcome AND v.outcome NOT IN ('', 'passed')
	   AND p.abandoned = 0 AND 'person' NOT IN (p.triggered_by, v.triggered_by)
	   AND NOT EXISTS (` + answersOf + `p.id EXCEPT ` + answersOf + `v.id)
	   AND NOT EXISTS (` + answersOf + `v.id EXCEPT ` + answersOf + `p.id)`
	answersOf = `SELECT position, stage, verdict, code FROM verification_results WHERE verification_id = `
)

// fold puts a run in the place of the one before it, if both ended alike.
func fold(ctx context.Context, tx *sql.Tx, id string) error {
	var before string
	var times, first int64
	err := tx.QueryRowContext(ctx, runBefore, id).Scan(&before, &times, &first)
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	if err != nil {
		return err
	}
	if err := run(ctx, tx, `UPDATE verifications SET times = ?, first_at = ? WHERE id = ?`, times+1, first, id); err != nil {
		return err
	}
	return run(ctx, tx, `DELETE FROM verifications WHERE id = ?`, before)
}

// conclude stores what a run decided, and reports whether that still counted.
func conclude(ctx context.Context, tx *sql.Tx, v credential.Verification, decided credential.Credential, at time.Time) (current bool, err error) {
	current, err = touches(ctx, tx, `
		UPDATE credentials
		   SET state = ?, cloud_parent = ?, sign_in = ?, cloud_account_name = ?, rights = ?,
		       last_checked_at = ?, could_not_check_at = ?, attempts = ?, next_check_at = ?, next_trigger = ?,
		       repeats = ?, repeats_from = ?,
		       status = ?, reason = ?, decided_by = nullif(?, ''), decided_at = ?, approved_rights = ?, warnings = ?, stranger = ?,
		       certificate_id = nullif(?, ''), trial_certificate_id = ?, expires_at = coalesce((SELECT not_after FROM certificates WHERE id = ?), ?)
		 WHERE account_id = ? AND id = ? AND version = ? AND state NOT IN ('disabled', 'stopped', 'pending-approval')`,
		decided.State, decided.Target.Parent, values(decided.Target.SignIn.Values), decided.CloudAccountName, rights(decided.Rights),
		moment(decided.LastCheckedAt), moment(decided.CouldNotCheckAt), decided.Attempts, moment(decided.NextCheckAt), decided.NextTrigger,
		decided.Repeats, moment(decided.RepeatsFrom),
		decided.Status(at), decided.Reason, decided.DecidedBy, moment(decided.DecidedAt), keys(decided.ApprovedRights), warnings(decided.Reported), decided.Stranger,
		decided.CertificateID, decided.TrialCertificateID, decided.CertificateID, ending{},
		decided.AccountID, v.CredentialID, v.Version)
	if err != nil {
		return false, err
	}
	if current {
		return true, fold(ctx, tx, v.ID)
	}
	return false, run(ctx, tx, `UPDATE verifications SET abandoned = 1 WHERE id = ?`, v.ID)
}

// AbandonRunning ends what a stopped server left running. Their credentials
// are still due, so the next server verifies them again.
func (s Credentials) AbandonRunning(ctx context.Context, now time.Time) error {
	return s.db.change(ctx, func(tx *sql.Tx) error {
		return run(ctx, tx, `UPDATE verifications SET finished_at = ?, abandoned = 1 WHERE finished_at = 0`, moment(now))
	})
}

// PlanFor keeps links of providers that were removed off the plan.
func (s Credentials) PlanFor(ctx context.Context, providers []string, now time.Time) error {
	known, err := json.Marshal(append([]string{}, providers...)) // [] and not null, if there are none
	if err != nil {
		return err
	}
	return s.db.change(ctx, func(tx *sql.Tx) error {
		if err := run(ctx, tx, `
			UPDATE credentials SET next_check_at = 0, next_trigger = ''
			 WHERE next_check_at > 0 AND provider NOT IN (SELECT value FROM json_each(?))`, string(known)); err != nil {
			return err
		}
		return run(ctx, tx, `
			UPDATE credentials SET next_check_at = ?2 + number % 3600 * 1000, next_trigger = 'schedule'
			 WHERE next_check_at = 0 AND state IN ('connected', 'waiting', 'needs-attention')
			   AND provider IN (SELECT value FROM json_each(?1))`, string(known), moment(now))
	})
}

const (
	verificationsOfCredential = `
	SELECT v.id, v.credential_id, v.version, v.triggered_by, v.started_at, v.finished_at, v.outcome, v.abandoned, v.times, iif(v.first_at > 0, v.first_at, v.started_at), v.certificate_id
	  FROM verifications v
	  JOIN credentials c ON c.id = v.credential_id
	 WHERE c.account_id = ? AND v.credential_id = ?
	 ORDER BY v.started_at DESC, v.id DESC
	 LIMIT ?`

	recentVerifications = `
	SELECT v.id, v.credential_id, v.version, v.triggered_by, v.started_at, v.finished_at, v.outcome, v.abandoned, v.times, iif(v.first_at > 0, v.first_at, v.started_at), v.certificate_id
	  FROM credentials c
	 CROSS JOIN verifications v
	 WHERE c.account_id = ?1 AND c.id IN (SELECT value FROM json_each(?2))
	   AND v.id IN (SELECT id FROM verifications WHERE credential_id = c.id ORDER BY started_at DESC, id DESC LIMIT ?3)
	 ORDER BY v.credential_id, v.started_at DESC, v.id DESC`

	resultsOfVerifications = `
	SELECT verification_id, stage, verdict, code, said, trace_id, correlation_id, started_at, duration
	  FROM verification_results
	 WHERE verification_id IN (SELECT value FROM json_each(?))
	 ORDER BY verification_id, position`
)

// Verifications lists the latest runs, the latest first, in two queries: the
// runs, then the results of all of them.
func (s Credentials) Verifications(ctx context.Context, accountID, credentialID string, most int) ([]credential.Verification, error) {
	runs, err := all(ctx, s.db.readers, scanVerification, verificationsOfCredential, accountID, credentialID, most)
	if err != nil {
		return nil, err
	}
	return s.withResults(ctx, runs)
}

// RecentVerifications lists the latest runs of each of these credentials of the
// account, in two queries.
func (s Credentials) RecentVerifications(ctx context.Context, accountID string, credentialIDs []string, most int) ([]credential.Verification, error) {
	list, err := json.Marshal(credentialIDs)
	if err != nil {
		return nil, err
	}
	runs, err := all(ctx, s.db.readers, scanVerification, recentVerifications, accountID, string(list), most)
	if err != nil {
		return nil, err
	}
	return s.withResults(ctx, runs)
}

// withResults reads the results of all these runs along.
func (s Credentials) withResults(ctx context.Context, runs []credential.Verification) ([]credential.Verification, error) {
	if len(runs) == 0 {
		return nil, nil
	}
	ids := make([]string, len(runs))
	byID := make(map[string]*credential.Verification, len(runs))
	for i := range runs {
		ids[i], byID[runs[i].ID] = runs[i].ID, &runs[i]
	}
	list, err := json.Marshal(ids)
	if err != nil {
		return nil, err
	}
	results, err := all(ctx, s.db.readers, scanResult, resultsOfVerifications, string(list))
	for _, r := range results {
		byID[r.verificationID].Results = append(byID[r.verificationID].Results, r.StageResult)
	}
	return runs, err
}

func scanVerification(r row) (v credential.Verification, err error) {
	err = r.Scan(&v.ID, &v.CredentialID, &v.Version, &v.Trigger, (*moment)(&v.StartedAt), (*moment)(&v.FinishedAt),
		&v.Outcome, &v.Abandoned, &v.Times, (*moment)(&v.FirstAt), &v.CertificateID)
	return v, err
}

type result struct {
	verificationID string
	cloud.StageResult
}

func scanResult(r row) (res result, err error) {
	err = r.Scan(&res.verificationID, &res.Stage, &res.Verdict, &res.Code, &res.Said, &res.TraceID, &res.CorrelationID,
		(*moment)(&res.StartedAt), &res.Duration)
	return res, err
}
