package jobs

import (
	"context"
	"fmt"
	"log/slog"
	"strconv"
	"strings"
	"sync"
	"time"
	"unicode"
	"unicode/utf8"

	"mooring/audit"
	"mooring/credential"
	"mooring/register"
	"mooring/text"
)

const (
	jobsListed       = 50
	mostOpenJobs     = 20   // of one person
	mostKeptFailures = 1000 // of one job
)

// Store keeps jobs. A method that changes what a person asked for writes its
// audit entry in the same transaction.
type Store interface {
	// AddJob answers ErrTooManyJobs when the person has the most open ones
	// already, and for an undo ErrNothingToUndo or ErrUndoing if there is nothing
	// left to put back, or another undo of that job is open. Who asks for a job, or stops one, has to be an administrator
	// still: account.ErrSignIn, account.ErrNoSuchAccount.
	AddJob(ctx context.Context, j OpenJob, mostOpen int, entry audit.Entry) error
	Job(ctx context.Context, id string) (Job, error)   // ErrNoSuchJob
	Jobs(ctx context.Context, most int) ([]Job, error) // the latest first
	OpenJobs(ctx context.Context) ([]OpenJob, error)   // that are not over, the oldest first
	// StopJob answers ErrNoSuchJob and ErrJobOver. A job that is stopping
	// already is left alone, without an audit entry.
	StopJob(ctx context.Context, id string, entry audit.Entry) error
	JobFailures(ctx context.Context, id string, most int) ([]Failure, error) // the first ones

	// The others are for Run. BeginJob makes a waiting job a running one, and
	// tells the state as it is then.
	BeginJob(ctx context.Context, id string, at time.Time) (State, error)
	CountJob(ctx context.Context, id string, total int) error
	// AdvanceJob stores how far it has come, all in one transaction, and tells
	// the state as it is now.
	AdvanceJob(ctx context.Context, id string, p Progress) (State, error)
	// ChangeFor stores a link that a job changes, its entry, what it was before,
	// and how far the job has come with it, all in one transaction: a kill leaves
	// no link that is changed and not counted.
	ChangeFor(ctx context.Context, id string, p Progress, c credential.Credential, entry audit.Entry) error
	// UndoFor does the same for a link that an undo puts back, and forgets that
	// the other job changed it. What that job made the site remember about stopped
	// subscriptions, or forget, is put back as well, if it is still as the job left
	// it.
	UndoFor(ctx context.Context, id string, p Progress, c credential.Credential, entry audit.Entry) error
	// Changes lists what a job changed and no undo has put back, by the links'
	// numbers.
	Changes(ctx context.Context, jobNumber, afterNumber int64, most int) ([]Change, error)
	EndJob(ctx context.Context, id string, end End, entry audit.Entry) error
	// Administers reports whether somebody is an administrator who can sign in.
	Administers(ctx context.Context, personID string) (bool, error)
	// RemoveJobs removes at most so many jobs that ended before a moment and
	// are not among the latest.
	RemoveJobs(ctx context.Context, before time.Time, latest, most int) (removed int, err error)
}

// Progress is how far a job has come. It holds sums and not differences, so
// that storing it twice does no harm.
type Progress struct {
	Position     int64
	Done, Failed int
	Kept         int       // failures that were stored before
	Failures     []Failure // to be stored behind them
}

// End is how a job ends.
type End struct {
	State State // Stopped or Finished
	Note  string
	At    time.Time
}

// Register is what jobs walk.
type Register interface {
	Count(ctx context.Context, s register.Selection) (int, error)
	Each(ctx context.Context, s register.Selection, afterNumber int64, chunk func([]register.Row) error) error
}

// Credentials is what jobs do to a linked account.
type Credentials interface {
	FindAny(ctx context.Context, id string) (credential.Credential, error)
	// Ordered works out what Store.ChangeFor stores, and Undone what
	// Store.UndoFor does.
	Ordered(ctx context.Context, o credential.Order, id string, event credential.Event) (credential.Credential, audit.Entry, error)
	Undone(ctx context.Context, o credential.Order, id string, order credential.Event, before credential.Before) (credential.Credential, audit.Entry, error)
	Wake() // for the checks of what was put to use
	CheckNow(ctx context.Context, o credential.Order, id string) (credential.Finished, error)
}

// Config is what Service needs.
type Config struct {
	Store       Store
	Register    Register
	Credentials Credentials
	Now         func() time.Time
	NewID       func() string
	Log         *slog.Logger
}

// Service does to many linked accounts what an administrator asked for, in the
// background. How far each job has come is in the store, so that a restart
// goes on where it was.
type Service struct {
	store       Store
	register    Register
	credentials Credentials
	now         func() time.Time
	newID       func() string
	log         *slog.Logger

	wake   chan struct{}
	places *places

	mu      sync.Mutex
	running map[string]*jobRun // by job ID
}

// NewService makes the service.
func NewService(c Config) *Service {
	return &Service{store: c.Store, register: c.Register, credentials: c.Credentials, now: c.Now, newID: c.NewID, log: c.Log,
		wake: make(chan struct{}, 1), places: newPlaces(atOnce), running: map[string]*jobRun{}}
}

// Start plans a job. The reason is for the people of the links that it changes.
func (j *Service) Start(ctx context.Context, actor audit.Actor, kind Kind, s register.Selection, reason string) (Job, error) {
	reason, err := checkJob(kind, s, reason)
	if err != nil {
		return Job{}, err
	}
	if s.All {
		s.IDs = nil
	} else {
		s.Query = register.Query{}
	}
	job := OpenJob{Job: Job{ID: j.newID(), Kind: kind, Selection: s, About: s.About(), Reason: reason,
		ByID: actor.PersonID, ByName: actor.Name, State: Waiting, CreatedAt: j.now()}, Actor: actor}
	return j.add(ctx, job)
}

func (j *Service) add(ctx context.Context, job OpenJob) (Job, error) {
	detail := job.Heading()
	if job.Reason != "" {
		detail += ". Reason: " + job.Reason
	}
	if err := j.store.AddJob(ctx, job, mostOpenJobs, j.entry(job.Actor, audit.StartJob, detail)); err != nil {
		return Job{}, err
	}
	j.look()
	return job.Job, nil
}

// Undo plans a job that puts back what another job changed, as far as it is still
// as that job left it. What changed since is left alone and listed with the
// reason.
func (j *Service) Undo(ctx context.Context, actor audit.Actor, id string) (Job, error) {
	of, err := j.store.Job(ctx, id)
	switch {
	case err != nil:
		return Job{}, err
	case !of.Kind.Changes():
		return Job{}, ErrNothingToUndo
	case !of.Over():
		return Job{}, ErrJobNotOver
	}
	return j.add(ctx, OpenJob{Job: Job{ID: j.newID(), Kind: Undo, UndoOf: of.Number, UndoOfID: of.ID, About: of.Heading(), Reason: UndoReason(of),
		ByID: actor.PersonID, ByName: actor.Name, State: Waiting, CreatedAt: j.now()}, Actor: actor})
}

// UndoReason is the reason of an undo of a job.
func UndoReason(of Job) string {
	reason := fmt.Sprintf("Undo of job %d", of.Number)
	if of.Reason != "" {
		reason += ": " + of.Reason
	}
	return reason
}

// Changes gives the first linked accounts that a job changed and no undo has put
// back.
func (j *Service) Changes(ctx context.Context, job Job, most int) ([]Change, error) {
	return j.store.Changes(ctx, job.Number, 0, most)
}

// MostWithoutNumber is how many linked accounts are changed at once without
// typing their number.
const MostWithoutNumber = 50

// Confirms reports whether the number that was typed confirms a change of so many
// linked accounts. It may have what separates thousands.
func Confirms(typed string, count int) bool {
	if count <= MostWithoutNumber {
		return true
	}
	digits := strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || strings.ContainsRune(",.'’", r) {
			return -1
		}
		return r
	}, typed)
	return digits == strconv.Itoa(count)
}

func checkJob(kind Kind, s register.Selection, reason string) (string, error) {
	switch {
	case kind != CheckAgain && !kind.Changes():
		return "", ErrNoSuchWork.At("action")
	case !s.All && len(s.IDs) == 0:
		return "", register.ErrNothingSelected.At("credential")
	case !s.All && len(s.IDs) > register.MostSelected:
		return "", register.ErrTooManySelected.At("credential")
	}
	if err := s.Check(); err != nil {
		return "", err
	}
	return kind.ReadReason(reason)
}

// ReadReason makes one line of a reason, or says what is wrong with it. A kind
// that needs none may have one or not; a check has none.
func (k Kind) ReadReason(typed string) (string, error) {
	if !k.Changes() {
		return "", nil
	}
	reason := text.Line(typed)
	if reason == "" && !k.NeedsReason() {
		return "", nil
	}
	if n := utf8.RuneCountInString(reason); n < credential.ShortestReason || n > credential.LongestReason {
		return "", credential.ErrReason.At("reason")
	}
	return reason, nil
}

// Find gives one job.
func (j *Service) Find(ctx context.Context, id string) (Job, error) { return j.store.Job(ctx, id) }

// List gives the latest jobs, the latest first.
func (j *Service) List(ctx context.Context) ([]Job, error) { return j.store.Jobs(ctx, jobsListed) }

// Stop lets a job do nothing more. What it has begun ends.
func (j *Service) Stop(ctx context.Context, actor audit.Actor, id string) error {
	job, err := j.store.Job(ctx, id)
	if err != nil {
		return err
	}
	if err := j.store.StopJob(ctx, id, j.entry(actor, audit.StopJob, job.Heading())); err != nil {
		return err
	}
	j.mu.Lock()
	if running := j.running[id]; running != nil {
		running.stop(errJobStopped)
	}
	j.mu.Unlock()
	j.look()
	return nil
}

// Failures gives the first failures of a job, and how many there are. Of a
// thousand and more only the first thousand are kept.
func (j *Service) Failures(ctx context.Context, id string, most int) ([]Failure, int, error) {
	job, err := j.store.Job(ctx, id)
	if err != nil || job.Failed == 0 {
		return nil, 0, err
	}
	failures, err := j.store.JobFailures(ctx, id, most)
	return failures, job.Failed, err
}

// AgainSelection gives the failures of a job that is over, as far as they are
// kept, so that a new job can do them again.
func (j *Service) AgainSelection(ctx context.Context, id string) (register.Selection, error) {
	job, err := j.store.Job(ctx, id)
	switch {
	case err != nil:
		return register.Selection{}, err
	case !job.Over():
		return register.Selection{}, ErrJobNotOver
	}
	failures, err := j.store.JobFailures(ctx, id, register.MostSelected)
	if err != nil {
		return register.Selection{}, err
	}
	var s register.Selection
	for _, f := range failures {
		s.IDs = append(s.IDs, f.CredentialID)
	}
	if len(s.IDs) == 0 {
		return register.Selection{}, ErrNothingFailed
	}
	return s, nil
}

func (j *Service) entry(actor audit.Actor, action audit.Action, detail string) audit.Entry {
	return audit.Entry{At: j.now(), Actor: actor, Action: action, Result: audit.Done, Detail: detail}
}

// look tells Run that there may be something to do.
func (j *Service) look() {
	select {
	case j.wake <- struct{}{}:
	default:
	}
}
