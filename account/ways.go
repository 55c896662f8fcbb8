package account

import (
	"context"
	"slices"
	"strings"
	"time"

	"mooring/secret"
)

// Identity is who somebody is at a sign-in provider, as that provider says.
// Issuer and Subject together tell identities apart; nothing else does.
type Identity struct {
	Provider      string // key of the provider in the settings
	Issuer        string // such as https://accounts.google.com
	Subject       string // never reused by the issuer
	Email         string // bare; empty: the provider tells none that can be read
	EmailVerified bool
	Unread        bool `json:",omitempty"` // the provider did not answer the question for what is missing here
	Name          string
	Groups        []string // of the claim that the operator named; nil: the provider tells none, empty: they are in none
}

// LinkedIdentity is an identity that belongs to a person.
type LinkedIdentity struct {
	Identity
	PersonID             string
	LinkedAt, LastUsedAt time.Time // LastUsedAt is zero before the first sign-in
}

// Passkey is a WebAuthn credential of a person.
type Passkey struct {
	ID           string
	PersonID     string
	CredentialID []byte // by which the authenticator knows it
	Name         string // given by the person: "Work laptop"
	Record       []byte // JSON of what Passkeys needs to check the next answer; not secret
	CreatedAt    time.Time
	LastUsedAt   time.Time
}

// Ceremony is one exchange with an authenticator, between its question and its
// answer. It holds nothing secret, but must come back as it was given: whoever
// carries it seals it, and lets it be used once.
type Ceremony struct {
	PersonID string // whom it is about; empty when any passkey may answer
	State    []byte // JSON of what Passkeys needs to check the answer
}

// Question is what the browser hands to the authenticator.
type Question struct {
	Options  []byte // JSON, as PublicKeyCredential.parse…OptionsFromJSON takes it
	Ceremony Ceremony
}

// PasskeyAnswer is what the authenticator answered.
type PasskeyAnswer struct {
	Ceremony Ceremony
	Answer   []byte // JSON, as PublicKeyCredential.toJSON writes it
	Name     string // of a new passkey; may be empty
}

// Passkeys runs the ceremonies of WebAuthn. User verification is always
// required, so that a passkey is both steps in one.
type Passkeys interface {
	// BeginAdd asks for a new passkey beside those that the person has.
	BeginAdd(p Person, have []Passkey) (Question, error)
	// FinishAdd checks the answer and gives the passkey without ID and times:
	// ErrPasskeyRefused when it does not hold.
	FinishAdd(p Person, answer PasskeyAnswer) (Passkey, error)
	// BeginUse asks for one of these passkeys of this person or, when personID
	// is empty, for any passkey of this site.
	BeginUse(personID string, allowed []Passkey) (Question, error)
	// FinishUse checks the answer against the passkey that find gives for what
	// the authenticator says, and gives it back with its Record brought up to
	// date: ErrPasskeyRefused when it does not hold.
	FinishUse(answer PasskeyAnswer, find func(credentialID []byte) (Passkey, error)) (Passkey, error)
	// Claimed is the credential from which an answer says that it comes, before
	// anything about it is checked; nil when it does not say.
	Claimed(answer PasskeyAnswer) (credentialID []byte)
}

// Mailer sends mail. A nil Mailer means that the operator named no mail server.
type Mailer interface {
	Send(ctx context.Context, to, subject, text string) error
}

// NoticeKind is the kind of a notice.
type NoticeKind string

// The notices that a person gets on the next page.
const (
	NoticeFailedSignIns   NoticeKind = "failed-sign-ins" // Count says how many
	NoticeNewDevice       NoticeKind = "new-device"      // Count says how many
	NoticeHalfSignIn      NoticeKind = "half-sign-in"    // Count says how many; goes when the second step is taken
	NoticePasswordChanged NoticeKind = "password-changed"
	NoticePasskeyAdded    NoticeKind = "passkey-added"   // Detail is its name
	NoticePasskeyRemoved  NoticeKind = "passkey-removed" // Detail is its name
	NoticeCodesMade       NoticeKind = "codes-made"
	NoticeCodeUsed        NoticeKind = "code-used"
	NoticeIdentityLinked  NoticeKind = "identity-linked"   // Detail is the provider's key
	NoticeIdentityRemoved NoticeKind = "identity-unlinked" // Detail is the provider's key

	// What the first administrator is offered after the set-up, until it is done or
	// they dismiss it.
	StepInvite    NoticeKind = "step-invite" // Detail is the ID of their organization; empty: they have none
	StepPasskey   NoticeKind = "step-passkey"
	StepBackUpKey NoticeKind = "step-back-up-key"
)

// FirstSteps are the notices of somebody who has just set up the site.
func FirstSteps(p NewPerson) []Notice {
	organization := ""
	for _, m := range p.Joins {
		if m.Account.Kind == Organization {
			organization = m.Account.ID
		}
	}
	steps := []Notice{{Kind: StepInvite, Count: 1, At: p.Person.CreatedAt, Detail: organization}}
	if p.Passkey == nil {
		steps = append(steps, Notice{Kind: StepPasskey, Count: 1, At: p.Person.CreatedAt})
	}
	return append(steps, Notice{Kind: StepBackUpKey, Count: 1, At: p.Person.CreatedAt})
}

// IsStep reports whether the notice offers something to do after the set-up.
func (n Notice) IsStep() bool {
	return n.Kind == StepInvite || n.Kind == StepPasskey || n.Kind == StepBackUpKey
}

// Notice tells a person what happened to their way of signing in, until they
// dismiss it. What one session did, that session cannot dismiss for the others:
// whoever is in somebody's session may have done it.
type Notice struct {
	ID        int64
	Kind      NoticeKind
	Count     int
	At        time.Time // of the latest
	Address   string
	Agent     string
	Detail    string
	SessionID string // of the session that did it; empty: none did. It is not read back.
}

// Policy is what the operator decided for the whole site.
type Policy struct {
	Passwords          bool     // people may sign in with a password
	Registration       bool     // whom a provider vouches for may join by themselves
	Domains            []string // of verified e-mail addresses that providers may vouch for, as text.HostName spells them; empty: any
	RequireSecondStep  bool     // who lacks a passkey is led to add one
	AdminGroup         string   // whose members are site administrators; empty: none
	OrganizationGroups []GroupRule
	Providers          []string // keys of the sign-in providers there are
	Passkeys           bool     // they work under this address; NewService says so
}

// keepsForGroups reports whether a group fills the organization of this name.
func (p Policy) keepsForGroups(name string) bool {
	return slices.ContainsFunc(p.OrganizationGroups, func(r GroupRule) bool { return strings.EqualFold(r.Organization, name) })
}

// GroupRule makes the members of a group members of an organization.
type GroupRule struct {
	Group, Organization string
	Role                Role
}

// SignedIn is a new session: its token goes into the cookie and nowhere else.
type SignedIn struct {
	Token  secret.Text
	Caller Caller
}
