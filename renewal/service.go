package renewal

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"time"

	"mooring/audit"
	"mooring/certificate"
	"mooring/cloud"
	"mooring/credential"
)

// The times of renewing.
const (
	// DefaultGrace is how long a predecessor stays after its links were switched.
	DefaultGrace = 14 * 24 * time.Hour

	firstRetry   = time.Minute
	longestRetry = time.Hour
	byHandAgain  = 24 * time.Hour // between looks at what a person has to do
	tellAfter    = 24 * time.Hour // of failing, until people are told
	introduceAt  = 12             // tries in vain after which the cloud is told again

	renewPause = 10 * time.Minute // after which somebody can have it renewed again

	stepTimeout  = 2 * time.Minute
	longestWait  = 5 * time.Minute // between looks at what is due
	shortestWait = time.Second
	mostAtOnce   = 100 // renewals of one turn
	sweepEvery   = 24 * time.Hour

	historyLength = 50
)

// Certificates makes successors and signs with them.
type Certificates interface {
	Successor(ctx context.Context, accountID, id string) (certificate.Certificate, error)
	Find(ctx context.Context, accountID, id string) (certificate.Certificate, error)
	Identity(ctx context.Context, accountID, id string) (*certificate.Identity, error)
	Issuer(ctx context.Context, accountID, certificateID string) (certificate.Authority, error)
	Issue(ctx context.Context, accountID, authorityID string, actor audit.Actor) (certificate.Issued, error)
}

// Credentials are the links that are renewed.
type Credentials interface {
	Find(ctx context.Context, accountID, id string) (credential.Credential, error)
	// TryCertificate checks a link with the successor, and switches it when the cloud
	// lets it in.
	TryCertificate(ctx context.Context, accountID, id string, to credential.Successor) (credential.Tried, error)
}

// Config is what a Service works with.
type Config struct {
	Store        Store
	Certificates Certificates
	Credentials  Credentials
	Clouds       cloud.Registry
	Grace        time.Duration // 0: DefaultGrace
	Now          func() time.Time
	NewID        func() string
	Log          *slog.Logger
}

// Service renews.
type Service struct {
	Config
	turning sync.Mutex
	wake    chan struct{}
	sweptAt time.Time
}

// NewService makes a Service.
func NewService(c Config) *Service {
	c.Grace = cmp.Or(c.Grace, DefaultGrace)
	return &Service{Config: c, wake: make(chan struct{}, 1)}
}

// Wake tells Run that something is due.
func (s *Service) Wake() {
	select {
	case s.wake <- struct{}{}:
	default:
	}
}

// Run renews what is due until ctx ends.
func (s *Service) Run(ctx context.Context) {
	for ctx.Err() == nil {
		next := s.Turn(ctx)
		wait := longestWait
		if !next.IsZero() {
			wait = min(max(next.Sub(s.Now()), shortestWait), longestWait)
		}
		timer := time.NewTimer(wait)
		select {
		case <-ctx.Done():
		case <-s.wake:
		case <-timer.C:
		}
		timer.Stop()
	}
}

// Turn begins what is due, takes the steps whose time has come, and says when the next
// one comes (zero: none is planned). A copy that nobody has confirmed does nothing.
func (s *Service) Turn(ctx context.Context) (next time.Time) {
	s.turning.Lock()
	defer s.turning.Unlock()
	if isCopy, err := s.Store.IsCopy(ctx); err != nil || isCopy {
		s.complain(ctx, "could not find out whether the database is a copy", err)
		return time.Time{}
	}
	s.beginDue(ctx)
	ready, err := s.Store.Ready(ctx, s.Now(), mostAtOnce)
	s.complain(ctx, "could not list renewals", err)
	for _, r := range ready {
		if ctx.Err() != nil {
			return time.Time{}
		}
		if err := s.step(ctx, r); err != nil && ctx.Err() == nil {
			s.Log.Error("a step of a renewal broke off", "renewal", r.ID, "step", r.Step, "cause", err)
			r.NextAt = s.Now().Add(longestRetry)
			s.complain(ctx, "could not plan a renewal again", s.Store.Save(ctx, r))
		}
	}
	s.sweep(ctx)
	next, err = s.Store.Next(ctx)
	s.complain(ctx, "could not read when the next renewal is due", err)
	return next
}

func (s *Service) complain(ctx context.Context, what string, err error) {
	if err != nil && ctx.Err() == nil {
		s.Log.Error(what, "cause", err)
	}
}

// sweep destroys the keys of certificates that have ended without a renewal.
func (s *Service) sweep(ctx context.Context) {
	if now := s.Now(); now.Sub(s.sweptAt) >= sweepEvery || now.Before(s.sweptAt) {
		_, err := s.Store.DestroyExpired(ctx, now)
		s.complain(ctx, "could not destroy the keys of certificates that have ended", err)
		s.sweptAt = now
	}
}

func (s *Service) beginDue(ctx context.Context) {
	due, err := s.Store.Due(ctx, s.Now(), slices.Sorted(maps.Keys(s.Clouds)), mostAtOnce)
	s.complain(ctx, "could not list what has to be renewed", err)
	for _, c := range due {
		if ctx.Err() != nil {
			return
		}
		if err := s.begin(ctx, c, audit.BySystem()); err != nil && !errors.Is(err, ErrOpen) && ctx.Err() == nil {
			s.Log.Error("could not begin to renew the certificate of a link", "credential", c.ID, "cause", err)
		}
	}
}

// CanRenew reports whether a person can have the certificate of a link renewed now.
func (s *Service) CanRenew(c credential.Credential) bool {
	return c.CertificateID != "" && c.State.Can(credential.Verify) && s.Clouds.CanRenew(c.Provider, c.Target)
}

// RenewNow has the certificate of a link renewed before its time. What stands by hand
// is tried again.
func (s *Service) RenewNow(ctx context.Context, r credential.Request, id string) error {
	c, err := s.Credentials.Find(ctx, r.AccountID, id)
	switch {
	case err != nil:
		return err
	case c.CertificateID == "" || !s.Clouds.CanRenew(c.Provider, c.Target):
		return ErrNothingToRenew
	case !c.State.Can(credential.Verify):
		return ErrNotActive
	}
	if isCopy, err := s.Store.IsCopy(ctx); err != nil {
		return err
	} else if isCopy {
		return ErrPaused
	}
	s.turning.Lock()
	defer s.turning.Unlock()
	if again, err := s.again(ctx, c); err != nil || again {
		return err
	}
	if err := s.begin(ctx, c, r.Actor); err != nil {
		return err
	}
	s.Wake()
	return nil
}

// again has a renewal that stands by hand, or waits for its next try, tried now.
func (s *Service) again(ctx context.Context, c credential.Credential) (bool, error) {
	history, err := s.Store.History(ctx, SignInOf(c), 1)
	if err != nil || len(history) == 0 {
		return false, err
	}
	switch r := history[0]; {
	case r.SuccessorID == c.CertificateID && s.Now().Sub(r.SwitchedAt) < renewPause:
		return false, certificate.ErrJustMade
	case r.CertificateID != c.CertificateID || r.Step.Ended() || r.Step == Keep || r.Step == Remove:
		return false, nil
	case r.Step == ByHand || !r.FailingSince.IsZero():
		r.NextAt = s.Now()
		defer s.Wake()
		return true, s.Store.Save(ctx, r)
	}
	return false, ErrUnderWay
}

// History lists the renewals of the sign-in of a link, the latest first.
func (s *Service) History(ctx context.Context, c credential.Credential) ([]Renewal, error) {
	return s.Store.History(ctx, SignInOf(c), historyLength)
}

// IsPaused reports whether nothing is renewed, because this is a copy.
func (s *Service) IsPaused(ctx context.Context) (bool, error) { return s.Store.IsCopy(ctx) }

// begin stores a renewal with its successor, which is asked for nothing yet.
func (s *Service) begin(ctx context.Context, c credential.Credential, actor audit.Actor) error {
	now := s.Now()
	description := s.Clouds.Describe(c.Provider)
	r := Renewal{ID: s.NewID(), SignIn: SignInOf(c), Target: c.Target, RemoteID: description.RemoteID(c.Target), NextAt: now, BeganAt: now}
	if actor.PersonID != audit.System {
		r.AskedBy = actor.PersonID
	}
	if !s.Clouds.CanRenew(c.Provider, c.Target) {
		r.Step, r.NextAt = ByHand, now.Add(byHandAgain)
		return s.Store.Begin(ctx, r, nil, s.entry(r, c.ID, audit.RenewByHand, actor))
	}
	if r.CredentialID == "" {
		successor, err := s.Certificates.Successor(ctx, c.AccountID, c.CertificateID)
		if err != nil {
			return err
		}
		r.Step, r.SuccessorID, r.SuccessorSHA1 = Introduce, successor.ID, successor.SHA1()
		return s.Store.Begin(ctx, r, nil, s.entry(r, c.ID, audit.BeginRenewal, actor))
	}
	issued, err := s.Certificates.Issue(ctx, c.AccountID, c.AuthorityID, actor)
	if err != nil {
		return err
	}
	r.Step, r.SuccessorID, r.SuccessorSHA1 = Try, issued.Leaf.ID, issued.Leaf.SHA1()
	return s.Store.Begin(ctx, r, &issued, s.entry(r, c.ID, audit.BeginRenewal, actor))
}

// entry tells of a step. linkID is one of the links that it is about.
func (s *Service) entry(r Renewal, linkID string, action audit.Action, actor audit.Actor) audit.Entry {
	return audit.Entry{At: s.Now(), Actor: actor, Action: action, AccountID: r.AccountID, CredentialID: linkID, Result: audit.Done,
		Detail: cmp.Or(r.Trouble.Code, r.SuccessorSHA1, r.SHA1)}
}

func (s *Service) bySystem(r Renewal, linkID string, action audit.Action) audit.Entry {
	return s.entry(r, linkID, action, audit.BySystem())
}
