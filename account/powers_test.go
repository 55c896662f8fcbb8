package account_test

import (
	"context"
	"errors"
	"testing"

	"mooring/account"
	"mooring/audit"
)

// What somebody asked for as an owner comes when they are none any more: the
// membership was read before, as by a request that was slow.
func TestWhoIsNoOwnerAnyMoreChangesNothing(t *testing.T) {
	changes := map[string]func(ctx context.Context, c club, m account.Membership, invitation string, actor audit.Actor) error{
		"Change": func(ctx context.Context, c club, m account.Membership, _ string, actor audit.Actor) error {
			_, err := c.Change(ctx, account.Caller{}, m, account.OrganizationForm{Name: "acme", Description: "Mine"}, actor)
			return err
		},
		"Delete": func(ctx context.Context, c club, m account.Membership, _ string, actor audit.Actor) error {
			return c.Delete(ctx, m, "acme", actor)
		},
		"ChangeRole of themselves": func(ctx context.Context, c club, m account.Membership, _ string, actor audit.Actor) error {
			return c.ChangeRole(ctx, m.Account.ID, "person-bob", "owner", actor)
		},
		"ChangeRole of another": func(ctx context.Context, c club, m account.Membership, _ string, actor audit.Actor) error {
			return c.ChangeRole(ctx, m.Account.ID, "person-eve", "owner", actor)
		},
		"Remove": func(ctx context.Context, c club, m account.Membership, _ string, actor audit.Actor) error {
			return c.Remove(ctx, m.Account.ID, "person-eve", actor)
		},
		"Invite": func(ctx context.Context, c club, m account.Membership, _ string, actor audit.Actor) error {
			_, _, err := c.Invite(ctx, m, account.InviteForm{Role: "owner"}, actor)
			return err
		},
		"Revoke": func(ctx context.Context, c club, m account.Membership, invitation string, actor audit.Actor) error {
			return c.Revoke(ctx, m.Account.ID, invitation, actor)
		},
	}
	for fate, test := range map[string]struct {
		happens func(c club) error
		refusal error
	}{
		"removed": {func(c club) error { return c.Remove(c.t.Context(), "account-acme", "person-bob", by("ada")) }, account.ErrNoSuchAccount},
		"demoted": {func(c club) error {
			return c.ChangeRole(c.t.Context(), "account-acme", "person-bob", "member", by("ada"))
		}, account.ErrNotOwnerAnyMore},
		"disabled": {func(c club) error { return c.people.Disable(c.t.Context(), c.caller("ada"), "person-bob", by("ada")) }, account.ErrSignIn},
	} {
		t.Run(fate, func(t *testing.T) {
			c := newClub(t)
			c.takeIn("bob", account.Owner)
			c.takeIn("eve", account.Viewer)
			invitation, _ := c.invite(account.Viewer, "")
			before := c.acme("bob")
			c.ok(test.happens(c))
			entries := c.count(`SELECT count(*) FROM audit`)
			for name, change := range changes {
				if err := change(t.Context(), c, before, invitation.ID, by("bob")); !errors.Is(err, test.refusal) {
					t.Errorf("%s: got %v, want %v", name, err, test.refusal)
				}
			}
			if c.count(`SELECT count(*) FROM audit`) != entries || c.role("eve") != account.Viewer || c.role("bob") == account.Owner && fate != "disabled" ||
				c.count(`SELECT count(*) FROM invitations`) != 1 || c.acme("ada").Account.Description != "" {
				t.Error("something was changed")
			}
			// What no person asked for is done.
			for _, name := range []string{"Change", "ChangeRole of another", "Remove", "Invite", "Revoke", "Delete"} {
				c.ok(changes[name](t.Context(), c, before, invitation.ID, audit.BySystem()))
			}
		})
	}
}

func TestWhoIsDisabledNeitherMakesNorLeavesAnything(t *testing.T) {
	c := newClub(t)
	c.takeIn("bob", account.Owner)
	caller, before := c.caller("bob"), c.acme("bob")
	c.ok(c.people.Disable(t.Context(), c.caller("ada"), "person-bob", by("ada")))
	_, err := c.Create(t.Context(), caller, account.OrganizationForm{Name: "harbour"}, by("bob"))
	c.want(err, account.ErrSignIn)
	c.want(c.Leave(t.Context(), caller, before, by("bob")), account.ErrSignIn)
	if c.role("bob") != account.Owner || c.count(`SELECT count(*) FROM accounts WHERE name = 'harbour'`) != 0 {
		t.Error("it was done")
	}
}

func TestWhoIsNoAdministratorAnyMoreChangesNobody(t *testing.T) {
	for fate, test := range map[string]struct {
		happens string
		refusal error
	}{
		"taken":    {`UPDATE people SET site_admin = 0 WHERE id = 'person-bob'`, account.ErrNoSuchAccount},
		"disabled": {`UPDATE people SET disabled_at = 1 WHERE id = 'person-bob'`, account.ErrSignIn},
	} {
		t.Run(fate, func(t *testing.T) {
			c := newClub(t)
			c.exec(`UPDATE people SET site_admin = 1 WHERE id = 'person-bob'`)
			c.signedIn("eve", "one")
			caller := c.caller("bob")
			c.exec(test.happens)
			before := len(c.entries(""))
			for name, change := range map[string]func(context.Context, account.Caller, string, audit.Actor) error{
				"Disable": c.people.Disable, "Enable": c.people.Enable, "EndSessions": c.people.EndSessions,
				"MakeAdministrator": c.people.MakeAdministrator, "TakeAdministrator": c.people.TakeAdministrator,
			} {
				for _, whom := range []string{"person-eve", "person-nobody"} { // who exists does not show either
					if err := change(t.Context(), caller, whom, by("bob")); !errors.Is(err, test.refusal) {
						t.Errorf("%s: got %v, want %v", name, err, test.refusal)
					}
				}
			}
			if p := c.caller("eve").Person; p.SiteAdmin || !p.DisabledAt.IsZero() || c.sessions("eve") != 1 || len(c.entries("")) != before {
				t.Errorf("something was changed: %+v", p)
			}
			c.ok(c.people.Disable(t.Context(), caller, "person-eve", audit.BySystem())) // as by a command on the server
		})
	}
}

func TestNobodyDisabledIsMadeAnAdministrator(t *testing.T) {
	c := newClub(t)
	c.ok(c.people.Disable(t.Context(), c.caller("ada"), "person-bob", by("ada")))
	c.want(c.people.MakeAdministrator(t.Context(), c.caller("ada"), "person-bob", by("ada")), account.ErrPersonDisabled)
	c.ok(c.people.Enable(t.Context(), c.caller("ada"), "person-bob", by("ada")))
	if c.caller("bob").Person.SiteAdmin {
		t.Error("bob is one")
	}
	c.ok(c.people.MakeAdministrator(t.Context(), c.caller("ada"), "person-bob", by("ada")))
}

// A stranger who made the organization of a rule would be joined there by whom
// the group brings.
func TestNamesThatGroupsFillAreForSiteAdministrators(t *testing.T) {
	c := newClub(t)
	policy := account.Policy{OrganizationGroups: []account.GroupRule{{Group: "sailors", Organization: "Fleet", Role: account.Member},
		{Group: "makers", Organization: "acme", Role: account.Viewer}}}
	o := account.NewOrganizations(account.OrganizationsConfig{Store: c.Accounts(), Policy: policy, Now: c.clock.Now,
		NewID: func() string { return "account-fleet" }, Log: c.logger(), Joined: func() {}})
	refused := func(err error) {
		t.Helper()
		c.want(err, account.ErrNameForGroups)
		c.at(err, "name")
	}
	_, err := o.Create(t.Context(), c.caller("eve"), account.OrganizationForm{Name: "fleet"}, by("eve"))
	refused(err)
	evil, _ := c.membership("eve", "evil")
	_, err = o.Change(t.Context(), c.caller("eve"), evil, account.OrganizationForm{Name: " FLEET"}, by("eve"))
	refused(err)
	c.takeIn("bob", account.Owner)
	_, err = o.Change(t.Context(), c.caller("bob"), c.acme("bob"), account.OrganizationForm{Name: "pier"}, by("bob"))
	refused(err)
	_, err = o.Change(t.Context(), c.caller("bob"), c.acme("bob"), account.OrganizationForm{Name: "acme", Description: "Ships"}, by("bob"))
	c.ok(err) // what keeps the name is theirs to change
	_, err = o.Change(t.Context(), c.caller("eve"), evil, account.OrganizationForm{Name: "free"}, by("eve"))
	c.ok(err)

	ada := c.caller("ada")
	_, err = o.Create(t.Context(), ada, account.OrganizationForm{Name: "fleet"}, by("ada"))
	c.ok(err)
	_, err = o.Change(t.Context(), ada, c.acme("ada"), account.OrganizationForm{Name: "pier"}, by("ada"))
	c.ok(err)
}

func TestNoPersonalAccountTakesTheNameThatAGroupFills(t *testing.T) {
	h := newHouse(t).under(account.Policy{Passwords: true, OrganizationGroups: []account.GroupRule{{Group: "g", Organization: "fleet", Role: account.Member}}})
	added, err := h.Add(t.Context(), account.Newcomer{Email: "fleet@example.com", Name: "Fleet", Password: password}, false, nil, audit.BySystem())
	h.ok(err)
	if name := added.Joins[0].Account.Name; name != "fleet-2" {
		t.Errorf("their account is called %s", name)
	}
}
