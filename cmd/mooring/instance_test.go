package main

import (
	"path/filepath"
	"strings"
	"testing"
)

// A restored database renews nothing until its operator says that it is the only one.
func TestARestoredDatabaseIsACopyUntilItIsConfirmed(t *testing.T) {
	data, saved := t.TempDir(), filepath.Join(t.TempDir(), "backup.db")
	k := startKillable(t, "serve", "--data", data, "--listen", "127.0.0.1:0")
	confirm := func() string {
		t.Helper()
		code, stdout, stderr := program(t, nil, "database", "confirm", "--data", data)
		if code != 0 {
			t.Fatalf("confirming: exit %d, %s", code, stderr)
		}
		return stdout
	}
	if says := confirm(); !strings.Contains(says, "is no copy") {
		t.Errorf("of the original, confirm says %q", says)
	}
	if code, _, stderr := program(t, nil, "backup", "--data", data, saved); code != 0 {
		t.Fatalf("backing up: exit %d, %s", code, stderr)
	}
	k.kill()
	code, stdout, stderr := program(t, nil, "restore", "--data", data, saved)
	if code != 0 || !strings.Contains(stdout, "mooring database confirm") {
		t.Fatalf("restoring: exit %d, %s%s", code, stdout, stderr)
	}
	startKillable(t, "serve", "--data", data, "--listen", "127.0.0.1:0")
	if says := confirm(); !strings.Contains(says, "Confirmed.") {
		t.Errorf("of a restored one, confirm says %q", says)
	}
	if says := confirm(); !strings.Contains(says, "is no copy") {
		t.Errorf("the second time, confirm says %q", says)
	}
}
