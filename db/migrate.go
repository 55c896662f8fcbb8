package db

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
)

// migrations are applied in the order of their names. One that was released
// is never changed again; the next gets the next number.
//
//go:embed migrations/*.sql
var migrations embed.FS

const applicationID = 0x4d6f6f72 // "Moor", set by the first migration

// firstChained is the migration with which the audit log becomes a chain.
const firstChained = 4

// migrate brings the schema up to date. PRAGMA user_version says how many
// migrations the file has seen. It leaves a database alone whose audit log is
// no chain yet: BeginAuditLog migrates that one when the keys are open.
func migrate(ctx context.Context, writer *sql.DB) (held bool, err error) {
	err = transact(ctx, writer, func(tx *sql.Tx) error {
		version, err := schemaVersion(ctx, tx)
		if err != nil {
			return err
		}
		if held = version > 0 && version < firstChained; held {
			return nil
		}
		return migrateFrom(ctx, tx, version)
	})
	return held, err
}

// migrateFrom applies what is left. Whoever calls it has looked at the version
// in the same transaction, because another process may be migrating the same file.
func migrateFrom(ctx context.Context, tx *sql.Tx, version int) error {
	names, err := fs.Glob(migrations, "migrations/*.sql")
	if err != nil {
		return err
	}
	if version > len(names) {
		return tooNew(version, len(names))
	}
	for ; version < len(names); version++ {
		statements, err := migrations.ReadFile(names[version])
		if err != nil {
			return err
		}
		if err := run(ctx, tx, string(statements)); err != nil {
			return fmt.Errorf("%s: %w", names[version], err)
		}
		if err := run(ctx, tx, fmt.Sprintf("PRAGMA user_version = %d", version+1)); err != nil {
			return err
		}
	}
	return nil
}

// NewestSchema is the number of the newest migration that this program knows.
func NewestSchema() int {
	names, err := fs.Glob(migrations, "migrations/*.sql")
	if err != nil {
		panic("db: " + err.Error()) // the pattern is a constant
	}
	return len(names)
}

func tooNew(version, known int) error {
	return fmt.Errorf("a newer Mooring wrote it (schema %d, this one knows %d): "+
		"install that Mooring again, or restore a backup from before the upgrade", version, known)
}

// upToDate is for who may not migrate.
func upToDate(ctx context.Context, readers *sql.DB) error {
	known := NewestSchema()
	tx, err := readers.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }() // it changed nothing
	version, err := schemaVersion(ctx, tx)
	switch {
	case err != nil:
		return err
	case version > known:
		return tooNew(version, known)
	case version < known:
		return fmt.Errorf("an older Mooring wrote it (schema %d, this one knows %d): start this one once", version, known)
	}
	return nil
}

// mayOpen returns an error for a file that is not for this program: another
// program's, or one of a newer Mooring. It changes nothing, not even the files
// beside it. What it can't read, opening will tell.
func mayOpen(ctx context.Context, path string) error {
	file := url.URL{Scheme: "file", Path: path, RawQuery: "mode=ro&immutable=1"}
	look := openPool(file.String(), path, nil)
	defer func() { _ = look.Close() }() // it changed nothing
	tx, err := look.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	if err != nil {
		return nil
	}
	defer func() { _ = tx.Rollback() }()
	version, err := schemaVersion(ctx, tx)
	switch {
	case errors.Is(err, errForeign):
		return err
	case err == nil && version > NewestSchema():
		return tooNew(version, NewestSchema())
	}
	return nil
}

// IsEmpty reports whether there is no database at path, or one in which nothing
// was ever stored. It changes nothing.
func IsEmpty(ctx context.Context, path string) (bool, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return false, err
	}
	if log, err := os.Stat(path + "-wal"); err == nil && log.Size() > 0 {
		return false, nil // what was stored last is in there
	}
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) || err == nil && info.Size() == 0 {
		return true, nil
	}
	if err != nil {
		return false, err
	}
	file := url.URL{Scheme: "file", Path: path, RawQuery: "mode=ro&immutable=1"}
	look := openPool(file.String(), path, nil)
	defer func() { _ = look.Close() }() // it changed nothing
	objects, err := value[int64](look.QueryRowContext(ctx, `SELECT count(*) FROM sqlite_schema`))
	return err == nil && objects == 0, nil // what can't be read is not empty; opening it tells more
}

// errForeign is for a file of another program.
var errForeign = errors.New("it belongs to another program")

// schemaVersion also makes sure that the file is ours, or empty.
func schemaVersion(ctx context.Context, tx *sql.Tx) (int, error) {
	var owner, version, objects int
	err := tx.QueryRowContext(ctx, `
		SELECT (SELECT application_id FROM pragma_application_id),
		       (SELECT user_version FROM pragma_user_version),
		       (SELECT count(*) FROM sqlite_schema)`).Scan(&owner, &version, &objects)
	if err != nil {
		return 0, err
	}
	if owner != applicationID && (version > 0 || objects > 0) {
		return 0, errForeign
	}
	return version, nil
}
