package db_test

import (
	"testing"
	"time"

	"mooring/account"
	"mooring/audit"
	"mooring/credential"
)

// TestWhoMayNotAnyMoreChangesNoCredential demotes and removes somebody between
// the question whether they may and the change, as a slow request would.
func TestWhoMayNotAnyMoreChangesNoCredential(t *testing.T) {
	for _, test := range []struct {
		what   string
		become func(w world)
		link   error
		verify error
	}{
		{"a member", func(w world) { w.ok(role(w, account.Member)) }, account.ErrRoleChanged, nil},
		{"a viewer", func(w world) { w.ok(role(w, account.Viewer)) }, account.ErrRoleChanged, account.ErrRoleChanged},
		{"nobody", func(w world) {
			w.ok(w.Accounts().RemoveMember(t.Context(), "account-acme", "person-ada", bySystem(audit.RemoveMember)))
		}, account.ErrNoSuchAccount, account.ErrNoSuchAccount},
	} {
		w := newWorld(t)
		c := w.link("one")
		w.ok(w.Accounts().AddPerson(t.Context(), account.NewPerson{
			Person: account.Person{ID: "person-zoe", Email: "zoe@example.com", Name: "Zoe", Theme: account.System, CreatedAt: morning},
			Joins:  []account.Membership{{Account: account.Account{ID: "account-acme"}, Role: account.Owner}},
		}, bySystem(audit.MakeAccount)))
		test.become(w)
		before := w.Version()
		other := newCredential("acme", "ada", "two")
		other.Target.Account = "another"
		_, err := w.Credentials().Add(t.Context(), other, entry(audit.LinkCredential, "account-acme"))
		want(t, err, test.link)
		_, err = w.Credentials().Change(t.Context(), c, entry(audit.DisableCredential, "account-acme"))
		want(t, err, test.link)
		want(t, w.Credentials().Remove(t.Context(), "account-acme", c.ID, entry(audit.UnlinkCredential, "account-acme")), test.link)
		if w.Version() != before {
			t.Errorf("%s changed something", test.what)
		}
		err = w.Credentials().Plan(t.Context(), "account-acme", c.ID, after(time.Minute), morning, entry(audit.VerifyCredential, "account-acme"))
		if test.verify == nil {
			w.ok(err)
		} else {
			want(t, err, test.verify)
		}
		if found, err := w.Credentials().Find(t.Context(), "account-acme", c.ID); err != nil || found.State == credential.Disabled {
			t.Errorf("%s: %+v, %v", test.what, found, err)
		}
	}
}

func role(w world, r account.Role) error {
	return w.Accounts().SetRole(w.t.Context(), "account-acme", "person-ada", r, bySystem(audit.ChangeRole))
}

func bySystem(action audit.Action) audit.Entry {
	return audit.Entry{At: morning, Actor: audit.BySystem(), Action: action, Result: audit.Done}
}
