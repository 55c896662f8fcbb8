package register

import (
	"time"

	"mooring/cloud"
	"mooring/credential"
)

// Row is one linked account as administrators list it. There is nothing secret in it.
type Row struct {
	Number                              int64 // grows in the order of linking
	ID, AccountID, Account              string
	Provider, Label                     string
	CloudAccountName, CloudAccount      string // what the cloud calls what is linked, and its ID
	CloudAccountAlias                   string // another ID of it; mostly empty
	LinkedByID, LinkedBy, LinkedByEmail string // empty when that person is gone
	State                               credential.State
	LastCheckedAt, CouldNotCheckAt      time.Time // zero: never
	ExpiresAt                           time.Time // of the certificate; zero: there is none
	ReviewedAt                          time.Time // zero: never
	ReviewedBy                          string
	Reason                              string // why it is stopped, or waits for approval
	Rights                              []cloud.Right
	Reported                            []cloud.Warning // as in credential.Credential
}

// Word is the status word that people read, as on every other page.
func (r Row) Word(cloudName string, now time.Time) string { return r.credential().Word(cloudName, now) }

// Status is what the status word says, as something to filter by.
func (r Row) Status(now time.Time) credential.Status { return r.credential().Status(now) }

// Warnings are what people should know about a link that works.
func (r Row) Warnings(now time.Time) []cloud.Warning { return r.credential().Warnings(now) }

// ends is ExpiresAt as lists are sorted by it.
func (r Row) ends() time.Time {
	if r.ExpiresAt.IsZero() {
		return credential.Never
	}
	return r.ExpiresAt
}

func (r Row) credential() credential.Credential {
	return credential.Credential{State: r.State, CertificateExpires: r.ExpiresAt, LastCheckedAt: r.LastCheckedAt,
		Rights: r.Rights, Reported: r.Reported}
}
