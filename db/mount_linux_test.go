package db_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"mooring/audit"
	"mooring/db"
	"mooring/db/dbtest"
	"mooring/fault"
)

// smallDisk is a file system of four megabytes. Only root can mount one: mounted is
// false for others, who get a folder of the usual disk.
func smallDisk(t *testing.T) (folder string, mounted bool) {
	t.Helper()
	folder = t.TempDir()
	err := syscall.Mount("tmpfs", folder, "tmpfs", 0, "size=4m,mode=0700")
	if errors.Is(err, syscall.EPERM) {
		return folder, false
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(folder, syscall.MNT_DETACH); err != nil {
			t.Error(err)
		}
	})
	return folder, true
}

// fillDisk takes all room from the database, and gives what makes room again: a file
// beside it on a small disk, or the limit of SQLite on another.
func (w world) fillDisk(folder string, mounted bool) (makeRoom func()) {
	w.t.Helper()
	if !mounted {
		w.ok(w.LimitSize(w.t.Context(), 0))
		return func() { w.ok(w.LimitSize(w.t.Context(), -1)) }
	}
	filler := filepath.Join(folder, "filler")
	file, err := os.Create(filler)
	w.ok(err)
	block := make([]byte, 4096)
	for err == nil {
		_, err = file.Write(block)
	}
	_ = file.Close()
	if !errors.Is(err, syscall.ENOSPC) {
		w.t.Fatal(err)
	}
	return func() { w.ok(os.Remove(filler)) }
}

// TestADiskThatIsReallyFull fills the disk behind the database's back. What was
// acknowledged is there, what was refused is not, and room that is made again is
// used again.
func TestADiskThatIsReallyFull(t *testing.T) {
	folder, mounted := smallDisk(t)
	w := world{dbtest.At(t, filepath.Join(folder, "mooring.db")), t}
	w.ok(w.Check(t.Context()))
	makeRoom := w.fillDisk(folder, mounted)

	acknowledged := 0
	var err error
	for range 200 {
		e := entry(audit.ReadLog, "")
		e.Detail = strings.Repeat("x", 1000)
		if err = w.AuditLog().AddEntry(t.Context(), e); err != nil {
			break
		}
		acknowledged++
	}
	if f := fault.Of(err); err == nil || f.Kind != fault.Storage || f.Code != "database.full" && f.Code != "database.disk" {
		t.Fatalf("after %d entries: %v", acknowledged, err)
	}
	if err := w.Check(t.Context()); err == nil {
		t.Error("it is ready with a full disk")
	}
	same(t, "the entries", w.count(`SELECT count(*) FROM audit WHERE action = 'log.read'`), acknowledged)

	makeRoom()
	w.ok(w.AuditLog().AddEntry(t.Context(), entry(audit.ReadLog, "")))
	same(t, "the entries after there is room", w.count(`SELECT count(*) FROM audit WHERE action = 'log.read'`), acknowledged+1)
}

// TestADiskThatCanOnlyBeRead is remounted under the database, or loses the right to
// write.
func TestADiskThatCanOnlyBeRead(t *testing.T) {
	folder, mounted := smallDisk(t)
	path := filepath.Join(folder, "mooring.db")
	w := world{dbtest.At(t, path), t}
	w.ok(w.AuditLog().AddEntry(t.Context(), entry(audit.ReadLog, "")))
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if mounted {
		w.ok(syscall.Mount("", folder, "", syscall.MS_REMOUNT|syscall.MS_RDONLY, ""))
	} else {
		w.ok(os.Chmod(path, 0o400))
		w.ok(os.Chmod(folder, 0o500))
		t.Cleanup(func() { w.ok(os.Chmod(folder, 0o700)) })
	}
	_, err := db.Open(t.Context(), path)
	if f := fault.Of(err); err == nil || f.Kind != fault.Storage {
		t.Errorf("got %v", err)
	}
}
