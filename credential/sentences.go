package credential

import (
	"fmt"
	"strings"

	"mooring/certificate"
	"mooring/cloud"
	"mooring/fault"
)

// What people read when something about a credential goes wrong.
var (
	ErrNotFound = fault.New(fault.NotFound, "credential.not-found",
		"This page doesn't exist, or you don't have access to it.")
	ErrNoSuchProvider = fault.New(fault.NotFound, "credential.no-such-provider",
		"This provider can't be linked yet.")
	ErrProviderRemoved = fault.New(fault.Conflict, "credential.provider-removed",
		"This Mooring no longer supports the provider of this credential. You can still disable or unlink it.")
	ErrAlreadyLinked = fault.New(fault.Conflict, "credential.already-linked",
		"This account already has this link, with the same sign-in.")
	ErrNeedsConsent = fault.New(fault.Invalid, "credential.needs-consent",
		"This provider is linked in the browser: choose Add credentials, and sign in to the provider there.")
	ErrOtherConsent = fault.New(fault.Invalid, "credential.other-consent",
		"You signed in to another account than this link has. Sign in again and choose the right one, or add it as another link.")
	ErrChangedMeanwhile = fault.New(fault.Conflict, "credential.changed-meanwhile",
		"Somebody changed this credential while you had it open. Save again to replace their change, or cancel to see it first.")
	ErrNotPossibleNow = fault.New(fault.Conflict, "credential.not-possible-now",
		"This isn't possible while the credential has its current status. Reload the page to see what you can do.")
	ErrTooManyCredentials = fault.New(fault.Conflict, "credential.too-many",
		"This account has reached its limit of credentials. Unlink one that you no longer need, or ask the operator of this Mooring to raise the limit.")
	ErrTooManyChecks = fault.New(fault.TooMany, "credential.too-many-checks",
		"This account has reached its limit of checks. Try again in a minute.")
	ErrCertificateExpired = fault.New(fault.Conflict, "credential.certificate-expired",
		"That certificate has expired. Choose a newer one.")
	ErrCertificateTooLong = fault.New(fault.Conflict, "credential.certificate-too-long",
		"That certificate is valid for longer than your administrators allow. Make a new certificate.")
	ErrConfirm = fault.New(fault.Invalid, "credential.confirm",
		"Something depends on this credential. To unlink it anyway, type its label.")
)

const (
	sayLabelMissing = "Enter a name that your colleagues will recognize, such as Production."
	sayLabelLong    = "Use at most 80 characters."
	sayLabelSecret  = "This is a secret. Mooring doesn't need it and hasn't kept it. Enter a name instead. Replace the secret, because it was sent over the network."
)

// What people read about the word of an administrator.
var (
	ErrReason = fault.New(fault.Invalid, "credential.reason",
		"Enter a reason of 3 to 500 characters. The people in the account can read it.")
	ErrUnlinkReason = fault.New(fault.Invalid, "credential.unlink-reason",
		"Enter a reason of 3 to 500 characters. It is kept in the audit log.")
	ErrLookAgain = fault.New(fault.Conflict, "credential.look-again",
		"Somebody changed this linked account while you had it open. Review the changes before you decide.")
	ErrOwnLink = fault.New(fault.Forbidden, "credential.own-link",
		"You linked this account yourself, so another administrator must decide on it.")
	ErrInUse = fault.New(fault.Conflict, "credential.in-use",
		"Something depends on this credential. Disable it instead, or ask an owner of its account to unlink it.")
	ErrProviderNotAllowed = fault.New(fault.Forbidden, "credential.provider-not-allowed",
		"Your administrators don't allow linking this provider.")
	ErrRulesChanged = fault.New(fault.Conflict, "credential.rules-changed",
		"Somebody changed the policy while you had it open. Reload the page to see their change, then make yours.")
)

// What the policy has against a link.
const (
	notAllowed       = "Your administrators don't allow linking this {account}. Check the ID, or ask a site administrator to allow it."
	parentNotAllowed = "Your administrators don't allow linking {accounts} in this {parent}. Choose another {account}, or ask a site administrator to allow the {parent}."
	parentUnknown    = "Your administrators allow only certain {parents}, and Mooring couldn't find the {parent} of this {account}. Check the ID and try again in a few minutes."
	parentFound      = "The {account} belongs to the {parent} {id}, which your administrators don't allow. Edit the credentials to link another {account}, or ask a site administrator to allow the {parent}."
	stoppedBefore    = "An administrator disabled this {account} earlier. The reason was: {reason}"
)

// inWordsOf fills in what a cloud calls its accounts and their parents, and pairs of a
// blank and what belongs there.
func inWordsOf(d cloud.Description, sentence string, pairs ...string) string {
	return strings.NewReplacer(append([]string{"{account}", d.Account.One, "{accounts}", d.Account.Many,
		"{parent}", d.Parent.One, "{parents}", d.Parent.Many}, pairs...)...).Replace(sentence)
}

func sayNotAllowed(d cloud.Description) string       { return inWordsOf(d, notAllowed) }
func sayParentNotAllowed(d cloud.Description) string { return inWordsOf(d, parentNotAllowed) }
func sayParentUnknown(d cloud.Description) string    { return inWordsOf(d, parentUnknown) }

func sayParentFound(d cloud.Description, parent string) string {
	return inWordsOf(d, parentFound, "{id}", parent)
}

// sayStoppedBefore gives the reason as an administrator wrote it.
func sayStoppedBefore(d cloud.Description, reason string) string {
	return inWordsOf(d, stoppedBefore, "{reason}", reason)
}

func sayCertificate(c certificate.Certificate, longest int) string {
	return fmt.Sprintf("The certificate of this account is valid for %d days, but your administrators allow at most %d. Make a new certificate, upload it in place of this one, and save again.",
		int(c.NotAfter.Sub(c.NotBefore).Hours()/24), longest)
}

// Why something waits for an approval.
const (
	sayApproveAll          = "Every new link needs approval here."
	sayApproveProvider     = "Every new link to this provider needs approval here."
	sayChangedWhilePending = "It was changed while it was waiting for approval."
	sayRightsBeyond        = "It has permissions that need approval: "
	sayRightsUnknown       = "Mooring couldn't read its permissions."
)

// What administrators read beside the fields of the policy.
const (
	anyProvider       = "Every provider"
	sayNoSuchProvider = "Choose from the providers in the list."
	sayApproveWhich   = "Select at least one provider, or the box about permissions, or choose None."
	sayNoProvider     = "Choose at least one provider, or allow all."
	sayNoSuchRight    = "Choose from the permissions in the list."
	sayTooMany        = "Enter at most 1,000."
	sayDays           = "Enter a number of days from 0 to 3650. 0 means no limit."
)

// What administrators read about a check that did not end well.
const (
	sayBrokeOff         = "Mooring interrupted the check. Try again later."
	sayChangedMeanwhile = "Somebody changed the credential during the check, so the result doesn't count. Check it again."
)
