package handlers

import (
	"context"
	"net/http"
	"net/url"

	"github.com/labstack/echo/v4"

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

// credentialView builds the page of a link of the account in the path.
func (h *handlers) credentialView(c echo.Context, found credential.Credential) (views.Credential, error) {
	_, view, err := h.readCredential(c, found)
	return view, err
}

// linkedView is what the dialog shows after Save credentials.
func (h *handlers) linkedView(c echo.Context, found credential.Credential) (views.Linked, error) {
	reader, view, err := h.readCredential(c, found)
	if err != nil {
		return views.Linked{}, err
	}
	return reader.Linked(view), nil
}

// readCredential reads what the page of a link shows.
func (h *handlers) readCredential(c echo.Context, found credential.Credential) (reader views.LinkReader, view views.Credential, err error) {
	ctx, record := c.Request().Context(), views.CredentialRecord{}
	if record.Runs, err = h.Credentials.Verifications(ctx, found.AccountID, found.ID); err != nil {
		return reader, view, err
	}
	if record.Questions, err = h.Reviews.Questions(ctx, found.AccountID, found.ID); err != nil {
		return reader, view, err
	}
	if found.CertificateID != "" {
		if record.Certificates, err = h.allCertificates(c); err != nil {
			return reader, view, err
		}
		if record.Renewals, err = h.Renewals.History(ctx, found); err != nil {
			return reader, view, err
		}
		if record.Paused, err = h.Renewals.IsPaused(ctx); err != nil {
			return reader, view, err
		}
		record.CanRenew = h.Renewals.CanRenew(found)
	}
	reader = h.accountReader(c, found, record.Runs...)
	return reader, reader.Credential(h.frame(c, found.Label), record), nil
}

func (h *handlers) verifyCredential(c echo.Context) error {
	return h.change(c, h.Credentials.Verify)
}

// renewCredential has the certificate of a link renewed before its time.
func (h *handlers) renewCredential(c echo.Context) error {
	found, err := h.findCredential(c)
	if err != nil {
		return err
	}
	if err := h.Renewals.RenewNow(c.Request().Context(), requestOf(c), found.ID); err != nil {
		return err
	}
	return seeOther(c, views.CredentialPath(c.Param("account"), found.Provider, found.ID))
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
	return seeOther(c, views.CredentialPath(m.Account.Name, changed.Provider, changed.ID))
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
	if h.isRemoved(found.Provider) { // nobody knows what is left there
		return seeOther(c, views.ProvidersPath(m.Account.Name))
	}
	return seeOther(c, views.WithQuery(views.ProvidersPath(m.Account.Name)+"/"+found.Provider+"/leftovers", h.leftIn(found)))
}

// leftIn spells a target for the page about what is left there.
func (h *handlers) leftIn(gone credential.Credential) url.Values {
	form := cloud.FormOf(h.Clouds.Describe(gone.Provider), gone.Target, "")
	left := url.Values{"environment": {form.Environment}, "method": {form.Method}}
	for key, value := range form.Values {
		left.Set(key, value)
	}
	return left
}

func (h *handlers) sendUnlink(c echo.Context, status int, found credential.Credential, f *fault.Fault) error {
	dependents, err := h.Credentials.Dependents(c.Request().Context(), found.AccountID, found.ID)
	if err != nil {
		return err
	}
	m, _ := membershipOf(c)
	path := views.CredentialPath(m.Account.Name, found.Provider, found.ID)
	view := h.reader(c).Unlink(h.frame(c, "Unlink "+found.Label), found, path, dependents)
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
	return h.sendLeftovers(c, views.ProvidersPath(m.Account.Name), "")
}

func (h *handlers) sendLeftovers(c echo.Context, back, backText string) error {
	provider, err := h.Credentials.Cloud(c.Param("provider"))
	if err != nil {
		return err
	}
	description, query := provider.Describe(), c.Request().URL.Query()
	target, _ := provider.Read(formFrom(description, query))
	view := h.reader(c).LeftoversOf(h.frame(c, "Unlinked"), description.Key, target, back, backText)
	return h.html(c, http.StatusOK, views.LeftoversPage(view))
}
