package certificate_test

import (
	"context"
	"crypto/rsa"
	"errors"
	"reflect"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"mooring/audit"
	"mooring/certificate"
	"mooring/secret"
)

var ada = audit.Actor{PersonID: "person-ada", Name: "ada@example.com", Address: "192.0.2.1", RequestID: "r1"}

// Making a key takes a second here, on a clock that only this test has.
func TestNobodyWaitsForAKeyThatIsReady(t *testing.T) {
	keys()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, secret.NewRing(), "acme", "blue", "corn", "dune")
		key := nextKey()
		pool := certificate.NewPool(2, func() (*rsa.PrivateKey, error) {
			time.Sleep(time.Second)
			return key()
		}, silent)
		running(t, pool.Run)
		service := certificate.NewService(w.Certificates(), secret.NewRing(), pool, time.Now, counter("p-"), silent)
		waits := func(account string) time.Duration {
			start := time.Now()
			_, err := service.Active(t.Context(), account)
			w.ok(err)
			return time.Since(start)
		}
		time.Sleep(time.Minute)
		for _, name := range []string{"acme", "blue", "corn"} { // two in the pool, one in its hand
			if wait := waits(name); wait != 0 {
				t.Errorf("%s waited %v for a key that was ready", name, wait)
			}
		}
		if wait := waits("dune"); wait != time.Second {
			t.Errorf("with the pool empty one waits for the next key, not %v", wait)
		}
		if wait := waits("acme"); wait != 0 {
			t.Errorf("an account with a certificate waited %v", wait)
		}
	})
}

func TestWaitingForAKeyEndsWithItsRequest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, secret.NewRing(), "acme")
		empty := certificate.NewService(w.Certificates(), secret.NewRing(), certificate.NewPool(1, nil, silent), time.Now, counter("e-"), silent)
		ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
		defer cancel()
		if _, err := empty.Active(ctx, "acme"); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v", err)
		}
	})
}

func TestActiveMakesTheFirstCertificateAndKeepsIt(t *testing.T) {
	ring := secret.NewRing()
	w := newWorld(t, ring, "acme")
	first := w.active("acme")
	if again := w.active("acme"); again.ID != first.ID || again.SHA256() != first.SHA256() {
		t.Errorf("the second time it is %s, the first time %s", again.ID, first.ID)
	}
	made := audit.Entry{At: morning, Actor: audit.BySystem(), Action: audit.MakeCertificate, AccountID: "acme",
		Result: audit.Done, Detail: first.SHA1()}
	if entries := w.made("acme"); len(entries) != 1 || !reflect.DeepEqual(entries[0], made) {
		t.Errorf("the audit log has %+v, want %+v", entries, made)
	}
	stored, err := w.Certificates().Sealed(t.Context(), "acme", first.ID)
	w.ok(err)
	if _, err := ring.Open(certificate.Place(first), stored.Key); err != nil {
		t.Error("the stored key is not sealed for its place:", err)
	}
	signs(t, w.identity(first))
}

func TestRunMakesCertificatesAheadForAllAccounts(t *testing.T) {
	keys()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, secret.NewRing(), "acme", "blue", "corn")
		for range 5 {
			w.Wake() // never blocks, even while nothing listens
		}
		running(t, w.Run)
		without := func() []string {
			t.Helper()
			synctest.Wait()
			accounts, err := w.Certificates().AccountsWithout(t.Context())
			w.ok(err)
			return accounts
		}
		if left := without(); len(left) > 0 {
			t.Errorf("%v have no certificate", left)
		}
		w.join("dune")
		if left := without(); !slices.Equal(left, []string{"dune"}) {
			t.Errorf("before anybody wakes it: %v", left)
		}
		w.Wake()
		if left := without(); len(left) > 0 {
			t.Errorf("%v have no certificate", left)
		}
	})
}

func TestRunGoesOnAfterTroubleWithOneAccount(t *testing.T) {
	keys()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, secret.NewRing(), "acme", "blue")
		pool := certificate.NewPool(2, nextKey(), silent)
		running(t, pool.Run)
		service := certificate.NewService(w.Certificates(), fussy{secret.NewRing()}, pool, time.Now, counter("f-"), silent)
		running(t, service.Run)
		synctest.Wait()
		left, err := w.Certificates().AccountsWithout(t.Context())
		w.ok(err)
		if !slices.Equal(left, []string{"acme"}) {
			t.Errorf("without a certificate: %v", left)
		}
	})
}

// fussy refuses to seal the first key.
type fussy struct{ *secret.Ring }

func (f fussy) Seal(place secret.Place, value []byte) ([]byte, error) {
	if place.Row == "f-1" {
		return nil, errors.New("no")
	}
	return f.Ring.Seal(place, value)
}

func TestOfManyAtOnceOneCertificateBecomesActive(t *testing.T) {
	w := newWorld(t, secret.NewRing(), "acme")
	running(t, w.Run)
	const rivals = 20
	ids := make([]string, rivals)
	start := make(chan struct{})
	var group sync.WaitGroup
	for n := range rivals {
		group.Go(func() {
			<-start
			c, err := w.Active(context.Background(), "acme")
			if err != nil {
				t.Error(err)
			}
			ids[n] = c.ID
		})
	}
	close(start)
	group.Wait()
	slices.Sort(ids)
	if distinct := slices.Compact(ids); len(distinct) != 1 {
		t.Errorf("they were given %v", distinct)
	}
	made := 0
	for _, entry := range w.made("acme") {
		if entry.Action == audit.MakeCertificate {
			made++
		}
	}
	if made != 1 {
		t.Errorf("%d certificates were made", made)
	}
}

func TestRenewReplacesAndTheOldOneStillSigns(t *testing.T) {
	w := newWorld(t, secret.NewRing(), "acme")
	old := w.active("acme")
	w.later.Store(int64(time.Hour))
	renewed, err := w.Renew(t.Context(), "acme", ada)
	w.ok(err)
	if renewed.ID == old.ID || w.active("acme").ID != renewed.ID {
		t.Errorf("active is %s, renewed %s, old %s", w.active("acme").ID, renewed.ID, old.ID)
	}
	signs(t, w.identity(old))
	signs(t, w.identity(renewed))
	if w.identity(old).Public().(*rsa.PublicKey).Equal(w.identity(renewed).Public()) {
		t.Error("the new certificate has the old key")
	}
	if entry := w.made("acme")[0]; entry.Action != audit.MakeCertificate || entry.Actor != ada || entry.AccountID != "acme" || entry.Detail != renewed.SHA1() {
		t.Errorf("the audit entry is %+v", entry)
	}
}

// Clouds refuse a certificate that is not valid yet.
func TestACertificateOfAClockThatWasAheadIsRenewed(t *testing.T) {
	w := newWorld(t, secret.NewRing(), "acme")
	w.later.Store(int64(365 * 24 * time.Hour))
	early := w.active("acme")
	w.later.Store(0)
	renewed, err := w.Renew(t.Context(), "acme", ada)
	w.ok(err)
	if renewed.ID == early.ID || renewed.NotBefore.After(morning) {
		t.Errorf("the new one is valid from %v", renewed.NotBefore)
	}
}

func TestOfManyRenewalsOneIsMade(t *testing.T) {
	w := newWorld(t, secret.NewRing(), "acme")
	old := w.active("acme")
	if _, err := w.Renew(t.Context(), "acme", ada); !errors.Is(err, certificate.ErrJustMade) {
		t.Errorf("at once after the first: %v", err)
	}
	w.later.Store(int64(time.Hour))
	var group sync.WaitGroup
	var renewed atomic.Int64
	for range 10 {
		group.Go(func() {
			if _, err := w.Renew(context.Background(), "acme", ada); err == nil {
				renewed.Add(1)
			} else if !errors.Is(err, certificate.ErrJustMade) {
				t.Error(err)
			}
		})
	}
	group.Wait()
	if renewed.Load() != 1 || w.active("acme").ID == old.ID {
		t.Errorf("%d were made, and %s is active", renewed.Load(), w.active("acme").ID)
	}
}

func TestANewCertificateIsValidNoLongerThanAllowed(t *testing.T) {
	const day = 24 * time.Hour
	for longest, want := range map[time.Duration]time.Duration{0: certificate.Life, 90 * day: 90 * day, 3650 * day: certificate.Life} {
		w := newWorld(t, secret.NewRing(), "acme")
		w.Limit(func(context.Context) (time.Duration, error) { return longest, nil })
		c := w.active("acme")
		if got := c.NotAfter.Sub(c.NotBefore); got != want {
			t.Errorf("where %v are allowed it is valid for %v, want %v", longest, got, want)
		}
	}
	trouble := errors.New("the disk is gone")
	w := newWorld(t, secret.NewRing(), "acme")
	w.Limit(func(context.Context) (time.Duration, error) { return 0, trouble })
	if _, err := w.Active(t.Context(), "acme"); !errors.Is(err, trouble) {
		t.Errorf("where nobody knows: %v", err)
	}
}
