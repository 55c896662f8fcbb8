package review

import (
	"fmt"
	"strconv"
	"time"

	"mooring/audit"
)

// JobKind says what a job does to each linked account.
type JobKind string

// The kinds. Their spelling is that of the forms and of the database.
const (
	JobCheckAgain JobKind = "check-again"
	JobDisable    JobKind = "disable"
)

var jobKindWords = map[JobKind]string{JobCheckAgain: "Check again", JobDisable: "Disable"}

// Word is how the pages call it.
func (k JobKind) Word() string { return jobKindWords[k] }

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
}

// Heading says what the job does, and to what.
func (j Job) Heading() string { return j.Kind.Word() + ": " + j.About }

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

// OpenJob is a job that is not over, with what is needed to go on with it.
type OpenJob struct {
	Job
	Actor    audit.Actor // its starter, in whose name everything is done
	Position int64       // number of the last credential that is over
	Kept     int         // failures that are kept
}
