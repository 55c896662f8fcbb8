package handlers

import (
	"context"
	"net/http"
	"net/url"

	"github.com/labstack/echo/v4"

	"mooring/account"
	"mooring/certificate"
	"mooring/cloud"
	"mooring/credential"
	"mooring/fault"
	"mooring/views"
)

// findCredential finds the credential in the path, in the account in the path.
func (h *handlers) findCredential(c echo.Context) (credential.Credential, error) {
	m, _ := membershipOf(c)
	found, err := h.Credentials.Find(c.Request().Context(), m.Account.ID, c.Param("credential"))
	if err == nil && found.Provider != c.Param("provider") {
		err = credential.ErrNotFound
	}
	return found, err
}

// credential is the page of one credential; htmx asks for its changing part.
func (h *handlers) credential(c echo.Context) error {
	found, err := h.findCredential(c)
	if err != nil {
		return err
	}
	if wants(c, "dialog-body") {
		view, err := h.linkedView(c, found)
		if err != nil {
			return err
		}
		if view.Progress.PollPath == "" || !view.Progress.Running {
			c.Response().Header().Set("HX-Trigger", "credentials-changed")
		}
		return h.html(c, http.StatusOK, views.LinkedBody(view))
	}
	view, err := h.credentialView(c, found)
	if err != nil {
		return err
	}
	if wants(c, "live") {
		return h.html(c, http.StatusOK, views.CredentialLive(view))
	}
	return h.html(c, http.StatusOK, views.CredentialPage(view))
}

func (h *handlers) credentialView(c echo.Context, found credential.Credential) (views.Credential, error) {
	provider := h.cloudOf(found.Provider)
	runs, err := h.Credentials.Verifications(c.Request().Context(), found.AccountID, found.ID)
	if err != nil {
		return views.Credential{}, err
	}
	m, _ := membershipOf(c)
	zone := zoneOf(c)
	description := provider.Describe()
	method, _ := description.Method(found.Target.Method)
	path := credentialOf(m.Account.Name, found.Provider, found.ID)
	reader := h.accountReader(c, provider, found)
	view := views.Credential{
		Frame: h.frame(c, found.Label), ID: found.ID, Label: found.Label, Path: path,
		SubscriptionName: found.SubscriptionName, SubscriptionID: found.Target.SubscriptionID,
		TenantID: found.Target.TenantID, ClientID: found.Target.ClientID,
		Environment: description.EnvironmentName(found.Target.Environment), Method: method.Name,
		LinkedBy: found.CreatedByName, Linked: h.moment(found.CreatedAt, zone),
		Status: h.statusOf(found, description, zone), LastCheck: h.moment(found.LastCheckedAt, zone),
		Certificate: views.Certificate{SHA1: found.CertificateSHA1, Expires: h.moment(found.CertificateExpires, zone)},
		Rights:      rightsOf(provider, found), Progress: h.progress(reader, runs, path), History: h.history(reader, runs),
		Decision: h.decisionOf(found, zone), LetIn: h.letIn(found, zone), BackPath: providersOf(m.Account.Name),
	}
	if view.Questions, err = h.questionViews(c, m, found, path); err != nil {
		return views.Credential{}, err
	}
	view.Certificate.CERPath = certificateFile(m.Account.Name, found.CertificateID, ".cer")
	view.Certificate.PEMPath = certificateFile(m.Account.Name, found.CertificateID, ".pem")
	view.Certificate.ExpiresSoon = found.CertificateExpires.Sub(h.Now()) < certificate.WarnBefore
	view.CertificatesPath = certificatesOf(m.Account.Name)
	if found.CertificateIsCurrent && mayLink(m) {
		view.Certificate.RenewPath = newCertificatePath(m.Account.Name)
	}
	if view.Move, err = h.moveOf(c, reader, runs); err != nil {
		return views.Credential{}, err
	}
	if !found.NextCheckAt.IsZero() && found.State.Can(credential.Verify) {
		view.NextCheck = h.moment(found.NextCheckAt, zone)
	}
	if view.Status.Retry > 0 { // the progress counts down already
		view.Status.Detail, view.Status.Retry = "", 0
	}
	if view.Decision == nil && isRemoved(provider) {
		view.Decision = removedNotice(description)
	}
	offer := func(event credential.Event, least account.Role, path string) string {
		if !found.State.Can(event) || !m.Role.AtLeast(least) || isRemoved(provider) && event.NeedsCloud() {
			return ""
		}
		return path
	}
	view.VerifyPath = offer(credential.Verify, account.Member, path+"/verify")
	view.EditPath = offer(credential.Edit, account.Owner, path+"/edit")
	view.DisablePath = offer(credential.Disable, account.Owner, path+"/disable")
	view.EnablePath = offer(credential.Enable, account.Owner, path+"/enable")
	view.UnlinkPath = offer(credential.Unlink, account.Owner, path+"/unlink")
	if view.Progress.Running {
		view.VerifyPath, view.Reload = "", 3
	} else if view.Progress.Retry > 0 {
		view.Reload = max(5, view.Progress.Retry)
	}
	return view, nil
}

// linkedView is what the dialog shows after Save credentials.
func (h *handlers) linkedView(c echo.Context, found credential.Credential) (views.Linked, error) {
	view, err := h.credentialView(c, found)
	if err != nil {
		return views.Linked{}, err
	}
	if view.Progress.Running || found.State == credential.Connected || found.State == credential.PendingApproval { // there is nothing to fix
		view.EditPath, view.VerifyPath = "", ""
	}
	return views.Linked{
		Decision: view.Decision, Label: view.Label, Path: view.Path, EditPath: view.EditPath, VerifyPath: view.VerifyPath, SubscriptionName: view.SubscriptionName,
		TenantID: view.TenantID, Status: view.Status, Rights: view.Rights, Progress: view.Progress,
		Connected: found.State == credential.Connected && !view.Progress.Running,
		NextJob:   "Open the credential to see its permissions and checks, or link another subscription.",
	}, nil
}

func (h *handlers) verifyCredential(c echo.Context) error {
	return h.change(c, h.Credentials.Verify)
}

func (h *handlers) disableCredential(c echo.Context) error {
	return h.change(c, h.Credentials.Disable)
}

func (h *handlers) enableCredential(c echo.Context) error {
	return h.change(c, h.Credentials.Enable)
}

// changing is a domain method that changes one credential.
type changing func(context.Context, credential.Request, string) (credential.Credential, error)

// change does one thing to the credential in the path and shows it again.
func (h *handlers) change(c echo.Context, do changing) error {
	found, err := h.findCredential(c)
	if err != nil {
		return err
	}
	changed, err := do(c.Request().Context(), requestOf(c), found.ID)
	if err != nil {
		return err
	}
	if wants(c, "live") || wants(c, "dialog-body") {
		found, err := h.findCredential(c)
		if err != nil {
			return err
		}
		if wants(c, "dialog-body") {
			view, err := h.linkedView(c, found)
			if err != nil {
				return err
			}
			return h.html(c, http.StatusOK, views.LinkedBody(view))
		}
		view, err := h.credentialView(c, found)
		if err != nil {
			return err
		}
		return h.html(c, http.StatusOK, views.CredentialLive(view))
	}
	m, _ := membershipOf(c)
	return seeOther(c, credentialOf(m.Account.Name, changed.Provider, changed.ID))
}

func (h *handlers) unlinkPage(c echo.Context) error {
	found, err := h.findCredential(c)
	if err != nil {
		return err
	}
	return h.sendUnlink(c, http.StatusOK, found, nil)
}

func (h *handlers) unlinkCredential(c echo.Context) error {
	found, err := h.findCredential(c)
	if err != nil {
		return err
	}
	_, err = h.Credentials.Unlink(c.Request().Context(), requestOf(c), found.ID, c.Request().PostFormValue("confirm"))
	if f := fault.Of(err); err != nil && len(f.Fields) > 0 {
		return h.sendUnlink(c, statuses[f.Kind].code, found, f)
	}
	if err != nil {
		return err
	}
	m, _ := membershipOf(c)
	if isRemoved(h.cloudOf(found.Provider)) { // nobody knows what is left there
		return seeOther(c, providersOf(m.Account.Name))
	}
	return seeOther(c, withQuery(providersOf(m.Account.Name)+"/"+found.Provider+"/leftovers", leftIn(found.Target)))
}

// leftIn spells a target for the page about what is left there.
func leftIn(t cloud.Target) url.Values {
	left := url.Values{"environment": {t.Environment}, "method": {t.Method}, "subscription_id": {t.SubscriptionID}}
	if t.ClientID != "" {
		left.Set("client_id", t.ClientID)
	}
	return left
}

func (h *handlers) sendUnlink(c echo.Context, status int, found credential.Credential, f *fault.Fault) error {
	dependents, err := h.Credentials.Dependents(c.Request().Context(), found.AccountID, found.ID)
	if err != nil {
		return err
	}
	m, _ := membershipOf(c)
	path := credentialOf(m.Account.Name, found.Provider, found.ID)
	view := views.Unlink{
		Frame: h.frame(c, "Unlink "+found.Label), Label: found.Label, SubscriptionID: found.Target.SubscriptionID,
		Action: path + "/unlink", CancelPath: path, Dependents: dependents, Commands: h.cloudOf(found.Provider).Leftovers(found.Target),
	}
	if f != nil {
		view.Problem, view.Fields = f.Sentence, f.Fields
	}
	if wants(c, "dialog") {
		return h.html(c, status, views.UnlinkDialog(view))
	}
	return h.html(c, status, views.UnlinkPage(view))
}

// leftovers shows what to clean up in the cloud after a credential is gone.
// The ids come along in the query, since nothing here remembers them any more;
// only what reads as ids gets into the commands.
func (h *handlers) leftovers(c echo.Context) error {
	m, _ := membershipOf(c)
	return h.sendLeftovers(c, providersOf(m.Account.Name), "")
}

func (h *handlers) sendLeftovers(c echo.Context, back, backText string) error {
	provider, err := h.Credentials.Cloud(c.Param("provider"))
	if err != nil {
		return err
	}
	target, _ := provider.Read(&cloud.Form{Environment: c.QueryParam("environment"), Method: c.QueryParam("method"),
		SubscriptionID: c.QueryParam("subscription_id"), ClientID: c.QueryParam("client_id")})
	return h.html(c, http.StatusOK, views.LeftoversPage(views.Leftovers{
		Frame: h.frame(c, "Unlinked"), Commands: provider.Leftovers(target), BackPath: back, BackText: backText,
	}))
}

// rightsOf puts the rights of a credential into words.
func rightsOf(provider cloud.Cloud, found credential.Credential) []views.Right {
	var shown []views.Right
	for _, r := range found.Rights {
		shown = append(shown, views.Right{Granted: r.Granted, Excessive: r.Excessive, Sentence: cloud.TextOf(provider, r)})
	}
	return shown
}
