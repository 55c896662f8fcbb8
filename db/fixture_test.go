package db_test

import (
	"database/sql"
	"errors"
	"fmt"
	"testing"
	"time"

	"mooring/account"
	"mooring/audit"
	"mooring/certificate"
	"mooring/cloud"
	"mooring/credential"
	"mooring/db"
	"mooring/db/dbtest"
)

// The hour at which every test begins. It ends in whole milliseconds, as
// stored times do.
var morning = time.Date(2026, 11, 22, 9, 14, 3, 250e6, time.UTC)

func after(d time.Duration) time.Time { return morning.Add(d) }

// world is a database with two strangers in it: ada, who owns acme, and eve,
// who owns evil. Ids are names with a prefix, so that failures read well.
type world struct {
	*db.DB
	t testing.TB
}

func newWorld(t testing.TB) world {
	w := world{dbtest.New(t), t}
	w.join("ada", "acme")
	w.join("eve", "evil")
	return w
}

func (w world) join(name, organization string) {
	w.t.Helper()
	w.ok(w.Accounts().AddPerson(w.t.Context(), newPerson(name, organization), entry(audit.MakeAccount, "account-"+organization)))
	w.ok(w.Certificates().Activate(w.t.Context(), newCertificate(organization, 1), entry(audit.MakeCertificate, "account-"+organization)))
}

func (w world) ok(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

// link adds a credential of acme.
func (w world) link(name string, change ...func(*credential.Credential)) credential.Credential {
	w.t.Helper()
	c := newCredential("acme", "ada", name)
	for _, f := range change {
		f(&c)
	}
	_, err := w.Credentials().Add(w.t.Context(), c, entry(audit.LinkCredential, c.AccountID))
	w.ok(err)
	c.Number = w.find(c).Number // given by the database
	return c
}

func (w world) find(c credential.Credential) credential.Credential {
	w.t.Helper()
	found, err := w.Credentials().Find(w.t.Context(), c.AccountID, c.ID)
	w.ok(err)
	return found
}

func (w world) audit(accountID string) []audit.Entry {
	w.t.Helper()
	entries, err := w.Audit(w.t.Context(), accountID, 1000)
	w.ok(err)
	return entries
}

func (w world) exec(statement string, args ...any) {
	w.t.Helper()
	_, err := w.Writer().ExecContext(w.t.Context(), statement, args...)
	w.ok(err)
}

func (w world) count(query string, args ...any) int { return count(w.t, w.Writer(), query, args...) }

func count(t testing.TB, in *sql.DB, query string, args ...any) int {
	t.Helper()
	var n int
	if err := in.QueryRowContext(t.Context(), query, args...).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

// want compares an error with the one that callers look for.
func want(t testing.TB, got, sentinel error) {
	t.Helper()
	if !errors.Is(got, sentinel) {
		t.Errorf("got error %v, want %v", got, sentinel)
	}
}

func same[T comparable](t testing.TB, what string, got, want T) {
	t.Helper()
	if got != want {
		t.Errorf("%s is %v, want %v", what, got, want)
	}
}

func entry(action audit.Action, accountID string) audit.Entry {
	by := "ada"
	if accountID == "account-evil" { // changed by its owner
		by = "eve"
	}
	return audit.Entry{
		At:     morning,
		Actor:  audit.Actor{PersonID: "person-" + by, Name: by + "@example.com", Address: "192.0.2.1", RequestID: "r1"},
		Action: action, AccountID: accountID, Result: audit.Done, Detail: "as told",
	}
}

func newPerson(name, organization string) account.NewPerson {
	own := account.Account{ID: "account-" + name, Name: name, Kind: account.Personal, CreatedAt: morning}
	shared := account.Account{ID: "account-" + organization, Name: organization, Kind: account.Organization, CreatedAt: morning}
	return account.NewPerson{
		Person: account.Person{ID: "person-" + name, Email: name + "@example.com", Name: name, SiteAdmin: name == "ada",
			Theme: account.System, DefaultAccountID: shared.ID, CreatedAt: morning},
		Password: account.PasswordHash("hash of " + name),
		Joins:    []account.Membership{{Account: shared, Role: account.Owner}, {Account: own, Role: account.Member}},
	}
}

func newCertificate(organization string, number int) certificate.Sealed {
	return certificate.Sealed{
		Certificate: certificate.Certificate{
			ID: fmt.Sprintf("certificate-%s-%d", organization, number), AccountID: "account-" + organization,
			DER: fmt.Appendf(nil, "DER %s %d", organization, number), CreatedAt: morning,
			NotBefore: after(-time.Hour), NotAfter: after(365 * 24 * time.Hour),
		},
		Key: fmt.Appendf(nil, "sealed key %s %d", organization, number),
	}
}

func newCredential(organization, person, name string) credential.Credential {
	return credential.Credential{
		ID: "credential-" + name, AccountID: "account-" + organization, Provider: "azure", Label: name,
		Target:        cloud.Target{Environment: "public", Account: "subscription-" + name, SignIn: cloud.SignIn{Method: "application", Principal: "client-" + name}},
		CertificateID: "certificate-" + organization + "-1", State: credential.NotVerified, Version: 1,
		CreatedBy: "person-" + person, CreatedAt: morning, FreshFrom: morning,
	}
}
