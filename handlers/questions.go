package handlers

import (
	"github.com/labstack/echo/v4"

	"mooring/account"
	"mooring/views"
)

// asked tells the owners of accounts, wherever they are, what reviews ask them. A
// page is shown without it rather than not at all.
func (h *handlers) asked(c echo.Context, caller account.Caller, here string) []views.AskedOwner {
	names, ids := map[string]string{}, []string{}
	for _, m := range caller.Memberships {
		if mayLink(m) && !owesPasskey(caller, m) {
			names[m.Account.ID], ids = m.Account.Name, append(ids, m.Account.ID)
		}
	}
	if len(ids) == 0 {
		return nil
	}
	unanswered, err := h.Reviews.Unanswered(c.Request().Context(), ids)
	if err != nil {
		h.logUnlessGone(c, "could not look for questions of reviews", err)
		return nil
	}
	return h.reader(c).AskedOwners(unanswered, names, here)
}

// owesPasskey reports whether somebody must add a passkey before they can open
// this account.
func owesPasskey(caller account.Caller, m account.Membership) bool {
	return m.Account.RequireSecondStep && caller.Passkeys == 0
}
