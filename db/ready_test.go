package db_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"mooring/account"
	"mooring/audit"
	"mooring/db"
	"mooring/db/dbtest"
)

// handClock begins behind all that was stored so far, and goes on by hand.
type handClock struct{ at time.Time }

func newHandClock() *handClock { return &handClock{time.Now().Add(time.Hour)} }

func (c *handClock) now() time.Time       { return c.at }
func (c *handClock) pass(d time.Duration) { c.at = c.at.Add(d) }

// On a full disk, each change that is refused comes with "not ready", whatever
// it is and however much room it needs.
func TestNotReadyWheneverAFullDiskRefusesAChange(t *testing.T) {
	w := newWorld(t)
	clock := newHandClock()
	w.SetClock(clock.now)
	w.ok(w.Check(t.Context()))
	w.ok(w.LimitSize(t.Context(), 0))
	refused, readyInVain := 0, 0
	for i := 0; refused < 40; i++ {
		clock.pass(time.Minute) // nothing is remembered: the probe has to find it
		ready := w.Check(t.Context()) == nil
		var err error
		switch i % 3 {
		case 0:
			err = w.Accounts().SetTheme(t.Context(), "person-ada", []account.Theme{account.Dark, account.Light}[i%2], entry(audit.ChangeTheme, ""))
		case 1:
			err = w.Accounts().AddFailure(t.Context(), account.Failure{EmailKey: "email", AddressKey: "address"}, entry(audit.SignIn, ""))
		case 2:
			_, err = w.Credentials().Add(t.Context(), newCredential("acme", "ada", audit.BySystem().Name+time.Duration(i).String()), entry(audit.LinkCredential, "account-acme"))
		}
		if err == nil {
			if i > 3000 {
				t.Fatal("a full disk takes everything")
			}
			continue
		}
		refused++
		isTrouble(t, err, "database.full")
		if ready {
			readyInVain++
		}
		if w.Check(t.Context()) == nil {
			t.Errorf("change %d was refused, and the database says that it is ready", i)
		}
	}
	if readyInVain > 0 {
		t.Errorf("%d times it was ready right before a change was refused", readyInVain)
	}
	w.ok(w.LimitSize(t.Context(), -1))
	clock.pass(time.Minute)
	w.ok(w.Check(t.Context()))
}

func TestARefusedChangeMeansNotReadyForAWhile(t *testing.T) {
	w := newWorld(t)
	clock := newHandClock()
	w.SetClock(clock.now)
	w.ok(w.Check(t.Context()))
	w.exec(`PRAGMA query_only = 1`)
	isTrouble(t, w.Accounts().SetTheme(t.Context(), "person-ada", account.Dark, entry(audit.ChangeTheme, "")), "database.read-only")
	w.exec(`PRAGMA query_only = 0`)
	clock.pass(9 * time.Second)
	isTrouble(t, w.Check(t.Context()), "database.read-only")
	clock.pass(time.Second)
	w.ok(w.Check(t.Context()))
}

func TestNotReadyWhileReadOnlyOrLocked(t *testing.T) {
	path := filepath.Join(t.TempDir(), "mooring.db")
	w, other := world{dbtest.At(t, path), t}, dbtest.At(t, path)
	clock := newHandClock()
	w.SetClock(clock.now)
	w.exec(`PRAGMA query_only = 1`)
	isTrouble(t, w.Check(t.Context()), "database.read-only")
	w.exec(`PRAGMA query_only = 0`)
	clock.pass(time.Minute)
	w.ok(w.Check(t.Context()))

	w.exec(`PRAGMA busy_timeout = 1`)
	tx, err := other.Writer().BeginTx(t.Context(), nil)
	w.ok(err)
	clock.pass(time.Minute)
	isTrouble(t, w.Check(t.Context()), "database.locked")
	w.ok(tx.Rollback())
	clock.pass(time.Minute)
	w.ok(w.Check(t.Context()))
}

func TestReadyCostsOneProbeEveryFewSecondsAndNoneBesideChanges(t *testing.T) {
	w := newWorld(t)
	clock := newHandClock()
	w.SetClock(clock.now)
	beats := func(want int) {
		t.Helper()
		same(t, "the probes", w.count(`SELECT coalesce(sum(beats), 0) FROM heartbeat`), want)
	}
	for range 100 {
		w.ok(w.Check(t.Context()))
	}
	beats(1)
	clock.pass(4 * time.Second)
	w.ok(w.Check(t.Context()))
	beats(1)
	for range 3 {
		clock.pass(2 * time.Second)
		w.ok(w.Accounts().SetTheme(t.Context(), "person-ada", account.Dark, entry(audit.ChangeTheme, "")))
		w.ok(w.Check(t.Context()))
	}
	beats(1)
	size := w.count(`PRAGMA page_count`)
	for range 50 {
		clock.pass(5 * time.Second)
		w.ok(w.Check(t.Context()))
	}
	beats(51)
	same(t, "the rows that probes left", w.count(`SELECT count(*) FROM sign_in_failures`), 1)
	if grown := w.count(`PRAGMA page_count`) - size; grown > 20 {
		t.Errorf("fifty probes take %d pages", grown)
	}
}

func TestDamageMeansNotReady(t *testing.T) {
	damaged := func(t *testing.T) world {
		path := filepath.Join(t.TempDir(), "mooring.db")
		first := world{dbtest.At(t, path), t}
		first.join("ada", "acme")
		page := first.count(`SELECT rootpage FROM sqlite_schema WHERE name = 'accounts'`)
		first.ok(first.Close())
		damage(t, path, int64(page))
		return world{dbtest.At(t, path), t}
	}
	t.Run("met by a reader", func(t *testing.T) {
		w := damaged(t)
		_, _ = w.Accounts().Organization(t.Context(), "account-acme")
		isTrouble(t, w.Check(t.Context()), "database.damaged")
	})
	t.Run("looked for", func(t *testing.T) {
		w := damaged(t)
		w.ok(w.Check(t.Context()))
		isTrouble(t, w.LookForDamage(t.Context()), "database.damaged")
		isTrouble(t, w.Check(t.Context()), "database.damaged")
	})
	t.Run("none", func(t *testing.T) {
		w := newWorld(t)
		w.ok(w.LookForDamage(t.Context()))
		w.ok(w.Check(t.Context()))
	})
	t.Run("cut off", func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "mooring.db")
		first := world{dbtest.At(t, path), t}
		first.join("ada", "acme")
		first.ok(first.Close())
		first.ok(os.Truncate(path, 40*4096))
		d, err := db.Open(t.Context(), path)
		if err == nil {
			err = d.LookForDamage(t.Context())
			isTrouble(t, d.Check(t.Context()), "database.damaged")
			_ = d.Close()
		}
		isTrouble(t, err, "database.damaged")
	})
}
