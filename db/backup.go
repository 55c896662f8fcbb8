package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Backup writes the database at path as it is at this moment to a new file
// that nobody else can read, while a server goes on reading and writing. It
// changes nothing in the database, refuses to overwrite a file, and lets to
// appear only when it is whole. Secrets stay sealed; the key file is not part
// of it.
func Backup(ctx context.Context, path, to string) error {
	path, err := filepath.Abs(path)
	if err != nil {
		return err
	}
	readers := pool(path, "ro", 1, nil)
	return errors.Join(backUp(ctx, readers, to), readers.Close())
}

// BackupTo is Backup for a database that is open already.
func (db *DB) BackupTo(ctx context.Context, to string) error { return backUp(ctx, db.readers.DB, to) }

func backUp(ctx context.Context, readers *sql.DB, to string) error {
	to, err := filepath.Abs(to)
	if err != nil {
		return err
	}
	if _, err := os.Lstat(to); err == nil {
		return fmt.Errorf("a backup overwrites nothing: %w: %s", os.ErrExist, to)
	}
	if err := RemoveUnfinished(filepath.Dir(to)); err != nil {
		return fmt.Errorf("back up: %w", err)
	}
	part, err := os.CreateTemp(filepath.Dir(to), unfinished) // mode 0600
	if err != nil {
		return fmt.Errorf("back up: %w", err)
	}
	tryLock(part) // nobody else has it
	err = copyInto(ctx, readers, part.Name())
	if err == nil {
		err = os.Rename(part.Name(), to)
	}
	if err != nil {
		return fmt.Errorf("back up to %s: %w", to, errors.Join(err, os.Remove(part.Name()), part.Close()))
	}
	return errors.Join(Flush(filepath.Dir(to)), part.Close())
}

// unfinished is how a backup is called until it is whole. It is locked for so
// long.
const unfinished = "mooring-backup-*.part"

// RemoveUnfinished removes what backups left in a folder that were killed. One
// that is being written stays.
func RemoveUnfinished(folder string) error {
	left, err := filepath.Glob(filepath.Join(escapeGlob(folder), unfinished+"*"))
	if err != nil {
		return err
	}
	for _, path := range left {
		file, err := os.Open(strings.TrimSuffix(path, "-journal"))
		if errors.Is(err, fs.ErrNotExist) { // SQLite's journal of one that is gone
			file, err = os.Open(path)
		}
		if err != nil {
			continue // somebody else's
		}
		if tryLock(file) {
			err = os.Remove(path)
		}
		if err = errors.Join(err, file.Close()); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}

// escapeGlob spells a folder so that nothing in its name is a pattern.
func escapeGlob(folder string) string {
	return strings.NewReplacer(`\`, `\\`, `*`, `\*`, `?`, `\?`, `[`, `\[`).Replace(folder)
}

// copyInto fills the empty file at path and waits until the disk has it.
func copyInto(ctx context.Context, readers *sql.DB, path string) error {
	if _, err := readers.ExecContext(ctx, `VACUUM INTO ?`, path); err != nil {
		return err
	}
	if err := markBackup(ctx, path); err != nil {
		return err
	}
	return Flush(path)
}

// Flush waits until the disk has a file, or the names in a folder.
func Flush(path string) error {
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(file.Sync(), file.Close())
}

// FindDamage reads the whole file at path, also while a server goes on writing,
// and lists what is wrong with it: nothing, if it is sound. A file that can't be
// read at all is an error.
func FindDamage(ctx context.Context, path string) (found []string, err error) {
	path, err = filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	readers := pool(path, "ro", 1, nil)
	defer func() { err = errors.Join(err, readers.Close()) }()
	for _, look := range []string{
		fmt.Sprintf(`PRAGMA integrity_check(%d)`, mostDamage),
		`SELECT DISTINCT format('rows of %s refer to what is not there', "table") FROM pragma_foreign_key_check`,
	} {
		lines, err := all(ctx, readers, value[string], look)
		var t *trouble
		switch {
		case errors.As(err, &t) && t.fault == errDamaged: // so much that it can't be looked through
			return append(found, t.cause.Error()), nil
		case err != nil:
			return found, err
		}
		found = append(found, lines...)
	}
	return slices.DeleteFunc(found, func(line string) bool { return line == "ok" }), nil
}

const mostDamage = 100 // lines that FindDamage lists

// Settle moves the log of a database into its file, if it is one of Mooring, and
// changes nothing else. Nobody else may have it open.
func Settle(ctx context.Context, path string) error {
	path, err := filepath.Abs(path)
	if err != nil {
		return err
	}
	if err := mayOpen(ctx, path); err != nil {
		return err
	}
	writer := pool(path, "rw", 1, nil)
	_, err = writer.ExecContext(ctx, `PRAGMA wal_checkpoint(TRUNCATE)`)
	return errors.Join(err, writer.Close())
}

// Intact reads the whole file and returns an error when it is damaged. It is
// for a database that was just restored, and nobody can write meanwhile: the
// writer has to ask, because SQLite checks no CHECK where it may only read.
func (db *DB) Intact(ctx context.Context) error {
	found, err := all(ctx, db.writer, value[string], `PRAGMA integrity_check(1)`)
	if err != nil {
		return err
	}
	if len(found) != 1 || found[0] != "ok" {
		return fmt.Errorf("the database is damaged: %q", found)
	}
	orphans, err := all(ctx, db.writer, value[string], `SELECT DISTINCT "table" FROM pragma_foreign_key_check`)
	if err != nil {
		return err
	}
	if len(orphans) > 0 {
		return fmt.Errorf("the database is damaged: rows of %q refer to what is not there", orphans)
	}
	return nil
}
