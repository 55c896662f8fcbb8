package handlers

import (
	"fmt"
	"net/http"
	"net/url"
	"time"

	"github.com/labstack/echo/v4"

	"mooring/fault"
	"mooring/review"
	"mooring/text"
	"mooring/views"
)

func jobOf(id string) string { return jobsPath + "/" + url.PathEscape(id) }

// failuresShown is how many failures of a job its page lists.
const failuresShown = 200

// jobsPage is Administration > Jobs.
func (h *handlers) jobsPage(c echo.Context) error {
	jobs, err := h.Jobs.List(c.Request().Context())
	if err != nil {
		return err
	}
	zone := zoneOf(c)
	view := views.Jobs{Frame: h.frame(c, "Jobs")}
	for _, job := range jobs {
		view.Jobs = append(view.Jobs, views.JobRow{Number: fmt.Sprint(job.Number), Undo: job.Kind == review.JobUndo, Heading: job.Heading(), Path: jobOf(job.ID), By: job.ByName, State: jobStatus(job),
			Counted: job.Counted, Total: job.Total, Handled: job.Done + job.Failed, Failed: job.Failed,
			Created: h.moment(job.CreatedAt, zone), Finished: h.moment(job.FinishedAt, zone)})
	}
	return h.html(c, http.StatusOK, views.JobsPage(view))
}

// jobPage is one job; htmx asks for its progress while it goes on.
func (h *handlers) jobPage(c echo.Context) error { return h.sendJob(c, nil) }

func (h *handlers) sendJob(c echo.Context, err error) error {
	job, findErr := h.Jobs.Find(c.Request().Context(), c.Param("job"))
	if findErr != nil {
		return findErr
	}
	view := h.jobView(c, job)
	if job.Over() {
		if view.Failures, findErr = h.jobFailures(c, job); findErr != nil {
			return findErr
		}
		offerAgain(&view, job)
		offerUndo(&view, job)
	}
	var unused fault.Fields
	status, err := h.refused(c, err, &view.Problem, &unused)
	if err != nil {
		return err
	}
	if wants(c, "job") {
		return h.html(c, status, views.JobProgress(view))
	}
	return h.html(c, status, views.JobPage(view))
}

func (h *handlers) jobView(c echo.Context, job review.Job) views.Job {
	zone, path := zoneOf(c), jobOf(job.ID)
	view := views.Job{
		Frame: h.frame(c, job.Heading()), Number: fmt.Sprint(job.Number), Undo: job.Kind == review.JobUndo, Heading: job.Kind.Word(), What: job.About, By: job.ByName, Reason: job.Reason,
		State: jobStatus(job), Over: job.Over(), Stopping: job.State == review.JobStopping, Counted: job.Counted,
		Total: job.Total, Handled: job.Done + job.Failed, Failed: job.Failed, Left: timeLeft(job, h.Now()),
		Created: h.moment(job.CreatedAt, zone), Finished: h.moment(job.FinishedAt, zone), Sentence: job.Note,
	}
	view.Path = path
	if view.Undo {
		view.Heading = fmt.Sprintf("Undo of job %d", job.UndoOf)
		view.UndoOf = views.Link{Text: fmt.Sprintf("Job %d", job.UndoOf)}
		if job.UndoOfID != "" {
			view.UndoOf.Path = jobOf(job.UndoOfID)
		}
	}
	if !view.Over {
		view.PollPath, view.Reload = path, 3
	}
	if job.Stoppable() {
		view.StopPath = path + "/stop"
	}
	return view
}

// offerAgain lets failed checks be done again. What could not be disabled is
// not to be checked instead.
func offerAgain(view *views.Job, job review.Job) {
	if job.Kind == review.JobCheckAgain && len(view.Failures) > 0 {
		view.AgainPath = linkedAccountsPath + "/selection"
		view.Again = []views.Hidden{{Name: "action", Value: string(job.Kind)}, {Name: "failed-of", Value: job.ID}}
	}
}

// jobFailures lists what failed. What is still linked leads to its page.
func (h *handlers) jobFailures(c echo.Context, job review.Job) ([]views.JobFailure, error) {
	ctx := c.Request().Context()
	failures, _, err := h.Jobs.Failures(ctx, job.ID, failuresShown)
	if err != nil || len(failures) == 0 {
		return nil, err
	}
	var ids []string
	for _, f := range failures {
		ids = append(ids, f.CredentialID)
	}
	linked := map[string]bool{}
	err = h.Register.Each(ctx, review.Selection{IDs: ids}, 0, func(rows []review.Row) error {
		for _, r := range rows {
			linked[r.ID] = true
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	var shown []views.JobFailure
	for _, f := range failures {
		failure := views.JobFailure{Label: f.Label, Account: f.Account, Sentence: f.Sentence}
		if linked[f.CredentialID] {
			failure.Path = linkedAccountOf(f.CredentialID)
		}
		shown = append(shown, failure)
	}
	return shown, nil
}

// jobStatus is the state of a job with its tone: a job on which something
// failed asks for a look.
func jobStatus(job review.Job) views.Status {
	status := views.Status{Word: job.State.Word(), Tone: views.ToneWaiting}
	switch {
	case job.State == review.JobFinished && job.Failed > 0:
		status.Tone = views.ToneAttention
	case job.State == review.JobFinished:
		status.Tone = views.ToneOK
	case job.State == review.JobStopped:
		status.Tone = views.ToneOff
	}
	return status
}

// timeLeft estimates from what is done how long the rest takes. With too little
// done there is nothing to go by.
func timeLeft(job review.Job, now time.Time) string {
	handled, took := job.Done+job.Failed, job.Took(now)
	if job.State != review.JobRunning || !job.Counted || handled == 0 || took < 2*time.Second || handled >= job.Total {
		return ""
	}
	left := took / time.Duration(handled) * time.Duration(job.Total-handled)
	switch minutes := int(left.Round(time.Minute) / time.Minute); {
	case left < time.Minute:
		return "less than a minute left"
	case minutes < 120:
		return fmt.Sprintf("about %s left", text.Count(minutes, "minute", "minutes"))
	default:
		return fmt.Sprintf("about %s left", text.Count(int(left.Round(time.Hour)/time.Hour), "hour", "hours"))
	}
}

func (h *handlers) stopJob(c echo.Context) error {
	id := c.Param("job")
	if err := h.Jobs.Stop(c.Request().Context(), actorOf(c), id); err != nil {
		return h.sendJob(c, err)
	}
	return seeOther(c, done(jobOf(id), "stop"))
}
