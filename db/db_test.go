package db_test

import (
	"context"
	"database/sql"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"mooring/account"
	"mooring/audit"
	"mooring/db"
	"mooring/db/dbtest"
)

func TestFilesArePrivate(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a ?mode=memory#%41.db") // nothing in a name is an option
	d := open(t, path)
	if err := d.Check(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, suffix := range []string{"", "-wal", "-shm"} {
		info, err := os.Stat(path + suffix)
		if err != nil {
			t.Fatal(err)
		}
		same(t, "the mode of database"+suffix, info.Mode().Perm(), 0o600)
	}
}

func TestClosingLeavesOneFile(t *testing.T) {
	folder := t.TempDir()
	d, err := db.Open(t.Context(), filepath.Join(folder, "mooring.db"))
	if err != nil {
		t.Fatal(err)
	}
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	files, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	same(t, "the number of files", len(files), 1)
}

// A PRAGMA that reaches only some connections is the classic mistake with a
// pool, so every connection of both pools is asked, all of them taken at once.
func TestEveryConnectionHasThePragmas(t *testing.T) {
	w := newWorld(t)
	expected := map[string]string{
		"journal_mode": "wal", "synchronous": "2", "foreign_keys": "1", "busy_timeout": "5000",
		"trusted_schema": "0", "cache_size": "-1024", "temp_store": "2",
	}
	for name, pool := range map[string]*sql.DB{"writer": w.Writer(), "readers": w.Readers()} {
		size := pool.Stats().MaxOpenConnections
		if size == 0 {
			t.Fatalf("the pool of %s has no limit", name)
		}
		for range size {
			connection, err := pool.Conn(t.Context())
			w.ok(err)
			defer func() { w.ok(connection.Close()) }()
			for pragma, value := range expected {
				var got string
				w.ok(connection.QueryRowContext(t.Context(), "PRAGMA "+pragma).Scan(&got))
				same(t, name+" "+pragma, got, value)
			}
			if _, err := connection.ExecContext(t.Context(), `SELECT "no such column"`); err == nil {
				t.Errorf("%s takes a misspelt column for a string", name)
			}
			var writable int
			_, err = connection.ExecContext(t.Context(), `PRAGMA writable_schema = 1`)
			w.ok(err)
			w.ok(connection.QueryRowContext(t.Context(), `PRAGMA writable_schema`).Scan(&writable))
			same(t, "the schema of "+name+" being writable", writable, 0)
		}
		same(t, "open connections of "+name, pool.Stats().OpenConnections, size)
	}
	same(t, "the number of writers", w.Writer().Stats().MaxOpenConnections, 1)
}

func TestReadersCannotWrite(t *testing.T) {
	w := newWorld(t)
	_, err := w.Readers().ExecContext(t.Context(), `DELETE FROM accounts`)
	if err == nil || !strings.Contains(err.Error(), "readonly") {
		t.Errorf("got %v, want a refusal", err)
	}
}

func TestOpenAgainKeepsEverything(t *testing.T) {
	path := filepath.Join(t.TempDir(), "mooring.db")
	first := dbtest.At(t, path)
	w := world{first, t}
	w.join("ada", "acme")
	w.ok(first.Close())
	taken, err := open(t, path).Accounts().AccountNameTaken(t.Context(), "acme")
	w.ok(err)
	same(t, "acme being there", taken, true)
}

func TestOpenRefuses(t *testing.T) {
	tests := map[string]struct {
		prepare  func(t *testing.T, path string)
		sentence string
	}{
		"a newer schema":    {spoil(`PRAGMA user_version = 99`), "a newer Mooring wrote it (schema 99, this one knows "},
		"another program's": {spoil(`PRAGMA application_id = 7`), "it belongs to another program"},
		"a stranger's tables": {func(t *testing.T, path string) {
			execIn(t, path, `CREATE TABLE songs (title TEXT)`)
		}, "it belongs to another program"},
		"a text file": {func(t *testing.T, path string) {
			if err := os.WriteFile(path, []byte(strings.Repeat("not a database\n", 100)), 0o600); err != nil {
				t.Fatal(err)
			}
		}, "file is not a database"},
		"a folder": {func(t *testing.T, path string) {
			if err := os.Mkdir(path, 0o700); err != nil {
				t.Fatal(err)
			}
		}, "unable to open database file"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "mooring.db")
			test.prepare(t, path)
			d, err := db.Open(t.Context(), path)
			if err == nil {
				_ = d.Close()
				t.Fatal("it was opened")
			}
			if !strings.Contains(err.Error(), test.sentence) || !strings.Contains(err.Error(), path) {
				t.Errorf("got %q, want the path and %q", err, test.sentence)
			}
		})
	}
}

func spoil(statement string) func(t *testing.T, path string) {
	return func(t *testing.T, path string) {
		d, err := db.Open(t.Context(), path)
		if err != nil {
			t.Fatal(err)
		}
		if err := d.Close(); err != nil {
			t.Fatal(err)
		}
		execIn(t, path, statement)
	}
}

func execIn(t *testing.T, path, statement string) {
	t.Helper()
	connection, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = connection.Close() }()
	if _, err := connection.ExecContext(t.Context(), statement); err != nil {
		t.Fatal(err)
	}
}

// As when an old server still runs while a new one starts on the same file.
func TestMigrationsRunOnceWhoeverIsFirst(t *testing.T) {
	path := filepath.Join(t.TempDir(), "mooring.db")
	execIn(t, path, `PRAGMA journal_mode = WAL`) // an empty file that no migration has seen
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			d, err := db.Open(t.Context(), path)
			if err != nil {
				t.Error(err)
				return
			}
			t.Cleanup(func() { _ = d.Close() })
		})
	}
	group.Wait()
}

func TestOpenInAMissingFolder(t *testing.T) {
	if _, err := db.Open(t.Context(), filepath.Join(t.TempDir(), "nowhere", "mooring.db")); err == nil {
		t.Error("it was opened")
	}
}

func open(t *testing.T, path string) *db.DB {
	t.Helper()
	return dbtest.At(t, path)
}

func TestCheckWritesAndCountsAsNoChange(t *testing.T) {
	w := newWorld(t)
	before := w.Version()
	clock := newHandClock()
	w.SetClock(clock.now)
	w.ok(w.Check(t.Context()))
	clock.pass(5 * time.Second)
	w.ok(w.Check(t.Context()))
	same(t, "the version", w.Version(), before)
	same(t, "the beats", w.count(`SELECT beats FROM heartbeat`), 2)

	w.exec(`CREATE TRIGGER dead BEFORE UPDATE ON heartbeat BEGIN SELECT raise(ABORT, 'disk full'); END`)
	clock.pass(5 * time.Second)
	if w.Check(t.Context()) == nil {
		t.Error("it must fail when the write does")
	}
}

func TestARefusedOrCancelledChangeLeavesNoTrace(t *testing.T) {
	w := newWorld(t)
	before, entries := w.Version(), w.count(`SELECT count(*) FROM audit`)
	want(t, w.Accounts().SetTheme(t.Context(), "person-nobody", account.Dark, entry(audit.ChangeTheme, "")), account.ErrNoSuchAccount)
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	want(t, w.Accounts().SetTheme(cancelled, "person-ada", account.Dark, entry(audit.ChangeTheme, "")), context.Canceled)
	same(t, "the version", w.Version(), before)
	same(t, "the audit entries", w.count(`SELECT count(*) FROM audit`), entries)
	w.ok(w.Check(t.Context())) // the connection is not stuck in a transaction
}
