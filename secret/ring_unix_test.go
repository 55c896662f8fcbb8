//go:build unix

package secret_test

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"mooring/secret"
)

func modeOf(t testing.TB, path string) os.FileMode {
	t.Helper()
	info, err := os.Lstat(path)
	if err != nil {
		t.Fatal(err)
	}
	return info.Mode()
}

func TestARingFileThatOthersCanTouchIsRefused(t *testing.T) {
	path := ringFile(t)
	create(t, secret.NewRing(), path)
	for _, mode := range []os.FileMode{0o644, 0o604, 0o601, 0o666, 0o777, 0o646} {
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
		_, err := secret.ReadRing(path)
		if err == nil || !strings.Contains(err.Error(), "chmod 600 "+path) {
			t.Errorf("mode %o: got %v, want what to do", mode, err)
		}
	}
	for _, mode := range []os.FileMode{0o600, 0o400} {
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
		if _, err := secret.ReadRing(path); err != nil {
			t.Errorf("mode %o: %v", mode, err)
		}
	}
}

func TestALinkOrAFolderIsNoRingFile(t *testing.T) {
	folder := t.TempDir()
	path := filepath.Join(folder, "real")
	create(t, secret.NewRing(), path)
	link := filepath.Join(folder, "link")
	if err := os.Symlink(path, link); err != nil {
		t.Fatal(err)
	}
	pipe := filepath.Join(folder, "pipe")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, odd := range []string{link, folder, pipe} {
		if _, err := secret.ReadRing(odd); err == nil || !strings.Contains(err.Error(), "not a regular file") {
			t.Errorf("%s: got %v", odd, err)
		}
	}
	if err := secret.NewRing().CreateFile(filepath.Join(folder, "link")); err == nil {
		t.Error("a link was written through")
	}
}

func TestARingFileIsPrivateWhateverTheUmask(t *testing.T) {
	defer syscall.Umask(syscall.Umask(0)) // of the whole process: no test here runs beside another
	path := ringFile(t)
	ring := secret.NewRing()
	create(t, ring, path)
	if mode := modeOf(t, path); mode != 0o600 {
		t.Errorf("created with mode %v", mode)
	}
	if err := os.Chmod(path, 0o644); err != nil {
		t.Fatal(err)
	}
	if err := ring.Rotated().ReplaceFile(path); err != nil {
		t.Fatal(err)
	}
	if mode := modeOf(t, path); mode != 0o600 {
		t.Errorf("replaced with mode %v", mode)
	}
}

func TestReplacingDoesNotWriteThroughALinkLeftBeside(t *testing.T) {
	path := ringFile(t)
	ring := secret.NewRing()
	create(t, ring, path)
	victim := filepath.Join(t.TempDir(), "victim")
	write(t, victim, "untouched")
	if err := os.Symlink(victim, path+".next"); err != nil {
		t.Fatal(err)
	}
	if err := ring.Rotated().ReplaceFile(path); err != nil {
		t.Fatal(err)
	}
	if text, err := os.ReadFile(victim); err != nil || string(text) != "untouched" {
		t.Errorf("the victim holds %q, %v", text, err)
	}
	if mode := modeOf(t, path); !mode.IsRegular() {
		t.Errorf("the ring file became %v", mode)
	}
}

// Volumes of Kubernetes give a group rights on files that are the program's own.
func TestAGroupLosesItsRightsOnOnesOwnRingFile(t *testing.T) {
	path := ringFile(t)
	create(t, secret.NewRing(), path)
	for _, mode := range []os.FileMode{0o640, 0o660, 0o620, 0o670} {
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
		if _, err := secret.ReadRing(path); err != nil {
			t.Errorf("mode %o: %v", mode, err)
		}
		if now := modeOf(t, path); now != 0o600 {
			t.Errorf("mode %o became %o", mode, now)
		}
	}
}

// A Secret of Kubernetes is a link to a link to a file that its group can read.
func TestAMountedRingFileIsReadThroughItsLinksAndNotChanged(t *testing.T) {
	folder := t.TempDir()
	real := filepath.Join(folder, "..2026_11_30", "mooring.key")
	path := filepath.Join(folder, "mooring.key")
	if err := os.Mkdir(filepath.Dir(real), 0o755); err != nil {
		t.Fatal(err)
	}
	create(t, secret.NewRing(), real)
	for link, to := range map[string]string{filepath.Join(folder, "..data"): "..2026_11_30", path: filepath.Join("..data", "mooring.key")} {
		if err := os.Symlink(to, link); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := secret.ReadRing(path); err == nil || !strings.Contains(err.Error(), "--key-file-mounted") {
		t.Errorf("got %v, want which setting it needs", err)
	}
	for mode, good := range map[os.FileMode]bool{0o400: true, 0o440: true, 0o600: true, 0o640: true, 0o644: false, 0o444: false, 0o660: false, 0o777: false} {
		if err := os.Chmod(real, mode); err != nil {
			t.Fatal(err)
		}
		if _, err := secret.ReadMountedRing(path); (err == nil) != good || err != nil && !strings.Contains(err.Error(), "defaultMode 0440") {
			t.Errorf("mode %o: %v", mode, err)
		}
		if now := modeOf(t, real); now != mode {
			t.Errorf("mode %o became %o", mode, now)
		}
	}
}
