package db_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"

	"mooring/audit"
	"mooring/db"
	"mooring/db/dbtest"
)

// Each write adds a person. The file is taken away while they go on. Every one
// that was acknowledged is in the file that was there until then, and none is
// acknowledged that began afterwards.
func TestNothingIsAcknowledgedInAFileThatIsGone(t *testing.T) {
	for name, take := range map[string]func(t *testing.T, folder string) (kept string){
		"the folder was moved": func(t *testing.T, folder string) string {
			must(t, os.Rename(folder, folder+".moved"))
			return filepath.Join(folder+".moved", "mooring.db")
		},
		"the file was moved": func(t *testing.T, folder string) string {
			for _, ending := range []string{"-shm", "-wal", ""} {
				must(t, os.Rename(filepath.Join(folder, "mooring.db"+ending), filepath.Join(folder, "moved.db"+ending)))
			}
			return filepath.Join(folder, "moved.db")
		},
		"another file took its place": func(t *testing.T, folder string) string {
			kept := filepath.Join(folder, "kept.db")
			must(t, os.Link(filepath.Join(folder, "mooring.db"), kept))
			other := filepath.Join(t.TempDir(), "other.db")
			must(t, dbtest.At(t, other).BackupTo(t.Context(), other+".copy"))
			must(t, os.Rename(other+".copy", filepath.Join(folder, "mooring.db")))
			must(t, os.Rename(filepath.Join(folder, "mooring.db-wal"), kept+"-wal"))
			return kept
		},
		"the file was removed": func(t *testing.T, folder string) string {
			kept := filepath.Join(folder, "kept.db")
			must(t, os.Link(filepath.Join(folder, "mooring.db"), kept))
			must(t, os.Link(filepath.Join(folder, "mooring.db-wal"), kept+"-wal"))
			must(t, os.Remove(filepath.Join(folder, "mooring.db")))
			return kept
		},
		"its log was removed": func(t *testing.T, folder string) string {
			kept := filepath.Join(folder, "kept.db")
			must(t, os.Link(filepath.Join(folder, "mooring.db"), kept))
			must(t, os.Rename(filepath.Join(folder, "mooring.db-wal"), kept+"-wal"))
			return kept
		},
	} {
		t.Run(name, func(t *testing.T) {
			folder := filepath.Join(t.TempDir(), "data")
			must(t, os.Mkdir(folder, 0o700))
			w := world{dbtest.At(t, filepath.Join(folder, "mooring.db")), t}
			var acknowledged atomic.Int64
			refused := make(chan error)
			go func() {
				for i := range 3000 {
					p := newPerson(fmt.Sprint("person-", i), fmt.Sprint("club-", i))
					if err := w.Accounts().AddPerson(t.Context(), p, entry(audit.MakeAccount, "counted")); err != nil {
						refused <- err
						return
					}
					acknowledged.Add(1)
				}
				refused <- nil
			}()
			for acknowledged.Load() < 20 {
			}
			kept := take(t, folder)
			after := acknowledged.Load() + 1 // one may have been looked at a moment before
			isTrouble(t, <-refused, "database.moved")
			if more := acknowledged.Load() - after; more > 0 {
				t.Errorf("%d writes were acknowledged later", more)
			}
			isTrouble(t, w.Check(t.Context()), "database.moved")
			isTrouble(t, w.Accounts().AddPerson(t.Context(), newPerson("late", "late"), entry(audit.MakeAccount, "counted")), "database.moved")
			<-w.Moved()
			if err := w.Close(); err != nil {
				t.Error(err)
			}
			copied := open(t, copyOf(t, kept))
			if stored := count(t, copied.Writer(), `SELECT count(*) FROM people`); int64(stored) < acknowledged.Load() {
				t.Errorf("%d were acknowledged, and %d are stored", acknowledged.Load(), stored)
			}
		})
	}
}

// copyOf copies a database with its log, as a kill would leave them.
func copyOf(t *testing.T, path string) string {
	t.Helper()
	to := filepath.Join(t.TempDir(), "copied.db")
	for _, ending := range []string{"", "-wal"} {
		text, err := os.ReadFile(path + ending)
		must(t, errors.Join(err, os.WriteFile(to+ending, text, 0o600)))
	}
	return to
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// A backup, a command beside the server, and connections that break off are no
// reason to stop.
func TestWhatOthersDoWithTheFileIsNoMove(t *testing.T) {
	path := filepath.Join(t.TempDir(), "mooring.db")
	w := world{dbtest.At(t, path), t}
	w.join("ada", "acme")
	for i := range 3 {
		w.ok(db.Backup(t.Context(), path, filepath.Join(t.TempDir(), "copy.db")))
		other, err := db.Open(t.Context(), path)
		w.ok(err)
		w.ok(other.ContinueAuditLog(t.Context(), dbtest.Notary()))
		w.ok(other.Accounts().AddPerson(t.Context(), newPerson(fmt.Sprint("p", i), fmt.Sprint("o", i)), entry(audit.MakeAccount, "")))
		w.ok(other.Close())
		w.Readers().SetMaxIdleConns(0) // as if all of them had broken off
		w.Writer().SetMaxIdleConns(0)
		w.ok(w.Accounts().AddPerson(t.Context(), newPerson(fmt.Sprint("q", i), fmt.Sprint("r", i)), entry(audit.MakeAccount, "")))
	}
	w.ok(w.Check(t.Context()))
}
