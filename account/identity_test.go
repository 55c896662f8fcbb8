package account_test

import (
	"errors"
	"testing"
	"time"

	"mooring/account"
	"mooring/audit"
)

var open = account.Policy{Passwords: true, Registration: true}

func TestAnIdentityThatNobodyLinkedJoinsOnlyIfTheOperatorAllowsIt(t *testing.T) {
	h := newHouse(t)
	_, err := h.SignInWith(t.Context(), identity("1"), from(home))
	h.want(err, account.ErrUnknownIdentity)
	if e := h.log()[0]; e.Action != audit.SignInFailed || e.Result != audit.Refused || e.Detail != "harbor: not linked" || e.Actor.Name != "unknown" {
		t.Errorf("the audit entry is %+v", e)
	}

	h = h.under(open)
	in, err := h.SignInWith(t.Context(), identity("1"), from(home))
	h.ok(err)
	if p := in.Caller.Person; p.Email != email || p.Name != "Ada Lovelace" || p.SiteAdmin || in.Caller.HasPassword || h.joined.Load() != 1 {
		t.Errorf("the person is %+v", p)
	}
	if own, ok := in.Caller.In("ada"); !ok || own.Role != account.Owner || len(in.Caller.Memberships) != 1 {
		t.Errorf("the accounts are %+v", in.Caller.Memberships)
	}
	again, err := h.SignInWith(t.Context(), identity("1"), from(home))
	h.ok(err)
	if again.Caller.Person.ID != in.Caller.Person.ID || again.Caller.Session.Way != "harbor" || h.joined.Load() != 1 {
		t.Errorf("the second time it is %+v", again.Caller)
	}
	if e := h.log()[0]; e.Action != audit.SignIn || e.Detail != "by harbor" {
		t.Errorf("the audit entry is %+v", e)
	}
}

// Nobody is found by an e-mail address: neither with nor without registration,
// neither by a verified nor by an unverified one.
func TestNoIdentityTakesOverAPersonByTheirAddress(t *testing.T) {
	h := inhabited(t)
	for _, verified := range []bool{true, false} {
		for _, policy := range []account.Policy{{Passwords: true}, open, {Registration: true, Domains: []string{"example.com"}}} {
			evil := identity("evil")
			evil.EmailVerified = verified
			_, err := h.under(policy).SignInWith(t.Context(), evil, from(elsewhere))
			if !errors.Is(err, account.ErrUnknownIdentity) && !errors.Is(err, account.ErrAddressTaken) && !errors.Is(err, account.ErrUnverifiedAddress) {
				t.Errorf("got %v", err)
			}
			if e := h.log()[0]; e.Result != audit.Refused || e.Actor.PersonID != "" {
				t.Errorf("the audit entry is %+v", e)
			}
		}
	}
	_, err := h.under(open).SignInWith(t.Context(), identity("evil"), from(elsewhere))
	h.want(err, account.ErrAddressTaken)
	ways, err := h.Ways(t.Context(), h.enter(home).Caller)
	h.ok(err)
	if len(ways.Identities) != 0 {
		t.Errorf("the identities are %+v", ways.Identities)
	}
}

func TestOneSubjectAtTwoIssuersIsTwoPeople(t *testing.T) {
	h := newHouse(t).under(open)
	first, err := h.SignInWith(t.Context(), identity("1"), from(home))
	h.ok(err)
	other := identity("1")
	other.Issuer, other.Email = "https://other.example", "eve@example.com"
	second, err := h.SignInWith(t.Context(), other, from(home))
	h.ok(err)
	if first.Caller.Person.ID == second.Caller.Person.ID {
		t.Error("they are one")
	}
}

func TestAChangedAddressKeepsThePersonAndTheirAddress(t *testing.T) {
	h := newHouse(t).under(open)
	first, err := h.SignInWith(t.Context(), identity("1"), from(home))
	h.ok(err)
	moved := identity("1")
	moved.Email, moved.EmailVerified = "eve@example.com", false
	again, err := h.SignInWith(t.Context(), moved, from(home))
	h.ok(err)
	if again.Caller.Person.ID != first.Caller.Person.ID || again.Caller.Person.Email != email {
		t.Errorf("the person is %+v", again.Caller.Person)
	}
}

func TestOnlyTheDomainsThatTheOperatorNamedAreLetIn(t *testing.T) {
	for address, refusal := range map[string]error{
		"ada@example.com":              nil,
		"ada@EXAMPLE.com":              nil,
		"ada@example.org":              nil,
		"ada@käse.example":             nil,
		"ada@KÄSE.example":             nil,
		"ada@xn--kse-qla.EXAMPLE":      nil,
		"ada@*.example.com":            account.ErrDomainRefused,
		"ada@kase.example":             account.ErrDomainRefused,
		"ada@sub.example.com":          account.ErrDomainRefused,
		"ada@example.com.evil.example": account.ErrDomainRefused,
		"ada@notexample.com":           account.ErrDomainRefused,
		"ada@example.com@evil.example": account.ErrDomainRefused,
		"example.com":                  account.ErrDomainRefused,
		"":                             account.ErrDomainRefused,
	} {
		h := newHouse(t).under(account.Policy{Registration: true, Domains: []string{"example.org", "example.com", "xn--kse-qla.example"}})
		id := identity("1")
		id.Email = address
		_, err := h.SignInWith(t.Context(), id, from(home))
		if !errors.Is(err, refusal) {
			t.Errorf("%s: got %v, want %v", address, err, refusal)
		}
	}
}

func TestTheDomainIsLookedAtEveryTime(t *testing.T) {
	h := newHouse(t).under(open)
	in, err := h.SignInWith(t.Context(), identity("1"), from(home))
	h.ok(err)
	elsewhere := identity("1")
	elsewhere.Email = "ada@example.org"
	unverified := identity("1")
	unverified.EmailVerified = false
	h = h.under(account.Policy{Passwords: true, Domains: []string{"example.com"}})
	for _, test := range []struct {
		id      account.Identity
		refusal error
	}{{elsewhere, account.ErrDomainRefused}, {unverified, account.ErrUnverifiedAddress}} {
		_, err = h.SignInWith(t.Context(), test.id, from(home))
		h.want(err, test.refusal)
		if e := h.log()[0]; e.Result != audit.Refused || e.Actor.PersonID != in.Caller.Person.ID {
			t.Errorf("the audit entry is %+v", e)
		}
		_, err = h.ProveWith(t.Context(), in.Caller, test.id, from(home))
		h.want(err, test.refusal)
		test.id.Subject = "2"
		_, err = h.LinkIdentity(t.Context(), in.Caller, test.id, from(home))
		h.want(err, test.refusal)
	}
	_, err = h.SignInWith(t.Context(), identity("1"), from(home))
	h.ok(err)
}

func TestWhoRegistersNeedsAVerifiedAddress(t *testing.T) {
	h := newHouse(t).under(open)
	for name, test := range map[string]struct {
		change  func(*account.Identity)
		refusal error
	}{
		"not verified": {func(id *account.Identity) { id.EmailVerified = false }, account.ErrUnverifiedAddress},
		"none":         {func(id *account.Identity) { id.Email, id.EmailVerified = "", false }, account.ErrNoAddress},
		"not answered": {func(id *account.Identity) { id.Email, id.EmailVerified, id.Unread = "", false, true }, account.ErrAddressUnread},
		"of no use":    {func(id *account.Identity) { id.Email = "ada@example.com\nbcc:eve@example.com" }, account.ErrNoAddress},
	} {
		for what, policy := range map[string]account.Policy{"open": open, "some domains": {Passwords: true, Registration: true, Domains: []string{"example.com"}}} {
			id := identity("1")
			test.change(&id)
			_, err := h.under(policy).SignInWith(t.Context(), id, from(home))
			if !errors.Is(err, test.refusal) && (what == "open" || !errors.Is(err, account.ErrDomainRefused)) {
				t.Errorf("%s, %s: got %v", name, what, err)
			}
		}
	}
	nameless := identity("1")
	nameless.Name = " \u202e"
	in, err := h.SignInWith(t.Context(), nameless, from(home))
	h.ok(err)
	if in.Caller.Person.Name != "ada" {
		t.Errorf("who has no name is called %q", in.Caller.Person.Name)
	}
}

func TestLinkingLetsSomebodySignInByAProviderToo(t *testing.T) {
	h := inhabited(t)
	other, in := h.enter(elsewhere), h.enter(home)
	linked, err := h.LinkIdentity(t.Context(), in.Caller, identity("1"), from(home))
	h.ok(err)
	h.gone(in.Token)
	h.gone(other.Token)
	if n := linked.Caller.Notices[0]; n.Kind != account.NoticeIdentityLinked || n.Detail != "harbor" {
		t.Errorf("the notice is %+v", n)
	}
	h.last(audit.LinkIdentity, audit.Done, "harbor")
	by, err := h.SignInWith(t.Context(), identity("1"), from(home))
	h.ok(err)
	if by.Caller.Person.ID != "person-ada" {
		t.Errorf("it is %+v", by.Caller.Person)
	}

	h.add("eve", adasHash())
	eve, err := h.SignIn(t.Context(), "eve@example.com", password, from(elsewhere))
	h.ok(err)
	_, err = h.LinkIdentity(t.Context(), eve.Caller, identity("1"), from(elsewhere))
	h.want(err, account.ErrIdentityTaken)
	_, err = h.ProveWith(t.Context(), eve.Caller, identity("1"), from(elsewhere))
	h.want(err, account.ErrNotYourIdentity)

	unlinked, err := h.UnlinkIdentity(t.Context(), by.Caller, identity("1").Issuer, "1", from(home))
	h.ok(err)
	h.gone(by.Token)
	if n := unlinked.Caller.Notices[0]; n.Kind != account.NoticeIdentityRemoved || n.Detail != "harbor" {
		t.Errorf("the notice is %+v", n)
	}
	_, err = h.SignInWith(t.Context(), identity("1"), from(home))
	h.want(err, account.ErrUnknownIdentity)
}

func TestAProviderIsOneStepForWhoHasAPasskey(t *testing.T) {
	h, in, _ := withPasskey(t)
	_, err := h.LinkIdentity(t.Context(), in.Caller, identity("1"), from(home))
	h.ok(err)
	by, err := h.SignInWith(t.Context(), identity("1"), from(home))
	h.ok(err)
	if !by.Caller.OwesSecondStep() {
		t.Error("the provider is enough")
	}
}

// disable keeps somebody out, as a site administrator does.
func (h house) disable(personID string) {
	h.t.Helper()
	h.ok(h.Accounts().DisablePerson(h.t.Context(), personID, audit.Entry{At: h.clock.Now(), Actor: audit.BySystem(), Action: audit.DisablePerson, Result: audit.Done}))
}

func TestDisabledPeopleAreToldSoOnlyAfterARightProof(t *testing.T) {
	h, in, _ := withPasskey(t)
	in, err := h.LinkIdentity(t.Context(), in.Caller, identity("1"), from(home))
	h.ok(err)
	h.disable("person-ada")
	h.gone(in.Token)

	h.want(h.try(email, "wrong horse battery", home), account.ErrWrongPassword)
	question, err := h.BeginPasskey(t.Context())
	h.ok(err)
	_, err = h.SignInWithPasskey(t.Context(), forged(t, question, "red"), from(home))
	h.want(err, account.ErrPasskeyRefused)

	for name, signIn := range map[string]func() error{
		"password": func() error { return h.try(email, password, home) },
		"passkey": func() error {
			_, err := h.SignInWithPasskey(t.Context(), answerTo(t, question, "red"), from(home))
			return err
		},
		"identity": func() error { _, err := h.SignInWith(t.Context(), identity("1"), from(home)); return err },
	} {
		if err := signIn(); !errors.Is(err, account.ErrDisabled) {
			t.Errorf("by %s: got %v", name, err)
		}
		h.last(audit.SignInFailed, audit.Refused, "disabled")
	}
	_, err = h.ProveWithPassword(t.Context(), in.Caller, password, from(home)) // by somebody who was in a moment ago
	h.want(err, account.ErrSignIn)
}

// harbour makes an organization that bob owns.
func (h house) harbour(name string) account.Account {
	h.t.Helper()
	a := account.Account{ID: "account-" + name, Name: name, Kind: account.Organization, CreatedAt: morning}
	h.ok(h.Accounts().AddOrganization(h.t.Context(), a, "person-bob", audit.Entry{At: morning, Actor: audit.BySystem(), Action: audit.MakeAccount, Result: audit.Done}))
	return a
}

// grouped is a house with bob, an administrator who owns harbour and dock.
func grouped(t *testing.T) house {
	h := newHouse(t).under(account.Policy{
		Passwords: true, Registration: true, AdminGroup: "admins",
		OrganizationGroups: []account.GroupRule{
			{Group: "captains", Organization: "harbour", Role: account.Owner},
			{Group: "crew", Organization: "harbour", Role: account.Viewer},
			{Group: "mates", Organization: "harbour", Role: account.Member},
			{Group: "crew", Organization: "dock", Role: account.Member},
			{Group: "crew", Organization: "unmade", Role: account.Member},
		},
	})
	h.add("bob", adasHash())
	h.ok(h.Accounts().MakeAdministrator(t.Context(), "person-bob", audit.Entry{At: morning, Actor: audit.BySystem(), Action: audit.MakeAdministrator, Result: audit.Done}))
	h.harbour("harbour")
	h.harbour("dock")
	return h
}

func (h house) arriveIn(groups ...string) account.Caller {
	h.t.Helper()
	id := identity("1")
	id.Groups = append([]string{}, groups...)
	in, err := h.SignInWith(h.t.Context(), id, from(home))
	h.ok(err)
	return in.Caller
}

func roleIn(c account.Caller, name string) account.Role {
	m, _ := c.In(name)
	return m.Role
}

// followed gives the detail of the latest audit entry about groups, and how
// many there are.
func (h house) followed() (latest string, n int) {
	for _, e := range h.log() {
		if e.Action == audit.FollowGroups {
			if n == 0 {
				latest = e.Detail
			}
			n++
		}
	}
	return latest, n
}

func TestGroupsGiveAndTake(t *testing.T) {
	h := grouped(t)
	for i, test := range []struct {
		groups        []string
		admin         bool
		harbour, dock account.Role
		detail        string
	}{
		{nil, false, "", "", ""},
		{[]string{"strangers"}, false, "", "", ""},
		{[]string{"crew"}, false, account.Viewer, account.Member, "member of dock, viewer of harbour"},
		{[]string{"crew"}, false, account.Viewer, account.Member, "member of dock, viewer of harbour"},
		{[]string{"crew", "mates"}, false, account.Member, account.Member, "member of harbour, was viewer"},
		{[]string{"mates", "captains", "crew", "admins"}, true, account.Owner, account.Member, "administrator, owner of harbour, was member"},
		{[]string{"mates"}, false, account.Member, "", "no administrator any more, no longer in dock, member of harbour, was owner"},
		{[]string{"CREW"}, false, "", "", "no longer in harbour"},
		{nil, false, "", "", "no longer in harbour"},
	} {
		c := h.arriveIn(test.groups...)
		if c.Person.SiteAdmin != test.admin || c.Person.AdminByGroup != test.admin || roleIn(c, "harbour") != test.harbour || roleIn(c, "dock") != test.dock {
			t.Errorf("%d: with %v they are %+v in %+v", i, test.groups, c.Person, c.Memberships)
		}
		for _, m := range c.Memberships {
			if m.ByGroup != (m.Account.Kind == account.Organization) {
				t.Errorf("%d: %+v", i, m)
			}
		}
		if detail, _ := h.followed(); detail != test.detail {
			t.Errorf("%d: the audit log says %q, want %q", i, detail, test.detail)
		}
	}
	if _, n := h.followed(); n != 5 {
		t.Errorf("%d entries", n)
	}
}

func TestWhatPeopleDecidedGroupsLeaveAlone(t *testing.T) {
	h := grouped(t)
	c := h.arriveIn()
	h.ok(h.Accounts().MakeAdministrator(t.Context(), c.Person.ID, audit.Entry{At: morning, Actor: audit.BySystem(), Action: audit.MakeAdministrator, Result: audit.Done}))
	dock := account.NewInvitation{Invitation: account.Invitation{ID: "i", Account: account.Account{ID: "account-dock"}, Role: account.Viewer, CreatedAt: morning,
		ExpiresAt: morning.Add(time.Hour)}, Hash: "hash"}
	_, err := h.Accounts().AddInvitation(t.Context(), dock, audit.Entry{At: morning, Actor: audit.BySystem(), Action: audit.Invite, Result: audit.Done})
	h.ok(err)
	h.ok(h.Accounts().AcceptInvitation(t.Context(), "hash", c.Person.ID, morning, audit.Entry{At: morning, Actor: h.actor(), Action: audit.JoinAccount, Result: audit.Done}))
	for _, groups := range [][]string{{"admins", "crew"}, {}} {
		c = h.arriveIn(groups...)
		if !c.Person.SiteAdmin || c.Person.AdminByGroup || roleIn(c, "dock") != account.Viewer {
			t.Errorf("with %v they are %+v in %+v", groups, c.Person, c.Memberships)
		}
	}
}

func TestAProviderThatTellsNoGroupsTakesNothing(t *testing.T) {
	h := grouped(t)
	h.arriveIn("admins", "crew")
	silent := identity("1")
	in, err := h.SignInWith(t.Context(), silent, from(home))
	h.ok(err)
	if !in.Caller.Person.SiteAdmin || roleIn(in.Caller, "dock") != account.Member {
		t.Errorf("they are %+v in %+v", in.Caller.Person, in.Caller.Memberships)
	}
	// Without rules nothing is followed either.
	in, err = h.under(open).SignInWith(t.Context(), func() account.Identity { silent.Groups = []string{}; return silent }(), from(home))
	h.ok(err)
	if !in.Caller.Person.SiteAdmin || roleIn(in.Caller, "dock") != account.Member {
		t.Errorf("they are %+v in %+v", in.Caller.Person, in.Caller.Memberships)
	}
}

func TestTheLastAdministratorAndTheLastOwnerStay(t *testing.T) {
	h := grouped(t)
	c := h.arriveIn("admins", "captains")
	h.ok(h.Accounts().TakeAdministrator(t.Context(), "person-bob", audit.Entry{At: morning, Actor: audit.BySystem(), Action: audit.TakeAdministrator, Result: audit.Done}))
	h.ok(h.Accounts().SetRole(t.Context(), "account-harbour", "person-bob", account.Member, audit.Entry{At: morning, Actor: audit.BySystem(), Action: audit.ChangeRole, Result: audit.Done}))
	for _, groups := range [][]string{{"crew"}, {}} {
		c = h.arriveIn(groups...)
		if !c.Person.SiteAdmin || roleIn(c, "harbour") != account.Owner {
			t.Errorf("with %v they are %+v in %+v", groups, c.Person, c.Memberships)
		}
	}
	h.ok(h.Accounts().SetRole(t.Context(), "account-harbour", "person-bob", account.Owner, audit.Entry{At: morning, Actor: audit.BySystem(), Action: audit.ChangeRole, Result: audit.Done}))
	h.disable("person-bob") // who is disabled is no other owner
	if c = h.arriveIn(); roleIn(c, "harbour") != account.Owner {
		t.Errorf("they are in %+v", c.Memberships)
	}
}

func TestLinkingFollowsGroupsAndUnlinkingTheLastTakesThemBack(t *testing.T) {
	h := grouped(t)
	h.add("ada", adasHash())
	id := identity("1")
	id.Groups = []string{"admins", "crew"}
	in, err := h.LinkIdentity(t.Context(), h.enter(home).Caller, id, from(home))
	h.ok(err)
	if !in.Caller.Person.SiteAdmin || roleIn(in.Caller, "harbour") != account.Viewer {
		t.Errorf("they are %+v in %+v", in.Caller.Person, in.Caller.Memberships)
	}
	second := identity("2")
	in, err = h.LinkIdentity(t.Context(), in.Caller, second, from(home))
	h.ok(err)
	in, err = h.UnlinkIdentity(t.Context(), in.Caller, second.Issuer, second.Subject, from(home))
	h.ok(err)
	if !in.Caller.Person.SiteAdmin {
		t.Error("unlinking one of two took what the other gave")
	}
	in, err = h.UnlinkIdentity(t.Context(), in.Caller, id.Issuer, id.Subject, from(home))
	h.ok(err)
	if in.Caller.Person.SiteAdmin || len(in.Caller.Memberships) != 1 {
		t.Errorf("they are %+v in %+v", in.Caller.Person, in.Caller.Memberships)
	}
	if detail, _ := h.followed(); detail != "no administrator any more, no longer in dock, no longer in harbour" {
		t.Errorf("the audit log says %q", detail)
	}
}
