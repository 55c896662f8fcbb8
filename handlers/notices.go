package handlers

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"mooring/account"
	"mooring/views"
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
	return fmt.Sprintf("You last signed in %s from %s.", h.moment(session.PreviousAt, zoneOf(c)).Shown, session.PreviousAddress)
}

// notices puts what happened to the caller's ways of signing in into sentences.
func (h *handlers) notices(c echo.Context, caller account.Caller) []views.Notice {
	zone := zoneOf(c)
	var all []views.Notice
	for _, n := range caller.Notices {
		if n.IsStep() {
			continue
		}
		all = append(all, views.Notice{Text: h.noticeText(n), Time: h.moment(n.At, zone),
			Path: securityPath, LinkText: "Review security", Shown: fmt.Sprintf("%d.%d", n.ID, n.Count)})
	}
	return all
}

func (h *handlers) noticeText(n account.Notice) string {
	where := browserName(n.Agent) + ", " + n.Address
	by := "with " + where
	if n.Address == "" { // nobody's browser, but a command on the server
		by = "by the operator of this site"
	}
	switch n.Kind {
	case account.NoticeFailedSignIns:
		if n.Count == 1 {
			return "A sign-in attempt with your e-mail address failed. It came from " + n.Address + "."
		}
		return fmt.Sprintf("%d sign-in attempts with your e-mail address failed. The last came from %s.", n.Count, n.Address)
	case account.NoticeNewDevice:
		if n.Count == 1 {
			return "You signed in with a new browser: " + where + "."
		}
		return fmt.Sprintf("You signed in with new browsers %d times, the last time with %s.", n.Count, where)
	case account.NoticeHalfSignIn:
		times := ""
		if n.Count > 1 {
			times = fmt.Sprintf(" %d times, the last time", n.Count)
		}
		return "Somebody entered your password or signed in as you at a provider," + times + " with " + where +
			", but didn't complete the second step. If it wasn't you, change your password."
	case account.NoticePasswordChanged:
		return "Your password was changed, " + by + "."
	case account.NoticePasskeyAdded:
		return "The passkey " + n.Detail + " was added, " + by + "."
	case account.NoticePasskeyRemoved:
		return "The passkey " + n.Detail + " was removed, " + by + "."
	case account.NoticeCodesMade:
		return "New recovery codes were generated, " + by + "."
	case account.NoticeCodeUsed:
		return "A recovery code was used in place of your passkey, " + by + "."
	case account.NoticeIdentityLinked:
		return "Signing in with " + h.providerName(n.Detail) + " was linked, " + by + "."
	case account.NoticeIdentityRemoved:
		return "Signing in with " + h.providerName(n.Detail) + " was unlinked, " + by + "."
	}
	return "One of your sign-in methods changed."
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
