package account

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"net/netip"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"mooring/audit"
	"mooring/secret"
)

// How long things last, and how often one may try.
const (
	SessionLife    = 30 * 24 * time.Hour
	SessionIdle    = 7 * 24 * time.Hour
	SetUpLinkLife  = 30 * time.Minute
	failureWindow  = 15 * time.Minute
	maxPairTries   = 8  // one account from one address
	maxAddrTries   = 40 // many accounts from one address
	maxEmailTries  = 60 // one account from many addresses; known addresses go on
	keptCallers    = 10_000
	touchInterval  = time.Minute
	expiryInterval = time.Hour
)

// Service signs people in and says who a caller is.
type Service struct {
	store  Store
	now    func() time.Time
	newID  func() string
	log    *slog.Logger
	hasher *hasher

	mu     sync.Mutex
	kept   map[string]keptCaller // by session ID; valid for one store version
	seen   map[string]time.Time  // session ID → last request, not yet stored
	joined func()                // told when accounts were added
}

type keptCaller struct {
	caller  Caller
	version uint64
}

// NewService makes a Service. joined is called after accounts were added, so
// that their certificates can be made ahead; it must not block.
func NewService(store Store, now func() time.Time, newID func() string, log *slog.Logger, joined func()) *Service {
	return &Service{
		store: store, now: now, newID: newID, log: log, joined: joined, hasher: newHasher(),
		kept: map[string]keptCaller{}, seen: map[string]time.Time{},
	}
}

// Origin is where a sign-in comes from.
type Origin struct {
	Address, Agent, RequestID string
	Token                     string // of the session that this browser has already, which ends; may be empty
}

// SignIn checks the password and starts a session. It returns the session's
// token, which only the cookie ever holds.
func (s *Service) SignIn(ctx context.Context, email, password string, from Origin) (secret.Text, error) {
	email = normalEmail(email)
	person, hash, err := s.store.PasswordOf(ctx, email)
	if errors.Is(err, ErrNoSuchAccount) {
		hash = decoy
	} else if err != nil {
		return secret.Text{}, err
	}
	// Counting, comparing and counting up happen in one turn, so that a burst
	// of guesses is counted like a queue of them.
	err = s.hasher.do(ctx, func() error { return s.checkPassword(ctx, person, email, hash, password, from) })
	if err != nil {
		return secret.Text{}, err
	}
	return s.startSession(ctx, person, from)
}

// checkPassword compares and, when it does not match, counts the failure.
// person is the zero value when nobody has the address.
func (s *Service) checkPassword(ctx context.Context, person Person, email string, hash PasswordHash, password string, from Origin) error {
	emailKey, addressKey := throttleKey("email", email), throttleKey("address", network(from.Address))
	if err := s.throttle(ctx, person.ID, from.Address, emailKey, addressKey); err != nil {
		return err
	}
	matches := false
	if utf8.RuneCountInString(password) <= maxPassword {
		var err error
		if matches, err = hash.matches(password); err != nil {
			return err
		}
	}
	if matches && person.ID != "" {
		return nil
	}
	actor := audit.Actor{Name: "unknown", Address: from.Address, RequestID: from.RequestID}
	if person.ID != "" {
		actor.PersonID, actor.Name = person.ID, person.Email
	}
	entry := audit.Entry{At: s.now(), Actor: actor, Action: audit.SignInFailed, Result: audit.Refused}
	if err := s.store.AddFailure(ctx, emailKey, addressKey, entry); err != nil {
		return err
	}
	return ErrWrongPassword
}

func (s *Service) throttle(ctx context.Context, personID, address, emailKey, addressKey string) error {
	failures, err := s.store.Failures(ctx, emailKey, addressKey, s.now().Add(-failureWindow))
	if err != nil {
		return err
	}
	if failures.Pair >= maxPairTries || failures.Address >= maxAddrTries {
		return ErrTooManyTries
	}
	if failures.Email < maxEmailTries {
		return nil
	}
	// Somebody guesses at this account from many addresses. Its owner still
	// gets in from where they have been before.
	known, err := s.store.KnownAddress(ctx, personID, address)
	if err != nil {
		return err
	}
	if !known {
		return ErrTooManyTries
	}
	return nil
}

func (s *Service) startSession(ctx context.Context, person Person, from Origin) (secret.Text, error) {
	token := newToken()
	now := s.now()
	session := Session{
		ID: hashToken(token.Reveal()), PersonID: person.ID, CreatedAt: now, SeenAt: now,
		ExpiresAt: now.Add(SessionLife), Address: from.Address, Agent: clip(from.Agent, 200),
	}
	if from.Token != "" {
		session.Replaces = hashToken(from.Token)
	}
	actor := audit.Actor{PersonID: person.ID, Name: person.Email, Address: from.Address, RequestID: from.RequestID}
	entry := audit.Entry{At: now, Actor: actor, Action: audit.SignIn, Result: audit.Done}
	if err := s.store.AddSession(ctx, session, entry); err != nil {
		return secret.Text{}, err
	}
	return token, nil
}

// Authenticate finds who holds this token: ErrSignIn when nobody does.
func (s *Service) Authenticate(ctx context.Context, token string) (Caller, error) {
	id, now := hashToken(token), s.now()
	version := s.store.Version()
	s.mu.Lock()
	kept, ok := s.kept[id]
	if ok && kept.version == version && now.Before(kept.caller.Session.ExpiresAt) {
		s.seen[id] = now
		s.mu.Unlock()
		return kept.caller, nil
	}
	s.mu.Unlock()

	caller, err := s.store.Caller(ctx, id, now)
	if err != nil {
		return Caller{}, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.kept) >= keptCallers {
		clear(s.kept)
	}
	s.kept[id] = keptCaller{caller, version}
	s.seen[id] = now
	return caller, nil
}

// SignOut ends the caller's own session.
func (s *Service) SignOut(ctx context.Context, caller Caller, actor audit.Actor) error {
	entry := audit.Entry{At: s.now(), Actor: actor, Action: audit.SignOut, Result: audit.Done}
	return s.store.EndSession(ctx, caller.Person.ID, caller.Session.ID, entry)
}

// Sessions lists where the person is signed in, the latest first.
func (s *Service) Sessions(ctx context.Context, caller Caller) ([]Session, error) {
	return s.store.Sessions(ctx, caller.Person.ID, s.now())
}

// EndSession ends one of the caller's sessions.
func (s *Service) EndSession(ctx context.Context, caller Caller, sessionID string, actor audit.Actor) error {
	entry := audit.Entry{At: s.now(), Actor: actor, Action: audit.EndSession, Result: audit.Done}
	return s.store.EndSession(ctx, caller.Person.ID, sessionID, entry)
}

// ChangeTheme stores the person's choice of colours.
func (s *Service) ChangeTheme(ctx context.Context, caller Caller, theme Theme, actor audit.Actor) error {
	entry := audit.Entry{At: s.now(), Actor: actor, Action: audit.ChangeTheme, Result: audit.Done, Detail: string(theme)}
	return s.store.SetTheme(ctx, caller.Person.ID, theme, entry)
}

// NewSetUpLink makes the token of a set-up address when nobody exists yet.
// Earlier ones stop working.
func (s *Service) NewSetUpLink(ctx context.Context) (token secret.Text, needed bool, err error) {
	if has, err := s.store.HasPeople(ctx); err != nil || has {
		return secret.Text{}, false, err
	}
	token = newToken()
	entry := audit.Entry{At: s.now(), Actor: audit.BySystem(), Action: audit.OfferSetUp, Result: audit.Done}
	err = s.store.ReplaceSetUpLink(ctx, hashToken(token.Reveal()), s.now().Add(SetUpLinkLife), entry)
	return token, err == nil, err
}

// SetUpLinkWorks says whether the set-up page may be shown.
func (s *Service) SetUpLinkWorks(ctx context.Context, token string) error {
	works, err := s.store.SetUpLinkWorks(ctx, hashToken(token), s.now())
	if err == nil && !works {
		err = ErrSetUpLink
	}
	return err
}

// SetUp makes the first administrator, their personal account and, if named,
// an organization they own. It signs them in.
func (s *Service) SetUp(ctx context.Context, token string, form SetUpForm, from Origin) (secret.Text, error) {
	if err := s.SetUpLinkWorks(ctx, token); err != nil {
		return secret.Text{}, err
	}
	if err := form.check(); err != nil {
		return secret.Text{}, err
	}
	newcomer, err := s.newcomer(ctx, form)
	if err != nil {
		return secret.Text{}, err
	}
	newcomer.Person.SiteAdmin = true
	actor := audit.Actor{PersonID: newcomer.Person.ID, Name: newcomer.Person.Email, Address: from.Address, RequestID: from.RequestID}
	entry := audit.Entry{At: s.now(), Actor: actor, Action: audit.SetUp, Result: audit.Done, Detail: form.Organization}
	if err := s.store.SetUp(ctx, hashToken(token), s.now(), newcomer, entry); err != nil {
		return secret.Text{}, err
	}
	s.joined()
	return s.startSession(ctx, newcomer.Person, from)
}

// AddTo makes a person who joins an organization that exists, in this role.
func (s *Service) AddTo(ctx context.Context, form SetUpForm, organization string, role Role, siteAdmin bool, actor audit.Actor) (NewPerson, error) {
	joined, err := s.store.OrganizationNamed(ctx, organization)
	if err != nil {
		return NewPerson{}, err
	}
	return s.Add(ctx, form, siteAdmin, []Membership{{Account: joined, Role: role}}, actor)
}

// Add makes a person outside the set-up: with an account of their own and,
// beside it, the memberships in joins. It gives the person and their accounts.
func (s *Service) Add(ctx context.Context, form SetUpForm, siteAdmin bool, joins []Membership, actor audit.Actor) (NewPerson, error) {
	if err := form.check(); err != nil {
		return NewPerson{}, err
	}
	newcomer, err := s.newcomer(ctx, form)
	if err != nil {
		return NewPerson{}, err
	}
	newcomer.Person.SiteAdmin = siteAdmin
	if len(joins) > 0 {
		newcomer.Joins = append(newcomer.Joins, joins...)
		newcomer.Person.DefaultAccountID = joins[0].Account.ID
	}
	entry := audit.Entry{At: s.now(), Actor: actor, Action: audit.MakeAccount, Result: audit.Done, Detail: newcomer.Person.Email}
	if err := s.store.AddPerson(ctx, newcomer, entry); err != nil {
		return NewPerson{}, err
	}
	s.joined()
	return newcomer, nil
}

// newcomer prepares a person with their own account and, if named, a new
// organization, which becomes their default.
func (s *Service) newcomer(ctx context.Context, form SetUpForm) (NewPerson, error) {
	hash, err := s.hasher.hash(ctx, form.Password)
	if err != nil {
		return NewPerson{}, err
	}
	name, err := s.freeName(ctx, personalName(form.Email), form.Organization)
	if err != nil {
		return NewPerson{}, err
	}
	now := s.now()
	own := Account{ID: s.newID(), Name: name, Kind: Personal, CreatedAt: now}
	p := NewPerson{
		Person: Person{ID: s.newID(), Email: form.Email, Name: form.Name, Theme: System,
			DefaultAccountID: own.ID, CreatedAt: now},
		Password: hash,
		Joins:    []Membership{{Account: own, Role: Owner}},
	}
	if form.Organization != "" {
		organization := Account{ID: s.newID(), Name: form.Organization, Kind: Organization, CreatedAt: now}
		p.Joins = append(p.Joins, Membership{Account: organization, Role: Owner})
		p.Person.DefaultAccountID = organization.ID
	}
	return p, nil
}

func (s *Service) freeName(ctx context.Context, want, not string) (string, error) {
	name := want
	for i := 2; ; i++ {
		taken, err := s.store.AccountNameTaken(ctx, name)
		if err != nil {
			return "", err
		}
		if !taken && name != not {
			return name, nil
		}
		name = fmt.Sprintf("%s-%d", want, i)
	}
}

// Run stores when sessions were last seen and drops what has expired, until
// ctx ends.
func (s *Service) Run(ctx context.Context) {
	touch, expire := time.NewTicker(touchInterval), time.NewTicker(expiryInterval)
	defer touch.Stop()
	defer expire.Stop()
	for {
		select {
		case <-ctx.Done():
			s.storeSeen(context.WithoutCancel(ctx))
			return
		case <-touch.C:
			s.storeSeen(ctx)
		case <-expire.C:
			if err := s.store.DropExpired(ctx, s.now()); err != nil {
				s.log.Error("could not drop expired sessions", "cause", err)
			}
		}
	}
}

func (s *Service) storeSeen(ctx context.Context) {
	s.mu.Lock()
	seen := s.seen
	s.seen = map[string]time.Time{}
	s.mu.Unlock()
	if len(seen) == 0 {
		return
	}
	if err := s.store.TouchSessions(ctx, seen); err != nil {
		s.log.Error("could not store when sessions were last seen", "cause", err)
	}
}

func newToken() secret.Text {
	token := make([]byte, 32)
	_, _ = rand.Read(token)
	return secret.NewText(base64.RawURLEncoding.EncodeToString(token))
}

func hashToken(token string) string {
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:])
}

// network is what one client can choose its address from: all of it in IPv4,
// and a /64 in IPv6.
func network(address string) string {
	ip, err := netip.ParseAddr(address)
	if err != nil || ip.Is4() || ip.Is4In6() {
		return address
	}
	prefix, err := ip.WithZone("").Prefix(64)
	if err != nil {
		return address
	}
	return prefix.String()
}

// throttleKey stands for an address in the list of failures, so that the list
// holds no address.
func throttleKey(kind, value string) string { return hashToken(kind + "\x00" + value)[:32] }

// clip keeps at most the first bytes of what a client sent, and no half letter.
func clip(s string, most int) string {
	return strings.ToValidUTF8(s[:min(len(s), most)], "")
}
