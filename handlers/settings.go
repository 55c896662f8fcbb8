package handlers

import (
	"net/http"
	"net/url"

	"github.com/labstack/echo/v4"

	"mooring/account"
	"mooring/views"
)

// home leads to the caller's default account.
func (h *handlers) home(c echo.Context) error {
	caller, _ := callerOf(c)
	m, ok := caller.Default()
	if !ok {
		return account.ErrNoSuchAccount
	}
	return c.Redirect(http.StatusSeeOther, providersOf(m.Account.Name))
}

// account leads to the account's first page.
func (h *handlers) account(c echo.Context) error {
	m, _ := membershipOf(c)
	return c.Redirect(http.StatusSeeOther, providersOf(m.Account.Name))
}

func (h *handlers) changeTheme(c echo.Context) error {
	theme, err := account.ParseTheme(c.Request().PostFormValue("theme"))
	if err != nil {
		return err
	}
	caller, _ := callerOf(c)
	if err := h.Accounts.ChangeTheme(c.Request().Context(), caller, theme, actorOf(c)); err != nil {
		return err
	}
	return seeOther(c, ownPath(c.Request().PostFormValue("next")))
}

func (h *handlers) sessionsPage(c echo.Context) error {
	caller, _ := callerOf(c)
	sessions, err := h.Accounts.Sessions(c.Request().Context(), caller)
	if err != nil {
		return err
	}
	page := views.Sessions{Frame: h.frame(c, "Sessions")}
	for _, s := range sessions {
		page.Sessions = append(page.Sessions, views.Session{
			Agent: browserName(s.Agent), Address: s.Address, Started: h.moment(s.CreatedAt), Seen: h.moment(s.SeenAt),
			Current: s.ID == caller.Session.ID, EndPath: "/settings/sessions/" + url.PathEscape(s.ID) + "/end",
		})
	}
	return h.html(c, http.StatusOK, views.SessionsPage(page))
}

func (h *handlers) endSession(c echo.Context) error {
	caller, _ := callerOf(c)
	if err := h.Accounts.EndSession(c.Request().Context(), caller, c.Param("session"), actorOf(c)); err != nil {
		return err
	}
	return seeOther(c, "/settings/sessions")
}
