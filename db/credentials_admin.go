package db

import (
	"context"
	"database/sql"
	"errors"

	"mooring/audit"
	"mooring/credential"
)

// What administrators see and do. These methods know no account, and the
// changes look whether the actor still is an administrator.

const credentialOfAny = selectCredential + ` WHERE c.id = ?`

// FindAny gives one credential of whatever account.
func (s Credentials) FindAny(ctx context.Context, id string) (credential.Credential, error) {
	return one(ctx, s.db.readers, scanCredential, credential.ErrNotFound, credentialOfAny, id)
}

// ChangeAny stores what an administrator decided.
func (s Credentials) ChangeAny(ctx context.Context, c credential.Credential, entry audit.Entry) error {
	return s.db.write(ctx, entry, func(tx *sql.Tx) error {
		return changeAny(ctx, tx, c, entry)
	})
}

// changeAny is ChangeAny inside a transaction, for what is decided together
// with something else. It leaves the entry to its caller.
func changeAny(ctx context.Context, tx *sql.Tx, c credential.Credential, entry audit.Entry) error {
	if err := mayAdminister(ctx, tx, entry.Actor); err != nil {
		return err
	}
	if err := refuseOwnLink(ctx, tx, c, entry); err != nil {
		return err
	}
	if err := storeOrdered(ctx, tx, c, entry); err != nil {
		return err
	}
	return rememberStopped(ctx, tx, c)
}

// storeOrdered stores a credential as an administrator had it changed.
func storeOrdered(ctx context.Context, tx *sql.Tx, c credential.Credential, entry audit.Entry) error {
	_, err := changeCredential(ctx, tx, c, entry.At)
	if errors.Is(err, credential.ErrChangedMeanwhile) {
		err = credential.ErrLookAgain
	}
	return err
}

// refuseOwnLink refuses to let somebody's own link in, or go on again, while
// another administrator could do it. Own is what they linked themselves, and
// what belongs to their personal account.
func refuseOwnLink(ctx context.Context, tx *sql.Tx, c credential.Credential, entry audit.Entry) error {
	if entry.Action != audit.ApproveCredential && entry.Action != audit.ReleaseCredential {
		return nil
	}
	own, err := value[bool](tx.QueryRowContext(ctx, `
		SELECT EXISTS (SELECT 1 FROM credentials c JOIN accounts a ON a.id = c.account_id
		                WHERE c.id = ?1
		                  AND (c.created_by = ?2
		                       OR a.kind = 'personal' AND EXISTS (SELECT 1 FROM memberships m WHERE m.account_id = a.id AND m.person_id = ?2)))
		   AND EXISTS (SELECT 1 FROM people WHERE site_admin = 1 AND disabled_at = 0 AND id <> ?2)`,
		c.ID, entry.Actor.PersonID))
	if err == nil && own {
		err = credential.ErrOwnLink
	}
	return err
}

// rememberStopped remembers for the whole site what an administrator stopped,
// by what it points at, until one lets it in again.
func rememberStopped(ctx context.Context, tx *sql.Tx, c credential.Credential) error {
	if c.State == credential.Stopped {
		return run(ctx, tx, `
			INSERT INTO stopped_targets (provider, environment, cloud_account, reason) VALUES (?, ?, ?, ?)
			ON CONFLICT DO UPDATE SET reason = excluded.reason`,
			c.Provider, c.Target.Environment, c.Target.Account, c.Reason)
	}
	return run(ctx, tx, `DELETE FROM stopped_targets WHERE provider = ? AND environment = ? AND cloud_account = ?`,
		c.Provider, c.Target.Environment, c.Target.Account)
}

// RemoveAny unlinks a credential of whatever account.
func (s Credentials) RemoveAny(ctx context.Context, c credential.Credential, entry audit.Entry) error {
	return s.db.write(ctx, entry, func(tx *sql.Tx) error { return removeAny(ctx, tx, c, entry) })
}

// removeAny unlinks c for an administrator inside a transaction, if nobody has
// changed it since. It leaves the entry to its caller.
func removeAny(ctx context.Context, tx *sql.Tx, c credential.Credential, entry audit.Entry) error {
	if err := mayAdminister(ctx, tx, entry.Actor); err != nil {
		return err
	}
	same, err := value[bool](tx.QueryRowContext(ctx,
		`SELECT EXISTS (SELECT 1 FROM credentials WHERE account_id = ? AND id = ? AND version = ?)`, c.AccountID, c.ID, c.Version))
	if err != nil {
		return err
	}
	if !same {
		return sayLookAgain(ctx, tx, c)
	}
	return removeCredential(ctx, tx, c.AccountID, c.ID)
}

// sayLookAgain is sayWhyUnchanged for an administrator, who saves nothing.
func sayLookAgain(ctx context.Context, tx *sql.Tx, c credential.Credential) error {
	err := sayWhyUnchanged(ctx, tx, c)
	if errors.Is(err, credential.ErrChangedMeanwhile) {
		err = credential.ErrLookAgain
	}
	return err
}

// PlanAny sets when the next check is due.
func (s Credentials) PlanAny(ctx context.Context, c credential.Credential, entry audit.Entry) error {
	return s.db.write(ctx, entry, func(tx *sql.Tx) error {
		if err := mayAdminister(ctx, tx, entry.Actor); err != nil {
			return err
		}
		planned, err := touches(ctx, tx, `
			UPDATE credentials SET next_check_at = ?, next_trigger = ?
			 WHERE id = ? AND version = ? AND state NOT IN ('disabled', 'stopped', 'pending-approval')`,
			moment(c.NextCheckAt), c.NextTrigger, c.ID, c.Version)
		if err == nil && !planned {
			err = sayLookAgain(ctx, tx, c)
		}
		return err
	})
}

const verificationsOfAny = `
	SELECT v.id, v.credential_id, v.version, v.triggered_by, v.started_at, v.finished_at, v.outcome, v.abandoned, v.times, iif(v.first_at > 0, v.first_at, v.started_at), v.certificate_id
	  FROM verifications v
	 WHERE v.credential_id = ?
	 ORDER BY v.started_at DESC, v.id DESC
	 LIMIT ?`

// VerificationsAny lists the latest runs of a credential of whatever account,
// the latest first.
func (s Credentials) VerificationsAny(ctx context.Context, id string, most int) ([]credential.Verification, error) {
	runs, err := all(ctx, s.db.readers, scanVerification, verificationsOfAny, id, most)
	if err != nil {
		return nil, err
	}
	return s.withResults(ctx, runs)
}

// sayStopped refuses a credential whose target an administrator had stopped
// since it was looked at, unless it waits for their word or is not in use.
func sayStopped(ctx context.Context, tx *sql.Tx, c credential.Credential) error {
	switch c.State {
	case credential.Stopped, credential.PendingApproval, credential.Disabled:
		return nil
	}
	reason, err := stoppedBefore(ctx, tx, c.Provider, c.Target)
	if err == nil && reason != "" {
		err = credential.ErrChangedMeanwhile
	}
	return err
}
