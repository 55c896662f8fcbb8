package db_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"mooring/account"
	"mooring/audit"
	"mooring/db"
	"mooring/db/dbtest"
	"mooring/fault"
)

// resultCode is an error as SQLite gives it.
type resultCode int

func (c resultCode) Error() string { return fmt.Sprint("result code ", int(c)) }
func (c resultCode) Code() int     { return int(c) }

func TestEachResultCodeMeansSomething(t *testing.T) {
	for code, want := range map[resultCode]string{
		13:                    "database.full",
		5:                     "database.locked",
		5 | 2<<8:              "database.locked", // SQLITE_BUSY_SNAPSHOT
		6:                     "database.locked",
		15:                    "database.locked", // SQLITE_PROTOCOL
		8:                     "database.read-only",
		8 | 4<<8:              "database.read-only", // SQLITE_READONLY_DBMOVED
		3:                     "database.read-only", // SQLITE_PERM
		10:                    "database.disk",
		10 | 4<<8:             "database.disk",    // SQLITE_IOERR_FSYNC
		10 | 33<<8:            "database.damaged", // SQLITE_IOERR_CORRUPTFS
		14:                    "database.not-opened",
		11:                    "database.damaged",
		11 | 1<<8:             "database.damaged", // SQLITE_CORRUPT_VTAB
		26:                    "database.damaged", // SQLITE_NOTADB
		1:                     "internal",         // SQLITE_ERROR: a mistake of ours
		19 | 8<<8:             "internal",         // SQLITE_CONSTRAINT_UNIQUE
		resultCode(0x7f << 8): "internal",
	} {
		err := db.Understand("/data/mooring.db", fmt.Errorf("read: %w", code))
		f := fault.Of(err)
		if f.Code != want || (f.Kind == fault.Storage) != (want != "internal") {
			t.Errorf("%d is %s (%s), want %s", code, f.Code, f.Kind, want)
		}
		if !errors.Is(err, code) {
			t.Errorf("%d: the cause is lost in %v", code, err)
		}
		if want != "internal" && (!strings.Contains(err.Error(), "/data/mooring.db") || !strings.Contains(err.Error(), "; ") || strings.Contains(f.Sentence, "/data")) {
			t.Errorf("%d: the log says %q, and the page %q", code, err, f.Sentence)
		}
	}
	if err := db.Understand("x", context.Canceled); err != context.Canceled {
		t.Errorf("got %v", err)
	}
}

// fill makes changes until one is refused, and returns why.
func (w world) fill() error {
	w.t.Helper()
	w.ok(w.LimitSize(w.t.Context(), 0))
	for i := range 1000 {
		if err := w.Accounts().SetTheme(w.t.Context(), "person-ada", []account.Theme{account.Dark, account.Light}[i%2], entry(audit.ChangeTheme, "")); err != nil {
			return err
		}
	}
	w.t.Fatal("a full disk took a thousand changes")
	return nil
}

func isTrouble(t *testing.T, err error, code string) {
	t.Helper()
	if f := fault.Of(err); f.Code != code || f.Kind != fault.Storage {
		t.Errorf("got %v, want %s", err, code)
	}
}

func TestAFullDiskIsSaidAndLetsGo(t *testing.T) {
	w := newWorld(t)
	before := w.count(`SELECT count(*) FROM audit`)
	isTrouble(t, w.fill(), "database.full")
	if stored := w.count(`SELECT count(*) FROM audit`); stored < before {
		t.Errorf("%d of %d entries are left", stored, before)
	}
	w.ok(w.LimitSize(t.Context(), -1))
	w.ok(w.Accounts().SetTheme(t.Context(), "person-ada", account.System, entry(audit.ChangeTheme, "")))
}

func TestALockedDatabaseIsSaid(t *testing.T) {
	path := filepath.Join(t.TempDir(), "mooring.db")
	w, other := world{dbtest.At(t, path), t}, dbtest.At(t, path)
	w.join("ada", "acme")
	w.exec(`PRAGMA busy_timeout = 1`)
	tx, err := other.Writer().BeginTx(t.Context(), nil)
	w.ok(err)
	change := func() error {
		return w.Accounts().SetTheme(t.Context(), "person-ada", account.Dark, entry(audit.ChangeTheme, ""))
	}
	isTrouble(t, change(), "database.locked")
	w.ok(tx.Rollback())
	w.ok(change())
}

func TestAReadOnlyDatabaseIsSaid(t *testing.T) {
	w := newWorld(t)
	w.exec(`PRAGMA query_only = 1`)
	isTrouble(t, w.Accounts().SetTheme(t.Context(), "person-ada", account.Dark, entry(audit.ChangeTheme, "")), "database.read-only")
}

// damage overwrites the pages from the given one on.
func damage(t *testing.T, path string, page int64) {
	t.Helper()
	file, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	_, err = file.WriteAt(bytes.Repeat([]byte("damage"), 3000), (page-1)*4096)
	if err := errors.Join(err, file.Close()); err != nil {
		t.Fatal(err)
	}
}

func TestDamageIsSaidWhereverItIsMet(t *testing.T) {
	path := filepath.Join(t.TempDir(), "mooring.db")
	first := world{dbtest.At(t, path), t}
	first.join("ada", "acme")
	page := first.count(`SELECT rootpage FROM sqlite_schema WHERE name = 'accounts'`)
	first.ok(first.Close())
	damage(t, path, int64(page))
	w := world{dbtest.At(t, path), t}
	_, err := w.Accounts().Organization(t.Context(), "account-acme")
	isTrouble(t, err, "database.damaged")
	isTrouble(t, w.Accounts().AddPerson(t.Context(), newPerson("eve", "evil"), entry(audit.MakeAccount, "")), "database.damaged")
	for _, want := range []string{path, "mooring database check", "mooring restore"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%q does not say %q", err, want)
		}
	}
	found, err := db.FindDamage(t.Context(), path)
	if len(found) == 0 {
		t.Errorf("no damage was found: %v", err)
	}
}

func TestWhatIsNoDatabaseIsSaid(t *testing.T) {
	path := filepath.Join(t.TempDir(), "mooring.db")
	if err := os.WriteFile(path, bytes.Repeat([]byte("nonsense"), 1000), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := db.Open(t.Context(), path)
	isTrouble(t, err, "database.damaged")
	_, err = db.OpenToRead(t.Context(), filepath.Join(t.TempDir(), "nowhere.db"))
	isTrouble(t, err, "database.not-opened")
}

func TestASoundDatabaseHasNoDamage(t *testing.T) {
	path := filepath.Join(t.TempDir(), "mooring.db")
	w := world{dbtest.At(t, path), t}
	w.join("ada", "acme")
	found, err := db.FindDamage(t.Context(), path)
	w.ok(err)
	same(t, "the damage", len(found), 0)
}
