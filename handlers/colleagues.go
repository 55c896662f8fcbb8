package handlers

import (
	"net/http"
	"net/url"

	"github.com/labstack/echo/v4"

	"mooring/account"
	"mooring/views"
)

func peopleOf(accountName string) string { return "/accounts/" + accountName + "/people" }

// colleaguesPage is Account info > People of an organization.
func (h *handlers) colleaguesPage(c echo.Context) error {
	m, err := organization(c)
	if err != nil {
		return err
	}
	return h.sendColleagues(c, m, account.InviteForm{Role: string(account.Member)}, nil)
}

func (h *handlers) sendColleagues(c echo.Context, m account.Membership, form account.InviteForm, err error) error {
	ctx := c.Request().Context()
	people, listErr := h.Organizations.People(ctx, m.Account.ID)
	if listErr != nil {
		return listErr
	}
	caller, _ := callerOf(c)
	view := views.People{Frame: h.frame(c, "People"), MayManage: m.Role.AtLeast(account.Owner), Mail: h.Mail,
		Invite: views.InviteForm{Email: form.Email, Role: form.Role}, LeavePath: leavePath(m)}
	for _, p := range people {
		view.People = append(view.People, h.colleague(c, m, p, p.PersonID == caller.Person.ID, view.MayManage))
	}
	if view.MayManage {
		view.InvitePath = "/accounts/" + m.Account.Name + "/invitations"
		if view.Invitations, listErr = h.invitations(c, m); listErr != nil {
			return listErr
		}
	}
	status, err := h.refused(c, err, &view.Problem, &view.Fields)
	if err != nil {
		return err
	}
	return h.html(c, status, views.PeoplePage(view))
}

func (h *handlers) colleague(c echo.Context, m account.Membership, p account.Colleague, you, manage bool) views.Colleague {
	zone, base := zoneOf(c), peopleOf(m.Account.Name)+"/"+url.PathEscape(p.PersonID)
	shown := views.Colleague{Name: p.Name, Email: p.Email, Role: roleWords[p.Role], RoleKey: string(p.Role), Since: h.moment(p.Since, zone),
		You: you, ByGroup: p.ByGroup, Disabled: p.Disabled}
	if manage { // how others sign in is for whoever answers for the organization
		shown.LastSignIn, shown.SecondStep = h.moment(p.LastSignIn, zone), p.SecondStep
	}
	if manage && !p.ByGroup {
		shown.RolePath = base + "/role"
	}
	if manage && !p.ByGroup && !you {
		shown.RemovePath = base + "/remove"
	}
	return shown
}

// leavePath is where somebody leaves, unless a group decides whether they belong.
func leavePath(m account.Membership) string {
	if m.ByGroup {
		return ""
	}
	return "/accounts/" + m.Account.Name + "/leave"
}

func (h *handlers) invitations(c echo.Context, m account.Membership) ([]views.Invitation, error) {
	waiting, err := h.Organizations.Invitations(c.Request().Context(), m.Account.ID)
	if err != nil {
		return nil, err
	}
	var all []views.Invitation
	for _, i := range waiting {
		shown := views.Invitation{Email: i.Email, Role: roleWords[i.Role], By: i.CreatedByName, Expires: h.moment(i.ExpiresAt, zoneOf(c)),
			RevokePath: "/accounts/" + m.Account.Name + "/invitations/" + url.PathEscape(i.ID) + "/revoke"}
		if shown.Email == "" {
			shown.Email = "Anyone with the link"
		}
		all = append(all, shown)
	}
	return all, nil
}

func (h *handlers) invite(c echo.Context) error {
	m, err := organization(c)
	if err != nil {
		return err
	}
	r := c.Request()
	form := account.InviteForm{Email: r.PostFormValue("email"), Role: r.PostFormValue("role")}
	made, token, err := h.Organizations.Invite(r.Context(), m, form, actorOf(c))
	if err != nil {
		return h.sendColleagues(c, m, form, err)
	}
	view := views.InvitationMade{Frame: h.frame(c, "Invitation"), Email: made.Email, Mailed: made.Mailed, Role: roleWords[made.Role],
		Expires: h.moment(made.ExpiresAt, zoneOf(c)), BackPath: peopleOf(m.Account.Name)}
	view.Path = view.BackPath
	if !made.Mailed {
		view.Link = h.PublicURL.JoinPath("join", token.Reveal()).String()
	}
	return h.html(c, http.StatusOK, views.InvitationMadePage(view))
}

func (h *handlers) revokeInvitation(c echo.Context) error {
	m, err := organization(c)
	if err != nil {
		return err
	}
	if err := h.Organizations.Revoke(c.Request().Context(), m.Account.ID, c.Param("invitation"), actorOf(c)); err != nil {
		return err
	}
	return seeOther(c, peopleOf(m.Account.Name))
}

func (h *handlers) changeRole(c echo.Context) error {
	m, err := organization(c)
	if err != nil {
		return err
	}
	err = h.Organizations.ChangeRole(c.Request().Context(), m.Account.ID, c.Param("person"), c.Request().PostFormValue("role"), actorOf(c))
	if err != nil {
		return h.sendColleagues(c, m, account.InviteForm{}, err)
	}
	return seeOther(c, peopleOf(m.Account.Name))
}

func (h *handlers) removeColleague(c echo.Context) error {
	m, err := organization(c)
	if err != nil {
		return err
	}
	if err := h.Organizations.Remove(c.Request().Context(), m.Account.ID, c.Param("person"), actorOf(c)); err != nil {
		return h.sendColleagues(c, m, account.InviteForm{}, err)
	}
	return seeOther(c, peopleOf(m.Account.Name))
}
