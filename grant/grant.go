// Package grant keeps what people consented to at clouds that have no certificates. A
// grant is worth nothing after its use, which gives the next one: so each use is written
// down before it happens, and its result before anything else does.
package grant

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"mooring/cloud"
	"mooring/secret"
)

// ErrNone is what a Store answers when a link has no grant.
var ErrNone = errors.New("grant: not found")

// ErrPaused is what a use answers on a copy: the original may have used the grant since.
var ErrPaused = errors.New("grant: this is a copy, which uses no grants until it is confirmed")

// Store keeps sealed grants.
type Store interface {
	// Take gives the grant of a link, and writes down that it is used from now on.
	// inDoubt reports that it was written down before: ErrNone.
	Take(ctx context.Context, accountID, credentialID string, now time.Time) (sealed []byte, inDoubt bool, err error)
	// Replace stores what came of the use: ErrNone when the link is gone.
	Replace(ctx context.Context, accountID, credentialID string, sealed []byte) error
	// Return takes back that the grant is used.
	Return(ctx context.Context, accountID, credentialID string) error

	// Discard keeps a grant without a link, to be revoked.
	Discard(ctx context.Context, r Revocation) error
	// Revocations lists grants to revoke whose time has come, and NextRevocation says
	// when the next comes (zero: none).
	Revocations(ctx context.Context, now time.Time, most int) ([]Revocation, error)
	NextRevocation(ctx context.Context) (time.Time, error)
	// Revoked forgets one, and RetryRevocation plans another try.
	Revoked(ctx context.Context, id int64) error
	RetryRevocation(ctx context.Context, id int64, at time.Time) error
}

// Revocation is a grant that waits to be revoked, because its link is gone.
type Revocation struct {
	ID           int64
	CredentialID string // that it was sealed for
	AccountID    string
	Provider     string
	Sealed       []byte
	Tries        int
}

// Sealer seals and opens values for a place; *secret.Ring is one.
type Sealer interface {
	Seal(place secret.Place, value []byte) ([]byte, error)
	Open(place secret.Place, sealed []byte) ([]byte, error)
}

// Place is where the grant of a link is stored, bound to the account.
func Place(accountID, credentialID string) secret.Place {
	return secret.Place{Table: "grants", Row: credentialID, Column: "sealed", Bound: accountID}
}

// The bounds of one use, and of trying to revoke.
const (
	longestUse    = 20 * time.Second
	firstRetry    = time.Minute
	longestRetry  = 6 * time.Hour
	mostTries     = 40 // some nine days
	revokedAtOnce = 20
)

// Service seals grants, uses them and has them revoked.
type Service struct {
	store  Store
	sealer Sealer
	clouds cloud.Registry
	now    func() time.Time
	log    *slog.Logger
	wake   chan struct{}

	paused func(context.Context) (bool, error) // nil: never

	mu    sync.Mutex
	inUse map[string]bool // by credential id
}

// PauseWhile has grants neither used nor revoked while paused says so. It is called
// before anything else is.
func (s *Service) PauseWhile(paused func(context.Context) (bool, error)) { s.paused = paused }

func (s *Service) isPaused(ctx context.Context) error {
	if s.paused == nil {
		return nil
	}
	paused, err := s.paused(ctx)
	if err == nil && paused {
		err = ErrPaused
	}
	return err
}

// NewService makes a Service.
func NewService(store Store, sealer Sealer, clouds cloud.Registry, now func() time.Time, log *slog.Logger) *Service {
	return &Service{store: store, sealer: sealer, clouds: clouds, now: now, log: log, wake: make(chan struct{}, 1), inUse: map[string]bool{}}
}

// Seal seals a grant for a link that is stored with it.
func (s *Service) Seal(accountID, credentialID string, grant secret.Text) ([]byte, error) {
	return s.sealer.Seal(Place(accountID, credentialID), []byte(grant.Reveal()))
}

// Of gives how the grant of a link to a provider is used. An error of an exchange comes back as it is,
// unless the use itself could not be written down.
func (s *Service) Of(provider, accountID, credentialID string) cloud.UseGrant {
	return func(ctx context.Context, exchange func(context.Context, secret.Text, bool) (secret.Text, error)) error {
		if !s.begin(credentialID) {
			return errors.New("grant: it is in use")
		}
		defer s.end(credentialID)
		if err := s.isPaused(ctx); err != nil {
			return err
		}
		sealed, inDoubt, err := s.store.Take(ctx, accountID, credentialID, s.now())
		if err != nil {
			return err
		}
		// From here on it ends, whatever else does: an answer that nobody waits for is a
		// grant that nobody has.
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), longestUse)
		defer cancel()
		plain, err := s.sealer.Open(Place(accountID, credentialID), sealed)
		if err != nil {
			return errors.Join(err, s.giveBack(ctx, accountID, credentialID, inDoubt))
		}
		defer clear(plain)
		next, err := exchange(ctx, secret.NewText(string(plain)), inDoubt)
		if errors.Is(err, cloud.ErrGrantUnused) {
			return errors.Join(err, s.giveBack(ctx, accountID, credentialID, inDoubt))
		}
		if err != nil {
			return err
		}
		if sealed, err = s.Seal(accountID, credentialID, next); err != nil {
			return err
		}
		if err := s.store.Replace(ctx, accountID, credentialID, sealed); errors.Is(err, ErrNone) {
			// The link went meanwhile, and with it the grant that this one came from.
			lost := Revocation{CredentialID: credentialID, AccountID: accountID, Provider: provider, Sealed: sealed}
			return errors.Join(err, s.store.Discard(ctx, lost))
		} else if err != nil {
			return err
		}
		return nil
	}
}

// giveBack takes back that a grant is used, unless it was in doubt before.
func (s *Service) giveBack(ctx context.Context, accountID, credentialID string, inDoubt bool) error {
	if inDoubt {
		return nil
	}
	return s.store.Return(ctx, accountID, credentialID)
}

func (s *Service) begin(credentialID string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.inUse[credentialID] {
		return false
	}
	s.inUse[credentialID] = true
	return true
}

func (s *Service) end(credentialID string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.inUse, credentialID)
}
