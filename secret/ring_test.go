package secret_test

import (
	"bytes"
	"encoding/base64"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"mooring/secret"
)

const header = "mooring key ring 1\n"

// line is one key of a ring file, made of one repeated byte.
func line(id string, b byte) string {
	return id + " " + base64.StdEncoding.EncodeToString(bytes.Repeat([]byte{b}, 32)) + "\n"
}

func ringFile(t testing.TB) string { return filepath.Join(t.TempDir(), "mooring.keys") }

func write(t testing.TB, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func create(t testing.TB, r *secret.Ring, path string) {
	t.Helper()
	if err := r.CreateFile(path); err != nil {
		t.Fatal(err)
	}
}

func TestARingFileReadsBackWithAllItsKeys(t *testing.T) {
	path := ringFile(t)
	ring := secret.NewRing()
	oldest := seal(t, ring)
	ring = ring.Rotated().Rotated()
	newest := seal(t, ring)
	create(t, ring, path)

	read, err := secret.ReadRing(path)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(read.KeyIDs(), ring.KeyIDs()) {
		t.Errorf("read %v, want %v", read.KeyIDs(), ring.KeyIDs())
	}
	opens(t, read, place, oldest)
	opens(t, read, place, newest)
	opens(t, ring, place, seal(t, read))
}

func TestAMissingRingFileIsToldApart(t *testing.T) {
	if _, err := secret.ReadRing(ringFile(t)); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("got %v", err)
	}
}

func TestADamagedRingFileIsRefused(t *testing.T) {
	a, b := line("00000001", 'a'), line("00000002", 'b')
	for name, text := range map[string]string{
		"empty":                 "",
		"only a first line":     header,
		"no first line":         a,
		"another version":       "mooring key ring 2\n" + a,
		"an empty line":         header + a + "\n" + b,
		"a short key":           header + "00000001 " + base64.StdEncoding.EncodeToString(make([]byte, 31)) + "\n",
		"a long key":            header + "00000001 " + base64.StdEncoding.EncodeToString(make([]byte, 33)) + "\n",
		"a short id":            header + line("000001", 'a'),
		"a long id":             header + line("0000000001", 'a'),
		"an id that is no hex":  header + line("0000000g", 'a'),
		"a key that is no text": header + "00000001 " + strings.Repeat("*", 44) + "\n",
		"no space":              header + strings.Replace(a, " ", "", 1),
		"two spaces":            header + strings.Replace(a, " ", "  ", 1),
		"one id twice":          header + a + b + line("00000001", 'c'),
		"one key twice":         header + a + a,
		"a line without an end": header + a + strings.Repeat("x", 70_000),
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := secret.ParseRing([]byte(text)); err == nil {
				t.Error("it was read")
			}
			path := ringFile(t)
			write(t, path, text)
			_, err := secret.ReadRing(path)
			if err == nil || !strings.Contains(err.Error(), path) {
				t.Errorf("got %v, want an error that names the file", err)
			}
			if err != nil && strings.Contains(err.Error(), strings.Fields(a)[1]) {
				t.Errorf("the error tells the key: %v", err)
			}
		})
	}
}

func TestEveryTruncationOfARingFileIsRefused(t *testing.T) {
	text := header + line("00000001", 'a')
	for n := range len(text) - 1 { // without its last line end it is still whole
		if _, err := secret.ParseRing([]byte(text[:n])); err == nil {
			t.Errorf("the first %d of %d bytes were read", n, len(text))
		}
	}
}

func TestATooLargeRingFileIsRefused(t *testing.T) {
	path := ringFile(t)
	var text strings.Builder
	text.WriteString(header)
	for i := range 1300 {
		text.WriteString(line("0000"+string([]byte{"0123456789abcdef"[i>>8], "0123456789abcdef"[i>>4&15], "0123456789abcdef"[i&15], '0'}), 'a'))
	}
	if _, err := secret.ParseRing([]byte(text.String())); err != nil {
		t.Fatal("only the size may be wrong with it:", err)
	}
	write(t, path, text.String())
	if _, err := secret.ReadRing(path); err == nil || !strings.Contains(err.Error(), "too large") {
		t.Errorf("got %v", err)
	}
}

func TestCreatingNeverOverwrites(t *testing.T) {
	path := ringFile(t)
	create(t, secret.NewRing(), path)
	before, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := secret.NewRing().CreateFile(path); !errors.Is(err, fs.ErrExist) {
		t.Errorf("got %v", err)
	}
	if after, err := os.ReadFile(path); err != nil || !bytes.Equal(before, after) {
		t.Error("the file has changed")
	}
}

func TestOfTwentyRacingCreatesExactlyOneWins(t *testing.T) {
	path := ringFile(t)
	const rivals = 20
	rings, errs := make([]*secret.Ring, rivals), make([]error, rivals)
	start := make(chan struct{})
	var group sync.WaitGroup
	for i := range rivals {
		rings[i] = secret.NewRing()
		group.Go(func() {
			<-start
			errs[i] = rings[i].CreateFile(path)
		})
	}
	close(start)
	group.Wait()

	read, err := secret.ReadRing(path)
	if err != nil {
		t.Fatal(err)
	}
	winners := 0
	for i, err := range errs {
		switch {
		case err == nil:
			winners++
			if read.KeyIDs()[0] != rings[i].KeyIDs()[0] {
				t.Error("the file holds another key than the winner's")
			}
		case !errors.Is(err, fs.ErrExist):
			t.Error(err)
		}
	}
	if winners != 1 {
		t.Errorf("%d won", winners)
	}
}

func TestReadersSeeTheOldRingOrTheNewOne(t *testing.T) {
	path := ringFile(t)
	ring := secret.NewRing()
	sealed := seal(t, ring)
	create(t, ring, path)

	done := make(chan error)
	go func() {
		var err error
		for range 20 {
			ring = ring.Rotated()
			if err = ring.ReplaceFile(path); err != nil {
				break
			}
		}
		done <- err
	}()
	for reads, latest := 1, 1; ; reads++ {
		read, err := secret.ReadRing(path)
		if err != nil {
			t.Fatalf("read %d: %v", reads, err)
		}
		opens(t, read, place, sealed)
		if n := len(read.KeyIDs()); n < latest {
			t.Errorf("read %d finds %d keys after one of %d", reads, n, latest)
		} else {
			latest = n
		}
		select {
		case err := <-done:
			if err != nil {
				t.Error(err)
			}
			read, err := secret.ReadRing(path)
			if err != nil || !slices.Equal(read.KeyIDs(), ring.KeyIDs()) {
				t.Errorf("in the end: %v, %v", read, err)
			}
			return
		default:
		}
	}
}

func TestAFailedReplacementLeavesTheOldRing(t *testing.T) {
	path := ringFile(t)
	ring := secret.NewRing()
	create(t, ring, path)
	if err := os.MkdirAll(filepath.Join(path+".next", "in the way"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := ring.Rotated().ReplaceFile(path); err == nil {
		t.Fatal("the obstacle did not work")
	}
	read, err := secret.ReadRing(path)
	if err != nil || !slices.Equal(read.KeyIDs(), ring.KeyIDs()) {
		t.Errorf("the old ring: %v, %v", read, err)
	}
}

func TestReplacingGoesOverWhatACrashLeft(t *testing.T) {
	path := ringFile(t)
	ring := secret.NewRing()
	create(t, ring, path)
	write(t, path+".next", header+"half a k")
	rotated := ring.Rotated()
	if err := rotated.ReplaceFile(path); err != nil {
		t.Fatal(err)
	}
	read, err := secret.ReadRing(path)
	if err != nil || !slices.Equal(read.KeyIDs(), rotated.KeyIDs()) {
		t.Errorf("the new ring: %v, %v", read, err)
	}
	if _, err := os.Stat(path + ".next"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("something is left beside it: %v", err)
	}
}

// FuzzParseRing: whatever is read is a ring that works, with one key a line.
func FuzzParseRing(f *testing.F) {
	f.Add([]byte(header + line("00000001", 'a') + line("00000002", 'b')))
	f.Add([]byte(header + line("00000001", 'a') + strings.Repeat("x", 70_000)))
	f.Add([]byte(header + line("0000000A", 'a')))
	f.Add([]byte(strings.ReplaceAll(header+line("00000001", 'a'), "\n", "\r\n")))
	f.Add([]byte(header))
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, text []byte) {
		ring, err := secret.ParseRing(text)
		if err != nil {
			return
		}
		ids := ring.KeyIDs()
		if lines := strings.Count(strings.TrimSuffix(string(text), "\n"), "\n"); len(ids) != lines {
			t.Errorf("%d keys on %d lines", len(ids), lines)
		}
		slices.SortFunc(ids, func(a, b secret.KeyID) int { return bytes.Compare(a[:], b[:]) })
		if len(slices.Compact(ids)) != len(ring.KeyIDs()) {
			t.Error("an id appears twice")
		}
		opens(t, ring, place, seal(t, ring))
	})
}
