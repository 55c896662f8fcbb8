package jobs

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"
)

const (
	jobsAtOnce = 2                // of one person, so that a short one passes a long one
	jobTrouble = 30 * time.Second // that a job is left alone after its progress could not be stored

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
func (j *Service) Run(ctx context.Context) {
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
func (j *Service) startOpen(ctx context.Context, group *sync.WaitGroup) {
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

func (j *Service) runningNow() []string {
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
func (j *Service) claim(ctx context.Context, job OpenJob) *jobRun {
	j.mu.Lock()
	defer j.mu.Unlock()
	others := 0
	for _, r := range j.running {
		if r.job.ByID == job.ByID {
			others++
		}
	}
	if j.running[job.ID] != nil || others >= jobsAtOnce && job.State != Stopping {
		return nil
	}
	run := newJobRun(ctx, j, job)
	j.running[job.ID] = run
	return run
}

// pause leaves a job alone for a while, unless somebody stops it. What broke off
// may have ended run.giving, so the pause has a context of its own.
func (j *Service) pause(ctx context.Context, run *jobRun) {
	resting, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	j.mu.Lock()
	run.stop(nil)
	run.stop = stop
	j.mu.Unlock()
	nap(resting, nil, jobTrouble)
}

func (j *Service) release(run *jobRun) {
	j.mu.Lock()
	defer j.mu.Unlock()
	delete(j.running, run.job.ID)
	run.stop(nil)
}

// tidy removes old jobs, a few at a time, so that no other change waits long.
func (j *Service) tidy(ctx context.Context, now time.Time) {
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
