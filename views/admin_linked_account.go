package views

import (
	"cmp"

	"mooring/account"
	"mooring/audit"
	"mooring/credential"
	"mooring/review"
)

// reasonHint says who reads the reason.
func reasonHint(p LinkedAccount) string { return "The people in " + p.Account + " can read it." }

// waitsForApproval reports whether there is something to decide first.
func waitsForApproval(p LinkedAccount) bool { return p.ApprovePath != "" || p.DeclinePath != "" }

// whyNoRights says why nobody knows what Mooring may do with it. A check can
// pass and yet not find that out.
func whyNoRights(lastCheck Time) string {
	if lastCheck.Machine == "" {
		return "Unknown: no check has finished yet."
	}
	return "Unknown: the checks couldn't read the permissions."
}

// LinkRecord is what is read about one linked account, beside the link itself.
type LinkRecord struct {
	Owned   account.Owned
	Runs    []credential.Verification // the latest first
	Reviews []review.Past             // the latest first
	Rights  []review.RightSince       // compared with those at the latest decision of Reviews
	Entries []audit.Sealed
}

// LinkedAccount builds the page of r.Link, as administrators see it.
func (r LinkReader) LinkedAccount(frame Frame, record LinkRecord) LinkedAccount {
	c, path := r.Link, LinkedAccountPath(r.Link.ID)
	p := LinkedAccount{
		Frame: frame, ID: c.ID, Label: c.Label, BackPath: LinkedAccountsPath, Provider: r.Clouds.Describe(c.Provider).Name,
		Account: record.Owned.Account.Name, CloudAccountName: c.CloudAccountName, Facts: r.Clouds.Facts(c.Provider, c.Target),
		Version: c.Version, Status: r.Status(c), Reason: c.Reason,
		DecidedBy: c.DecidedByName, DecidedAt: r.Moment(c.DecidedAt), LastCheck: r.Moment(c.LastCheckedAt),
		Chart: r.Chart(record.Runs), Progress: r.Progress(record.Runs, path),
		Certificate: Certificate{SHA1: c.CertificateSHA1, Expires: r.Moment(c.CertificateExpires), ExpiresSoon: r.ExpiresSoon(c)},
		Linked:      r.Moment(c.CreatedAt), LinkedBy: c.CreatedByName, LastReview: r.Moment(c.ReviewedAt), ReviewedBy: c.ReviewedByName,
		Rights: rightsSince(record.Rights), LogPath: AuditLogOf("credential", c.ID),
	}
	p.Path = path
	if c.CreatedByName != "" {
		p.LinkedByPath = PersonPath(c.CreatedBy)
	}
	if !c.NextCheckAt.IsZero() && c.State.Can(credential.Verify) {
		p.NextCheck = r.Moment(c.NextCheckAt)
	}
	if p.Status.Retry > 0 { // the progress counts down already
		p.Status.Detail, p.Status.Retry = "", 0
	}
	if p.Progress.Running {
		p.Reload = 3
	}
	for _, owner := range record.Owned.Owners {
		p.Owners = append(p.Owners, Link{Text: owner.Name, Path: PersonPath(owner.ID)})
	}
	if last, reviewed := review.LastDecided(record.Reviews); reviewed {
		p.RightsThen = "the review of " + r.day(last.DecidedAt)
	}
	for _, past := range record.Reviews {
		p.Reviews = append(p.Reviews, r.pastDecision(past))
	}
	names := LogNames{Accounts: map[string]string{c.AccountID: record.Owned.Account.Name}, Labels: map[string]string{c.ID: c.Label}}
	p.Entries = r.logEntries(record.Entries, names)
	p.offer(c.State)
	return p
}

// offer says what an administrator can do about it in this state.
func (p *LinkedAccount) offer(state credential.State) {
	offer := func(event credential.Event, what string) string {
		if !state.Can(event) {
			return ""
		}
		return LinkedAccountPath(p.ID) + "/" + what
	}
	p.ApprovePath, p.DeclinePath = offer(credential.Approve, "approve"), offer(credential.Decline, "decline")
	p.EnablePath = offer(credential.Release, "enable")
	if p.DeclinePath == "" { // which does the same, and says why
		p.DisablePath = offer(credential.Stop, "disable")
	}
	p.UnlinkPath = offer(credential.Unlink, "unlink")
	if !p.Progress.Running {
		p.CheckAgainPath = offer(credential.Verify, "check-again")
	}
}

var decisionTones = map[review.Kind]Tone{
	review.Keep: ToneOK, review.Disable: ToneAttention, review.Unlink: ToneAttention, review.Ask: ToneWaiting,
}

func (r Reader) pastDecision(p review.Past) PastDecision {
	shown := PastDecision{Review: p.Review, Path: ReviewPath(p.ReviewID), Decision: "Not decided yet", Tone: ToneOff}
	if p.Kind != "" {
		shown.Decision, shown.Tone, shown.Reason = p.Kind.Word(), decisionTones[p.Kind], p.Reason
		shown.By, shown.When = cmp.Or(p.DecidedByName, nobodyHere), r.Moment(p.DecidedAt)
	}
	return shown
}

var linkedAccountDone = map[string]string{
	"check-again": "The check has started.",
	"disable":     "Disabled. It can no longer be used, and the people in the account can read the reason.",
	"enable":      "Enabled. The check has started.",
	"approve":     "Approved. The check has started.",
	"decline":     "Declined. The people in the account can read the reason.",
}

// LinkedAccountDone says on the page of a linked account what was done; what is the
// name of that route.
func LinkedAccountDone(what string) string { return linkedAccountDone[what] }
