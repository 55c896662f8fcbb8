package aws_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"math/big"
	"sync"
	"testing"
	"time"

	"mooring/cloud/aws"
	"mooring/cloud/aws/awssim"
	"mooring/cloud/wire"
)

const commonName = "mooring-abcdefghijklmnop"

// authority is a certificate authority of the tests.
type authority struct {
	t    testing.TB
	cert *x509.Certificate
	key  crypto.Signer
}

func newAuthority(t testing.TB, key crypto.Signer) authority {
	t.Helper()
	form := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "Mooring link"}, NotBefore: time.Now().Add(-time.Hour),
		NotAfter: time.Now().AddDate(10, 0, 0), IsCA: true, BasicConstraintsValid: true, MaxPathLenZero: true, KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageCRLSign}
	return authority{t, sign(t, form, form, key.Public(), key), key}
}

func (a authority) pem() string {
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: a.cert.Raw}))
}

// leaf issues a good leaf, unless change makes it something else.
func (a authority) leaf(key crypto.Signer, change func(*x509.Certificate)) tls.Certificate {
	a.t.Helper()
	form := &x509.Certificate{SerialNumber: new(big.Int).SetBytes([]byte{0x7f, 1, 2, 3, 4, 5, 6, 7, 8}), Subject: pkix.Name{CommonName: commonName},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().AddDate(0, 0, 90), BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}}
	if change != nil {
		change(form)
	}
	return tls.Certificate{Certificate: [][]byte{sign(a.t, form, a.cert, key.Public(), a.key).Raw}, PrivateKey: key}
}

func sign(t testing.TB, form, parent *x509.Certificate, public crypto.PublicKey, key crypto.Signer) *x509.Certificate {
	t.Helper()
	der, err := x509.CreateCertificate(rand.Reader, form, parent, public, key)
	ok(t, err)
	c, err := x509.ParseCertificate(der)
	ok(t, err)
	return c
}

func ok(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func elliptical(t testing.TB) crypto.Signer {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	ok(t, err)
	return key
}

// rsaKey is made once, because it takes a while.
var rsaKey = sync.OnceValue(func() crypto.Signer {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err)
	}
	return key
})

// world is a simulated AWS with a client that reaches nothing else.
type world struct {
	*awssim.Simulator
	*aws.Client
	t testing.TB
}

func newWorld(t testing.TB) world { return newWorldAt(t, time.Now, time.Now) }

// newWorldAt is a world in which AWS and the client have clocks of their own.
func newWorldAt(t testing.TB, theirs, ours func() time.Time) world {
	t.Helper()
	s, err := awssim.Start(awssim.Options{Now: theirs})
	ok(t, err)
	t.Cleanup(func() { ok(t, s.Close()) })
	return world{s, aws.NewClient(aws.Options{Roots: s.CA(), Dial: s.Dial, Now: ours, Trouble: s.Trouble}), t}
}

// link makes everything in an account that lets the authority's leaf in.
func (w world) link(number string, a authority) aws.Access {
	w.t.Helper()
	linked, err := w.Link(number, commonName, a.pem())
	ok(w.t, err)
	access, problems := aws.ParseAccess(linked.TrustAnchor, linked.Profile, linked.Role)
	if problems != nil {
		w.t.Fatal(problems)
	}
	return access
}

func (w world) open(access aws.Access, identity tls.Certificate) (aws.Session, error) {
	return w.CreateSession(w.t.Context(), access, identity, 15*time.Minute)
}

// session opens a session in an account with a good leaf.
func (w world) session(number string) aws.Session {
	w.t.Helper()
	a := newAuthority(w.t, elliptical(w.t))
	s, err := w.open(w.link(number, a), a.leaf(elliptical(w.t), nil))
	ok(w.t, err)
	return s
}

// number finds the account with this story.
func number(t testing.TB, name string) string {
	t.Helper()
	for _, a := range awssim.Stories() {
		if a.Name == name {
			return a.Number
		}
	}
	t.Fatalf("no story is called %s", name)
	return ""
}

// refused checks what AWS answered.
func refused(t testing.TB, err error, code, message string) {
	t.Helper()
	var r *wire.Refusal
	if !errors.As(err, &r) {
		t.Fatalf("got %v", err)
	}
	if r.Code != code || r.Message != message {
		t.Errorf("got %s %q, want %s %q", r.Code, r.Message, code, message)
	}
}

func asRefusal(t testing.TB, err error) *wire.Refusal {
	t.Helper()
	var r *wire.Refusal
	if !errors.As(err, &r) {
		t.Fatalf("got %v", err)
	}
	return r
}

func encoded(c tls.Certificate) string { return base64.StdEncoding.EncodeToString(c.Certificate[0]) }
