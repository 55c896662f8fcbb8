package handlers

import (
	"fmt"
	"net/http"

	"github.com/labstack/echo/v4"

	"mooring/certificate"
)

// certificateDER is Download management certificate, as Azure's portal takes it.
func (h *handlers) certificateDER(c echo.Context) error {
	return h.download(c, ".cer", "application/pkix-cert", func(c certificate.Certificate) []byte { return c.DER })
}

// certificatePEM is the same as text, for the command line.
func (h *handlers) certificatePEM(c echo.Context) error {
	return h.download(c, ".pem", "application/x-pem-file", certificate.Certificate.PEM)
}

func (h *handlers) download(c echo.Context, ending, contentType string, encode func(certificate.Certificate) []byte) error {
	m, _ := membershipOf(c)
	active, err := h.Certificates.Active(c.Request().Context(), m.Account.ID)
	if err != nil {
		return err
	}
	c.Response().Header().Set("Content-Disposition", fmt.Sprintf("attachment; filename=%q", "mooring-"+m.Account.Name+ending))
	return c.Blob(http.StatusOK, contentType, encode(active))
}

func (h *handlers) renewCertificate(c echo.Context) error {
	m, _ := membershipOf(c)
	if _, err := h.Certificates.Renew(c.Request().Context(), m.Account.ID, actorOf(c)); err != nil {
		return err
	}
	return seeOther(c, providersOf(m.Account.Name))
}
