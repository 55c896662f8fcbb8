package account_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"mooring/account"
	"mooring/audit"
	"mooring/db"
	"mooring/db/dbtest"
	"mooring/secret"
)

var morning = time.Date(2026, 11, 22, 9, 14, 3, 250e6, time.UTC)

const (
	email     = "ada@example.com"
	password  = "correct horse battery"
	home      = "192.0.2.1"
	elsewhere = "203.0.113.9"
)

// clock is a time that only the test moves.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// watchedStore is the real store, and remembers what it was asked.
type watchedStore struct {
	account.Store
	mu      sync.Mutex
	calls   []string
	touched []map[string]time.Time
}

func (s *watchedStore) note(call string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.calls = append(s.calls, call)
}

// asked gives the calls since the last time.
func (s *watchedStore) asked() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	calls := s.calls
	s.calls = nil
	return calls
}

func (s *watchedStore) PasswordOf(ctx context.Context, email string) (account.Person, account.PasswordHash, error) {
	s.note("PasswordOf")
	return s.Store.PasswordOf(ctx, email)
}

func (s *watchedStore) Failures(ctx context.Context, f account.Failure, since, until time.Time) (account.Failures, error) {
	s.note("Failures")
	return s.Store.Failures(ctx, f, since, until)
}

func (s *watchedStore) KnownAddress(ctx context.Context, personID, address string) (bool, error) {
	s.note("KnownAddress")
	return s.Store.KnownAddress(ctx, personID, address)
}

func (s *watchedStore) KnownDevice(ctx context.Context, personID, device string) (bool, error) {
	s.note("KnownDevice")
	return s.Store.KnownDevice(ctx, personID, device)
}

func (s *watchedStore) AddFailure(ctx context.Context, f account.Failure, entry audit.Entry) error {
	s.note("AddFailure")
	return s.Store.AddFailure(ctx, f, entry)
}

func (s *watchedStore) AddSession(ctx context.Context, a account.Arrival, entry audit.Entry) error {
	s.note("AddSession")
	return s.Store.AddSession(ctx, a, entry)
}

func (s *watchedStore) Caller(ctx context.Context, id string, now time.Time) (account.Caller, error) {
	s.note("Caller")
	return s.Store.Caller(ctx, id, now)
}

func (s *watchedStore) TouchSessions(ctx context.Context, seen map[string]time.Time) error {
	s.mu.Lock()
	s.touched = append(s.touched, seen)
	s.mu.Unlock()
	return s.Store.TouchSessions(ctx, seen)
}

// house is a database and the service on it.
type house struct {
	*db.DB
	*account.Service
	store  *watchedStore
	clock  *clock
	keys   *fakePasskeys
	joined *atomic.Int64
	t      testing.TB
}

func newHouse(t testing.TB) house {
	t.Helper()
	return houseOn(t, dbtest.New(t), &clock{now: morning})
}

func houseOn(t testing.TB, d *db.DB, c *clock) house {
	h := house{DB: d, store: &watchedStore{Store: d.Accounts()}, clock: c, keys: &fakePasskeys{}, joined: new(atomic.Int64), t: t}
	return h.under(account.Policy{Passwords: true})
}

// under is the same house under another policy, as after a restart.
func (h house) under(p account.Policy) house {
	h.Service = account.NewService(h.config(p))
	return h
}

var ids atomic.Int64

// config has the provider of every identity here, unless a test names others.
func (h house) config(p account.Policy) account.Config {
	if p.Providers == nil {
		p.Providers = []string{"harbor"}
	}
	return account.Config{
		Store: h.store, Policy: p, Passkeys: h.keys, Now: h.clock.Now, Log: slog.New(slog.DiscardHandler),
		NewID: func() string { return fmt.Sprint("id-", ids.Add(1)) }, Joined: func() { h.joined.Add(1) },
	}
}

// inhabited is a house in which ada lives. Her hash is made once for all tests.
func inhabited(t testing.TB) house {
	h := newHouse(t)
	h.add("ada", adasHash())
	return h
}

var adasHash = sync.OnceValue(func() account.PasswordHash {
	keep := &keptHash{}
	s := account.NewService(account.Config{Store: keep, Policy: account.Policy{Passwords: true}, Now: time.Now,
		NewID: func() string { return "x" }, Joined: func() {}})
	if _, err := s.Add(context.Background(), account.Newcomer{Email: email, Name: "Ada", Password: password}, false, nil, audit.BySystem()); err != nil {
		panic(err)
	}
	return keep.hash
})

// keptHash is a store that only keeps the hash of who is added.
type keptHash struct {
	account.Store
	hash account.PasswordHash
}

func (k *keptHash) AccountNameTaken(context.Context, string) (bool, error) { return false, nil }

func (k *keptHash) AddPerson(_ context.Context, p account.NewPerson, _ audit.Entry) error {
	k.hash = p.Password
	return nil
}

// add stores a person with an account of the same name.
func (h house) add(name string, hash account.PasswordHash) account.Person {
	h.t.Helper()
	own := account.Account{ID: "account-" + name, Name: name, Kind: account.Personal, CreatedAt: morning}
	person := account.Person{ID: "person-" + name, Email: name + "@example.com", Name: name, Theme: account.System,
		DefaultAccountID: own.ID, CreatedAt: morning}
	h.ok(h.Accounts().AddPerson(h.t.Context(), account.NewPerson{Person: person, Password: hash,
		Joins: []account.Membership{{Account: own, Role: account.Owner}}},
		audit.Entry{At: morning, Actor: audit.BySystem(), Action: audit.MakeAccount, Result: audit.Done}))
	return person
}

func (h house) ok(err error) {
	h.t.Helper()
	if err != nil {
		h.t.Fatal(err)
	}
}

func (h house) want(err, sentinel error) {
	h.t.Helper()
	if !errors.Is(err, sentinel) {
		h.t.Errorf("got %v, want %v", err, sentinel)
	}
}

func from(address string) account.Origin {
	return account.Origin{Address: address, Agent: "Firefox", RequestID: "r1"}
}

func (h house) try(email, password, address string) error {
	_, err := h.SignIn(h.t.Context(), email, password, from(address))
	return err
}

// signIn gives somebody a session.
func (h house) signIn(name, address string) secret.Text {
	h.t.Helper()
	in, err := h.SignIn(h.t.Context(), name+"@example.com", password, from(address))
	h.ok(err)
	return in.Token
}

// fail notes failed sign-ins, as if somebody had tried passwords.
func (h house) fail(times int, email, address string) {
	h.t.Helper()
	h.failWith("", times, email, address)
}

func (h house) failWith(means string, times int, email, address string) {
	h.t.Helper()
	for range times {
		h.ok(h.Accounts().AddFailure(h.t.Context(),
			account.Failure{EmailKey: account.ThrottleKey(means+"email", email), AddressKey: account.ThrottleKey(means+"address", address)},
			audit.Entry{At: h.clock.Now(), Actor: audit.Actor{Name: "unknown"}, Action: audit.SignInFailed, Result: audit.Refused}))
	}
}

func (h house) caller(token secret.Text) account.Caller {
	h.t.Helper()
	caller, err := h.Authenticate(h.t.Context(), token.Reveal())
	h.ok(err)
	return caller
}

// log lists what was done about no account: signing in and out.
func (h house) log() []audit.Entry {
	h.t.Helper()
	entries, err := h.Audit(h.t.Context(), "", 1000)
	h.ok(err)
	return entries
}

func (h house) actor() audit.Actor {
	return audit.Actor{PersonID: "person-ada", Name: email, Address: home, RequestID: "r1"}
}

// identity is somebody's at the provider harbor.
func identity(subject string) account.Identity {
	return account.Identity{Provider: "harbor", Issuer: "https://harbor.example", Subject: subject, Email: email, EmailVerified: true, Name: "Ada Lovelace"}
}

// blind is a store that finds no passkeys, because it cannot read.
type blind struct{ account.Store }

var errBlind = errors.New("disk full")

func (blind) PasskeyOf(context.Context, []byte) (account.Passkey, account.Person, error) {
	return account.Passkey{}, account.Person{}, errBlind
}
