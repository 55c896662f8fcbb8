package db

import (
	"context"

	"mooring/account"
)

const (
	accountByID = `SELECT ` + organizationColumns + ` FROM accounts a WHERE a.id = ?`

	ownersOfAccount = `
	SELECT ` + personColumns + `
	  FROM memberships m JOIN people p ON p.id = m.person_id
	 WHERE m.account_id = ? AND m.role = 'owner'
	 ORDER BY p.name COLLATE NOCASE, p.email`
)

// OwnersOf finds an account of whatever kind by its id, with its owners.
func (a Accounts) OwnersOf(ctx context.Context, accountID string) (account.Owned, error) {
	found, err := one(ctx, a.db.readers, scanOrganization, account.ErrNoSuchAccount, accountByID, accountID)
	if err != nil {
		return account.Owned{}, err
	}
	scan := func(r row) (p account.Person, err error) {
		err = r.Scan(personFields(&p)...)
		return p, err
	}
	owners, err := all(ctx, a.db.readers, scan, ownersOfAccount, accountID)
	return account.Owned{Account: found, Owners: owners}, err
}
