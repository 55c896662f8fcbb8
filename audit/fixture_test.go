package audit_test

import (
	"bytes"
	"context"
	"database/sql"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"mooring/audit"
	"mooring/db"
	"mooring/db/dbtest"
)

var morning = time.Date(2026, 11, 22, 9, 14, 3, 250e6, time.UTC)

func ok(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func same[T comparable](t testing.TB, what string, got, want T) {
	t.Helper()
	if got != want {
		t.Errorf("%s is %v, want %v", what, got, want)
	}
}

// clock is a clock that stands until a test moves it.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// trail is a log on a real database.
type trail struct {
	*audit.Log
	db    *db.DB
	path  string
	clock *clock
	said  *bytes.Buffer // of the program's log
	t     testing.TB
}

func trailAt(t testing.TB, path string, change ...func(*audit.LogConfig)) *trail {
	t.Helper()
	r := &trail{db: dbtest.At(t, path), path: path, clock: &clock{now: morning}, said: &bytes.Buffer{}, t: t}
	config := audit.LogConfig{Store: r.db.AuditLog(), Notary: dbtest.Notary(), Now: r.clock.Now, Log: slog.New(slog.NewTextHandler(r.said, nil))}
	for _, c := range change {
		c(&config)
	}
	r.Log = audit.NewLog(config)
	return r
}

func newTrail(t testing.TB, change ...func(*audit.LogConfig)) *trail {
	t.Helper()
	return trailAt(t, filepath.Join(t.TempDir(), "mooring.db"), change...)
}

// full is an entry in which every field says something.
func full(n int) audit.Entry {
	return audit.Entry{
		At:     morning.Add(time.Duration(n) * time.Minute),
		Actor:  audit.Actor{PersonID: "person-ada", Name: "ada@example.com", KeyID: "key-1", Address: "192.0.2.1", RequestID: fmt.Sprint("request-", n)},
		Action: audit.EditCredential, AccountID: "account-acme", CredentialID: fmt.Sprint("credential-", n%3), Result: audit.Done, Detail: "Ümläut <b>",
		Changes: []audit.Change{{Field: "Label", Before: "one", After: "two"}, {Field: "Directory", Before: "", After: "contoso"}},
	}
}

// write adds n full entries.
func (r *trail) write(n int) {
	r.t.Helper()
	head, _, err := r.Store.Head(context.Background())
	ok(r.t, err)
	for i := range n {
		ok(r.t, r.Store.AddEntry(context.Background(), full(int(head.Number)+i+1)))
	}
}

func (r *trail) checkpoint() {
	r.t.Helper()
	ok(r.t, r.Checkpoint(context.Background()))
}

func (r *trail) verify(sent ...audit.Checkpoint) audit.Verdict {
	r.t.Helper()
	verdict, err := audit.Verify(context.Background(), r.Store, dbtest.Notary(), sent)
	ok(r.t, err)
	return verdict
}

func (r *trail) export() string {
	r.t.Helper()
	var out strings.Builder
	ok(r.t, r.Export(context.Background(), ada, audit.Filter{}, audit.JSONLines, &out))
	return out.String()
}

var ada = audit.Actor{PersonID: "person-ada", Name: "ada@example.com", Address: "192.0.2.1"}

func verifyText(t testing.TB, export string) audit.Verdict {
	t.Helper()
	verdict, err := audit.VerifyExport(strings.NewReader(export), audit.Trusted{Keys: dbtest.Notary().PublicKeys()}, nil)
	ok(t, err)
	return verdict
}

// sound fails unless nothing is wrong.
func sound(t testing.TB, v audit.Verdict) {
	t.Helper()
	if !v.Sound || v.Broken != nil {
		t.Fatalf("it is not sound: %+v", v.Broken)
	}
}

// template is the file of a log of 12 entries with a checkpoint after each 4.
var template = sync.OnceValues(func() ([]byte, error) {
	folder, err := os.MkdirTemp("", "mooring-audit-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(folder)
	d, err := db.Open(context.Background(), filepath.Join(folder, "mooring.db"))
	if err != nil {
		return nil, err
	}
	defer d.Close()
	if err := d.BeginAuditLog(context.Background(), dbtest.Notary()); err != nil {
		return nil, err
	}
	for i := range 12 {
		if err := d.AuditLog().AddEntry(context.Background(), full(i+1)); err != nil {
			return nil, err
		}
		if i%4 == 3 {
			if _, _, err := d.AuditLog().MakeCheckpoint(context.Background(), morning.Add(time.Duration(i)*time.Hour)); err != nil {
				return nil, err
			}
		}
	}
	copied := filepath.Join(folder, "copy.db")
	if err := d.BackupTo(context.Background(), copied); err != nil {
		return nil, err
	}
	return os.ReadFile(copied)
})

// fromTemplate is a file of its own with that log.
func fromTemplate(t testing.TB) string {
	t.Helper()
	content, err := template()
	ok(t, err)
	path := filepath.Join(t.TempDir(), "mooring.db")
	ok(t, os.WriteFile(path, content, 0o600))
	return path
}

// tamper changes the file as somebody does who has it and no keys: triggers
// are no obstacle.
func tamper(t testing.TB, path string, statements ...string) {
	t.Helper()
	file, err := sql.Open("sqlite", path)
	ok(t, err)
	defer func() { ok(t, file.Close()) }()
	file.SetMaxOpenConns(1)
	rows, err := file.Query(`SELECT name FROM sqlite_schema WHERE type = 'trigger' AND tbl_name LIKE 'audit%'`)
	ok(t, err)
	var triggers []string
	for rows.Next() {
		var name string
		ok(t, rows.Scan(&name))
		triggers = append(triggers, "DROP TRIGGER "+name)
	}
	ok(t, rows.Err())
	ok(t, rows.Close())
	for _, statement := range append(append(triggers, `PRAGMA ignore_check_constraints = 1`), statements...) {
		if _, err := file.Exec(statement); err != nil {
			t.Fatalf("%s: %v", statement, err)
		}
	}
}

// verifyFile verifies as the command does.
func verifyFile(t testing.TB, path string, sent ...audit.Checkpoint) audit.Verdict {
	t.Helper()
	d, err := db.OpenToRead(context.Background(), path)
	ok(t, err)
	defer func() { ok(t, d.Close()) }()
	verdict, err := audit.Verify(context.Background(), d.AuditLog(), dbtest.Notary(), sent)
	ok(t, err)
	return verdict
}
