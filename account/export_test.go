package account

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
	for range cap(s.hasher.waiting) {
		s.hasher.waiting <- struct{}{}
	}
	return func() {
		for range cap(s.hasher.waiting) {
			<-s.hasher.waiting
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
