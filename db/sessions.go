package db

import (
	"context"
	"database/sql"
	"encoding/json"
	"strings"
	"time"

	"mooring/account"
	"mooring/audit"
)

// keptFailures is how long failed sign-ins and mailed invitations are kept. It
// only has to be longer than the times over which account counts them.
const keptFailures = 24 * time.Hour

// AddSession signs a person in and ends the session that theirs replaces,
// whoever's it was: it was this browser's.
func (a Accounts) AddSession(ctx context.Context, arrival account.Arrival, entry audit.Entry) error {
	return a.db.change(ctx, func(tx *sql.Tx) error {
		s := arrival.Session
		if err := holds(ctx, tx, s.PersonID, arrival.Proof, s.CreatedAt); err != nil {
			return err
		}
		half, err := arriveByOneStep(ctx, tx, &s)
		if err != nil {
			return err
		}
		if half {
			entry.Detail = strings.TrimPrefix(entry.Detail+", the second step is owed", ", ")
		}
		err = run(ctx, tx, `DELETE FROM notices WHERE made_in = ? AND person_id = ? AND kind = ?`, s.Replaces, s.PersonID, account.NoticeHalfSignIn)
		if err != nil {
			return err
		}
		replaced, err := touches(ctx, tx, `DELETE FROM sessions WHERE id = ?`, s.Replaces)
		if err != nil {
			return err
		}
		if replaced {
			entry.Detail = strings.TrimPrefix(entry.Detail+", in place of the session that this browser had", ", ")
		}
		crowded, err := touches(ctx, tx, tooManySessions, s.PersonID, account.MaxSessions-1)
		if err != nil {
			return err
		}
		if crowded {
			entry.Detail = strings.TrimPrefix(entry.Detail+", in place of the session that was unseen for longest", ", ")
		}
		if err := addEntry(ctx, tx, entry); err != nil {
			return err
		}
		err = run(ctx, tx, `
			INSERT INTO sessions (id, person_id, created_at, seen_at, expires_at, address, network, agent,
			                      way, proved_at, second_step_at, previous_at, previous_address)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
			s.ID, s.PersonID, moment(s.CreatedAt), moment(s.SeenAt), moment(s.ExpiresAt), s.Address, account.Network(s.Address), s.Agent,
			s.Way, moment(s.ProvedAt), moment(s.SecondStepAt), moment(s.PreviousAt), s.PreviousAddress)
		if err != nil {
			return err
		}
		if half {
			err = tellOfHalf(ctx, tx, s)
		} else {
			err = meetDevice(ctx, tx, s, arrival.Device)
		}
		if err != nil {
			return err
		}
		if arrival.Proof.Code != "" {
			if err := tellOfCode(ctx, tx, s); err != nil {
				return err
			}
		}
		if arrival.Groups == nil {
			return nil
		}
		return follow(ctx, tx, s.PersonID, *arrival.Groups, s.CreatedAt)
	})
}

// Of too many sessions those that owe their second step go first, so that who
// has only the password ends no others; then the longest unseen.
const tooManySessions = `
	DELETE FROM sessions
	 WHERE id IN (SELECT id FROM sessions WHERE person_id = ? ORDER BY second_step_at > 0 DESC, seen_at DESC LIMIT -1 OFFSET ?)`

const tooManyDevices = `
	DELETE FROM devices
	 WHERE person_id = ?1
	   AND hash IN (SELECT hash FROM devices WHERE person_id = ?1 ORDER BY seen_at DESC LIMIT -1 OFFSET ?2)`

// arriveByOneStep signs in who owes no second step. Who owes one has not signed
// in yet: what they left behind would be that of whoever knows the password.
func arriveByOneStep(ctx context.Context, tx *sql.Tx, s *account.Session) (half bool, err error) {
	if s.SecondStepAt.IsZero() {
		if half, err = hasPasskey(ctx, tx, s.PersonID); err != nil {
			return false, err
		}
	}
	if half {
		s.ExpiresAt = s.CreatedAt.Add(account.HalfSignInLife)
		return true, mayArrive(ctx, tx, s.PersonID)
	}
	return false, arrive(ctx, tx, s)
}

// arriveBySecondStep signs in who came with one step and takes the other now.
func arriveBySecondStep(ctx context.Context, tx *sql.Tx, r account.Renewal) error {
	s := account.Session{ID: r.To, PersonID: r.PersonID, CreatedAt: r.At, Address: r.Address, Agent: r.Agent}
	if err := arrive(ctx, tx, &s); err != nil {
		return err
	}
	err := run(ctx, tx, `UPDATE sessions SET expires_at = created_at + ?, previous_at = ?, previous_address = ? WHERE id = ?`,
		account.SessionLife.Milliseconds(), moment(s.PreviousAt), s.PreviousAddress, s.ID)
	if err != nil {
		return err
	}
	if err := run(ctx, tx, `DELETE FROM notices WHERE made_in = ? AND kind = ?`, s.ID, account.NoticeHalfSignIn); err != nil {
		return err
	}
	return meetDevice(ctx, tx, s, r.Device)
}

func mayArrive(ctx context.Context, tx *sql.Tx, personID string) error {
	disabled, err := one(ctx, tx, value[bool], account.ErrNoSuchAccount, `SELECT disabled_at > 0 FROM people WHERE id = ?`, personID)
	if err == nil && disabled {
		err = account.ErrDisabled
	}
	return err
}

// arrive notes the sign-in of somebody who may, and when they did before.
func arrive(ctx context.Context, tx *sql.Tx, s *account.Session) error {
	if err := mayArrive(ctx, tx, s.PersonID); err != nil {
		return err
	}
	err := tx.QueryRowContext(ctx, `SELECT last_sign_in_at, last_sign_in_address FROM people WHERE id = ?`, s.PersonID).
		Scan((*moment)(&s.PreviousAt), &s.PreviousAddress)
	if err != nil {
		return err
	}
	return run(ctx, tx, `UPDATE people SET last_sign_in_at = ?, last_sign_in_address = ? WHERE id = ?`,
		moment(s.CreatedAt), s.Address, s.PersonID)
}

// meetDevice remembers the browser. Somebody who has signed in before is told
// of one that they never used.
func meetDevice(ctx context.Context, tx *sql.Tx, s account.Session, device string) error {
	known := false
	if device != "" {
		var err error
		known, err = touches(ctx, tx, `UPDATE devices SET seen_at = ? WHERE person_id = ? AND hash = ?`, moment(s.CreatedAt), s.PersonID, device)
		if err != nil {
			return err
		}
		if !known {
			if err := run(ctx, tx, tooManyDevices, s.PersonID, account.MaxDevices-1); err != nil {
				return err
			}
			err := run(ctx, tx, `INSERT INTO devices (person_id, hash, seen_at) VALUES (?, ?, ?)`, s.PersonID, device, moment(s.CreatedAt))
			if err != nil {
				return err
			}
		}
	}
	if known || s.PreviousAt.IsZero() {
		return nil
	}
	return countNotice(ctx, tx, s.PersonID, account.Notice{Kind: account.NoticeNewDevice, At: s.CreatedAt, Address: s.Address, Agent: s.Agent})
}

// holds looks whether a proof still holds in this transaction, and brings what
// it is about up to date.
func holds(ctx context.Context, tx *sql.Tx, personID string, p account.Proof, now time.Time) error {
	switch {
	case p.Password != "":
		same, err := value[bool](tx.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM people WHERE id = ? AND password_hash = ?)`,
			personID, p.Password))
		if err == nil && !same {
			err = account.ErrWrongPassword
		}
		return err
	case p.Passkey != nil:
		return mustTouch(ctx, tx, account.ErrPasskeyRefused, `UPDATE passkeys SET record = ?, last_used_at = ? WHERE id = ? AND person_id = ?`,
			string(p.Passkey.Record), moment(now), p.Passkey.ID, personID)
	case p.Identity != nil:
		return mustTouch(ctx, tx, account.ErrUnknownIdentity, `
			UPDATE identities SET provider = ?, email = ?, name = ?, last_used_at = ? WHERE issuer = ? AND subject = ? AND person_id = ?`,
			p.Identity.Provider, p.Identity.Email, p.Identity.Name, moment(now), p.Identity.Issuer, p.Identity.Subject, personID)
	case p.Code != "":
		alone := account.Policy{}
		if p.Alone != nil {
			alone = *p.Alone
		}
		providers, err := json.Marshal(append([]string{}, alone.Providers...))
		if err != nil {
			return err
		}
		return mustTouch(ctx, tx, account.ErrWrongCode, `
			DELETE FROM recovery_codes
			 WHERE person_id = ?1 AND hash = ?2
			   AND NOT (?3 AND EXISTS (SELECT 1 FROM people WHERE id = ?1 AND password_hash <> ''))
			   AND NOT EXISTS (SELECT 1 FROM identities WHERE person_id = ?1 AND provider IN (SELECT value FROM json_each(?4)))`,
			personID, p.Code, alone.Passwords, string(providers))
	}
	return nil
}

// tellOfCode tells of a code that was used in this session.
func tellOfCode(ctx context.Context, tx *sql.Tx, s account.Session) error {
	return addNotice(ctx, tx, s.PersonID, account.Notice{Kind: account.NoticeCodeUsed, Count: 1, At: s.CreatedAt, Address: s.Address, Agent: s.Agent, SessionID: s.ID})
}

// RenewSession gives a session a new id after a proof. The second step makes it
// a sign-in.
func (a Accounts) RenewSession(ctx context.Context, r account.Renewal, entry audit.Entry) error {
	return a.db.write(ctx, entry, func(tx *sql.Tx) error {
		half, err := value[bool](tx.QueryRowContext(ctx, halfSession, r.From))
		if err != nil {
			return err
		}
		if err := renew(ctx, tx, r); err != nil {
			return err
		}
		if half && !r.SecondStepAt.IsZero() {
			if err := arriveBySecondStep(ctx, tx, r); err != nil {
				return err
			}
		}
		if r.Proof.Code == "" {
			return nil
		}
		return tellOfCode(ctx, tx, account.Session{ID: r.To, PersonID: r.PersonID, CreatedAt: r.At, Address: r.Address, Agent: r.Agent})
	})
}

// halfSession tells whether a session owes its second step.
const halfSession = `
	SELECT EXISTS (SELECT 1 FROM sessions s
	                WHERE s.id = ? AND s.second_step_at = 0 AND EXISTS (SELECT 1 FROM passkeys k WHERE k.person_id = s.person_id))`

func renew(ctx context.Context, tx *sql.Tx, r account.Renewal) error {
	err := mustTouch(ctx, tx, account.ErrSignIn, `
		UPDATE sessions
		   SET id = ?1, proved_at = iif(?2 > 0, ?2, proved_at), second_step_at = iif(?3 > 0, ?3, second_step_at)
		 WHERE id = ?4 AND person_id = ?5`,
		r.To, moment(r.ProvedAt), moment(r.SecondStepAt), r.From, r.PersonID)
	if err != nil {
		return err
	}
	return holds(ctx, tx, r.PersonID, r.Proof, r.At)
}

// changeWays changes how a person signs in. Whoever may be in one of their
// other sessions is out, and they are told.
func (a Accounts) changeWays(ctx context.Context, r account.Renewal, n account.Notice, entry audit.Entry, work func(tx *sql.Tx) error) error {
	return a.db.write(ctx, entry, func(tx *sql.Tx) error {
		if err := renew(ctx, tx, r); err != nil {
			return err
		}
		if err := endOthers(ctx, tx, r.PersonID, r.To); err != nil {
			return err
		}
		if err := work(tx); err != nil {
			return err
		}
		return addNotice(ctx, tx, r.PersonID, n)
	})
}

// SetPassword changes the password.
func (a Accounts) SetPassword(ctx context.Context, r account.Renewal, hash account.PasswordHash, n account.Notice, entry audit.Entry) error {
	return a.changeWays(ctx, r, n, entry, func(tx *sql.Tx) error {
		return run(ctx, tx, `UPDATE people SET password_hash = ? WHERE id = ?`, hash, r.PersonID)
	})
}

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
const lives = `s.expires_at > ? AND s.seen_at >= ?`

func livesArgs(now time.Time) (notExpired, notIdle moment) {
	return moment(now), moment(now.Add(-account.SessionIdle))
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
	notExpired, notIdle := livesArgs(now)
	caller, err := one(ctx, a.db.readers, scan, account.ErrSignIn, callerBySession, sessionID, notExpired, notIdle)
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
	notExpired, notIdle := livesArgs(now)
	return all(ctx, a.db.readers, scan, sessionsOfPerson, personID, notExpired, notIdle)
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

// DropExpired removes what no longer counts: sessions, failures, set-up links,
// invitations, devices and notices. It is a change, so that nobody goes on in a
// session they kept in memory.
func (a Accounts) DropExpired(ctx context.Context, now time.Time) error {
	return a.db.change(ctx, func(tx *sql.Tx) error {
		notExpired, notIdle := livesArgs(now)
		if err := run(ctx, tx, `DELETE FROM sessions AS s WHERE NOT (`+lives+`)`, notExpired, notIdle); err != nil {
			return err
		}
		for statement, before := range map[string]time.Time{
			`DELETE FROM sign_in_failures WHERE at < ?`:     now.Add(-keptFailures),
			`DELETE FROM mailed_invitations WHERE at < ?`:   now.Add(-keptFailures),
			`DELETE FROM set_up_link WHERE expires_at <= ?`: now,
			`DELETE FROM invitations WHERE expires_at <= ?`: now,
			`DELETE FROM devices WHERE seen_at < ?`:         now.Add(-account.DeviceLife),
			`DELETE FROM notices WHERE at < ?`:              now.Add(-account.NoticeLife),
		} {
			if err := run(ctx, tx, statement, moment(before)); err != nil {
				return err
			}
		}
		return nil
	})
}

// AddFailure notes a proof that did not hold. It runs the same statements
// whether or not there is somebody to tell.
func (a Accounts) AddFailure(ctx context.Context, f account.Failure, entry audit.Entry) error {
	return a.db.write(ctx, entry, func(tx *sql.Tx) error {
		if f.EmailKey == "" && f.AddressKey == "" {
			return nil
		}
		err := run(ctx, tx, `INSERT INTO sign_in_failures (email_key, address_key, at) VALUES (?, ?, ?)`,
			f.EmailKey, f.AddressKey, moment(entry.At))
		if err != nil {
			return err
		}
		return countNotice(ctx, tx, f.PersonID, account.Notice{Kind: account.NoticeFailedSignIns, At: entry.At, Address: entry.Actor.Address, Agent: f.Agent})
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

const sessionFromNetwork = `
	SELECT EXISTS (SELECT 1 FROM sessions s
	                WHERE s.person_id = ?1 AND s.network = ?2
	                  AND (s.second_step_at > 0 OR NOT EXISTS (SELECT 1 FROM passkeys k WHERE k.person_id = ?1)))`

// KnownAddress reports whether the person has a session from the network of this
// address. One that owes its second step does not count: who guessed the password
// has that.
func (a Accounts) KnownAddress(ctx context.Context, personID, address string) (bool, error) {
	return value[bool](a.db.readers.QueryRowContext(ctx, sessionFromNetwork, personID, account.Network(address)))
}

const deviceOfPerson = `SELECT EXISTS (SELECT 1 FROM devices WHERE person_id = ? AND hash = ?)`

// KnownDevice reports whether the person has used this browser.
func (a Accounts) KnownDevice(ctx context.Context, personID, device string) (bool, error) {
	return value[bool](a.db.readers.QueryRowContext(ctx, deviceOfPerson, personID, device))
}

// EndAllSessions ends every session, as after restoring an old copy, which
// must not bring back what somebody ended since.
func (db *DB) EndAllSessions(ctx context.Context, entry audit.Entry) error {
	return db.write(ctx, entry, func(tx *sql.Tx) error { return run(ctx, tx, `DELETE FROM sessions`) })
}
