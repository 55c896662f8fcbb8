// Package account knows who owns links and who may do what: people,
// organizations, roles and sessions.
package account

import (
	"regexp"
	"strings"
	"time"
	"unicode/utf8"

	"mooring/fault"
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
	Theme            Theme
	DefaultAccountID string
	CreatedAt        time.Time
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
}

// Role is what a person may do in an account.
type Role string

// The roles. An owner links and unlinks; a member sees and verifies.
const (
	Owner  Role = "owner"
	Member Role = "member"
)

// Membership is an account seen by one person.
type Membership struct {
	Account Account
	Role    Role
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

	Replaces string // id of the session that this browser had before; AddSession ends it. It is not stored.
}

// Caller is who asks: the person, the session they ask in, and the accounts
// they belong to, by name.
type Caller struct {
	Person      Person
	Session     Session
	Memberships []Membership
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
)

func isAccountName(s string) bool { return len(s) <= maxAccountName && accountName.MatchString(s) }

func normalEmail(s string) string { return strings.ToLower(strings.TrimSpace(s)) }

// SetUpForm is what the first administrator types.
type SetUpForm struct {
	Email, Name, Organization string
	Password                  string
}

func (f *SetUpForm) check() error {
	f.Email, f.Name = normalEmail(f.Email), text.Line(f.Name)
	f.Organization = strings.ToLower(strings.TrimSpace(f.Organization))
	fields := fault.Fields{}
	if len(f.Email) > maxEmail || !emailAddress.MatchString(f.Email) || text.Line(f.Email) != f.Email {
		fields["email"] = "Enter an e-mail address, such as ada@example.com."
	}
	if f.Name == "" || utf8.RuneCountInString(f.Name) > maxName {
		fields["name"] = "Enter your name, at most 80 characters."
	}
	if n := utf8.RuneCountInString(f.Password); n < minPassword {
		fields["password"] = "Use at least 12 characters. A few words in a row are fine."
	} else if n > maxPassword {
		fields["password"] = "Use at most 1,024 characters."
	}
	if f.Organization != "" && !isAccountName(f.Organization) {
		fields["organization"] = "Use 2 to 39 lower-case letters, digits and single hyphens, or leave it empty."
	}
	return fault.AtFields(fields)
}

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
