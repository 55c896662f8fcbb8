package handlers

import (
	"cmp"
	"context"
	"net/url"
	"slices"
	"time"

	"github.com/labstack/echo/v4"

	"mooring/account"
	"mooring/audit"
	"mooring/certificate"
	"mooring/cloud"
	"mooring/credential"
	"mooring/review"
	"mooring/views"
)

func linkedAccountOf(id string) string { return linkedAccountsPath + "/" + url.PathEscape(id) }

// entriesShown is how many entries of the audit log its page shows.
const entriesShown = 20

// linkedAccountDone says on the page of a linked account what was done.
var linkedAccountDone = map[string]string{
	"check-again": "The check has started.",
	"disable":     "Disabled. It can no longer be used, and the people in the account can read the reason.",
	"enable":      "Enabled. The check has started.",
	"approve":     "Approved. The check has started.",
	"decline":     "Declined. The people in the account can read the reason.",
}

// linkedAccountPage is everything but the secret about one linked account;
// htmx asks for its changing part.
func (h *handlers) linkedAccountPage(c echo.Context) error { return h.sendLinkedAccount(c, nil) }

func (h *handlers) sendLinkedAccount(c echo.Context, err error) error {
	k, findErr := h.knownOf(c, c.Param("credential"))
	if findErr != nil {
		return findErr
	}
	view := h.linkedAccountView(c, k)
	offerLinkedAccount(&view, k.State)
	view.Typed = c.Request().PostFormValue("reason")
	view.Done = linkedAccountDone[c.QueryParam("done")]
	status, err := h.refused(c, err, &view.Problem, &view.Fields)
	if err != nil {
		return err
	}
	if wants(c, "live") {
		return h.html(c, status, views.LinkedAccountLive(view))
	}
	return h.html(c, status, views.LinkedAccountPage(view))
}

// known is what there is to know about one linked account.
type known struct {
	credential.Credential
	provider cloud.Cloud
	owned    account.Owned
	runs     []credential.Verification
	reviews  []review.Past
	entries  []audit.Sealed
}

func (h *handlers) knownOf(c echo.Context, id string) (k known, err error) {
	ctx := c.Request().Context()
	if k.Credential, err = h.Credentials.FindAny(ctx, id); err != nil {
		return known{}, err
	}
	k.provider = h.cloudOf(k.Provider)
	if k.owned, err = h.People.OwnersOf(ctx, k.AccountID); err != nil {
		return known{}, err
	}
	if k.runs, err = h.Credentials.HistoryAny(ctx, id, chartChecks); err != nil {
		return known{}, err
	}
	if k.reviews, err = h.Reviews.History(ctx, id); err != nil {
		return known{}, err
	}
	k.entries, err = h.AuditLog.OfCredential(ctx, id, entriesShown)
	return k, err
}

func (h *handlers) linkedAccountView(c echo.Context, k known) views.LinkedAccount {
	zone, path, description := zoneOf(c), linkedAccountOf(k.ID), k.provider.Describe()
	method, _ := description.Method(k.Target.Method)
	view := views.LinkedAccount{
		Frame: h.frame(c, k.Label), ID: k.ID, Label: k.Label, BackPath: linkedAccountsPath, Provider: description.Name,
		Account: k.owned.Account.Name, SubscriptionName: k.SubscriptionName, SubscriptionID: k.Target.SubscriptionID,
		TenantID: k.Target.TenantID, ClientID: k.Target.ClientID, Environment: description.EnvironmentName(k.Target.Environment), Method: cmp.Or(method.Name, k.Target.Method),
		Version: k.Version, Status: h.statusOf(k.Credential, description, zone), Reason: k.Reason,
		DecidedBy: k.DecidedByName, DecidedAt: h.moment(k.DecidedAt, zone), LastCheck: h.moment(k.LastCheckedAt, zone),
		Chart: h.chart(k.runs, zone), Progress: h.progress(h.administratorReader(c, k), k.runs, path),
		Certificate: views.Certificate{SHA1: k.CertificateSHA1, Expires: h.moment(k.CertificateExpires, zone),
			ExpiresSoon: k.CertificateExpires.Sub(h.Now()) < certificate.WarnBefore},
		Linked: h.moment(k.CreatedAt, zone), LinkedBy: k.CreatedByName, LastReview: h.moment(k.ReviewedAt, zone), ReviewedBy: k.ReviewedByName,
		LogPath: logOf("credential", k.ID),
	}
	view.Path = path
	if k.CreatedByName != "" {
		view.LinkedByPath = personOf(k.CreatedBy)
	}
	if !k.NextCheckAt.IsZero() && k.State.Can(credential.Verify) {
		view.NextCheck = h.moment(k.NextCheckAt, zone)
	}
	if view.Status.Retry > 0 { // the progress counts down already
		view.Status.Detail, view.Status.Retry = "", 0
	}
	if view.Progress.Running {
		view.Reload = 3
	}
	for _, owner := range k.owned.Owners {
		view.Owners = append(view.Owners, views.Link{Text: owner.Name, Path: personOf(owner.ID)})
	}
	view.Rights, view.RightsThen = h.rightsSinceReview(k, zone)
	for _, past := range k.reviews {
		view.Reviews = append(view.Reviews, h.pastDecision(past, zone))
	}
	names := logNames{accounts: map[string]string{k.AccountID: k.owned.Account.Name}, labels: map[string]string{k.ID: k.Label}}
	for _, entry := range k.entries {
		view.Entries = append(view.Entries, h.logEntry(entry, names, zone))
	}
	return view
}

// rightsSinceReview compares the rights with those that the last review decided
// on. What no check has found yet is compared with nothing.
func (h *handlers) rightsSinceReview(k known, zone *time.Location) ([]views.RightNow, string) {
	i := slices.IndexFunc(k.reviews, func(p review.Past) bool { return p.Stage == review.StageDecided })
	if i < 0 {
		return rightsNow(h.Reviews.RightsNow(k.Credential)), ""
	}
	last := k.reviews[i]
	rights := h.Reviews.RightsNow(k.Credential)
	if !k.LastCheckedAt.IsZero() {
		rights = h.Reviews.RightsSince(k.Credential, last.Snapshot)
	}
	return rightsNow(rights), "the review of " + last.DecidedAt.In(zone).Format("2 January 2006")
}

var decisionTones = map[review.Kind]views.Tone{
	review.Keep: views.ToneOK, review.Disable: views.ToneAttention, review.Unlink: views.ToneAttention, review.Ask: views.ToneWaiting,
}

func (h *handlers) pastDecision(p review.Past, zone *time.Location) views.PastDecision {
	shown := views.PastDecision{Review: p.Review, Path: reviewOf(p.ReviewID), Decision: "Not decided yet", Tone: views.ToneOff}
	if p.Kind != "" {
		shown.Decision, shown.Tone, shown.Reason = p.Kind.Word(), decisionTones[p.Kind], p.Reason
		shown.By, shown.When = cmp.Or(p.DecidedByName, nobodyHere), h.moment(p.DecidedAt, zone)
	}
	return shown
}

// offerLinkedAccount says what an administrator can do about it in this state.
func offerLinkedAccount(view *views.LinkedAccount, state credential.State) {
	offer := func(event credential.Event, what string) string {
		if !state.Can(event) {
			return ""
		}
		return linkedAccountOf(view.ID) + "/" + what
	}
	view.ApprovePath, view.DeclinePath = offer(credential.Approve, "approve"), offer(credential.Decline, "decline")
	view.EnablePath = offer(credential.Release, "enable")
	if view.DeclinePath == "" { // which does the same, and says why
		view.DisablePath = offer(credential.Stop, "disable")
	}
	view.UnlinkPath = offer(credential.Unlink, "unlink")
	if !view.Progress.Running {
		view.CheckAgainPath = offer(credential.Verify, "check-again")
	}
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
	return seeOther(c, done(linkedAccountOf(id), what))
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
	path := linkedAccountOf(id)
	view := views.Unlink{Frame: h.frame(c, "Unlink "+found.Label), Label: found.Label, SubscriptionID: found.Target.SubscriptionID,
		Account: owned.Account.Name, Version: found.Version, Reason: c.Request().PostFormValue("reason"),
		Action: path + "/unlink", CancelPath: path, Dependents: dependents, Commands: h.cloudOf(found.Provider).Leftovers(found.Target)}
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
	if isRemoved(h.cloudOf(gone.Provider)) { // nobody knows what is left there
		return seeOther(c, linkedAccountsPath)
	}
	return seeOther(c, withQuery(linkedAccountsPath+"/unlinked/"+url.PathEscape(gone.Provider), leftIn(gone.Target)))
}

// unlinkedAccount shows an administrator what to clean up in the cloud.
func (h *handlers) unlinkedAccount(c echo.Context) error {
	return h.sendLeftovers(c, linkedAccountsPath, "Linked accounts")
}
