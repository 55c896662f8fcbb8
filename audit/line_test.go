package audit_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"mooring/audit"
	"mooring/db/dbtest"
	"mooring/secret"
)

func TestALineInAnotherSpellingIsRefused(t *testing.T) {
	s := dbtest.Notary().Seal(full(1), 1, make([]byte, 32))
	var out bytes.Buffer
	ok(t, audit.Line{Entry: &s}.Write(&out))
	line := strings.TrimSuffix(out.String(), "\n")
	if _, err := audit.ReadLine([]byte(line)); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{
		"a space":             strings.Replace(line, `,"at"`, `, "at"`, 1),
		"one field twice":     strings.Replace(line, `"number":1,`, `"number":2,"number":1,`, 1),
		"an unknown field":    strings.Replace(line, `"number":1,`, `"number":1,"note":"x",`, 1),
		"a field in capitals": strings.Replace(line, `"number"`, `"Number"`, 1),
		"an escaped letter":   strings.Replace(line, `"done"`, `"\u0064one"`, 1),
		"two things":          strings.TrimSuffix(line, "}") + `,"checkpoint":{}}`,
		"something behind it": line + "{}",
		"a number as text":    strings.Replace(line, `"number":1`, `"number":"1"`, 1),
		"capital hexadecimal": strings.Replace(line, `"digest":"`, `"digest":"AB`, 1),
		"no thing at all":     "{}",
		"nothing":             "",
		"an empty thing":      `{"entry":null}`,
	} {
		if _, err := audit.ReadLine([]byte(text)); err == nil {
			t.Errorf("%s was read", name)
		}
	}
}

func TestTextThatIsNoTextIsMendedBeforeItIsSealed(t *testing.T) {
	r := newTrail(t)
	e := full(1)
	e.Detail, e.Actor.RequestID, e.Changes[0].After = "half \xff letter", "\xc3", "nul \x00, \u2028 and \xfe"
	ok(t, r.Store.AddEntry(t.Context(), e))
	sound(t, r.verify())
	sound(t, verifyText(t, r.export()))
}

// fuzzRing is the same in all processes of a fuzz test.
func fuzzRing(t testing.TB) *secret.Ring {
	t.Helper()
	path := filepath.Join(t.TempDir(), "keys")
	ok(t, os.WriteFile(path, []byte("mooring key ring 1\n00000001 "+base64.StdEncoding.EncodeToString(make([]byte, 32))+"\n"), 0o600))
	ring, err := secret.ReadRing(path)
	ok(t, err)
	return ring
}

// memory is a log that is in no database, which would be slow under a fuzzer.
type memory struct {
	audit.LogStore
	notary      *audit.Notary
	entries     []audit.Sealed
	checkpoints []audit.Checkpoint
}

func (m *memory) AddEntry(_ context.Context, e audit.Entry) error {
	previous := make([]byte, 32)
	if n := len(m.entries); n > 0 {
		previous = m.entries[n-1].Digest
	}
	m.entries = append(m.entries, m.notary.Seal(e, int64(len(m.entries)+1), previous))
	return nil
}

func (m *memory) MakeCheckpoint(_ context.Context, at time.Time) (audit.Checkpoint, bool, error) {
	last, _ := m.LastCheckpoint(context.Background())
	end := m.entries[len(m.entries)-1]
	m.checkpoints = append(m.checkpoints, m.notary.Checkpoint(last, at, audit.Head{Number: end.Number, Digest: end.Digest}))
	return m.checkpoints[len(m.checkpoints)-1], true, nil
}

func (m *memory) LastCheckpoint(context.Context) (audit.Checkpoint, error) {
	if len(m.checkpoints) == 0 {
		return audit.Checkpoint{}, nil
	}
	return m.checkpoints[len(m.checkpoints)-1], nil
}

func (m *memory) EntriesAfter(_ context.Context, number int64, most int) ([]audit.Sealed, error) {
	left := m.entries[number:]
	return left[:min(most, len(left))], nil
}

func (m *memory) CheckpointsAfter(_ context.Context, number int64, most int) ([]audit.Checkpoint, error) {
	left := m.checkpoints[number:]
	return left[:min(most, len(left))], nil
}

func (*memory) Segments(context.Context) ([]audit.Segment, error) { return nil, nil }
func (*memory) Vouches(context.Context) ([]audit.Vouch, error)    { return nil, nil }

// fuzzExport is an export, and the notary who signed it.
func fuzzExport(t testing.TB) (string, *audit.Notary) {
	t.Helper()
	notary := audit.NewNotary(fuzzRing(t))
	store := &memory{notary: notary}
	l := audit.NewLog(audit.LogConfig{Store: store, Notary: notary, Now: func() time.Time { return morning }})
	for i := range 3 {
		ok(t, store.AddEntry(context.Background(), full(i)))
		ok(t, l.Checkpoint(context.Background()))
	}
	var out strings.Builder
	ok(t, l.Export(context.Background(), ada, audit.Filter{}, audit.JSONLines, &out))
	return out.String(), notary
}

// FuzzReadLine: what is read is written as it was, and nothing panics.
func FuzzReadLine(f *testing.F) {
	whole, notary := fuzzExport(f)
	for line := range strings.Lines(whole) {
		f.Add([]byte(strings.TrimSuffix(line, "\n")))
	}
	var segment bytes.Buffer
	s := notary.Segment(audit.Segment{First: 1, Last: 2, FirstAt: morning, Before: make([]byte, 32), Digest: make([]byte, 32)})
	ok(f, audit.Line{Segment: &s}.Write(&segment))
	f.Add(bytes.TrimSuffix(segment.Bytes(), []byte("\n")))
	f.Fuzz(func(t *testing.T, text []byte) {
		l, err := audit.ReadLine(text)
		if err != nil {
			return
		}
		var again bytes.Buffer
		if err := l.Write(&again); err != nil || again.String() != string(text)+"\n" {
			t.Errorf("%q was written as %q, %v", text, again.String(), err)
		}
	})
}

// FuzzVerifyExport: only the lines of the export itself are sound, and nothing panics.
func FuzzVerifyExport(f *testing.F) {
	whole, notary := fuzzExport(f)
	f.Add(whole)
	f.Add(strings.Replace(whole, `"number":2`, `"number":3`, 1))
	trusted := audit.Trusted{Keys: notary.PublicKeys()}
	first := strings.Index(whole, "\n")
	f.Fuzz(func(t *testing.T, text string) {
		v, err := audit.VerifyExport(strings.NewReader(text), trusted, nil)
		if err == nil && v.Sound { // of the first line, the list of keys is not signed
			begin := strings.IndexByte(text, '\n')
			if begin < 0 || strings.TrimRight(strings.ReplaceAll(text[begin:], "\r", ""), "\n") != strings.TrimRight(whole[first:], "\n") {
				t.Errorf("%q is sound", text)
			}
		}
		found, _, _ := audit.ReadCheckpoints(strings.NewReader(text))
		for _, c := range found {
			var line strings.Builder
			if err := (audit.Line{Checkpoint: &c}).Write(&line); err != nil || !strings.Contains(text, strings.TrimSuffix(line.String(), "\n")) {
				t.Errorf("%q was read as %q", text, line.String())
			}
		}
		_, _ = audit.ReadTrusted([]byte(text))
	})
}
