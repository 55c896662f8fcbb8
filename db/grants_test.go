package db_test

import (
	"errors"
	"testing"
	"time"

	"mooring/audit"
	"mooring/credential"
	"mooring/grant"
)

// granted links something that signs in with a grant.
func (w world) granted(name string) credential.Credential {
	w.t.Helper()
	c := newCredential("acme", "ada", name)
	c.CertificateID = ""
	_, err := w.Credentials().AddGranted(w.t.Context(), c, []byte("sealed "+name), entry(audit.LinkCredential, c.AccountID))
	w.ok(err)
	return c
}

func TestAGrantIsWrittenDownBeforeItIsUsed(t *testing.T) {
	w := newWorld(t)
	c := w.granted("one")
	take := func() (string, bool) {
		t.Helper()
		sealed, inDoubt, err := w.Grants().Take(t.Context(), c.AccountID, c.ID, morning)
		w.ok(err)
		return string(sealed), inDoubt
	}
	for _, want := range []bool{false, true, true} {
		sealed, inDoubt := take()
		same(t, "the grant", sealed, "sealed one")
		same(t, "it being in doubt", inDoubt, want)
	}
	w.ok(w.Grants().Replace(t.Context(), c.AccountID, c.ID, []byte("next")))
	sealed, inDoubt := take()
	same(t, "the next grant", sealed, "next")
	same(t, "it being in doubt", inDoubt, false)
	w.ok(w.Grants().Return(t.Context(), c.AccountID, c.ID))
	_, inDoubt = take()
	same(t, "it being in doubt after its return", inDoubt, false)

	for _, account := range []string{"account-evil", ""} {
		if _, _, err := w.Grants().Take(t.Context(), account, c.ID, morning); !errors.Is(err, grant.ErrNone) {
			t.Errorf("of %q: %v", account, err)
		}
		if err := w.Grants().Replace(t.Context(), account, c.ID, []byte("theirs")); !errors.Is(err, grant.ErrNone) {
			t.Errorf("of %q: %v", account, err)
		}
	}
}

func TestAGrantWaitsToBeRevokedHoweverItsLinkGoes(t *testing.T) {
	for name, remove := range map[string]func(w world, c credential.Credential){
		"unlinked": func(w world, c credential.Credential) {
			w.ok(w.Credentials().Remove(t.Context(), c.AccountID, c.ID, entry(audit.UnlinkCredential, c.AccountID)))
		},
		"with its account": func(w world, c credential.Credential) { w.exec(`DELETE FROM accounts WHERE id = ?`, c.AccountID) },
		"with its account, while in use": func(w world, c credential.Credential) {
			_, _, err := w.Grants().Take(t.Context(), c.AccountID, c.ID, morning)
			w.ok(err)
			w.exec(`DELETE FROM accounts WHERE id = ?`, c.AccountID)
		},
	} {
		w := newWorld(t)
		c := w.granted("one")
		remove(w, c)
		waiting, err := w.Grants().Revocations(t.Context(), morning, 10)
		w.ok(err)
		if len(waiting) != 1 || string(waiting[0].Sealed) != "sealed one" || waiting[0].CredentialID != c.ID || waiting[0].AccountID != c.AccountID || waiting[0].Provider != c.Provider {
			t.Errorf("%s: %+v", name, waiting)
			continue
		}
		w.ok(w.Grants().RetryRevocation(t.Context(), waiting[0].ID, morning.Add(time.Second)))
		next, err := w.Grants().NextRevocation(t.Context())
		w.ok(err)
		if waiting, err = w.Grants().Revocations(t.Context(), morning, 10); err != nil || len(waiting) != 0 || !next.After(morning) {
			t.Errorf("%s: too early: %+v, next %v, %v", name, waiting, next, err)
		}
	}
}
