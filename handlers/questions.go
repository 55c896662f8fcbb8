package handlers

import (
	"cmp"
	"net/url"
	"unicode/utf8"

	"github.com/labstack/echo/v4"

	"mooring/account"
	"mooring/text"
	"mooring/views"
)

// answerOf is where an owner answers what reviews ask about a linked account. next
// is the page to come back to.
func answerOf(accountName, provider, id, next string) string {
	return withNext(credentialOf(accountName, provider, id)+"/answer", next)
}

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
	zone := zoneOf(c)
	var shown []views.AskedOwner
	for _, u := range unanswered {
		name := names[u.AccountID]
		shown = append(shown, views.AskedOwner{Account: name, Asker: cmp.Or(u.First.AskedByName, nobodyHere), Label: u.Label, Text: shortened(u.First.Text),
			Due: h.moment(u.First.DueAt, zone), Total: u.Total, AnswerPath: answerOf(name, u.Provider, u.First.CredentialID, here),
			ListPath: providersOf(name) + "?" + url.Values{"status": {statusAsked}}.Encode()})
	}
	return shown
}

// owesPasskey reports whether somebody must add a passkey before they can open
// this account.
func owesPasskey(caller account.Caller, m account.Membership) bool {
	return m.Account.RequireSecondStep && caller.Passkeys == 0
}

// statusAsked is the choice of the list's filter for what reviews ask about.
const statusAsked = "asked"

// excerptLength is how much of a question stands where there is little room, in
// characters.
const excerptLength = 200

func shortened(s string) string {
	s = text.Line(s)
	if utf8.RuneCountInString(s) <= excerptLength {
		return s
	}
	return string([]rune(s)[:excerptLength-1]) + "…"
}
