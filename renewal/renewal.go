// Package renewal replaces the certificates that links sign in with, long before they
// end and without a person.
//
// What is renewed is a sign-in: one certificate at one principal of a cloud, which
// several links can share. A renewal is a row that goes through steps. Each is stored
// before it is taken and can be taken twice, so that a server that stops at any moment
// finds out afterwards what the cloud knows, by signing in with the successor.
//
//	introduce  the cloud is told of the successor (where it trusts certificates themselves)
//	try        each link is checked with the successor, and switched when it signs in
//	keep       the predecessor stays for the grace period, here and in the cloud
//	remove     the cloud forgets the predecessor, and its private key is destroyed here
//	done
//
// by-hand stands for introduce where only a person can tell the cloud; it is looked at
// again each day. dropped is a renewal whose links are gone.
package renewal

import (
	"context"
	"time"

	"mooring/audit"
	"mooring/certificate"
	"mooring/cloud"
	"mooring/credential"
	"mooring/fault"
)

// Step is where a renewal is. Databases keep it.
type Step string

// The steps.
const (
	Introduce Step = "introduce"
	Try       Step = "try"
	ByHand    Step = "by-hand"
	Keep      Step = "keep"
	Remove    Step = "remove"
	Done      Step = "done"
	Dropped   Step = "dropped"
)

// Ended reports whether nothing comes after the step.
func (s Step) Ended() bool { return s == Done || s == Dropped }

// What people read.
var (
	ErrNothingToRenew = fault.New(fault.Conflict, "renewal.nothing", "This credential has no certificate that Mooring renews.")
	ErrUnderWay       = fault.New(fault.Conflict, "renewal.under-way", "The certificate is being renewed already. The page shows how far it is.")
	ErrPaused         = fault.New(fault.Conflict, "renewal.paused",
		"This Mooring is a copy, so it renews nothing. The operator can confirm that it is the only one: mooring database confirm.")
	ErrNotActive = fault.New(fault.Conflict, "renewal.not-active", "This credential is disabled or waits for approval. Its certificate is renewed when it is in use again.")
)

// ErrOpen is what a Store answers when the sign-in is being renewed already.
var ErrOpen = ErrUnderWay

// SignIn is what is renewed.
type SignIn struct {
	AccountID, Provider, Environment, Method, Principal string
	CertificateID                                       string // that it signs with, or did
	CredentialID                                        string // its only link, where the certificate has an authority of the link's own; else empty
}

// SignInOf is the sign-in of a link.
func SignInOf(c credential.Credential) SignIn {
	s := SignIn{AccountID: c.AccountID, Provider: c.Provider, Environment: c.Target.Environment, Method: c.Target.SignIn.Method,
		Principal: c.Target.SignIn.Principal, CertificateID: c.CertificateID}
	if c.AuthorityID != "" {
		s.CredentialID = c.ID
	}
	return s
}

// Renewal is the replacement of the certificate of a sign-in.
type Renewal struct {
	ID string
	SignIn
	Target            cloud.Target // of one of its links, to ask the cloud with
	SuccessorID       string       // certificate id; empty: there is none yet
	RemoteID          string       // what the cloud calls the predecessor; empty: nobody knows
	SuccessorRemoteID string
	Step              Step
	AskedBy           string // person id; empty: it was time
	Tries             int    // of this step
	NextAt            time.Time
	Trouble           cloud.StageResult // the last answer that was none to go on with; its Stage is empty when there is none
	FailingSince      time.Time
	Told              bool // that it fails
	BeganAt           time.Time
	SwitchedAt        time.Time
	EndedAt           time.Time

	// Read along.
	SHA1, SuccessorSHA1         string
	NotAfter, SuccessorNotAfter time.Time
	Destroyed                   bool // the predecessor's private key
}

// IsLeftBehind reports whether the cloud still has the predecessor, because Mooring
// doesn't know what the cloud calls it.
func (r Renewal) IsLeftBehind(d cloud.Description) bool {
	return r.Step == Done && r.CredentialID == "" && r.RemoteID == "" && d.RemoteIDField(r.Target) != ""
}

// Link is a link of a sign-in.
type Link struct {
	ID    string
	State credential.State
}

// Store keeps renewals. The owner is in every signature and in every WHERE clause.
type Store interface {
	// Due lists links, one of each sign-in that nobody renews, whose certificates have
	// come to two thirds of their lives, of providers that there are.
	Due(ctx context.Context, now time.Time, providers []string, most int) ([]credential.Credential, error)
	// Begin stores a renewal, with the leaf that was issued for it if there is one:
	// ErrOpen.
	Begin(ctx context.Context, r Renewal, issued *certificate.Issued, entries ...audit.Entry) error
	// Ready lists renewals whose NextAt has come, and Next says when the next comes
	// (zero: none).
	Ready(ctx context.Context, now time.Time, most int) ([]Renewal, error)
	Next(ctx context.Context) (time.Time, error)
	// Save stores what has become of one.
	Save(ctx context.Context, r Renewal, entries ...audit.Entry) error
	// Links lists the links of a sign-in, and LinksElsewhere those at the same
	// principal that sign with another certificate.
	Links(ctx context.Context, s SignIn) ([]Link, error)
	LinksElsewhere(ctx context.Context, s SignIn) ([]credential.Credential, error)
	// Switch is Save, and has the links of r that nobody can check sign with the successor.
	// remoteField is where their sign-ins keep what the cloud calls it; empty: nowhere.
	Switch(ctx context.Context, r Renewal, remoteField string, entries ...audit.Entry) error
	// History lists the renewals of the sign-in that a link has, the latest first.
	History(ctx context.Context, s SignIn, most int) ([]Renewal, error)
	// Destroy destroys the private key of a certificate, unless something uses it; and
	// DestroyExpired those of all that have ended and are used by nothing.
	Destroy(ctx context.Context, accountID, certificateID string, now time.Time) (bool, error)
	DestroyExpired(ctx context.Context, now time.Time) (int, error)
	// IsCopy reports whether the database is a copy that nobody has confirmed.
	IsCopy(ctx context.Context) (bool, error)
}
