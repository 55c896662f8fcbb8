package db_test

import (
	"fmt"
	"reflect"
	"testing"
	"time"

	"mooring/account"
	"mooring/audit"
)

func (w world) signIn(name string, change ...func(*account.Session)) account.Session {
	w.t.Helper()
	s := account.Session{ID: "session-" + name, PersonID: "person-" + name, CreatedAt: morning, SeenAt: morning,
		ExpiresAt: after(account.SessionLife), Address: "192.0.2.1", Agent: "Firefox", Way: account.ByPassword, ProvedAt: morning}
	for _, f := range change {
		f(&s)
	}
	w.ok(w.Accounts().AddSession(w.t.Context(), account.Arrival{Session: s}, entry(audit.SignIn, "")))
	return s
}

func TestCaller(t *testing.T) {
	w := newWorld(t)
	session := w.signIn("ada")
	caller, err := w.Accounts().Caller(t.Context(), session.ID, morning)
	w.ok(err)
	p := newPerson("ada", "acme")
	p.Person.LastSignInAt = morning
	if expected := (account.Caller{Person: p.Person, Session: session, Memberships: p.Joins, HasPassword: true}); !reflect.DeepEqual(caller, expected) {
		t.Errorf("got  %+v\nwant %+v", caller, expected)
	}
	_, err = w.Accounts().Caller(t.Context(), "session-unknown", morning)
	want(t, err, account.ErrSignIn)
}

func TestSessionsEnd(t *testing.T) {
	w := newWorld(t)
	idle := w.signIn("ada")
	busy := w.signIn("ada", func(s *account.Session) { s.ID = "session-busy" })
	w.ok(w.Accounts().TouchSessions(t.Context(), map[string]time.Time{busy.ID: after(account.SessionLife - time.Minute), "session-gone": morning}))
	tests := []struct {
		session account.Session
		now     time.Duration
		lives   bool
	}{
		{idle, account.SessionIdle, true},
		{idle, account.SessionIdle + time.Second, false},
		{busy, account.SessionIdle + time.Second, true},
		{busy, account.SessionLife - time.Second, true},
		{busy, account.SessionLife, false},
	}
	for _, test := range tests {
		_, err := w.Accounts().Caller(t.Context(), test.session.ID, after(test.now))
		if test.lives {
			w.ok(err)
		} else {
			want(t, err, account.ErrSignIn)
		}
		sessions, err := w.Accounts().Sessions(t.Context(), "person-ada", after(test.now))
		w.ok(err)
		listed := false
		for _, s := range sessions {
			listed = listed || s.ID == test.session.ID
		}
		same(t, test.session.ID+" being listed after "+test.now.String(), listed, test.lives)
	}
}

func TestTouchingIsNoChangeAndNeverGoesBack(t *testing.T) {
	w := newWorld(t)
	session := w.signIn("ada")
	before := w.Version()
	for _, at := range []time.Duration{time.Hour, time.Minute} {
		w.ok(w.Accounts().TouchSessions(t.Context(), map[string]time.Time{session.ID: after(at)}))
	}
	same(t, "the version", w.Version(), before)
	caller, err := w.Accounts().Caller(t.Context(), session.ID, morning)
	w.ok(err)
	same(t, "the last sight", caller.Session.SeenAt, after(time.Hour))
}

func TestSessionsListsOwnOnesLatestFirst(t *testing.T) {
	w := newWorld(t)
	w.signIn("eve")
	old := w.signIn("ada")
	latest := w.signIn("ada", func(s *account.Session) { s.ID, s.SeenAt = "session-latest", after(time.Minute) })
	latest.PreviousAt, latest.PreviousAddress = morning, "192.0.2.1"
	sessions, err := w.Accounts().Sessions(t.Context(), "person-ada", morning)
	w.ok(err)
	if expected := []account.Session{latest, old}; !reflect.DeepEqual(sessions, expected) {
		t.Errorf("got  %+v\nwant %+v", sessions, expected)
	}
}

func TestOnlyOwnSessionsCanBeEnded(t *testing.T) {
	w := newWorld(t)
	session := w.signIn("ada")
	end := func(personID, id string) error {
		return w.Accounts().EndSession(t.Context(), personID, id, entry(audit.EndSession, ""))
	}
	want(t, end("person-eve", session.ID), account.ErrNoSuchSession)
	_, err := w.Accounts().Caller(t.Context(), session.ID, morning)
	w.ok(err)
	w.ok(end("person-ada", session.ID))
	_, err = w.Accounts().Caller(t.Context(), session.ID, morning)
	want(t, err, account.ErrSignIn)
	want(t, end("person-ada", session.ID), account.ErrNoSuchSession)
}

func TestDropExpired(t *testing.T) {
	w := newWorld(t)
	w.signIn("ada")
	w.signIn("ada", func(s *account.Session) { s.ID, s.ExpiresAt = "session-expired", morning })
	w.signIn("ada", func(s *account.Session) { s.ID, s.SeenAt = "session-idle", after(-account.SessionIdle-time.Second) })
	for _, at := range []time.Duration{-25 * time.Hour, -23 * time.Hour} {
		e := entry(audit.SignInFailed, "")
		e.At = after(at)
		w.ok(w.Accounts().AddFailure(t.Context(), account.Failure{EmailKey: "email", AddressKey: "address"}, e))
	}
	w.ok(w.Accounts().ReplaceSetUpLink(t.Context(), "link", morning, entry(audit.OfferSetUp, "")))
	for hash, expires := range map[string]time.Time{"old": morning, "new": after(time.Second)} {
		w.exec(`INSERT INTO invitations (id, account_id, hash, role, email, mailed, created_at, expires_at)
			VALUES (?1, 'account-acme', ?1, 'member', '', 0, 0, ?2)`, hash, expires.UnixMilli())
	}
	for i, at := range []time.Duration{-account.DeviceLife - time.Second, -account.DeviceLife} {
		w.exec(`INSERT INTO devices (person_id, hash, seen_at) VALUES ('person-eve', ?, ?)`, i, after(at).UnixMilli())
	}
	for _, at := range []time.Duration{-account.NoticeLife - time.Second, -account.NoticeLife} {
		w.exec(`INSERT INTO notices (person_id, kind, count, at, address, agent, detail) VALUES ('person-eve', 'new-device', 1, ?, '', '', '')`, after(at).UnixMilli())
	}
	for _, at := range []time.Duration{-25 * time.Hour, -23 * time.Hour} {
		w.exec(`INSERT INTO mailed_invitations (sender_key, at) VALUES ('sender', ?)`, after(at).UnixMilli())
	}
	w.exec(`DELETE FROM notices WHERE person_id = 'person-ada'`)
	before := w.Version()
	w.ok(w.Accounts().DropExpired(t.Context(), morning))
	same(t, "the sessions", w.count(`SELECT count(*) FROM sessions`), 1)
	same(t, "the failures", w.count(`SELECT count(*) FROM sign_in_failures`), 1)
	same(t, "the links", w.count(`SELECT count(*) FROM set_up_link`), 0)
	for _, table := range []string{"invitations", "mailed_invitations", "devices", "notices"} {
		same(t, "the "+table, w.count(`SELECT count(*) FROM `+table), 1)
	}
	if w.Version() == before {
		t.Error("whoever keeps a dropped session in memory must notice")
	}
}

func TestFailures(t *testing.T) {
	w := newWorld(t)
	fail := func(email, address string, at time.Duration) {
		e := entry(audit.SignInFailed, "")
		e.At = after(at)
		w.ok(w.Accounts().AddFailure(t.Context(), account.Failure{EmailKey: email, AddressKey: address}, e))
	}
	fail("ada", "here", -16*time.Minute) // too long ago
	fail("ada", "here", -15*time.Minute)
	fail("ada", "here", 0)
	fail("ada", "there", 0)
	fail("eve", "here", 0)
	fail("eve", "there", 0)
	fail("ada", "here", time.Minute+time.Millisecond) // the clock was ahead
	failures, err := w.Accounts().Failures(t.Context(), account.Failure{EmailKey: "ada", AddressKey: "here"}, after(-15*time.Minute), after(time.Minute))
	w.ok(err)
	same(t, "the count", failures, account.Failures{Pair: 2, Email: 3, Address: 3})
	same(t, "the audit entries", len(w.audit("")), 7)
}

// A flood from many networks fills no disk, and the latest failures count.
func TestTheLatestFailuresAreKeptAndNoMore(t *testing.T) {
	w := newWorld(t)
	w.exec(`INSERT INTO sign_in_failures (email_key, address_key, at)
		WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100500) SELECT 'e' || i, 'a' || i, ? FROM n`, morning.UnixMilli())
	version, entries := w.Version(), len(w.audit(""))
	f := account.Failure{EmailKey: "ada", AddressKey: "here", WiderKeys: []string{"street", "town"}}
	w.ok(w.Accounts().CountFailure(t.Context(), f, entry(audit.SignInFailed, "")))
	same(t, "the failures", w.count(`SELECT count(*) FROM sign_in_failures`), 100_000)
	failures, err := w.Accounts().Failures(t.Context(), f, after(-time.Minute), after(time.Minute))
	w.ok(err)
	same(t, "what counts", failures, account.Failures{Pair: 1, Email: 1, Address: 1, Wider: [2]int{1, 1}})
	same(t, "the audit entries", len(w.audit("")), entries)
	same(t, "the version", w.Version(), version)
	f.PersonID = "person-ada"
	w.ok(w.Accounts().CountFailure(t.Context(), f, entry(audit.SignInFailed, "")))
	same(t, "the version when somebody is told", w.Version(), version+1)
}

// Whatever was stored while the clock was a year ahead lasts no longer than what
// begins when the clock is right again, and throttles nobody then or later.
func TestWhatAClockThatWasAheadStoredEndsInTime(t *testing.T) {
	w := newWorld(t)
	a := w.Accounts()
	const ahead = 365 * 24 * time.Hour
	long := w.signIn("ada", func(s *account.Session) { s.ID = "session-before" })
	w.signIn("ada", func(s *account.Session) {
		s.ID, s.CreatedAt, s.SeenAt, s.ExpiresAt = "session-ahead", after(ahead), after(ahead), after(ahead+account.SessionLife)
	})
	w.ok(a.TouchSessions(t.Context(), map[string]time.Time{long.ID: after(ahead)}))
	soon, late := after(account.ClockSkew).UnixMilli(), after(ahead).UnixMilli()
	for name, at := range map[string]int64{"soon": soon, "late": late} {
		w.exec(`INSERT INTO invitations (id, account_id, hash, role, email, mailed, created_at, expires_at)
			VALUES (?1, 'account-acme', ?1, 'member', '', 0, ?2, ?2 + ?3)`, name, at, account.InvitationLife.Milliseconds())
		w.exec(`INSERT INTO api_keys (id, account_id, person_id, name, hash, scope, created_at, expires_at, last_used_at, last_address)
			VALUES (?1, 'account-acme', 'person-ada', '', '', 'read', ?2, ?2 + 1000, ?2, '')`, name, at)
		w.exec(`INSERT INTO devices (person_id, hash, seen_at) VALUES ('person-eve', ?, ?)`, name, at)
		w.exec(`INSERT INTO notices (person_id, kind, count, at, address, agent, detail) VALUES ('person-eve', 'new-device', 1, ?, '', '', ?)`, at, name)
		w.exec(`INSERT INTO sign_in_failures (email_key, address_key, at) VALUES (?, '', ?)`, name, at)
		w.exec(`INSERT INTO mailed_invitations (sender_key, at) VALUES (?, ?)`, name, at)
	}
	w.ok(a.ReplaceSetUpLink(t.Context(), "link", after(ahead), entry(audit.OfferSetUp, "")))

	_, err := a.Caller(t.Context(), "session-ahead", morning)
	want(t, err, account.ErrSignIn)
	sessions, err := a.Sessions(t.Context(), "person-ada", morning)
	w.ok(err)
	same(t, "the sessions that count", len(sessions), 1)

	w.ok(a.DropExpired(t.Context(), morning))
	same(t, "the sessions", w.count(`SELECT count(*) FROM sessions`), 1)
	for what, query := range map[string]string{
		"when the session was seen":        `SELECT seen_at FROM sessions WHERE id = 'session-before'`,
		"when the invitation began":        `SELECT created_at FROM invitations WHERE id = 'late'`,
		"when the key began":               `SELECT created_at FROM api_keys WHERE id = 'late'`,
		"when the key was used":            `SELECT last_used_at FROM api_keys WHERE id = 'late'`,
		"when the browser was seen":        `SELECT seen_at FROM devices WHERE hash = 'late'`,
		"when the notice was left":         `SELECT at FROM notices WHERE detail = 'late'`,
		"how long the key lives":           `SELECT expires_at - 1000 FROM api_keys WHERE id = 'late'`,
		"how long the invitation lives":    fmt.Sprintf(`SELECT expires_at - %d FROM invitations WHERE id = 'late'`, account.InvitationLife.Milliseconds()),
		"what is ahead by seconds (1)":     `SELECT created_at - 60000 FROM invitations WHERE id = 'soon'`,
		"what is ahead by seconds (2)":     `SELECT created_at - 60000 FROM api_keys WHERE id = 'soon'`,
		"what is ahead by seconds (3)":     `SELECT seen_at - 60000 FROM devices WHERE hash = 'soon'`,
		"what is ahead by seconds (4)":     `SELECT at - 60000 FROM notices WHERE detail = 'soon'`,
		"a failure that still counts":      `SELECT at - 60000 FROM sign_in_failures`,
		"a mail that still counts":         `SELECT at - 60000 FROM mailed_invitations`,
		"when the session before was made": `SELECT created_at FROM sessions`,
	} {
		same(t, what, int64(w.count(query)), morning.UnixMilli())
	}
	for table, rows := range map[string]int{"sign_in_failures": 1, "mailed_invitations": 1, "set_up_link": 0, "invitations": 2, "api_keys": 2} {
		same(t, "the rows of "+table, w.count(`SELECT count(*) FROM `+table), rows)
	}
}

func TestKnownAddress(t *testing.T) {
	w := newWorld(t)
	w.signIn("ada")
	w.signIn("ada", func(s *account.Session) { s.ID, s.Address = "session-six", "2001:db8:1:2::1" })
	for _, test := range []struct {
		person, address string
		known           bool
	}{
		{"person-ada", "192.0.2.1", true}, {"person-ada", "192.0.2.2", false}, {"person-eve", "192.0.2.1", false}, {"", "192.0.2.1", false},
		{"person-ada", "2001:db8:1:2::1", true}, {"person-ada", "2001:db8:1:2:a:b:c:d", true}, {"person-ada", "2001:db8:1:3::1", false},
	} {
		known, err := w.Accounts().KnownAddress(t.Context(), test.person, test.address)
		w.ok(err)
		same(t, test.person+" being known at "+test.address, known, test.known)
	}
}

func TestSessionsGoWithTheirPerson(t *testing.T) {
	w := newWorld(t)
	w.signIn("ada")
	w.exec(`DELETE FROM people WHERE id = 'person-ada'`)
	same(t, "the sessions", w.count(`SELECT count(*) FROM sessions`), 0)
	same(t, "the memberships", w.count(`SELECT count(*) FROM memberships WHERE person_id = 'person-ada'`), 0)
}

func TestOfTooManySessionsTheLongestUnseenGo(t *testing.T) {
	w := newWorld(t)
	w.signIn("eve")
	later := func(id string, at time.Duration) func(*account.Session) {
		return func(s *account.Session) { s.ID, s.CreatedAt, s.SeenAt = id, after(at), after(at) }
	}
	for i := range account.MaxSessions {
		w.signIn("ada", later(fmt.Sprint(i), time.Duration(i)*time.Minute))
	}
	w.ok(w.Accounts().TouchSessions(t.Context(), map[string]time.Time{"0": after(time.Hour)})) // the oldest, but not the longest unseen
	w.signIn("ada", later("new", 2*time.Hour))
	same(t, "her sessions", w.count(`SELECT count(*) FROM sessions WHERE person_id = 'person-ada'`), account.MaxSessions)
	same(t, "those that were seen for longest", w.count(`SELECT count(*) FROM sessions WHERE id IN ('0', '2', 'new')`), 3)
	same(t, "what the audit log says", w.audit("")[0].Detail, "as told, in place of the session that was unseen for longest")
	w.signIn("ada", later("replacing", 3*time.Hour), func(s *account.Session) { s.Replaces = "new" })
	same(t, "that it takes only the place of its own", w.count(`SELECT count(*) FROM sessions WHERE id = '2'`), 1)
	same(t, "eve's sessions", w.count(`SELECT count(*) FROM sessions WHERE person_id = 'person-eve'`), 1)
}

// Whoever guessed the password of somebody with a passkey ends at most one of
// their sessions.
func TestSessionsThatOweTheirSecondStepGoFirst(t *testing.T) {
	w := newWorld(t)
	w.have(newPasskey("ada", "red"))
	for i := range account.MaxSessions {
		w.signIn("ada", func(s *account.Session) { s.ID, s.SecondStepAt = fmt.Sprint("whole-", i), morning })
	}
	for i := range account.MaxSessions {
		w.signIn("ada", func(s *account.Session) {
			s.ID, s.CreatedAt, s.SeenAt = fmt.Sprint("half-", i), after(time.Hour), after(time.Hour)
		})
	}
	same(t, "the whole ones", w.count(`SELECT count(*) FROM sessions WHERE second_step_at > 0`), account.MaxSessions-1)
	same(t, "all", w.count(`SELECT count(*) FROM sessions`), account.MaxSessions)
}

func TestOfTooManyBrowsersTheLongestUnseenAreForgotten(t *testing.T) {
	w := newWorld(t)
	meet := func(device string, at time.Duration) {
		s := account.Session{ID: fmt.Sprint(device, at), PersonID: "person-ada", CreatedAt: after(at), SeenAt: after(at), ExpiresAt: after(account.SessionLife),
			Address: "192.0.2.1", Agent: "Firefox", Way: account.ByPassword}
		w.ok(w.Accounts().AddSession(t.Context(), account.Arrival{Session: s, Device: device}, entry(audit.SignIn, "")))
	}
	known := func(person, device string) bool {
		known, err := w.Accounts().KnownDevice(t.Context(), person, device)
		w.ok(err)
		return known
	}
	for i := range account.MaxDevices {
		meet(fmt.Sprint("device-", i), time.Duration(i)*time.Minute)
	}
	meet("device-0", time.Hour) // seen again, which needs no place
	same(t, "a place being taken", known("person-ada", "device-1"), true)
	meet("new", 2*time.Hour)
	for device, want := range map[string]bool{"device-0": true, "device-1": false, "device-2": true, "new": true, "": false} {
		same(t, device+" being known", known("person-ada", device), want)
	}
	same(t, "being known as somebody else's", known("person-eve", "new"), false)
	same(t, "the browsers", w.count(`SELECT count(*) FROM devices`), account.MaxDevices)
}
