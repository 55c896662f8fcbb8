package db

import (
	"context"
	"database/sql"
	"time"

	"mooring/account"
	"mooring/audit"
)

const (
	// Who lacks a password, or is disabled, gets no password by a link.
	personByReset = `SELECT ` + personColumns + `
	  FROM password_resets r
	  JOIN people p ON p.id = r.person_id
	 WHERE r.hash = ? AND r.expires_at > ? AND r.expires_at <= ? AND p.disabled_at = 0 AND p.password_hash <> ''`

	recentResets = `SELECT count(*) FROM password_resets WHERE person_id = ? AND created_at > ?`
)

// AddPasswordReset stores a link, unless the person got many within
// account.PasswordResetWindow.
func (a Accounts) AddPasswordReset(ctx context.Context, r account.PasswordReset, entry audit.Entry) error {
	return a.db.write(ctx, entry, func(tx *sql.Tx) error {
		recent, err := value[int](tx.QueryRowContext(ctx, recentResets, r.PersonID, moment(r.CreatedAt.Add(-account.PasswordResetWindow))))
		if err != nil {
			return err
		}
		if recent >= account.MaxPasswordResets {
			return account.ErrTooManyMails
		}
		return run(ctx, tx, `INSERT INTO password_resets (hash, person_id, created_at, expires_at) VALUES (?, ?, ?, ?)`,
			r.Hash, r.PersonID, moment(r.CreatedAt), moment(r.ExpiresAt))
	})
}

// PasswordResetByHash finds whose password a link sets.
func (a Accounts) PasswordResetByHash(ctx context.Context, hash string, now time.Time) (account.Person, error) {
	return personOfReset(ctx, a.db.readers, hash, now)
}

func personOfReset(ctx context.Context, from reader, hash string, now time.Time) (account.Person, error) {
	scan := func(r row) (p account.Person, err error) {
		err = r.Scan(personFields(&p)...)
		return p, err
	}
	return one(ctx, from, scan, account.ErrPasswordReset, personByReset, hash, moment(now), moment(now.Add(account.PasswordResetLife+account.ClockSkew)))
}

// ResetPassword sets a password by a link. Of many calls at once one succeeds,
// because the transaction holds the only write lock from before it looks.
func (a Accounts) ResetPassword(ctx context.Context, hash string, password account.PasswordHash, notice account.Notice, entry audit.Entry) error {
	return a.db.write(ctx, entry, func(tx *sql.Tx) error {
		person, err := personOfReset(ctx, tx, hash, entry.At)
		if err != nil {
			return err
		}
		if err := setPassword(ctx, tx, person.ID, password); err != nil {
			return err
		}
		if err := endSessionsOf(ctx, tx, person.ID); err != nil {
			return err
		}
		return addNotice(ctx, tx, person.ID, notice)
	})
}

// setPassword changes a password. Links that would set another one end.
func setPassword(ctx context.Context, tx *sql.Tx, personID string, hash account.PasswordHash) error {
	if err := run(ctx, tx, `UPDATE people SET password_hash = ? WHERE id = ?`, hash, personID); err != nil {
		return err
	}
	return dropPasswordResets(ctx, tx, personID)
}

func dropPasswordResets(ctx context.Context, tx *sql.Tx, personID string) error {
	return run(ctx, tx, `DELETE FROM password_resets WHERE person_id = ?`, personID)
}

// proveEmail notes that an address is the person's, if it is the one that they have
// here.
func proveEmail(ctx context.Context, tx *sql.Tx, personID, email string) error {
	return run(ctx, tx, `UPDATE people SET email_proved = 1 WHERE id = ? AND email = ? AND email_proved = 0`, personID, email)
}

// proveEmailBy is proveEmail for an address that a provider vouches for.
func proveEmailBy(ctx context.Context, tx *sql.Tx, personID string, id account.Identity) error {
	if !id.EmailVerified {
		return nil
	}
	return proveEmail(ctx, tx, personID, id.Email)
}
