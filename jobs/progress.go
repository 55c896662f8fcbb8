package jobs

import (
	"context"
	"slices"
	"time"
)

const saveEvery = 300 * time.Millisecond

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
		sums.Failures = append(sums.Failures, Failure{CredentialID: p.row.ID, Label: p.row.Label, Account: p.row.Account, Sentence: p.sentence})
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
	if state == Stopping {
		r.stop(errJobStopped)
	}
	return nil
}

// keep notes that the failures of a progress are stored. r.mu is held.
func (r *jobRun) keep(stored Progress) {
	r.progress.Kept += len(stored.Failures)
	r.progress.Failures = slices.Clone(r.progress.Failures[len(stored.Failures):])
}
