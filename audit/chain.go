package audit

import (
	"bytes"
	"errors"
	"fmt"
	"sort"
)

// chain follows a log from its start to its end: first the segments, then the
// entries, with each checkpoint after the entry that it is about. It stops at
// the first thing that does not fit. The database and an export are followed by
// the same chain, so that they are held to the same.
type chain struct {
	keys   []PublicKey // that may have signed
	notary *Notary     // nil: who has only public keys cannot check the marks

	former  bool  // a key has gone from the ring, so that what it marked cannot be checked any more
	marked  bool  // an entry has come whose mark fits, after which all must
	unknown int64 // the last entry whose mark cannot be checked

	begun   bool // an entry or a checkpoint has come, after which no segment may
	first   int64
	next    int64  // number of the entry that has to come
	digest  []byte // of the entry before it
	entries int64

	checkpoints int // that were looked at
	checkpoint  Checkpoint

	segments int64
	sealed   Segment // the last one

	sent     *outside
	restores []Restored
}

func newChain(keys []PublicKey, notary *Notary, sent []Checkpoint) *chain {
	return &chain{keys: keys, notary: notary, first: 1, next: 1, digest: noDigest, sent: newOutside(sent)}
}

// segment takes the next segment.
func (c *chain) segment(s Segment) *Break {
	switch {
	case VerifySignature(c.keys, sealing, s.spelt(), s.Signature) != nil:
		return atEntry(s.First, "The segment of archived entries %d to %d isn't signed by this Mooring.", s.First, s.Last)
	case c.begun:
		return atEntry(s.First, "The segment of archived entries %d to %d is in the wrong place.", s.First, s.Last)
	case s.First > c.next:
		return atEntry(c.next, "%s The segment that describes them is missing, too.", missing("Entry", "Entries", c.next, s.First-1))
	case s.First < c.next || s.Last < s.First || !bytes.Equal(s.Before, c.digest):
		return atEntry(s.First, "The segment of archived entries %d to %d does not match what comes before it.", s.First, s.Last)
	}
	c.segments++
	c.restores = append(c.restores, s.Restores...)
	c.first, c.next, c.digest, c.sealed = s.Last+1, s.Last+1, s.Digest, s
	return nil
}

// startAt begins in the middle, for an export of archived entries.
func (c *chain) startAt(first int64, before []byte, checkpoint int64) {
	c.first, c.next, c.digest = first, first, before
	c.checkpoint = Checkpoint{Number: checkpoint}
}

// entry takes the next entry.
func (c *chain) entry(s Sealed) *Break {
	c.begun = true
	switch {
	case s.Number > c.next:
		return atEntry(c.next, "%s", missing("Entry", "Entries", c.next, s.Number-1))
	case s.Number < c.next:
		return atEntry(s.Number, "Entry %d comes after entry %d: the entries are out of order.", s.Number, c.next-1)
	case !s.follows(c.digest):
		return atEntry(s.Number, "Entry %d was changed: its digest does not match its content.", s.Number)
	case !c.vouched(s):
		return atEntry(s.Number, "Entry %d was not written by this Mooring: its mark does not match.", s.Number)
	}
	c.next, c.digest = s.Number+1, s.Digest
	c.entries++
	if s.Action == Restore {
		c.restores = append(c.restores, Restored{s.Number, s.At})
	}
	c.sent.entry(s)
	return nil
}

// vouched reports whether the mark of an entry holds. What a key marked that
// has gone from the ring is borne out by what comes after: no digest there fits
// another one here.
func (c *chain) vouched(s Sealed) bool {
	switch {
	case c.notary == nil:
		return true
	case c.notary.Marked(s):
		c.marked = true
		return true
	case c.former && !c.marked && !c.notary.knows(s.Mark):
		c.unknown = s.Number
		return true
	}
	return false
}

// take takes the next checkpoint.
func (c *chain) take(p Checkpoint) *Break {
	c.begun = true
	last := c.checkpoint
	switch {
	case VerifySignature(c.keys, checkpointing, p.spelt(), p.Signature) != nil:
		return atCheckpoint(p.Number, "Checkpoint %d isn't signed by this Mooring.", p.Number)
	case p.Number > last.Number+1:
		return atCheckpoint(last.Number+1, "%s", missing("Checkpoint", "Checkpoints", last.Number+1, p.Number-1))
	case p.Number <= last.Number:
		return atCheckpoint(p.Number, "Checkpoint %d comes after checkpoint %d: the checkpoints are out of order.", p.Number, last.Number)
	case c.knows(last) && !bytes.Equal(p.Previous, last.digest()):
		return atCheckpoint(p.Number, "Checkpoint %d doesn't continue the checkpoint before it.", p.Number)
	case p.Entry >= c.next:
		return &Break{Entry: c.next, Checkpoint: p.Number,
			What: fmt.Sprintf("The log ends at entry %d, but it had at least %d when checkpoint %d was created.", c.next-1, p.Entry, p.Number)}
	case p.Entry == c.next-1 && !bytes.Equal(p.Digest, c.digest):
		return &Break{Entry: p.Entry, Checkpoint: p.Number,
			What: fmt.Sprintf("Entry %d is not the one that checkpoint %d covers.", p.Entry, p.Number)}
	case p.Entry < c.next-1 && p.Entry >= c.first:
		return atCheckpoint(p.Number, "Checkpoint %d is in the wrong place.", p.Number)
	}
	c.checkpoint = p
	c.checkpoints++
	c.sent.own(p)
	return nil
}

// knows reports whether a checkpoint was seen, and is not only a number to
// start after.
func (c *chain) knows(p Checkpoint) bool { return p.Number == 0 || p.Entry > 0 }

// unreadable says where a store failed.
func (c *chain) unreadable(err error) (*Break, error) {
	var entry *UnreadableError
	if !errors.As(err, &entry) {
		return nil, err
	}
	if entry.Entry > c.next {
		return atEntry(c.next, "%s", missing("Entry", "Entries", c.next, entry.Entry-1)), nil
	}
	return atEntry(entry.Entry, "Entry %d was changed: it can't be read.", entry.Entry), nil
}

// verdict ends it.
func (c *chain) verdict(broken *Break) Verdict {
	v := Verdict{Entries: c.entries, Checkpoints: c.checkpoints, First: c.first, Last: c.next - 1, Broken: broken}
	if broken == nil {
		v.Broken = c.sent.compare(c)
	}
	v.Sound = v.Broken == nil
	if c.segments > 0 {
		v.Notes = append(v.Notes, fmt.Sprintf("Entries 1 to %d were archived, most recently on %s. Each file can be verified on its own, and the last one ends with the digest %x.",
			c.sealed.Last, day(c.sealed.SealedAt), c.sealed.Digest))
	}
	if c.unknown > 0 {
		v.Notes = append(v.Notes, fmt.Sprintf("Entries up to %d were marked with a key that is no longer in the key file. The entries after them confirm them.", c.unknown))
	}
	for _, r := range c.restores {
		v.Notes = append(v.Notes, fmt.Sprintf("Entry %d says that a backup was restored on %s. Entries written between that backup and the restore are not in this log. They are in the database that was set aside.",
			r.Entry, day(r.At)))
	}
	v.Notes = append(v.Notes, c.sent.notes...)
	if note := c.sent.behind(c); broken == nil && note != "" {
		v.Notes = append(v.Notes, note)
	}
	return v
}

// outside are checkpoints that were kept where nobody who changes the database
// gets at them.
type outside struct {
	all     []Checkpoint
	byEntry map[int64][]int // in all
	byName  map[int64][]int // number, in all
	fits    []bool
	notes   []string
}

func newOutside(sent []Checkpoint) *outside {
	o := &outside{all: sent, fits: make([]bool, len(sent)), byEntry: map[int64][]int{}, byName: map[int64][]int{}}
	for i, p := range sent {
		o.byEntry[p.Entry] = append(o.byEntry[p.Entry], i)
		o.byName[p.Number] = append(o.byName[p.Number], i)
	}
	return o
}

func (o *outside) entry(s Sealed) {
	for _, i := range o.byEntry[s.Number] {
		o.fits[i] = bytes.Equal(o.all[i].Digest, s.Digest)
	}
}

// own compares with the log's own checkpoint, which is all that is left of
// entries that were archived.
func (o *outside) own(p Checkpoint) {
	for _, i := range o.byName[p.Number] {
		o.fits[i] = o.fits[i] || bytes.Equal(o.all[i].digest(), p.digest())
	}
}

// compare finds the first checkpoint that this log does not bear out. A restore
// explains those that were made before it; its entry cannot be forged.
func (o *outside) compare(c *chain) *Break {
	order := make([]int, len(o.all))
	for i := range order {
		order[i] = i
	}
	sort.SliceStable(order, func(a, b int) bool { return o.all[order[a]].Entry < o.all[order[b]].Entry })
	lost := map[int64]int64{} // restore → the most entries that a checkpoint before it had
	for _, i := range order {
		p := o.all[i]
		if VerifySignature(c.keys, checkpointing, p.spelt(), p.Signature) != nil {
			return atCheckpoint(p.Number, "Checkpoint %d that was sent is not signed by this Mooring.", p.Number)
		}
		if o.fits[i] {
			continue
		}
		if restore, ok := explains(c.restores, p); ok {
			lost[restore] = max(lost[restore], p.Entry)
			continue
		}
		switch {
		case p.Entry >= c.next:
			return &Break{Entry: c.next, Checkpoint: p.Number, What: fmt.Sprintf(
				"The log ends at entry %d, but it had at least %d when checkpoint %d was sent: an older database was put back, or the end was cut off.",
				c.next-1, p.Entry, p.Number)}
		case p.Entry < c.first:
			o.notes = append(o.notes, fmt.Sprintf(
				"Checkpoint %d that was sent out covers entry %d, which this log does not have. The entry was archived: its file shows whether a backup was restored after it.",
				p.Number, p.Entry))
			continue
		}
		return &Break{Entry: p.Entry, Checkpoint: p.Number, What: fmt.Sprintf(
			"Entry %d is not the same as when checkpoint %d was sent: an older database was put back and continued from there.", p.Entry, p.Number)}
	}
	for _, r := range c.restores {
		if most := lost[r.Entry]; most > 0 {
			o.notes = append(o.notes, fmt.Sprintf("Before the backup was restored with entry %d, the log had at least %d entries, according to checkpoints that were sent.", r.Entry, most))
		}
	}
	return nil
}

// behind says which checkpoints of the log are newer than all that were sent out.
func (o *outside) behind(c *chain) string {
	if len(o.all) == 0 {
		return ""
	}
	newest := Checkpoint{}
	for i, p := range o.all {
		if o.fits[i] && p.Number > newest.Number {
			newest = p
		}
	}
	switch n := c.checkpoint.Number - newest.Number; {
	case n <= 0:
		return ""
	case newest.Number == 0:
		return fmt.Sprintf("None of the %d checkpoints of this log is among those that were sent: nothing outside the log confirms its entries.", n)
	default:
		return fmt.Sprintf("The newest checkpoint that was sent is %d of %s, for entry %d. The log has %d later ones, up to entry %d, that were not sent.",
			newest.Number, day(newest.At), newest.Entry, n, c.checkpoint.Entry)
	}
}

// explains finds the restore that took away what a checkpoint was made of.
func explains(restores []Restored, p Checkpoint) (int64, bool) {
	for _, r := range restores {
		if r.Entry <= p.Entry && !p.At.After(r.At) {
			return r.Entry, true
		}
	}
	return 0, false
}
