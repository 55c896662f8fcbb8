package db_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"mooring/audit"
	"mooring/certificate"
	"mooring/db/dbtest"
	"mooring/secret"
)

func TestKeyCheck(t *testing.T) {
	d := dbtest.New(t)
	_, has, err := d.KeyCheck(t.Context())
	same(t, "an empty database having one", has || err != nil, false)
	for _, value := range []string{"first", "second"} {
		if err := d.SetKeyCheck(t.Context(), []byte(value)); err != nil {
			t.Fatal(err)
		}
		sealed, has, err := d.KeyCheck(t.Context())
		same(t, "the check", string(sealed), value)
		same(t, "it being there", has && err == nil, true)
	}
}

func TestResealLeavesNothingUnderTheOldKey(t *testing.T) {
	w := newWorld(t)
	old := secret.NewRing()
	rotated := old.Rotated()
	for _, organization := range []string{"acme", "evil"} {
		s := newCertificate(organization, 2)
		sealed, err := old.Seal(certificate.Place(s.Certificate), []byte("key of "+organization))
		w.ok(err)
		s.Key = sealed
		w.exec(`DELETE FROM certificates WHERE account_id = ?`, s.AccountID)
		w.ok(w.Certificates().Activate(t.Context(), s, entry(audit.MakeCertificate, s.AccountID)))
	}
	n, err := w.Reseal(t.Context(), func(place secret.Place, sealed []byte) ([]byte, error) {
		plain, err := old.Open(place, sealed)
		if err != nil {
			return nil, err
		}
		return rotated.Seal(place, plain)
	}, []byte("new check"), entry(audit.RotateKeys, ""))
	w.ok(err)
	same(t, "the number of values", n, 2)
	for _, organization := range []string{"acme", "evil"} {
		s, err := w.Certificates().Sealed(t.Context(), "account-"+organization, "certificate-"+organization+"-2")
		w.ok(err)
		same(t, "a stale value", rotated.Stale(s.Key), false)
		plain, err := rotated.Open(certificate.Place(s.Certificate), s.Key)
		w.ok(err)
		same(t, "the key", string(plain), "key of "+organization)
	}
	check, _, err := w.KeyCheck(t.Context())
	w.ok(err)
	same(t, "the check", string(check), "new check")
	same(t, "the latest audit entry", w.audit("")[0].Action, audit.RotateKeys)
}

func TestResealIsAllOrNothing(t *testing.T) {
	w := newWorld(t)
	before, version := dump(t, w), w.Version()
	calls := 0
	_, err := w.Reseal(t.Context(), func(secret.Place, []byte) ([]byte, error) {
		if calls++; calls == 2 {
			return nil, secret.ErrSealed
		}
		return []byte("new"), nil
	}, []byte("new check"), entry(audit.RotateKeys, ""))
	if !errors.Is(err, secret.ErrSealed) {
		t.Errorf("got %v", err)
	}
	same(t, "the rows", dump(t, w), before)
	same(t, "the version", w.Version(), version)
}

// A sealed column that Reseal does not know would be lost with the old key.
func TestResealKnowsEverySealedColumn(t *testing.T) {
	w := newWorld(t)
	rows, err := w.Writer().QueryContext(t.Context(), `
		SELECT t.name || '.' || c.name FROM pragma_table_list t, pragma_table_info(t.name) c
		 WHERE c.name LIKE '%sealed%' ORDER BY 1`)
	w.ok(err)
	defer func() { _ = rows.Close() }()
	var sealed []string
	for rows.Next() {
		var name string
		w.ok(rows.Scan(&name))
		sealed = append(sealed, name)
	}
	w.ok(rows.Err())
	if expected := []string{"authorities.sealed_key", "certificates.sealed_key", "grants.sealed", "key_check.sealed", "revocations.sealed"}; !slices.Equal(sealed, expected) {
		t.Errorf("sealed are %s, and Reseal knows %s", strings.Join(sealed, ", "), strings.Join(expected, ", "))
	}
}
