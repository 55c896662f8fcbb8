package credential

import (
	"context"
	"errors"
	"sync"
	"time"

	"mooring/audit"
	"mooring/cloud"
)

// atOnce is how many verifications run side by side. They wait for the network
// nearly all the time.
const atOnce = 8

// storeTrouble is how long a credential is left alone when its verification
// could not even be stored.
const storeTrouble = 30 * time.Second

// Wake tells Run that a check may be due.
func (s *Service) Wake() {
	select {
	case s.wake <- struct{}{}:
	default:
	}
}

// Run verifies what is due until ctx ends, and then waits for what runs. The
// plan is in the store, so a restart loses nothing.
func (s *Service) Run(ctx context.Context) {
	if err := s.store.AbandonRunning(ctx, s.now()); err != nil {
		s.log.Error("could not end interrupted verifications", "cause", err)
	}
	r := &runner{service: s, slots: make(chan struct{}, atOnce), running: map[string]bool{}}
	defer r.group.Wait()
	for ctx.Err() == nil {
		now := s.now() // one for both, so that nothing comes due between them unseen
		r.startDue(ctx, now)
		s.waitForDue(ctx, now)
	}
}

func (s *Service) waitForDue(ctx context.Context, seen time.Time) {
	const longest, shortest = time.Minute, 200 * time.Millisecond
	wait := longest
	next, err := s.store.NextDue(ctx, seen)
	if err != nil && ctx.Err() == nil {
		s.log.Error("could not read when the next check is due", "cause", err)
	}
	if err == nil && !next.IsZero() {
		wait = min(max(next.Sub(s.now()), shortest), longest)
	}
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-s.wake:
	case <-timer.C:
	}
}

func pause(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	}
}

// runner keeps one credential from being verified twice at the same time.
type runner struct {
	service *Service
	slots   chan struct{}
	group   sync.WaitGroup
	mu      sync.Mutex
	running map[string]bool // by credential id
}

func (r *runner) startDue(ctx context.Context, now time.Time) {
	due, err := r.service.store.Due(ctx, now, 4*atOnce)
	if err != nil {
		if ctx.Err() == nil {
			r.service.log.Error("could not list what is due", "cause", err)
		}
		return
	}
	for _, c := range due {
		if !r.claim(c.ID) {
			continue
		}
		select {
		case r.slots <- struct{}{}:
		case <-ctx.Done():
			return
		}
		r.group.Go(func() {
			defer func() {
				r.release(c.ID)
				r.service.Wake()
			}()
			err := r.service.verify(ctx, c)
			<-r.slots // others go on during the pause
			if err != nil && ctx.Err() == nil {
				r.service.log.Error("a verification could not run", "credential", c.ID, "cause", err)
				pause(ctx, storeTrouble)
			}
		})
	}
}

func (r *runner) claim(id string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.running[id] {
		return false
	}
	r.running[id] = true
	return true
}

func (r *runner) release(id string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.running, id)
}

// verify runs the stages once, keeps the evidence and decides. It is the only
// way a credential is ever verified.
func (s *Service) verify(ctx context.Context, c Credential) error {
	v := Verification{ID: s.newID(), CredentialID: c.ID, Version: c.Version, Trigger: triggerOf(c), StartedAt: s.now()}
	if err := s.store.StartVerification(ctx, v); errors.Is(err, ErrNotFound) {
		return nil // unlinked since it was listed
	} else if err != nil {
		return err
	}
	finding, err := s.ask(ctx, c, &v)
	if err != nil && ctx.Err() != nil {
		return err // the server stops; the next start takes it up again
	}
	if err != nil { // our own side failed, which says nothing about the link
		s.log.Error("a verification broke off", "credential", c.ID, "cause", err)
		v.Outcome = cloud.CouldNotCheck
	}
	v.FinishedAt = s.now()
	decided := decide(c.learned(finding), eventOf(v.Outcome), v.FinishedAt)
	entry := audit.Entry{At: v.FinishedAt, Actor: audit.BySystem(), Action: audit.FinishVerification,
		AccountID: c.AccountID, CredentialID: c.ID, Result: audit.Done, Detail: string(v.Outcome)}
	return s.store.FinishVerification(ctx, v, decided, entry)
}

// ask runs the stages, stores each result as it comes and sums them up.
func (s *Service) ask(ctx context.Context, c Credential, v *Verification) (cloud.Finding, error) {
	provider, err := s.Cloud(c.Provider)
	if err != nil { // it was linked when Mooring still knew this cloud
		return cloud.Finding{}, err
	}
	identity, err := s.certificates.Identity(ctx, c.AccountID, c.CertificateID)
	if err != nil {
		return cloud.Finding{}, err
	}
	limited, cancel := context.WithTimeout(ctx, attemptTimeout)
	defer cancel()
	var storing error
	attempt := cloud.Attempt{Target: c.Target, Identity: identity, Fresh: s.now().Before(c.FreshFrom.Add(WaitLimit))}
	finding, err := provider.Verify(limited, attempt, func(result cloud.StageResult) {
		v.Results = append(v.Results, result)
		storing = errors.Join(storing, s.store.AddResult(ctx, v.ID, len(v.Results), result))
	})
	method, _ := provider.Describe().Method(c.Target.Method)
	v.Outcome = cloud.Conclude(method.Stages, v.Results)
	if v.Outcome == cloud.StillCopying && !attempt.Fresh {
		v.Outcome = cloud.Broken // the time to wait is over, whatever the cloud says
	}
	return finding, errors.Join(err, storing)
}

// triggerOf reads from the plan why a check is due: what comes earlier than
// decide had planned is a person's wish.
func triggerOf(c Credential) Trigger {
	planned, trigger := c.LastCheckedAt.Add(RecheckAfter), BySchedule
	switch {
	case !c.CouldNotCheckAt.IsZero():
		planned, trigger = c.CouldNotCheckAt.Add(retryAfter(c.Attempts, longestOutage)), ByRetry
	case c.LastCheckedAt.IsZero(), c.NextCheckAt.Equal(c.FreshFrom):
		return ByPerson
	case c.State == WaitingCloud:
		return ByRetry
	}
	if c.NextCheckAt.Before(planned) {
		return ByPerson
	}
	return trigger
}

func eventOf(outcome cloud.Outcome) Event {
	switch outcome {
	case cloud.Passed:
		return Pass
	case cloud.StillCopying:
		return Wait
	case cloud.Broken:
		return Break
	default:
		return CouldNotCheck
	}
}

// learned takes over what a verification found, and keeps what it did not reach.
func (c Credential) learned(f cloud.Finding) Credential {
	if f.SubscriptionName != "" {
		c.SubscriptionName = f.SubscriptionName
	}
	if f.TenantID != "" {
		c.Target.TenantID = f.TenantID
	}
	if f.Rights != nil {
		c.Rights = f.Rights
	}
	return c
}
