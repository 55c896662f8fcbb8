package handlers

import (
	"net/http"

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
	return h.html(c, http.StatusOK, views.SignInPage(h.signInView(c, "", next, "")))
}

func (h *handlers) signIn(c echo.Context) error {
	r := c.Request()
	if err := r.ParseForm(); err != nil {
		return errUnreadable.Because(err)
	}
	email, next := r.PostFormValue("email"), ownPath(r.PostFormValue("next"))
	token, err := h.Accounts.SignIn(r.Context(), email, r.PostFormValue("password"), h.originOf(c))
	if f := fault.Of(err); err != nil && f.Kind != fault.Internal {
		return h.html(c, statuses[f.Kind].code, views.SignInPage(h.signInView(c, email, next, f.Sentence)))
	}
	if err != nil {
		return err
	}
	if err := h.remember(c, token); err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, next)
}

func (h *handlers) signInView(c echo.Context, email, next, problem string) views.SignIn {
	v := views.SignIn{Frame: h.frame(c, "Sign in"), Email: email, Next: next, Problem: problem}
	if h.Demo != nil {
		v.Demo = h.Demo.Emails
	}
	return v
}

func (h *handlers) signOut(c echo.Context) error {
	caller, _ := callerOf(c)
	if err := h.Accounts.SignOut(c.Request().Context(), caller, actorOf(c)); err != nil {
		return err
	}
	if err := h.forget(c); err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, "/login")
}

func (h *handlers) setUpPage(c echo.Context) error {
	if err := h.Accounts.SetUpLinkWorks(c.Request().Context(), c.Param("token")); err != nil {
		return err
	}
	return h.html(c, http.StatusOK, views.SetUpPage(views.SetUp{
		Frame: h.frame(c, "Set up Mooring"), Action: c.Request().URL.Path,
	}))
}

func (h *handlers) setUp(c echo.Context) error {
	r := c.Request()
	if err := r.ParseForm(); err != nil {
		return errUnreadable.Because(err)
	}
	form := account.SetUpForm{
		Email: r.PostFormValue("email"), Name: r.PostFormValue("name"),
		Organization: r.PostFormValue("organization"), Password: r.PostFormValue("password"),
	}
	token, err := h.Accounts.SetUp(r.Context(), c.Param("token"), form, h.originOf(c))
	if f := fault.Of(err); err != nil && len(f.Fields) > 0 {
		return h.html(c, statuses[f.Kind].code, views.SetUpPage(views.SetUp{
			Frame: h.frame(c, "Set up Mooring"), Action: r.URL.Path, Name: form.Name, Email: form.Email,
			Organization: form.Organization, Problem: f.Sentence, Fields: f.Fields,
		}))
	}
	if err != nil {
		return err
	}
	if err := h.remember(c, token); err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, "/")
}
