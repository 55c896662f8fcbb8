package db_test

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"mooring/audit"
	"mooring/cloud"
	"mooring/credential"
)

func (w world) start(c credential.Credential, id string) credential.Verification {
	w.t.Helper()
	v := credential.Verification{ID: id, CredentialID: c.ID, Version: c.Version, Trigger: credential.ByPerson, StartedAt: morning}
	w.ok(w.Credentials().StartVerification(w.t.Context(), v))
	return v
}

// finish ends v as passed, and as what makes c connected.
func (w world) finish(v credential.Verification, c credential.Credential) credential.Credential {
	w.t.Helper()
	v.FinishedAt, v.Outcome = after(time.Second), cloud.Passed
	full(&c)
	w.ok(w.Credentials().FinishVerification(w.t.Context(), v, c, entry(audit.FinishVerification, c.AccountID)))
	return c
}

func (w world) runs(c credential.Credential) []credential.Verification {
	w.t.Helper()
	runs, err := w.Credentials().Verifications(w.t.Context(), c.AccountID, c.ID, 20)
	w.ok(err)
	return runs
}

func TestVerificationFromStartToEnd(t *testing.T) {
	w := newWorld(t)
	c := w.link("one")
	v := w.start(c, "run")
	same(t, "the running verification", w.find(c).RunningVerification, "run")
	list, err := w.Credentials().List(t.Context(), c.AccountID)
	w.ok(err)
	same(t, "the running verification in the list", list[0].RunningVerification, "run")

	v.Times, v.FirstAt = 1, v.StartedAt
	v.Results = []cloud.StageResult{
		{Stage: "directory", Verdict: cloud.OK, Said: "tenant", StartedAt: morning, Duration: 1234567},
		{Stage: "sign-in", Verdict: cloud.Failed, Code: "AADSTS700027", Said: "no such key", TraceID: "t", CorrelationID: "c",
			StartedAt: after(time.Millisecond), Duration: time.Second},
	}
	for i, r := range v.Results {
		before := w.Version()
		w.ok(w.Credentials().AddResult(t.Context(), v.ID, i+1, r))
		if w.Version() == before {
			t.Error("a page that shows the run must notice a new result")
		}
	}
	if got := w.runs(c); !reflect.DeepEqual(got, []credential.Verification{v}) || !got[0].Running() {
		t.Errorf("while it runs: got %+v\nwant %+v", got, v)
	}

	decided := w.finish(v, c)
	if found := w.find(c); !reflect.DeepEqual(found, stored(decided)) {
		t.Errorf("got  %+v\nwant %+v", found, stored(decided))
	}
	v.FinishedAt, v.Outcome = after(time.Second), cloud.Passed
	if got := w.runs(c); !reflect.DeepEqual(got, []credential.Verification{v}) {
		t.Errorf("got  %+v\nwant %+v", got, v)
	}
	same(t, "the latest audit entry", w.audit(c.AccountID)[0].Action, audit.FinishVerification)
}

func TestVerificationOfAnOldVersionDecidesNothing(t *testing.T) {
	w := newWorld(t)
	c := w.link("one")
	v := w.start(c, "run")
	changed := c
	changed.Label = "changed"
	_, err := w.Credentials().Change(t.Context(), changed, entry(audit.EditCredential, c.AccountID))
	w.ok(err)
	w.finish(v, c)
	changed.Version = 2
	if found := w.find(c); !reflect.DeepEqual(found, stored(changed)) {
		t.Errorf("got  %+v\nwant %+v", found, stored(changed))
	}
	run := w.runs(c)[0]
	same(t, "it being abandoned", run.Abandoned, true)
	same(t, "it running", run.Running(), false)
	same(t, "its outcome", run.Outcome, cloud.Passed)
	same(t, "the latest audit entry", w.audit(c.AccountID)[0].Action, audit.FinishVerification)
}

func TestVerificationEndsAfterItsCredentialIsGone(t *testing.T) {
	w := newWorld(t)
	c := w.link("one")
	v := w.start(c, "run")
	w.ok(w.Credentials().Remove(t.Context(), c.AccountID, c.ID, entry(audit.UnlinkCredential, c.AccountID)))
	w.ok(w.Credentials().AddResult(t.Context(), v.ID, 1, cloud.StageResult{Stage: "directory", Verdict: cloud.OK}))
	w.finish(v, c)
	same(t, "the latest audit entry", w.audit(c.AccountID)[0].Action, audit.FinishVerification)
	want(t, w.Credentials().StartVerification(t.Context(), v), credential.ErrNotFound)
}

// A person may ask for a check while one runs. The end of that run is the
// answer, but what counts as fresh is the person's word.
func TestTheEndOfARunReplacesThePlan(t *testing.T) {
	w := newWorld(t)
	c := w.link("one")
	v := w.start(c, "run")
	w.ok(w.Credentials().Plan(t.Context(), c.AccountID, c.ID, after(time.Millisecond), after(time.Millisecond), entry(audit.VerifyCredential, c.AccountID)))
	decided := w.finish(v, c)
	found := w.find(c)
	same(t, "the next check", found.NextCheckAt, decided.NextCheckAt)
	same(t, "the freshness", found.FreshFrom, after(time.Millisecond))
}

func TestRestartAbandonsWhatRan(t *testing.T) {
	w := newWorld(t)
	c, other := w.link("one"), w.link("two")
	w.finish(w.start(other, "done"), other)
	v := w.start(c, "run")
	w.ok(w.Credentials().AbandonRunning(t.Context(), after(time.Hour)))
	run := w.runs(c)[0]
	same(t, "it being abandoned", run.Abandoned, true)
	same(t, "its end", run.FinishedAt, after(time.Hour))
	same(t, "the finished one being abandoned", w.runs(other)[0].Abandoned, false)
	same(t, "the running verification", w.find(c).RunningVerification, "")

	w.finish(v, c) // too late
	same(t, "the state", w.find(c).State, credential.NotVerified)
}

func TestAnEndThatWasNotStoredDoesNotBlockTheNextRun(t *testing.T) {
	w := newWorld(t)
	c := w.link("one")
	w.start(c, "lost")
	w.start(c, "next")
	same(t, "the running verification", w.find(c).RunningVerification, "next")
	for _, run := range w.runs(c) {
		same(t, run.ID+" being abandoned", run.Abandoned, run.ID == "lost")
	}
}

func TestVerificationsAreTheLatestFirst(t *testing.T) {
	w := newWorld(t)
	c := w.link("one")
	for i := range 5 {
		v := credential.Verification{ID: fmt.Sprint("run-", i), CredentialID: c.ID, Version: 1, Trigger: credential.BySchedule,
			StartedAt: after(time.Duration(i) * time.Minute)}
		w.ok(w.Credentials().StartVerification(t.Context(), v))
		for position := range 2 {
			w.ok(w.Credentials().AddResult(t.Context(), v.ID, position+1,
				cloud.StageResult{Stage: fmt.Sprint(v.ID, " stage ", position), Verdict: cloud.OK}))
		}
	}
	runs, err := w.Credentials().Verifications(t.Context(), c.AccountID, c.ID, 3)
	w.ok(err)
	same(t, "the number of runs", len(runs), 3)
	for i, run := range runs {
		id := fmt.Sprint("run-", 4-i)
		same(t, "the run", run.ID, id)
		same(t, "the number of results", len(run.Results), 2)
		same(t, "the last result", run.Results[1].Stage, id+" stage 1")
	}
}

// failed ends a run of c that is numbered so, with this code.
func (w world) failed(c credential.Credential, number int, trigger credential.Trigger, outcome cloud.Outcome, code string) {
	w.t.Helper()
	v := credential.Verification{ID: fmt.Sprintf("run-%02d", number), CredentialID: c.ID, Version: c.Version, Trigger: trigger, StartedAt: after(time.Duration(number) * time.Hour)}
	w.ok(w.Credentials().StartVerification(w.t.Context(), v))
	w.ok(w.Credentials().AddResult(w.t.Context(), v.ID, 1, cloud.StageResult{Stage: "sign-in", Verdict: cloud.Failed, Code: code,
		TraceID: v.ID, StartedAt: v.StartedAt}))
	v.FinishedAt, v.Outcome = v.StartedAt.Add(time.Second), outcome
	w.ok(w.Credentials().FinishVerification(w.t.Context(), v, c))
}

func TestRunsThatEndAlikeAreOne(t *testing.T) {
	w := newWorld(t)
	c := w.link("one")
	for number, run := range []struct {
		trigger credential.Trigger
		outcome cloud.Outcome
		code    string
	}{
		{credential.ByPerson, cloud.CouldNotCheck, "Outage"}, // stays: a person asked
		{credential.ByRetry, cloud.CouldNotCheck, "Outage"},
		{credential.ByRetry, cloud.CouldNotCheck, "Outage"},
		{credential.BySchedule, cloud.CouldNotCheck, "Outage"}, // three
		{credential.ByRetry, cloud.CouldNotCheck, "TimedOut"},  // another code
		{credential.ByRetry, cloud.Broken, "TimedOut"},         // another outcome
		{credential.BySchedule, cloud.Passed, ""},
		{credential.BySchedule, cloud.Passed, ""}, // each that passed stays
	} {
		w.failed(c, number, run.trigger, run.outcome, run.code)
	}
	changed := c
	changed.Version++
	w.exec(`UPDATE credentials SET version = version + 1`)
	for number := range 2 {
		w.failed(changed, 10+number, credential.ByRetry, cloud.Broken, "TimedOut")
	}
	var got []string
	for _, v := range w.runs(c) {
		got = append(got, fmt.Sprintf("%s %d from %s %s", v.ID, v.Times, v.FirstAt.Sub(morning), v.Results[0].TraceID))
	}
	want := []string{"run-11 2 from 10h0m0s run-11", "run-07 1 from 7h0m0s run-07", "run-06 1 from 6h0m0s run-06", "run-05 1 from 5h0m0s run-05",
		"run-04 1 from 4h0m0s run-04", "run-03 3 from 1h0m0s run-03", "run-00 1 from 0s run-00"}
	if !slices.Equal(got, want) {
		t.Errorf("the runs are\n%s, want\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	same(t, "the results that are left", w.count(`SELECT count(*) FROM verification_results`), 7)
}
