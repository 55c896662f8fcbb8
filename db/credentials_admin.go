package db

import (
	"context"
	"database/sql"

	"mooring/audit"
	"mooring/cloud"
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
	if _, err := changeCredential(ctx, tx, c, entry.At); err != nil {
		return err
	}
	if c.State == credential.Stopped || c.State == credential.PendingApproval {
		return nil
	}
	return run(ctx, tx, `
		DELETE FROM stopped_targets WHERE account_id = ? AND provider = ? AND environment = ? AND subscription_id = ?`,
		c.AccountID, c.Provider, c.Target.Environment, c.Target.SubscriptionID)
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
		return sayWhyUnchanged(ctx, tx, c)
	}
	return removeCredential(ctx, tx, c.AccountID, c.ID)
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
			err = sayWhyUnchanged(ctx, tx, c)
		}
		return err
	})
}

const verificationsOfAny = `
	SELECT v.id, v.credential_id, v.version, v.triggered_by, v.started_at, v.finished_at, v.outcome, v.abandoned
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

// rememberStopped keeps in mind that an administrator had stopped a credential
// that is about to go, or to point at another target.
func rememberStopped(ctx context.Context, tx *sql.Tx, accountID, id string, next *cloud.Target) error {
	to := cloud.Target{}
	if next != nil {
		to = *next
	}
	return run(ctx, tx, `
		INSERT INTO stopped_targets (account_id, provider, environment, subscription_id, reason)
		SELECT account_id, provider, environment, subscription_id, reason FROM credentials
		 WHERE account_id = ? AND id = ? AND state = 'stopped' AND (environment <> ? OR subscription_id <> ?)
		ON CONFLICT DO UPDATE SET reason = excluded.reason`,
		accountID, id, to.Environment, to.SubscriptionID)
}

// sayStopped refuses a credential whose target an administrator had stopped
// since it was looked at, unless it waits for their word.
func sayStopped(ctx context.Context, tx *sql.Tx, c credential.Credential) error {
	if c.State == credential.Stopped || c.State == credential.PendingApproval {
		return nil
	}
	reason, err := stoppedBefore(ctx, tx, c.AccountID, c.Provider, c.Target)
	if err == nil && reason != "" {
		err = credential.ErrChangedMeanwhile
	}
	return err
}
