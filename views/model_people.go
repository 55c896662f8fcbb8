package views

import "mooring/fault"

// Notice tells the person what happened to their way of signing in, until they
// dismiss it.
type Notice struct {
	Text     string
	Time     Time
	Path     string // where to look at it; empty: no link
	LinkText string // "Review security"
	Shown    string // says which one it is, to who dismisses it
}

// SignInWith is a sign-in provider to go to. Its mark is two letters of ours.
type SignInWith struct {
	Name, Glyph, Path string
}

// SecondStep asks somebody who is half signed in for their passkey.
type SecondStep struct {
	Frame
	Next        string
	Problem     string
	Fields      fault.Fields // code
	Passkeys    bool         // they work at this address
	PasskeyHint string       // else: where they do
}

// Recovery asks whoever lost their only passkey for their e-mail address and a
// recovery code.
type Recovery struct {
	Frame
	Email   string
	Problem string
	Fields  fault.Fields // code
}

// Forgotten is the page for people who forgot their password.
type Forgotten struct {
	Frame
	Action    string
	Email     string
	Mail      bool // a link can be mailed
	Sent      bool // it was asked for
	OtherWays bool // people also sign in with passkeys or providers here
	Problem   string
	Fields    fault.Fields // email
}

// ResetPassword sets a new password by a mailed link.
type ResetPassword struct {
	Frame
	Action  string
	Email   string // whose password it is
	Problem string
	Fields  fault.Fields // password
}

// Prove asks again who it is before something dangerous.
type Prove struct {
	Frame
	Next        string
	Problem     string
	Fields      fault.Fields // password
	HasPassword bool
	Passkeys    bool // the person has one, and it works at this address
	Providers   []SignInWith
}

// Join is the page of an invitation.
type Join struct {
	Frame
	Organization string
	Description  string
	Role         string // "Member"
	InvitedBy    string
	Expires      Time
	ForEmail     string // whom it is for; empty: whoever has the link

	SignedInAs string // e-mail address; then there is an Accept button only
	AcceptPath string // empty: they cannot accept it, and Problem says why
	SignInPath string // "I have an account here already"

	Action       string // of the form for somebody new; empty: no form
	QuestionPath string
	Name, Email  string
	Passwords    bool
	Passkeys     bool
	Providers    []SignInWith
	Identity     string // "GitHub as ada-l": it takes the place of a password
	Problem      string
	Fields       fault.Fields // name, email, password
}

// General is where a person changes their name, time zone and theme.
type General struct {
	Frame
	Action    string
	Name      string
	Email     string // shown, not changed here
	TimeZone  string
	Theme     string   // "system", "light", "dark": what the form shows
	TimeZones []string // to choose from
	Saved     bool
	Problem   string
	Fields    fault.Fields // name, time_zone, theme
}

// OrganizationForm makes an organization, or is the page Account info > General
// of one.
type OrganizationForm struct {
	Frame
	Action            string
	New               bool
	Name, Description string
	RequireSecondStep bool
	RequiredBefore    bool // what was stored when the form was drawn
	MayChange         bool // else the facts are shown and nothing can be changed
	Saved             bool
	Problem           string
	Fields            fault.Fields // name, description, require_second_step
	CancelPath        string       // of a new one
	DeletePath        string       // GET: asks first; empty: no button
	LeavePath         string       // POST; empty: no button
}

// DeleteOrganization asks before an organization is deleted.
type DeleteOrganization struct {
	Frame
	Name                      string
	Credentials               []string // labels
	People, Keys, Invitations int
	Action, CancelPath        string
	Problem                   string
	Fields                    fault.Fields // confirm
}

// Security is where a person sees and changes the ways they sign in.
type Security struct {
	Frame
	HasPassword      bool
	PasswordsAllowed bool
	PasswordPath     string // change or set it; empty: no link
	Passkeys         []Passkey
	AddPasskeyPath   string // empty: not possible at this address
	PasskeyHint      string // why not
	PasskeyPath      string // where it is; empty: no link
	SecondStep       string // "Your passkey is asked for after your password."
	Required         string // "harbor asks everybody for a second step."
	CodesLeft        int
	CodesPath        string // POST: new recovery codes; empty without a passkey
	Identities       []Identity
	Link             []SignInWith // what can still be linked
	SessionsPath     string
	Problem          string
	Done             string // one sentence after a change
}

// Passkey is one passkey of the list.
type Passkey struct {
	Name            string
	Added, LastUsed Time
	RemovePath      string // POST; empty: it has to stay
}

// Identity is one identity at a sign-in provider.
type Identity struct {
	Provider, Glyph  string
	Email, Name      string
	Linked, LastUsed Time
	RemoveAction     string // POST with issuer and subject; empty: it has to stay
	Issuer, Subject  string
}

// ChangePassword is the page to change a password, or to set the first one.
type ChangePassword struct {
	Frame
	HasPassword bool // then the current one is asked for
	Action      string
	CancelPath  string
	Problem     string
	Fields      fault.Fields // current, password
}

// AddPasskey is the page to add a passkey.
type AddPasskey struct {
	Frame
	Name         string
	Required     string // why they were led here; empty: by themselves
	Next         string
	Passkeys     bool   // they work at this address
	PasskeyHint  string // else: where they do
	PasskeyPath  string // that address; empty: no link
	QuestionPath string
	Action       string
	CancelPath   string // empty: they have to add one; they may sign out
	Problem      string
	Fields       fault.Fields // name
}

// RecoveryCodes shows new recovery codes, once.
type RecoveryCodes struct {
	Frame
	Codes    []string
	Fresh    bool // the first passkey was just added
	NextPath string
}

// ConfirmLink asks before an identity is linked to the person who is signed in.
type ConfirmLink struct {
	Frame
	Provider           string // "GitHub"
	Who                string // "ada-l" or "ada@example.com"
	Action, CancelPath string
	Problem            string
}

// People is the page Account info > People of an organization.
type People struct {
	Frame
	MayManage   bool
	People      []Colleague
	Invitations []Invitation
	InvitePath  string
	Invite      InviteForm
	Mail        bool // a mail server is set
	LeavePath   string
	Problem     string
	Fields      fault.Fields // email, role
	Done        string
}

// Colleague is one person of an organization.
type Colleague struct {
	Name, Email   string
	Role, RoleKey string // "Owner", "owner"
	Since         Time
	LastSignIn    Time
	SecondStep    bool
	You           bool
	ByGroup       bool // the directory decides about the role
	Disabled      bool
	RolePath      string // POST role; empty: it cannot be changed here
	RemovePath    string // POST; empty: no button
}

// Invitation is one that has not been used.
type Invitation struct {
	Email      string // or "Whoever has the link"
	Role       string
	By         string
	Expires    Time
	RevokePath string
}

// InviteForm is what was typed to invite somebody.
type InviteForm struct {
	Email, Role string // Role: "owner", "member", "viewer"
}

// InvitationMade shows the link of an invitation, once.
type InvitationMade struct {
	Frame
	Link     string // empty when it was mailed
	Email    string // whom it is for; empty: whoever has the link
	Mailed   bool
	Role     string
	Expires  Time
	BackPath string
}

// APIKeys is the page Account info > API keys.
type APIKeys struct {
	Frame
	Keys    []APIKey
	NewPath string // empty: no button
	BaseURL string // "https://mooring.example"
	Done    string
}

// APIKey is one key of the list.
type APIKey struct {
	Name        string
	ID          string // "mooring_k3v9x0ab…"
	Scope       string // "Read" or "Read and write"
	ScopeNote   string // what the scope doesn't give yet; empty: nothing is missing
	By          string
	Created     Time
	Expires     Time
	LastUsed    Time
	LastAddress string
	Expired     bool
	RevokePath  string
}

// APIKeyForm makes a key.
type APIKeyForm struct {
	Frame
	Name               string
	Scope              string // "read" or "write"
	Days               string // as typed
	ScopeWrite         bool   // they may choose write, and some request of the API needs it
	Action, CancelPath string
	Problem            string
	Fields             fault.Fields // name, scope, days
}

// APIKeyMade shows a new key, once.
type APIKeyMade struct {
	Frame
	Key      string
	Name     string
	Expires  Time
	Command  string // curl
	BackPath string
}

// AdminPeople is the page Administration > People.
type AdminPeople struct {
	Frame
	Search    string
	People    []PersonRow
	FirstPath string // the first page; empty on it
	NextPath  string // the next page; empty on the last
}

// PersonRow is one person as site administrators see them.
type PersonRow struct {
	Name, Email, Path string
	Administrator     bool
	Disabled          bool
	You               bool
	LastSignIn        Time
	SecondStep        bool
	Organizations     []string
}

// AdminPerson is everything an administrator sees about one person.
type AdminPerson struct {
	Frame
	Name, Email   string
	You           bool
	Administrator bool
	ByGroup       bool // a group of the directory made them administrator
	Disabled      bool
	Added         Time
	LastSignIn    Time
	HasPassword   bool
	SecondStep    bool
	Providers     []string // names of the sign-in providers
	Organizations []PersonRole
	Sessions      int
	// POST; empty: no button.
	DisablePath, EnablePath, EndSessionsPath     string
	MakeAdministratorPath, TakeAdministratorPath string
	BackPath                                     string
	Problem                                      string
	Done                                         string
}

// PersonRole is a role in an organization.
type PersonRole struct {
	Organization, Role string
}
