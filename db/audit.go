package db

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"encoding/json"
	"errors"
	"fmt"

	"mooring/audit"
)

// Why an entry cannot be put into the chain. A change without its entry is not
// made.
var (
	errNoNotary = errors.New("the audit log has no notary yet: open the keys first")
	errNoHead   = errors.New("the audit log has no head: mooring audit verify tells more")
	errHead     = errors.New("the head of the audit log was changed: mooring audit verify tells more")
	errTorn     = errors.New("the audit log does not end where its head says: mooring audit verify tells more")
)

// addEntry puts entries at the end of the chain. It reads the end inside the
// transaction, because other programs write too.
func (db *DB) addEntry(ctx context.Context, tx *sql.Tx, entries ...audit.Entry) error {
	head, err := db.headIn(ctx, tx)
	if err != nil {
		return err
	}
	for _, e := range entries {
		s := db.notary.Seal(e, head.Number+1, head.Digest)
		if err := db.insertEntry(ctx, tx, s); err != nil {
			return err
		}
		head.Number, head.Digest = s.Number, s.Digest
	}
	return db.setHead(ctx, tx, head)
}

const (
	insertEntry = `
	INSERT INTO audit (id, at, actor_id, actor_name, actor_key, actor_address, request_id,
	                   action, account_id, credential_id, result, detail, changes, digest, mark)
	VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`

	setHead = `
	INSERT INTO audit_head (only_row, number, digest, checkpoints, segments, mark) VALUES (1, ?, ?, ?, ?, ?)
	ON CONFLICT (only_row) DO UPDATE SET number = excluded.number, digest = excluded.digest,
	       checkpoints = excluded.checkpoints, segments = excluded.segments, mark = excluded.mark`
)

// chainStatements are what every change runs, compiled once: compiling them
// would take as long as running them.
type chainStatements struct{ head, insert, set *sql.Stmt }

func prepareChain(ctx context.Context, writer *sql.DB) (c chainStatements, err error) {
	for into, statement := range map[**sql.Stmt]string{&c.head: auditHead, &c.insert: insertEntry, &c.set: setHead} {
		if *into, err = writer.PrepareContext(ctx, statement); err != nil {
			return c, err
		}
	}
	return c, nil
}

func (db *DB) insertEntry(ctx context.Context, tx *sql.Tx, s audit.Sealed) error {
	_, err := tx.StmtContext(ctx, db.chain.insert).ExecContext(ctx,
		s.Number, moment(s.At), s.Actor.PersonID, s.Actor.Name, s.Actor.KeyID, s.Actor.Address, s.Actor.RequestID,
		s.Action, s.AccountID, s.CredentialID, s.Result, s.Detail, changes(s.Changes), s.Digest, s.Mark)
	if refusedAsKnown(err) {
		return errors.Join(errTorn, err)
	}
	return err
}

// headIn reads the head and makes sure that it is ours: going on from another
// one would put this Mooring's mark on what somebody cut off.
func (db *DB) headIn(ctx context.Context, tx *sql.Tx) (audit.Head, error) {
	if db.notary == nil {
		return audit.Head{}, errNoNotary
	}
	head, err := scanHead(tx.StmtContext(ctx, db.chain.head).QueryRowContext(ctx))
	if errors.Is(err, sql.ErrNoRows) {
		err = errNoHead
	}
	if err == nil && !db.notary.HeadMarked(head) {
		err = errHead
	}
	return head, err
}

const auditHead = `SELECT number, digest, checkpoints, segments, mark FROM audit_head WHERE only_row = 1`

func scanHead(r row) (h audit.Head, err error) {
	err = r.Scan(&h.Number, &h.Digest, &h.Checkpoints, &h.Segments, &h.Mark)
	return h, err
}

// setHead stores the head with its mark.
func (db *DB) setHead(ctx context.Context, tx *sql.Tx, h audit.Head) error {
	h = db.notary.MarkHead(h)
	_, err := tx.StmtContext(ctx, db.chain.set).ExecContext(ctx, h.Number, h.Digest, h.Checkpoints, h.Segments, h.Mark)
	return err
}

const auditColumns = `id, at, actor_id, actor_name, actor_key, actor_address, request_id,
	       action, account_id, credential_id, result, detail, changes, digest, mark`

// scanSealedEntry names the entry that it cannot read.
func scanSealedEntry(r row) (s audit.Sealed, err error) {
	err = r.Scan(&s.Number, (*moment)(&s.At), &s.Actor.PersonID, &s.Actor.Name, &s.Actor.KeyID, &s.Actor.Address, &s.Actor.RequestID,
		&s.Action, &s.AccountID, &s.CredentialID, &s.Result, &s.Detail, (*changes)(&s.Changes), &s.Digest, &s.Mark)
	if err != nil {
		err = &audit.UnreadableError{Entry: s.Number, Cause: err}
	}
	return s, err
}

// changes are stored as JSON, and none as an empty text.
type changes []audit.Change

// Value implements driver.Valuer.
func (c changes) Value() (driver.Value, error) { return c.stored() }

func (c changes) stored() (string, error) {
	if len(c) == 0 {
		return "", nil
	}
	text, err := json.Marshal([]audit.Change(c))
	return string(text), err
}

// Scan implements sql.Scanner. It takes only what Value gives, so that nothing
// can stand there that no digest covers.
func (c *changes) Scan(from any) error {
	text, ok := from.(string)
	if !ok {
		return fmt.Errorf("changes are stored as %T", from)
	}
	*c = nil
	if text == "" {
		return nil
	}
	if err := json.Unmarshal([]byte(text), (*[]audit.Change)(c)); err != nil {
		return fmt.Errorf("stored changes: %w", err)
	}
	if again, err := c.stored(); err != nil || again != text {
		return errors.New("stored changes are not as Mooring writes them")
	}
	return nil
}

const auditOfAccount = `
	SELECT ` + auditColumns + `
	  FROM audit
	 WHERE +account_id = ?
	 ORDER BY id DESC
	 LIMIT ?`

// Audit lists the latest entries about an account, the latest first. Those
// about no account, such as sign-ins, are found under the empty id. It goes
// through the log from its end, which is no way for a page: AuditLog lists.
func (db *DB) Audit(ctx context.Context, accountID string, most int) ([]audit.Entry, error) {
	sealed, err := all(ctx, db.readers, scanSealedEntry, auditOfAccount, accountID, most)
	var entries []audit.Entry
	for _, s := range sealed {
		entries = append(entries, s.Entry)
	}
	return entries, err
}
