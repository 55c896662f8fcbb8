package handlers

import (
	"strings"

	"github.com/labstack/echo/v4"

	"mooring/credential"
	"mooring/views"
)

// intakePage is Administration > Intake policy.
func (h *handlers) intakePage(c echo.Context) error {
	rules, err := h.Intake.Rules(c.Request().Context())
	if err != nil {
		return err
	}
	return h.sendIntake(c, rules.Form(), rules.Version, nil)
}

func (h *handlers) changeIntake(c echo.Context) error {
	form, order := intakeForm(c), orderOf(c, 0)
	if _, err := h.Intake.Change(c.Request().Context(), order, form); err != nil {
		return h.sendIntake(c, form, order.Version, err)
	}
	return seeOther(c, done(intakePath, "saved"))
}

func intakeForm(c echo.Context) credential.RulesForm {
	v := c.Request().PostForm
	form := credential.RulesForm{
		ApproveAll: v.Get("approval") == views.ApproveAll, ApproveSome: v.Get("approval") == views.ApproveSome, RightsOn: v.Get("rights-on") == "yes", Rights: v["right"], ApproveProviders: v["approve-provider"],
		OnlyProviders: v.Get("provider-rule") == views.OnlyProviders, Providers: v["provider"],
		LongestCertificate: v.Get("longest-certificate"), Accounts: map[string]string{}, Parents: map[string]string{},
	}
	for name := range v {
		if key, ok := strings.CutPrefix(name, "accounts-"); ok {
			form.Accounts[key] = v.Get(name)
		}
		if key, ok := strings.CutPrefix(name, "parents-"); ok {
			form.Parents[key] = v.Get(name)
		}
	}
	if v.Get("approval") != views.ApproveSome { // what is ticked below that choice is not meant
		form.RightsOn, form.ApproveProviders = false, nil
	}
	return form
}

func (h *handlers) sendIntake(c echo.Context, form credential.RulesForm, version int64, err error) error {
	totals, totalsErr := h.Register.Totals(c.Request().Context())
	if totalsErr != nil {
		return totalsErr
	}
	view := h.reader(c).Intake(h.frame(c, "Intake policy"), views.IntakeForm{RulesForm: form, Version: version,
		Lists: h.Intake.Lists(), Rights: h.Intake.Rights(), Pending: totals.Pending()})
	if wasDone(c, "saved") {
		view.Done = "Policy saved. It applies to everything linked or changed from now on."
	}
	status, err := h.refused(c, err, &view.Problem, &view.Fields)
	if err != nil {
		return err
	}
	return h.html(c, status, views.IntakePage(view))
}
