package google_test

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"math/big"
	"strings"
	"sync"
	"testing"
	"time"

	"mooring/certificate"
	"mooring/cloud"
	"mooring/cloud/cloudtest"
	"mooring/cloud/google"
	"mooring/cloud/google/googlesim"
	"mooring/cloud/wire"
	"mooring/secret"
)

func ok(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// harbor is a simulated Google Cloud, with the cloud that reaches nothing else, a link's
// own authority, and an account's certificate.
type harbor struct {
	t         testing.TB
	simulator *googlesim.Simulator
	options   google.Options
	cloud     *google.Google
	ring      *secret.Ring
	authority certificate.SealedAuthority
	identity  *certificate.Identity
	account   *certificate.Identity
}

func newHarbor(t testing.TB) harbor { return newHarborAt(t, time.Now, time.Now) }

// newHarborAt is one in which Google Cloud and Mooring have clocks of their own.
func newHarborAt(t testing.TB, theirs, ours func() time.Time) harbor {
	t.Helper()
	s, err := googlesim.Start(googlesim.Options{Now: theirs})
	ok(t, err)
	t.Cleanup(func() { ok(t, s.Close()) })
	h := harbor{t: t, simulator: s, ring: secret.NewRing(), options: google.Options{Roots: s.CA(), Dial: s.Dial, Trouble: s.Trouble, Now: ours}}
	h.cloud = google.New(h.options)
	h.authority, err = certificate.NewAuthority(h.ring, "a", "acme", newName(t), ours())
	ok(t, err)
	h.identity, err = h.issue("")
	ok(t, err)
	h.account = cloudtest.Identity(t, ours)
	return h
}

func newName(t testing.TB) string {
	t.Helper()
	name, err := certificate.NewLinkName(rand.Reader)
	ok(t, err)
	return name
}

func (h harbor) issue(name string) (*certificate.Identity, error) {
	leaf, err := h.authority.Issue(h.ring, certificate.Leaf{ID: "l", Name: name}, time.Now())
	if err != nil {
		return nil, err
	}
	return h.authority.NewIdentity(h.ring, leaf)
}

func (h harbor) stranger() (*certificate.Identity, error) { return h.issue(newName(h.t)) }

// projectID finds the project with this story.
func projectID(t testing.TB, name string) string {
	t.Helper()
	for _, p := range googlesim.Stories() {
		if p.Name == name {
			return p.ID
		}
	}
	t.Fatalf("no story is called %s", name)
	return ""
}

func formOf(method string, l googlesim.Linked) *cloud.Form {
	return &cloud.Form{Method: method, Values: map[string]string{"project_id": l.ProjectID, "project_number": l.ProjectNumber, "provider": l.Provider, "service_account": l.ServiceAccount}}
}

// attempt links a project of a story the way that the story is about, with the negative
// test.
func (h harbor) attempt(story string) cloud.Attempt {
	h.t.Helper()
	if h.simulator.LinksWithKey(projectID(h.t, story)) {
		return h.keyAttempt(story)
	}
	linked, err := h.simulator.Link(projectID(h.t, story), h.authority.LinkName, string(h.authority.PEM()))
	ok(h.t, err)
	return cloud.Attempt{Target: h.read(formOf(google.MethodCertificate, linked)), Identity: h.identity, Stranger: h.stranger}
}

// keyAttempt links a project with a certificate that a service account has.
func (h harbor) keyAttempt(story string) cloud.Attempt {
	h.t.Helper()
	linked, err := h.simulator.LinkKey(projectID(h.t, story), "mooring-key", string(h.account.Certificate.PEM()))
	ok(h.t, err)
	return cloud.Attempt{Target: h.read(formOf(google.MethodKey, linked)), Identity: h.account}
}

func (h harbor) read(form *cloud.Form) cloud.Target {
	h.t.Helper()
	target, fields := h.cloud.Read(form)
	if len(fields) > 0 {
		h.t.Fatal(fields)
	}
	return target
}

// verdict is what a project leads to: the outcome, and the stages that didn't end well
// with their codes.
type verdict struct {
	outcome cloud.Outcome
	stages  string // "project IAM_PERMISSION_DENIED"
}

func check(t testing.TB, c cloud.Cloud, attempt cloud.Attempt) (verdict, []cloud.StageResult, cloud.Finding) {
	t.Helper()
	var results []cloud.StageResult
	finding, err := c.Check(context.Background(), attempt, func(r cloud.StageResult) { results = append(results, r) })
	ok(t, err)
	method, _ := c.Describe().Method(attempt.Target.SignIn.Method)
	var stages []string
	for _, r := range results {
		if r.Verdict != cloud.OK {
			stages = append(stages, r.Stage+" "+r.Code)
		}
	}
	return verdict{cloud.Conclude(method.Stages, results), strings.Join(stages, ", ")}, results, finding
}

// authority is a certificate authority of the tests.
type authority struct {
	t    testing.TB
	cert *x509.Certificate
	key  crypto.Signer
}

func newAuthority(t testing.TB) authority {
	t.Helper()
	key := elliptical(t, elliptic.P256())
	form := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "Mooring link"}, NotBefore: time.Now().Add(-time.Hour),
		NotAfter: time.Now().AddDate(10, 0, 0), IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageCRLSign}
	return authority{t, sign(t, form, form, key.Public(), key), key}
}

func (a authority) pem() string {
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: a.cert.Raw}))
}

const commonName = "mooring-abcdefghijklmnop"

// leaf issues a good leaf, unless change makes it something else.
func (a authority) leaf(key crypto.Signer, change func(*x509.Certificate)) tls.Certificate {
	a.t.Helper()
	form := &x509.Certificate{SerialNumber: big.NewInt(7), Subject: pkix.Name{CommonName: commonName}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().AddDate(0, 0, 90),
		BasicConstraintsValid: true, KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}}
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

func elliptical(t testing.TB, curve elliptic.Curve) crypto.Signer {
	t.Helper()
	key, err := ecdsa.GenerateKey(curve, rand.Reader)
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

func asRefusal(t testing.TB, err error) *wire.Refusal {
	t.Helper()
	var r *wire.Refusal
	if !errors.As(err, &r) {
		t.Fatalf("got %v", err)
	}
	return r
}
