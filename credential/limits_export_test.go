package credential

import "time"

// MostAccounts is how many accounts the limit of checks keeps in mind.
const MostAccounts = mostAccounts

// CheckLimit is what counts requested checks.
type CheckLimit struct{ *checkLimit }

// NewCheckLimit makes one.
func NewCheckLimit(most int) CheckLimit { return CheckLimit{newCheckLimit(most)} }

// Take counts a request.
func (l CheckLimit) Take(accountID string, now time.Time) error { return l.take(accountID, now) }

// Accounts is how many accounts it has in mind.
func (l CheckLimit) Accounts() int { return len(l.requested) }
