package audit

import (
	"context"
	"encoding/csv"
	"encoding/hex"
	"io"
	"strconv"
	"strings"
	"time"

	"mooring/text"
)

// Format is how an export is spelt.
type Format string

// The formats. Only JSON Lines of everything can be verified; CSV is for
// spreadsheets.
const (
	JSONLines Format = "jsonl"
	CSV       Format = "csv"
)

func (l *Log) export(ctx context.Context, f Filter, format Format, w io.Writer) error {
	switch {
	case format == CSV:
		return l.writeCSV(ctx, f, w)
	case f == Filter{}:
		return l.writeAll(ctx, w)
	}
	return l.writeSome(ctx, f, w)
}

// writeAll writes the log up to its last checkpoint. It reads in pieces, so
// that somebody who downloads slowly holds nothing up.
func (l *Log) writeAll(ctx context.Context, w io.Writer) error {
	last, err := l.Store.LastCheckpoint(ctx)
	if err != nil {
		return err
	}
	segments, err := l.Store.Segments(ctx)
	if err != nil {
		return err
	}
	h := Header{At: l.Now(), First: 1, Last: last.Entry, Before: noDigest, Digest: last.Digest, Checkpoints: last.Number, Segments: int64(len(segments))}
	if n := len(segments); n > 0 {
		h.First, h.Before = segments[n-1].Last+1, segments[n-1].Digest
	}
	if err := l.writeHeader(ctx, h, w); err != nil {
		return err
	}
	for _, s := range segments {
		if err := (Line{Segment: &s}).Write(w); err != nil {
			return err
		}
	}
	return writeChain(ctx, l.Store, h, w)
}

// writeHeader signs the header and writes it, with the keys that belong to it.
func (l *Log) writeHeader(ctx context.Context, h Header, w io.Writer) (err error) {
	if h.Vouches, err = l.Store.Vouches(ctx); err != nil {
		return err
	}
	h.At, h.Keys = atMillis(millis(h.At)), Trust(l.Notary.PublicKeys(), h.Vouches)
	h.Signature = l.Notary.Sign(exporting, h.spelt())
	return Line{Header: &h}.Write(w)
}

// writeChain writes the entries of the header, with each checkpoint after the
// entry that it is about.
func writeChain(ctx context.Context, r LogReader, h Header, w io.Writer) error {
	checkpoints := &checkpointCursor{r: r, last: h.CheckpointAfter}
	next := h.First
	for {
		for {
			p, ok, err := checkpoints.peek(ctx)
			if err != nil {
				return err
			}
			if !ok || p.Entry >= next || p.Number > h.Checkpoints {
				break
			}
			if err := (Line{Checkpoint: &p}).Write(w); err != nil {
				return err
			}
			checkpoints.drop()
		}
		if next > h.Last {
			return nil
		}
		// Up to the next checkpoint at most, since that comes before what follows.
		most := min(chunk, h.Last-next+1)
		if p, ok, err := checkpoints.peek(ctx); err != nil {
			return err
		} else if ok {
			most = min(most, p.Entry-next+1)
		}
		entries, err := r.EntriesAfter(ctx, next-1, int(most))
		if err != nil {
			return err
		}
		if int64(len(entries)) < most || entries[0].Number != next {
			return ErrSealedMeanwhile
		}
		for _, s := range entries {
			if err := (Line{Entry: &s}).Write(w); err != nil {
				return err
			}
		}
		next += most
	}
}

// writeSome writes what a filter wants, the newest first.
func (l *Log) writeSome(ctx context.Context, f Filter, w io.Writer) error {
	if err := l.writeHeader(ctx, Header{At: l.Now(), Some: f.about()}, w); err != nil {
		return err
	}
	return l.eachPage(ctx, f, func(page LogPage) error {
		for _, s := range page.Entries {
			if err := (Line{Entry: &s}).Write(w); err != nil {
				return err
			}
		}
		return nil
	})
}

// eachPage walks the entries that a filter wants, the newest first.
func (l *Log) eachPage(ctx context.Context, f Filter, work func(LogPage) error) error {
	for before := int64(0); ; {
		page, err := l.Store.Filtered(ctx, f, before, chunk)
		if err != nil {
			return err
		}
		if err := work(page); err != nil {
			return err
		}
		if before = page.Next; before == 0 {
			return nil
		}
	}
}

// writeCSV writes what a filter wants for a spreadsheet, the newest first.
func (l *Log) writeCSV(ctx context.Context, f Filter, w io.Writer) error {
	table := csv.NewWriter(w)
	err := table.Write([]string{"Number", "Time (UTC)", "Person", "Person ID", "API key", "Address", "Request", "Action",
		"Account", "Account ID", "Credential ID", "Result", "Detail", "Changes", "Digest"})
	if err != nil {
		return err
	}
	return l.eachPage(ctx, f, func(page LogPage) error {
		for _, s := range page.Entries {
			row := []string{strconv.FormatInt(s.Number, 10), s.At.UTC().Format(time.DateTime), s.Actor.Name, s.Actor.PersonID, s.Actor.KeyID,
				s.Actor.Address, s.Actor.RequestID, string(s.Action), page.Accounts[s.AccountID], s.AccountID, s.CredentialID,
				string(s.Result), s.Detail, tellChanges(s.Changes), hex.EncodeToString(s.Digest)}
			for i := range row {
				row[i] = text.Cell(row[i])
			}
			if err := table.Write(row); err != nil {
				return err
			}
		}
		table.Flush()
		return table.Error()
	})
}

// tellChanges puts changes into one cell.
func tellChanges(changes []Change) string {
	told := make([]string, len(changes))
	for i, c := range changes {
		told[i] = c.Field + ": " + c.Before + " → " + c.After
	}
	return strings.Join(told, "; ")
}
