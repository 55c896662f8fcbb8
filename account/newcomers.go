package account

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"mooring/audit"
	"mooring/fault"
	"mooring/secret"
	"mooring/text"
)

// Newcomer is what somebody types who does not exist yet: the first
// administrator, somebody invited, somebody whom an operator adds. Exactly one
// of Password, Identity and Passkey says how they will sign in.
type Newcomer struct {
	Email, Name  string
	Organization string // to be made, with them as its owner; may be empty
	Password     string
	Identity     *Identity
	Passkey      *PasskeyAnswer
}

const sayYourName = "Enter your name, at most 80 characters."

func (f *Newcomer) check(policy Policy) error {
	fields := f.checkWho()
	switch others := f.Identity != nil || f.Passkey != nil; {
	case f.Identity != nil && f.Passkey != nil, others && f.Password != "":
		fields["password"] = "Choose one sign-in method. You can add others later."
	case others:
	case !policy.Passwords:
		fields["password"] = sayNoneTaken
	default:
		if trouble := passwordTrouble(f.Password, f.Email, f.Name); trouble != "" {
			fields["password"] = trouble
		}
	}
	return fault.AtFields(fields)
}

func (f *Newcomer) checkWho() fault.Fields {
	f.Email, f.Name = normalEmail(f.Email), text.Line(f.Name)
	f.Organization = strings.ToLower(strings.TrimSpace(f.Organization))
	fields := fault.Fields{}
	if !isEmail(f.Email) {
		fields["email"] = "Enter an e-mail address, such as ada@example.com."
	}
	if f.Name == "" || utf8.RuneCountInString(f.Name) > maxName {
		fields["name"] = sayYourName
	}
	if f.Organization != "" && !isAccountName(f.Organization) {
		fields["organization"] = "Use 2 to 39 lowercase letters, digits and single hyphens, or leave it empty."
	}
	return fields
}

// NewSetUpLink makes the token of a set-up address when nobody exists yet.
// Earlier ones stop working.
func (s *Service) NewSetUpLink(ctx context.Context) (token secret.Text, needed bool, err error) {
	if has, err := s.store.HasPeople(ctx); err != nil || has {
		return secret.Text{}, false, err
	}
	token = newToken()
	entry := audit.Entry{At: s.now(), Actor: audit.BySystem(), Action: audit.OfferSetUp, Result: audit.Done}
	err = s.store.ReplaceSetUpLink(ctx, hashToken(token.Reveal()), s.now().Add(SetUpLinkLife), entry)
	return token, err == nil, err
}

// SetUpLinkWorks says whether the set-up page may be shown.
func (s *Service) SetUpLinkWorks(ctx context.Context, token string) error {
	works, err := s.store.SetUpLinkWorks(ctx, hashToken(token), s.now())
	if err == nil && !works {
		err = ErrSetUpLink
	}
	return err
}

// SetUp makes the first administrator, their personal account and, if named,
// an organization they own. It signs them in.
func (s *Service) SetUp(ctx context.Context, token string, form Newcomer, from Origin) (SignedIn, error) {
	if err := s.SetUpLinkWorks(ctx, token); err != nil {
		return SignedIn{}, err
	}
	if err := form.check(s.policy); err != nil {
		return SignedIn{}, err
	}
	newcomer, err := s.letIn(ctx, audit.SetUp, form, from, func(p *NewPerson) error {
		p.Person.SiteAdmin = true
		entry := audit.Entry{At: s.now(), Actor: actorFor(p.Person, from), Action: audit.SetUp, Result: audit.Done, Detail: form.Organization,
			Changes: p.made()}
		return s.store.SetUp(ctx, hashToken(token), s.now(), *p, entry)
	})
	if err != nil {
		return SignedIn{}, err
	}
	s.joined()
	return s.arriveFirst(ctx, newcomer, from)
}

// arriveFirst signs in who has just been added, by the way that they chose.
func (s *Service) arriveFirst(ctx context.Context, p NewPerson, from Origin) (SignedIn, error) {
	a := Arrival{Session: Session{Way: ByPassword}, Proof: Proof{Password: p.Password}}
	switch {
	case p.Passkey != nil:
		a = Arrival{Session: Session{Way: ByPasskey, SecondStepAt: s.now()}}
	case p.Identity != nil:
		a = s.arrivalBy(p.Identity.Identity, p.Person, from)
	}
	return s.arrive(ctx, p.Person, a, from)
}

// BeginNewcomerPasskey asks for the passkey of somebody who does not exist
// yet. The ceremony carries the id that they will have.
func (s *Service) BeginNewcomerPasskey(_ context.Context, n Newcomer) (Question, error) {
	if s.passkeys == nil {
		return Question{}, ErrPasskeysOff
	}
	if err := fault.AtFields(n.checkWho()); err != nil {
		return Question{}, err
	}
	return s.passkeys.BeginAdd(Person{ID: s.newID(), Email: n.Email, Name: n.Name}, nil)
}

// Join makes a new person by an invitation, which is used up, and signs them in.
func (s *Service) Join(ctx context.Context, invitationToken string, n Newcomer, from Origin) (SignedIn, error) {
	hash := hashToken(invitationToken)
	invitation, err := s.store.InvitationByHash(ctx, hash, s.now())
	if err != nil {
		return SignedIn{}, err
	}
	n.Organization = "" // they come for another
	if err := n.check(s.policy); err != nil {
		return SignedIn{}, err
	}
	if invitation.Email != "" && invitation.Email != n.Email {
		look := &attempt{action: audit.JoinAccount, with: withLink, quick: true, from: from}
		return SignedIn{}, s.try(ctx, look, func() error { return ErrInvitationForAnother.At("email") })
	}
	newcomer, err := s.letIn(ctx, audit.JoinAccount, n, from, func(p *NewPerson) error {
		p.Person.DefaultAccountID = invitation.Account.ID
		entry := audit.Entry{At: s.now(), Actor: actorFor(p.Person, from), Action: audit.JoinAccount, AccountID: invitation.Account.ID,
			Result: audit.Done, Detail: string(invitation.Role) + " by invitation",
			Changes: append(p.made(), ChangedRole("", invitation.Role)...)}
		return s.store.Join(ctx, hash, s.now(), *p, entry)
	})
	if err != nil {
		return SignedIn{}, err
	}
	s.joined()
	return s.arriveFirst(ctx, newcomer, from)
}

// letIn adds somebody who comes by a link. Whoever has the link may try as often
// as they like, so that tries in vain are counted, and an e-mail address that is
// taken costs no hash and no place in the line for one.
func (s *Service) letIn(ctx context.Context, action audit.Action, form Newcomer, from Origin, add func(*NewPerson) error) (NewPerson, error) {
	look := &attempt{action: action, with: withLink, quick: true, from: from}
	err := s.try(ctx, look, func() error { return s.addressFree(ctx, form.Email) })
	if err != nil {
		return NewPerson{}, err
	}
	var p NewPerson
	join := &attempt{action: action, with: withLink, quick: form.Password == "", from: from}
	err = s.try(ctx, join, func() (err error) {
		var hash PasswordHash
		if form.Password != "" {
			hash = hashOf(form.Password)
		}
		if p, err = s.newcomer(ctx, form, hash); err != nil {
			return err
		}
		return add(&p)
	})
	return p, err
}

func (s *Service) addressFree(ctx context.Context, email string) error {
	_, _, err := s.store.PasswordOf(ctx, email)
	switch {
	case errors.Is(err, ErrNoSuchAccount):
		return nil
	case err != nil:
		return err
	}
	return ErrEmailTaken.At("email")
}

// AddTo makes a person who joins an organization that exists, in this role.
func (s *Service) AddTo(ctx context.Context, form Newcomer, organization string, role Role, siteAdmin bool, actor audit.Actor) (NewPerson, error) {
	joined, err := s.store.OrganizationNamed(ctx, organization)
	if err != nil {
		return NewPerson{}, err
	}
	return s.Add(ctx, form, siteAdmin, []Membership{{Account: joined, Role: role}}, actor)
}

// Add makes a person outside the set-up: with an account of their own and,
// beside it, the memberships in joins. It gives the person and their accounts.
func (s *Service) Add(ctx context.Context, form Newcomer, siteAdmin bool, joins []Membership, actor audit.Actor) (NewPerson, error) {
	if err := form.check(s.policy); err != nil {
		return NewPerson{}, err
	}
	hash, err := s.hasher.hash(ctx, placeOf(actor.PersonID), form.Password)
	if err != nil {
		return NewPerson{}, err
	}
	newcomer, err := s.newcomer(ctx, form, hash)
	if err != nil {
		return NewPerson{}, err
	}
	newcomer.Person.SiteAdmin = siteAdmin
	if len(joins) > 0 {
		newcomer.Joins = append(newcomer.Joins, joins...)
		newcomer.Person.DefaultAccountID = joins[0].Account.ID
	}
	entry := audit.Entry{At: s.now(), Actor: actor, Action: audit.MakeAccount, Result: audit.Done, Detail: newcomer.Person.Email,
		Changes: newcomer.made()}
	if err := s.store.AddPerson(ctx, newcomer, entry); err != nil {
		return NewPerson{}, err
	}
	s.joined()
	return newcomer, nil
}

// newcomer prepares a person with their way of signing in, their own account
// and, if named, a new organization, which becomes their default.
func (s *Service) newcomer(ctx context.Context, form Newcomer, hash PasswordHash) (NewPerson, error) {
	now := s.now()
	p := NewPerson{Password: hash}
	if form.Identity != nil {
		if err := s.policy.admits(*form.Identity); err != nil {
			return NewPerson{}, err
		}
	}
	name, err := s.freeName(ctx, personalName(form.Email), form.Organization)
	if err != nil {
		return NewPerson{}, err
	}
	own := Account{ID: s.newID(), Name: name, Kind: Personal, CreatedAt: now}
	p.Person = Person{Email: form.Email, Name: form.Name, Theme: System, DefaultAccountID: own.ID, CreatedAt: now}
	if form.Passkey != nil {
		p.Person.ID = form.Passkey.Ceremony.PersonID
		passkey, err := s.newPasskey(p.Person, *form.Passkey)
		if err != nil {
			return NewPerson{}, err
		}
		p.Passkey = &passkey
	} else {
		p.Person.ID = s.newID()
	}
	if form.Identity != nil {
		p.Identity = &LinkedIdentity{Identity: *form.Identity, PersonID: p.Person.ID, LinkedAt: now}
	}
	p.Joins = []Membership{{Account: own, Role: Owner}}
	if form.Organization != "" {
		organization := Account{ID: s.newID(), Name: form.Organization, Kind: Organization, CreatedAt: now}
		p.Joins = append(p.Joins, Membership{Account: organization, Role: Owner})
		p.Person.DefaultAccountID = organization.ID
	}
	return p, nil
}

// numberedNames is how many names with a number are looked up. There can be any
// number of people who are called info, so that others get some letters.
const numberedNames = 20

func (s *Service) freeName(ctx context.Context, want, not string) (string, error) {
	name := want
	for i := 2; ; i++ {
		taken, err := s.store.AccountNameTaken(ctx, name)
		if err != nil {
			return "", err
		}
		if !taken && name != not && !s.policy.keepsForGroups(name) {
			return name, nil
		}
		if name = fmt.Sprintf("%s-%d", want, i); i > numberedNames {
			name = want + "-" + strings.ToLower(rand.Text()[:6])
		}
	}
}

// Reset leaves a person one way in, for the operator of the machine: a new
// password or, without one, a recovery code, which signs in with their e-mail
// address. Whoever may have taken them over is out: passkeys, identities,
// sessions and API keys go. Who was disabled may sign in again.
func (s *Service) Reset(ctx context.Context, email, password string, actor audit.Actor) (code secret.Text, err error) {
	if password != "" && !s.policy.Passwords {
		return code, ErrPasswordsOff
	}
	person, _, err := s.store.PasswordOf(ctx, normalEmail(email))
	if errors.Is(err, ErrNoSuchAccount) {
		return code, ErrNoSuchPerson
	}
	if err != nil {
		return code, err
	}
	var hash PasswordHash
	var codes []string
	told := Notice{Kind: NoticePasswordChanged, Count: 1, At: s.now(), Address: actor.Address}
	if password == "" {
		var kept string
		code, kept = newCodeOf(person.ID)
		codes, told.Kind = []string{kept}, NoticeCodesMade
	} else {
		if trouble := passwordTrouble(password, person.Email, person.Name); trouble != "" {
			return code, fault.AtFields(fault.Fields{"password": trouble})
		}
		if hash, err = s.hasher.hash(ctx, placeOf(actor.PersonID), password); err != nil {
			return code, err
		}
	}
	entry := audit.Entry{At: s.now(), Actor: actor, Action: audit.ResetPerson, Result: audit.Done, Detail: person.Email,
		Changes: reset(person, password != "")}
	if err := s.store.ResetPerson(ctx, person.ID, hash, codes, noGroups(entry), told, entry); err != nil {
		return secret.Text{}, err
	}
	return code, nil
}
