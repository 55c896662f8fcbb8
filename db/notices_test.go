package db_test

import (
	"fmt"
	"slices"
	"strconv"
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
	notice := w.caller(last.ID).Notices[0]
	notice.ID = 0
	same(t, "the notice", notice, account.Notice{Kind: account.NoticeNewDevice, Count: 1, At: after(2 * time.Minute), Address: "203.0.113.9", Agent: "Firefox"})
	w.arrive("", 4*time.Minute, "203.0.113.9")
	w.arrive("", 5*time.Minute, "203.0.113.8")
	same(t, "the notices of a browser that hides", devices(), 1)
	notice = w.caller(last.ID).Notices[0]
	notice.ID = 0
	same(t, "the notice of all", notice, account.Notice{Kind: account.NoticeNewDevice, Count: 3, At: after(5 * time.Minute), Address: "203.0.113.8", Agent: "Firefox"})
	same(t, "the devices", w.count(`SELECT count(*) FROM devices`), 2)
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
	same(t, "all notices", w.count(`SELECT count(*) FROM notices`), 2)

	before := w.Version()
	want := notices[0]
	want.ID = 0
	same(t, "the notice", want, account.Notice{Kind: account.NoticeFailedSignIns, Count: 2, At: after(2 * time.Minute), Address: "198.51.100.2", Agent: "curl"})
	w.dismiss(session.ID, notices)
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
	w.dismiss(session.ID, read)
	left := w.caller(session.ID).Notices
	if len(left) != 1 || !left[0].At.Equal(after(2*time.Minute)) {
		t.Errorf("left are %+v", left) // the same notice, which tells of one more by now
	}
}

func TestAPageShowsTheLatestTenNoticesAndThenTheOthers(t *testing.T) {
	w := newWorld(t)
	session := w.arrive("laptop", 0, "192.0.2.1")
	for i := range 15 {
		w.exec(`INSERT INTO notices VALUES (NULL, 'person-ada', 'passkey-added', 1, ?, '', '', '', NULL, 0)`, after(time.Duration(i+1)*time.Minute).UnixMilli())
	}
	notices := w.caller(session.ID).Notices
	if len(notices) != 10 || !notices[0].At.Equal(after(15*time.Minute)) || !notices[9].At.Equal(after(6*time.Minute)) {
		t.Errorf("they are %+v", notices)
	}
	w.dismiss(session.ID, notices)
	notices = w.caller(session.ID).Notices
	if len(notices) != 5 || !notices[0].At.Equal(after(5*time.Minute)) {
		t.Errorf("then they are %+v", notices)
	}
}

// dismiss presses the button under what a page of ada's showed.
func (w world) dismiss(sessionID string, shown []account.Notice) {
	w.t.Helper()
	counts := map[int64]int{}
	for _, n := range shown {
		counts[n.ID] = n.Count
	}
	w.ok(w.Accounts().DismissNotices(w.t.Context(), "person-ada", sessionID, counts))
}

// What a thief does who is in somebody's session: they add a way in of their own
// and press the button.
func TestWhoDidSomethingCannotDismissItForTheOthers(t *testing.T) {
	w := newWorld(t)
	w.signIn("ada")
	n := told(account.NoticePasskeyAdded)
	n.SessionID = "session-renewed"
	_, err := w.Accounts().AddPasskey(t.Context(), w.renewal(), newPasskey("ada", "red"), []string{"code"}, n, entry(audit.AddPasskey, ""))
	w.ok(err)
	same(t, "what the session that did it is told", len(w.caller("session-renewed").Notices), 1)
	w.dismiss("session-renewed", w.caller("session-renewed").Notices)
	same(t, "what it is told then", len(w.caller("session-renewed").Notices), 0)
	again := w.renewal(func(r *account.Renewal) { r.From, r.To = "session-renewed", "session-again" })
	w.ok(w.Accounts().RenewSession(t.Context(), again, entry(audit.Prove, "")))
	same(t, "what it is told under its next id", len(w.caller("session-again").Notices), 0)

	other := w.signInOn("laptop", account.Session{ID: "other", PersonID: "person-ada", CreatedAt: morning, SeenAt: morning, SecondStepAt: morning, ExpiresAt: after(account.SessionLife)})
	theirs := func() (added []account.Notice) {
		for _, n := range w.caller(other.ID).Notices {
			if n.Kind == account.NoticePasskeyAdded {
				added = append(added, n)
			}
		}
		return added
	}
	same(t, "what another session is told", len(theirs()), 1)
	w.dismiss("session-again", theirs())
	same(t, "what another session is told when it is dismissed twice", len(theirs()), 1)
	w.exec(`DELETE FROM sessions WHERE id = 'session-again'`)
	same(t, "what is told when that session has ended", len(theirs()), 1)
	w.ok(w.Accounts().DismissNotices(t.Context(), "person-eve", "session-eve", map[int64]int{theirs()[0].ID: 1}))
	same(t, "what is told when somebody else dismisses it", len(theirs()), 1)
	w.dismiss(other.ID, theirs())
	same(t, "what is left", w.count(`SELECT count(*) FROM notices WHERE kind = 'passkey-added'`), 0)
}

func TestWhoOwesTheSecondStepHasNotSignedIn(t *testing.T) {
	w := newWorld(t)
	w.arrive("laptop", 0, "192.0.2.1")
	w.have(newPasskey("ada", "red"))
	half := w.arrive("thief", 50*time.Minute, "203.0.113.9")
	lasted := func() time.Time {
		ada, _, err := w.Accounts().PasswordOf(t.Context(), "ada@example.com")
		w.ok(err)
		return ada.LastSignInAt
	}
	halves := func() int { return w.count(`SELECT coalesce(sum(count), 0) FROM notices WHERE kind = 'half-sign-in'`) }
	same(t, "her last sign-in", lasted(), morning)
	same(t, "the sign-in before it", half.PreviousAt, time.Time{})
	same(t, "its end", half.ExpiresAt, after(50*time.Minute+account.HalfSignInLife))
	same(t, "the devices", w.count(`SELECT count(*) FROM devices`), 1)
	same(t, "the notices of half sign-ins", halves(), 1)
	same(t, "all notices", w.count(`SELECT count(*) FROM notices`), 1)
	same(t, "the detail in the audit log", w.audit("")[0].Detail, "as told, the second step is owed")

	second := w.renewal(func(r *account.Renewal) {
		r.From, r.To, r.At, r.SecondStepAt, r.Device = half.ID, "whole", after(52*time.Minute), after(52*time.Minute), "thief"
	})
	w.ok(w.Accounts().RenewSession(t.Context(), second, entry(audit.SecondStep, "")))
	whole := w.caller("whole").Session
	same(t, "its end now", whole.ExpiresAt, after(50*time.Minute+account.SessionLife))
	same(t, "the sign-in before it now", whole.PreviousAt, morning)
	same(t, "and its address", whole.PreviousAddress, "192.0.2.1")
	same(t, "her last sign-in now", lasted(), after(52*time.Minute))
	same(t, "the devices now", w.count(`SELECT count(*) FROM devices WHERE hash = 'thief'`), 1)
	same(t, "the notices of half sign-ins now", halves(), 0)
	same(t, "the notices of the new browser", w.count(`SELECT count FROM notices WHERE kind = 'new-device'`), 1)

	proof := w.renewal(func(r *account.Renewal) {
		r.From, r.To, r.At, r.Device = "whole", "proved", after(53*time.Minute), "another"
	})
	w.ok(w.Accounts().RenewSession(t.Context(), proof, entry(audit.Prove, "")))
	same(t, "her last sign-in after a proof", lasted(), after(52*time.Minute))
}

func TestHalfSignInsThatCameToNothingAreOneNotice(t *testing.T) {
	w := newWorld(t)
	w.have(newPasskey("ada", "red"))
	w.have(newPasskey("eve", "blue"))
	halves := func() []int {
		var counts []int
		for _, word := range w.words(`SELECT count FROM notices WHERE person_id = 'person-ada' AND kind = 'half-sign-in' ORDER BY id`) {
			n, err := strconv.Atoi(word)
			w.ok(err)
			counts = append(counts, n)
		}
		return counts
	}
	expect := func(what string, counts ...int) {
		t.Helper()
		if !slices.Equal(halves(), counts) {
			t.Errorf("%s: the notices count %v, want %v", what, halves(), counts)
		}
	}
	first := w.arrive("", 50*time.Minute, "203.0.113.1")
	expect("one", 1)
	again := account.Session{ID: "again", PersonID: "person-ada", CreatedAt: after(51 * time.Minute), SeenAt: morning, ExpiresAt: after(time.Hour), Replaces: first.ID}
	w.signInOn("", again)
	expect("the same browser again", 1)
	eves := account.Session{ID: "eve", PersonID: "person-eve", CreatedAt: after(51 * time.Minute), SeenAt: morning, ExpiresAt: after(time.Hour), Replaces: "again"}
	w.signInOn("", eves)
	expect("somebody else in the same browser", 1)
	w.arrive("", 52*time.Minute, "203.0.113.2")
	expect("another browser", 1, 1)
	w.exec(`DELETE FROM sessions`)
	w.arrive("", 53*time.Minute, "203.0.113.3")
	expect("another when those have ended", 2, 1)
	w.exec(`DELETE FROM sessions`)
	last := w.arrive("", 54*time.Minute, "203.0.113.4")
	expect("and another", 3, 1)
	same(t, "the latest of those that ended", w.count(`SELECT count(*) FROM notices WHERE count = 3 AND address = '203.0.113.3'`), 1)
	same(t, "eve's", w.count(`SELECT count(*) FROM notices WHERE person_id = 'person-eve' AND kind = 'half-sign-in'`), 1)
	shown := w.caller(last.ID).Notices
	w.dismiss("another", shown)
	expect("what was shown is dismissed", 1) // the session itself was not told of itself
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
