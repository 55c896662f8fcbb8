package account_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"mooring/account"
	"mooring/audit"
	"mooring/db"
	"mooring/db/dbtest"
	"mooring/fault"
	"mooring/secret"
)

// postbox is a mail server that keeps what it is given, or refuses it.
type postbox struct {
	mu      sync.Mutex
	letters []letter
	broken  error
	sending func() // what happens while a letter is on its way
}

type letter struct{ to, subject, text string }

func (p *postbox) Send(_ context.Context, to, subject, text string) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.sending != nil {
		p.sending()
	}
	if p.broken == nil {
		p.letters = append(p.letters, letter{to, subject, text})
	}
	return p.broken
}

// keyStore is the real store, and remembers what it was asked.
type keyStore struct {
	account.KeyStore
	asked   atomic.Int64
	mu      sync.Mutex
	touched []map[string]account.KeyUse
	broken  error
}

func (s *keyStore) HeldKey(ctx context.Context, id string) (account.HeldKey, error) {
	s.asked.Add(1)
	return s.KeyStore.HeldKey(ctx, id)
}

func (s *keyStore) TouchKeys(ctx context.Context, uses map[string]account.KeyUse) error {
	s.mu.Lock()
	s.touched = append(s.touched, uses)
	broken := s.broken
	s.mu.Unlock()
	if broken != nil {
		return broken
	}
	return s.KeyStore.TouchKeys(ctx, uses)
}

// club is a database in which ada, a site administrator, owns acme, and eve
// owns evil; bob belongs to neither.
type club struct {
	*account.Organizations
	*db.DB
	people   *account.People
	keys     *account.Keys
	keyStore *keyStore
	clock    *clock
	postbox  *postbox
	log      *strings.Builder
	joined   *atomic.Int64
	path     string
	t        testing.TB
}

func newClub(t testing.TB) club { return clubAt(t, morning) }

func clubAt(t testing.TB, now time.Time) club {
	t.Helper()
	path := filepath.Join(t.TempDir(), "mooring.db")
	c := clubOn(t, path, &clock{now: now})
	c.join("ada", "acme")
	c.join("eve", "evil")
	c.join("bob", "")
	c.exec(`UPDATE people SET site_admin = 1 WHERE id = 'person-ada'`)
	return c
}

// clubOn opens the file and makes services on it, as a process does.
func clubOn(t testing.TB, path string, at *clock) club {
	t.Helper()
	d := dbtest.At(t, path)
	c := club{DB: d, clock: at, postbox: &postbox{}, log: &strings.Builder{}, joined: new(atomic.Int64), path: path, t: t}
	c.keyStore = &keyStore{KeyStore: d.Accounts()}
	var n atomic.Int64
	newID := func() string { return fmt.Sprint("id-", n.Add(1)) }
	c.Organizations = account.NewOrganizations(account.OrganizationsConfig{Store: d.Accounts(), Mailer: c.postbox,
		Link: func(token string) string { return "https://mooring.example.com/join/" + token },
		Now:  at.Now, NewID: newID, Log: c.logger(), Joined: func() { c.joined.Add(1) }})
	c.people = account.NewPeople(account.PeopleConfig{Store: d.Accounts(), Now: at.Now})
	c.keys = account.NewKeys(account.KeysConfig{Store: c.keyStore, Now: at.Now, Log: c.logger()})
	return c
}

// withoutMail is the same club where the operator named no mail server.
func (c club) withoutMail() *account.Organizations {
	var n atomic.Int64
	return account.NewOrganizations(account.OrganizationsConfig{Store: c.Accounts(), Now: c.clock.Now,
		NewID: func() string { return fmt.Sprint("by-hand-", n.Add(1)) }, Log: slog.New(slog.DiscardHandler), Joined: func() {}})
}

// join adds a person with an account of their own and, if named, an
// organization that they own.
func (c club) join(name, organization string) {
	c.t.Helper()
	own := account.Account{ID: "account-" + name, Name: name, Kind: account.Personal, CreatedAt: morning}
	p := account.NewPerson{
		Person: account.Person{ID: "person-" + name, Email: name + "@example.com", Name: strings.ToUpper(name[:1]) + name[1:],
			Theme: account.System, DefaultAccountID: own.ID, CreatedAt: morning},
		Password: "hash",
		Joins:    []account.Membership{{Account: own, Role: account.Owner}},
	}
	if organization != "" {
		p.Joins = append(p.Joins, account.Membership{Role: account.Owner,
			Account: account.Account{ID: "account-" + organization, Name: organization, Kind: account.Organization, CreatedAt: morning}})
	}
	c.ok(c.Accounts().AddPerson(c.t.Context(), p, audit.Entry{At: morning, Actor: audit.BySystem(), Action: audit.MakeAccount, Result: audit.Done}))
}

// takeIn makes somebody who exists a member of acme.
func (c club) takeIn(name string, role account.Role) {
	c.t.Helper()
	c.exec(`INSERT INTO memberships (person_id, account_id, role, by_group, since) VALUES (?, 'account-acme', ?, 0, 7)`, "person-"+name, role)
}

// exec changes what is stored behind the services' back, and lets everybody
// notice.
func (c club) exec(statement string, args ...any) {
	c.t.Helper()
	raw := c.raw()
	_, err := raw.ExecContext(c.t.Context(), statement, args...)
	c.ok(errors.Join(err, raw.Close()))
	c.ok(c.Accounts().DropExpired(c.t.Context(), c.clock.Now())) // a change
}

func (c club) count(query string, args ...any) (n int) {
	c.t.Helper()
	raw := c.raw()
	c.ok(errors.Join(raw.QueryRowContext(c.t.Context(), query, args...).Scan(&n), raw.Close()))
	return n
}

func (c club) raw() *sql.DB {
	c.t.Helper()
	raw, err := sql.Open("sqlite", "file:"+c.path+"?_pragma=busy_timeout(5000)")
	c.ok(err)
	return raw
}

// membership is somebody's place in an account as it is now.
func (c club) membership(name, organization string) (account.Membership, bool) {
	c.t.Helper()
	row, err := c.people.Find(c.t.Context(), "person-"+name)
	c.ok(err)
	for _, m := range row.Organizations {
		if m.Account.Name == organization {
			m.Account, err = c.Accounts().Organization(c.t.Context(), m.Account.ID)
			c.ok(err)
			return m, true
		}
	}
	return account.Membership{}, false
}

func (c club) acme(name string) account.Membership {
	c.t.Helper()
	m, ok := c.membership(name, "acme")
	if !ok {
		c.t.Fatalf("%s does not belong to acme", name)
	}
	return m
}

// role is somebody's role in acme; empty when they do not belong to it.
func (c club) role(name string) account.Role {
	c.t.Helper()
	m, _ := c.membership(name, "acme")
	return m.Role
}

func (c club) caller(name string) account.Caller {
	c.t.Helper()
	row, err := c.people.Find(c.t.Context(), "person-"+name)
	c.ok(err)
	return account.Caller{Person: row.Person}
}

func by(name string) audit.Actor {
	return audit.Actor{PersonID: "person-" + name, Name: name + "@example.com", Address: home, RequestID: "r1"}
}

// entries lists what the audit log has about an account, the latest first.
func (c club) entries(accountID string) []audit.Entry {
	c.t.Helper()
	entries, err := c.Audit(c.t.Context(), accountID, 1000)
	c.ok(err)
	return entries
}

// latest expects what the last audit entry about an account says.
func (c club) latest(accountID string, action audit.Action, detail string) {
	c.t.Helper()
	got := c.entries(accountID)[0]
	if got.Action != action || got.Detail != detail || got.Result != audit.Done || got.Actor.PersonID == "" || !got.At.Equal(c.clock.Now()) {
		c.t.Errorf("the latest audit entry is %+v, want %s %q", got, action, detail)
	}
}

func (c club) ok(err error) {
	c.t.Helper()
	if err != nil {
		c.t.Fatal(err)
	}
}

func (c club) want(err, sentinel error) {
	c.t.Helper()
	if !errors.Is(err, sentinel) {
		c.t.Errorf("got %v, want %v", err, sentinel)
	}
}

// at expects a sentence at exactly these fields.
func (c club) at(err error, fields ...string) {
	c.t.Helper()
	got := fault.Of(err).Fields
	for _, field := range fields {
		if got[field] == "" {
			c.t.Errorf("there is no sentence at %s: %v", field, err)
		}
	}
	if len(got) != len(fields) {
		c.t.Errorf("the sentences are at %v, want them at %v", got, fields)
	}
}

// invite makes an invitation by link.
func (c club) invite(role account.Role, email string) (account.Invitation, string) {
	c.t.Helper()
	invitation, token, err := c.withoutMail().Invite(c.t.Context(), c.acme("ada"), account.InviteForm{Email: email, Role: string(role)}, by("ada"))
	c.ok(err)
	return invitation, token.Reveal()
}

func (c club) logger() *slog.Logger { return slog.New(slog.NewTextHandler(c.log, nil)) }

func (c club) makeKey(name string, scope account.Scope) (account.Key, secret.Text) {
	c.t.Helper()
	key, text, err := c.keys.Make(c.t.Context(), c.caller(name), c.acme(name),
		account.KeyForm{Name: "Nightly report", Scope: string(scope), Days: "30"}, by(name))
	c.ok(err)
	return key, text
}

func (c club) call(key secret.Text) (account.Caller, error) {
	return c.keys.Authenticate(c.t.Context(), "", key.Reveal(), home)
}
