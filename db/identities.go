package db

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"mooring/account"
	"mooring/audit"
)

const (
	identitiesOfPerson = `
	SELECT provider, issuer, subject, email, name, person_id, linked_at, last_used_at
	  FROM identities
	 WHERE person_id = ?
	 ORDER BY linked_at, issuer, subject`

	personByIdentity = `SELECT ` + personColumns + `
	  FROM identities i
	  JOIN people p ON p.id = i.person_id
	 WHERE i.issuer = ? AND i.subject = ?`
)

// Identities lists a person's identities, the oldest first.
func (a Accounts) Identities(ctx context.Context, personID string) ([]account.LinkedIdentity, error) {
	scan := func(r row) (l account.LinkedIdentity, err error) {
		err = r.Scan(&l.Provider, &l.Issuer, &l.Subject, &l.Email, &l.Name, &l.PersonID,
			(*moment)(&l.LinkedAt), (*moment)(&l.LastUsedAt))
		return l, err
	}
	return all(ctx, a.db.readers, scan, identitiesOfPerson, personID)
}

// PersonOf finds whose identity this is. Nothing but issuer and subject finds
// somebody.
func (a Accounts) PersonOf(ctx context.Context, issuer, subject string) (account.Person, error) {
	scan := func(r row) (p account.Person, err error) {
		err = r.Scan(personFields(&p)...)
		return p, err
	}
	return one(ctx, a.db.readers, scan, account.ErrUnknownIdentity, personByIdentity, issuer, subject)
}

// LinkIdentity lets a person sign in with an identity, too.
func (a Accounts) LinkIdentity(ctx context.Context, r account.Renewal, l account.LinkedIdentity, groups *account.Groups,
	n account.Notice, entry audit.Entry) error {
	return a.changeWays(ctx, r, n, entry, func(tx *sql.Tx) error {
		if err := addIdentity(ctx, tx, l); err != nil || groups == nil {
			return err
		}
		return a.db.follow(ctx, tx, r.PersonID, *groups, r.At)
	})
}

func addIdentity(ctx context.Context, tx *sql.Tx, l account.LinkedIdentity) error {
	err := run(ctx, tx, `
		INSERT INTO identities (issuer, subject, person_id, provider, email, name, linked_at, last_used_at)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
		l.Issuer, l.Subject, l.PersonID, l.Provider, l.Email, l.Name, moment(l.LinkedAt), moment(l.LastUsedAt))
	if refusedAsKnown(err) {
		return account.ErrIdentityTaken.Because(err)
	}
	if err != nil {
		return err
	}
	return proveEmailBy(ctx, tx, l.PersonID, l.Identity)
}

// UnlinkIdentity ends that a person signs in with an identity, unless they
// could not sign in any more. The last one takes along what groups gave.
func (a Accounts) UnlinkIdentity(ctx context.Context, r account.Renewal, issuer, subject string, policy account.Policy, groups account.Groups,
	n account.Notice, entry audit.Entry) error {
	return a.changeWays(ctx, r, n, entry, func(tx *sql.Tx) error {
		err := mustTouch(ctx, tx, account.ErrNoSuchIdentity,
			`DELETE FROM identities WHERE issuer = ? AND subject = ? AND person_id = ?`, issuer, subject, r.PersonID)
		if err != nil {
			return err
		}
		left, err := waysLeft(ctx, tx, r.PersonID, policy)
		if err != nil {
			return err
		}
		if left.ways == 0 {
			return account.ErrLastWayIn
		}
		if left.identities > 0 {
			return nil
		}
		return a.db.follow(ctx, tx, r.PersonID, groups, r.At)
	})
}

// follow gives a person what their groups give and takes what groups gave
// before. What a person decided stays, and so do the last administrator and
// the last owner.
func (db *DB) follow(ctx context.Context, tx *sql.Tx, personID string, g account.Groups, now time.Time) error {
	var changes []followed
	if g.FollowsAdministrator {
		change, err := followAdministrator(ctx, tx, personID, g.Administrator)
		if err != nil {
			return err
		}
		changes = append(changes, change...)
	}
	change, err := followOrganizations(ctx, tx, personID, g.Roles, now)
	if err != nil {
		return err
	}
	if changes = append(changes, change...); len(changes) == 0 {
		return nil
	}
	words := make([]string, 0, len(changes))
	for _, c := range changes {
		words = append(words, c.word)
		g.Entry.Changes = append(g.Entry.Changes, c.Change)
	}
	g.Entry.Detail = strings.Join(words, ", ")
	return db.addEntry(ctx, tx, g.Entry)
}

// followed is one thing that groups gave or took.
type followed struct {
	word string
	audit.Change
}

func followedRole(organization, word string, before, after account.Role) []followed {
	return []followed{{word, audit.Change{Field: "Role in " + organization, Before: string(before), After: string(after)}}}
}

func followedRight(word string, changes []audit.Change) []followed {
	all := make([]followed, 0, len(changes))
	for _, c := range changes {
		all = append(all, followed{word, c})
	}
	return all
}

func followAdministrator(ctx context.Context, tx *sql.Tx, personID string, wanted bool) ([]followed, error) {
	if wanted {
		made, err := touches(ctx, tx, `UPDATE people SET site_admin = 1, admin_by_group = 1 WHERE id = ? AND site_admin = 0`, personID)
		if err != nil || !made {
			return nil, err
		}
		return followedRight("administrator", account.ChangedAdministrator(false, true)), nil
	}
	taken, err := touches(ctx, tx, `
		UPDATE people SET site_admin = 0, admin_by_group = 0
		 WHERE id = ?1 AND admin_by_group = 1
		   AND EXISTS (SELECT 1 FROM people WHERE site_admin = 1 AND disabled_at = 0 AND id <> ?1)`, personID)
	if err != nil || !taken {
		return nil, err
	}
	return followedRight("no administrator any more", account.ChangedAdministrator(true, false)), nil
}

func followOrganizations(ctx context.Context, tx *sql.Tx, personID string, roles map[string]account.Role, now time.Time) ([]followed, error) {
	had, err := all(ctx, tx, scanMembership, membershipsOfPerson, personID)
	if err != nil {
		return nil, err
	}
	var changes []followed
	belongs := map[string]bool{}
	for _, m := range had {
		belongs[m.Account.Name] = true
		role, wanted := roles[m.Account.Name]
		if !m.ByGroup || wanted && role == m.Role {
			continue
		}
		changed, err := followMembership(ctx, tx, personID, m, role)
		if err != nil {
			return nil, err
		}
		changes = append(changes, changed...)
	}
	names := make([]string, 0, len(roles))
	for name := range roles {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		if belongs[name] {
			continue
		}
		joined, err := one(ctx, tx, scanOrganization, account.ErrNoSuchOrganization, organizationByName, name)
		if errors.Is(err, account.ErrNoSuchOrganization) {
			continue // nobody has made it yet
		}
		if err != nil {
			return nil, err
		}
		if err := addMembership(ctx, tx, personID, account.Membership{Account: joined, Role: roles[name], ByGroup: true}, now); err != nil {
			return nil, err
		}
		changes = append(changes, followedRole(name, fmt.Sprintf("%s of %s", roles[name], name), "", roles[name])...)
	}
	return changes, nil
}

// followMembership gives a membership that came from a group another role, or
// ends it when role is empty.
func followMembership(ctx context.Context, tx *sql.Tx, personID string, m account.Membership, role account.Role) ([]followed, error) {
	if m.Role == account.Owner {
		err := keepAnOwner(ctx, tx, m.Account.ID, personID)
		if errors.Is(err, account.ErrLastOwner) {
			return nil, nil
		}
		if err != nil {
			return nil, err
		}
		if err := dropInvitationsBy(ctx, tx, m.Account.ID, personID); err != nil {
			return nil, err
		}
	}
	if role == "" {
		return followedRole(m.Account.Name, "no longer in "+m.Account.Name, m.Role, ""), endMembership(ctx, tx, m.Account.ID, personID)
	}
	return followedRole(m.Account.Name, fmt.Sprintf("%s of %s, was %s", role, m.Account.Name, m.Role), m.Role, role),
		run(ctx, tx, `UPDATE memberships SET role = ? WHERE account_id = ? AND person_id = ?`, role, m.Account.ID, personID)
}

// endMembership takes a person out of an organization, with the keys that they
// made there.
func endMembership(ctx context.Context, tx *sql.Tx, accountID, personID string) error {
	if err := run(ctx, tx, `DELETE FROM api_keys WHERE account_id = ? AND person_id = ?`, accountID, personID); err != nil {
		return err
	}
	return run(ctx, tx, `DELETE FROM memberships WHERE account_id = ? AND person_id = ?`, accountID, personID)
}

// ReleaseGroups leaves to people what groups gave and no rule gives any more.
func (a Accounts) ReleaseGroups(ctx context.Context, organizations []string, administrators bool, entry audit.Entry) (missing []string, err error) {
	names, err := json.Marshal(append([]string{}, organizations...))
	if err != nil {
		return nil, err
	}
	err = a.db.change(ctx, func(tx *sql.Tx) error {
		missing, err = all(ctx, tx, value[string], `
			SELECT DISTINCT value FROM json_each(?)
			 WHERE value NOT IN (SELECT name FROM accounts WHERE kind = 'organization') ORDER BY value`, string(names))
		if err != nil {
			return err
		}
		released, err := touches(ctx, tx, `
			UPDATE memberships SET by_group = 0 WHERE by_group = 1
			   AND account_id NOT IN (SELECT id FROM accounts WHERE name IN (SELECT value FROM json_each(?)))`, string(names))
		if err != nil {
			return err
		}
		if !administrators {
			also, err := touches(ctx, tx, `UPDATE people SET admin_by_group = 0 WHERE admin_by_group = 1`)
			if err != nil {
				return err
			}
			released = released || also
		}
		if !released {
			return nil
		}
		entry.Detail = "what no rule gives any more is left to people"
		return a.db.addEntry(ctx, tx, entry)
	})
	return missing, err
}
