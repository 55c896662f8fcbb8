package account

import (
	"context"
	"time"

	"mooring/audit"
)

// NewPerson is a person as stored for the first time, with the accounts that
// come with them.
type NewPerson struct {
	Person   Person
	Password PasswordHash
	Joins    []Membership // accounts that do not exist yet are made
}

// Failures counts the failed sign-ins of a time span.
type Failures struct {
	Pair    int // for this e-mail address from this network address
	Email   int // for this e-mail address from anywhere
	Address int // from this network address for anybody
}

// Store keeps people, accounts and sessions. A method that changes something
// writes its audit entry in the same transaction.
type Store interface {
	// Version grows with every change that any reader could see. What was
	// read at one version is good until the next.
	Version() uint64

	HasPeople(ctx context.Context) (bool, error)
	AddPerson(ctx context.Context, p NewPerson, entry audit.Entry) error // ErrNameTaken at "email" or "organization"
	AccountNameTaken(ctx context.Context, name string) (bool, error)
	OrganizationNamed(ctx context.Context, name string) (Account, error)        // ErrNoSuchOrganization
	PasswordOf(ctx context.Context, email string) (Person, PasswordHash, error) // ErrNoSuchAccount
	SetTheme(ctx context.Context, personID string, theme Theme, entry audit.Entry) error

	AddSession(ctx context.Context, s Session, entry audit.Entry) error          // ends s.Replaces, and says so in the entry if there was one
	Caller(ctx context.Context, sessionID string, now time.Time) (Caller, error) // ErrSignIn
	Sessions(ctx context.Context, personID string, now time.Time) ([]Session, error)
	EndSession(ctx context.Context, personID, sessionID string, entry audit.Entry) error // ErrNoSuchSession
	TouchSessions(ctx context.Context, seen map[string]time.Time) error                  // does not count as a change
	DropExpired(ctx context.Context, now time.Time) error                                // sessions, failures, set-up links

	AddFailure(ctx context.Context, emailKey, addressKey string, entry audit.Entry) error
	Failures(ctx context.Context, emailKey, addressKey string, since time.Time) (Failures, error)
	KnownAddress(ctx context.Context, personID, address string) (bool, error) // has a session from there

	ReplaceSetUpLink(ctx context.Context, hash string, expires time.Time, entry audit.Entry) error
	SetUpLinkWorks(ctx context.Context, hash string, now time.Time) (bool, error)
	// SetUp uses up the link and adds the first administrator in one
	// transaction: ErrSetUpLink when the link does not work or anybody exists.
	SetUp(ctx context.Context, hash string, now time.Time, p NewPerson, entry audit.Entry) error
}
