package handlers

import (
	"github.com/labstack/echo/v4"

	"mooring/views"
)

// forgottenPage is for people who forgot their password.
func (h *handlers) forgottenPage(c echo.Context) error {
	if !h.Accounts.Policy().Passwords {
		return errNotHere
	}
	return h.sendForgotten(c, "", nil)
}

func (h *handlers) sendForgotten(c echo.Context, email string, err error) error {
	view := views.Forgotten{Frame: h.frame(c, "Forgot your password?"), Action: forgottenPath, Email: email, Mail: h.Accounts.PasswordResets()}
	view.Sent = err == nil && view.Mail && wasDone(c, "sent")
	passkeys, _, _ := h.passkeysHere(c)
	view.OtherWays = !view.Sent && (passkeys || len(h.SignInWith) > 0)
	status, err := h.refused(c, err, &view.Problem, &view.Fields)
	if err != nil {
		return err
	}
	return h.html(c, status, views.ForgottenPage(view))
}

// askForPasswordReset answers the same whoever has the address.
func (h *handlers) askForPasswordReset(c echo.Context) error {
	email := c.Request().PostFormValue("email")
	if err := h.Accounts.RequestPasswordReset(c.Request().Context(), email, h.originOf(c)); err != nil {
		return h.sendForgotten(c, email, err)
	}
	return seeOther(c, done(forgottenPath, "sent"))
}

// resetPasswordPage shows the form and leaves the link usable: programs look at what
// is in mail before people do.
func (h *handlers) resetPasswordPage(c echo.Context) error { return h.sendResetPassword(c, nil) }

func (h *handlers) sendResetPassword(c echo.Context, err error) error {
	c.Response().Header().Set("Referrer-Policy", "no-referrer") // the address has a token in it
	token := c.Param("token")
	person, linkErr := h.Accounts.PasswordResetOf(c.Request().Context(), token)
	if linkErr != nil {
		return linkErr
	}
	view := views.ResetPassword{Frame: h.frame(c, "Set a new password"), Action: "/reset/" + token, Email: person.Email}
	view.Path = "" // nobody comes back to a link that works once
	status, err := h.refused(c, err, &view.Problem, &view.Fields)
	if err != nil {
		return err
	}
	return h.html(c, status, views.ResetPasswordPage(view))
}

func (h *handlers) resetPassword(c echo.Context) error {
	err := h.Accounts.ResetPassword(c.Request().Context(), c.Param("token"), c.Request().PostFormValue("password"), h.originOf(c))
	if err != nil {
		return h.sendResetPassword(c, err)
	}
	return seeOther(c, done(signInPath, "password"))
}
