package db_test

import (
	"errors"
	"fmt"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"mooring/account"
	"mooring/audit"
	"mooring/db"
	"mooring/db/dbtest"
	"mooring/fault"
)

func TestPersonReadsBackAsStored(t *testing.T) {
	w := newWorld(t)
	person, hash, err := w.Accounts().PasswordOf(t.Context(), "ADA@example.com")
	w.ok(err)
	same(t, "the person", person, newPerson("ada", "acme").Person)
	same(t, "the hash", hash, "hash of ada")
	_, _, err = w.Accounts().PasswordOf(t.Context(), "nobody@example.com")
	want(t, err, account.ErrNoSuchAccount)
}

func TestHasPeople(t *testing.T) {
	empty, err := dbtest.New(t).Accounts().HasPeople(t.Context())
	same(t, "an empty database having people", empty || err != nil, false)
	w := newWorld(t)
	full, err := w.Accounts().HasPeople(t.Context())
	w.ok(err)
	same(t, "a full one having people", full, true)
}

func TestPersonJoinsAnAccountThatExists(t *testing.T) {
	w := newWorld(t)
	w.ok(w.Accounts().AddPerson(t.Context(), newPerson("bob", "acme"), entry(audit.MakeAccount, "account-acme")))
	same(t, "the members of acme", w.count(`SELECT count(*) FROM memberships WHERE account_id = 'account-acme'`), 2)
}

func TestNamesAreTakenOnce(t *testing.T) {
	tests := map[string]struct {
		change  func(*account.NewPerson)
		field   string
		refusal *fault.Fault
	}{
		"e-mail in other case": {func(p *account.NewPerson) { p.Person.Email = "Ada@Example.com" }, "email", account.ErrEmailTaken},
		"organization":         {func(p *account.NewPerson) { p.Joins[0].Account.Name = "acme" }, "organization", account.ErrNameTaken},
		"personal account":     {func(p *account.NewPerson) { p.Joins[1].Account.Name = "ada" }, "email", account.ErrNameTaken},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			p := newPerson("bob", "bobs")
			test.change(&p)
			before := w.count(`SELECT count(*) FROM audit`)
			err := w.Accounts().AddPerson(t.Context(), p, entry(audit.MakeAccount, ""))
			want(t, err, test.refusal)
			if fault.Of(err).Fields[test.field] != test.refusal.Sentence {
				t.Errorf("the sentence is at %v, want it at %s", fault.Of(err).Fields, test.field)
			}
			same(t, "the accounts", w.count(`SELECT count(*) FROM accounts`), 4)
			same(t, "the people", w.count(`SELECT count(*) FROM people`), 2)
			same(t, "the audit entries", w.count(`SELECT count(*) FROM audit`), before)
		})
	}
}

func TestAccountNameTaken(t *testing.T) {
	w := newWorld(t)
	for name, expected := range map[string]bool{"acme": true, "ada": true, "free": false} {
		taken, err := w.Accounts().AccountNameTaken(t.Context(), name)
		w.ok(err)
		same(t, name+" being taken", taken, expected)
	}
}

func TestSetTheme(t *testing.T) {
	w := newWorld(t)
	w.ok(w.Accounts().SetTheme(t.Context(), "person-ada", account.Dark, entry(audit.ChangeTheme, "")))
	ada, _, err := w.Accounts().PasswordOf(t.Context(), "ada@example.com")
	w.ok(err)
	same(t, "her theme", ada.Theme, account.Dark)
	eve, _, err := w.Accounts().PasswordOf(t.Context(), "eve@example.com")
	w.ok(err)
	same(t, "the other's theme", eve.Theme, account.System)
}

func TestSetUpLink(t *testing.T) {
	d := dbtest.New(t)
	a, expires := d.Accounts(), after(account.SetUpLinkLife)
	works := func(hash string, now time.Time) bool {
		works, err := a.SetUpLinkWorks(t.Context(), hash, now)
		if err != nil {
			t.Fatal(err)
		}
		return works
	}
	same(t, "no link working", works("first", morning), false)
	for _, hash := range []string{"first", "second"} {
		if err := a.ReplaceSetUpLink(t.Context(), hash, expires, entry(audit.OfferSetUp, "")); err != nil {
			t.Fatal(err)
		}
	}
	same(t, "the replaced link working", works("first", morning), false)
	same(t, "the new link working", works("second", expires.Add(-time.Millisecond)), true)
	same(t, "the expired link working", works("second", expires), false)
	same(t, "the link of a clock that was ahead by seconds", works("second", after(-account.ClockSkew)), true)
	same(t, "the link of a clock that was ahead", works("second", after(-account.ClockSkew-time.Millisecond)), false)

	setUp := func(hash string, now time.Time) error {
		return a.SetUp(t.Context(), hash, now, newPerson("ada", "acme"), entry(audit.SetUp, ""))
	}
	want(t, setUp("first", morning), account.ErrSetUpLink)
	want(t, setUp("second", expires), account.ErrSetUpLink)
	if err := setUp("second", morning); err != nil {
		t.Fatal(err)
	}
	same(t, "the used link working", works("second", morning), false)
	same(t, "the links that are left", count(t, d.Writer(), `SELECT count(*) FROM set_up_link`), 0)
	want(t, setUp("second", morning), account.ErrSetUpLink)
	if err := a.ReplaceSetUpLink(t.Context(), "third", expires, entry(audit.OfferSetUp, "")); err != nil {
		t.Fatal(err)
	}
	same(t, "a link working while people exist", works("third", morning), false)
	want(t, setUp("third", morning), account.ErrSetUpLink)
}

func TestFailedSetUpKeepsItsLink(t *testing.T) {
	d := dbtest.New(t)
	if err := d.Accounts().ReplaceSetUpLink(t.Context(), "link", after(account.SetUpLinkLife), entry(audit.OfferSetUp, "")); err != nil {
		t.Fatal(err)
	}
	twice := newPerson("acme", "acme") // both accounts would have one name
	twice.Joins[1].Account.ID = "account-other"
	want(t, d.Accounts().SetUp(t.Context(), "link", morning, twice, entry(audit.SetUp, "")), account.ErrNameTaken)
	if err := d.Accounts().SetUp(t.Context(), "link", morning, newPerson("ada", "acme"), entry(audit.SetUp, "")); err != nil {
		t.Error("the second try must work:", err)
	}
}

// The rivals come through two openings of one file, as from two processes.
func TestOfManySetUpsOneWins(t *testing.T) {
	path := filepath.Join(t.TempDir(), "mooring.db")
	openings := []*db.DB{open(t, path), open(t, path)}
	d := openings[0]
	if err := d.Accounts().ReplaceSetUpLink(t.Context(), "link", after(account.SetUpLinkLife), entry(audit.OfferSetUp, "")); err != nil {
		t.Fatal(err)
	}
	const rivals = 50
	var group sync.WaitGroup
	results := make(chan error, rivals)
	for i := range rivals {
		p := newPerson(fmt.Sprint("rival-", i), fmt.Sprint("club-", i))
		group.Go(func() {
			results <- openings[i%2].Accounts().SetUp(t.Context(), "link", morning, p, entry(audit.SetUp, ""))
		})
	}
	group.Wait()
	close(results)
	won := 0
	for err := range results {
		if err == nil {
			won++
		} else if !errors.Is(err, account.ErrSetUpLink) {
			t.Error(err)
		}
	}
	same(t, "the number of winners", won, 1)
	same(t, "the number of people", count(t, d.Writer(), `SELECT count(*) FROM people`), 1)
	same(t, "the audit entries", count(t, d.Writer(), `SELECT count(*) FROM audit WHERE action = 'site.set-up'`), 1)
}

func TestJoin(t *testing.T) {
	w := newWorld(t)
	for hash, address := range map[string]string{"for anybody": "", "for bob": "Bob@example.com"} {
		w.exec(`INSERT INTO invitations (id, account_id, hash, role, email, mailed, created_at, expires_at)
			VALUES (?1, 'account-acme', ?1, 'viewer', ?2, 0, 0, ?3)`, hash, address, after(time.Hour).UnixMilli())
	}
	join := func(hash, name string, now time.Time) error {
		p := newPerson(name, "club-of-"+name)
		return w.Accounts().Join(t.Context(), hash, now, p, entry(audit.JoinAccount, "account-acme"))
	}
	want(t, join("never made", "bob", morning), account.ErrInvitation)
	want(t, join("for bob", "bob", after(time.Hour)), account.ErrInvitation) // too late
	want(t, join("for bob", "max", morning), account.ErrInvitationForAnother)
	want(t, join("for bob", "ada", morning), account.ErrInvitationForAnother)
	want(t, join("for anybody", "ada", morning), account.ErrEmailTaken) // she should accept it
	same(t, "the invitations after all that was refused", w.count(`SELECT count(*) FROM invitations`), 2)
	same(t, "the people", w.count(`SELECT count(*) FROM people`), 2)
	w.ok(join("for bob", "bob", morning))
	want(t, join("for bob", "max", morning), account.ErrInvitation)
	w.ok(join("for anybody", "max", morning))
	same(t, "the viewers of acme", w.count(`SELECT count(*) FROM memberships WHERE account_id = 'account-acme' AND role = 'viewer' AND by_group = 0`), 2)
}

// Only a link that went to the address and nowhere else proves that it is theirs.
func TestAMailedInvitationProvesTheAddress(t *testing.T) {
	w := newWorld(t)
	for i, one := range []struct {
		email        string
		mailed, want bool
	}{{"Bob@example.com", true, true}, {"bob@example.com", false, false}, {"", false, false}} {
		hash, name := fmt.Sprint("hash-", i), "bob"
		w.exec(`DELETE FROM people WHERE id = 'person-bob'`)
		for _, prefix := range []string{"join ", "accept "} {
			w.exec(`INSERT INTO invitations (id, account_id, hash, role, email, mailed, created_at, expires_at)
				VALUES (?1, 'account-acme', ?1, 'viewer', ?2, ?3, 0, ?4)`, prefix+hash, one.email, one.mailed, after(time.Hour).UnixMilli())
		}
		proved := func() bool {
			person, _, err := w.Accounts().PasswordOf(t.Context(), "bob@example.com")
			w.ok(err)
			return person.EmailProved
		}
		w.ok(w.Accounts().Join(t.Context(), "join "+hash, morning, newPerson(name, fmt.Sprint("club-", i)), entry(audit.JoinAccount, "account-acme")))
		same(t, fmt.Sprint("joining proves ", one), proved(), one.want)
		w.exec(`UPDATE people SET email_proved = 0`)
		w.exec(`DELETE FROM memberships WHERE person_id = 'person-bob' AND account_id = 'account-acme'`)
		w.ok(w.Accounts().AcceptInvitation(t.Context(), "accept "+hash, "person-bob", morning, entry(audit.JoinAccount, "account-acme")))
		same(t, fmt.Sprint("accepting proves ", one), proved(), one.want)
	}
}

func TestALinkSetsNoPasswordOfWhoMustNotSignInWithOne(t *testing.T) {
	for statement, works := range map[string]bool{
		`UPDATE people SET name = 'Ada'`: true, `UPDATE people SET disabled_at = 1`: false, `UPDATE people SET password_hash = ''`: false,
	} {
		w := newWorld(t)
		w.exec(`UPDATE people SET password_hash = 'hash'`)
		e := entry(audit.RequestPasswordReset, "")
		w.ok(w.Accounts().AddPasswordReset(t.Context(), account.PasswordReset{Hash: "reset", PersonID: "person-ada", CreatedAt: morning, ExpiresAt: after(time.Minute)}, e))
		w.exec(statement)
		_, err := w.Accounts().PasswordResetByHash(t.Context(), "reset", morning)
		changed := w.Accounts().ResetPassword(t.Context(), "reset", "new", account.Notice{Count: 1}, e)
		if (err == nil) != works || (changed == nil) != works || !works && (!errors.Is(err, account.ErrPasswordReset) || !errors.Is(changed, account.ErrPasswordReset)) {
			t.Errorf("%s: got %v and %v", statement, err, changed)
		}
	}
}

func TestOfFiftyWhoJoinByOneInvitationAtOnceOneDoes(t *testing.T) {
	w := newWorld(t)
	w.exec(`INSERT INTO invitations (id, account_id, hash, role, email, mailed, created_at, expires_at)
		VALUES ('i', 'account-acme', 'hash', 'member', '', 0, 0, ?)`, after(time.Hour).UnixMilli())
	results := make(chan error, 50)
	var group sync.WaitGroup
	for i := range cap(results) {
		group.Go(func() {
			p := newPerson(fmt.Sprint("rival-", i), fmt.Sprint("club-", i))
			results <- w.Accounts().Join(t.Context(), "hash", morning, p, entry(audit.JoinAccount, "account-acme"))
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
		want(t, err, account.ErrInvitation)
	}
	same(t, "who joined", won, 1)
	same(t, "the members of acme", w.count(`SELECT count(*) FROM memberships WHERE account_id = 'account-acme'`), 2)
}

// The id of a newcomer with a passkey comes from a ceremony. One that was
// somebody else's makes nobody.
func TestANewPersonNeverTakesTheIDOfAnother(t *testing.T) {
	w := newWorld(t)
	p := newPerson("bob", "bobs")
	p.Person.ID = "person-ada"
	want(t, w.Accounts().AddPerson(t.Context(), p, entry(audit.MakeAccount, "")), account.ErrPasskeyRefused)
	same(t, "the accounts", w.count(`SELECT count(*) FROM accounts`), 4)
}
