package credential_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"mooring/audit"
	"mooring/cloud"
	"mooring/credential"
)

func TestCheckNowWaitsForTheEnd(t *testing.T) {
	live(t, func(t *testing.T, w world) {
		order := w.enthrone()
		c := w.link("one")
		w.cloud.answers(func(ctx context.Context, a cloud.Attempt, report func(cloud.StageResult)) (cloud.Finding, error) {
			time.Sleep(10 * time.Second)
			return passes(ctx, a, report)
		})
		start := time.Now()
		finished, err := w.CheckNow(t.Context(), order, c.ID)
		w.ok(err)
		same(t, "how long it took", time.Since(start), 10*second)
		same(t, "the outcome", finished.Outcome, cloud.Passed)
		same(t, "why it failed", finished.Sentence, "")
		same(t, "the state", finished.Credential.State, credential.Connected)
		same(t, "the stored state", w.find(c).State, credential.Connected)
		if got, want := w.audited(), []audit.Action{audit.LinkCredential, audit.VerifyCredential, audit.FinishVerification}; !slices.Equal(got, want) {
			t.Errorf("the log has %v, want %v", got, want)
		}
		entries, err := w.Audit(t.Context(), acme, 2)
		w.ok(err)
		sameEntry(t, entries[1], audit.Entry{At: entries[1].At, Actor: order.Actor, Action: audit.VerifyCredential, AccountID: acme,
			CredentialID: c.ID, Result: audit.Done, Detail: "one"})
	})
}

func TestCheckNowSaysWhyItFailed(t *testing.T) {
	for name, test := range map[string]struct {
		answer  func(context.Context, cloud.Attempt, func(cloud.StageResult)) (cloud.Finding, error)
		outcome cloud.Outcome
		says    string
	}{
		"failed":      {ends(cloud.Failed), cloud.Broken, "sign-in ended as failed"},
		"cannot tell": {ends(cloud.CannotTell), cloud.CouldNotCheck, "sign-in ended as cannot-tell"},
		"copying":     {ends(cloud.Waiting), cloud.StillCopying, "sign-in ended as waiting"},
		"our own side": {func(context.Context, cloud.Attempt, func(cloud.StageResult)) (cloud.Finding, error) {
			return cloud.Finding{}, errors.New("private")
		}, cloud.CouldNotCheck, "Mooring interrupted the check. Try again later."},
		"advisory": {func(_ context.Context, _ cloud.Attempt, report func(cloud.StageResult)) (cloud.Finding, error) {
			report(result("directory", cloud.OK))
			report(result("sign-in", cloud.OK))
			report(result("roles", cloud.CannotTell))
			return found, nil
		}, cloud.Passed, ""},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			order := w.enthrone()
			c := w.link("one")
			w.cloud.answers(test.answer)
			finished, err := w.CheckNow(t.Context(), order, c.ID)
			w.ok(err)
			same(t, "the outcome", finished.Outcome, test.outcome)
			same(t, "why it failed", finished.Sentence, test.says)
		})
	}
}

func TestCheckNowSaysWhatThePolicySays(t *testing.T) {
	w := newWorld(t)
	order := w.enthrone()
	w.rule(credential.RulesForm{RightsOn: true})
	c := w.link("one")
	finished, err := w.CheckNow(t.Context(), order, c.ID)
	w.ok(err)
	same(t, "the state", finished.Credential.State, credential.PendingApproval)
	same(t, "why it does not connect", finished.Sentence, "It has permissions that need approval: It may list machines.")
}

func TestNothingIsCheckedTwiceAtOnce(t *testing.T) {
	live(t, func(t *testing.T, w world) {
		order := w.enthrone()
		w.cloud.answers(func(ctx context.Context, a cloud.Attempt, report func(cloud.StageResult)) (cloud.Finding, error) {
			time.Sleep(10 * time.Second)
			return passes(ctx, a, report)
		})
		w.running(w.Service)
		settle()
		start := time.Now()
		c, other := w.link("one"), w.link("two") // Run takes them up at once
		settle()
		var group sync.WaitGroup
		for range 2 {
			group.Go(func() {
				finished, err := w.CheckNow(t.Context(), order, c.ID)
				if err != nil || finished.Outcome != cloud.Passed {
					t.Errorf("got %+v, %v", finished, err)
				}
			})
		}
		group.Wait()
		same(t, "how long three after each other took", time.Since(start), 30*second)
		same(t, "whether one was checked twice at once", w.cloud.ranTwiceAtOnce(), false)
		same(t, "the runs", len(w.runs(c)), 3)
		same(t, "the runs of the other", len(w.runs(other)), 1)
		for _, run := range w.runs(c) {
			same(t, "a run being abandoned", run.Abandoned, false)
		}
		after(time.Hour)
		same(t, "the runs later", len(w.runs(c)), 3) // nothing is left over
		w.quiet()
	})
}

// Bulk work has its own bound, so that it neither takes the places of others
// nor waits for them.
func TestCheckNowTakesNoPlace(t *testing.T) {
	live(t, func(t *testing.T, w world) {
		order := w.enthrone()
		w.cloud.answers(byHand(nil))
		w.running(w.Service)
		settle()
		for i := range credential.AtOnce {
			w.link(fmt.Sprint("held ", i))
		}
		c := w.link("one more")
		settle()
		same(t, "the runs of one more", len(w.runs(c)), 0)
		w.cloud.answers(passes)
		start := time.Now()
		_, err := w.CheckNow(t.Context(), order, c.ID)
		w.ok(err)
		same(t, "how long it took", time.Since(start), 0)
	})
}

func TestCheckNowEndsWithItsContext(t *testing.T) {
	live(t, func(t *testing.T, w world) {
		order := w.enthrone()
		w.cloud.answers(byHand(nil))
		c := w.link("one")
		for _, what := range []string{"while it runs", "while it waits"} {
			ctx, cancel := context.WithTimeout(t.Context(), 5*second)
			start := time.Now()
			_, err := w.CheckNow(ctx, order, c.ID)
			w.want(err, context.DeadlineExceeded)
			same(t, "how long it took "+what, time.Since(start), 5*second)
			cancel()
			if what == "while it runs" {
				w.running(w.Service) // takes up what was left, and holds it
				settle()
			}
		}
		same(t, "the runs", len(w.runs(c)), 2)
		same(t, "the first run being abandoned", w.runs(c)[0].Abandoned, true)
		same(t, "the second run running", w.runs(c)[1].Running(), true)
	})
}

func TestWhatIsStoppedDuringCheckNowStaysStopped(t *testing.T) {
	live(t, func(t *testing.T, w world) {
		order := w.enthrone()
		next := make(chan cloud.StageResult)
		w.cloud.answers(byHand(next))
		c := w.link("one")
		ended := make(chan credential.Finished)
		go func() {
			finished, err := w.CheckNow(t.Context(), order, c.ID)
			w.want(err, nil)
			ended <- finished
		}()
		settle()
		_, err := w.Stop(t.Context(), order, c.ID)
		w.ok(err)
		next <- result("sign-in", cloud.OK)
		close(next)
		finished := <-ended
		same(t, "the state", finished.Credential.State, credential.Stopped)
		same(t, "what it says", finished.Sentence, "Somebody changed the credential during the check, so the result doesn't count. Check it again.")
		same(t, "the stored state", w.find(c).State, credential.Stopped)
	})
}

// listed is a store in which something happens between listing what is due and
// starting to verify it.
type listed struct {
	credential.Store
	before func()
}

func (s listed) StartVerification(ctx context.Context, v credential.Verification) error {
	s.before()
	return s.Store.StartVerification(ctx, v)
}

func TestWhatIsStoppedBeforeItsCheckBeginsIsNotChecked(t *testing.T) {
	live(t, func(t *testing.T, w world) {
		order := w.enthrone()
		c := w.link("one")
		w.Service = w.service(listed{w.Credentials(), func() {
			_, err := w.Stop(t.Context(), order, c.ID)
			w.ok(err)
		}})
		w.running(w.Service)
		after(time.Hour)
		w.askedAt(time.Now())
		same(t, "the runs", len(w.runs(c)), 0)
		w.quiet()
	})
}

// TestTheEngineEndsNoCheckThatSomethingElseStarted is about a job that goes on
// while the server starts.
func TestTheEngineEndsNoCheckThatSomethingElseStarted(t *testing.T) {
	live(t, func(t *testing.T, w world) {
		order := w.enthrone()
		c := w.link("one")
		w.Recover(t.Context())
		w.cloud.answers(func(ctx context.Context, a cloud.Attempt, report func(cloud.StageResult)) (cloud.Finding, error) {
			time.Sleep(10 * time.Second)
			return passes(ctx, a, report)
		})
		var finished credential.Finished
		var err error
		var check sync.WaitGroup
		check.Go(func() { finished, err = w.CheckNow(t.Context(), order, c.ID) })
		settle()
		ctx, cancel := context.WithCancel(t.Context())
		var engine sync.WaitGroup
		engine.Go(func() { w.Run(ctx) })
		settle()
		same(t, "it being abandoned", w.runs(c)[0].Abandoned, false)
		check.Wait()
		w.ok(err)
		same(t, "the outcome", finished.Outcome, cloud.Passed)
		cancel()
		engine.Wait()
	})
}
