package jobs_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"mooring/account"
	"mooring/audit"
	"mooring/cloud"
	"mooring/credential"
	"mooring/fault"
	"mooring/jobs"
	"mooring/register"
)

var everyLink = register.Selection{All: true}

func TestAJobChecksEveryLinkAndSaysWhichFailed(t *testing.T) {
	withJobs(t, 5000, func(w *jobWorld) {
		w.linked.answer = func(ctx context.Context, row register.Row) (credential.Finished, error) {
			if row.Number%750 == 0 { // 20 of them
				return credential.Finished{Outcome: cloud.Broken, Sentence: "Azure has no such application."}, nil
			}
			return credential.Finished{Outcome: cloud.Passed}, jobSleep(ctx, 2*time.Second)
		}
		began := time.Now()
		job := w.begin("ada", jobs.CheckAgain, everyLink)
		jobSame(t, "the heading", job.Heading(), "Check: All linked accounts")
		w.after(time.Minute)
		half := w.job(job.ID)
		jobSame(t, "the state in the middle", half.State, jobs.Running)
		jobSame(t, "what was counted", half.Total, 5000)
		if half.Done < 250 || half.Done > 750 {
			t.Errorf("after a minute of ten %d are done", half.Done)
		}
		done := w.over(job.ID)
		w.sums(done, jobs.Finished, 4980, 20)
		jobSame(t, "the most at once", w.linked.mostAtOnce(), 16)
		if took := time.Since(began); took > 11*time.Minute {
			t.Errorf("5,000 checks of 2 s took %v", took)
		}
		links, times := w.linked.touches()
		jobSame(t, "the number of checked links", links, 5000)
		jobSame(t, "the number of checks", times, 5000)
		jobSame(t, "the orders' actor", w.linked.orders[99].Actor, jobActor("ada"))
		failures, n, err := w.Failures(t.Context(), job.ID, 5)
		w.ok(err)
		jobSame(t, "the number of failures", n, 20)
		jobSame(t, "the number of failures shown", len(failures), 5)
		jobSame(t, "the first failure", failures[0],
			jobs.Failure{CredentialID: "credential-250", Label: "Link 250", Account: "acme", Sentence: "Azure has no such application."})
		if most := int(time.Since(began)/(300*time.Millisecond)) + 1; w.shelf.timesAdvanced() > most {
			t.Errorf("progress was stored %d times in %v", w.shelf.timesAdvanced(), time.Since(began))
		}
		if got, want := w.shelf.actions(), []audit.Action{audit.StartJob, audit.FinishJob}; !slices.Equal(got, want) {
			t.Errorf("the entries are %v, want %v", got, want)
		}
		last := w.shelf.lastEntry()
		jobSame(t, "the last entry", last.Detail, "Check: All linked accounts. 4,980 done, 20 failed")
		jobSame(t, "its actor", last.Actor, audit.BySystem())
	})
}

func TestOneSilentSubscriptionHoldsUpNobody(t *testing.T) {
	withJobs(t, 250, func(w *jobWorld) {
		w.linked.answer = func(ctx context.Context, row register.Row) (credential.Finished, error) {
			d := 100 * time.Millisecond
			if row.Number == 3 {
				d = time.Minute
			}
			return credential.Finished{Outcome: cloud.Passed}, jobSleep(ctx, d)
		}
		job := w.begin("ada", jobs.CheckAgain, everyLink)
		w.after(10 * time.Second)
		links, _ := w.linked.touches()
		jobSame(t, "the number of checked links", links, 249)
		w.sums(w.over(job.ID), jobs.Finished, 250, 0)
	})
}

func TestAJobDisablesOneAfterTheOtherWithItsReason(t *testing.T) {
	withJobs(t, 40, func(w *jobWorld) {
		w.linked.states["credential-7"] = credential.Stopped
		w.linked.states["credential-8"] = credential.PendingApproval
		w.linked.answer = func(ctx context.Context, row register.Row) (credential.Finished, error) {
			if w.linked.states[row.ID] != "" {
				return credential.Finished{}, credential.ErrNotPossibleNow
			}
			return credential.Finished{}, jobSleep(ctx, 100*time.Millisecond)
		}
		job := w.over(w.begin("ada", jobs.Disable, everyLink).ID)
		w.sums(job, jobs.Finished, 39, 1)
		jobSame(t, "the most at once", w.linked.mostAtOnce(), 1)
		if n := w.shelf.timesAdvanced(); n > 15 {
			t.Errorf("in 4 s progress was stored %d times", n)
		}
		jobSame(t, "the order", w.linked.orders[20], credential.Order{Actor: jobActor("ada"), Reason: "Left the company"})
		failures, _, err := w.Failures(t.Context(), job.ID, 10)
		w.ok(err)
		jobSame(t, "what waits for approval", failures[0].Sentence, "It's waiting for approval. Decline it instead of disabling it.")
		if detail := w.shelf.entries[0].Detail; !strings.Contains(detail, "Left the company") {
			t.Errorf("the entry does not say why: %q", detail)
		}
	})
}

func TestWhyALinkIsAmongTheFailures(t *testing.T) {
	for name, c := range map[string]struct {
		state    credential.State
		finished credential.Finished
		err      error
		want     string
	}{
		"waiting":    {finished: credential.Finished{Outcome: cloud.StillCopying, Sentence: "Azure is still copying."}, want: "Azure is still copying."},
		"no answer":  {finished: credential.Finished{Outcome: cloud.CouldNotCheck, Sentence: "Azure did not answer."}, want: "Azure did not answer."},
		"speechless": {finished: credential.Finished{Outcome: cloud.Broken}, want: "The check failed. Open the linked account to see why."},
		"held":       {finished: credential.Finished{Outcome: cloud.Passed, Sentence: "It waits for approval."}, want: "It waits for approval."},
		"disabled":   {state: credential.Disabled, err: credential.ErrNotPossibleNow, want: "It is disabled, so it wasn't checked."},
		"stopped":    {state: credential.Stopped, err: credential.ErrNotPossibleNow, want: "An administrator has disabled it, so it wasn't checked."},
		"pending":    {state: credential.PendingApproval, err: credential.ErrNotPossibleNow, want: "It's waiting for approval, so it wasn't checked."},
		"unlinked":   {err: credential.ErrNotFound, want: "It was unlinked before the job reached it."},
		"our side":   {err: errors.New("disk on fire"), want: "Mooring had an internal error. Try this one again."},
		"a sentence": {err: fault.New(fault.Unavailable, "test.later", "Come back later."), want: "Come back later."},
	} {
		t.Run(name, func(t *testing.T) {
			withJobs(t, 1, func(w *jobWorld) {
				w.linked.states["credential-1"] = c.state
				w.linked.answer = func(context.Context, register.Row) (credential.Finished, error) { return c.finished, c.err }
				job := w.over(w.begin("ada", jobs.CheckAgain, everyLink).ID)
				w.sums(job, jobs.Finished, 0, 1)
				failures, _, err := w.Failures(t.Context(), job.ID, 10)
				w.ok(err)
				jobSame(t, "the sentence", failures[0].Sentence, c.want)
			})
		})
	}
}

func TestWhenAllFailTheFirstThousandAreKept(t *testing.T) {
	withJobs(t, 2345, func(w *jobWorld) {
		w.linked.answer = func(ctx context.Context, row register.Row) (credential.Finished, error) {
			return credential.Finished{}, errors.Join(errors.New("disk on fire"), jobSleep(ctx, time.Duration(row.Number%5)*100*time.Millisecond))
		}
		job := w.over(w.begin("ada", jobs.CheckAgain, everyLink).ID)
		w.sums(job, jobs.Finished, 0, 2345)
		failures, n, err := w.Failures(t.Context(), job.ID, 5000)
		w.ok(err)
		jobSame(t, "the count", n, 2345)
		jobSame(t, "the number that is kept", len(failures), 1000)
		for i, f := range failures {
			if f.CredentialID != fmt.Sprint("credential-", i+1) {
				t.Fatalf("failure %d is %s: they are not the first, each once", i+1, f.CredentialID)
			}
		}
		jobSame(t, "the lines in the log", w.log.count(), 10)

		again, err := w.AgainSelection(t.Context(), job.ID)
		w.ok(err)
		jobSame(t, "the number to do again", len(again.IDs), 1000)
		w.linked.answer = nil
		w.sums(w.over(w.begin("ada", jobs.CheckAgain, again).ID), jobs.Finished, 1000, 0)
	})
}

func TestStopHandsOutNothingNewAndLetsTheRunningOnesEnd(t *testing.T) {
	withJobs(t, 5000, func(w *jobWorld) {
		w.linked.slow(40 * time.Second)
		job := w.begin("ada", jobs.CheckAgain, everyLink)
		w.after(100 * time.Second) // 32 are over and 16 run
		w.ok(w.Stop(t.Context(), jobActor("eve"), job.ID))
		jobSame(t, "the state at once", w.job(job.ID).State, jobs.Stopping)
		jobSame(t, "there being a button", w.job(job.ID).Stoppable(), false)
		w.ok(w.Stop(t.Context(), jobActor("eve"), job.ID)) // twice is once
		w.after(21 * time.Second)
		w.sums(w.job(job.ID), jobs.Stopped, 48, 0)
		links, _ := w.linked.touches()
		jobSame(t, "the number of checked links", links, 48)
		if got, want := w.shelf.actions(), []audit.Action{audit.StartJob, audit.StopJob, audit.FinishJob}; !slices.Equal(got, want) {
			t.Errorf("the entries are %v, want %v", got, want)
		}
		jobSame(t, "who stopped it", w.shelf.entries[1].Actor, jobActor("eve"))
		jobSame(t, "the last entry", w.shelf.lastEntry().Detail, "Check: All linked accounts. 48 done, 0 failed, stopped before its end")
		w.want(w.Stop(t.Context(), jobActor("eve"), job.ID), jobs.ErrJobOver)
	})
}

// What is behind a check that never ended is counted too when there is no
// going on.
func TestAStoppedJobCountsAllThatItDid(t *testing.T) {
	withJobs(t, 100, func(w *jobWorld) {
		w.linked.answer = func(ctx context.Context, row register.Row) (credential.Finished, error) {
			if row.Number == 3 {
				w.shelf.demote("ada")
				return credential.Finished{}, errors.Join(account.ErrNoSuchAccount, jobSleep(ctx, time.Second))
			}
			return credential.Finished{Outcome: cloud.Passed}, nil
		}
		job := w.over(w.begin("ada", jobs.CheckAgain, everyLink).ID)
		_, times := w.linked.touches()
		w.sums(job, jobs.Stopped, times-1, 0)
		if times < 2 {
			t.Error("the test stops before anything else is done")
		}
	})
}

func TestAWaitingJobIsStoppedAtOnce(t *testing.T) {
	withJobs(t, 1000, func(w *jobWorld) {
		w.linked.slow(time.Minute)
		for range 2 {
			w.begin("ada", jobs.CheckAgain, everyLink)
		}
		third := w.begin("ada", jobs.CheckAgain, everyLink)
		w.after(time.Second)
		jobSame(t, "the state of the third", w.job(third.ID).State, jobs.Waiting)
		w.ok(w.Stop(t.Context(), jobActor("ada"), third.ID))
		w.after(time.Second)
		w.sums(w.job(third.ID), jobs.Stopped, 0, 0)
	})
}

func TestALongJobHoldsUpNobody(t *testing.T) {
	withJobs(t, 100_000, func(w *jobWorld) {
		w.linked.slow(time.Second)
		few := register.Selection{IDs: []string{"credential-1", "credential-2", "credential-3"}}
		long := w.begin("ada", jobs.CheckAgain, everyLink)
		w.after(10 * time.Second)
		own, other := w.begin("ada", jobs.CheckAgain, few), w.begin("eve", jobs.CheckAgain, few)
		w.after(5 * time.Second)
		w.sums(w.job(own.ID), jobs.Finished, 3, 0)
		w.sums(w.job(other.ID), jobs.Finished, 3, 0)
		if most := w.linked.mostAtOnce(); most > 16 {
			t.Errorf("%d checks ran at once", most)
		}
		before := w.job(long.ID).Done
		w.after(10 * time.Second)
		if n := w.job(long.ID).Done - before; n < 140 {
			t.Errorf("alone again, the long job did %d links in 10 s instead of 160", n)
		}
		w.ok(w.Stop(t.Context(), jobActor("ada"), long.ID))
		w.over(long.ID)
	})
}

// Whose clouds are slow must not end up with every place.
func TestJobsShareThePlaces(t *testing.T) {
	withJobs(t, 4000, func(w *jobWorld) {
		for i := range 2000 {
			w.linked.rows[i].Account = "slow"
		}
		w.linked.answer = func(ctx context.Context, row register.Row) (credential.Finished, error) {
			d := time.Second
			if row.Account == "slow" {
				d = time.Minute
			}
			return credential.Finished{Outcome: cloud.Passed}, jobSleep(ctx, d)
		}
		of := func(account string) register.Selection {
			return register.Selection{All: true, Query: register.Query{Account: account}}
		}
		w.begin("ada", jobs.CheckAgain, of("slow"))
		w.after(time.Second)
		quick := w.begin("eve", jobs.CheckAgain, of("acme"))
		w.after(61 * time.Second)
		before := w.job(quick.ID).Done
		w.after(3 * time.Minute)
		if n := w.job(quick.ID).Done - before; n < 8*175 {
			t.Errorf("in three minutes %d of 1,440 quick checks ran", n)
		}
	})
}

func TestAServerThatStopsStoresWhatIsOver(t *testing.T) {
	withJobs(t, 100, func(w *jobWorld) {
		w.linked.slow(time.Second)
		job := w.begin("ada", jobs.CheckAgain, everyLink)
		w.after(2050 * time.Millisecond) // between two savings
		w.stop()
		w.sums(w.job(job.ID), jobs.Running, 32, 0)
		w.start()
	})
}

func TestARestartGoesOnWhereItWas(t *testing.T) {
	withJobs(t, 1000, func(w *jobWorld) {
		w.linked.answer = func(ctx context.Context, row register.Row) (credential.Finished, error) {
			if err := jobSleep(ctx, time.Duration(100+row.Number%7*130)*time.Millisecond); err != nil {
				return credential.Finished{}, err
			}
			if row.Number%30 == 0 {
				return credential.Finished{Outcome: cloud.Broken, Sentence: "Broken."}, nil
			}
			return credential.Finished{Outcome: cloud.Passed}, nil
		}
		job := w.begin("ada", jobs.CheckAgain, everyLink)
		for range 5 {
			w.after(3 * time.Second)
			before := w.job(job.ID)
			w.stop()
			if stored := w.job(job.ID); stored.State != jobs.Running || stored.Done+stored.Failed < before.Done+before.Failed {
				t.Fatalf("the server left the job %s with %s, after %s", stored.State, stored.Summary(), before.Summary())
			}
			w.start()
		}
		w.sums(w.over(job.ID), jobs.Finished, 900, 100)
		links, times := w.linked.touches()
		jobSame(t, "the number of checked links", links, 1000)
		if times > 1000+5*2*16 {
			t.Errorf("%d checks for 1,000 links and five restarts", times)
		}
		failures, _, err := w.Failures(t.Context(), job.ID, 1000)
		w.ok(err)
		jobSame(t, "the number of failures", len(failures), 100)
	})
}

func TestAKilledServerLosesAndCountsNothingTwice(t *testing.T) {
	withJobs(t, 700, func(w *jobWorld) {
		w.linked.answer = func(ctx context.Context, row register.Row) (credential.Finished, error) {
			err := jobSleep(ctx, time.Duration(50+row.Number%11*40)*time.Millisecond)
			if row.Number%21 == 0 && err == nil {
				err = credential.ErrNotFound
			}
			return credential.Finished{Outcome: cloud.Passed}, err
		}
		job := w.begin("ada", jobs.CheckAgain, everyLink)
		for range 4 {
			w.after(1234 * time.Millisecond)
			killed := w.shelf.copied()
			w.stop()
			w.shelf = killed
			w.start()
		}
		w.sums(w.over(job.ID), jobs.Finished, 600, 100)
		failures, _, err := w.Failures(t.Context(), job.ID, 1000)
		w.ok(err)
		jobSame(t, "the number of failures", len(failures), 100)
		if links, _ := w.linked.touches(); links != 700 {
			t.Errorf("%d of 700 links were done", links)
		}
	})
}

// Whenever a server is killed, also one whose job was stopped a moment before,
// the job counts exactly what it disabled.
func TestAKilledServerCountsWhatItDisabled(t *testing.T) {
	withJobs(t, 200, func(w *jobWorld) {
		w.linked.answer = func(ctx context.Context, row register.Row) (credential.Finished, error) {
			err := jobSleep(ctx, 47*time.Millisecond)
			if row.Number%21 == 0 && err == nil {
				err = credential.ErrNotFound
			}
			return credential.Finished{}, err
		}
		job := w.begin("ada", jobs.Disable, everyLink)
		for i := range 5 {
			w.after(1234 * time.Millisecond)
			if i == 4 {
				w.ok(w.Stop(t.Context(), jobActor("ada"), job.ID))
			}
			killed := w.shelf.copied()
			w.stop()
			w.shelf = killed
			jobSame(t, "what is counted as done", w.job(job.ID).Done, killed.disabled)
			w.start()
		}
		over := w.over(job.ID)
		w.sums(over, jobs.Stopped, w.shelf.disabled, over.Failed)
		failures, _, err := w.Failures(t.Context(), job.ID, 1000)
		w.ok(err)
		jobSame(t, "the number of failures", len(failures), over.Failed)
	})
}

func TestAStopIsRememberedOverARestart(t *testing.T) {
	withJobs(t, 500, func(w *jobWorld) {
		w.linked.slow(30 * time.Second)
		job := w.begin("ada", jobs.CheckAgain, everyLink)
		w.after(time.Second)
		w.ok(w.Stop(t.Context(), jobActor("ada"), job.ID))
		w.stop()
		w.start()
		w.after(time.Second)
		w.sums(w.job(job.ID), jobs.Stopped, 0, 0)
	})
}

func TestAJobEndsWithTheRightsOfItsStarter(t *testing.T) {
	for name, answer := range map[string]error{
		"seen before the next links": nil,
		"seen by the store":          account.ErrSignIn,
		"nothing to be found":        account.ErrNoSuchAccount,
	} {
		t.Run(name, func(t *testing.T) {
			withJobs(t, 5000, func(w *jobWorld) {
				var gone atomic.Bool
				w.linked.answer = func(ctx context.Context, _ register.Row) (credential.Finished, error) {
					if gone.Load() && answer != nil {
						return credential.Finished{}, answer
					}
					return credential.Finished{}, jobSleep(ctx, 10*time.Millisecond)
				}
				job := w.begin("ada", jobs.Disable, everyLink)
				w.after(2 * time.Second)
				w.shelf.demote("ada")
				gone.Store(true)
				_, before := w.linked.touches()
				over := w.over(job.ID)
				_, times := w.linked.touches()
				if times-before > 16 {
					t.Errorf("%d links were disabled in the name of somebody who may not", times-before)
				}
				counted := times
				if answer != nil {
					counted-- // the one that was refused
				}
				w.sums(over, jobs.Stopped, counted, 0)
				jobSame(t, "the note", over.Note, "It was stopped because the person who started it is no longer an administrator.")
				w.want(func() error {
					_, err := w.Start(t.Context(), jobActor("ada"), jobs.CheckAgain, everyLink, "")
					return err
				}(), account.ErrNoSuchAccount)
			})
		})
	}
}

func TestAJobWaitsUntilItsProgressCanBeStored(t *testing.T) {
	withJobs(t, 1000, func(w *jobWorld) {
		w.linked.slow(time.Second)
		job := w.begin("ada", jobs.CheckAgain, everyLink)
		w.after(10 * time.Second)
		w.shelf.setBroken(errors.New("the disk is full"))
		w.after(5 * time.Second)
		links, _ := w.linked.touches()
		w.after(20 * time.Second)
		if later, _ := w.linked.touches(); later != links {
			t.Errorf("it went on without storing: %d links more", later-links)
		}
		w.shelf.setBroken(nil)
		w.sums(w.over(job.ID), jobs.Finished, 1000, 0)
	})
}

// A full disk is no reason why a link failed: the job waits.
func TestAJobWaitsUntilALinkCanBeStored(t *testing.T) {
	for _, kind := range []jobs.Kind{jobs.CheckAgain, jobs.Disable} {
		withJobs(t, 50, func(w *jobWorld) {
			var full atomic.Bool
			full.Store(true)
			w.linked.answer = func(_ context.Context, row register.Row) (credential.Finished, error) {
				if row.Number > 60 && full.Load() {
					return credential.Finished{}, fault.New(fault.Storage, "test.full", "The disk is full.")
				}
				return credential.Finished{Outcome: cloud.Passed}, nil
			}
			job := w.begin("ada", kind, everyLink)
			w.after(10 * time.Second)
			w.sums(w.job(job.ID), jobs.Running, 20, 0)
			full.Store(false)
			w.sums(w.over(job.ID), jobs.Finished, 50, 0)
		})
	}
}

func TestAnEmptyJobFinishes(t *testing.T) {
	withJobs(t, 10, func(w *jobWorld) {
		job := w.over(w.begin("ada", jobs.CheckAgain, register.Selection{All: true, Query: register.Query{Account: "nobody"}}).ID)
		w.sums(job, jobs.Finished, 0, 0)
		jobSame(t, "the heading", job.Heading(), "Check: Of nobody")
		_, err := w.AgainSelection(t.Context(), job.ID)
		w.want(err, jobs.ErrNothingFailed)
	})
}

func TestWhatCannotBeStarted(t *testing.T) {
	one := register.Selection{IDs: []string{"credential-1"}}
	for name, c := range map[string]struct {
		kind   jobs.Kind
		s      register.Selection
		reason string
		want   *fault.Fault
		field  string
	}{
		"no kind":          {"destroy", one, "", jobs.ErrNoSuchWork, "action"},
		"nothing selected": {jobs.CheckAgain, register.Selection{}, "", register.ErrNothingSelected, "credential"},
		"too many":         {jobs.CheckAgain, register.Selection{IDs: make([]string, 1001)}, "", register.ErrTooManySelected, "credential"},
		"a short search":   {jobs.Disable, register.Selection{All: true, Query: register.Query{Search: "ab"}}, "Because", register.ErrSearchTooShort, "search"},
		"no reason":        {jobs.Disable, one, " \t ", credential.ErrReason, "reason"},
		"a short reason":   {jobs.Disable, one, "ok", credential.ErrReason, "reason"},
		"a long reason":    {jobs.Disable, one, strings.Repeat("é", 501), credential.ErrReason, "reason"},
	} {
		t.Run(name, func(t *testing.T) {
			withJobs(t, 1, func(w *jobWorld) {
				_, err := w.Start(t.Context(), jobActor("ada"), c.kind, c.s, c.reason)
				w.want(err, c.want)
				if _, at := fault.Of(err).Fields[c.field]; !at {
					t.Errorf("it is shown at %v, want %s", fault.Of(err).Fields, c.field)
				}
				jobSame(t, "the number of jobs", len(w.shelf.jobs), 0)
			})
		})
	}
}

func TestAnUnknownFilterStartsNothing(t *testing.T) {
	s := register.Selection{All: true, Query: register.Query{Unread: "status=fine"}}
	withJobs(t, 10, func(w *jobWorld) {
		for _, kind := range []jobs.Kind{jobs.Disable, jobs.Enable, jobs.Approve, jobs.Decline, jobs.CheckAgain} {
			_, err := w.Start(t.Context(), jobActor("ada"), kind, s, "Because")
			w.want(err, register.ErrUnknownFilter)
		}
		jobSame(t, "the number of jobs", len(w.shelf.jobs), 0)
	})
}

func TestReasonsOfTheRightLengthAreTaken(t *testing.T) {
	for typed, want := range map[string]string{"old": "old", strings.Repeat("é", 500): strings.Repeat("é", 500), "  two\nlines ": "two lines"} {
		withJobs(t, 1, func(w *jobWorld) {
			job, err := w.Start(t.Context(), jobActor("ada"), jobs.Disable, everyLink, typed)
			w.ok(err)
			jobSame(t, "the reason", job.Reason, want)
		})
	}
	withJobs(t, 1, func(w *jobWorld) {
		job, err := w.Start(t.Context(), jobActor("ada"), jobs.CheckAgain, everyLink, "left in the form")
		w.ok(err)
		jobSame(t, "the reason of a check", job.Reason, "")
	})
}

func TestOnePersonHasAtMostTwentyOpenJobs(t *testing.T) {
	withJobs(t, 1000, func(w *jobWorld) {
		w.linked.slow(time.Hour)
		for range 20 {
			w.begin("ada", jobs.CheckAgain, everyLink)
		}
		_, err := w.Start(t.Context(), jobActor("ada"), jobs.CheckAgain, everyLink, "")
		w.want(err, jobs.ErrTooManyJobs)
		w.begin("eve", jobs.CheckAgain, everyLink)
		listed, err := w.List(t.Context())
		w.ok(err)
		jobSame(t, "the latest", listed[0].ByName, "eve@example.com")
		_, err = w.AgainSelection(t.Context(), listed[0].ID)
		w.want(err, jobs.ErrJobNotOver)
	})
}

func TestOldJobsAreRemovedAFewAtATime(t *testing.T) {
	withJobs(t, 0, func(w *jobWorld) {
		w.after(0)
		jobSame(t, "the removals at the start", w.shelf.timesRemoved(), 1)
		w.shelf.willRemove(10, 10, 3, 10)
		w.after(24*time.Hour + time.Minute)
		jobSame(t, "the removals of the next day", w.shelf.timesRemoved(), 4)
	})
}

func TestHowAJobIsTold(t *testing.T) {
	begin := time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		job     jobs.Job
		took    time.Duration
		summary string
	}{
		{jobs.Job{State: jobs.Waiting}, 0, "0 done, 0 failed"},
		{jobs.Job{State: jobs.Running, StartedAt: begin}, time.Hour, "0 done, 0 failed"},
		{jobs.Job{State: jobs.Running, StartedAt: begin, Counted: true, Total: 3, Done: 1, Failed: 1}, time.Hour, "1 done, 1 failed"},
		{jobs.Job{State: jobs.Running, StartedAt: begin, Counted: true, Total: 3, Done: 5}, time.Hour, "5 done, 0 failed"},
		{jobs.Job{State: jobs.Stopped, StartedAt: begin, FinishedAt: begin.Add(time.Minute), Counted: true, Total: 4000, Done: 1000, Failed: 999}, time.Minute, "1,000 done, 999 failed"},
		{jobs.Job{State: jobs.Finished, StartedAt: begin, FinishedAt: begin.Add(time.Minute), Done: 1_234_567}, time.Minute, "1,234,567 done, 0 failed"},
	} {
		jobSame(t, "the time", c.job.Took(begin.Add(time.Hour)), c.took)
		jobSame(t, "the summary", c.job.Summary(), c.summary)
		jobSame(t, "being over", c.job.Over(), !c.job.FinishedAt.IsZero())
	}
	for _, ids := range []int{1, 2, 1000} {
		withJobs(t, 0, func(w *jobWorld) {
			job := w.begin("ada", jobs.Disable, register.Selection{IDs: make([]string, ids)})
			want := map[int]string{1: "Disable: 1 linked account", 2: "Disable: 2 linked accounts", 1000: "Disable: 1,000 linked accounts"}[ids]
			jobSame(t, "the heading", job.Heading(), want)
		})
	}
}
