package handlers

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"mooring/fault"
	"mooring/jobs"
	"mooring/register"
	"mooring/views"
)

// failuresShown is how many failures of a job its page lists.
const failuresShown = 200

// jobsPage is Administration > Jobs.
func (h *handlers) jobsPage(c echo.Context) error {
	listed, err := h.Jobs.List(c.Request().Context())
	if err != nil {
		return err
	}
	return h.html(c, http.StatusOK, views.JobsPage(h.reader(c).Jobs(h.frame(c, "Jobs"), listed)))
}

// jobPage is one job; htmx asks for its progress while it goes on.
func (h *handlers) jobPage(c echo.Context) error { return h.sendJob(c, nil) }

func (h *handlers) sendJob(c echo.Context, err error) error {
	job, findErr := h.Jobs.Find(c.Request().Context(), c.Param("job"))
	if findErr != nil {
		return findErr
	}
	failed, findErr := h.jobFailures(c, job)
	if findErr != nil {
		return findErr
	}
	view := h.reader(c).Job(h.frame(c, job.Heading()), job, failed)
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

// jobFailures lists what failed of a job that is over, and what of that is still
// linked.
func (h *handlers) jobFailures(c echo.Context, job jobs.Job) (failed views.JobFailures, err error) {
	if !job.Over() {
		return failed, nil
	}
	ctx := c.Request().Context()
	failed.All, _, err = h.Jobs.Failures(ctx, job.ID, failuresShown)
	if err != nil || len(failed.All) == 0 {
		return failed, err
	}
	var some register.Selection
	for _, f := range failed.All {
		some.IDs = append(some.IDs, f.CredentialID)
	}
	failed.Linked = map[string]bool{}
	err = h.Register.Each(ctx, some, 0, func(rows []register.Row) error {
		for _, r := range rows {
			failed.Linked[r.ID] = true
		}
		return nil
	})
	return failed, err
}

func (h *handlers) stopJob(c echo.Context) error {
	id := c.Param("job")
	if err := h.Jobs.Stop(c.Request().Context(), actorOf(c), id); err != nil {
		return h.sendJob(c, err)
	}
	return seeOther(c, done(views.JobPath(id), "stop"))
}
