package handlers

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"mooring/account"
)

// helloFor is how long a new session is greeted with the sign-in before it:
// about one page.
const helloFor = 10 * time.Second

// hello tells somebody who has just signed in when they did before, so that a
// sign-in that was not theirs is noticed.
func (h *handlers) hello(c echo.Context, caller account.Caller) string {
	session, began := caller.Session, caller.Session.CreatedAt
	if session.SecondStepAt.After(began) {
		began = session.SecondStepAt
	}
	now := h.Now()
	if session.PreviousAt.IsZero() || now.Sub(began) >= helloFor || account.ClockWasAhead(began, now) {
		return ""
	}
	return h.reader(c).Hello(session)
}

// shownNotices reads which notices the page had, and with which counts.
func shownNotices(c echo.Context) map[int64]int {
	shown := map[int64]int{}
	for _, one := range c.Request().PostForm["notice"] {
		id, count, _ := strings.Cut(one, ".")
		number, err := strconv.ParseInt(id, 10, 64)
		times, countErr := strconv.Atoi(count)
		if err == nil && countErr == nil {
			shown[number] = times
		}
	}
	return shown
}

func (h *handlers) dismissNotices(c echo.Context) error {
	caller, _ := callerOf(c)
	if err := h.Accounts.DismissNotices(c.Request().Context(), caller, shownNotices(c)); err != nil {
		return err
	}
	if wants(c, "notices") { // they go, and what is being typed below stays
		return c.HTML(http.StatusOK, "")
	}
	return seeOther(c, ownPath(c.Request().PostFormValue("next")))
}
