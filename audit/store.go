package audit

import (
	"context"
	"time"
)

// LogReader reads the log in its own order, for whoever verifies or exports it.
type LogReader interface {
	// Head is the end of the log; has is false when there is none, which a log
	// that was begun always has.
	Head(ctx context.Context) (head Head, has bool, err error)
	// EntriesAfter are the entries after a number, in order. Of one that cannot
	// be read it says so with an UnreadableError, and gives those before it.
	EntriesAfter(ctx context.Context, number int64, most int) ([]Sealed, error)
	// CheckpointsAfter are the checkpoints after a number, in order.
	CheckpointsAfter(ctx context.Context, number int64, most int) ([]Checkpoint, error)
	// Vouches are what the keys of this Mooring have said of each other, also
	// those that are not in the key file any more.
	Vouches(ctx context.Context) ([]Vouch, error)
	// Segments are all that was sealed, in order.
	Segments(ctx context.Context) ([]Segment, error)
}

// LogStore keeps the log. Every other change writes its entries itself, in its
// own transaction.
type LogStore interface {
	LogReader

	// Still gives work a view of the log in which nothing changes.
	Still(ctx context.Context, work func(LogReader) error) error

	// Filtered is a page of the entries that a filter wants, the greatest number
	// first, whatever their times, from behind the entry before on (0: from the
	// newest). It looks at a bounded number of entries, so that a page may hold few
	// and still have a next one.
	Filtered(ctx context.Context, f Filter, before int64, most int) (LogPage, error)
	// Tail is the latest of the entries after a number that a filter wants.
	Tail(ctx context.Context, f Filter, after int64, most int) (LogPage, error)
	// OfCredential is the latest of the entries about a credential.
	OfCredential(ctx context.Context, id string, most int) ([]Sealed, error)

	// AddEntry writes an entry that belongs to no change.
	AddEntry(ctx context.Context, e Entry) error

	// LastCheckpoint is the zero value when there is none.
	LastCheckpoint(ctx context.Context) (Checkpoint, error)
	// MakeCheckpoint makes and stores the next checkpoint, if there are entries
	// after the last one.
	MakeCheckpoint(ctx context.Context, at time.Time) (c Checkpoint, made bool, err error)
	// Unsent are the checkpoints that a sink has not got, in order. One that is
	// new begins with the latest.
	Unsent(ctx context.Context, sink string, most int) ([]Checkpoint, error)
	// LastSent is the last checkpoint that a sink has got, as Sent remembered it;
	// 0 when there is none.
	LastSent(ctx context.Context, sink string) (int64, error)
	// Sent remembers the last checkpoint that a sink has got.
	Sent(ctx context.Context, sink string, checkpoint int64) error

	// Seal stores a segment, after which its entries can be dropped.
	Seal(ctx context.Context, s Segment, e Entry) error
	// DropSealed drops some of the entries of sealed segments and reports
	// whether there are more.
	DropSealed(ctx context.Context, most int) (more bool, err error)
	// DropVerifications drops verifications from before a moment, of some
	// credentials after a number, but keeps the latest of each. It returns the
	// number to go on after, and 0 at the end.
	DropVerifications(ctx context.Context, before time.Time, keep int, after int64, most int) (next int64, err error)
}
