package handlers

import (
	"github.com/labstack/echo/v4"

	"mooring/account"
	"mooring/views"
)

// The page of the help that says why the key file is backed up.
const (
	installPage   = "install-mooring"
	installAnchor = "start-it"
)

// firstSteps are what the first administrator is offered after the set-up.
func (h *handlers) firstSteps(c echo.Context, caller account.Caller) []views.FirstStep {
	here, _, _ := h.passkeysHere(c)
	path := helpPath
	if h.Help.Has(installPage, installAnchor) {
		path = helpOf(installPage, installAnchor)
	}
	return views.FirstSteps(caller, here, path)
}
