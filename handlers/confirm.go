package handlers

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"mooring/fault"
	"mooring/review"
	"mooring/text"
	"mooring/views"
)

const (
	confirmPath    = linkedAccountsPath + "/confirm"
	confirmedShown = 10 // linked accounts that a confirming page lists
)

// bulkNotes say what a bulk change does.
var bulkNotes = map[review.JobKind][]string{
	review.JobDisable: {"They can't be used and aren't checked until an administrator enables them. They stay linked. A link that an administrator has already disabled keeps its reason."},
	review.JobEnable:  {"Links that an administrator disabled or declined can be used again, and are checked right away. Links disabled by the people in their account can only be enabled by those people. Links waiting for approval must be approved. The job lists both kinds."},
	review.JobApprove: {"Links waiting for approval can be used, and are checked right away. You approve the permissions that Mooring found for each. Other links don't change."},
	review.JobDecline: {"Links waiting for approval are disabled. Other links don't change, and the job lists them."},
}

const (
	sayUndoLater   = "You can undo this later on the job's page, for every linked account that hasn't changed since."
	sayUndoChanges = "Only linked accounts that haven't changed since the job are restored. The job lists the others with the reason."
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
	kind := review.JobKind(form.Get("action"))
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
	return seeOther(c, jobOf(job.ID))
}

// confirmed refuses a number that is not the one that has to be typed.
func confirmed(typed string, count int) error {
	if review.Confirms(typed, count) {
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
	ctx, kind := c.Request().Context(), review.JobKind(v.Get("action"))
	if !kind.Changes() {
		return review.ErrNoSuchWork
	}
	selection, findErr := h.chosenAccounts(c, v)
	if findErr != nil {
		return h.sendLinkedAccounts(c, v, findErr)
	}
	count, findErr := h.Register.Count(ctx, selection)
	if findErr != nil {
		return h.sendLinkedAccounts(c, v, findErr)
	}
	carry := selectionValues(selection)
	carry.Set("action", string(kind))
	view := views.Confirm{
		What: review.SelectionAbout(selection), Notes: append(bulkNotes[kind], sayUndoLater),
		Nothing: "Nothing matches, so there is nothing to " + strings.ToLower(kind.Word()) + ".", Action: confirmPath, Carried: carried(carry),
		AsksReason: true, ReasonOptional: !kind.NeedsReason(), Reason: v.Get("reason"), Number: v.Get("number"),
		Danger: kind == review.JobDisable || kind == review.JobDecline, CancelPath: linkedAccountsPath, CancelText: "Linked accounts",
	}
	if selection.All {
		view.CancelPath = linkedAccountsAt(selection.Query, "")
	}
	h.count(c, &view, kind.Word(), "", count)
	if view.Rows, findErr = h.firstOf(ctx, selection, zoneOf(c)); findErr != nil {
		return findErr
	}
	return h.answerConfirm(c, view, err)
}

// count says how many a change is about.
func (h *handlers) count(c echo.Context, view *views.Confirm, verb, what string, count int) {
	view.Count, view.AsksNumber = count, count > review.MostWithoutNumber
	view.Heading = verb + what + " " + text.Count(count, "linked account", "linked accounts")
	if what != "" {
		view.Heading = verb + what + " for " + text.Count(count, "linked account", "linked accounts")
	}
	view.Button = verb + " " + text.Number(count)
	view.Question = verb + " all " + text.Number(count) + "?"
	if count == 1 {
		view.Question = verb + " it?"
	}
	view.Frame = h.frame(c, view.Heading)
	view.Frame.Path = ""
}

func (h *handlers) answerConfirm(c echo.Context, view views.Confirm, err error) error {
	status, err := h.refused(c, err, &view.Problem, &view.Fields)
	if err != nil {
		return err
	}
	return h.html(c, status, views.ConfirmPage(view))
}

var errEnough = errors.New("enough rows")

// firstOf gives the first linked accounts of a selection.
func (h *handlers) firstOf(ctx context.Context, s review.Selection, zone *time.Location) (rows []views.ConfirmRow, err error) {
	err = h.Register.Each(ctx, s, 0, func(found []review.Row) error {
		for _, r := range found {
			rows = append(rows, views.ConfirmRow{Label: r.Label, Account: r.Account, Path: linkedAccountOf(r.ID),
				Status: h.rowStatus(r, h.cloudOf(r.Provider).Describe().ShortName, zone)})
			if len(rows) == confirmedShown {
				return errEnough
			}
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
		return h.sendJob(c, review.ErrNothingToUndo)
	}
	changes, findErr := h.Jobs.Changes(ctx, job, confirmedShown)
	if findErr != nil {
		return findErr
	}
	number := fmt.Sprint(job.Number)
	view := views.Confirm{What: job.Heading(), Notes: []string{undoNotes[job.Kind], sayUndoChanges}, Action: jobOf(job.ID) + "/undo",
		Reason: review.UndoReason(job), Number: typed, CancelPath: jobOf(job.ID), CancelText: "Job " + number}
	h.count(c, &view, "Undo", " job "+number, job.Changed)
	for _, change := range changes {
		view.Rows = append(view.Rows, views.ConfirmRow{Label: change.Row.Label, Account: change.Row.Account, Path: linkedAccountOf(change.Row.ID)})
	}
	return h.answerConfirm(c, view, err)
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
	return seeOther(c, jobOf(undo.ID))
}

// undoNotes say what an undo does to what a job of each kind changed.
var undoNotes = map[review.JobKind]string{
	review.JobDisable: "Undo returns each link to its earlier status. Links that were in use can be used again, and are checked right away. Mooring no longer remembers these subscriptions as disabled by an administrator, unless it did before the job.",
	review.JobEnable:  "Undo disables them again. Mooring again remembers why an administrator disabled these subscriptions.",
	review.JobApprove: "Undo returns them to waiting for approval.",
	review.JobDecline: "Undo returns them to waiting for approval. Mooring no longer remembers these subscriptions as disabled by an administrator, unless it did before the job.",
}

// offerUndo offers to undo a job that is over, or says why that is not possible.
func offerUndo(view *views.Job, job review.Job) {
	if job.Undo.Number > 0 {
		view.UndonePart = views.Link{Text: fmt.Sprintf("Job %d", job.Undo.Number), Path: jobOf(job.Undo.ID)}
	}
	switch {
	case !job.Over():
	case job.Kind == review.JobCheckAgain:
		view.UndoNote = "Checks change nothing, so there is nothing to undo."
	case job.Kind == review.JobUndo:
		view.UndoNote = "An undo can't be undone. Choose the linked accounts again instead."
	case job.Undoable():
		view.UndoPath, view.UndoText, view.UndoNote = jobOf(job.ID)+"/undo", "Undo "+text.Number(job.Changed)+"…", undoNotes[job.Kind]
	case job.Undo.Number > 0 && !job.Undo.Over:
		view.UndoNote = "Another job is undoing this job."
	case job.Undo.Number > 0:
		view.UndoNote = "There is nothing left to undo."
	default:
		view.UndoNote = "Mooring has no record of changes by this job, so there is nothing to undo."
	}
}
