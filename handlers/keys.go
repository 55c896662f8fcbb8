package handlers

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"

	"github.com/labstack/echo/v4"

	"mooring/account"
	"mooring/fault"
	"mooring/views"
)

func keysOf(accountName string) string { return "/accounts/" + accountName + "/api-keys" }

var scopeWords = map[account.Scope]string{account.Read: "Read", account.Write: "Read and write"}

var errScopeNotOffered = fault.AtFields(fault.Fields{"scope": "The API is currently read-only, so new keys can only read."})

// sayReadsOnly stands beside a key that may write while nothing can be written.
const sayReadsOnly = "The API is currently read-only."

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
	zone := zoneOf(c)
	view := views.APIKeys{Frame: h.frame(c, "API keys"), NewPath: keysOf(m.Account.Name) + "/new", BaseURL: h.PublicURL.String()}
	writes := h.apiWrites()
	for _, k := range keys {
		note := ""
		if k.Scope == account.Write && !writes {
			note = sayReadsOnly
		}
		view.Keys = append(view.Keys, views.APIKey{Name: k.Name, ID: account.KeyPrefix + k.ID + "…", Scope: scopeWords[k.Scope], ScopeNote: note, By: k.PersonName,
			Created: h.moment(k.CreatedAt, zone), Expires: h.moment(k.ExpiresAt, zone), LastUsed: h.moment(k.LastUsedAt, zone), LastAddress: k.LastAddress,
			Expired: !h.Now().Before(k.ExpiresAt), RevokePath: keysOf(m.Account.Name) + "/" + url.PathEscape(k.ID) + "/revoke"})
	}
	return h.html(c, http.StatusOK, views.APIKeysPage(view))
}

func (h *handlers) newKeyPage(c echo.Context) error {
	return h.sendNewKey(c, account.KeyForm{Scope: string(account.Read), Days: "90"}, nil)
}

func (h *handlers) sendNewKey(c echo.Context, form account.KeyForm, err error) error {
	m, _ := membershipOf(c)
	view := views.APIKeyForm{Frame: h.frame(c, "New API key"), Name: form.Name, Scope: form.Scope, Days: form.Days,
		ScopeWrite: m.Role.AtLeast(account.Member) && h.apiWrites(), Action: keysOf(m.Account.Name), CancelPath: keysOf(m.Account.Name)}
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
	view := views.APIKeyMade{Frame: h.frame(c, "New API key"), Key: key.Reveal(), Name: made.Name, Expires: h.moment(made.ExpiresAt, zoneOf(c)),
		Command:  fmt.Sprintf("curl --user \"%s:$MOORING_KEY\" %s", m.Account.Name, h.PublicURL.JoinPath("api", "v1", "accounts", m.Account.Name, "credentials")),
		BackPath: keysOf(m.Account.Name)}
	view.Path = view.BackPath
	return h.html(c, http.StatusOK, views.APIKeyMadePage(view))
}

func (h *handlers) revokeKey(c echo.Context) error {
	caller, _ := callerOf(c)
	m, _ := membershipOf(c)
	if err := h.Keys.Revoke(c.Request().Context(), caller, m, c.Param("key"), actorOf(c)); err != nil {
		return err
	}
	return seeOther(c, keysOf(m.Account.Name))
}
