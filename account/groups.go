package account

import (
	"context"

	"mooring/audit"
)

// SettleGroups is for the start. What groups gave and no rule of the operator
// gives any more becomes people's to change, since no sign-in would take it.
// Rules about organizations that nobody has made are told to the log: whoever
// makes one of that name would own it.
func (s *Service) SettleGroups(ctx context.Context) error {
	var organizations []string
	for _, rule := range s.policy.OrganizationGroups {
		organizations = append(organizations, rule.Organization)
	}
	entry := audit.Entry{At: s.now(), Actor: audit.BySystem(), Action: audit.FollowGroups, Result: audit.Done}
	missing, err := s.store.ReleaseGroups(ctx, organizations, s.policy.AdminGroup != "", entry)
	for _, name := range missing {
		s.log.Warn("a group rule names an organization that nobody has made", "organization", name)
	}
	return err
}
