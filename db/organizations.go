package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"

	"mooring/account"
	"mooring/audit"
)

var _ account.OrganizationStore = Accounts{}

const (
	organizationColumns = `a.id, a.name, a.kind, a.created_at, a.description, a.require_second_step`

	organizationByID = `SELECT ` + organizationColumns + ` FROM accounts a WHERE a.id = ? AND a.kind = 'organization'`

	colleaguesOfAccount = `
	SELECT p.id, p.name, p.email, m.role, m.by_group, m.since, p.last_sign_in_at,
	       EXISTS (SELECT 1 FROM passkeys k WHERE k.person_id = p.id), p.disabled_at > 0
	  FROM accounts a
	  JOIN memberships m ON m.account_id = a.id
	  JOIN people p ON p.id = m.person_id
	 WHERE a.id = ? AND a.kind = 'organization'
	 ORDER BY p.name COLLATE NOCASE, p.email`

	selectInvitation = `
	SELECT i.id, i.role, i.email, i.mailed, coalesce(p.name, ''), i.created_at, i.expires_at, ` + organizationColumns + `
	  FROM invitations i
	  JOIN accounts a ON a.id = i.account_id
	  LEFT JOIN people p ON p.id = i.created_by`

	invitationByID       = selectInvitation + ` WHERE i.id = ?`
	invitationByHash     = selectInvitation + ` WHERE i.hash = ? AND i.expires_at > ?`
	invitationsOfAccount = selectInvitation + ` WHERE i.account_id = ? AND i.expires_at > ? ORDER BY i.created_at DESC, i.rowid DESC`

	organizationsOwned = `
	SELECT count(*) FROM memberships m JOIN accounts a ON a.id = m.account_id
	 WHERE m.person_id = ? AND m.role = 'owner' AND a.kind = 'organization'`

	mailedSince = `SELECT count(*) FROM mailed_invitations WHERE sender_key = ? AND at > ? AND at <= ?`

	anotherOwner = `
	SELECT EXISTS (SELECT 1 FROM memberships m JOIN people p ON p.id = m.person_id
	                WHERE m.account_id = ? AND m.role = 'owner' AND m.person_id <> ? AND p.disabled_at = 0)`
)

func scanOrganization(r row) (a account.Account, err error) {
	err = r.Scan(organizationFields(&a)...)
	return a, err
}

func organizationFields(a *account.Account) []any {
	return []any{&a.ID, &a.Name, &a.Kind, (*moment)(&a.CreatedAt), &a.Description, &a.RequireSecondStep}
}

// Organization finds an organization by its id.
func (a Accounts) Organization(ctx context.Context, accountID string) (account.Account, error) {
	return organization(ctx, a.db.readers, accountID)
}

func organization(ctx context.Context, from reader, accountID string) (account.Account, error) {
	return one(ctx, from, scanOrganization, account.ErrNoSuchAccount, organizationByID, accountID)
}

// AddOrganization stores a new organization with its first owner.
func (a Accounts) AddOrganization(ctx context.Context, made account.Account, ownerID string, entry audit.Entry) error {
	return a.db.write(ctx, entry, func(tx *sql.Tx) error {
		if _, err := powersNow(ctx, tx, entry.Actor, made.ID); err != nil {
			return err
		}
		owned, err := value[int](tx.QueryRowContext(ctx, organizationsOwned, ownerID))
		if err == nil && owned >= account.MaxOrganizations {
			err = account.ErrTooManyOrganizations
		}
		if err != nil {
			return err
		}
		err = run(ctx, tx, `
			INSERT INTO accounts (id, name, kind, created_at, description, require_second_step)
			VALUES (?, ?, 'organization', ?, ?, ?)`,
			made.ID, made.Name, moment(made.CreatedAt), made.Description, made.RequireSecondStep)
		if err != nil {
			return sayNameTaken(err)
		}
		return addMember(ctx, tx, made.ID, ownerID, account.Owner, made.CreatedAt)
	})
}

func sayNameTaken(err error) error {
	if refusedAsDouble(err) {
		return account.ErrNameTaken.At("name").Because(err)
	}
	return err
}

// addMember makes somebody a member by a person's decision, not by a group's.
func addMember(ctx context.Context, tx *sql.Tx, accountID, personID string, role account.Role, since time.Time) error {
	return addMembership(ctx, tx, personID, account.Membership{Account: account.Account{ID: accountID}, Role: role}, since)
}

// ChangeOrganization stores what an owner changed.
func (a Accounts) ChangeOrganization(ctx context.Context, changed account.Account, entry audit.Entry) error {
	return a.db.write(ctx, entry, func(tx *sql.Tx) error {
		if err := mayManage(ctx, tx, entry.Actor, changed.ID); err != nil {
			return err
		}
		return sayNameTaken(mustTouch(ctx, tx, account.ErrNoSuchAccount,
			`UPDATE accounts SET name = ?, description = ?, require_second_step = ? WHERE id = ? AND kind = 'organization'`,
			changed.Name, changed.Description, changed.RequireSecondStep, changed.ID))
	})
}

// Deletion lists what goes with an organization.
func (a Accounts) Deletion(ctx context.Context, accountID string, now time.Time) (account.Deletion, error) {
	scan := func(r row) (d account.Deletion, err error) {
		err = r.Scan(&d.People, &d.Keys, &d.Invitations)
		return d, err
	}
	deletion, err := one(ctx, a.db.readers, scan, account.ErrNoSuchAccount, `
		SELECT (SELECT count(*) FROM memberships m WHERE m.account_id = a.id),
		       (SELECT count(*) FROM api_keys k WHERE k.account_id = a.id),
		       (SELECT count(*) FROM invitations i WHERE i.account_id = a.id AND i.expires_at > ?2)
		  FROM accounts a
		 WHERE a.id = ?1 AND a.kind = 'organization'`, accountID, moment(now))
	if err != nil {
		return account.Deletion{}, err
	}
	deletion.Credentials, err = all(ctx, a.db.readers, value[string],
		`SELECT label FROM credentials WHERE account_id = ? ORDER BY provider, label, id`, accountID)
	return deletion, err
}

// DeleteOrganization removes an organization. Everything that belongs to it
// refers to it and goes with it; the audit log does not, and has an entry for
// each link that goes.
func (a Accounts) DeleteOrganization(ctx context.Context, accountID, name string, entry audit.Entry) error {
	return a.db.write(ctx, entry, func(tx *sql.Tx) error {
		if err := mayManage(ctx, tx, entry.Actor, accountID); err != nil {
			return err
		}
		if err := a.db.tellUnlinked(ctx, tx, entry); err != nil {
			return err
		}
		return mustTouch(ctx, tx, account.ErrNoSuchAccount,
			`DELETE FROM accounts WHERE id = ? AND name = ? AND kind = 'organization'`, accountID, name)
	})
}

// unlinkedAtOnce is how many of the links that go with an organization are held
// in memory.
const unlinkedAtOnce = 200

// tellUnlinked writes an entry for each link that goes with the account, so
// that what the audit log says about a link always ends with its unlinking.
func (db *DB) tellUnlinked(ctx context.Context, tx *sql.Tx, deletion audit.Entry) error {
	scan := func(r row) (told labelled, err error) {
		err = r.Scan(&told.provider, &told.label, &told.id)
		return told, err
	}
	for last, more := (labelled{}), true; more; {
		some, err := all(ctx, tx, scan, `
			SELECT provider, label, id FROM credentials
			 WHERE account_id = ? AND (provider, label, id) > (?, ?, ?)
			 ORDER BY provider, label, id
			 LIMIT ?`, deletion.AccountID, last.provider, last.label, last.id, unlinkedAtOnce)
		if err != nil {
			return err
		}
		entries := make([]audit.Entry, len(some))
		for i, told := range some {
			entries[i] = audit.Entry{At: deletion.At, Actor: deletion.Actor, Action: audit.UnlinkCredential,
				AccountID: deletion.AccountID, CredentialID: told.id, Result: audit.Done, Detail: told.label}
			last = told
		}
		if err := db.addEntry(ctx, tx, entries...); err != nil {
			return err
		}
		more = len(some) == unlinkedAtOnce
	}
	return nil
}

// labelled is a link by what lists are sorted by.
type labelled struct{ provider, label, id string }

// Colleagues lists who belongs to an organization, by name.
func (a Accounts) Colleagues(ctx context.Context, accountID string) ([]account.Colleague, error) {
	scan := func(r row) (c account.Colleague, err error) {
		err = r.Scan(&c.PersonID, &c.Name, &c.Email, &c.Role, &c.ByGroup, (*moment)(&c.Since), (*moment)(&c.LastSignIn),
			&c.SecondStep, &c.Disabled)
		return c, err
	}
	colleagues, err := all(ctx, a.db.readers, scan, colleaguesOfAccount, accountID)
	if err == nil && len(colleagues) == 0 { // an organization has an owner, so there is none
		err = account.ErrNoSuchAccount
	}
	return colleagues, err
}

// place is somebody's membership as it is when it is to be changed.
type place struct {
	role    account.Role
	byGroup bool
	email   string
}

func placeOf(ctx context.Context, tx *sql.Tx, accountID, personID string) (place, error) {
	scan := func(r row) (found place, err error) {
		err = r.Scan(&found.role, &found.byGroup, &found.email)
		return found, err
	}
	found, err := one(ctx, tx, scan, account.ErrNoSuchColleague, `
		SELECT m.role, m.by_group, p.email FROM memberships m JOIN people p ON p.id = m.person_id
		 WHERE m.account_id = ? AND m.person_id = ?`, accountID, personID)
	if err == nil && found.byGroup {
		err = account.ErrByGroup
	}
	return found, err
}

// keepAnOwner refuses to take an owner away when no other is left who can sign
// in. Of two who go at once the second finds the first gone, because
// transactions that write come one after the other.
func keepAnOwner(ctx context.Context, tx *sql.Tx, accountID, personID string) error {
	another, err := value[bool](tx.QueryRowContext(ctx, anotherOwner, accountID, personID))
	if err == nil && !another {
		err = account.ErrLastOwner
	}
	return err
}

// SetRole gives somebody another role. Who is no owner any more leaves no open
// invitations behind: by one of their links they could make themselves an owner.
func (a Accounts) SetRole(ctx context.Context, accountID, personID string, role account.Role, entry audit.Entry) error {
	return a.db.change(ctx, func(tx *sql.Tx) error {
		if err := mayManage(ctx, tx, entry.Actor, accountID); err != nil {
			return err
		}
		had, err := placeOf(ctx, tx, accountID, personID)
		if err != nil || had.role == role {
			return err
		}
		if had.role == account.Owner {
			if err := keepAnOwner(ctx, tx, accountID, personID); err != nil {
				return err
			}
			if err := dropInvitationsBy(ctx, tx, accountID, personID); err != nil {
				return err
			}
		}
		err = run(ctx, tx, `UPDATE memberships SET role = ? WHERE account_id = ? AND person_id = ?`, role, accountID, personID)
		if err != nil {
			return err
		}
		entry.Detail, entry.Changes = fmt.Sprintf("%s: %s, was %s", had.email, role, had.role), account.ChangedRole(had.role, role)
		return a.db.addEntry(ctx, tx, entry)
	})
}

// RemoveMember ends a membership, with the invitations and the keys that the
// person made.
func (a Accounts) RemoveMember(ctx context.Context, accountID, personID string, entry audit.Entry) error {
	return a.db.change(ctx, func(tx *sql.Tx) error {
		if err := mayRemove(ctx, tx, entry.Actor, accountID, personID); err != nil {
			return err
		}
		had, err := placeOf(ctx, tx, accountID, personID)
		if err != nil {
			return err
		}
		if had.role == account.Owner {
			if err := keepAnOwner(ctx, tx, accountID, personID); err != nil {
				return err
			}
		}
		if err := dropInvitationsBy(ctx, tx, accountID, personID); err != nil {
			return err
		}
		if err := endMembership(ctx, tx, accountID, personID); err != nil {
			return err
		}
		entry.Detail, entry.Changes = fmt.Sprintf("%s, was %s", had.email, had.role), account.ChangedRole(had.role, "")
		return a.db.addEntry(ctx, tx, entry)
	})
}

func dropInvitationsBy(ctx context.Context, tx *sql.Tx, accountID, personID string) error {
	return run(ctx, tx, `DELETE FROM invitations WHERE account_id = ? AND created_by = ?`, accountID, personID)
}

func scanInvitation(r row) (i account.Invitation, err error) {
	err = r.Scan(append([]any{&i.ID, &i.Role, &i.Email, &i.Mailed, &i.CreatedByName,
		(*moment)(&i.CreatedAt), (*moment)(&i.ExpiresAt)}, organizationFields(&i.Account)...)...)
	return i, err
}

// Invitations lists those of an organization that can still be used, the
// latest first.
func (a Accounts) Invitations(ctx context.Context, accountID string, now time.Time) ([]account.Invitation, error) {
	if _, err := a.Organization(ctx, accountID); err != nil {
		return nil, err
	}
	return all(ctx, a.db.readers, scanInvitation, invitationsOfAccount, accountID, moment(now))
}

// AddInvitation stores an invitation, and gives it with the name of who made it.
func (a Accounts) AddInvitation(ctx context.Context, i account.NewInvitation, entry audit.Entry) (account.Invitation, error) {
	var added account.Invitation
	err := a.db.write(ctx, entry, func(tx *sql.Tx) error {
		if err := mayManage(ctx, tx, entry.Actor, i.Account.ID); err != nil {
			return err
		}
		if err := mayInvite(ctx, tx, i); err != nil {
			return err
		}
		err := run(ctx, tx, `
			INSERT INTO invitations (id, account_id, hash, role, email, mailed, created_by, created_at, expires_at)
			VALUES (?, ?, ?, ?, ?, ?, (SELECT id FROM people WHERE id = ?), ?, ?)`,
			i.ID, i.Account.ID, i.Hash, i.Role, i.Email, i.Mailed, i.CreatedBy, moment(i.CreatedAt), moment(i.ExpiresAt))
		if err != nil {
			return err
		}
		if err := stepDone(ctx, tx, account.StepInvite, i.CreatedBy, i.Account.ID); err != nil {
			return err
		}
		added, err = one(ctx, tx, scanInvitation, account.ErrNoSuchInvitation, invitationByID, i.ID)
		return err
	})
	return added, err
}

func mayInvite(ctx context.Context, tx *sql.Tx, i account.NewInvitation) error {
	open, err := value[int](tx.QueryRowContext(ctx,
		`SELECT count(*) FROM invitations WHERE account_id = ? AND expires_at > ?`, i.Account.ID, moment(i.CreatedAt)))
	if err != nil {
		return err
	}
	if open >= account.MaxInvitations {
		return account.ErrTooManyInvitations
	}
	member, err := value[bool](tx.QueryRowContext(ctx, `
		SELECT EXISTS (SELECT 1 FROM people p JOIN memberships m ON m.person_id = p.id WHERE p.email = ? AND m.account_id = ?)`,
		i.Email, i.Account.ID))
	if err == nil && member {
		err = account.ErrAlreadyMember.At("email")
	}
	if err != nil || !i.Mailed {
		return err
	}
	return countMail(ctx, tx, i)
}

// countMail counts a mail, also when its invitation is taken back later.
func countMail(ctx context.Context, tx *sql.Tx, i account.NewInvitation) error {
	mailed, err := value[int](tx.QueryRowContext(ctx, mailedSince, i.Sender,
		moment(i.CreatedAt.Add(-account.MailWindow)), moment(i.CreatedAt.Add(account.ClockSkew))))
	if err == nil && mailed >= account.MaxMails {
		err = account.ErrTooManyMails
	}
	if err != nil {
		return err
	}
	return run(ctx, tx, `INSERT INTO mailed_invitations (sender_key, at) VALUES (?, ?)`, i.Sender, moment(i.CreatedAt))
}

// RemoveInvitation takes an invitation back. The audit entry tells which.
func (a Accounts) RemoveInvitation(ctx context.Context, accountID, invitationID string, entry audit.Entry) error {
	return a.db.change(ctx, func(tx *sql.Tx) error {
		if err := mayManage(ctx, tx, entry.Actor, accountID); err != nil {
			return err
		}
		scan := func(r row) (i account.Invitation, err error) {
			err = r.Scan(&i.Email, &i.Role)
			return i, err
		}
		removed, err := one(ctx, tx, scan, account.ErrNoSuchInvitation,
			`DELETE FROM invitations WHERE account_id = ? AND id = ? RETURNING email, role`, accountID, invitationID)
		if err != nil {
			return err
		}
		entry.Detail, entry.Changes = strings.TrimSuffix(removed.About()+": "+entry.Detail, ": "), removed.Ended()
		return a.db.addEntry(ctx, tx, entry)
	})
}

// InvitationByHash finds an invitation that can still be used.
func (a Accounts) InvitationByHash(ctx context.Context, hash string, now time.Time) (account.Invitation, error) {
	return one(ctx, a.db.readers, scanInvitation, account.ErrInvitation, invitationByHash, hash, moment(now))
}

// useInvitation finds an invitation and uses it up. Of many calls at once one
// succeeds, because the transaction holds the only write lock from before it looks.
func useInvitation(ctx context.Context, tx *sql.Tx, hash string, now time.Time) (account.Invitation, error) {
	found, err := one(ctx, tx, scanInvitation, account.ErrInvitation, invitationByHash, hash, moment(now))
	if err != nil {
		return account.Invitation{}, err
	}
	return found, run(ctx, tx, `DELETE FROM invitations WHERE id = ?`, found.ID)
}

// AcceptInvitation makes somebody who exists a member by an invitation. When
// that is refused, the invitation stays.
func (a Accounts) AcceptInvitation(ctx context.Context, hash, personID string, now time.Time, entry audit.Entry) error {
	return a.db.write(ctx, entry, func(tx *sql.Tx) error {
		used, err := useInvitation(ctx, tx, hash, now)
		if err != nil {
			return err
		}
		meant, err := value[bool](tx.QueryRowContext(ctx,
			`SELECT ?1 = '' OR email = ?1 FROM people WHERE id = ?2 AND disabled_at = 0`, used.Email, personID))
		if errors.Is(err, sql.ErrNoRows) || err == nil && !meant {
			return account.ErrInvitationForAnother
		}
		if err != nil {
			return err
		}
		if used.Mailed {
			if err := proveEmail(ctx, tx, personID, used.Email); err != nil {
				return err
			}
		}
		err = addMember(ctx, tx, used.Account.ID, personID, used.Role, now)
		if refusedAsKnown(err) {
			return account.ErrAlreadyMember
		}
		return err
	})
}
