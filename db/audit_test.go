package db_test

import (
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"mooring/account"
	"mooring/audit"
	"mooring/cloud"
	"mooring/credential"
	"mooring/jobs"
	"mooring/secret"
)

func TestAuditReadsBackAsStoredLatestFirst(t *testing.T) {
	w := newWorld(t)
	first := audit.Entry{At: morning, Actor: audit.Actor{PersonID: "p", Name: "n", KeyID: "k", Address: "a", RequestID: "r"},
		Action: audit.ChangeTheme, AccountID: "account-x", CredentialID: "c", Result: audit.Refused, Detail: "d",
		Changes: []audit.Change{{Field: "Theme", Before: "light", After: "dark"}}}
	second := first
	second.Detail, second.Changes = "in the same moment, and later", nil
	for _, e := range []audit.Entry{first, second} {
		w.ok(w.Accounts().SetTheme(t.Context(), "person-ada", account.Dark, e))
	}
	if got := w.audit("account-x"); !reflect.DeepEqual(got, []audit.Entry{second, first}) {
		t.Errorf("got %+v", got)
	}
	latest, err := w.Audit(t.Context(), "account-x", 1)
	w.ok(err)
	same(t, "the latest", latest[0].Detail, second.Detail)
}

func TestAuditOnlyGrows(t *testing.T) {
	w := newWorld(t)
	for _, statement := range []string{`UPDATE audit SET detail = 'nothing happened'`, `DELETE FROM audit`} {
		_, err := w.Writer().ExecContext(t.Context(), statement)
		if err == nil || !strings.Contains(err.Error(), "the audit log only grows") {
			t.Errorf("%s: got %v", statement, err)
		}
	}
}

// changes are all methods that take an audit entry, each as a change that
// works in the world that ready prepares.
func changes(w world) map[string]func(e audit.Entry) error {
	t := w.t
	c := newCredential("acme", "ada", "one")
	c.NextCheckAt = after(time.Minute) // so that Plan, Change and Finish change something
	v := credential.Verification{ID: "run", CredentialID: c.ID, Version: 1, Trigger: credential.ByPerson, StartedAt: morning,
		FinishedAt: after(time.Second), Outcome: cloud.Passed}
	return map[string]func(e audit.Entry) error{
		"AddPerson": func(e audit.Entry) error { return w.Accounts().AddPerson(t.Context(), newPerson("bob", "bobs"), e) },
		"SetTheme":  func(e audit.Entry) error { return w.Accounts().SetTheme(t.Context(), "person-ada", account.Dark, e) },
		"AddSession": func(e audit.Entry) error {
			return w.Accounts().AddSession(t.Context(), account.Arrival{Session: account.Session{ID: "new", PersonID: "person-ada", SecondStepAt: morning}}, e)
		},
		"SetProfile": func(e audit.Entry) error {
			return w.Accounts().SetProfile(t.Context(), "person-ada", account.ProfileForm{Name: "A", TimeZone: "UTC", Theme: "dark"}, e)
		},
		"Join": func(e audit.Entry) error {
			return w.Accounts().Join(t.Context(), "invitation", morning, newPerson("bob", "bobs"), e)
		},
		"ResetPerson": func(e audit.Entry) error {
			return w.Accounts().ResetPerson(t.Context(), "person-ada", "new hash", nil, account.Groups{}, account.Notice{Count: 1}, e)
		},
		"AddPasswordReset": func(e audit.Entry) error {
			return w.Accounts().AddPasswordReset(t.Context(), account.PasswordReset{Hash: "new", PersonID: "person-ada", CreatedAt: morning, ExpiresAt: after(time.Hour)}, e)
		},
		"ResetPassword": func(e audit.Entry) error {
			return w.Accounts().ResetPassword(t.Context(), "reset", "new hash", account.Notice{Count: 1}, e)
		},
		"RenewSession":     func(e audit.Entry) error { return w.Accounts().RenewSession(t.Context(), w.renewal(), e) },
		"EndOtherSessions": func(e audit.Entry) error { return w.Accounts().EndOtherSessions(t.Context(), "person-ada", "other", e) },
		"SetPassword": func(e audit.Entry) error {
			return w.Accounts().SetPassword(t.Context(), w.renewal(), "new hash", account.Notice{Count: 1}, e)
		},
		"AddPasskey": func(e audit.Entry) error {
			_, err := w.Accounts().AddPasskey(t.Context(), w.renewal(), newPasskey("ada", "blue"), nil, account.Notice{Count: 1}, e)
			return err
		},
		"RemovePasskey": func(e audit.Entry) error {
			return w.Accounts().RemovePasskey(t.Context(), w.renewal(), "passkey-red", account.Policy{Passwords: true}, account.Notice{Count: 1}, e)
		},
		"SetCodes": func(e audit.Entry) error {
			return w.Accounts().SetCodes(t.Context(), "person-ada", []string{"one"}, account.Notice{Count: 1}, e)
		},
		"LinkIdentity": func(e audit.Entry) error {
			return w.Accounts().LinkIdentity(t.Context(), w.renewal(), newIdentity("ada", "2"), nil, account.Notice{Count: 1}, e)
		},
		"UnlinkIdentity": func(e audit.Entry) error {
			return w.Accounts().UnlinkIdentity(t.Context(), w.renewal(), issuer, "1", account.Policy{Passkeys: true}, account.Groups{}, account.Notice{Count: 1}, e)
		},
		"EndSession": func(e audit.Entry) error {
			return w.Accounts().EndSession(t.Context(), "person-ada", "session-ada", e)
		},
		"AddFailure": func(e audit.Entry) error {
			return w.Accounts().AddFailure(t.Context(), account.Failure{EmailKey: "email", AddressKey: "address"}, e)
		},
		"Activate": func(e audit.Entry) error { return w.Certificates().Activate(t.Context(), newCertificate("acme", 2), e) },
		"ActivateFirst": func(e audit.Entry) error {
			return w.Certificates().ActivateFirst(t.Context(), newCertificate("ada", 1), e)
		},
		"Add": func(e audit.Entry) error {
			_, err := w.Credentials().Add(t.Context(), newCredential("acme", "ada", "new"), e)
			return err
		},
		"Change": func(e audit.Entry) error { _, err := w.Credentials().Change(t.Context(), c, e); return err },
		"Plan": func(e audit.Entry) error {
			return w.Credentials().Plan(t.Context(), c.AccountID, c.ID, c.NextCheckAt, morning, e)
		},
		"Remove":             func(e audit.Entry) error { return w.Credentials().Remove(t.Context(), c.AccountID, c.ID, e) },
		"FinishVerification": func(e audit.Entry) error { return w.Credentials().FinishVerification(t.Context(), v, c, e) },
		"AddJob":             func(e audit.Entry) error { return w.Jobs().AddJob(t.Context(), newJob(2), 20, e) },
		"StopJob":            func(e audit.Entry) error { return w.Jobs().StopJob(t.Context(), "job-1", e) },
		"RemoveAny":          func(e audit.Entry) error { return w.Credentials().RemoveAny(t.Context(), c, e) },
		"ChangeFor": func(e audit.Entry) error {
			return w.Jobs().ChangeFor(t.Context(), "job-1", jobs.Progress{Position: 1, Done: 1}, c, e)
		},
		"EndJob": func(e audit.Entry) error {
			return w.Jobs().EndJob(t.Context(), "job-1", jobs.End{State: jobs.Finished, At: morning}, e)
		},
		"Reseal": func(e audit.Entry) error {
			_, err := w.Reseal(t.Context(), func(_ secret.Place, old []byte) ([]byte, error) { return append(old, '!'), nil }, []byte("check"), e)
			return err
		},
	}
}

func ready(t *testing.T) world {
	w := newWorld(t)
	w.signIn("ada")
	w.have(newPasskey("ada", "red"))
	w.know(newIdentity("ada", "1"))
	w.exec(`INSERT INTO invitations (id, account_id, hash, role, email, mailed, created_at, expires_at)
		VALUES ('i', 'account-acme', 'invitation', 'member', '', 0, 0, ?)`, after(time.Hour).UnixMilli())
	w.exec(`INSERT INTO password_resets (hash, person_id, created_at, expires_at) VALUES ('reset', 'person-ada', 0, ?)`, after(account.PasswordResetLife).UnixMilli())
	w.start(w.link("one"), "run")
	w.addJob(1)
	return w
}

func TestEveryChangeIsAuditedAndNoticed(t *testing.T) {
	for name := range changes(world{}) {
		t.Run(name, func(t *testing.T) {
			w := ready(t)
			before, version := w.count(`SELECT count(*) FROM audit`), w.Version()
			e := entry("test.change", "account-test")
			w.ok(changes(w)[name](e))
			if got := w.audit("account-test"); !reflect.DeepEqual(got, []audit.Entry{e}) {
				t.Errorf("got %+v, want %+v", got, e)
			}
			same(t, "the number of entries", w.count(`SELECT count(*) FROM audit`), before+1)
			same(t, "the version", w.Version(), version+1)
		})
	}
}

func TestWhatCannotBeAuditedIsNotDone(t *testing.T) {
	for name := range changes(world{}) {
		t.Run(name, func(t *testing.T) {
			w := ready(t)
			w.exec(`CREATE TRIGGER deaf BEFORE INSERT ON audit BEGIN SELECT raise(ABORT, 'no room'); END`)
			before, version := dump(t, w), w.Version()
			err := changes(w)[name](entry("test.change", "account-test"))
			if err == nil || !strings.Contains(err.Error(), "no room") {
				t.Fatalf("got %v, want the audit's refusal", err)
			}
			if got := dump(t, w); got != before {
				t.Errorf("something was stored all the same:\n%s\nbefore:\n%s", got, before)
			}
			same(t, "the version", w.Version(), version)
			w.exec(`DROP TRIGGER deaf`)
			w.ok(changes(w)[name](entry("test.change", "account-test")))
			if dump(t, w) == before {
				t.Error("the change changes nothing, so that this test shows nothing")
			}
		})
	}
}

// The methods without an audit entry: which of them readers notice.
func TestOtherWritesAndTheVersion(t *testing.T) {
	tests := map[string]struct {
		write   func(w world) error
		noticed bool
	}{
		"DropExpired":       {func(w world) error { return w.Accounts().DropExpired(w.t.Context(), morning) }, true},
		"AbandonRunning":    {func(w world) error { return w.Credentials().AbandonRunning(w.t.Context(), morning) }, true},
		"SetKeyCheck":       {func(w world) error { return w.SetKeyCheck(w.t.Context(), []byte("check")) }, true},
		"StartVerification": {func(w world) error { w.start(newCredential("acme", "ada", "one"), "next"); return nil }, true},
		"TouchSessions": {func(w world) error {
			return w.Accounts().TouchSessions(w.t.Context(), map[string]time.Time{"session-ada": after(time.Hour)})
		}, false},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			w := ready(t)
			before := w.Version()
			w.ok(test.write(w))
			same(t, "the version having grown", w.Version() > before, test.noticed)
			same(t, "the store's version", w.Accounts().Version(), w.Version())
		})
	}
}

// dump spells all rows of all tables except the audit log.
func dump(t *testing.T, w world) string {
	t.Helper()
	var text strings.Builder
	for _, table := range []string{"accounts", "people", "memberships", "sessions", "sign_in_failures", "set_up_link",
		"certificates", "credentials", "verifications", "verification_results", "key_check",
		"passkeys", "recovery_codes", "identities", "devices", "notices", "invitations", "password_resets", "api_keys", "jobs", "job_failures"} {
		rows, err := w.Writer().QueryContext(t.Context(), `SELECT * FROM `+table+` ORDER BY 1, 2`)
		w.ok(err)
		columns, err := rows.Columns()
		w.ok(err)
		for rows.Next() {
			values, fields := make([]any, len(columns)), make([]any, len(columns))
			for i := range values {
				fields[i] = &values[i]
			}
			w.ok(rows.Scan(fields...))
			fmt.Fprintf(&text, "%s %q\n", table, values)
		}
		w.ok(rows.Err())
	}
	return text.String()
}
