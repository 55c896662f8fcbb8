package handlers

import (
	"strings"

	"github.com/labstack/echo/v4"

	"mooring/account"
	"mooring/views"
)

// The account that somebody looked at last stays chosen on pages that belong to
// none. A cookie names it. It gives no right to anything: an account that its
// reader doesn't belong to counts as none.

// choose remembers the account of a page. What a page asks for by itself doesn't
// count: it may lie open in another tab.
func (h *handlers) choose(c echo.Context, of account.Account) {
	if isHTMX(c) {
		return
	}
	if before, portless := h.cookie(c.Request(), "account"); before == of.ID && !portless {
		return
	}
	h.setChosen(c, of.ID, int(account.SessionLife.Seconds()))
}

func (h *handlers) setChosen(c echo.Context, accountID string, maxAge int) {
	h.setCookie(c, h.cookieName("account"), accountID, maxAge)
}

// chosen is the account that the caller looked at last, or else their default.
func (h *handlers) chosen(c echo.Context, caller account.Caller) (account.Membership, bool) {
	named, _ := h.cookie(c.Request(), "account")
	for _, m := range caller.Memberships {
		if m.Account.ID == named {
			return m, true
		}
	}
	return caller.Default()
}

// settingsNav lists a person's own pages, for when another account than their own
// is chosen.
func settingsNav(c echo.Context) []views.Link {
	security := c.Path() != settingsPath && strings.HasPrefix(c.Path(), settingsPath) // passwords, passkeys and sessions are part of it
	return []views.Link{{Text: "General", Path: settingsPath, Current: !security}, {Text: "Security", Path: securityPath, Current: security}}
}
