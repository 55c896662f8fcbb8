package db

import (
	"cmp"
	"context"
	"math"
	"sync"

	"mooring/audit"
)

const (
	blockEntries = 128     // entries in a block
	manyTimes    = 500_000 // entries whose times one page reads at most, if they are not in memory yet
)

// auditTimes keeps between which times the entries of each block of the audit
// log were written. They are read when a filter first goes beyond a block, and
// then stay: an entry never changes. A block is what fits between two round
// numbers, and is kept when it is full.
type auditTimes struct {
	entries int64 // in a block; 0: blockEntries

	mu   sync.Mutex
	kept map[int64]span // by the number of the first entry
}

// span is the times from first to before end, in milliseconds since 1970.
type span struct{ first, end int64 }

var allTimes = span{math.MinInt64, math.MaxInt64}

// timesOf is what a filter wants.
func timesOf(f audit.Filter) span {
	times := allTimes
	if !f.From.IsZero() {
		times.first = f.From.UnixMilli()
	}
	if !f.To.IsZero() {
		times.end = f.To.UnixMilli()
	}
	return times
}

func (s span) empty() bool { return s.first >= s.end }

// within is what both have in common.
func (s span) within(other span) span {
	return span{max(s.first, other.first), min(s.end, other.end)}
}

func (t *auditTimes) size() int64 { return cmp.Or(t.entries, blockEntries) }

// blockOf is the block of an entry.
func (t *auditTimes) blockOf(entry int64) numbers {
	first := (entry-1)/t.size()*t.size() + 1
	return numbers{first, first + t.size() - 1}
}

// Of a block that was archived meanwhile there is nothing.
const timesOfBlock = `SELECT coalesce(min(at), 0), coalesce(max(at) + 1, 0) FROM audit WHERE id >= ? AND id <= ?`

// span gives the times of a full block, and whether they had to be read.
func (t *auditTimes) span(ctx context.Context, from reader, block numbers) (times span, fresh bool, err error) {
	t.mu.Lock()
	times, known := t.kept[block.first]
	t.mu.Unlock()
	if known {
		return times, false, nil
	}
	if times, err = one(ctx, from, scanSpan, errNoEntry, timesOfBlock, block.first, block.last); err != nil {
		return span{}, false, err
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.kept == nil {
		t.kept = map[int64]span{}
	}
	t.kept[block.first] = times
	return times, true, nil
}

func scanSpan(r row) (s span, err error) {
	err = r.Scan(&s.first, &s.end)
	return s, err
}
