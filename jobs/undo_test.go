package jobs_test

import (
	"slices"
	"testing"
	"time"

	"mooring/audit"
	"mooring/credential"
	"mooring/fault"
	"mooring/jobs"
)

// undo starts an undo of a job.
func (w *jobWorld) undo(name, id string) jobs.Job {
	w.t.Helper()
	job, err := w.Undo(w.t.Context(), jobActor(name), id)
	w.ok(err)
	return job
}

func TestEachKindGivesItsOrderAndIsUndone(t *testing.T) {
	for kind, event := range map[jobs.Kind]credential.Event{jobs.Disable: credential.Stop, jobs.Enable: credential.Release,
		jobs.Approve: credential.Approve, jobs.Decline: credential.Decline} {
		withJobs(t, 1001, func(w *jobWorld) {
			done := w.over(w.begin("ada", kind, everyLink).ID)
			w.sums(done, jobs.Finished, 1001, 0)
			jobSame(t, "what it changed", done.Changed, 1001)
			jobSame(t, "there being an undo", done.Undoable(), true)
			jobSame(t, "the most at once", w.linked.mostAtOnce(), 1)
			undone := w.over(w.undo("eve", done.ID).ID)
			w.sums(undone, jobs.Finished, 1001, 0)
			jobSame(t, "what is left to undo", w.job(done.ID).Changed, 0)
			jobSame(t, "there being another undo", w.job(done.ID).Undoable(), false)
			if len(w.linked.events) != 2002 || slices.ContainsFunc(w.linked.events, func(e credential.Event) bool { return e != event }) {
				t.Errorf("%d orders were given, such as %v", len(w.linked.events), w.linked.events[:1])
			}
			jobSame(t, "the actor of the undo", w.linked.orders[2001].Actor, jobActor("eve"))
			jobSame(t, "the version that it looked at", w.linked.orders[2001].Version, 2)
		})
	}
}

func TestAnUndoSaysWhoseItIsAndLeavesWhatChanged(t *testing.T) {
	withJobs(t, 1001, func(w *jobWorld) {
		done := w.over(w.begin("ada", jobs.Disable, everyLink).ID)
		w.linked.moved = map[string]int64{"credential-3": 3, "credential-1001": 7}
		started := w.undo("ada", done.ID)
		jobSame(t, "the heading", started.Heading(), "Undo of job 1: Disable: All linked accounts")
		jobSame(t, "the reason", started.Reason, "Undo of job 1: Left the company")
		over := w.over(started.ID)
		w.sums(over, jobs.Finished, 999, 2)
		left, n, err := w.Failures(t.Context(), over.ID, 10)
		w.ok(err)
		jobSame(t, "how many were left", n, 2)
		jobSame(t, "what was left", left[0], jobs.Failure{CredentialID: "credential-3", Label: "Label of credential-3", Account: "acme",
			Sentence: "It has changed since the job, so it was left as it is."})
		jobSame(t, "the last entry", w.shelf.lastEntry().Detail, "Undo of job 1: Disable: All linked accounts. 999 done, 2 left unchanged")
		jobSame(t, "the entry of its start", w.shelf.entries[2].Detail, "Undo of job 1: Disable: All linked accounts. Reason: Undo of job 1: Left the company")

		// What was left can be tried again, and only that.
		w.linked.moved = nil
		w.sums(w.over(w.undo("ada", done.ID).ID), jobs.Finished, 2, 0)
		_, err = w.Undo(t.Context(), jobActor("ada"), over.ID)
		w.want(err, jobs.ErrNothingToUndo)
	})
}

func TestWhatCannotBeUndone(t *testing.T) {
	withJobs(t, 10, func(w *jobWorld) {
		check := w.over(w.begin("ada", jobs.CheckAgain, everyLink).ID)
		_, err := w.Undo(t.Context(), jobActor("ada"), check.ID)
		w.want(err, jobs.ErrNothingToUndo)
		_, err = w.Undo(t.Context(), jobActor("ada"), "job-99")
		w.want(err, jobs.ErrNoSuchJob)
		w.linked.slow(time.Minute)
		disable := w.begin("ada", jobs.Disable, everyLink)
		_, err = w.Undo(t.Context(), jobActor("ada"), disable.ID)
		w.want(err, jobs.ErrJobNotOver)
		_, err = w.Start(t.Context(), jobActor("ada"), jobs.Undo, everyLink, "Because")
		w.want(err, jobs.ErrNoSuchWork)
	})
}

// Whenever a server is killed, an undo puts each link back once and counts it.
func TestAKilledServerGoesOnWithAnUndo(t *testing.T) {
	withJobs(t, 300, func(w *jobWorld) {
		done := w.over(w.begin("ada", jobs.Disable, everyLink).ID)
		w.linked.slow(40 * time.Millisecond)
		w.linked.moved = map[string]int64{"credential-50": 9, "credential-200": 9}
		undo := w.undo("ada", done.ID)
		for range 4 {
			w.after(2345 * time.Millisecond)
			killed := w.shelf.copied()
			w.stop()
			w.shelf = killed
			jobSame(t, "what is put back and what is counted", w.job(undo.ID).Done+w.job(done.ID).Changed, 300)
			w.start()
		}
		over := w.over(undo.ID)
		w.sums(over, jobs.Finished, 298, 2)
		jobSame(t, "the total", over.Total, 300)
		jobSame(t, "what is left", w.job(done.ID).Changed, 2)
		if got := w.shelf.actions(); !slices.Equal(got, []audit.Action{audit.StartJob, audit.FinishJob, audit.StartJob, audit.FinishJob}) {
			t.Errorf("the entries are %v", got)
		}
	})
}

func TestWhyALinkIsNotChanged(t *testing.T) {
	const nothing = ""
	for kind, by := range map[jobs.Kind]map[credential.State]string{
		jobs.Enable: {credential.Connected: nothing, credential.NotVerified: nothing, credential.Disabled: "The people in its account disabled it, so only they can enable it.",
			credential.PendingApproval: "It's waiting for approval. Approve it instead of enabling it."},
		jobs.Approve: {credential.Connected: nothing, credential.Disabled: nothing, credential.Stopped: "An administrator has disabled it. Enable it instead of approving it."},
		jobs.Decline: {credential.Stopped: nothing, credential.Connected: "It isn't waiting for approval. Disable it instead of declining it.",
			credential.Disabled: "It isn't waiting for approval. Disable it instead of declining it."},
		jobs.Disable: {credential.Stopped: nothing},
	} {
		for state, want := range by {
			withJobs(t, 1, func(w *jobWorld) {
				w.linked.states["credential-1"] = state
				w.linked.answer = refusing(credential.ErrNotPossibleNow)
				job := w.over(w.begin("ada", kind, everyLink).ID)
				jobSame(t, "what is changed", job.Changed, 0)
				jobSame(t, "there being an undo", job.Undoable(), false)
				failures, _, err := w.Failures(t.Context(), job.ID, 10)
				w.ok(err)
				got := nothing
				if len(failures) > 0 {
					got = failures[0].Sentence
				}
				jobSame(t, string(kind)+" of "+string(state), got, want)
			})
		}
	}
	withJobs(t, 2, func(w *jobWorld) {
		w.linked.answer = refusing(credential.ErrOwnLink)
		job := w.over(w.begin("ada", jobs.Approve, everyLink).ID)
		failures, _, err := w.Failures(t.Context(), job.ID, 10)
		w.ok(err)
		jobSame(t, "one's own", failures[0].Sentence, credential.ErrOwnLink.Sentence)
	})
}

func TestApprovingNeedsNoReason(t *testing.T) {
	withJobs(t, 1, func(w *jobWorld) {
		job, err := w.Start(t.Context(), jobActor("ada"), jobs.Approve, everyLink, "  ")
		w.ok(err)
		undo := w.undo("ada", w.over(job.ID).ID)
		jobSame(t, "the reason of an undo", undo.Reason, "Undo of job 1")
		_, err = w.Start(t.Context(), jobActor("ada"), jobs.Approve, everyLink, "ok")
		w.want(err, credential.ErrReason)
		for _, kind := range []jobs.Kind{jobs.Enable, jobs.Decline} {
			_, err = w.Start(t.Context(), jobActor("ada"), kind, everyLink, "")
			if fault.Of(err).Fields["reason"] == "" {
				t.Errorf("%s without a reason: %v", kind, err)
			}
		}
	})
}
