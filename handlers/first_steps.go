package handlers

import (
	"fmt"

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
	steps := map[account.NoticeKind]views.FirstStep{}
	for _, n := range caller.Notices {
		shown := fmt.Sprintf("%d.%d", n.ID, n.Count)
		switch n.Kind {
		case account.StepInvite:
			steps[n.Kind] = views.FirstStep{Text: "Create an organization", Path: "/organizations/new", Why: "People in an organization share what they link.", Shown: shown}
			for _, m := range caller.Memberships {
				if m.Account.ID == n.Detail {
					steps[n.Kind] = views.FirstStep{Text: "Invite people to " + m.Account.Name, Path: "/accounts/" + m.Account.Name + "/people", Why: "They share what the organization links.", Shown: shown}
				}
			}
		case account.StepPasskey:
			if here, _, _ := h.passkeysHere(c); here {
				steps[n.Kind] = views.FirstStep{Text: "Add a passkey", Path: passkeysPath + "/new", Why: "Nobody can guess a passkey, and it protects your account with a second step.", Shown: shown}
			}
		case account.StepBackUpKey:
			path := helpPath
			if h.Help.Has(installPage, installAnchor) {
				path = helpOf(installPage, installAnchor)
			}
			steps[n.Kind] = views.FirstStep{Text: "Back up the key file", Path: path, Why: "Keep a copy separate from the database. Without this file, nobody can decrypt the secrets in the database.", Shown: shown}
		}
	}
	var all []views.FirstStep
	for _, kind := range []account.NoticeKind{account.StepInvite, account.StepPasskey, account.StepBackUpKey} {
		if step, offered := steps[kind]; offered {
			all = append(all, step)
		}
	}
	return all
}
