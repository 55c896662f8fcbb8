package credential

import (
	"fmt"
	"math"
	"slices"
	"sync"
	"time"

	"mooring/text"
)

// What one account can have and ask for, unless the operator says another number.
const (
	DefaultCredentials = 10_000
	DefaultChecks      = 60 // that people request within a minute
)

const (
	checkWindow  = time.Minute
	mostAccounts = 10_000 // whose requests are counted at once
)

// TooManyCredentials is ErrTooManyCredentials with the limit.
func TooManyCredentials(most int) error {
	return ErrTooManyCredentials.Saying(fmt.Sprintf("This account has reached its limit of %s. Unlink one that you no longer need, "+
		"or ask the operator of this Mooring to raise the limit.", text.Count(most, "credential", "credentials")))
}

// LimitChecks bounds how many checks people can request for one account within
// a minute. It is called before anything else is.
func (s *Service) LimitChecks(most int) { s.checks = newCheckLimit(most) }

// checkLimit counts the checks that people requested for each account. Those of
// a job and those that Mooring plans are not among them: they have bounds of
// their own. It counts each request of the last minute, because a limiter that
// fills up again steadily lets through nearly twice as many within one.
type checkLimit struct {
	most int

	mu        sync.Mutex
	requested map[string][]time.Time // by account, the first one first; none is empty
	swept     time.Time
}

func newCheckLimit(most int) *checkLimit {
	return &checkLimit{most: most, requested: map[string][]time.Time{}}
}

// take counts a request, or answers ErrTooManyChecks.
func (l *checkLimit) take(accountID string, now time.Time) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.sweep(now)
	recent := slices.DeleteFunc(l.requested[accountID], func(at time.Time) bool { return tooOld(at, now) })
	if len(recent) < l.most {
		l.requested[accountID] = append(recent, now)
		return nil
	}
	l.requested[accountID] = recent
	return tooManyChecks(l.most, recent[len(recent)-l.most].Add(checkWindow).Sub(now))
}

// sweep forgets accounts that requested nothing lately. More of them than
// mostAccounts at once have the whole count begin again.
func (l *checkLimit) sweep(now time.Time) {
	if age := now.Sub(l.swept); age < 0 || age >= checkWindow {
		l.swept = now
		for accountID, requested := range l.requested {
			if tooOld(requested[len(requested)-1], now) {
				delete(l.requested, accountID)
			}
		}
	}
	if len(l.requested) >= mostAccounts {
		clear(l.requested)
	}
}

// tooOld is also what a clock has noted that was ahead and has been corrected
// since.
func tooOld(at, now time.Time) bool {
	age := now.Sub(at)
	return age < 0 || age >= checkWindow
}

func tooManyChecks(most int, wait time.Duration) error {
	seconds := max(1, int(math.Ceil(wait.Seconds())))
	return ErrTooManyChecks.After(wait).Saying(fmt.Sprintf("This account has reached its limit of %s a minute. Try again in %s.",
		text.Count(most, "check", "checks"), text.Count(seconds, "second", "seconds")))
}
