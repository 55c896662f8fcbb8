package db

import (
	"context"
	"database/sql"
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
		INSERT INTO people (id, email, name, password_hash, site_admin, theme, default_account_id, created_at)
		VALUES (?, ?, ?, ?, ?, ?, nullif(?, ''), ?)`,
		p.Person.ID, p.Person.Email, p.Person.Name, p.Password, p.Person.SiteAdmin, p.Person.Theme,
		p.Person.DefaultAccountID, moment(p.Person.CreatedAt))
	if refusedAsDouble(err) {
		return account.ErrNameTaken.At("email").Because(err)
	}
	if err != nil {
		return err
	}
	for _, m := range p.Joins {
		err := run(ctx, tx, `INSERT INTO memberships (person_id, account_id, role) VALUES (?, ?, ?)`,
			p.Person.ID, m.Account.ID, m.Role)
		if err != nil {
			return err
		}
	}
	return nil
}

// addAccount makes the account unless it exists by id. A name that is taken
// is shown at the field that it came from: a personal name is made from the
// e-mail address.
func addAccount(ctx context.Context, tx *sql.Tx, a account.Account) error {
	err := run(ctx, tx, `
		INSERT INTO accounts (id, name, kind, created_at)
		SELECT ?1, ?2, ?3, ?4 WHERE NOT EXISTS (SELECT 1 FROM accounts WHERE id = ?1)`,
		a.ID, a.Name, a.Kind, moment(a.CreatedAt))
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

// OrganizationNamed finds an organization by its name.
func (a Accounts) OrganizationNamed(ctx context.Context, name string) (account.Account, error) {
	return one(ctx, a.db.readers, scanAccount, account.ErrNoSuchOrganization,
		`SELECT id, name, kind, created_at FROM accounts WHERE name = ? AND kind = 'organization'`, name)
}

func scanAccount(r row) (found account.Account, err error) {
	err = r.Scan(&found.ID, &found.Name, &found.Kind, (*moment)(&found.CreatedAt))
	return found, err
}

const personColumns = `p.id, p.email, p.name, p.site_admin, p.theme, coalesce(p.default_account_id, ''), p.created_at`

func personFields(p *account.Person) []any {
	return []any{&p.ID, &p.Email, &p.Name, &p.SiteAdmin, &p.Theme, &p.DefaultAccountID, (*moment)(&p.CreatedAt)}
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
		found, err := touches(ctx, tx, `UPDATE people SET theme = ? WHERE id = ?`, theme, personID)
		if err == nil && !found {
			err = account.ErrNoSuchAccount
		}
		return err
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
		SELECT EXISTS (SELECT 1 FROM set_up_link WHERE hash = ? AND expires_at > ?)
		   AND NOT EXISTS (SELECT 1 FROM people)`, hash, moment(now)))
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
		return addPerson(ctx, tx, p)
	})
}
