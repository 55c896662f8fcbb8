package handlers

import (
	"context"
	"errors"
	"net/http"
	"strconv"

	"github.com/labstack/echo/v4"

	"mooring/fault"
	"mooring/review"
	"mooring/views"
)

// decisionForm is what the queue sends.
type decisionForm struct {
	review.Decision
	credentialID string
	after        int64
}

func readDecision(c echo.Context) decisionForm {
	r := c.Request()
	after, _ := strconv.ParseInt(r.PostFormValue("after"), 10, 64)
	return decisionForm{
		Decision:     review.Decision{Kind: review.Kind(r.PostFormValue("decision")), Reason: r.PostFormValue("reason"), Version: shownVersion(c, 1)},
		credentialID: r.PostFormValue("credential"), after: after,
	}
}

// queuePage takes one credential of a review at a time: the one that is named,
// or the next that the caller may decide.
func (h *handlers) queuePage(c echo.Context) error {
	begun := decisionForm{Decision: review.Decision{Kind: review.Kind(c.QueryParam("decision")), Reason: c.QueryParam("reason")}}
	if id := c.QueryParam("credential"); id != "" {
		return h.sendInQueue(c, id, begun, nil)
	}
	caller, _ := callerOf(c)
	ctx, id := c.Request().Context(), c.Param("review")
	after, _ := strconv.ParseInt(c.QueryParam("after"), 10, 64)
	item, place, err := h.Reviews.Next(ctx, caller, id, max(0, after))
	switch {
	case errors.Is(err, review.ErrNothingLeft):
		return h.sendQueueEnd(c)
	case errors.Is(err, review.ErrClosed), errors.Is(err, review.ErrGathering):
		return seeOther(c, views.ReviewPath(id))
	case err != nil:
		return err
	}
	return h.sendQueue(c, item, place, begun, nil)
}

// sendInQueue shows one credential of the review, whether or not it is decided.
func (h *handlers) sendInQueue(c echo.Context, credentialID string, begun decisionForm, err error) error {
	caller, _ := callerOf(c)
	item, place, findErr := h.Reviews.Item(c.Request().Context(), caller, c.Param("review"), credentialID)
	switch {
	case findErr != nil:
		return findErr
	case item.Own:
		return review.ErrOwnLink
	case item.Gone:
		return review.ErrUnlinkedMeanwhile.To("Continue reviewing", views.QueuePath(c.Param("review"), item.Number, ""))
	}
	return h.sendQueue(c, item, place, begun, err)
}

func (h *handlers) sendQueue(c echo.Context, item review.Item, place review.QueuePlace, begun decisionForm, err error) error {
	ctx := c.Request().Context()
	r, findErr := h.Reviews.Find(ctx, item.ReviewID)
	if findErr != nil {
		return findErr
	}
	caller, _ := callerOf(c)
	if _, named := r.Reviewer(caller.Person.ID); !named {
		return review.ErrNotReviewer
	}
	if r.State != review.Open {
		return seeOther(c, views.ReviewPath(r.ID))
	}
	record, findErr := h.queueRecord(c, item)
	if findErr != nil {
		return findErr
	}
	view := h.reader(c).Queue(h.frame(c, item.Label), r, item, place, begun.Decision, record)
	view.Done = h.doneInQueue(c)
	f := fault.Of(err)
	status, err := h.refused(c, err, &view.Problem, &view.Fields)
	if err != nil {
		return err
	}
	view.ProblemLink = f.Link
	return h.html(c, status, views.QueuePage(view))
}

// queueRecord reads all that somebody needs to decide on an item, beside the item.
func (h *handlers) queueRecord(c echo.Context, item review.Item) (record views.QueueRecord, err error) {
	ctx := c.Request().Context()
	if record.Link, err = h.Credentials.FindAny(ctx, item.CredentialID); err != nil {
		return record, err
	}
	if record.Runs, err = h.Credentials.HistoryAny(ctx, record.Link.ID, views.ChartChecks); err != nil {
		return record, err
	}
	record.Rights = h.Reviews.RightsNow(record.Link)
	before, had, err := h.reviewedBefore(ctx, item)
	if err != nil {
		return record, err
	}
	if had {
		record.Before, record.Rights = &before, h.Reviews.RightsSince(record.Link, before.Snapshot)
		record.Changed = h.Reviews.ChangedSince(before, record.Link)
	}
	dependents, err := h.Credentials.Dependents(ctx, record.Link.AccountID, record.Link.ID)
	record.InUse = len(dependents) > 0
	return record, err
}

// reviewedBefore finds the latest decision of an earlier review.
func (h *handlers) reviewedBefore(ctx context.Context, item review.Item) (review.Past, bool, error) {
	history, err := h.Reviews.History(ctx, item.CredentialID)
	if err != nil {
		return review.Past{}, false, err
	}
	for _, past := range history {
		if past.ReviewID != item.ReviewID && past.Stage == review.StageDecided {
			return past, true, nil
		}
	}
	return review.Past{}, false, nil
}

// doneInQueue tells what the caller has just decided. An address that somebody
// else made up says nothing.
func (h *handlers) doneInQueue(c echo.Context) string {
	id := c.QueryParam("done")
	if id == "" {
		return ""
	}
	caller, _ := callerOf(c)
	item, _, err := h.Reviews.Item(c.Request().Context(), caller, c.Param("review"), id)
	if err != nil {
		return ""
	}
	return h.reader(c).QueueDone(item)
}

// sendQueueEnd says that nothing is left for the caller, and what comes now.
func (h *handlers) sendQueueEnd(c echo.Context) error {
	r, err := h.Reviews.Find(c.Request().Context(), c.Param("review"))
	if err != nil {
		return err
	}
	view := h.reader(c).QueueEnd(h.frame(c, r.Name), r)
	view.Done = h.doneInQueue(c)
	return h.html(c, http.StatusOK, views.QueuePage(view))
}

// decideReview stores a decision and goes on with the next one. What cannot be
// taken back as easily asks for a proof, which leads back to what was begun.
func (h *handlers) decideReview(c echo.Context) error {
	caller, _ := callerOf(c)
	form, id := readDecision(c), c.Param("review")
	if (form.Kind == review.Disable || form.Kind == review.Unlink) && !caller.Proved(h.Now()) {
		return h.sendInQueue(c, form.credentialID, form, proveDecision(id, form))
	}
	err := h.Reviews.Decide(c.Request().Context(), caller, actorOf(c), id, form.credentialID, form.Decision)
	switch f := fault.Of(err); {
	case err == nil:
		return seeOther(c, views.QueuePath(id, form.after, form.credentialID))
	case errors.Is(err, review.ErrUnlinkedMeanwhile):
		return review.ErrUnlinkedMeanwhile.To("Continue reviewing", views.QueuePath(id, form.after, ""))
	case errors.Is(err, review.ErrClosed), errors.Is(err, review.ErrGathering):
		return f.To("Open the review", views.ReviewPath(id))
	case f.Kind == fault.Invalid, f.Kind == fault.Conflict:
		return h.sendInQueue(c, form.credentialID, form, err)
	}
	return err
}

// proveDecision leads to the proof and back to the same credential. What was
// typed comes along unless it is too long for an address.
func proveDecision(reviewID string, form decisionForm) error {
	say, back := errProveDecision, views.QueueItemPath(reviewID, form.credentialID, form.Decision)
	if len(back) > maxPath {
		form.Reason = ""
		say, back = errProveLong, views.QueueItemPath(reviewID, form.credentialID, form.Decision)
	}
	return say.To(errProve.Link.Text, views.WithNext(errProve.Link.Path, back))
}
