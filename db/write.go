package db

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"mooring/audit"
)

// write makes a change and its audit entry in one transaction: either both are
// stored or neither.
func (db *DB) write(ctx context.Context, entry audit.Entry, work func(tx *sql.Tx) error) error {
	return db.writeAll(ctx, []audit.Entry{entry}, work)
}

// writeAll is write for a change that several entries tell of. When only the
// transaction shows what they say, change and addEntry do the same.
func (db *DB) writeAll(ctx context.Context, entries []audit.Entry, work func(tx *sql.Tx) error) error {
	return db.change(ctx, func(tx *sql.Tx) error {
		if err := work(tx); err != nil {
			return err
		}
		return db.addEntry(ctx, tx, entries...)
	})
}

// change makes a change that readers notice, without an audit entry of its own.
func (db *DB) change(ctx context.Context, work func(tx *sql.Tx) error) error {
	err := db.transact(ctx, work)
	if err == nil {
		db.version.Add(1) // after the commit, so that nobody keeps old rows under the new number
	}
	return err
}

// writerWait is how long a change waits for those before it. They can take long
// only if another program locks the file, and then all would wait in line.
const writerWait = 10 * time.Second

// transact commits what work did, or nothing when it fails.
func (db *DB) transact(ctx context.Context, work func(tx *sql.Tx) error) error {
	if db.guard.isLost() {
		return db.guard.why
	}
	limited, cancel := context.WithTimeout(ctx, writerWait)
	defer cancel()
	connection, err := db.writer.Conn(limited)
	if errors.Is(err, context.DeadlineExceeded) && ctx.Err() == nil {
		return db.waitedTooLong(err)
	}
	if err != nil {
		return err
	}
	defer func() { _ = connection.Close() }() // back into the pool
	// Looked at before the commit, so that nothing goes into a file that is gone,
	// and behind it, so that nothing is acknowledged that went there.
	err = transact(ctx, connection, func(tx *sql.Tx) error {
		if err := work(tx); err != nil {
			return err
		}
		return db.guard.check(db.path)
	})
	if err == nil {
		err = db.guard.check(db.path)
	}
	if err != nil {
		return err
	}
	db.condition.stored()
	return nil
}

func transact(ctx context.Context, writer interface {
	BeginTx(ctx context.Context, options *sql.TxOptions) (*sql.Tx, error)
}, work func(tx *sql.Tx) error) error {
	tx, err := writer.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }() // without effect after Commit
	if err := work(tx); err != nil {
		return err
	}
	return tx.Commit()
}

// run runs a statement.
func run(ctx context.Context, tx *sql.Tx, statement string, args ...any) error {
	_, err := tx.ExecContext(ctx, statement, args...)
	return err
}

// touches runs a statement and reports whether it touched a row.
func touches(ctx context.Context, tx *sql.Tx, statement string, args ...any) (bool, error) {
	result, err := tx.ExecContext(ctx, statement, args...)
	if err != nil {
		return false, err
	}
	n, err := result.RowsAffected()
	return n > 0, err
}

// mustTouch runs a statement and returns the error none when it touched no row.
func mustTouch(ctx context.Context, tx *sql.Tx, none error, statement string, args ...any) error {
	found, err := touches(ctx, tx, statement, args...)
	if err == nil && !found {
		err = none
	}
	return err
}

// refusedAsDouble reports whether a unique index refused a statement.
func refusedAsDouble(err error) bool { return refusedBy(err, sqlite3.SQLITE_CONSTRAINT_UNIQUE) }

// refusedAsKnown reports whether a primary key refused a statement.
func refusedAsKnown(err error) bool { return refusedBy(err, sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY) }

func refusedBy(err error, code int) bool {
	var refusal *sqlite.Error
	return errors.As(err, &refusal) && refusal.Code() == code
}
