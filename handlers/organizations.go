package handlers

import (
	"strconv"

	"github.com/labstack/echo/v4"

	"mooring/account"
	"mooring/views"
)

func (h *handlers) newOrganizationPage(c echo.Context) error {
	return h.sendNewOrganization(c, account.OrganizationForm{}, nil)
}

func (h *handlers) sendNewOrganization(c echo.Context, form account.OrganizationForm, err error) error {
	view := views.NewOrganization(h.frame(c, "New organization"), form)
	status, err := h.refused(c, err, &view.Problem, &view.Fields)
	if err != nil {
		return err
	}
	return h.html(c, status, views.OrganizationPage(view))
}

func organizationForm(c echo.Context) account.OrganizationForm {
	r := c.Request()
	return account.OrganizationForm{Name: r.PostFormValue("name"), Description: r.PostFormValue("description"),
		RequireSecondStep: r.PostFormValue("require_second_step") != ""}
}

func (h *handlers) createOrganization(c echo.Context) error {
	caller, _ := callerOf(c)
	form := organizationForm(c)
	made, err := h.Organizations.Create(c.Request().Context(), caller, form, actorOf(c))
	if err != nil {
		return h.sendNewOrganization(c, form, err)
	}
	return seeOther(c, views.ProvidersPath(made.Name))
}

// organization gives the membership in the path if it is of an organization. A
// personal account has no such pages.
func organization(c echo.Context) (account.Membership, error) {
	m, _ := membershipOf(c)
	if m.Account.Kind != account.Organization {
		return account.Membership{}, errNotHere
	}
	return m, nil
}

func (h *handlers) organizationPage(c echo.Context) error {
	m, err := organization(c)
	if err != nil {
		return err
	}
	return h.sendOrganization(c, m, account.OrganizationForm{Name: m.Account.Name, Description: m.Account.Description,
		RequireSecondStep: m.Account.RequireSecondStep}, nil)
}

func (h *handlers) sendOrganization(c echo.Context, m account.Membership, form account.OrganizationForm, err error) error {
	view := views.ChangeOrganization(h.frame(c, "General"), m, form)
	view.Saved = wasDone(c, "saved")
	status, err := h.refused(c, err, &view.Problem, &view.Fields)
	if err != nil {
		return err
	}
	return h.html(c, status, views.OrganizationPage(view))
}

func (h *handlers) changeOrganization(c echo.Context) error {
	m, err := organization(c)
	if err != nil {
		return err
	}
	caller, _ := callerOf(c)
	form := organizationForm(c)
	if before := c.Request().PostFormValue("required_before"); before != "" && before != strconv.FormatBool(m.Account.RequireSecondStep) {
		// An old page must not switch it back without a word.
		form.RequireSecondStep = m.Account.RequireSecondStep
		return h.sendOrganization(c, m, form, errSecondStepChanged.At("require_second_step"))
	}
	changed, err := h.Organizations.Change(c.Request().Context(), caller, m, form, actorOf(c))
	if err != nil {
		return h.sendOrganization(c, m, form, err)
	}
	return seeOther(c, done(views.AccountPath(changed.Name)+"/general", "saved"))
}

func (h *handlers) deleteOrganizationPage(c echo.Context) error {
	m, err := organization(c)
	if err != nil {
		return err
	}
	return h.sendDeletion(c, m, nil)
}

// sendDeletion lists what goes with the organization.
func (h *handlers) sendDeletion(c echo.Context, m account.Membership, err error) error {
	deletion, listErr := h.Organizations.Deletion(c.Request().Context(), m.Account.ID)
	if listErr != nil {
		return listErr
	}
	view := views.DeletionOf(h.frame(c, "Delete "+m.Account.Name), m.Account, deletion)
	status, err := h.refused(c, err, &view.Problem, &view.Fields)
	if err != nil {
		return err
	}
	return h.html(c, status, views.DeleteOrganizationPage(view))
}

func (h *handlers) deleteOrganization(c echo.Context) error {
	m, err := organization(c)
	if err != nil {
		return err
	}
	if err := h.Organizations.Delete(c.Request().Context(), m, c.Request().PostFormValue("confirm"), actorOf(c)); err != nil {
		return h.sendDeletion(c, m, err)
	}
	return seeOther(c, "/")
}

func (h *handlers) leaveOrganization(c echo.Context) error {
	m, err := organization(c)
	if err != nil {
		return err
	}
	caller, _ := callerOf(c)
	if err := h.Organizations.Leave(c.Request().Context(), caller, m, actorOf(c)); err != nil {
		return h.sendColleagues(c, m, account.InviteForm{}, err)
	}
	return seeOther(c, "/")
}
