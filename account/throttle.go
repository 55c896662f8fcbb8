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
	maxPairTries  = 8  // one account from one address
	maxAddrTries  = 40 // many accounts from one address
	maxEmailTries = 60 // one account from many addresses; known addresses go on
)

// attempt is somebody who tries to prove who they are.
type attempt struct {
	action audit.Action // when it fails
	email  string       // whom they say they are; empty: they do not say
	person Person       // who that is; the zero value when it is nobody
	notify bool         // tell the person when it fails
	quick  bool         // nothing is hashed slowly, so it need not stand in line with passwords
	from   Origin
}

// wrong are the answers that count as a failed attempt.
var wrong = []error{ErrWrongPassword, ErrNotYourPassword, ErrWrongCode, ErrPasskeyRefused}

// try lets somebody try: check says what is wrong, or nil. Counting, checking
// and counting up happen in one turn, so that a burst of guesses is counted
// like a queue of them.
func (s *Service) try(ctx context.Context, a *attempt, check func() error) error {
	line := s.hasher
	if a.quick {
		line = s.quick
	}
	return line.do(ctx, func() error {
		emailKey, addressKey := throttleKey("email", a.email), throttleKey("address", network(a.from.Address))
		if err := s.throttle(ctx, a, emailKey, addressKey); err != nil {
			return err
		}
		err := check()
		if !slices.ContainsFunc(wrong, func(w error) bool { return errors.Is(err, w) }) {
			return err
		}
		failure := Failure{EmailKey: emailKey, AddressKey: addressKey, Agent: clip(a.from.Agent, maxAgent)}
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

func (s *Service) throttle(ctx context.Context, a *attempt, emailKey, addressKey string) error {
	failures, err := s.store.Failures(ctx, emailKey, addressKey, s.now().Add(-failureWindow))
	if err != nil {
		return err
	}
	if failures.Address >= maxAddrTries {
		return ErrTooManyTries
	}
	if a.email == "" {
		return nil // strangers have nothing in common but their address
	}
	if failures.Pair >= maxPairTries {
		return ErrTooManyTries
	}
	if failures.Email < maxEmailTries {
		return nil
	}
	// Somebody guesses at this account from many addresses. Its owner still
	// gets in from where they have been before.
	known, err := s.store.KnownAddress(ctx, a.person.ID, a.from.Address)
	if err != nil {
		return err
	}
	if !known {
		return ErrTooManyTries
	}
	return nil
}

// network is what one client can choose its address from: all of it in IPv4,
// and a /64 in IPv6.
func network(address string) string {
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

// throttleKey stands for an address in the list of failures, so that the list
// holds no address.
func throttleKey(kind, value string) string { return hashToken(kind + "\x00" + value)[:32] }
