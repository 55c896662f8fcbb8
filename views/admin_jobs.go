package views

import (
	"fmt"
	"strconv"
	"time"

	"mooring/jobs"
	"mooring/text"
)

// reached says how far a job is: "2,340 of 5,000, 12 failed, about 3 minutes left".
func reached(p Job) string {
	if !p.Counted {
		return "Counting the linked accounts."
	}
	s := text.Number(p.Handled) + " of " + text.Number(p.Total)
	if p.Failed > 0 {
		s += ", " + text.Number(p.Failed) + failedWord(p.Undo)
	}
	if p.Left != "" && !p.Over {
		s += ", " + p.Left
	}
	return s
}

// heard is said aloud, at each tenth of the way and at the end.
func heard(p Job) string {
	if p.Over {
		return p.State.Word + ": " + reached(p) + "."
	}
	return p.State.Word + ", " + strconv.Itoa(percent(p.Handled, p.Total)/10*10) + " percent."
}

// went sums a finished job up.
func went(p Job) string {
	if p.Counted && p.Total == 0 {
		return "There was nothing to do."
	}
	if p.Failed == 0 && p.Handled == p.Total {
		return "Succeeded for " + all(p.Total) + "."
	}
	s := "Succeeded for " + text.Number(p.Handled-p.Failed)
	if p.Failed > 0 && p.Undo {
		s = text.Count(p.Handled-p.Failed, "was", "were") + " restored, and " + text.Count(p.Failed, "was left unchanged", "were left unchanged")
	} else if p.Failed > 0 {
		s += " and failed for " + text.Number(p.Failed)
	}
	s += "."
	if rest := p.Total - p.Handled; rest > 0 {
		s += " " + text.Count(rest, "was", "were") + " not reached."
	}
	return s
}

func all(n int) string {
	if n == 1 {
		return "the one"
	}
	return "all " + text.Number(n)
}

// rowReached is the same for a line of the list.
func rowReached(r JobRow) string {
	return reached(Job{Undo: r.Undo, Counted: r.Counted, Total: r.Total, Handled: r.Handled, Failed: r.Failed})
}

// noMoreShown says that the table of failures ends before they do.
func noMoreShown(p Job) string {
	return "The first " + text.Number(len(p.Failures)) + " of " + text.Number(p.Failed) + "."
}

// failedWord is what follows the number of those that a job did not do.
func failedWord(undo bool) string {
	if undo {
		return " left unchanged"
	}
	return " failed"
}

// failuresHeading is above the table of what a job did not do.
func failuresHeading(p Job) string {
	if p.Undo {
		return "What was left unchanged, and why"
	}
	return "What failed, and why"
}

// Jobs builds the list of jobs.
func (r Reader) Jobs(frame Frame, all []jobs.Job) Jobs {
	p := Jobs{Frame: frame}
	for _, job := range all {
		p.Jobs = append(p.Jobs, JobRow{Number: fmt.Sprint(job.Number), Undo: job.Kind == jobs.Undo, Heading: job.Heading(), Path: JobPath(job.ID), By: job.ByName, State: jobStatus(job),
			Counted: job.Counted, Total: job.Total, Handled: job.Done + job.Failed, Failed: job.Failed,
			Created: r.Moment(job.CreatedAt), Finished: r.Moment(job.FinishedAt)})
	}
	return p
}

// JobFailures are the failures of a job that is over.
type JobFailures struct {
	All    []jobs.Failure
	Linked map[string]bool // by the ID of the credential: it is still linked
}

// Job builds the page of one job.
func (r Reader) Job(frame Frame, job jobs.Job, failed JobFailures) Job {
	path := JobPath(job.ID)
	p := Job{
		Frame: frame, Number: fmt.Sprint(job.Number), Undo: job.Kind == jobs.Undo, Heading: job.Kind.Word(), What: job.About, By: job.ByName, Reason: job.Reason,
		State: jobStatus(job), Over: job.Over(), Stopping: job.State == jobs.Stopping, Counted: job.Counted,
		Total: job.Total, Handled: job.Done + job.Failed, Failed: job.Failed, Left: timeLeft(job, r.Now),
		Created: r.Moment(job.CreatedAt), Finished: r.Moment(job.FinishedAt), Sentence: job.Note,
	}
	p.Path = path
	if p.Undo {
		p.Heading = fmt.Sprintf("Undo of job %d", job.UndoOf)
		p.UndoOf = Link{Text: fmt.Sprintf("Job %d", job.UndoOf)}
		if job.UndoOfID != "" {
			p.UndoOf.Path = JobPath(job.UndoOfID)
		}
	}
	if job.Stoppable() {
		p.StopPath = path + "/stop"
	}
	if !p.Over {
		p.PollPath, p.Reload = path, 3
		return p
	}
	for _, f := range failed.All {
		failure := JobFailure{Label: f.Label, Account: f.Account, Sentence: f.Sentence}
		if failed.Linked[f.CredentialID] {
			failure.Path = LinkedAccountPath(f.CredentialID)
		}
		p.Failures = append(p.Failures, failure)
	}
	p.offerAgain(job)
	p.offerUndo(job)
	return p
}

// offerAgain lets failed checks be done again. What could not be disabled is
// not to be checked instead.
func (p *Job) offerAgain(job jobs.Job) {
	if job.Kind == jobs.CheckAgain && len(p.Failures) > 0 {
		p.AgainPath = LinkedAccountsPath + "/selection"
		p.Again = []Hidden{{Name: "action", Value: string(job.Kind)}, {Name: "failed-of", Value: job.ID}}
	}
}

// offerUndo offers to undo a job that is over, or says why that is not possible.
func (p *Job) offerUndo(job jobs.Job) {
	if job.Undo.Number > 0 {
		p.UndonePart = Link{Text: fmt.Sprintf("Job %d", job.Undo.Number), Path: JobPath(job.Undo.ID)}
	}
	switch {
	case job.Kind == jobs.CheckAgain:
		p.UndoNote = "Checks change nothing, so there is nothing to undo."
	case job.Kind == jobs.Undo:
		p.UndoNote = "An undo can't be undone. Choose the linked accounts again instead."
	case job.Undoable():
		p.UndoPath, p.UndoText, p.UndoNote = JobPath(job.ID)+"/undo", "Undo "+text.Number(job.Changed)+"…", undoNotes[job.Kind]
	case job.Undo.Number > 0 && !job.Undo.Over:
		p.UndoNote = "Another job is undoing this job."
	case job.Undo.Number > 0:
		p.UndoNote = "There is nothing left to undo."
	default:
		p.UndoNote = "Mooring has no record of changes by this job, so there is nothing to undo."
	}
}

// undoNotes say what an undo does to what a job of each kind changed.
var undoNotes = map[jobs.Kind]string{
	jobs.Disable: "Undo returns each link to its earlier status. Links that were in use can be used again, and are checked right away. Mooring no longer remembers that they were disabled by an administrator, unless it did before the job.",
	jobs.Enable:  "Undo disables them again. Mooring again remembers why an administrator disabled them.",
	jobs.Approve: "Undo returns them to waiting for approval.",
	jobs.Decline: "Undo returns them to waiting for approval. Mooring no longer remembers that they were disabled by an administrator, unless it did before the job.",
}

// jobStatus is the state of a job with its tone: a job on which something
// failed asks for a look.
func jobStatus(job jobs.Job) Status {
	status := Status{Word: job.State.Word(), Tone: ToneWaiting}
	switch {
	case job.State == jobs.Finished && job.Failed > 0:
		status.Tone = ToneAttention
	case job.State == jobs.Finished:
		status.Tone = ToneOK
	case job.State == jobs.Stopped:
		status.Tone = ToneOff
	}
	return status
}

// timeLeft estimates from what is done how long the rest takes. With too little
// done there is nothing to go by.
func timeLeft(job jobs.Job, now time.Time) string {
	handled, worked := job.Done+job.Failed, job.Took(now)
	if job.State != jobs.Running || !job.Counted || handled == 0 || worked < 2*time.Second || handled >= job.Total {
		return ""
	}
	left := worked / time.Duration(handled) * time.Duration(job.Total-handled)
	switch minutes := int(left.Round(time.Minute) / time.Minute); {
	case left < time.Minute:
		return "less than a minute left"
	case minutes < 120:
		return fmt.Sprintf("about %s left", text.Count(minutes, "minute", "minutes"))
	default:
		return fmt.Sprintf("about %s left", text.Count(int(left.Round(time.Hour)/time.Hour), "hour", "hours"))
	}
}
