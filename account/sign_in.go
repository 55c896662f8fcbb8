package account

import (
	"context"
	"errors"
	"slices"
	"strings"
	"unicode/utf8"

	"mooring/audit"
	"mooring/text"
)

const maxAgent = 200 // bytes

// SignIn checks the password and starts a session. An unknown address, a
// person who has no password and one who is disabled look like a wrong
// password, and take as long.
func (s *Service) SignIn(ctx context.Context, email, password string, from Origin) (SignedIn, error) {
	if !s.policy.Passwords {
		return SignedIn{}, ErrPasswordsOff
	}
	email = normalEmail(email)
	person, hash, err := s.store.PasswordOf(ctx, email)
	if err != nil && !errors.Is(err, ErrNoSuchAccount) {
		return SignedIn{}, err
	}
	a := &attempt{action: audit.SignInFailed, email: email, person: person, notify: true, from: from}
	err = s.try(ctx, a, func() error { return compare(person, hash, password, ErrWrongPassword) })
	if err != nil {
		return SignedIn{}, err
	}
	if !person.DisabledAt.IsZero() {
		return SignedIn{}, s.refuse(ctx, a, "disabled", ErrDisabled)
	}
	return s.arrive(ctx, person, Arrival{Session: Session{Way: ByPassword}, Proof: Proof{Password: hash}}, from)
}

// compare costs the same whether or not the person exists and has a password.
// It runs inside hasher.do.
func compare(person Person, hash PasswordHash, password string, otherwise error) error {
	if hash == "" {
		hash = decoy
	}
	matches := false
	if utf8.RuneCountInString(password) <= maxPassword {
		var err error
		if matches, err = hash.matches(password); err != nil {
			return err
		}
	}
	if !matches || person.ID == "" {
		return otherwise
	}
	return nil
}

// SignInWith starts a session for whom a sign-in provider vouches for. Only
// issuer and subject find a person; an e-mail address never does. Whom it does
// not find may join by themselves if the operator allows that.
func (s *Service) SignInWith(ctx context.Context, id Identity, from Origin) (SignedIn, error) {
	a := &attempt{action: audit.SignInFailed, from: from}
	person, err := s.store.PersonOf(ctx, id.Issuer, id.Subject)
	unknown := errors.Is(err, ErrUnknownIdentity)
	if err != nil && !unknown {
		return SignedIn{}, err
	}
	a.person = person
	if err := s.policy.admits(id); err != nil {
		return SignedIn{}, s.refuse(ctx, a, id.Provider+": e-mail address not allowed", err)
	}
	if unknown && !s.policy.Registration {
		return SignedIn{}, s.refuse(ctx, a, id.Provider+": not linked", ErrUnknownIdentity)
	}
	if unknown {
		return s.register(ctx, id, from)
	}
	if !person.DisabledAt.IsZero() {
		return SignedIn{}, s.refuse(ctx, a, "disabled", ErrDisabled)
	}
	return s.arrive(ctx, person, s.arrivalBy(id, person, from), from)
}

// arrivalBy is signing in by an identity that is linked already.
func (s *Service) arrivalBy(id Identity, person Person, from Origin) Arrival {
	return Arrival{Session: Session{Way: Way(id.Provider)}, Proof: Proof{Identity: &id}, Groups: s.groupsOf(id, actorFor(person, from))}
}

// register makes a person of whom a provider vouches for. Their e-mail address
// becomes that of a person, so the provider must have verified it, and nobody
// may have it.
func (s *Service) register(ctx context.Context, id Identity, from Origin) (SignedIn, error) {
	a := &attempt{action: audit.SignInFailed, from: from}
	if err := id.proven(); err != nil {
		detail := ": the e-mail address isn't verified"
		if id.Email == "" {
			detail = ": no e-mail address"
		}
		return SignedIn{}, s.refuse(ctx, a, id.Provider+detail, err)
	}
	form := Newcomer{Email: id.Email, Name: id.shownName(), Identity: &id}
	if err := form.check(s.policy); err != nil {
		return SignedIn{}, s.refuse(ctx, a, id.Provider+": no e-mail address", ErrNoAddress.Because(err))
	}
	newcomer, err := s.newcomer(ctx, form, "")
	if err != nil {
		return SignedIn{}, err
	}
	actor := actorFor(newcomer.Person, from)
	entry := audit.Entry{At: s.now(), Actor: actor, Action: audit.MakeAccount, Result: audit.Done, Detail: "by " + id.Provider,
		Changes: append(newcomer.made(), changed(fieldIdentity, "", id.about())...)}
	err = s.store.AddPerson(ctx, newcomer, entry)
	if errors.Is(err, ErrEmailTaken) {
		return SignedIn{}, s.refuse(ctx, a, id.Provider+": e-mail address taken", ErrAddressTaken.Because(err))
	}
	if err != nil {
		return SignedIn{}, err
	}
	s.joined()
	return s.arrive(ctx, newcomer.Person, s.arrivalBy(id, newcomer.Person, from), from)
}

// shownName is what the provider calls them, or the beginning of their address.
func (id Identity) shownName() string {
	name := []rune(text.Line(id.Name))
	if len(name) == 0 {
		local, _, _ := strings.Cut(id.Email, "@")
		name = []rune(text.Line(local))
	}
	return strings.TrimSpace(string(name[:min(len(name), maxName)]))
}

// BeginPasskey asks for any passkey of this site.
func (s *Service) BeginPasskey(context.Context) (Question, error) {
	if s.passkeys == nil {
		return Question{}, ErrPasskeysOff
	}
	return s.passkeys.BeginUse("", nil)
}

// SignInWithPasskey starts a session that has taken both steps, because a
// passkey is something one has, which asks for something one knows or is.
func (s *Service) SignInWithPasskey(ctx context.Context, answer PasskeyAnswer, from Origin) (SignedIn, error) {
	a := &attempt{action: audit.SignInFailed, with: withPasskey, notify: true, quick: true, from: from}
	var err error
	if a.claimed, err = s.claimed(ctx, answer, from); err != nil {
		return SignedIn{}, err
	}
	var used Passkey
	err = s.try(ctx, a, func() (err error) {
		used, a.person, err = s.usePasskey(ctx, answer, "")
		return err
	})
	if err != nil {
		return SignedIn{}, err
	}
	if !a.person.DisabledAt.IsZero() {
		return SignedIn{}, s.refuse(ctx, a, "disabled", ErrDisabled)
	}
	arrival := Arrival{Session: Session{Way: ByPasskey, SecondStepAt: s.now()}, Proof: Proof{Passkey: &used}}
	return s.arrive(ctx, a.person, arrival, from)
}

// claimed is whose passkey an answer says that it comes from, if the browser is
// one in which they have signed in. It gives a place in the line and no more.
func (s *Service) claimed(ctx context.Context, answer PasskeyAnswer, from Origin) (personID string, err error) {
	if s.passkeys == nil || from.Device == "" {
		return "", nil
	}
	credentialID := s.passkeys.Claimed(answer)
	if len(credentialID) == 0 {
		return "", nil
	}
	_, person, err := s.store.PasskeyOf(ctx, credentialID)
	if errors.Is(err, ErrNoSuchPasskey) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	known, err := s.store.KnownDevice(ctx, person.ID, hashToken(from.Device))
	if !known {
		return "", err
	}
	return person.ID, err
}

// usePasskey checks an answer and says whose passkey gave it; that person also
// when it does not hold. Only the passkeys of personID count, unless that is empty.
func (s *Service) usePasskey(ctx context.Context, answer PasskeyAnswer, personID string) (Passkey, Person, error) {
	if s.passkeys == nil {
		return Passkey{}, Person{}, ErrPasskeysOff
	}
	if answer.Ceremony.PersonID != personID {
		return Passkey{}, Person{}, ErrPasskeyRefused
	}
	var owner Person
	var trouble error
	used, err := s.passkeys.FinishUse(answer, func(credentialID []byte) (Passkey, error) {
		found, person, err := s.store.PasskeyOf(ctx, credentialID)
		if err != nil {
			if !errors.Is(err, ErrNoSuchPasskey) {
				trouble = err
			}
			return Passkey{}, err
		}
		if personID != "" && person.ID != personID {
			return Passkey{}, ErrNoSuchPasskey
		}
		owner = person
		return found, nil
	})
	switch {
	case trouble != nil:
		return Passkey{}, Person{}, trouble
	case err != nil:
		return Passkey{}, owner, err
	case owner.ID == "" || used.PersonID != owner.ID:
		return Passkey{}, owner, ErrPasskeyRefused
	}
	used.LastUsedAt = s.now()
	return used, owner, nil
}

// SignInWithCode starts a session for whom a passkey was the only way in, and
// who lost it: their e-mail address and a recovery code are enough. With any
// other way in, a code is a second step only. Who that is does not show: an
// unknown address, one of somebody else, and a disabled person look like a wrong
// code, and take as long.
func (s *Service) SignInWithCode(ctx context.Context, email, code string, from Origin) (SignedIn, error) {
	email = normalEmail(email)
	person, _, err := s.store.PasswordOf(ctx, email)
	if err != nil && !errors.Is(err, ErrNoSuchAccount) {
		return SignedIn{}, err
	}
	arrival := Arrival{
		Session: Session{Way: ByCode, SecondStepAt: s.now()},
		Proof:   Proof{Code: hashCode(person.ID, code), Alone: &s.policy},
	}
	var in SignedIn
	a := &attempt{action: audit.SignInFailed, email: email, person: person, notify: true, quick: true, from: from}
	err = s.try(ctx, a, func() (err error) {
		in, err = s.arrive(ctx, person, arrival, from)
		return err
	})
	switch {
	case errors.Is(err, ErrWrongCode):
		return SignedIn{}, ErrWrongCode.At("code")
	case errors.Is(err, ErrDisabled): // the code is right, and stays as it is
		return SignedIn{}, s.refuse(ctx, a, "disabled", ErrDisabled)
	}
	return in, err
}

// arrive starts a session for a person whose proof holds. Its token leaves in
// SignedIn and is nowhere else.
func (s *Service) arrive(ctx context.Context, person Person, a Arrival, from Origin) (SignedIn, error) {
	token, now := newToken(), s.now()
	a.Session.ID, a.Session.PersonID = hashToken(token.Reveal()), person.ID
	a.Session.CreatedAt, a.Session.SeenAt, a.Session.ProvedAt, a.Session.ExpiresAt = now, now, now, now.Add(SessionLife)
	a.Session.Address, a.Session.Agent = from.Address, clip(from.Agent, maxAgent)
	if from.Token != "" {
		a.Session.Replaces = hashToken(from.Token)
	}
	a.Device = from.deviceHash()
	entry := audit.Entry{At: now, Actor: actorFor(person, from), Action: audit.SignIn, Result: audit.Done}
	if a.Session.Way != ByPassword {
		entry.Detail = "by " + string(a.Session.Way)
	}
	if err := s.store.AddSession(ctx, a, entry); err != nil {
		return SignedIn{}, err
	}
	caller, err := s.store.Caller(ctx, a.Session.ID, now)
	return SignedIn{Token: token, Caller: caller}, err
}

func actorFor(person Person, from Origin) audit.Actor {
	return audit.Actor{PersonID: person.ID, Name: person.Email, Address: from.Address, RequestID: from.RequestID}
}

// admits reports whether a provider may vouch for this identity's address.
func (p Policy) admits(id Identity) error {
	if len(p.Domains) == 0 {
		return nil
	}
	if err := id.proven(); err != nil {
		return err
	}
	at := strings.LastIndexByte(id.Email, '@')
	domain, err := text.HostName(id.Email[at+1:])
	if at < 0 || err != nil || !slices.Contains(p.Domains, domain) {
		return ErrDomainRefused
	}
	return nil
}

// proven says why the provider does not vouch for an address, or nil.
func (id Identity) proven() error {
	switch {
	case id.EmailVerified:
		return nil
	case id.Unread:
		return ErrAddressUnread
	case id.Email == "":
		return ErrNoAddress
	}
	return ErrUnverifiedAddress
}

// groupsOf says what the groups of an identity give, or nil when the operator
// named none or the provider tells none.
func (s *Service) groupsOf(id Identity, actor audit.Actor) *Groups {
	if id.Groups == nil || s.policy.AdminGroup == "" && len(s.policy.OrganizationGroups) == 0 {
		return nil
	}
	g := &Groups{
		FollowsAdministrator: s.policy.AdminGroup != "",
		Administrator:        slices.Contains(id.Groups, s.policy.AdminGroup),
		Roles:                map[string]Role{},
		Entry:                audit.Entry{At: s.now(), Actor: actor, Action: audit.FollowGroups, Result: audit.Done},
	}
	for _, rule := range s.policy.OrganizationGroups {
		if slices.Contains(id.Groups, rule.Group) && !g.Roles[rule.Organization].AtLeast(rule.Role) {
			g.Roles[rule.Organization] = rule.Role
		}
	}
	return g
}
