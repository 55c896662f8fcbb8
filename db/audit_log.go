package db

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"encoding/json"
	"fmt"
	"time"

	"mooring/audit"
)

// AuditLog is the database as the store of audit.Log.
type AuditLog struct {
	logReader
	db     *DB
	blocks *auditTimes
	looks  int // entriesLookedAt

	timesRead      int // manyTimes
	actorsLookedAt int // manyActors
}

// AuditLog gives the store.
func (db *DB) AuditLog() AuditLog {
	return AuditLog{logReader: logReader{db.readers}, db: db, blocks: &db.auditTimes, looks: entriesLookedAt, timesRead: manyTimes,
		actorsLookedAt: manyActors}
}

// logReader reads the log from the readers, or from one transaction.
type logReader struct{ from reader }

// Head implements audit.LogReader.
func (r logReader) Head(ctx context.Context) (head audit.Head, has bool, err error) {
	head, err = one(ctx, r.from, scanHead, errNoHead, auditHead)
	if err == errNoHead {
		return audit.Head{}, false, nil
	}
	return head, err == nil, err
}

const entriesAfter = `SELECT ` + auditColumns + ` FROM audit WHERE id > ? ORDER BY id LIMIT ?`

// EntriesAfter implements audit.LogReader.
func (r logReader) EntriesAfter(ctx context.Context, number int64, most int) ([]audit.Sealed, error) {
	rows, err := r.from.QueryContext(ctx, entriesAfter, number, most)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }() // rows.Err has told by then
	entries := make([]audit.Sealed, 0, most)
	for rows.Next() {
		s, err := scanSealedEntry(rows)
		if err != nil {
			return entries, err
		}
		entries = append(entries, s)
	}
	return entries, rows.Err()
}

const (
	checkpointColumns = `number, at, entry, digest, previous, key, signature`
	checkpointsAfter  = `SELECT ` + checkpointColumns + ` FROM audit_checkpoints WHERE number > ? ORDER BY number LIMIT ?`
	lastCheckpoint    = `SELECT ` + checkpointColumns + ` FROM audit_checkpoints WHERE number = (SELECT max(number) FROM audit_checkpoints)`
	segmentColumns    = `first_entry, last_entry, first_at, last_at, before, digest, restores, at, key, signature`
)

// CheckpointsAfter implements audit.LogReader.
func (r logReader) CheckpointsAfter(ctx context.Context, number int64, most int) ([]audit.Checkpoint, error) {
	return all(ctx, r.from, scanCheckpoint, checkpointsAfter, number, most)
}

// Segments implements audit.LogReader.
func (r logReader) Segments(ctx context.Context) ([]audit.Segment, error) {
	return all(ctx, r.from, scanSegment, `SELECT `+segmentColumns+` FROM audit_segments ORDER BY number`)
}

// Vouches implements audit.LogReader.
func (r logReader) Vouches(ctx context.Context) ([]audit.Vouch, error) {
	return all(ctx, r.from, scanVouch, `SELECT public, key, signature FROM audit_keys ORDER BY public, key`)
}

func scanVouch(r row) (v audit.Vouch, err error) {
	err = r.Scan((*[]byte)(&v.For), &v.Signature.Key, &v.Signature.Bytes)
	return v, err
}

func scanCheckpoint(r row) (c audit.Checkpoint, err error) {
	err = r.Scan(&c.Number, (*moment)(&c.At), &c.Entry, &c.Digest, &c.Previous, &c.Signature.Key, &c.Signature.Bytes)
	return c, err
}

func scanSegment(r row) (s audit.Segment, err error) {
	err = r.Scan(&s.First, &s.Last, (*moment)(&s.FirstAt), (*moment)(&s.LastAt), &s.Before, &s.Digest, (*restores)(&s.Restores), (*moment)(&s.SealedAt),
		&s.Signature.Key, &s.Signature.Bytes)
	return s, err
}

// restores are stored as JSON: the number and the milliseconds of each.
type restores []audit.Restored

// Value implements driver.Valuer.
func (r restores) Value() (driver.Value, error) { return r.stored() }

func (r restores) stored() (string, error) {
	pairs := make([][2]int64, len(r))
	for i, restored := range r {
		pairs[i] = [2]int64{restored.Entry, restored.At.UnixMilli()}
	}
	text, err := json.Marshal(pairs)
	return string(text), err
}

// Scan implements sql.Scanner. What Value does not give becomes what no
// signature fits, so that a verification names the segment.
func (r *restores) Scan(from any) error {
	text, ok := from.(string)
	if !ok {
		return fmt.Errorf("restores are stored as %T", from)
	}
	var pairs [][2]int64
	err := json.Unmarshal([]byte(text), &pairs)
	*r = nil
	for _, pair := range pairs {
		*r = append(*r, audit.Restored{Entry: pair[0], At: time.UnixMilli(pair[1]).UTC()})
	}
	if again, spelling := r.stored(); err != nil || spelling != nil || again != text {
		*r = restores{{Entry: -1}}
	}
	return nil
}

// Still implements audit.LogStore with a transaction that only reads.
func (l AuditLog) Still(ctx context.Context, work func(audit.LogReader) error) error {
	tx, err := l.db.readers.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }() // it changed nothing
	return work(logReader{tx})
}

// AddEntry implements audit.LogStore. It leaves Version alone: no page shows
// what it changes but the log itself, which is never kept.
func (l AuditLog) AddEntry(ctx context.Context, e audit.Entry) error {
	return l.db.transact(ctx, func(tx *sql.Tx) error { return l.db.addEntry(ctx, tx, e) })
}

// LastCheckpoint implements audit.LogStore.
func (l AuditLog) LastCheckpoint(ctx context.Context) (audit.Checkpoint, error) {
	return latestCheckpoint(ctx, l.db.readers)
}

func latestCheckpoint(ctx context.Context, from reader) (audit.Checkpoint, error) {
	found, err := all(ctx, from, scanCheckpoint, lastCheckpoint)
	if err != nil || len(found) == 0 {
		return audit.Checkpoint{}, err
	}
	return found[0], nil
}

// MakeCheckpoint implements audit.LogStore.
func (l AuditLog) MakeCheckpoint(ctx context.Context, at time.Time) (c audit.Checkpoint, made bool, err error) {
	err = l.db.transact(ctx, func(tx *sql.Tx) error {
		head, err := l.db.headIn(ctx, tx)
		if err != nil {
			return err
		}
		last, err := latestCheckpoint(ctx, tx)
		if err != nil || last.Entry >= head.Number {
			return err
		}
		c, made = l.db.notary.Checkpoint(last, at, head), true
		err = run(ctx, tx, `INSERT INTO audit_checkpoints (`+checkpointColumns+`) VALUES (?, ?, ?, ?, ?, ?, ?)`,
			c.Number, moment(c.At), c.Entry, c.Digest, c.Previous, c.Signature.Key, c.Signature.Bytes)
		if err != nil {
			return err
		}
		head.Checkpoints = c.Number
		return l.db.setHead(ctx, tx, head)
	})
	if err != nil {
		return audit.Checkpoint{}, false, err
	}
	return c, made, nil
}

const unsentCheckpoints = `
	SELECT ` + checkpointColumns + ` FROM audit_checkpoints
	 WHERE number > coalesce((SELECT checkpoint FROM audit_sinks WHERE sink = ?), (SELECT max(number) - 1 FROM audit_checkpoints))
	 ORDER BY number
	 LIMIT ?`

// Unsent implements audit.LogStore.
func (l AuditLog) Unsent(ctx context.Context, sink string, most int) ([]audit.Checkpoint, error) {
	return all(ctx, l.db.readers, scanCheckpoint, unsentCheckpoints, sink, most)
}

// LastSent implements audit.LogStore.
func (l AuditLog) LastSent(ctx context.Context, sink string) (int64, error) {
	return value[int64](l.db.readers.QueryRowContext(ctx, `SELECT coalesce(max(checkpoint), 0) FROM audit_sinks WHERE sink = ?`, sink))
}

// Sent implements audit.LogStore.
func (l AuditLog) Sent(ctx context.Context, sink string, checkpoint int64) error {
	return l.db.transact(ctx, func(tx *sql.Tx) error {
		return run(ctx, tx, `
			INSERT INTO audit_sinks (sink, checkpoint) VALUES (?, ?)
			ON CONFLICT (sink) DO UPDATE SET checkpoint = excluded.checkpoint`, sink, checkpoint)
	})
}

// Seal implements audit.LogStore.
func (l AuditLog) Seal(ctx context.Context, s audit.Segment, e audit.Entry) error {
	return l.db.write(ctx, e, func(tx *sql.Tx) error {
		head, err := l.db.headIn(ctx, tx)
		if err != nil {
			return err
		}
		head.Segments++
		err = run(ctx, tx, `INSERT INTO audit_segments (number, `+segmentColumns+`) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
			head.Segments, s.First, s.Last, moment(s.FirstAt), moment(s.LastAt), s.Before, s.Digest, restores(s.Restores), moment(s.SealedAt),
			s.Signature.Key, s.Signature.Bytes)
		if err != nil {
			return err
		}
		return l.db.setHead(ctx, tx, head)
	})
}

// DropSealed implements audit.LogStore.
func (l AuditLog) DropSealed(ctx context.Context, most int) (more bool, err error) {
	err = l.db.change(ctx, func(tx *sql.Tx) error {
		more, err = touches(ctx, tx, `
			DELETE FROM audit WHERE id IN (
			       SELECT id FROM audit WHERE id <= (SELECT last_entry FROM audit_segments ORDER BY number DESC LIMIT 1) ORDER BY id LIMIT ?)`, most)
		return err
	})
	return more, err
}

const verificationEdges = `
	SELECT c.number, c.id,
	       coalesce((SELECT v.started_at FROM verifications v WHERE v.credential_id = c.id
	                  ORDER BY v.started_at DESC, v.id DESC LIMIT 1 OFFSET ?1), 0) AS edge
	  FROM credentials c
	 WHERE c.number > ?2
	 ORDER BY c.number
	 LIMIT ?3`

// verificationEdge is the oldest of the verifications of a credential that stay whatever
// their age.
type verificationEdge struct {
	number int64
	id     string
	at     time.Time
}

func scanVerificationEdge(r row) (e verificationEdge, err error) {
	err = r.Scan(&e.number, &e.id, (*moment)(&e.at))
	return e, err
}

// droppedVerifications is how many of one credential go in one transaction.
const droppedVerifications = 500

// DropVerifications implements audit.LogStore. It looks with the readers, and
// most credentials have nothing to drop.
func (l AuditLog) DropVerifications(ctx context.Context, before time.Time, keep int, after int64, most int) (next int64, err error) {
	edges, err := all(ctx, l.db.readers, scanVerificationEdge, verificationEdges, keep-1, after, most)
	if err != nil || len(edges) == 0 {
		return 0, err
	}
	for _, e := range edges {
		if e.at.IsZero() {
			continue
		}
		until := e.at
		if before.Before(until) {
			until = before
		}
		for old := true; old; {
			old, err = value[bool](l.db.readers.QueryRowContext(ctx, oldVerification, e.id, moment(until)))
			if err == nil && old {
				err = l.dropVerificationsOf(ctx, e.id, until)
			}
			if err != nil {
				return 0, err
			}
		}
	}
	return edges[len(edges)-1].number, nil
}

const oldVerification = `SELECT EXISTS (SELECT 1 FROM verifications WHERE credential_id = ? AND started_at < ? AND finished_at > 0)`

func (l AuditLog) dropVerificationsOf(ctx context.Context, credentialID string, until time.Time) error {
	return l.db.change(ctx, func(tx *sql.Tx) error {
		return run(ctx, tx, `
			DELETE FROM verifications WHERE id IN (
			       SELECT id FROM verifications WHERE credential_id = ? AND started_at < ? AND finished_at > 0 LIMIT ?)`,
			credentialID, moment(until), droppedVerifications)
	})
}
