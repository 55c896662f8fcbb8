package jobs

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"mooring/audit"
	"mooring/credential"
	"mooring/register"
)

const (
	chunk         = 16              // links between two looks at whether the job may go on
	changesAtOnce = 1000            // of the job that is undone, read from the store
	window        = 256             // links that may be begun while an earlier one has not ended
	finalSave     = 5 * time.Second // at most, when the server stops
)

// jobRun is a job while this server works on it. Links are begun in the order
// of their numbers and end in any; progress is what ended without a gap.
type jobRun struct {
	jobs   *Service
	job    OpenJob
	undone credential.Event // the order that the job undoes
	giving context.Context  // ends when nothing new is to begin; its cause says why
	stop   context.CancelCauseFunc
	room   chan struct{} // one for each piece in begun
	pieces sync.WaitGroup

	saving sync.Mutex // one stores progress at a time, so that none goes back

	mu       sync.Mutex
	begun    []*piece // not yet in progress
	progress Progress
	changed  bool // since it was stored
	logged   int
}

// piece is a link on which the work has begun.
type piece struct {
	row      register.Row
	change   Change // what an undo puts back
	over     bool
	sentence string // why it failed; empty: it is done
}

func newJobRun(ctx context.Context, jobs *Service, job OpenJob) *jobRun {
	r := &jobRun{jobs: jobs, job: job, room: make(chan struct{}, window),
		progress: Progress{Position: job.Position, Done: job.Done, Failed: job.Failed, Kept: job.Kept}}
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
	case state == Stopping:
		return r.end(ctx, Stopped, "")
	}
	err = r.walk(ctx)
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case errors.Is(err, errJobStopped):
		return r.end(ctx, Stopped, "")
	case errors.Is(err, errStarterGone):
		return r.end(ctx, Stopped, sayStarterGone)
	case err != nil:
		return err
	}
	return r.end(ctx, Finished, "")
}

func (r *jobRun) end(ctx context.Context, state State, note string) error {
	sums := Job{Kind: r.job.Kind, Done: r.progress.Done, Failed: r.progress.Failed}
	detail := r.job.Heading() + ". " + sums.Summary()
	if state == Stopped {
		detail += ", stopped before its end"
	}
	entry := r.jobs.entry(audit.BySystem(), audit.FinishJob, detail)
	return r.jobs.store.EndJob(ctx, r.job.ID, End{State: state, Note: note, At: entry.At}, entry)
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
	if r.job.Kind == Undo {
		return r.eachChange(hand)
	}
	return r.jobs.register.Each(r.giving, r.job.Selection, r.job.Position, func(rows []register.Row) error {
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
		changes, err := r.jobs.store.Changes(r.giving, r.job.UndoOf, after, changesAtOnce)
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
	if r.job.Kind == Undo {
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
	r.undone = orders[of.Kind]
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
func (k Kind) placesAtMost() int {
	if k == CheckAgain {
		return atOnce
	}
	return 1
}
