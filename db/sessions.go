package db

import (
	"context"
	"database/sql"
	"time"

	"mooring/account"
	"mooring/audit"
)

// EndOtherSessions ends all of a person's sessions but one.
func (a Accounts) EndOtherSessions(ctx context.Context, personID, sessionID string, entry audit.Entry) error {
	return a.db.write(ctx, entry, func(tx *sql.Tx) error { return endOthers(ctx, tx, personID, sessionID) })
}

func endOthers(ctx context.Context, tx *sql.Tx, personID, sessionID string) error {
	return run(ctx, tx, `DELETE FROM sessions WHERE person_id = ? AND id <> ?`, personID, sessionID)
}

const sessionColumns = `s.id, s.person_id, s.created_at, s.seen_at, s.expires_at, s.address, s.agent,
	s.way, s.proved_at, s.second_step_at, s.previous_at, s.previous_address`

func sessionFields(s *account.Session) []any {
	return []any{&s.ID, &s.PersonID, (*moment)(&s.CreatedAt), (*moment)(&s.SeenAt), (*moment)(&s.ExpiresAt),
		&s.Address, &s.Agent,
		&s.Way, (*moment)(&s.ProvedAt), (*moment)(&s.SecondStepAt), (*moment)(&s.PreviousAt), &s.PreviousAddress}
}

// lives is the condition under which a session still counts; livesArgs fills it.
// One that began while the clock was ahead has ended: its end would come too late.
const lives = `s.expires_at > ? AND s.seen_at >= ? AND s.created_at <= ?`

func livesArgs(now time.Time) (notExpired, notIdle, notAhead moment) {
	return moment(now), moment(now.Add(-account.SessionIdle)), moment(now.Add(account.ClockSkew))
}

const (
	callerBySession = `SELECT ` + sessionColumns + `, ` + personColumns + `,
	       p.password_hash <> '', (SELECT count(*) FROM passkeys k WHERE k.person_id = p.id),
	       EXISTS (SELECT 1 FROM notices n WHERE n.person_id = p.id)
	  FROM sessions s
	  JOIN people p ON p.id = s.person_id
	 WHERE s.id = ? AND p.disabled_at = 0 AND ` + lives

	membershipsOfPerson = `
	SELECT ` + organizationColumns + `, m.role, m.by_group
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
// nor lain idle, and as long as they may sign in.
func (a Accounts) Caller(ctx context.Context, sessionID string, now time.Time) (account.Caller, error) {
	noticed := false // few have any, so that they cost the others no query
	scan := func(r row) (c account.Caller, err error) {
		fields := append(sessionFields(&c.Session), personFields(&c.Person)...)
		err = r.Scan(append(fields, &c.HasPassword, &c.Passkeys, &noticed)...)
		return c, err
	}
	notExpired, notIdle, notAhead := livesArgs(now)
	caller, err := one(ctx, a.db.readers, scan, account.ErrSignIn, callerBySession, sessionID, notExpired, notIdle, notAhead)
	if err != nil {
		return account.Caller{}, err
	}
	caller.Memberships, err = all(ctx, a.db.readers, scanMembership, membershipsOfPerson, caller.Person.ID)
	if err != nil || !noticed {
		return caller, err
	}
	caller.Notices, err = all(ctx, a.db.readers, scanNotice, noticesOfPerson, caller.Person.ID, caller.Session.ID)
	return caller, err
}

func scanMembership(r row) (m account.Membership, err error) {
	err = r.Scan(append(organizationFields(&m.Account), &m.Role, &m.ByGroup)...)
	return m, err
}

// Sessions lists where the person is signed in, the latest seen first.
func (a Accounts) Sessions(ctx context.Context, personID string, now time.Time) ([]account.Session, error) {
	scan := func(r row) (s account.Session, err error) {
		err = r.Scan(sessionFields(&s)...)
		return s, err
	}
	notExpired, notIdle, notAhead := livesArgs(now)
	return all(ctx, a.db.readers, scan, sessionsOfPerson, personID, notExpired, notIdle, notAhead)
}

// EndSession ends one of the person's own sessions.
func (a Accounts) EndSession(ctx context.Context, personID, sessionID string, entry audit.Entry) error {
	return a.db.write(ctx, entry, func(tx *sql.Tx) error {
		return mustTouch(ctx, tx, account.ErrNoSuchSession, `DELETE FROM sessions WHERE id = ? AND person_id = ?`, sessionID, personID)
	})
}

// TouchSessions stores when sessions were last seen, all in one transaction.
// It leaves Version alone, or every page would be made anew each minute.
func (a Accounts) TouchSessions(ctx context.Context, seen map[string]time.Time) error {
	return a.db.transact(ctx, func(tx *sql.Tx) error {
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

// DropExpired removes what no longer counts: sessions, failures, set-up links,
// invitations, devices and notices, after beginNow. It is a change, so that nobody goes on in a
// session they kept in memory.
func (a Accounts) DropExpired(ctx context.Context, now time.Time) error {
	return a.db.change(ctx, func(tx *sql.Tx) error {
		notExpired, notIdle, notAhead := livesArgs(now)
		if err := run(ctx, tx, `DELETE FROM sessions AS s WHERE NOT (`+lives+`)`, notExpired, notIdle, notAhead); err != nil {
			return err
		}
		if err := beginNow(ctx, tx, now); err != nil {
			return err
		}
		for statement, before := range map[string]time.Time{
			`DELETE FROM sign_in_failures WHERE at < ?`:        now.Add(-keptFailures),
			`DELETE FROM mailed_invitations WHERE at < ?`:      now.Add(-keptFailures),
			`DELETE FROM password_resets WHERE created_at < ?`: now.Add(-keptFailures),
			`DELETE FROM set_up_link WHERE expires_at <= ?`:    now,
			`DELETE FROM invitations WHERE expires_at <= ?`:    now,
			`DELETE FROM devices WHERE seen_at < ?`:            now.Add(-account.DeviceLife),
			`DELETE FROM notices WHERE at < ?`:                 now.Add(-account.NoticeLife),
		} {
			if err := run(ctx, tx, statement, moment(before)); err != nil {
				return err
			}
		}
		return nil
	})
}

// EndAllSessions ends every session, and every link for a new password, as after
// restoring an old copy, which must not bring back what somebody ended since.
func (db *DB) EndAllSessions(ctx context.Context, entry audit.Entry) error {
	return db.write(ctx, entry, func(tx *sql.Tx) error {
		if err := run(ctx, tx, `DELETE FROM password_resets`); err != nil {
			return err
		}
		return run(ctx, tx, `DELETE FROM sessions`)
	})
}
