package handlers

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"mooring/certificate"
	"mooring/cloud"
	"mooring/credential"
	"mooring/fault"
	"mooring/views"
)

// typedForm is what was typed, with what the page remembered beside it.
type typedForm struct {
	cloud.Form
	found   string // the directory that Mooring had filled in, if it still stands there
	version int64  // of the credential that the person looked at
}

// readCredentialForm reads what was typed, as it was typed.
func readCredentialForm(c echo.Context) typedForm {
	r := c.Request()
	form := typedForm{Form: cloud.Form{
		Label: r.PostFormValue("label"), Environment: r.PostFormValue("environment"), Method: r.PostFormValue("method"),
		SubscriptionID: r.PostFormValue("subscription_id"), TenantID: r.PostFormValue("tenant_id"),
		ClientID: r.PostFormValue("client_id"), Pasted: r.PostFormValue("pasted"),
	}}
	if found := r.PostFormValue("tenant_found"); found == form.TenantID {
		form.found = found
	}
	form.version = shownVersion(c, 1)
	return form
}

// withoutFound leaves out a directory that Mooring had found for another
// subscription than saved, so that it is found again.
func (f typedForm) withoutFound(saved string) cloud.Form {
	form := f.Form
	if f.found != "" && (saved == "" || !strings.Contains(strings.ToLower(form.SubscriptionID), saved)) {
		form.TenantID = ""
	}
	return form
}

// verifyToo is true unless somebody chose Save without checking.
func verifyToo(c echo.Context) bool { return c.Request().PostFormValue("verify") != "no" }

// formPaths are where a form posts to.
type formPaths struct{ action, preview, cancel string }

func newPaths(accountName, provider string) formPaths {
	base := credentialsOf(accountName, provider)
	return formPaths{base, base + "/preview", providersOf(accountName)}
}

func editPaths(accountName string, c credential.Credential) formPaths {
	base := credentialOf(accountName, c.Provider, c.ID)
	return formPaths{base, base + "/preview", base}
}

// newCredential is the dialog Azure credentials.
func (h *handlers) newCredential(c echo.Context) error {
	m, _ := membershipOf(c)
	provider := c.Param("provider")
	refused, err := h.Credentials.Refusals(c.Request().Context(), requestOf(c), provider, cloud.Target{}, credential.Credential{})
	if err != nil {
		return err
	}
	view, err := h.credentialForm(c, cloud.Form{}, newPaths(m.Account.Name, provider), credential.Credential{}, refused)
	if err != nil {
		return err
	}
	for _, sentence := range refused { // without anything typed there is at most one
		view.Problem = sentence
	}
	return h.sendForm(c, http.StatusOK, view)
}

// editCredentialPage is the same dialog with what was saved.
func (h *handlers) editCredentialPage(c echo.Context) error {
	found, err := h.findCredential(c)
	if err != nil {
		return err
	}
	m, _ := membershipOf(c)
	t := found.Target
	form := cloud.Form{Label: found.Label, Environment: t.Environment, Method: t.Method,
		SubscriptionID: t.SubscriptionID, TenantID: t.TenantID, ClientID: t.ClientID}
	view, err := h.credentialForm(c, form, editPaths(m.Account.Name, found), found, nil)
	if err != nil {
		return err
	}
	view.TenantFound = t.TenantID
	return h.sendForm(c, http.StatusOK, editing(view, found.Version))
}

// editing makes the form one that changes the credential of this version; 0
// leaves it one for a new credential.
func editing(view views.CredentialForm, version int64) views.CredentialForm {
	if version != 0 {
		view.Editing, view.Heading, view.Version = true, "Edit credentials", version
	}
	return view
}

func (h *handlers) linkCredential(c echo.Context) error {
	typed := readCredentialForm(c)
	form := typed.withoutFound("")
	m, _ := membershipOf(c)
	linked, err := h.Credentials.Link(c.Request().Context(), requestOf(c), c.Param("provider"), &form, verifyToo(c))
	if err != nil {
		return h.sendFormAgain(c, form, typed.found, newPaths(m.Account.Name, c.Param("provider")), credential.Credential{}, err)
	}
	return h.saved(c, linked)
}

func (h *handlers) editCredential(c echo.Context) error {
	typed := readCredentialForm(c)
	found, err := h.findCredential(c)
	if err != nil {
		return err
	}
	form := typed.withoutFound(found.Target.SubscriptionID)
	m, _ := membershipOf(c)
	request := requestOf(c)
	request.Version = typed.version
	edited, err := h.Credentials.Edit(c.Request().Context(), request, found.ID, &form, verifyToo(c))
	if err != nil {
		return h.sendFormAgain(c, form, typed.found, editPaths(m.Account.Name, found), found, err)
	}
	return h.saved(c, edited)
}

// saved shows the stages in the dialog, or leads to the credential's page.
func (h *handlers) saved(c echo.Context, saved credential.Credential) error {
	m, _ := membershipOf(c)
	if !wants(c, "dialog") || !verifyToo(c) {
		return seeOther(c, credentialOf(m.Account.Name, saved.Provider, saved.ID))
	}
	view, err := h.linkedView(c, saved)
	if err != nil {
		return err
	}
	c.Response().Header().Set("HX-Trigger", "credentials-changed")
	return h.html(c, http.StatusOK, views.LinkedDialog(view))
}

// sendFormAgain shows the form with every value kept and the sentences where
// they belong. saved is the credential as it is now; its zero value for a new one.
func (h *handlers) sendFormAgain(c echo.Context, form cloud.Form, found string, paths formPaths, saved credential.Credential, cause error) error {
	f := fault.Of(cause)
	if f.Kind != fault.Invalid && f.Kind != fault.Conflict && !(saved.ID != "" && errors.Is(cause, credential.ErrProviderNotAllowed)) {
		return cause
	}
	form.TenantID = cmp.Or(form.TenantID, found)
	view, err := h.credentialForm(c, form, paths, saved, f.Fields)
	if err != nil {
		return err
	}
	view.Problem, view.ProblemLink, view.TenantFound = f.Sentence, f.Link, found
	return h.sendForm(c, statuses[f.Kind].code, editing(view, saved.Version))
}

// previewCredential writes the command from what was typed, finds the
// directory and checks the formats, and saves nothing.
func (h *handlers) previewCredential(c echo.Context) error {
	m, _ := membershipOf(c)
	return h.preview(c, newPaths(m.Account.Name, c.Param("provider")), credential.Credential{})
}

func (h *handlers) previewEdit(c echo.Context) error {
	found, err := h.findCredential(c)
	if err != nil {
		return err
	}
	m, _ := membershipOf(c)
	return h.preview(c, editPaths(m.Account.Name, found), found)
}

// preview is for a new credential, or for one that was saved.
func (h *handlers) preview(c echo.Context, paths formPaths, saved credential.Credential) error {
	typed := readCredentialForm(c)
	form := typed.withoutFound(saved.Target.SubscriptionID)
	target, fields, err := h.Credentials.Check(c.Param("provider"), &form)
	if err != nil {
		return err
	}
	notes := map[string]string{}
	found := ""
	if target.SubscriptionID != "" && strings.TrimSpace(form.TenantID) == "" && form.Pasted == "" {
		found, notes["tenant_id"] = h.findTenant(c.Request().Context(), c.Param("provider"), target)
		form.TenantID = found
	} else if form.TenantID == typed.found {
		found = typed.found
	}
	if fields, err = h.addRefusals(c, form, target, saved, fields); err != nil {
		return err
	}
	view, err := h.credentialForm(c, form, paths, saved, fields)
	if err != nil {
		return err
	}
	view.FormNotes, view.TenantFound, view.TenantReplaced = notes, found, form.TenantID != typed.TenantID
	if saved.ID != "" {
		view = editing(view, typed.version)
	}
	if isHTMX(c) {
		return h.html(c, http.StatusOK, views.CredentialFormPreview(view))
	}
	return h.html(c, http.StatusOK, views.CredentialFormPage(view))
}

// addRefusals adds what the site's policy has against what was typed, where
// nothing else is wrong.
func (h *handlers) addRefusals(c echo.Context, form cloud.Form, target cloud.Target, saved credential.Credential, fields fault.Fields) (fault.Fields, error) {
	target.TenantID = cmp.Or(target.TenantID, form.TenantID) // found, and as such no longer what was typed
	refused, err := h.Credentials.Refusals(c.Request().Context(), requestOf(c), c.Param("provider"), target, saved)
	if err != nil {
		return nil, err
	}
	all := fault.Fields{}
	maps.Copy(all, refused)
	maps.Copy(all, fields)
	return all, nil
}

// findTenant finds the directory of a subscription for somebody who types. It
// is a convenience: what is not found now is found, or explained, on saving.
func (h *handlers) findTenant(ctx context.Context, provider string, target cloud.Target) (tenantID, note string) {
	locator, ok := h.Clouds[provider].(cloud.Locator)
	if !ok {
		return "", ""
	}
	tenantID, err := locator.FindTenant(ctx, target.Environment, target.SubscriptionID)
	if err != nil {
		var f *fault.Fault
		if errors.As(err, &f) {
			return "", f.Sentence
		}
		return "", "Mooring couldn't find the directory of this subscription. Check the subscription ID and the cloud, or enter the directory ID yourself."
	}
	return tenantID, "Found from the subscription. Change it if it's wrong."
}

// credentialForm fills in everything around what was typed. saved is the credential
// that is edited; its zero value for a new one.
func (h *handlers) credentialForm(c echo.Context, form cloud.Form, paths formPaths, saved credential.Credential, fields fault.Fields) (views.CredentialForm, error) {
	m, _ := membershipOf(c)
	provider, err := h.Credentials.Cloud(c.Param("provider"))
	if err != nil {
		return views.CredentialForm{}, err
	}
	signing, err := h.Credentials.CertificateFor(c.Request().Context(), m.Account.ID, saved, cloud.Target{})
	if err != nil {
		return views.CredentialForm{}, err
	}
	rules, err := h.Credentials.Intake().Rules(c.Request().Context())
	if err != nil {
		return views.CredentialForm{}, err
	}
	description := provider.Describe()
	fillDefaults(&form, description)
	view := views.CredentialForm{
		Frame:   h.frame(c, description.ShortName+" credentials"),
		Heading: description.ShortName + " credentials",
		Action:  paths.action, PreviewPath: paths.preview, CancelPath: paths.cancel, HelpPath: h.helpWith(description, form.Method),
		Form: form, Fields: fields, Methods: methodChoices(description), Environments: description.Environments,
		Classic:     form.Method != description.Methods[0].Key,
		Certificate: h.certificateView(m.Account.Name, signing, zoneOf(c)),
		Guide:       h.guide(provider, form, m.Account.Name, signing),
	}
	if saved.ID != "" && !saved.CertificateIsCurrent && signing.ID == saved.CertificateID {
		view.Certificate.CERPath = certificateFile(m.Account.Name, signing.ID, ".cer")
		view.Certificate.PEMPath = certificateFile(m.Account.Name, signing.ID, ".pem")
		view.Certificate.RenewPath, view.OlderCertificate = "", certificatesOf(m.Account.Name)
	}
	if fields["certificate_life"] != "" {
		view.Certificate.RenewPath = newCertificatePath(m.Account.Name)
	}
	if rules.NeedsApproval(description.Key) {
		view.Approval = "An administrator must approve new links before they can be used. Mooring doesn't check them until then."
	}
	return view, nil
}

func (h *handlers) guide(provider cloud.Cloud, form cloud.Form, accountName string, active certificate.Certificate) cloud.Guide {
	return provider.Guide(cloud.Draft{Form: form, AccountName: accountName, Certificate: active})
}

func fillDefaults(form *cloud.Form, d cloud.Description) {
	if form.Environment == "" && len(d.Environments) > 0 {
		form.Environment = d.Environments[0].Key
	}
	if form.Method == "" {
		form.Method = d.Methods[0].Key
	}
}

func methodChoices(d cloud.Description) []views.MethodChoice {
	var choices []views.MethodChoice
	for i, method := range d.Methods {
		choices = append(choices, views.MethodChoice{Key: method.Key, Name: method.Name, When: method.When, Recommended: i == 0})
	}
	return choices
}

// sendForm sends the form as a dialog or as a page of its own.
func (h *handlers) sendForm(c echo.Context, status int, view views.CredentialForm) error {
	if wants(c, "dialog") {
		return h.html(c, status, views.CredentialFormDialog(view))
	}
	return h.html(c, status, views.CredentialFormPage(view))
}
