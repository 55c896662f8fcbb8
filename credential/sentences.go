package credential

import (
	"fmt"

	"mooring/certificate"
	"mooring/fault"
)

// What people read when something about a credential goes wrong.
var (
	ErrNotFound = fault.New(fault.NotFound, "credential.not-found",
		"There is nothing here, or it is not shared with you.")
	ErrNoSuchProvider = fault.New(fault.NotFound, "credential.no-such-provider",
		"This provider cannot be linked yet.")
	ErrProviderRemoved = fault.New(fault.Conflict, "credential.provider-removed",
		"This Mooring no longer supports the provider of this credential. You can still disable or unlink it.")
	ErrAlreadyLinked = fault.New(fault.Conflict, "credential.already-linked",
		"This account already links that subscription.")
	ErrChangedMeanwhile = fault.New(fault.Conflict, "credential.changed-meanwhile",
		"Somebody changed this credential while you looked at it. Save again to replace their change, or cancel to look at it first.")
	ErrNotPossibleNow = fault.New(fault.Conflict, "credential.not-possible-now",
		"That is not possible in the state this credential is in now.")
	ErrTooManyCredentials = fault.New(fault.Conflict, "credential.too-many",
		"This account has reached its limit of credentials. Unlink one that you no longer need, or ask the operator of this Mooring to raise the limit.")
	ErrTooManyChecks = fault.New(fault.TooMany, "credential.too-many-checks",
		"This account has reached its limit of checks. Try again in a minute.")
	ErrCertificateExpired = fault.New(fault.Conflict, "credential.certificate-expired",
		"That certificate has expired. Choose a newer one.")
	ErrCertificateTooLong = fault.New(fault.Conflict, "credential.certificate-too-long",
		"That certificate is valid for longer than your administrators allow. Make a new certificate.")
	ErrConfirm = fault.New(fault.Invalid, "credential.confirm",
		"Something depends on this credential. Type its label to unlink it all the same.")
)

const (
	sayLabelMissing = "Give it a name that your colleagues will recognise, such as Production."
	sayLabelLong    = "Use at most 80 characters."
	sayLabelSecret  = "This is a secret. Mooring doesn't need it and hasn't kept it. Choose a name, and replace the secret, because it was sent here."
)

// What people read about the word of an administrator.
var (
	ErrReason = fault.New(fault.Invalid, "credential.reason",
		"Write a reason of 3 to 500 characters. The people of the account read it.")
	ErrUnlinkReason = fault.New(fault.Invalid, "credential.unlink-reason",
		"Write a reason of 3 to 500 characters. It is kept in the audit log.")
	ErrLookAgain = fault.New(fault.Conflict, "credential.look-again",
		"Somebody changed this linked account meanwhile. Look at it again.")
	ErrOwnLink = fault.New(fault.Forbidden, "credential.own-link",
		"You linked this yourself. Another administrator has to decide about it.")
	ErrInUse = fault.New(fault.Conflict, "credential.in-use",
		"Something depends on this credential. Disable it instead, or ask an owner of its account to unlink it.")
	ErrProviderNotAllowed = fault.New(fault.Forbidden, "credential.provider-not-allowed",
		"Your administrators do not let people link this provider.")
	ErrRulesChanged = fault.New(fault.Conflict, "credential.rules-changed",
		"Somebody changed the policy while you looked at it. Load the page again to see their change, then make yours.")
)

// What the policy has against a link.
const (
	saySubscriptionNotAllowed = "Your administrators do not let people link this subscription. Check the ID, or ask an administrator of this site to allow it."
	sayDirectoryNotAllowed    = "Your administrators do not let people link subscriptions of this directory. Choose another subscription, or ask an administrator of this site to allow the directory."
	sayDirectoryUnknown       = "Your administrators let people link certain directories only, and Mooring could not find the directory of this subscription. Check the ID and try again in some minutes."
	sayDirectoryFound         = "The subscription belongs to the directory %s, which your administrators do not let people link. Edit the credentials to link another subscription, or ask an administrator of this site to allow the directory."
)

func sayCertificate(c certificate.Certificate, longest int) string {
	return fmt.Sprintf("The certificate of this account is valid for %d days, and your administrators allow %d. Make a new certificate, upload it in place of this one, and save again.",
		int(c.NotAfter.Sub(c.NotBefore).Hours()/24), longest)
}

// Why something waits for an approval.
const (
	sayApproveAll          = "Every new link needs an approval here."
	sayApproveProvider     = "Every new link of this provider needs an approval here."
	sayStoppedBefore       = "An administrator had disabled this subscription. The reason was: %s"
	sayChangedWhilePending = "It was changed while it waited for an approval."
	sayRightsBeyond        = "It may do more than is let in without an approval: "
	sayRightsUnknown       = "Mooring cannot tell what it may do."
)

// What administrators read beside the fields of the policy.
const (
	sayNoSuchProvider = "Choose among the providers in the list."
	sayApproveWhich   = "Tick at least one provider, or the box about permissions, or choose None."
	sayNoProvider     = "Choose at least one provider, or allow all."
	sayNoSuchRight    = "Choose among the rights in the list."
	sayNoID           = "This is not an ID. Copy it from the cloud."
	sayTooMany        = "List at most 1000."
	sayDays           = "Enter a number of days from 0 to 3650. 0 allows any."
)

// What administrators read about a check that did not end well.
const (
	sayBrokeOff         = "The check broke off on our side. Try again later."
	sayChangedMeanwhile = "Somebody changed the credential while it was checked, so that the check decided nothing."
)
