package account_test

import (
	"reflect"
	"strings"
	"testing"

	"mooring/account"
	"mooring/audit"
)

// said spells the changes that an entry tells, one to a line.
func said(e audit.Entry) []string {
	var lines []string
	for _, c := range e.Changes {
		lines = append(lines, c.Field+": "+c.Before+" → "+c.After)
	}
	return lines
}

func tells(t testing.TB, e audit.Entry, action audit.Action, want ...string) {
	t.Helper()
	if got := said(e); e.Action != action || !reflect.DeepEqual(got, want) {
		t.Errorf("%s tells\n%s\nwant %s with\n%s", e.Action, strings.Join(got, "\n"), action, strings.Join(want, "\n"))
	}
}

// tells expects what the latest entry about an account says of values.
func (c club) tells(accountID string, action audit.Action, want ...string) {
	c.t.Helper()
	tells(c.t, c.entries(accountID)[0], action, want...)
}

func (h house) tells(action audit.Action, want ...string) {
	h.t.Helper()
	tells(h.t, h.log()[0], action, want...)
}

func TestAnEntryTellsWhatAPersonChangedOfThemselves(t *testing.T) {
	h := inhabited(t)
	token := h.signIn("ada", home)
	form := account.ProfileForm{Name: "Ada Lovelace", TimeZone: "Europe/London", Theme: "dark"}
	h.ok(h.ChangeProfile(t.Context(), h.caller(token), form, h.actor()))
	h.tells(audit.ChangeProfile, "Name: ada → Ada Lovelace", "Time zone: UTC → Europe/London", "Theme: system → dark")
	form.TimeZone = ""
	h.ok(h.ChangeProfile(t.Context(), h.caller(token), form, h.actor()))
	h.tells(audit.ChangeProfile, "Time zone: Europe/London → UTC")
	h.ok(h.ChangeProfile(t.Context(), h.caller(token), form, h.actor()))
	h.tells(audit.ChangeProfile)
	h.ok(h.ChangeTheme(t.Context(), h.caller(token), account.Light, h.actor()))
	h.tells(audit.ChangeTheme, "Theme: dark → light")
}

func TestAnEntryTellsWhatChangedOfTheWaysToSignIn(t *testing.T) {
	h := inhabited(t)
	in, err := h.SignIn(t.Context(), email, password, from(home))
	h.ok(err)
	const next = "another correct horse"
	in, err = h.ChangePassword(t.Context(), in.Caller, password, next, from(home))
	h.ok(err)
	h.tells(audit.ChangePassword, "Password: Set → Another one")
	in, codes := h.equip(in, "blue")
	h.tells(audit.AddPasskey, "Passkey:  → blue")
	in, err = h.LinkIdentity(t.Context(), in.Caller, identity("1"), from(home))
	h.ok(err)
	h.tells(audit.LinkIdentity, "Identity:  → harbor: ada@example.com")
	in, err = h.UnlinkIdentity(t.Context(), in.Caller, "https://harbor.example", "1", from(home))
	h.ok(err)
	h.tells(audit.UnlinkIdentity, "Identity: harbor: ada@example.com → ")
	ways, err := h.Ways(t.Context(), in.Caller)
	h.ok(err)
	_, err = h.RemovePasskey(t.Context(), in.Caller, ways.Passkeys[0].ID, from(home))
	h.ok(err)
	h.tells(audit.RemovePasskey, "Passkey: blue → ")
	secrets := []string{password, next}
	for _, code := range codes {
		secrets = append(secrets, code.Reveal())
	}
	h.tellsNone(secrets)
}

// tellsNone expects no entry to hold a secret.
func (h house) tellsNone(secrets []string) {
	h.t.Helper()
	for _, e := range h.log() {
		for _, secret := range secrets {
			if strings.Contains(e.Detail+strings.Join(said(e), "\n"), secret) {
				h.t.Errorf("the entry %s tells a secret", e.Action)
			}
		}
	}
}

func TestAnEntryTellsWhoCame(t *testing.T) {
	h := newHouse(t)
	token, _, err := h.NewSetUpLink(t.Context())
	h.ok(err)
	_, err = h.SetUp(t.Context(), token.Reveal(), account.Newcomer{Email: "bea@example.com", Name: "Bea", Organization: "acme", Password: password}, from(home))
	h.ok(err)
	tells(t, h.entryOf(audit.SetUp), audit.SetUp, "E-mail address:  → bea@example.com", "Name:  → Bea", "Site administrator: No → Yes", "Organization:  → acme as owner")
	_, err = h.Add(t.Context(), account.Newcomer{Email: "cid@example.com", Name: "Cid", Password: password}, false, nil, audit.BySystem())
	h.ok(err)
	h.tells(audit.MakeAccount, "E-mail address:  → cid@example.com", "Name:  → Cid")
	_, err = h.Reset(t.Context(), "cid@example.com", "", audit.BySystem())
	h.ok(err)
	h.tells(audit.ResetPerson, "Ways to sign in: All before → One recovery code")
	h.ok(h.Accounts().DisablePerson(t.Context(), h.personOf("cid@example.com"), audit.Entry{At: morning, Actor: audit.BySystem(), Action: audit.DisablePerson, Result: audit.Done}))
	_, err = h.Reset(t.Context(), "cid@example.com", "yet another correct horse", audit.BySystem())
	h.ok(err)
	h.tells(audit.ResetPerson, "Ways to sign in: All before → One password", "Status: Disabled → Enabled")
	open := h.under(account.Policy{Passwords: true, Registration: true})
	_, err = open.SignInWith(t.Context(), identity("7"), from(home))
	h.ok(err)
	tells(t, h.entryOf(audit.MakeAccount), audit.MakeAccount, "E-mail address:  → ada@example.com", "Name:  → Ada Lovelace", "Identity:  → harbor: ada@example.com")
}

// entryOf gives the latest entry of this kind.
func (h house) entryOf(action audit.Action) audit.Entry {
	h.t.Helper()
	for _, e := range h.log() {
		if e.Action == action {
			return e
		}
	}
	h.t.Fatalf("there is no entry %s", action)
	return audit.Entry{}
}

func (h house) personOf(email string) string {
	h.t.Helper()
	person, _, err := h.Accounts().PasswordOf(h.t.Context(), email)
	h.ok(err)
	return person.ID
}

func TestAnEntryTellsWhatGroupsGaveAndTook(t *testing.T) {
	h := newHouse(t).under(account.Policy{Registration: true, AdminGroup: "admins", OrganizationGroups: []account.GroupRule{
		{Group: "crew", Organization: "acme", Role: account.Member}, {Group: "captains", Organization: "acme", Role: account.Owner}}})
	h.add("bob", "hash")
	acme := account.Account{ID: "account-acme", Name: "acme", Kind: account.Organization, CreatedAt: morning}
	h.ok(h.Accounts().AddOrganization(t.Context(), acme, "person-bob", audit.Entry{At: morning, Actor: audit.BySystem(), Action: audit.MakeAccount, Result: audit.Done}))
	h.ok(h.Accounts().MakeAdministrator(t.Context(), "person-bob", audit.Entry{At: morning, Actor: audit.BySystem(), Action: audit.MakeAdministrator, Result: audit.Done}))
	for _, step := range []struct {
		groups []string
		want   []string
	}{
		{[]string{"admins", "crew"}, []string{"Site administrator: No → Yes", "Role in acme:  → member"}},
		{[]string{"captains"}, []string{"Site administrator: Yes → No", "Role in acme: member → owner"}},
		{[]string{}, []string{"Role in acme: owner → "}},
	} {
		id := identity("7")
		id.Groups = step.groups
		_, err := h.SignInWith(t.Context(), id, from(home))
		h.ok(err)
		tells(t, h.entryOf(audit.FollowGroups), audit.FollowGroups, step.want...)
	}
}

func TestAnEntryTellsWhatChangedOfAnOrganization(t *testing.T) {
	c := newClub(t)
	made, err := c.Create(t.Context(), c.caller("ada"), account.OrganizationForm{Name: "shipyard", Description: "Where ships are built"}, by("ada"))
	c.ok(err)
	c.tells(made.ID, audit.MakeAccount, "Name:  → shipyard", "Description:  → Where ships are built", "Second step:  → Not required")
	owner := c.caller("ada")
	owner.Passkeys = 1
	changed, err := c.Change(t.Context(), owner, account.Membership{Account: made, Role: account.Owner},
		account.OrganizationForm{Name: "dockyard", Description: "Where ships are mended", RequireSecondStep: true}, by("ada"))
	c.ok(err)
	c.tells(made.ID, audit.ChangeAccount, "Name: shipyard → dockyard", "Description: Where ships are built → Where ships are mended", "Second step: Not required → Required")
	c.ok(c.Delete(t.Context(), account.Membership{Account: changed, Role: account.Owner}, "dockyard", by("ada")))
	c.tells(made.ID, audit.DeleteAccount, "Name: dockyard → ", "Description: Where ships are mended → ", "Second step: Required → ")
}

func TestAnEntryTellsWhichRoleSomebodyHad(t *testing.T) {
	const acme = "account-acme"
	c := newClub(t)
	invitation, _ := c.invite(account.Member, "bob@example.com")
	c.tells(acme, audit.Invite, "E-mail address:  → bob@example.com", "Role:  → member", "Expires:  → 29 November 2026")
	c.ok(c.Revoke(t.Context(), acme, invitation.ID, by("ada")))
	c.tells(acme, audit.RevokeInvitation, "E-mail address: bob@example.com → ", "Role: member → ")
	_, token := c.invite(account.Member, "")
	_, err := c.Accept(t.Context(), c.caller("bob"), token, by("bob"))
	c.ok(err)
	c.tells(acme, audit.JoinAccount, "Role:  → member")
	c.ok(c.ChangeRole(t.Context(), acme, "person-bob", "owner", by("ada")))
	c.tells(acme, audit.ChangeRole, "Role: member → owner")
	c.ok(c.Remove(t.Context(), acme, "person-bob", by("ada")))
	c.tells(acme, audit.RemoveMember, "Role: owner → ")
	c.takeIn("bob", account.Viewer)
	c.ok(c.Leave(t.Context(), c.caller("bob"), c.acme("bob"), by("bob")))
	c.tells(acme, audit.LeaveAccount, "Role: viewer → ")
}

func TestAnEntryTellsWhatAKeyCouldDo(t *testing.T) {
	c := newClub(t)
	key, text := c.makeKey("ada", account.Write)
	c.tells("account-acme", audit.MakeKey, "Name:  → Nightly report", "Scope:  → write", "Expires:  → 22 December 2026")
	c.ok(c.keys.Revoke(t.Context(), c.caller("ada"), c.acme("ada"), key.ID, by("ada")))
	c.tells("account-acme", audit.RevokeKey, "Name: Nightly report → ", "Scope: write → ", "Expires: 22 December 2026 → ")
	for _, e := range c.entries("account-acme") {
		if _, secretPart, err := account.ParseKey(text.Reveal()); err != nil || strings.Contains(e.Detail+strings.Join(said(e), "\n"), secretPart.Reveal()) {
			t.Errorf("the entry %s tells the secret of the key, or the key cannot be read: %v", e.Action, err)
		}
	}
}

func TestAnEntryTellsWhatAnAdministratorChangedOfSomebody(t *testing.T) {
	c := newClub(t)
	ada := c.caller("ada")
	c.ok(c.people.MakeAdministrator(t.Context(), ada, "person-bob", by("ada")))
	c.tells("", audit.MakeAdministrator, "Site administrator: No → Yes")
	c.ok(c.people.TakeAdministrator(t.Context(), ada, "person-bob", by("ada")))
	c.tells("", audit.TakeAdministrator, "Site administrator: Yes → No")
	c.signedIn("bob", "one")
	c.signedIn("bob", "two")
	c.ok(c.people.EndSessions(t.Context(), ada, "person-bob", by("ada")))
	c.tells("", audit.EndPersonSessions, "Sessions: 2 → 0")
	c.ok(c.people.Disable(t.Context(), ada, "person-bob", by("ada")))
	c.tells("", audit.DisablePerson, "Status: Enabled → Disabled")
	c.ok(c.people.Enable(t.Context(), ada, "person-bob", by("ada")))
	c.tells("", audit.EnablePerson, "Status: Disabled → Enabled")
}

// TestWhoComesByAnotherPersonsInvitationLeavesAnEntry is about a refusal that
// no session stands behind.
func TestWhoComesByAnotherPersonsInvitationLeavesAnEntry(t *testing.T) {
	c := newClub(t)
	_, token := c.invite(account.Member, "bob@example.com")
	accounts := account.NewService(account.Config{Store: c.Accounts(), Policy: account.Policy{Passwords: true}, Now: c.clock.Now,
		NewID: func() string { return "new" }, Log: c.logger(), Joined: func() {}})
	_, err := accounts.Join(t.Context(), token, account.Newcomer{Email: "mallory@example.com", Name: "Mallory", Password: password}, from(elsewhere))
	c.want(err, account.ErrInvitationForAnother)
	if got := c.entries("")[0]; got.Action != audit.JoinAccount || got.Result != audit.Refused || got.Actor.Address != elsewhere {
		t.Errorf("the latest entry is %+v", got)
	}
}
