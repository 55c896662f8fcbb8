package db_test

import (
	"fmt"
	"testing"
	"time"

	"mooring/account"
	"mooring/audit"
)

func (w world) arrive(device string, at time.Duration, address string) account.Session {
	w.t.Helper()
	return w.signInOn(device, account.Session{ID: fmt.Sprint("session-", at), PersonID: "person-ada", CreatedAt: after(at), SeenAt: after(at),
		ExpiresAt: after(account.SessionLife), Address: address, Agent: "Firefox", Way: account.ByPassword})
}

func (w world) signInOn(device string, s account.Session) account.Session {
	w.t.Helper()
	w.ok(w.Accounts().AddSession(w.t.Context(), account.Arrival{Session: s, Device: device}, entry(audit.SignIn, "")))
	return w.caller(s.ID).Session
}

func TestSomebodyIsToldOfABrowserThatTheyNeverUsed(t *testing.T) {
	w := newWorld(t)
	devices := func() int {
		return w.count(`SELECT count(*) FROM notices WHERE person_id = 'person-ada' AND kind = 'new-device'`)
	}
	w.arrive("laptop", 0, "192.0.2.1")
	same(t, "the notices of the first sign-in ever", devices(), 0)
	w.arrive("laptop", time.Minute, "192.0.2.1")
	same(t, "the notices of a known browser", devices(), 0)
	last := w.arrive("phone", 2*time.Minute, "203.0.113.9")
	same(t, "the notices of a new browser", devices(), 1)
	w.arrive("phone", 3*time.Minute, "203.0.113.9")
	same(t, "the notices when it comes again", devices(), 1)
	w.arrive("", 4*time.Minute, "203.0.113.9")
	w.arrive("", 5*time.Minute, "203.0.113.9")
	same(t, "the notices of a browser that hides", devices(), 3)
	same(t, "the devices", w.count(`SELECT count(*) FROM devices`), 2)
	notice := w.caller(last.ID).Notices[2]
	notice.ID = 0
	same(t, "the notice", notice, account.Notice{Kind: account.NoticeNewDevice, Count: 1, At: after(2 * time.Minute), Address: "203.0.113.9", Agent: "Firefox"})
}

func TestASessionKnowsTheSignInBefore(t *testing.T) {
	w := newWorld(t)
	first := w.arrive("laptop", 0, "192.0.2.1")
	if !first.PreviousAt.IsZero() || first.PreviousAddress != "" {
		t.Errorf("before the first there was %v from %s", first.PreviousAt, first.PreviousAddress)
	}
	w.exec(`DELETE FROM sessions`) // that they ended changes nothing
	second := w.arrive("laptop", time.Minute, "203.0.113.9")
	same(t, "the time of the first", second.PreviousAt, morning)
	same(t, "the address of the first", second.PreviousAddress, "192.0.2.1")
	ada, _, err := w.Accounts().PasswordOf(t.Context(), "ada@example.com")
	w.ok(err)
	same(t, "her last sign-in", ada.LastSignInAt, after(time.Minute))
}

func TestFailedSignInsAreOneNotice(t *testing.T) {
	w := newWorld(t)
	session := w.arrive("laptop", 0, "192.0.2.1")
	fail := func(personID, address string, at time.Duration) {
		e := entry(audit.SignInFailed, "")
		e.At, e.Actor.Address = after(at), address
		w.ok(w.Accounts().AddFailure(t.Context(), account.Failure{EmailKey: "e", AddressKey: "a", PersonID: personID, Agent: "curl"}, e))
	}
	fail("person-ada", "198.51.100.1", time.Minute)
	fail("person-ada", "198.51.100.2", 2*time.Minute)
	fail("person-eve", "198.51.100.3", 3*time.Minute)
	fail("", "198.51.100.4", 4*time.Minute)
	fail("person-nobody", "198.51.100.5", 5*time.Minute)
	notices := w.caller(session.ID).Notices
	if len(notices) != 1 {
		t.Fatalf("the notices are %+v", notices)
	}
	notices[0].ID = 0
	same(t, "the notice", notices[0], account.Notice{Kind: account.NoticeFailedSignIns, Count: 2, At: after(2 * time.Minute), Address: "198.51.100.2", Agent: "curl"})
	same(t, "all notices", w.count(`SELECT count(*) FROM notices`), 2)

	before := w.Version()
	w.ok(w.Accounts().DismissNotices(t.Context(), "person-ada", notices[0].At))
	same(t, "the version", w.Version(), before+1)
	same(t, "ada's notices", len(w.caller(session.ID).Notices), 0)
	same(t, "eve's notices", w.count(`SELECT count(*) FROM notices WHERE person_id = 'person-eve'`), 1)
}

func TestWhatCameAfterTheNoticesWereReadStays(t *testing.T) {
	w := newWorld(t)
	session := w.arrive("laptop", 0, "192.0.2.1")
	w.arrive("phone", time.Minute, "192.0.2.1")
	read := w.caller(session.ID).Notices
	w.arrive("tablet", 2*time.Minute, "192.0.2.1")
	w.ok(w.Accounts().DismissNotices(t.Context(), "person-ada", read[0].At))
	left := w.caller(session.ID).Notices
	if len(left) != 1 || !left[0].At.Equal(after(2*time.Minute)) {
		t.Errorf("left are %+v", left)
	}
}

func TestAPageShowsTheLatestTenNotices(t *testing.T) {
	w := newWorld(t)
	session := w.arrive("laptop", 0, "192.0.2.1")
	for i := range 15 {
		w.arrive("", time.Duration(i+1)*time.Minute, "192.0.2.1")
	}
	notices := w.caller(session.ID).Notices
	if len(notices) != 10 || !notices[0].At.Equal(after(15*time.Minute)) || !notices[9].At.Equal(after(6*time.Minute)) {
		t.Errorf("they are %+v", notices)
	}
}

func TestAnAddressIsKnownOnlyAfterBothSteps(t *testing.T) {
	w := newWorld(t)
	w.arrive("laptop", 0, "192.0.2.1")
	known := func() bool {
		known, err := w.Accounts().KnownAddress(t.Context(), "person-ada", "192.0.2.1")
		w.ok(err)
		return known
	}
	same(t, "being known without a passkey", known(), true)
	w.have(newPasskey("ada", "red"))
	same(t, "being known while the second step is owed", known(), false)
	w.exec(`UPDATE sessions SET second_step_at = 1`)
	same(t, "being known after it", known(), true)
}
