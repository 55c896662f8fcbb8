package handlers

import (
	"github.com/labstack/echo/v4"

	"mooring/views"
)

const schedulesPath = views.SchedulesPath

// makeSchedule has reviews started by themselves.
func (h *handlers) makeSchedule(c echo.Context) error {
	form := readReview(c.Request().PostForm, true)
	if len(form.unread) > 0 || !form.Selection.All {
		return h.sendNewReview(c, form, errSelection.At("selection"))
	}
	caller, _ := callerOf(c)
	if _, err := h.Reviews.AddSchedule(c.Request().Context(), caller, actorOf(c), form.repeated()); err != nil {
		return h.sendNewReview(c, form, err)
	}
	return seeOther(c, done(reviewsPath, "scheduled"))
}

func (h *handlers) endSchedule(c echo.Context) error {
	if err := h.Reviews.EndSchedule(c.Request().Context(), actorOf(c), c.Param("schedule")); err != nil {
		return err
	}
	return seeOther(c, done(reviewsPath, "ended"))
}
