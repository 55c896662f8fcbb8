package db

import (
	"context"
	"database/sql"
	"time"

	"mooring/grant"
)

// Grants is the database as grant.Store.
type Grants struct{ db *DB }

var _ grant.Store = Grants{}

// Grants gives the store of grants.
func (db *DB) Grants() Grants { return Grants{db} }

const (
	revocationColumns = `id, credential_id, account_id, provider, sealed, tries`
	revocationsDue    = `SELECT ` + revocationColumns + ` FROM revocations WHERE next_at <= ? ORDER BY next_at LIMIT ?`
	nextRevocation    = `SELECT coalesce(min(next_at), 0) FROM revocations WHERE next_at > 0`
)

// Take gives the grant of a link, and writes down that it is used from now on.
func (g Grants) Take(ctx context.Context, accountID, credentialID string, now time.Time) (sealed []byte, inDoubt bool, err error) {
	err = g.db.change(ctx, func(tx *sql.Tx) error {
		type taken struct {
			sealed []byte
			used   bool
		}
		found, err := one(ctx, tx, func(r row) (t taken, err error) { err = r.Scan(&t.sealed, &t.used); return t, err }, grant.ErrNone,
			`SELECT sealed, used_at <> 0 FROM grants WHERE credential_id = ? AND account_id = ?`, credentialID, accountID)
		if err != nil {
			return err
		}
		sealed, inDoubt = found.sealed, found.used
		return run(ctx, tx, `UPDATE grants SET used_at = ? WHERE credential_id = ? AND used_at = 0`, moment(now), credentialID)
	})
	return sealed, inDoubt, err
}

// Replace stores what came of a use.
func (g Grants) Replace(ctx context.Context, accountID, credentialID string, sealed []byte) error {
	return g.db.change(ctx, func(tx *sql.Tx) error {
		return mustTouch(ctx, tx, grant.ErrNone, `UPDATE grants SET sealed = ?, used_at = 0 WHERE credential_id = ? AND account_id = ?`, sealed, credentialID, accountID)
	})
}

// Return takes back that a grant is used.
func (g Grants) Return(ctx context.Context, accountID, credentialID string) error {
	return g.db.change(ctx, func(tx *sql.Tx) error {
		return run(ctx, tx, `UPDATE grants SET used_at = 0 WHERE credential_id = ? AND account_id = ?`, credentialID, accountID)
	})
}

// putGrant gives a link a grant, in place of the one that it had.
func putGrant(ctx context.Context, tx *sql.Tx, credentialID string, sealed []byte) error {
	return run(ctx, tx, `
		INSERT INTO grants (credential_id, account_id, provider, sealed)
		SELECT id, account_id, provider, ? FROM credentials WHERE id = ?
		    ON CONFLICT (credential_id) DO UPDATE SET sealed = excluded.sealed, used_at = 0`, sealed, credentialID)
}

// Discard keeps a grant without a link, to be revoked.
func (g Grants) Discard(ctx context.Context, r grant.Revocation) error {
	return g.db.change(ctx, func(tx *sql.Tx) error {
		return run(ctx, tx, `INSERT INTO revocations (credential_id, account_id, provider, sealed) VALUES (?, ?, ?, ?)`, r.CredentialID, r.AccountID, r.Provider, r.Sealed)
	})
}

// Revocations lists grants to revoke whose time has come.
func (g Grants) Revocations(ctx context.Context, now time.Time, most int) ([]grant.Revocation, error) {
	return all(ctx, g.db.readers, scanRevocation, revocationsDue, moment(now), most)
}

func scanRevocation(r row) (one grant.Revocation, err error) {
	err = r.Scan(&one.ID, &one.CredentialID, &one.AccountID, &one.Provider, &one.Sealed, &one.Tries)
	return one, err
}

// NextRevocation says when the next try to revoke a grant comes.
func (g Grants) NextRevocation(ctx context.Context) (time.Time, error) {
	next, err := value[moment](g.db.readers.QueryRowContext(ctx, nextRevocation))
	return time.Time(next), err
}

// Revoked forgets a grant that was revoked.
func (g Grants) Revoked(ctx context.Context, id int64) error {
	return g.db.change(ctx, func(tx *sql.Tx) error { return run(ctx, tx, `DELETE FROM revocations WHERE id = ?`, id) })
}

// RetryRevocation plans another try.
func (g Grants) RetryRevocation(ctx context.Context, id int64, at time.Time) error {
	return g.db.change(ctx, func(tx *sql.Tx) error {
		return run(ctx, tx, `UPDATE revocations SET tries = tries + 1, next_at = ? WHERE id = ?`, moment(at), id)
	})
}
