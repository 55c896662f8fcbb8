package handlers

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"mooring/account"
	"mooring/views"
)

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
	var invitations []account.Invitation
	if m.Role.AtLeast(account.Owner) {
		if invitations, listErr = h.Organizations.Invitations(ctx, m.Account.ID); listErr != nil {
			return listErr
		}
	}
	view := h.reader(c).Colleagues(h.frame(c, "People"), m, people, invitations, form)
	view.Mail = h.Mail
	status, err := h.refused(c, err, &view.Problem, &view.Fields)
	if err != nil {
		return err
	}
	return h.html(c, status, views.PeoplePage(view))
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
	link := h.PublicURL.JoinPath("join", token.Reveal()).String()
	view := h.reader(c).InvitationMade(h.frame(c, "Invitation"), made, m.Account, link)
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
	return seeOther(c, views.ColleaguesPath(m.Account.Name))
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
	return seeOther(c, views.ColleaguesPath(m.Account.Name))
}

func (h *handlers) removeColleague(c echo.Context) error {
	m, err := organization(c)
	if err != nil {
		return err
	}
	if err := h.Organizations.Remove(c.Request().Context(), m.Account.ID, c.Param("person"), actorOf(c)); err != nil {
		return h.sendColleagues(c, m, account.InviteForm{}, err)
	}
	return seeOther(c, views.ColleaguesPath(m.Account.Name))
}
