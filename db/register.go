package db

import (
	"context"
	"database/sql"
	"time"

	"mooring/audit"
	"mooring/certificate"
	"mooring/credential"
	"mooring/db/registerquery"
	"mooring/register"
)

// Register is the database as register.Store. What it lists, its planner finds.
type Register struct {
	db *DB
	registerquery.Planner
}

var _ register.Store = Register{}

// Register gives the store of the administrators' list.
func (db *DB) Register() Register {
	return Register{db, registerquery.New(db.readers, linkedRows)}
}

// AddExport tells the audit log that a list is about to leave.
func (s Register) AddExport(ctx context.Context, entry audit.Entry) error {
	return s.db.write(ctx, entry, func(tx *sql.Tx) error { return mayAdminister(ctx, tx, entry.Actor) })
}

// The moves that time alone makes: a certificate begins to expire, it ends, and a
// link has not been checked for too long.
const (
	statusesBegin = `
	UPDATE credentials SET status = CASE WHEN expires_at <= ?1 THEN 'needs-attention' ELSE 'expiring' END
	 WHERE number IN (SELECT number FROM credentials INDEXED BY register_status_expires
	                   WHERE status IN ('connected', 'warning') AND expires_at <= ?2 LIMIT ?3)`
	statusesEnd = `
	UPDATE credentials SET status = 'needs-attention'
	 WHERE number IN (SELECT number FROM credentials INDEXED BY register_status_expires
	                   WHERE status = 'expiring' AND expires_at <= ?1 LIMIT ?2)`
	statusesOverdue = `
	UPDATE credentials SET status = 'warning'
	 WHERE number IN (SELECT number FROM credentials INDEXED BY register_status_checked
	                   WHERE status = 'connected' AND last_checked_at > 0 AND last_checked_at <= ?1 LIMIT ?2)`
)

// RefreshStatuses sets the status of connected links that crossed a threshold of
// time.
func (s Register) RefreshStatuses(ctx context.Context, now time.Time, most int) (changed int, err error) {
	waiting, err := value[bool](s.db.readers.QueryRowContext(ctx, statusesWait,
		moment(now), moment(now.Add(certificate.WarnBefore)), moment(now.Add(-credential.UncheckedLimit))))
	if err != nil || !waiting {
		return 0, err // nobody's kept page is thrown away for nothing
	}
	err = s.db.change(ctx, func(tx *sql.Tx) error {
		begun, err := touched(ctx, tx, statusesBegin, moment(now), moment(now.Add(certificate.WarnBefore)), most)
		if err != nil {
			return err
		}
		ended, err := touched(ctx, tx, statusesEnd, moment(now), most-begun)
		if err != nil {
			return err
		}
		overdue, err := touched(ctx, tx, statusesOverdue, moment(now.Add(-credential.UncheckedLimit)), most-begun-ended)
		changed = begun + ended + overdue
		return err
	})
	return changed, err
}

const statusesWait = `
	SELECT EXISTS (SELECT 1 FROM credentials INDEXED BY register_status_expires WHERE status = 'expiring' AND expires_at <= ?1)
	    OR EXISTS (SELECT 1 FROM credentials INDEXED BY register_status_expires WHERE status IN ('connected', 'warning') AND expires_at <= ?2)
	    OR EXISTS (SELECT 1 FROM credentials INDEXED BY register_status_checked WHERE status = 'connected' AND last_checked_at > 0 AND last_checked_at <= ?3)`

// touched runs a statement and counts the rows that it touched.
func touched(ctx context.Context, tx *sql.Tx, statement string, args ...any) (int, error) {
	result, err := tx.ExecContext(ctx, statement, args...)
	if err != nil {
		return 0, err
	}
	n, err := result.RowsAffected()
	return int(n), err
}
