package main

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"mooring/audit"
)

// TestAKillLeavesNoChangeWithoutItsEntry kills the server at random moments
// while it changes things as fast as it can, and compares what is stored with
// what the audit log tells.
func TestAKillLeavesNoChangeWithoutItsEntry(t *testing.T) {
	t.Parallel()
	d := dataFolder{folder: filepath.Join(t.TempDir(), "data")}
	sent := filepath.Join(t.TempDir(), "checkpoints")
	serving := []string{"serve", "--data", d.folder, "--listen", "127.0.0.1:0", "--audit-checkpoints", sent}
	client := browserOf(t)
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	w := &changer{client: client}
	for round := range 4 {
		k := startKillable(t, serving...)
		if round == 0 {
			post(t, client, k.setUp, url.Values{"email": {"ada@example.com"}, "name": {"Ada 0"}, "password": {"a long enough password"}, "organization": {"harbor"}})
		} else { // at another port, where the browser has other cookies
			post(t, client, k.address+"/login", url.Values{"email": {"ada@example.com"}, "password": {"a long enough password"}})
		}
		begun, ended := w.start(k.address)
		<-begun
		after := time.Duration(rand.IntN(400)) * time.Millisecond
		<-time.After(after) // the moment of the kill is what the test is about
		k.kill()
		ended()
		t.Logf("killed after %v, with %d names, %d descriptions and %d invitations", after, w.names.Load(), w.descriptions.Load(), w.invitations.Load())
		w.compare(t, d)
	}
	if w.names.Load() < 4 || w.descriptions.Load() < 4 {
		t.Errorf("there was hardly any load: %d names, %d descriptions", w.names.Load(), w.descriptions.Load())
	}
	s := start(t, serving...) // perhaps the first that lives long enough to send anything
	s.until(`^Mooring listens on`)
	waitUntil(t, "a checkpoint", func() bool {
		lines, err := os.ReadFile(sent)
		return err == nil && bytes.Contains(lines, []byte("\n"))
	})
	s.stop()
	code, stdout, stderr := program(t, nil, "audit", "verify", "--data", d.folder, "--checkpoints", sent)
	if code != exitOK || !strings.HasPrefix(stdout, "The audit log is sound: entries 1 to ") {
		t.Errorf("verify: exit %d, %s%s", code, stdout, stderr)
	}
}

// changer changes things, each kind one after the other, and counts what the
// server said it did.
type changer struct {
	client                           *http.Client
	names, descriptions, invitations atomic.Int64
	tried                            [2]int // numbers of names and descriptions, said or not
}

// start begins. A name and a description were changed when begun is closed, and
// wait waits for the end that a kill brings.
func (w *changer) start(address string) (begun <-chan struct{}, wait func()) {
	var group, first sync.WaitGroup
	first.Add(2)
	named, described := sync.OnceFunc(first.Done), sync.OnceFunc(first.Done)
	group.Go(func() {
		defer named() // a server that dies at once must not hang the test
		for {
			w.tried[0]++
			form := url.Values{"name": {fmt.Sprint("Ada ", w.tried[0])}, "theme": {"system"}, "time_zone": {"UTC"}}
			if !w.ask(address+"/settings", form) {
				return
			}
			w.names.Store(int64(w.tried[0]))
			named()
		}
	})
	group.Go(func() {
		defer described()
		for {
			w.tried[1]++
			form := url.Values{"name": {"harbor"}, "description": {fmt.Sprint("No. ", w.tried[1])}}
			if !w.ask(address+"/accounts/harbor/general", form) {
				return
			}
			w.descriptions.Store(int64(w.tried[1]))
			described()
		}
	})
	group.Go(func() {
		for range 20 { // there may be 100
			if !w.ask(address+"/accounts/harbor/invitations", url.Values{"role": {"member"}}) {
				return
			}
			w.invitations.Add(1)
		}
	})
	both := make(chan struct{})
	go func() {
		first.Wait()
		close(both)
	}()
	return both, group.Wait
}

// ask reports whether the server did it.
func (w *changer) ask(address string, form url.Values) bool {
	answer, err := w.client.PostForm(address, form)
	if err != nil {
		return false
	}
	_ = answer.Body.Close()
	return answer.StatusCode < http.StatusBadRequest
}

// compare follows each value through the log. An entry begins with what the
// one before it ended with, so that neither a change nor an entry can be
// missing between them, and the last one ends with what is stored.
func (w *changer) compare(t *testing.T, d dataFolder) {
	t.Helper()
	database, _, _, err := d.open(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer database.Close()
	told, invited := map[string]string{"Name": "Ada 0"}, 0
	for after := int64(0); ; {
		entries, err := database.AuditLog().EntriesAfter(t.Context(), after, 500)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range entries {
			if after++; e.Action == audit.Invite {
				invited++
			}
			if e.Action != audit.ChangeProfile && e.Action != audit.ChangeAccount {
				continue
			}
			for _, c := range e.Changes {
				if _, followed := told[c.Field]; (followed || c.Field == "Description") && c.Before != told[c.Field] {
					t.Errorf("entry %d says that %s was %q, and the one before it says %q", e.Number, c.Field, c.Before, told[c.Field])
				}
				told[c.Field] = c.After
			}
		}
		if len(entries) < 500 {
			break
		}
	}
	person, _, err := database.Accounts().PasswordOf(t.Context(), "ada@example.com")
	if err != nil {
		t.Fatal(err)
	}
	harbor := person.DefaultAccountID
	account, err := database.Accounts().Organization(t.Context(), harbor)
	if err != nil {
		t.Fatal(err)
	}
	invitations, err := database.Accounts().Invitations(t.Context(), harbor, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	if person.Name != told["Name"] || account.Description != told["Description"] || len(invitations) != invited {
		t.Errorf("stored are %q, %q and %d invitations, and the log tells of %q, %q and %d",
			person.Name, account.Description, len(invitations), told["Name"], told["Description"], invited)
	}
	for what, said := range map[string]int64{person.Name: w.names.Load(), account.Description: w.descriptions.Load(), fmt.Sprint(" ", invited): w.invitations.Load()} {
		_, number, _ := strings.Cut(what, " ")
		if stored, err := strconv.ParseInt(number, 10, 64); said > 0 && (err != nil || stored < said) {
			t.Errorf("the server said that it did number %d, and stored is %q", said, what)
		}
	}
}
