package handlers

import (
	"net/http"
	"slices"

	"github.com/labstack/echo/v4"

	"mooring/account"
	"mooring/fault"
	"mooring/views"
)

var errScopeNotOffered = fault.AtFields(fault.Fields{"scope": "The API is currently read-only, so new keys can only read."})

// apiWrites reports whether any request of the API needs a key that may write.
// Until one does, nobody is offered such a key.
func (h *handlers) apiWrites() bool {
	return slices.ContainsFunc(h.routes(), func(r route) bool { return r.who == writeKey })
}

// keysPage is Account info > API keys.
func (h *handlers) keysPage(c echo.Context) error {
	caller, _ := callerOf(c)
	m, _ := membershipOf(c)
	keys, err := h.Keys.List(c.Request().Context(), caller, m)
	if err != nil {
		return err
	}
	view := h.reader(c).APIKeys(h.frame(c, "API keys"), m.Account, keys, h.apiWrites())
	view.BaseURL = h.PublicURL.String()
	return h.html(c, http.StatusOK, views.APIKeysPage(view))
}

func (h *handlers) newKeyPage(c echo.Context) error {
	return h.sendNewKey(c, account.KeyForm{Scope: string(account.Read), Days: "90"}, nil)
}

func (h *handlers) sendNewKey(c echo.Context, form account.KeyForm, err error) error {
	m, _ := membershipOf(c)
	view := views.NewAPIKey(h.frame(c, "New API key"), m, form, h.apiWrites())
	status, err := h.refused(c, err, &view.Problem, &view.Fields)
	if err != nil {
		return err
	}
	return h.html(c, status, views.APIKeyFormPage(view))
}

// makeKey shows the new key. Nothing shows it again.
func (h *handlers) makeKey(c echo.Context) error {
	caller, _ := callerOf(c)
	m, _ := membershipOf(c)
	r := c.Request()
	form := account.KeyForm{Name: r.PostFormValue("name"), Scope: r.PostFormValue("scope"), Days: r.PostFormValue("days")}
	if form.Scope == string(account.Write) && !h.apiWrites() {
		return h.sendNewKey(c, form, errScopeNotOffered)
	}
	made, key, err := h.Keys.Make(r.Context(), caller, m, form, actorOf(c))
	if err != nil {
		return h.sendNewKey(c, form, err)
	}
	ask := h.PublicURL.JoinPath("api", "v1", "accounts", m.Account.Name, "credentials").String()
	view := h.reader(c).APIKeyMade(h.frame(c, "New API key"), m.Account, made, key.Reveal(), ask)
	return h.html(c, http.StatusOK, views.APIKeyMadePage(view))
}

func (h *handlers) revokeKey(c echo.Context) error {
	caller, _ := callerOf(c)
	m, _ := membershipOf(c)
	if err := h.Keys.Revoke(c.Request().Context(), caller, m, c.Param("key"), actorOf(c)); err != nil {
		return err
	}
	return seeOther(c, views.APIKeysPath(m.Account.Name))
}
