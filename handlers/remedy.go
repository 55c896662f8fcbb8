package handlers

import (
	"context"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"mooring/account"
	"mooring/certificate"
	"mooring/cloud"
	"mooring/credential"
	"mooring/text"
	"mooring/views"
)

// linkReader is who reads about a link, and what a page can offer them to fix it.
// What takes a query is read where an explanation needs it.
type linkReader struct {
	accountName         string
	isOwner             bool
	editPath, renewPath string // empty: the reader may not
	mayDownload         bool
	owners              func() []string // names of the account's owners, by name
	certificate         func(id string) (certificate.Certificate, bool)
	provider            cloud.Cloud
	link                credential.Credential
	zone                *time.Location
}

// accountReader is somebody of the account in the path.
func (h *handlers) accountReader(c echo.Context, provider cloud.Cloud, link credential.Credential) linkReader {
	m, _ := membershipOf(c)
	ctx := c.Request().Context()
	r := linkReader{accountName: m.Account.Name, isOwner: m.Role.AtLeast(account.Owner), mayDownload: true,
		provider: provider, link: link, zone: zoneOf(c), certificate: h.certificateFinder(ctx, link.AccountID)}
	r.owners = func() []string {
		owned, err := h.People.OwnersOf(ctx, link.AccountID)
		if err != nil {
			h.logUnlessGone(c, "could not list the owners of an account", err)
		}
		return ownerNames(owned)
	}
	if mayLink(m) && !isRemoved(provider) {
		r.editPath = credentialOf(m.Account.Name, link.Provider, link.ID) + "/edit"
		r.renewPath = newCertificatePath(m.Account.Name)
	}
	return r
}

// administratorReader is a site administrator, who can ask the account's people.
func (h *handlers) administratorReader(c echo.Context, k known) linkReader {
	return linkReader{accountName: k.owned.Account.Name, provider: k.provider, link: k.Credential, zone: zoneOf(c),
		owners: func() []string { return ownerNames(k.owned) }, certificate: h.certificateFinder(c.Request().Context(), k.AccountID)}
}

func (h *handlers) certificateFinder(ctx context.Context, accountID string) func(string) (certificate.Certificate, bool) {
	return func(id string) (certificate.Certificate, bool) {
		found, err := h.Certificates.Find(ctx, accountID, id)
		return found, err == nil
	}
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

// mostNamed is how many people a sentence names.
const mostNamed = 3

// fixers says which owners of the account can fix something.
func (r linkReader) fixers() string {
	owners := r.owners()
	if r.isOwner {
		if len(owners) > 1 {
			return "You, or another owner of " + r.accountName + "."
		}
		return "You, as the owner of " + r.accountName + "."
	}
	if len(owners) == 0 {
		return "An owner of " + r.accountName + ". No owner can sign in, so ask a site administrator."
	}
	named := strings.Join(owners[:min(mostNamed, len(owners))], ", ")
	if more := len(owners) - mostNamed; more > 0 {
		named += " and " + text.Count(more, "other", "others")
	}
	return "An owner of " + r.accountName + ": " + named + "."
}

// explain fills in what a result that isn't OK means, who can fix it, and with what.
// signedWith is the id of the certificate of that run.
func (r linkReader) explain(stage *views.Stage, result cloud.StageResult, signedWith string) {
	explained := r.provider.Explain(result, r.link.Target)
	if explained.Known {
		stage.HelpPath = errorHelpOf(r.provider.Describe().Key) + "#" + explained.Anchor
	}
	if explained.Fixer == cloud.FixedByOwner {
		explained.Who = r.fixers()
	}
	if strings.Contains(explained.Command, cloud.CertificateBlank) {
		if found, ok := r.certificate(signedWith); ok {
			explained.Command = strings.ReplaceAll(explained.Command, cloud.CertificateBlank, found.Base64())
		}
	}
	switch explained.Remedy {
	case cloud.EditLink:
		stage.EditPath = r.editPath
	case cloud.NewCertificate:
		stage.RenewPath = r.renewPath
	case cloud.DownloadCertificate:
		if r.mayDownload {
			stage.CERPath = certificateFile(r.accountName, signedWith, ".cer")
		}
	}
	stage.Explanation = &explained
}
