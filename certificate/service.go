package certificate

import (
	"context"
	"crypto/rand"
	"crypto/x509"
	"errors"
	"io"
	"log/slog"
	"sync"
	"time"

	"mooring/audit"
	"mooring/secret"
)

// Sealed is a certificate with its sealed private key, as stored.
type Sealed struct {
	Certificate
	Key []byte // what Sealer.Seal made of the PKCS #8 key
}

// Store keeps certificates.
type Store interface {
	Active(ctx context.Context, accountID string) (Certificate, error)    // ErrNone
	List(ctx context.Context, accountID string) ([]Certificate, error)    // the active one, then the others, the newest first
	Sealed(ctx context.Context, accountID, id string) (Sealed, error)     // ErrNone
	AccountsWithout(ctx context.Context) ([]string, error)                // ids of accounts without an active certificate
	Activate(ctx context.Context, s Sealed, entry audit.Entry) error      // replaces the active one, which stays for what uses it
	ActivateFirst(ctx context.Context, s Sealed, entry audit.Entry) error // does nothing when the account has an active one

	AuthorityStore
}

// Sealer seals and opens values for a place; *secret.Ring is one.
type Sealer interface {
	Seal(place secret.Place, value []byte) ([]byte, error)
	Open(place secret.Place, sealed []byte) ([]byte, error)
}

// Place is where the private key of c is stored, bound to the account and to the
// certificate itself: a row that is given to another account, or gets another
// certificate, signs no more.
func Place(c Certificate) secret.Place {
	return secret.Place{Table: "certificates", Row: c.ID, Column: "sealed_key", Bound: c.AccountID + " " + c.SHA256()}
}

// Service makes certificates and signs with them.
type Service struct {
	store  Store
	sealer Sealer
	pool   *Pool
	now    func() time.Time
	newID  func() string
	log    *slog.Logger
	wake   chan struct{}

	longest func(context.Context) (time.Duration, error) // that a new one may be valid; nil, or 0: Life
	names   io.Reader                                    // of links

	renewing sync.Mutex // a second press finds the new certificate
}

// NewService makes a Service.
func NewService(store Store, sealer Sealer, pool *Pool, now func() time.Time, newID func() string, log *slog.Logger) *Service {
	return &Service{store: store, sealer: sealer, pool: pool, now: now, newID: newID, log: log, wake: make(chan struct{}, 1), names: rand.Reader}
}

// NameLinks draws the names of new links from random, which a demo can choose: they are
// no secrets. It is called before anything else is.
func (s *Service) NameLinks(random io.Reader) { s.names = random }

// Limit makes new certificates valid no longer than longest says; 0 is Life.
// It is called before anything else is.
func (s *Service) Limit(longest func(context.Context) (time.Duration, error)) { s.longest = longest }

// Active gives the account's certificate. In the rare moment after an account
// was made and before Run has made its certificate, Active makes it.
func (s *Service) Active(ctx context.Context, accountID string) (Certificate, error) {
	c, err := s.store.Active(ctx, accountID)
	if !errors.Is(err, ErrNone) {
		return c, err
	}
	if err := s.makeFirst(ctx, accountID); err != nil {
		return Certificate{}, err
	}
	return s.store.Active(ctx, accountID)
}

// Find gives a certificate of the account, active or not.
func (s *Service) Find(ctx context.Context, accountID, id string) (Certificate, error) {
	sealed, err := s.store.Sealed(ctx, accountID, id)
	return sealed.Certificate, err
}

// List gives the account's certificates: the active one, then the others, the newest
// first.
func (s *Service) List(ctx context.Context, accountID string) ([]Certificate, error) {
	return s.store.List(ctx, accountID)
}

// Renew makes a new active certificate. Credentials go on with the one they have
// until each is moved to the new one.
//
// A second press soon after the first makes none.
func (s *Service) Renew(ctx context.Context, accountID string, actor audit.Actor) (Certificate, error) {
	s.renewing.Lock()
	defer s.renewing.Unlock()
	active, err := s.Active(ctx, accountID)
	if err != nil {
		return Certificate{}, err
	}
	if JustMade(active, s.now()) {
		return Certificate{}, ErrJustMade
	}
	sealed, err := s.seal(ctx, accountID)
	if err != nil {
		return Certificate{}, err
	}
	return sealed.Certificate, s.store.Activate(ctx, sealed, s.entry(sealed, actor))
}

// Successor gives the certificate that follows the one with this id: the account's
// active one, or a new one if that is the same, or has come to the time of its own
// successor.
func (s *Service) Successor(ctx context.Context, accountID, id string) (Certificate, error) {
	s.renewing.Lock()
	defer s.renewing.Unlock()
	active, err := s.Active(ctx, accountID)
	if err != nil || active.ID != id && s.now().Before(active.RenewalDue()) {
		return active, err
	}
	sealed, err := s.seal(ctx, accountID)
	if err != nil {
		return Certificate{}, err
	}
	return sealed.Certificate, s.store.Activate(ctx, sealed, s.entry(sealed, audit.BySystem()))
}

// JustMade reports whether c was made so recently that Renew refuses to replace it.
// One that was made long after now was made while the clock was ahead. Clouds refuse
// it until its time comes, so it may be replaced at once.
func JustMade(c Certificate, now time.Time) bool {
	age := now.Sub(c.CreatedAt)
	return age > -renewPause && age < renewPause
}

// Identity gives what signs with the certificate of this id: the account's own, or a
// leaf of a link's authority, which knows its chain.
func (s *Service) Identity(ctx context.Context, accountID, id string) (*Identity, error) {
	sealed, err := s.store.Sealed(ctx, accountID, id)
	switch {
	case err != nil:
		return nil, err
	case len(sealed.Key) == 0:
		return nil, ErrDestroyed
	}
	issuer, err := s.store.Issuer(ctx, accountID, id)
	switch {
	case err == nil:
		return issuer.NewIdentity(s.sealer, sealed)
	case !errors.Is(err, ErrNone):
		return nil, err
	}
	return newIdentity(sealed.Certificate, func() ([]byte, error) { return s.sealer.Open(Place(sealed.Certificate), sealed.Key) })
}

// Wake tells Run that accounts were added.
func (s *Service) Wake() {
	select {
	case s.wake <- struct{}{}:
	default:
	}
}

// Run makes certificates ahead for accounts that have none, until ctx ends.
func (s *Service) Run(ctx context.Context) {
	s.Wake()
	for {
		select {
		case <-ctx.Done():
			return
		case <-s.wake:
		}
		accounts, err := s.store.AccountsWithout(ctx)
		if err != nil && ctx.Err() == nil {
			s.log.Error("could not list accounts without a certificate", "cause", err)
		}
		for _, accountID := range accounts {
			if err := s.makeFirst(ctx, accountID); err != nil && ctx.Err() == nil {
				s.log.Error("could not make a certificate", "account", accountID, "cause", err)
			}
		}
	}
}

func (s *Service) makeFirst(ctx context.Context, accountID string) error {
	sealed, err := s.seal(ctx, accountID)
	if err != nil {
		return err
	}
	return s.store.ActivateFirst(ctx, sealed, s.entry(sealed, audit.BySystem()))
}

// life is how long a certificate that is made now is valid.
func (s *Service) life(ctx context.Context) (time.Duration, error) {
	if s.longest == nil {
		return Life, nil
	}
	longest, err := s.longest(ctx)
	if err != nil || longest == 0 {
		return Life, err
	}
	return min(longest, Life), nil
}

func (s *Service) seal(ctx context.Context, accountID string) (Sealed, error) {
	life, err := s.life(ctx)
	if err != nil {
		return Sealed{}, err
	}
	key, err := s.pool.take(ctx)
	if err != nil {
		return Sealed{}, err
	}
	c, err := issue(s.newID(), accountID, key, s.now(), life)
	if err != nil {
		return Sealed{}, err
	}
	plain, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return Sealed{}, err
	}
	defer clear(plain)
	sealedKey, err := s.sealer.Seal(Place(c), plain)
	return Sealed{Certificate: c, Key: sealedKey}, err
}

func (s *Service) entry(sealed Sealed, actor audit.Actor) audit.Entry {
	return audit.Entry{At: s.now(), Actor: actor, Action: audit.MakeCertificate, AccountID: sealed.AccountID,
		Result: audit.Done, Detail: sealed.SHA1()}
}
