package db

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"mooring/account"
	"mooring/audit"
)

var _ account.PeopleStore = Accounts{}

// What is read along comes as JSON, so that a page of people is one query.
const (
	selectPersonRow = `
	SELECT ` + personColumns + `,
	       p.password_hash <> '',
	       EXISTS (SELECT 1 FROM passkeys k WHERE k.person_id = p.id),
	       (SELECT count(*) FROM sessions s WHERE s.person_id = p.id AND ` + lives + `),
	       (SELECT json_group_array(i.provider) FROM identities i WHERE i.person_id = p.id),
	       (SELECT json_group_array(json_object('id', a.id, 'name', a.name, 'role', m.role, 'group', m.by_group))
	          FROM memberships m JOIN accounts a ON a.id = m.account_id
	         WHERE m.person_id = p.id AND a.kind = 'organization')
	  FROM people p`

	personRowByID = selectPersonRow + ` WHERE p.id = ?`
	peoplePage    = selectPersonRow + `
	 WHERE p.email > ? AND (p.email LIKE ? ESCAPE '\' OR p.name LIKE ? ESCAPE '\')
	 ORDER BY p.email
	 LIMIT ?`
)

func scanPersonRow(r row) (found account.PersonRow, err error) {
	var providers, organizations string
	err = r.Scan(append(personFields(&found.Person),
		&found.HasPassword, &found.SecondStep, &found.Sessions, &providers, &organizations)...)
	if err != nil {
		return account.PersonRow{}, err
	}
	if found.Providers, err = readProviders(providers); err != nil {
		return account.PersonRow{}, err
	}
	found.Organizations, err = readOrganizations(organizations)
	return found, err
}

func readProviders(text string) ([]string, error) {
	var providers []string
	if err := json.Unmarshal([]byte(text), &providers); err != nil {
		return nil, fmt.Errorf("providers of a person: %w", err)
	}
	slices.Sort(providers)
	return slices.Compact(providers), nil
}

// readOrganizations gives memberships by the name of their account. Of the
// accounts there is what a list shows.
func readOrganizations(text string) ([]account.Membership, error) {
	var listed []struct {
		ID, Name string
		Role     account.Role
		Group    int
	}
	if err := json.Unmarshal([]byte(text), &listed); err != nil {
		return nil, fmt.Errorf("organizations of a person: %w", err)
	}
	memberships := make([]account.Membership, len(listed))
	for i, l := range listed {
		memberships[i] = account.Membership{Role: l.Role, ByGroup: l.Group != 0,
			Account: account.Account{ID: l.ID, Name: l.Name, Kind: account.Organization}}
	}
	slices.SortFunc(memberships, func(a, b account.Membership) int { return cmp.Compare(a.Account.Name, b.Account.Name) })
	return memberships, nil
}

var likeEscaper = strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`)

// PeoplePage lists people by e-mail address.
func (a Accounts) PeoplePage(ctx context.Context, q account.PeopleQuery, most int, now time.Time) ([]account.PersonRow, error) {
	notExpired, notIdle, notAhead := livesArgs(now)
	pattern := "%" + likeEscaper.Replace(q.Search) + "%"
	return all(ctx, a.db.readers, scanPersonRow, peoplePage, notExpired, notIdle, notAhead, q.After, pattern, pattern, most)
}

// PersonRow finds one person.
func (a Accounts) PersonRow(ctx context.Context, personID string, now time.Time) (account.PersonRow, error) {
	notExpired, notIdle, notAhead := livesArgs(now)
	return one(ctx, a.db.readers, scanPersonRow, account.ErrNoSuchPerson, personRowByID, notExpired, notIdle, notAhead, personID)
}

// standing is what decides whether a person may be changed.
type standing struct {
	email                string
	admin, byGroup       bool
	disabled             bool
	anotherAdministrator bool // who can sign in
}

func standingOf(ctx context.Context, tx *sql.Tx, personID string) (standing, error) {
	scan := func(r row) (s standing, err error) {
		err = r.Scan(&s.email, &s.admin, &s.byGroup, &s.disabled, &s.anotherAdministrator)
		return s, err
	}
	return one(ctx, tx, scan, account.ErrNoSuchPerson, `
		SELECT p.email, p.site_admin, p.admin_by_group, p.disabled_at > 0,
		       EXISTS (SELECT 1 FROM people o WHERE o.site_admin = 1 AND o.disabled_at = 0 AND o.id <> p.id)
		  FROM people p
		 WHERE p.id = ?`, personID)
}

// changePerson looks at a person as they are inside the transaction. Of two
// administrators who stop each other at once the second is then the last. When
// there is nothing to change there is nothing to tell the audit log.
func (a Accounts) changePerson(ctx context.Context, personID string, entry audit.Entry,
	change func(tx *sql.Tx, is standing) (changes []audit.Change, err error)) error {
	return a.db.change(ctx, func(tx *sql.Tx) error {
		if err := mayChangePeople(ctx, tx, entry.Actor); err != nil {
			return err
		}
		is, err := standingOf(ctx, tx, personID)
		if err != nil {
			return err
		}
		changes, err := change(tx, is)
		if err != nil || len(changes) == 0 {
			return err
		}
		entry.Detail, entry.Changes = is.email, changes
		return a.db.addEntry(ctx, tx, entry)
	})
}

func endSessionsOf(ctx context.Context, tx *sql.Tx, personID string) error {
	return run(ctx, tx, `DELETE FROM sessions WHERE person_id = ?`, personID)
}

// DisablePerson keeps somebody out: their sessions end, and so do the
// invitations they made, by whose links they could come back as somebody else.
func (a Accounts) DisablePerson(ctx context.Context, personID string, entry audit.Entry) error {
	return a.changePerson(ctx, personID, entry, func(tx *sql.Tx, is standing) ([]audit.Change, error) {
		if is.disabled {
			return nil, nil
		}
		if is.admin && !is.anotherAdministrator {
			return nil, account.ErrLastAdministrator
		}
		if err := run(ctx, tx, `DELETE FROM invitations WHERE created_by = ?`, personID); err != nil {
			return nil, err
		}
		if err := dropPasswordResets(ctx, tx, personID); err != nil {
			return nil, err
		}
		if err := endSessionsOf(ctx, tx, personID); err != nil {
			return nil, err
		}
		return account.ChangedAccess(false, true), run(ctx, tx, `UPDATE people SET disabled_at = ? WHERE id = ?`, moment(entry.At), personID)
	})
}

// EnablePerson lets somebody in again.
func (a Accounts) EnablePerson(ctx context.Context, personID string, entry audit.Entry) error {
	return a.changePerson(ctx, personID, entry, func(tx *sql.Tx, is standing) ([]audit.Change, error) {
		if !is.disabled {
			return nil, nil
		}
		return account.ChangedAccess(true, false), run(ctx, tx, `UPDATE people SET disabled_at = 0 WHERE id = ?`, personID)
	})
}

// EndPersonSessions signs somebody out everywhere.
func (a Accounts) EndPersonSessions(ctx context.Context, personID string, entry audit.Entry) error {
	return a.changePerson(ctx, personID, entry, func(tx *sql.Tx, _ standing) ([]audit.Change, error) {
		open, err := value[int](tx.QueryRowContext(ctx, `SELECT count(*) FROM sessions WHERE person_id = ?`, personID))
		if err != nil || open == 0 {
			return nil, err
		}
		return account.EndedSessions(open), endSessionsOf(ctx, tx, personID)
	})
}

// MakeAdministrator gives the right by a person's decision.
func (a Accounts) MakeAdministrator(ctx context.Context, personID string, entry audit.Entry) error {
	return a.changePerson(ctx, personID, entry, func(tx *sql.Tx, is standing) ([]audit.Change, error) {
		if is.admin {
			return nil, nil
		}
		if is.disabled { // or they would be one the moment that they are enabled
			return nil, account.ErrPersonDisabled
		}
		if err := endSessionsOf(ctx, tx, personID); err != nil {
			return nil, err
		}
		return account.ChangedAdministrator(false, true), run(ctx, tx, `UPDATE people SET site_admin = 1, admin_by_group = 0 WHERE id = ?`, personID)
	})
}

// TakeAdministrator takes the right away, unless a group gave it.
func (a Accounts) TakeAdministrator(ctx context.Context, personID string, entry audit.Entry) error {
	return a.changePerson(ctx, personID, entry, func(tx *sql.Tx, is standing) ([]audit.Change, error) {
		switch {
		case !is.admin:
			return nil, nil
		case is.byGroup:
			return nil, account.ErrByGroup
		case !is.anotherAdministrator:
			return nil, account.ErrLastAdministrator
		}
		if err := endSessionsOf(ctx, tx, personID); err != nil {
			return nil, err
		}
		return account.ChangedAdministrator(true, false), run(ctx, tx, `UPDATE people SET site_admin = 0 WHERE id = ?`, personID)
	})
}
