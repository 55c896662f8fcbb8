package db

import (
	"context"
	"database/sql"
	"encoding/json"

	"mooring/account"
	"mooring/audit"
)

const (
	passkeyColumns = `k.id, k.person_id, k.credential_id, k.name, k.record, k.created_at, k.last_used_at`

	passkeysOfPerson = `SELECT ` + passkeyColumns + ` FROM passkeys k WHERE k.person_id = ? ORDER BY k.created_at, k.rowid`

	passkeyByCredential = `SELECT ` + passkeyColumns + `, ` + personColumns + `
	  FROM passkeys k
	  JOIN people p ON p.id = k.person_id
	 WHERE k.credential_id = ?`
)

func passkeyFields(p *account.Passkey) []any {
	return []any{&p.ID, &p.PersonID, &p.CredentialID, &p.Name, &p.Record, (*moment)(&p.CreatedAt), (*moment)(&p.LastUsedAt)}
}

// Passkeys lists a person's passkeys, the oldest first.
func (a Accounts) Passkeys(ctx context.Context, personID string) ([]account.Passkey, error) {
	scan := func(r row) (p account.Passkey, err error) {
		err = r.Scan(passkeyFields(&p)...)
		return p, err
	}
	return all(ctx, a.db.readers, scan, passkeysOfPerson, personID)
}

// PasskeyOf finds a passkey by what its authenticator calls it, and whose it is.
func (a Accounts) PasskeyOf(ctx context.Context, credentialID []byte) (account.Passkey, account.Person, error) {
	var person account.Person
	scan := func(r row) (p account.Passkey, err error) {
		err = r.Scan(append(passkeyFields(&p), personFields(&person)...)...)
		return p, err
	}
	found, err := one(ctx, a.db.readers, scan, account.ErrNoSuchPasskey, passkeyByCredential, credentialID)
	return found, person, err
}

// AddPasskey stores a passkey and, with a person's first one, the hashes of
// their recovery codes.
func (a Accounts) AddPasskey(ctx context.Context, r account.Renewal, p account.Passkey, codes []string,
	n account.Notice, entry audit.Entry) (first bool, err error) {
	err = a.changeWays(ctx, r, n, entry, func(tx *sql.Tx) error {
		have, err := value[int](tx.QueryRowContext(ctx, `SELECT count(*) FROM passkeys WHERE person_id = ?`, r.PersonID))
		if err != nil {
			return err
		}
		if have >= account.MaxPasskeys {
			return account.ErrTooManyPasskeys
		}
		if err := addPasskey(ctx, tx, p); err != nil {
			return err
		}
		if err := stepDone(ctx, tx, account.StepPasskey, r.PersonID, ""); err != nil {
			return err
		}
		if first = have == 0; !first {
			return nil
		}
		return setCodes(ctx, tx, r.PersonID, codes)
	})
	return first, err
}

func addPasskey(ctx context.Context, tx *sql.Tx, p account.Passkey) error {
	err := run(ctx, tx, `
		INSERT INTO passkeys (id, person_id, credential_id, name, record, created_at, last_used_at)
		VALUES (?, ?, ?, ?, ?, ?, ?)`,
		p.ID, p.PersonID, p.CredentialID, p.Name, string(p.Record), moment(p.CreatedAt), moment(p.LastUsedAt))
	if refusedAsDouble(err) { // another has it, or they have it already
		return account.ErrPasskeyRefused.Because(err)
	}
	return err
}

// RemovePasskey removes a passkey unless it is needed. The last one takes the
// recovery codes along, which would stand in for nothing.
func (a Accounts) RemovePasskey(ctx context.Context, r account.Renewal, id string, policy account.Policy,
	n account.Notice, entry audit.Entry) error {
	return a.changeWays(ctx, r, n, entry, func(tx *sql.Tx) error {
		err := mustTouch(ctx, tx, account.ErrNoSuchPasskey, `DELETE FROM passkeys WHERE id = ? AND person_id = ?`, id, r.PersonID)
		if err != nil {
			return err
		}
		left, err := waysLeft(ctx, tx, r.PersonID, policy)
		switch {
		case err != nil:
			return err
		case left.ways == 0:
			return account.ErrLastWayIn
		case left.passkeys > 0:
			return nil
		case left.needsPasskey:
			return account.ErrLastPasskey
		}
		return setCodes(ctx, tx, r.PersonID, nil)
	})
}

// left is how a person can still sign in. What does not work here is no way in:
// an identity at a provider that the operator named no more, a passkey under an
// address where none works, a password where none is accepted.
type left struct {
	passkeys     int  // also where they do not work
	identities   int  // at the providers there are
	ways         int  // by which they can sign in
	needsPasskey bool // the site or one of their organizations requires a second step
}

func waysLeft(ctx context.Context, tx *sql.Tx, personID string, policy account.Policy) (left, error) {
	providers, err := json.Marshal(append([]string{}, policy.Providers...))
	if err != nil {
		return left{}, err
	}
	scan := func(r row) (l left, err error) {
		var password bool
		err = r.Scan(&l.passkeys, &l.identities, &password, &l.needsPasskey)
		l.ways = l.identities
		if password && policy.Passwords {
			l.ways++
		}
		if policy.Passkeys {
			l.ways += l.passkeys
		}
		l.needsPasskey = l.needsPasskey || policy.RequireSecondStep
		return l, err
	}
	return one(ctx, tx, scan, account.ErrSignIn, `
		SELECT (SELECT count(*) FROM passkeys k WHERE k.person_id = p.id),
		       (SELECT count(*) FROM identities i WHERE i.person_id = p.id AND i.provider IN (SELECT value FROM json_each(?))),
		       p.password_hash <> '',
		       EXISTS (SELECT 1 FROM memberships m JOIN accounts a ON a.id = m.account_id
		                WHERE m.person_id = p.id AND a.require_second_step = 1)
		  FROM people p
		 WHERE p.id = ?`, string(providers), personID)
}

func hasPasskey(ctx context.Context, tx *sql.Tx, personID string) (bool, error) {
	return value[bool](tx.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM passkeys WHERE person_id = ?)`, personID))
}

const codesOfPerson = `SELECT count(*) FROM recovery_codes WHERE person_id = ?`

// CodesLeft counts the recovery codes that are not used yet.
func (a Accounts) CodesLeft(ctx context.Context, personID string) (int, error) {
	return value[int](a.db.readers.QueryRowContext(ctx, codesOfPerson, personID))
}

// SetCodes stores recovery codes in place of the earlier ones.
func (a Accounts) SetCodes(ctx context.Context, personID string, hashes []string, n account.Notice, entry audit.Entry) error {
	return a.db.write(ctx, entry, func(tx *sql.Tx) error {
		has, err := hasPasskey(ctx, tx, personID)
		if err == nil && !has {
			err = account.ErrNoPasskey
		}
		if err != nil {
			return err
		}
		if err := setCodes(ctx, tx, personID, hashes); err != nil {
			return err
		}
		return addNotice(ctx, tx, personID, n)
	})
}

func setCodes(ctx context.Context, tx *sql.Tx, personID string, hashes []string) error {
	if err := run(ctx, tx, `DELETE FROM recovery_codes WHERE person_id = ?`, personID); err != nil {
		return err
	}
	for _, hash := range hashes {
		if err := run(ctx, tx, `INSERT INTO recovery_codes (person_id, hash) VALUES (?, ?)`, personID, hash); err != nil {
			return err
		}
	}
	return nil
}
