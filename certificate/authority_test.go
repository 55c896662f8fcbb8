package certificate_test

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"errors"
	"io"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"mooring/audit"
	"mooring/certificate"
	"mooring/secret"
)

const someName = "mooring-abcdefghijklmnop"

func newAuthority(t testing.TB, sealer certificate.Sealer, id string) certificate.SealedAuthority {
	t.Helper()
	a, err := certificate.NewAuthority(sealer, id, "acme", someName, morning)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func issueLeaf(t testing.TB, sealer certificate.Sealer, a certificate.SealedAuthority, leaf certificate.Leaf) certificate.Sealed {
	t.Helper()
	s, err := a.Issue(sealer, leaf, morning)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func parse(t testing.TB, c certificate.Certificate) *x509.Certificate {
	t.Helper()
	parsed, err := x509.ParseCertificate(c.DER)
	if err != nil {
		t.Fatal(err)
	}
	return parsed
}

func TestALinksNameIsRandomAndReadable(t *testing.T) {
	one, err := certificate.NewLinkName(rand.Reader)
	if err != nil || !regexp.MustCompile(`^mooring-[a-z2-7]{16}$`).MatchString(one) {
		t.Errorf("%q, %v", one, err)
	}
	if two, _ := certificate.NewLinkName(rand.Reader); two == one {
		t.Error("two links have one name")
	}
	if fixed, _ := certificate.NewLinkName(bytes.NewReader(make([]byte, 10))); fixed != "mooring-aaaaaaaaaaaaaaaa" {
		t.Errorf("%q", fixed)
	}
	if _, err := certificate.NewLinkName(strings.NewReader("short")); err == nil {
		t.Error("a name of too few random bytes")
	}
}

func TestAnAuthorityIssuesLeavesAndNothingElse(t *testing.T) {
	c := parse(t, newAuthority(t, secret.NewRing(), "a").Certificate)
	if !c.IsCA || !c.BasicConstraintsValid || c.MaxPathLen != 0 || !c.MaxPathLenZero || c.KeyUsage != x509.KeyUsageCertSign|x509.KeyUsageCRLSign || len(c.ExtKeyUsage) != 0 {
		t.Errorf("it is for something else: %+v", c)
	}
	if c.Subject.String() != "CN=Mooring link "+someName || c.Issuer.String() != c.Subject.String() || c.PublicKey.(*ecdsa.PublicKey).Curve != elliptic.P256() {
		t.Errorf("%s of %s", c.Subject, c.Issuer)
	}
	start := morning.Truncate(time.Second).Add(-time.Hour)
	if !c.NotBefore.Equal(start) || !c.NotAfter.Equal(start.Add(3650*24*time.Hour)) {
		t.Errorf("valid from %s to %s", c.NotBefore, c.NotAfter)
	}
	if err := c.CheckSignature(c.SignatureAlgorithm, c.RawTBSCertificate, c.Signature); err != nil {
		t.Error(err)
	}
}

func TestALeafIsShortLivedAndChainsToItsAuthority(t *testing.T) {
	ring := secret.NewRing()
	a := newAuthority(t, ring, "a")
	leaf := issueLeaf(t, ring, a, certificate.Leaf{ID: "l"})
	c := parse(t, leaf.Certificate)
	if c.IsCA || !c.BasicConstraintsValid || c.KeyUsage != x509.KeyUsageDigitalSignature || !slices.Equal(c.ExtKeyUsage, []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}) || c.Version != 3 {
		t.Errorf("it is for something else: %+v", c)
	}
	if c.Subject.String() != "CN="+someName || leaf.ID != "l" || leaf.AccountID != "acme" {
		t.Errorf("%s, %+v", c.Subject, leaf)
	}
	if life := c.NotAfter.Sub(c.NotBefore); life != 90*24*time.Hour || !c.NotBefore.Equal(morning.Truncate(time.Second).Add(-time.Hour)) {
		t.Errorf("from %s for %s", c.NotBefore, life)
	}
	roots := x509.NewCertPool()
	roots.AddCert(parse(t, a.Certificate))
	if _, err := c.Verify(x509.VerifyOptions{Roots: roots, CurrentTime: morning, KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}}); err != nil {
		t.Error(err)
	}
	other := parse(t, issueLeaf(t, ring, a, certificate.Leaf{ID: "m"}).Certificate)
	if other.SerialNumber.Cmp(c.SerialNumber) == 0 || other.PublicKey.(*ecdsa.PublicKey).Equal(c.PublicKey) || c.SerialNumber.BitLen() != 127 {
		t.Errorf("two leaves share a serial number or a key: %x, %x", c.SerialNumber, other.SerialNumber)
	}
}

func TestALeafIsNoLongerValidThanItMayBe(t *testing.T) {
	ring := secret.NewRing()
	a := newAuthority(t, ring, "a")
	for asked, want := range map[time.Duration]time.Duration{24 * time.Hour: 24 * time.Hour, 91 * 24 * time.Hour: 90 * 24 * time.Hour, -time.Hour: 90 * 24 * time.Hour} {
		if c := issueLeaf(t, ring, a, certificate.Leaf{ID: "l", Life: asked}); c.NotAfter.Sub(c.NotBefore) != want {
			t.Errorf("asked for %s, got %s", asked, c.NotAfter.Sub(c.NotBefore))
		}
	}
	late, err := a.Issue(ring, certificate.Leaf{ID: "l"}, a.NotAfter.Add(-24*time.Hour))
	if err != nil || !late.NotAfter.Equal(a.NotAfter) {
		t.Errorf("it outlives its authority: %s, %v", late.NotAfter, err)
	}
	if _, err := a.Issue(ring, certificate.Leaf{ID: "l"}, a.NotAfter); err == nil {
		t.Error("an expired authority issues")
	}
}

func TestOnlyALinksNameEntersACertificate(t *testing.T) {
	ring := secret.NewRing()
	for _, name := range []string{"", "mooring-", "mooring-ABCDEFGHIJKLMNOP", someName + "q", someName + "\n", "harbor-abcdefghijklmnop"} {
		if _, err := certificate.NewAuthority(ring, "a", "acme", name, morning); err == nil {
			t.Errorf("an authority for %q", name)
		}
		if _, err := newAuthority(t, ring, "a").Issue(ring, certificate.Leaf{ID: "l", Name: name}, morning); err == nil && name != "" {
			t.Errorf("a leaf for %q", name)
		}
	}
	stranger := issueLeaf(t, ring, newAuthority(t, ring, "a"), certificate.Leaf{ID: "l", Name: "mooring-zzzzzzzzzzzzzzzz"})
	if got := parse(t, stranger.Certificate).Subject.CommonName; got != "mooring-zzzzzzzzzzzzzzzz" {
		t.Errorf("asked for another name, got %s", got)
	}
}

func TestALeafSignsAndBringsItsChain(t *testing.T) {
	ring := secret.NewRing()
	a := newAuthority(t, ring, "a")
	leaf := issueLeaf(t, ring, a, certificate.Leaf{ID: "l"})
	i, err := a.NewIdentity(ring, leaf)
	if err != nil {
		t.Fatal(err)
	}
	digest := sha256.Sum256([]byte("a request"))
	signature, err := i.Sign(rand.Reader, digest[:], crypto.SHA256)
	if err != nil || !ecdsa.VerifyASN1(i.Public().(*ecdsa.PublicKey), digest[:], signature) {
		t.Errorf("the signature doesn't verify: %v", err)
	}
	chain := i.TLS().Certificate
	if len(chain) != 2 || !bytes.Equal(chain[0], leaf.DER) || !bytes.Equal(chain[1], a.DER) || i.TLS().PrivateKey != crypto.PrivateKey(i) {
		t.Errorf("%d certificates", len(chain))
	}
}

func TestALeafOfAnotherAuthorityIsNoIdentity(t *testing.T) {
	ring := secret.NewRing()
	a, b := newAuthority(t, ring, "a"), newAuthority(t, ring, "b")
	leaf := issueLeaf(t, ring, a, certificate.Leaf{ID: "l"})
	if _, err := b.NewIdentity(ring, leaf); err == nil {
		t.Error("it became an identity")
	}
	leaf.AccountID = "evil"
	if _, err := a.NewIdentity(ring, leaf); err == nil {
		t.Error("a leaf of another account became an identity")
	}
}

func TestSealedKeysOfAuthoritiesAndLeavesOpenInTheirPlaceOnly(t *testing.T) {
	ring := secret.NewRing()
	a, b := newAuthority(t, ring, "a"), newAuthority(t, ring, "b")
	leaf := issueLeaf(t, ring, a, certificate.Leaf{ID: "l"})
	for name, change := range map[string]func(*certificate.SealedAuthority){
		"another row":         func(s *certificate.SealedAuthority) { s.ID = "b" },
		"another account":     func(s *certificate.SealedAuthority) { s.AccountID = "evil" },
		"another certificate": func(s *certificate.SealedAuthority) { s.DER = b.DER },
		"another key":         func(s *certificate.SealedAuthority) { s.Key = b.Key },
		"a leaf's key":        func(s *certificate.SealedAuthority) { s.Key = leaf.Key },
	} {
		changed := a
		change(&changed)
		if _, err := changed.Issue(ring, certificate.Leaf{ID: "m"}, morning); !errors.Is(err, secret.ErrSealed) {
			t.Errorf("%s: %v", name, err)
		}
	}
	leaf.Key = a.Key
	i, err := a.NewIdentity(ring, leaf)
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := sign(i); !errors.Is(err, secret.ErrSealed) {
		t.Errorf("a leaf signs with its authority's key: %v", err)
	}
}

func TestTheAuthoritysKeyIsOpenedForALeafOnly(t *testing.T) {
	sealer := &watchedSealer{Ring: secret.NewRing()}
	a := newAuthority(t, sealer, "a")
	if len(sealer.opened) != 0 {
		t.Error("the key was opened before a leaf was issued")
	}
	leaf := issueLeaf(t, sealer, a, certificate.Leaf{ID: "l"})
	if len(sealer.opened) != 1 || len(sealer.sealed) != 2 {
		t.Errorf("opened %d times, sealed %d", len(sealer.opened), len(sealer.sealed))
	}
	i, err := a.NewIdentity(sealer, leaf)
	if err != nil {
		t.Fatal(err)
	}
	digest := sha256.Sum256([]byte("a request"))
	if _, err := i.Sign(rand.Reader, digest[:], crypto.SHA256); err != nil || len(sealer.opened) != 2 {
		t.Errorf("opened %d times: %v", len(sealer.opened), err)
	}
	if sealer.kept != 4 {
		t.Fatal("the sealer did not see the clear bytes: this test proves nothing")
	}
	for _, b := range append(sealer.opened, sealer.sealed...) {
		if !zero(b) {
			t.Error("clear bytes are still in memory")
		}
	}
}

func TestAKeyOfAnotherCertificateDoesNotSign(t *testing.T) {
	ring := secret.NewRing()
	a, b := newAuthority(t, ring, "a"), newAuthority(t, ring, "b")
	plain, err := ring.Open(certificate.AuthorityPlace(b.Authority), b.Key)
	if err != nil {
		t.Fatal(err)
	}
	_, err = a.Issue(oddSealer{ring, plain}, certificate.Leaf{ID: "l"}, morning)
	if err == nil || !zero(plain) {
		t.Errorf("it signed, or the key is still in memory: %v", err)
	}
}

func TestALeafDoesNotSignWithAnothersKey(t *testing.T) {
	ring := secret.NewRing()
	a := newAuthority(t, ring, "a")
	leaf, other := issueLeaf(t, ring, a, certificate.Leaf{ID: "l"}), issueLeaf(t, ring, a, certificate.Leaf{ID: "m"})
	plain, err := ring.Open(certificate.Place(other.Certificate), other.Key)
	if err != nil {
		t.Fatal(err)
	}
	i, err := a.NewIdentity(oddSealer{ring, plain}, leaf)
	if err != nil {
		t.Fatal(err)
	}
	digest := sha256.Sum256([]byte("a request"))
	if _, err := i.Sign(rand.Reader, digest[:], crypto.SHA256); err == nil {
		t.Error("it signed")
	}
}

func TestAFingerprintReadsAsOpensslPrintsIt(t *testing.T) {
	c := certificate.Certificate{DER: []byte("abc")}
	if got := c.Fingerprint(); got != "BA:78:16:BF:8F:01:CF:EA:41:41:40:DE:5D:AE:22:23:B0:03:61:A3:96:17:7A:9C:B4:10:FF:61:F2:00:15:AD" {
		t.Error(got)
	}
}

// TestADemoChoosesTheNamesOfLinks: the same source gives the same names, and one that
// has ended gives none.
func TestADemoChoosesTheNamesOfLinks(t *testing.T) {
	w := newWorld(t, secret.NewRing(), "acme")
	w.NameLinks(bytes.NewReader(make([]byte, 10)))
	actor := audit.Actor{PersonID: "person-acme", Name: "acme@example.com"}
	a, err := w.Draft(t.Context(), "acme", "aws", actor)
	w.ok(err)
	if a.LinkName != "mooring-aaaaaaaaaaaaaaaa" {
		t.Errorf("the name is %s", a.LinkName)
	}
	if _, err := w.Draft(t.Context(), "acme", "other", actor); !errors.Is(err, io.EOF) {
		t.Errorf("a source that has ended: %v", err)
	}
}
