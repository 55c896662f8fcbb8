package db

import (
	"context"
	"database/sql"

	"mooring/audit"
)

// chained is how many entries of an earlier Mooring are put into the chain at
// once, so that other programs need not wait for all of them.
const chained = 1000

// ContinueAuditLog has the notary seal the entries of every change from now
// on. Without one, a change that has an entry fails. It also keeps what the keys
// say of each other: when an old one is taken out of the key file, what it
// signed can still be checked.
func (db *DB) ContinueAuditLog(ctx context.Context, notary *audit.Notary) error {
	db.notary = notary
	kept, err := db.AuditLog().Vouches(ctx)
	if err != nil {
		return err
	}
	has := map[string]bool{}
	for _, v := range kept {
		has[v.For.Fingerprint()+v.Signature.Key] = true
	}
	for _, v := range notary.Vouches() {
		if has[v.For.Fingerprint()+v.Signature.Key] {
			continue
		}
		err := transact(ctx, db.writer, func(tx *sql.Tx) error {
			return run(ctx, tx, `INSERT OR IGNORE INTO audit_keys (public, key, signature) VALUES (?, ?, ?)`,
				[]byte(v.For), v.Signature.Key, v.Signature.Bytes)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// BeginAuditLog makes a chain of the entries that an earlier Mooring wrote,
// and continues it. It is for a database whose log has no head yet, and does
// nothing to one that has. When it was cut off, the next call goes on.
//
// Whoever calls it must know by other means that this log has never had a
// head: it would put this Mooring's mark on whatever it finds.
func (db *DB) BeginAuditLog(ctx context.Context, notary *audit.Notary) error {
	if err := db.ContinueAuditLog(ctx, notary); err != nil {
		return err
	}
	for {
		done, err := db.beginSome(ctx)
		if done || err != nil {
			return err
		}
	}
}

// beginSome chains the next entries, and writes the head after the last.
func (db *DB) beginSome(ctx context.Context) (done bool, err error) {
	err = transact(ctx, db.writer, func(tx *sql.Tx) error {
		done, err = value[bool](tx.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM audit_head)`))
		if err != nil || done {
			return err
		}
		head := db.notary.FirstHead()
		last, err := all(ctx, tx, scanSealedEntry, `SELECT `+auditColumns+` FROM audit WHERE digest <> x'' ORDER BY id DESC LIMIT 1`)
		if err != nil {
			return err
		}
		for _, s := range last {
			head.Number, head.Digest = s.Number, s.Digest
		}
		old, err := all(ctx, tx, scanSealedEntry, `SELECT `+auditColumns+` FROM audit WHERE id > ? ORDER BY id LIMIT ?`, head.Number, chained)
		if err != nil {
			return err
		}
		for _, o := range old {
			s := db.notary.Seal(o.Entry, head.Number+1, head.Digest)
			if err := chainEntry(ctx, tx, o.Number, s); err != nil {
				return err
			}
			head.Number, head.Digest = s.Number, s.Digest
		}
		if done = len(old) < chained; !done {
			return nil
		}
		return db.setHead(ctx, tx, head)
	})
	return done, err
}

// chainEntry stores an entry again as it was sealed, which may mend text that
// an export could not spell.
func chainEntry(ctx context.Context, tx *sql.Tx, id int64, s audit.Sealed) error {
	return run(ctx, tx, `
		UPDATE audit SET id = ?, actor_id = ?, actor_name = ?, actor_key = ?, actor_address = ?, request_id = ?,
		       action = ?, account_id = ?, credential_id = ?, detail = ?, digest = ?, mark = ?
		 WHERE id = ?`,
		s.Number, s.Actor.PersonID, s.Actor.Name, s.Actor.KeyID, s.Actor.Address, s.Actor.RequestID,
		s.Action, s.AccountID, s.CredentialID, s.Detail, s.Digest, s.Mark, id)
}
