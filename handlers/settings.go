package handlers

import (
	"net/http"
	"net/url"

	"github.com/labstack/echo/v4"

	"mooring/account"
	"mooring/fault"
	"mooring/views"
)

// home leads to the account that the caller looked at last.
func (h *handlers) home(c echo.Context) error {
	caller, _ := callerOf(c)
	m, ok := h.chosen(c, caller)
	if !ok {
		return account.ErrNoSuchAccount
	}
	return c.Redirect(http.StatusSeeOther, views.ProvidersPath(m.Account.Name))
}

// account leads to the account's first page.
func (h *handlers) account(c echo.Context) error {
	m, _ := membershipOf(c)
	return c.Redirect(http.StatusSeeOther, views.ProvidersPath(m.Account.Name))
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

// generalPage is where people change what is said about them.
func (h *handlers) generalPage(c echo.Context) error {
	caller, _ := callerOf(c)
	form := account.ProfileForm{Name: caller.Person.Name, TimeZone: caller.Person.TimeZone, Theme: string(caller.Person.Theme)}
	return h.sendGeneral(c, form, nil)
}

func (h *handlers) sendGeneral(c echo.Context, form account.ProfileForm, err error) error {
	caller, _ := callerOf(c)
	view := views.GeneralOf(h.frame(c, "General"), caller.Person, form)
	view.Saved = wasDone(c, "saved")
	status, err := h.refused(c, err, &view.Problem, &view.Fields)
	if err != nil {
		return err
	}
	return h.html(c, status, views.GeneralPage(view))
}

func (h *handlers) changeProfile(c echo.Context) error {
	caller, _ := callerOf(c)
	r := c.Request()
	form := account.ProfileForm{Name: r.PostFormValue("name"), TimeZone: r.PostFormValue("time_zone"), Theme: r.PostFormValue("theme")}
	if err := h.Accounts.ChangeProfile(r.Context(), caller, form, actorOf(c)); err != nil {
		return h.sendGeneral(c, form, err)
	}
	return seeOther(c, done(settingsPath, "saved"))
}

// refused puts a failure that a form can show into its problem and fields, and
// gives the status to answer with. Any other failure comes back.
func (h *handlers) refused(c echo.Context, err error, problem *string, fields *fault.Fields) (status int, unshown error) {
	if err == nil {
		return http.StatusOK, nil
	}
	f := fault.Of(err)
	switch f.Kind {
	case fault.Internal, fault.NotFound, fault.SignIn:
		return 0, err
	}
	h.noteRefusal(c, err)
	retryLater(c, f)
	*problem, *fields = f.Sentence, f.Fields
	return statuses[f.Kind].code, nil
}

// done adds to a path what was done, for one sentence on the page there.
func done(path, what string) string { return path + "?done=" + url.QueryEscape(what) }

func wasDone(c echo.Context, what string) bool { return c.QueryParam("done") == what }

func (h *handlers) sessionsPage(c echo.Context) error {
	caller, _ := callerOf(c)
	sessions, err := h.Accounts.Sessions(c.Request().Context(), caller)
	if err != nil {
		return err
	}
	return h.html(c, http.StatusOK, views.SessionsPage(h.reader(c).Sessions(h.frame(c, "Sessions"), sessions, caller.Session.ID)))
}

func (h *handlers) endSession(c echo.Context) error {
	caller, _ := callerOf(c)
	if err := h.Accounts.EndSession(c.Request().Context(), caller, c.Param("session"), actorOf(c)); err != nil {
		return err
	}
	return seeOther(c, sessionsPath)
}

func (h *handlers) endOtherSessions(c echo.Context) error {
	caller, _ := callerOf(c)
	if err := h.Accounts.EndOtherSessions(c.Request().Context(), caller, actorOf(c)); err != nil {
		return err
	}
	return seeOther(c, sessionsPath)
}
