package handlers

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
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
	found    string // what Mooring had filled in, if it still stands there
	foundKey string // cloud.Field.Key of the field that it fills in; empty: there is none
	version  int64  // of the credential that the person looked at
}

// readCredentialForm reads what was typed, as it was typed.
func (h *handlers) readCredentialForm(c echo.Context) typedForm {
	description, sent := h.Clouds.Describe(c.Param("provider")), c.Request().PostForm
	form := typedForm{Form: *formFrom(description, sent), version: shownVersion(c, 1)}
	for _, f := range description.Fields() {
		if f.Found {
			form.foundKey = f.Key
		}
	}
	if found := sent.Get("found"); found == form.Values[form.foundKey] {
		form.found = found
	}
	return form
}

// formFrom is a cloud's form from what was sent.
func formFrom(d cloud.Description, sent url.Values) *cloud.Form {
	form := &cloud.Form{Label: sent.Get("label"), Environment: sent.Get("environment"), Method: sent.Get("method"), Draft: sent.Get("draft"), Values: map[string]string{}}
	for _, f := range d.Fields() {
		if value := sent.Get(f.Key); value != "" {
			form.Values[f.Key] = value
		}
	}
	return form
}

// withoutFound leaves out what Mooring had found for another account than saved, so
// that it is found again.
func (h *handlers) withoutFound(provider string, typed typedForm, saved string) cloud.Form {
	form := typed.Form
	if typed.found == "" {
		return form
	}
	if saved != "" {
		read := cloud.Form{Environment: form.Environment, Method: form.Method, Values: maps.Clone(form.Values)}
		if target, _, err := h.Credentials.Check(provider, &read); err == nil && target.Account == saved {
			return form
		}
	}
	form.Values = maps.Clone(form.Values)
	delete(form.Values, typed.foundKey)
	return form
}

// verifyToo is true unless somebody chose Save without checking.
func verifyToo(c echo.Context) bool { return c.Request().PostFormValue("verify") != "no" }

// newCredential is the dialog to link something to a provider.
func (h *handlers) newCredential(c echo.Context) error {
	provider := c.Param("provider")
	refused, err := h.Credentials.Refusals(c.Request().Context(), requestOf(c), provider, cloud.Target{}, credential.Credential{})
	if err != nil {
		return err
	}
	view, err := h.credentialForm(c, cloud.Form{}, credential.Credential{}, refused)
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
	form := cloud.FormOf(h.Clouds.Describe(found.Provider), found.Target, found.Label)
	view, err := h.credentialForm(c, form, found, nil)
	if err != nil {
		return err
	}
	view.Found = found.Target.Parent
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
	typed, provider := h.readCredentialForm(c), c.Param("provider")
	form := h.withoutFound(provider, typed, "")
	linked, err := h.Credentials.Link(c.Request().Context(), requestOf(c), provider, &form, verifyToo(c))
	if err != nil {
		return h.sendFormAgain(c, form, typed, credential.Credential{}, err)
	}
	return h.saved(c, linked)
}

func (h *handlers) editCredential(c echo.Context) error {
	found, err := h.findCredential(c)
	if err != nil {
		return err
	}
	typed := h.readCredentialForm(c)
	form := h.withoutFound(found.Provider, typed, found.Target.Account)
	request := requestOf(c)
	request.Version = typed.version
	edited, err := h.Credentials.Edit(c.Request().Context(), request, found.ID, &form, verifyToo(c))
	if err != nil {
		return h.sendFormAgain(c, form, typed, found, err)
	}
	return h.saved(c, edited)
}

// saved shows the stages in the dialog, or leads to the credential's page.
func (h *handlers) saved(c echo.Context, saved credential.Credential) error {
	m, _ := membershipOf(c)
	if !wants(c, "dialog") || !verifyToo(c) {
		return seeOther(c, views.CredentialPath(m.Account.Name, saved.Provider, saved.ID))
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
func (h *handlers) sendFormAgain(c echo.Context, form cloud.Form, typed typedForm, saved credential.Credential, cause error) error {
	f := fault.Of(cause)
	if f.Kind != fault.Invalid && f.Kind != fault.Conflict && !(saved.ID != "" && errors.Is(cause, credential.ErrProviderNotAllowed)) {
		return cause
	}
	if typed.found != "" && form.Values[typed.foundKey] == "" {
		form.Values = withValue(form.Values, typed.foundKey, typed.found)
	}
	view, err := h.credentialForm(c, form, saved, f.Fields)
	if err != nil {
		return err
	}
	view.Problem, view.ProblemLink, view.Found = f.Sentence, f.Link, typed.found
	return h.sendForm(c, statuses[f.Kind].code, editing(view, saved.Version))
}

// withValue is values with one more.
func withValue(values map[string]string, key, value string) map[string]string {
	all := map[string]string{key: value}
	for other, one := range values {
		if other != key {
			all[other] = one
		}
	}
	return all
}

// previewCredential writes the command from what was typed, finds what can be
// found and checks the formats, and saves nothing.
func (h *handlers) previewCredential(c echo.Context) error {
	return h.preview(c, credential.Credential{})
}

func (h *handlers) previewEdit(c echo.Context) error {
	found, err := h.findCredential(c)
	if err != nil {
		return err
	}
	return h.preview(c, found)
}

// preview is for a new credential, or for one that was saved.
func (h *handlers) preview(c echo.Context, saved credential.Credential) error {
	typed, provider := h.readCredentialForm(c), c.Param("provider")
	form := h.withoutFound(provider, typed, saved.Target.Account)
	target, fields, err := h.Credentials.Check(provider, &form)
	if err != nil {
		return err
	}
	notes := map[string]string{}
	found := ""
	if key := typed.foundKey; key != "" && hasField(h.Clouds.Describe(provider), target, key) {
		switch {
		case target.Account != "" && target.Parent == "" && strings.TrimSpace(form.Values[key]) == "" && !holdsPaste(h.Clouds.Describe(provider), form):
			found, notes[key] = h.findParent(c.Request().Context(), provider, target)
			form.Values = withValue(form.Values, key, found)
		case form.Values[key] == typed.found:
			found = typed.found
		}
	}
	if fields, err = h.addRefusals(c, found, target, saved, fields); err != nil {
		return err
	}
	view, err := h.credentialForm(c, form, saved, fields)
	if err != nil {
		return err
	}
	view.Dialog = cameFromDialog(c)
	view.FormNotes, view.Found, view.FoundReplaced = notes, found, form.Values[typed.foundKey] != typed.Values[typed.foundKey]
	if saved.ID != "" {
		view = editing(view, typed.version)
	}
	if isHTMX(c) {
		return h.html(c, http.StatusOK, views.CredentialFormPreview(view))
	}
	return h.html(c, http.StatusOK, views.CredentialFormPage(view))
}

// hasField reports whether the method of a target has a field.
func hasField(d cloud.Description, target cloud.Target, key string) bool {
	method, _ := d.Method(target.SignIn.Method)
	return slices.ContainsFunc(method.Fields, func(f cloud.Field) bool { return f.Key == key })
}

// holdsPaste reports whether somebody pasted what a command printed, which tells more
// than Mooring could find.
func holdsPaste(d cloud.Description, form cloud.Form) bool {
	return slices.ContainsFunc(d.Fields(), func(f cloud.Field) bool { return f.Kind == cloud.Paste && form.Values[f.Key] != "" })
}

// addRefusals adds what the site's policy has against what was typed, where
// nothing else is wrong.
func (h *handlers) addRefusals(c echo.Context, found string, target cloud.Target, saved credential.Credential, fields fault.Fields) (fault.Fields, error) {
	target.Parent = cmp.Or(target.Parent, found)
	refused, err := h.Credentials.Refusals(c.Request().Context(), requestOf(c), c.Param("provider"), target, saved)
	if err != nil {
		return nil, err
	}
	all := fault.Fields{}
	maps.Copy(all, refused)
	maps.Copy(all, fields)
	return all, nil
}

// findParent finds what an account belongs to for somebody who types. It is a
// convenience: what is not found now is found, or explained, on saving.
func (h *handlers) findParent(ctx context.Context, provider string, target cloud.Target) (parent, note string) {
	finder, ok := h.Clouds[provider].(cloud.Finder)
	if !ok {
		return "", ""
	}
	parent, err := finder.FindParent(ctx, target.Environment, target.Account)
	if err == nil {
		return parent, "Found from the " + h.Clouds.Describe(provider).Account.One + ". Change it if it's wrong."
	}
	var f *fault.Fault
	if errors.As(err, &f) {
		return "", f.Sentence
	}
	d := h.Clouds.Describe(provider)
	return "", fmt.Sprintf("Mooring couldn't find the %[2]s of this %[1]s. Check the %[1]s ID and the cloud, or enter the %[2]s ID yourself.", d.Account.One, d.Parent.One)
}

// credentialForm fills in everything around what was typed. saved is the credential
// that is edited; its zero value for a new one.
func (h *handlers) credentialForm(c echo.Context, form cloud.Form, saved credential.Credential, fields fault.Fields) (views.CredentialForm, error) {
	m, _ := membershipOf(c)
	provider, err := h.Credentials.Cloud(c.Param("provider"))
	if err != nil {
		return views.CredentialForm{}, err
	}
	description := provider.Describe()
	fillDefaults(&form, description)
	signing, err := h.Credentials.CertificateFor(c.Request().Context(), m.Account.ID, description.Key, saved, cloud.Target{SignIn: cloud.SignIn{Method: form.Method}})
	if err != nil {
		return views.CredentialForm{}, err
	}
	rules, err := h.Credentials.Intake().Rules(c.Request().Context())
	if err != nil {
		return views.CredentialForm{}, err
	}
	authority, err := h.authorityOf(c, description, form.Method, saved)
	if err != nil {
		return views.CredentialForm{}, err
	}
	draft := cloud.Draft{Form: form, AccountName: m.Account.Name, Certificate: signing}
	if authority.ID != "" {
		draft.Certificate, draft.LinkName = authority.Certificate, authority.LinkName
	}
	return h.reader(c).CredentialForm(h.frame(c, description.ShortName+" credentials"), views.CredentialDraft{
		Account: m.Account.Name, Cloud: description, Form: form, Fields: fields, Saved: saved, Guide: provider.Guide(draft),
		Signing: signing, Authority: authority, HelpPath: h.helpWith(description, form.Method),
		ConsentPath: h.consentLink(c, views.CredentialsPath(m.Account.Name, description.Key)+"/consent"), NeedsApproval: rules.NeedsApproval(description.Key),
	}), nil
}

// authorityOf is the authority of a link that is saved, or that somebody has begun; its
// zero value where the method needs none.
func (h *handlers) authorityOf(c echo.Context, d cloud.Description, key string, saved credential.Credential) (certificate.Authority, error) {
	method, _ := d.Method(key)
	m, _ := membershipOf(c)
	switch {
	case method.Needs != cloud.Chain:
		return certificate.Authority{}, nil
	case saved.ID != "":
		return h.Certificates.Issuer(c.Request().Context(), m.Account.ID, saved.CertificateID)
	}
	return h.Certificates.Draft(c.Request().Context(), m.Account.ID, d.Key, actorOf(c))
}

// draftFile is what a guide offers to download beside the certificate.
func (h *handlers) draftFile(c echo.Context) error {
	m, _ := membershipOf(c)
	provider, err := h.Credentials.Cloud(c.Param("provider"))
	if err != nil {
		return err
	}
	authority, err := h.Certificates.Authority(c.Request().Context(), m.Account.ID, c.Param("draft"))
	if err != nil {
		return err
	}
	for _, method := range provider.Describe().Methods {
		guide := provider.Guide(cloud.Draft{Form: cloud.Form{Method: method.Key}, AccountName: m.Account.Name, Certificate: authority.Certificate, LinkName: authority.LinkName})
		if method.Needs == cloud.Chain && guide.File != nil {
			c.Response().Header().Set("Content-Disposition", fmt.Sprintf("attachment; filename=%q", guide.File.Name))
			return c.Blob(http.StatusOK, "text/plain; charset=utf-8", []byte(guide.File.Text))
		}
	}
	return certificate.ErrNone
}

func fillDefaults(form *cloud.Form, d cloud.Description) {
	if form.Environment == "" && len(d.Environments) > 0 {
		form.Environment = d.Environments[0].Key
	}
	if form.Method == "" {
		form.Method = d.Methods[0].Key
	}
}

// sendForm sends the form as a dialog or as a page of its own.
func (h *handlers) sendForm(c echo.Context, status int, view views.CredentialForm) error {
	if wants(c, "dialog") {
		return h.html(c, status, views.CredentialFormDialog(view))
	}
	return h.html(c, status, views.CredentialFormPage(view))
}
