package handlers

import (
	"net/http"
	"net/url"

	"github.com/labstack/echo/v4"

	"mooring/account"
	"mooring/fault"
	"mooring/views"
)

func (h *handlers) signInPage(c echo.Context) error {
	next := ownPath(c.QueryParam("next"))
	if _, err := h.authenticate(c); err == nil {
		return c.Redirect(http.StatusSeeOther, next)
	}
	view := h.signInView(c, "", next, "")
	view.Lost = c.QueryParam("lost") != ""
	view.SignedOut = h.signedOutAt(c)
	if wasDone(c, "password") {
		view.Done = "Password changed. Sign in with the new password."
	}
	return h.html(c, http.StatusOK, views.SignInPage(view))
}

func (h *handlers) signIn(c echo.Context) error {
	r := c.Request()
	email, next := r.PostFormValue("email"), ownPath(r.PostFormValue("next"))
	if h.refusesCookies(c) {
		return h.html(c, http.StatusUnprocessableEntity, views.SignInPage(h.signInView(c, email, next, sayCookieRefused)))
	}
	in, err := h.Accounts.SignIn(r.Context(), email, r.PostFormValue("password"), h.originOf(c))
	return h.signedIn(c, in, err, email, next)
}

// signedIn ends a sign-in, whichever way it went: with the page that was asked
// for, or with the sign-in page that says why not.
func (h *handlers) signedIn(c echo.Context, in account.SignedIn, err error, email, next string) error {
	if f := fault.Of(err); err != nil && f.Kind != fault.Internal {
		h.noteRefusal(c, err)
		retryLater(c, f)
		return h.html(c, statuses[f.Kind].code, views.SignInPage(h.signInView(c, email, next, f.Sentence)))
	}
	if err != nil {
		return err
	}
	return h.goOn(c, in, next)
}

// goOn hands the session to the browser and leads to the second step, if one
// is owed, or to where it was going.
func (h *handlers) goOn(c echo.Context, in account.SignedIn, next string) error {
	if err := h.remember(c, in); err != nil {
		return err
	}
	if in.Caller.OwesSecondStep() {
		next = views.WithNext("/login/second-step", next)
	}
	return seeOther(c, next)
}

// sayCookieRefused claims no more than that the cookie did not come back.
const sayCookieRefused = "Your browser didn't send back Mooring's cookie, so Mooring can't keep you signed in. " +
	"Allow cookies for this site in your browser's settings, then sign in again."

// setProbe sets a cookie with the sign-in page, whose form says that it did.
func (h *handlers) setProbe(c echo.Context) {
	h.setCookie(c, h.cookieName("probe"), "yes", 0)
}

// refusesCookies reports whether a form of the sign-in page came without the
// cookie that came with that page.
func (h *handlers) refusesCookies(c echo.Context) bool {
	r := c.Request()
	return r.PostFormValue("probe") != "" && len(r.CookiesNamed(h.cookieName("probe"))) == 0 && len(r.CookiesNamed(portlessName(h.PublicURL, "probe"))) == 0
}

func (h *handlers) signInView(c echo.Context, email, next, problem string) views.SignIn {
	h.setProbe(c)
	v := views.SignIn{Frame: h.frame(c, "Sign in"), Email: email, Next: next, Problem: problem, Passwords: h.Accounts.Policy().Passwords,
		Providers: h.signInWith(c, purposeQuery(toSignIn, next))}
	v.Passkeys, v.PasskeyHint, v.PasskeyPath = h.passkeysHere(c)
	if h.Demo != nil {
		v.Demo = h.Demo.Emails
	}
	return v
}

// signOut forgets the cookie first: whatever fails behind it, this browser is
// signed out.
func (h *handlers) signOut(c echo.Context) error {
	caller, _ := callerOf(c)
	if err := h.forget(c); err != nil {
		return err
	}
	if err := h.Accounts.SignOut(c.Request().Context(), caller, actorOf(c)); err != nil {
		return signedOutHere(c, err)
	}
	to := "/login"
	if p, err := h.findProvider(string(caller.Session.Way)); err == nil {
		to += "?" + url.Values{"signed-out": {p.Key()}}.Encode()
	}
	return c.Redirect(http.StatusSeeOther, to)
}

// signedOutAt offers somebody who has just signed out, and had come by a provider,
// to end their session there, too.
func (h *handlers) signedOutAt(c echo.Context) *views.SignedOut {
	p, err := h.findProvider(c.QueryParam("signed-out"))
	if err != nil || p.SignOutURL(c.Request().Context()) == "" {
		return nil
	}
	return &views.SignedOut{Provider: p.Name(), Path: "/login/with/" + p.Key() + "/sign-out"}
}

// signedOutHere is the answer when a browser has forgotten its cookie and the
// session couldn't be ended.
func signedOutHere(c echo.Context, cause error) error {
	c.Set(keyCaller, nil) // the page is for somebody who is not signed in
	return errSignedOutHere.Because(cause)
}
