package handlers

import (
	"fmt"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"mooring/account"
	"mooring/views"
)

// helloFor is how long a new session is greeted with the sign-in before it.
const helloFor = time.Minute

// hello tells somebody who has just signed in when they did before, so that a
// sign-in that was not theirs is noticed.
func (h *handlers) hello(c echo.Context, caller account.Caller) string {
	session := caller.Session
	if session.PreviousAt.IsZero() || h.Now().Sub(session.CreatedAt) >= helloFor {
		return ""
	}
	return fmt.Sprintf("You last signed in %s from %s.", h.moment(session.PreviousAt, zoneOf(c)).Shown, session.PreviousAddress)
}

// notices puts what happened to the caller's ways of signing in into sentences.
func (h *handlers) notices(c echo.Context, caller account.Caller) []views.Notice {
	zone := zoneOf(c)
	var all []views.Notice
	for _, n := range caller.Notices {
		all = append(all, views.Notice{Text: h.noticeText(n), Time: h.moment(n.At, zone),
			Path: securityPath, LinkText: "Review security"})
	}
	return all
}

func (h *handlers) noticeText(n account.Notice) string {
	where := browserName(n.Agent) + ", " + n.Address
	switch n.Kind {
	case account.NoticeFailedSignIns:
		if n.Count == 1 {
			return "Somebody tried to sign in as you and failed, from " + n.Address + "."
		}
		return fmt.Sprintf("Somebody tried to sign in as you and failed %d times, the last time from %s.", n.Count, n.Address)
	case account.NoticeNewDevice:
		return "You signed in with a browser that was not used before: " + where + "."
	case account.NoticePasswordChanged:
		return "Your password was changed, with " + where + "."
	case account.NoticePasskeyAdded:
		return "The passkey " + n.Detail + " was added, with " + where + "."
	case account.NoticePasskeyRemoved:
		return "The passkey " + n.Detail + " was removed, with " + where + "."
	case account.NoticeCodesMade:
		return "New recovery codes were made, with " + where + "."
	case account.NoticeCodeUsed:
		return "A recovery code was used in place of your passkey, with " + where + "."
	case account.NoticeIdentityLinked:
		return "Signing in with " + h.providerName(n.Detail) + " was linked, with " + where + "."
	case account.NoticeIdentityRemoved:
		return "Signing in with " + h.providerName(n.Detail) + " was unlinked, with " + where + "."
	}
	return "Something changed in how you sign in."
}

func (h *handlers) dismissNotices(c echo.Context) error {
	caller, _ := callerOf(c)
	if err := h.Accounts.DismissNotices(c.Request().Context(), caller); err != nil {
		return err
	}
	if wants(c, "notices") { // they go, and what is being typed below stays
		return c.HTML(http.StatusOK, "")
	}
	return seeOther(c, ownPath(c.Request().PostFormValue("next")))
}
