package handlers

import (
	"bytes"
	"fmt"
	"testing"
	"time"
)

// shelf is kept pages with a clock, and sweeps when the test says so.
type shelf struct {
	*keptPages
	now   time.Time
	sweep func()
}

func newShelf() *shelf {
	s := &shelf{now: testNow()}
	s.keptPages = newKeptPages(func() time.Time { return s.now })
	s.after = func(_ time.Duration, f func()) { s.sweep = f }
	return s
}

func pageKey(path string) keptKey { return keptKey{"session", "account", path, ""} }

func (s *shelf) keep(path string, version uint64, size int) {
	buffer := bytes.NewBuffer(make([]byte, 0, 4*size)) // as large as a buffer may have grown
	buffer.Write(make([]byte, size))
	s.put(&keptPage{key: pageKey(path), version: version, until: s.now.Add(keptFor), plain: buffer.Bytes()})
}

func (s *shelf) has(path string, version uint64) bool {
	_, ok := s.get(pageKey(path), version)
	return ok
}

func (s *shelf) check(t *testing.T) {
	t.Helper()
	bytes := 0
	for key, page := range s.pages {
		bytes += page.size()
		if cap(page.plain) > len(page.plain)+len(page.plain)/4+64 || page.key != key {
			t.Fatalf("a page of %d bytes takes %d", len(page.plain), cap(page.plain))
		}
	}
	if bytes != s.bytes || bytes > s.most || s.byAge.Len() != len(s.pages) || s.byUse.Len() != len(s.pages) {
		t.Fatalf("%d pages take %d bytes, counted are %d of %d; %d and %d are in the lists", len(s.pages), bytes, s.bytes, s.most, s.byAge.Len(), s.byUse.Len())
	}
}

// An account with 1,000 links, opened in 200 sessions, took 440 MB.
func TestKeptPagesAreBoundedByTheirBytes(t *testing.T) {
	s := newShelf()
	for i := range 200 {
		s.keep(fmt.Sprint(i), 1, 1<<20)
		s.check(t)
	}
	if len(s.pages) < 3 {
		t.Errorf("only %d are kept", len(s.pages))
	}
	for i := range 100_000 {
		s.keep(fmt.Sprint("tiny", i), 1, 1)
	}
	s.check(t)
	if !s.has("tiny99999", 1) || s.has("199", 1) {
		t.Error("not the longest unused have gone")
	}
	before := len(s.pages)
	s.keep("huge", 1, mostKept/4)
	if s.has("huge", 1) || len(s.pages) != before {
		t.Error("one page takes the room of all others")
	}
}

func TestStalePagesGoFirstThenTheLongestUnused(t *testing.T) {
	s := newShelf()
	s.most = 10 * (1000 + keptOverhead)
	for i := range 10 {
		s.keep(fmt.Sprint(i), 1, 1000)
	}
	if !s.has("0", 1) { // now 1 is unused for the longest
		t.Error("it is not kept")
	}
	s.keep("10", 1, 1000)
	if s.has("1", 1) || !s.has("0", 1) || !s.has("2", 1) {
		t.Error("not the longest unused has gone")
	}
	s.check(t)

	s.keep("new", 2, 1000) // the data has changed: nobody may see the others any more
	if s.check(t); len(s.pages) != 1 {
		t.Errorf("%d pages are kept that nobody may see", len(s.pages)-1)
	}
	s.keep("late", 1, 1000) // rendered before the change, and done after it
	s.keep("new", 2, 2000)  // in place of the one before
	if s.check(t); s.has("late", 2) || !s.has("new", 2) {
		t.Error("what is kept is not the latest")
	}

	s.now = s.now.Add(keptFor)
	s.keep("later", 2, 1000)
	if s.check(t); len(s.pages) != 1 {
		t.Errorf("%d pages are kept that are too old", len(s.pages)-1)
	}
}

// Nobody has to ask for a page to have the stale ones dropped.
func TestStalePagesGoAlthoughNobodyAsks(t *testing.T) {
	s := newShelf()
	s.keep("one", 1, 1000)
	s.now = s.now.Add(keptFor / 2)
	s.keep("two", 1, 1000)
	s.now = s.now.Add(keptFor / 2)
	sweep := s.sweep
	s.sweep = nil
	sweep()
	if s.check(t); len(s.pages) != 1 || s.sweep == nil {
		t.Fatalf("%d are kept", len(s.pages))
	}
	s.now = s.now.Add(keptFor)
	sweep, s.sweep = s.sweep, nil
	sweep()
	if s.check(t); len(s.pages) != 0 || s.sweep != nil {
		t.Errorf("%d are kept, or the sweeping goes on", len(s.pages))
	}
	if s.keep("three", 1, 1000); s.sweep == nil {
		t.Error("nobody sweeps the next")
	}
}
