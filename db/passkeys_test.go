package db_test

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"sync"
	"testing"
	"time"

	"mooring/account"
	"mooring/audit"
)

func newPasskey(name, colour string) account.Passkey {
	return account.Passkey{ID: "passkey-" + colour, PersonID: "person-" + name, CredentialID: []byte("credential " + colour), Name: colour,
		Record: []byte(`{"counter":1}`), CreatedAt: morning}
}

// renewal renews the session of ada that signIn makes.
func (w world) renewal(change ...func(*account.Renewal)) account.Renewal {
	r := account.Renewal{PersonID: "person-ada", From: "session-ada", To: "session-renewed", At: after(time.Hour),
		ProvedAt: after(time.Hour), Address: "192.0.2.7", Agent: "Opera"}
	for _, f := range change {
		f(&r)
	}
	return r
}

// have gives somebody a passkey, as if they had come with it.
func (w world) have(p account.Passkey) {
	w.t.Helper()
	w.exec(`INSERT INTO passkeys (id, person_id, credential_id, name, record, created_at, last_used_at) VALUES (?, ?, ?, ?, ?, ?, 0)`,
		p.ID, p.PersonID, p.CredentialID, p.Name, string(p.Record), p.CreatedAt.UnixMilli())
}

func told(kind account.NoticeKind) account.Notice {
	return account.Notice{Kind: kind, Count: 1, At: after(time.Hour), Address: "192.0.2.7", Agent: "Opera", Detail: "as told"}
}

func (w world) caller(sessionID string) account.Caller {
	w.t.Helper()
	caller, err := w.Accounts().Caller(w.t.Context(), sessionID, after(time.Hour))
	w.ok(err)
	return caller
}

func (w world) sessions(name string) int {
	return w.count(`SELECT count(*) FROM sessions WHERE person_id = ?`, "person-"+name)
}

func TestPasskeysReadBackAsStored(t *testing.T) {
	w := newWorld(t)
	w.signIn("ada")
	red, blue := newPasskey("ada", "red"), newPasskey("ada", "blue")
	blue.CreatedAt = after(time.Second)
	first, err := w.Accounts().AddPasskey(t.Context(), w.renewal(), red, []string{"one", "two"}, told(account.NoticePasskeyAdded), entry(audit.AddPasskey, ""))
	w.ok(err)
	same(t, "the first being the first", first, true)
	again := w.renewal(func(r *account.Renewal) { r.From, r.To = "session-renewed", "session-again" })
	first, err = w.Accounts().AddPasskey(t.Context(), again, blue, []string{"three"}, told(account.NoticePasskeyAdded), entry(audit.AddPasskey, ""))
	w.ok(err)
	same(t, "the second being the first", first, false)

	codes, err := w.Accounts().CodesLeft(t.Context(), "person-ada")
	w.ok(err)
	same(t, "the recovery codes, made with the first passkey only", codes, 2)
	passkeys, err := w.Accounts().Passkeys(t.Context(), "person-ada")
	w.ok(err)
	if !reflect.DeepEqual(passkeys, []account.Passkey{red, blue}) {
		t.Errorf("got %+v", passkeys)
	}
	found, person, err := w.Accounts().PasskeyOf(t.Context(), blue.CredentialID)
	w.ok(err)
	if !reflect.DeepEqual(found, blue) || person.ID != "person-ada" || person.Email != "ada@example.com" {
		t.Errorf("got %+v of %+v", found, person)
	}
	_, _, err = w.Accounts().PasskeyOf(t.Context(), []byte("credential green"))
	want(t, err, account.ErrNoSuchPasskey)
	same(t, "the number in the caller", w.caller("session-again").Passkeys, 2)
}

func TestAPasskeyBelongsToOnePerson(t *testing.T) {
	w := newWorld(t)
	w.signIn("ada")
	theirs := newPasskey("eve", "red")
	w.have(theirs)
	mine := newPasskey("ada", "red")
	mine.ID = "passkey-mine"
	_, err := w.Accounts().AddPasskey(t.Context(), w.renewal(), mine, nil, told(account.NoticePasskeyAdded), entry(audit.AddPasskey, ""))
	want(t, err, account.ErrPasskeyRefused)
	err = w.Accounts().RemovePasskey(t.Context(), w.renewal(), theirs.ID, account.Policy{Passwords: true}, told(account.NoticePasskeyRemoved), entry(audit.RemovePasskey, ""))
	want(t, err, account.ErrNoSuchPasskey)
	same(t, "the passkeys", w.count(`SELECT count(*) FROM passkeys`), 1)
	w.caller("session-ada") // what was refused changes no session either
}

func TestAPasskeyThatIsNeededStays(t *testing.T) {
	passwords, nothing := account.Policy{Passwords: true, Passkeys: true}, account.Policy{Passkeys: true}
	provider, unusable := account.Policy{Passkeys: true, Providers: []string{"github", "harbor"}}, account.Policy{Passwords: true}
	required := account.Policy{Passwords: true, Passkeys: true, RequireSecondStep: true}
	second := func(w world) { w.have(newPasskey("ada", "blue")) }
	identity := func(w world) { w.know(newIdentity("ada", "1")) }
	noPassword := func(w world) { w.exec(`UPDATE people SET password_hash = '' WHERE id = 'person-ada'`) }
	organization := func(w world) { w.exec(`UPDATE accounts SET require_second_step = 1 WHERE name = 'acme'`) }
	another := func(w world) { w.exec(`UPDATE accounts SET require_second_step = 1 WHERE name = 'evil'`) }
	tests := map[string]struct {
		policy  account.Policy
		prepare []func(w world)
		refusal error
	}{
		"beside a password":                     {passwords, nil, nil},
		"alone":                                 {passwords, []func(world){noPassword}, account.ErrLastWayIn},
		"beside a password that counts no more": {nothing, nil, account.ErrLastWayIn},
		"beside an identity":                    {provider, []func(world){identity}, nil},
		"beside one at a provider that is gone": {nothing, []func(world){identity}, account.ErrLastWayIn},
		"beside a passkey where none works":     {unusable, []func(world){noPassword, second}, account.ErrLastWayIn},
		"beside another passkey":                {nothing, []func(world){noPassword, second}, nil},
		"the site requires it":                  {required, nil, account.ErrLastPasskey},
		"the site requires one of two":          {required, []func(world){second}, nil},
		"an organization requires it":           {passwords, []func(world){organization}, account.ErrLastPasskey},
		"an organization of others requires":    {passwords, []func(world){another}, nil},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.signIn("ada")
			w.have(newPasskey("ada", "red"))
			w.exec(`INSERT INTO recovery_codes (person_id, hash) VALUES ('person-ada', 'one'), ('person-eve', 'two')`)
			for _, prepare := range test.prepare {
				prepare(w)
			}
			err := w.Accounts().RemovePasskey(t.Context(), w.renewal(), "passkey-red", test.policy, told(account.NoticePasskeyRemoved), entry(audit.RemovePasskey, ""))
			if !errors.Is(err, test.refusal) {
				t.Fatalf("got %v, want %v", err, test.refusal)
			}
			left := w.count(`SELECT count(*) FROM passkeys`)
			codes := 1
			if test.refusal != nil || left > 0 {
				codes = 2
			}
			same(t, "the recovery codes", w.count(`SELECT count(*) FROM recovery_codes`), codes)
		})
	}
}

func TestOfFiftyWhoUseOneRecoveryCodeAtOnceOneGetsIn(t *testing.T) {
	w := newWorld(t)
	const many = 50
	for i := range many {
		w.signIn("ada", func(s *account.Session) { s.ID = fmt.Sprint("session-", i) })
	}
	w.exec(`INSERT INTO recovery_codes (person_id, hash) VALUES ('person-ada', 'one'), ('person-ada', 'two'), ('person-eve', 'one')`)
	results := make(chan error, many)
	var group sync.WaitGroup
	for i := range many {
		group.Go(func() {
			r := w.renewal(func(r *account.Renewal) {
				r.From, r.To = fmt.Sprint("session-", i), fmt.Sprint("renewed-", i)
				r.Proof, r.SecondStepAt = account.Proof{Code: "one"}, r.At
			})
			results <- w.Accounts().RenewSession(context.Background(), r, entry(audit.UseRecoveryCode, ""))
		})
	}
	group.Wait()
	close(results)
	won := 0
	for err := range results {
		if err == nil {
			won++
			continue
		}
		want(t, err, account.ErrWrongCode)
	}
	same(t, "who got in", won, 1)
	same(t, "the sessions with both steps", w.count(`SELECT count(*) FROM sessions WHERE second_step_at > 0`), 1)
	same(t, "the codes that are left", w.count(`SELECT count(*) FROM recovery_codes`), 2)
	same(t, "the notices", w.count(`SELECT count(*) FROM notices WHERE kind = 'code-used'`), 1)
}

func TestRecoveryCodesNeedAPasskeyAndReplaceTheEarlier(t *testing.T) {
	w := newWorld(t)
	set := func(hashes ...string) error {
		return w.Accounts().SetCodes(t.Context(), "person-ada", hashes, told(account.NoticeCodesMade), entry(audit.MakeRecoveryCodes, ""))
	}
	want(t, set("one"), account.ErrNoPasskey)
	w.have(newPasskey("ada", "red"))
	w.ok(set("one", "two"))
	w.ok(set("three"))
	same(t, "the codes", w.count(`SELECT count(*) FROM recovery_codes WHERE hash = 'three'`), w.count(`SELECT count(*) FROM recovery_codes`))
}

func TestARenewedSessionIsTheSameUnderANewName(t *testing.T) {
	w := newWorld(t)
	session := w.signIn("ada")
	other := w.signIn("ada", func(s *account.Session) { s.ID = "session-other" })
	w.ok(w.Accounts().RenewSession(t.Context(), w.renewal(func(r *account.Renewal) { r.SecondStepAt = after(2 * time.Hour) }), entry(audit.SecondStep, "")))
	_, err := w.Accounts().Caller(t.Context(), session.ID, morning)
	want(t, err, account.ErrSignIn)
	expected := session
	expected.ID, expected.ProvedAt, expected.SecondStepAt = "session-renewed", after(time.Hour), after(2*time.Hour)
	same(t, "the session", w.caller("session-renewed").Session, expected)
	w.caller(other.ID) // a proof ends no other session

	want(t, w.Accounts().RenewSession(t.Context(), w.renewal(), entry(audit.Prove, "")), account.ErrSignIn) // the old name is gone
	theirs := w.renewal(func(r *account.Renewal) { r.PersonID, r.From = "person-eve", "session-renewed" })
	want(t, w.Accounts().RenewSession(t.Context(), theirs, entry(audit.Prove, "")), account.ErrSignIn)

	again := w.renewal(func(r *account.Renewal) { r.From, r.To, r.ProvedAt = "session-renewed", "session-again", time.Time{} })
	w.ok(w.Accounts().RenewSession(t.Context(), again, entry(audit.Prove, "")))
	expected.ID = "session-again"
	same(t, "the session, without a proof", w.caller("session-again").Session, expected)
}

func TestAChangeOfHowSomebodySignsInEndsTheirOtherSessionsAndTellsThem(t *testing.T) {
	for name, change := range map[string]func(w world, r account.Renewal) error{
		"password": func(w world, r account.Renewal) error {
			return w.Accounts().SetPassword(t.Context(), r, "new hash", told("it"), entry("x", ""))
		},
		"passkey added": func(w world, r account.Renewal) error {
			_, err := w.Accounts().AddPasskey(t.Context(), r, newPasskey("ada", "blue"), nil, told("it"), entry("x", ""))
			return err
		},
		"passkey removed": func(w world, r account.Renewal) error {
			return w.Accounts().RemovePasskey(t.Context(), r, "passkey-red", account.Policy{Passwords: true}, told("it"), entry("x", ""))
		},
		"identity linked": func(w world, r account.Renewal) error {
			return w.Accounts().LinkIdentity(t.Context(), r, newIdentity("ada", "2"), nil, told("it"), entry("x", ""))
		},
		"identity unlinked": func(w world, r account.Renewal) error {
			return w.Accounts().UnlinkIdentity(t.Context(), r, issuer, "1", account.Policy{Passwords: true}, account.Groups{}, told("it"), entry("x", ""))
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := ready(t)
			w.signIn("ada", func(s *account.Session) { s.ID = "session-other" })
			w.signIn("eve")
			w.exec(`DELETE FROM notices`)
			w.ok(change(w, w.renewal()))
			same(t, "ada's sessions", w.sessions("ada"), 1)
			same(t, "eve's sessions", w.sessions("eve"), 1)
			notices := w.caller("session-renewed").Notices
			expected := told("it")
			expected.ID = notices[0].ID
			if len(notices) != 1 || notices[0] != expected {
				t.Errorf("the notices are %+v", notices)
			}
			w.signIn("ada")
			want(t, change(w, w.renewal(func(r *account.Renewal) { r.From = "session-gone" })), account.ErrSignIn)
			same(t, "ada's sessions, when her own has ended", w.sessions("ada"), 2)
		})
	}
}

// Between looking at a proof and counting on it somebody may have changed what
// it is about.
func TestAProofThatHoldsNoLongerStartsNoSession(t *testing.T) {
	red, identity := newPasskey("ada", "red"), newIdentity("ada", "1").Identity
	red.Record = []byte(`{"counter":2}`)
	for name, test := range map[string]struct {
		proof   account.Proof
		spoil   string
		refusal error
	}{
		"another password": {account.Proof{Password: "hash of ada"}, `UPDATE people SET password_hash = 'new'`, account.ErrWrongPassword},
		"no passkey":       {account.Proof{Passkey: &red}, `DELETE FROM passkeys`, account.ErrPasskeyRefused},
		"no identity":      {account.Proof{Identity: &identity}, `DELETE FROM identities`, account.ErrUnknownIdentity},
		"disabled":         {account.Proof{Password: "hash of ada"}, `UPDATE people SET disabled_at = 1`, account.ErrDisabled},
	} {
		t.Run(name, func(t *testing.T) {
			w := ready(t)
			arrive := func(id string) error {
				s := account.Session{ID: id, PersonID: "person-ada", CreatedAt: morning, SeenAt: morning, ExpiresAt: after(time.Hour)}
				return w.Accounts().AddSession(t.Context(), account.Arrival{Session: s, Proof: test.proof}, entry(audit.SignIn, ""))
			}
			w.ok(arrive("session-1"))
			before := dump(t, w)
			w.exec(test.spoil)
			spoilt := dump(t, w)
			want(t, arrive("session-2"), test.refusal)
			if got := dump(t, w); got != spoilt || got == before {
				t.Error("something was stored")
			}
		})
	}
	w := ready(t)
	s := account.Session{ID: "s", PersonID: "person-ada", CreatedAt: after(time.Minute), SeenAt: morning, ExpiresAt: after(time.Hour)}
	w.ok(w.Accounts().AddSession(t.Context(), account.Arrival{Session: s, Proof: account.Proof{Passkey: &red}}, entry(audit.SignIn, "")))
	passkeys, err := w.Accounts().Passkeys(t.Context(), "person-ada")
	w.ok(err)
	red.LastUsedAt = after(time.Minute)
	if !reflect.DeepEqual(passkeys, []account.Passkey{red}) {
		t.Errorf("the passkey is %+v, want it brought up to date", passkeys)
	}
}

func TestDisabledPeopleAreNoCallers(t *testing.T) {
	w := newWorld(t)
	session := w.signIn("ada")
	w.exec(`UPDATE people SET disabled_at = 1 WHERE id = 'person-ada'`)
	_, err := w.Accounts().Caller(t.Context(), session.ID, morning)
	want(t, err, account.ErrSignIn)
}

func TestResetPersonLeavesOneWayIn(t *testing.T) {
	w := ready(t)
	w.signIn("eve")
	w.have(newPasskey("eve", "blue"))
	w.know(newIdentity("eve", "2"))
	w.exec(`INSERT INTO recovery_codes (person_id, hash) VALUES ('person-ada', 'one'), ('person-eve', 'two')`)
	w.exec(`INSERT INTO api_keys VALUES ('a', 'account-acme', 'person-ada', 'n', 'h', 'read', 0, 0, 0, ''), ('e', 'account-evil', 'person-eve', 'n', 'h', 'read', 0, 0, 0, '')`)
	w.exec(`INSERT INTO devices VALUES ('person-ada', 'a', 0), ('person-eve', 'e', 0)`)
	w.exec(`DELETE FROM invitations`)
	w.exec(`INSERT INTO invitations VALUES ('a', 'account-acme', 'a', 'owner', '', 0, 'person-ada', 0, 0), ('e', 'account-acme', 'e', 'owner', '', 0, 'person-eve', 0, 0)`)
	w.exec(`INSERT INTO memberships (person_id, account_id, role, by_group, since) VALUES ('person-ada', 'account-evil', 'member', 1, 0)`)
	w.exec(`UPDATE people SET disabled_at = 1`)
	reset := func(hash account.PasswordHash, codes ...string) {
		t.Helper()
		groups := account.Groups{FollowsAdministrator: true, Entry: entry(audit.FollowGroups, "")}
		w.ok(w.Accounts().ResetPerson(t.Context(), "person-ada", hash, codes, groups, told(account.NoticePasswordChanged), entry(audit.ResetPerson, "")))
		ada, stored, err := w.Accounts().PasswordOf(t.Context(), "ada@example.com")
		w.ok(err)
		same(t, "the hash", stored, hash)
		same(t, "ada being disabled", !ada.DisabledAt.IsZero(), false)
	}
	reset("new hash")
	for _, table := range []string{"sessions", "passkeys", "recovery_codes", "identities", "api_keys", "devices", "invitations", "people WHERE disabled_at > 0 AND id <> ''"} {
		same(t, "what is left of "+table, w.count(`SELECT count(*) FROM `+table), 1) // eve's
	}
	same(t, "what groups gave", w.count(`SELECT count(*) FROM memberships WHERE by_group = 1`), 0)
	reset("", "a", "b")
	same(t, "her codes", w.count(`SELECT count(*) FROM recovery_codes WHERE person_id = 'person-ada'`), 2)
	want(t, w.Accounts().ResetPerson(t.Context(), "person-nobody", "x", nil, account.Groups{}, told(""), entry(audit.ResetPerson, "")), account.ErrNoSuchPerson)
}

// A code that nothing was asked for before counts only for who has nothing else.
func TestACodeAloneCountsForWhoHasNothingElse(t *testing.T) {
	const noPassword = `UPDATE people SET password_hash = '' WHERE id = 'person-ada'`
	for name, test := range map[string]struct {
		prepare string
		policy  account.Policy
		refusal error
	}{
		"a password":                        {`SELECT 1`, account.Policy{Passwords: true}, account.ErrWrongCode},
		"a password that counts not":        {`SELECT 1`, account.Policy{}, nil},
		"no password":                       {noPassword, account.Policy{Passwords: true}, nil},
		"an identity":                       {noPassword + `; INSERT INTO identities VALUES ('i', 's', 'person-ada', 'p', '', '', 0, 0)`, account.Policy{Providers: []string{"p"}}, account.ErrWrongCode},
		"one at a provider that is no more": {noPassword + `; INSERT INTO identities VALUES ('i', 's', 'person-ada', 'p', '', '', 0, 0)`, account.Policy{Providers: []string{"q"}}, nil},
		"somebody else's identity":          {noPassword + `; INSERT INTO identities VALUES ('i', 's', 'person-eve', 'p', '', '', 0, 0)`, account.Policy{Passwords: true, Providers: []string{"p"}}, nil},
		"a passkey":                         {noPassword + `; INSERT INTO passkeys VALUES ('p', 'person-ada', x'01', 'n', '{}', 0, 0)`, account.Policy{Passwords: true}, nil},
		"a code of somebody else":           {noPassword + `; UPDATE recovery_codes SET person_id = 'person-eve'`, account.Policy{}, account.ErrWrongCode},
		"disabled":                          {`UPDATE people SET disabled_at = 1`, account.Policy{}, account.ErrDisabled},
		"disabled, and a wrong code":        {`UPDATE people SET disabled_at = 1; DELETE FROM recovery_codes`, account.Policy{}, account.ErrWrongCode},
		"a code that was used before":       {noPassword + `; DELETE FROM recovery_codes`, account.Policy{}, account.ErrWrongCode},
		"a password and an identity":        {`INSERT INTO identities VALUES ('i', 's', 'person-ada', 'p', '', '', 0, 0)`, account.Policy{Passwords: true}, account.ErrWrongCode},
		"nobody who is there any more":      {`DELETE FROM people WHERE id = 'person-ada'`, account.Policy{}, account.ErrWrongCode},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.exec(`INSERT INTO recovery_codes (person_id, hash) VALUES ('person-ada', 'one')`)
			w.exec(test.prepare)
			before := dump(t, w)
			s := account.Session{ID: "s", PersonID: "person-ada", CreatedAt: morning, SeenAt: morning, ExpiresAt: after(account.SessionLife), SecondStepAt: morning, Address: "192.0.2.1", Agent: "Firefox"}
			err := w.Accounts().AddSession(t.Context(), account.Arrival{Session: s, Proof: account.Proof{Code: "one", Alone: &test.policy}}, entry(audit.SignIn, ""))
			if test.refusal != nil {
				want(t, err, test.refusal)
				same(t, "something being stored", dump(t, w) != before, false)
				return
			}
			w.ok(err)
			same(t, "the codes that are left", w.count(`SELECT count(*) FROM recovery_codes`), 0)
			n := w.caller("s").Notices[0]
			same(t, "the notice", n, account.Notice{ID: n.ID, Kind: account.NoticeCodeUsed, Count: 1, At: morning, Address: "192.0.2.1", Agent: "Firefox"})
		})
	}
}
