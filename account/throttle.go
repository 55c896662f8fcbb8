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

// network is what somebody can choose their address from, and what all who come
// from there share: wrong tries within failureWindow, and places in the line.
type network struct{ tries, places int }

// One gets a /64 of IPv6 from a hotel, a /56 from an Internet provider at home,
// and a /48 for the asking. In IPv4 an address is what one gets.
var (
	networkBits = [...]int{64, 56, 48}
	networks    = [...]network{{maxAddrTries, maxPlaces}, {2 * maxAddrTries, maxPlaces + 4}, {4 * maxAddrTries, 2 * maxPlaces}}
)

// means is with what somebody tries. Each is counted by itself: nobody can guess
// a passkey, so that wrong passwords are no reason to stop one.
type means string

const (
	withSecret  means = "" // a password or a recovery code
	withPasskey means = "passkey "
	withLink    means = "link "  // of an invitation or of the set-up
	withReset   means = "reset " // asking for a new password by mail; each counts
)

// attempt is somebody who tries to prove who they are.
type attempt struct {
	action  audit.Action // when it fails
	with    means
	email   string // whom they say they are; empty: they do not say
	person  Person // who that is; the zero value when it is nobody
	notify  bool   // tell the person when it fails
	quick   bool   // nothing is hashed slowly, so it need not stand in line with passwords
	inside  bool   // it is somebody who is signed in
	own     bool   // they use a browser in which that person has signed in
	claimed string // whom a passkey says they are, before it is checked, in a browser of that person
	from    Origin
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
	if a.email != "" && a.from.Device != "" {
		var err error
		if a.own, err = s.store.KnownDevice(ctx, a.person.ID, hashToken(a.from.Device)); err != nil {
			return err
		}
	}
	return line.do(ctx, a.place(), func() error {
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
		if failed := s.fail(ctx, a, failure); failed != nil {
			return failed
		}
		return err
	})
}

// place is where somebody stands in the line: a stranger with their network,
// and whom we know by themselves.
func (a *attempt) place() place {
	switch {
	case a.own, a.inside:
		return placeOf(a.person.ID)
	case a.claimed != "":
		return placeOf(a.claimed)
	}
	return placeAt(a.from.Address)
}

// fail counts a failure. What is tried at one person has an entry each time: there
// are few of those, since they count for that person. What strangers do in
// nobody's name shares the bound of audit.Refusals, and beyond it a number.
func (s *Service) fail(ctx context.Context, a *attempt, f Failure) error {
	entry := s.refusal(a, "")
	if (a.person.ID == "" || a.email == "") && !s.admits(a, entry) {
		return s.store.CountFailure(ctx, f, entry)
	}
	return s.store.AddFailure(ctx, f, entry)
}

// admits reports whether a refusal has an entry of its own.
func (s *Service) admits(a *attempt, entry audit.Entry) bool {
	who := a.person.ID
	if who == "" {
		who = "network " + Network(a.from.Address)
	}
	return s.refusals == nil || s.refusals.Admit(who, entry)
}

// refuse notes that somebody is kept out although their proof holds, and gives
// the reason back. As often as they like they come with it, so that the entries
// are bounded.
func (s *Service) refuse(ctx context.Context, a *attempt, detail string, reason error) error {
	entry := s.refusal(a, detail)
	if !s.admits(a, entry) {
		return reason
	}
	if err := s.store.AddFailure(ctx, Failure{}, entry); err != nil {
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
	from := Networks(a.from.Address)
	f := Failure{EmailKey: a.with.key("email", a.email), AddressKey: a.with.key("address", from[0]), Agent: clip(a.from.Agent, maxAgent)}
	for _, wider := range from[1:] {
		f.WiderKeys = append(f.WiderKeys, a.with.key("address", wider))
	}
	if a.own {
		f.AddressKey, f.WiderKeys = a.with.key("device", a.from.Device), nil
	}
	if a.email == "" { // strangers have nothing in common but their address
		f.EmailKey = f.AddressKey
	}
	now := s.now()
	failures, err := s.store.Failures(ctx, f, now.Add(-failureWindow), now.Add(ClockSkew))
	switch {
	case err != nil:
		return Failure{}, err
	case failures.closed() && !a.own, failures.Pair >= maxPairTries && a.email != "":
		return Failure{}, ErrTooManyTries
	case a.own, a.email == "", failures.Email < maxEmailTries:
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

// closed reports whether too much was tried from where somebody is.
func (f Failures) closed() bool {
	if f.Address >= networks[0].tries {
		return true
	}
	for i, wider := range f.Wider {
		if wider >= networks[i+1].tries {
			return true
		}
	}
	return false
}

// Network is what one client can choose its address from: all of it in IPv4,
// and a /64 in IPv6.
func Network(address string) string { return Networks(address)[0] }

// Networks are what one client may choose its address from, the smallest first:
// in IPv6 a /64, a /56 and a /48.
func Networks(address string) []string {
	ip, err := netip.ParseAddr(address)
	if err != nil {
		return []string{address}
	}
	if ip = ip.Unmap().WithZone(""); ip.Is4() {
		return []string{ip.String()}
	}
	all := make([]string, 0, len(networkBits))
	for _, bits := range networkBits {
		all = append(all, netip.PrefixFrom(ip, bits).Masked().String())
	}
	return all
}

func (m means) key(kind, value string) string { return throttleKey(string(m)+kind, value) }

// throttleKey stands for an address in the list of failures, so that the list
// holds no address.
func throttleKey(kind, value string) string { return hashToken(kind + "\x00" + value)[:32] }
