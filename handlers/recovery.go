package handlers

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"mooring/views"
)

// recoveryPage is for whoever lost the passkey that was their only way in.
func (h *handlers) recoveryPage(c echo.Context) error {
	if _, err := h.authenticate(c); err == nil {
		return c.Redirect(http.StatusSeeOther, "/")
	}
	return h.sendRecovery(c, "", nil)
}

func (h *handlers) sendRecovery(c echo.Context, email string, err error) error {
	view := views.Recovery{Frame: h.frame(c, "Use a recovery code"), Email: email}
	status, err := h.refused(c, err, &view.Problem, &view.Fields)
	if err != nil {
		return err
	}
	return h.html(c, status, views.RecoveryPage(view))
}

// signInWithCode leads on to a new passkey, while the sign-in is the proof that
// adding one asks for.
func (h *handlers) signInWithCode(c echo.Context) error {
	r := c.Request()
	email := r.PostFormValue("email")
	in, err := h.Accounts.SignInWithCode(r.Context(), email, r.PostFormValue("code"), h.originOf(c))
	if err != nil {
		return h.sendRecovery(c, email, err)
	}
	return h.goOn(c, in, passkeysPath+"/new")
}
