package credential

import "time"

// The rules of checking, for the tests that go through all their cases.
var (
	RetryAfter = retryAfter
	Decide     = decide
)

// The times of checking.
const (
	LongestRetry   = longestRetry
	LongestOutage  = longestOutage
	AttemptTimeout = attemptTimeout
	StoreTrouble   = storeTrouble
	AtOnce         = atOnceAccount // the tests have one account
)

// Spread is how long this credential waits instead.
func (c Credential) Spread(wait time.Duration) time.Duration { return c.spread(wait) }
