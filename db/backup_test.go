package db_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"mooring/audit"
	"mooring/db/dbtest"
)

func TestBackupOpensAsTheSame(t *testing.T) {
	w := newWorld(t)
	w.link("one", full)
	path := filepath.Join(t.TempDir(), "backup.db")
	before := w.Version()
	w.ok(w.BackupTo(t.Context(), path))
	same(t, "the version", w.Version(), before)
	info, err := os.Stat(path)
	w.ok(err)
	same(t, "the mode", info.Mode().Perm(), 0o600)

	restored := world{open(t, path), t}
	w.ok(restored.Intact(t.Context()))
	same(t, "the rows", dump(t, restored), dump(t, w))
	same(t, "the audit entries", restored.count(`SELECT count(*) FROM audit`), w.count(`SELECT count(*) FROM audit`))
}

func TestBackupOverwritesNothing(t *testing.T) {
	w := newWorld(t)
	path := filepath.Join(t.TempDir(), "precious")
	w.ok(os.WriteFile(path, []byte("precious"), 0o644))
	if err := w.BackupTo(t.Context(), path); !errors.Is(err, os.ErrExist) {
		t.Errorf("got %v", err)
	}
	kept, err := os.ReadFile(path)
	w.ok(err)
	same(t, "the file", string(kept), "precious")
}

func TestFailedBackupLeavesNoFile(t *testing.T) {
	w := newWorld(t)
	path := filepath.Join(t.TempDir(), "backup.db")
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	want(t, w.BackupTo(cancelled, path), context.Canceled)
	if _, err := os.Stat(path); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("got %v", err)
	}
}

// Each write adds a person and an account and an audit entry, so that a
// backup which tears one apart shows.
func TestBackupWhileWriting(t *testing.T) {
	w := newWorld(t)
	folder := t.TempDir()
	stop := make(chan struct{})
	var group sync.WaitGroup
	group.Go(func() {
		for i := 0; ; i++ {
			select {
			case <-stop:
				return
			default:
			}
			p := newPerson(fmt.Sprint("person-", i), fmt.Sprint("club-", i))
			if err := w.Accounts().AddPerson(t.Context(), p, entry(audit.MakeAccount, "counted")); err != nil {
				t.Error(err)
				return
			}
		}
	})
	var backups []string
	for i := range 5 {
		path := filepath.Join(folder, fmt.Sprint("backup-", i))
		if err := w.BackupTo(t.Context(), path); err != nil {
			t.Error(err)
			break
		}
		backups = append(backups, path)
	}
	close(stop)
	group.Wait()
	for _, path := range backups {
		copied := open(t, path)
		if err := copied.Intact(t.Context()); err != nil {
			t.Error(err)
		}
		people := count(t, copied.Writer(), `SELECT count(*) - 2 FROM people`)
		same(t, "the entries", count(t, copied.Writer(), `SELECT count(*) FROM audit WHERE account_id = 'counted'`), people)
		same(t, "the accounts", count(t, copied.Writer(), `SELECT count(*) - 4 FROM accounts`), 2*people)
	}
}

func TestIntactFindsDamage(t *testing.T) {
	t.Run("orphans", func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "mooring.db")
		spoil(`INSERT INTO memberships VALUES ('nobody', 'nothing', 'owner', 0, 0)`)(t, path)
		if err := open(t, path).Intact(t.Context()); err == nil || !strings.Contains(err.Error(), "memberships") {
			t.Errorf("got %v", err)
		}
	})
	t.Run("a word that no list has", func(t *testing.T) {
		w := newWorld(t)
		w.exec(`PRAGMA ignore_check_constraints = 1`)
		w.exec(`UPDATE accounts SET kind = 'club'`)
		w.exec(`PRAGMA ignore_check_constraints = 0`)
		if err := w.Intact(t.Context()); err == nil || !strings.Contains(err.Error(), "accounts") {
			t.Errorf("got %v", err)
		}
	})
	t.Run("overwritten pages", func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "mooring.db")
		d := dbtest.At(t, path)
		world{d, t}.join("ada", "acme")
		if err := d.Close(); err != nil {
			t.Fatal(err)
		}
		file, err := os.OpenFile(path, os.O_WRONLY, 0)
		if err != nil {
			t.Fatal(err)
		}
		_, err = file.WriteAt([]byte(strings.Repeat("damage", 3000)), 5*4096)
		if err := errors.Join(err, file.Close()); err != nil {
			t.Fatal(err)
		}
		if err := open(t, path).Intact(t.Context()); err == nil {
			t.Error("the damage was not found")
		}
	})
}
