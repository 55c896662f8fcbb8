package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"time"

	"mooring/audit"
	"mooring/db"
)

func backup(ctx context.Context, c *cli, args []string) error {
	var d dataFolder
	s := c.settings("backup", "write a consistent copy of the database to FILE, even while the server runs")
	s.dataFlags(&d)
	if err := s.parse(args, 1); err != nil {
		return err
	}
	if s.NArg() != 1 {
		return usagef("specify the FILE to write")
	}
	if _, err := os.Stat(d.database()); err != nil {
		return fmt.Errorf("there is no database to back up: %w", err)
	}
	if err := db.Backup(ctx, d.database(), s.Arg(0)); err != nil {
		return err
	}
	fmt.Fprintf(c.stdout, "Wrote %s. It does not contain the key file %s: keep a copy of that file somewhere else.\n", s.Arg(0), d.keys())
	return nil
}

// restoring ends the name of a backup that is being tried.
const restoring = ".restoring"

// restore puts a backup in place of the database. It tries it first: the copy
// must be whole and the key file must open it.
func restore(ctx context.Context, c *cli, args []string) error {
	var d dataFolder
	s := c.settings("restore", "replace the database with the backup FILE; stop the server first")
	s.dataFlags(&d)
	if err := s.parse(args, 1); err != nil {
		return err
	}
	if s.NArg() != 1 {
		return usagef("specify the FILE to restore")
	}
	release, err := d.lock()
	if err != nil {
		return err
	}
	defer release()
	trial := d.database() + restoring
	defer removeDatabase(trial)
	if err := removeDatabase(trial); err != nil {
		return err
	}
	if err := copyFile(s.Arg(0), trial); err != nil {
		return err
	}
	if err := d.try(ctx, trial); err != nil {
		return fmt.Errorf("%s was not restored: %w", s.Arg(0), err)
	}
	kept := ""
	if _, err := os.Stat(d.database()); err == nil {
		kept = d.database() + ".before-" + time.Now().UTC().Format("20060102-150405.000")
		if err := setAside(ctx, d.database(), kept); err != nil {
			return err
		}
	}
	// First all that was written so far, then the name, then what says that it is done.
	if err := errors.Join(db.Flush(trial), db.Flush(d.folder)); err != nil {
		return err
	}
	if err := os.Rename(trial, d.database()); err != nil {
		return err
	}
	if err := db.Flush(d.folder); err != nil {
		return fmt.Errorf("the disk may not keep it: %w", err)
	}
	fmt.Fprintf(c.stdout, "Restored %s. Everyone must sign in again.\n", d.database())
	fmt.Fprintln(c.stdout, "Certificates aren't renewed until you confirm that no other server uses this database: mooring database confirm")
	if kept != "" {
		fmt.Fprintf(c.stdout, "The previous database is now %s.\n", kept)
	}
	return nil
}

// try opens a copied database as the server would, and ends its sessions: an
// old copy must not bring back what somebody ended.
func (d dataFolder) try(ctx context.Context, path string) error {
	database, err := db.Open(ctx, path)
	if err != nil {
		return err
	}
	err = func() error {
		if err := database.Intact(ctx); err != nil {
			return err
		}
		if err := d.fits(ctx, database); err != nil {
			return err
		}
		if err := database.MarkRestored(ctx, time.Now()); err != nil {
			return err
		}
		return database.EndAllSessions(ctx, audit.Entry{At: time.Now(), Actor: operator("mooring restore"), Action: audit.Restore, Result: audit.Done})
	}()
	return errors.Join(err, database.Close())
}

// setAside keeps a database beside its place; what replaces it takes the place
// in one step, so that no moment is without one.
func setAside(ctx context.Context, database, kept string) error {
	_ = db.Settle(ctx, database)                      // one that is damaged, or not ours, is kept to the byte
	for _, ending := range []string{"-wal", "-shm"} { // its log must not reach what comes next
		if err := os.Rename(database+ending, kept+ending); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	if err := os.Link(database, kept); err != nil {
		return copyFile(database, kept) // no links on this file system
	}
	return nil
}

func removeDatabase(path string) error {
	for _, file := range []string{path, path + "-wal", path + "-shm"} {
		if err := os.Remove(file); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}

func copyFile(from, to string) error {
	source, err := os.Open(from)
	if err != nil {
		return err
	}
	defer source.Close()
	target, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(target, source)
	return errors.Join(err, target.Sync(), target.Close())
}
