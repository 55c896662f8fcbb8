package jobs_test

import (
	"context"
	"fmt"
	"log/slog"
	"testing"
	"testing/synctest"
	"time"

	"mooring/audit"
	"mooring/credential"
	"mooring/jobs"
	"mooring/register"
)

// interrupted does what the service does, and something else before the nth stop.
type interrupted struct {
	*credential.Service
	at    int
	stops int
	first func()
}

func (i *interrupted) Ordered(ctx context.Context, o credential.Order, id string, event credential.Event) (credential.Credential, audit.Entry, error) {
	if i.stops++; i.stops == i.at {
		i.first()
	}
	return i.Service.Ordered(ctx, o, id, event)
}

// withHarbor runs a test on a real database in which harbor has forty links.
func withHarbor(t *testing.T, test func(t *testing.T, b *board, start func(jobs.Credentials) (*jobs.Service, context.CancelFunc))) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		b := newBoard(t)
		for i := range 40 {
			b.link(fmt.Sprintf("link-%02d", i), "harbor", "olga")
		}
		start := func(credentials jobs.Credentials) (*jobs.Service, context.CancelFunc) {
			log := slog.New(slog.DiscardHandler)
			service := jobs.NewService(jobs.Config{Store: b.data.Jobs(), Credentials: credentials, Now: b.now, NewID: b.newID, Log: log,
				Register: register.NewService(register.Config{Store: b.data.Register(), Now: b.now, Log: log})})
			ctx, cancel := context.WithCancel(t.Context())
			ended := make(chan struct{})
			go func() {
				service.Run(ctx)
				close(ended)
			}()
			return service, func() {
				cancel()
				<-ended
			}
		}
		test(t, b, start)
	})
}

func (b *board) stopped() (n int) {
	b.t.Helper()
	for _, id := range b.links {
		if b.find(id).State == credential.Stopped {
			n++
		}
	}
	return n
}

func (b *board) stopEntries(by string) (n int) {
	b.t.Helper()
	for _, e := range b.entries("account-harbor") {
		if e.Action == audit.StopCredential && e.Actor == actor(by) {
			n++
		}
	}
	return n
}

func waitForJob(t *testing.T, service *jobs.Service, id string) jobs.Job {
	t.Helper()
	for range 1000 {
		job, err := service.Find(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		if job.Over() {
			return job
		}
		time.Sleep(time.Second)
	}
	t.Fatal("the job does not end")
	return jobs.Job{}
}

var connectedOfHarbor = register.Selection{All: true, Query: register.Query{Status: credential.StatusConnected, Account: "harbor"}}

func TestAJobDisablesInTheDatabase(t *testing.T) {
	withHarbor(t, func(t *testing.T, b *board, start func(jobs.Credentials) (*jobs.Service, context.CancelFunc)) {
		service, end := start(b.credentials)
		defer end()
		job, err := service.Start(t.Context(), actor("rose"), jobs.Disable, connectedOfHarbor, "Left the company")
		b.ok(err)
		equal(t, "the heading", job.Heading(), "Disable: Connected, of harbor")
		job = waitForJob(t, service, job.ID)
		equal(t, "the summary", job.Summary(), "40 done, 0 failed")
		equal(t, "who started it", job.ByName, "Rose")
		equal(t, "the number of stopped links", b.stopped(), 40)
		equal(t, "their entries by who started the job", b.stopEntries("rose"), 40)
		equal(t, "the reason", b.find("credential-link-07").Reason, "Left the company")

		again, err := service.Start(t.Context(), actor("rob"), jobs.CheckAgain, register.Selection{IDs: []string{"credential-link-07", "credential-gone"}}, "")
		b.ok(err)
		equal(t, "the summary of a check", waitForJob(t, service, again.ID).Summary(), "0 done, 1 failed")
		failures, _, err := service.Failures(t.Context(), again.ID, 10)
		b.ok(err)
		equal(t, "why it failed", failures[0], jobs.Failure{CredentialID: "credential-link-07", Label: "link-07", Account: "harbor",
			Sentence: "An administrator has disabled it, so it wasn't checked."})
	})
}

func TestAJobGoesOnInTheNextServer(t *testing.T) {
	withHarbor(t, func(t *testing.T, b *board, start func(jobs.Credentials) (*jobs.Service, context.CancelFunc)) {
		cut := make(chan struct{})
		service, end := start(&interrupted{Service: b.credentials, at: 18, first: func() { close(cut) }})
		job, err := service.Start(t.Context(), actor("rose"), jobs.Disable, connectedOfHarbor, "Left the company")
		b.ok(err)
		<-cut
		end()
		service, end = start(b.credentials)
		defer end()
		equal(t, "the summary", waitForJob(t, service, job.ID).Summary(), "40 done, 0 failed")
		equal(t, "the entries", b.stopEntries("rose"), 40)
	})
}

func TestADemotedAdministratorsJobChangesNothingMore(t *testing.T) {
	withHarbor(t, func(t *testing.T, b *board, start func(jobs.Credentials) (*jobs.Service, context.CancelFunc)) {
		service, end := start(&interrupted{Service: b.credentials, at: 18, first: func() { b.demote("rose") }})
		defer end()
		job, err := service.Start(t.Context(), actor("rose"), jobs.Disable, connectedOfHarbor, "Left the company")
		b.ok(err)
		job = waitForJob(t, service, job.ID)
		equal(t, "the state", job.State, jobs.Stopped)
		equal(t, "the summary", job.Summary(), "17 done, 0 failed")
		equal(t, "the note", job.Note, "It was stopped because the person who started it is no longer an administrator.")
		equal(t, "the number of stopped links", b.stopped(), 17)
		equal(t, "the entries", b.stopEntries("rose"), 17)
	})
}
