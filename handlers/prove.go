package handlers

import (
	"errors"
	"slices"

	"github.com/labstack/echo/v4"

	"mooring/account"
	"mooring/identity"
	"mooring/views"
)

// provePage asks again who it is, before something dangerous.
func (h *handlers) provePage(c echo.Context) error {
	return h.sendProve(c, ownPath(c.QueryParam("next")), nil)
}

func (h *handlers) sendProve(c echo.Context, next string, err error) error {
	caller, _ := callerOf(c)
	ways, waysErr := h.Accounts.Ways(c.Request().Context(), caller)
	if waysErr != nil {
		return waysErr
	}
	view := views.Prove{Frame: h.frame(c, "Confirm that it's you"), Next: next,
		HasPassword: h.hasPassword(ways), Passkeys: h.hasPasskey(c, ways)}
	for _, p := range h.provenBy(c, ways) {
		view.Providers = append(view.Providers, h.providerLink(c, p, purposeQuery(toProve, next)))
	}
	status, err := h.refused(c, err, &view.Problem, &view.Fields)
	if err != nil {
		return err
	}
	return h.html(c, status, views.ProvePage(view))
}

// hasPassword reports whether a password is one of the ways here.
func (h *handlers) hasPassword(own account.Ways) bool {
	return own.HasPassword && h.Accounts.Policy().Passwords
}

// hasPasskey reports whether a passkey is one of the ways at the address that
// the browser shows.
func (h *handlers) hasPasskey(c echo.Context, own account.Ways) bool {
	here, _, _ := h.passkeysHere(c)
	return here && len(own.Passkeys) > 0
}

// provenBy lists the providers that can prove again who it is. One that does not
// ask people again proves no more than the browser that they left open, so it
// counts only for whoever has no other way.
func (h *handlers) provenBy(c echo.Context, own account.Ways) []*identity.Provider {
	otherWay := h.hasPassword(own) || h.hasPasskey(c, own)
	var all []*identity.Provider
	for _, p := range h.SignInWith {
		linked := slices.ContainsFunc(own.Identities, func(i account.LinkedIdentity) bool { return i.Provider == p.Key() })
		if linked && (p.AsksAgain() || !otherWay) {
			all = append(all, p)
		}
	}
	return all
}

func (h *handlers) prove(c echo.Context) error {
	caller, _ := callerOf(c)
	r := c.Request()
	in, err := h.Accounts.ProveWithPassword(r.Context(), caller, r.PostFormValue("password"), h.originOf(c))
	if errors.Is(err, account.ErrNotYourPassword) {
		err = account.ErrNotYourPassword.At("password")
	}
	return h.provedBy(c, in, err, ownPath(r.PostFormValue("next")))
}

func (h *handlers) askForProof(c echo.Context) error {
	caller, _ := callerOf(c)
	question, err := h.Accounts.BeginOwnPasskey(c.Request().Context(), caller)
	if err != nil {
		return err
	}
	return h.ask(c, question, attempt{Purpose: toProve, PersonID: caller.Person.ID})
}

func (h *handlers) proveWithPasskey(c echo.Context) error {
	caller, _ := callerOf(c)
	next := ownPath(c.Request().PostFormValue("next"))
	answer, _, err := h.answered(c, toProve)
	if err != nil {
		return h.sendProve(c, next, err)
	}
	in, err := h.Accounts.ProveWithPasskey(c.Request().Context(), caller, answer, h.originOf(c))
	return h.provedBy(c, in, err, next)
}

// provedBy ends a proof: back to what was asked for, or the page that says why
// not.
func (h *handlers) provedBy(c echo.Context, in account.SignedIn, err error, next string) error {
	if err != nil {
		return h.sendProve(c, next, err)
	}
	return h.goOn(c, in, next)
}
