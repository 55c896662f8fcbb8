package handlers

import (
	"net/http"
	"net/url"

	"github.com/labstack/echo/v4"

	"mooring/account"
	"mooring/fault"
	"mooring/secret"
	"mooring/views"
)

// doneSentences say on the page Security what was done.
var doneSentences = map[string]string{
	"password": "Password changed. Your other sessions have ended.",
	"passkey":  "Passkey added. Your other sessions have ended.",
	"removed":  "Passkey removed. Your other sessions have ended.",
	"linked":   "Sign-in method linked. Your other sessions have ended.",
	"unlinked": "Sign-in method unlinked. Your other sessions have ended.",
}

// securityPage lists the ways in which the caller signs in.
func (h *handlers) securityPage(c echo.Context) error { return h.sendSecurity(c, nil) }

func (h *handlers) sendSecurity(c echo.Context, err error) error {
	caller, _ := callerOf(c)
	own, waysErr := h.Accounts.Ways(c.Request().Context(), caller)
	if waysErr != nil {
		return waysErr
	}
	view := views.Security{Frame: h.frame(c, "Security"), HasPassword: own.HasPassword, PasswordsAllowed: h.Accounts.Policy().Passwords,
		CodesLeft: own.CodesLeft, SessionsPath: sessionsPath, Required: h.requiredBy(caller), Done: doneSentences[c.QueryParam("done")]}
	if view.PasswordsAllowed {
		view.PasswordPath = "/settings/password"
	}
	h.showPasskeys(c, &view, own)
	h.showIdentities(c, &view, own)
	var unused fault.Fields // the page has no form to point into
	status, err := h.refused(c, err, &view.Problem, &unused)
	if err != nil {
		return err
	}
	return h.html(c, status, views.SecurityPage(view))
}

func (h *handlers) showPasskeys(c echo.Context, view *views.Security, own account.Ways) {
	zone := zoneOf(c)
	here, hint, path := h.passkeysHere(c)
	if here {
		view.AddPasskeyPath = passkeysPath + "/new"
	} else {
		view.PasskeyHint, view.PasskeyPath = hint, path
	}
	view.SecondStep = "Add a passkey to protect your account with a second step."
	if len(own.Passkeys) > 0 {
		view.SecondStep, view.CodesPath = "Signing in with a password or a provider also requires your passkey.", "/settings/recovery-codes"
	}
	for _, p := range own.Passkeys {
		view.Passkeys = append(view.Passkeys, views.Passkey{Name: p.Name, Added: h.moment(p.CreatedAt, zone), LastUsed: h.moment(p.LastUsedAt, zone),
			RemovePath: passkeysPath + "/" + url.PathEscape(p.ID) + "/remove"})
	}
}

func (h *handlers) showIdentities(c echo.Context, view *views.Security, own account.Ways) {
	zone := zoneOf(c)
	linked := map[string]bool{}
	for _, i := range own.Identities {
		linked[i.Provider] = true
		shown := views.Identity{Provider: h.providerName(i.Provider), Glyph: glyph(h.providerName(i.Provider)), Email: i.Email, Name: i.Name, Linked: h.moment(i.LinkedAt, zone),
			LastUsed: h.moment(i.LastUsedAt, zone), RemoveAction: "/settings/identities/unlink", Issuer: i.Issuer, Subject: i.Subject}
		view.Identities = append(view.Identities, shown)
	}
	for _, p := range h.SignInWith {
		if !linked[p.Key()] {
			view.Link = append(view.Link, h.providerLink(c, p, purposeQuery(toLink, "/")))
		}
	}
}

// requiredBy says who asks the caller for a second step.
func (h *handlers) requiredBy(caller account.Caller) string {
	if h.Accounts.Policy().RequireSecondStep {
		return "This site requires a second step from everybody."
	}
	for _, m := range caller.Memberships {
		if m.Account.RequireSecondStep {
			return m.Account.Name + " requires a second step from everybody."
		}
	}
	return ""
}

func (h *handlers) passwordPage(c echo.Context) error { return h.sendPassword(c, nil) }

func (h *handlers) sendPassword(c echo.Context, err error) error {
	caller, _ := callerOf(c)
	if !h.Accounts.Policy().Passwords {
		return errNotHere
	}
	view := views.ChangePassword{Frame: h.frame(c, "Password"), HasPassword: caller.HasPassword, Action: "/settings/password", CancelPath: securityPath}
	status, err := h.refused(c, err, &view.Problem, &view.Fields)
	if err != nil {
		return err
	}
	return h.html(c, status, views.ChangePasswordPage(view))
}

func (h *handlers) changePassword(c echo.Context) error {
	caller, _ := callerOf(c)
	r := c.Request()
	in, err := h.Accounts.ChangePassword(r.Context(), caller, r.PostFormValue("current"), r.PostFormValue("password"), h.originOf(c))
	if err != nil {
		return h.sendPassword(c, err)
	}
	return h.goOn(c, in, done(securityPath, "password"))
}

func (h *handlers) addPasskeyPage(c echo.Context) error {
	return h.sendAddPasskey(c, "", ownPath(c.QueryParam("next")), nil)
}

func (h *handlers) sendAddPasskey(c echo.Context, name, next string, err error) error {
	caller, _ := callerOf(c)
	view := views.AddPasskey{Frame: h.frame(c, "Add a passkey"), Name: name, Next: next, QuestionPath: passkeysPath + "/question",
		Action: passkeysPath, CancelPath: securityPath}
	view.Passkeys, view.PasskeyHint, view.PasskeyPath = h.passkeysHere(c)
	if caller.Passkeys == 0 {
		view.Required = h.requiredBy(caller)
		if h.Accounts.Policy().RequireSecondStep {
			view.CancelPath, view.Bare = "", true
		}
	}
	status, err := h.refused(c, err, &view.Problem, &view.Fields)
	if err != nil {
		return err
	}
	return h.html(c, status, views.AddPasskeyPage(view))
}

func (h *handlers) askForNewPasskey(c echo.Context) error {
	caller, _ := callerOf(c)
	question, err := h.Accounts.BeginAddPasskey(c.Request().Context(), caller)
	if err != nil {
		return err
	}
	return h.ask(c, question, attempt{Purpose: toAddPasskey, PersonID: caller.Person.ID})
}

func (h *handlers) addPasskey(c echo.Context) error {
	caller, _ := callerOf(c)
	r := c.Request()
	name, next := r.PostFormValue("name"), ownPath(r.PostFormValue("next"))
	answer, _, err := h.answered(c, toAddPasskey)
	if err != nil {
		return h.sendAddPasskey(c, name, next, err)
	}
	in, codes, err := h.Accounts.AddPasskey(r.Context(), caller, answer, h.originOf(c))
	if err != nil {
		return h.sendAddPasskey(c, name, next, err)
	}
	if next == "/" {
		next = done(securityPath, "passkey")
	}
	if len(codes) == 0 {
		return h.goOn(c, in, next)
	}
	if err := h.remember(c, in); err != nil {
		return err
	}
	c.Set(keyCaller, in.Caller)
	return h.sendCodes(c, codes, true, next)
}

// sendCodes shows recovery codes, which nothing shows again.
func (h *handlers) sendCodes(c echo.Context, codes []secret.Text, fresh bool, next string) error {
	view := views.RecoveryCodes{Frame: h.frame(c, "Recovery codes"), Fresh: fresh, NextPath: next}
	view.Path = securityPath
	for _, code := range codes {
		view.Codes = append(view.Codes, code.Reveal())
	}
	return h.html(c, http.StatusOK, views.RecoveryCodesPage(view))
}

func (h *handlers) removePasskey(c echo.Context) error {
	caller, _ := callerOf(c)
	in, err := h.Accounts.RemovePasskey(c.Request().Context(), caller, c.Param("passkey"), h.originOf(c))
	if err != nil {
		return h.sendSecurity(c, err)
	}
	return h.goOn(c, in, done(securityPath, "removed"))
}

func (h *handlers) makeRecoveryCodes(c echo.Context) error {
	caller, _ := callerOf(c)
	codes, err := h.Accounts.MakeRecoveryCodes(c.Request().Context(), caller, actorOf(c))
	if err != nil {
		return h.sendSecurity(c, err)
	}
	return h.sendCodes(c, codes, false, securityPath)
}

// confirmLinkPage asks before the identity that the browser came back with
// becomes a way to sign in as the caller.
func (h *handlers) confirmLinkPage(c echo.Context) error {
	caller, _ := callerOf(c)
	waiting, err := h.attempts.peek(c, toLink)
	if err == nil {
		err = waiting.mine(caller)
	}
	if err != nil || waiting.Identity == nil {
		return h.sendSecurity(c, errAttempt)
	}
	return h.html(c, http.StatusOK, views.ConfirmLinkPage(views.ConfirmLink{
		Frame: h.frame(c, "Link a sign-in method"), Provider: h.providerName(waiting.Identity.Provider), Who: whoIs(waiting.Identity),
		Action: "/settings/identities", CancelPath: securityPath,
	}))
}

func (h *handlers) linkIdentity(c echo.Context) error {
	caller, _ := callerOf(c)
	waiting, err := h.attempts.take(c, toLink)
	if err == nil {
		err = waiting.mine(caller)
	}
	if err != nil || waiting.Identity == nil {
		return h.sendSecurity(c, errAttempt)
	}
	in, err := h.Accounts.LinkIdentity(c.Request().Context(), caller, *waiting.Identity, h.originOf(c))
	if err != nil {
		return h.sendSecurity(c, err)
	}
	return h.goOn(c, in, done(securityPath, "linked"))
}

func (h *handlers) unlinkIdentity(c echo.Context) error {
	caller, _ := callerOf(c)
	r := c.Request()
	in, err := h.Accounts.UnlinkIdentity(r.Context(), caller, r.PostFormValue("issuer"), r.PostFormValue("subject"), h.originOf(c))
	if err != nil {
		return h.sendSecurity(c, err)
	}
	return h.goOn(c, in, done(securityPath, "unlinked"))
}
