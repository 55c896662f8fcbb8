package db_test

import (
	"errors"
	"fmt"
	"log/slog"
	"reflect"
	"testing"
	"time"

	"mooring/account"
	"mooring/audit"
	"mooring/cloud"
	"mooring/credential"
	"mooring/jobs"
	"mooring/register"
)

// service works out what administrators order.
func (w world) service() *credential.Service {
	return credential.NewService(w.Credentials(), cloud.Registry{}, nil, nil, func() time.Time { return after(time.Hour) },
		func() string { return "id" }, slog.New(slog.DiscardHandler))
}

func orderOf(reason string) credential.Order {
	return credential.Order{Actor: entry(audit.StartJob, "").Actor, Reason: reason}
}

// asJob does to links what a job of this kind does, and ends it.
func (w world) asJob(number int, kind jobs.Kind, event credential.Event, ids ...string) jobs.Job {
	w.t.Helper()
	j := w.addJob(number, func(j *jobs.OpenJob) { j.Kind = kind })
	for i, id := range ids {
		c, e, err := w.service().Ordered(w.t.Context(), orderOf(j.Reason), id, event)
		w.ok(err)
		w.ok(w.Jobs().ChangeFor(w.t.Context(), j.ID, jobs.Progress{Position: c.Number, Done: i + 1}, c, e))
	}
	w.endJob(j.ID, jobs.Finished, after(time.Hour))
	return w.job(j.ID)
}

func undoOf(of jobs.Job, number int) jobs.OpenJob {
	return newJob(number, func(j *jobs.OpenJob) {
		j.Kind, j.UndoOf, j.UndoOfID, j.Reason, j.Selection = jobs.Undo, of.Number, of.ID, "Undo of job 1: "+of.Reason, register.Selection{}
	})
}

// undone undoes what a job did, and gives what was left and why.
func (w world) undone(of jobs.Job, number int, event credential.Event) map[string]error {
	w.t.Helper()
	undo := undoOf(of, number)
	w.ok(w.Jobs().AddJob(w.t.Context(), undo, 20, entry(audit.StartJob, "")))
	changes, err := w.Jobs().Changes(w.t.Context(), of.Number, 0, 2000)
	w.ok(err)
	left, done := map[string]error{}, 0
	for _, h := range changes {
		o := orderOf(undo.Reason)
		o.Version = h.Version
		c, e, err := w.service().Undone(w.t.Context(), o, h.Row.ID, event, h.Before)
		if err == nil {
			err = w.Jobs().UndoFor(w.t.Context(), undo.ID, jobs.Progress{Position: h.Row.Number, Done: done + 1}, c, e)
		}
		if err != nil {
			left[h.Row.ID] = err
			continue
		}
		done++
	}
	same(w.t, "what is counted", w.job(undo.ID).Done, done)
	w.endJob(undo.ID, jobs.Finished, after(2*time.Hour))
	return left
}

func (w world) any(id string) credential.Credential {
	w.t.Helper()
	c, err := w.Credentials().FindAny(w.t.Context(), id)
	w.ok(err)
	return c
}

func TestUndoingPutsBackStateAndMemory(t *testing.T) {
	for name, c := range map[string]struct {
		kind             jobs.Kind
		event            credential.Event
		before, undone   credential.State
		reason, memory   string // before
		wantReason       string
		rememberedByJob  string
		rememberedByUndo string
		action           audit.Action
	}{
		"disabled": {kind: jobs.Disable, event: credential.Stop, before: credential.Connected, undone: credential.NotVerified,
			wantReason: "Undo of job 1: Left the company", rememberedByJob: "Left the company", action: audit.ReleaseCredential},
		"disabled, where another was": {kind: jobs.Disable, event: credential.Stop, before: credential.Connected, undone: credential.NotVerified, memory: "Long ago",
			wantReason: "Undo of job 1: Left the company", rememberedByJob: "Left the company", rememberedByUndo: "Long ago", action: audit.ReleaseCredential},
		"disabled, what its people had disabled": {kind: jobs.Disable, event: credential.Stop, before: credential.Disabled, undone: credential.Disabled,
			reason: "Approved once", wantReason: "Approved once", rememberedByJob: "Left the company", action: audit.HandBackCredential},
		"disabled, what waited": {kind: jobs.Disable, event: credential.Stop, before: credential.PendingApproval, undone: credential.PendingApproval,
			reason: "Every new link waits.", wantReason: "Undo of job 1: Left the company. Every new link waits.", rememberedByJob: "Left the company", action: audit.ReopenCredential},
		"declined": {kind: jobs.Decline, event: credential.Decline, before: credential.PendingApproval, undone: credential.PendingApproval,
			wantReason: "Undo of job 1: Left the company.", rememberedByJob: "Left the company", action: audit.ReopenCredential},
		"enabled": {kind: jobs.Enable, event: credential.Release, before: credential.Stopped, undone: credential.Stopped, reason: "Not used", memory: "Not used",
			wantReason: "Undo of job 1: Left the company", rememberedByUndo: "Not used", action: audit.StopCredential},
		"approved": {kind: jobs.Approve, event: credential.Approve, before: credential.PendingApproval, undone: credential.PendingApproval, memory: "Not used",
			wantReason: "Undo of job 1: Left the company.", rememberedByUndo: "Not used", action: audit.ReopenCredential},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.exec(`UPDATE people SET site_admin = 0 WHERE id <> 'person-ada'`) // so that one's own may be let in
			id := w.link("one", func(l *credential.Credential) {
				l.State, l.ApprovedRights, l.Reason = credential.PendingApproval, []string{"read"}, c.reason
			}).ID
			w.exec(`UPDATE credentials SET state = ?, rights = '[{"key":"write","granted":true}]'`, string(c.before))
			if c.memory != "" {
				w.exec(`INSERT INTO stopped_targets VALUES ('azure', 'public', 'subscription-one', ?)`, c.memory)
			}
			of := w.asJob(1, c.kind, c.event, id)
			same(t, "what is counted as changed", of.Changed, 1)
			same(t, "what is remembered", w.stoppedBefore("subscription-one"), c.rememberedByJob)
			if left := w.undone(of, 2, c.event); len(left) > 0 {
				t.Fatalf("it was left: %v", left)
			}
			got := w.any(id)
			same(t, "the state", got.State, c.undone)
			same(t, "the reason", got.Reason, c.wantReason)
			if !reflect.DeepEqual(got.ApprovedRights, []string{"read"}) {
				t.Errorf("the approved rights are %v", got.ApprovedRights)
			}
			same(t, "what is remembered afterwards", w.stoppedBefore("subscription-one"), c.rememberedByUndo)
			same(t, "the entry", w.audit("account-acme")[0].Action, c.action)
			same(t, "what is left to undo", w.job(of.ID).Changed, 0)
			same(t, "the latest undo", w.job(of.ID).Undo, jobs.UndoneBy{Number: 2, ID: "job-2", Over: true})
			same(t, "whose undo it is", w.job("job-2").UndoOfID, of.ID)
		})
	}
}

// Somebody else's decision after the job stays, on the link as in the memory.
func TestUndoingLeavesWhatWasDecidedSince(t *testing.T) {
	w := newWorld(t)
	var ids []string
	for _, name := range []string{"changed", "gone", "same", "again"} {
		ids = append(ids, w.link(name).ID)
	}
	of := w.asJob(1, jobs.Disable, credential.Stop, ids...)
	moved := w.any("credential-changed")
	moved.Label = "Renamed"
	_, err := w.Credentials().Change(t.Context(), moved, entry(audit.EditCredential, "account-acme"))
	w.ok(err)
	w.ok(w.Credentials().Remove(t.Context(), "account-acme", "credential-gone", entry(audit.UnlinkCredential, "account-acme")))
	w.exec(`UPDATE stopped_targets SET reason = 'Another time' WHERE cloud_account = 'subscription-again'`)
	left := w.undone(of, 2, credential.Stop)
	if len(left) != 2 || !errors.Is(left["credential-changed"], credential.ErrLookAgain) || !errors.Is(left["credential-gone"], credential.ErrNotFound) {
		t.Errorf("what was left is %v", left)
	}
	same(t, "the state of what changed", w.any("credential-changed").State, credential.Stopped)
	same(t, "the state of what did not", w.any("credential-same").State, credential.NotVerified)
	same(t, "what is remembered of what changed", w.stoppedBefore("subscription-changed"), "Left the company")
	same(t, "what is remembered of what is gone", w.stoppedBefore("subscription-gone"), "Left the company")
	same(t, "what is remembered of what was put back", w.stoppedBefore("subscription-same"), "")
	same(t, "what somebody remembered since", w.stoppedBefore("subscription-again"), "Another time")
	same(t, "what could be tried again", w.job(of.ID).Changed, 2)
}

// Two accounts may link the same subscription, and one job stop both.
func TestUndoingOfTwoLinksToOneSubscription(t *testing.T) {
	for name, c := range map[string]struct {
		meddle string
		memory string
	}{
		"both are put back":  {`UPDATE credentials SET label = label`, ""},
		"the second is left": {`UPDATE credentials SET version = version + 1 WHERE id = 'credential-two'`, "Left the company"},
		"the first is left":  {`UPDATE credentials SET version = version + 1 WHERE id = 'credential-one'`, "Left the company"},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			one := w.link("one")
			two := newCredential("evil", "eve", "two")
			two.Target = one.Target
			_, err := w.Credentials().Add(t.Context(), two, entry(audit.LinkCredential, "account-evil"))
			w.ok(err)
			of := w.asJob(1, jobs.Disable, credential.Stop, one.ID, two.ID)
			w.exec(c.meddle)
			w.undone(of, 2, credential.Stop)
			same(t, "what is remembered", w.stoppedBefore("subscription-one"), c.memory)
		})
	}
}

func TestAnUndoIsStartedOnce(t *testing.T) {
	w := newWorld(t)
	id := w.link("one").ID
	add := func(of jobs.Job, number int) error {
		return w.Jobs().AddJob(t.Context(), undoOf(of, number), 20, entry(audit.StartJob, ""))
	}
	running := w.addJob(1)
	want(t, add(w.job(running.ID), 2), jobs.ErrJobNotOver)
	w.endJob(running.ID, jobs.Finished, after(time.Hour))
	want(t, add(w.job(running.ID), 2), jobs.ErrNothingToUndo)
	of := w.asJob(3, jobs.Disable, credential.Stop, id)
	w.ok(add(of, 4))
	want(t, add(of, 5), jobs.ErrUndoing)
	same(t, "there being a button", w.job(of.ID).Undoable(), false)
	w.endJob("job-4", jobs.Stopped, after(time.Hour)) // before it did anything
	same(t, "there being a button again", w.job(of.ID).Undoable(), true)
	w.ok(add(of, 5))
}

func TestWhoIsNoAdministratorUndoesNothing(t *testing.T) {
	w := newWorld(t)
	of := w.asJob(1, jobs.Disable, credential.Stop, w.link("one").ID)
	undo := undoOf(of, 2)
	w.ok(w.Jobs().AddJob(t.Context(), undo, 20, entry(audit.StartJob, "")))
	changes, err := w.Jobs().Changes(t.Context(), of.Number, 0, 10)
	w.ok(err)
	c, e, err := w.service().Undone(t.Context(), orderOf(undo.Reason), changes[0].Row.ID, credential.Stop, changes[0].Before)
	w.ok(err)
	before := dump(t, w)
	e.Actor = entry("", "account-evil").Actor
	want(t, w.Jobs().UndoFor(t.Context(), undo.ID, jobs.Progress{Position: 1, Done: 1}, c, e), account.ErrNoSuchAccount)
	same(t, "what is stored", dump(t, w), before)
}

// A thousand changes are kept and go with their job.
func TestChangesGoWithTheirJob(t *testing.T) {
	w := newWorld(t)
	of := w.addJob(1)
	for i := range 1001 {
		w.exec(`INSERT INTO job_changes VALUES (1, ?, ?, 'l', 'a', 2, 'connected', '', '', 0, '', NULL)`, i+1, fmt.Sprint("credential-", i))
	}
	w.exec(`UPDATE jobs SET changed = 1001`)
	w.endJob(of.ID, jobs.Finished, after(time.Hour))
	w.ok(w.Jobs().AddJob(t.Context(), undoOf(w.job(of.ID), 2), 20, entry(audit.StartJob, "")))
	w.addJob(3)
	remove := func() int {
		n, err := w.Jobs().RemoveJobs(t.Context(), after(5*time.Hour), 1, 10)
		w.ok(err)
		return n
	}
	same(t, "what is removed while it is undone", remove(), 0)
	first, err := w.Jobs().Changes(t.Context(), 1, 0, 1000)
	w.ok(err)
	rest, err := w.Jobs().Changes(t.Context(), 1, first[999].Row.Number, 1000)
	w.ok(err)
	same(t, "what is left behind a thousand", len(rest), 1)
	w.endJob("job-2", jobs.Finished, after(time.Hour))
	same(t, "what is removed then", remove(), 2)
	same(t, "the changes", w.count(`SELECT count(*) FROM job_changes`), 0)
}
