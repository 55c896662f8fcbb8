package db_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
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

// sound fails unless the whole log fits together.
func (w world) sound() audit.Verdict {
	w.t.Helper()
	verdict, err := audit.Verify(context.Background(), w.AuditLog(), dbtest.Notary(), nil)
	w.ok(err)
	if !verdict.Sound {
		w.t.Fatalf("the log is not sound: %+v", verdict.Broken)
	}
	return verdict
}

func TestEveryChangeGrowsTheChain(t *testing.T) {
	w := newWorld(t)
	w.link("one")
	same(t, "the entries", w.sound().Entries, int64(w.count(`SELECT count(*) FROM audit`)))
}

func TestWithoutANotaryNothingThatHasAnEntryIsWritten(t *testing.T) {
	d := dbtest.Bare(t, filepath.Join(t.TempDir(), "mooring.db"))
	err := d.Accounts().AddPerson(t.Context(), newPerson("ada", "acme"), entry(audit.MakeAccount, ""))
	if err == nil || !strings.Contains(err.Error(), "no notary") {
		t.Errorf("got %v", err)
	}
	for _, table := range []string{"people", "audit"} {
		same(t, "the rows of "+table, count(t, d.Writer(), `SELECT count(*) FROM `+table), 0)
	}
	if err := d.ContinueAuditLog(t.Context(), dbtest.Notary()); err != nil { // of a log that was never begun
		t.Fatal(err)
	}
	if d.AuditLog().AddEntry(t.Context(), entry(audit.SignIn, "")) == nil {
		t.Error("an entry was written into a log without a head")
	}
}

func TestAChangeMayHaveSeveralEntries(t *testing.T) {
	w := newWorld(t)
	before := w.sound().Entries
	theme := func(tx *sql.Tx) error {
		_, err := tx.ExecContext(t.Context(), `UPDATE people SET theme = 'dark'`)
		return err
	}
	w.ok(w.WriteAll(t.Context(), []audit.Entry{entry("test.one", "x"), entry("test.two", "x")}, theme))
	same(t, "the entries", w.sound().Entries, before+2)
	w.exec(`CREATE TRIGGER deaf BEFORE INSERT ON audit WHEN new.action = 'test.four' BEGIN SELECT raise(ABORT, 'no room'); END`)
	err := w.WriteAll(t.Context(), []audit.Entry{entry("test.three", "x"), entry("test.four", "x")}, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(t.Context(), `UPDATE people SET theme = 'light'`)
		return err
	})
	if err == nil || !strings.Contains(err.Error(), "no room") {
		t.Errorf("got %v", err)
	}
	same(t, "the entries after a refusal", w.sound().Entries, before+2)
	same(t, "the people with the new theme", w.count(`SELECT count(*) FROM people WHERE theme = 'light'`), 0)
}

// Whatever part of an entry cannot be stored, the change is not made.
func TestWithoutItsPlaceInTheChainNothingIsDone(t *testing.T) {
	for name, trigger := range map[string]string{
		"the entry": `CREATE TRIGGER deaf BEFORE INSERT ON audit BEGIN SELECT raise(ABORT, 'no room'); END`,
		"the head":  `CREATE TRIGGER deaf BEFORE UPDATE ON audit_head BEGIN SELECT raise(ABORT, 'no room'); END`,
		"a forged head": `UPDATE audit_head SET number = number - 1,
			digest = (SELECT digest FROM audit WHERE id = number - 1), mark = (SELECT mark FROM audit WHERE id = number - 1)`,
		"an end that was cut off, with a forged head": `DROP TRIGGER audit_never_shrinks;
			DELETE FROM audit WHERE id = (SELECT max(id) FROM audit);
			UPDATE audit_head SET number = number - 1, digest = (SELECT digest FROM audit ORDER BY id DESC LIMIT 1), mark = (SELECT mark FROM audit ORDER BY id DESC LIMIT 1)`,
		"no head":        `DELETE FROM audit_head`,
		"a foreign end":  `INSERT INTO audit SELECT id + 1, at, actor_id, actor_name, actor_address, request_id, action, account_id, credential_id, result, detail, actor_key, changes, digest, mark FROM audit ORDER BY id DESC LIMIT 1`,
		"the chain flag": `CREATE TRIGGER deaf AFTER INSERT ON audit BEGIN SELECT raise(ABORT, 'too late'); END`,
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.exec(trigger)
			if err := w.Accounts().SetTheme(t.Context(), "person-ada", account.Dark, entry(audit.ChangeTheme, "")); err == nil {
				t.Error("it was done")
			}
			same(t, "the people with the new theme", w.count(`SELECT count(*) FROM people WHERE theme = 'dark'`), 0)
		})
	}
}

func TestEntriesOfManyProgramsAreOneChain(t *testing.T) {
	path := filepath.Join(t.TempDir(), "mooring.db")
	openings := []*db.DB{open(t, path), open(t, path), open(t, path)}
	var group sync.WaitGroup
	for i, d := range openings {
		group.Go(func() {
			for n := range 20 {
				if err := d.AuditLog().AddEntry(context.Background(), entry(audit.SignIn, fmt.Sprint(i, n))); err != nil {
					t.Error(err)
				}
				if n%7 == 0 {
					if _, _, err := d.AuditLog().MakeCheckpoint(context.Background(), morning); err != nil {
						t.Error(err)
					}
				}
			}
		})
	}
	group.Wait()
	v := world{openings[0], t}.sound()
	same(t, "the entries", v.Entries, 60)
}

func TestEntriesFromBeforeTheChainArePutIntoIt(t *testing.T) {
	rows := []string{}
	for i := range 2500 {
		rows = append(rows, fmt.Sprintf(`INSERT INTO audit (at, actor_id, actor_name, actor_address, request_id, action, account_id, credential_id, result, detail)
			VALUES (%d, 'person-ada', 'ada@example.com', '', '', 'site.set-up', 'a', '', 'done', CAST(x'68616c66ff' AS TEXT))`, i))
	}
	path := oldDatabase(t, 1)
	old, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	tx, err := old.Begin()
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range rows {
		if _, err := tx.Exec(row); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(tx.Commit(), old.Close()); err != nil {
		t.Fatal(err)
	}
	d := dbtest.Bare(t, path)
	w := world{d, t}
	same(t, "being from before the chain", d.BeforeChain(), true)
	if err := d.AuditLog().AddEntry(t.Context(), entry(audit.SignIn, "")); err == nil {
		t.Error("an entry was written before the chain began")
	}
	if err := d.ContinueAuditLog(t.Context(), dbtest.Notary()); err == nil {
		t.Error("a log that was never begun goes on")
	}

	w.exec(`CREATE TABLE audit_sinks (in_the_way INTEGER)`)
	if err := d.BeginAuditLog(t.Context(), dbtest.Notary()); err == nil {
		t.Fatal("it was not cut off")
	}
	same(t, "the schema that is left", w.count(`SELECT user_version FROM pragma_user_version`), 1)
	w.exec(`DROP TABLE audit_sinks`)
	w.ok(d.BeginAuditLog(t.Context(), dbtest.Notary()))
	same(t, "being from before the chain", d.BeforeChain(), false)
	w.ok(d.BeginAuditLog(t.Context(), dbtest.Notary())) // does nothing
	v := w.sound()
	same(t, "the entries", v.Entries, 2500)
	found, err := d.Audit(t.Context(), "a", 1)
	w.ok(err)
	same(t, "the mended text", found[0].Detail, "half\uFFFD")
	w.ok(d.AuditLog().AddEntry(t.Context(), entry(audit.SignIn, "")))
	w.sound()
	if _, err := w.Writer().ExecContext(t.Context(), `UPDATE audit SET digest = x''`); err == nil {
		t.Error("an entry left the chain again")
	}
	w.exec(`UPDATE audit_head SET number = number - 1`) // nobody gets a new head by beginning again
	w.ok(d.BeginAuditLog(t.Context(), dbtest.Notary()))
	if verdict, err := audit.Verify(t.Context(), d.AuditLog(), dbtest.Notary(), nil); err != nil || verdict.Sound {
		t.Errorf("got %+v, %v", verdict, err)
	}
	w.exec(`DELETE FROM audit_head`)
	w.exec(`DROP TRIGGER audit_never_changes`)
	w.exec(`UPDATE audit SET digest = x'', mark = x'', detail = 'nothing happened'`)
	w.ok(d.BeginAuditLog(t.Context(), dbtest.Notary()))
	same(t, "the entries that got digests again", w.count(`SELECT count(*) FROM audit WHERE digest <> x''`), 0)
}

func TestTheLogOnlyGrows(t *testing.T) {
	w := newWorld(t)
	_, _, err := w.AuditLog().MakeCheckpoint(t.Context(), morning)
	w.ok(err)
	head, _, err := w.AuditLog().Head(t.Context())
	w.ok(err)
	entries, err := w.AuditLog().EntriesAfter(t.Context(), 0, 2)
	w.ok(err)
	seal := dbtest.Notary().Segment(audit.Segment{First: 1, Last: 2, Before: make([]byte, 32), Digest: entries[1].Digest, SealedAt: morning})
	w.ok(w.AuditLog().Seal(t.Context(), seal, entry(audit.SealLog, "")))
	for _, statement := range []string{
		`UPDATE audit SET detail = 'nothing happened' WHERE id = 4`,
		`UPDATE audit SET detail = 'nothing happened' WHERE id = 1`,
		`DELETE FROM audit WHERE id = 3`,
		`INSERT INTO audit (id, at, actor_id, actor_name, actor_address, request_id, action, account_id, credential_id, result, detail)
			VALUES (99, 1, '', '', '', '', 'x', '', '', 'done', '')`,
		`UPDATE audit_checkpoints SET entry = 1`,
		`DELETE FROM audit_checkpoints`,
		`UPDATE audit_segments SET last_entry = 3`,
		`DELETE FROM audit_segments`,
	} {
		if _, err := w.Writer().ExecContext(t.Context(), statement); err == nil || !strings.Contains(err.Error(), "audit log") {
			t.Errorf("%s: got %v", statement, err)
		}
	}
	for more := true; more; {
		more, err = w.AuditLog().DropSealed(t.Context(), 1)
		w.ok(err)
	}
	v := w.sound()
	same(t, "the first that is left", v.First, 3)
	same(t, "the last", v.Last, head.Number+1)
}

func TestOldVerificationsGoAndTheLatestStay(t *testing.T) {
	w := newWorld(t)
	w.link("busy")
	w.link("idle")
	w.link("none")
	insert := func(credential string, n int, every time.Duration) {
		w.exec(`WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?2)
			INSERT INTO verifications (id, credential_id, version, triggered_by, started_at, finished_at, outcome, abandoned)
			SELECT ?1 || i, 'credential-' || ?1, 1, 'schedule', ?3 - i * ?4, 1, 'passed', 0 FROM n`,
			credential, n, morning.UnixMilli(), every.Milliseconds())
	}
	insert("busy", 1300, time.Hour)
	insert("idle", 60, 24*time.Hour)
	w.exec(`INSERT INTO verification_results SELECT id, 1, 'sign-in', 'ok', '', '', '', '', 1, 1 FROM verifications`)
	before := morning.Add(-100 * time.Hour)
	turns := 0
	for next := int64(0); ; turns++ {
		var err error
		next, err = w.AuditLog().DropVerifications(t.Context(), before, 50, next, 2)
		w.ok(err)
		if next == 0 {
			break
		}
	}
	same(t, "the turns", turns, 2)
	same(t, "those of the busy one", w.count(`SELECT count(*) FROM verifications WHERE credential_id = 'credential-busy'`), 100) // from the time that is kept
	same(t, "those of the idle one", w.count(`SELECT count(*) FROM verifications WHERE credential_id = 'credential-idle'`), 50)
	same(t, "the oldest of the idle one", w.count(`SELECT min(started_at) = ? FROM verifications WHERE credential_id = 'credential-idle'`,
		morning.Add(-50*24*time.Hour).UnixMilli()), 1)
	same(t, "the results", w.count(`SELECT count(*) FROM verification_results`), 150)
}

func TestOpenToReadChangesNothing(t *testing.T) {
	path := filepath.Join(t.TempDir(), "mooring.db")
	if _, err := db.OpenToRead(t.Context(), path); err == nil {
		t.Error("a database that is not there was opened")
	}
	w := world{dbtest.At(t, path), t} // and stays open, as in a server
	w.join("ada", "acme")
	d, err := db.OpenToRead(t.Context(), path)
	w.ok(err)
	defer func() { w.ok(d.Close()) }()
	w.ok(d.ContinueAuditLog(t.Context(), dbtest.Notary()))
	world{d, t}.sound()
	if err := d.AuditLog().AddEntry(t.Context(), entry(audit.SignIn, "")); err == nil || !strings.Contains(err.Error(), "readonly") {
		t.Errorf("got %v", err)
	}
	execIn(t, path, `PRAGMA user_version = 3`)
	if _, err := db.OpenToRead(t.Context(), path); err == nil || !strings.Contains(err.Error(), "start this one once") {
		t.Errorf("got %v", err)
	}
	execIn(t, path, `PRAGMA user_version = 99`)
	if _, err := db.OpenToRead(t.Context(), path); err == nil || !strings.Contains(err.Error(), "a newer Mooring wrote it") {
		t.Errorf("got %v", err)
	}
}

func BenchmarkWrite(b *testing.B) {
	w := newWorld(b)
	for b.Loop() {
		w.ok(w.AuditLog().AddEntry(b.Context(), entry(audit.SignIn, "account-acme")))
	}
}

// BenchmarkVerify reports how long 100,000 entries take.
func BenchmarkVerify(b *testing.B) {
	w := newWorld(b)
	entries := make([]audit.Entry, 1000)
	for i := range entries {
		entries[i] = entry(audit.FinishVerification, "account-acme")
		entries[i].CredentialID = fmt.Sprint("credential-", i)
	}
	for range 100 {
		w.ok(w.WriteAll(b.Context(), entries, func(*sql.Tx) error { return nil }))
	}
	for b.Loop() {
		w.ok(w.AuditLog().Still(b.Context(), func(r audit.LogReader) error {
			v, err := audit.Verify(b.Context(), r, dbtest.Notary(), nil)
			if err == nil && !v.Sound {
				err = v.Broken
			}
			return err
		}))
	}
}
