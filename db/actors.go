package db

import (
	"context"
	"database/sql"

	"mooring/account"
	"mooring/audit"
)

// powers are what somebody has at this moment. What they had when they asked
// may be gone since: whoever was removed, demoted or disabled meanwhile changes
// nothing. Transactions that write come one after the other, so that what is
// found inside one holds until it commits.
type powers struct {
	administrator bool
	role          account.Role // in the account; empty: they do not belong to it
}

// powersNow gives what the actor has in the site and in an account. What no
// person asked for may be done.
func powersNow(ctx context.Context, tx *sql.Tx, actor audit.Actor, accountID string) (powers, error) {
	if actor.PersonID == audit.System {
		return powers{administrator: true, role: account.Owner}, nil
	}
	scan := func(r row) (has powers, err error) {
		err = r.Scan(&has.administrator, &has.role)
		return has, err
	}
	// Who is disabled has no session any more.
	return one(ctx, tx, scan, account.ErrSignIn, `
		SELECT p.site_admin, coalesce(m.role, '')
		  FROM people p
		  LEFT JOIN memberships m ON m.person_id = p.id AND m.account_id = ?
		 WHERE p.id = ? AND p.disabled_at = 0`, accountID, actor.PersonID)
}

// mayManage lets the owners of an organization change it.
func mayManage(ctx context.Context, tx *sql.Tx, actor audit.Actor, accountID string) error {
	if _, err := organization(ctx, tx, accountID); err != nil {
		return err
	}
	has, err := powersNow(ctx, tx, actor, accountID)
	switch {
	case err != nil:
		return err
	case has.role == "":
		return account.ErrNoSuchAccount
	case has.role != account.Owner:
		return account.ErrNotOwnerAnyMore
	}
	return nil
}

// mayUse lets people with at least this role work with what the account links.
func mayUse(ctx context.Context, tx *sql.Tx, actor audit.Actor, accountID string, least account.Role) error {
	has, err := powersNow(ctx, tx, actor, accountID)
	switch {
	case err != nil:
		return err
	case has.role == "":
		return account.ErrNoSuchAccount
	case !has.role.AtLeast(least):
		return account.ErrRoleChanged
	}
	return nil
}

// mayRemove lets owners remove anybody, and everybody leave.
func mayRemove(ctx context.Context, tx *sql.Tx, actor audit.Actor, accountID, personID string) error {
	if actor.PersonID != personID {
		return mayManage(ctx, tx, actor, accountID)
	}
	if _, err := organization(ctx, tx, accountID); err != nil {
		return err
	}
	_, err := powersNow(ctx, tx, actor, accountID)
	return err
}

// mayChangePeople lets site administrators change people.
func mayChangePeople(ctx context.Context, tx *sql.Tx, actor audit.Actor) error {
	return mayAdminister(ctx, tx, actor)
}

// mayAdminister lets site administrators change what is not their own. To
// others there is nothing to change.
func mayAdminister(ctx context.Context, tx *sql.Tx, actor audit.Actor) error {
	has, err := powersNow(ctx, tx, actor, "")
	if err == nil && !has.administrator {
		err = account.ErrNoSuchAccount
	}
	return err
}
