package db

import (
	"context"
	"database/sql"
	"errors"

	"mooring/audit"
)

// chained is how many entries of an earlier Mooring are held in memory at once.
const chained = 1000

// errHeld is for a database that is from before the chain, and says that it is not.
var errHeld = errors.New("its schema is from before its audit log was a chain, and its keys say that the log is one: restore a backup")

// ContinueAuditLog has the notary seal the entries of every change from now
// on. Without one, a change that has an entry fails. It also keeps what the keys
// say of each other: when an old one is taken out of the key file, what it
// signed can still be checked.
func (db *DB) ContinueAuditLog(ctx context.Context, notary *audit.Notary) error {
	if db.held {
		return errHeld
	}
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
		err := db.transact(ctx, func(tx *sql.Tx) error {
			return run(ctx, tx, `INSERT OR IGNORE INTO audit_keys (public, key, signature) VALUES (?, ?, ?)`,
				[]byte(v.For), v.Signature.Key, v.Signature.Bytes)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// BeforeChain reports whether the database is as a Mooring left it whose audit
// log was no chain.
func (db *DB) BeforeChain() bool { return db.held }

// BeginAuditLog begins the log of a database that was just made. It also brings
// a database up to date that is from before the chain: its entries are put into
// one in the transaction of the migration and at no other time, so that a
// database which has had a chain never gets another. All others it only
// continues.
func (db *DB) BeginAuditLog(ctx context.Context, notary *audit.Notary) error {
	if err := db.transact(ctx, func(tx *sql.Tx) error { return begin(ctx, tx, notary) }); err != nil {
		return err
	}
	if db.held {
		statements, err := prepareChain(ctx, db.writer)
		if err != nil {
			return err
		}
		db.chain, db.held = statements, false
	}
	return db.ContinueAuditLog(ctx, notary)
}

func begin(ctx context.Context, tx *sql.Tx, notary *audit.Notary) error {
	version, err := schemaVersion(ctx, tx)
	if err != nil {
		return err
	}
	if err := migrateFrom(ctx, tx, version); err != nil {
		return err
	}
	if version >= firstChained {
		begun, err := value[bool](tx.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM audit_head) OR EXISTS (SELECT 1 FROM audit)`))
		if err != nil || begun {
			return err
		}
	}
	head := notary.FirstHead()
	for {
		old, err := all(ctx, tx, scanSealedEntry, `SELECT `+auditColumns+` FROM audit WHERE id > ? ORDER BY id LIMIT ?`, head.Number, chained)
		if err != nil {
			return err
		}
		for _, o := range old {
			s := notary.Seal(o.Entry, head.Number+1, head.Digest)
			if err := chainEntry(ctx, tx, o.Number, s); err != nil {
				return err
			}
			head.Number, head.Digest = s.Number, s.Digest
		}
		if len(old) < chained {
			break
		}
	}
	head = notary.MarkHead(head)
	return run(ctx, tx, setHead, head.Number, head.Digest, head.Checkpoints, head.Segments, head.Mark)
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
