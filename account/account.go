// Package account knows who owns links and who may do what: people and how
// they prove who they are, organizations, roles, sessions and API keys.
package account

import (
	"net/mail"
	"regexp"
	"strings"
	"time"

	"mooring/text"
)

// Theme is a person's choice of colours.
type Theme string

// The themes. System follows the browser.
const (
	System Theme = "system"
	Light  Theme = "light"
	Dark   Theme = "dark"
)

// ParseTheme reads a theme from a form.
func ParseTheme(s string) (Theme, error) {
	switch theme := Theme(s); theme {
	case System, Light, Dark:
		return theme, nil
	}
	return "", ErrNoSuchTheme
}

// Person is somebody who signs in.
type Person struct {
	ID               string
	Email            string // lower case
	Name             string
	SiteAdmin        bool // reviews all accounts; a right beside roles, not above them
	AdminByGroup     bool // a group of an identity made them administrator, and its absence takes that again
	Theme            Theme
	TimeZone         string // as in the IANA database; empty stands for UTC
	DefaultAccountID string
	CreatedAt        time.Time
	DisabledAt       time.Time // zero: they may sign in
	LastSignInAt     time.Time
	EmailProved      bool // that the address is theirs: they accepted a mailed invitation, or a provider vouched for it
}

// Kind is personal or organization.
type Kind string

// The kinds of account.
const (
	Personal     Kind = "personal"
	Organization Kind = "organization"
)

// Account is what owns links: a person's own, or an organization.
type Account struct {
	ID        string
	Name      string // in the URL: lower case letters, digits, hyphens
	Kind      Kind
	CreatedAt time.Time

	Description       string // of an organization, one line
	RequireSecondStep bool   // who lacks a passkey is led to add one before entering
}

// Role is what a person may do in an account.
type Role string

// The roles. An owner links, unlinks and manages people; a member verifies and
// uses; a viewer sees.
const (
	Owner  Role = "owner"
	Member Role = "member"
	Viewer Role = "viewer"
)

var ranks = map[Role]int{Viewer: 1, Member: 2, Owner: 3}

// AtLeast reports whether the role includes what other may do.
func (r Role) AtLeast(other Role) bool { return ranks[r] >= ranks[other] && ranks[r] > 0 }

// ParseRole reads a role from a form.
func ParseRole(s string) (Role, error) {
	if ranks[Role(s)] == 0 {
		return "", ErrNoSuchRole
	}
	return Role(s), nil
}

// Membership is an account seen by one person.
type Membership struct {
	Account Account
	Role    Role
	ByGroup bool // a group of an identity made them a member, and its absence ends that
}

// Session is one browser in which a person is signed in.
type Session struct {
	ID        string // SHA-256 of the token in the cookie, in hexadecimal
	PersonID  string
	CreatedAt time.Time
	SeenAt    time.Time // to the minute
	ExpiresAt time.Time
	Address   string
	Agent     string

	Way             Way       // how the person signed in
	ProvedAt        time.Time // when they last proved who they are
	SecondStepAt    time.Time // when they took the second step; zero: not yet
	PreviousAt      time.Time // the sign-in before this one; zero: there was none
	PreviousAddress string

	Replaces string // id of the session that this browser had before; AddSession ends it. It is not stored.
}

// counts reports whether the session has begun and not yet expired. One that
// began while the clock was ahead has ended: its end would come too late.
func (s Session) counts(now time.Time) bool {
	return now.Before(s.ExpiresAt) && !ClockWasAhead(s.CreatedAt, now)
}

// Way is how somebody signed in: ByPassword, ByPasskey, ByCode, or the key of a
// sign-in provider.
type Way string

// The ways that need no provider.
const (
	ByPassword Way = "password"
	ByPasskey  Way = "passkey"
	ByCode     Way = "recovery-code"
)

// ProofLife is how long a proof of who somebody is counts for what is dangerous.
const ProofLife = 10 * time.Minute

// Caller is who asks: the person, the session they ask in or the key they ask
// with, and the accounts they belong to, by name.
type Caller struct {
	Person      Person
	Session     Session
	Memberships []Membership // with a key: the key's account only, with what the key may do there
	Key         *Key         // nil in a browser
	HasPassword bool
	Passkeys    int      // how many they have
	Notices     []Notice // unread, the latest first
}

// OwesSecondStep reports whether the session has to take the second step
// before it is good for anything. Whoever has a passkey owes one after a
// password or a provider; signing in with the passkey is both steps in one.
func (c Caller) OwesSecondStep() bool {
	return c.Key == nil && c.Passkeys > 0 && c.Session.SecondStepAt.IsZero()
}

// Proved reports whether the last proof is young enough for what is dangerous.
// One from the future is not: the clock was set back since, and would keep it
// young.
func (c Caller) Proved(now time.Time) bool {
	return !ClockWasAhead(c.Session.ProvedAt, now) && now.Sub(c.Session.ProvedAt) < ProofLife
}

// In finds the caller's membership of the account with this name.
func (c Caller) In(accountName string) (Membership, bool) {
	for _, m := range c.Memberships {
		if m.Account.Name == accountName {
			return m, true
		}
	}
	return Membership{}, false
}

// Default is the account that the caller's first page shows.
func (c Caller) Default() (Membership, bool) {
	for _, m := range c.Memberships {
		if m.Account.ID == c.Person.DefaultAccountID {
			return m, true
		}
	}
	if len(c.Memberships) > 0 {
		return c.Memberships[0], true
	}
	return Membership{}, false
}

// The limits of what people type.
const (
	minPassword    = 12   // characters
	maxPassword    = 1024 // characters
	maxEmail       = 254  // bytes, RFC 5321
	maxName        = 80   // characters
	maxAccountName = 39   // characters
)

var (
	accountName  = regexp.MustCompile(`^[a-z0-9](?:-?[a-z0-9])+$`)
	emailAddress = regexp.MustCompile(`^[^\s@]+@[^\s@]+$`)
	notInEmail   = `/:?<>"(),; `
)

func isAccountName(s string) bool { return len(s) <= maxAccountName && accountName.MatchString(s) }

// isEmail takes what can be nothing but an address: no name beside it, nothing
// quoted, nothing that reads as a link or as a list.
func isEmail(s string) bool {
	if len(s) > maxEmail || !emailAddress.MatchString(s) || text.Line(s) != s || strings.ContainsAny(s, notInEmail) {
		return false
	}
	parsed, err := mail.ParseAddress(s)
	return err == nil && parsed.Address == s
}

func normalEmail(s string) string { return strings.ToLower(strings.TrimSpace(s)) }

var notInName = regexp.MustCompile(`[^a-z0-9]+`)

// personalName proposes the name of a person's own account.
func personalName(email string) string {
	local, _, _ := strings.Cut(email, "@")
	name := strings.Trim(notInName.ReplaceAllString(local, "-"), "-")
	if len(name) > 32 {
		name = strings.Trim(name[:32], "-")
	}
	if !isAccountName(name) {
		name = "me-" + name
		name = strings.Trim(name, "-")
	}
	return name
}
