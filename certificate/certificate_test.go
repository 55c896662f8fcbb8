package certificate_test

import (
	"bytes"
	"crypto/md5" //nolint:gosec // a fingerprint
	"crypto/rsa"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"strings"
	"testing"
	"time"

	"mooring/certificate"
)

func issue(t testing.TB, accountID string, key *rsa.PrivateKey, now time.Time) (certificate.Certificate, *x509.Certificate) {
	t.Helper()
	c, err := certificate.Issue("certificate-1", accountID, key, now)
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := x509.ParseCertificate(c.DER)
	if err != nil {
		t.Fatal(err)
	}
	return c, parsed
}

func TestARandomKeyIsRSAOf3072Bits(t *testing.T) {
	key, err := certificate.RandomKey()
	if err != nil {
		t.Fatal(err)
	}
	if bits := key.N.BitLen(); bits != 3072 || certificate.KeyBits != 3072 {
		t.Errorf("the key has %d bits", bits)
	}
	_, parsed := issue(t, "0190", key, morning)
	if public, ok := parsed.PublicKey.(*rsa.PublicKey); !ok || !public.Equal(key.Public()) {
		t.Error("the certificate is not about this key")
	}
}

func TestThePublicKeyStandsAlone(t *testing.T) {
	c, _ := issue(t, "0190", keys()[0], morning)
	block, rest := pem.Decode(c.PublicKeyPEM())
	if block == nil || block.Type != "PUBLIC KEY" || len(rest) > 0 {
		t.Fatalf("%s", c.PublicKeyPEM())
	}
	if read, err := x509.ParsePKIXPublicKey(block.Bytes); err != nil || !keys()[0].PublicKey.Equal(read) {
		t.Errorf("another key: %v", err)
	}
	sum := md5.Sum(block.Bytes) //nolint:gosec // as consoles show it
	if got := c.PublicKeyFingerprint(); got != strings.TrimSuffix(strings.ReplaceAll(fmt.Sprintf("% x ", sum), " ", ":"), ":") || len(got) != 47 {
		t.Errorf("fingerprint %s of % x", got, sum)
	}
}

func TestACertificateSaysWhatEntraWants(t *testing.T) {
	c, parsed := issue(t, "0190-7a", keys()[0], morning.In(time.FixedZone("elsewhere", 5*60*60)))
	if parsed.SignatureAlgorithm != x509.SHA256WithRSA {
		t.Errorf("signed with %v", parsed.SignatureAlgorithm)
	}
	if err := parsed.CheckSignature(parsed.SignatureAlgorithm, parsed.RawTBSCertificate, parsed.Signature); err != nil {
		t.Error("it is not signed with its own key:", err)
	}
	if life := parsed.NotAfter.Sub(parsed.NotBefore); life != 365*24*time.Hour {
		t.Errorf("valid for %v, want one year", life)
	}
	if parsed.KeyUsage != x509.KeyUsageDigitalSignature || len(parsed.ExtKeyUsage) != 1 || parsed.ExtKeyUsage[0] != x509.ExtKeyUsageClientAuth {
		t.Errorf("usable for %v %v", parsed.KeyUsage, parsed.ExtKeyUsage)
	}
	if parsed.IsCA || !parsed.BasicConstraintsValid {
		t.Error("it could sign other certificates")
	}
	if n := parsed.SerialNumber; n.Sign() <= 0 || n.BitLen() > 159 || n.BitLen() < 64 {
		t.Errorf("serial number %v of %d bits", n, n.BitLen())
	}
	second := morning.Truncate(time.Second)
	for what, times := range map[string][2]time.Time{
		"its start, backdated an hour": {parsed.NotBefore, second.Truncate(time.Minute).Add(-time.Hour)},
		"its stored start":             {c.NotBefore, parsed.NotBefore},
		"its stored end":               {c.NotAfter, parsed.NotAfter},
		"when it was made":             {c.CreatedAt, second},
	} {
		if !times[0].Equal(times[1]) || times[0].Location() != time.UTC {
			t.Errorf("%s is %v, want %v in UTC", what, times[0], times[1])
		}
	}
}

func TestACertificateTellsNoName(t *testing.T) {
	c, parsed := issue(t, "0190-7a", keys()[0], morning)
	if got := parsed.Subject.String(); got != "CN=mooring-0190-7a" {
		t.Errorf("the subject is %s", got)
	}
	if parsed.Issuer.String() != parsed.Subject.String() {
		t.Errorf("the issuer is %s", parsed.Issuer)
	}
	if bytes.Contains(c.DER, []byte("certificate-1")) {
		t.Error("its own id is in the certificate")
	}
	if len(parsed.DNSNames)+len(parsed.EmailAddresses)+len(parsed.URIs)+len(parsed.IPAddresses) > 0 {
		t.Error("it has other names")
	}
}

func TestTheSameIDAndKeyGiveTheSameCertificate(t *testing.T) {
	a, _ := issue(t, "0190", keys()[0], morning)
	b, _ := issue(t, "0190", keys()[0], morning)
	other, err := certificate.Issue("certificate-2", "0190", keys()[0], morning)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(a.DER, b.DER) {
		t.Error("twice the same gave two certificates: the demo and its pictures would change")
	}
	if bytes.Equal(a.DER, other.DER) {
		t.Error("two ids gave one certificate: they need serial numbers of their own")
	}
}

// What `openssl x509 -fingerprint` prints, without its colons.
func TestThumbprintsAreThoseOfOpenSSL(t *testing.T) {
	c, _ := issue(t, "0190", keys()[0], morning)
	block, rest := pem.Decode(c.PEM())
	if block == nil || len(bytes.TrimSpace(rest)) > 0 || block.Type != "CERTIFICATE" || len(block.Headers) > 0 {
		t.Fatalf("the PEM is %s", c.PEM())
	}
	if want := fmt.Sprintf("%X", sha1.Sum(block.Bytes)); c.SHA1() != want || len(want) != 40 {
		t.Errorf("SHA-1 is %s, want %s", c.SHA1(), want)
	}
	if want := fmt.Sprintf("%X", sha256.Sum256(block.Bytes)); c.SHA256() != want || len(want) != 64 {
		t.Errorf("SHA-256 is %s, want %s", c.SHA256(), want)
	}
}

func TestACertificateSurvivesPEMAndBase64(t *testing.T) {
	c, _ := issue(t, "0190", keys()[0], morning)
	block, _ := pem.Decode(c.PEM())
	if block == nil || !bytes.Equal(block.Bytes, c.DER) {
		t.Error("the PEM is another certificate")
	}
	line := c.Base64()
	if der, err := base64.StdEncoding.DecodeString(line); err != nil || !bytes.Equal(der, c.DER) || strings.ContainsAny(line, "\r\n ") {
		t.Errorf("the line is %q, %v", line, err)
	}
}

func TestACertificateExpiresToTheSecond(t *testing.T) {
	c, _ := issue(t, "0190", keys()[0], morning)
	month := 30 * 24 * time.Hour
	for _, test := range []struct {
		now           time.Time
		soon, expired bool
	}{
		{morning, false, false},
		{c.NotAfter.Add(-month), false, false},
		{c.NotAfter.Add(-month + time.Second), true, false},
		{c.NotAfter, true, false},
		{c.NotAfter.Add(time.Second), true, true},
	} {
		if c.ExpiresSoon(test.now) != test.soon || c.Expired(test.now) != test.expired {
			t.Errorf("at %v: soon %t, expired %t", test.now, c.ExpiresSoon(test.now), c.Expired(test.now))
		}
	}
}
