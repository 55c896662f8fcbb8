package review

import (
	"mooring/audit"
	"mooring/credential"
)

// ChangedSince lists what of a linked account is different from what an earlier
// review decided on.
func (s *Service) ChangedSince(p Past, now credential.Credential) []audit.Change {
	return s.changedSince(p.Item, Standing{Item: p.Item, Now: &now, AccountNow: p.Snapshot.Account, At: s.now()})
}

// LastDecided is the latest decision of a history, the latest first, that stands.
func LastDecided(history []Past) (Past, bool) {
	for _, p := range history {
		if p.Stage == StageDecided {
			return p, true
		}
	}
	return Past{}, false
}

// RightsSinceDecided lists the rights of c, compared with those at the latest decision
// of its history. What no check has found yet is compared with nothing.
func (s *Service) RightsSinceDecided(c credential.Credential, history []Past) []RightSince {
	last, decided := LastDecided(history)
	if !decided || c.LastCheckedAt.IsZero() {
		return s.RightsNow(c)
	}
	return s.RightsSince(c, last.Snapshot)
}
