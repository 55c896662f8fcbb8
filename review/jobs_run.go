package review

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"mooring/audit"
	"mooring/cloud"
	"mooring/credential"
	"mooring/fault"
)

const (
	atOnce     = 16  // links that all jobs together work on side by side
	jobsAtOnce = 2   // of one person, so that a short one passes a long one
	chunk      = 16  // links between two looks at whether the job may go on
	window     = 256 // links that may be begun while an earlier one has not ended
	saveEvery  = 300 * time.Millisecond
	finalSave  = 5 * time.Second  // at most, when the server stops
	jobTrouble = 30 * time.Second // that a job is left alone after its progress could not be stored
	mostLogged = 10               // failures on our side in one run of a job

	longestNap  = time.Minute
	tidyEvery   = 24 * time.Hour
	keptJobs    = 90 * 24 * time.Hour
	latestJobs  = 200 // are kept, however old
	removedOnce = 10  // jobs in one transaction: each may have a thousand failures
)

// Why a job stops early. No user sees them.
var (
	errJobStopped  = errors.New("somebody stopped the job")
	errStarterGone = errors.New("the starter is no longer an administrator")
)

// Run works on jobs until ctx ends, lets what has begun end, and stores how
// far each job has come. Jobs of different people run side by side, and two of
// one person, so that nobody's long job holds up another's short one.
func (j *Jobs) Run(ctx context.Context) {
	var group sync.WaitGroup
	defer group.Wait()
	var tidied time.Time
	for ctx.Err() == nil {
		j.startOpen(ctx, &group)
		if now := j.now(); now.Sub(tidied) >= tidyEvery {
			j.tidy(ctx, now)
			tidied = now
		}
		nap(ctx, j.wake, longestNap)
	}
}

func nap(ctx context.Context, wake <-chan struct{}, longest time.Duration) {
	timer := time.NewTimer(longest)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-wake:
	case <-timer.C:
	}
}

// startOpen starts what may run. Each end wakes Run, which comes back for the
// rest.
func (j *Jobs) startOpen(ctx context.Context, group *sync.WaitGroup) {
	before := j.runningNow() // what ends while the list is read is in it as it was before
	open, err := j.store.OpenJobs(ctx)
	if err != nil {
		if ctx.Err() == nil {
			j.log.Error("could not list the open jobs", "cause", err)
		}
		return
	}
	for _, job := range open {
		if slices.Contains(before, job.ID) {
			continue
		}
		run := j.claim(ctx, job)
		if run == nil {
			continue
		}
		group.Go(func() {
			err := run.work(ctx)
			if err != nil && ctx.Err() == nil {
				j.log.Error("a job broke off and is taken up again", "job", job.ID, "cause", err)
				j.pause(ctx, run)
			}
			j.release(run)
			j.look()
		})
	}
}

func (j *Jobs) runningNow() []string {
	j.mu.Lock()
	defer j.mu.Unlock()
	var ids []string
	for id := range j.running {
		ids = append(ids, id)
	}
	return ids
}

// claim takes up a job unless its person has enough running ones. One that only
// has to end needs no place.
func (j *Jobs) claim(ctx context.Context, job OpenJob) *jobRun {
	j.mu.Lock()
	defer j.mu.Unlock()
	others := 0
	for _, r := range j.running {
		if r.job.ByID == job.ByID {
			others++
		}
	}
	if j.running[job.ID] != nil || others >= jobsAtOnce && job.State != JobStopping {
		return nil
	}
	run := newJobRun(ctx, j, job)
	j.running[job.ID] = run
	return run
}

// pause leaves a job alone for a while, unless somebody stops it. What broke off
// may have ended run.giving, so the pause has a context of its own.
func (j *Jobs) pause(ctx context.Context, run *jobRun) {
	resting, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	j.mu.Lock()
	run.stop(nil)
	run.stop = stop
	j.mu.Unlock()
	nap(resting, nil, jobTrouble)
}

func (j *Jobs) release(run *jobRun) {
	j.mu.Lock()
	defer j.mu.Unlock()
	delete(j.running, run.job.ID)
	run.stop(nil)
}

// tidy removes old jobs, a few at a time, so that no other change waits long.
func (j *Jobs) tidy(ctx context.Context, now time.Time) {
	for ctx.Err() == nil {
		removed, err := j.store.RemoveJobs(ctx, now.Add(-keptJobs), latestJobs, removedOnce)
		if err != nil && ctx.Err() == nil {
			j.log.Error("could not remove old jobs", "cause", err)
		}
		if err != nil || removed < removedOnce {
			return
		}
	}
}

// jobRun is a job while this server works on it. Links are begun in the order
// of their numbers and end in any; progress is what ended without a gap.
type jobRun struct {
	jobs   *Jobs
	job    OpenJob
	undone credential.Event // the order that the job undoes
	giving context.Context  // ends when nothing new is to begin; its cause says why
	stop   context.CancelCauseFunc
	room   chan struct{} // one for each piece in begun
	pieces sync.WaitGroup

	saving sync.Mutex // one stores progress at a time, so that none goes back

	mu       sync.Mutex
	begun    []*piece // not yet in progress
	progress JobProgress
	changed  bool // since it was stored
	logged   int
}

// piece is a link on which the work has begun.
type piece struct {
	row      Row
	change   JobChange // what an undo puts back
	over     bool
	sentence string // why it failed; empty: it is done
}

func newJobRun(ctx context.Context, jobs *Jobs, job OpenJob) *jobRun {
	r := &jobRun{jobs: jobs, job: job, room: make(chan struct{}, window),
		progress: JobProgress{Position: job.Position, Done: job.Done, Failed: job.Failed, Kept: job.Kept}}
	r.giving, r.stop = context.WithCancelCause(ctx)
	return r
}

// work goes on with the job and ends it. An error means that it is not over:
// the server stops, or something has to be tried again.
func (r *jobRun) work(ctx context.Context) error {
	state, err := r.jobs.store.BeginJob(ctx, r.job.ID, r.jobs.now())
	switch {
	case err != nil:
		return err
	case state == JobStopping:
		return r.end(ctx, JobStopped, "")
	}
	err = r.walk(ctx)
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case errors.Is(err, errJobStopped):
		return r.end(ctx, JobStopped, "")
	case errors.Is(err, errStarterGone):
		return r.end(ctx, JobStopped, sayStarterGone)
	case err != nil:
		return err
	}
	return r.end(ctx, JobFinished, "")
}

func (r *jobRun) end(ctx context.Context, state JobState, note string) error {
	sums := Job{Kind: r.job.Kind, Done: r.progress.Done, Failed: r.progress.Failed}
	detail := r.job.Heading() + ". " + sums.Summary()
	if state == JobStopped {
		detail += ", stopped before its end"
	}
	entry := r.jobs.entry(audit.BySystem(), audit.FinishJob, detail)
	return r.jobs.store.EndJob(ctx, r.job.ID, JobEnd{State: state, Note: note, At: entry.At}, entry)
}

// walk counts the links, does the work on each and waits for the last.
func (r *jobRun) walk(ctx context.Context) error {
	if err := r.count(); err != nil {
		return r.cause(err)
	}
	r.jobs.places.enter(r.job.ID)
	defer r.jobs.places.leave(r.job.ID)
	stopSaving := r.keepSaving(ctx)
	err := r.each(func(pieces []*piece) error {
		for some := range slices.Chunk(pieces, chunk) {
			if err := r.begin(ctx, some); err != nil {
				return err
			}
		}
		return nil
	})
	r.pieces.Wait()
	stopSaving()
	err = r.cause(err)
	if errors.Is(err, errJobStopped) || errors.Is(err, errStarterGone) {
		r.settleRest()
	}
	last, cancel := context.WithTimeout(context.WithoutCancel(ctx), finalSave)
	defer cancel()
	if saveErr := r.save(last); saveErr != nil {
		return saveErr // it must not end with sums that are not its own
	}
	return err
}

// each hands over the links that the job is about, from its position.
func (r *jobRun) each(hand func([]*piece) error) error {
	if r.job.Kind == JobUndo {
		return r.eachChange(hand)
	}
	return r.jobs.register.Each(r.giving, r.job.Selection, r.job.Position, func(rows []Row) error {
		pieces := make([]*piece, len(rows))
		for i, row := range rows {
			pieces[i] = &piece{row: row}
		}
		return hand(pieces)
	})
}

// eachChange hands over what the job that is undone changed.
func (r *jobRun) eachChange(hand func([]*piece) error) error {
	for after := r.job.Position; ; {
		changes, err := r.jobs.store.Changes(r.giving, r.job.UndoOf, after, chunkSize)
		if err != nil || len(changes) == 0 {
			return err
		}
		pieces := make([]*piece, len(changes))
		for i, change := range changes {
			pieces[i] = &piece{row: change.Row, change: change}
			after = change.Row.Number
		}
		if err := hand(pieces); err != nil {
			return err
		}
	}
}

// cause gives why nothing new was to begin, which what broke off for that
// reason does not know.
func (r *jobRun) cause(err error) error {
	if r.giving.Err() != nil {
		return context.Cause(r.giving)
	}
	return err
}

func (r *jobRun) count() error {
	if err := r.mayGoOn(); err != nil {
		return err
	}
	if r.job.Kind == JobUndo {
		return r.countUndo()
	}
	if r.job.Counted {
		return nil
	}
	total, err := r.jobs.register.Count(r.giving, r.job.Selection)
	if err != nil {
		return err
	}
	return r.jobs.store.CountJob(r.giving, r.job.ID, total)
}

// countUndo reads what was ordered, and how much of it there is to put back.
func (r *jobRun) countUndo() error {
	of, err := r.jobs.store.Job(r.giving, r.job.UndoOfID)
	if err != nil {
		return err
	}
	r.undone = jobOrders[of.Kind]
	if r.job.Counted {
		return nil
	}
	return r.jobs.store.CountJob(r.giving, r.job.ID, of.Changed)
}

// mayGoOn looks whether the job still may do something in its starter's name.
func (r *jobRun) mayGoOn() error {
	may, err := r.jobs.store.Administers(r.giving, r.job.ByID)
	if err == nil && !may {
		r.stop(errStarterGone)
	}
	return r.cause(err)
}

// begin begins the work on some links, each when there is a place for it.
func (r *jobRun) begin(ctx context.Context, pieces []*piece) error {
	if err := r.mayGoOn(); err != nil {
		return err
	}
	for _, p := range pieces {
		select {
		case r.room <- struct{}{}:
		case <-r.giving.Done():
			return context.Cause(r.giving)
		}
		if err := r.jobs.places.take(r.giving, r.job.ID, r.job.Kind.placesAtMost()); err != nil {
			return r.cause(err)
		}
		r.mu.Lock()
		r.begun = append(r.begun, p)
		r.mu.Unlock()
		r.pieces.Go(func() {
			defer r.jobs.places.give(r.job.ID)
			sentence, settled, err := r.do(ctx, p)
			if settled {
				return
			}
			if err != nil {
				r.stop(err)
				return
			}
			r.settle(p, sentence)
		})
	}
	return nil
}

// placesAtMost is how many links a job of this kind works on side by side.
// Changes to the database come one after the other anyway.
func (k JobKind) placesAtMost() int {
	if k == JobCheckAgain {
		return atOnce
	}
	return 1
}

// settle notes how a piece ended and takes into progress what has no gap
// before it.
func (r *jobRun) settle(p *piece, sentence string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	p.over, p.sentence = true, sentence
	for len(r.begun) > 0 && r.begun[0].over {
		r.take(r.begun[0])
		r.begun = r.begun[1:]
		<-r.room
	}
}

// settleRest takes in what ended behind a gap. It is for a job that does not
// go on, so that nothing of what it did is missing from its sums.
func (r *jobRun) settleRest() {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, p := range r.begun {
		if p.over {
			r.take(p)
		}
	}
	r.begun = nil
}

func (r *jobRun) take(p *piece) {
	r.changed = true
	sums := &r.progress
	sums.Position = p.row.Number
	if p.sentence == "" {
		sums.Done++
		return
	}
	sums.Failed++
	if sums.Kept+len(sums.Failures) < mostKeptFailures {
		sums.Failures = append(sums.Failures, JobFailure{CredentialID: p.row.ID, Label: p.row.Label, Account: p.row.Account, Sentence: p.sentence})
	}
}

// keepSaving stores progress a few times a second until it is told to stop.
func (r *jobRun) keepSaving(ctx context.Context) (stop func()) {
	enough, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		every := time.NewTicker(saveEvery)
		defer every.Stop()
		for {
			select {
			case <-enough:
				return
			case <-every.C:
			}
			if err := r.save(ctx); err != nil {
				r.stop(err)
				return
			}
		}
	}()
	return func() {
		close(enough)
		<-ended
	}
}

// save stores progress, and hears from the store whether somebody stopped the
// job.
func (r *jobRun) save(ctx context.Context) error {
	r.saving.Lock()
	defer r.saving.Unlock()
	r.mu.Lock()
	progress, changed := r.progress, r.changed
	r.changed = false
	r.mu.Unlock()
	if !changed {
		return nil
	}
	state, err := r.jobs.store.AdvanceJob(ctx, r.job.ID, progress)
	r.mu.Lock()
	defer r.mu.Unlock()
	if err != nil {
		r.changed = true
		return err
	}
	r.keep(progress)
	if state == JobStopping {
		r.stop(errJobStopped)
	}
	return nil
}

// keep notes that the failures of a progress are stored. r.mu is held.
func (r *jobRun) keep(stored JobProgress) {
	r.progress.Kept += len(stored.Failures)
	r.progress.Failures = slices.Clone(r.progress.Failures[len(stored.Failures):])
}

// change changes a link. Links are changed one after the other, so that what was
// done before is in progress.
func (r *jobRun) change(ctx context.Context, order credential.Order, p *piece) error {
	c, entry, err := r.ordered(ctx, order, p)
	if err != nil {
		return err
	}
	store := r.jobs.store.ChangeFor
	if r.job.Kind == JobUndo {
		store = r.jobs.store.UndoFor
	}
	r.saving.Lock()
	defer r.saving.Unlock()
	r.mu.Lock()
	progress := r.progress
	r.mu.Unlock()
	with := progress
	with.Position, with.Done = p.row.Number, progress.Done+1
	if err := store(ctx, r.job.ID, with, c, entry); err != nil {
		return err
	}
	if c.State.Can(credential.Verify) {
		r.jobs.credentials.Wake()
	}
	r.mu.Lock()
	r.keep(progress)
	r.mu.Unlock()
	r.settle(p, "")
	return nil
}

// ordered works out what the job does to a link.
func (r *jobRun) ordered(ctx context.Context, order credential.Order, p *piece) (credential.Credential, audit.Entry, error) {
	if r.job.Kind == JobUndo {
		order.Version = p.change.Version
		return r.jobs.credentials.Undone(ctx, order, p.row.ID, r.undone, p.change.Before)
	}
	return r.jobs.credentials.Ordered(ctx, order, p.row.ID, jobOrders[r.job.Kind])
}

// do does the job's work on one link and gives the sentence why it failed, or
// nothing, unless that is settled already. An error means that it is not known: the link stays to be done.
func (r *jobRun) do(ctx context.Context, p *piece) (sentence string, settled bool, err error) {
	row := p.row
	order := credential.Order{Actor: r.job.Actor, Reason: r.job.Reason}
	switch r.job.Kind {
	case JobCheckAgain:
		var finished credential.Finished
		finished, err = r.jobs.credentials.CheckNow(ctx, order, row.ID)
		sentence = finished.Sentence // one that passed may have one too, because it waits for approval
		if finished.Outcome != cloud.Passed {
			sentence = cmp.Or(sentence, sayNotPassed)
		}
	default:
		err = r.change(ctx, order, p)
		settled = err == nil
	}
	if err != nil {
		sentence, err = r.why(ctx, row, err)
	}
	return sentence, settled, err
}

// why says why the work on a link failed.
func (r *jobRun) why(ctx context.Context, row Row, err error) (sentence string, _ error) {
	if ctx.Err() != nil {
		return "", ctx.Err()
	}
	if r.job.Kind == JobUndo && (errors.Is(err, credential.ErrLookAgain) || errors.Is(err, credential.ErrNotPossibleNow)) {
		return sayChangedSince, nil
	}
	if errors.Is(err, credential.ErrNotPossibleNow) {
		found, findErr := r.jobs.credentials.FindAny(ctx, row.ID)
		if findErr == nil {
			return r.whyNot(found.State), nil
		}
		err = findErr
	}
	if fault.Has(err, fault.SignIn) || fault.Has(err, fault.NotFound) { // it is gone, or the starter may not see it any more
		may, lookErr := r.jobs.store.Administers(ctx, r.job.ByID)
		switch {
		case lookErr != nil:
			return "", lookErr
		case !may:
			return "", errStarterGone
		}
		if r.job.Kind == JobUndo {
			return sayUnlinkedSince, nil
		}
		return sayUnlinkedMeanwhile, nil
	}
	said := fault.Of(err)
	switch said.Kind {
	case fault.Storage: // it says nothing about the link
		return "", err
	case fault.Internal:
		r.logFailure(row, err)
		return sayOurSide, nil
	}
	return said.Sentence, nil
}

// whyNot says why the work is not possible in a state. What is as it would be
// already needs nothing, such as a link that is stopped and is to be stopped.
func (r *jobRun) whyNot(state credential.State) string {
	if of, ok := whyNotOrdered[r.job.Kind]; ok {
		if sentence, ok := of[state]; ok {
			return sentence
		}
		return of[""]
	}
	switch state {
	case credential.Disabled:
		return sayDisabled
	case credential.Stopped:
		return sayStopped
	case credential.PendingApproval:
		return sayPending
	}
	return credential.ErrNotPossibleNow.Sentence
}

// whyNotOrdered are the sentences by the state of the link; the one without a
// state is for all others.
var whyNotOrdered = map[JobKind]map[credential.State]string{
	JobDisable: {"": credential.ErrNotPossibleNow.Sentence, credential.Stopped: "", credential.PendingApproval: sayDeclineInstead},
	JobEnable:  {"": "", credential.Disabled: sayTheirsToEnable, credential.PendingApproval: sayApproveInstead},
	JobApprove: {"": "", credential.Stopped: sayEnableInstead},
	JobDecline: {"": sayDisableInstead, credential.Stopped: ""},
}

func (r *jobRun) logFailure(row Row, cause error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.logged++; r.logged <= mostLogged {
		r.jobs.log.Error("a job failed on a credential", "job", r.job.ID, "credential", row.ID, "cause", cause)
	}
}

// places shares what may run side by side among the jobs that run.
type places struct {
	most int

	mu    sync.Mutex
	taken int
	byJob map[string]int
	freed chan struct{} // closed, and made anew, when a place is given back
}

func newPlaces(most int) *places {
	return &places{most: most, byJob: map[string]int{}, freed: make(chan struct{})}
}

func (p *places) enter(jobID string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.byJob[jobID] = 0
}

func (p *places) leave(jobID string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.byJob, jobID)
	p.wakeAll() // the others' shares grow
}

// take waits for a place. No job has more than its share, nor than its most.
func (p *places) take(ctx context.Context, jobID string, most int) error {
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		p.mu.Lock()
		share := min(most, max(1, p.most/len(p.byJob)))
		if p.taken < p.most && p.byJob[jobID] < share {
			p.taken++
			p.byJob[jobID]++
			p.mu.Unlock()
			return nil
		}
		freed := p.freed
		p.mu.Unlock()
		select {
		case <-freed:
		case <-ctx.Done():
		}
	}
}

func (p *places) give(jobID string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.taken--
	p.byJob[jobID]--
	p.wakeAll()
}

func (p *places) wakeAll() {
	close(p.freed)
	p.freed = make(chan struct{})
}
