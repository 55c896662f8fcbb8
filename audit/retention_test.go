package audit_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"mooring/audit"
)

const kept = 30 * 24 * time.Hour

// keeping is a log that archives what is older than 30 days.
func keeping(t *testing.T) (*trail, string) {
	t.Helper()
	archive := t.TempDir()
	return newTrail(t, func(c *audit.LogConfig) { c.Keep, c.Archive = kept, archive }), archive
}

// filesIn are the names in the archive, and what they hold.
func filesIn(t *testing.T, archive string) (names, texts []string) {
	t.Helper()
	entries, err := os.ReadDir(archive)
	ok(t, err)
	for _, e := range entries {
		text, err := os.ReadFile(filepath.Join(archive, e.Name()))
		ok(t, err)
		names, texts = append(names, e.Name()), append(texts, string(text))
	}
	return names, texts
}

func TestOldEntriesAreArchivedAndTheirDigestStays(t *testing.T) {
	r, archive := keeping(t)
	r.write(6)
	r.checkpoint()
	r.write(4)
	r.clock.pass(kept + 7*time.Minute) // full entries are a minute apart
	ok(t, r.Retain(t.Context()))

	names, texts := filesIn(t, archive)
	if len(names) != 1 || names[0] != "mooring-audit-0000000001-0000000006.jsonl" {
		t.Fatalf("the archive has %v", names)
	}
	info, err := os.Stat(filepath.Join(archive, names[0]))
	ok(t, err)
	same(t, "the mode", info.Mode().Perm(), 0o600)
	v := verifyText(t, texts[0])
	sound(t, v)
	same(t, "the archived entries", v.Entries, 6)
	same(t, "their checkpoints", v.Checkpoints, 1)

	left, err := r.Store.EntriesAfter(t.Context(), 0, 100)
	ok(t, err)
	same(t, "the first that is left", left[0].Number, 7)
	same(t, "the last action", left[len(left)-1].Action, audit.SealLog)
	same(t, "what it says", left[len(left)-1].Detail, "entries 1 to 6")
	v = r.verify(r.checkpoints()...)
	sound(t, v)
	same(t, "the first", v.First, 7)
	if len(v.Notes) != 1 || !strings.HasPrefix(v.Notes[0], "Entries 1 to 6 were archived, most recently on 22 December 2026") {
		t.Errorf("the notes are %q", v.Notes)
	}
	v = verifyText(t, r.export())
	sound(t, v)
	same(t, "the first of the export", v.First, 7)

	ok(t, r.Retain(t.Context()))
	names, _ = filesIn(t, archive)
	same(t, "the files when nothing is old", len(names), 1)

	r.clock.pass(kept)
	ok(t, r.Retain(t.Context()))
	names, texts = filesIn(t, archive)
	same(t, "the files", len(names), 2)
	sound(t, verifyText(t, texts[1]))
	sound(t, r.verify())
	sound(t, verifyText(t, r.export()))
}

// Entries of a clock that was ahead hold up none behind them, and a clock that
// was behind makes none old that are not.
func TestTheOrderOfWritingTellsWhichEntriesAreOld(t *testing.T) {
	const day = 24 * time.Hour
	for name, test := range map[string]struct {
		written  []time.Duration // since morning
		archived []string
	}{
		"in order":                       {[]time.Duration{0, day, 2 * day, 12 * day}, []string{"0000000001-0000000003"}},
		"the clock was ahead":            {[]time.Duration{0, day, 365 * day, 366 * day, 2 * day, 3 * day, 365 * day, 12 * day}, []string{"0000000001-0000000006"}},
		"it was ahead by a little":       {[]time.Duration{0, 12 * day, day, 13 * day}, []string{"0000000001-0000000003"}},
		"it was ahead at the very begin": {[]time.Duration{365 * day, 0, day}, nil},
		"the clock was behind":           {[]time.Duration{0, day, 12 * day, -365 * day, -20 * day, 13 * day}, []string{"0000000001-0000000002"}},
		"nothing is old":                 {[]time.Duration{12 * day, 13 * day}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			r, archive := keeping(t)
			for _, at := range test.written {
				e := full(0)
				e.At = morning.Add(at)
				ok(t, r.Store.AddEntry(t.Context(), e))
			}
			r.clock.pass(kept + 10*day)
			ok(t, r.Retain(t.Context()))
			ok(t, r.Retain(t.Context()))
			names, texts := filesIn(t, archive)
			var got []string
			for i, n := range names {
				got = append(got, strings.TrimSuffix(strings.TrimPrefix(n, "mooring-audit-"), ".jsonl"))
				sound(t, verifyText(t, texts[i]))
			}
			if !slices.Equal(got, test.archived) {
				t.Errorf("archived are %v, want %v", got, test.archived)
			}
			sound(t, r.verify())
		})
	}
}

func TestNothingIsDroppedThatIsNotInTheArchive(t *testing.T) {
	r, archive := keeping(t)
	r.write(6)
	r.clock.pass(2 * kept)
	ok(t, os.Chmod(archive, 0o500))
	if os.Geteuid() == 0 { // who may write everywhere
		ok(t, os.Remove(archive))
	}
	if err := r.Retain(t.Context()); err == nil {
		t.Error("it went on without an archive")
	}
	same(t, "the entries", r.verify().Entries, 6)
	sound(t, r.verify())
}

func TestAChangedEntryIsNotArchived(t *testing.T) {
	r, archive := keeping(t)
	r.write(6)
	tamper(t, r.path, `UPDATE audit SET detail = 'nothing happened' WHERE id = 3`)
	r.clock.pass(2 * kept)
	if err := r.Retain(t.Context()); err == nil || !strings.Contains(err.Error(), "Entry 3 was changed") {
		t.Errorf("got %v", err)
	}
	names, _ := filesIn(t, archive)
	same(t, "the files", len(names), 0)
	same(t, "the entry that is wrong", r.verify().Broken.Entry, 3)
}

// This Mooring signs what it archives, and must not sign what somebody else
// wrote with digests that fit.
func TestAnEntryWithoutItsMarkIsNotArchived(t *testing.T) {
	r, archive := keeping(t)
	r.write(6)
	tamper(t, r.path, r.anew(3)...)
	r.clock.pass(2 * kept)
	if err := r.Retain(t.Context()); err == nil || !strings.Contains(err.Error(), "Entry 3 was not written by this Mooring") {
		t.Errorf("got %v", err)
	}
	names, _ := filesIn(t, archive)
	same(t, "the files", len(names), 0)
}

// A segment is in the head too: it cannot be taken back together with its
// entries being put back.
func TestASegmentThatIsTakenBackIsFound(t *testing.T) {
	r, _ := keeping(t)
	r.write(6)
	r.clock.pass(kept + 3*time.Minute)
	r.Store = sealOnly{r.Store, cutOff{r.Store}}
	if err := r.Retain(t.Context()); err == nil {
		t.Fatal("it was not cut off")
	}
	copied := filepath.Join(t.TempDir(), "copy.db")
	ok(t, r.db.BackupTo(t.Context(), copied))
	tamper(t, copied, `DELETE FROM audit_segments`)
	if v := verifyFile(t, copied); v.Sound || v.Broken.What != "The log has 0 segments, but its head says 1." {
		t.Errorf("got %+v", v.Broken)
	}
}

// cutOff is a store that ends before it drops anything, as a kill does.
type cutOff struct{ audit.LogStore }

func (cutOff) DropSealed(context.Context, int) (bool, error) { return false, errors.New("killed") }

type cutOffBeforeSealing struct{ audit.LogStore }

func (cutOffBeforeSealing) Seal(context.Context, audit.Segment, audit.Entry) error {
	return errors.New("killed")
}

func TestArchivingGoesOnAfterAKill(t *testing.T) {
	for name, cut := range map[string]func(audit.LogStore) audit.LogStore{
		"before the segment is sealed": func(s audit.LogStore) audit.LogStore { return cutOffBeforeSealing{s} },
		"before the entries go":        func(s audit.LogStore) audit.LogStore { return sealOnly{s, cutOff{s}} },
	} {
		t.Run(name, func(t *testing.T) {
			r, archive := keeping(t)
			r.write(6)
			r.clock.pass(2 * kept)
			whole := r.Store
			r.Store = cut(whole)
			if err := r.Retain(t.Context()); err == nil {
				t.Fatal("it was not cut off")
			}
			r.Store = whole
			sound(t, r.verify())
			ok(t, r.Retain(t.Context()))
			sound(t, r.verify())
			names, texts := filesIn(t, archive)
			same(t, "the files", len(names), 1)
			sound(t, verifyText(t, texts[0]))
			left, err := r.Store.EntriesAfter(t.Context(), 0, 10)
			ok(t, err)
			same(t, "the first that is left", left[0].Number, 7)
		})
	}
}

// sealOnly cuts off the dropping that follows a sealing, and lets the one
// before it find nothing.
type sealOnly struct {
	audit.LogStore
	after audit.LogStore
}

func (s sealOnly) DropSealed(ctx context.Context, most int) (bool, error) {
	segments, err := s.Segments(ctx)
	if err != nil || len(segments) == 0 {
		return false, err
	}
	return s.after.DropSealed(ctx, most)
}

func TestTamperingWithSegmentsIsFound(t *testing.T) {
	archive := t.TempDir()
	path := filepath.Join(t.TempDir(), "mooring.db")
	r := trailAt(t, path, func(c *audit.LogConfig) { c.Keep, c.Archive = kept, archive })
	r.write(6)
	r.clock.pass(kept + 3*time.Minute)
	ok(t, r.Retain(t.Context()))
	r.clock.pass(2 * time.Minute)
	ok(t, r.Retain(t.Context()))
	r.checkpoint()
	sound(t, r.verify())
	whole := filepath.Join(t.TempDir(), "whole.db")
	ok(t, r.db.BackupTo(t.Context(), whole))
	content, err := os.ReadFile(whole)
	ok(t, err)
	tampered := func(t *testing.T, statements ...string) audit.Verdict {
		t.Helper()
		path := filepath.Join(t.TempDir(), "mooring.db")
		ok(t, os.WriteFile(path, content, 0o600))
		tamper(t, path, statements...)
		return verifyFile(t, path)
	}
	for column, kind := range columnsOf(t, "audit_segments") {
		t.Run(column, func(t *testing.T) {
			if column == "number" { // says only the order, and there is none to say of the last
				return
			}
			v := tampered(t, `UPDATE audit_segments SET `+column+` = `+other(column, kind)+` WHERE number = 2`)
			if v.Sound || !strings.Contains(v.Broken.What, "segment") {
				t.Errorf("got %+v", v.Broken)
			}
		})
	}
	for name, test := range map[string]struct{ statement, sentence string }{
		"the first is removed": {`DELETE FROM audit_segments WHERE number = 1`, "Entries 1 to 2 are missing. The segment that describes them is missing, too."},
		"the last is removed":  {`DELETE FROM audit_segments WHERE number = 2`, "Entries 3 to 4 are missing."},
		"all are removed":      {`DELETE FROM audit_segments`, "Entries 1 to 4 are missing."},
		"they change places":   {`UPDATE audit_segments SET number = 3 WHERE number = 1`, "Entries 1 to 2 are missing. The segment that describes them is missing, too."},
	} {
		t.Run(name, func(t *testing.T) {
			if v := tampered(t, test.statement); v.Sound || v.Broken.What != test.sentence {
				t.Errorf("got %+v", v.Broken)
			}
		})
	}
	if v := tampered(t, `DELETE FROM audit WHERE id = 6`); v.Sound || v.Broken.Entry != 6 {
		t.Errorf("got %+v", v.Broken)
	}
}

func TestWithoutALimitNothingIsArchived(t *testing.T) {
	r := newTrail(t)
	r.write(3)
	r.clock.pass(1000 * kept)
	ok(t, r.Retain(t.Context()))
	same(t, "the entries", r.verify().Entries, 3)
}
