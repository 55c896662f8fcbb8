package grant

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"time"

	"mooring/secret"
)

// Discard has a grant revoked that never got a link. id is new.
func (s *Service) Discard(ctx context.Context, provider, id string, grant secret.Text) error {
	sealed, err := s.Seal("", id, grant)
	if err != nil {
		return err
	}
	if err := s.store.Discard(ctx, Revocation{CredentialID: id, Provider: provider, Sealed: sealed}); err != nil {
		return err
	}
	s.Wake()
	return nil
}

// Wake tells Run that there may be something to revoke.
func (s *Service) Wake() {
	select {
	case s.wake <- struct{}{}:
	default:
	}
}

// Run revokes what waits for it until ctx ends. What waits is in the store, so a restart
// loses nothing.
func (s *Service) Run(ctx context.Context) {
	for ctx.Err() == nil {
		s.revokeDue(ctx)
		s.wait(ctx)
	}
}

func (s *Service) wait(ctx context.Context) {
	wait := time.Minute
	if next, err := s.store.NextRevocation(ctx); err == nil && !next.IsZero() {
		wait = min(max(next.Sub(s.now()), time.Second), wait)
	}
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-s.wake:
	case <-timer.C:
	}
}

func (s *Service) revokeDue(ctx context.Context) {
	if err := s.isPaused(ctx); err != nil { // the original may still use them
		if !errors.Is(err, ErrPaused) && ctx.Err() == nil {
			s.log.Error("could not find out whether grants may be revoked", "cause", err)
		}
		return
	}
	due, err := s.store.Revocations(ctx, s.now(), revokedAtOnce)
	if err != nil {
		if ctx.Err() == nil {
			s.log.Error("could not list the grants to revoke", "cause", err)
		}
		return
	}
	for _, r := range due {
		err := s.revoke(ctx, r)
		switch {
		case ctx.Err() != nil:
			return
		case err == nil:
			err = s.store.Revoked(ctx, r.ID)
		case r.Tries+1 >= mostTries:
			s.log.Error("gave up revoking a grant; revoke it at the cloud", "provider", r.Provider, "credential", r.CredentialID, "cause", err)
			err = s.store.Revoked(ctx, r.ID)
		default:
			s.log.Warn("could not revoke a grant", "provider", r.Provider, "credential", r.CredentialID, "cause", err)
			err = s.store.RetryRevocation(ctx, r.ID, s.now().Add(min(firstRetry<<min(r.Tries, 20), longestRetry)))
		}
		if err != nil && ctx.Err() == nil {
			s.log.Error("could not store what became of a grant", "credential", r.CredentialID, "cause", err)
		}
	}
}

var errRemoved = errors.New("grant: this Mooring doesn't know the cloud")

// revoke revokes one at its cloud. A panic of a cloud must not end the server.
func (s *Service) revoke(ctx context.Context, r Revocation) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
		}
	}()
	consenter, ok := s.clouds.Consenter(r.Provider)
	if !ok {
		return errRemoved
	}
	plain, err := s.sealer.Open(Place(r.AccountID, r.CredentialID), r.Sealed)
	if err != nil {
		return err
	}
	defer clear(plain)
	ctx, cancel := context.WithTimeout(ctx, longestUse)
	defer cancel()
	return consenter.Revoke(ctx, secret.NewText(string(plain)))
}
