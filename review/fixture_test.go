package review_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
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
	"mooring/register"
	"mooring/review"
	"mooring/secret"
)

var morning = time.Date(2026, 11, 22, 9, 14, 3, 250e6, time.UTC)

// board is a site with three administrators, rita, rob and rose, of whom rita
// also owns an organization; with olga, who owns harbor; and with the reviews
// over a real database. Its clock stands still until a test moves it.
type board struct {
	data *db.DB
	*review.Service
	t           testing.TB
	clock       time.Time
	credentials *credential.Service
	depends     *dependence
	walker      *walker
	ring        *secret.Ring
	ids         atomic.Int64
}

func newBoard(t testing.TB) *board {
	b := &board{data: dbtest.New(t), t: t, clock: morning, ring: secret.NewRing(), depends: &dependence{}}
	for _, name := range []string{"rita", "rob", "rose"} {
		b.person(name, true)
	}
	b.person("olga", false)
	b.organization("harbor", "olga")
	b.organization("quay", "rita")
	b.walker = &walker{chunk: 1000}
	b.credentials = credential.NewService(b.data.Credentials(), cloud.Registry{"azure": namedCloud{}}, noCertificates{},
		[]credential.Dependents{b.depends}, b.now, b.newID, slog.New(slog.DiscardHandler))
	b.restart()
	return b
}

// restart makes another service on the same database.
func (b *board) restart() {
	b.Service = review.NewService(review.Config{Store: b.data.Reviews(), Register: b.walker, Credentials: b.credentials,
		Notary: audit.NewNotary(b.ring), Now: b.now, NewID: b.newID, Log: slog.New(slog.DiscardHandler)})
}

func (b *board) now() time.Time { return b.clock }

func (b *board) newID() string { return fmt.Sprintf("id-%03d", b.ids.Add(1)) }

func (b *board) ok(err error) {
	b.t.Helper()
	if err != nil {
		b.t.Fatal(err)
	}
}

func wantErr(t testing.TB, got, sentinel error) {
	t.Helper()
	if !errors.Is(got, sentinel) {
		t.Errorf("got error %v, want %v", got, sentinel)
	}
}

func equal[T comparable](t testing.TB, what string, got, want T) {
	t.Helper()
	if got != want {
		t.Errorf("%s is %v, want %v", what, got, want)
	}
}

func sameList[T comparable](t testing.TB, what string, got, want []T) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("%s are %v, want %v", what, got, want)
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
func (b *board) link(name, accountName, by string, change ...func(*credential.Credential)) credential.Credential {
	b.t.Helper()
	c := credential.Credential{ID: "credential-" + name, AccountID: "account-" + accountName, Provider: "azure", Label: name,
		Target:        cloud.Target{Environment: "public", Account: "subscription-" + name, SignIn: cloud.SignIn{Method: "application", Principal: "client-" + name}},
		CertificateID: "account-" + accountName + "-certificate", State: credential.Connected, Version: 1, CloudAccountName: "Name of " + name,
		Rights:    []cloud.Right{{Key: "azure-list", Granted: true}, {Key: "azure-make"}},
		CreatedBy: "person-" + by, CreatedAt: morning, FreshFrom: morning, LastCheckedAt: morning, CertificateExpires: morning.AddDate(1, 0, 0)}
	for _, f := range change {
		f(&c)
	}
	entry := boardEntry(audit.LinkCredential)
	entry.AccountID = c.AccountID
	_, err := b.data.Credentials().Add(b.t.Context(), c, entry)
	b.ok(err)
	c = b.find(c.ID)
	b.walker.rows = append(b.walker.rows, register.Row{Number: c.Number, ID: c.ID})
	return c
}

// links gives so many links of harbor by olga, who reviews nothing.
func (b *board) links(names ...string) (all []credential.Credential) {
	b.t.Helper()
	for _, name := range names {
		all = append(all, b.link(name, "harbor", "olga"))
	}
	return all
}

func (b *board) find(id string) credential.Credential {
	b.t.Helper()
	c, err := b.credentials.FindAny(b.t.Context(), id)
	b.ok(err)
	return c
}

// unlink is what an owner does.
func (b *board) unlink(c credential.Credential) {
	b.t.Helper()
	b.ok(b.data.Credentials().Remove(b.t.Context(), c.AccountID, c.ID, boardEntry(audit.UnlinkCredential)))
}

func caller(name string) account.Caller {
	return account.Caller{Person: account.Person{ID: "person-" + name, Name: strings.ToUpper(name[:1]) + name[1:],
		Email: name + "@example.com", SiteAdmin: name[0] == 'r'}}
}

func actor(name string) audit.Actor {
	return audit.Actor{PersonID: "person-" + name, Name: name + "@example.com", Address: "192.0.2.1", RequestID: "request-" + name}
}

func reviewForm(reviewers ...string) review.Form {
	form := review.Form{Name: "Fourth quarter", Due: "2026-12-01", Selection: register.Selection{All: true}}
	for _, name := range reviewers {
		form.Reviewers = append(form.Reviewers, name+"@example.com")
	}
	return form
}

// open starts a review by rose and gathers its items.
func (b *board) open(reviewers ...string) review.Review {
	b.t.Helper()
	r, err := b.Start(b.t.Context(), caller("rose"), actor("rose"), reviewForm(reviewers...))
	b.ok(err)
	b.ok(b.Work(b.t.Context()))
	return b.review(r.ID)
}

func (b *board) review(id string) review.Review {
	b.t.Helper()
	r, err := b.Find(b.t.Context(), id)
	b.ok(err)
	return r
}

func (b *board) item(name string, r review.Review, c credential.Credential) review.Item {
	b.t.Helper()
	i, _, err := b.Item(b.t.Context(), caller(name), r.ID, c.ID)
	b.ok(err)
	return i
}

// decide decides on an item as it is now.
func (b *board) decide(name string, r review.Review, c credential.Credential, kind review.Kind) error {
	b.t.Helper()
	return b.decideAs(name, r, c, review.Decision{Kind: kind, Reason: "Because of " + string(kind), Version: b.item(name, r, c).Version})
}

func (b *board) decideAs(name string, r review.Review, c credential.Credential, d review.Decision) error {
	return b.Decide(b.t.Context(), caller(name), actor(name), r.ID, c.ID, d)
}

// entries gives what the audit log says about an account, the latest first.
func (b *board) entries(accountID string) []audit.Entry {
	b.t.Helper()
	entries, err := b.data.Audit(b.t.Context(), accountID, 1000)
	b.ok(err)
	return entries
}

func (b *board) actions(accountID string) (actions []audit.Action) {
	b.t.Helper()
	for _, e := range b.entries(accountID) {
		actions = append(actions, e.Action)
	}
	return actions
}

// holds compares the counters of a review with what is counted.
func (b *board) holds(r review.Review) {
	b.t.Helper()
	var counted review.Review
	own, decided := map[string]int{}, map[string]int{}
	items, err := b.data.Reviews().Recorded(b.t.Context(), r.ID, 0, 1_000_000)
	b.ok(err)
	for _, i := range items {
		switch i.Stage {
		case review.StageOpen:
			counted.Open++
			own[i.LinkedByID]++
			if i.PersonalOf != i.LinkedByID {
				own[i.PersonalOf]++
			}
		case review.StageAsked:
			counted.Asked++
		case review.StageDecided:
			counted.Decided++
			decided[i.DecidedByID]++
		case review.StageGone:
			counted.Gone++
		}
	}
	got := b.review(r.ID)
	equal(b.t, "the number of items", got.Total, len(items))
	equal(b.t, "the number of open items", got.Open, counted.Open)
	equal(b.t, "the number of asked items", got.Asked, counted.Asked)
	equal(b.t, "the number of decided items", got.Decided, counted.Decided)
	equal(b.t, "the number of gone items", got.Gone, counted.Gone)
	for _, who := range got.Reviewers {
		equal(b.t, "what is open to "+who.Name, who.Open, counted.Open-own[who.PersonID])
		equal(b.t, "what was decided by "+who.Name, who.Decided, decided[who.PersonID])
	}
}

// walker walks every credential that was ever linked, and can be told to fail.
type walker struct {
	rows  []register.Row
	chunk int
	fails error // after the first chunk
	asked []int64
}

func (w *walker) Each(_ context.Context, s register.Selection, after int64, chunk func([]register.Row) error) error {
	w.asked = append(w.asked, after)
	var selected []register.Row
	for _, r := range w.rows {
		if r.Number > after && (s.All || slices.Contains(s.IDs, r.ID)) {
			selected = append(selected, r)
		}
	}
	for part := range slices.Chunk(selected, w.chunk) {
		if err := chunk(part); err != nil {
			return err
		}
		if w.fails != nil {
			return w.fails
		}
	}
	return nil
}

// dependence says what depends on credentials.
type dependence struct{ lines []string }

func (d *dependence) DependOn(context.Context, string, string) ([]string, error) { return d.lines, nil }

// namedCloud is a cloud that only has a name.
type namedCloud struct{ cloud.Cloud }

func (namedCloud) Describe() cloud.Description {
	return cloud.Description{Key: "azure", Name: "Microsoft Azure", ShortName: "Azure",
		Methods: []cloud.Method{{Key: "application", Name: "Application", Needs: cloud.Leaf, Fields: []cloud.Field{
			{Key: "subscription_id", Label: "Subscription ID", Fills: cloud.Account},
			{Key: "client_id", Label: "Application (client) ID", Fills: cloud.Principal},
			{Key: "tenant_id", Label: "Directory (tenant) ID", Fills: cloud.Parent},
		}}, {Key: "classic", Name: "Classic", Needs: cloud.Leaf, Fields: []cloud.Field{{Key: "subscription_id", Label: "Subscription ID", Fills: cloud.Account}}}}}
}

// Rights implements cloud.RightsLister.
func (c namedCloud) Facts(target cloud.Target) []cloud.Fact {
	return cloud.FieldFacts(c.Describe(), target)
}

func (namedCloud) Rights() []cloud.RightText {
	return []cloud.RightText{{Key: "azure-list", Granted: "It may list machines."}, {Key: "azure-make", Granted: "It may make machines.", Missing: "It may not make machines."}}
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
