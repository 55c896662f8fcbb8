package main

import (
	"bytes"
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"mooring/db"
	"mooring/secret"
)

// begun gives a data folder in which a server has run.
func begun(t *testing.T) (d dataFolder, serving []string) {
	t.Helper()
	d = dataFolder{folder: filepath.Join(t.TempDir(), "data [1]")}
	serving = []string{"serve", "--data", d.folder, "--listen", "127.0.0.1:0"}
	s := start(t, serving...)
	s.until(`^Mooring listens on`)
	s.stop()
	return d, serving
}

func refusedWith(t *testing.T, want string, args ...string) {
	t.Helper()
	if code, stdout, stderr := program(t, nil, args...); code != exitFailed || !strings.Contains(stderr, want) {
		t.Errorf("%v: exit %d, %q, without %q", args[:1], code, stdout+stderr, want)
	}
}

func TestADeletedLockFileLetsNoSecondServerIn(t *testing.T) {
	d, serving := begun(t)
	s := start(t, serving...)
	s.until(`^Mooring listens on`)
	if err := os.Remove(filepath.Join(d.folder, "mooring.lock")); err != nil {
		t.Fatal(err)
	}
	refusedWith(t, "another mooring process is using", serving...)
	refusedWith(t, "another mooring process is using", "keys", "rotate", "--data", d.folder)
}

// state is what a file is, to the byte and the time.
func state(t *testing.T, path string) string {
	t.Helper()
	content, err := os.ReadFile(path)
	info, statErr := os.Stat(path)
	if err := errors.Join(err, statErr); err != nil {
		t.Fatal(err)
	}
	return info.ModTime().String() + info.Mode().String() + string(content)
}

func TestAForeignFileIsRefusedAndNotChanged(t *testing.T) {
	d, serving := begun(t)
	foreign := filepath.Join(t.TempDir(), "foreign.db")
	file, err := sql.Open("sqlite", foreign)
	if err == nil {
		_, err = file.Exec(`CREATE TABLE theirs (a); PRAGMA application_id = 7`)
	}
	if err := errors.Join(err, file.Close()); err != nil {
		t.Fatal(err)
	}
	before := state(t, foreign)
	refusedWith(t, "another program", "restore", "--data", d.folder, foreign)
	if state(t, foreign) != before {
		t.Error("restore changed the file that it refused")
	}
	if err := os.Rename(foreign, d.database()); err != nil {
		t.Fatal(err)
	}
	refusedWith(t, "another program", serving...)
	if state(t, d.database()) != before {
		t.Error("serve changed the file that it refused")
	}
	for _, ending := range []string{"-wal", "-shm", "-journal"} {
		if _, err := os.Stat(d.database() + ending); err == nil {
			t.Errorf("%s was made beside it", ending)
		}
	}
}

func TestRestoreWithoutAKeyFileSaysWhatServeSays(t *testing.T) {
	d, serving := begun(t)
	copied := filepath.Join(t.TempDir(), "copy.db")
	if code, _, stderr := program(t, nil, "backup", "--data", d.folder, copied); code != exitOK {
		t.Fatal(stderr)
	}
	if err := os.Remove(d.keys()); err != nil {
		t.Fatal(err)
	}
	want := "the key file " + d.keys() + " is missing, and the secrets in " + d.database() + " can't be decrypted without it; restore it from your backup"
	refusedWith(t, want, serving...)
	refusedWith(t, want, "restore", "--data", d.folder, copied)
}

func TestKilledBackupsAndRestoresLeaveNothing(t *testing.T) {
	d, serving := begun(t)
	left := func(folder string) (files []string) {
		for _, name := range []string{"mooring-backup-123.part", "mooring-backup-123.part-journal", "mooring-backup-456.part-journal"} {
			files = append(files, filepath.Join(folder, name))
			if err := os.WriteFile(files[len(files)-1], []byte("half"), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		return files
	}
	gone := func(files ...string) {
		t.Helper()
		for _, file := range files {
			if _, err := os.Stat(file); !errors.Is(err, os.ErrNotExist) {
				t.Errorf("%s is left", file)
			}
		}
	}
	folder := t.TempDir()
	files := left(folder)
	running, err := os.Create(filepath.Join(folder, "mooring-backup-789.part"))
	if err != nil {
		t.Fatal(err)
	}
	defer running.Close()
	if err := syscall.Flock(int(running.Fd()), syscall.LOCK_EX); err != nil {
		t.Fatal(err)
	}
	if code, _, stderr := program(t, nil, "backup", "--data", d.folder, filepath.Join(folder, "today.db")); code != exitOK {
		t.Fatal(stderr)
	}
	gone(files...)
	if _, err := os.Stat(running.Name()); err != nil {
		t.Error("what another backup is writing was removed")
	}

	files = left(d.folder)
	for _, name := range []string{"mooring.db.restoring", "mooring.db.restoring-wal", "mooring.key.next"} {
		files = append(files, filepath.Join(d.folder, name))
		if err := os.WriteFile(files[len(files)-1], []byte("half"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	s := start(t, serving...)
	s.until(`^Mooring listens on`)
	gone(files...)
}

// What stood there before a restore is kept to the byte, whoever wrote it.
func TestRestoreKeepsWhatStoodThereToTheByte(t *testing.T) {
	d, _ := begun(t)
	copied := filepath.Join(t.TempDir(), "copy.db")
	if code, _, stderr := program(t, nil, "backup", "--data", d.folder, copied); code != exitOK {
		t.Fatal(stderr)
	}
	file, err := sql.Open("sqlite", d.database())
	if err == nil {
		_, err = file.Exec(`PRAGMA user_version = 99`) // a newer Mooring's
	}
	if err := errors.Join(err, file.Close()); err != nil {
		t.Fatal(err)
	}
	before, err := os.ReadFile(d.database())
	if err != nil {
		t.Fatal(err)
	}
	if code, _, stderr := program(t, nil, "restore", "--data", d.folder, copied); code != exitOK {
		t.Fatal(stderr)
	}
	kept, err := filepath.Glob(strings.NewReplacer("[", `\[`).Replace(d.database()) + ".before-*")
	if err != nil || len(kept) != 1 {
		t.Fatalf("kept are %v %v", kept, err)
	}
	if after, err := os.ReadFile(kept[0]); err != nil || !bytes.Equal(after, before) {
		t.Errorf("it was changed, or can't be read: %v", err)
	}
}

// An empty database beside a key file is a first start only if somebody says so.
func TestAKeyFileWithoutADatabaseIsRefused(t *testing.T) {
	for name, lose := range map[string]func(path string) error{
		"missing": os.Remove,
		"empty":   func(path string) error { return os.Truncate(path, 0) },
		"nothing stored": func(path string) error {
			if err := os.Remove(path); err != nil {
				return err
			}
			file, err := sql.Open("sqlite", path)
			if err == nil {
				_, err = file.Exec(`PRAGMA journal_mode = WAL`)
			}
			return errors.Join(err, file.Close())
		},
	} {
		t.Run(name, func(t *testing.T) {
			d, serving := begun(t)
			if err := lose(d.database()); err != nil {
				t.Fatal(err)
			}
			refusedWith(t, "mooring serve --new", serving...)
			refusedWith(t, "mooring restore", "keys", "rotate", "--data", d.folder)
			if info, err := os.Stat(d.database()); name == "missing" && err == nil {
				t.Errorf("a database of %d bytes was made", info.Size())
			}
			s := start(t, append(serving, "--new")...)
			s.until(`^Mooring listens on`)
			s.until(`/setup/`)
			s.stop()
			s = start(t, serving...)
			s.until(`^Mooring listens on`)
		})
	}
}

// A first start that was cut off between its steps goes on: the database is
// migrated, and there is a key file or none.
func TestAFirstStartThatWasCutOffGoesOn(t *testing.T) {
	for _, made := range []bool{false, true} {
		d := dataFolder{folder: t.TempDir()}
		database, err := db.Open(t.Context(), d.database())
		if err == nil {
			err = database.Close()
		}
		if made {
			err = errors.Join(err, secret.NewRing().CreateFile(d.keys()))
		}
		if err != nil {
			t.Fatal(err)
		}
		for range 2 {
			s := start(t, "serve", "--data", d.folder, "--listen", "127.0.0.1:0")
			s.until(`^Mooring listens on`)
			s.until(`/setup/`)
			s.stop()
		}
	}
}

func TestServeWithAMountedKeyFile(t *testing.T) {
	secretFolder, d := t.TempDir(), dataFolder{folder: t.TempDir()}
	path := filepath.Join(secretFolder, "mooring.key")
	serving := []string{"serve", "--data", d.folder, "--key-file", path, "--listen", "127.0.0.1:0"}
	refusedWith(t, "doesn't create a key file with --key-file-mounted", append(serving, "--key-file-mounted")...)
	real := filepath.Join(secretFolder, "real")
	err := errors.Join(secret.NewRing().CreateFile(real), os.Chmod(real, 0o440), os.Symlink("real", path))
	if err != nil {
		t.Fatal(err)
	}
	refusedWith(t, "--key-file-mounted", append(serving, "--new")...)
	s := start(t, append(serving, "--new", "--key-file-mounted")...)
	s.until(`^Mooring listens on`)
	s.stop()
	if code, _, stderr := program(t, nil, "keys", "rotate", "--data", d.folder, "--key-file", path, "--key-file-mounted"); code != exitUsage || !strings.Contains(stderr, "can't be rotated in its place") {
		t.Errorf("rotating: exit %d, %q", code, stderr)
	}
	if info, err := os.Stat(real); err != nil || info.Mode().Perm() != 0o440 {
		t.Errorf("the Secret was changed: %v %v", info.Mode(), err)
	}
}
