package db

import (
	"context"
	"database/sql"

	"mooring/account"
	"mooring/audit"
)

var _ account.KeyStore = Accounts{}

const (
	keyColumns = `k.id, k.account_id, k.person_id, p.name, k.name, k.scope, k.created_at, k.expires_at, k.last_used_at, k.last_address`

	keysOfAccount = `SELECT ` + keyColumns + `
	  FROM api_keys k
	  JOIN people p ON p.id = k.person_id
	 WHERE k.account_id = ?1 AND (?2 = '' OR k.person_id = ?2)
	 ORDER BY k.created_at DESC, k.rowid DESC`

	heldKey = `SELECT ` + keyColumns + `, k.hash,
	       ` + personColumns + `,
	       m.role, m.by_group, ` + organizationColumns + `
	  FROM api_keys k
	  JOIN people p ON p.id = k.person_id
	  JOIN memberships m ON m.person_id = k.person_id AND m.account_id = k.account_id
	  JOIN accounts a ON a.id = k.account_id
	 WHERE k.id = ? AND p.disabled_at = 0`
)

func keyFields(k *account.Key) []any {
	return []any{&k.ID, &k.AccountID, &k.PersonID, &k.PersonName, &k.Name, &k.Scope,
		(*moment)(&k.CreatedAt), (*moment)(&k.ExpiresAt), (*moment)(&k.LastUsedAt), &k.LastAddress}
}

func scanKey(r row) (k account.Key, err error) {
	err = r.Scan(keyFields(&k)...)
	return k, err
}

func scanHeldKey(r row) (held account.HeldKey, err error) {
	var key account.Key
	var m account.Membership
	into := append(keyFields(&key), &held.Hash)
	into = append(into, personFields(&held.Caller.Person)...)
	into = append(into, &m.Role, &m.ByGroup)
	err = r.Scan(append(into, organizationFields(&m.Account)...)...)
	held.Caller.Key, held.Caller.Memberships = &key, []account.Membership{m}
	return held, err
}

// AddKey stores a key of somebody who belongs to the account.
func (a Accounts) AddKey(ctx context.Context, k account.Key, hash string, most int, entry audit.Entry) error {
	return a.db.write(ctx, entry, func(tx *sql.Tx) error {
		has, err := value[int](tx.QueryRowContext(ctx,
			`SELECT count(*) FROM api_keys WHERE person_id = ? AND account_id = ?`, k.PersonID, k.AccountID))
		if err != nil {
			return err
		}
		if has >= most {
			return account.ErrTooManyKeys
		}
		return mustTouch(ctx, tx, account.ErrNoSuchAccount, `
			INSERT INTO api_keys (id, account_id, person_id, name, hash, scope, created_at, expires_at, last_used_at, last_address)
			SELECT ?1, m.account_id, m.person_id, ?4, ?5, ?6, ?7, ?8, 0, ''
			  FROM memberships m
			 WHERE m.account_id = ?2 AND m.person_id = ?3`,
			k.ID, k.AccountID, k.PersonID, k.Name, hash, k.Scope, moment(k.CreatedAt), moment(k.ExpiresAt))
	})
}

// Keys lists the account's keys or, when personID is not empty, those that this
// person made there, the latest first.
func (a Accounts) Keys(ctx context.Context, accountID, personID string) ([]account.Key, error) {
	return all(ctx, a.db.readers, scanKey, keysOfAccount, accountID, personID)
}

// RemoveKey ends a key of the account or, when personID is not empty, one that
// this person made there.
func (a Accounts) RemoveKey(ctx context.Context, accountID, personID, keyID string, entry audit.Entry) error {
	return a.db.change(ctx, func(tx *sql.Tx) error {
		scan := func(r row) (k account.Key, err error) {
			err = r.Scan(&k.Name, &k.Scope, (*moment)(&k.ExpiresAt))
			return k, err
		}
		removed, err := one(ctx, tx, scan, account.ErrNoSuchKey, `
			DELETE FROM api_keys WHERE id = ?1 AND account_id = ?2 AND (?3 = '' OR person_id = ?3)
			RETURNING name, scope, expires_at`, keyID, accountID, personID)
		if err != nil {
			return err
		}
		entry.Changes = removed.Ended()
		return a.db.addEntry(ctx, tx, entry)
	})
}

// HeldKey finds a key with whom it acts for. There is none when they do not
// belong to the account any more, or are disabled.
func (a Accounts) HeldKey(ctx context.Context, keyID string) (account.HeldKey, error) {
	return one(ctx, a.db.readers, scanHeldKey, account.ErrNoSuchKey, heldKey, keyID)
}

// TouchKeys stores when and from where keys were last used, all in one
// transaction. It leaves Version alone, or every page would be made anew each
// minute.
func (a Accounts) TouchKeys(ctx context.Context, uses map[string]account.KeyUse) error {
	return a.db.transact(ctx, func(tx *sql.Tx) error {
		for id, use := range uses {
			err := run(ctx, tx, `UPDATE api_keys SET last_used_at = ?1, last_address = ?2 WHERE id = ?3 AND last_used_at <= ?1`,
				moment(use.At), use.Address, id)
			if err != nil {
				return err
			}
		}
		return nil
	})
}
