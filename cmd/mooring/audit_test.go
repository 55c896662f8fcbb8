package main

import (
	"database/sql"
	"encoding/csv"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"mooring/audit"
	"mooring/secret"
)

func TestWrongAuditSettingsAreOneLineAndExit2(t *testing.T) {
	folder := t.TempDir()
	file := filepath.Join(folder, "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	serve := []string{"serve", "--data", folder, "--listen", "127.0.0.1:0"}
	for name, args := range map[string][]string{
		"no verb":                 {"audit"},
		"another verb":            {"audit", "melt"},
		"an export without a key": {"audit", "verify", "--data", folder, file},
		"a key without an export": {"audit", "verify", "--data", folder, "--public-key", file},
		"two exports":             {"audit", "verify", file, "--public-key", file, file},
		"a file that is no key":   {"audit", "verify", file, "--public-key", file},
		"a key that is not there": {"audit", "verify", file, "--public-key", file + "x"},
		"no checkpoint":           {"audit", "verify", "--data", folder, "--checkpoints", file},
		"no file of checkpoints":  {"audit", "verify", "--data", folder, "--checkpoints", file + "x"},
		"an argument":             {"audit", "public-key", "--data", folder, "now"},
		"a sink in no folder":     append(serve, "--audit-checkpoints", "stdout,"+filepath.Join(folder, "no", "file")),
		"days before now":         append(serve, "--audit-keep", "-1"),
		"no archive":              append(serve, "--audit-keep", "30"),
		"no folder":               append(serve, "--audit-keep", "30", "--audit-archive", file),
		"no number":               append(serve, "--audit-keep", "soon"),
	} {
		code, _, stderr := program(t, nil, args...)
		if code != exitUsage || strings.Count(stderr, "\n") != 1 || !strings.HasPrefix(stderr, "mooring") {
			t.Errorf("%s: exit %d, %q", name, code, stderr)
		}
	}
	code, _, stderr := program(t, map[string]string{"MOORING_AUDIT_KEEP": "30"}, serve...)
	if code != exitUsage || !strings.Contains(stderr, "--audit-archive") {
		t.Errorf("environment: exit %d, %q", code, stderr)
	}
	if code, stdout, _ := program(t, nil, "audit", "--help"); code != exitOK || !strings.Contains(stdout, "--checkpoints") || !strings.Contains(stdout, "--format") {
		t.Errorf("help: exit %d, %s", code, stdout)
	}
}

func TestAVerdictCountsCheckpoints(t *testing.T) {
	for _, check := range []struct {
		checkpoints, sent int
		want              string
	}{
		{1, 0, "The audit log is sound: entries 1 to 9, with 1 checkpoint.\n"},
		{2, 0, "The audit log is sound: entries 1 to 9, with 2 checkpoints.\n"},
		{2, 1, "The audit log is sound: entries 1 to 9, with 2 checkpoints. It matches the 1 that was sent.\n"},
		{2, 2, "The audit log is sound: entries 1 to 9, with 2 checkpoints. It matches the 2 that were sent.\n"},
	} {
		var out strings.Builder
		c := &cli{stdout: &out}
		if err := c.tellVerdict(audit.Verdict{First: 1, Last: 9, Checkpoints: check.checkpoints, Sound: true}, check.sent); err != nil || out.String() != check.want {
			t.Errorf("said %q, %v; want %q", out.String(), err, check.want)
		}
	}
}

// TestTheAuditLogOfAnOperator is what an operator and an auditor do with the
// log: verify it, export it, change the keys, restore a backup.
func TestTheAuditLogOfAnOperator(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "data")
	outside := t.TempDir()
	in := func(name string) string { return filepath.Join(outside, name) }
	serving := []string{"serve", "--data", folder, "--listen", "127.0.0.1:0", "--audit-checkpoints", "stdout," + in("checkpoints"),
		"--audit-keep", "365", "--audit-archive", in("archive")}
	verify := func(args ...string) (int, string) {
		code, stdout, stderr := program(t, nil, append([]string{"audit", "verify"}, args...)...)
		return code, stdout + stderr
	}
	mustVerify := func(wanted string, args ...string) {
		t.Helper()
		if code, said := verify(args...); code != exitOK || !regexp.MustCompile(wanted).MatchString(said) {
			t.Errorf("verify %v: exit %d, %q", args, code, said)
		}
	}
	save := func(name string, args ...string) string {
		t.Helper()
		code, stdout, stderr := program(t, nil, append(args, "--data", folder)...)
		if code != exitOK || stderr != "" {
			t.Fatalf("%v: exit %d, %s", args, code, stderr)
		}
		if err := os.WriteFile(in(name), []byte(stdout), 0o600); err != nil {
			t.Fatal(err)
		}
		return stdout
	}

	s := start(t, serving...)
	address := s.until(`^Mooring listens on (http://\S+)$`)
	setUp := s.until(`^  (http://\S+/setup/\S+)$`)
	client := browserOf(t)
	post(t, client, setUp, url.Values{"email": {"ada@example.com"}, "name": {"Ada"}, "password": {"a long enough password"}, "organization": {"harbor"}})
	s.until(`^(\{"checkpoint":\{"number":1,.*)$`)
	mustVerify(`^The audit log is sound: entries 1 to \d+, with (1 checkpoint|([2-9]|\d\d+) checkpoints)\.\n$`, "--data", folder) // while it runs
	exported := save("export.jsonl", "audit", "export")
	key := save("key.pem", "audit", "public-key")
	fingerprint := regexp.MustCompile(`^Fingerprint ([0-9a-f]{64})\n`).FindStringSubmatch(key)[1]
	mustVerify(`^The audit log is sound: entries 1 to \d+`, in("export.jsonl"), "--public-key", in("key.pem"))
	mustVerify(`^The audit log is sound`, "--public-key", fingerprint, in("export.jsonl"))
	if rows, err := csv.NewReader(strings.NewReader(save("export.csv", "audit", "export", "--format", "csv"))).ReadAll(); err != nil || len(rows) < 4 {
		t.Errorf("the CSV has %d rows: %v", len(rows), err)
	}
	if code, _, stderr := program(t, nil, "audit", "export", "--data", folder, "--format", "xml"); code != exitUsage || !strings.Contains(stderr, "JSON Lines or CSV") {
		t.Errorf("another format: exit %d, %q", code, stderr)
	}
	forged := strings.Replace(exported, "ada@example.com", "eve@example.com", 1)
	if err := os.WriteFile(in("forged.jsonl"), []byte(forged), 0o600); err != nil {
		t.Fatal(err)
	}
	if code, said := verify(in("forged.jsonl"), "--public-key", in("key.pem")); code != exitFailed ||
		!regexp.MustCompile(`^mooring audit: the audit log is not sound\. Entry \d+ was changed: its digest does not match its content\.\n$`).MatchString(said) {
		t.Errorf("a forged export: exit %d, %q", code, said)
	}
	if code, said := verify(in("export.csv"), "--public-key", in("key.pem")); code != exitUsage || !strings.Contains(said, "isn't an export") {
		t.Errorf("a CSV: exit %d, %q", code, said)
	}
	if code, _, stderr := program(t, nil, "backup", "--data", folder, in("backup.db")); code != exitOK {
		t.Fatalf("backup: exit %d, %s", code, stderr)
	}
	later := url.Values{"name": {"Ada L"}, "theme": {"dark"}, "time_zone": {"UTC"}}
	if answer, _ := post(t, client, address+"/settings", later); answer.StatusCode != http.StatusOK {
		t.Fatalf("the change answered %d", answer.StatusCode)
	}
	began := time.Now()
	if code := s.stop(); code != exitOK { // which sends the last checkpoint
		t.Fatalf("it ended with %d: %s", code, s.stderr)
	}
	if time.Since(began) > 2*time.Second { // the disk was too slow for that, so the next start does
		s = start(t, serving...)
		s.unread()
		waitUntil(t, "the last checkpoint", func() bool {
			_, said := verify("--data", folder, "--checkpoints", in("checkpoints"))
			found := regexp.MustCompile(`with (\d+) checkpoints?\. It matches the (\d+) `).FindStringSubmatch(said)
			return found != nil && found[1] == found[2]
		})
		s.stop()
	}
	mustVerify(`It matches the \d+ that were sent\.\n$`, "--data", folder, "--checkpoints", in("checkpoints"))

	// A change of keys: who has the old public key can follow it.
	if code, _, stderr := program(t, nil, "keys", "rotate", "--data", folder); code != exitOK {
		t.Fatalf("rotate: exit %d, %s", code, stderr)
	}
	mustVerify(`is sound`, "--data", folder, "--checkpoints", in("checkpoints"))
	save("rotated.jsonl", "audit", "export")
	if again := save("keys.pem", "audit", "public-key"); strings.Count(again, "Fingerprint") != 2 || !strings.Contains(again, key) || strings.Count(again, "BEGIN MOORING KEY VOUCH") != 2 {
		t.Errorf("the keys are %s", again)
	}
	mustVerify(`is sound`, in("rotated.jsonl"), "--public-key", in("key.pem"))
	mustVerify(`is sound`, in("rotated.jsonl"), "--public-key", in("keys.pem"))
	mustVerify(`is sound`, in("export.jsonl"), "--public-key", in("keys.pem")) // what the old key signed

	// The old key is taken out of the key file, and the database still knows it.
	ring, err := os.ReadFile(filepath.Join(folder, "mooring.key"))
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.SplitAfter(string(ring), "\n")
	if err := os.WriteFile(in("newest.key"), []byte(lines[0]+lines[1]), 0o600); err != nil {
		t.Fatal(err)
	}
	if without := save("newest.pem", "audit", "public-key", "--key-file", in("newest.key")); strings.Count(without, "Fingerprint") != 2 {
		t.Errorf("the keys are %s", without)
	}
	mustVerify(`is sound`, in("export.jsonl"), "--public-key", in("newest.pem"))

	// A whole older database, put back by hand: sound by itself, and found out.
	database := filepath.Join(folder, "mooring.db")
	present, err := os.ReadFile(database)
	if err != nil {
		t.Fatal(err)
	}
	if err := copyOver(in("backup.db"), database); err != nil {
		t.Fatal(err)
	}
	mustVerify(`is sound`, "--data", folder)
	if code, said := verify("--data", folder, "--checkpoints", in("checkpoints")); code != exitFailed || !strings.Contains(said, "an older database was put back") {
		t.Errorf("an older database: exit %d, %q", code, said)
	}
	if err := os.WriteFile(database, present, 0o600); err != nil {
		t.Fatal(err)
	}

	// The same by the command, which says so in the log.
	if code, _, stderr := program(t, nil, "restore", "--data", folder, in("backup.db")); code != exitOK {
		t.Fatalf("restore: exit %d, %s", code, stderr)
	}
	mustVerify(`is sound: .*\nEntry \d+ says that a backup was restored on `, "--data", folder)
	mustVerify(`Before the backup was restored with entry \d+, the log had at least \d+ entries`, "--data", folder, "--checkpoints", in("checkpoints"))
	s = start(t, serving...)
	s.until(`^Mooring listens on`)
	s.stop()
	mustVerify(`is sound`, "--data", folder, "--checkpoints", in("checkpoints"))

	// Somebody with the file and a text editor.
	file, err := sql.Open("sqlite", database)
	if err != nil {
		t.Fatal(err)
	}
	for _, statement := range []string{`DROP TRIGGER audit_never_changes`, `UPDATE audit SET actor_name = 'eve@example.com' WHERE id = 3`} {
		if _, err := file.Exec(statement); err != nil {
			t.Fatal(err)
		}
	}
	if err := file.Close(); err != nil {
		t.Fatal(err)
	}
	if code, said := verify("--data", folder); code != exitFailed || said != "mooring audit: the audit log is not sound. Entry 3 was changed: its digest does not match its content.\n" {
		t.Errorf("a changed entry: exit %d, %q", code, said)
	}
	if code, said := verify("--data", folder, "--key-file", in("nowhere")); code != exitFailed {
		t.Errorf("without keys: exit %d, %q", code, said)
	}
	if code, said := verify("--data", t.TempDir(), "--key-file", filepath.Join(folder, "mooring.key")); code != exitFailed {
		t.Errorf("without a database: exit %d, %q", code, said)
	}
}

func copyOver(from, to string) error {
	content, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	return os.WriteFile(to, content, 0o600)
}

// TestALogThatWasAChainBecomesNoOtherOne opens a database that somebody made
// look like one of an earlier Mooring.
func TestALogThatWasAChainBecomesNoOtherOne(t *testing.T) {
	d := dataFolder{folder: t.TempDir()}
	ctx := t.Context()
	database, ring, made, err := d.open(ctx)
	if err != nil || !made {
		t.Fatal(made, err)
	}
	for range 3 {
		entry := audit.Entry{At: time.Now(), Actor: audit.BySystem(), Action: audit.OfferSetUp, Result: audit.Done}
		if err := database.AuditLog().AddEntry(ctx, entry); err != nil {
			t.Fatal(err)
		}
	}
	if err := database.Close(); err != nil {
		t.Fatal(err)
	}
	forge := func(statements ...string) {
		t.Helper()
		file, err := sql.Open("sqlite", d.database())
		if err != nil {
			t.Fatal(err)
		}
		defer file.Close()
		for _, statement := range append([]string{`DROP TRIGGER IF EXISTS audit_never_changes`, `DROP TRIGGER IF EXISTS audit_never_shrinks`}, statements...) {
			if _, err := file.Exec(statement); err != nil {
				t.Fatal(err)
			}
		}
	}
	verdict := func() audit.Verdict {
		t.Helper()
		v, err := d.verifyAudit(ctx, nil)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	// Somebody takes all digests away, so that the next start makes new ones.
	forge(`UPDATE audit SET digest = x'', mark = x'', detail = 'nothing happened'`, `DELETE FROM audit_head`)
	database, _, _, err = d.open(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if err := database.AuditLog().AddEntry(ctx, audit.Entry{At: time.Now(), Result: audit.Done}); err == nil {
		t.Error("the log goes on without a head")
	}
	_ = database.Close()
	if v := verdict(); v.Sound {
		t.Error("a log that lost its digests is sound")
	}
	// Without the value under the keys, neither.
	forge(`DELETE FROM key_check`)
	if _, _, _, err := d.open(ctx); err == nil || !strings.Contains(err.Error(), "no longer has the value") {
		t.Errorf("got %v", err)
	}
	// With the value of a copy from before the upgrade, neither: the log is
	// chained only together with the schema.
	sealed := sealOldWith(t, ring, checkPlace, []byte(unchainedValue))
	forge(fmt.Sprintf(`INSERT INTO key_check VALUES (1, x'%x')`, sealed))
	for range 2 {
		database, _, _, err = d.open(ctx)
		if err != nil {
			t.Fatal(err)
		}
		if err := database.AuditLog().AddEntry(ctx, audit.Entry{At: time.Now(), Result: audit.Done}); err == nil {
			t.Error("the log goes on without a head")
		}
		_ = database.Close()
		if v := verdict(); v.Sound {
			t.Error("a log that lost its digests is sound")
		}
	}
	stored, err := secret.ReadRing(d.keys())
	if err != nil || stored.KeyIDs()[0] != ring.KeyIDs()[0] {
		t.Errorf("the ring changed: %v", err)
	}
}

// TestALogFromBeforeTheChainBecomesOne opens a database of an earlier Mooring,
// first without its key file.
func TestALogFromBeforeTheChainBecomesOne(t *testing.T) {
	d, ctx := dataFolder{folder: t.TempDir()}, t.Context()
	ring := secret.NewRing()
	sealed := sealOldWith(t, ring, checkPlace, []byte(unchainedValue))
	file, err := sql.Open("sqlite", d.database())
	if err != nil {
		t.Fatal(err)
	}
	first, err := os.ReadFile("../../db/migrations/0001_first.sql")
	if err != nil {
		t.Fatal(err)
	}
	for _, statement := range []string{string(first), `PRAGMA user_version = 1`, fmt.Sprintf(`INSERT INTO key_check VALUES (1, x'%x')`, sealed),
		`INSERT INTO audit (at, actor_id, actor_name, actor_address, request_id, action, account_id, credential_id, result, detail)
			VALUES (1, 'person-ada', 'ada@example.com', '', '', 'site.set-up', '', '', 'done', '')`} {
		if _, err := file.Exec(statement); err != nil {
			t.Fatal(err)
		}
	}
	if err := file.Close(); err != nil {
		t.Fatal(err)
	}
	if _, _, _, err := d.open(ctx); err == nil || !strings.Contains(err.Error(), "key file") {
		t.Errorf("without its keys: %v", err)
	}
	if err := ring.CreateFile(d.keys()); err != nil {
		t.Fatal(err)
	}
	if _, err := d.verifyAudit(ctx, nil); err == nil || !strings.Contains(err.Error(), "start this one once") {
		t.Errorf("before the first start: %v", err)
	}
	for range 2 {
		database, _, _, err := d.open(ctx)
		if err != nil {
			t.Fatal(err)
		}
		if err := database.Close(); err != nil {
			t.Fatal(err)
		}
		if v, err := d.verifyAudit(ctx, nil); err != nil || !v.Sound || v.Entries != 1 {
			t.Errorf("got %+v, %v", v, err)
		}
	}
}
