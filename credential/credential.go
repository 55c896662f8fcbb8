// Package credential is the life of a linked account: how it is saved,
// verified, waited for, mended, disabled and unlinked.
package credential

import (
	"time"

	"mooring/audit"
	"mooring/certificate"
	"mooring/cloud"
)

// Credential is one link of an account to one account of a provider, through one sign-in.
type Credential struct {
	Number        int64 // grows in the order of linking; given by the store
	ID            string
	AccountID     string
	Provider      string // cloud.Description.Key
	Label         string
	Target        cloud.Target
	CertificateID string // that it signs with; empty where cloud.Method.Needs is Nothing
	State         State
	Version       int64 // grows with every change a person makes; a verification of an older one decides nothing

	CloudAccountName string          // what the cloud calls Target.Account; found by a check, like the next two
	Rights           []cloud.Right   // nil: unknown
	Reported         []cloud.Warning // by the cloud at the last check that passed
	Stranger         cloud.Stranger  // what the cloud did with one, since a person last changed the target

	CreatedBy string // person id
	CreatedAt time.Time
	FreshFrom time.Time // when a person last linked, changed or enabled it

	LastCheckedAt   time.Time // zero: never
	CouldNotCheckAt time.Time // set while the latest check said nothing about the link
	Attempts        int       // checks in a row that did not pass
	NextCheckAt     time.Time // zero: no check is planned
	NextTrigger     Trigger   // why the next check is planned; empty: none is

	TrialCertificateID string // of the certificate that the next check signs with, to move to it; empty: CertificateID

	Repeats     int       // checks that ended like the one before since the audit log's last entry about them
	RepeatsFrom time.Time // when the first of these ended; zero: there are none

	Reason         string    // why it is stopped, waits for an approval, was let in or is refused by the policy; its people read it
	DecidedBy      string    // id of the administrator whose word Reason is
	DecidedAt      time.Time // zero: no administrator has said anything, and Reason is the policy's
	ApprovedRights []string  // keys of rights that need no approval any more; nil: the policy had no say on rights when it was linked

	// Read along, never written with the credential.
	CreatedByName        string
	DecidedByName        string
	ReviewedAt           time.Time // of the last decision of a review; zero: never
	ReviewedBy           string    // person id
	ReviewedByName       string
	CertificateBegins    time.Time // zero: there is no certificate
	CertificateExpires   time.Time // the same
	CertificateSHA1      string
	RunningVerification  string // id, while one of this version runs
	CertificateIsCurrent bool   // the account has no newer certificate, or the link has an authority of its own
	AuthorityID          string // of its own; empty: it has none
	LinkName             string // that its authority was made for

	successor *Successor // that this check signs with; nil: it isn't a renewal's
}

// RenewalDue is when it is time for the successor of its certificate; zero: it has none.
func (c Credential) RenewalDue() time.Time {
	if c.CertificateID == "" {
		return time.Time{}
	}
	return certificate.Certificate{NotBefore: c.CertificateBegins, NotAfter: c.CertificateExpires}.RenewalDue()
}

// Checking reports whether a verification runs or is due at now.
func (c Credential) Checking(now time.Time) bool {
	return c.RunningVerification != "" || !c.NextCheckAt.IsZero() && !c.NextCheckAt.After(now)
}

// Trigger says why a verification ran.
type Trigger string

// The triggers.
const (
	ByPerson   Trigger = "person"
	BySchedule Trigger = "schedule"
	ByRetry    Trigger = "retry"
)

// Verification is one run of the stages, kept as evidence.
type Verification struct {
	ID            string
	CredentialID  string
	Version       int64  // Credential.Version that it looked at
	CertificateID string // that it signed with; empty: it ran before that was kept
	Trigger       Trigger
	StartedAt     time.Time
	FinishedAt    time.Time     // zero while it runs
	Times         int           // how many runs in a row ended like this one, this one included
	FirstAt       time.Time     // when the first of them started
	Outcome       cloud.Outcome // empty while it runs
	Abandoned     bool          // the server stopped, or the credential changed, before it could decide
	Results       []cloud.StageResult
}

// Running reports whether the verification has not finished.
func (v Verification) Running() bool { return v.FinishedAt.IsZero() }

// Request is who asks, for which account.
type Request struct {
	AccountID   string
	AccountName string // for links in failures
	Actor       audit.Actor
	Version     int64 // Credential.Version that the person looked at; 0: whichever it is
}

// Order is what an administrator wants done with a credential of whatever
// account.
type Order struct {
	Actor   audit.Actor
	Version int64  // Credential.Version that the administrator looked at; 0: whichever it is
	Reason  string // as it was typed; the people of the account read it
}
