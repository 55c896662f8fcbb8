package handlers

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"

	"mooring/certificate"
	"mooring/credential"
	"mooring/views"
)

// encodings are the files that a certificate is downloaded as: as Azure's portal
// takes it, as text for the command line, and only its public key.
var encodings = map[string]struct {
	contentType string
	encode      func(certificate.Certificate) []byte
}{
	".cer": {"application/pkix-cert", func(c certificate.Certificate) []byte { return c.DER }},
	".pem": {"application/x-pem-file", certificate.Certificate.PEM},

	views.PublicKeyEnding: {"application/x-pem-file", certificate.Certificate.PublicKeyPEM},
}

// certificateDER is Download management certificate.
func (h *handlers) certificateDER(c echo.Context) error { return h.downloadCurrent(c, ".cer") }

// certificatePEM is the same as text.
func (h *handlers) certificatePEM(c echo.Context) error { return h.downloadCurrent(c, ".pem") }

// publicKeyPEM is only its public key, which is all that some clouds take.
func (h *handlers) publicKeyPEM(c echo.Context) error {
	return h.downloadCurrent(c, views.PublicKeyEnding)
}

func (h *handlers) downloadCurrent(c echo.Context, ending string) error {
	m, _ := membershipOf(c)
	active, err := h.Certificates.Active(c.Request().Context(), m.Account.ID)
	if err != nil {
		return err
	}
	return download(c, active, "mooring-"+m.Account.Name+ending, ending)
}

// downloadCertificate is any certificate of the account, or the authority of one of its
// links. Its file is named after
// the thumbprint, so that it isn't taken for the current one.
func (h *handlers) downloadCertificate(c echo.Context) error {
	m, _ := membershipOf(c)
	id, ending := c.Param("file"), ""
	if dot := strings.IndexByte(id, '.'); dot >= 0 { // IDs have none
		id, ending = id[:dot], id[dot:]
	}
	found, err := h.Certificates.Find(c.Request().Context(), m.Account.ID, id)
	name := ""
	if errors.Is(err, certificate.ErrNone) { // of a link, then
		var authority certificate.Authority
		authority, err = h.Certificates.Authority(c.Request().Context(), m.Account.ID, id)
		found, name = authority.Certificate, authority.LinkName
	}
	if _, known := encodings[ending]; err == nil && !known {
		err = certificate.ErrNone
	}
	if err != nil {
		return err
	}
	if name == "" {
		name = "mooring-" + m.Account.Name + "-" + strings.ToLower(found.SHA1()[:8])
	}
	return download(c, found, name+ending, ending)
}

func download(c echo.Context, found certificate.Certificate, name, ending string) error {
	c.Response().Header().Set("Content-Disposition", fmt.Sprintf("attachment; filename=%q", name))
	return c.Blob(http.StatusOK, encodings[ending].contentType, encodings[ending].encode(found))
}

// newCertificatePage says what a new certificate affects.
func (h *handlers) newCertificatePage(c echo.Context) error {
	m, _ := membershipOf(c)
	ctx := c.Request().Context()
	active, err := h.Certificates.Active(ctx, m.Account.ID)
	if err != nil {
		return err
	}
	links, err := h.Credentials.List(ctx, m.Account.ID)
	if err != nil {
		return err
	}
	return h.html(c, http.StatusOK, views.NewCertificatePage(h.reader(c).NewCertificate(h.frame(c, "Make a new certificate"), m.Account.Name, active, links)))
}

func (h *handlers) renewCertificate(c echo.Context) error {
	m, _ := membershipOf(c)
	if _, err := h.Certificates.Renew(c.Request().Context(), m.Account.ID, actorOf(c)); err != nil {
		return err
	}
	return seeOther(c, views.CertificatesPath(m.Account.Name))
}

// movesOfPage is how many links the page of certificates shows: each has a command.
const movesOfPage = 50

// certificatesPage leads an account's links to its current certificate.
func (h *handlers) certificatesPage(c echo.Context) error {
	m, _ := membershipOf(c)
	ctx := c.Request().Context()
	certificates, err := h.allCertificates(c)
	if err != nil {
		return err
	}
	links, err := h.Credentials.List(ctx, m.Account.ID)
	if err != nil {
		return err
	}
	links = slices.DeleteFunc(links, func(c credential.Credential) bool { return c.CertificateID == "" || c.LinkName != "" })
	slices.SortStableFunc(links, func(a, b credential.Credential) int { // those that are left to move first
		switch {
		case a.CertificateIsCurrent == b.CertificateIsCurrent:
			return 0
		case b.CertificateIsCurrent:
			return -1
		}
		return 1
	})
	page := views.MovesPage{Size: movesOfPage, Total: len(links)}
	for _, link := range links {
		if !link.CertificateIsCurrent {
			page.ToMove++
		}
	}
	last := max(1, (len(links)+movesOfPage-1)/movesOfPage)
	page.Number = min(pageNumber(c), last)
	shown := links[(page.Number-1)*movesOfPage : min(page.Number*movesOfPage, len(links))]
	trials, err := h.Credentials.Trials(ctx, m.Account.ID, shown)
	if err != nil {
		return err
	}
	for _, link := range shown {
		page.Moves = append(page.Moves, h.accountReader(c, link, runsOf(trials[link.ID])...).CertificateMove(certificates, trials[link.ID]))
	}
	return h.html(c, http.StatusOK, views.CertificatesPage(h.reader(c).Certificates(h.frame(c, "Certificate"), m, certificates[0], page)))
}

// allCertificates are those of the account in the path, the current one first.
func (h *handlers) allCertificates(c echo.Context) ([]certificate.Certificate, error) {
	m, _ := membershipOf(c)
	ctx := c.Request().Context()
	if _, err := h.Certificates.Active(ctx, m.Account.ID); err != nil { // which makes the first one
		return nil, err
	}
	return h.Certificates.List(ctx, m.Account.ID)
}

// moveCertificate has the link in the path tried with another certificate.
func (h *handlers) moveCertificate(c echo.Context) error {
	found, err := h.findCredential(c)
	if err != nil {
		return err
	}
	if _, err := h.Credentials.MoveCertificate(c.Request().Context(), requestOf(c), found.ID, c.Request().PostFormValue("certificate")); err != nil {
		return err
	}
	return h.certificateMoved(c)
}

// certificateMoved is how far the link in the path has come.
func (h *handlers) certificateMoved(c echo.Context) error {
	found, err := h.findCredential(c)
	if err != nil {
		return err
	}
	if wants(c, "certificate-"+found.ID) {
		view, err := h.credentialView(c, found)
		if err != nil {
			return err
		}
		return h.html(c, http.StatusOK, views.LinkCertificate(view))
	}
	if !wants(c, "move-"+found.ID) {
		m, _ := membershipOf(c)
		return seeOther(c, views.CertificatesPath(m.Account.Name)+"#link-"+found.ID)
	}
	runs, err := h.Credentials.Verifications(c.Request().Context(), found.AccountID, found.ID)
	if err != nil {
		return err
	}
	if found.CertificateID == "" || found.AuthorityID != "" {
		return credential.ErrNotFound
	}
	certificates, err := h.allCertificates(c)
	if err != nil {
		return err
	}
	moved := h.accountReader(c, found, runs...).CertificateMove(certificates, credential.TrialOf(found, runs))
	return h.html(c, http.StatusOK, views.CertificateMoved(moved))
}
