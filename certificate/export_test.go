package certificate

import (
	"crypto/rsa"
	"time"
)

// Issue is issue, for the tests of what a certificate says.
func Issue(id, accountID string, key *rsa.PrivateKey, now time.Time) (Certificate, error) {
	return issue(id, accountID, key, now, Life)
}
