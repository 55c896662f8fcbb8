package db_test

import (
	"context"
	"path/filepath"
	"testing"
	"time"

	"mooring/audit"
)

// TestWatchHearsOfOtherPrograms has two programs on one file, of which one
// watches.
func TestWatchHearsOfOtherPrograms(t *testing.T) {
	path := filepath.Join(t.TempDir(), "mooring.db")
	server, command := open(t, path), open(t, path)
	ctx, cancel := context.WithCancel(t.Context())
	ticks, ended := make(chan time.Time), make(chan struct{})
	go func() {
		server.Watch(ctx, ticks)
		close(ended)
	}()
	look := func() { // the second is taken only when the first look is over
		ticks <- time.Time{}
		ticks <- time.Time{}
	}
	look()
	before := server.Version()
	if err := command.Accounts().AddPerson(t.Context(), newPerson("ada", "acme"), entry(audit.MakeAccount, "account-acme")); err != nil {
		t.Fatal(err)
	}
	look()
	if server.Version() == before {
		t.Error("what another program changed is not noticed")
	}
	quiet := server.Version()
	look()
	if server.Version() != quiet {
		t.Error("nothing changed, and it is read again")
	}
	if err := server.Accounts().AddPerson(t.Context(), newPerson("eve", "evil"), entry(audit.MakeAccount, "account-evil")); err != nil {
		t.Fatal(err)
	}
	own := server.Version()
	look()
	if server.Version() != own {
		t.Error("its own change counts twice")
	}
	cancel()
	<-ended
}
