package db_test

import (
	"reflect"
	"testing"
	"time"

	"mooring/account"
	"mooring/audit"
)

func (w world) addKey(id, person, organization string) account.Key {
	w.t.Helper()
	k := account.Key{ID: id, AccountID: "account-" + organization, PersonID: "person-" + person, PersonName: person, Name: "report",
		Scope: account.Write, CreatedAt: morning, ExpiresAt: after(time.Hour)}
	w.ok(w.Accounts().AddKey(w.t.Context(), k, "hash of "+id, 10, entry(audit.MakeKey, k.AccountID)))
	return k
}

func TestAHeldKeyReadsBackAsStored(t *testing.T) {
	w := newWorld(t)
	key := w.addKey("one", "ada", "acme")
	w.addKey("two", "ada", "acme")
	held, err := w.Accounts().HeldKey(t.Context(), "one")
	w.ok(err)
	p := newPerson("ada", "acme")
	expected := account.HeldKey{Hash: "hash of one", Caller: account.Caller{Person: p.Person, Key: &key, Memberships: p.Joins[:1]}}
	if !reflect.DeepEqual(held, expected) {
		t.Errorf("got  %+v\nwant %+v", held, expected)
	}
	_, err = w.Accounts().HeldKey(t.Context(), "three")
	want(t, err, account.ErrNoSuchKey)
}

func TestAKeyIsMadeByWhoBelongsThereOnly(t *testing.T) {
	w := newWorld(t)
	k := account.Key{ID: "one", AccountID: "account-evil", PersonID: "person-ada", Name: "report", Scope: account.Read,
		CreatedAt: morning, ExpiresAt: after(time.Hour)}
	want(t, w.Accounts().AddKey(t.Context(), k, "h", 10, entry(audit.MakeKey, k.AccountID)), account.ErrNoSuchAccount)
	same(t, "the number of keys", w.count(`SELECT count(*) FROM api_keys`), 0)
}

// The same use may be told twice, and late.
func TestAnOlderUseDoesNotReplaceALater(t *testing.T) {
	w := newWorld(t)
	key := w.addKey("one", "ada", "acme")
	version := w.Version()
	touch := func(at time.Time, address string) {
		w.ok(w.Accounts().TouchKeys(t.Context(), map[string]account.KeyUse{"one": {At: at, Address: address}, "gone": {At: at, Address: address}}))
	}
	touch(after(time.Minute), "192.0.2.1")
	touch(morning, "192.0.2.2")
	keys, err := w.Accounts().Keys(t.Context(), "account-acme", "")
	w.ok(err)
	key.LastUsedAt, key.LastAddress = after(time.Minute), "192.0.2.1"
	if len(keys) != 1 || keys[0] != key {
		t.Errorf("got %+v, want %+v", keys, key)
	}
	same(t, "the version", w.Version(), version)
}
