package handlers

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"mooring/account"
	"mooring/fault"
	"mooring/secret"
	"mooring/views"
)

// securityPage lists the ways in which the caller signs in.
func (h *handlers) securityPage(c echo.Context) error { return h.sendSecurity(c, nil) }

func (h *handlers) sendSecurity(c echo.Context, err error) error {
	caller, _ := callerOf(c)
	own, waysErr := h.Accounts.Ways(c.Request().Context(), caller)
	if waysErr != nil {
		return waysErr
	}
	here, hint, path := h.passkeysHere(c)
	view := h.reader(c).Security(h.frame(c, "Security"), own, h.Accounts.Policy(), views.PasskeyPlace{Here: here, Hint: hint, Path: path}, h.stillToLink(c, own))
	view.Required = views.RequiredBy(caller, h.Accounts.Policy())
	view.Done = views.SecurityDone(c.QueryParam("done"))
	var unused fault.Fields // the page has no form to point into
	status, err := h.refused(c, err, &view.Problem, &unused)
	if err != nil {
		return err
	}
	return h.html(c, status, views.SecurityPage(view))
}

// stillToLink lists the sign-in providers with which the caller doesn't sign in yet.
func (h *handlers) stillToLink(c echo.Context, own account.Ways) []views.SignInWith {
	linked := map[string]bool{}
	for _, i := range own.Identities {
		linked[i.Provider] = true
	}
	var all []views.SignInWith
	for _, p := range h.SignInWith {
		if !linked[p.Key()] {
			all = append(all, h.providerLink(c, p, purposeQuery(toLink, "/")))
		}
	}
	return all
}

func (h *handlers) passwordPage(c echo.Context) error { return h.sendPassword(c, nil) }

func (h *handlers) sendPassword(c echo.Context, err error) error {
	caller, _ := callerOf(c)
	if !h.Accounts.Policy().Passwords {
		return errNotHere
	}
	view := views.ChangePassword{Frame: h.frame(c, "Password"), HasPassword: caller.HasPassword, Action: views.PasswordPath, CancelPath: securityPath}
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
		view.Required = views.RequiredBy(caller, h.Accounts.Policy())
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
	shown := make([]string, len(codes))
	for i, code := range codes {
		shown[i] = code.Reveal()
	}
	view := views.RecoveryCodesOf(h.frame(c, "Recovery codes"), shown, fresh, next)
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
		Action: views.IdentitiesPath, CancelPath: securityPath,
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
