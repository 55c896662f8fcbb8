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

// smallDisk is a file system of four megabytes, where the tests run as root.
func smallDisk(t *testing.T) string {
	t.Helper()
	folder := t.TempDir()
	err := syscall.Mount("tmpfs", folder, "tmpfs", 0, "size=4m,mode=0700")
	if errors.Is(err, syscall.EPERM) {
		t.Skip("only root can mount a small disk; ready_test.go has one that is limited by SQLite")
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(folder, syscall.MNT_DETACH); err != nil {
			t.Error(err)
		}
	})
	return folder
}

// TestADiskThatIsReallyFull fills the disk behind the database's back. What was
// acknowledged is there, what was refused is not, and room that is made again is
// used again.
func TestADiskThatIsReallyFull(t *testing.T) {
	folder := smallDisk(t)
	w := world{dbtest.At(t, filepath.Join(folder, "mooring.db")), t}
	w.ok(w.Check(t.Context()))

	filler := filepath.Join(folder, "filler")
	file, err := os.Create(filler)
	w.ok(err)
	block := make([]byte, 4096)
	for err == nil {
		_, err = file.Write(block)
	}
	_ = file.Close()
	if !errors.Is(err, syscall.ENOSPC) {
		t.Fatal(err)
	}

	acknowledged := 0
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

	w.ok(os.Remove(filler))
	w.ok(w.AuditLog().AddEntry(t.Context(), entry(audit.ReadLog, "")))
	same(t, "the entries after there is room", w.count(`SELECT count(*) FROM audit WHERE action = 'log.read'`), acknowledged+1)
}

// TestADiskThatCanOnlyBeRead is remounted under the database.
func TestADiskThatCanOnlyBeRead(t *testing.T) {
	folder := smallDisk(t)
	path := filepath.Join(folder, "mooring.db")
	w := world{dbtest.At(t, path), t}
	w.ok(w.AuditLog().AddEntry(t.Context(), entry(audit.ReadLog, "")))
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mount("", folder, "", syscall.MS_REMOUNT|syscall.MS_RDONLY, ""); err != nil {
		t.Fatal(err)
	}
	_, err := db.Open(t.Context(), path)
	if f := fault.Of(err); err == nil || f.Kind != fault.Storage {
		t.Errorf("got %v", err)
	}
}
