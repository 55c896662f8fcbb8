package audit

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"
)

const (
	segmentEntries    = 100_000 // at most, in one archived file
	droppedAtOnce     = 500     // entries, so that others need not wait long
	keptVerifications = 50      // of each credential, however old
	prunedAtOnce      = 200     // credentials
)

// retain archives and drops what is older than it has to be kept.
func (l *Log) retain(ctx context.Context) {
	if l.Keep <= 0 {
		return
	}
	err := l.Retain(ctx)
	if err != nil && ctx.Err() == nil {
		l.Log.Error("could not archive old entries of the audit log; they stay where they are", "cause", err)
	}
}

// Retain seals the entries that are older than they have to be kept, a segment
// at a time, and drops them when their file is safe in the archive. It drops
// old verifications too. Whenever it is cut off, the next call goes on.
func (l *Log) Retain(ctx context.Context) error {
	if l.Keep <= 0 {
		return nil
	}
	before := l.Now().Add(-l.Keep)
	for {
		if err := l.dropSealed(ctx); err != nil {
			return err
		}
		sealed, err := l.seal(ctx, before)
		if err != nil {
			return err
		}
		if !sealed {
			return l.dropVerifications(ctx, before)
		}
	}
}

func (l *Log) dropSealed(ctx context.Context) error {
	for more := true; more; {
		var err error
		if more, err = l.Store.DropSealed(ctx, droppedAtOnce); err != nil {
			return err
		}
	}
	return nil
}

func (l *Log) dropVerifications(ctx context.Context, before time.Time) error {
	for after := int64(0); ; {
		next, err := l.Store.DropVerifications(ctx, before, keptVerifications, after, prunedAtOnce)
		if err != nil || next == 0 {
			return err
		}
		after = next
	}
}

// seal archives the oldest entries as one segment. It takes them in their
// order and stops at the first that is young enough to stay.
func (l *Log) seal(ctx context.Context, before time.Time) (sealed bool, err error) {
	s, err := l.oldest(ctx, before)
	if err != nil || s.Last < s.First {
		return false, err
	}
	if err := l.sound(ctx); err != nil {
		return false, err
	}
	if err := l.archive(ctx, s); err != nil {
		return false, err
	}
	s.SealedAt = l.Now()
	return true, l.Store.Seal(ctx, l.Notary.Segment(s), Entry{At: s.SealedAt, Actor: BySystem(), Action: SealLog, Result: Done,
		Detail: fmt.Sprintf("entries %d to %d", s.First, s.Last)})
}

// sound makes sure that the log is whole, marks and all, before this Mooring
// signs a part of it.
func (l *Log) sound(ctx context.Context) error {
	return l.Store.Still(ctx, func(r LogReader) error {
		verdict, err := Verify(ctx, r, l.Notary, nil)
		if err == nil && !verdict.Sound {
			err = verdict.Broken
		}
		return err
	})
}

// oldest is the segment that is due, or one that ends before it begins.
func (l *Log) oldest(ctx context.Context, before time.Time) (Segment, error) {
	segments, err := l.Store.Segments(ctx)
	if err != nil {
		return Segment{}, err
	}
	s := Segment{First: 1, Before: noDigest}
	var lastOld time.Time // of the last entry that is old enough by its own time
	if n := len(segments); n > 0 {
		s.First, s.Before, lastOld = segments[n-1].Last+1, segments[n-1].Digest, segments[n-1].LastAt
	}
	s.Last = s.First - 1
	var written int64 // up to this number, entries are old enough whatever their time
	for {
		entries, err := l.Store.EntriesAfter(ctx, s.Last, chunk)
		if err != nil {
			return Segment{}, err
		}
		for _, e := range entries {
			old := e.At.Before(before)
			if !old && e.Number > written {
				if written, err = l.writtenBefore(ctx, lastOld, before); err != nil {
					return Segment{}, err
				}
			}
			if !old && e.Number > written || s.Last-s.First+1 >= segmentEntries {
				return s, nil
			}
			if old {
				lastOld = e.At
			}
			if e.Number == s.First {
				s.FirstAt = e.At
			}
			if e.Action == Restore {
				s.Restores = append(s.Restores, Restored{e.Number, e.At})
			}
			s.Last, s.LastAt, s.Digest = e.Number, e.At, e.Digest
		}
		if len(entries) < chunk {
			return s, nil
		}
	}
}

// writtenBefore gives the number of the last entry with a time from lastOld to
// before. All up to there were written by then: those whose time is later had a
// clock that was ahead, and would hold up all behind them until that time comes.
// An earlier time than lastOld proves nothing: that clock was behind.
func (l *Log) writtenBefore(ctx context.Context, lastOld, before time.Time) (number int64, err error) {
	if lastOld.IsZero() || !lastOld.Before(before) {
		return 0, nil
	}
	for next := int64(0); ; {
		page, err := l.Store.Filtered(ctx, Filter{From: lastOld, To: before}, next, 1)
		if err != nil {
			return 0, err
		}
		if len(page.Entries) > 0 {
			return page.Entries[0].Number, nil
		}
		if next = page.Next; next == 0 {
			return 0, nil
		}
	}
}

// archive writes the entries of a segment to a file of their own, an export
// like any other, and reads it back before anything is dropped.
func (l *Log) archive(ctx context.Context, s Segment) error {
	h, err := l.archiveHeader(ctx, s)
	if err != nil {
		return err
	}
	path := filepath.Join(l.Archive, fmt.Sprintf("mooring-audit-%010d-%010d.jsonl", s.First, s.Last))
	part := path + ".part"
	if err := os.Remove(part); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	file, err := os.OpenFile(part, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	err = errors.Join(l.fill(ctx, h, file), file.Close())
	if err == nil {
		err = os.Rename(part, path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(part))
	}
	return syncFolder(l.Archive)
}

func (l *Log) fill(ctx context.Context, h Header, file *os.File) error {
	buffer := bufio.NewWriter(file)
	if err := l.writeHeader(ctx, h, buffer); err != nil {
		return err
	}
	if err := writeChain(ctx, l.Store, h, buffer); err != nil {
		return err
	}
	if err := errors.Join(buffer.Flush(), file.Sync()); err != nil {
		return err
	}
	if _, err := file.Seek(0, io.SeekStart); err != nil {
		return err
	}
	verdict, err := VerifyExport(file, Trusted{Keys: l.PublicKeys()}, nil)
	if err == nil && !verdict.Sound {
		err = fmt.Errorf("the archived entries do not verify: %w", verdict.Broken)
	}
	return err
}

// archiveHeader finds the checkpoints that are about the entries.
func (l *Log) archiveHeader(ctx context.Context, s Segment) (Header, error) {
	h := Header{At: l.Now(), First: s.First, Last: s.Last, Before: s.Before, Digest: s.Digest}
	for {
		checkpoints, err := l.Store.CheckpointsAfter(ctx, h.Checkpoints, chunk)
		if err != nil {
			return Header{}, err
		}
		for _, c := range checkpoints {
			if c.Entry > s.Last {
				return h, nil
			}
			if c.Entry < s.First {
				h.CheckpointAfter = c.Number
			}
			h.Checkpoints = c.Number
		}
		if len(checkpoints) < chunk {
			return h, nil
		}
	}
}
