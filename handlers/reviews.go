package handlers

import (
	"fmt"
	"io"
	"net/http"
	"strconv"

	"github.com/labstack/echo/v4"

	"mooring/fault"
	"mooring/review"
	"mooring/views"
)

const reviewsPath = views.ReviewsPath

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
	view := h.reader(c).Reviews(h.frame(c, "Reviews"), list, schedules)
	view.Done = views.ReviewsDone(c.QueryParam("done"))
	return h.html(c, http.StatusOK, views.ReviewsPage(view))
}

func (h *handlers) reviewPage(c echo.Context) error { return h.sendReview(c, nil) }

func (h *handlers) sendReview(c echo.Context, err error) error {
	ctx := c.Request().Context()
	r, findErr := h.Reviews.Find(ctx, c.Param("review"))
	if findErr != nil {
		return findErr
	}
	part, listErr := h.reviewItems(c, r)
	if listErr != nil {
		return listErr
	}
	var administrators []review.Reviewer
	if caller, _ := callerOf(c); r.State == review.Open && r.MayTend(caller.Person.ID) {
		if administrators, listErr = h.Reviews.Administrators(ctx); listErr != nil {
			return listErr
		}
	}
	view := h.reader(c).Review(h.frame(c, r.Name), r, part, administrators)
	view.Done = views.ReviewDone(c.QueryParam("done"))
	status, err := h.refused(c, err, &view.Problem, &view.Fields)
	if err != nil {
		return err
	}
	return h.html(c, status, views.ReviewPage(view))
}

// nameReviewer adds a reviewer to a review that goes on.
func (h *handlers) nameReviewer(c echo.Context) error {
	caller, _ := callerOf(c)
	id, who := c.Param("review"), c.Request().PostFormValue("reviewer")
	if err := h.Reviews.NameReviewer(c.Request().Context(), caller, actorOf(c), id, who); err != nil {
		return h.sendReview(c, atReviewer(err))
	}
	return seeOther(c, done(views.ReviewPath(id), "named"))
}

// atReviewer puts what is wrong with a reviewer at the one field there is.
func atReviewer(err error) error {
	f := fault.Of(err)
	if sentence := f.Fields["reviewers"]; sentence != "" {
		return fault.AtFields(fault.Fields{"reviewer": sentence})
	}
	return err
}

// reviewItems reads the items of the part in the address. While they are being
// collected, there are none, and a part that does not exist has nothing in it.
func (h *handlers) reviewItems(c echo.Context, r review.Review) (views.ReviewItems, error) {
	after, _ := strconv.ParseInt(c.QueryParam("after"), 10, 64)
	part := views.ReviewItems{Show: c.QueryParam("show"), After: max(0, after)}
	filter, known := views.ReviewFilter(part.Show)
	if !known || r.State == review.Gathering {
		return part, nil
	}
	caller, _ := callerOf(c)
	var err error
	part.Items, part.Next, err = h.Reviews.Items(c.Request().Context(), caller, r.ID, filter, part.After)
	return part, err
}

// closeReview ends a review, whether or not everything is decided.
func (h *handlers) closeReview(c echo.Context) error {
	caller, _ := callerOf(c)
	id := c.Param("review")
	if err := h.Reviews.Close(c.Request().Context(), caller, actorOf(c), id); err != nil {
		return h.sendReview(c, err)
	}
	return seeOther(c, done(views.ReviewPath(id), "closed"))
}

// reviewEvidence downloads what proves the decisions of a closed review.
func (h *handlers) reviewEvidence(c echo.Context) error {
	ctx, id := c.Request().Context(), c.Param("review")
	r, err := h.Reviews.Find(ctx, id)
	if err != nil {
		return err
	}
	if r.State != review.Closed {
		return review.ErrNotClosed.To("Open the review", views.ReviewPath(id))
	}
	name := fmt.Sprintf("mooring-review-%s.zip", r.ClosedAt.UTC().Format("2006-01-02"))
	return h.stream(c, name, "application/zip", func(w io.Writer) error { return h.Reviews.Evidence(ctx, actorOf(c), id, w) })
}
