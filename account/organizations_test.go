package account_test

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"mooring/account"
	"mooring/audit"
	"mooring/fault"
)

func TestAnOrganizationIsMadeWithItsMakerAsOwner(t *testing.T) {
	c := newClub(t)
	made, err := c.Create(t.Context(), c.caller("bob"), account.OrganizationForm{Name: " Harbour-2 ", Description: " Ships\tand  piers "}, by("bob"))
	c.ok(err)
	expected := account.Account{ID: "id-1", Name: "harbour-2", Kind: account.Organization, CreatedAt: morning, Description: "Ships and piers"}
	if made != expected {
		t.Errorf("made %+v", made)
	}
	if m, ok := c.membership("bob", "harbour-2"); !ok || m.Account != expected || m.Role != account.Owner || m.ByGroup {
		t.Errorf("bob's membership is %+v", m)
	}
	if c.joined.Load() != 1 {
		t.Error("nobody makes its certificate ahead")
	}
	c.latest(made.ID, audit.MakeAccount, "harbour-2")
}

func TestWrongAndTakenNamesOfOrganizationsAreRefused(t *testing.T) {
	c := newClub(t)
	before, caller := c.count(`SELECT count(*) FROM audit`), c.caller("ada")
	for _, name := range []string{"", "a", "a b", "-ab", "ab-", "a--b", "a_b", "ümlaut", strings.Repeat("a", 40), "a/b", "a.b", "a\x00b"} {
		_, err := c.Create(t.Context(), caller, account.OrganizationForm{Name: name, Description: strings.Repeat("ä", 201)}, by("ada"))
		c.at(err, "name", "description")
		_, err = c.Change(t.Context(), caller, c.acme("ada"), account.OrganizationForm{Name: name}, by("ada"))
		c.at(err, "name")
	}
	for _, name := range []string{"evil", "EVIL", "bob"} { // an organization, in other case, and a personal account
		_, err := c.Create(t.Context(), caller, account.OrganizationForm{Name: name}, by("ada"))
		c.want(err, account.ErrNameTaken)
		c.at(err, "name")
		_, err = c.Change(t.Context(), caller, c.acme("ada"), account.OrganizationForm{Name: name}, by("ada"))
		c.want(err, account.ErrNameTaken)
		c.at(err, "name")
	}
	if c.count(`SELECT count(*) FROM accounts`) != 5 || c.count(`SELECT count(*) FROM audit`) != before || c.joined.Load() != 0 {
		t.Error("something was stored")
	}
	longest := account.OrganizationForm{Name: strings.Repeat("a", 39), Description: strings.Repeat("ä", 200)}
	_, err := c.Create(t.Context(), caller, longest, by("ada"))
	c.ok(err)
}

func TestAnOrganizationIsRenamedAndDescribed(t *testing.T) {
	c := newClub(t)
	caller := c.caller("ada")
	change := func(f account.OrganizationForm) account.Account {
		t.Helper()
		m, _ := c.membership("ada", "acme")
		if m.Account.ID == "" {
			m, _ = c.membership("ada", "pier")
		}
		changed, err := c.Change(t.Context(), caller, m, f, by("ada"))
		c.ok(err)
		stored, err := c.Accounts().Organization(t.Context(), "account-acme")
		c.ok(err)
		if stored != changed || changed.Name != f.Name || changed.Description != f.Description || changed.RequireSecondStep != f.RequireSecondStep {
			t.Errorf("changed to %+v, stored %+v, want %+v", changed, stored, f)
		}
		return changed
	}
	change(account.OrganizationForm{Name: "pier"})
	c.latest("account-acme", audit.ChangeAccount, "renamed from acme to pier")
	change(account.OrganizationForm{Name: "pier", Description: "Where we moor"})
	c.latest("account-acme", audit.ChangeAccount, "described")
	caller.Passkeys = 1
	change(account.OrganizationForm{Name: "acme", RequireSecondStep: true})
	c.latest("account-acme", audit.ChangeAccount, "renamed from pier to acme, described, second step required")
	before := len(c.entries("account-acme"))
	change(account.OrganizationForm{Name: "acme", RequireSecondStep: true})
	if len(c.entries("account-acme")) != before {
		t.Error("what changes nothing is in the audit log")
	}
	change(account.OrganizationForm{Name: "acme"})
	c.latest("account-acme", audit.ChangeAccount, "second step no longer required")
	if evil, _ := c.membership("eve", "evil"); evil.Account.Name != "evil" || evil.Account.Description != "" {
		t.Errorf("another organization became %+v", evil.Account)
	}
	// The name that is free again can be taken.
	change(account.OrganizationForm{Name: "pier"})
	_, err := c.Create(t.Context(), caller, account.OrganizationForm{Name: "acme"}, by("ada"))
	c.ok(err)
}

func TestASecondStepIsRequiredByThoseOnlyWhoHaveOne(t *testing.T) {
	c := newClub(t)
	caller, form := c.caller("ada"), account.OrganizationForm{Name: "acme", RequireSecondStep: true}
	_, err := c.Change(t.Context(), caller, c.acme("ada"), form, by("ada"))
	c.want(err, account.ErrNeedsPasskey)
	c.at(err, "require_second_step")
	if c.acme("ada").Account.RequireSecondStep {
		t.Error("it is required all the same")
	}
	caller.Passkeys = 1
	_, err = c.Change(t.Context(), caller, c.acme("ada"), form, by("ada"))
	c.ok(err)
	caller.Passkeys = 0 // somebody who came in before; keeping it is no decision
	form.Description = "Ships"
	_, err = c.Change(t.Context(), caller, c.acme("ada"), form, by("ada"))
	c.ok(err)
}

// Every way in which the last owner could go.
func TestTheLastOwnerStays(t *testing.T) {
	ways := map[string]func(c club, name string) error{
		"demoted to member": func(c club, name string) error {
			return c.ChangeRole(c.t.Context(), "account-acme", "person-"+name, "member", by(name))
		},
		"demoted to viewer": func(c club, name string) error {
			return c.ChangeRole(c.t.Context(), "account-acme", "person-"+name, "viewer", by(name))
		},
		"removed": func(c club, name string) error {
			return c.Remove(c.t.Context(), "account-acme", "person-"+name, audit.BySystem())
		},
		"left": func(c club, name string) error {
			return c.Leave(c.t.Context(), c.caller(name), c.acme(name), by(name))
		},
	}
	for name, goes := range ways {
		t.Run(name, func(t *testing.T) {
			c := newClub(t)
			c.takeIn("bob", account.Member)
			c.want(goes(c, "ada"), account.ErrLastOwner)
			c.exec(`UPDATE memberships SET role = 'owner' WHERE person_id = 'person-bob' AND account_id = 'account-acme'`)
			c.exec(`UPDATE people SET disabled_at = 1 WHERE id = 'person-bob'`)
			c.want(goes(c, "ada"), account.ErrLastOwner) // who cannot sign in is not enough
			if c.role("ada") != account.Owner || len(c.entries("account-acme")) != 0 {
				t.Error("something happened all the same")
			}
			c.exec(`UPDATE people SET disabled_at = 0 WHERE id = 'person-bob'`)
			c.ok(goes(c, "ada"))
			c.want(goes(c, "bob"), account.ErrLastOwner)
		})
	}
}

// The two come through two openings of one file, as from two processes.
func TestOfTwoOwnersWhoGoAtOnceOneStays(t *testing.T) {
	refusals := []error{account.ErrLastOwner, account.ErrNoSuchAccount} // no other is left, or they are gone themselves
	for name, goes := range map[string]func(c club, name string) error{
		"leaving": func(c club, name string) error {
			return c.Leave(c.t.Context(), account.Caller{Person: account.Person{ID: "person-" + name}},
				account.Membership{Account: account.Account{ID: "account-acme"}}, by(name))
		},
		"demoting themselves": func(c club, name string) error {
			return c.ChangeRole(c.t.Context(), "account-acme", "person-"+name, "viewer", by(name))
		},
		"removing each other": func(c club, name string) error {
			other := map[string]string{"ada": "bob", "bob": "ada"}[name]
			return c.Remove(c.t.Context(), "account-acme", "person-"+other, by(name))
		},
	} {
		t.Run(name, func(t *testing.T) {
			c := newClub(t)
			c.takeIn("bob", account.Owner)
			second := clubOn(t, c.path, c.clock)
			for round := range 20 {
				results := make(chan error, 2)
				var group sync.WaitGroup
				start := make(chan struct{})
				for who, from := range map[string]club{"ada": c, "bob": second} {
					group.Go(func() {
						<-start
						results <- goes(from, who)
					})
				}
				close(start)
				group.Wait()
				one, other := <-results, <-results
				refused := func(by error) bool { return errors.Is(errors.Join(one, other), by) }
				if (one == nil) == (other == nil) || !slices.ContainsFunc(refusals, refused) {
					t.Fatalf("round %d: %v and %v, want one of them refused", round, one, other)
				}
				if n := c.count(`SELECT count(*) FROM memberships WHERE account_id = 'account-acme' AND role = 'owner'`); n != 1 {
					t.Fatalf("round %d: %d owners are left", round, n)
				}
				c.exec(`DELETE FROM memberships WHERE account_id = 'account-acme'`)
				c.takeIn("ada", account.Owner)
				c.takeIn("bob", account.Owner)
			}
		})
	}
}

func TestRolesChange(t *testing.T) {
	c := newClub(t)
	c.takeIn("bob", account.Viewer)
	for _, role := range []account.Role{account.Member, account.Owner, account.Viewer} {
		was := c.role("bob")
		c.ok(c.ChangeRole(t.Context(), "account-acme", "person-bob", string(role), by("ada")))
		if c.role("bob") != role {
			t.Errorf("bob is %s, want %s", c.role("bob"), role)
		}
		c.latest("account-acme", audit.ChangeRole, fmt.Sprintf("bob@example.com: %s, was %s", role, was))
	}
	before := len(c.entries("account-acme"))
	c.ok(c.ChangeRole(t.Context(), "account-acme", "person-bob", "viewer", by("ada")))
	c.ok(c.ChangeRole(t.Context(), "account-acme", "person-ada", "owner", by("ada"))) // the last owner stays one
	if len(c.entries("account-acme")) != before {
		t.Error("what changes nothing is in the audit log")
	}
	err := c.ChangeRole(t.Context(), "account-acme", "person-bob", "king", by("ada"))
	c.want(err, account.ErrNoSuchRole)
	c.at(err, "role")
	c.want(c.ChangeRole(t.Context(), "account-acme", "person-eve", "viewer", by("ada")), account.ErrNoSuchColleague)
	c.want(c.Remove(t.Context(), "account-acme", "person-eve", by("ada")), account.ErrNoSuchColleague)
	c.want(c.ChangeRole(t.Context(), "account-evil", "person-bob", "viewer", by("eve")), account.ErrNoSuchColleague)
}

func TestWhatAGroupGaveOnlyTheGroupChanges(t *testing.T) {
	c := newClub(t)
	c.takeIn("bob", account.Owner)
	c.exec(`UPDATE memberships SET by_group = 1 WHERE person_id = 'person-bob' AND account_id = 'account-acme'`)
	c.want(c.ChangeRole(t.Context(), "account-acme", "person-bob", "member", by("ada")), account.ErrByGroup)
	c.want(c.Remove(t.Context(), "account-acme", "person-bob", by("ada")), account.ErrByGroup)
	c.want(c.Leave(t.Context(), c.caller("bob"), c.acme("bob"), by("bob")), account.ErrByGroup)
	c.ok(c.Leave(t.Context(), c.caller("ada"), c.acme("ada"), by("ada"))) // bob is an owner like any other
}

// Callers are kept in memory as long as the store's version stays, so that
// whatever ends a membership has to move it.
func TestWhoIsRemovedIsOutWithTheNextRequest(t *testing.T) {
	for name, ends := range map[string]func(c club) error{
		"removed": func(c club) error { return c.Remove(c.t.Context(), "account-acme", "person-bob", by("ada")) },
		"left":    func(c club) error { return c.Leave(c.t.Context(), c.caller("bob"), c.acme("bob"), by("bob")) },
		"deleted": func(c club) error { return c.Delete(c.t.Context(), c.acme("ada"), "acme", by("ada")) },
	} {
		t.Run(name, func(t *testing.T) {
			c := newClub(t)
			c.takeIn("bob", account.Member)
			_, key := c.makeKey("bob", account.Read)
			_, err := c.call(key)
			c.ok(err)
			c.signedIn("bob", fmt.Sprintf("%x", sha256.Sum256([]byte("token"))))
			service := account.NewService(account.Config{Store: c.Accounts(), Now: c.clock.Now, Log: c.logger()})
			belongs := func() bool {
				caller, err := service.Authenticate(t.Context(), "token")
				c.ok(err)
				_, ok := caller.In("acme")
				return ok
			}
			if !belongs() {
				t.Fatal("bob does not belong to it")
			}
			version := c.Version()
			c.ok(ends(c))
			if c.Version() == version || belongs() {
				t.Error("nobody notices")
			}
			if c.role("bob") != "" {
				t.Error("bob still belongs to it")
			}
			_, err = c.call(key)
			c.want(err, account.ErrKey)
			if _, err := c.Accounts().Organization(t.Context(), "account-acme"); err == nil {
				c.takeIn("bob", account.Member) // coming back brings no old key back
				_, err = c.call(key)
				c.want(err, account.ErrKey)
			}
		})
	}
}

func TestWhoGoesLeavesNoWayBack(t *testing.T) {
	for name, goes := range map[string]func(c club) error{
		"removed": func(c club) error { return c.Remove(c.t.Context(), "account-acme", "person-bob", by("ada")) },
		"demoted": func(c club) error {
			return c.ChangeRole(c.t.Context(), "account-acme", "person-bob", "member", by("ada"))
		},
		"disabled": func(c club) error { return c.people.Disable(c.t.Context(), c.caller("ada"), "person-bob", by("ada")) },
	} {
		t.Run(name, func(t *testing.T) {
			c := newClub(t)
			c.takeIn("bob", account.Owner)
			_, back, err := c.Invite(t.Context(), c.acme("bob"), account.InviteForm{Role: "owner"}, by("bob"))
			c.ok(err)
			_, another, err := c.Invite(t.Context(), c.acme("ada"), account.InviteForm{Role: "member"}, by("ada"))
			c.ok(err)
			c.ok(goes(c))
			_, err = c.Invited(t.Context(), back.Reveal())
			c.want(err, account.ErrInvitation)
			_, err = c.Invited(t.Context(), another.Reveal())
			c.ok(err)
		})
	}
}

func TestPersonalAccountsAreNoOrganizations(t *testing.T) {
	c := newClub(t)
	own := account.Membership{Role: account.Owner, Account: account.Account{ID: "account-ada", Name: "ada", Kind: account.Personal, CreatedAt: morning}}
	lie := own
	lie.Account.Kind = account.Organization // the store looks for itself
	ctx, ada := t.Context(), c.caller("ada")
	for name, call := range map[string]func(m account.Membership) error{
		"Change": func(m account.Membership) error {
			_, err := c.Change(ctx, ada, m, account.OrganizationForm{Name: "other"}, by("ada"))
			return err
		},
		"Change nothing": func(m account.Membership) error {
			if m.Account.Kind == account.Organization {
				return account.ErrNoSuchAccount // cannot be told without a query, and changes nothing
			}
			_, err := c.Change(ctx, ada, m, account.OrganizationForm{Name: "ada"}, by("ada"))
			return err
		},
		"Deletion":    func(m account.Membership) error { _, err := c.Deletion(ctx, m.Account.ID); return err },
		"Delete":      func(m account.Membership) error { return c.Delete(ctx, m, "ada", by("ada")) },
		"People":      func(m account.Membership) error { _, err := c.People(ctx, m.Account.ID); return err },
		"Invitations": func(m account.Membership) error { _, err := c.Invitations(ctx, m.Account.ID); return err },
		"ChangeRole": func(m account.Membership) error {
			return c.ChangeRole(ctx, m.Account.ID, "person-ada", "viewer", by("ada"))
		},
		"Remove": func(m account.Membership) error { return c.Remove(ctx, m.Account.ID, "person-ada", by("ada")) },
		"Leave":  func(m account.Membership) error { return c.Leave(ctx, ada, m, by("ada")) },
		"Invite": func(m account.Membership) error {
			_, _, err := c.Invite(ctx, m, account.InviteForm{Role: "owner"}, by("ada"))
			return err
		},
	} {
		for _, m := range []account.Membership{own, lie} {
			if err := call(m); !errors.Is(err, account.ErrNoSuchAccount) {
				t.Errorf("%s: got %v", name, err)
			}
		}
	}
	if c.count(`SELECT count(*) FROM memberships WHERE account_id = 'account-ada' AND role = 'owner'`) != 1 || len(c.entries("account-ada")) != 0 {
		t.Error("something happened")
	}
}

func TestDeletingAsksForTheName(t *testing.T) {
	c := newClub(t)
	for _, typed := range []string{"", "Acme", "acm", "acme2", "evil", "account-acme"} {
		err := c.Delete(t.Context(), c.acme("ada"), typed, by("ada"))
		c.want(err, account.ErrOtherName)
		c.at(err, "confirm")
	}
	stale := c.acme("ada")
	_, err := c.Change(t.Context(), c.caller("ada"), stale, account.OrganizationForm{Name: "pier"}, by("ada"))
	c.ok(err)
	c.want(c.Delete(t.Context(), stale, "acme", by("ada")), account.ErrNoSuchAccount) // renamed meanwhile
	m, _ := c.membership("ada", "pier")
	c.ok(c.Delete(t.Context(), m, " pier ", by("ada")))
	c.latest("account-acme", audit.DeleteAccount, "pier")
	c.want(c.Delete(t.Context(), m, "pier", by("ada")), account.ErrNoSuchAccount)
	if _, ok := c.membership("eve", "evil"); !ok {
		t.Error("another organization is gone, too")
	}
}

func TestPeopleOfAnOrganization(t *testing.T) {
	c := newClub(t)
	c.takeIn("bob", account.Viewer)
	c.exec(`UPDATE people SET last_sign_in_at = ?, disabled_at = 5 WHERE id = 'person-bob'`, morning.UnixMilli())
	c.exec(`UPDATE memberships SET by_group = 1 WHERE person_id = 'person-bob' AND account_id = 'account-acme'`)
	c.exec(`INSERT INTO passkeys VALUES ('k1', 'person-bob', x'01', 'Laptop', '{}', 1, 0), ('k2', 'person-bob', x'02', 'Phone', '{}', 1, 0)`)
	got, err := c.People(t.Context(), "account-acme")
	c.ok(err)
	want := []account.Colleague{
		{PersonID: "person-ada", Name: "Ada", Email: "ada@example.com", Role: account.Owner, Since: morning},
		{PersonID: "person-bob", Name: "Bob", Email: "bob@example.com", Role: account.Viewer, ByGroup: true,
			Since: time.UnixMilli(7).UTC(), LastSignIn: morning, SecondStep: true, Disabled: true},
	}
	if !slices.Equal(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
	_, err = c.People(t.Context(), "account-nowhere")
	c.want(err, account.ErrNoSuchAccount)
}

func TestAnInvitationByLink(t *testing.T) {
	c := newClub(t)
	invitation, token, err := c.Invite(t.Context(), c.acme("ada"), account.InviteForm{Role: "member"}, by("ada"))
	c.ok(err)
	want := account.Invitation{ID: "id-1", Account: c.acme("ada").Account, Role: account.Member, CreatedByName: "Ada",
		CreatedAt: morning, ExpiresAt: morning.Add(account.InvitationLife)}
	if invitation != want {
		t.Errorf("got  %+v\nwant %+v", invitation, want)
	}
	if len(token.Reveal()) != 43 || len(c.postbox.letters) != 0 {
		t.Errorf("the token has %d characters, and %d letters were sent", len(token.Reveal()), len(c.postbox.letters))
	}
	c.latest("account-acme", audit.Invite, "by link as member")
	listed, err := c.Invitations(t.Context(), "account-acme")
	c.ok(err)
	if !slices.Equal(listed, []account.Invitation{want}) {
		t.Errorf("the list has %+v", listed)
	}
	shown, err := c.Invited(t.Context(), token.Reveal())
	c.ok(err)
	if shown != want {
		t.Errorf("the invited sees %+v", shown)
	}

	joined, err := c.Accept(t.Context(), c.caller("bob"), token.Reveal(), by("bob"))
	c.ok(err)
	if joined != want.Account || c.role("bob") != account.Member {
		t.Errorf("bob joined %+v as %q", joined, c.role("bob"))
	}
	c.latest("account-acme", audit.JoinAccount, "by an invitation: by link as member")
	_, err = c.Accept(t.Context(), c.caller("eve"), token.Reveal(), by("eve"))
	c.want(err, account.ErrInvitation)
	_, err = c.Invited(t.Context(), token.Reveal())
	c.want(err, account.ErrInvitation)
	if listed, err = c.Invitations(t.Context(), "account-acme"); err != nil || len(listed) != 0 {
		t.Errorf("the list still has %+v, %v", listed, err)
	}
}

func TestAnInvitationOfNobodyIsForNobody(t *testing.T) {
	c := newClub(t)
	for _, token := range []string{"", "made up", strings.Repeat("A", 43)} {
		_, err := c.Invited(t.Context(), token)
		c.want(err, account.ErrInvitation)
		_, err = c.Accept(t.Context(), c.caller("bob"), token, by("bob"))
		c.want(err, account.ErrInvitation)
	}
}

func TestWrongInvitationsAreRefusedAtTheirFields(t *testing.T) {
	c := newClub(t)
	for _, f := range []account.InviteForm{{Email: "bob", Role: "king"}, {Email: "bob@a@b", Role: ""}, {Email: "b ob@example.com", Role: "Owner"},
		{Email: strings.Repeat("b", 250) + "@example.com", Role: "x"}, {Email: "bob@example.com\r\nBcc: all@example.com", Role: "x"},
		{Email: "\u202ebob@example.com", Role: "x"}, {Email: "foo<bob@example.com>", Role: "x"}, {Email: "evil.example/x@example.com", Role: "x"}} {
		_, _, err := c.Invite(t.Context(), c.acme("ada"), f, by("ada"))
		c.at(err, "email", "role")
	}
	c.takeIn("bob", account.Viewer)
	_, _, err := c.Invite(t.Context(), c.acme("ada"), account.InviteForm{Email: " BOB@example.com", Role: "member"}, by("ada"))
	c.want(err, account.ErrAlreadyMember)
	c.at(err, "email")
	if c.count(`SELECT count(*) FROM invitations`) != 0 || len(c.postbox.letters) != 0 || len(c.entries("account-acme")) != 0 {
		t.Error("something was stored or sent")
	}
}

func TestAnInvitationExpiresToTheSecond(t *testing.T) {
	c := newClub(t)
	_, token := c.invite(account.Member, "")
	c.clock.pass(account.InvitationLife - time.Millisecond)
	_, err := c.Invited(t.Context(), token)
	c.ok(err)
	listed, err := c.Invitations(t.Context(), "account-acme")
	c.ok(err)
	deletion, err := c.Deletion(t.Context(), "account-acme")
	c.ok(err)
	if len(listed) != 1 || deletion.Invitations != 1 {
		t.Error("it is not listed to its end")
	}
	c.clock.pass(time.Millisecond)
	_, err = c.Invited(t.Context(), token)
	c.want(err, account.ErrInvitation)
	_, err = c.Accept(t.Context(), c.caller("bob"), token, by("bob"))
	c.want(err, account.ErrInvitation)
	if listed, err = c.Invitations(t.Context(), "account-acme"); err != nil || len(listed) != 0 {
		t.Errorf("the list has %+v, %v", listed, err)
	}
	if deletion, err = c.Deletion(t.Context(), "account-acme"); err != nil || deletion.Invitations != 0 {
		t.Errorf("deleting would take %+v, %v", deletion, err)
	}
}

func TestARevokedInvitationIsOver(t *testing.T) {
	c := newClub(t)
	invitation, token := c.invite(account.Member, "bob@example.com")
	c.want(c.Revoke(t.Context(), "account-evil", invitation.ID, by("eve")), account.ErrNoSuchInvitation) // another's
	_, err := c.Invited(t.Context(), token)
	c.ok(err)
	c.ok(c.Revoke(t.Context(), "account-acme", invitation.ID, by("ada")))
	c.latest("account-acme", audit.RevokeInvitation, "bob@example.com as member")
	_, err = c.Accept(t.Context(), c.caller("bob"), token, by("bob"))
	c.want(err, account.ErrInvitation)
	c.want(c.Revoke(t.Context(), "account-acme", invitation.ID, by("ada")), account.ErrNoSuchInvitation)
	if c.role("bob") != "" {
		t.Error("bob is in")
	}
}

func TestAnInvitationForSomebodyIsForNobodyElse(t *testing.T) {
	c := newClub(t)
	_, token := c.invite(account.Owner, " Bob@Example.com ")
	_, err := c.Accept(t.Context(), c.caller("eve"), token, by("eve"))
	c.want(err, account.ErrInvitationForAnother)
	lie := c.caller("eve")
	lie.Person.Email = "bob@example.com" // what is stored counts
	_, err = c.Accept(t.Context(), lie, token, by("eve"))
	c.want(err, account.ErrInvitationForAnother)
	if c.role("eve") != "" {
		t.Error("eve is in")
	}
	_, err = c.Accept(t.Context(), c.caller("bob"), token, by("bob")) // trying has not used it up
	c.ok(err)
	if c.role("bob") != account.Owner {
		t.Errorf("bob is %q", c.role("bob"))
	}
}

func TestWhoBelongsAlreadyDoesNotUseUpAnInvitation(t *testing.T) {
	c := newClub(t)
	c.takeIn("bob", account.Viewer)
	_, token := c.invite(account.Owner, "")
	_, err := c.Accept(t.Context(), c.caller("bob"), token, by("bob"))
	c.want(err, account.ErrAlreadyMember)
	if c.role("bob") != account.Viewer {
		t.Errorf("bob became %s", c.role("bob"))
	}
	_, err = c.Accept(t.Context(), c.caller("eve"), token, by("eve"))
	c.ok(err)
}

// The rivals come through two openings of one file, as from two processes.
func TestAnInvitationWorksOnceUnderFiftyAtOnce(t *testing.T) {
	c := newClub(t)
	second := clubOn(t, c.path, c.clock)
	_, token := c.invite(account.Member, "")
	const rivals = 50
	for i := range rivals {
		c.join(fmt.Sprint("rival-", i), "")
	}
	results := make(chan error, rivals)
	var group sync.WaitGroup
	for i := range rivals {
		from := []club{c, second}[i%2]
		name := fmt.Sprint("rival-", i)
		group.Go(func() {
			_, err := from.Accept(t.Context(), account.Caller{Person: account.Person{ID: "person-" + name}}, token, by(name))
			results <- err
		})
	}
	group.Wait()
	close(results)
	won := 0
	for err := range results {
		if err == nil {
			won++
		} else if !errors.Is(err, account.ErrInvitation) {
			t.Error(err)
		}
	}
	members := c.count(`SELECT count(*) FROM memberships WHERE account_id = 'account-acme'`)
	entries := c.count(`SELECT count(*) FROM audit WHERE action = 'account.join'`)
	if won != 1 || members != 2 || entries != 1 {
		t.Errorf("%d won, %d belong to acme, %d audit entries", won, members, entries)
	}
}

func TestAMailedInvitationIsForTheReaderOfTheMail(t *testing.T) {
	c := newClub(t)
	invitation, token, err := c.Invite(t.Context(), c.acme("ada"), account.InviteForm{Email: "Bob@example.com", Role: "viewer"}, by("ada"))
	c.ok(err)
	if token.Reveal() != "" || !invitation.Mailed || invitation.Email != "bob@example.com" {
		t.Errorf("the owner was given %q and %+v", token.Reveal(), invitation)
	}
	c.latest("account-acme", audit.Invite, "bob@example.com as viewer")
	if len(c.postbox.letters) != 1 {
		t.Fatalf("sent %+v", c.postbox.letters)
	}
	sent := c.postbox.letters[0]
	if sent.to != "bob@example.com" || sent.subject != "Join acme on Mooring" {
		t.Errorf("sent to %s about %s", sent.to, sent.subject)
	}
	for _, part := range []string{"ada@example.com has invited you", "organization acme", "role viewer", "29 November 2026, 09:14 UTC", "only for bob@example.com"} {
		if !strings.Contains(sent.text, part) {
			t.Errorf("the letter does not say %q:\n%s", part, sent.text)
		}
	}
	_, mailed, _ := strings.Cut(sent.text, "https://mooring.example.com/join/")
	mailed, _, _ = strings.Cut(mailed, "\n")
	_, err = c.Accept(t.Context(), c.caller("bob"), mailed, by("bob"))
	c.ok(err)
}

func TestWithoutAMailServerTheOwnerCarriesTheLink(t *testing.T) {
	c := newClub(t)
	invitation, token := c.invite(account.Viewer, "bob@example.com")
	if invitation.Mailed || token == "" {
		t.Errorf("the owner was given %q and %+v", token, invitation)
	}
}

func TestAMailThatFailsLeavesNoInvitation(t *testing.T) {
	c := newClub(t)
	cause := errors.New("smtp: 550 no such user at 10.0.0.7")
	c.postbox.broken = cause
	ctx, leave := context.WithCancel(t.Context())
	c.postbox.sending = leave // whoever asked goes away meanwhile
	invitation, token, err := c.Invite(ctx, c.acme("ada"), account.InviteForm{Email: "bob@example.com", Role: "viewer"}, by("ada"))
	c.want(err, account.ErrMailFailed)
	c.want(err, cause)
	if strings.Contains(fault.Of(err).Sentence, "10.0.0.7") {
		t.Error("the cause is told")
	}
	if invitation != (account.Invitation{}) || token.Reveal() != "" || c.count(`SELECT count(*) FROM invitations`) != 0 {
		t.Errorf("something is left: %+v", invitation)
	}
	c.latest("account-acme", audit.RevokeInvitation, "bob@example.com as viewer: the mail could not be sent")
	c.postbox.broken, c.postbox.sending = nil, nil
	_, _, err = c.Invite(t.Context(), c.acme("ada"), account.InviteForm{Email: "bob@example.com", Role: "viewer"}, by("ada"))
	c.ok(err)
}

func TestAnOrganizationInvitesSoManyAtOnceAndNoMore(t *testing.T) {
	c := newClub(t)
	for i := range account.MaxInvitations {
		c.exec(`INSERT INTO invitations VALUES (?, 'account-acme', ?, 'member', '', 0, NULL, 1, ?)`,
			fmt.Sprint("i", i), fmt.Sprint("h", i), morning.Add(time.Hour).UnixMilli())
	}
	_, _, err := c.Invite(t.Context(), c.acme("ada"), account.InviteForm{Role: "member"}, by("ada"))
	c.want(err, account.ErrTooManyInvitations)
	eves, _ := c.membership("eve", "evil")
	_, _, err = c.Invite(t.Context(), eves, account.InviteForm{Role: "member"}, by("eve"))
	c.ok(err)
	c.clock.pass(time.Hour) // they have expired
	_, _, err = c.Invite(t.Context(), c.acme("ada"), account.InviteForm{Role: "member"}, by("ada"))
	c.ok(err)
}

// Only the link has the token: a copy of the database lets nobody join.
func TestTheTokenOfAnInvitationIsNotStored(t *testing.T) {
	c := newClub(t)
	_, token := c.invite(account.Member, "")
	if n := c.count(`SELECT count(*) FROM invitations WHERE instr(id || hash || email || account_id, ?) > 0`, token); n != 0 {
		t.Error("it is there")
	}
	if n := c.count(`SELECT count(*) FROM invitations WHERE length(hash) = 64`); n != 1 {
		t.Error("its hash is not: this test looks in the wrong place")
	}
}
