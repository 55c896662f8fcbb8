package account

import "time"

// OrganizationForm is what an owner types about an organization.
type OrganizationForm struct {
	Name, Description string
	RequireSecondStep bool
}

// Colleague is a person as the other people of an account see them.
type Colleague struct {
	PersonID    string
	Name, Email string
	Role        Role
	ByGroup     bool
	Since       time.Time
	LastSignIn  time.Time // zero: never
	SecondStep  bool      // they have a passkey
	Disabled    bool
}

// InviteForm is what an owner types to invite somebody.
type InviteForm struct {
	Email string // empty: whoever has the link may use it
	Role  string
}

// Invitation lets one person join an organization, once.
type Invitation struct {
	ID            string
	Account       Account
	Role          Role
	Email         string // lower case; empty: whoever has the link may use it
	Mailed        bool   // the link went to Email and to nobody else, so following it proves the address
	CreatedByName string
	CreatedAt     time.Time
	ExpiresAt     time.Time
}

// Deletion lists what goes with an organization.
type Deletion struct {
	Credentials []string // labels
	People      int
	Keys        int
	Invitations int
}

// PersonRow is a person as site administrators see them.
type PersonRow struct {
	Person        Person
	HasPassword   bool
	SecondStep    bool     // they have a passkey
	Providers     []string // keys of the sign-in providers of their identities
	Organizations []Membership
	Sessions      int
}
