package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"
)

// How the answer to "can work be done?" is found, without much work.
const (
	readyFor   = 5 * time.Second  // that a change, or a probe, says that changes can be stored
	unreadyFor = time.Second      // between two probes that failed
	refusedFor = 10 * time.Second // that a change which was refused says that they can't
	probeLimit = 3 * time.Second  // how long a disk may take before it counts as hanging

	probeRoom = 24 << 10 // bytes; stored in a table and in an index, more than nearly every change adds
)

// condition is what the database knows of its own condition.
type condition struct {
	now func() time.Time

	probing sync.Mutex // one at a time: everybody may ask

	mu        sync.Mutex
	closed    bool
	damaged   *trouble // until the end: damage doesn't heal
	refused   *trouble // the latest that kept something from being stored or read
	refusedAt time.Time
	storedAt  time.Time // of the latest commit
	probedAt  time.Time
	probed    error
}

// notice remembers a trouble, whoever met it.
func (c *condition) notice(t *trouble) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if t.fault == errDamaged {
		if c.damaged == nil {
			c.damaged = t
		}
		return
	}
	c.refused, c.refusedAt = t, c.now()
}

func (c *condition) close() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.closed = true
}

func (c *condition) stored() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.storedAt = c.now()
}

// answer is what is known without a probe.
func (c *condition) answer() (known bool, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := c.now()
	switch {
	case c.closed:
		return true, sql.ErrConnDone
	case c.damaged != nil:
		return true, c.damaged
	case c.refused != nil && now.Sub(c.refusedAt) < refusedFor:
		return true, c.refused
	case c.probed != nil:
		return now.Sub(c.probedAt) < unreadyFor, c.probed
	}
	return now.Sub(c.storedAt) < readyFor, nil
}

// Check returns an error when changes can't be stored, when reading fails, and
// when the file is damaged. Anybody may ask as often as they like: a change that
// was stored or refused a moment ago is the answer, and without one there is one
// probe every few seconds.
func (db *DB) Check(ctx context.Context) error {
	if err := db.guard.check(db.path); err != nil {
		return err
	}
	if known, err := db.condition.answer(); known {
		return err
	}
	db.condition.probing.Lock()
	defer db.condition.probing.Unlock()
	if known, err := db.condition.answer(); known { // somebody else has probed meanwhile
		return err
	}
	limited, cancel := context.WithTimeout(context.WithoutCancel(ctx), probeLimit)
	defer cancel()
	err := db.probe(limited)
	db.condition.mu.Lock()
	defer db.condition.mu.Unlock()
	db.condition.probed, db.condition.probedAt = err, db.condition.now()
	return err
}

// probeKey is where the probe stands among the failed sign-ins: no hash of an
// e-mail address has a blank, and it is older than all that count.
const (
	probeKey    = "probe "
	probeKeyEnd = "probe!" // the next after all that begin with probeKey
)

// probe stores what takes more room than a change, takes away what the probe
// before it stored, and reads. Counting the heartbeat alone would not do: on a
// full disk it finds room where a change finds none.
func (db *DB) probe(ctx context.Context) error {
	err := db.transact(ctx, func(tx *sql.Tx) error {
		err := run(ctx, tx, `
			INSERT INTO heartbeat (only_row, beats) VALUES (1, 1)
			ON CONFLICT (only_row) DO UPDATE SET beats = beats + 1`)
		if err != nil {
			return err
		}
		added, err := tx.ExecContext(ctx, `INSERT INTO sign_in_failures (email_key, address_key, at) VALUES (?, '', 0)`,
			probeKey+strings.Repeat("-", probeRoom))
		if err != nil {
			return err
		}
		id, err := added.LastInsertId()
		if err != nil {
			return err
		}
		return run(ctx, tx, `DELETE FROM sign_in_failures WHERE email_key >= ? AND email_key < ? AND rowid <> ?`, probeKey, probeKeyEnd, id)
	})
	if err != nil {
		return err
	}
	_, err = value[int64](db.readers.QueryRowContext(ctx, `SELECT beats FROM heartbeat`))
	return err
}

// LookForDamage reads every page of the file once. What it finds, Check returns
// from then on. It looks with a connection of its own, since others read a page
// from their memory that is damaged on the disk.
func (db *DB) LookForDamage(ctx context.Context) error {
	readers := pool(db.path, "ro", 1, db.condition.notice)
	found, err := all(ctx, readers, value[string], `PRAGMA quick_check(1)`)
	err = errors.Join(err, readers.Close())
	if err != nil || len(found) == 1 && found[0] == "ok" {
		return err
	}
	t := &trouble{fault: errDamaged, path: db.path, what: "is damaged", wayOut: wayOutOfDamage, cause: fmt.Errorf("%q", found)}
	db.condition.notice(t)
	return t
}
