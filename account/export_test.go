package account

import (
	"context"
	"fmt"
)

// ThrottleKey lets tests note failures without hashing a password for each.
var ThrottleKey = throttleKey

// The limits, for tests that go up to them.
const (
	MaxPairTries  = maxPairTries
	MaxAddrTries  = maxAddrTries
	MaxEmailTries = maxEmailTries
	FailureWindow = failureWindow
	KeptCallers   = keptCallers
)

// FillLine takes every place in which a password can wait to be hashed, and
// gives a function that leaves them.
func (s *Service) FillLine() (leave func()) {
	s.hasher.mu.Lock()
	defer s.hasher.mu.Unlock()
	s.hasher.waiting += linePlaces
	return func() {
		s.hasher.mu.Lock()
		defer s.hasher.mu.Unlock()
		s.hasher.waiting -= linePlaces
	}
}

// Flood has strangers take every place that they get in both lines, from twenty
// /48s of IPv6, each from as many networks in it as it likes. It gives how many
// places those are in each line, and a function that leaves them.
func (s *Service) Flood() (places int, leave func()) {
	var taken []func()
	for _, line := range []*hasher{s.hasher, s.quick} {
		places = 0
		for site := range 20 {
			for i := range 100 {
				p := placeAt(fmt.Sprintf("2001:db8:%x:%x::1", site, i<<8|i))
				if line.enter(p) {
					places++
					taken = append(taken, func() { line.leave(p) })
				}
			}
		}
	}
	return places, func() {
		for _, leave := range taken {
			leave()
		}
	}
}

// Kept counts the callers in memory, Seen the requests that are not yet stored.
func (s *Service) Kept() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.kept)
}

func (s *Service) Seen() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.seen)
}

// SpoilDecoy makes the decoy unreadable, so that a comparison with it shows.
func SpoilDecoy() (restore func()) {
	kept := decoy
	decoy = "spoilt"
	return func() { decoy = kept }
}

// HashToken is how a token is stored.
var HashToken = hashToken

// MailWaiting does now what Run does in the background with requests for new
// passwords.
func (s *Service) MailWaiting(ctx context.Context) {
	for len(s.resets) > 0 {
		if err := s.mailReset(ctx, <-s.resets); err != nil {
			s.log.Error("could not mail", "cause", err)
		}
	}
}
