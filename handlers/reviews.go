package handlers

import (
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/labstack/echo/v4"

	"mooring/fault"
	"mooring/review"
	"mooring/text"
	"mooring/views"
)

const reviewsPath = "/admin/reviews"

func reviewOf(id string) string { return reviewsPath + "/" + url.PathEscape(id) }

// reviewsDone says on the list what was done.
var reviewsDone = map[string]string{
	"scheduled": "Schedule saved. Mooring starts the first review automatically.",
	"ended":     "The schedule has ended. Reviews that it started aren't affected.",
}

// reviewsPage is Administration > Reviews.
func (h *handlers) reviewsPage(c echo.Context) error {
	ctx := c.Request().Context()
	list, err := h.Reviews.List(ctx)
	if err != nil {
		return err
	}
	schedules, err := h.Reviews.Schedules(ctx)
	if err != nil {
		return err
	}
	caller, _ := callerOf(c)
	view := views.Reviews{Frame: h.frame(c, "Reviews"), NewPath: newReviewPath(review.Selection{All: true}, false), Done: reviewsDone[c.QueryParam("done")]}
	for _, r := range list {
		row := h.reviewRow(r, caller.Person.ID, zoneOf(c))
		if r.State == review.ReviewClosed {
			view.Closed = append(view.Closed, row)
		} else {
			view.Open = append(view.Open, row)
		}
	}
	for _, s := range schedules {
		view.Schedules = append(view.Schedules, h.scheduleRow(s, zoneOf(c)))
	}
	return h.html(c, http.StatusOK, views.ReviewsPage(view))
}

func (h *handlers) reviewRow(r review.Review, personID string, zone *time.Location) views.ReviewRow {
	row := views.ReviewRow{Name: r.Name, Path: reviewOf(r.ID), What: r.About, StartedBy: r.StartedByName, Due: h.moment(r.DueAt, zone),
		Overdue: r.Overdue(h.Now()), Gathering: r.State == review.ReviewGathering, Total: r.Total - r.Gone, Decided: r.Decided}
	if r.Total == 0 && !row.Gathering {
		row.What += ". " + sayNothingMatched
	}
	if own, named := r.Reviewer(personID); named && r.State == review.ReviewOpen && own.Open > 0 {
		row.Left, row.QueuePath = own.Open, queueOf(r.ID, 0, "")
	}
	if r.State == review.ReviewClosed {
		row.Closed, row.ClosedBy, row.EvidencePath = h.moment(r.ClosedAt, zone), r.ClosedByName, evidenceOf(r.ID)
	}
	return row
}

const sayNothingMatched = "No linked account matched when the review started, so there is nothing to decide."

func evidenceOf(reviewID string) string { return reviewOf(reviewID) + "/evidence.zip" }

// The parts of a review that its page can show, by what stands in the address.
var reviewTabs = []struct{ show, text, filter string }{
	{"", "All", ""}, {"open", "Open", string(review.StageOpen)}, {"asked", "Waiting for the owner", string(review.StageAsked)},
	{"keep", "Keep", string(review.Keep)}, {"disable", "Disable", string(review.Disable)}, {"unlink", "Unlink", string(review.Unlink)},
	{"changed", "Changed since", review.FilterChanged},
}

// reviewDone says on the page of a review what was done.
var reviewDone = map[string]string{
	"started": "The review has started. Mooring is collecting its linked accounts.",
	"named":   "The reviewer has been added. They can now decide, too.",
	"closed":  "The review is closed. You can download its evidence.",
}

func (h *handlers) reviewPage(c echo.Context) error { return h.sendReview(c, nil) }

func (h *handlers) sendReview(c echo.Context, err error) error {
	ctx := c.Request().Context()
	r, findErr := h.Reviews.Find(ctx, c.Param("review"))
	if findErr != nil {
		return findErr
	}
	caller, _ := callerOf(c)
	zone := zoneOf(c)
	view := views.Review{Frame: h.frame(c, r.Name), Name: r.Name, What: r.About, StartedBy: r.StartedByName,
		Started: h.moment(r.StartedAt, zone), Due: h.moment(r.DueAt, zone), Overdue: r.Overdue(h.Now()),
		Gathering: r.State == review.ReviewGathering, Over: r.State == review.ReviewClosed, Closed: h.moment(r.ClosedAt, zone), ClosedBy: r.ClosedByName,
		Total: r.Total - r.Gone, Decided: r.Decided, Asked: r.Asked, Notes: reviewNotes(r),
		NothingSelected: r.Total == 0 && r.State != review.ReviewGathering, Done: reviewDone[c.QueryParam("done")]}
	view.Path = reviewOf(r.ID)
	for _, reviewer := range r.Reviewers {
		view.Reviewers = append(view.Reviewers, views.ReviewerRow{Name: reviewer.Name, Email: reviewer.Email,
			You: reviewer.PersonID == caller.Person.ID, Decided: reviewer.Decided, Left: reviewer.Open})
	}
	own, named := r.Reviewer(caller.Person.ID)
	if view.Gathering {
		view.Reload = 2
	} else if listErr := h.reviewItems(c, &view, r, named); listErr != nil {
		return listErr
	}
	switch {
	case view.Over:
		view.EvidencePath = evidenceOf(r.ID)
	case view.Gathering && r.MayTend(caller.Person.ID) && r.MayClose(h.Now()): // when that never ends
		view.ClosePath = view.Path + "/close"
	case view.Gathering:
	case r.MayTend(caller.Person.ID):
		view.ClosePath = view.Path + "/close"
		if nameErr := h.offerReviewers(c, &view, r); nameErr != nil {
			return nameErr
		}
		fallthrough
	default:
		if named && own.Open > 0 {
			view.QueuePath = queueOf(r.ID, 0, "")
		}
	}
	status, err := h.refused(c, err, &view.Problem, &view.Fields)
	if err != nil {
		return err
	}
	return h.html(c, status, views.ReviewPage(view))
}

// offerReviewers offers the administrators who are no reviewers yet.
func (h *handlers) offerReviewers(c echo.Context, view *views.Review, r review.Review) error {
	administrators, err := h.Reviews.Administrators(c.Request().Context())
	if err != nil {
		return err
	}
	for _, a := range administrators {
		if _, already := r.Reviewer(a.PersonID); !already {
			view.NamePath = view.Path + "/reviewers"
			view.Candidates = append(view.Candidates, views.Choice{Key: a.PersonID, Name: a.Name + ", " + a.Email})
		}
	}
	return nil
}

// nameReviewer adds a reviewer to a review that goes on.
func (h *handlers) nameReviewer(c echo.Context) error {
	caller, _ := callerOf(c)
	id, who := c.Param("review"), c.Request().PostFormValue("reviewer")
	if err := h.Reviews.NameReviewer(c.Request().Context(), caller, actorOf(c), id, who); err != nil {
		return h.sendReview(c, atReviewer(err))
	}
	return seeOther(c, done(reviewOf(id), "named"))
}

// atReviewer puts what is wrong with a reviewer at the one field there is.
func atReviewer(err error) error {
	f := fault.Of(err)
	if sentence := f.Fields["reviewers"]; sentence != "" {
		return fault.AtFields(fault.Fields{"reviewer": sentence})
	}
	return err
}

// reviewNotes tells what the numbers do not.
func reviewNotes(r review.Review) []string {
	var notes []string
	if r.Gone > 0 {
		notes = append(notes, text.Count(r.Gone, "linked account was", "linked accounts were")+" unlinked before a decision was made.")
	}
	if r.Stuck > 0 && r.State == review.ReviewOpen {
		notes = append(notes, text.Count(r.Stuck, "open item belongs", "open items belong")+" to the reviewers themselves, so none of them can decide. "+
			"Add another administrator as a reviewer.")
	}
	for _, reviewer := range r.Reviewers {
		if reviewer.Away && r.State == review.ReviewOpen {
			notes = append(notes, reviewer.Name+" is no longer an administrator and can't decide here.")
		}
	}
	return notes
}

func (h *handlers) reviewItems(c echo.Context, view *views.Review, r review.Review, named bool) error {
	caller, _ := callerOf(c)
	show, filter, known := "", "", false
	counts := map[string]int{"": r.Total, "open": r.Open, "asked": r.Asked}
	for _, tab := range reviewTabs {
		if tab.show == c.QueryParam("show") {
			show, filter, known = tab.show, tab.filter, true
		}
	}
	for _, tab := range reviewTabs {
		count, counted := counts[tab.show]
		if !counted {
			count = -1
		}
		view.Tabs = append(view.Tabs, views.FilterTab{Text: tab.text, Path: reviewPart(r.ID, tab.show, 0), Count: count, Current: known && tab.show == show})
	}
	if !known { // a part that does not exist has nothing in it
		return nil
	}
	after, _ := strconv.ParseInt(c.QueryParam("after"), 10, 64)
	items, next, err := h.Reviews.Items(c.Request().Context(), caller, r.ID, filter, max(0, after))
	if err != nil {
		return err
	}
	for _, i := range items {
		view.Items = append(view.Items, h.reviewItem(i, r, named, zoneOf(c)))
	}
	if after > 0 {
		view.FirstPath = reviewPart(r.ID, show, 0)
	}
	if next > 0 {
		view.NextPath = reviewPart(r.ID, show, next)
	}
	return nil
}

// reviewPart is the address of a part of a review, behind an item.
func reviewPart(id, show string, after int64) string {
	query := url.Values{}
	if show != "" {
		query.Set("show", show)
	}
	if after > 0 {
		query.Set("after", strconv.FormatInt(after, 10))
	}
	return withQuery(reviewOf(id), query)
}

func (h *handlers) reviewItem(i review.Item, r review.Review, named bool, zone *time.Location) views.ReviewItem {
	shown := views.ReviewItem{Label: i.Label, Provider: h.cloudOf(i.Provider).Describe().Name, Account: i.Account, SubscriptionName: i.SubscriptionName,
		SubscriptionID: i.SubscriptionID, Decision: i.Kind.Word(), Tone: decisionTones[i.Kind], Reason: i.Reason, By: i.DecidedByName,
		When: h.moment(i.DecidedAt, zone), Answer: i.Answer, AnsweredBy: i.AnsweredByName, Changed: i.ChangedSince, Gone: i.Gone, Own: i.Own}
	if !i.Gone {
		shown.Path = linkedAccountOf(i.CredentialID)
	}
	if r.State == review.ReviewOpen && named && !i.Own && !i.Gone {
		shown.QueuePath = inQueue(r.ID, i.CredentialID, decisionForm{})
	}
	return shown
}

// closeReview ends a review, whether or not everything is decided.
func (h *handlers) closeReview(c echo.Context) error {
	caller, _ := callerOf(c)
	id := c.Param("review")
	if err := h.Reviews.Close(c.Request().Context(), caller, actorOf(c), id); err != nil {
		return h.sendReview(c, err)
	}
	return seeOther(c, done(reviewOf(id), "closed"))
}

// reviewEvidence downloads what proves the decisions of a closed review.
func (h *handlers) reviewEvidence(c echo.Context) error {
	ctx, id := c.Request().Context(), c.Param("review")
	r, err := h.Reviews.Find(ctx, id)
	if err != nil {
		return err
	}
	if r.State != review.ReviewClosed {
		return review.ErrNotClosed.To("Open the review", reviewOf(id))
	}
	name := fmt.Sprintf("mooring-review-%s.zip", r.ClosedAt.UTC().Format("2006-01-02"))
	return h.stream(c, name, "application/zip", func(w io.Writer) error { return h.Reviews.Evidence(ctx, actorOf(c), id, w) })
}
