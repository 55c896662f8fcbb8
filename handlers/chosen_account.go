package handlers

import (
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"mooring/account"
	"mooring/views"
)

// The account that somebody looked at last stays chosen on pages that belong to
// none. A cookie names it. It gives no right to anything: an account that its
// reader doesn't belong to counts as none.

func (h *handlers) chosenCookie() string {
	if h.secure() {
		return "__Host-mooring_account"
	}
	return "mooring_account"
}

// choose remembers the account of a page. What a page asks for by itself doesn't
// count: it may lie open in another tab.
func (h *handlers) choose(c echo.Context, of account.Account) {
	if isHTMX(c) {
		return
	}
	if before := c.Request().CookiesNamed(h.chosenCookie()); len(before) == 1 && before[0].Value == of.ID {
		return
	}
	h.setChosen(c, of.ID, int(account.SessionLife.Seconds()))
}

func (h *handlers) setChosen(c echo.Context, accountID string, maxAge int) {
	c.SetCookie(&http.Cookie{Name: h.chosenCookie(), Value: accountID, Path: "/", MaxAge: maxAge,
		Secure: h.secure(), HttpOnly: true, SameSite: http.SameSiteLaxMode})
}

// chosen is the account that the caller looked at last, or else their default.
func (h *handlers) chosen(c echo.Context, caller account.Caller) (account.Membership, bool) {
	if named := c.Request().CookiesNamed(h.chosenCookie()); len(named) == 1 {
		for _, m := range caller.Memberships {
			if m.Account.ID == named[0].Value {
				return m, true
			}
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
