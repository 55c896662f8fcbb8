package audit_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"mooring/audit"
	"mooring/db"
	"mooring/db/dbtest"
	"mooring/secret"
)

// checkpoints are all that the log made.
func (r *trail) checkpoints() []audit.Checkpoint {
	r.t.Helper()
	found, err := r.Store.CheckpointsAfter(r.t.Context(), 0, 1000)
	ok(r.t, err)
	return found
}

// copied is the log on a copy of the database as it is now.
func (r *trail) copied() *trail {
	r.t.Helper()
	path := filepath.Join(r.t.TempDir(), "copy.db")
	ok(r.t, r.db.BackupTo(r.t.Context(), path))
	again := trailAt(r.t, path)
	again.clock.now = r.clock.Now()
	return again
}

// A whole older database is sound by itself. Only what was sent out tells that
// it was longer once.
func TestAnOlderDatabasePutBackIsFoundByWhatWasSentOut(t *testing.T) {
	r := newTrail(t)
	r.write(5)
	r.checkpoint()
	older := r.copied()
	r.write(5)
	r.checkpoint()
	sent := r.checkpoints()
	sound(t, r.verify(sent...))

	sound(t, older.verify())
	v := older.verify(sent...)
	if v.Sound || v.Broken.Entry != 6 || v.Broken.Checkpoint != 2 ||
		v.Broken.What != "The log ends at entry 5, but it had at least 10 when checkpoint 2 was sent out: an older database was put back, or the end was cut off." {
		t.Errorf("got %+v", v.Broken)
	}

	older.write(7) // it goes on from there
	older.checkpoint()
	sound(t, older.verify())
	sound(t, older.verify(sent...)) // the entries of the test say the same in both
	// Only a different one tells them apart, once something was sent out behind it.
	ok(t, older.Store.AddEntry(t.Context(), audit.Entry{At: morning, Action: audit.SignIn, Result: audit.Done}))
	r.write(3)
	r.checkpoint()
	v = older.verify(r.checkpoints()...)
	if v.Sound || v.Broken.Entry != 13 || v.Broken.What != "Entry 13 has changed since checkpoint 3 was sent out: an older database was put back and used again." {
		t.Errorf("got %+v", v.Broken)
	}

	forked := r.copied()
	ok(t, forked.Store.AddEntry(t.Context(), audit.Entry{At: morning, Action: audit.SignIn, Result: audit.Done}))
	forked.checkpoint()
	r.write(3)
	r.checkpoint()
	v = forked.verify(r.checkpoints()...)
	if v.Sound || v.Broken.Entry != 15 || !strings.Contains(v.Broken.What, "had at least 16") {
		t.Errorf("got %+v", v.Broken)
	}
	forked.write(5)
	v = forked.verify(r.checkpoints()...)
	if v.Sound || v.Broken.Entry != 16 || v.Broken.What != "Entry 16 has changed since checkpoint 4 was sent out: an older database was put back and used again." {
		t.Errorf("got %+v", v.Broken)
	}
}

// A restore writes an entry, which explains what is not there any more.
func TestARestoredBackupIsExplained(t *testing.T) {
	r := newTrail(t)
	r.write(5)
	r.checkpoint()
	backup := r.copied()
	r.write(5)
	r.clock.pass(time.Hour)
	r.checkpoint()
	r.clock.pass(time.Hour)
	backup.clock.now = r.clock.Now()
	ok(t, backup.Store.AddEntry(t.Context(), audit.Entry{At: backup.clock.Now(), Actor: audit.BySystem(), Action: audit.Restore, Result: audit.Done}))
	backup.write(2)
	backup.checkpoint()

	v := backup.verify()
	sound(t, v)
	if len(v.Notes) != 1 || !strings.HasPrefix(v.Notes[0], "Entry 6 says that a backup was restored on 22 November 2026, 11:14 UTC.") {
		t.Errorf("the notes are %q", v.Notes)
	}
	v = backup.verify(append(r.checkpoints(), backup.checkpoints()...)...)
	sound(t, v)
	if len(v.Notes) != 2 || v.Notes[1] != "Before the backup was restored with entry 6, the log had at least 10 entries, according to checkpoints that were sent out." {
		t.Errorf("the notes are %q", v.Notes)
	}

	// It explains nothing that was made after it.
	backup.clock.pass(time.Hour)
	later := backup.copied()
	later.write(1)
	later.checkpoint()
	if v := backup.verify(later.checkpoints()...); v.Sound {
		t.Error("a restore explains what came after it")
	}
}

// The restore explains what is not there any more also when its own entry was
// archived and later ones were not.
func TestARestoredBackupIsExplainedWhenItsEntryIsArchived(t *testing.T) {
	r := newTrail(t)
	r.write(5)
	r.checkpoint()
	backup := r.copied()
	r.write(20)
	r.clock.pass(time.Hour)
	r.checkpoint()
	r.clock.pass(time.Hour)
	backup.clock.now = r.clock.Now()
	add := func(action audit.Action) {
		t.Helper()
		ok(t, backup.Store.AddEntry(t.Context(), audit.Entry{At: backup.clock.Now(), Actor: audit.BySystem(), Action: action, Result: audit.Done}))
	}
	add(audit.Restore)
	for range 40 {
		backup.clock.pass(24 * time.Hour)
		add(audit.SignIn)
	}
	backup.checkpoint()
	sent := append(r.checkpoints(), backup.checkpoints()...)
	sound(t, backup.verify(sent...))

	backup.Keep, backup.Archive = kept, t.TempDir()
	ok(t, backup.Retain(t.Context()))
	v := backup.verify(sent...)
	sound(t, v)
	if v.First <= 6 || v.First > 25 {
		t.Errorf("the first is %d", v.First)
	}
	if told := strings.Join(v.Notes, "\n"); !strings.Contains(told, "Before the backup was restored with entry 6, the log had at least 25 entries") {
		t.Errorf("the notes are %q", told)
	}
	export := backup.export()
	if !strings.Contains(export, `"restores":[{"entry":6,"at":"2026-11-22T11:14:03.250Z"}]`) {
		t.Error("the export has no restore")
	}
	v, err := audit.VerifyExport(strings.NewReader(export), audit.Trusted{Keys: dbtest.Notary().PublicKeys()}, sent)
	ok(t, err)
	sound(t, v)

	// It explains nothing that was made after it.
	later := backup.copied()
	later.clock.now = backup.clock.Now()
	later.write(3)
	later.checkpoint()
	if v := backup.verify(later.checkpoints()...); v.Sound {
		t.Error("a restore explains what came after it")
	}
}

func TestHowFarBehindIsWhatWasSentOut(t *testing.T) {
	r := newTrail(t)
	r.write(2)
	r.checkpoint()
	sent := r.checkpoints()
	r.write(2)
	same(t, "the notes without newer checkpoints", len(r.verify(sent...).Notes), 0)
	r.checkpoint()
	r.write(2)
	r.checkpoint()
	same(t, "the notes when nothing is compared", len(r.verify().Notes), 0)
	same(t, "the notes when all were sent out", len(r.verify(r.checkpoints()...).Notes), 0)
	v := r.verify(sent...)
	sound(t, v)
	if len(v.Notes) != 1 || v.Notes[0] != "The newest checkpoint that was sent out is checkpoint 1 of 22 November 2026, 09:14 UTC, for entry 2. The log has 2 newer ones, up to entry 6, that weren't sent out." {
		t.Errorf("the notes are %q", v.Notes)
	}
}

func TestACheckpointOfAnotherMooringIsRefused(t *testing.T) {
	r := newTrail(t)
	r.write(2)
	r.checkpoint()
	head, _, err := r.Store.Head(t.Context())
	ok(t, err)
	strange := audit.NewNotary(secret.NewRing()).Checkpoint(audit.Checkpoint{}, morning, head)
	v := r.verify(strange)
	if v.Sound || v.Broken.What != "Checkpoint 1 that was sent out isn't signed by this Mooring." {
		t.Errorf("got %+v", v.Broken)
	}
}

// After a change of keys everything from before still verifies, for those who
// have the ring, for those who know the new public key and for those who know
// the old one.
func TestAChangeOfKeysKeepsVerifying(t *testing.T) {
	old := secret.NewRing()
	ring := old.Rotated().Rotated()
	before, now := audit.NewNotary(old), audit.NewNotary(ring)
	r := newTrail(t)
	path := filepath.Join(t.TempDir(), "rotated.db")
	fresh := dbtest.Bare(t, path)
	ok(t, fresh.BeginAuditLog(t.Context(), before))
	l := audit.NewLog(audit.LogConfig{Store: fresh.AuditLog(), Notary: before, Now: r.clock.Now})
	for i := range 3 {
		ok(t, l.Store.AddEntry(t.Context(), full(i)))
	}
	ok(t, l.Checkpoint(t.Context()))

	ok(t, fresh.ContinueAuditLog(t.Context(), now))
	l = audit.NewLog(audit.LogConfig{Store: fresh.AuditLog(), Notary: now, Now: r.clock.Now})
	ok(t, l.Store.AddEntry(t.Context(), full(4)))
	var out strings.Builder
	ok(t, l.Export(t.Context(), ada, audit.Filter{}, audit.JSONLines, &out))
	v, err := audit.Verify(t.Context(), l.Store, now, nil)
	ok(t, err)
	sound(t, v)
	for name, keys := range map[string][]audit.PublicKey{"the old key": before.PublicKeys(), "the new key": now.PublicKeys()[:1], "the key between": now.PublicKeys()[1:2]} {
		v, err := audit.VerifyExport(strings.NewReader(out.String()), audit.Trusted{Keys: keys}, nil)
		ok(t, err)
		if !v.Sound {
			t.Errorf("with %s: %+v", name, v.Broken)
		}
	}
	if now.PublicKeys()[0].Fingerprint() == before.PublicKeys()[0].Fingerprint() {
		t.Error("the signing key is the old one")
	}
	v, err = audit.Verify(t.Context(), l.Store, before, nil) // who lacks the new key
	ok(t, err)
	same(t, "the entry that the old ring cannot check", v.Broken.Entry, 4)
}

// When an old key is taken out of the key file, what it marked and signed is
// borne out by what the new one marked and signed after it.
func TestARemovedKeyKeepsVerifying(t *testing.T) {
	old := secret.NewRing()
	both := old.Rotated()
	path := filepath.Join(t.TempDir(), "keys")
	ok(t, both.CreateFile(path))
	text, err := os.ReadFile(path)
	ok(t, err)
	lines := strings.SplitAfter(string(text), "\n")
	ok(t, os.WriteFile(path, []byte(lines[0]+lines[1]), 0o600))
	left, err := secret.ReadRing(path)
	ok(t, err)
	before, rotated, now := audit.NewNotary(old), audit.NewNotary(both), audit.NewNotary(left)

	file := filepath.Join(t.TempDir(), "mooring.db")
	d := dbtest.Bare(t, file)
	ok(t, d.BeginAuditLog(t.Context(), before))
	log := func(n *audit.Notary) *audit.Log {
		return audit.NewLog(audit.LogConfig{Store: d.AuditLog(), Notary: n, Now: func() time.Time { return morning }})
	}
	write := func(n *audit.Notary) {
		t.Helper()
		ok(t, d.ContinueAuditLog(t.Context(), n))
		ok(t, d.AuditLog().AddEntry(t.Context(), full(1)))
		ok(t, log(n).Checkpoint(t.Context()))
	}
	write(before)
	write(before)
	var older strings.Builder
	ok(t, log(before).Export(t.Context(), ada, audit.Filter{}, audit.JSONLines, &older))
	write(rotated)
	write(now)
	v, err := audit.Verify(t.Context(), d.AuditLog(), now, nil)
	ok(t, err)
	sound(t, v)
	if len(v.Notes) != 1 || v.Notes[0] != "Entries up to 3 were marked with a key that is no longer in the key file. The entries after them confirm them." {
		t.Errorf("the notes are %q", v.Notes)
	}
	var out strings.Builder
	ok(t, log(now).Export(t.Context(), ada, audit.Filter{}, audit.JSONLines, &out))
	for name, keys := range map[string][]audit.PublicKey{"the old key": before.PublicKeys(), "the new key": now.PublicKeys()} {
		v, err := audit.VerifyExport(strings.NewReader(out.String()), audit.Trusted{Keys: keys}, nil)
		ok(t, err)
		if !v.Sound {
			t.Errorf("with %s: %+v", name, v.Broken)
		}
	}

	// What the old key signed holds with the new key alone and with what was kept.
	kept, err := d.AuditLog().Vouches(t.Context())
	ok(t, err)
	keys, vouches := now.Known(kept)
	same(t, "the known keys", len(keys), 2)
	said, err := audit.ReadTrusted(append(audit.WritePublicKeys(keys[:1]), audit.WriteVouches(vouches)...))
	ok(t, err)
	v, err = audit.VerifyExport(strings.NewReader(older.String()), said, nil)
	ok(t, err)
	sound(t, v)
	v, err = audit.VerifyExport(strings.NewReader(older.String()), audit.Trusted{Keys: said.Keys}, nil)
	ok(t, err)
	same(t, "holding without what was kept", v.Sound, false)
	saved, err := log(now).PublicKeyFile(t.Context())
	ok(t, err)
	all, err := audit.ReadTrusted(saved)
	ok(t, err)
	same(t, "the keys of the file", len(all.Keys), 2)

	// Marks of a key that nobody can check are no way round the others.
	for name, test := range map[string]struct {
		statement string
		entry     int64
	}{
		"what the old key marked": {`UPDATE audit SET detail = 'x' WHERE id = 1`, 1},
		"what the new key marked": {`UPDATE audit SET mark = (SELECT mark FROM audit o WHERE o.id = 1) WHERE id = 5`, 5},
	} {
		copied := filepath.Join(t.TempDir(), "copy.db")
		ok(t, d.BackupTo(t.Context(), copied))
		tamper(t, copied, test.statement)
		r, err := db.OpenToRead(t.Context(), copied)
		ok(t, err)
		v, err := audit.Verify(t.Context(), r.AuditLog(), now, nil)
		ok(t, errors.Join(err, r.Close()))
		if v.Sound || v.Broken.Entry != test.entry {
			t.Errorf("%s: got %+v", name, v.Broken)
		}
	}
}
