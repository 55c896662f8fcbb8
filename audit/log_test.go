package audit_test

import (
	"context"
	"encoding/csv"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"mooring/audit"
	"mooring/db/dbtest"
	"mooring/secret"
)

// latest is the newest entry.
func (r *trail) latest() audit.Sealed {
	r.t.Helper()
	head, _, err := r.Store.Head(context.Background())
	ok(r.t, err)
	entries, err := r.Store.EntriesAfter(context.Background(), head.Number-1, 1)
	ok(r.t, err)
	return entries[0]
}

func (r *trail) number() int64 {
	r.t.Helper()
	head, _, err := r.Store.Head(context.Background())
	ok(r.t, err)
	return head.Number
}

func TestReadingTheLogIsAnEntryOncePerPersonFilterAndTenMinutes(t *testing.T) {
	r := newTrail(t)
	r.write(3)
	read := func(actor audit.Actor, f audit.Filter) {
		t.Helper()
		_, err := r.List(t.Context(), actor, f, 0, 10)
		ok(t, err)
	}
	read(ada, audit.Filter{})
	same(t, "the entries", r.number(), 4)
	same(t, "what it says", r.latest().Detail, "everything")
	same(t, "whose it is", r.latest().Actor, ada)
	read(ada, audit.Filter{})
	_, err := r.List(t.Context(), ada, audit.Filter{}, 3, 10)
	ok(t, err)
	_, err = r.Since(t.Context(), ada, audit.Filter{}, 3, 10)
	ok(t, err)
	same(t, "the entries after pages and the tail", r.number(), 4)

	read(ada, audit.Filter{Person: "eve", Result: audit.Refused})
	same(t, "what another filter says", r.latest().Detail, "person eve, result refused")
	other := ada
	other.PersonID = "person-eve"
	read(other, audit.Filter{})
	same(t, "the entries after another filter and another person", r.number(), 6)
	r.clock.pass(10 * time.Minute)
	_, err = r.Since(t.Context(), ada, audit.Filter{}, 3, 10)
	ok(t, err)
	same(t, "the entries after ten minutes", r.number(), 7)
	same(t, "the action", r.latest().Action, audit.ReadLog)
}

func TestNobodyReadsALogThatTakesNoEntry(t *testing.T) {
	r := newTrail(t)
	r.write(3)
	_, err := r.db.AuditLog().LastCheckpoint(t.Context())
	ok(t, err)
	tamper(t, r.path, `CREATE TRIGGER deaf BEFORE INSERT ON audit BEGIN SELECT raise(ABORT, 'no room'); END`)
	if page, err := r.List(t.Context(), ada, audit.Filter{}, 0, 10); err == nil || len(page.Entries) > 0 {
		t.Errorf("it was read: %v", err)
	}
	var out strings.Builder
	if err := r.Export(t.Context(), ada, audit.Filter{}, audit.JSONLines, &out); err == nil || out.Len() > 0 {
		t.Errorf("it was exported: %v", err)
	}
	if _, err := r.Verify(t.Context(), ada); err == nil {
		t.Error("it was verified, and nobody wrote so")
	}
}

func TestVerifyingIsAnEntry(t *testing.T) {
	r := trailAt(t, fromTemplate(t))
	v, err := r.Verify(t.Context(), ada)
	ok(t, err)
	sound(t, v)
	e := r.latest()
	same(t, "the action", e.Action, audit.VerifyLog)
	same(t, "what it says", e.Detail, "sound, entries 1 to 12")

	tamper(t, r.path, `UPDATE audit SET detail = 'x' WHERE id = 7`)
	v, err = r.Verify(t.Context(), ada)
	ok(t, err)
	same(t, "the entry", v.Broken.Entry, 7)
	same(t, "what it says", r.latest().Detail, "not sound: Entry 7 was changed: its digest doesn't match its content.")
}

// Whoever asks about a log that takes no entry any more has to hear why.
func TestABrokenHeadIsToldAllTheSame(t *testing.T) {
	r := trailAt(t, fromTemplate(t))
	tamper(t, r.path, `UPDATE audit_head SET number = 11`)
	v, err := r.Verify(t.Context(), ada)
	ok(t, err)
	same(t, "what is wrong", v.Broken.What, "The head of the log was changed: its mark doesn't match.")
	if err := r.Store.AddEntry(t.Context(), full(13)); err == nil {
		t.Error("the log goes on from a head that somebody else wrote")
	}
	r.clock.pass(1000 * time.Hour)
	tamper(t, r.path, `UPDATE audit_head SET number = 99`)
	for range 3 {
		audit.Look(r.Log, t.Context())
	}
	same(t, "the times that it was told", strings.Count(r.said.String(), "could not make a checkpoint"), 1)
}

func TestAnExportCanBeVerifiedWithThePublicKeyAlone(t *testing.T) {
	r := newTrail(t)
	r.write(1203) // several pieces and checkpoints
	text := r.export()
	sound(t, verifyText(t, text))
	keys := dbtest.Notary().PublicKeys()
	v, err := audit.VerifyExport(strings.NewReader(text), audit.Trusted{Fingerprints: []string{keys[0].Fingerprint()}}, nil)
	ok(t, err)
	sound(t, v)
	same(t, "the entries", v.Entries, 1204)
	stranger := audit.NewNotary(secret.NewRing())
	v, err = audit.VerifyExport(strings.NewReader(text), audit.Trusted{Keys: stranger.PublicKeys()}, nil)
	ok(t, err)
	same(t, "a stranger's key fitting", v.Sound, false)
	v, err = audit.VerifyExport(strings.NewReader(text), audit.Trusted{}, nil)
	ok(t, err)
	same(t, "no key fitting", v.Sound, false)
	same(t, "the last entry", r.latest().Action, audit.ExportLog)
	same(t, "what it says", r.latest().Detail, "jsonl: everything")
}

func TestAFilteredExportSaysThatItIsOne(t *testing.T) {
	r := newTrail(t)
	r.write(9)
	var out strings.Builder
	ok(t, r.Export(t.Context(), ada, audit.Filter{Credential: "credential-1"}, audit.JSONLines, &out))
	lines := slices.Collect(strings.Lines(out.String()))
	same(t, "the lines", len(lines), 4)
	for _, line := range lines[1:] {
		if !strings.Contains(line, `"credential":"credential-1"`) {
			t.Errorf("got %s", line)
		}
	}
	_, err := audit.VerifyExport(strings.NewReader(out.String()), audit.Trusted{Keys: dbtest.Notary().PublicKeys()}, nil)
	if !errors.Is(err, audit.ErrSomeEntries) {
		t.Errorf("got %v", err)
	}
	// The rest of the entries cannot be left out of a whole export either.
	forged := strings.Replace(out.String(), `"only":"credential credential-1",`, "", 1)
	v, err := audit.VerifyExport(strings.NewReader(forged), audit.Trusted{Keys: dbtest.Notary().PublicKeys()}, nil)
	ok(t, err)
	same(t, "a filtered export passing for a whole one", v.Sound, false)
}

func TestWhatIsNoExportIsSaidToBeNone(t *testing.T) {
	for _, text := range []string{"", "\n", "{}", "hello", `{"checkpoint":{}}`, `{"header":{"format":"mooring audit log 2"}}`} {
		if _, err := audit.VerifyExport(strings.NewReader(text), audit.Trusted{}, nil); !errors.Is(err, audit.ErrNoExport) {
			t.Errorf("%q: got %v", text, err)
		}
	}
}

func TestCSVIsSafeInASpreadsheet(t *testing.T) {
	r := newTrail(t)
	e := full(1)
	e.Detail, e.Changes = "=cmd|' /C calc'!A0", []audit.Change{{Field: "+1", Before: "a,b", After: "c\nd"}}
	ok(t, r.Store.AddEntry(t.Context(), e))
	var out strings.Builder
	ok(t, r.Export(t.Context(), ada, audit.Filter{}, audit.CSV, &out))
	rows, err := csv.NewReader(strings.NewReader(out.String())).ReadAll()
	ok(t, err)
	same(t, "the rows", len(rows), 3)
	slices.SortFunc(rows[1:], func(a, b []string) int { return strings.Compare(b[0], a[0]) })
	for i, column := range rows[0] {
		switch cell := rows[2][i]; column {
		case "Number":
			same(t, column, cell, "1")
		case "Time (UTC)":
			same(t, column, cell, "2026-11-22 09:15:03")
		case "Detail":
			same(t, column, cell, "'=cmd|' /C calc'!A0")
		case "Changes":
			same(t, column, cell, "'+1: a,b → c\nd")
		}
	}
	if err := r.Export(t.Context(), ada, audit.Filter{}, "xml", &out); !errors.Is(err, audit.ErrFormat) {
		t.Errorf("got %v", err)
	}
}

// breakable is a sink that can be out of order.
type breakable struct {
	mu     sync.Mutex
	broken bool
	got    []string
}

func (b *breakable) Name() string { return "breakable" }

func (b *breakable) Send(line []byte) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.broken {
		return errors.New("no such place")
	}
	b.got = append(b.got, string(line))
	return nil
}

func TestASinkGetsWhatItMissedAlsoAfterARestart(t *testing.T) {
	path := filepath.Join(t.TempDir(), "mooring.db")
	sink := &breakable{}
	with := func(c *audit.LogConfig) { c.Sinks = []audit.Sink{sink} }
	r := trailAt(t, path, with)
	for range 2 {
		r.write(1)
		r.checkpoint()
	}
	same(t, "what came", len(sink.got), 2)
	r.checkpoint() // nothing is new
	same(t, "the checkpoints when nothing is new", len(sink.got), 2)

	sink.broken = true
	for range 3 {
		r.write(1)
		r.checkpoint() // which serves on
	}
	same(t, "what came meanwhile", len(sink.got), 2)
	same(t, "the times that it was told", strings.Count(r.said.String(), "could not send out"), 1)
	sink.broken = false
	again := trailAt(t, path, with)
	again.checkpoint()
	same(t, "what came in the end", len(sink.got), 5)
	found, damaged, err := audit.ReadCheckpoints(strings.NewReader(strings.Join(sink.got, "")))
	ok(t, err)
	same(t, "the damaged ones", len(damaged), 0)
	for i, c := range found {
		same(t, "the number", c.Number, int64(i+1))
	}
	sound(t, again.verify(found...))
}

// Whoever writes the database can say that everything was sent.
func TestASinkThatIsSaidToHaveMoreThanThereIsGoesOn(t *testing.T) {
	file := filepath.Join(t.TempDir(), "checkpoints")
	for name, test := range map[string]struct {
		sink func(*breakable) audit.Sink
		want []int64 // that came after it
	}{
		"a place that cannot tell what it has": {func(b *breakable) audit.Sink { return b }, []int64{1, 2, 3}},
		"a file":                               {func(*breakable) audit.Sink { return audit.FileSink{Path: file} }, []int64{3}},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "mooring.db")
			collected := &breakable{}
			r := trailAt(t, path, func(c *audit.LogConfig) { c.Sinks = []audit.Sink{test.sink(collected)} })
			came := func() (numbers []int64) {
				t.Helper()
				text := strings.Join(collected.got, "")
				if text == "" {
					content, err := os.ReadFile(file)
					ok(t, err)
					text = string(content)
				}
				for line := range strings.Lines(text) {
					l, err := audit.ReadLine([]byte(strings.TrimSuffix(line, "\n")))
					ok(t, err)
					numbers = append(numbers, l.Checkpoint.Number)
				}
				return numbers
			}
			for range 2 {
				r.write(1)
				r.checkpoint()
			}
			tamper(t, path, `UPDATE audit_sinks SET checkpoint = 1000000`)
			r.write(1)
			r.checkpoint()
			if got := came(); !slices.Equal(got, append([]int64{1, 2}, test.want...)) {
				t.Errorf("sent were %v", got)
			}
			if !strings.Contains(r.said.String(), "somebody changed it") {
				t.Errorf("it said %q", r.said)
			}
			r.write(1)
			r.checkpoint()
			same(t, "the times that it was told", strings.Count(r.said.String(), "somebody changed it"), 1)
			same(t, "the last that came", came()[len(came())-1], 4)
		})
	}
}

func TestANewSinkBeginsWithTheLatest(t *testing.T) {
	path := filepath.Join(t.TempDir(), "mooring.db")
	r := trailAt(t, path)
	for range 3 {
		r.write(1)
		r.checkpoint()
	}
	sink := &breakable{}
	later := trailAt(t, path, func(c *audit.LogConfig) { c.Sinks = []audit.Sink{sink} })
	later.checkpoint()
	same(t, "what came", len(sink.got), 1)
	if !strings.HasPrefix(sink.got[0], `{"checkpoint":{"number":3,`) {
		t.Errorf("got %s", sink.got[0])
	}
}

func TestAFileOfCheckpointsGrowsByWholeLines(t *testing.T) {
	path := filepath.Join(t.TempDir(), "checkpoints")
	r := newTrail(t, func(c *audit.LogConfig) { c.Sinks = []audit.Sink{audit.FileSink{Path: path}} })
	r.write(1)
	r.checkpoint()
	info, err := os.Stat(path)
	ok(t, err)
	same(t, "the mode", info.Mode().Perm(), 0o600)
	content, err := os.ReadFile(path)
	ok(t, err)
	ok(t, os.WriteFile(path, append(content, content[:40]...), 0o600)) // as a power cut leaves it
	r.write(1)
	r.checkpoint()
	content, err = os.ReadFile(path)
	ok(t, err)
	found, damaged, err := audit.ReadCheckpoints(strings.NewReader("Nov 23 04:00 host mooring[1]: " + string(content)))
	ok(t, err)
	same(t, "the checkpoints", len(found), 2)
	same(t, "the damaged line", slices.Equal(damaged, []int{2}), true)
}

func TestCheckpointsAreMadeInTime(t *testing.T) {
	r := newTrail(t)
	look := func() int64 {
		t.Helper()
		audit.Look(r.Log, t.Context())
		last, err := r.Store.LastCheckpoint(t.Context())
		ok(t, err)
		return last.Number
	}
	same(t, "without entries", look(), 0)
	r.write(1)
	same(t, "after the first entry", look(), 1)
	same(t, "at once again", look(), 1)
	r.write(1)
	same(t, "for one entry within the hour", look(), 1)
	r.clock.pass(time.Hour)
	same(t, "after an hour", look(), 2)
	r.clock.pass(time.Hour)
	same(t, "after an hour in which nothing happened", look(), 2)
	r.write(999)
	r.clock.pass(time.Minute)
	same(t, "for 999 entries", look(), 3) // the hour is over
	r.write(999)
	same(t, "for 999 entries more", look(), 3)
	r.write(1)
	same(t, "for 1000 entries", look(), 4)
	r.write(1)
	r.End()
	same(t, "at the end", look(), 5)
	r.clock.pass(-24 * time.Hour) // it was ahead
	same(t, "after the clock was put right", look(), 5)
	r.write(1)
	same(t, "for an entry after that", look(), 6)
	r.write(1)
	same(t, "for one more within the hour", look(), 6)
	sound(t, r.verify())
}

// idle is a store of a log in which nothing happens.
type idle struct {
	audit.LogStore
	looks chan struct{}
}

func (i idle) Head(context.Context) (audit.Head, bool, error) {
	i.looks <- struct{}{}
	return audit.Head{}, true, nil
}

func (idle) LastCheckpoint(context.Context) (audit.Checkpoint, error) { return audit.Checkpoint{}, nil }

func (idle) MakeCheckpoint(context.Context, time.Time) (audit.Checkpoint, bool, error) {
	return audit.Checkpoint{}, false, nil
}

func TestRunLooksEachSecondAndEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := idle{looks: make(chan struct{}, 10)}
		l := audit.NewLog(audit.LogConfig{Store: store, Now: time.Now})
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan struct{})
		go func() { l.Run(ctx); close(ended) }()
		time.Sleep(3500 * time.Millisecond)
		synctest.Wait()
		same(t, "the looks", len(store.looks), 3)
		cancel()
		<-ended
	})
}
