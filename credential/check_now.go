package credential

import (
	"context"
	"errors"

	"mooring/audit"
	"mooring/cloud"
	"mooring/fault"
)

// Finished is how a check ended that somebody waited for.
type Finished struct {
	Credential Credential // as it was decided
	Outcome    cloud.Outcome
	Sentence   string // why it did not end well; empty: it did
}

// CheckNow verifies a credential at once and waits for the end, for bulk work.
// It is the same verification as ever, and never runs beside another one of
// the same credential: it waits for that first. When ctx ends it stops, and
// what was planned is left for Run.
func (s *Service) CheckNow(ctx context.Context, o Order, id string) (Finished, error) {
	if err := s.runner.wait(ctx, id); err != nil {
		return Finished{}, err
	}
	defer s.Wake() // after the release, for what came due meanwhile
	defer s.runner.release(id)
	c, err := s.seen(ctx, o, id)
	if err != nil {
		return Finished{}, err
	}
	if !c.State.Can(Verify) {
		return Finished{}, ErrNotPossibleNow
	}
	c.plan(s.now(), ByPerson)
	if err := s.store.PlanAny(ctx, c, s.entry(o.request(c), audit.VerifyCredential, c)); err != nil {
		return Finished{}, err
	}
	v, decided, err := s.verify(ctx, c)
	if errors.Is(err, ErrNotFound) {
		return Finished{}, ErrNotPossibleNow.Because(err)
	}
	if err != nil {
		return Finished{}, err
	}
	now, err := s.store.FindAny(ctx, id)
	if err != nil {
		return Finished{}, err
	}
	if now.Version != c.Version {
		return Finished{Credential: now, Outcome: v.Outcome, Sentence: sayChangedMeanwhile}, nil
	}
	return Finished{Credential: now, Outcome: v.Outcome, Sentence: s.explained(decided, v)}, nil
}

// explained says why a check did not end well.
func (s *Service) explained(decided Credential, v Verification) string {
	if v.Outcome == cloud.Passed && decided.State == Connected {
		return ""
	}
	if decided.Reason != "" && decided.DecidedAt.IsZero() { // the policy's word
		return decided.Reason
	}
	provider, err := s.Cloud(decided.Provider)
	if err != nil {
		return fault.Of(err).Sentence
	}
	method, _ := provider.Describe().Method(decided.Target.SignIn.Method)
	for _, stage := range method.Stages {
		for _, result := range v.Results {
			if result.Stage == stage.Key && !stage.Advisory && result.Verdict != cloud.OK {
				return provider.Explain(result, decided.Target).Happened
			}
		}
	}
	return sayBrokeOff
}
