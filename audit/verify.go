package audit

import (
	"bytes"
	"context"
	"fmt"
	"time"
)

const chunk = 500 // entries or checkpoints that are read at once

// Verify follows the whole log of a database: digests, marks, checkpoints,
// segments and the head, and the checkpoints that were sent out, if there are
// any. An error means that it could not look; what it found is in the Verdict.
func Verify(ctx context.Context, r LogReader, notary *Notary, sent []Checkpoint) (Verdict, error) {
	vouches, err := r.Vouches(ctx)
	if err != nil {
		return Verdict{}, err
	}
	keys := Trust(notary.PublicKeys(), vouches)
	c := newChain(keys, notary, sent)
	c.former = len(keys) > len(notary.PublicKeys())
	broken, err := follow(ctx, r, c)
	if err != nil {
		return Verdict{}, err
	}
	return c.verdict(broken), nil
}

func follow(ctx context.Context, r LogReader, c *chain) (*Break, error) {
	head, has, err := r.Head(ctx)
	if err != nil {
		return nil, err
	}
	segments, err := r.Segments(ctx)
	if err != nil {
		return nil, err
	}
	for _, s := range segments {
		if broken := c.segment(s); broken != nil {
			return broken, nil
		}
	}
	checkpoints := &checkpointCursor{r: r}
	entries, err := r.EntriesAfter(ctx, c.next-1, chunk)
	for {
		for _, s := range entries {
			if broken, err := checkpoints.until(ctx, c); broken != nil || err != nil {
				return broken, err
			}
			if broken := c.entry(s); broken != nil {
				return broken, nil
			}
		}
		if err != nil {
			return c.unreadable(err)
		}
		if len(entries) < chunk {
			break
		}
		entries, err = r.EntriesAfter(ctx, c.next-1, chunk)
	}
	if has && c.notary.HeadMarked(head) && c.next <= head.Number { // said before a checkpoint says it, since it knows better
		return atEntry(c.next, "The log ends at entry %d, but it had at least %d.", c.next-1, head.Number), nil
	}
	if broken, err := checkpoints.rest(ctx, c); broken != nil || err != nil {
		return broken, err
	}
	return c.end(head, has), nil
}

// end compares what came with the head.
func (c *chain) end(head Head, has bool) *Break {
	switch {
	case !has:
		return &Break{What: "The head of the log is missing."}
	case !c.notary.HeadMarked(head):
		return &Break{What: "The head of the log was changed: its mark doesn't match."}
	case c.next-1 > head.Number:
		return atEntry(head.Number+1, "The log ends at entry %d, but there are entries up to %d after its end: an older head was put back.", head.Number, c.next-1)
	case !bytes.Equal(head.Digest, c.digest):
		return atEntry(head.Number, "Entry %d isn't the one that the head of the log records.", head.Number)
	case head.Checkpoints > c.checkpoint.Number:
		return atCheckpoint(c.checkpoint.Number+1, "%s", missing("Checkpoint", "Checkpoints", c.checkpoint.Number+1, head.Checkpoints))
	case head.Checkpoints < c.checkpoint.Number:
		return atCheckpoint(head.Checkpoints+1, "Checkpoint %d comes after the end of the log: an older head was put back.", head.Checkpoints+1)
	case head.Segments != c.segments:
		return &Break{What: fmt.Sprintf("The log has %d segments, but its head says %d.", c.segments, head.Segments)}
	}
	return nil
}

// checkpointCursor reads checkpoints as the entries pass by.
type checkpointCursor struct {
	r    LogReader
	read []Checkpoint
	last int64
	done bool
}

func (k *checkpointCursor) peek(ctx context.Context) (Checkpoint, bool, error) {
	if len(k.read) == 0 && !k.done {
		var err error
		if k.read, err = k.r.CheckpointsAfter(ctx, k.last, chunk); err != nil {
			return Checkpoint{}, false, err
		}
		k.done = len(k.read) < chunk
	}
	if len(k.read) == 0 {
		return Checkpoint{}, false, nil
	}
	return k.read[0], true, nil
}

func (k *checkpointCursor) drop() { k.last, k.read = k.read[0].Number, k.read[1:] }

// until takes those about the entries so far.
func (k *checkpointCursor) until(ctx context.Context, c *chain) (*Break, error) {
	for {
		p, ok, err := k.peek(ctx)
		if err != nil || !ok || p.Entry >= c.next {
			return nil, err
		}
		if broken := c.take(p); broken != nil {
			return broken, nil
		}
		k.drop()
	}
}

// rest takes all that are left.
func (k *checkpointCursor) rest(ctx context.Context, c *chain) (*Break, error) {
	for {
		p, ok, err := k.peek(ctx)
		if err != nil || !ok {
			return nil, err
		}
		if broken := c.take(p); broken != nil {
			return broken, nil
		}
		k.drop()
	}
}

func day(t time.Time) string { return t.UTC().Format("2 January 2006, 15:04 UTC") }
