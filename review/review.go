package review

import (
	"time"

	"mooring/register"
)

// State is where a review is in its life.
type State string

// The states. A review that gathers collects its items in the background;
// nothing changes in one that is closed.
const (
	Gathering State = "gathering"
	Open      State = "open"
	Closed    State = "closed"
)

// Review asks named administrators to decide on a set of linked accounts by a
// day. The set is fixed when it opens.
type Review struct {
	ID            string
	Name          string
	Selection     register.Selection
	About         string // the selection in words
	StartedByID   string // empty: a schedule, or somebody who is gone
	StartedByName string // as it was then
	StartedAt     time.Time
	DueAt         time.Time // the last moment of its day in UTC, which is the same day for everybody
	State         State
	ClosedAt      time.Time // zero: not yet
	ClosedByName  string

	Total   int
	Decided int
	Asked   int // wait for the answer of an owner
	Open    int // wait for a decision
	Gone    int // were unlinked before anybody decided
	Stuck   int // of those open: none of the reviewers may decide them

	Reviewers  []Reviewer
	ScheduleID string // of the schedule that started it; empty: somebody did

	Gathered int64  // number of the last credential that was looked at for it
	Anchor   Anchor // zero until it is closed
}

// collectLimit is how long collecting the linked accounts of a review takes at
// most, as long as nothing is wrong.
const collectLimit = 15 * time.Minute

// MayClose reports whether the review can be closed now: not while its linked
// accounts are being collected, unless that takes unusually long.
func (r Review) MayClose(now time.Time) bool {
	return r.State == Open || r.State == Gathering && now.Sub(r.StartedAt) >= collectLimit
}

// Anchor is the entry of the audit log that closed a review. The digest covers
// all entries before it, so whoever holds evidence can tell whether the log
// still is the one of that day.
type Anchor struct {
	Entry  int64
	Digest []byte
}

// Overdue reports whether its day has passed while something is undecided.
func (r Review) Overdue(now time.Time) bool {
	return r.State != Closed && now.After(r.DueAt) && (r.State == Gathering || r.Undecided() > 0)
}

// Undecided counts what waits for a decision or for an answer.
func (r Review) Undecided() int { return r.Open + r.Asked }

// Reviewer finds one of the reviewers.
func (r Review) Reviewer(personID string) (Reviewer, bool) {
	for _, reviewer := range r.Reviewers {
		if reviewer.PersonID == personID {
			return reviewer, true
		}
	}
	return Reviewer{}, false
}

// MayTend reports whether this administrator may close it and name further
// reviewers: one of its reviewers, who started it, or anybody when none of its
// reviewers is an administrator any more.
func (r Review) MayTend(personID string) bool {
	if _, named := r.Reviewer(personID); named || personID == r.StartedByID && personID != "" {
		return true
	}
	for _, reviewer := range r.Reviewers {
		if !reviewer.Away {
			return false
		}
	}
	return true
}

// Reviewer is an administrator who decides.
type Reviewer struct {
	PersonID    string
	Name, Email string // as they were then
	Decided     int    // by them, and by nobody since
	Open        int    // that they may decide
	Away        bool   // they are no administrator who can sign in any more
}

// Form is what an administrator types to start a review.
type Form struct {
	Name      string
	Due       string   // a day, as in 2026-12-31
	Reviewers []string // e-mail addresses or ids of administrators
	Selection register.Selection
}

// The limits of what people type about a review.
const (
	maxName      = 80  // characters
	maxReviewers = 20  // named in one review
	maxDueDays   = 731 // from today
)

// endOf gives the last moment of a day in UTC, to the millisecond that is stored.
func endOf(day time.Time) time.Time { return day.AddDate(0, 0, 1).Add(-time.Millisecond) }

// today gives the midnight in UTC with which the day of now began.
func today(now time.Time) time.Time { return now.UTC().Truncate(24 * time.Hour) }
