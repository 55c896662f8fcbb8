package account

import (
	"context"
	"errors"

	"mooring/audit"
	"mooring/secret"
)

// BeginOwnPasskey asks for one of the caller's passkeys: for the second step,
// and for a proof.
func (s *Service) BeginOwnPasskey(ctx context.Context, caller Caller) (Question, error) {
	if s.passkeys == nil {
		return Question{}, ErrPasskeysOff
	}
	own, err := s.store.Passkeys(ctx, caller.Person.ID)
	if err != nil {
		return Question{}, err
	}
	if len(own) == 0 {
		return Question{}, ErrNoPasskey
	}
	return s.passkeys.BeginUse(caller.Person.ID, own)
}

// TakeSecondStep lets the session do what its person may do.
func (s *Service) TakeSecondStep(ctx context.Context, caller Caller, answer PasskeyAnswer, from Origin) (SignedIn, error) {
	used, err := s.tryPasskey(ctx, caller, answer, audit.SecondStepFailed, from)
	if err != nil {
		return SignedIn{}, err
	}
	r, token := s.renewal(caller, Proof{Passkey: &used}, from)
	r.ProvedAt, r.SecondStepAt = r.At, r.At
	return s.renew(ctx, caller, r, token, audit.SecondStep, from)
}

// UseRecoveryCode takes the second step without a passkey. The code works once.
func (s *Service) UseRecoveryCode(ctx context.Context, caller Caller, code string, from Origin) (SignedIn, error) {
	r, token := s.renewal(caller, Proof{Code: hashCode(caller.Person.ID, code)}, from)
	r.ProvedAt, r.SecondStepAt = r.At, r.At
	var in SignedIn
	a := &attempt{action: audit.SecondStepFailed, email: caller.Person.Email, person: caller.Person, notify: true, quick: true, from: from}
	err := s.try(ctx, a, func() (err error) {
		in, err = s.renew(ctx, caller, r, token, audit.UseRecoveryCode, from)
		return err
	})
	return in, err
}

// ProveWithPassword notes that the person has proved again who they are.
func (s *Service) ProveWithPassword(ctx context.Context, caller Caller, password string, from Origin) (SignedIn, error) {
	if err := mayProve(caller); err != nil {
		return SignedIn{}, err
	}
	hash, err := s.tryOwnPassword(ctx, caller, password, audit.ProveFailed, from)
	if err != nil {
		return SignedIn{}, err
	}
	return s.prove(ctx, caller, Proof{Password: hash}, "by password", from)
}

// tryOwnPassword gives the hash that the password matched.
func (s *Service) tryOwnPassword(ctx context.Context, caller Caller, password string, failed audit.Action, from Origin) (PasswordHash, error) {
	if !s.policy.Passwords {
		return "", ErrPasswordsOff
	}
	person, hash, err := s.store.PasswordOf(ctx, caller.Person.Email)
	if err == nil && person.ID != caller.Person.ID {
		err = ErrNoSuchAccount
	}
	if errors.Is(err, ErrNoSuchAccount) {
		err = ErrSignIn // the person has gone, and with them their sessions
	}
	if err != nil {
		return "", err
	}
	a := &attempt{action: failed, email: person.Email, person: person, inside: !caller.OwesSecondStep(), from: from}
	return hash, s.try(ctx, a, func() error { return compare(person, hash, password, ErrNotYourPassword) })
}

// ProveWithPasskey notes that the person has proved again who they are.
func (s *Service) ProveWithPasskey(ctx context.Context, caller Caller, answer PasskeyAnswer, from Origin) (SignedIn, error) {
	if err := mayProve(caller); err != nil {
		return SignedIn{}, err
	}
	used, err := s.tryPasskey(ctx, caller, answer, audit.ProveFailed, from)
	if err != nil {
		return SignedIn{}, err
	}
	return s.prove(ctx, caller, Proof{Passkey: &used}, "by passkey", from)
}

func (s *Service) tryPasskey(ctx context.Context, caller Caller, answer PasskeyAnswer, failed audit.Action, from Origin) (Passkey, error) {
	a := &attempt{action: failed, with: withPasskey, email: caller.Person.Email, person: caller.Person,
		notify: failed == audit.SecondStepFailed, quick: true, inside: !caller.OwesSecondStep(), from: from}
	var used Passkey
	err := s.try(ctx, a, func() (err error) {
		used, _, err = s.usePasskey(ctx, answer, caller.Person.ID)
		return err
	})
	return used, err
}

// ProveWith notes that the person has proved again who they are, by an
// identity that is linked to them.
func (s *Service) ProveWith(ctx context.Context, caller Caller, id Identity, from Origin) (SignedIn, error) {
	if err := mayProve(caller); err != nil {
		return SignedIn{}, err
	}
	a := &attempt{action: audit.ProveFailed, person: caller.Person, from: from}
	if err := s.policy.admits(id); err != nil {
		return SignedIn{}, s.refuse(ctx, a, id.Provider+": e-mail address not allowed", err)
	}
	in, err := s.prove(ctx, caller, Proof{Identity: &id}, "by "+id.Provider, from)
	if errors.Is(err, ErrUnknownIdentity) {
		return SignedIn{}, s.refuse(ctx, a, id.Provider+": not linked to them", ErrNotYourIdentity)
	}
	return in, err
}

func (s *Service) prove(ctx context.Context, caller Caller, proof Proof, detail string, from Origin) (SignedIn, error) {
	r, token := s.renewal(caller, proof, from)
	r.ProvedAt = r.At
	entry := audit.Entry{At: r.At, Actor: actorFor(caller.Person, from), Action: audit.Prove, Result: audit.Done, Detail: detail}
	if err := s.store.RenewSession(ctx, r, entry); err != nil {
		return SignedIn{}, err
	}
	return s.renewed(ctx, r, token)
}

// mayProve keeps out who has not come in yet. Who calls with an API key is in
// no session, and proves nothing.
func mayProve(caller Caller) error {
	if caller.Key != nil || caller.Session.ID == "" {
		return ErrSignIn
	}
	if caller.OwesSecondStep() {
		return ErrSecondStep
	}
	return nil
}

// renewal gives the caller's session a new id, and the token that it belongs to.
func (s *Service) renewal(caller Caller, proof Proof, from Origin) (Renewal, secret.Text) {
	token := newToken()
	return Renewal{
		PersonID: caller.Person.ID, From: caller.Session.ID, To: hashToken(token.Reveal()), At: s.now(),
		Address: from.Address, Agent: clip(from.Agent, maxAgent), Device: from.deviceHash(), Proof: proof,
	}, token
}

func (s *Service) renew(ctx context.Context, caller Caller, r Renewal, token secret.Text, action audit.Action, from Origin) (SignedIn, error) {
	entry := audit.Entry{At: r.At, Actor: actorFor(caller.Person, from), Action: action, Result: audit.Done}
	if err := s.store.RenewSession(ctx, r, entry); err != nil {
		return SignedIn{}, err
	}
	return s.renewed(ctx, r, token)
}

func (s *Service) renewed(ctx context.Context, r Renewal, token secret.Text) (SignedIn, error) {
	caller, err := s.store.Caller(ctx, r.To, r.At)
	return SignedIn{Token: token, Caller: caller}, err
}
