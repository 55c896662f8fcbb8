package jobs

import (
	"fmt"
	"time"

	"mooring/audit"
	"mooring/credential"
	"mooring/register"
	"mooring/text"
)

// Kind says what a job does to each linked account.
type Kind string

// The kinds. Their spelling is that of the forms and of the database.
const (
	CheckAgain Kind = "check-again"
	Disable    Kind = "disable"
	Enable     Kind = "enable"
	Approve    Kind = "approve"
	Decline    Kind = "decline"
	Undo       Kind = "undo" // what another job changed; see Service.Undo
)

var kindWords = map[Kind]string{CheckAgain: "Check", Disable: "Disable", Enable: "Enable", Approve: "Approve",
	Decline: "Decline", Undo: "Undo"}

// Word is how the pages call it.
func (k Kind) Word() string { return kindWords[k] }

// orders are the kinds that change linked accounts, each with its order.
var orders = map[Kind]credential.Event{Disable: credential.Stop, Enable: credential.Release,
	Approve: credential.Approve, Decline: credential.Decline}

// Changes reports whether a job of this kind changes linked accounts, which takes
// a confirmation first and can be undone afterwards.
func (k Kind) Changes() bool { return orders[k] != "" }

// NeedsReason reports whether a job of this kind needs a reason.
func (k Kind) NeedsReason() bool { return k.Changes() && k != Approve }

// State is where a job is in its life.
type State string

// The states. The last two are the ends.
const (
	Waiting  State = "waiting"
	Running  State = "running"
	Stopping State = "stopping" // what has begun ends, and nothing new begins
	Stopped  State = "stopped"
	Finished State = "finished"
)

var stateWords = map[State]string{Waiting: "Waiting", Running: "Running", Stopping: "Stopping", Stopped: "Stopped", Finished: "Finished"}

// Word is how the pages call it.
func (s State) Word() string { return stateWords[s] }

// Job is bulk work in the background: the same thing done to many linked
// accounts, for the administrator who started it.
type Job struct {
	Number     int64 // grows in the order of starting; given by the store
	ID         string
	Kind       Kind
	Selection  register.Selection
	About      string // the selection in words
	Reason     string // what the people of a disabled link read; empty when the kind needs none
	ByID       string
	ByName     string
	State      State
	Counted    bool // Total is known
	Total      int
	Done       int
	Failed     int
	Note       string // why it ended early; empty: it did not, or somebody stopped it
	CreatedAt  time.Time
	StartedAt  time.Time // zero: not yet
	FinishedAt time.Time // zero: not yet

	UndoOf  int64 // number of the job that this one undoes; 0: it is no undo
	Changed int   // linked accounts that it changed and that no undo has put back

	// Read along, never written with the job.
	UndoOfID string   // id of that job; empty: it is no undo, or that job is removed
	Undo     UndoneBy // the latest undo of this job
}

// UndoneBy is a job that undoes another.
type UndoneBy struct {
	Number int64 // 0: there is none
	ID     string
	Over   bool
}

// Heading says what the job does, and to what.
func (j Job) Heading() string {
	if j.Kind == Undo {
		return fmt.Sprintf("Undo of job %d: %s", j.UndoOf, j.About)
	}
	return j.Kind.Word() + ": " + j.About
}

// Undoable reports whether there is something that an undo can put back: it
// decides whether the button exists.
func (j Job) Undoable() bool {
	return j.Over() && j.Kind.Changes() && j.Changed > 0 && (j.Undo.Number == 0 || j.Undo.Over)
}

// Over reports whether the job has ended, one way or the other.
func (j Job) Over() bool { return j.State == Stopped || j.State == Finished }

// Stoppable reports whether there is anything left to stop: it decides whether
// the button exists.
func (j Job) Stoppable() bool { return j.State == Waiting || j.State == Running }

// Took is how long the job worked, up to now while it still does.
func (j Job) Took(now time.Time) time.Duration {
	switch {
	case j.StartedAt.IsZero():
		return 0
	case j.Over():
		now = j.FinishedAt
	}
	return max(0, now.Sub(j.StartedAt))
}

// Summary says what came of it, such as "4,980 done, 20 failed".
func (j Job) Summary() string {
	if j.Kind == Undo {
		return fmt.Sprintf("%s done, %s left unchanged", text.Number(j.Done), text.Number(j.Failed))
	}
	return fmt.Sprintf("%s done, %s failed", text.Number(j.Done), text.Number(j.Failed))
}

// Failure is a linked account on which a job could not do its work.
type Failure struct {
	CredentialID string
	Label        string
	Account      string // name
	Sentence     string // why, in plain words
}

// Change is a linked account that a job changed, with what it was before.
type Change struct {
	Row     register.Row // its number, id, label and account, as they were then
	Version int64        // of the linked account since that change
	Before  credential.Before
}

// OpenJob is a job that is not over, with what is needed to go on with it.
type OpenJob struct {
	Job
	Actor    audit.Actor // its starter, in whose name everything is done
	Position int64       // number of the last credential that is over
	Kept     int         // failures that are kept
}
