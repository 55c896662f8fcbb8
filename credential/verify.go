package credential

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"runtime/debug"
	"slices"
	"sync"
	"time"

	"mooring/audit"
	"mooring/certificate"
	"mooring/cloud"
)

// How many verifications run side by side: they wait for the network nearly
// all the time. One account's silent subscriptions must not hold up another's.
const (
	atOnce        = 64
	atOnceAccount = 8
	mostDue       = 1000 // looked at in one turn

	relistAfter = time.Second // the age of a full list at which it is made anew
)

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

// Recover ends what a stopped server left running, and keeps links of clouds that
// were removed off the plan. It comes before everything that may start a verification,
// which it would end too.
func (s *Service) Recover(ctx context.Context) {
	if err := s.store.PlanFor(ctx, slices.Sorted(maps.Keys(s.clouds)), s.now()); err != nil {
		s.log.Error("could not plan the checks of the clouds that there are", "cause", err)
	}
	if err := s.store.AbandonRunning(ctx, s.now()); err != nil {
		s.log.Error("could not end interrupted verifications", "cause", err)
	}
}

// Run verifies what is due until ctx ends, and then waits for what runs. The
// plan is in the store, so a restart loses nothing.
func (s *Service) Run(ctx context.Context) {
	defer s.runner.group.Wait()
	for ctx.Err() == nil {
		now := s.now() // one for both, so that nothing comes due between them unseen
		s.runner.startDue(ctx, now)
		s.waitForDue(ctx, now)
	}
}

// Turn verifies what is due now, and waits for it. It is for whoever moves the clock,
// instead of Run.
func (s *Service) Turn(ctx context.Context) {
	for ctx.Err() == nil {
		s.runner.startDue(ctx, s.now())
		s.runner.mu.Lock()
		runs := len(s.runner.claimed)
		s.runner.mu.Unlock()
		if runs == 0 {
			return
		}
		select {
		case <-ctx.Done():
		case <-s.wake:
		}
	}
	s.runner.group.Wait()
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
	if s.runner.rest != nil { // what somebody has just asked for is on the next list
		wait = min(wait, relistAfter)
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

// runner keeps one credential from being verified twice at the same time, and
// one account from taking every place.
type runner struct {
	service *Service
	group   sync.WaitGroup

	mu        sync.Mutex
	claimed   map[string]chan struct{} // by credential id; closed when it is released
	places    int                      // taken
	byAccount map[string]int           // places, by account id

	// Of Run alone.
	rest     []Credential // of a list that was full; nil: nothing else is due
	listedAt time.Time
}

// startDue starts what is due as far as there are places. Each end wakes Run,
// which comes back for the rest.
func (r *runner) startDue(ctx context.Context, now time.Time) {
	before := r.claims() // what ends while the list is read is in it as it was before
	due, isNew, err := r.list(ctx, now)
	if err != nil {
		if ctx.Err() == nil {
			r.service.log.Error("could not list what is due", "cause", err)
		}
		return
	}
	var rest []Credential
	full := map[string]bool{} // accounts that had no place: one that is freed meanwhile is not for what comes later in the list
	for _, c := range due {
		if before[c.ID] != nil || full[c.AccountID] {
			rest = append(rest, c)
			continue
		}
		if claimed, noPlace := r.claim(c); !claimed {
			full[c.AccountID] = noPlace
			rest = append(rest, c)
			continue
		}
		r.group.Go(func() {
			err := r.verifyListed(ctx, c, isNew)
			r.leave(c) // others go on, also during the pause
			r.service.Wake()
			if err != nil && !errors.Is(err, ErrNotFound) && ctx.Err() == nil {
				r.service.log.Error("a verification could not run", "credential", c.ID, "cause", err)
				pause(ctx, storeTrouble)
			}
			r.release(c.ID)
			r.service.Wake()
		})
	}
	if len(due) >= mostDue || !isNew {
		r.rest = rest
	}
}

// list gives what is due, and reports whether it has looked just now. A list that
// is full is used up before the next one is made, for relistAfter at most: making
// it looks at everything that is due.
func (r *runner) list(ctx context.Context, now time.Time) (due []Credential, isNew bool, err error) {
	if age := now.Sub(r.listedAt); len(r.rest) > 0 && age >= 0 && age < relistAfter {
		return r.rest, false, nil
	}
	r.rest, r.listedAt = nil, now
	due, err = r.service.store.Due(ctx, now, mostDue)
	return due, true, err
}

// verifyListed verifies what is on a list. Of an older list it takes what is
// still due, as it is now.
func (r *runner) verifyListed(ctx context.Context, c Credential, isNew bool) error {
	if !isNew {
		now, err := r.service.store.FindAny(ctx, c.ID)
		if err != nil {
			return err
		}
		if c = now; !c.State.Can(Verify) || c.NextCheckAt.IsZero() || c.NextCheckAt.After(r.service.now()) {
			return nil
		}
	}
	_, _, err := r.service.verify(ctx, c)
	return err
}

func (r *runner) claims() map[string]chan struct{} {
	r.mu.Lock()
	defer r.mu.Unlock()
	return maps.Clone(r.claimed)
}

// claim takes a place for a credential that nobody verifies, and tells whether it
// could not because its account has no place left.
func (r *runner) claim(c Credential) (claimed, noPlace bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.claimed[c.ID] != nil {
		return false, false
	}
	if r.places >= atOnce || r.byAccount[c.AccountID] >= atOnceAccount {
		return false, true
	}
	r.claimed[c.ID] = make(chan struct{})
	r.places++
	r.byAccount[c.AccountID]++
	return true, false
}

// wait claims a credential without taking a place, as soon as nobody verifies
// it. Who calls it bounds how many run.
func (r *runner) wait(ctx context.Context, id string) error {
	for {
		r.mu.Lock()
		busy := r.claimed[id]
		if busy == nil {
			r.claimed[id] = make(chan struct{})
		}
		r.mu.Unlock()
		if busy == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-busy:
		}
	}
}

func (r *runner) leave(c Credential) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.places--
	if r.byAccount[c.AccountID]--; r.byAccount[c.AccountID] == 0 {
		delete(r.byAccount, c.AccountID)
	}
}

func (r *runner) release(id string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	close(r.claimed[id])
	delete(r.claimed, id)
}

// verify runs the stages once, keeps the evidence and decides. It is the only
// way a credential is ever verified. It answers ErrNotFound, which is no
// trouble, when the credential was unlinked or disabled since it was listed.
func (s *Service) verify(ctx context.Context, c Credential) (Verification, Credential, error) {
	v := Verification{ID: s.newID(), CredentialID: c.ID, Version: c.Version, Trigger: c.triggerNow(), StartedAt: s.now(),
		CertificateID: c.signsNowWith()}
	if err := s.store.StartVerification(ctx, v); err != nil {
		return v, c, err
	}
	var finding cloud.Finding
	var tried certificate.Certificate
	var identity *certificate.Identity // none where the method needs none
	var err error
	if v.CertificateID != "" {
		if identity, err = s.certificates.Identity(ctx, c.AccountID, v.CertificateID); err == nil {
			tried = identity.Certificate
		}
	}
	if err == nil {
		finding, err = s.ask(ctx, c, identity, &v)
	}
	learned, event := c, CouldNotCheck
	if err == nil {
		learned, event, err = s.conclude(ctx, c, finding, eventOf(v.Outcome))
	}
	if err != nil && ctx.Err() != nil {
		return v, c, err // the server stops; the next start takes it up again
	}
	if err != nil { // our own side failed, which says nothing about the link
		s.log.Error("a verification broke off", "credential", c.ID, "cause", err)
		learned, event = c, CouldNotCheck
	}
	switch event {
	case Break:
		v.Outcome = cloud.Broken
	case CouldNotCheck:
		v.Outcome = cloud.CouldNotCheck
	}
	v.FinishedAt = s.now()
	var decided Credential
	switch {
	case c.successor != nil:
		signedIn := cloud.SignedIn(methodOf(s.clouds.Describe(c.Provider), c.Target).Stages, v.Results)
		decided = s.decideRenewal(c, learned, event, signedIn, tried, v.FinishedAt, finding.RetryAfter)
	case c.TrialCertificateID != "":
		decided = decideTrial(c, learned, event, tried, v.FinishedAt, finding.RetryAfter)
	default:
		decided = decide(learned, event, v.FinishedAt, finding.RetryAfter)
	}
	entry := audit.Entry{At: v.FinishedAt, Actor: audit.BySystem(), Action: audit.FinishVerification,
		AccountID: c.AccountID, CredentialID: c.ID, Result: audit.Done, Detail: string(v.Outcome), Changes: s.changes(c, decided)}
	if event == Hold {
		entry.Action = audit.HoldCredential
	}
	var entries []audit.Entry
	switch {
	case c.successor != nil:
		entries = logRenewal(c, decided, event, entry)
	case c.TrialCertificateID != "":
		decided, entries = logTrial(c, decided, tried, entry)
	default:
		decided, entries = logEntries(c, decided, v, event, entry)
	}
	return v, decided, s.store.FinishVerification(ctx, v, decided, entries...)
}

// ask runs the stages, stores each result as it comes and sums them up.
func (s *Service) ask(ctx context.Context, c Credential, identity *certificate.Identity, v *Verification) (cloud.Finding, error) {
	provider, err := s.Cloud(c.Provider)
	if err != nil { // it was linked when Mooring still knew this cloud
		return cloud.Finding{}, err
	}
	limited, cancel := context.WithTimeout(ctx, attemptTimeout)
	defer cancel()
	var storing error
	attempt := cloud.Attempt{Target: c.Target, Identity: identity, Fresh: c.isFresh(s.now(), WaitLimit)}
	if methodOf(provider.Describe(), c.Target).Needs == cloud.Chain && c.Stranger != cloud.StrangerRefused {
		attempt.Stranger = func() (*certificate.Identity, error) {
			return s.certificates.Stranger(ctx, c.AccountID, c.CertificateID)
		}
	}
	if methodOf(provider.Describe(), c.Target).Needs == cloud.Grant && s.grants != nil {
		attempt.UseGrant = s.grants.Of(c.Provider, c.AccountID, c.ID)
	}
	finding, err := guarded(limited, provider, attempt, func(result cloud.StageResult) {
		v.Results = append(v.Results, result)
		storing = errors.Join(storing, s.store.AddResult(ctx, v.ID, len(v.Results), result))
	})
	method, _ := provider.Describe().Method(c.Target.SignIn.Method)
	v.Outcome = cloud.Conclude(method.Stages, v.Results)
	if v.Outcome == cloud.StillCopying && !attempt.Fresh {
		v.Outcome = cloud.Broken // the time to wait is over, whatever the cloud says
	}
	return finding, errors.Join(err, storing)
}

// guarded turns a panic of a cloud into an error: it must not end the server,
// and again at each start.
func guarded(ctx context.Context, provider cloud.Cloud, attempt cloud.Attempt, report func(cloud.StageResult)) (finding cloud.Finding, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
		}
	}()
	return provider.Check(ctx, attempt, report)
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
func (c Credential) learned(f cloud.Finding, event Event) Credential {
	if f.AccountName != "" {
		c.CloudAccountName = f.AccountName
	}
	if f.Parent != "" {
		c.Target.Parent = f.Parent
	}
	if event == Pass {
		c.Reported = f.Warnings
	}
	c.Stranger = cmp.Or(f.Stranger, c.Stranger)
	if f.Rights != nil || event == Pass && !f.RightsUnanswered {
		c.Rights = f.Rights
	}
	return c
}
