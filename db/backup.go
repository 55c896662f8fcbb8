package db

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// BackupTo writes the database as it is at this moment to a new file that
// nobody else can read, while others go on reading and writing. It refuses to
// overwrite a file. Secrets stay sealed; the key file is not part of it.
func (db *DB) BackupTo(ctx context.Context, path string) error {
	path, err := filepath.Abs(path)
	if err != nil {
		return err
	}
	if err := createPrivate(path); err != nil {
		return fmt.Errorf("back up: %w", err)
	}
	if err := db.copyInto(ctx, path); err != nil {
		return fmt.Errorf("back up to %s: %w", path, errors.Join(err, os.Remove(path)))
	}
	return nil
}

// copyInto fills the empty file at path and waits until the disk has it.
func (db *DB) copyInto(ctx context.Context, path string) error {
	if _, err := db.readers.ExecContext(ctx, `VACUUM INTO ?`, path); err != nil {
		return err
	}
	return errors.Join(flush(path), flush(filepath.Dir(path)))
}

func flush(path string) error {
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(file.Sync(), file.Close())
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
