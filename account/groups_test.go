package account_test

import (
	"testing"

	"mooring/account"
)

// TestWhatNoRuleGivesAnyMoreIsLeftToPeople starts again with fewer rules, and
// with none.
func TestWhatNoRuleGivesAnyMoreIsLeftToPeople(t *testing.T) {
	h := grouped(t)
	c := h.arriveIn("admins", "crew")
	byGroup := func(h house) (administrator bool, organizations []string) {
		t.Helper()
		c, err := h.Accounts().Caller(t.Context(), c.Session.ID, morning)
		h.ok(err)
		for _, m := range c.Memberships {
			if m.ByGroup {
				organizations = append(organizations, m.Account.Name)
			}
		}
		if !c.Person.SiteAdmin || roleIn(c, "harbour") != account.Viewer || roleIn(c, "dock") != account.Member {
			t.Errorf("they lost something: %+v in %+v", c.Person, c.Memberships)
		}
		return c.Person.AdminByGroup, organizations
	}
	for _, test := range []struct {
		policy        account.Policy
		administrator bool
		organizations int
		entries       int // one was written when they arrived
	}{
		{h.Policy(), true, 2, 1},
		{account.Policy{AdminGroup: "admins", OrganizationGroups: []account.GroupRule{{Group: "crew", Organization: "dock", Role: account.Member}}}, true, 1, 2},
		{account.Policy{}, false, 0, 3},
		{account.Policy{}, false, 0, 3},
	} {
		h := h.under(test.policy)
		h.ok(h.SettleGroups(t.Context()))
		administrator, organizations := byGroup(h)
		if _, n := h.followed(); administrator != test.administrator || len(organizations) != test.organizations || n != test.entries {
			t.Errorf("%+v: administrator %v, in %v by a group, %d entries", test.policy, administrator, organizations, n)
		}
	}
}
