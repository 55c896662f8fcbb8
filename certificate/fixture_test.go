package certificate_test

import (
	"context"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"mooring/account"
	"mooring/audit"
	"mooring/certificate"
	"mooring/db"
	"mooring/db/dbtest"
	"mooring/secret"
)

var morning = time.Date(2026, 11, 22, 9, 14, 3, 250e6, time.UTC)

// keys are found once and short, because finding long ones takes seconds.
var keys = sync.OnceValue(func() []*rsa.PrivateKey {
	found := make([]*rsa.PrivateKey, 3)
	for i := range found {
		key, err := rsa.GenerateKey(rand.Reader, 2048)
		if err != nil {
			panic(err)
		}
		found[i] = key
	}
	return found
})

// nextKey hands out the keys in turn.
func nextKey() func() (*rsa.PrivateKey, error) {
	var n atomic.Int64
	return func() (*rsa.PrivateKey, error) { return keys()[int(n.Add(1)-1)%len(keys())], nil }
}

func counter(prefix string) func() string {
	var n atomic.Int64
	return func() string { return fmt.Sprint(prefix, n.Add(1)) }
}

var silent = slog.New(slog.DiscardHandler)

// world is a database with some accounts in it and a service whose pool is
// being filled.
type world struct {
	*db.DB
	*certificate.Service
	t     testing.TB
	later *atomic.Int64 // how far the clock has gone since morning
}

func newWorld(t testing.TB, sealer certificate.Sealer, accounts ...string) world {
	t.Helper()
	w := world{DB: dbtest.New(t), t: t, later: new(atomic.Int64)}
	for _, name := range accounts {
		w.join(name)
	}
	pool := certificate.NewPool(2, nextKey(), silent)
	running(t, pool.Run)
	w.Service = certificate.NewService(w.Certificates(), sealer, pool, func() time.Time { return morning.Add(time.Duration(w.later.Load())) }, counter("c-"), silent)
	return w
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

// join adds an account that belongs to a person of the same name.
func (w world) join(name string) {
	w.t.Helper()
	own := account.Account{ID: name, Name: name, Kind: account.Personal, CreatedAt: morning}
	person := account.Person{ID: "person-" + name, Email: name + "@example.com", Name: name, Theme: account.System,
		DefaultAccountID: own.ID, CreatedAt: morning}
	err := w.Accounts().AddPerson(w.t.Context(), account.NewPerson{Person: person, Password: "none",
		Joins: []account.Membership{{Account: own, Role: account.Owner}}}, audit.Entry{At: morning, Action: audit.MakeAccount, Result: audit.Done})
	w.ok(err)
}

func (w world) ok(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w world) active(account string) certificate.Certificate {
	w.t.Helper()
	c, err := w.Active(w.t.Context(), account)
	w.ok(err)
	return c
}

func (w world) identity(c certificate.Certificate) *certificate.Identity {
	w.t.Helper()
	i, err := w.Identity(w.t.Context(), c.AccountID, c.ID)
	w.ok(err)
	return i
}

func (w world) made(account string) []audit.Entry {
	w.t.Helper()
	entries, err := w.Audit(w.t.Context(), account, 1000)
	w.ok(err)
	return entries
}

// ps256 is how Entra wants an assertion signed.
var ps256 = &rsa.PSSOptions{SaltLength: rsa.PSSSaltLengthEqualsHash, Hash: crypto.SHA256}

func sign(i *certificate.Identity) (digest, signature []byte, err error) {
	sum := sha256.Sum256([]byte("an assertion"))
	signature, err = i.Sign(rand.Reader, sum[:], ps256)
	return sum[:], signature, err
}

func signs(t testing.TB, i *certificate.Identity) {
	t.Helper()
	digest, signature, err := sign(i)
	if err != nil {
		t.Error(err)
		return
	}
	if err := rsa.VerifyPSS(i.Public().(*rsa.PublicKey), crypto.SHA256, digest, signature, ps256); err != nil {
		t.Error(err)
	}
}

// watchedSealer is a ring that keeps every clear value it was given or gave,
// to see what becomes of them.
type watchedSealer struct {
	*secret.Ring
	mu             sync.Mutex
	sealed, opened [][]byte
	kept           int // how many of them were not zero when they passed
}

func (s *watchedSealer) Seal(place secret.Place, value []byte) ([]byte, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.sealed = append(s.sealed, value)
	s.count(value)
	return s.Ring.Seal(place, value)
}

func (s *watchedSealer) Open(place secret.Place, sealed []byte) ([]byte, error) {
	value, err := s.Ring.Open(place, sealed)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.opened = append(s.opened, value)
	s.count(value)
	return value, err
}

func (s *watchedSealer) count(value []byte) {
	if !zero(value) {
		s.kept++
	}
}

func zero(b []byte) bool {
	for _, x := range b {
		if x != 0 {
			return false
		}
	}
	return true
}
