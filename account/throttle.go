package account

import (
	"context"
	"errors"
	"net/netip"
	"slices"
	"time"

	"mooring/audit"
)

// How often one may try.
const (
	failureWindow = 15 * time.Minute
	maxPairTries  = 8  // one account from one address, or in one browser that its owner has used
	maxAddrTries  = 40 // many accounts from one address
	maxEmailTries = 60 // one account from many addresses; known addresses go on
)

// means is with what somebody tries. Each is counted by itself: nobody can guess
// a passkey, so that wrong passwords are no reason to stop one.
type means string

const (
	withSecret  means = "" // a password or a recovery code
	withPasskey means = "passkey "
	withLink    means = "link " // of an invitation or of the set-up
)

// attempt is somebody who tries to prove who they are.
type attempt struct {
	action audit.Action // when it fails
	with   means
	email  string // whom they say they are; empty: they do not say
	person Person // who that is; the zero value when it is nobody
	notify bool   // tell the person when it fails
	quick  bool   // nothing is hashed slowly, so it need not stand in line with passwords
	from   Origin
}

// wrong are the answers that count as a failed attempt.
var wrong = []error{ErrWrongPassword, ErrNotYourPassword, ErrWrongCode, ErrPasskeyRefused, ErrPasskeyCopied, ErrNameTaken, ErrEmailTaken, ErrInvitationForAnother}

// try lets somebody try: check says what is wrong, or nil. Counting, checking
// and counting up happen in one turn, so that a burst of guesses is counted
// like a queue of them.
func (s *Service) try(ctx context.Context, a *attempt, check func() error) error {
	line := s.hasher
	if a.quick {
		line = s.quick
	}
	return line.do(ctx, a.from.Address, func() error {
		failure, err := s.throttle(ctx, a)
		if errors.Is(err, ErrTooManyTries) && a.with == withPasskey && a.email == "" {
			return s.passInOwnBrowser(ctx, a, check)
		}
		if err != nil {
			return err
		}
		err = check()
		if !slices.ContainsFunc(wrong, func(w error) bool { return errors.Is(err, w) }) {
			return err
		}
		if a.notify {
			failure.PersonID = a.person.ID
		}
		if failed := s.store.AddFailure(ctx, failure, s.refusal(a, "")); failed != nil {
			return failed
		}
		return err
	})
}

// refuse notes that somebody is kept out although their proof holds, and gives
// the reason back.
func (s *Service) refuse(ctx context.Context, a *attempt, detail string, reason error) error {
	if err := s.store.AddFailure(ctx, Failure{}, s.refusal(a, detail)); err != nil {
		return err
	}
	return reason
}

func (s *Service) refusal(a *attempt, detail string) audit.Entry {
	actor := audit.Actor{Name: "unknown", Address: a.from.Address, RequestID: a.from.RequestID}
	if a.person.ID != "" {
		actor.PersonID, actor.Name = a.person.ID, a.person.Email
	}
	return audit.Entry{At: s.now(), Actor: actor, Action: a.action, Result: audit.Refused, Detail: detail}
}

// throttle gives what a failure counts for, or ErrTooManyTries. A browser that
// the person has used stands for the address: what others do there stops nobody
// in it, and what is done in it stops no others.
func (s *Service) throttle(ctx context.Context, a *attempt) (Failure, error) {
	f := Failure{EmailKey: a.with.key("email", a.email), AddressKey: a.with.key("address", Network(a.from.Address)),
		Agent: clip(a.from.Agent, maxAgent)}
	own := false
	if a.email != "" && a.from.Device != "" {
		var err error
		if own, err = s.store.KnownDevice(ctx, a.person.ID, hashToken(a.from.Device)); err != nil {
			return Failure{}, err
		}
	}
	if own {
		f.AddressKey = a.with.key("device", a.from.Device)
	}
	now := s.now()
	failures, err := s.store.Failures(ctx, f.EmailKey, f.AddressKey, now.Add(-failureWindow), now.Add(ClockSkew))
	switch {
	case err != nil:
		return Failure{}, err
	case failures.Address >= maxAddrTries && !own, failures.Pair >= maxPairTries && a.email != "":
		return Failure{}, ErrTooManyTries
	case own, a.email == "", failures.Email < maxEmailTries: // strangers have nothing in common but their address
		return f, nil
	}
	// Somebody guesses at this account from many addresses. Its owner still
	// gets in from where they have been before.
	known, err := s.store.KnownAddress(ctx, a.person.ID, a.from.Address)
	if err == nil && !known {
		err = ErrTooManyTries
	}
	return f, err
}

// passInOwnBrowser is for a passkey from an address that too many wrong ones have
// closed. Whose it is shows only when it answers: then it counts in a browser
// that they have used.
func (s *Service) passInOwnBrowser(ctx context.Context, a *attempt, check func() error) error {
	if a.from.Device == "" {
		return ErrTooManyTries
	}
	if err := check(); errors.Is(err, ErrPasskeyRefused) || errors.Is(err, ErrPasskeyCopied) {
		return ErrTooManyTries
	} else if err != nil {
		return err
	}
	own, err := s.store.KnownDevice(ctx, a.person.ID, hashToken(a.from.Device))
	if err == nil && !own {
		err = ErrTooManyTries
	}
	return err
}

// Network is what one client can choose its address from: all of it in IPv4,
// and a /64 in IPv6.
func Network(address string) string {
	ip, err := netip.ParseAddr(address)
	if err != nil || ip.Is4() || ip.Is4In6() {
		return address
	}
	prefix, err := ip.WithZone("").Prefix(64)
	if err != nil {
		return address
	}
	return prefix.String()
}

func (m means) key(kind, value string) string { return throttleKey(string(m)+kind, value) }

// throttleKey stands for an address in the list of failures, so that the list
// holds no address.
func throttleKey(kind, value string) string { return hashToken(kind + "\x00" + value)[:32] }
