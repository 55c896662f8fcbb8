package handlers

import (
	"context"
	"net/url"
	"slices"

	"github.com/labstack/echo/v4"

	"mooring/fault"
	"mooring/review"
	"mooring/text"
	"mooring/views"
)

// newReviewPath is where a review of this selection is started, once or on a
// schedule. A schedule looks up what matches each time, so that it takes none
// one by one.
func newReviewPath(s review.Selection, repeats bool) string {
	query := selectionValues(s)
	if repeats {
		s.IDs, s.All = nil, true
		query = selectionValues(s)
		query.Set("repeat", "yes")
	}
	return withQuery(reviewsPath+"/new", query)
}

// reviewForm is what somebody types who starts a review, or puts one on a
// schedule.
type reviewForm struct {
	repeats                      bool
	selection                    review.Selection
	unread                       fault.Fields // of the selection
	name, due, every, first, day string
	reviewers                    []string
}

func (f reviewForm) once() review.Form {
	return review.Form{Name: f.name, Due: f.due, Reviewers: f.reviewers, Selection: f.selection}
}

func (f reviewForm) repeated() review.ScheduleForm {
	return review.ScheduleForm{Name: f.name, Every: f.every, First: f.first, Days: f.day, Reviewers: f.reviewers, Query: f.selection.Query}
}

func readReview(v url.Values, repeats bool) reviewForm {
	f := reviewForm{repeats: repeats, name: v.Get("name"), due: v.Get("due"), every: v.Get("every"), first: v.Get("first"), day: v.Get("days"),
		reviewers: v["reviewers"]}
	f.selection, f.unread = selectionOf(v)
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
	if !form.selection.All && len(form.selection.IDs) == 0 { // somebody typed the address
		query, unread := review.ParseQuery(v)
		form.selection, form.unread = review.Selection{All: true, Query: query}, unread
	}
	caller, _ := callerOf(c)
	today := h.Now().In(zoneOf(c))
	form.due, form.first = today.AddDate(0, 0, usualDays).Format(dayLayout), today.AddDate(0, 0, 1).Format(dayLayout)
	form.every, form.day, form.reviewers = string(usualEvery), text.Number(usualDays), []string{caller.Person.ID}
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
	count, countErr := h.selected(ctx, form.selection)
	if countErr != nil {
		return countErr
	}
	view := views.NewReview{Frame: h.frame(c, "New review"), Action: reviewsPath, Repeats: form.repeats,
		OncePath: newReviewPath(form.selection, false), RepeatPath: newReviewPath(form.selection, true), What: selectionAbout(form.selection), Count: count,
		Carried: carried(selectionValues(form.selection)), Name: form.name, Due: form.due, Every: form.every, First: form.first, Days: form.day,
		CancelPath: reviewsPath}
	if form.repeats {
		view.Title, view.Action = "New schedule", schedulesPath
	}
	for _, a := range administrators {
		ticked := slices.Contains(form.reviewers, a.PersonID) || slices.Contains(form.reviewers, a.Email)
		view.Reviewers = append(view.Reviewers, views.Tick{Key: a.PersonID, Name: a.Name, Remark: a.Email, Ticked: ticked})
	}
	status, err := h.refused(c, err, &view.Problem, &view.Fields)
	if err != nil {
		return err
	}
	if sentence := view.Fields["selection"]; sentence != "" { // it has no field of its own
		view.Problem = sentence
	}
	return h.html(c, status, views.NewReviewPage(view))
}

// selectionAbout says in words what a selection selects.
func selectionAbout(s review.Selection) string {
	if s.All {
		return s.Query.Sentence()
	}
	return "Selected one by one"
}

// selected says how many linked accounts a review would have now.
func (h *handlers) selected(ctx context.Context, s review.Selection) (string, error) {
	if !s.All {
		return text.Count(len(s.IDs), "linked account", "linked accounts"), nil
	}
	page, err := h.Register.List(ctx, s.Query, "")
	if err != nil {
		return "", err
	}
	if page.More {
		return text.Number(page.Total) + " or more linked accounts", nil
	}
	return text.Count(page.Total, "linked account", "linked accounts"), nil
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
	return seeOther(c, done(reviewOf(started.ID), "started"))
}
