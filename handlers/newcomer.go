package handlers

import (
	"cmp"
	"github.com/labstack/echo/v4"

	"mooring/account"
	"mooring/views"
)

// People who do not exist yet come by a set-up address or by an invitation.

// newcomerPath is the page on which somebody new says who they are.
func newcomerPath(to purpose, token string) string {
	if to == toSetUp {
		return "/setup/" + token
	}
	return "/join/" + token
}

// newcomerOf reads the form, with the identity or the passkey that the browser
// got meanwhile in place of a password.
func (h *handlers) newcomerOf(c echo.Context, to purpose) (account.Newcomer, error) {
	r := c.Request()
	form := account.Newcomer{Email: r.PostFormValue("email"), Name: r.PostFormValue("name"),
		Organization: r.PostFormValue("organization"), Password: r.PostFormValue("password")}
	switch r.PostFormValue("way") {
	case "identity":
		waiting, err := h.attempts.peek(c, to)
		if err != nil || waiting.Identity == nil || waiting.Link != c.Param("token") {
			return form, errAttempt
		}
		form.Identity, form.Password = waiting.Identity, ""
	case "passkey":
		answer, begun, err := h.answered(c, to)
		if err != nil || begun.Link != c.Param("token") || begun.Email != form.Email {
			return form, errAttempt
		}
		form.Passkey, form.Password = &answer, ""
	}
	return form, nil
}

// waitingIdentity is who the browser is at a provider, if it came from there
// for this link.
func (h *handlers) waitingIdentity(c echo.Context, to purpose, token string) *account.Identity {
	waiting, err := h.attempts.peek(c, to)
	if err != nil || waiting.Link != token {
		return nil
	}
	return waiting.Identity
}

// identityText names an identity: "GitHub as ada-l".
func (h *handlers) identityText(i *account.Identity) string {
	return h.providerName(i.Provider) + " as " + whoIs(i)
}

func whoIs(i *account.Identity) string {
	switch {
	case i.Email != "":
		return i.Email
	case i.Name != "":
		return i.Name
	}
	return i.Subject
}

// askNewcomer asks for the passkey of somebody who does not exist yet.
func (h *handlers) askNewcomer(c echo.Context) error {
	r := c.Request()
	to, token := toJoin, c.Param("token")
	if c.Path() == "/setup/:token/question" {
		to = toSetUp
	}
	if err := h.linkWorks(c, to, token); err != nil {
		return err
	}
	form := account.Newcomer{Email: r.PostFormValue("email"), Name: r.PostFormValue("name"), Organization: r.PostFormValue("organization")}
	question, err := h.Accounts.BeginNewcomerPasskey(r.Context(), form)
	if err != nil {
		return err
	}
	return h.ask(c, question, attempt{Purpose: to, Link: token, Email: form.Email})
}

func (h *handlers) linkWorks(c echo.Context, to purpose, token string) error {
	if to == toSetUp {
		return h.Accounts.SetUpLinkWorks(c.Request().Context(), token)
	}
	_, err := h.Organizations.Invited(c.Request().Context(), token)
	return err
}

func (h *handlers) setUpPage(c echo.Context) error {
	if err := h.Accounts.SetUpLinkWorks(c.Request().Context(), c.Param("token")); err != nil {
		return err
	}
	return h.sendSetUp(c, c.Param("token"), account.Newcomer{}, nil)
}

func (h *handlers) sendSetUp(c echo.Context, token string, form account.Newcomer, err error) error {
	path := newcomerPath(toSetUp, token)
	view := views.SetUp{Frame: h.frame(c, "Set up Mooring"), Action: path, QuestionPath: path + "/question",
		Name: form.Name, Email: form.Email, Organization: form.Organization,
		Passwords: h.Accounts.Policy().Passwords, Providers: h.signInWith(c, linkQuery(toSetUp, token))}
	view.Passkeys, _, _ = h.passkeysHere(c)
	if found := h.waitingIdentity(c, toSetUp, token); found != nil {
		view.Identity, view.Name, view.Email = h.identityText(found), cmp.Or(form.Name, found.Name), cmp.Or(form.Email, found.Email)
	}
	status, err := h.refused(c, err, &view.Problem, &view.Fields)
	if err != nil {
		return err
	}
	return h.html(c, status, views.SetUpPage(view))
}

func (h *handlers) setUp(c echo.Context) error {
	form, err := h.newcomerOf(c, toSetUp)
	if err != nil {
		return h.sendSetUp(c, c.Param("token"), form, err)
	}
	in, err := h.Accounts.SetUp(c.Request().Context(), c.Param("token"), form, h.originOf(c))
	if err != nil {
		return h.sendSetUp(c, c.Param("token"), form, err)
	}
	return h.welcome(c, in, form)
}

// welcome lets somebody new in. Who came with a passkey gets their recovery
// codes first, since there is no other time at which everybody looks.
func (h *handlers) welcome(c echo.Context, in account.SignedIn, form account.Newcomer) error {
	if form.Passkey == nil {
		return h.goOn(c, in, "/")
	}
	if err := h.remember(c, in); err != nil {
		return err
	}
	c.Set(keyCaller, in.Caller)
	codes, err := h.Accounts.MakeRecoveryCodes(c.Request().Context(), in.Caller, actorOf(c))
	if err != nil {
		return err
	}
	return h.sendCodes(c, codes, true, "/")
}

func (h *handlers) joinPage(c echo.Context) error {
	return h.sendJoin(c, c.Param("token"), account.Newcomer{}, nil)
}

// sendJoin shows what an invitation is for. Whoever is signed in accepts it as
// who they are; others say who they will be.
func (h *handlers) sendJoin(c echo.Context, token string, form account.Newcomer, err error) error {
	invitation, invitedErr := h.Organizations.Invited(c.Request().Context(), token)
	if invitedErr != nil {
		return invitedErr
	}
	path := newcomerPath(toJoin, token)
	caller, callerErr := h.fullySignedIn(c)
	view := h.reader(c).Join(h.frame(c, "Join "+invitation.Account.Name), invitation)
	if callerErr == nil {
		view.SignedInAs, view.AcceptPath = caller.Person.Email, path+"/accept"
	} else {
		view.Action, view.QuestionPath, view.SignInPath = path, path+"/question", views.WithNext("/login", path)
		view.Name, view.Email = form.Name, cmp.Or(invitation.Email, form.Email)
		view.Passwords, view.Providers = h.Accounts.Policy().Passwords, h.signInWith(c, linkQuery(toJoin, token))
		view.Passkeys, _, _ = h.passkeysHere(c)
		if found := h.waitingIdentity(c, toJoin, token); found != nil {
			view.Identity, view.Name, view.Email = h.identityText(found), cmp.Or(form.Name, found.Name), cmp.Or(view.Email, found.Email)
		}
	}
	status, err := h.refused(c, err, &view.Problem, &view.Fields)
	if err != nil {
		return err
	}
	return h.html(c, status, views.JoinPage(view))
}

func (h *handlers) join(c echo.Context) error {
	form, err := h.newcomerOf(c, toJoin)
	if err != nil {
		return h.sendJoin(c, c.Param("token"), form, err)
	}
	in, err := h.Accounts.Join(c.Request().Context(), c.Param("token"), form, h.originOf(c))
	if err != nil {
		return h.sendJoin(c, c.Param("token"), form, err)
	}
	return h.welcome(c, in, form)
}

func (h *handlers) acceptInvitation(c echo.Context) error {
	caller, _ := callerOf(c)
	joined, err := h.Organizations.Accept(c.Request().Context(), caller, c.Param("token"), actorOf(c))
	if err != nil {
		return h.sendJoin(c, c.Param("token"), account.Newcomer{}, err)
	}
	return seeOther(c, views.ProvidersPath(joined.Name))
}
