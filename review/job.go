package review

import (
	"fmt"
	"strconv"
	"time"

	"mooring/audit"
	"mooring/credential"
)

// JobKind says what a job does to each linked account.
type JobKind string

// The kinds. Their spelling is that of the forms and of the database.
const (
	JobCheckAgain JobKind = "check-again"
	JobDisable    JobKind = "disable"
	JobEnable     JobKind = "enable"
	JobApprove    JobKind = "approve"
	JobDecline    JobKind = "decline"
	JobUndo       JobKind = "undo" // what another job changed; see Jobs.Undo
)

var jobKindWords = map[JobKind]string{JobCheckAgain: "Check", JobDisable: "Disable", JobEnable: "Enable", JobApprove: "Approve",
	JobDecline: "Decline", JobUndo: "Undo"}

// Word is how the pages call it.
func (k JobKind) Word() string { return jobKindWords[k] }

// jobOrders are the kinds that change linked accounts, each with its order.
var jobOrders = map[JobKind]credential.Event{JobDisable: credential.Stop, JobEnable: credential.Release,
	JobApprove: credential.Approve, JobDecline: credential.Decline}

// Changes reports whether a job of this kind changes linked accounts, which takes
// a confirmation first and can be undone afterwards.
func (k JobKind) Changes() bool { return jobOrders[k] != "" }

// NeedsReason reports whether a job of this kind needs a reason.
func (k JobKind) NeedsReason() bool { return k.Changes() && k != JobApprove }

// JobState is where a job is in its life.
type JobState string

// The states. The last two are the ends.
const (
	JobWaiting  JobState = "waiting"
	JobRunning  JobState = "running"
	JobStopping JobState = "stopping" // what has begun ends, and nothing new begins
	JobStopped  JobState = "stopped"
	JobFinished JobState = "finished"
)

var jobStateWords = map[JobState]string{JobWaiting: "Waiting", JobRunning: "Running", JobStopping: "Stopping", JobStopped: "Stopped", JobFinished: "Finished"}

// Word is how the pages call it.
func (s JobState) Word() string { return jobStateWords[s] }

// Job is bulk work in the background: the same thing done to many linked
// accounts, for the administrator who started it.
type Job struct {
	Number     int64 // grows in the order of starting; given by the store
	ID         string
	Kind       JobKind
	Selection  Selection
	About      string // the selection in words
	Reason     string // what the people of a disabled link read; empty when the kind needs none
	ByID       string
	ByName     string
	State      JobState
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
	if j.Kind == JobUndo {
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
func (j Job) Over() bool { return j.State == JobStopped || j.State == JobFinished }

// Stoppable reports whether there is anything left to stop: it decides whether
// the button exists.
func (j Job) Stoppable() bool { return j.State == JobWaiting || j.State == JobRunning }

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
	if j.Kind == JobUndo {
		return fmt.Sprintf("%s done, %s left unchanged", inThousands(j.Done), inThousands(j.Failed))
	}
	return fmt.Sprintf("%s done, %s failed", inThousands(j.Done), inThousands(j.Failed))
}

// inThousands spells a number with a comma before every three digits.
func inThousands(n int) string {
	digits := strconv.Itoa(n)
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return digits
}

// JobFailure is a linked account on which a job could not do its work.
type JobFailure struct {
	CredentialID string
	Label        string
	Account      string // name
	Sentence     string // why, in plain words
}

// JobChange is a linked account that a job changed, with what it was before.
type JobChange struct {
	Row     Row   // its number, id, label and account, as they were then
	Version int64 // of the linked account since that change
	Before  credential.Before
}

// OpenJob is a job that is not over, with what is needed to go on with it.
type OpenJob struct {
	Job
	Actor    audit.Actor // its starter, in whose name everything is done
	Position int64       // number of the last credential that is over
	Kept     int         // failures that are kept
}
