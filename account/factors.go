package account

import (
	"context"
	"errors"
	"slices"

	"mooring/audit"
	"mooring/fault"
	"mooring/secret"
	"mooring/text"
)

// Ways lists how somebody can sign in.
type Ways struct {
	HasPassword bool
	Passkeys    []Passkey // the oldest first
	Identities  []LinkedIdentity
	CodesLeft   int // recovery codes that are not used yet
}

// Ways lists how the caller can sign in.
func (s *Service) Ways(ctx context.Context, caller Caller) (Ways, error) {
	ways := Ways{HasPassword: caller.HasPassword}
	var err error
	if ways.Passkeys, err = s.store.Passkeys(ctx, caller.Person.ID); err != nil {
		return Ways{}, err
	}
	if ways.Identities, err = s.store.Identities(ctx, caller.Person.ID); err != nil {
		return Ways{}, err
	}
	ways.CodesLeft, err = s.store.CodesLeft(ctx, caller.Person.ID)
	return ways, err
}

// change is one change of the ways in which the caller signs in: it renews
// their session and ends their other ones.
type change struct {
	Renewal
	notice Notice
	entry  audit.Entry
	token  secret.Text
}

func (s *Service) change(caller Caller, proof Proof, action audit.Action, kind NoticeKind, detail string, from Origin) (change, error) {
	if err := mayProve(caller); err != nil {
		return change{}, err
	}
	r, token := s.renewal(caller, proof, from)
	return change{
		Renewal: r, token: token, notice: notice(r, kind, detail),
		entry: audit.Entry{At: r.At, Actor: actorFor(caller.Person, from), Action: action, Result: audit.Done, Detail: detail},
	}, nil
}

func notice(r Renewal, kind NoticeKind, detail string) Notice {
	return Notice{Kind: kind, Count: 1, At: r.At, Address: r.Address, Agent: r.Agent, Detail: detail, SessionID: r.To}
}

// ChangePassword sets the caller's password. The one they have, if any, has to
// be typed again.
func (s *Service) ChangePassword(ctx context.Context, caller Caller, current, next string, from Origin) (SignedIn, error) {
	c, err := s.change(caller, Proof{}, audit.ChangePassword, NoticePasswordChanged, "", from)
	if err != nil {
		return SignedIn{}, err
	}
	if !s.policy.Passwords {
		return SignedIn{}, ErrPasswordsOff
	}
	if trouble := passwordTrouble(next, caller.Person.Email, caller.Person.Name); trouble != "" {
		return SignedIn{}, fault.AtFields(fault.Fields{"password": trouble})
	}
	if caller.HasPassword {
		c.Proof.Password, err = s.tryOwnPassword(ctx, caller, current, audit.ProveFailed, from)
		if errors.Is(err, ErrNotYourPassword) {
			return SignedIn{}, ErrNotYourPassword.At("current")
		}
		if err != nil {
			return SignedIn{}, err
		}
		c.ProvedAt = c.At
	}
	hash, err := s.hasher.hash(ctx, placeOf(caller.Person.ID), next)
	if err != nil {
		return SignedIn{}, err
	}
	c.entry.Changes = changedPassword(caller.HasPassword)
	if err := s.store.SetPassword(ctx, c.Renewal, hash, c.notice, c.entry); err != nil {
		return SignedIn{}, err
	}
	return s.renewed(ctx, c.Renewal, c.token)
}

// BeginAddPasskey asks for a new passkey.
func (s *Service) BeginAddPasskey(ctx context.Context, caller Caller) (Question, error) {
	if s.passkeys == nil {
		return Question{}, ErrPasskeysOff
	}
	if err := mayProve(caller); err != nil {
		return Question{}, err
	}
	have, err := s.store.Passkeys(ctx, caller.Person.ID)
	if err == nil && len(have) >= MaxPasskeys {
		err = ErrTooManyPasskeys
	}
	if err != nil {
		return Question{}, err
	}
	return s.passkeys.BeginAdd(caller.Person, have)
}

// AddPasskey stores a new passkey of the caller. With their first one it makes
// recovery codes, which nobody can show again. Whoever adds a passkey has just
// used it, so the session has taken its second step.
func (s *Service) AddPasskey(ctx context.Context, caller Caller, answer PasskeyAnswer, from Origin) (SignedIn, []secret.Text, error) {
	added, err := s.newPasskey(caller.Person, answer)
	if err != nil {
		return SignedIn{}, nil, err
	}
	c, err := s.change(caller, Proof{}, audit.AddPasskey, NoticePasskeyAdded, added.Name, from)
	if err != nil {
		return SignedIn{}, nil, err
	}
	c.ProvedAt, c.SecondStepAt = c.At, c.At
	c.entry.Changes = changed(fieldPasskey, "", added.Name)
	codes, hashes := newCodes(caller.Person.ID)
	first, err := s.store.AddPasskey(ctx, c.Renewal, added, hashes, c.notice, c.entry)
	if err != nil {
		return SignedIn{}, nil, err
	}
	if !first {
		codes = nil
	}
	in, err := s.renewed(ctx, c.Renewal, c.token)
	return in, codes, err
}

// newPasskey checks the answer of an authenticator that made a passkey for
// this person.
func (s *Service) newPasskey(person Person, answer PasskeyAnswer) (Passkey, error) {
	if s.passkeys == nil {
		return Passkey{}, ErrPasskeysOff
	}
	if person.ID == "" || answer.Ceremony.PersonID != person.ID {
		return Passkey{}, ErrPasskeyRefused
	}
	made, err := s.passkeys.FinishAdd(person, answer)
	if err != nil {
		return Passkey{}, err
	}
	made.ID, made.PersonID, made.CreatedAt = s.newID(), person.ID, s.now()
	name := []rune(text.Line(answer.Name))
	if made.Name = string(name[:min(len(name), maxName)]); made.Name == "" {
		made.Name = "Passkey"
	}
	return made, nil
}

// RemovePasskey removes one of the caller's passkeys. The last one takes the
// recovery codes along, and stays as long as it is needed.
func (s *Service) RemovePasskey(ctx context.Context, caller Caller, id string, from Origin) (SignedIn, error) {
	own, err := s.store.Passkeys(ctx, caller.Person.ID)
	if err != nil {
		return SignedIn{}, err
	}
	at := slices.IndexFunc(own, func(p Passkey) bool { return p.ID == id })
	if at < 0 {
		return SignedIn{}, ErrNoSuchPasskey
	}
	c, err := s.change(caller, Proof{}, audit.RemovePasskey, NoticePasskeyRemoved, own[at].Name, from)
	if err != nil {
		return SignedIn{}, err
	}
	c.entry.Changes = changed(fieldPasskey, own[at].Name, "")
	if err := s.store.RemovePasskey(ctx, c.Renewal, id, s.policy, c.notice, c.entry); err != nil {
		return SignedIn{}, err
	}
	return s.renewed(ctx, c.Renewal, c.token)
}

// MakeRecoveryCodes makes new codes in place of the earlier ones, which stop
// working. Nobody can show them again.
func (s *Service) MakeRecoveryCodes(ctx context.Context, caller Caller, actor audit.Actor) ([]secret.Text, error) {
	if err := mayProve(caller); err != nil {
		return nil, err
	}
	codes, hashes := newCodes(caller.Person.ID)
	told := Notice{Kind: NoticeCodesMade, Count: 1, At: s.now(), Address: actor.Address, Agent: caller.Session.Agent, SessionID: caller.Session.ID}
	entry := audit.Entry{At: s.now(), Actor: actor, Action: audit.MakeRecoveryCodes, Result: audit.Done}
	if err := s.store.SetCodes(ctx, caller.Person.ID, hashes, told, entry); err != nil {
		return nil, err
	}
	return codes, nil
}

// LinkIdentity lets the caller sign in with this identity, too.
func (s *Service) LinkIdentity(ctx context.Context, caller Caller, id Identity, from Origin) (SignedIn, error) {
	c, err := s.change(caller, Proof{}, audit.LinkIdentity, NoticeIdentityLinked, id.Provider, from)
	if err != nil {
		return SignedIn{}, err
	}
	if err := s.policy.admits(id); err != nil {
		return SignedIn{}, err
	}
	linked := LinkedIdentity{Identity: id, PersonID: caller.Person.ID, LinkedAt: c.At}
	groups := s.groupsOf(id, c.entry.Actor)
	c.entry.Changes = changed(fieldIdentity, "", id.about())
	if err := s.store.LinkIdentity(ctx, c.Renewal, linked, groups, c.notice, c.entry); err != nil {
		return SignedIn{}, err
	}
	return s.renewed(ctx, c.Renewal, c.token)
}

// UnlinkIdentity ends that the caller signs in with this identity. The last
// one takes along what groups gave, since nobody could take it later.
func (s *Service) UnlinkIdentity(ctx context.Context, caller Caller, issuer, subject string, from Origin) (SignedIn, error) {
	own, err := s.store.Identities(ctx, caller.Person.ID)
	if err != nil {
		return SignedIn{}, err
	}
	at := slices.IndexFunc(own, func(l LinkedIdentity) bool { return l.Issuer == issuer && l.Subject == subject })
	if at < 0 {
		return SignedIn{}, ErrNoSuchIdentity
	}
	c, err := s.change(caller, Proof{}, audit.UnlinkIdentity, NoticeIdentityRemoved, own[at].Provider, from)
	if err != nil {
		return SignedIn{}, err
	}
	c.entry.Changes = changed(fieldIdentity, own[at].about(), "")
	if err := s.store.UnlinkIdentity(ctx, c.Renewal, issuer, subject, s.policy, noGroups(c.entry), c.notice, c.entry); err != nil {
		return SignedIn{}, err
	}
	return s.renewed(ctx, c.Renewal, c.token)
}

// noGroups takes what groups gave, because of what the entry tells.
func noGroups(entry audit.Entry) Groups {
	entry.Action = audit.FollowGroups
	return Groups{FollowsAdministrator: true, Entry: entry}
}

// DismissNotices removes the notices that the caller has been shown: by their
// ids, with the counts that stood there. What came since stays, and what their
// own session did is dismissed in that session only.
func (s *Service) DismissNotices(ctx context.Context, caller Caller, shown map[int64]int) error {
	if len(shown) == 0 {
		return nil
	}
	return s.store.DismissNotices(ctx, caller.Person.ID, caller.Session.ID, shown)
}
