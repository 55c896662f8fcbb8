package handlers

import (
	"context"
	"net/url"

	"github.com/labstack/echo/v4"

	"mooring/credential"
	"mooring/views"
)

// entriesShown is how many entries of the audit log its page shows.
const entriesShown = 20

// linkedAccountPage is everything but the secret about one linked account;
// htmx asks for its changing part.
func (h *handlers) linkedAccountPage(c echo.Context) error { return h.sendLinkedAccount(c, nil) }

func (h *handlers) sendLinkedAccount(c echo.Context, err error) error {
	found, findErr := h.Credentials.FindAny(c.Request().Context(), c.Param("credential"))
	if findErr != nil {
		return findErr
	}
	record, findErr := h.linkRecord(c, found)
	if findErr != nil {
		return findErr
	}
	view := h.administratorReader(c, found, record).LinkedAccount(h.frame(c, found.Label), record)
	view.Typed = c.Request().PostFormValue("reason")
	view.Done = views.LinkedAccountDone(c.QueryParam("done"))
	status, err := h.refused(c, err, &view.Problem, &view.Fields)
	if err != nil {
		return err
	}
	if wants(c, "live") {
		return h.html(c, status, views.LinkedAccountLive(view))
	}
	return h.html(c, status, views.LinkedAccountPage(view))
}

// linkRecord reads what there is to know about a link beside the link itself.
func (h *handlers) linkRecord(c echo.Context, of credential.Credential) (record views.LinkRecord, err error) {
	ctx := c.Request().Context()
	if record.Owned, err = h.People.OwnersOf(ctx, of.AccountID); err != nil {
		return record, err
	}
	if record.Runs, err = h.Credentials.HistoryAny(ctx, of.ID, views.ChartChecks); err != nil {
		return record, err
	}
	if record.Reviews, err = h.Reviews.History(ctx, of.ID); err != nil {
		return record, err
	}
	record.Rights = h.Reviews.RightsSinceDecided(of, record.Reviews)
	record.Entries, err = h.AuditLog.OfCredential(ctx, of.ID, entriesShown)
	return record, err
}

// ordering is a domain method by which an administrator changes one credential.
type ordering func(context.Context, credential.Order, string) (credential.Credential, error)

// orderLinkedAccount does one thing to the linked account in the path and shows
// it again.
func (h *handlers) orderLinkedAccount(c echo.Context, what string, do ordering) error {
	order, id := orderOf(c, 1), c.Param("credential")
	if _, err := do(c.Request().Context(), order, id); err != nil {
		if wants(c, "live") { // there is no form in it that could show the sentence
			return err
		}
		return h.sendLinkedAccount(c, err)
	}
	if wants(c, "live") {
		return h.sendLinkedAccount(c, nil)
	}
	return seeOther(c, done(views.LinkedAccountPath(id), what))
}

// orderOf reads what an administrator wants, and what they looked at; first is
// the version that it began with.
func orderOf(c echo.Context, first int64) credential.Order {
	return credential.Order{Actor: actorOf(c), Version: shownVersion(c, first), Reason: c.Request().PostFormValue("reason")}
}

func (h *handlers) checkLinkedAccount(c echo.Context) error {
	return h.orderLinkedAccount(c, "check-again", h.Credentials.CheckAgain)
}

func (h *handlers) disableLinkedAccount(c echo.Context) error {
	return h.orderLinkedAccount(c, "disable", h.Credentials.Stop)
}

func (h *handlers) enableLinkedAccount(c echo.Context) error {
	return h.orderLinkedAccount(c, "enable", h.Credentials.Release)
}

func (h *handlers) approveLinkedAccount(c echo.Context) error {
	return h.orderLinkedAccount(c, "approve", h.Credentials.Approve)
}

func (h *handlers) declineLinkedAccount(c echo.Context) error {
	return h.orderLinkedAccount(c, "decline", h.Credentials.Decline)
}

// unlinkAccountPage asks before an administrator unlinks a linked account.
func (h *handlers) unlinkAccountPage(c echo.Context) error { return h.sendUnlinkAccount(c, nil) }

func (h *handlers) sendUnlinkAccount(c echo.Context, err error) error {
	ctx, id := c.Request().Context(), c.Param("credential")
	found, findErr := h.Credentials.FindAny(ctx, id)
	if findErr != nil {
		return findErr
	}
	owned, findErr := h.People.OwnersOf(ctx, found.AccountID)
	if findErr != nil {
		return findErr
	}
	dependents, findErr := h.Credentials.Dependents(ctx, found.AccountID, id)
	if findErr != nil {
		return findErr
	}
	view := h.reader(c).UnlinkLinkedAccount(h.frame(c, "Unlink "+found.Label), found, owned.Account, dependents, c.Request().PostFormValue("reason"))
	status, err := h.refused(c, err, &view.Problem, &view.Fields)
	if err != nil {
		return err
	}
	return h.html(c, status, views.UnlinkPage(view))
}

func (h *handlers) unlinkLinkedAccount(c echo.Context) error {
	gone, err := h.Credentials.UnlinkAny(c.Request().Context(), orderOf(c, 1), c.Param("credential"), c.Request().PostFormValue("confirm"))
	if err != nil {
		return h.sendUnlinkAccount(c, err)
	}
	if h.isRemoved(gone.Provider) { // nobody knows what is left there
		return seeOther(c, linkedAccountsPath)
	}
	return seeOther(c, views.WithQuery(linkedAccountsPath+"/unlinked/"+url.PathEscape(gone.Provider), h.leftIn(gone)))
}

// unlinkedAccount shows an administrator what to clean up in the cloud.
func (h *handlers) unlinkedAccount(c echo.Context) error {
	return h.sendLeftovers(c, linkedAccountsPath, "Linked accounts")
}
