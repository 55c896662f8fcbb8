package handlers

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/url"

	"github.com/labstack/echo/v4"

	"mooring/fault"
	"mooring/jobs"
	"mooring/register"
	"mooring/text"
	"mooring/views"
)

const (
	confirmPath    = views.ConfirmPath
	confirmedShown = 10 // linked accounts that a confirming page lists
)

// confirmSelectionPage asks before a bulk change.
func (h *handlers) confirmSelectionPage(c echo.Context) error {
	if c.QueryParam("action") == "" { // somebody came back here without what they had chosen
		return seeOther(c, linkedAccountsPath)
	}
	return h.sendConfirm(c, c.QueryParams(), nil)
}

// confirmSelection starts the job for a bulk change that somebody has confirmed.
func (h *handlers) confirmSelection(c echo.Context) error {
	ctx, form := c.Request().Context(), c.Request().PostForm
	kind := jobs.Kind(form.Get("action"))
	selection, err := h.chosenAccounts(c, form)
	if err != nil {
		return h.sendLinkedAccounts(c, form, err)
	}
	count, err := h.Register.Count(ctx, selection)
	if err != nil {
		return h.sendLinkedAccounts(c, form, err)
	}
	_, reasonErr := kind.ReadReason(form.Get("reason"))
	if err := bothFaults(confirmed(form.Get("number"), count), reasonErr); err != nil {
		return h.sendConfirm(c, form, err)
	}
	job, err := h.Jobs.Start(ctx, actorOf(c), kind, selection, form.Get("reason"))
	if err != nil {
		return h.sendConfirm(c, form, err)
	}
	return seeOther(c, views.JobPath(job.ID))
}

// confirmed refuses a number that is not the one that has to be typed.
func confirmed(typed string, count int) error {
	if jobs.Confirms(typed, count) {
		return nil
	}
	return fault.AtFields(fault.Fields{"number": fmt.Sprintf("This changes %s linked accounts. Type that number.", text.Number(count))})
}

// bothFaults puts what is wrong with two fields into one.
func bothFaults(first, second error) error {
	if first == nil {
		return second
	}
	if second == nil {
		return first
	}
	fields := maps.Clone(fault.Of(first).Fields)
	maps.Copy(fields, fault.Of(second).Fields)
	return fault.AtFields(fields)
}

func (h *handlers) sendConfirm(c echo.Context, v url.Values, err error) error {
	ctx, kind := c.Request().Context(), jobs.Kind(v.Get("action"))
	if !kind.Changes() {
		return jobs.ErrNoSuchWork
	}
	selection, findErr := h.chosenAccounts(c, v)
	if findErr != nil {
		return h.sendLinkedAccounts(c, v, findErr)
	}
	count, findErr := h.Register.Count(ctx, selection)
	if findErr != nil {
		return h.sendLinkedAccounts(c, v, findErr)
	}
	rows, findErr := h.firstOf(ctx, selection)
	if findErr != nil {
		return findErr
	}
	return h.answerConfirm(c, h.reader(c).ConfirmChange(views.BulkChange{Kind: kind, Selection: selection, Count: count, Rows: rows,
		Reason: v.Get("reason"), Number: v.Get("number")}), err)
}

func (h *handlers) answerConfirm(c echo.Context, view views.Confirm, err error) error {
	view.Frame = h.frame(c, view.Heading)
	view.Frame.Path = ""
	status, err := h.refused(c, err, &view.Problem, &view.Fields)
	if err != nil {
		return err
	}
	return h.html(c, status, views.ConfirmPage(view))
}

var errEnough = errors.New("enough rows")

// firstOf gives the first linked accounts of a selection.
func (h *handlers) firstOf(ctx context.Context, s register.Selection) (rows []register.Row, err error) {
	err = h.Register.Each(ctx, s, 0, func(found []register.Row) error {
		rows = append(rows, found...)
		if len(rows) >= confirmedShown {
			rows = rows[:confirmedShown]
			return errEnough
		}
		return nil
	})
	if errors.Is(err, errEnough) {
		err = nil
	}
	return rows, err
}

// undoJobPage asks before a job is undone.
func (h *handlers) undoJobPage(c echo.Context) error { return h.sendUndo(c, "", nil) }

func (h *handlers) sendUndo(c echo.Context, typed string, err error) error {
	ctx := c.Request().Context()
	job, findErr := h.Jobs.Find(ctx, c.Param("job"))
	if findErr != nil {
		return findErr
	}
	if !job.Undoable() {
		return h.sendJob(c, jobs.ErrNothingToUndo)
	}
	changes, findErr := h.Jobs.Changes(ctx, job, confirmedShown)
	if findErr != nil {
		return findErr
	}
	return h.answerConfirm(c, views.ConfirmUndo(job, changes, typed), err)
}

// undoJob starts a job that puts back what another changed.
func (h *handlers) undoJob(c echo.Context) error {
	ctx, typed := c.Request().Context(), c.Request().PostFormValue("number")
	job, err := h.Jobs.Find(ctx, c.Param("job"))
	if err != nil {
		return err
	}
	if job.Undoable() {
		if err := confirmed(typed, job.Changed); err != nil {
			return h.sendUndo(c, typed, err)
		}
	}
	undo, err := h.Jobs.Undo(ctx, actorOf(c), job.ID)
	if err != nil {
		return h.sendJob(c, err)
	}
	return seeOther(c, views.JobPath(undo.ID))
}
