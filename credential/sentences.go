package credential

import (
	"fmt"

	"mooring/certificate"
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
		"This account already links that subscription.")
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
	saySubscriptionNotAllowed = "Your administrators don't allow linking this subscription. Check the ID, or ask a site administrator to allow it."
	sayDirectoryNotAllowed    = "Your administrators don't allow linking subscriptions in this directory. Choose another subscription, or ask a site administrator to allow the directory."
	sayDirectoryUnknown       = "Your administrators allow only certain directories, and Mooring couldn't find the directory of this subscription. Check the ID and try again in a few minutes."
	sayDirectoryFound         = "The subscription belongs to the directory %s, which your administrators don't allow. Edit the credentials to link another subscription, or ask a site administrator to allow the directory."
)

func sayCertificate(c certificate.Certificate, longest int) string {
	return fmt.Sprintf("The certificate of this account is valid for %d days, but your administrators allow at most %d. Make a new certificate, upload it in place of this one, and save again.",
		int(c.NotAfter.Sub(c.NotBefore).Hours()/24), longest)
}

// Why something waits for an approval.
const (
	sayApproveAll          = "Every new link needs approval here."
	sayApproveProvider     = "Every new link to this provider needs approval here."
	sayStoppedBefore       = "An administrator disabled this subscription earlier. The reason was: %s"
	sayChangedWhilePending = "It was changed while it was waiting for approval."
	sayRightsBeyond        = "It has permissions that need approval: "
	sayRightsUnknown       = "Mooring couldn't read its permissions."
)

// What administrators read beside the fields of the policy.
const (
	sayNoSuchProvider = "Choose from the providers in the list."
	sayApproveWhich   = "Select at least one provider, or the box about permissions, or choose None."
	sayNoProvider     = "Choose at least one provider, or allow all."
	sayNoSuchRight    = "Choose from the permissions in the list."
	sayNoID           = "This isn't an ID. Copy the ID from the cloud's console."
	sayTooMany        = "Enter at most 1,000."
	sayDays           = "Enter a number of days from 0 to 3650. 0 means no limit."
)

// What administrators read about a check that did not end well.
const (
	sayBrokeOff         = "Mooring interrupted the check. Try again later."
	sayChangedMeanwhile = "Somebody changed the credential during the check, so the result doesn't count. Check it again."
)
