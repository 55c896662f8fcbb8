package account

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"log/slog"
	"strings"
	"sync"
	"time"

	"mooring/audit"
	"mooring/secret"
)

// How long things last.
const (
	SessionLife    = 30 * 24 * time.Hour
	SessionIdle    = 7 * 24 * time.Hour
	HalfSignInLife = 15 * time.Minute // of a session that owes its second step
	SetUpLinkLife  = 30 * time.Minute
	DeviceLife     = 400 * 24 * time.Hour // since the browser was last seen
	NoticeLife     = 90 * 24 * time.Hour  // for who never dismisses them
	keptCallers    = 10_000
	touchInterval  = time.Minute
	expiryInterval = time.Hour
)

// How much one person has, so that nobody fills the disk. Of more sessions and
// devices the longest unseen go.
const (
	MaxSessions = 50
	MaxDevices  = 50
	MaxPasskeys = 20
)

// Config is what a Service needs.
type Config struct {
	Store    Store
	Policy   Policy
	Passkeys Passkeys        // nil: passkeys are not possible under this address
	Refusals *audit.Refusals // bound the entries about strangers; nil: each failure has its own
	Now      func() time.Time
	NewID    func() string
	Log      *slog.Logger
	Mailer   Mailer // of links for a new password; nil: the operator named no mail server
	Joined   func() // told when accounts were added, so that their certificates can be made ahead; must not block

	ResetLink func(token string) string // the address under which a new password is set; needed with Mailer
}

// Service signs people in and says who a caller is.
type Service struct {
	store     Store
	policy    Policy
	passkeys  Passkeys
	refusals  *audit.Refusals
	now       func() time.Time
	newID     func() string
	log       *slog.Logger
	joined    func()
	mailer    Mailer
	resetLink func(token string) string
	resets    chan resetRequest
	hasher    *hasher
	quick     *hasher // the same turns for what is quick

	mu   sync.Mutex
	kept map[string]keptCaller // by session ID; valid for one store version
	seen map[string]time.Time  // session ID → last request, not yet stored
}

type keptCaller struct {
	caller  Caller
	version uint64
}

// Policy gives what the operator decided for the whole site.
func (s *Service) Policy() Policy { return s.policy }

// NewService makes a Service.
func NewService(c Config) *Service {
	c.Policy.Passkeys = c.Passkeys != nil
	return &Service{
		store: c.Store, policy: c.Policy, passkeys: c.Passkeys, refusals: c.Refusals, now: c.Now, newID: c.NewID, log: c.Log, joined: c.Joined,
		mailer: c.Mailer, resetLink: c.ResetLink, resets: make(chan resetRequest, waitingResets),
		hasher: newHasher(), quick: newHasher(), kept: map[string]keptCaller{}, seen: map[string]time.Time{},
	}
}

// Origin is where a sign-in comes from.
type Origin struct {
	Address, Agent, RequestID string
	Token                     string // of the session that this browser has already, which ends; may be empty
	Device                    string // value of the cookie by which this browser is known again; may be empty
}

// deviceHash is how the browser is known; empty when it is not.
func (o Origin) deviceHash() string {
	if o.Device == "" {
		return ""
	}
	return hashToken(o.Device)
}

// Authenticate finds who holds this token: ErrSignIn when nobody does.
func (s *Service) Authenticate(ctx context.Context, token string) (Caller, error) {
	id, now := hashToken(token), s.now()
	version := s.store.Version()
	s.mu.Lock()
	kept, ok := s.kept[id]
	if ok && kept.version == version && kept.caller.Session.counts(now) {
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

// Named finds an account by its name, whoever asks. It is for work on behalf of
// the site, and no right to anything.
func (s *Service) Named(ctx context.Context, name string) (Account, error) {
	return s.store.AccountNamed(ctx, name)
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

// EndOtherSessions ends all of the caller's sessions but the one they ask in.
func (s *Service) EndOtherSessions(ctx context.Context, caller Caller, actor audit.Actor) error {
	entry := audit.Entry{At: s.now(), Actor: actor, Action: audit.EndOtherSessions, Result: audit.Done}
	return s.store.EndOtherSessions(ctx, caller.Person.ID, caller.Session.ID, entry)
}

// Run stores when sessions were last seen, drops what has expired and mails links
// for new passwords, until ctx ends.
func (s *Service) Run(ctx context.Context) {
	var mailing sync.WaitGroup
	defer mailing.Wait()
	mailing.Go(func() { s.mailResets(ctx) })
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
				s.log.Error("could not drop what has expired", "cause", err)
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

// clip keeps at most the first bytes of what a client sent, and no half letter.
func clip(s string, most int) string {
	return strings.ToValidUTF8(s[:min(len(s), most)], "")
}
