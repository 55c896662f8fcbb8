package handlers

import (
	"errors"

	"github.com/labstack/echo/v4"

	"mooring/account"
	"mooring/audit"
	"mooring/credential"
	"mooring/fault"
)

// refuses reports whether a failure is about who asks, and not about what they
// typed or what they have to do first. What is not there for anybody and what is
// not there for them read alike, so that only the guard can tell those apart.
func refuses(err error) bool {
	if errors.Is(err, credential.ErrProviderNotAllowed) { // has its entry already
		return false
	}
	return fault.Has(err, fault.Forbidden)
}

// noteRefused writes down that a caller was refused. The entry names the route
// and not the path, which may hold a token.
func (h *handlers) noteRefused(c echo.Context, r route, caller account.Caller) {
	who := caller.Person.ID
	if caller.Key != nil {
		who = "key " + caller.Key.ID
	}
	h.Refusals.Note(who, h.refusedEntry(c, r, actorOf(c)))
}

// noteRefusedKey writes down that a key of the right form was refused, whose
// holder nobody knows. Keys can be made up, so that their network counts.
func (h *handlers) noteRefusedKey(c echo.Context, r route, err error) {
	_, key, ok := keyOf(c)
	if !ok || r.who != readKey && r.who != writeKey || !fault.Has(err, fault.SignIn) {
		return
	}
	id, _, parseErr := account.ParseKey(key)
	if parseErr != nil {
		return
	}
	entry := h.refusedEntry(c, r, audit.Actor{Name: "unknown", Address: c.RealIP(), RequestID: requestID(c)})
	entry.Detail += " with the API key " + id
	h.Refusals.Note("network "+account.Network(c.RealIP()), entry)
}

func (h *handlers) refusedEntry(c echo.Context, r route, actor audit.Actor) audit.Entry {
	entry := audit.Entry{At: h.Now(), Actor: actor, Action: audit.RefuseRequest, Result: audit.Refused, Detail: r.method + " " + r.path}
	if m, ok := membershipOf(c); ok {
		entry.AccountID = m.Account.ID
	} else if name := c.Param("account"); name != "" {
		// Whether there is one of that name, the time that it takes does not tell.
		if found, err := h.Accounts.Named(c.Request().Context(), name); err == nil {
			entry.AccountID = found.ID
		}
	}
	return entry
}
