package credential_test

import (
	"context"
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"

	"mooring/account"
	"mooring/audit"
	"mooring/credential"
	"mooring/fault"
)

// enthrone adds a site administrator who has no part in any account.
func (w world) enthrone() credential.Order {
	w.t.Helper()
	person := account.Person{ID: "person-ruth", Email: "ruth@site.example", Name: "Ruth", SiteAdmin: true, Theme: account.System, CreatedAt: w.now()}
	w.ok(w.Accounts().AddPerson(w.t.Context(), account.NewPerson{Person: person, Password: "none", Joins: []account.Membership{{
		Account: account.Account{ID: "account-ruth", Name: "ruth", Kind: account.Personal, CreatedAt: w.now()}, Role: account.Owner}}},
		audit.Entry{At: w.now(), Actor: audit.BySystem(), Action: audit.MakeAccount, Result: audit.Done}))
	return credential.Order{Actor: audit.Actor{PersonID: "person-ruth", Name: "ruth@site.example", Address: "192.0.2.9", RequestID: "r9"},
		Reason: "Not in use any more"}
}

func TestWhatAnAdministratorStopsItsPeopleCannotTakeBack(t *testing.T) {
	w := newWorld(t)
	order := w.enthrone()
	c := w.decided(w.link("one"), credential.Pass)
	order.Reason = "  Not in \n use any\u202e more "
	stopped, err := w.Stop(t.Context(), order, c.ID)
	w.ok(err)
	want := c
	want.State, want.Version, want.Reason, want.NextCheckAt, want.NextTrigger = credential.Stopped, 2, "Not in use any more", time.Time{}, ""
	want.DecidedBy, want.DecidedByName, want.DecidedAt = "person-ruth", "Ruth", morning
	if got := w.find(c); !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
	same(t, "the state that is given back", stopped.State, credential.Stopped)
	w.logged(audit.Entry{At: morning, Actor: order.Actor, Action: audit.StopCredential, AccountID: acme, CredentialID: c.ID,
		Result: audit.Done, Detail: "one"})
	w.changed(audit.Change{Field: "Status", Before: "Connected", After: "Disabled"}, audit.Change{Field: "Reason", After: "Not in use any more"})

	for name, not := range map[string]func() error{
		"verify":      func() error { _, err := w.Verify(t.Context(), ofAcme, c.ID); return err },
		"disable":     func() error { _, err := w.Disable(t.Context(), ofAcme, c.ID); return err },
		"enable":      func() error { _, err := w.Enable(t.Context(), ofAcme, c.ID); return err },
		"stop":        func() error { _, err := w.Stop(t.Context(), order, c.ID); return err },
		"approve":     func() error { _, err := w.Approve(t.Context(), order, c.ID); return err },
		"decline":     func() error { _, err := w.Decline(t.Context(), order, c.ID); return err },
		"check again": func() error { _, err := w.CheckAgain(t.Context(), order, c.ID); return err },
		"check now":   func() error { _, err := w.CheckNow(t.Context(), order, c.ID); return err },
	} {
		if err := not(); !errors.Is(err, credential.ErrNotPossibleNow) {
			t.Errorf("%s when stopped: %v", name, err)
		}
	}
	for _, f := range []string{"one", "elsewhere"} {
		_, err = w.Edit(t.Context(), ofAcme, c.ID, form(f), true)
		w.ok(err)
		got := w.find(c)
		same(t, "the state after an edit", got.State, credential.Stopped)
		same(t, "the plan after an edit", got.NextCheckAt, time.Time{})
		same(t, "the reason after an edit", got.Reason, "Not in use any more")
	}

	order.Reason = "It is needed again"
	_, err = w.Release(t.Context(), order, c.ID)
	w.ok(err)
	got := w.find(c)
	same(t, "the state after a release", got.State, credential.NotVerified)
	same(t, "the plan after a release", got.NextCheckAt, morning)
	same(t, "the reason after a release", got.Reason, "It is needed again")
	same(t, "the rights after a release", len(got.Rights), 0)
	same(t, "the audit entry", w.latest().Action, audit.ReleaseCredential)
}

func TestAReasonIsOneLineOfSomeLength(t *testing.T) {
	w := newWorld(t)
	order := w.enthrone()
	c := w.link("one")
	for reason, fits := range map[string]bool{
		"": false, "ok": false, " ok\n ": false, "\u202e\u200b!!": false, "why": true,
		strings.Repeat("名", 500): true, strings.Repeat("名", 501): false,
	} {
		order.Reason = reason
		_, err := w.Stop(t.Context(), order, c.ID)
		if fits {
			w.ok(err)
			_, err = w.Release(t.Context(), order, c.ID)
			w.ok(err)
			continue
		}
		if !errors.Is(err, credential.ErrReason) || fault.Of(err).Fields["reason"] != credential.ErrReason.Sentence {
			t.Errorf("%.20q: %v at %v", reason, err, fault.Of(err).Fields)
		}
		same(t, "the state", w.find(c).State, credential.NotVerified)
	}
	order.Reason = ""
	_, err := w.Release(t.Context(), order, c.ID)
	w.want(err, credential.ErrReason) // before it is asked whether that is possible
}

func TestAnOrderIsAboutWhatTheAdministratorSaw(t *testing.T) {
	w := newWorld(t)
	order := w.enthrone()
	c := w.link("one")
	_, err := w.Edit(t.Context(), ofAcme, c.ID, form("two"), false)
	w.ok(err)
	order.Version = c.Version
	_, err = w.Stop(t.Context(), order, c.ID)
	w.want(err, credential.ErrLookAgain)
	_, err = w.CheckAgain(t.Context(), order, c.ID)
	w.want(err, credential.ErrLookAgain)
	order.Version = c.Version + 1
	_, err = w.Stop(t.Context(), order, c.ID)
	w.ok(err)
	_, err = w.Stop(t.Context(), order, "unknown")
	w.want(err, credential.ErrNotFound)
}

// meddling is a store in which something happens between reading a credential
// and storing an order.
type meddling struct {
	credential.Store
	before func()
}

func (s meddling) ChangeAny(ctx context.Context, c credential.Credential, entry audit.Entry) error {
	s.before()
	return s.Store.ChangeAny(ctx, c, entry)
}

func (s meddling) PlanAny(ctx context.Context, c credential.Credential, entry audit.Entry) error {
	s.before()
	return s.Store.PlanAny(ctx, c, entry)
}

func TestAnOrderThatComesLateIsRefused(t *testing.T) {
	for name, before := range map[string]struct {
		do   func(w world, c credential.Credential) error
		says error
	}{
		"edited": {func(w world, c credential.Credential) error {
			_, err := w.Edit(w.t.Context(), ofAcme, c.ID, form("two"), false)
			return err
		}, credential.ErrLookAgain},
		"unlinked": {func(w world, c credential.Credential) error {
			_, err := w.Unlink(w.t.Context(), ofAcme, c.ID, "")
			return err
		}, credential.ErrNotFound},
		"no administrator any more": {func(w world, _ credential.Credential) error {
			other := account.Person{ID: "person-xena", Email: "xena@site.example", Name: "Xena", SiteAdmin: true, Theme: account.System, CreatedAt: w.now()}
			entry := audit.Entry{At: w.now(), Actor: audit.BySystem(), Action: audit.MakeAccount, Result: audit.Done}
			if err := w.Accounts().AddPerson(w.t.Context(), account.NewPerson{Person: other, Password: "none"}, entry); err != nil {
				return err
			}
			return w.Accounts().TakeAdministrator(w.t.Context(), "person-ruth", entry)
		}, account.ErrNoSuchAccount},
	} {
		for what, do := range map[string]func(*credential.Service, context.Context, credential.Order, string) error{
			"stop": func(s *credential.Service, ctx context.Context, o credential.Order, id string) error {
				_, err := s.Stop(ctx, o, id)
				return err
			},
			"check": func(s *credential.Service, ctx context.Context, o credential.Order, id string) error {
				_, err := s.CheckAgain(ctx, o, id)
				return err
			},
		} {
			t.Run(name+" before "+what, func(t *testing.T) {
				w := newWorld(t)
				order := w.enthrone()
				c := w.link("one")
				late := w.service(meddling{w.Credentials(), func() { w.ok(before.do(w, c)) }})
				w.want(do(late, t.Context(), order, c.ID), before.says)
				if action := w.latest().Action; action == audit.StopCredential || action == audit.VerifyCredential {
					t.Errorf("the log says %s", action)
				}
			})
		}
	}
}

func TestWhoIsNoAdministratorOrdersNothing(t *testing.T) {
	w := newWorld(t)
	c := w.link("one")
	before, entries := w.find(c), len(w.audited())
	order := credential.Order{Actor: ofAcme.Actor, Reason: "I am its owner"}
	for name, do := range map[string]func() error{
		"stop":        func() error { _, err := w.Stop(t.Context(), order, c.ID); return err },
		"check again": func() error { _, err := w.CheckAgain(t.Context(), order, c.ID); return err },
		"check now":   func() error { _, err := w.CheckNow(t.Context(), order, c.ID); return err },
		"policy": func() error {
			_, err := w.Intake().Change(t.Context(), order, credential.RulesForm{ApproveAll: true})
			return err
		},
	} {
		if err := do(); !errors.Is(err, account.ErrNoSuchAccount) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if got := w.find(c); !reflect.DeepEqual(got, before) {
		t.Errorf("it became %+v", got)
	}
	same(t, "the audit entries", len(w.audited()), entries)
}

func TestUnlinkingForAReviewIsRefusedWhileSomethingDependsOnIt(t *testing.T) {
	used := machines{}
	w := newWorld(t, used)
	order := w.enthrone()
	c := w.link("one")
	used[c.ID] = []string{"web-1"}
	_, _, err := w.Unlinking(t.Context(), order, c.ID)
	w.want(err, credential.ErrInUse)
	used[c.ID] = nil
	found, entry, err := w.Unlinking(t.Context(), order, c.ID)
	w.ok(err)
	same(t, "what may go", found.ID, c.ID)
	sameEntry(t, entry, audit.Entry{At: morning, Actor: order.Actor, Action: audit.UnlinkCredential, AccountID: acme,
		CredentialID: c.ID, Result: audit.Done, Detail: "one"})
}

func TestOnlyOrdersAreOrdered(t *testing.T) {
	w := newWorld(t)
	order := w.enthrone()
	c := w.link("one")
	for _, event := range []credential.Event{credential.Pass, credential.Disable, credential.Unlink, credential.Edit, ""} {
		if _, _, err := w.Ordered(t.Context(), order, c.ID, event); !errors.Is(err, credential.ErrNotPossibleNow) {
			t.Errorf("%s: %v", event, err)
		}
	}
}

func TestAnAdministratorSeesEverythingOfAnyAccount(t *testing.T) {
	w := newWorld(t)
	c := w.decided(w.link("one"), credential.Pass)
	found, err := w.FindAny(t.Context(), c.ID)
	w.ok(err)
	if !reflect.DeepEqual(found, c) {
		t.Errorf("got  %+v\nwant %+v", found, c)
	}
	runs, err := w.HistoryAny(t.Context(), c.ID, 5)
	w.ok(err)
	if !reflect.DeepEqual(runs, w.runs(c)) {
		t.Errorf("got %+v", runs)
	}
	_, err = w.FindAny(t.Context(), "unknown")
	w.want(err, credential.ErrNotFound)
}

func TestCheckAgainPlansWithoutCallingItFresh(t *testing.T) {
	now := morning
	w := worldAt(t, func() time.Time { return now })
	order := w.enthrone()
	c := w.decided(w.link("one"), credential.Break)
	now = morning.Add(time.Hour)
	_, err := w.CheckAgain(t.Context(), order, c.ID)
	w.ok(err)
	got := w.find(c)
	same(t, "the plan", got.NextCheckAt, now)
	same(t, "the trigger", got.NextTrigger, credential.ByPerson)
	same(t, "the freshness, which nobody has renewed", got.FreshFrom, c.FreshFrom)
	same(t, "the version, which stays", got.Version, c.Version)
	w.logged(audit.Entry{At: now, Actor: order.Actor, Action: audit.VerifyCredential, AccountID: acme, CredentialID: c.ID,
		Result: audit.Done, Detail: "one"})
}

// What an administrator has stopped is not let in by way of linking it again.
func TestLinkedAgainAfterAStopItWaitsForAnApproval(t *testing.T) {
	type way func(w world, c credential.Credential) credential.Credential
	linkAgain := func(w world, _ credential.Credential) credential.Credential { return w.link("one") }
	pointThere := func(w world, _ credential.Credential) credential.Credential {
		other := w.link("other")
		_, err := w.Edit(w.t.Context(), ofAcme, other.ID, form("one"), true)
		w.ok(err)
		return other
	}
	pointDisabledThere := func(w world, _ credential.Credential) credential.Credential {
		other := w.link("other")
		_, err := w.Disable(w.t.Context(), ofAcme, other.ID)
		w.ok(err)
		_, err = w.Edit(w.t.Context(), ofAcme, other.ID, form("one"), true)
		w.ok(err)
		return other
	}
	unlink := func(w world, c credential.Credential) {
		_, err := w.Unlink(w.t.Context(), ofAcme, c.ID, "")
		w.ok(err)
	}
	pointAway := func(w world, c credential.Credential) {
		_, err := w.Edit(w.t.Context(), ofAcme, c.ID, form("away"), true)
		w.ok(err)
	}
	for name, test := range map[string]struct {
		leave func(world, credential.Credential)
		back  way
	}{
		"unlinked, linked again": {unlink, linkAgain}, "unlinked, another points there": {unlink, pointThere},
		"unlinked, a disabled one points there": {unlink, pointDisabledThere}, "pointed away, linked again": {pointAway, linkAgain},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			order := w.enthrone()
			c := w.decided(w.link("one"), credential.Pass)
			_, err := w.Stop(t.Context(), order, c.ID)
			w.ok(err)
			test.leave(w, c)
			again := w.find(test.back(w, c))
			same(t, "its state", again.State, credential.PendingApproval)
			same(t, "its plan", again.NextCheckAt, time.Time{})
			if !strings.Contains(again.Reason, "Not in use any more") || !again.DecidedAt.IsZero() {
				t.Errorf("the reason is %q, decided %v", again.Reason, again.DecidedAt)
			}
			_, err = w.Unlink(t.Context(), ofAcme, again.ID, "") // a second time it is no way out either
			w.ok(err)
			again = w.find(w.link("one"))
			same(t, "its state the second time", again.State, credential.PendingApproval)

			order.Reason = ""
			_, err = w.Approve(t.Context(), order, again.ID)
			w.ok(err)
			same(t, "its state when approved", w.find(again).State, credential.NotVerified)
			_, err = w.Unlink(t.Context(), ofAcme, again.ID, "")
			w.ok(err)
			same(t, "its state when nothing is held against it", w.link("one").State, credential.NotVerified)
		})
	}
}

// A stop is about the subscription, in whichever account it is linked.
func TestWhatIsStoppedWaitsForAnApprovalInEveryAccount(t *testing.T) {
	anew := func(w world, label string) credential.Credential {
		f := form("one")
		f.Label = label
		c, err := w.Link(t.Context(), ofEvil, "azure", f, true)
		w.ok(err)
		return c
	}
	for name, test := range map[string]struct {
		before func(w world) credential.Credential
		after  func(w world, c credential.Credential) credential.Credential
	}{
		"linked there": {nil, func(w world, _ credential.Credential) credential.Credential { return anew(w, "one") }},
		"linked there after the account is deleted": {nil, func(w world, _ credential.Credential) credential.Credential {
			w.ok(w.Accounts().DeleteOrganization(t.Context(), acme, "acme", audit.Entry{At: w.now(), Actor: ofAcme.Actor,
				Action: audit.DeleteAccount, AccountID: acme, Result: audit.Done}))
			return anew(w, "one")
		}},
		"pointed at it there": {func(w world) credential.Credential {
			c, err := w.Link(t.Context(), ofEvil, "azure", form("two"), true)
			w.ok(err)
			return c
		}, func(w world, c credential.Credential) credential.Credential {
			_, err := w.Edit(t.Context(), ofEvil, c.ID, form("one"), true)
			w.ok(err)
			return c
		}},
		"enabled there": {func(w world) credential.Credential { return anew(w, "one") }, func(w world, c credential.Credential) credential.Credential {
			_, err := w.Disable(t.Context(), ofEvil, c.ID)
			w.ok(err)
			_, err = w.Enable(t.Context(), ofEvil, c.ID)
			w.ok(err)
			return c
		}},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			order := w.enthrone()
			c := w.link("one")
			var theirs credential.Credential
			if test.before != nil {
				theirs = test.before(w)
			}
			_, err := w.Stop(t.Context(), order, c.ID)
			w.ok(err)
			theirs, err = w.FindAny(t.Context(), test.after(w, theirs).ID)
			w.ok(err)
			same(t, "its state", theirs.State, credential.PendingApproval)
			same(t, "its plan", theirs.NextCheckAt, time.Time{})
			if !strings.Contains(theirs.Reason, "Not in use any more") || !theirs.DecidedAt.IsZero() {
				t.Errorf("the reason is %q, decided %v", theirs.Reason, theirs.DecidedAt)
			}
			_, err = w.Approve(t.Context(), order, theirs.ID)
			w.ok(err)
			_, err = w.Unlink(t.Context(), ofEvil, theirs.ID, "")
			w.ok(err)
			same(t, "the state of the next one", anew(w, "again").State, credential.NotVerified)
		})
	}
}

func TestALinkOfWhatWasStoppedElsewhereCanBeRenamed(t *testing.T) {
	w := newWorld(t)
	order := w.enthrone()
	c := w.link("one")
	theirs, err := w.Link(t.Context(), ofEvil, "azure", form("one"), true)
	w.ok(err)
	_, err = w.Stop(t.Context(), order, c.ID)
	w.ok(err)
	f := form("one")
	f.Label = "renamed"
	_, err = w.Edit(t.Context(), ofEvil, theirs.ID, f, true)
	w.ok(err)
	got, err := w.FindAny(t.Context(), theirs.ID)
	w.ok(err)
	same(t, "its label", got.Label, "renamed")
	same(t, "its state", got.State, credential.NotVerified)
}

// Nobody has an administrator's word held against a subscription that no
// administrator spoke of.
func TestAStopIsNotCarriedToAnotherSubscription(t *testing.T) {
	w := newWorld(t)
	order := w.enthrone()
	c := w.link("one")
	_, err := w.Stop(t.Context(), order, c.ID)
	w.ok(err)
	_, err = w.Edit(t.Context(), ofAcme, c.ID, form("elsewhere"), true)
	w.ok(err)
	_, err = w.Unlink(t.Context(), ofAcme, c.ID, "")
	w.ok(err)
	theirs, err := w.Link(t.Context(), ofEvil, "azure", form("elsewhere"), true)
	w.ok(err)
	same(t, "the state of another's link", theirs.State, credential.NotVerified)
}

func TestOfStoppingAndLinkingAgainAtOnceNeitherIsForgotten(t *testing.T) {
	w := newWorld(t)
	order := w.enthrone()
	c := w.link("one")
	unlinked := func() { // after the policy was asked about the new link
		_, err := w.Stop(t.Context(), order, c.ID)
		w.ok(err)
		_, err = w.Unlink(t.Context(), ofAcme, c.ID, "")
		w.ok(err)
	}
	late := w.service(adding{w.Credentials(), unlinked})
	_, err := late.Link(t.Context(), ofAcme, "azure", form("one"), true)
	w.want(err, credential.ErrChangedMeanwhile)
	same(t, "its state when tried again", w.link("one").State, credential.PendingApproval)
}

type adding struct {
	credential.Store
	before func()
}

func (s adding) Add(ctx context.Context, c credential.Credential, entry audit.Entry) (string, error) {
	s.before()
	return s.Store.Add(ctx, c, entry)
}
