// Package passkey runs the ceremonies of WebAuthn: it asks authenticators for
// passkeys and checks what they answer. Every passkey must be found without a
// name (a resident key) and must verify its user, by a finger or a PIN, so that
// it is both steps in one.
package passkey

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"

	"mooring/account"
	"mooring/fault"
)

const (
	ceremonyLife = 5 * time.Minute // from the question to the answer
	answerSize   = 64 << 10        // bytes; real ones have some two thousand
)

// The purposes of a ceremony. An answer counts for the one that was asked.
const (
	forAdd = "add"
	forUse = "use"
)

// Passkeys asks authenticators and checks their answers.
type Passkeys struct {
	site *webauthn.WebAuthn
	now  func() time.Time
}

var _ account.Passkeys = (*Passkeys)(nil)

// New makes the ceremonies for a site: rpID is its host name, origins are the
// addresses that browsers see it under, name is what authenticators show. Under
// an IP address there are no passkeys, say the browsers.
func New(rpID string, origins []string, name string, now func() time.Time) (*Passkeys, error) {
	if err := protocol.ValidateRPID(rpID); err != nil {
		return nil, fmt.Errorf("passkeys cannot be of %q: %w", rpID, err)
	}
	site, err := webauthn.New(&webauthn.Config{
		RPID: rpID, RPDisplayName: name, RPOrigins: origins,
		AttestationPreference: protocol.PreferNoAttestation,
		AuthenticatorSelection: protocol.AuthenticatorSelection{
			ResidentKey: protocol.ResidentKeyRequirementRequired, RequireResidentKey: protocol.ResidentKeyRequired(),
			UserVerification: protocol.VerificationRequired,
		},
		Timeouts: webauthn.TimeoutsConfig{
			Login: webauthn.TimeoutConfig{Timeout: ceremonyLife}, Registration: webauthn.TimeoutConfig{Timeout: ceremonyLife},
		},
		// Some password managers answer extensions that nobody asked for. We use none.
		ExtensionsUnsolicitedOutputPolicy: protocol.UnsolicitedOutputPolicyIgnore,
	})
	if err != nil {
		return nil, err
	}
	return &Passkeys{site, now}, nil
}

// state is what a ceremony remembers. It travels in a cookie, so it is small.
type state struct {
	Purpose   string
	PersonID  string `json:",omitempty"`
	Challenge string
	Expires   time.Time
	Allowed   [][]byte `json:",omitempty"` // fingerprints of the passkeys that may answer
}

// fingerprint stands for the id of a passkey, which may have a thousand bytes.
func fingerprint(credentialID []byte) []byte {
	sum := sha256.Sum256(credentialID)
	return sum[:16]
}

// session is what the library wants to remember.
func (s state) session() webauthn.SessionData {
	return webauthn.SessionData{
		Challenge: s.Challenge, UserID: []byte(s.PersonID), UserVerification: protocol.VerificationRequired,
		CredParams: webauthn.CredentialParametersDefault(),
	}
}

// user is a person as the library wants to see them.
type user struct {
	id, name, displayName string
	credentials           []webauthn.Credential
}

// WebAuthnID is the handle that authenticators keep: it says nothing.
func (u user) WebAuthnID() []byte { return []byte(u.id) }

// WebAuthnName is what tells the person's passkeys of this site apart.
func (u user) WebAuthnName() string { return u.name }

// WebAuthnDisplayName is what people read.
func (u user) WebAuthnDisplayName() string { return u.displayName }

// WebAuthnCredentials are the passkeys.
func (u user) WebAuthnCredentials() []webauthn.Credential { return u.credentials }

// BeginAdd asks for a new passkey beside those that the person has.
func (p *Passkeys) BeginAdd(person account.Person, have []account.Passkey) (account.Question, error) {
	credentials, err := credentials(have)
	if err != nil {
		return account.Question{}, err
	}
	asked := user{id: person.ID, name: person.Email, displayName: person.Name}
	creation, session, err := p.site.BeginRegistration(asked, webauthn.WithExclusions(webauthn.Credentials(credentials).CredentialDescriptors()))
	if err != nil {
		return account.Question{}, err
	}
	return p.question(state{Purpose: forAdd, PersonID: person.ID, Challenge: session.Challenge}, creation.Response)
}

// BeginUse asks for one of these passkeys of this person or, when personID is
// empty, for any passkey of this site.
func (p *Passkeys) BeginUse(personID string, allowed []account.Passkey) (account.Question, error) {
	if personID == "" {
		assertion, session, err := p.site.BeginDiscoverableLogin()
		if err != nil {
			return account.Question{}, err
		}
		return p.question(state{Purpose: forUse, Challenge: session.Challenge}, assertion.Response)
	}
	credentials, err := credentials(allowed)
	if err != nil {
		return account.Question{}, err
	}
	if len(credentials) == 0 {
		return account.Question{}, refuse(errors.New("the person has no passkey"))
	}
	assertion, session, err := p.site.BeginLogin(user{id: personID, credentials: credentials})
	if err != nil {
		return account.Question{}, err
	}
	kept := state{Purpose: forUse, PersonID: personID, Challenge: session.Challenge}
	for _, id := range session.AllowedCredentialIDs {
		kept.Allowed = append(kept.Allowed, fingerprint(id))
	}
	return p.question(kept, assertion.Response)
}

func (p *Passkeys) question(s state, options any) (account.Question, error) {
	asked, err := json.Marshal(options)
	if err != nil {
		return account.Question{}, err
	}
	s.Expires = p.now().Add(ceremonyLife).UTC()
	kept, err := json.Marshal(s)
	if err != nil {
		return account.Question{}, err
	}
	return account.Question{Options: asked, Ceremony: account.Ceremony{PersonID: s.PersonID, State: kept}}, nil
}

// remember gives the state of a ceremony that is for this purpose and is not
// over.
func (p *Passkeys) remember(purpose string, answer account.PasskeyAnswer) (state, error) {
	var kept state
	if err := json.Unmarshal(answer.Ceremony.State, &kept); err != nil {
		return state{}, refuse(err)
	}
	switch {
	case kept.Purpose != purpose:
		return state{}, refuse(errors.New("the ceremony is for something else"))
	case p.now().After(kept.Expires) || account.ClockWasAhead(kept.Expires.Add(-ceremonyLife), p.now()):
		return state{}, refuse(errors.New("the ceremony is over"))
	case kept.PersonID != answer.Ceremony.PersonID:
		return state{}, refuse(errors.New("the ceremony is of somebody else"))
	case len(answer.Answer) > answerSize:
		return state{}, refuse(errors.New("the answer is too large"))
	}
	return kept, nil
}

// FinishAdd checks the answer to BeginAdd.
func (p *Passkeys) FinishAdd(person account.Person, answer account.PasskeyAnswer) (account.Passkey, error) {
	kept, err := p.remember(forAdd, answer)
	if err != nil {
		return account.Passkey{}, err
	}
	parsed, err := protocol.ParseCredentialCreationResponseBytes(answer.Answer)
	if err != nil {
		return account.Passkey{}, refuse(err)
	}
	parsed.Response.AttestationObject.AuthData.Flags = forgiven(parsed.Response.AttestationObject.AuthData.Flags)
	credential, err := p.site.CreateCredential(user{id: person.ID}, kept.session(), parsed)
	if err != nil {
		return account.Passkey{}, refuse(err)
	}
	credential.Attestation = webauthn.CredentialAttestation{} // it says nothing, at length
	return keep(account.Passkey{PersonID: person.ID, CredentialID: credential.ID, Name: answer.Name}, credential)
}

// FinishUse checks the answer to BeginUse. A signature counter that did not
// move on is a sign of a copy, and is refused.
func (p *Passkeys) FinishUse(answer account.PasskeyAnswer, find func(credentialID []byte) (account.Passkey, error)) (account.Passkey, error) {
	kept, err := p.remember(forUse, answer)
	if err != nil {
		return account.Passkey{}, err
	}
	parsed, err := protocol.ParseCredentialRequestResponseBytes(answer.Answer)
	if err != nil {
		return account.Passkey{}, refuse(err)
	}
	found, err := find(parsed.RawID)
	if fault.Has(err, fault.NotFound) || fault.Has(err, fault.Invalid) {
		return account.Passkey{}, refuse(err)
	}
	if err != nil {
		return account.Passkey{}, err
	}
	known, err := credentials([]account.Passkey{found})
	if err != nil {
		return account.Passkey{}, err
	}
	flags := &parsed.Response.AuthenticatorData.Flags
	*flags = forgiven(*flags)
	known[0].Flags.BackupEligible = flags.HasBackupEligible()
	credential, err := p.check(kept, parsed, user{id: found.PersonID, credentials: known})
	if err != nil {
		return account.Passkey{}, refuse(err)
	}
	if credential.Authenticator.CloneWarning {
		return account.Passkey{}, account.ErrPasskeyCopied.Because(errors.New("its counter did not move on"))
	}
	return keep(found, credential)
}

// forgiven drops a flag that cannot be: copied, but not to be copied. Password
// managers set it, and change their mind about whether a passkey can be copied. The
// signature, which covers the flags as they came, decides; nothing here depends on
// these two.
func forgiven(flags protocol.AuthenticatorFlags) protocol.AuthenticatorFlags {
	if !flags.HasBackupEligible() {
		flags &^= protocol.FlagBackupState
	}
	return flags
}

// Claimed reads from which credential an answer says that it comes.
func (p *Passkeys) Claimed(answer account.PasskeyAnswer) []byte {
	var said struct {
		RawID protocol.URLEncodedBase64 `json:"rawId"`
	}
	if json.Unmarshal(answer.Answer, &said) != nil {
		return nil
	}
	return said.RawID
}

// check validates an answer against the passkey of its owner.
func (p *Passkeys) check(kept state, parsed *protocol.ParsedCredentialAssertionData, owner user) (*webauthn.Credential, error) {
	session := kept.session()
	if kept.PersonID == "" {
		return p.site.ValidateDiscoverableLogin(func(_, _ []byte) (webauthn.User, error) { return owner, nil }, session, parsed)
	}
	answered := fingerprint(parsed.RawID)
	if !slices.ContainsFunc(kept.Allowed, func(allowed []byte) bool { return bytes.Equal(allowed, answered) }) {
		return nil, errors.New("the passkey is not one of those that Mooring asked for")
	}
	return p.site.ValidateLogin(owner, session, parsed)
}

func keep(k account.Passkey, credential *webauthn.Credential) (account.Passkey, error) {
	record, err := json.Marshal(credential)
	if err != nil {
		return account.Passkey{}, err
	}
	k.Record = record
	return k, nil
}

func credentials(keys []account.Passkey) ([]webauthn.Credential, error) {
	all := make([]webauthn.Credential, len(keys))
	for i, k := range keys {
		if err := json.Unmarshal(k.Record, &all[i]); err != nil {
			return nil, fmt.Errorf("the record of passkey %s is damaged: %w", k.ID, err)
		}
	}
	return all, nil
}

func refuse(cause error) error { return account.ErrPasskeyRefused.Because(cause) }
