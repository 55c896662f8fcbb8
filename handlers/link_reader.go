package handlers

import (
	"time"

	"github.com/labstack/echo/v4"

	"mooring/account"
	"mooring/certificate"
	"mooring/credential"
	"mooring/views"
)

// reader is for whom a page is built, and when.
func (h *handlers) reader(c echo.Context) views.Reader {
	caller, _ := callerOf(c)
	r := h.readerIn(zoneOf(c))
	r.PersonID = caller.Person.ID
	r.SignInNames = h.signInNames
	return r
}

func (h *handlers) readerIn(zone *time.Location) views.Reader {
	return views.Reader{Now: h.Now(), Zone: zone, Clouds: h.Clouds}
}

// accountReader is somebody of the account in the path, who reads about a link and
// these runs.
func (h *handlers) accountReader(c echo.Context, link credential.Credential, runs ...credential.Verification) views.LinkReader {
	m, _ := membershipOf(c)
	r := views.LinkReader{Reader: h.reader(c), Link: link, Account: m.Account.Name, Role: m.Role, MayDownload: true}
	if mayLink(m) && !h.isRemoved(link.Provider) {
		r.EditPath = views.CredentialPath(m.Account.Name, link.Provider, link.ID) + "/edit"
		r.RenewPath = views.NewCertificatePath(m.Account.Name)
		if _, ok := h.Clouds.Consenter(link.Provider); ok {
			r.ConsentPath = h.consentLink(c, views.CredentialPath(m.Account.Name, link.Provider, link.ID)+"/consent")
		}
	}
	if r.TakesPublicKey() { // of which the link knows no fingerprint
		r.Certificates = h.accountCertificates(c, link.AccountID)
	}
	if views.Explains(runs...) {
		owned, err := h.People.OwnersOf(c.Request().Context(), link.AccountID)
		if err != nil { // an explanation that names nobody is better than none
			h.logUnlessGone(c, "could not list the owners of an account", err)
		}
		r.Owners, r.Certificates = ownerNames(owned), h.accountCertificates(c, link.AccountID)
	}
	return r
}

// runsOf is a trial, if there was one.
func runsOf(trial *credential.Verification) []credential.Verification {
	if trial == nil {
		return nil
	}
	return []credential.Verification{*trial}
}

// administratorReader is a site administrator, who can ask the account's people.
func (h *handlers) administratorReader(c echo.Context, link credential.Credential, record views.LinkRecord) views.LinkReader {
	r := views.LinkReader{Reader: h.reader(c), Link: link, Account: record.Owned.Account.Name, Owners: ownerNames(record.Owned)}
	if views.Explains(record.Runs...) {
		r.Certificates = h.accountCertificates(c, link.AccountID)
	}
	return r
}

// accountCertificates are those of an account, as far as they can be read: a command keeps
// its blank otherwise.
func (h *handlers) accountCertificates(c echo.Context, accountID string) []certificate.Certificate {
	found, err := h.Certificates.List(c.Request().Context(), accountID)
	if err != nil {
		h.logUnlessGone(c, "could not list the certificates of an account", err)
	}
	return found
}

func ownerNames(owned account.Owned) []string {
	var names []string
	for _, owner := range owned.Owners {
		if owner.DisabledAt.IsZero() {
			names = append(names, owner.Name)
		}
	}
	return names
}
