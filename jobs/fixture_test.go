package jobs_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"mooring/account"
	"mooring/audit"
	"mooring/cloud"
	"mooring/credential"
	"mooring/jobs"
	"mooring/register"
)

// jobActor is an administrator as they came with their request.
func jobActor(name string) audit.Actor {
	return audit.Actor{PersonID: "person-" + name, Name: name + "@example.com", Address: "192.0.2.1", RequestID: "request-" + name}
}

// jobWorld is linked accounts, what is done to them, and jobs, whose time
// passes as fast as nothing happens.
type jobWorld struct {
	*jobs.Service
	t      *testing.T
	shelf  *jobShelf
	linked *linkedFake
	log    *jobLog
	end    context.CancelFunc // stops the server
	ended  chan struct{}
}

// withJobs runs a test with so many linked accounts and a server that runs.
func withJobs(t *testing.T, links int, test func(w *jobWorld)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		w := &jobWorld{t: t, shelf: &jobShelf{away: map[string]bool{}}, linked: newLinkedFake(links), log: &jobLog{}}
		w.start()
		defer func() { w.stop() }()
		test(w)
	})
}

// start starts a server on what is stored.
func (w *jobWorld) start() {
	ids := 0
	w.Service = jobs.NewService(jobs.Config{Store: w.shelf, Register: w.linked, Credentials: w.linked, Now: time.Now, Log: slog.New(w.log),
		NewID: func() string { ids++; return fmt.Sprintf("job-%d", ids) }})
	ctx, cancel := context.WithCancel(w.t.Context())
	w.end, w.ended = cancel, make(chan struct{})
	running, ended := w.Service, w.ended
	go func() {
		running.Run(ctx)
		close(ended)
	}()
}

// stop stops the server and waits for its end.
func (w *jobWorld) stop() {
	w.end()
	<-w.ended
}

func (w *jobWorld) begin(name string, kind jobs.Kind, s register.Selection) jobs.Job {
	w.t.Helper()
	reason := ""
	if kind.NeedsReason() {
		reason = "Left the company"
	}
	job, err := w.Start(w.t.Context(), jobActor(name), kind, s, reason)
	w.ok(err)
	return job
}

// after lets time pass until everything waits.
func (w *jobWorld) after(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}

func (w *jobWorld) job(id string) jobs.Job {
	w.t.Helper()
	job, err := w.Find(w.t.Context(), id)
	w.ok(err)
	return job
}

// over waits for the end of a job.
func (w *jobWorld) over(id string) jobs.Job {
	w.t.Helper()
	for range 24 * 60 * 60 {
		synctest.Wait()
		if job := w.job(id); job.Over() {
			return job
		}
		time.Sleep(time.Second)
	}
	w.t.Fatalf("%s does not end", id)
	return jobs.Job{}
}

func (w *jobWorld) ok(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *jobWorld) want(err, sentinel error) {
	w.t.Helper()
	if !errors.Is(err, sentinel) {
		w.t.Errorf("got %v, want %v", err, sentinel)
	}
}

func (w *jobWorld) sums(job jobs.Job, state jobs.State, done, failed int) {
	w.t.Helper()
	if job.State != state || job.Done != done || job.Failed != failed {
		w.t.Errorf("the job is %s with %s, want %s with %d done, %d failed", job.State, job.Summary(), state, done, failed)
	}
}

func jobSame[T comparable](t testing.TB, what string, got, want T) {
	t.Helper()
	if got != want {
		t.Errorf("%s is %v, want %v", what, got, want)
	}
}

// linkedFake is all linked accounts: their list, and what is done to them.
type linkedFake struct {
	rows []register.Row
	// answer does the work on one link; nil: it succeeds at once.
	answer func(ctx context.Context, row register.Row) (credential.Finished, error)

	mu       sync.Mutex
	states   map[string]credential.State
	moved    map[string]int64 // to which version somebody moved a link, by its ID
	orders   []credential.Order
	events   []credential.Event
	touched  map[string]int // how often, by credential ID
	sequence []string
	now      int // in work
	most     int // in work at the same time
}

func newLinkedFake(links int) *linkedFake {
	f := &linkedFake{states: map[string]credential.State{}, touched: map[string]int{}}
	for i := 1; i <= links; i++ {
		f.rows = append(f.rows, register.Row{Number: int64(i * 3), ID: fmt.Sprint("credential-", i), Label: fmt.Sprint("Link ", i), Account: "acme"})
	}
	return f
}

func (f *linkedFake) Count(ctx context.Context, s register.Selection) (int, error) {
	n := 0
	err := f.Each(ctx, s, 0, func(rows []register.Row) error {
		n += len(rows)
		return nil
	})
	return n, err
}

func (f *linkedFake) Each(ctx context.Context, s register.Selection, after int64, chunk func([]register.Row) error) error {
	var matching []register.Row
	for _, row := range f.rows {
		if row.Number > after && (s.All || slices.Contains(s.IDs, row.ID)) && (s.Query.Account == "" || s.Query.Account == row.Account) {
			matching = append(matching, row)
		}
	}
	for some := range slices.Chunk(matching, 1000) {
		if err := errors.Join(ctx.Err(), chunk(some)); err != nil {
			return err
		}
	}
	return nil
}

func (f *linkedFake) FindAny(_ context.Context, id string) (credential.Credential, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return credential.Credential{ID: id, State: f.states[id]}, nil
}

func (f *linkedFake) CheckNow(ctx context.Context, o credential.Order, id string) (credential.Finished, error) {
	return f.work(ctx, o, id)
}

func (f *linkedFake) Ordered(ctx context.Context, o credential.Order, id string, event credential.Event) (credential.Credential, audit.Entry, error) {
	_, err := f.work(ctx, o, id)
	f.mu.Lock()
	defer f.mu.Unlock()
	f.events = append(f.events, event)
	return credential.Credential{ID: id, Version: 1}, audit.Entry{Action: audit.StopCredential}, err
}

// Undone undoes nothing of what somebody moved on to another version.
func (f *linkedFake) Undone(ctx context.Context, o credential.Order, id string, order credential.Event, before credential.Before) (credential.Credential, audit.Entry, error) {
	_, err := f.work(ctx, o, id)
	f.mu.Lock()
	defer f.mu.Unlock()
	f.events = append(f.events, order)
	if f.moved[id] != 0 && f.moved[id] != o.Version {
		err = credential.ErrLookAgain
	}
	return credential.Credential{ID: id, Version: o.Version, State: before.State}, audit.Entry{Action: audit.ReleaseCredential}, err
}

func (f *linkedFake) Wake() {}

func (f *linkedFake) work(ctx context.Context, o credential.Order, id string) (credential.Finished, error) {
	f.mu.Lock()
	f.orders = append(f.orders, o)
	f.now++
	f.most = max(f.most, f.now)
	answer := f.answer
	f.mu.Unlock()
	defer func() {
		f.mu.Lock()
		f.now--
		f.mu.Unlock()
	}()
	finished, err := credential.Finished{Outcome: cloud.Passed}, error(nil)
	if answer != nil {
		row := f.rows[slices.IndexFunc(f.rows, func(r register.Row) bool { return r.ID == id })]
		finished, err = answer(ctx, row)
	}
	if ctx.Err() == nil {
		f.mu.Lock()
		f.touched[id]++
		f.sequence = append(f.sequence, id)
		f.mu.Unlock()
	}
	return finished, err
}

func (f *linkedFake) touches() (links, times int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, n := range f.touched {
		times += n
	}
	return len(f.touched), times
}

// mostAtOnce is how many were in work at the same time so far.
func (f *linkedFake) mostAtOnce() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.most
}

// slow makes every check take so long.
func (f *linkedFake) slow(d time.Duration) {
	f.answer = func(ctx context.Context, _ register.Row) (credential.Finished, error) {
		return credential.Finished{Outcome: cloud.Passed}, jobSleep(ctx, d)
	}
}

// refusing refuses the work on every link.
func refusing(err error) func(context.Context, register.Row) (credential.Finished, error) {
	return func(context.Context, register.Row) (credential.Finished, error) { return credential.Finished{}, err }
}

func jobSleep(ctx context.Context, d time.Duration) error {
	select {
	case <-time.After(d):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// jobShelf keeps jobs in memory, as the database does on disk.
type jobShelf struct {
	mu       sync.Mutex
	jobs     []*jobs.OpenJob
	failures map[string][]jobs.Failure
	entries  []audit.Entry
	away     map[string]bool // people who are no administrators any more
	broken   error           // that progress cannot be stored
	advances int
	disabled int
	changes  map[int64][]jobs.Change // by the number of the job
	removals []int                   // how many old jobs each removal finds
	removed  int
}

// copied is the shelf as a killed server leaves it.
func (s *jobShelf) copied() *jobShelf {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := &jobShelf{away: s.away, entries: slices.Clone(s.entries), failures: map[string][]jobs.Failure{}, disabled: s.disabled, changes: map[int64][]jobs.Change{}}
	for number, changes := range s.changes {
		c.changes[number] = slices.Clone(changes)
	}
	for _, job := range s.jobs {
		one := *job
		c.jobs = append(c.jobs, &one)
		c.failures[job.ID] = slices.Clone(s.failures[job.ID])
	}
	return c
}

func (s *jobShelf) demote(name string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.away["person-"+name] = true
}

// willRemove says how many old jobs each removal will find.
func (s *jobShelf) willRemove(found ...int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.removals = found
}

func (s *jobShelf) timesAdvanced() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.advances
}

func (s *jobShelf) timesRemoved() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.removed
}

func (s *jobShelf) setBroken(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.broken = err
}

func (s *jobShelf) actions() (actions []audit.Action) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, e := range s.entries {
		actions = append(actions, e.Action)
	}
	return actions
}

func (s *jobShelf) lastEntry() audit.Entry {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.entries[len(s.entries)-1]
}

func (s *jobShelf) find(id string) (*jobs.OpenJob, error) {
	for _, job := range s.jobs {
		if job.ID == id {
			return job, nil
		}
	}
	return nil, jobs.ErrNoSuchJob
}

func (s *jobShelf) AddJob(_ context.Context, j jobs.OpenJob, mostOpen int, entry audit.Entry) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	open := 0
	for _, other := range s.jobs {
		if other.ByID == j.ByID && !other.Over() {
			open++
		}
	}
	switch {
	case s.away[j.ByID]:
		return account.ErrNoSuchAccount
	case open >= mostOpen:
		return jobs.ErrTooManyJobs
	}
	j.Number = int64(len(s.jobs) + 1)
	s.jobs, s.entries = append(s.jobs, &j), append(s.entries, entry)
	return nil
}

func (s *jobShelf) Job(_ context.Context, id string) (jobs.Job, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	job, err := s.find(id)
	if err != nil {
		return jobs.Job{}, err
	}
	return job.Job, nil
}

func (s *jobShelf) Jobs(_ context.Context, most int) ([]jobs.Job, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var jobs []jobs.Job
	for _, job := range slices.Backward(s.jobs) {
		if len(jobs) < most {
			jobs = append(jobs, job.Job)
		}
	}
	return jobs, nil
}

func (s *jobShelf) OpenJobs(context.Context) ([]jobs.OpenJob, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var open []jobs.OpenJob
	for _, job := range s.jobs {
		if !job.Over() {
			open = append(open, *job)
		}
	}
	return open, nil
}

func (s *jobShelf) StopJob(_ context.Context, id string, entry audit.Entry) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	job, err := s.find(id)
	switch {
	case err != nil:
		return err
	case job.Over():
		return jobs.ErrJobOver
	case job.State != jobs.Stopping:
		job.State = jobs.Stopping
		s.entries = append(s.entries, entry)
	}
	return nil
}

func (s *jobShelf) JobFailures(_ context.Context, id string, most int) ([]jobs.Failure, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := s.failures[id]
	return slices.Clone(all[:min(most, len(all))]), nil
}

func (s *jobShelf) BeginJob(_ context.Context, id string, at time.Time) (jobs.State, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	job, err := s.find(id)
	if err != nil {
		return "", err
	}
	if job.State == jobs.Waiting {
		job.State, job.StartedAt = jobs.Running, at
	}
	return job.State, nil
}

func (s *jobShelf) CountJob(_ context.Context, id string, total int) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	job, err := s.find(id)
	if err == nil {
		job.Counted, job.Total = true, total
	}
	return err
}

// ChangeFor counts a link with what it is about.
func (s *jobShelf) ChangeFor(ctx context.Context, id string, p jobs.Progress, c credential.Credential, _ audit.Entry) error {
	_, err := s.AdvanceJob(ctx, id, p)
	if err == nil {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.advances--
		s.disabled++
		job, _ := s.find(id)
		job.Changed++
		if s.changes == nil {
			s.changes = map[int64][]jobs.Change{}
		}
		s.changes[job.Number] = append(s.changes[job.Number], jobs.Change{Version: c.Version + 1,
			Row: register.Row{Number: p.Position, ID: c.ID, Label: "Label of " + c.ID, Account: "acme"}, Before: credential.Before{State: credential.Connected}})
	}
	return err
}

// UndoFor takes a link from what the other job changed.
func (s *jobShelf) UndoFor(ctx context.Context, id string, p jobs.Progress, c credential.Credential, _ audit.Entry) error {
	_, err := s.AdvanceJob(ctx, id, p)
	if err == nil {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.advances--
		job, _ := s.find(id)
		of, _ := s.find(job.UndoOfID)
		before := len(s.changes[of.Number])
		s.changes[of.Number] = slices.DeleteFunc(s.changes[of.Number], func(h jobs.Change) bool { return h.Row.ID == c.ID })
		of.Changed -= before - len(s.changes[of.Number])
	}
	return err
}

func (s *jobShelf) Changes(ctx context.Context, jobNumber, after int64, most int) (found []jobs.Change, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, h := range s.changes[jobNumber] {
		if h.Row.Number > after && len(found) < most {
			found = append(found, h)
		}
	}
	return found, ctx.Err()
}

func (s *jobShelf) AdvanceJob(ctx context.Context, id string, p jobs.Progress) (jobs.State, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	job, err := s.find(id)
	if err := errors.Join(err, s.broken, ctx.Err()); err != nil {
		return "", err
	}
	s.advances++
	if s.failures == nil {
		s.failures = map[string][]jobs.Failure{}
	}
	job.Position, job.Done, job.Failed = p.Position, p.Done, p.Failed
	s.failures[id] = append(s.failures[id][:p.Kept], p.Failures...)
	job.Kept = len(s.failures[id])
	return job.State, nil
}

func (s *jobShelf) EndJob(ctx context.Context, id string, end jobs.End, entry audit.Entry) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	job, err := s.find(id)
	if err := errors.Join(err, ctx.Err()); err != nil {
		return err
	}
	job.State, job.Note, job.FinishedAt = end.State, end.Note, end.At
	if end.State == jobs.Finished {
		job.Counted, job.Total = true, job.Done+job.Failed
	}
	s.entries = append(s.entries, entry)
	return nil
}

func (s *jobShelf) Administers(_ context.Context, personID string) (bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return !s.away[personID], nil
}

func (s *jobShelf) RemoveJobs(_ context.Context, _ time.Time, _, most int) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.removed++
	if len(s.removals) == 0 {
		return 0, nil
	}
	found := min(s.removals[0], most)
	s.removals = s.removals[1:]
	return found, nil
}

// jobLog counts what was logged.
type jobLog struct {
	mu       sync.Mutex
	messages []string
}

func (l *jobLog) Handle(_ context.Context, r slog.Record) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.messages = append(l.messages, r.Message)
	return nil
}

func (l *jobLog) Enabled(context.Context, slog.Level) bool { return true }
func (l *jobLog) WithAttrs([]slog.Attr) slog.Handler       { return l }
func (l *jobLog) WithGroup(string) slog.Handler            { return l }

func (l *jobLog) count() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.messages)
}
