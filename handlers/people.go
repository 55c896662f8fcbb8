package handlers

import (
	"context"
	"net/http"
	"net/url"

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
	caller, _ := callerOf(c)
	view := views.AdminPeople{Frame: h.frame(c, "People"), Search: query.Search}
	if query.After != "" {
		view.FirstPath = peopleAfter(query.Search, "")
	}
	if next != "" {
		view.NextPath = peopleAfter(query.Search, next)
	}
	for _, r := range rows {
		row := views.PersonRow{Name: r.Person.Name, Email: r.Person.Email, Path: personOf(r.Person.ID), Administrator: r.Person.SiteAdmin,
			Disabled: !r.Person.DisabledAt.IsZero(), You: r.Person.ID == caller.Person.ID,
			LastSignIn: h.moment(r.Person.LastSignInAt, zoneOf(c)), SecondStep: r.SecondStep}
		for _, m := range r.Organizations {
			row.Organizations = append(row.Organizations, m.Account.Name)
		}
		view.People = append(view.People, row)
	}
	return h.html(c, http.StatusOK, views.AdminPeoplePage(view))
}

func peopleAfter(search, after string) string {
	query := url.Values{}
	if search != "" {
		query.Set("search", search)
	}
	if after != "" {
		query.Set("after", after)
	}
	if len(query) == 0 {
		return peoplePath
	}
	return peoplePath + "?" + query.Encode()
}

func personOf(id string) string { return peoplePath + "/" + url.PathEscape(id) }

// personDone says on a person's page what was done.
var personDone = map[string]string{
	"disable": "Disabled. Their sessions have ended and their API keys no longer work.",
	"enable":  "Enabled. They can sign in again.", "end-sessions": "Their sessions have ended.",
	"make-administrator": "They are now a site administrator.", "take-administrator": "They are no longer a site administrator.",
}

func (h *handlers) personPage(c echo.Context) error { return h.sendPerson(c, nil) }

func (h *handlers) sendPerson(c echo.Context, err error) error {
	row, findErr := h.People.Find(c.Request().Context(), c.Param("person"))
	if findErr != nil {
		return findErr
	}
	caller, _ := callerOf(c)
	p, zone, path := row.Person, zoneOf(c), personOf(row.Person.ID)
	view := views.AdminPerson{Frame: h.frame(c, p.Name), Name: p.Name, Email: p.Email, You: p.ID == caller.Person.ID,
		Administrator: p.SiteAdmin, ByGroup: p.AdminByGroup, Disabled: !p.DisabledAt.IsZero(), Added: h.moment(p.CreatedAt, zone),
		LastSignIn: h.moment(p.LastSignInAt, zone), HasPassword: row.HasPassword, SecondStep: row.SecondStep, Sessions: row.Sessions,
		BackPath: peoplePath, Done: personDone[c.QueryParam("done")]}
	for _, key := range row.Providers {
		view.Providers = append(view.Providers, h.providerName(key))
	}
	for _, m := range row.Organizations {
		view.Organizations = append(view.Organizations, views.PersonRole{Organization: m.Account.Name, Role: roleWords[m.Role]})
	}
	offerPerson(&view, path, p)
	var unused fault.Fields
	status, err := h.refused(c, err, &view.Problem, &unused)
	if err != nil {
		return err
	}
	return h.html(c, status, views.AdminPersonPage(view))
}

// offerPerson says what an administrator can do about a person. Nobody does
// these things to themselves.
func offerPerson(view *views.AdminPerson, path string, p account.Person) {
	if view.Sessions > 0 && !view.You {
		view.EndSessionsPath = path + "/end-sessions"
	}
	switch {
	case view.You:
	case view.Disabled:
		view.EnablePath = path + "/enable"
	default:
		view.DisablePath = path + "/disable"
	}
	switch {
	case view.You || p.AdminByGroup || view.Disabled:
	case p.SiteAdmin:
		view.TakeAdministratorPath = path + "/take-administrator"
	default:
		view.MakeAdministratorPath = path + "/make-administrator"
	}
}

// changePerson does one thing to the person in the path and shows them again.
func (h *handlers) changePerson(c echo.Context, what string, do func(context.Context, account.Caller, string, audit.Actor) error) error {
	caller, _ := callerOf(c)
	if err := do(c.Request().Context(), caller, c.Param("person"), actorOf(c)); err != nil {
		return h.sendPerson(c, err)
	}
	return seeOther(c, done(personOf(c.Param("person")), what))
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
