package handlers

import (
	"context"
	"net/url"

	"github.com/labstack/echo/v4"

	"mooring/fault"
	"mooring/register"
	"mooring/review"
	"mooring/text"
	"mooring/views"
)

// reviewForm is what somebody types who starts a review, or puts one on a
// schedule.
type reviewForm struct {
	views.ReviewForm
	unread fault.Fields // of the selection
}

func (f reviewForm) once() review.Form {
	return review.Form{Name: f.Name, Due: f.Due, Reviewers: f.Reviewers, Selection: f.Selection}
}

func (f reviewForm) repeated() review.ScheduleForm {
	return review.ScheduleForm{Name: f.Name, Every: f.Every, First: f.First, Days: f.Days, Reviewers: f.Reviewers, Query: f.Selection.Query}
}

func readReview(v url.Values, repeats bool) reviewForm {
	f := reviewForm{ReviewForm: views.ReviewForm{Repeats: repeats, Name: v.Get("name"), Due: v.Get("due"), Every: v.Get("every"), First: v.Get("first"), Days: v.Get("days"),
		Reviewers: v["reviewers"]}}
	f.Selection, f.unread = selectionOf(v)
	return f
}

// Whoever has seldom started a review begins with these.
const (
	usualDays  = 30
	usualEvery = review.Quarterly
)

// newReviewPage asks what to review, by when and by whom.
func (h *handlers) newReviewPage(c echo.Context) error {
	v := c.QueryParams()
	form := readReview(v, v.Get("repeat") == "yes")
	if !form.Selection.All && len(form.Selection.IDs) == 0 { // somebody typed the address
		query, unread := register.ParseQuery(v)
		form.Selection, form.unread = register.Selection{All: true, Query: query}, unread
	}
	caller, _ := callerOf(c)
	today := h.Now().In(zoneOf(c))
	form.Due, form.First = today.AddDate(0, 0, usualDays).Format(dayLayout), today.AddDate(0, 0, 1).Format(dayLayout)
	form.Every, form.Days, form.Reviewers = string(usualEvery), text.Number(usualDays), []string{caller.Person.ID}
	if len(form.unread) > 0 {
		return h.sendNewReview(c, form, errSelection.At("selection"))
	}
	return h.sendNewReview(c, form, nil)
}

func (h *handlers) sendNewReview(c echo.Context, form reviewForm, err error) error {
	ctx := c.Request().Context()
	administrators, listErr := h.Reviews.Administrators(ctx)
	if listErr != nil {
		return listErr
	}
	count, countErr := h.selected(ctx, form.Selection)
	if countErr != nil {
		return countErr
	}
	view := views.NewReviewForm(h.frame(c, "New review"), form.ReviewForm, count, administrators)
	status, err := h.refused(c, err, &view.Problem, &view.Fields)
	if err != nil {
		return err
	}
	if sentence := view.Fields["selection"]; sentence != "" { // it has no field of its own
		view.Problem = sentence
	}
	return h.html(c, status, views.NewReviewPage(view))
}

// selected counts the linked accounts that a review would have now.
func (h *handlers) selected(ctx context.Context, s register.Selection) (views.SelectionCount, error) {
	if !s.All {
		return views.SelectionCount{Total: len(s.IDs)}, nil
	}
	page, err := h.Register.List(ctx, s.Query, "")
	return views.SelectionCount{Total: page.Total, More: page.More}, err
}

// startReview starts a review by hand.
func (h *handlers) startReview(c echo.Context) error {
	form := readReview(c.Request().PostForm, false)
	if len(form.unread) > 0 {
		return h.sendNewReview(c, form, errSelection.At("selection"))
	}
	caller, _ := callerOf(c)
	started, err := h.Reviews.Start(c.Request().Context(), caller, actorOf(c), form.once())
	if err != nil {
		return h.sendNewReview(c, form, err)
	}
	return seeOther(c, done(views.ReviewPath(started.ID), "started"))
}
