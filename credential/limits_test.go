package credential_test

import (
	"fmt"
	"testing"
	"time"

	"mooring/credential"
	"mooring/fault"
)

// moving is a world with a clock that the test moves.
func moving(t *testing.T) (world, *time.Time) {
	now := morning
	return worldAt(t, func() time.Time { return now }), &now
}

func TestPeopleRequestSoManyChecksInAMinute(t *testing.T) {
	w, now := moving(t)
	order := w.enthrone()
	c := w.link("one")
	verify := func() error {
		_, err := w.Verify(t.Context(), ofAcme, c.ID)
		return err
	}
	again := func() error {
		_, err := w.CheckAgain(t.Context(), order, c.ID)
		return err
	}
	for range credential.DefaultChecks / 2 {
		w.ok(verify())
	}
	*now = now.Add(30 * time.Second)
	for range credential.DefaultChecks / 2 { // an administrator's count as well
		w.ok(again())
	}
	*now = now.Add(29*time.Second + 300*time.Millisecond)
	entries := len(w.audited())
	for _, request := range []func() error{verify, again} {
		err := request()
		w.want(err, credential.ErrTooManyChecks)
		f := fault.Of(err)
		same(t, "the kind", f.Kind, fault.TooMany)
		same(t, "the wait", f.RetryAfter, 700*time.Millisecond)
		same(t, "the sentence", f.Sentence, "This account has reached its limit of 60 checks a minute. Try again in 1 second.")
	}
	same(t, "the entries about what was refused", len(w.audited())-entries, 0)
	theirs, err := w.Link(t.Context(), ofEvil, "azure", form("theirs"), false)
	w.ok(err)
	_, err = w.Verify(t.Context(), ofEvil, theirs.ID)
	w.ok(err) // another account

	*now = now.Add(700 * time.Millisecond) // the first half is a minute old
	for range credential.DefaultChecks / 2 {
		w.ok(verify())
	}
	err = verify()
	w.want(err, credential.ErrTooManyChecks)
	same(t, "the wait for the second half", fault.Of(err).RetryAfter, 30*time.Second)
}

func TestOnlyRequestedChecksAreLimited(t *testing.T) {
	w, _ := moving(t)
	order := w.enthrone()
	w.LimitChecks(1)
	c := w.link("one")
	w.link("two") // with its first check
	_, err := w.Verify(t.Context(), ofAcme, c.ID)
	w.ok(err)
	for range 3 { // a job
		_, err := w.CheckNow(t.Context(), order, c.ID)
		w.ok(err)
	}
	_, err = w.Edit(t.Context(), ofAcme, c.ID, form("edited"), true)
	w.ok(err)
	_, err = w.Disable(t.Context(), ofAcme, c.ID)
	w.ok(err)
	_, err = w.Verify(t.Context(), ofAcme, c.ID)
	w.want(err, credential.ErrNotPossibleNow) // which takes nothing from the limit
	_, err = w.Enable(t.Context(), ofAcme, c.ID)
	w.ok(err)
	_, err = w.Verify(t.Context(), ofAcme, c.ID)
	w.want(err, credential.ErrTooManyChecks)
}

// What was requested while the clock was ahead holds up nobody.
func TestChecksOfAClockThatWasAheadAreNotCounted(t *testing.T) {
	w, now := moving(t)
	w.LimitChecks(2)
	c := w.link("one")
	request := func() error {
		_, err := w.Verify(t.Context(), ofAcme, c.ID)
		return err
	}
	w.ok(request())
	*now = now.Add(365 * 24 * time.Hour)
	w.ok(request())
	w.ok(request())
	w.want(request(), credential.ErrTooManyChecks)
	*now = now.Add(-365*24*time.Hour + time.Second)
	w.ok(request())
	w.ok(request())
	w.want(request(), credential.ErrTooManyChecks)
}

func TestTheCountOfRequestsIsForgotten(t *testing.T) {
	limit := credential.NewCheckLimit(1)
	for i := range 100 {
		if err := limit.Take(fmt.Sprint("account-", i), morning); err != nil {
			t.Fatal(err)
		}
	}
	same(t, "the accounts", limit.Accounts(), 100)
	if err := limit.Take("account-late", morning.Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
	same(t, "the accounts a minute later", limit.Accounts(), 1)
	for i := range credential.MostAccounts + 10 {
		if err := limit.Take(fmt.Sprint("account-", i), morning.Add(time.Minute)); err != nil {
			t.Fatal(err)
		}
	}
	if got := limit.Accounts(); got > credential.MostAccounts {
		t.Errorf("%d accounts are in memory", got)
	}
}
