package db

import (
	"context"
	"database/sql"
	"time"

	"mooring/account"
	"mooring/audit"
)

// keptFailures is how long failed sign-ins are kept. It only has to be longer
// than the time over which account counts them.
const keptFailures = 24 * time.Hour

// AddSession signs a person in and ends the session that theirs replaces,
// whoever's it was: it was this browser's.
func (a Accounts) AddSession(ctx context.Context, s account.Session, entry audit.Entry) error {
	return a.db.change(ctx, func(tx *sql.Tx) error {
		replaced, err := touches(ctx, tx, `DELETE FROM sessions WHERE id = ?`, s.Replaces)
		if err != nil {
			return err
		}
		if replaced {
			entry.Detail = "in place of the session that this browser had"
		}
		if err := addEntry(ctx, tx, entry); err != nil {
			return err
		}
		return run(ctx, tx, `
			INSERT INTO sessions (id, person_id, created_at, seen_at, expires_at, address, agent)
			VALUES (?, ?, ?, ?, ?, ?, ?)`,
			s.ID, s.PersonID, moment(s.CreatedAt), moment(s.SeenAt), moment(s.ExpiresAt), s.Address, s.Agent)
	})
}

const sessionColumns = `s.id, s.person_id, s.created_at, s.seen_at, s.expires_at, s.address, s.agent`

func sessionFields(s *account.Session) []any {
	return []any{&s.ID, &s.PersonID, (*moment)(&s.CreatedAt), (*moment)(&s.SeenAt), (*moment)(&s.ExpiresAt),
		&s.Address, &s.Agent}
}

// lives is the condition under which a session still counts; livesArgs fills it.
const lives = `s.expires_at > ? AND s.seen_at >= ?`

func livesArgs(now time.Time) (notExpired, notIdle moment) {
	return moment(now), moment(now.Add(-account.SessionIdle))
}

const (
	callerBySession = `SELECT ` + sessionColumns + `, ` + personColumns + `
	  FROM sessions s
	  JOIN people p ON p.id = s.person_id
	 WHERE s.id = ? AND ` + lives

	membershipsOfPerson = `
	SELECT a.id, a.name, a.kind, a.created_at, m.role
	  FROM memberships m
	  JOIN accounts a ON a.id = m.account_id
	 WHERE m.person_id = ?
	 ORDER BY a.name`

	sessionsOfPerson = `SELECT ` + sessionColumns + `
	  FROM sessions s
	 WHERE s.person_id = ? AND ` + lives + `
	 ORDER BY s.seen_at DESC, s.id`
)

// Caller finds who asks in this session, as long as it has neither expired
// nor lain idle.
func (a Accounts) Caller(ctx context.Context, sessionID string, now time.Time) (account.Caller, error) {
	scan := func(r row) (c account.Caller, err error) {
		err = r.Scan(append(sessionFields(&c.Session), personFields(&c.Person)...)...)
		return c, err
	}
	notExpired, notIdle := livesArgs(now)
	caller, err := one(ctx, a.db.readers, scan, account.ErrSignIn, callerBySession, sessionID, notExpired, notIdle)
	if err != nil {
		return account.Caller{}, err
	}
	caller.Memberships, err = all(ctx, a.db.readers, scanMembership, membershipsOfPerson, caller.Person.ID)
	return caller, err
}

func scanMembership(r row) (m account.Membership, err error) {
	err = r.Scan(&m.Account.ID, &m.Account.Name, &m.Account.Kind, (*moment)(&m.Account.CreatedAt), &m.Role)
	return m, err
}

// Sessions lists where the person is signed in, the latest seen first.
func (a Accounts) Sessions(ctx context.Context, personID string, now time.Time) ([]account.Session, error) {
	scan := func(r row) (s account.Session, err error) {
		err = r.Scan(sessionFields(&s)...)
		return s, err
	}
	notExpired, notIdle := livesArgs(now)
	return all(ctx, a.db.readers, scan, sessionsOfPerson, personID, notExpired, notIdle)
}

// EndSession ends one of the person's own sessions.
func (a Accounts) EndSession(ctx context.Context, personID, sessionID string, entry audit.Entry) error {
	return a.db.write(ctx, entry, func(tx *sql.Tx) error {
		found, err := touches(ctx, tx, `DELETE FROM sessions WHERE id = ? AND person_id = ?`, sessionID, personID)
		if err == nil && !found {
			err = account.ErrNoSuchSession
		}
		return err
	})
}

// TouchSessions stores when sessions were last seen, all in one transaction.
// It leaves Version alone, or every page would be made anew each minute.
func (a Accounts) TouchSessions(ctx context.Context, seen map[string]time.Time) error {
	return transact(ctx, a.db.writer, func(tx *sql.Tx) error {
		touch, err := tx.PrepareContext(ctx, `UPDATE sessions SET seen_at = max(seen_at, ?) WHERE id = ?`)
		if err != nil {
			return err
		}
		defer func() { _ = touch.Close() }() // the transaction ends it anyhow
		for id, at := range seen {
			if _, err := touch.ExecContext(ctx, moment(at), id); err != nil {
				return err
			}
		}
		return nil
	})
}

// DropExpired removes sessions, failures and set-up links that no longer
// count. It is a change, so that nobody goes on in a session they kept in memory.
func (a Accounts) DropExpired(ctx context.Context, now time.Time) error {
	return a.db.change(ctx, func(tx *sql.Tx) error {
		notExpired, notIdle := livesArgs(now)
		if err := run(ctx, tx, `DELETE FROM sessions AS s WHERE NOT (`+lives+`)`, notExpired, notIdle); err != nil {
			return err
		}
		if err := run(ctx, tx, `DELETE FROM sign_in_failures WHERE at < ?`, moment(now.Add(-keptFailures))); err != nil {
			return err
		}
		return run(ctx, tx, `DELETE FROM set_up_link WHERE expires_at <= ?`, moment(now))
	})
}

// AddFailure notes a failed sign-in.
func (a Accounts) AddFailure(ctx context.Context, emailKey, addressKey string, entry audit.Entry) error {
	return a.db.write(ctx, entry, func(tx *sql.Tx) error {
		return run(ctx, tx, `INSERT INTO sign_in_failures (email_key, address_key, at) VALUES (?, ?, ?)`,
			emailKey, addressKey, moment(entry.At))
	})
}

const failuresSince = `
	SELECT (SELECT count(*) FROM sign_in_failures WHERE email_key = ?1 AND at >= ?3 AND address_key = ?2),
	       (SELECT count(*) FROM sign_in_failures WHERE email_key = ?1 AND at >= ?3),
	       (SELECT count(*) FROM sign_in_failures WHERE address_key = ?2 AND at >= ?3)`

// Failures counts the failed sign-ins since a moment.
func (a Accounts) Failures(ctx context.Context, emailKey, addressKey string, since time.Time) (account.Failures, error) {
	var f account.Failures
	err := a.db.readers.QueryRowContext(ctx, failuresSince, emailKey, addressKey, moment(since)).
		Scan(&f.Pair, &f.Email, &f.Address)
	return f, err
}

const sessionFromAddress = `SELECT EXISTS (SELECT 1 FROM sessions WHERE person_id = ? AND address = ?)`

// KnownAddress reports whether the person has a session from this address.
func (a Accounts) KnownAddress(ctx context.Context, personID, address string) (bool, error) {
	return value[bool](a.db.readers.QueryRowContext(ctx, sessionFromAddress, personID, address))
}

// EndAllSessions ends every session, as after restoring an old copy, which
// must not bring back what somebody ended since.
func (db *DB) EndAllSessions(ctx context.Context, entry audit.Entry) error {
	return db.write(ctx, entry, func(tx *sql.Tx) error { return run(ctx, tx, `DELETE FROM sessions`) })
}
