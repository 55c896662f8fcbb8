package handlers

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"net/url"
	"strconv"

	"github.com/labstack/echo/v4"

	"mooring/certificate"
	"mooring/credential"
	"mooring/fault"
	"mooring/review"
	"mooring/views"
)

// queueOf is the address of a review's queue behind the credential with this
// number, and done what was decided there.
func queueOf(reviewID string, after int64, done string) string {
	query := url.Values{}
	if after > 0 {
		query.Set("after", strconv.FormatInt(after, 10))
	}
	if done != "" {
		query.Set("done", done)
	}
	return withQuery(reviewOf(reviewID)+"/queue", query)
}

// inQueue is the address of one credential in the queue, with what somebody has
// begun to decide about it.
func inQueue(reviewID, credentialID string, begun decisionForm) string {
	query := url.Values{"credential": {credentialID}}
	for name, value := range map[string]string{"decision": string(begun.Kind), "reason": begun.Reason} {
		if value != "" {
			query.Set(name, value)
		}
	}
	return withQuery(reviewOf(reviewID)+"/queue", query)
}

func withQuery(path string, query url.Values) string {
	if len(query) == 0 {
		return path
	}
	return path + "?" + query.Encode()
}

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
		return seeOther(c, reviewOf(id))
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
		return review.ErrUnlinkedMeanwhile.To("Continue reviewing", queueOf(c.Param("review"), item.Number, ""))
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
	if r.State != review.ReviewOpen {
		return seeOther(c, reviewOf(r.ID))
	}
	view := views.Queue{Frame: h.frame(c, item.Label), Review: r.Name, BackPath: reviewOf(r.ID), Total: r.Total - r.Gone, Decided: r.Decided,
		Position: max(1, min(r.Decided+1, r.Decided+place.Left)), Left: place.Left, Action: reviewOf(r.ID) + "/decide",
		CredentialID: item.CredentialID, Version: item.Version, After: item.Number, Chosen: chosen(begun.Kind), Reason: begun.Reason}
	view.Path = "" // whoever comes back later finds the next one
	if place.Left > 1 {
		view.SkipPath = queueOf(r.ID, item.Number, "")
	}
	var viewErr error
	if view.Item, view.DependsNote, viewErr = h.queueItem(c, item); viewErr != nil {
		return viewErr
	}
	view.Done = h.doneInQueue(c)
	f := fault.Of(err)
	status, err := h.refused(c, err, &view.Problem, &view.Fields)
	if err != nil {
		return err
	}
	view.ProblemLink = f.Link
	return h.html(c, status, views.QueuePage(view))
}

// chosen lets only a decision that needs a reason be chosen beforehand.
func chosen(kind review.Kind) string {
	switch kind {
	case review.Disable, review.Unlink, review.Ask:
		return string(kind)
	}
	return ""
}

// queueItem is one credential with all that somebody needs to decide: what it
// is now, what it was at its last review, and how its checks ended.
func (h *handlers) queueItem(c echo.Context, item review.Item) (shown views.QueueItem, depends string, err error) {
	ctx, zone := c.Request().Context(), zoneOf(c)
	found, err := h.Credentials.FindAny(ctx, item.CredentialID)
	if err != nil {
		return views.QueueItem{}, "", err
	}
	runs, err := h.Credentials.HistoryAny(ctx, found.ID, chartChecks)
	if err != nil {
		return views.QueueItem{}, "", err
	}
	before, had, err := h.reviewedBefore(ctx, item)
	if err != nil {
		return views.QueueItem{}, "", err
	}
	dependents, err := h.Credentials.Dependents(ctx, found.AccountID, found.ID)
	if err != nil {
		return views.QueueItem{}, "", err
	}
	if len(dependents) > 0 {
		depends = credential.ErrInUse.Sentence
	}
	description := h.cloudOf(found.Provider).Describe()
	method, _ := description.Method(found.Target.Method)
	shown = views.QueueItem{
		Label: found.Label, Path: linkedAccountOf(found.ID), Provider: description.Name, Account: item.Account,
		SubscriptionName: found.SubscriptionName, SubscriptionID: found.Target.SubscriptionID, TenantID: found.Target.TenantID, Method: cmp.Or(method.Name, found.Target.Method),
		Status: h.statusOf(found, description, zone), StatusReason: found.Reason,
		Rights: rightsNow(h.Reviews.RightsNow(found)), Chart: h.chart(runs, zone),
		Expires: h.moment(found.CertificateExpires, zone), ExpiresSoon: found.CertificateExpires.Sub(h.Now()) < certificate.WarnBefore,
		Linked: h.moment(found.CreatedAt, zone), LinkedBy: found.CreatedByName, LastCheck: h.moment(found.LastCheckedAt, zone),
		LastReview: h.moment(found.ReviewedAt, zone), ReviewedBy: found.ReviewedByName,
		Changed: item.ChangedSince, Question: item.Question, Answer: item.Answer, AnsweredBy: item.AnsweredByName,
		Answered: h.moment(item.AnsweredAt, zone),
	}
	if had {
		day := "the review of " + before.DecidedAt.In(zone).Format("2 January 2006")
		shown.Before, shown.RightsThen = before.Kind.Word(), day
		shown.Rights = rightsNow(h.Reviews.RightsSince(found, before.Snapshot))
		if item.Kind == "" {
			shown.Changed, shown.ChangedSince = h.Reviews.ChangedSince(before, found), day
		}
	}
	if item.Kind != "" {
		shown.ChangedSince = "the decision of " + item.DecidedAt.In(zone).Format("2 January 2006")
	}
	return shown, depends, nil
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

// queueDone says what was decided, before what comes next.
var queueDone = map[review.Kind]string{review.Keep: "Kept ", review.Disable: "Disabled ", review.Unlink: "Unlinked ", review.Ask: "Asked about "}

// doneInQueue tells what the caller has just decided. An address that somebody
// else made up says nothing.
func (h *handlers) doneInQueue(c echo.Context) string {
	id := c.QueryParam("done")
	if id == "" {
		return ""
	}
	caller, _ := callerOf(c)
	item, _, err := h.Reviews.Item(c.Request().Context(), caller, c.Param("review"), id)
	if err != nil || item.DecidedByID != caller.Person.ID || queueDone[item.Kind] == "" {
		return ""
	}
	return queueDone[item.Kind] + item.Label + "."
}

// sendQueueEnd says that nothing is left for the caller, and what comes now.
func (h *handlers) sendQueueEnd(c echo.Context) error {
	r, err := h.Reviews.Find(c.Request().Context(), c.Param("review"))
	if err != nil {
		return err
	}
	caller, _ := callerOf(c)
	view := views.Queue{Frame: h.frame(c, r.Name), Review: r.Name, BackPath: reviewOf(r.ID), Total: r.Total - r.Gone, Decided: r.Decided,
		NothingLeft: true, Done: h.doneInQueue(c)}
	switch {
	case r.Undecided() == 0 && r.MayTend(caller.Person.ID):
		view.Next, view.ClosePath = sayAllDecided, reviewOf(r.ID)+"/close"
	case r.Undecided() == 0:
		view.Next = sayOthersClose
	case r.Open == 0:
		view.Next = sayOwnersAnswer
	case r.Open == r.Stuck:
		view.Next = sayStuck
	default:
		view.Next = sayOthersDecide
	}
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
		return seeOther(c, queueOf(id, form.after, form.credentialID))
	case errors.Is(err, review.ErrUnlinkedMeanwhile):
		return review.ErrUnlinkedMeanwhile.To("Continue reviewing", queueOf(id, form.after, ""))
	case errors.Is(err, review.ErrClosed), errors.Is(err, review.ErrGathering):
		return f.To("Open the review", reviewOf(id))
	case f.Kind == fault.Invalid, f.Kind == fault.Conflict:
		return h.sendInQueue(c, form.credentialID, form, err)
	}
	return err
}

// proveDecision leads to the proof and back to the same credential. What was
// typed comes along unless it is too long for an address.
func proveDecision(reviewID string, form decisionForm) error {
	say, back := errProveDecision, inQueue(reviewID, form.credentialID, form)
	if len(back) > maxPath {
		form.Reason = ""
		say, back = errProveLong, inQueue(reviewID, form.credentialID, form)
	}
	return say.To(errProve.Link.Text, withNext(errProve.Link.Path, back))
}
