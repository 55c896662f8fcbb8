package views

import (
	"cmp"
	"strings"
	"time"

	"mooring/certificate"
	"mooring/cloud"
	"mooring/credential"
	"mooring/register"
)

// Status puts the state of a credential into a word and what it means now.
func (r Reader) Status(c credential.Credential) Status {
	cloudName := r.Clouds.Describe(c.Provider).ShortName
	status := Status{Word: c.Word(cloudName, r.Now), Tone: stateTones[c.State]}
	if c.State == credential.Connected && r.expired(c.CertificateExpires) {
		status.Tone, status.Detail = ToneAttention, "The certificate has expired."
	} else if status.Word != "Connected" && c.State == credential.Connected {
		status.Tone = ToneWaiting
	}
	switch {
	case c.State == credential.Stopped:
		status.Detail = "by an administrator"
	case c.State == credential.PendingApproval:
		status.Detail = sayPending
	case !c.State.Can(credential.Verify):
	case c.Checking(r.Now):
		status.Detail = "Checking now"
	case c.Status(r.Now) == credential.StatusWarning:
		status.Detail = r.sayWarnings(c.Warnings(r.Now), cloudName, c.LastCheckedAt)
	case !c.CouldNotCheckAt.IsZero():
		status.Detail = "Couldn't check " + r.Moment(c.CouldNotCheckAt).Shown
	case c.State == credential.WaitingCloud:
		status.Detail, status.Retry = "Next check in", max(1, r.SecondsUntil(c.NextCheckAt))
	}
	return status
}

var stateTones = map[credential.State]Tone{
	credential.NotVerified: ToneOff, credential.Connected: ToneOK, credential.WaitingCloud: ToneWaiting,
	credential.NeedsAttention: ToneAttention, credential.Disabled: ToneOff,
	credential.Stopped: ToneOff, credential.PendingApproval: ToneWaiting,
}

// RowStatus is the status word of a row, with what a row knows about it.
func (r Reader) RowStatus(row register.Row) Status {
	cloudName := r.Clouds.Describe(row.Provider).ShortName
	status := Status{Word: row.Word(cloudName, r.Now), Tone: statusTones[row.Status(r.Now)]}
	switch {
	case row.State == credential.Stopped:
		status.Detail = "by an administrator"
	case row.State == credential.Connected && r.expired(row.ExpiresAt):
		status.Detail = "The certificate has expired."
	case row.Status(r.Now) == credential.StatusWarning:
		status.Detail = r.sayWarnings(row.Warnings(r.Now), cloudName, row.LastCheckedAt)
	case !row.CouldNotCheckAt.IsZero() && row.State.Can(credential.Verify):
		status.Detail = "Couldn't check " + r.Moment(row.CouldNotCheckAt).Shown
	}
	return status
}

var statusTones = map[credential.Status]Tone{
	credential.StatusConnected: ToneOK, credential.StatusWarning: ToneWaiting, credential.StatusExpiring: ToneWaiting, credential.StatusWaiting: ToneWaiting,
	credential.StatusPending: ToneWaiting, credential.StatusAttention: ToneAttention,
	credential.StatusUnchecked: ToneOff, credential.StatusDisabled: ToneOff,
}

// sayWarnings says why a link is connected with a warning. cloudName is
// cloud.Description.ShortName.
func (r Reader) sayWarnings(warnings []cloud.Warning, cloudName string, lastChecked time.Time) string {
	var all []string
	for _, warning := range warnings {
		switch warning {
		case credential.WarnUnchecked:
			all = append(all, "Not checked since "+r.minute(lastChecked))
		case cloud.PaymentPastDue:
			all = append(all, cloudName+" says that a payment is past due")
		case cloud.PaymentWarned:
			all = append(all, cloudName+" has warned about a payment")
		case credential.WarnStranger:
			all = append(all, cloudName+" lets in every certificate of this link's authority")
		case credential.WarnPermissions:
			all = append(all, "More permissions than Mooring needs")
		}
	}
	return strings.Join(all, ". ")
}

// sayPending stands wherever something waits for an approval.
const sayPending = "Mooring doesn't check or use it until an administrator approves it."

// DecisionOn is the word of an administrator or of the policy that stands above
// everything else about a credential, or nil.
func (r Reader) DecisionOn(c credential.Credential) *Decision {
	d := &Decision{Reason: c.Reason}
	if !c.DecidedAt.IsZero() {
		d.By, d.At = cmp.Or(c.DecidedByName, "An administrator"), r.Moment(c.DecidedAt)
	}
	switch {
	case c.State == credential.Stopped:
		d.Heading, d.Tone = "An administrator disabled this credential.", ToneAttention
		d.Then = "It isn't checked and can't be used. Ask a site administrator to enable it again."
	case c.State == credential.PendingApproval:
		d.Heading, d.Tone = "This credential is waiting for approval.", ToneWaiting
		d.Then = "Ask a site administrator to approve it." // the status says the rest
	case c.State == credential.NeedsAttention && c.DecidedAt.IsZero() && c.Reason != "":
		d.Heading, d.Tone = "Your administrators don't allow this link.", ToneAttention
	default:
		return nil
	}
	return d
}

// ApprovalOf is the word of the administrator who took a credential into use, or nil.
func (r Reader) ApprovalOf(c credential.Credential) *Decision {
	if c.DecidedAt.IsZero() || c.State == credential.Stopped {
		return nil
	}
	return &Decision{Heading: "Approved", By: cmp.Or(c.DecidedByName, "An administrator"), At: r.Moment(c.DecidedAt), Reason: c.Reason}
}

// expired reports whether a certificate that ends then has ended. A link without a
// certificate, whose end is zero, has none that could.
func (r Reader) expired(certificateExpires time.Time) bool {
	return !certificateExpires.IsZero() && !certificateExpires.After(r.Now)
}

// ExpiresSoon reports whether it is time for another certificate.
func (r Reader) ExpiresSoon(c credential.Credential) bool {
	return !c.CertificateExpires.IsZero() && c.CertificateExpires.Sub(r.Now) < certificate.WarnBefore
}
