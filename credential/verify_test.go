package credential_test

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"mooring/audit"
	"mooring/cloud"
	"mooring/credential"
)

const second = time.Second

// seconds are durations, to compare with what a cloud was asked.
func seconds(list ...int) (durations []time.Duration) {
	for _, s := range list {
		durations = append(durations, time.Duration(s)*second)
	}
	return durations
}

// askedAt compares when the cloud was asked.
func (w world) askedAt(start time.Time, want ...int) {
	w.t.Helper()
	if got := w.cloud.asked(start); !slices.Equal(got, seconds(want...)) {
		w.t.Errorf("the cloud was asked at %v, want %v", got, seconds(want...))
	}
}

func TestLinkingVerifiesInTheBackground(t *testing.T) {
	live(t, func(t *testing.T, w world) {
		w.running(w.Service)
		settle()
		start := time.Now()
		c := w.link("one")
		same(t, "what Link gives", c.State, credential.NotVerified)
		settle()
		w.askedAt(start, 0) // nobody waited for it

		got := w.find(c)
		same(t, "the state", got.State, credential.Connected)
		same(t, "the name that was found", got.CloudAccountName, "Production")
		same(t, "the directory that was found", got.Target.Parent, "tenant-found")
		if !reflect.DeepEqual(got.Rights, found.Rights) {
			t.Errorf("the rights are %+v", got.Rights)
		}
		same(t, "the next check", got.NextCheckAt.Sub(start), spread(c.ID, 24*time.Hour))
		run := w.runs(c)[0]
		same(t, "the trigger", run.Trigger, credential.ByPerson)
		same(t, "the outcome", run.Outcome, cloud.Passed)
		same(t, "the evidence", len(run.Results), 3)

		attempt := w.cloud.attempt()
		if want := (cloud.Target{Environment: "public", Account: "subscription-one", Parent: "tenant-one",
			SignIn: cloud.SignIn{Method: "application", Principal: "client-one"}}); !attempt.Target.Equal(want) {
			t.Errorf("it looked at %+v", attempt.Target)
		}
		same(t, "it being fresh", attempt.Fresh, true)
		same(t, "who signed", attempt.Identity.Certificate.ID, acme+"-certificate-1")

		if got, want := w.audited(), []audit.Action{audit.LinkCredential, audit.FinishVerification}; !slices.Equal(got, want) {
			t.Errorf("the audit log has %v, want %v", got, want)
		}
		entry := w.latest()
		entry.At = time.Time{}
		sameEntry(t, entry, audit.Entry{Actor: audit.BySystem(), Action: audit.FinishVerification,
			AccountID: acme, CredentialID: c.ID, Result: audit.Done, Detail: "passed"})
	})
}

func TestWhatWasSavedWithoutVerifyingIsLeftAlone(t *testing.T) {
	live(t, func(t *testing.T, w world) {
		w.running(w.Service)
		_, err := w.Link(t.Context(), ofAcme, "azure", form("later"), false)
		w.ok(err)
		after(2 * time.Hour)
		w.askedAt(time.Now())
	})
}

func TestEvidenceIsStoredStageByStage(t *testing.T) {
	live(t, func(t *testing.T, w world) {
		next := make(chan cloud.StageResult)
		w.cloud.answers(byHand(next))
		w.running(w.Service)
		c := w.link("one")
		settle()
		if got := w.find(c); got.RunningVerification == "" || !got.Checking(time.Now()) {
			t.Errorf("while it runs it is %+v", got)
		}
		stages := []string{"directory", "sign-in", "roles"}
		for i, stage := range stages {
			same(t, "the evidence before "+stage, len(w.runs(c)[0].Results), i)
			next <- result(stage, cloud.OK)
			settle()
			results := w.runs(c)[0].Results
			if len(results) != i+1 || results[i].Stage != stage || results[i].Verdict != cloud.OK {
				t.Errorf("the evidence after %s is %+v", stage, results)
			}
			same(t, "it running", w.runs(c)[0].Running(), true)
			same(t, "the state until it ends", w.find(c).State, credential.NotVerified)
		}
		close(next)
		settle()
		same(t, "it running", w.runs(c)[0].Running(), false)
		same(t, "the state", w.find(c).State, credential.Connected)
		same(t, "what runs", w.find(c).RunningVerification, "")
	})
}

func TestARestartAbandonsTheHalfRunAndCompletesANewOne(t *testing.T) {
	live(t, func(t *testing.T, w world) {
		next := make(chan cloud.StageResult)
		w.cloud.answers(byHand(next))
		stop := w.running(w.Service)
		c := w.link("one")
		settle()
		next <- result("directory", cloud.OK)
		settle()
		asked := time.Now()
		stop()
		same(t, "how long stopping took", time.Since(asked), 0)
		w.quiet()
		half := w.runs(c)[0]
		same(t, "it being left as running", half.Running(), true)
		same(t, "the audit log", len(w.audited()), 1)

		time.Sleep(time.Minute)
		w.cloud.answers(passes)
		w.running(w.service(w.Credentials()))
		settle()
		runs := w.runs(c)
		same(t, "the runs", len(runs), 2)
		same(t, "the half run", runs[0].ID, half.ID)
		same(t, "the half run being abandoned", runs[0].Abandoned, true)
		same(t, "the half run's outcome", runs[0].Outcome, "")
		same(t, "the half run's evidence, which is kept", len(runs[0].Results), 1)
		same(t, "the new run being abandoned", runs[1].Abandoned, false)
		same(t, "the new run's outcome", runs[1].Outcome, cloud.Passed)
		same(t, "the new run's trigger", runs[1].Trigger, credential.ByPerson)
		same(t, "the state", w.find(c).State, credential.Connected)
	})
}

func TestARestartAbandonsAlsoWhatNobodyTakesUpAgain(t *testing.T) {
	live(t, func(t *testing.T, w world) {
		w.cloud.answers(byHand(nil))
		stop := w.running(w.Service)
		c := w.link("one")
		settle()
		_, err := w.Edit(t.Context(), ofAcme, c.ID, form("two"), false) // nothing is planned any more
		w.ok(err)
		stop()
		w.running(w.service(w.Credentials()))
		settle()
		same(t, "the half run being abandoned", w.runs(c)[0].Abandoned, true)
		same(t, "it being shown as checking", w.find(c).Checking(time.Now()), false)
		same(t, "the runs", len(w.runs(c)), 1)
		w.quiet()
	})
}

func TestAChangeDuringTheRunMakesItDecideNothing(t *testing.T) {
	type change func(w world, c credential.Credential) error
	changes := map[string]struct {
		do    change
		state credential.State // in the end
		runs  int
	}{
		"edit and verify": {func(w world, c credential.Credential) error {
			_, err := w.Edit(w.t.Context(), ofAcme, c.ID, form("other"), true)
			return err
		}, credential.Connected, 2},
		"edit without verifying": {func(w world, c credential.Credential) error {
			_, err := w.Edit(w.t.Context(), ofAcme, c.ID, form("other"), false)
			return err
		}, credential.NotVerified, 1},
		"disable": {func(w world, c credential.Credential) error {
			_, err := w.Disable(w.t.Context(), ofAcme, c.ID)
			return err
		}, credential.Disabled, 1},
		"disable and enable": {func(w world, c credential.Credential) error {
			_, err := w.Disable(w.t.Context(), ofAcme, c.ID)
			if err == nil {
				_, err = w.Enable(w.t.Context(), ofAcme, c.ID)
			}
			return err
		}, credential.Connected, 2},
	}
	for name, test := range changes {
		t.Run(name, func(t *testing.T) {
			live(t, func(t *testing.T, w world) {
				next := make(chan cloud.StageResult)
				w.cloud.answers(byHand(next))
				w.running(w.Service)
				c := w.link("one")
				settle()
				w.cloud.answers(passes) // for the run after this one
				w.ok(test.do(w, c))
				settle()
				same(t, "the runs beside the first", len(w.runs(c)), 1)
				changed := w.find(c)

				next <- result("sign-in", cloud.OK)
				close(next)
				settle()
				runs := w.runs(c)
				same(t, "the first run being abandoned", runs[0].Abandoned, true)
				same(t, "the first run's outcome, which is true of what was", runs[0].Outcome, cloud.Passed)
				same(t, "the runs", len(runs), test.runs)
				got := w.find(c)
				same(t, "the state", got.State, test.state)
				if test.runs == 2 {
					same(t, "the version that the second run looked at", runs[1].Version, got.Version)
					same(t, "the second run being abandoned", runs[1].Abandoned, false)
				} else if got.RunningVerification = changed.RunningVerification; !reflect.DeepEqual(got, changed) {
					t.Errorf("the old run made of\n%+v\n%+v", changed, got)
				}
			})
		})
	}
}

func TestUnlinkingDuringTheRunLeavesNothingBehind(t *testing.T) {
	live(t, func(t *testing.T, w world) {
		next := make(chan cloud.StageResult)
		w.cloud.answers(byHand(next))
		w.running(w.Service)
		c := w.link("one")
		settle()
		_, err := w.Unlink(t.Context(), ofAcme, c.ID, "")
		w.ok(err)
		next <- result("directory", cloud.OK)
		close(next)
		settle()
		_, err = w.Find(t.Context(), acme, c.ID)
		w.want(err, credential.ErrNotFound)
		same(t, "the runs", len(w.runs(c)), 0)
		start := time.Now()
		w.cloud.answers(passes)
		other := w.link("two") // and the engine goes on
		settle()
		same(t, "the other's state", w.find(other).State, credential.Connected)
		same(t, "how long that took", time.Since(start), 0)
	})
}

func TestOurOwnFailureSaysNothingAboutTheLinkAndIsNoHotLoop(t *testing.T) {
	storeFails := func(w world) { w.signer.broken.Store(true) }
	cloudFails := func(w world) {
		w.cloud.answers(func(_ context.Context, _ cloud.Attempt, report func(cloud.StageResult)) (cloud.Finding, error) {
			report(result("directory", cloud.Failed)) // even after a verdict
			return cloud.Finding{}, errors.New("our own side")
		})
	}
	for name, fail := range map[string]func(world){"the key does not open": storeFails, "the verification breaks off": cloudFails} {
		t.Run(name, func(t *testing.T) {
			live(t, func(t *testing.T, w world) {
				w.running(w.Service)
				c := w.link("one")
				settle()
				fail(w)
				start := time.Now()
				_, err := w.Verify(t.Context(), ofAcme, c.ID)
				w.ok(err)
				after(time.Hour)
				last := time.Duration(0)
				for attempt := 1; attempt <= 9; attempt++ {
					last += spread(c.ID, credential.RetryAfter(attempt, credential.LongestOutage))
				}
				runs := w.runs(c)[1:]
				same(t, "the runs that are kept", len(runs), 2) // what a person asked for, and the others as one
				same(t, "the outcome", runs[0].Outcome, cloud.CouldNotCheck)
				same(t, "the first", runs[0].StartedAt.Sub(start), 0)
				same(t, "the last", runs[1].StartedAt.Sub(start), last)
				same(t, "how many it stands for", runs[1].Times, 9)
				same(t, "the first of those", runs[1].FirstAt.Sub(start), 5*time.Second)
				same(t, "the outcome", runs[1].Outcome, cloud.CouldNotCheck)
				got := w.find(c)
				same(t, "the state, which stays", got.State, credential.Connected)
				same(t, "the last check that said something", got.LastCheckedAt, start)
				same(t, "the name that was found", got.CloudAccountName, "Production")
				same(t, "the entry about it", w.latest().Detail, "could-not-check")

				w.signer.broken.Store(false)
				w.cloud.answers(passes)
				after(time.Hour)
				got = w.find(c)
				same(t, "the attempts after it is mended", got.Attempts, 0)
				same(t, "the trouble after it is mended", got.CouldNotCheckAt, time.Time{})
			})
		})
	}
}

func TestACloudThatNeverAnswersIsLeftAfterAMinute(t *testing.T) {
	live(t, func(t *testing.T, w world) {
		w.cloud.answers(byHand(nil))
		w.running(w.Service)
		start := time.Now()
		c := w.link("one")
		after(credential.AttemptTimeout - second)
		same(t, "it running", w.runs(c)[0].Running(), true)
		after(second)
		run := w.runs(c)[0]
		same(t, "its end", run.FinishedAt.Sub(start), time.Minute)
		same(t, "its outcome", run.Outcome, cloud.CouldNotCheck)
		same(t, "the state", w.find(c).State, credential.NotVerified)
		after(3 * second)
		w.askedAt(start, 0)
		after(2 * second)
		w.askedAt(start, 0, 65)
	})
}

func TestACloudThatIsDownDoesNotWorsenAConnectedLink(t *testing.T) {
	live(t, func(t *testing.T, w world) {
		w.running(w.Service)
		c := w.link("one")
		settle()
		w.cloud.answers(ends(cloud.CannotTell))
		_, err := w.Verify(t.Context(), ofAcme, c.ID)
		w.ok(err)
		after(10 * time.Minute)
		got := w.find(c)
		same(t, "the state", got.State, credential.Connected)
		same(t, "the attempts", got.Attempts, 7)
		same(t, "there being a trouble to show", got.CouldNotCheckAt.IsZero(), false)
		runs := w.runs(c)
		same(t, "the first try's trigger", runs[1].Trigger, credential.ByPerson)
		same(t, "the second try's trigger", runs[2].Trigger, credential.ByRetry)
	})
}

func TestAFreshLinkWaitsFifteenMinutesAndThenNeedsAttention(t *testing.T) {
	looks := []int{0, 5, 15, 35, 75, 135, 195, 255, 315, 375, 435, 495, 555, 615, 675, 735, 795, 855, 900}
	stubborn := ends(cloud.Waiting) // whatever the contract says
	for name, answer := range map[string]func(context.Context, cloud.Attempt, func(cloud.StageResult)) (cloud.Finding, error){
		"as the contract has it": copies, "a cloud that waits for ever": stubborn,
	} {
		t.Run(name, func(t *testing.T) {
			live(t, func(t *testing.T, w world) {
				w.cloud.answers(answer)
				w.running(w.Service)
				start := time.Now()
				c := w.link("one")
				settle()
				same(t, "the state at first", w.find(c).State, credential.WaitingCloud)
				after(credential.WaitLimit - time.Millisecond)
				same(t, "the state a moment before the end", w.find(c).State, credential.WaitingCloud)
				same(t, "the last look", w.find(c).NextCheckAt.Sub(start), credential.WaitLimit)
				after(time.Millisecond)
				same(t, "the state at the end", w.find(c).State, credential.NeedsAttention)
				w.askedAt(start, looks...)
				same(t, "the last look being fresh", w.cloud.attempt().Fresh, false)
				runs := w.runs(c)
				same(t, "the outcome of the look before", runs[len(runs)-2].Outcome, cloud.StillCopying)
				same(t, "the outcome of the last look", runs[len(runs)-1].Outcome, cloud.Broken)

				hour := spread(c.ID, time.Hour)
				same(t, "the next look, an hour later", w.find(c).NextCheckAt.Sub(start), credential.WaitLimit+hour)
				after(hour - time.Millisecond)
				w.askedAt(start, looks...)
				after(time.Millisecond)
				w.askedAt(start, append(looks[:len(looks):len(looks)], 900+int(hour/time.Second))...)
			})
		})
	}
}

func TestAChangeThatIsCopiedConnects(t *testing.T) {
	live(t, func(t *testing.T, w world) {
		w.cloud.answers(copies)
		w.running(w.Service)
		c := w.link("one")
		after(100 * second)
		same(t, "the state while it is copied", w.find(c).State, credential.WaitingCloud)
		w.cloud.answers(passes)
		after(time.Minute)
		same(t, "the state after it", w.find(c).State, credential.Connected)
		same(t, "the attempts", w.find(c).Attempts, 0)
	})
}

func TestACheckThatOutlastsTheWaitIsLookedAtOnceMore(t *testing.T) {
	live(t, func(t *testing.T, w world) {
		w.cloud.answers(func(ctx context.Context, a cloud.Attempt, report func(cloud.StageResult)) (cloud.Finding, error) {
			time.Sleep(50 * second)
			return copies(ctx, a, report)
		})
		w.running(w.Service)
		start := time.Now()
		c := w.link("one")
		after(20 * time.Minute)
		same(t, "the state", w.find(c).State, credential.NeedsAttention)
		w.askedAt(start, 0, 55, 115, 185, 275, 385, 495, 605, 715, 825, 900)
	})
}

func TestAskingAgainStartsTheWaitAnewUnlessItIsConnected(t *testing.T) {
	live(t, func(t *testing.T, w world) {
		w.cloud.answers(copies)
		w.running(w.Service)
		c := w.link("one")
		after(time.Hour)
		same(t, "the state", w.find(c).State, credential.NeedsAttention)
		_, err := w.Verify(t.Context(), ofAcme, c.ID) // mended, and being copied
		w.ok(err)
		settle()
		same(t, "the state after asking", w.find(c).State, credential.WaitingCloud)
		runs := w.runs(c)
		same(t, "the trigger", runs[len(runs)-1].Trigger, credential.ByPerson)
		w.cloud.answers(passes)
		after(time.Hour)
		same(t, "the state after it was copied", w.find(c).State, credential.Connected)

		w.cloud.answers(copies) // now it is taken away on the cloud's side
		_, err = w.Verify(t.Context(), ofAcme, c.ID)
		w.ok(err)
		settle()
		same(t, "the state of what was connected", w.find(c).State, credential.NeedsAttention)
		runs = w.runs(c)
		same(t, "the trigger", runs[len(runs)-1].Trigger, credential.ByPerson)
	})
}

func TestAConnectedLinkIsCheckedDaily(t *testing.T) {
	live(t, func(t *testing.T, w world) {
		w.running(w.Service)
		start := time.Now()
		c := w.link("one")
		day := int(spread(c.ID, 24*time.Hour) / time.Second)
		after(25 * time.Hour)
		w.askedAt(start, 0, day)
		for _, run := range w.runs(c)[1:] {
			same(t, "the trigger", run.Trigger, credential.BySchedule)
		}
		_, err := w.Disable(t.Context(), ofAcme, c.ID)
		w.ok(err)
		after(2 * time.Hour)
		w.askedAt(start, 0, day)
		_, err = w.Enable(t.Context(), ofAcme, c.ID)
		w.ok(err)
		settle()
		same(t, "the state", w.find(c).State, credential.Connected)
	})
}

func TestACredentialNeverRunsTwiceAtOnceAndOnlyEightRunSideBySide(t *testing.T) {
	live(t, func(t *testing.T, w world) {
		w.cloud.answers(func(ctx context.Context, a cloud.Attempt, report func(cloud.StageResult)) (cloud.Finding, error) {
			time.Sleep(10 * second)
			return passes(ctx, a, report)
		})
		w.running(w.Service)
		start := time.Now()
		var all []credential.Credential
		for i := range 20 {
			all = append(all, w.link(fmt.Sprint("c", i)))
		}
		var group sync.WaitGroup
		for range 2 {
			group.Go(func() {
				for range 10 {
					time.Sleep(2 * second)
					w.Wake()
					c := all[0]
					if _, err := w.Verify(context.Background(), ofAcme, c.ID); err != nil {
						t.Error(err)
					}
					if _, err := w.Edit(context.Background(), ofAcme, c.ID, form("c0"), true); err != nil && !errors.Is(err, credential.ErrChangedMeanwhile) {
						t.Error(err)
					}
				}
			})
		}
		group.Wait()
		after(time.Minute)
		for _, c := range all {
			same(t, c.Label, w.find(c).State, credential.Connected)
		}
		w.cloud.mu.Lock()
		defer w.cloud.mu.Unlock()
		same(t, "one running twice at once", w.cloud.doubled, false)
		same(t, "the most at once", w.cloud.most, credential.AtOnce)
		if last := w.cloud.started[19].Sub(start); last > 30*second {
			t.Errorf("the twentieth began after %v", last)
		}
	})
}

func TestAnAccountWithManySilentLinksDoesNotHoldUpAnother(t *testing.T) {
	live(t, func(t *testing.T, w world) {
		w.cloud.answers(func(ctx context.Context, a cloud.Attempt, report func(cloud.StageResult)) (cloud.Finding, error) {
			if a.Target.Account == "subscription-other" {
				return passes(ctx, a, report)
			}
			<-ctx.Done()
			return cloud.Finding{}, ctx.Err()
		})
		for i := range 3 * credential.AtOnce {
			w.link(fmt.Sprint("silent", i))
		}
		time.Sleep(second) // the other one is the last in line
		other, err := w.Link(t.Context(), ofEvil, "azure", form("other"), true)
		w.ok(err)
		w.running(w.Service)
		settle()
		same(t, "the state of the other account's", w.find(other).State, credential.Connected)
		after(3*credential.AttemptTimeout + 10*second) // and all of the silent ones had their turn: a free place is taken within a second or two
		list, err := w.List(t.Context(), acme)
		w.ok(err)
		for _, c := range list {
			same(t, c.Label+" having been tried", c.Attempts > 0, true)
		}
	})
}

func TestAnOutageDoesNotEatUpTheTimeToWait(t *testing.T) {
	live(t, func(t *testing.T, w world) {
		w.cloud.answers(copies)
		w.running(w.Service)
		start := time.Now()
		c := w.link("one")
		after(2 * time.Minute)
		w.cloud.answers(ends(cloud.CannotTell))
		after(12 * time.Minute)
		same(t, "the state during the outage", w.find(c).State, credential.WaitingCloud)
		asked := w.cloud.asked(start)
		if last := asked[len(asked)-1]; last < 13*time.Minute {
			t.Errorf("the last look during the outage was after %v: it is too seldom to notice its end", last)
		}
		w.cloud.answers(copies)
		after(time.Minute)
		same(t, "the state after the quarter of an hour", w.find(c).State, credential.NeedsAttention)
		asked = w.cloud.asked(start)
		same(t, "the last look", asked[len(asked)-1], credential.WaitLimit)
	})
}

func TestRunReturnsPromptlyWhateverItDoes(t *testing.T) {
	states := map[string]func(w world) *credential.Service{
		"nothing": func(w world) *credential.Service { return w.Service },
		"waiting for a cloud": func(w world) *credential.Service {
			w.cloud.answers(byHand(nil))
			return w.Service
		},
		"pausing after trouble with its store": func(w world) *credential.Service {
			return w.service(&troubled{Store: w.Credentials(), start: func(credential.Verification) error { return errors.New("disk full") }})
		},
		"waiting for a slot": func(w world) *credential.Service {
			w.cloud.answers(byHand(nil))
			for i := range 12 {
				w.link(fmt.Sprint("more", i))
			}
			return w.Service
		},
	}
	for name, prepare := range states {
		t.Run(name, func(t *testing.T) {
			live(t, func(t *testing.T, w world) {
				service := prepare(w)
				w.link("one")
				stop := w.running(service)
				after(3 * second)
				asked := time.Now()
				stop()
				same(t, "how long it took", time.Since(asked), 0)
			})
		})
	}
}

// troubled is a store in which some things fail or take time.
type troubled struct {
	credential.Store
	start  func(credential.Verification) error
	due    func()
	result func() error
	mu     sync.Mutex
	starts int
}

func (s *troubled) StartVerification(ctx context.Context, v credential.Verification) error {
	s.mu.Lock()
	s.starts++
	s.mu.Unlock()
	if s.start != nil {
		if err := s.start(v); err != nil {
			return err
		}
	}
	return s.Store.StartVerification(ctx, v)
}

// tried counts the verifications that were to be started.
func (s *troubled) tried() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.starts
}

func (s *troubled) AddResult(ctx context.Context, id string, position int, r cloud.StageResult) error {
	if s.result != nil {
		if err := s.result(); err != nil {
			return err
		}
	}
	return s.Store.AddResult(ctx, id, position, r)
}

func (s *troubled) Due(ctx context.Context, now time.Time, most int) ([]credential.Credential, error) {
	due, err := s.Store.Due(ctx, now, most)
	if s.due != nil {
		s.due()
	}
	return due, err
}

func TestAVerdictWithoutItsEvidenceDoesNotCount(t *testing.T) {
	live(t, func(t *testing.T, w world) {
		store := &troubled{Store: w.Credentials()}
		n := 0
		store.result = func() error {
			if n++; n == 2 {
				return errors.New("disk full")
			}
			return nil
		}
		c := w.link("one")
		w.running(w.service(store))
		after(time.Minute)
		runs := w.runs(c)
		if len(runs) != 2 {
			t.Fatalf("%d runs", len(runs))
		}
		same(t, "the outcome with two of three results", runs[0].Outcome, cloud.CouldNotCheck)
		same(t, "the outcome with all of them", runs[1].Outcome, cloud.Passed)
	})
}

func TestAStoreInTroubleIsNotAskedInAHotLoop(t *testing.T) {
	live(t, func(t *testing.T, w world) {
		var mended atomic.Bool
		store := &troubled{Store: w.Credentials()}
		store.start = func(credential.Verification) error {
			if mended.Load() {
				return nil
			}
			return errors.New("disk full")
		}
		c := w.link("one")
		w.running(w.service(store))
		after(5*time.Minute - second)
		same(t, "the tries in five minutes", store.tried(), 10)
		w.askedAt(time.Now())
		mended.Store(true)
		after(credential.StoreTrouble)
		same(t, "the state after it is mended", w.find(c).State, credential.Connected)
	})
}

func TestTroubleWithSomeDoesNotHoldUpTheOthers(t *testing.T) {
	live(t, func(t *testing.T, w world) {
		store := &troubled{Store: w.Credentials()}
		bad := map[string]bool{}
		store.start = func(v credential.Verification) error {
			if bad[v.CredentialID] {
				return errors.New("this row is damaged")
			}
			return nil
		}
		for i := range 2 * credential.AtOnce {
			bad[w.link(fmt.Sprint("bad", i)).ID] = true
		}
		time.Sleep(second)
		good := w.link("good") // the last in line
		w.running(w.service(store))
		after(second)
		same(t, "the state of the good one", w.find(good).State, credential.Connected)
	})
}

func TestACredentialUnlinkedSinceItWasListedIsNoTrouble(t *testing.T) {
	live(t, func(t *testing.T, w world) {
		c := w.link("one")
		store := &troubled{Store: w.Credentials()}
		store.due = func() {
			store.due = nil
			_, err := w.Unlink(context.Background(), ofAcme, c.ID, "")
			w.ok(err)
		}
		w.running(w.service(store))
		settle()
		same(t, "the tries", store.tried(), 1)
		w.askedAt(time.Now())
		w.quiet()
	})
}

func TestACloudThatIsNoLongerKnownIsNotAskedAndHoldsUpNobody(t *testing.T) {
	live(t, func(t *testing.T, w world) {
		var old []credential.Credential
		before := credential.NewService(w.Credentials(), cloud.Registry{"aws": w.cloud}, w.signer, nil, w.now, w.newID, nil)
		for i := range 12 { // more than have a place
			c, err := before.Link(t.Context(), ofAcme, "aws", form(fmt.Sprint("old", i)), true)
			w.ok(err)
			old = append(old, c)
		}
		time.Sleep(second)
		c := w.link("one")
		w.running(w.Service)
		settle()
		same(t, "the state of the one we know", w.find(c).State, credential.Connected)
		w.askedAt(time.Now(), 0)
		after(time.Minute)
		for _, c := range old {
			got := w.find(c)
			same(t, "the state of an unknown one", got.State, credential.NotVerified)
			same(t, "its checks in one minute", got.Attempts, 0)
		}
	})
}

// A check that comes due while the engine looks for the next one must not
// have to wait until something else wakes it.
func TestACheckThatComesDueBetweenTwoLooksIsNotMissed(t *testing.T) {
	live(t, func(t *testing.T, w world) {
		c := w.link("one")
		start := time.Now()
		w.ok(w.Credentials().Plan(t.Context(), acme, c.ID, start.Add(second), start, audit.Entry{At: start,
			Actor: audit.BySystem(), Action: audit.VerifyCredential, AccountID: acme, CredentialID: c.ID, Result: audit.Done}))
		store := &troubled{Store: w.Credentials()}
		store.due = func() {
			store.due = nil
			time.Sleep(2 * second)
		}
		w.running(w.service(store))
		after(3 * second)
		same(t, "the state", w.find(c).State, credential.Connected)
	})
}

// The list of what is due has a verification that runs as it was before it
// ran. When that ends before the list is worked off, the list is out of date.
func TestWhatEndsWhileTheListIsReadIsNotRunAgain(t *testing.T) {
	live(t, func(t *testing.T, w world) {
		next := make(chan cloud.StageResult)
		w.cloud.answers(byHand(next))
		var end atomic.Bool
		store := &troubled{Store: w.Credentials()}
		store.due = func() {
			if end.CompareAndSwap(true, false) {
				next <- result("directory", cloud.OK)
				close(next)
				time.Sleep(second) // it ends now
			}
		}
		c := w.link("one")
		service := w.service(store)
		w.running(service)
		settle()
		same(t, "the runs", len(w.runs(c)), 1)
		end.Store(true)
		service.Wake()
		after(time.Minute)
		same(t, "the state", w.find(c).State, credential.Connected)
		same(t, "the runs in the end", len(w.runs(c)), 1)
	})
}

func TestTheAdvisoryStageInformsAndDoesNotDecide(t *testing.T) {
	live(t, func(t *testing.T, w world) {
		w.cloud.answers(func(_ context.Context, _ cloud.Attempt, report func(cloud.StageResult)) (cloud.Finding, error) {
			report(result("directory", cloud.OK))
			report(result("sign-in", cloud.OK))
			report(result("roles", cloud.Failed))
			return found, nil
		})
		w.running(w.Service)
		c := w.link("one")
		settle()
		same(t, "the state", w.find(c).State, credential.Connected)
		same(t, "the evidence", len(w.runs(c)[0].Results), 3)
	})
}

func TestWhatAFailedCheckDidNotReachIsKept(t *testing.T) {
	live(t, func(t *testing.T, w world) {
		w.running(w.Service)
		c := w.link("one")
		settle()
		w.cloud.answers(ends(cloud.Failed))
		_, err := w.Verify(t.Context(), ofAcme, c.ID)
		w.ok(err)
		settle()
		got := w.find(c)
		same(t, "the state", got.State, credential.NeedsAttention)
		same(t, "the name", got.CloudAccountName, "Production")
		same(t, "the directory", got.Target.Parent, "tenant-found")
		same(t, "the rights", len(got.Rights), 1)
	})
}

func TestAPanicOfACloudIsCouldNotCheck(t *testing.T) {
	live(t, func(t *testing.T, w world) {
		w.cloud.answers(func(context.Context, cloud.Attempt, func(cloud.StageResult)) (cloud.Finding, error) {
			panic("a cloud fell from the sky")
		})
		w.running(w.Service)
		c := w.link("one")
		settle()
		got := w.find(c)
		same(t, "the state", got.State, credential.NotVerified)
		same(t, "not having been able to check", got.CouldNotCheckAt.IsZero(), false)
		same(t, "the next try being planned", got.NextCheckAt.After(time.Now()), true)
	})
}
