package review

import (
	"mooring/audit"
	"mooring/credential"
)

// ChangedSince lists what of a linked account is different from what an earlier
// review decided on.
func (s *Reviews) ChangedSince(p Past, now credential.Credential) []audit.Change {
	return s.changedSince(p.Item, Standing{Item: p.Item, Now: &now, AccountNow: p.Snapshot.Account, At: s.now()})
}
