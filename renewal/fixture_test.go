package renewal_test

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"mooring/account"
	"mooring/audit"
	"mooring/certificate"
	"mooring/cloud"
	"mooring/cloud/cloudtest"
	"mooring/credential"
	"mooring/db"
	"mooring/db/dbtest"
	"mooring/renewal"
	"mooring/secret"
)

const (
	harbor = "harbor"
	day    = 24 * time.Hour
)

var morning = time.Date(2026, 11, 22, 9, 14, 3, 250e6, time.UTC)

// key is found once and short, because finding long ones takes seconds. Certificates
// differ by their serial numbers.
var key = sync.OnceValues(func() (*rsa.PrivateKey, error) { return rsa.GenerateKey(rand.Reader, 2048) })

// clock is the time of a test, which only the test moves.
type clock struct{ since atomic.Int64 }

func (c *clock) now() time.Time          { return morning.Add(time.Duration(c.since.Load())) }
func (c *clock) advance(d time.Duration) { c.since.Add(int64(d)) }

// world is a database with an account, the services that renewing needs, and a harbor.
type world struct {
	t     testing.TB
	db    *db.DB
	ring  *secret.Ring
	clock *clock
	newID func() string

	harbor       *cloudtest.Renewing
	certificates *certificate.Service
	credentials  *credential.Service
	renewals     *renewal.Service
	store        renewal.Store // that renewals has
}

func newWorld(t testing.TB) *world {
	t.Helper()
	var ids atomic.Int64
	w := &world{t: t, db: dbtest.New(t), ring: secret.NewRing(), clock: &clock{}, newID: func() string { return fmt.Sprint("id-", ids.Add(1)) }}
	w.harbor = cloudtest.NewRenewing(w.clock.now)
	own := account.Account{ID: harbor, Name: harbor, Kind: account.Organization, CreatedAt: morning}
	ada := account.Person{ID: "ada", Email: "ada@harbor.example", Name: "Ada", Theme: account.System, DefaultAccountID: harbor, CreatedAt: morning}
	w.ok(w.db.Accounts().AddPerson(t.Context(), account.NewPerson{Person: ada, Password: "none", Joins: []account.Membership{{Account: own, Role: account.Owner}}},
		audit.Entry{At: morning, Action: audit.MakeAccount, Result: audit.Done}))
	w.begin(w.db.Renewals())
	return w
}

// begin makes the services on the database that there is: a start.
func (w *world) begin(store renewal.Store) {
	w.t.Helper()
	w.store = store
	pool := certificate.NewPool(1, key, slog.New(slog.DiscardHandler))
	running(w.t, pool.Run)
	clouds := cloud.Registry{"fake": w.harbor}
	silent := slog.New(slog.DiscardHandler)
	w.certificates = certificate.NewService(w.db.Certificates(), w.ring, pool, w.clock.now, w.newID, silent)
	w.credentials = credential.NewService(w.db.Credentials(), clouds, w.certificates, nil, w.clock.now, w.newID, silent)
	w.renewals = renewal.NewService(renewal.Config{Store: store, Certificates: w.certificates, Credentials: w.credentials, Clouds: clouds,
		Now: w.clock.now, NewID: w.newID, Log: silent})
	w.ok(w.db.BeginInstance(w.t.Context(), w.clock.now()))
}

// running runs something until the test ends, and waits for its end.
func running(t testing.TB, run func(context.Context)) {
	ctx, stop := context.WithCancel(context.Background())
	var group sync.WaitGroup
	group.Go(func() { run(ctx) })
	t.Cleanup(func() {
		stop()
		group.Wait()
	})
}

func (w *world) ok(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

var ofHarbor = credential.Request{AccountID: harbor, AccountName: harbor, Actor: audit.Actor{PersonID: "ada", Name: "ada@harbor.example"}}

// pass links a berth by a certificate that the harbor is told of, and is told its ID.
func (w *world) pass(berth string) credential.Credential {
	w.t.Helper()
	active, err := w.certificates.Active(w.t.Context(), harbor)
	w.ok(err)
	id := w.harbor.Trust("hook", active)
	return w.link(&cloud.Form{Label: berth, Method: cloudtest.MethodPass,
		Values: map[string]string{"berth": berth, "captain": "hook", "register": "r1", "pass": id}})
}

// guild links a berth by an authority that the harbor is told of.
func (w *world) guild(berth string) credential.Credential {
	w.t.Helper()
	authority, err := w.certificates.Draft(w.t.Context(), harbor, "fake", ofHarbor.Actor)
	w.ok(err)
	w.harbor.Trust("smee", authority.Certificate)
	return w.link(&cloud.Form{Label: berth, Method: cloudtest.MethodGuild, Draft: authority.ID, Values: map[string]string{"berth": berth, "captain": "smee"}})
}

func (w *world) link(form *cloud.Form) credential.Credential {
	w.t.Helper()
	linked, err := w.credentials.Link(w.t.Context(), ofHarbor, "fake", form, false)
	w.ok(err)
	return w.find(linked)
}

func (w *world) find(c credential.Credential) credential.Credential {
	w.t.Helper()
	found, err := w.credentials.Find(w.t.Context(), harbor, c.ID)
	w.ok(err)
	return found
}

// latest is the latest renewal of the sign-in of a link.
func (w *world) latest(c credential.Credential) renewal.Renewal {
	w.t.Helper()
	history, err := w.renewals.History(w.t.Context(), w.find(c))
	w.ok(err)
	if len(history) == 0 {
		w.t.Fatal("the link was never renewed")
	}
	return history[0]
}

// turn takes a turn.
func (w *world) turn() { w.renewals.Turn(w.t.Context()) }

// days lets time pass, with a turn each hour.
func (w *world) days(n int) {
	for range n * 24 {
		w.clock.advance(time.Hour)
		w.turn()
	}
}

func (w *world) certificate(id string) certificate.Certificate {
	w.t.Helper()
	c, err := w.certificates.Find(w.t.Context(), harbor, id)
	w.ok(err)
	return c
}

// works checks that the link is let in at this moment.
func (w *world) works(c credential.Credential) {
	w.t.Helper()
	found := w.find(c)
	if !w.canSignIn(found) {
		w.t.Errorf("at %v the link can't sign in with %s", w.clock.now(), found.CertificateID)
	}
}

func (w *world) canSignIn(c credential.Credential) bool {
	w.t.Helper()
	identity, err := w.certificates.Identity(w.t.Context(), harbor, c.CertificateID)
	if err != nil {
		return false
	}
	in := false
	_, err = w.harbor.Check(w.t.Context(), cloud.Attempt{Target: c.Target, Identity: identity}, func(r cloud.StageResult) { in = in || r.Stage == "open" && r.Verdict == cloud.OK })
	w.ok(err)
	return in
}

// actions counts the entries of the audit log about the account, by their actions.
func (w *world) actions() map[audit.Action]int {
	w.t.Helper()
	entries, err := w.db.Audit(w.t.Context(), harbor, 1000)
	w.ok(err)
	counts := map[audit.Action]int{}
	for _, e := range entries {
		counts[e.Action]++
	}
	return counts
}

func same[T comparable](t testing.TB, what string, got, want T) {
	t.Helper()
	if got != want {
		t.Errorf("%s is %v, want %v", what, got, want)
	}
}

// dying is a store that ends, before or after a write, as a killed server does.
type dying struct {
	renewal.Store
	left  int // writes until the end
	after bool
}

var errKilled = errors.New("the server was killed")

func (d *dying) write(do func() error) error {
	if d.left--; d.left > 0 {
		return do()
	}
	if d.left == 0 && d.after {
		if err := do(); err != nil {
			return err
		}
	}
	return errKilled
}

func (d *dying) Begin(ctx context.Context, r renewal.Renewal, issued *certificate.Issued, entries ...audit.Entry) error {
	return d.write(func() error { return d.Store.Begin(ctx, r, issued, entries...) })
}

func (d *dying) Save(ctx context.Context, r renewal.Renewal, entries ...audit.Entry) error {
	return d.write(func() error { return d.Store.Save(ctx, r, entries...) })
}

func (d *dying) Switch(ctx context.Context, r renewal.Renewal, field string, entries ...audit.Entry) error {
	return d.write(func() error { return d.Store.Switch(ctx, r, field, entries...) })
}

func (d *dying) Destroy(ctx context.Context, accountID, certificateID string, now time.Time) (done bool, err error) {
	err = d.write(func() error { done, err = d.Store.Destroy(ctx, accountID, certificateID, now); return err })
	return done, err
}

// copyOf opens a copy of the database as a restored backup.
func (w *world) copyOf() *db.DB {
	w.t.Helper()
	path := filepath.Join(w.t.TempDir(), "mooring.db")
	w.ok(w.db.BackupTo(w.t.Context(), path))
	return dbtest.Bare(w.t, path)
}
