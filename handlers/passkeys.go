package handlers

import (
	"net"
	"strings"

	"github.com/labstack/echo/v4"

	"mooring/account"
)

// passkeysHere reports whether passkeys work at the address that the browser
// shows. A passkey belongs to a host name, so one of this machine's other names
// does not do. Where they do not work, hint says where, and path leads there.
func (h *handlers) passkeysHere(c echo.Context) (here bool, hint, path string) {
	if h.PasskeyURL == nil {
		return false, "", ""
	}
	if hostOf(c.Request().Host) == h.PasskeyURL.Hostname() {
		return true, "", ""
	}
	return false, "Passkeys work only at " + h.PasskeyURL.String() + ".", h.PasskeyURL.String() + "/login"
}

// hostOf is a host without its port.
func hostOf(host string) string {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	return strings.ToLower(host)
}

func (h *handlers) askForPasskey(c echo.Context) error {
	question, err := h.Accounts.BeginPasskey(c.Request().Context())
	if err != nil {
		return err
	}
	return h.ask(c, question, attempt{Purpose: signInPurpose(c)})
}

// signInPurpose tells a passkey that the browser lists from one that a person asked
// for with the button.
func signInPurpose(c echo.Context) purpose {
	if c.Request().PostFormValue("listed") == "yes" {
		return toSignInList
	}
	return toSignIn
}

func (h *handlers) signInWithPasskey(c echo.Context) error {
	r := c.Request()
	next := ownPath(r.PostFormValue("next"))
	answer, _, err := h.answered(c, signInPurpose(c))
	if err != nil {
		return h.signedIn(c, account.SignedIn{}, err, "", next)
	}
	in, err := h.Accounts.SignInWithPasskey(r.Context(), answer, h.originOf(c))
	return h.signedIn(c, in, err, "", next)
}
