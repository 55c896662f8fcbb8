package handlers

import (
	"time"

	"github.com/labstack/echo/v4"

	"mooring/review"
	"mooring/views"
)

const schedulesPath = reviewsPath + "/schedules"

func (h *handlers) scheduleRow(s review.Schedule, zone *time.Location) views.ScheduleRow {
	row := views.ScheduleRow{Name: s.Name, What: s.About, Every: s.Every.Word(), Days: s.Days, Next: h.moment(s.NextAt, zone),
		EndPath: schedulesPath + "/" + s.ID + "/end"}
	for _, reviewer := range s.Reviewers {
		row.Reviewers = append(row.Reviewers, reviewer.Name)
	}
	if s.Trouble != "" {
		row.What += ". " + s.Trouble
	}
	return row
}

// makeSchedule has reviews started by themselves.
func (h *handlers) makeSchedule(c echo.Context) error {
	form := readReview(c.Request().PostForm, true)
	if len(form.unread) > 0 || !form.selection.All {
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
