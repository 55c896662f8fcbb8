package account

import (
	"context"
	"errors"
	"fmt"
	"time"

	"mooring/audit"
	"mooring/fault"
)

const (
	// PasswordResetLife is how long the link in a mail can be used.
	PasswordResetLife = 30 * time.Minute
	// MaxPasswordResets is how many such mails one person gets within
	// PasswordResetWindow, whoever asks.
	MaxPasswordResets   = 3
	PasswordResetWindow = time.Hour

	waitingResets = 100 // requests whose mail is not written yet
)

// PasswordReset is a link by which somebody who forgot their password sets another
// one. It changes the password and nothing else.
type PasswordReset struct {
	Hash                 string // of the token
	PersonID             string
	CreatedAt, ExpiresAt time.Time
}

// resetRequest is what somebody typed who forgot their password.
type resetRequest struct {
	email string
	from  Origin
}

// PasswordResets reports whether a forgotten password can be set anew by mail.
func (s *Service) PasswordResets() bool { return s.policy.Passwords && s.mailer != nil }

// RequestPasswordReset mails a link to who has this address, if they sign in with a
// password and the address was proved to be theirs. Whether it does, neither the
// answer nor its time tells: what depends on the person is done later, by Run.
func (s *Service) RequestPasswordReset(ctx context.Context, email string, from Origin) error {
	if !s.PasswordResets() {
		return ErrPasswordResetsOff
	}
	email = normalEmail(email)
	if !isEmail(email) {
		return fault.AtFields(fault.Fields{"email": "Enter an e-mail address, such as ada@example.com."})
	}
	a := &attempt{action: audit.RequestPasswordReset, with: withReset, email: email, quick: true, from: from}
	return s.quick.do(ctx, a.place(), func() error {
		counted, err := s.throttle(ctx, a)
		if err != nil {
			return err
		}
		if err := s.store.CountFailure(ctx, counted, s.refusal(a, "")); err != nil {
			return err
		}
		select {
		case s.resets <- resetRequest{email, from}:
		default:
			s.log.Warn("too many people asked for a new password at once, so Mooring did not send a mail", "request", from.RequestID)
		}
		return nil
	})
}

// mailResets sends the mails that were asked for, until ctx ends.
func (s *Service) mailResets(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case request := <-s.resets:
			if err := s.mailReset(ctx, request); err != nil && ctx.Err() == nil {
				s.log.Error("could not mail a link for a new password", "request", request.from.RequestID, "cause", err)
			}
		}
	}
}

// mailReset mails a link, unless this person must not have one.
func (s *Service) mailReset(ctx context.Context, request resetRequest) error {
	person, hash, err := s.store.PasswordOf(ctx, request.email)
	if errors.Is(err, ErrNoSuchAccount) {
		return nil
	}
	if err != nil || hash == "" || !person.EmailProved || !person.DisabledAt.IsZero() {
		return err
	}
	token, now := newToken(), s.now()
	reset := PasswordReset{Hash: hashToken(token.Reveal()), PersonID: person.ID, CreatedAt: now, ExpiresAt: now.Add(PasswordResetLife)}
	entry := audit.Entry{At: now, Actor: actorFor(person, request.from), Action: audit.RequestPasswordReset, Result: audit.Done}
	if err := s.store.AddPasswordReset(ctx, reset, entry); errors.Is(err, ErrTooManyMails) {
		return nil
	} else if err != nil {
		return err
	}
	return s.mailer.Send(ctx, person.Email, "Set a new password on Mooring", fmt.Sprintf(`Hello,

somebody, probably you, asked to reset the password for %s on Mooring.

To set a new one, open this address by %s:

%s

The address works once, and only changes the password. If this wasn't you, ignore this mail: your password stays the same.
The request came from %s.
`, person.Email, reset.ExpiresAt.UTC().Format("2 January 2006, 15:04 UTC"), s.resetLink(token.Reveal()), request.from.Address))
}

// PasswordResetOf says whose password a link sets: ErrPasswordReset when it is used,
// has expired, or never was.
func (s *Service) PasswordResetOf(ctx context.Context, token string) (Person, error) {
	if !s.PasswordResets() {
		return Person{}, ErrPasswordReset
	}
	return s.store.PasswordResetByHash(ctx, hashToken(token), s.now())
}

// ResetPassword sets a new password by a link, which is used up, and ends the
// person's sessions. It signs nobody in: the second step is still asked for.
func (s *Service) ResetPassword(ctx context.Context, token, password string, from Origin) error {
	person, err := s.PasswordResetOf(ctx, token)
	if err != nil {
		return err
	}
	if trouble := passwordTrouble(password, person.Email, person.Name); trouble != "" {
		return fault.AtFields(fault.Fields{"password": trouble})
	}
	hash, err := s.hasher.hash(ctx, placeAt(from.Address), password)
	if err != nil {
		return err
	}
	now := s.now()
	told := Notice{Kind: NoticePasswordChanged, Count: 1, At: now, Address: from.Address, Agent: clip(from.Agent, maxAgent)}
	entry := audit.Entry{At: now, Actor: actorFor(person, from), Action: audit.ResetPassword, Result: audit.Done, Detail: "by a mailed link",
		Changes: changedPassword(true)}
	return s.store.ResetPassword(ctx, hashToken(token), hash, told, entry)
}
