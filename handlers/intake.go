package handlers

import (
	"cmp"
	"slices"

	"github.com/labstack/echo/v4"

	"mooring/credential"
	"mooring/review"
	"mooring/text"
	"mooring/views"
)

// What the form of the intake policy says about approvals and providers.
const (
	approveNone   = "none"
	approveAll    = "all"
	approveSome   = "some"
	onlyProviders = "some"
	allProviders  = "all"
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
		ApproveAll: v.Get("approval") == approveAll, ApproveSome: v.Get("approval") == approveSome, RightsOn: v.Get("rights-on") == "yes", Rights: v["right"], ApproveProviders: v["approve-provider"],
		OnlyProviders: v.Get("provider-rule") == onlyProviders, Providers: v["provider"],
		Directories: v.Get("directories"), Subscriptions: v.Get("subscriptions"), LongestCertificate: v.Get("longest-certificate"),
	}
	if v.Get("approval") != approveSome { // what is ticked below that choice is not meant
		form.RightsOn, form.ApproveProviders = false, nil
	}
	return form
}

func (h *handlers) sendIntake(c echo.Context, form credential.RulesForm, version int64, err error) error {
	totals, totalsErr := h.Register.Totals(c.Request().Context())
	if totalsErr != nil {
		return totalsErr
	}
	view := views.Intake{
		Frame: h.frame(c, "Intake policy"), Action: intakePath, Version: version, Approval: approvalOf(form), ProviderRule: allProviders,
		RightsOn: form.RightsOn, ApproveProviders: h.providerTicks(form.ApproveProviders), Rights: h.rightTicks(form.Rights),
		Providers: h.providerTicks(form.Providers), Directories: form.Directories, Subscriptions: form.Subscriptions,
		LongestCertificate: form.LongestCertificate,
	}
	if form.OnlyProviders {
		view.ProviderRule = onlyProviders
	}
	if n := totals.Pending(); n > 0 {
		view.Pending = views.Link{Text: text.Count(n, "linked account is waiting for approval", "linked accounts are waiting for approval"),
			Path: linkedAccountsAt(review.Query{Status: credential.StatusPending}, "")}
	}
	if wasDone(c, "saved") {
		view.Done = "Policy saved. It applies to everything linked or changed from now on."
	}
	status, err := h.refused(c, err, &view.Problem, &view.Fields)
	if err != nil {
		return err
	}
	return h.html(c, status, views.IntakePage(view))
}

func approvalOf(form credential.RulesForm) string {
	switch {
	case form.ApproveAll:
		return approveAll
	case form.ApproveSome:
		return approveSome
	}
	return approveNone
}

func (h *handlers) providerTicks(ticked []string) []views.Tick {
	var all []views.Tick
	for key, linkable := range h.Clouds {
		all = append(all, views.Tick{Key: key, Name: linkable.Describe().Name, Ticked: slices.Contains(ticked, key)})
	}
	slices.SortFunc(all, func(a, b views.Tick) int { return cmp.Compare(a.Name, b.Name) })
	return all
}

// rightTicks lists what links may turn out to do. Where several clouds can be
// linked each says whose right it is.
func (h *handlers) rightTicks(ticked []string) []views.Tick {
	var all []views.Tick
	providers := h.Intake.Rights()
	for _, of := range providers {
		for _, right := range of.Rights {
			tick := views.Tick{Key: right.Key, Name: right.Granted, Ticked: slices.Contains(ticked, right.Key)}
			if len(providers) > 1 {
				tick.Remark = of.Name
			}
			all = append(all, tick)
		}
	}
	return all
}
