package db_test

import (
	"fmt"
	"reflect"
	"testing"
	"time"

	"mooring/account"
	"mooring/audit"
	"mooring/credential"
	"mooring/jobs"
	"mooring/register"
)

func newJob(number int, change ...func(*jobs.OpenJob)) jobs.OpenJob {
	actor := entry(audit.StartJob, "").Actor
	j := jobs.OpenJob{Actor: actor, Job: jobs.Job{
		ID: fmt.Sprint("job-", number), Kind: jobs.Disable, About: "Connected, of harbor", Reason: "Left the company",
		Selection: register.Selection{All: true, Query: register.Query{Status: credential.StatusConnected, Account: "acme"}, AccountID: "account-acme"},
		ByID:      actor.PersonID, ByName: "ada", State: jobs.Waiting, CreatedAt: after(time.Duration(number) * time.Minute)}}
	for _, f := range change {
		f(&j)
	}
	return j
}

func (w world) addJob(number int, change ...func(*jobs.OpenJob)) jobs.OpenJob {
	w.t.Helper()
	j := newJob(number, change...)
	w.ok(w.Jobs().AddJob(w.t.Context(), j, 20, entry(audit.StartJob, "")))
	return j
}

func (w world) job(id string) jobs.Job {
	w.t.Helper()
	j, err := w.Jobs().Job(w.t.Context(), id)
	w.ok(err)
	return j
}

func (w world) openJob(id string) jobs.OpenJob {
	w.t.Helper()
	open, err := w.Jobs().OpenJobs(w.t.Context())
	w.ok(err)
	for _, j := range open {
		if j.ID == id {
			return j
		}
	}
	w.t.Fatalf("%s is not open", id)
	return jobs.OpenJob{}
}

func (w world) endJob(id string, state jobs.State, at time.Time) {
	w.t.Helper()
	w.ok(w.Jobs().EndJob(w.t.Context(), id, jobs.End{State: state, At: at, Note: "Told why."}, entry(audit.FinishJob, "")))
}

func TestAJobComesBackAsItWasStored(t *testing.T) {
	w := newWorld(t)
	for i, s := range []register.Selection{
		{All: true, Query: register.Query{Search: "a & b=c", Provider: "azure", Status: credential.StatusConnected, Account: "acme", ExpiringWithin: 30,
			NeverReviewed: true, NotCheckedSince: time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC), Sort: register.ByExpires, Descending: true}, AccountID: "account-acme"},
		{All: true},
		{IDs: []string{"credential-one", "credential-two"}},
	} {
		j := w.addJob(i, func(j *jobs.OpenJob) { j.Selection = s })
		j.Number = int64(i + 1)
		if got := w.openJob(j.ID); !reflect.DeepEqual(got, j) {
			t.Errorf("got %+v\nwant %+v", got, j)
		}
		if got := w.job(j.ID); !reflect.DeepEqual(got, j.Job) {
			t.Errorf("got %+v\nwant %+v", got, j.Job)
		}
	}
	same(t, "the latest audit entry", w.audit("")[0].Action, audit.StartJob)
	_, err := w.Jobs().Job(t.Context(), "job-9")
	want(t, err, jobs.ErrNoSuchJob)
	w.exec(`UPDATE jobs SET selection = '{"all":true,"query":"status=fine"}' WHERE id = 'job-0'`)
	if _, err := w.Jobs().Job(t.Context(), "job-0"); err == nil {
		t.Error("a stored query that is not understood selects everything")
	}
}

func TestAJobFromItsStartToItsEnd(t *testing.T) {
	w := newWorld(t)
	id := w.addJob(1).ID
	state, err := w.Jobs().BeginJob(t.Context(), id, after(time.Hour))
	w.ok(err)
	same(t, "the state", state, jobs.Running)
	_, err = w.Jobs().BeginJob(t.Context(), id, after(2*time.Hour)) // after a restart
	w.ok(err)
	same(t, "the start", w.job(id).StartedAt, after(time.Hour))
	same(t, "being counted", w.job(id).Counted, false)
	w.ok(w.Jobs().CountJob(t.Context(), id, 10))
	failure := func(name string) jobs.Failure {
		return jobs.Failure{CredentialID: "credential-" + name, Label: name, Account: "acme", Sentence: "It broke."}
	}
	for range 2 { // the second time changes nothing
		state, err = w.Jobs().AdvanceJob(t.Context(), id, jobs.Progress{Position: 7, Done: 3, Failed: 2, Failures: []jobs.Failure{failure("one"), failure("two")}})
		w.ok(err)
		same(t, "the state", state, jobs.Running)
	}
	_, err = w.Jobs().AdvanceJob(t.Context(), id, jobs.Progress{Position: 9, Done: 4, Failed: 3, Kept: 2, Failures: []jobs.Failure{failure("three")}})
	w.ok(err)
	open := w.openJob(id)
	same(t, "the position", open.Position, 9)
	same(t, "the failures that are kept", open.Kept, 3)
	failures, err := w.Jobs().JobFailures(t.Context(), id, 2)
	w.ok(err)
	if !reflect.DeepEqual(failures, []jobs.Failure{failure("one"), failure("two")}) {
		t.Errorf("the first failures are %+v", failures)
	}
	before := w.Version()
	w.endJob(id, jobs.Finished, after(3*time.Hour))
	if w.Version() == before {
		t.Error("readers do not notice the end")
	}
	over := w.job(id)
	same(t, "the total", over.Total, 7)
	same(t, "the note", over.Note, "Told why.")
	same(t, "the end", over.FinishedAt, after(3*time.Hour))
	same(t, "the latest audit entry", w.audit("")[0].Action, audit.FinishJob)
	want(t, w.Jobs().EndJob(t.Context(), id, jobs.End{State: jobs.Stopped}, entry(audit.FinishJob, "")), jobs.ErrJobOver)
	jobs, err := w.Jobs().OpenJobs(t.Context())
	w.ok(err)
	same(t, "the number of open jobs", len(jobs), 0)
}

func TestAStoppedJobKeepsItsTotal(t *testing.T) {
	w := newWorld(t)
	id := w.addJob(1).ID
	w.ok(w.Jobs().CountJob(t.Context(), id, 10))
	w.endJob(id, jobs.Stopped, after(time.Hour))
	same(t, "the total", w.job(id).Total, 10)
}

func TestStoppingAJob(t *testing.T) {
	w := newWorld(t)
	running, waiting, over := w.addJob(1).ID, w.addJob(2).ID, w.addJob(3).ID
	_, err := w.Jobs().BeginJob(t.Context(), running, morning)
	w.ok(err)
	w.endJob(over, jobs.Finished, morning)
	stop := func(id string) error { return w.Jobs().StopJob(t.Context(), id, entry(audit.StopJob, "")) }
	entries := len(w.audit(""))
	for _, id := range []string{running, waiting, running} { // a second time is no change
		w.ok(stop(id))
		same(t, "the state", w.job(id).State, jobs.Stopping)
	}
	same(t, "the number of entries", len(w.audit("")), entries+2)
	want(t, stop(over), jobs.ErrJobOver)
	want(t, stop("job-9"), jobs.ErrNoSuchJob)
	state, err := w.Jobs().BeginJob(t.Context(), waiting, after(time.Hour))
	w.ok(err)
	same(t, "the state of one that begins", state, jobs.Stopping)
	state, err = w.Jobs().AdvanceJob(t.Context(), running, jobs.Progress{Position: 1, Done: 1})
	w.ok(err)
	same(t, "the state of one that goes on", state, jobs.Stopping)
}

func TestOnlyAdministratorsHaveJobs(t *testing.T) {
	w := newWorld(t)
	id := w.addJob(1).ID
	before := dump(t, w)
	byEve := entry(audit.StartJob, "account-evil") // who owns an organization and is no administrator
	want(t, w.Jobs().AddJob(t.Context(), newJob(2), 20, byEve), account.ErrNoSuchAccount)
	want(t, w.Jobs().StopJob(t.Context(), id, byEve), account.ErrNoSuchAccount)
	same(t, "the rows", dump(t, w), before)
	for _, c := range []struct {
		person, change string
		may            bool
	}{
		{"person-ada", "", true},
		{"person-eve", "", false},
		{"person-nobody", "", false},
		{"person-ada", `UPDATE people SET disabled_at = 1`, false},
		{"person-ada", `UPDATE people SET disabled_at = 0, site_admin = 0`, false},
	} {
		if c.change != "" {
			w.exec(c.change)
		}
		may, err := w.Jobs().Administers(t.Context(), c.person)
		w.ok(err)
		same(t, fmt.Sprintf("%s after %q", c.person, c.change), may, c.may)
	}
}

func TestOpenJobsOfAPersonAreLimited(t *testing.T) {
	w := newWorld(t)
	for i := range 3 {
		w.addJob(i)
	}
	add := func(number int) error {
		return w.Jobs().AddJob(t.Context(), newJob(number), 3, entry(audit.StartJob, ""))
	}
	want(t, add(4), jobs.ErrTooManyJobs)
	w.exec(`UPDATE people SET site_admin = 1`)
	byEve := entry(audit.StartJob, "account-evil")
	w.ok(w.Jobs().AddJob(t.Context(), newJob(3, func(j *jobs.OpenJob) { j.ByID, j.Actor = byEve.Actor.PersonID, byEve.Actor }), 3, byEve))
	w.endJob("job-1", jobs.Stopped, morning)
	w.ok(add(5))
	jobs, err := w.Jobs().Jobs(t.Context(), 2)
	w.ok(err)
	same(t, "the number listed", len(jobs), 2)
	same(t, "the latest", jobs[0].ID, "job-5")
	same(t, "the one before", jobs[1].ID, "job-3")
	same(t, "who started that", jobs[1].ByName, "eve")
}

func TestOldJobsAreRemoved(t *testing.T) {
	w := newWorld(t)
	for i := 1; i <= 8; i++ {
		id := w.addJob(i).ID
		_, err := w.Jobs().AdvanceJob(t.Context(), id, jobs.Progress{Failed: 1, Failures: []jobs.Failure{{CredentialID: "c", Sentence: "No."}}})
		w.ok(err)
		if i != 2 { // which still runs
			w.endJob(id, jobs.Finished, after(time.Duration(i)*time.Hour))
		}
	}
	remove := func(before time.Time, latest, most int) int {
		t.Helper()
		n, err := w.Jobs().RemoveJobs(t.Context(), before, latest, most)
		w.ok(err)
		return n
	}
	same(t, "those that ended long ago, of few", remove(after(100*time.Hour), 8, 10), 0)
	same(t, "those that did not end long ago", remove(after(time.Hour), 1, 10), 0)
	same(t, "those that are both", remove(after(5*time.Hour), 2, 10), 3)
	same(t, "those that are left", w.count(`SELECT count(*) FROM jobs WHERE id IN ('job-2', 'job-5', 'job-6', 'job-7', 'job-8')`), 5)
	same(t, "their failures", w.count(`SELECT count(*) FROM job_failures`), 5)
	same(t, "at most one", remove(after(100*time.Hour), 1, 1), 1)
	same(t, "all but the latest one", remove(after(100*time.Hour), 1, 10), 2)
}

func TestWordsOfJobsOutsideTheListsAreRefused(t *testing.T) {
	w := newWorld(t)
	w.addJob(1)
	for _, change := range []string{`state = 'tired'`, `kind = 'destroy'`, `changed = -1`, `selection = 'all'`, `counted = 2`, `done = -1`} {
		if _, err := w.Writer().ExecContext(t.Context(), `UPDATE jobs SET `+change); err == nil {
			t.Errorf("%s was stored", change)
		}
	}
}
