package handlers

import (
	"cmp"
	"net/http"
	"net/url"
	"slices"

	"github.com/labstack/echo/v4"

	"mooring/account"
	"mooring/fault"
	"mooring/identity"
	"mooring/views"
)

// signInWith lists the sign-in providers, with what going there is for.
func (h *handlers) signInWith(c echo.Context, query url.Values) []views.SignInWith {
	var all []views.SignInWith
	for _, p := range h.SignInWith {
		all = append(all, h.providerLink(c, p, query))
	}
	return all
}

// providerLink leads to a provider. It begins at the public address, to which
// the provider sends people back: a browser that shows another name of this
// machine would come back as a stranger.
func (h *handlers) providerLink(c echo.Context, p *identity.Provider, query url.Values) views.SignInWith {
	path := "/login/with/" + p.Key()
	if !sameHost(h.PublicURL.Scheme, c.Request().Host, h.PublicURL.Host) {
		path = h.PublicURL.String() + path
	}
	if len(query) > 0 {
		path += "?" + query.Encode()
	}
	return views.SignInLink(p.Name(), path)
}

// purposeQuery says in the address of a provider what going there is for.
func purposeQuery(to purpose, next string) url.Values {
	query := url.Values{}
	if to != toSignIn {
		query.Set("for", string(to))
	}
	if next != "/" && next != "" {
		query.Set("next", next)
	}
	return query
}

// linkQuery is purposeQuery for somebody who comes by an invitation or a set-up
// address.
func linkQuery(to purpose, token string) url.Values {
	return url.Values{"for": {string(to)}, "link": {token}}
}

func (h *handlers) findProvider(key string) (*identity.Provider, error) {
	for _, p := range h.SignInWith {
		if p.Key() == key {
			return p, nil
		}
	}
	return nil, errNotHere
}

// providerName is what people call the provider with this key, also when the
// operator has removed it.
func (h *handlers) providerName(key string) string {
	if p, err := h.findProvider(key); err == nil {
		return p.Name()
	}
	return key
}

// maxToken bounds the token of a link, in bytes: it travels in a cookie.
const maxToken = 64

// goToProvider sends the browser to a sign-in provider. It is a link, not a
// form: the content policy lets forms lead to us only. Another site cannot
// begin it in somebody's browser.
func (h *handlers) goToProvider(c echo.Context) error {
	provider, err := h.findProvider(c.Param("provider"))
	if err != nil {
		return err
	}
	if c.Request().Method == http.MethodHead || len(c.QueryParam("link")) > maxToken {
		return errNotHere
	}
	if fromElsewhere(c) {
		return c.Redirect(http.StatusSeeOther, "/login")
	}
	begun := attempt{Purpose: purpose(c.QueryParam("for")), Next: ownPath(c.QueryParam("next")), Link: c.QueryParam("link")}
	switch begun.Purpose {
	case "":
		begun.Purpose = toSignIn
	case toJoin, toSetUp:
	case toLink, toProve:
		caller, err := h.fullySignedIn(c)
		if err == nil && begun.Purpose == toLink && !caller.Proved(h.Now()) {
			err = errProve // now, because a proof on the way back would use the same cookie
		}
		if fault.Has(err, fault.SignIn) {
			return c.Redirect(http.StatusSeeOther, views.WithNext(whatComesFirst(fault.Of(err)), begun.back()))
		}
		if err != nil {
			return err
		}
		begun.PersonID = caller.Person.ID
		if err := h.mayGo(c, caller, begun.Purpose, provider); err != nil {
			return err
		}
	default:
		return errNotHere
	}
	sent, address, err := provider.Begin(c.Request().Context(), begun.Purpose == toProve)
	if err != nil {
		return h.providerFailed(c, begun, err)
	}
	begun.Sent = &sent
	if err := h.attempts.begin(c, begun); err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, address)
}

// signOutAtProvider sends the browser to where the provider ends its own session.
// Nothing changes here. Another site cannot lead there.
func (h *handlers) signOutAtProvider(c echo.Context) error {
	provider, err := h.findProvider(c.Param("provider"))
	if err != nil {
		return err
	}
	to := "/"
	if !fromElsewhere(c) {
		to = cmp.Or(provider.SignOutURL(c.Request().Context()), to)
	}
	return c.Redirect(http.StatusSeeOther, to)
}

// fromElsewhere reports whether another site leads here.
func fromElsewhere(c echo.Context) bool {
	site := c.Request().Header.Get("Sec-Fetch-Site")
	return site == "cross-site" || site == "same-site"
}

// back is the page from which somebody left for a provider. What leads there
// again must not lead on to the provider by itself: the content policy stops a
// form whose answer does.
func (a attempt) back() string {
	if a.Purpose == toLink {
		return securityPath
	}
	return a.Next
}

// mayGo keeps from a proof by a provider that does not ask again.
func (h *handlers) mayGo(c echo.Context, caller account.Caller, to purpose, provider *identity.Provider) error {
	if to != toProve {
		return nil
	}
	own, err := h.Accounts.Ways(c.Request().Context(), caller)
	if err != nil {
		return err
	}
	if !slices.Contains(h.provenBy(c, own), provider) {
		return errNotHere
	}
	return nil
}

// fullySignedIn gives the caller on a route that anyone may ask for.
func (h *handlers) fullySignedIn(c echo.Context) (account.Caller, error) {
	caller, err := h.authenticate(c)
	if err == nil && caller.OwesSecondStep() {
		err = errSecondStep
	}
	if err == nil {
		c.Set(keyCaller, caller)
	}
	return caller, err
}

// returnFromProvider takes what the provider says and goes on with what it was
// asked for.
func (h *handlers) returnFromProvider(c echo.Context) error {
	provider, err := h.findProvider(c.Param("provider"))
	if err != nil {
		return err
	}
	if c.Request().Method == http.MethodHead { // a look must not use up the attempt
		return errNotHere
	}
	begun, err := h.attempts.sentTo(c, c.QueryParam("state"))
	if err == nil && begun.Sent.Provider != provider.Key() {
		err = errAttempt
	}
	if err != nil {
		if _, signedOut := h.authenticate(c); signedOut == nil { // reloaded: it did its work, or what it was for is long over
			return c.Redirect(http.StatusSeeOther, "/")
		}
		return h.providerFailed(c, attempt{Purpose: toSignIn, Next: "/"}, err)
	}
	if begun.PersonID != "" {
		caller, err := h.fullySignedIn(c)
		if fault.Has(err, fault.SignIn) { // signed out meanwhile: this address is good for nothing any more
			return c.Redirect(http.StatusSeeOther, views.WithNext(whatComesFirst(fault.Of(err)), begun.back()))
		}
		if err == nil {
			err = begun.mine(caller)
		}
		if err != nil {
			return err
		}
	}
	if err := h.attempts.use(c, begun); err != nil {
		return h.providerFailed(c, begun, err)
	}
	found, err := provider.Finish(c.Request().Context(), *begun.Sent, c.QueryParams())
	if err != nil {
		return h.providerFailed(c, begun, err)
	}
	return h.useIdentity(c, begun, found)
}

func (h *handlers) useIdentity(c echo.Context, begun attempt, found account.Identity) error {
	ctx := c.Request().Context()
	found.Groups = h.groupsThatCount(found.Groups)
	waiting := attempt{Purpose: begun.Purpose, PersonID: begun.PersonID, Link: begun.Link, Identity: &found}
	switch begun.Purpose {
	case toProve:
		caller, _ := callerOf(c)
		in, err := h.Accounts.ProveWith(ctx, caller, found, h.originOf(c))
		return h.provedBy(c, in, err, begun.Next)
	case toLink:
		if err := h.attempts.begin(c, waiting); err != nil {
			return err
		}
		return c.Redirect(http.StatusSeeOther, "/settings/identities/confirm")
	case toJoin, toSetUp:
		if err := h.attempts.begin(c, waiting); err != nil {
			return err
		}
		return c.Redirect(http.StatusSeeOther, newcomerPath(begun.Purpose, begun.Link))
	}
	in, err := h.Accounts.SignInWith(ctx, found, h.originOf(c))
	return h.signedIn(c, in, err, "", begun.Next)
}

// groupsThatCount leaves out the groups that decide nothing here: somebody may
// be in thousands, and a cookie holds few. No groups at all and none that count
// are different answers.
func (h *handlers) groupsThatCount(groups []string) []string {
	policy := h.Accounts.Policy()
	counts := func(group string) bool {
		return group == policy.AdminGroup ||
			slices.ContainsFunc(policy.OrganizationGroups, func(r account.GroupRule) bool { return r.Group == group })
	}
	return slices.DeleteFunc(slices.Clone(groups), func(group string) bool { return !counts(group) })
}

// providerFailed says what went wrong on the page from which the browser left.
func (h *handlers) providerFailed(c echo.Context, begun attempt, err error) error {
	if fault.Of(err).Kind == fault.Internal {
		return err
	}
	switch begun.Purpose {
	case toProve:
		return h.sendProve(c, begun.Next, err)
	case toLink:
		return h.sendSecurity(c, err)
	case toJoin:
		return h.sendJoin(c, begun.Link, account.Newcomer{}, err)
	case toSetUp:
		return h.sendSetUp(c, begun.Link, account.Newcomer{}, err)
	}
	return h.signedIn(c, account.SignedIn{}, err, "", begun.Next)
}
