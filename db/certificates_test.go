package db_test

import (
	"reflect"
	"slices"
	"testing"

	"mooring/audit"
	"mooring/certificate"
)

func TestCertificateReadsBackAsStored(t *testing.T) {
	w := newWorld(t)
	stored := newCertificate("acme", 1)
	active, err := w.Certificates().Active(t.Context(), "account-acme")
	w.ok(err)
	if !reflect.DeepEqual(active, stored.Certificate) {
		t.Errorf("got  %+v\nwant %+v", active, stored.Certificate)
	}
	sealed, err := w.Certificates().Sealed(t.Context(), "account-acme", stored.ID)
	w.ok(err)
	if !reflect.DeepEqual(sealed, stored) {
		t.Errorf("got  %+v\nwant %+v", sealed, stored)
	}
}

func TestCertificatesOfOthersAreNotThere(t *testing.T) {
	w := newWorld(t)
	_, err := w.Certificates().Sealed(t.Context(), "account-evil", "certificate-acme-1")
	want(t, err, certificate.ErrNone)
	_, err = w.Certificates().Active(t.Context(), "account-ada")
	want(t, err, certificate.ErrNone)

	stolen := newCredential("evil", "eve", "stolen")
	stolen.CertificateID = "certificate-acme-1"
	if _, err := w.Credentials().Add(t.Context(), stolen, entry(audit.LinkCredential, "account-evil")); err == nil {
		t.Error("a credential took another account's certificate")
	}
}

func TestActivateReplacesAndKeepsTheOld(t *testing.T) {
	w := newWorld(t)
	linked := w.link("one")
	w.ok(w.Certificates().Activate(t.Context(), newCertificate("acme", 2), entry(audit.MakeCertificate, "account-acme")))
	active, err := w.Certificates().Active(t.Context(), "account-acme")
	w.ok(err)
	same(t, "the active certificate", active.ID, "certificate-acme-2")
	_, err = w.Certificates().Sealed(t.Context(), "account-acme", "certificate-acme-1")
	w.ok(err)
	found := w.find(linked)
	same(t, "the credential's certificate", found.CertificateID, "certificate-acme-1")
	same(t, "it being current", found.CertificateIsCurrent, false)
	others, err := w.Certificates().Active(t.Context(), "account-evil")
	w.ok(err)
	same(t, "the other account's", others.ID, "certificate-evil-1")
}

func TestActivateFirstDoesNothingTwice(t *testing.T) {
	w := newWorld(t)
	first := newCertificate("ada", 1)
	for _, s := range []certificate.Sealed{first, newCertificate("ada", 2)} {
		w.ok(w.Certificates().ActivateFirst(t.Context(), s, entry(audit.MakeCertificate, "account-ada")))
	}
	active, err := w.Certificates().Active(t.Context(), "account-ada")
	w.ok(err)
	same(t, "the active certificate", active.ID, first.ID)
	same(t, "the audit entries", len(w.audit("account-ada")), 1)
}

func TestAccountsWithout(t *testing.T) {
	w := newWorld(t)
	w.exec(`UPDATE certificates SET active = 0 WHERE account_id = 'account-evil'`)
	without, err := w.Certificates().AccountsWithout(t.Context())
	w.ok(err)
	if expected := []string{"account-ada", "account-eve", "account-evil"}; !slices.Equal(without, expected) {
		t.Errorf("got %v, want %v", without, expected)
	}
}

func TestOnlyOneCertificateIsActive(t *testing.T) {
	w := newWorld(t)
	w.ok(w.Certificates().Activate(t.Context(), newCertificate("acme", 2), entry(audit.MakeCertificate, "account-acme")))
	if _, err := w.Writer().ExecContext(t.Context(), `UPDATE certificates SET active = 1`); err == nil {
		t.Error("two became active")
	}
}
