package account_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"mooring/account"
	"mooring/audit"
	"mooring/fault"
)

func form() account.Newcomer {
	return account.Newcomer{Email: "Ada@example.com", Name: "Ada", Organization: "acme", Password: password}
}

// link makes a set-up link and gives its token.
func (h house) link() string {
	h.t.Helper()
	token, needed, err := h.NewSetUpLink(h.t.Context())
	h.ok(err)
	if !needed {
		h.t.Fatal("no set-up is needed")
	}
	return token.Reveal()
}

func TestSetUpMakesTheFirstAdministratorAndSignsThemIn(t *testing.T) {
	h := newHouse(t)
	link := h.link()
	h.ok(h.SetUpLinkWorks(t.Context(), link))
	in, err := h.SetUp(t.Context(), link, form(), from(home))
	h.ok(err)
	caller := h.caller(in.Token)
	if p := caller.Person; !p.SiteAdmin || p.Email != email || p.Name != "Ada" || p.Theme != account.System {
		t.Errorf("the person is %+v", p)
	}
	acme, hasAcme := caller.In("acme")
	own, hasOwn := caller.In("ada")
	if !hasAcme || acme.Role != account.Owner || acme.Account.Kind != account.Organization ||
		!hasOwn || own.Role != account.Owner || own.Account.Kind != account.Personal {
		t.Errorf("the memberships are %+v", caller.Memberships)
	}
	if first, _ := caller.Default(); first != acme {
		t.Errorf("the first page shows %+v", first)
	}
	if h.joined.Load() != 1 {
		t.Errorf("%d times told that accounts were added", h.joined.Load())
	}
	log := h.log()
	if len(log) != 3 || log[0].Action != audit.SignIn || log[1].Action != audit.SetUp || log[1].Detail != "acme" || log[1].Actor.Name != email {
		t.Errorf("the audit log has %+v", log)
	}
	h.ok(h.try(email, password, elsewhere)) // the password was stored too
}

func TestSetUpWorksOnce(t *testing.T) {
	h := newHouse(t)
	link := h.link()
	_, err := h.SetUp(t.Context(), link, form(), from(home))
	h.ok(err)
	second := form()
	second.Email, second.Organization = "eve@example.com", "evil"
	_, err = h.SetUp(t.Context(), link, second, from(elsewhere))
	h.want(err, account.ErrSetUpLink)
	h.want(h.SetUpLinkWorks(t.Context(), link), account.ErrSetUpLink)
	token, needed, err := h.NewSetUpLink(t.Context())
	if err != nil || needed || token.Reveal() != "" {
		t.Errorf("a second link: %q, needed %t, %v", token.Reveal(), needed, err)
	}
}

func TestOnlyTheLatestSetUpLinkWorksForHalfAnHour(t *testing.T) {
	h := newHouse(t)
	old, latest := h.link(), h.link()
	for _, wrong := range []string{old, "", "guess", latest + "x"} {
		h.want(h.SetUpLinkWorks(t.Context(), wrong), account.ErrSetUpLink)
		_, err := h.SetUp(t.Context(), wrong, form(), from(home))
		h.want(err, account.ErrSetUpLink)
	}
	h.clock.pass(30*time.Minute - time.Millisecond)
	h.ok(h.SetUpLinkWorks(t.Context(), latest))
	h.clock.pass(time.Millisecond)
	h.want(h.SetUpLinkWorks(t.Context(), latest), account.ErrSetUpLink)
	_, err := h.SetUp(t.Context(), latest, form(), from(home))
	h.want(err, account.ErrSetUpLink)
	_, err = h.SetUp(t.Context(), h.link(), form(), from(home)) // a restart makes a new one
	h.ok(err)
}

func TestABadFormDoesNotUseUpTheLink(t *testing.T) {
	h := newHouse(t)
	link := h.link()
	bad := form()
	bad.Password = "short"
	_, err := h.SetUp(t.Context(), link, bad, from(home))
	if !fault.Has(err, fault.Invalid) || fault.Of(err).Fields["password"] == "" {
		t.Errorf("got %v", err)
	}
	leave := h.FillLine()
	_, err = h.SetUp(t.Context(), link, form(), from(home))
	h.want(err, account.ErrBusy)
	leave()
	h.ok(h.SetUpLinkWorks(t.Context(), link))
	if h.joined.Load() != 0 || len(h.log()) != 1 { // the offer of the link
		t.Error("something was made or written")
	}
	_, err = h.SetUp(t.Context(), link, form(), from(home))
	h.ok(err)
}

// gate is a store that lets nobody past the set-up link before all have seen
// it work: the hardest race there can be.
type gate struct {
	account.Store
	all sync.WaitGroup
}

func (g *gate) SetUpLinkWorks(ctx context.Context, hash string, now time.Time) (bool, error) {
	works, err := g.Store.SetUpLinkWorks(ctx, hash, now)
	g.all.Done()
	g.all.Wait()
	return works, err
}

// Eight, because each hashes a password; db tries it with fifty.
func TestOfManySetUpsAtOnceOneWins(t *testing.T) {
	h := newHouse(t)
	link := h.link()
	results := make(chan error, 8)
	gate := &gate{Store: h.Accounts()}
	gate.all.Add(cap(results))
	h.store.Store = gate
	var group sync.WaitGroup
	for i := range cap(results) {
		group.Go(func() {
			rival := form()
			rival.Email, rival.Organization = fmt.Sprintf("rival%d@example.com", i), fmt.Sprint("club-", i)
			_, err := h.SetUp(context.Background(), link, rival, from(home))
			results <- err
		})
	}
	group.Wait()
	close(results)
	won := 0
	for err := range results {
		if err == nil {
			won++
		} else if !errors.Is(err, account.ErrSetUpLink) {
			t.Error(err)
		}
	}
	setUps := 0
	for _, entry := range h.log() {
		if entry.Action == audit.SetUp {
			setUps++
		}
	}
	if won != 1 || setUps != 1 || h.joined.Load() != 1 {
		t.Errorf("%d won, %d are in the audit log, %d times told", won, setUps, h.joined.Load())
	}
}

func TestAPersonalNameThatIsTakenGetsANumber(t *testing.T) {
	h := newHouse(t)
	h.add("ada", "none")
	h.add("ada-2", "none")
	added, err := h.Add(t.Context(), account.Newcomer{Email: "ada@example.org", Name: "Other Ada", Organization: "ada-3", Password: password},
		false, nil, audit.BySystem())
	h.ok(err)
	if own := added.Joins[0].Account.Name; own != "ada-4" { // not the name that her organization is about to take
		t.Errorf("her own account is called %s", own)
	}
	if added.Person.SiteAdmin || added.Person.DefaultAccountID != added.Joins[1].Account.ID || h.joined.Load() != 1 {
		t.Errorf("the person is %+v", added.Person)
	}
	if entry := h.log()[0]; entry.Action != audit.MakeAccount || entry.Detail != "ada@example.org" {
		t.Errorf("the audit entry is %+v", entry)
	}
}

func TestATakenNameIsShownAtItsField(t *testing.T) {
	h := newHouse(t)
	h.add("ada", "none")
	refusals := map[string]*fault.Fault{"email": account.ErrEmailTaken, "organization": account.ErrNameTaken}
	for field, form := range map[string]account.Newcomer{
		"email":        {Email: "ADA@example.com", Name: "Ada", Password: password},
		"organization": {Email: "bob@example.com", Name: "Bob", Organization: "ada", Password: password},
	} {
		_, err := h.Add(t.Context(), form, false, nil, audit.BySystem())
		h.want(err, refusals[field])
		if fault.Of(err).Fields[field] != refusals[field].Sentence {
			t.Errorf("the sentence is at %v, want it at %s", fault.Of(err).Fields, field)
		}
	}
	if h.joined.Load() != 0 {
		t.Error("told that accounts were added")
	}
}

func TestWhoJoinsAnAccountStartsThere(t *testing.T) {
	h := newHouse(t)
	h.add("acme", "none")
	acme := account.Account{ID: "account-acme", Name: "acme"}
	added, err := h.Add(t.Context(), account.Newcomer{Email: "max@example.com", Name: "Max", Password: password}, false,
		[]account.Membership{{Account: acme, Role: account.Member}}, audit.BySystem())
	h.ok(err)
	in, err := h.SignIn(t.Context(), added.Person.Email, password, from(home))
	h.ok(err)
	caller := h.caller(in.Token)
	if m, ok := caller.Default(); !ok || m.Account.Name != "acme" || m.Role != account.Member {
		t.Errorf("the first page shows %+v", m)
	}
	if m, ok := caller.In("max"); !ok || m.Role != account.Owner {
		t.Errorf("in their own account they are %+v", m)
	}
}
