package jobs_test

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"mooring/account"
	"mooring/audit"
	"mooring/certificate"
	"mooring/cloud"
	"mooring/credential"
	"mooring/db"
	"mooring/db/dbtest"
	"mooring/fault"
)

var morning = time.Date(2026, 11, 22, 9, 14, 3, 250e6, time.UTC)

// board is a site with two administrators, rob and rose, and with olga, who owns
// harbor, in a real database. Its clock stands still.
type board struct {
	data        *db.DB
	t           testing.TB
	credentials *credential.Service
	links       []string // their ids
	ids         atomic.Int64
}

func newBoard(t testing.TB) *board {
	b := &board{data: dbtest.New(t), t: t}
	for _, name := range []string{"rob", "rose"} {
		b.person(name, true)
	}
	b.person("olga", false)
	b.organization("harbor", "olga")
	b.credentials = credential.NewService(b.data.Credentials(), cloud.Registry{"azure": namedCloud{}}, noCertificates{},
		nil, b.now, b.newID, slog.New(slog.DiscardHandler))
	return b
}

func (b *board) now() time.Time { return morning }

func (b *board) newID() string { return fmt.Sprintf("id-%03d", b.ids.Add(1)) }

func (b *board) ok(err error) {
	b.t.Helper()
	if err != nil {
		b.t.Fatal(err)
	}
}

func equal[T comparable](t testing.TB, what string, got, want T) {
	t.Helper()
	if got != want {
		t.Errorf("%s is %v, want %v", what, got, want)
	}
}

func boardEntry(action audit.Action) audit.Entry {
	return audit.Entry{At: morning, Actor: audit.BySystem(), Action: action, Result: audit.Done}
}

// person adds somebody with an account of their own.
func (b *board) person(name string, administrator bool) {
	b.t.Helper()
	own := account.Account{ID: "account-" + name, Name: name, Kind: account.Personal, CreatedAt: morning}
	b.ok(b.data.Accounts().AddPerson(b.t.Context(), account.NewPerson{
		Person: account.Person{ID: "person-" + name, Email: name + "@example.com", Name: strings.ToUpper(name[:1]) + name[1:],
			SiteAdmin: administrator, Theme: account.System, DefaultAccountID: own.ID, CreatedAt: morning},
		Password: "none", Joins: []account.Membership{{Account: own, Role: account.Owner}}}, boardEntry(audit.MakeAccount)))
	b.certify(own.ID)
}

func (b *board) organization(name, owner string) {
	b.t.Helper()
	made := account.Account{ID: "account-" + name, Name: name, Kind: account.Organization, CreatedAt: morning}
	b.ok(b.data.Accounts().AddOrganization(b.t.Context(), made, "person-"+owner, boardEntry(audit.MakeAccount)))
	b.certify(made.ID)
}

// demote takes the right from somebody who reviews.
func (b *board) demote(name string) {
	b.t.Helper()
	b.ok(b.data.Accounts().TakeAdministrator(b.t.Context(), "person-"+name, boardEntry(audit.TakeAdministrator)))
}

func (b *board) certify(accountID string) {
	b.t.Helper()
	b.ok(b.data.Certificates().Activate(b.t.Context(), certificate.Sealed{Certificate: certificate.Certificate{
		ID: accountID + "-certificate", AccountID: accountID, DER: []byte(accountID), NotBefore: morning,
		NotAfter: morning.AddDate(1, 0, 0), CreatedAt: morning}, Key: []byte("sealed")}, boardEntry(audit.MakeCertificate)))
}

// link links a subscription that was found connected.
func (b *board) link(name, accountName, by string) {
	b.t.Helper()
	c := credential.Credential{ID: "credential-" + name, AccountID: "account-" + accountName, Provider: "azure", Label: name,
		Target:        cloud.Target{Environment: "public", Account: "subscription-" + name, SignIn: cloud.SignIn{Method: "application", Principal: "client-" + name}},
		CertificateID: "account-" + accountName + "-certificate", State: credential.Connected, Version: 1, CloudAccountName: "Name of " + name,
		CreatedBy: "person-" + by, CreatedAt: morning, FreshFrom: morning, LastCheckedAt: morning, CertificateExpires: morning.AddDate(1, 0, 0)}
	entry := boardEntry(audit.LinkCredential)
	entry.AccountID = c.AccountID
	_, err := b.data.Credentials().Add(b.t.Context(), c, entry)
	b.ok(err)
	b.links = append(b.links, c.ID)
}

func (b *board) find(id string) credential.Credential {
	b.t.Helper()
	c, err := b.credentials.FindAny(b.t.Context(), id)
	b.ok(err)
	return c
}

func actor(name string) audit.Actor {
	return audit.Actor{PersonID: "person-" + name, Name: name + "@example.com", Address: "192.0.2.1", RequestID: "request-" + name}
}

// entries gives what the audit log says about an account, the latest first.
func (b *board) entries(accountID string) []audit.Entry {
	b.t.Helper()
	entries, err := b.data.Audit(b.t.Context(), accountID, 1000)
	b.ok(err)
	return entries
}

// namedCloud is a cloud that only has a name.
type namedCloud struct{ cloud.Cloud }

func (namedCloud) Describe() cloud.Description {
	return cloud.Description{Key: "azure", Name: "Microsoft Azure", ShortName: "Azure"}
}

type noCertificates struct{ credential.Certificates }

func (noCertificates) Active(context.Context, string) (certificate.Certificate, error) {
	return certificate.Certificate{}, fault.New(fault.Internal, "test.none", "there is none")
}

func (noCertificates) Find(context.Context, string, string) (certificate.Certificate, error) {
	return certificate.Certificate{}, fault.New(fault.Internal, "test.none", "there is none")
}

func (noCertificates) Identity(context.Context, string, string) (*certificate.Identity, error) {
	return nil, fault.New(fault.Internal, "test.none", "there is none")
}
