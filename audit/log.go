package audit

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"sync"
	"time"
)

const (
	checkpointAge     = time.Hour // at most, of entries without a checkpoint
	checkpointEntries = 1000      // at most, without a checkpoint
	lookInterval      = time.Second
	readingInterval   = 10 * time.Minute // within which looking on is the same reading
	retentionInterval = 24 * time.Hour
	endTimeout        = 3 * time.Second
)

// LogConfig is what a Log needs.
type LogConfig struct {
	Store  LogStore
	Notary *Notary
	Sinks  []Sink
	// Keep is how long entries and verifications stay; 0 is for ever. Archive
	// is the folder that gets the entries before they go.
	Keep    time.Duration
	Archive string
	Now     func() time.Time
	Log     *slog.Logger
}

// Log is the audit log for those who read, export and verify it. It also makes
// its checkpoints, sends them out and seals what is old.
type Log struct {
	LogConfig
	mu       sync.Mutex
	readings map[reading]time.Time
	failing  map[string]bool // sinks, so that a failure is told once
	stuck    bool            // the last look could make no checkpoint
	sending  sync.Mutex
}

// reading is one person looking at one part of the log.
type reading struct{ person, key, filter string }

// NewLog makes the service.
func NewLog(config LogConfig) *Log {
	return &Log{LogConfig: config, readings: map[reading]time.Time{}, failing: map[string]bool{}}
}

// List is a page of the entries that a filter wants, the newest first, from
// behind the entry before on (0: from the newest). A page may hold few entries
// and still have a next one, because a bounded number is looked at.
func (l *Log) List(ctx context.Context, actor Actor, f Filter, before int64, most int) (LogPage, error) {
	if err := l.read(ctx, actor, f); err != nil {
		return LogPage{}, err
	}
	return l.Store.Filtered(ctx, f, before, most)
}

// Since is what came after the entry with the number after, the newest first.
// Next is where to go on, also when nothing came.
func (l *Log) Since(ctx context.Context, actor Actor, f Filter, after int64, most int) (LogPage, error) {
	if err := l.read(ctx, actor, f); err != nil {
		return LogPage{}, err
	}
	return l.Store.Tail(ctx, f, after, most)
}

// OfCredential is the latest of the entries about a credential. It belongs to
// the page of the credential and counts as no reading of the log.
func (l *Log) OfCredential(ctx context.Context, id string, most int) ([]Sealed, error) {
	return l.Store.OfCredential(ctx, id, most)
}

// PublicKeys are those that check exports and checkpoints, the current one first.
func (l *Log) PublicKeys() []PublicKey { return l.Notary.PublicKeys() }

// PublicKeyFile holds what whoever verifies has to trust: the public keys of
// the key file, the former ones, and what they say of each other.
func (l *Log) PublicKeyFile(ctx context.Context) ([]byte, error) {
	kept, err := l.Store.Vouches(ctx)
	if err != nil {
		return nil, err
	}
	keys, vouches := l.Notary.Known(kept)
	return append(WritePublicKeys(keys), WriteVouches(vouches)...), nil
}

// read writes that somebody reads the log. Pages and the live tail of the same
// filter are one reading for readingInterval, since a tail asks every few
// seconds and would otherwise fill the log with itself.
func (l *Log) read(ctx context.Context, actor Actor, f Filter) error {
	now, this := l.Now(), reading{actor.PersonID, actor.KeyID, f.Values().Encode()}
	l.mu.Lock()
	for r, at := range l.readings {
		if now.Sub(at) >= readingInterval || now.Before(at) {
			delete(l.readings, r)
		}
	}
	_, known := l.readings[this]
	l.mu.Unlock()
	if known {
		return nil
	}
	if err := l.add(ctx, actor, ReadLog, f.about()); err != nil {
		return err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.readings[this] = now
	return nil
}

func (l *Log) add(ctx context.Context, actor Actor, action Action, detail string) error {
	return l.Store.AddEntry(ctx, Entry{At: l.Now(), Actor: actor, Action: action, Result: Done, Detail: detail})
}

// Verify looks at the whole log, and writes what it found.
func (l *Log) Verify(ctx context.Context, actor Actor) (Verdict, error) {
	var verdict Verdict
	err := l.Store.Still(ctx, func(r LogReader) (err error) {
		verdict, err = Verify(ctx, r, l.Notary, nil)
		return err
	})
	if err != nil {
		return Verdict{}, err
	}
	detail := fmt.Sprintf("sound, entries %d to %d", verdict.First, verdict.Last)
	if !verdict.Sound {
		detail = "not sound: " + verdict.Broken.What
	}
	if err := l.add(ctx, actor, VerifyLog, detail); err != nil {
		if verdict.Sound {
			return Verdict{}, err
		}
		// A log that is broken may take no entry. Whoever asks has to know that.
		l.Log.Error("could not write that the audit log was verified", "verdict", verdict.Broken.What, "cause", err)
	}
	return verdict, nil
}

// Export writes the entries that a filter wants; the zero filter wants all,
// and only such an export can be verified. It makes a checkpoint first, so that
// the export ends with one.
func (l *Log) Export(ctx context.Context, actor Actor, f Filter, format Format, w io.Writer) error {
	if format != JSONLines && format != CSV {
		return ErrFormat
	}
	if err := l.add(ctx, actor, ExportLog, string(format)+": "+f.about()); err != nil {
		return err
	}
	if err := l.Checkpoint(ctx); err != nil {
		return err
	}
	return l.export(ctx, f, format, w)
}

// Checkpoint makes a checkpoint if there are entries after the last one, and
// sends out what the sinks have not got.
func (l *Log) Checkpoint(ctx context.Context) error {
	if _, _, err := l.Store.MakeCheckpoint(ctx, l.Now()); err != nil {
		return err
	}
	l.send(ctx)
	return nil
}

// Run makes checkpoints, sends them out and seals what is old, until ctx ends.
func (l *Log) Run(ctx context.Context) {
	l.start(ctx)
	looks, retentions := time.NewTicker(lookInterval), time.NewTicker(retentionInterval)
	defer looks.Stop()
	defer retentions.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-looks.C:
			l.look(ctx)
		case <-retentions.C:
			l.retain(ctx)
		}
	}
}

// start is what a server does first: what an earlier one or another program
// left behind gets its checkpoint.
func (l *Log) start(ctx context.Context) {
	if err := l.Checkpoint(ctx); err != nil && ctx.Err() == nil {
		l.Log.Error("could not make a checkpoint of the audit log", "cause", err)
	}
	l.retain(ctx)
}

// End makes the last checkpoint, when nothing else writes any more.
func (l *Log) End() {
	ctx, cancel := context.WithTimeout(context.Background(), endTimeout)
	defer cancel()
	if err := l.Checkpoint(ctx); err != nil {
		l.Log.Error("could not make the last checkpoint of the audit log", "cause", err)
	}
}

// look makes a checkpoint when it is time for one, and sends what a sink could
// not take before.
func (l *Log) look(ctx context.Context) {
	due, err := l.due(ctx)
	if err == nil && due {
		_, _, err = l.Store.MakeCheckpoint(ctx, l.Now())
	}
	if err != nil && ctx.Err() == nil && !l.stuck {
		l.Log.Error("could not make a checkpoint of the audit log; this is told once", "cause", err)
	}
	l.stuck = err != nil
	l.send(ctx)
}

func (l *Log) due(ctx context.Context) (bool, error) {
	head, has, err := l.Store.Head(ctx)
	if err != nil || !has {
		return false, err
	}
	last, err := l.Store.LastCheckpoint(ctx)
	if err != nil {
		return false, err
	}
	fresh, age := head.Number-last.Entry, l.Now().Sub(last.At)
	return fresh >= checkpointEntries || fresh > 0 && (age >= checkpointAge || age < 0), nil // below 0 the clock was ahead
}
