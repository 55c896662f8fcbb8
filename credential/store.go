package credential

import (
	"context"
	"time"

	"mooring/audit"
	"mooring/certificate"
	"mooring/cloud"
)

// Store keeps credentials and the evidence about them. The owner is in every
// signature and in every WHERE clause. A method that changes something writes
// its audit entry in the same transaction.
type Store interface {
	// Add stores a new credential. When the account already links the same
	// target through the same sign-in it returns the id of that credential with ErrAlreadyLinked.
	// What was stopped before is stored for an approval only: else
	// ErrChangedMeanwhile. So does Change. An account that has the most
	// already gets ErrTooManyCredentials.
	Add(ctx context.Context, c Credential, entry audit.Entry) (existingID string, err error)
	// AddIssued is Add with the leaf that c signs with, whose authority becomes the
	// link's: certificate.ErrNoDraft when it is no draft any more.
	AddIssued(ctx context.Context, c Credential, issued certificate.Issued, entry audit.Entry) (existingID string, err error)
	// AddGranted is Add with the sealed grant that c signs in with, and ChangeGranted is
	// Change with another one.
	AddGranted(ctx context.Context, c Credential, grant []byte, entry audit.Entry) (existingID string, err error)
	ChangeGranted(ctx context.Context, c Credential, grant []byte, entry audit.Entry) (existingID string, err error)
	Find(ctx context.Context, accountID, id string) (Credential, error) // ErrNotFound
	List(ctx context.Context, accountID string) ([]Credential, error)   // by provider, label
	// Entries reads little of all that an account links, and Some all of a few.
	Entries(ctx context.Context, accountID string) ([]Entry, error)
	Some(ctx context.Context, accountID string, ids []string) ([]Credential, error)
	// Change stores what a person changed, if Version is still the stored one
	// (else ErrChangedMeanwhile), and counts Version up. Like Add it refuses a
	// link that the account has already.
	Change(ctx context.Context, c Credential, entry audit.Entry) (existingID string, err error)
	// Plan sets NextCheckAt and FreshFrom alone, asked by a person; the version stays.
	Plan(ctx context.Context, accountID, id string, at, freshFrom time.Time, entry audit.Entry) error
	Remove(ctx context.Context, accountID, id string, entry audit.Entry) error // ErrNotFound

	// Due lists credentials of all accounts whose NextCheckAt has come and
	// that are not disabled, most of them at the most: what a person asked for
	// first, then the longest waiting. Of more than that the accounts take
	// turns. NextDue says when the next comes (zero: none).
	Due(ctx context.Context, now time.Time, most int) ([]Credential, error)
	NextDue(ctx context.Context, now time.Time) (time.Time, error)

	// StartVerification answers ErrNotFound also when the credential was
	// disabled, stopped or held back meanwhile.
	StartVerification(ctx context.Context, v Verification) error
	AddResult(ctx context.Context, verificationID string, position int, r cloud.StageResult) error
	// FinishVerification stores the end of v and, if the credential still has
	// v.Version, what was decided about it with the entries, of which there may be
	// none; otherwise v counts as abandoned, and the last entry tells its end
	// without changes. A run that ended like the one before takes its place: see
	// Verification.Times. Runs that passed or that a person asked for stay.
	FinishVerification(ctx context.Context, v Verification, decided Credential, entries ...audit.Entry) error
	// AbandonRunning ends what a stopped server left running.
	AbandonRunning(ctx context.Context, now time.Time) error
	// PlanFor takes the checks of providers that are none of these off the plan, for
	// nobody can check their links, and plans them again, within an hour, for those
	// that were off it and are among these.
	PlanFor(ctx context.Context, providers []string, now time.Time) error
	// Verifications lists the latest runs with their results, latest first.
	Verifications(ctx context.Context, accountID, credentialID string, most int) ([]Verification, error)

	// RecentVerifications lists the latest runs of each of these credentials of the
	// account, with their results; those of one credential latest first.
	RecentVerifications(ctx context.Context, accountID string, credentialIDs []string, most int) ([]Verification, error)

	// Refuse keeps the entry about an attempt that changed nothing.
	Refuse(ctx context.Context, entry audit.Entry) error

	AdministratorStore
	IntakeStore
}

// AdministratorStore is what site administrators do with credentials of all
// accounts. A change looks again, in its transaction, whether the actor still
// is an administrator: ErrSignIn or ErrNoSuchAccount of package account.
type AdministratorStore interface {
	FindAny(ctx context.Context, id string) (Credential, error) // ErrNotFound
	// ChangeAny stores what an administrator decided, if Version is still the
	// stored one (else ErrLookAgain), and counts Version up. What it stops is
	// remembered for all accounts, and what it lets in again no longer. To let
	// in one's own link answers ErrOwnLink while there is another administrator.
	ChangeAny(ctx context.Context, c Credential, entry audit.Entry) error
	// RemoveAny unlinks c, if Version is still the stored one (else ErrLookAgain).
	RemoveAny(ctx context.Context, c Credential, entry audit.Entry) error
	// PlanAny stores NextCheckAt of c, if nobody has changed or stopped it.
	PlanAny(ctx context.Context, c Credential, entry audit.Entry) error
	VerificationsAny(ctx context.Context, id string, most int) ([]Verification, error) // as Verifications
}

// IntakeStore keeps the site's policy on what may be linked.
type IntakeStore interface {
	Rules(ctx context.Context) (Rules, error) // the zero value until there are any
	// ChangeRules stores rules made from those of this version (else
	// ErrRulesChanged), and counts it up. The actor has to be an administrator.
	ChangeRules(ctx context.Context, r Rules, entry audit.Entry) error
	// StoppedBefore gives the reason for which an administrator stopped a link
	// of whichever account to the target, if nobody has let it in again; else
	// nothing. It is remembered when the link or its account is gone, too.
	StoppedBefore(ctx context.Context, provider string, target cloud.Target) (reason string, err error)
}

// Dependents says what stops working when a credential is gone, one line each.
// Whatever uses credentials implements it.
type Dependents interface {
	DependOn(ctx context.Context, accountID, credentialID string) ([]string, error)
}
