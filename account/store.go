package account

import (
	"context"
	"time"

	"mooring/audit"
)

// NewPerson is a person as stored for the first time, with the accounts that
// come with them and the one way in which they sign in.
type NewPerson struct {
	Person   Person
	Password PasswordHash // empty: none
	Passkey  *Passkey
	Identity *LinkedIdentity
	Joins    []Membership // accounts that do not exist yet are made
}

// Failures counts the failed sign-ins of a time span.
type Failures struct {
	Pair    int    // for this e-mail address from this network address
	Email   int    // for this e-mail address from anywhere
	Address int    // from this network address for anybody
	Wider   [2]int // from each of the wider networks, for anybody
}

// Failure is a proof that did not hold.
type Failure struct {
	EmailKey, AddressKey string   // what it counts for; both empty: it counts for nothing
	WiderKeys            []string // of the wider networks, for which it counts, too
	PersonID             string   // whom to tell with a notice; empty: nobody
	Agent                string
}

// Proof is by what somebody has proved who they are. The transaction that
// counts on it looks whether it still holds and brings it up to date, so that
// nobody gets in by what was changed or removed a moment ago.
type Proof struct {
	Password PasswordHash // which the password matched: ErrWrongPassword when it is another by now
	Passkey  *Passkey     // which answered, with its new record: ErrPasskeyRefused when it is gone
	Identity *Identity    // ErrUnknownIdentity when it is not linked any more
	Code     string       // hash of a recovery code, which is used up: ErrWrongCode when it was before
	Alone    *Policy      // the code is all that was asked for: ErrWrongCode, too, when they have an identity or a password that counts
}

// Arrival is somebody who signs in.
type Arrival struct {
	Session Session // PreviousAt and PreviousAddress come from the store
	Proof   Proof
	Device  string  // hash of the value by which the browser is known again; empty: it is not known
	Groups  *Groups // nil: there is nothing to follow
}

// Renewal gives a session a new id, because what it may do changes, and with
// it the browser a new token. When it began stays.
type Renewal struct {
	PersonID     string
	From, To     string // ids of the session: ErrSignIn when there is no From
	At           time.Time
	ProvedAt     time.Time // zero: as before
	SecondStepAt time.Time // zero: as before
	Address      string    // for notices
	Agent        string    // for notices
	Device       string    // as in Arrival, for the second step
	Proof        Proof
}

// Groups is what the groups of an identity give a person.
type Groups struct {
	FollowsAdministrator bool // a group makes administrators here
	Administrator        bool
	Roles                map[string]Role // by the name of the organization
	Entry                audit.Entry     // written with a Detail when anything changed
}

// Store keeps people, accounts and sessions. A method that changes something
// writes its audit entry in the same transaction.
type Store interface {
	// Version grows with every change that any reader could see. What was
	// read at one version is good until the next.
	Version() uint64

	HasPeople(ctx context.Context) (bool, error)
	AddPerson(ctx context.Context, p NewPerson, entry audit.Entry) error // ErrEmailTaken at "email", ErrNameTaken at "organization", ErrIdentityTaken
	AccountNameTaken(ctx context.Context, name string) (bool, error)
	OrganizationNamed(ctx context.Context, name string) (Account, error)        // ErrNoSuchOrganization
	AccountNamed(ctx context.Context, name string) (Account, error)             // ErrNoSuchAccount
	PasswordOf(ctx context.Context, email string) (Person, PasswordHash, error) // ErrNoSuchAccount; an empty hash is no password
	SetTheme(ctx context.Context, personID string, theme Theme, entry audit.Entry) error
	SetProfile(ctx context.Context, personID string, f ProfileForm, entry audit.Entry) error
	// ResetPerson leaves the person this one way in, a password or a recovery
	// code, and lets them sign in again if they were disabled. Passkeys and
	// identities, with what groups gave, sessions, browsers that were known, API
	// keys and invitations of theirs go.
	ResetPerson(ctx context.Context, personID string, hash PasswordHash, codes []string, groups Groups, notice Notice, entry audit.Entry) error

	// A session that owes its second step lives for HalfSignInLife. It is no
	// sign-in yet: RenewSession makes it one with the second step, and until then
	// the person is told of it.
	//
	// AddSession ends Session.Replaces, and says so in the entry if there was
	// one; tells the person when the browser is new, or a recovery code was used;
	// and follows the groups: what Proof says or, when that holds, ErrDisabled. Of
	// too many sessions and devices the longest unseen go.
	AddSession(ctx context.Context, a Arrival, entry audit.Entry) error
	RenewSession(ctx context.Context, r Renewal, entry audit.Entry) error
	Caller(ctx context.Context, sessionID string, now time.Time) (Caller, error) // ErrSignIn
	Sessions(ctx context.Context, personID string, now time.Time) ([]Session, error)
	EndSession(ctx context.Context, personID, sessionID string, entry audit.Entry) error // ErrNoSuchSession
	EndOtherSessions(ctx context.Context, personID, sessionID string, entry audit.Entry) error
	TouchSessions(ctx context.Context, seen map[string]time.Time) error // does not count as a change
	// DropExpired drops what nobody needs any more. What began while the clock
	// was ahead begins now, so that it lasts no longer than it should.
	DropExpired(ctx context.Context, now time.Time) error

	AddFailure(ctx context.Context, f Failure, entry audit.Entry) error
	// CountFailure does what AddFailure does, but the entry is not written: a
	// later one has it in its number.
	CountFailure(ctx context.Context, f Failure, entry audit.Entry) error
	// Failures counts those of a time span that count for the same as f. Later
	// ones are of a clock that was ahead: they would close the account until that
	// time comes.
	Failures(ctx context.Context, f Failure, since, until time.Time) (Failures, error)
	KnownAddress(ctx context.Context, personID, address string) (bool, error) // is signed in from its Network, with both steps
	KnownDevice(ctx context.Context, personID, device string) (bool, error)   // has signed in there, with both steps; by the hash of Arrival.Device

	Passkeys(ctx context.Context, personID string) ([]Passkey, error)                                  // the oldest first
	PasskeyOf(ctx context.Context, credentialID []byte) (Passkey, Person, error)                       // ErrNoSuchPasskey
	Identities(ctx context.Context, personID string) ([]LinkedIdentity, error)                         // the oldest first
	PersonOf(ctx context.Context, issuer, subject string) (Person, error)                              // ErrUnknownIdentity
	CodesLeft(ctx context.Context, personID string) (int, error)                                       // recovery codes not used yet
	DismissNotices(ctx context.Context, personID, sessionID string, shown map[int64]int) error         // by id, if the count is still the one that was shown
	SetCodes(ctx context.Context, personID string, hashes []string, n Notice, entry audit.Entry) error // in place of the earlier: ErrNoPasskey

	// What changes the ways in which a person signs in renews their session,
	// ends their other ones and leaves the notice.
	SetPassword(ctx context.Context, r Renewal, hash PasswordHash, n Notice, entry audit.Entry) error
	// AddPasskey stores the hashes of the recovery codes with the first passkey
	// only, and says whether it was the first: ErrPasskeyRefused when it is known,
	// ErrTooManyPasskeys.
	AddPasskey(ctx context.Context, r Renewal, p Passkey, codes []string, n Notice, entry audit.Entry) (first bool, err error)
	// RemovePasskey takes the recovery codes along with the last passkey:
	// ErrNoSuchPasskey, ErrLastWayIn, ErrLastPasskey.
	RemovePasskey(ctx context.Context, r Renewal, id string, policy Policy, n Notice, entry audit.Entry) error
	// ReleaseGroups leaves to people what groups gave, except memberships of
	// these organizations and, if administrators is set, that right. It gives
	// those of the organizations that do not exist, and writes the entry with a
	// Detail when anything changed.
	ReleaseGroups(ctx context.Context, organizations []string, administrators bool, entry audit.Entry) (missing []string, err error)
	LinkIdentity(ctx context.Context, r Renewal, l LinkedIdentity, groups *Groups, n Notice, entry audit.Entry) error // ErrIdentityTaken
	// UnlinkIdentity takes what groups gave along with the last identity:
	// ErrNoSuchIdentity, ErrLastWayIn.
	UnlinkIdentity(ctx context.Context, r Renewal, issuer, subject string, policy Policy, groups Groups, n Notice, entry audit.Entry) error

	// AddPasswordReset answers ErrTooManyMails when the person got MaxPasswordResets
	// within PasswordResetWindow.
	AddPasswordReset(ctx context.Context, r PasswordReset, entry audit.Entry) error
	// PasswordResetByHash finds whose password a link sets: ErrPasswordReset, also when
	// they have none or are disabled.
	PasswordResetByHash(ctx context.Context, hash string, now time.Time) (Person, error)
	// ResetPassword uses up the link, sets the password and ends the person's sessions
	// and their other links in one transaction: ErrPasswordReset.
	ResetPassword(ctx context.Context, hash string, password PasswordHash, n Notice, entry audit.Entry) error

	ReplaceSetUpLink(ctx context.Context, hash string, expires time.Time, entry audit.Entry) error
	SetUpLinkWorks(ctx context.Context, hash string, now time.Time) (bool, error)
	// SetUp uses up the link and adds the first administrator in one
	// transaction: ErrSetUpLink when the link does not work or anybody exists.
	SetUp(ctx context.Context, hash string, now time.Time, p NewPerson, entry audit.Entry) error
	InvitationByHash(ctx context.Context, hash string, now time.Time) (Invitation, error) // ErrInvitation
	// Join uses up the invitation and adds the person and their membership in
	// one transaction: ErrInvitation, ErrInvitationForAnother.
	Join(ctx context.Context, hash string, now time.Time, p NewPerson, entry audit.Entry) error
}
