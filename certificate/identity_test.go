package certificate_test

import (
	"context"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"mooring/audit"
	"mooring/certificate"
	"mooring/secret"
)

func TestAnIdentitySignsPS256(t *testing.T) {
	w := newWorld(t, secret.NewRing(), "acme")
	c := w.active("acme")
	i := w.identity(c)
	parsed, err := x509.ParseCertificate(c.DER)
	w.ok(err)
	if !i.Public().(*rsa.PublicKey).Equal(parsed.PublicKey) {
		t.Error("the identity has another public key than its certificate")
	}
	signs(t, i)
	_, one, err := sign(i)
	w.ok(err)
	_, two, err := sign(i)
	w.ok(err)
	if string(one) == string(two) {
		t.Error("PS256 is salted: two signatures of one digest must differ")
	}
}

func TestAnIdentityServesATLSHandshake(t *testing.T) {
	w := newWorld(t, secret.NewRing(), "acme")
	now := func() time.Time { return morning }
	c := w.active("acme")
	parsed, err := x509.ParseCertificate(c.DER)
	w.ok(err)
	clients := x509.NewCertPool()
	clients.AddCert(parsed)

	for _, version := range []uint16{tls.VersionTLS12, tls.VersionTLS13} {
		server := httptest.NewUnstartedServer(http.HandlerFunc(func(answer http.ResponseWriter, r *http.Request) {
			_, _ = answer.Write(r.TLS.PeerCertificates[0].Raw)
		}))
		server.Config.ErrorLog = nil
		server.TLS = &tls.Config{ClientAuth: tls.RequireAndVerifyClientCert, ClientCAs: clients, MaxVersion: version, Time: now}
		server.StartTLS()
		defer server.Close()

		client := server.Client()
		client.Transport.(*http.Transport).TLSClientConfig.Certificates = []tls.Certificate{w.identity(c).TLS()}
		answer, err := client.Get(server.URL)
		w.ok(err)
		defer answer.Body.Close() //nolint:errcheck // a test
		seen := make([]byte, len(c.DER)+1)
		n, _ := answer.Body.Read(seen)
		if string(seen[:n]) != string(c.DER) {
			t.Errorf("with TLS %x the server saw another certificate", version)
		}
	}
}

func TestTheKeyIsOpenedOncePerSignatureAndClearedAfterwards(t *testing.T) {
	sealer := &watchedSealer{Ring: secret.NewRing()}
	w := newWorld(t, sealer, "acme")
	i := w.identity(w.active("acme"))
	if len(sealer.opened) != 0 {
		t.Error("the key was opened before anybody signed")
	}
	const signatures = 3
	for range signatures {
		signs(t, i)
	}
	if len(sealer.opened) != signatures {
		t.Errorf("opened %d times for %d signatures", len(sealer.opened), signatures)
	}
	digest := make([]byte, 7) // too short for SHA-256
	if _, err := i.Sign(rand.Reader, digest, crypto.SHA256); err == nil {
		t.Error("a wrong digest was signed")
	}
	if sealer.kept != len(sealer.sealed)+len(sealer.opened) {
		t.Fatal("the sealer did not see the clear bytes: this test proves nothing")
	}
	for n, clear := range sealer.opened {
		if !zero(clear) {
			t.Errorf("the bytes opened at %d are still in memory", n)
		}
	}
	for n, clear := range sealer.sealed {
		if !zero(clear) {
			t.Errorf("the bytes sealed at %d are still in memory", n)
		}
	}
}

// moved is a store in which somebody put the sealed key of one certificate in
// place of another's.
type moved struct {
	certificate.Store
	key []byte
}

func (m moved) Sealed(ctx context.Context, accountID, id string) (certificate.Sealed, error) {
	s, err := m.Store.Sealed(ctx, accountID, id)
	s.Key = m.key
	return s, err
}

func TestASealedKeyMovedToAnotherCertificateDoesNotOpen(t *testing.T) {
	ring := secret.NewRing()
	w := newWorld(t, ring, "acme", "evil")
	ours, theirs := w.active("acme"), w.active("evil")
	stolen, err := w.Certificates().Sealed(t.Context(), "acme", ours.ID)
	w.ok(err)
	crooked := certificate.NewService(moved{w.Certificates(), stolen.Key}, ring, nil, nil, nil, silent)
	i, err := crooked.Identity(t.Context(), "evil", theirs.ID)
	w.ok(err)
	if _, _, err := sign(i); !errors.Is(err, secret.ErrSealed) {
		t.Errorf("signed with a stolen key: %v", err)
	}
	i, err = crooked.Identity(t.Context(), "acme", ours.ID)
	w.ok(err)
	signs(t, i)
}

// altered changes what a row says.
type altered struct {
	certificate.Store
	change func(*certificate.Sealed)
}

func (a altered) Sealed(ctx context.Context, accountID, id string) (certificate.Sealed, error) {
	s, err := a.Store.Sealed(ctx, "acme", id)
	a.change(&s)
	return s, err
}

func TestARowThatWasGivenToAnotherAccountDoesNotSign(t *testing.T) {
	ring := secret.NewRing()
	w := newWorld(t, ring, "acme", "evil")
	ours, theirs := w.active("acme"), w.active("evil")
	for name, change := range map[string]func(*certificate.Sealed){
		"another account":     func(s *certificate.Sealed) { s.AccountID = "evil" },
		"another certificate": func(s *certificate.Sealed) { s.DER = theirs.DER },
	} {
		crooked := certificate.NewService(altered{w.Certificates(), change}, ring, nil, nil, nil, silent)
		i, err := crooked.Identity(t.Context(), "evil", ours.ID)
		w.ok(err)
		if _, _, err := sign(i); !errors.Is(err, secret.ErrSealed) {
			t.Errorf("%s: it signed: %v", name, err)
		}
	}
}

func TestAnotherAccountGetsNoIdentity(t *testing.T) {
	w := newWorld(t, secret.NewRing(), "acme", "evil")
	if _, err := w.Identity(t.Context(), "evil", w.active("acme").ID); !errors.Is(err, certificate.ErrNone) {
		t.Errorf("got %v", err)
	}
}

// oddSealer opens to whatever it likes.
type oddSealer struct {
	*secret.Ring
	opens []byte
}

func (s oddSealer) Open(secret.Place, []byte) ([]byte, error) { return s.opens, nil }

func TestADamagedKeyIsRefusedWithoutShowingIt(t *testing.T) {
	w := newWorld(t, secret.NewRing(), "acme")
	c := w.active("acme")
	odd := oddSealer{secret.NewRing(), []byte("canary of a key")}
	i, err := certificate.NewService(w.Certificates(), odd, nil, nil, nil, silent).Identity(t.Context(), "acme", c.ID)
	w.ok(err)
	_, _, err = sign(i)
	if err == nil || err.Error() != "certificate: the opened key is damaged" {
		t.Errorf("got %v", err)
	}
	if !zero(odd.opens) {
		t.Error("the opened bytes are still in memory")
	}
}

func TestACertificateThatIsNotRSAGivesNoIdentity(t *testing.T) {
	w := newWorld(t, secret.NewRing(), "acme")
	broken := certificate.Sealed{Certificate: certificate.Certificate{ID: "broken", AccountID: "acme", DER: []byte("no DER"),
		NotBefore: morning, NotAfter: morning.Add(time.Hour), CreatedAt: morning}, Key: []byte("sealed")}
	w.ok(w.Certificates().Activate(t.Context(), broken, audit.Entry{At: morning, Action: audit.MakeCertificate, Result: audit.Done}))
	if _, err := w.Identity(t.Context(), "acme", "broken"); err == nil {
		t.Error("it became an identity")
	}
}
