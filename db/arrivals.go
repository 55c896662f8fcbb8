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
		if err := a.db.addEntry(ctx, tx, entry); err != nil {
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
		return a.db.follow(ctx, tx, s.PersonID, *arrival.Groups, s.CreatedAt)
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
		err := mustTouch(ctx, tx, account.ErrUnknownIdentity, `
			UPDATE identities SET provider = ?, email = ?, name = ?, last_used_at = ? WHERE issuer = ? AND subject = ? AND person_id = ?`,
			p.Identity.Provider, p.Identity.Email, p.Identity.Name, moment(now), p.Identity.Issuer, p.Identity.Subject, personID)
		if err != nil {
			return err
		}
		return proveEmailBy(ctx, tx, personID, *p.Identity)
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
		return setPassword(ctx, tx, r.PersonID, hash)
	})
}
