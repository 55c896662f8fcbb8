package account_test

import (
	"context"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"mooring/account"
	"mooring/audit"
	"mooring/fault"
	"mooring/secret"
)

func TestAKeyHasAFormThatScannersFind(t *testing.T) {
	c := newClub(t)
	form := regexp.MustCompile(`^mooring_[a-z2-7]{8}_[A-Za-z0-9_-]{43}_[A-Za-z0-9_-]{6}$`)
	seen := map[string]bool{}
	for range 20 {
		key, text := c.makeKey("ada", account.Read)
		id, secretPart, err := account.ParseKey(text.Reveal())
		c.ok(err)
		raw, err := base64.RawURLEncoding.DecodeString(secretPart.Reveal())
		if err != nil || len(raw) != 32 || !form.MatchString(text.Reveal()) || id != key.ID || seen[id] || seen[secretPart.Reveal()] {
			t.Errorf("the key has the form %s", regexp.MustCompile(`[A-Za-z0-9]`).ReplaceAllString(text.Reveal(), "x"))
		}
		seen[id], seen[secretPart.Reveal()] = true, true
	}
}

// A key that is not whole, or is made up, costs no query.
func TestAMistypedKeyIsRefusedWithoutAQuery(t *testing.T) {
	c := newClub(t)
	_, text := c.makeKey("ada", account.Read)
	key := text.Reveal()
	wrong := []string{"", "mooring_", key + "a", "a" + key, " " + key, key + "\n", strings.ToUpper(key), key + key,
		strings.Replace(key, "mooring", "moorin9", 1), strings.Repeat("mooring_", 100_000), key[:len(key)-6], "Basic " + key}
	for i := range key {
		wrong = append(wrong, key[:i], key[i+1:]) // cut, and without one character
		for _, other := range "aZ0-_ %\x00ä" {
			if changed := key[:i] + string(other) + key[i+1:]; changed != key {
				wrong = append(wrong, changed)
			}
		}
		if i > 0 && key[i] != key[i-1] {
			wrong = append(wrong, key[:i-1]+string(key[i])+string(key[i-1])+key[i+1:])
		}
	}
	for _, typed := range wrong {
		if _, err := c.keys.Authenticate(t.Context(), "", typed, home); !errors.Is(err, account.ErrKey) {
			t.Errorf("%q: got %v", typed, err)
		}
	}
	if n := c.keyStore.asked.Load(); n != 0 {
		t.Errorf("the store was asked %d times for %d keys", n, len(wrong))
	}
	_, err := c.call(text)
	c.ok(err)
}

func FuzzParseKey(f *testing.F) {
	f.Add(account.FormatKey("abcdefg2", strings.Repeat("A", 43)))
	f.Add("mooring_abcdefg2_")
	f.Fuzz(func(t *testing.T, key string) {
		id, secretPart, err := account.ParseKey(key)
		if err == nil && (account.FormatKey(id, secretPart.Reveal()) != key || len(id) != 8 || len(secretPart.Reveal()) != 43) {
			t.Errorf("%q was read as %q and %d characters", key, id, len(secretPart.Reveal()))
		}
	})
}

func TestWhateverIsWrongWithAKeySoundsTheSame(t *testing.T) {
	c := newClub(t)
	c.takeIn("bob", account.Member)
	bobs, text := c.makeKey("bob", account.Read)
	_, secretPart, err := account.ParseKey(text.Reveal())
	c.ok(err)
	another, _ := c.makeKey("ada", account.Read)
	for what, key := range map[string]string{
		"an unknown id":            account.FormatKey("aaaaaaaa", secretPart.Reveal()),
		"another key's secret":     account.FormatKey(another.ID, secretPart.Reveal()),
		"a made-up secret":         account.FormatKey(bobs.ID, strings.Repeat("A", 43)),
		"an empty secret":          account.FormatKey(bobs.ID, ""),
		"the hash for the secret":  account.FormatKey(bobs.ID, strings.Repeat("a", 43)),
		"a session's token, alone": strings.Repeat("A", 43),
	} {
		_, err := c.keys.Authenticate(t.Context(), "", key, home)
		if !errors.Is(err, account.ErrKey) || fault.Of(err).Sentence != account.ErrKey.Sentence || fault.Of(err).Kind != fault.SignIn {
			t.Errorf("%s: got %v", what, err)
		}
	}
	for _, part := range []string{bobs.ID, "its secret is wrong", "aaaaaaaa", home} {
		if !strings.Contains(c.log.String(), part) {
			t.Errorf("the log does not tell %q:\n%s", part, c.log)
		}
	}
	if strings.Contains(c.log.String(), secretPart.Reveal()) {
		t.Error("the log tells the secret")
	}
}

func TestAKeyActsForWhoMadeItInItsAccountOnly(t *testing.T) {
	c := newClub(t)
	c.exec(`INSERT INTO memberships VALUES ('person-ada', 'account-evil', 'owner', 0, 1)`)
	made, text := c.makeKey("ada", account.Write)
	got, err := c.call(text)
	c.ok(err)
	person := c.caller("ada").Person
	if !person.SiteAdmin {
		t.Fatal("ada has to be an administrator here")
	}
	person.SiteAdmin = false // no key has that right
	m := c.acme("ada")
	m.Role = account.Member
	want := account.Caller{Person: person, Key: &made, Memberships: []account.Membership{m}}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
	if got.OwesSecondStep() {
		t.Error("a program cannot take a second step")
	}
}

func TestAKeyMayNoMoreThanItsScopeAndItsMakersRole(t *testing.T) {
	c := newClub(t)
	c.takeIn("bob", account.Member)
	keys := map[account.Scope]secret.Text{}
	for _, scope := range []account.Scope{account.Read, account.Write} {
		_, keys[scope] = c.makeKey("bob", scope)
	}
	for _, test := range []struct{ role, read, write account.Role }{
		{account.Viewer, account.Viewer, account.Viewer},
		{account.Member, account.Viewer, account.Member},
		{account.Owner, account.Viewer, account.Member},
		{account.Viewer, account.Viewer, account.Viewer},
	} {
		if c.role("bob") != test.role {
			c.ok(c.ChangeRole(t.Context(), "account-acme", "person-bob", string(test.role), by("ada")))
		}
		for scope, want := range map[account.Scope]account.Role{account.Read: test.read, account.Write: test.write} {
			got, err := c.call(keys[scope])
			c.ok(err)
			if got.Memberships[0].Role != want {
				t.Errorf("a %s key of a %s acts as %s, want %s", scope, test.role, got.Memberships[0].Role, want)
			}
		}
	}
}

func TestTheNameThatComesWithAKeyIsItsAccounts(t *testing.T) {
	c := newClub(t)
	_, key := c.makeKey("ada", account.Read)
	with := func(name string) error {
		_, err := c.keys.Authenticate(t.Context(), name, key.Reveal(), home)
		return err
	}
	c.ok(with(""))
	c.ok(with("acme"))
	for _, name := range []string{"evil", "ada", "Acme", "acme ", "ada@example.com", "account-acme"} {
		c.want(with(name), account.ErrKey)
	}
	_, err := c.Change(t.Context(), c.caller("ada"), c.acme("ada"), account.OrganizationForm{Name: "pier"}, by("ada"))
	c.ok(err)
	c.want(with("acme"), account.ErrKey)
	c.ok(with("pier"))
}

func TestAKeyExpiresToTheSecond(t *testing.T) {
	c := newClub(t)
	key, text := c.makeKey("ada", account.Read)
	if want := morning.Add(30 * 24 * time.Hour); !key.ExpiresAt.Equal(want) {
		t.Errorf("it expires at %v, want %v", key.ExpiresAt, want)
	}
	_, err := c.call(text)
	c.ok(err)
	c.clock.pass(30*24*time.Hour - time.Millisecond)
	_, err = c.call(text)
	c.ok(err)
	version := c.Version()
	c.clock.pass(time.Millisecond)
	_, err = c.call(text) // it is still in memory
	c.want(err, account.ErrKeyExpired)
	if c.Version() != version {
		t.Error("something changed meanwhile: this test proves nothing")
	}
	_, err = c.keys.Authenticate(t.Context(), "", account.FormatKey(key.ID, strings.Repeat("A", 43)), home)
	c.want(err, account.ErrKey) // only who holds the secret is told
	_, err = c.keys.Authenticate(t.Context(), "evil", text.Reveal(), home)
	c.want(err, account.ErrKey)
	keys, err := c.keys.List(t.Context(), c.caller("ada"), c.acme("ada"))
	if err != nil || len(keys) != 1 {
		t.Errorf("its owner sees %+v, %v", keys, err)
	}
}

func TestAKeyStopsWithTheNextRequest(t *testing.T) {
	for name, stop := range map[string]func(c club, key account.Key) error{
		"revoked by who made it": func(c club, key account.Key) error {
			return c.keys.Revoke(c.t.Context(), c.caller("bob"), c.acme("bob"), key.ID, by("bob"))
		},
		"revoked by an owner": func(c club, key account.Key) error {
			return c.keys.Revoke(c.t.Context(), c.caller("ada"), c.acme("ada"), key.ID, by("ada"))
		},
		"removed": func(c club, _ account.Key) error {
			return c.Remove(c.t.Context(), "account-acme", "person-bob", by("ada"))
		},
		"disabled": func(c club, _ account.Key) error {
			return c.people.Disable(c.t.Context(), c.caller("ada"), "person-bob", by("ada"))
		},
		"deleted": func(c club, _ account.Key) error { return c.Delete(c.t.Context(), c.acme("ada"), "acme", by("ada")) },
		"taken away by a group": func(c club, _ account.Key) error {
			c.exec(`DELETE FROM memberships WHERE person_id = 'person-bob' AND account_id = 'account-acme'`)
			return nil
		},
	} {
		t.Run(name, func(t *testing.T) {
			c := newClub(t)
			c.takeIn("bob", account.Member)
			key, text := c.makeKey("bob", account.Write)
			_, others := c.makeKey("ada", account.Write)
			for range 2 {
				_, err := c.call(text)
				c.ok(err)
			}
			c.ok(stop(c, key))
			_, err := c.call(text)
			c.want(err, account.ErrKey)
			if _, err = c.call(others); err != nil && name != "deleted" {
				t.Errorf("another's key stopped, too: %v", err)
			}
		})
	}
}

func TestManyCallsReadTheKeyOnce(t *testing.T) {
	c := newClub(t)
	_, key := c.makeKey("ada", account.Read)
	for range 100 {
		_, err := c.call(key)
		c.ok(err)
	}
	if n := c.keyStore.asked.Load(); n != 1 {
		t.Errorf("the store was asked %d times", n)
	}
	c.takeIn("bob", account.Viewer) // a change
	_, err := c.call(key)
	c.ok(err)
	if n := c.keyStore.asked.Load(); n != 2 {
		t.Errorf("after a change the store was asked %d times", n)
	}
}

// forgetful is a store in which a change happens while a key is being read.
type forgetful struct {
	account.KeyStore
	meanwhile func()
}

func (f *forgetful) HeldKey(ctx context.Context, id string) (account.HeldKey, error) {
	held, err := f.KeyStore.HeldKey(ctx, id)
	f.meanwhile()
	return held, err
}

func TestAKeyReadBeforeAChangeIsNotKeptAfterIt(t *testing.T) {
	c := newClub(t)
	key, text := c.makeKey("ada", account.Read)
	store := &forgetful{KeyStore: c.Accounts(), meanwhile: func() {
		c.ok(c.keys.Revoke(t.Context(), c.caller("ada"), c.acme("ada"), key.ID, by("ada")))
	}}
	keys := account.NewKeys(account.KeysConfig{Store: store, Now: c.clock.Now, Log: c.logger()})
	_, err := keys.Authenticate(t.Context(), "", text.Reveal(), home) // may still work
	c.ok(err)
	store.meanwhile = func() {}
	_, err = keys.Authenticate(t.Context(), "", text.Reveal(), home)
	c.want(err, account.ErrKey)
}

// everyKey is a store in which every id is a key with the same secret.
type everyKey struct{ account.KeyStore }

func (everyKey) Version() uint64 { return 1 }

func (everyKey) HeldKey(_ context.Context, id string) (account.HeldKey, error) {
	return account.HeldKey{Hash: "another", Caller: account.Caller{Key: &account.Key{ID: id}, Memberships: []account.Membership{{}}}}, nil
}

func TestTheMemoryOfKeysIsBounded(t *testing.T) {
	c := newClub(t)
	keys := account.NewKeys(account.KeysConfig{Store: everyKey{}, Now: c.clock.Now, Log: c.logger()})
	most := 0
	for i := range account.KeptKeys + 10 {
		_, err := keys.Authenticate(t.Context(), "", account.FormatKey(fmt.Sprintf("%08d", i), strings.Repeat("A", 43)), home)
		c.want(err, account.ErrKey)
		most = max(most, keys.Kept())
	}
	if most != account.KeptKeys {
		t.Errorf("%d were kept at most, want %d", most, account.KeptKeys)
	}
}

func TestWrongKeyFormsAreRefusedAtTheirFields(t *testing.T) {
	c := newClub(t)
	c.takeIn("bob", account.Viewer)
	make := func(who string, f account.KeyForm) error {
		_, _, err := c.keys.Make(t.Context(), c.caller(who), c.acme(who), f, by(who))
		return err
	}
	c.at(make("ada", account.KeyForm{}), "name", "scope", "days")
	c.at(make("ada", account.KeyForm{Name: strings.Repeat("n", 81), Scope: "admin", Days: "0"}), "name", "scope", "days")
	for _, days := range []string{"-1", "367", "1e2", "0x10", "99999999999999999999", "1.5", "ten", ""} {
		c.at(make("ada", account.KeyForm{Name: "n", Scope: "read", Days: days}), "days")
	}
	c.at(make("bob", account.KeyForm{Name: "n", Scope: "write", Days: "1"}), "scope")
	if c.count(`SELECT count(*) FROM api_keys`) != 0 || len(c.entries("account-acme")) != 0 {
		t.Error("something was stored")
	}
	for _, days := range []string{"1", " 366 "} {
		c.ok(make("bob", account.KeyForm{Name: strings.Repeat("n", 80), Scope: "read", Days: days}))
	}
}

func TestAKeyCannotMakeKeys(t *testing.T) {
	c := newClub(t)
	_, text := c.makeKey("ada", account.Write)
	program, err := c.call(text)
	c.ok(err)
	_, _, err = c.keys.Make(t.Context(), program, program.Memberships[0], account.KeyForm{Name: "n", Scope: "read", Days: "1"}, by("ada"))
	c.want(err, account.ErrKeyMakesNoKey)
}

func TestSoManyKeysAndNoMore(t *testing.T) {
	c := newClub(t)
	c.takeIn("bob", account.Member)
	for range account.MaxKeys {
		c.makeKey("ada", account.Read)
	}
	_, _, err := c.keys.Make(t.Context(), c.caller("ada"), c.acme("ada"), account.KeyForm{Name: "n", Scope: "read", Days: "1"}, by("ada"))
	c.want(err, account.ErrTooManyKeys)
	c.makeKey("bob", account.Read)
}

func TestWhoHasLeftMeanwhileMakesNoKey(t *testing.T) {
	c := newClub(t)
	c.takeIn("bob", account.Member)
	caller, m := c.caller("bob"), c.acme("bob")
	c.ok(c.Remove(t.Context(), "account-acme", "person-bob", by("ada")))
	_, _, err := c.keys.Make(t.Context(), caller, m, account.KeyForm{Name: "n", Scope: "read", Days: "1"}, by("bob"))
	c.want(err, account.ErrNoSuchAccount)
}

func TestKeysAreListedAndRevokedByWhoMayDoSo(t *testing.T) {
	c := newClub(t)
	c.takeIn("bob", account.Member)
	adas, _ := c.makeKey("ada", account.Read)
	c.clock.pass(time.Second)
	bobs, _ := c.makeKey("bob", account.Write)
	c.latest("account-acme", audit.MakeKey, bobs.ID+": Nightly report, write, 30 days")
	want := account.Key{ID: bobs.ID, AccountID: "account-acme", PersonID: "person-bob", PersonName: "Bob", Name: "Nightly report",
		Scope: account.Write, CreatedAt: c.clock.Now(), ExpiresAt: c.clock.Now().Add(30 * 24 * time.Hour)}
	for name, keys := range map[string][]account.Key{"ada": {bobs, adas}, "bob": {want}} {
		got, err := c.keys.List(t.Context(), c.caller(name), c.acme(name))
		c.ok(err)
		if !slices.Equal(got, keys) {
			t.Errorf("%s sees %+v", name, got)
		}
	}
	evil, _ := c.membership("eve", "evil")
	got, err := c.keys.List(t.Context(), c.caller("eve"), evil)
	if err != nil || len(got) != 0 {
		t.Errorf("eve sees %+v, %v", got, err)
	}

	revoke := func(name string, m account.Membership, id string) error {
		return c.keys.Revoke(t.Context(), c.caller(name), m, id, by(name))
	}
	c.want(revoke("bob", c.acme("bob"), adas.ID), account.ErrNoSuchKey)
	c.want(revoke("eve", evil, bobs.ID), account.ErrNoSuchKey)
	c.want(revoke("ada", c.acme("ada"), "aaaaaaaa"), account.ErrNoSuchKey)
	c.ok(revoke("bob", c.acme("bob"), bobs.ID))
	c.latest("account-acme", audit.RevokeKey, bobs.ID)
	c.want(revoke("bob", c.acme("bob"), bobs.ID), account.ErrNoSuchKey)
	c.ok(revoke("ada", c.acme("ada"), adas.ID))
}

// Calls come by the second; the store hears of them once a minute.
func TestTheLastUseIsStoredOnceAMinute(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := clubAt(t, time.Now())
		c.keys = account.NewKeys(account.KeysConfig{Store: c.keyStore, Now: time.Now, Log: c.logger()})
		made, key := c.makeKey("ada", account.Read)
		ctx, stop := context.WithCancel(t.Context())
		var group sync.WaitGroup
		group.Go(func() { c.keys.Run(ctx) })
		touched := func() []map[string]account.KeyUse {
			synctest.Wait()
			c.keyStore.mu.Lock()
			defer c.keyStore.mu.Unlock()
			all := c.keyStore.touched
			c.keyStore.touched = nil
			return all
		}
		version := c.Version()
		var last time.Time
		for i := range 50 {
			time.Sleep(time.Second)
			last = time.Now()
			_, err := c.keys.Authenticate(t.Context(), "", key.Reveal(), fmt.Sprint("192.0.2.", i))
			c.ok(err)
		}
		_, err := c.keys.Authenticate(t.Context(), "", account.FormatKey(made.ID, strings.Repeat("A", 43)), elsewhere)
		c.want(err, account.ErrKey)
		_, err = c.keys.Authenticate(t.Context(), "evil", key.Reveal(), elsewhere)
		c.want(err, account.ErrKey)
		if got := touched(); len(got) != 0 {
			t.Errorf("before the minute is over the store was told %v", got)
		}
		time.Sleep(15 * time.Second)
		want := account.KeyUse{At: last, Address: "192.0.2.49"}
		if got := touched(); len(got) != 1 || len(got[0]) != 1 || got[0][made.ID] != want {
			t.Errorf("after a minute the store was told %v, want %v", got, want)
		}
		if c.Version() != version {
			t.Error("being used counts as a change: every page would be made anew")
		}
		keys, err := c.keys.List(t.Context(), c.caller("ada"), c.acme("ada"))
		c.ok(err)
		if !keys[0].LastUsedAt.Equal(last) || keys[0].LastAddress != want.Address {
			t.Errorf("the list says %+v", keys[0])
		}
		time.Sleep(10 * time.Minute)
		if got := touched(); len(got) != 0 {
			t.Errorf("with nobody there the store was told %v", got)
		}
		c.keyStore.mu.Lock()
		c.keyStore.broken = errors.New("disk full")
		c.keyStore.mu.Unlock()
		_, err = c.call(key)
		c.ok(err)
		stop()
		group.Wait()
		if got := touched(); len(got) != 1 || !strings.Contains(c.log.String(), "disk full") {
			t.Errorf("at the end the store was told %v, and the log says %s", got, c.log)
		}
	})
}

// Only who made a key has it: a copy of the database calls nobody.
func TestTheSecretOfAKeyIsNotStored(t *testing.T) {
	c := newClub(t)
	key, text := c.makeKey("ada", account.Write)
	_, err := c.call(text)
	c.ok(err)
	_, secretPart, err := account.ParseKey(text.Reveal())
	c.ok(err)
	raw, err := base64.RawURLEncoding.DecodeString(secretPart.Reveal())
	c.ok(err)
	var stored strings.Builder
	files, err := filepath.Glob(c.path + "*")
	c.ok(err)
	for _, path := range files {
		content, err := os.ReadFile(path)
		c.ok(err)
		stored.Write(content)
	}
	for what, canary := range map[string]string{
		"the key": text.Reveal(), "its secret": secretPart.Reveal(), "its bytes": string(raw),
		"its bytes in hexadecimal": hex.EncodeToString(raw), "a part of it": secretPart.Reveal()[:12],
	} {
		if strings.Contains(stored.String(), canary) {
			t.Errorf("%s is in the database", what)
		}
	}
	if !strings.Contains(stored.String(), key.ID) || c.count(`SELECT count(*) FROM api_keys WHERE length(hash) = 64`) != 1 {
		t.Error("the hash is not in the database: this test looks in the wrong place")
	}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s"} {
		if strings.Contains(fmt.Sprintf(verb, text), secretPart.Reveal()) {
			t.Errorf("%s prints it", verb)
		}
	}
}
