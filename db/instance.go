package db

import (
	"context"
	"database/sql"
	"errors"
	"net/url"
	"time"

	"mooring/audit"
)

// placeOfBackup stands in backups for the place of a file: whatever is made of one is a
// copy.
const placeOfBackup = "backup"

// BeginInstance remembers which file the database is, unless it knows already. It is
// for a server that begins, before it renews anything.
func (db *DB) BeginInstance(ctx context.Context, now time.Time) error {
	return db.transact(ctx, func(tx *sql.Tx) error {
		return run(ctx, tx, `INSERT INTO instance (only_row, place, confirmed_at) VALUES (1, ?, ?) ON CONFLICT DO NOTHING`, fileNumber(db.path), moment(now))
	})
}

// IsCopy reports whether the database is a copy that nobody has confirmed: restored from
// a backup, or another file than the one that was confirmed. A copy of a whole disk
// can't be told from the disk.
func (db *DB) IsCopy(ctx context.Context) (bool, error) {
	confirmed, err := value[string](db.readers.QueryRowContext(ctx, `SELECT place FROM instance`))
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	return confirmed != fileNumber(db.path), err
}

// MarkRestored makes the database one that is a copy until somebody confirms it.
func (db *DB) MarkRestored(ctx context.Context, now time.Time) error {
	return db.transact(ctx, func(tx *sql.Tx) error {
		return run(ctx, tx, `
			INSERT INTO instance (only_row, place, confirmed_at) VALUES (1, ?1, ?2)
			ON CONFLICT (only_row) DO UPDATE SET place = ?1, confirmed_at = ?2`, placeOfBackup, moment(now))
	})
}

// ConfirmInstance says that this is the only instance that goes on with the database.
func (db *DB) ConfirmInstance(ctx context.Context, entry audit.Entry) error {
	return db.write(ctx, entry, func(tx *sql.Tx) error {
		return run(ctx, tx, `
			INSERT INTO instance (only_row, place, confirmed_at) VALUES (1, ?1, ?2)
			ON CONFLICT (only_row) DO UPDATE SET place = ?1, confirmed_at = ?2`, fileNumber(db.path), moment(entry.At))
	})
}

// markBackup makes the file at path, which nobody else has open, one that is a copy
// wherever it is put. A database from before there were instances is none.
func markBackup(ctx context.Context, path string) error {
	file := url.URL{Scheme: "file", Path: path, RawQuery: "mode=rw"}
	writer := openPool(file.String(), path, nil)
	has, err := value[bool](writer.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM sqlite_schema WHERE name = 'instance')`))
	if err == nil && has {
		_, err = writer.ExecContext(ctx, `UPDATE instance SET place = ?`, placeOfBackup)
	}
	return errors.Join(err, writer.Close())
}
