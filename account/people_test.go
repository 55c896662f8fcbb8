package account_test

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"mooring/account"
	"mooring/audit"
)

// signedIn gives somebody a session.
func (c club) signedIn(name, id string) {
	c.t.Helper()
	now := c.clock.Now().UnixMilli()
	c.exec(`INSERT INTO sessions (id, person_id, created_at, seen_at, expires_at, address, agent) VALUES (?, ?, ?, ?, ?, ?, 'Firefox')`,
		id, "person-"+name, now, now, c.clock.Now().Add(account.SessionLife).UnixMilli(), home)
}

func (c club) sessions(name string) int {
	c.t.Helper()
	return c.count(`SELECT count(*) FROM sessions WHERE person_id = ?`, "person-"+name)
}

// list gives the addresses of all pages, without their domain.
func (c club) list(search string) (names []string, pages int) {
	c.t.Helper()
	for after := ""; ; pages++ {
		rows, next, err := c.people.List(c.t.Context(), account.PeopleQuery{Search: search, After: after})
		c.ok(err)
		for _, row := range rows {
			name, _, _ := strings.Cut(row.Person.Email, "@")
			names = append(names, name)
		}
		if next == "" {
			return names, pages + 1
		}
		after = next
	}
}

func TestARowOfThePeoplePageTellsAllThatIsThere(t *testing.T) {
	c := newClub(t)
	c.takeIn("bob", account.Viewer)
	c.signedIn("bob", "one")
	c.signedIn("bob", "two")
	c.exec(`UPDATE sessions SET seen_at = ? WHERE id = 'two'`, morning.Add(-account.SessionIdle-time.Second).UnixMilli())
	c.exec(`INSERT INTO passkeys VALUES ('k1', 'person-bob', x'01', 'Laptop', '{}', 1, 0)`)
	for i, provider := range []string{"harbor", "github", "harbor"} {
		c.exec(`INSERT INTO identities VALUES ('https://issuer', ?, 'person-bob', ?, '', '', 1, 0)`, i, provider)
	}
	c.exec(`UPDATE memberships SET by_group = 1 WHERE person_id = 'person-bob' AND account_id = 'account-acme'`)
	c.exec(`INSERT INTO memberships VALUES ('person-bob', 'account-evil', 'member', 0, 1)`)
	c.exec(`UPDATE people SET password_hash = '', disabled_at = 5, last_sign_in_at = 6, time_zone = 'Europe/Berlin',
	       site_admin = 1, admin_by_group = 1, theme = 'dark' WHERE id = 'person-bob'`)
	want := account.PersonRow{
		Person: account.Person{ID: "person-bob", Email: "bob@example.com", Name: "Bob", SiteAdmin: true, AdminByGroup: true,
			Theme: account.Dark, TimeZone: "Europe/Berlin", DefaultAccountID: "account-bob", CreatedAt: morning,
			DisabledAt: time.UnixMilli(5).UTC(), LastSignInAt: time.UnixMilli(6).UTC()},
		SecondStep: true, Providers: []string{"github", "harbor"}, Sessions: 1,
		Organizations: []account.Membership{
			{Account: account.Account{ID: "account-acme", Name: "acme", Kind: account.Organization}, Role: account.Viewer, ByGroup: true},
			{Account: account.Account{ID: "account-evil", Name: "evil", Kind: account.Organization}, Role: account.Member},
		},
	}
	found, err := c.people.Find(t.Context(), "person-bob")
	c.ok(err)
	if !reflect.DeepEqual(found, want) {
		t.Errorf("found  %+v\nwant %+v", found, want)
	}
	rows, next, err := c.people.List(t.Context(), account.PeopleQuery{})
	c.ok(err)
	if len(rows) != 3 || next != "" || !reflect.DeepEqual(rows[1], want) {
		t.Errorf("listed %+v, then %q", rows, next)
	}
	if ada := rows[0]; !ada.HasPassword || ada.SecondStep || len(ada.Providers) != 0 || len(ada.Organizations) != 1 || ada.Sessions != 0 {
		t.Errorf("ada is %+v", ada)
	}
	_, err = c.people.Find(t.Context(), "person-nobody")
	c.want(err, account.ErrNoSuchPerson)
}

func TestPeopleAreFoundByPartOfAddressOrName(t *testing.T) {
	c := newClub(t)
	c.exec(`UPDATE people SET name = 'Robert 100% \ Test_er' WHERE id = 'person-bob'`)
	for search, want := range map[string][]string{
		"":                                  {"ada", "bob", "eve"},
		"@EXAMPLE":                          {"ada", "bob", "eve"},
		"ADA":                               {"ada"},
		"  robert  100% ":                   {"bob"},
		"b@e":                               {"bob"},
		"%":                                 {"bob"},
		"_":                                 {"bob"},
		`\`:                                 {"bob"},
		`0\%`:                               nil,
		"a%a":                               nil,
		"a_a":                               nil,
		"' OR 1=1 --":                       nil,
		"nobody":                            nil,
		"\u202eada\x00":                     {"ada"},
		"t_er":                              {"bob"},
		"Robert 100% \\ T":                  {"bob"},
		strings.Repeat("ä", 70_000) + "ada": nil,
	} {
		if got, _ := c.list(search); !slices.Equal(got, want) {
			t.Errorf("%.40q found %v, want %v", search, got, want)
		}
	}
}

// countingPeople is the real store, and counts the pages it is asked for.
type countingPeople struct {
	account.PeopleStore
	pages int
}

func (p *countingPeople) PeoplePage(ctx context.Context, q account.PeopleQuery, most int, now time.Time) ([]account.PersonRow, error) {
	p.pages++
	return p.PeopleStore.PeoplePage(ctx, q, most, now)
}

func TestAThousandPeopleComeInPages(t *testing.T) {
	c := newClub(t)
	c.exec(`WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 996)
		INSERT INTO people (id, email, name, password_hash, site_admin, theme, created_at)
		SELECT printf('p%d', i), printf('%s%04d@example.com', CASE WHEN i % 2 THEN 'Q' ELSE 'q' END, i), printf('Person %d', i), '', 0, 'system', 1 FROM n`)
	store := &countingPeople{PeopleStore: c.Accounts()}
	c.people = account.NewPeople(account.PeopleConfig{Store: store, Now: c.clock.Now})
	names, pages := c.list("")
	if len(names) != 1000 || pages != 20 || store.pages != 20 {
		t.Errorf("%d people on %d pages, by %d queries", len(names), pages, store.pages)
	}
	lower := make([]string, len(names))
	for i, name := range names {
		lower[i] = strings.ToLower(name)
	}
	if !slices.IsSorted(lower) || len(slices.Compact(lower)) != 1000 {
		t.Error("they are not in order, or some come twice")
	}
	if names, pages = c.list("person 99"); len(names) != 8 || pages != 1 { // 99 and 990 to 996
		t.Errorf("the search found %d on %d pages", len(names), pages)
	}
	// Somebody who joins between two pages moves nobody to another page.
	_, next, err := c.people.List(t.Context(), account.PeopleQuery{})
	c.ok(err)
	c.join("aaron", "")
	rows, _, err := c.people.List(t.Context(), account.PeopleQuery{After: next})
	c.ok(err)
	if got := strings.ToLower(rows[0].Person.Email); got != "q0047@example.com" || len(rows) != account.PeoplePerPage {
		t.Errorf("the second page begins with %s and has %d", got, len(rows))
	}
}

func TestAFullLastPageHasNoNext(t *testing.T) {
	c := newClub(t)
	for i := range account.PeoplePerPage - 3 {
		c.join(fmt.Sprintf("p%02d", i), "")
	}
	if names, pages := c.list(""); len(names) != account.PeoplePerPage || pages != 1 {
		t.Errorf("%d people on %d pages", len(names), pages)
	}
}

func TestDisablingEndsSessionsAndKeysAtOnce(t *testing.T) {
	c := newClub(t)
	c.takeIn("bob", account.Member)
	c.signedIn("bob", "one")
	c.signedIn("bob", "two")
	c.signedIn("ada", "three")
	_, key := c.makeKey("bob", account.Write)
	_, err := c.call(key)
	c.ok(err)
	ada := c.caller("ada")

	c.clock.pass(time.Minute)
	version := c.Version()
	c.ok(c.people.Disable(t.Context(), ada, "person-bob", by("ada")))
	c.latest("", audit.DisablePerson, "bob@example.com")
	if c.sessions("bob") != 0 || c.sessions("ada") != 1 || c.Version() == version {
		t.Errorf("bob has %d sessions, ada %d", c.sessions("bob"), c.sessions("ada"))
	}
	if got := c.caller("bob").Person.DisabledAt; !got.Equal(c.clock.Now()) {
		t.Errorf("disabled at %v", got)
	}
	_, err = c.call(key)
	c.want(err, account.ErrKey)

	before := len(c.entries(""))
	c.clock.pass(time.Minute)
	c.ok(c.people.Disable(t.Context(), ada, "person-bob", by("ada")))
	if len(c.entries("")) != before || c.caller("bob").Person.DisabledAt.Equal(c.clock.Now()) {
		t.Error("disabling twice is told twice")
	}
	c.ok(c.people.Enable(t.Context(), ada, "person-bob", by("ada")))
	c.latest("", audit.EnablePerson, "bob@example.com")
	c.ok(c.people.Enable(t.Context(), ada, "person-bob", by("ada")))
	if len(c.entries("")) != before+1 || !c.caller("bob").Person.DisabledAt.IsZero() {
		t.Error("enabling twice is told twice, or has not worked")
	}
	_, err = c.call(key) // it was not revoked
	c.ok(err)
}

func TestEndingSomebodysSessions(t *testing.T) {
	c := newClub(t)
	c.signedIn("bob", "one")
	c.signedIn("ada", "two")
	c.ok(c.people.EndSessions(t.Context(), c.caller("ada"), "person-bob", by("ada")))
	c.latest("", audit.EndPersonSessions, "bob@example.com")
	if c.sessions("bob") != 0 || c.sessions("ada") != 1 {
		t.Errorf("bob has %d sessions, ada %d", c.sessions("bob"), c.sessions("ada"))
	}
	c.ok(c.people.EndSessions(t.Context(), c.caller("ada"), "person-ada", by("ada"))) // one's own, too
	if c.sessions("ada") != 0 {
		t.Error("ada is still signed in")
	}
}

func TestAdministratorsAreMadeAndTaken(t *testing.T) {
	c := newClub(t)
	ada := c.caller("ada")
	c.signedIn("bob", "one")
	c.ok(c.people.MakeAdministrator(t.Context(), ada, "person-bob", by("ada")))
	c.latest("", audit.MakeAdministrator, "bob@example.com")
	if p := c.caller("bob").Person; !p.SiteAdmin || p.AdminByGroup || c.sessions("bob") != 0 {
		t.Errorf("bob is %+v and has %d sessions", p, c.sessions("bob"))
	}
	before := len(c.entries(""))
	c.signedIn("bob", "two")
	c.ok(c.people.MakeAdministrator(t.Context(), ada, "person-bob", by("ada")))
	if len(c.entries("")) != before || c.sessions("bob") != 1 {
		t.Error("it was done twice")
	}
	c.ok(c.people.TakeAdministrator(t.Context(), ada, "person-bob", by("ada")))
	c.latest("", audit.TakeAdministrator, "bob@example.com")
	if c.caller("bob").Person.SiteAdmin || c.sessions("bob") != 0 {
		t.Errorf("bob is still one, or has %d sessions", c.sessions("bob"))
	}
	c.ok(c.people.TakeAdministrator(t.Context(), ada, "person-bob", by("ada")))
	if len(c.entries("")) != before+1 {
		t.Error("it was taken twice")
	}
}

func TestNobodyTakesTheirOwnRights(t *testing.T) {
	c := newClub(t)
	c.exec(`UPDATE people SET site_admin = 1`)
	c.want(c.people.Disable(t.Context(), c.caller("ada"), "person-ada", by("ada")), account.ErrNotYourself)
	c.want(c.people.TakeAdministrator(t.Context(), c.caller("ada"), "person-ada", by("ada")), account.ErrNotYourself)
	if !c.caller("ada").Person.SiteAdmin || !c.caller("ada").Person.DisabledAt.IsZero() || len(c.entries("")) != 3 {
		t.Error("something happened")
	}
}

func TestWhatAGroupMadeAnAdministratorTheGroupTakes(t *testing.T) {
	c := newClub(t)
	c.exec(`UPDATE people SET site_admin = 1, admin_by_group = 1 WHERE id = 'person-bob'`)
	c.want(c.people.TakeAdministrator(t.Context(), c.caller("ada"), "person-bob", by("ada")), account.ErrByGroup)
	c.ok(c.people.MakeAdministrator(t.Context(), c.caller("ada"), "person-bob", by("ada")))
	if !c.caller("bob").Person.AdminByGroup {
		t.Error("the right is not the group's any more")
	}
	c.ok(c.people.Disable(t.Context(), c.caller("ada"), "person-bob", by("ada"))) // this is no matter of groups
}

func TestTheLastAdministratorStays(t *testing.T) {
	c := newClub(t)
	bob := c.caller("bob")
	c.want(c.people.Disable(t.Context(), bob, "person-ada", audit.BySystem()), account.ErrLastAdministrator)
	c.want(c.people.TakeAdministrator(t.Context(), bob, "person-ada", audit.BySystem()), account.ErrLastAdministrator)
	c.exec(`UPDATE people SET site_admin = 1, disabled_at = 1 WHERE id = 'person-bob'`) // who cannot sign in is not enough
	c.want(c.people.Disable(t.Context(), bob, "person-ada", audit.BySystem()), account.ErrLastAdministrator)
	c.want(c.people.TakeAdministrator(t.Context(), bob, "person-ada", audit.BySystem()), account.ErrLastAdministrator)
	if p := c.caller("ada").Person; !p.SiteAdmin || !p.DisabledAt.IsZero() {
		t.Errorf("ada is %+v", p)
	}
	c.exec(`UPDATE people SET disabled_at = 0 WHERE id = 'person-bob'`)
	c.ok(c.people.TakeAdministrator(t.Context(), bob, "person-ada", audit.BySystem()))
}

// The two come through two openings of one file, as from two processes.
func TestOfTwoAdministratorsWhoStopEachOtherOneStays(t *testing.T) {
	c := newClub(t)
	second := clubOn(t, c.path, c.clock)
	refusals := []error{account.ErrSignIn, account.ErrNoSuchAccount} // who was stopped cannot do it any more
	for round := range 20 {
		c.exec(`UPDATE people SET site_admin = id <> 'person-eve', disabled_at = 0`)
		results := make(chan error, 2)
		var group sync.WaitGroup
		start := make(chan struct{})
		act := func(from club, who, whom string) {
			caller := account.Caller{Person: account.Person{ID: "person-" + who}}
			<-start
			if round%2 == 0 {
				results <- from.people.Disable(t.Context(), caller, "person-"+whom, by(who))
			} else {
				results <- from.people.TakeAdministrator(t.Context(), caller, "person-"+whom, by(who))
			}
		}
		group.Go(func() { act(c, "ada", "bob") })
		group.Go(func() { act(second, "bob", "ada") })
		close(start)
		group.Wait()
		one, other := <-results, <-results
		if (one == nil) == (other == nil) || !errors.Is(errors.Join(one, other), refusals[round%2]) {
			t.Fatalf("round %d: %v and %v, want one of them refused", round, one, other)
		}
		if n := c.count(`SELECT count(*) FROM people WHERE site_admin = 1 AND disabled_at = 0`); n != 1 {
			t.Fatalf("round %d: %d administrators are left", round, n)
		}
	}
}

func TestWhoDoesNotExistCannotBeChanged(t *testing.T) {
	c := newClub(t)
	before := len(c.entries(""))
	for name, change := range map[string]func(context.Context, account.Caller, string, audit.Actor) error{
		"Disable": c.people.Disable, "Enable": c.people.Enable, "EndSessions": c.people.EndSessions,
		"MakeAdministrator": c.people.MakeAdministrator, "TakeAdministrator": c.people.TakeAdministrator,
	} {
		if err := change(t.Context(), c.caller("ada"), "person-nobody", by("ada")); !errors.Is(err, account.ErrNoSuchPerson) {
			t.Errorf("%s: got %v", name, err)
		}
	}
	if len(c.entries("")) != before {
		t.Error("what was not done is in the audit log")
	}
}
