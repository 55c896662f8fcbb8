package audit

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
)

// Trusted says which public keys somebody trusts who verifies an export: the
// keys themselves, or their fingerprints. Vouches lead from them to others.
type Trusted struct {
	Keys         []PublicKey
	Fingerprints []string
	Vouches      []Vouch
}

// in are the trusted ones among keys, and those that they vouch for.
func (t Trusted) in(keys []PublicKey, vouches []Vouch) []PublicKey {
	known := append([]PublicKey(nil), t.Keys...)
	for _, k := range keys {
		for _, fingerprint := range t.Fingerprints {
			if k.Fingerprint() == fingerprint {
				known = append(known, k)
			}
		}
	}
	return Trust(known, append(vouches[:len(vouches):len(vouches)], t.Vouches...))
}

// VerifyExport follows an export with public keys alone: digests, checkpoints,
// segments and the signed header. There are no marks in it. Sent are checkpoints
// that were kept elsewhere.
func VerifyExport(r io.Reader, trusted Trusted, sent []Checkpoint) (Verdict, error) {
	lines := bufio.NewScanner(r)
	lines.Buffer(make([]byte, 0, 64<<10), maxLine)
	if !lines.Scan() {
		if err := lines.Err(); err != nil && err != bufio.ErrTooLong {
			return Verdict{}, err
		}
		return Verdict{}, ErrNoExport
	}
	first, err := ReadLine(lines.Bytes())
	if err != nil || first.Header == nil {
		return Verdict{}, ErrNoExport.Because(err)
	}
	h := *first.Header
	if h.Some != "" {
		return Verdict{}, ErrSomeEntries
	}
	c := newChain(trusted.in(h.Keys, h.Vouches), nil, sent)
	broken := c.header(h)
	for number := 2; broken == nil && lines.Scan(); number++ {
		broken = c.line(number, h, lines.Bytes())
	}
	switch err := lines.Err(); {
	case err == bufio.ErrTooLong && broken == nil:
		broken = atEntry(c.next, "A line after entry %d is damaged: it is too long.", c.next-1)
	case err != nil && broken == nil:
		return Verdict{}, err
	}
	if broken == nil {
		broken = c.endOf(h)
	}
	return c.verdict(broken), nil
}

// header takes the first line.
func (c *chain) header(h Header) *Break {
	if VerifySignature(c.keys, exporting, h.spelt(), h.Signature) != nil {
		return &Break{What: "The first line of the export isn't signed with the given key, or with a key that it vouches for."}
	}
	if h.Segments == 0 {
		c.startAt(h.First, h.Before, h.CheckpointAfter)
	}
	return nil
}

// line takes one of the others.
func (c *chain) line(number int, h Header, text []byte) *Break {
	l, err := ReadLine(bytes.TrimSuffix(text, []byte("\r")))
	switch {
	case err != nil && c.next > h.Last:
		return &Break{What: fmt.Sprintf("Line %d of the export is damaged.", number)}
	case err != nil:
		return atEntry(c.next, "Line %d of the export is damaged, where entry %d is due.", number, c.next)
	case l.Segment != nil:
		return c.segment(*l.Segment)
	case l.Entry != nil:
		return c.entry(*l.Entry)
	case l.Checkpoint != nil:
		return c.take(*l.Checkpoint)
	}
	return &Break{What: fmt.Sprintf("Line %d of the export repeats the first line.", number)}
}

// endOf compares what came with what the header promised.
func (c *chain) endOf(h Header) *Break {
	switch {
	case c.first != h.First:
		return atEntry(h.First, "The export begins with entry %d, but its first line says %d.", c.first, h.First)
	case c.next-1 < h.Last:
		return atEntry(c.next, "The export ends at entry %d, but its first line says that it has %d.", c.next-1, h.Last)
	case c.next-1 > h.Last:
		return atEntry(h.Last+1, "Entries were added after the end of the export, which is entry %d.", h.Last)
	case !bytes.Equal(c.digest, h.Digest):
		return atEntry(h.Last, "Entry %d isn't the one that the first line of the export records.", h.Last)
	case c.checkpoint.Number < h.Checkpoints:
		return atCheckpoint(c.checkpoint.Number+1, "%s", missing("Checkpoint", "Checkpoints", c.checkpoint.Number+1, h.Checkpoints))
	case c.checkpoint.Number > h.Checkpoints:
		return atCheckpoint(h.Checkpoints+1, "Checkpoint %d was added after the end of the export.", h.Checkpoints+1)
	case c.segments != h.Segments:
		return &Break{What: fmt.Sprintf("The export has %d segments, but its first line says %d.", c.segments, h.Segments)}
	}
	return nil
}

// ReadCheckpoints reads checkpoints that were sent out: a file of them, or the
// log of another program with those lines among others. Each checkpoint is
// given once. Damaged are the numbers of lines that look like one and are not,
// such as one that a power cut has torn.
func ReadCheckpoints(r io.Reader) (found []Checkpoint, damaged []int, err error) {
	lines := bufio.NewScanner(r)
	lines.Buffer(make([]byte, 0, 64<<10), maxLine)
	seen := map[string]bool{}
	for number := 1; lines.Scan(); number++ {
		start := bytes.Index(lines.Bytes(), []byte(checkpointStart))
		if start < 0 {
			continue
		}
		l, err := ReadLine(bytes.TrimSpace(lines.Bytes()[start:]))
		if err != nil || l.Checkpoint == nil {
			damaged = append(damaged, number)
			continue
		}
		if key := string(l.Checkpoint.digest()); !seen[key] {
			seen[key] = true
			found = append(found, *l.Checkpoint)
		}
	}
	return found, damaged, lines.Err()
}

const checkpointStart = `{"checkpoint":{`
