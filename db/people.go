package db

import (
	"context"
	"database/sql"
	"strings"
	"time"

	"mooring/account"
	"mooring/audit"
)

// Accounts is the database as account.Store: people, accounts, sessions.
type Accounts struct{ db *DB }

var _ account.Store = Accounts{}

// Accounts gives the store of people, accounts and sessions.
func (db *DB) Accounts() Accounts { return Accounts{db} }

// Version implements account.Store.
func (a Accounts) Version() uint64 { return a.db.Version() }

// HasPeople reports whether anybody exists yet.
func (a Accounts) HasPeople(ctx context.Context) (bool, error) {
	return value[bool](a.db.readers.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM people)`))
}

// AddPerson stores a person with their memberships and makes the accounts
// that do not exist yet.
func (a Accounts) AddPerson(ctx context.Context, p account.NewPerson, entry audit.Entry) error {
	return a.db.write(ctx, entry, func(tx *sql.Tx) error { return addPerson(ctx, tx, p) })
}

func addPerson(ctx context.Context, tx *sql.Tx, p account.NewPerson) error {
	for _, m := range p.Joins { // first, because the person refers to one of them
		if err := addAccount(ctx, tx, m.Account); err != nil {
			return err
		}
	}
	err := run(ctx, tx, `
		INSERT INTO people (id, email, name, password_hash, site_admin, theme, time_zone, default_account_id, created_at)
		VALUES (?, ?, ?, ?, ?, ?, ?, nullif(?, ''), ?)`,
		p.Person.ID, p.Person.Email, p.Person.Name, p.Password, p.Person.SiteAdmin, p.Person.Theme, p.Person.TimeZone,
		p.Person.DefaultAccountID, moment(p.Person.CreatedAt))
	if refusedAsDouble(err) {
		return account.ErrEmailTaken.At("email").Because(err)
	}
	if refusedAsKnown(err) { // the id comes from a ceremony that was somebody else's
		return account.ErrPasskeyRefused.Because(err)
	}
	if err != nil {
		return err
	}
	if p.Passkey != nil {
		if err := addPasskey(ctx, tx, *p.Passkey); err != nil {
			return err
		}
	}
	if p.Identity != nil {
		if err := addIdentity(ctx, tx, *p.Identity); err != nil {
			return err
		}
	}
	for _, m := range p.Joins {
		if err := addMembership(ctx, tx, p.Person.ID, m, p.Person.CreatedAt); err != nil {
			return err
		}
	}
	return nil
}

func addMembership(ctx context.Context, tx *sql.Tx, personID string, m account.Membership, since time.Time) error {
	return run(ctx, tx, `INSERT INTO memberships (person_id, account_id, role, by_group, since) VALUES (?, ?, ?, ?, ?)`,
		personID, m.Account.ID, m.Role, m.ByGroup, moment(since))
}

// addAccount makes the account unless it exists by id. A name that is taken
// is shown at the field that it came from: a personal name is made from the
// e-mail address.
func addAccount(ctx context.Context, tx *sql.Tx, a account.Account) error {
	err := run(ctx, tx, `
		INSERT INTO accounts (id, name, kind, created_at, description, require_second_step)
		SELECT ?1, ?2, ?3, ?4, ?5, ?6 WHERE NOT EXISTS (SELECT 1 FROM accounts WHERE id = ?1)`,
		a.ID, a.Name, a.Kind, moment(a.CreatedAt), a.Description, a.RequireSecondStep)
	if !refusedAsDouble(err) {
		return err
	}
	field := "organization"
	if a.Kind == account.Personal {
		field = "email"
	}
	return account.ErrNameTaken.At(field).Because(err)
}

// AccountNameTaken reports whether an account has this name.
func (a Accounts) AccountNameTaken(ctx context.Context, name string) (bool, error) {
	return value[bool](a.db.readers.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM accounts WHERE name = ?)`, name))
}

const organizationByName = `SELECT ` + organizationColumns + ` FROM accounts a WHERE a.name = ? AND a.kind = 'organization'`

const accountByName = `SELECT ` + organizationColumns + ` FROM accounts a WHERE a.name = ?`

// AccountNamed finds an account of either kind by its name.
func (a Accounts) AccountNamed(ctx context.Context, name string) (account.Account, error) {
	return one(ctx, a.db.readers, scanOrganization, account.ErrNoSuchAccount, accountByName, name)
}

// OrganizationNamed finds an organization by its name.
func (a Accounts) OrganizationNamed(ctx context.Context, name string) (account.Account, error) {
	return one(ctx, a.db.readers, scanOrganization, account.ErrNoSuchOrganization, organizationByName, name)
}

const personColumns = `p.id, p.email, p.name, p.site_admin, p.admin_by_group, p.theme, p.time_zone,
	coalesce(p.default_account_id, ''), p.created_at, p.disabled_at, p.last_sign_in_at, p.email_proved`

func personFields(p *account.Person) []any {
	return []any{&p.ID, &p.Email, &p.Name, &p.SiteAdmin, &p.AdminByGroup, &p.Theme, &p.TimeZone,
		&p.DefaultAccountID, (*moment)(&p.CreatedAt), (*moment)(&p.DisabledAt), (*moment)(&p.LastSignInAt), &p.EmailProved}
}

const personByEmail = `SELECT ` + personColumns + `, p.password_hash FROM people p WHERE p.email = ?`

// PasswordOf finds who has this e-mail address, with the hash of their password.
func (a Accounts) PasswordOf(ctx context.Context, email string) (account.Person, account.PasswordHash, error) {
	var hash account.PasswordHash
	scan := func(r row) (p account.Person, err error) {
		err = r.Scan(append(personFields(&p), &hash)...)
		return p, err
	}
	person, err := one(ctx, a.db.readers, scan, account.ErrNoSuchAccount, personByEmail, email)
	return person, hash, err
}

// SetTheme stores the person's choice of colours.
func (a Accounts) SetTheme(ctx context.Context, personID string, theme account.Theme, entry audit.Entry) error {
	return a.db.write(ctx, entry, func(tx *sql.Tx) error {
		return mustTouch(ctx, tx, account.ErrNoSuchAccount, `UPDATE people SET theme = ? WHERE id = ?`, theme, personID)
	})
}

// SetProfile stores what the person says about themselves.
func (a Accounts) SetProfile(ctx context.Context, personID string, f account.ProfileForm, entry audit.Entry) error {
	return a.db.write(ctx, entry, func(tx *sql.Tx) error {
		return mustTouch(ctx, tx, account.ErrNoSuchAccount,
			`UPDATE people SET name = ?, time_zone = ?, theme = ? WHERE id = ?`, f.Name, f.TimeZone, f.Theme, personID)
	})
}

// ResetPerson lets somebody in again who lost every way to sign in, and nobody
// else: whatever signs in or acts as them goes, with the browsers that passed for
// theirs and the invitations they made, by whose links somebody could come back.
func (a Accounts) ResetPerson(ctx context.Context, personID string, hash account.PasswordHash, codes []string, groups account.Groups,
	notice account.Notice, entry audit.Entry) error {
	return a.db.write(ctx, entry, func(tx *sql.Tx) error {
		err := mustTouch(ctx, tx, account.ErrNoSuchPerson,
			`UPDATE people SET password_hash = ?, disabled_at = 0 WHERE id = ?`, hash, personID)
		if err != nil {
			return err
		}
		for _, statement := range []string{
			`DELETE FROM passkeys WHERE person_id = ?`,
			`DELETE FROM identities WHERE person_id = ?`,
			`DELETE FROM api_keys WHERE person_id = ?`,
			`DELETE FROM devices WHERE person_id = ?`,
			`DELETE FROM invitations WHERE created_by = ?`,
			`DELETE FROM password_resets WHERE person_id = ?`,
		} {
			if err := run(ctx, tx, statement, personID); err != nil {
				return err
			}
		}
		if err := setCodes(ctx, tx, personID, codes); err != nil {
			return err
		}
		if err := endSessionsOf(ctx, tx, personID); err != nil {
			return err
		}
		if err := a.db.follow(ctx, tx, personID, groups, entry.At); err != nil {
			return err
		}
		return addNotice(ctx, tx, personID, notice)
	})
}

// Join uses up an invitation and adds the person whom it brought. Of many calls
// at once one succeeds, as with SetUp.
func (a Accounts) Join(ctx context.Context, hash string, now time.Time, p account.NewPerson, entry audit.Entry) error {
	return a.db.write(ctx, entry, func(tx *sql.Tx) error {
		used, err := useInvitation(ctx, tx, hash, now)
		if err != nil {
			return err
		}
		if used.Email != "" && !strings.EqualFold(used.Email, p.Person.Email) {
			return account.ErrInvitationForAnother.At("email")
		}
		if err := addPerson(ctx, tx, p); err != nil {
			return err
		}
		if used.Mailed {
			if err := proveEmail(ctx, tx, p.Person.ID, used.Email); err != nil {
				return err
			}
		}
		return addMember(ctx, tx, used.Account.ID, p.Person.ID, used.Role, now)
	})
}

// ReplaceSetUpLink stores the hash of a new set-up link in place of the last.
func (a Accounts) ReplaceSetUpLink(ctx context.Context, hash string, expires time.Time, entry audit.Entry) error {
	return a.db.write(ctx, entry, func(tx *sql.Tx) error {
		return run(ctx, tx, `
			INSERT INTO set_up_link (only_row, hash, expires_at) VALUES (1, ?, ?)
			ON CONFLICT (only_row) DO UPDATE SET hash = excluded.hash, expires_at = excluded.expires_at`,
			hash, moment(expires))
	})
}

// SetUpLinkWorks reports whether SetUp would accept this link.
func (a Accounts) SetUpLinkWorks(ctx context.Context, hash string, now time.Time) (bool, error) {
	return setUpLinkWorks(ctx, a.db.readers, hash, now)
}

func setUpLinkWorks(ctx context.Context, from reader, hash string, now time.Time) (bool, error) {
	return value[bool](from.QueryRowContext(ctx, `
		SELECT EXISTS (SELECT 1 FROM set_up_link WHERE hash = ? AND expires_at > ? AND expires_at <= ?)
		   AND NOT EXISTS (SELECT 1 FROM people)`, hash, moment(now), moment(now.Add(account.SetUpLinkLife+account.ClockSkew))))
}

// SetUp uses up the link and adds the first administrator. Of many calls at
// once one succeeds, because the transaction holds the only write lock from
// before it looks.
func (a Accounts) SetUp(ctx context.Context, hash string, now time.Time, p account.NewPerson, entry audit.Entry) error {
	return a.db.write(ctx, entry, func(tx *sql.Tx) error {
		works, err := setUpLinkWorks(ctx, tx, hash, now)
		if err != nil {
			return err
		}
		if !works {
			return account.ErrSetUpLink
		}
		if err := run(ctx, tx, `DELETE FROM set_up_link`); err != nil {
			return err
		}
		if err := addPerson(ctx, tx, p); err != nil {
			return err
		}
		for _, step := range account.FirstSteps(p) {
			if err := addNotice(ctx, tx, p.Person.ID, step); err != nil {
				return err
			}
		}
		return nil
	})
}
