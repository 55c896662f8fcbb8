package handlers

import (
	"context"
	"net/http"

	"github.com/labstack/echo/v4"

	"mooring/account"
	"mooring/audit"
	"mooring/fault"
	"mooring/views"
)

// peoplePage is Administration > People.
func (h *handlers) peoplePage(c echo.Context) error {
	query := account.PeopleQuery{Search: c.QueryParam("search"), After: c.QueryParam("after")}
	rows, next, err := h.People.List(c.Request().Context(), query)
	if err != nil {
		return err
	}
	return h.html(c, http.StatusOK, views.AdminPeoplePage(h.reader(c).AdminPeople(h.frame(c, "People"), query, rows, next)))
}

func (h *handlers) personPage(c echo.Context) error { return h.sendPerson(c, nil) }

func (h *handlers) sendPerson(c echo.Context, err error) error {
	row, findErr := h.People.Find(c.Request().Context(), c.Param("person"))
	if findErr != nil {
		return findErr
	}
	view := h.reader(c).AdminPerson(h.frame(c, row.Person.Name), row)
	view.Done = views.PersonDone(c.QueryParam("done"))
	var unused fault.Fields
	status, err := h.refused(c, err, &view.Problem, &unused)
	if err != nil {
		return err
	}
	return h.html(c, status, views.AdminPersonPage(view))
}

// changePerson does one thing to the person in the path and shows them again.
func (h *handlers) changePerson(c echo.Context, what string, do func(context.Context, account.Caller, string, audit.Actor) error) error {
	caller, _ := callerOf(c)
	if err := do(c.Request().Context(), caller, c.Param("person"), actorOf(c)); err != nil {
		return h.sendPerson(c, err)
	}
	return seeOther(c, done(views.PersonPath(c.Param("person")), what))
}

func (h *handlers) disablePerson(c echo.Context) error {
	return h.changePerson(c, "disable", h.People.Disable)
}

func (h *handlers) enablePerson(c echo.Context) error {
	return h.changePerson(c, "enable", h.People.Enable)
}

func (h *handlers) endPersonSessions(c echo.Context) error {
	return h.changePerson(c, "end-sessions", h.People.EndSessions)
}

func (h *handlers) makeAdministrator(c echo.Context) error {
	return h.changePerson(c, "make-administrator", h.People.MakeAdministrator)
}

func (h *handlers) takeAdministrator(c echo.Context) error {
	return h.changePerson(c, "take-administrator", h.People.TakeAdministrator)
}
