package azuresim

import (
	"bytes"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/asn1"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"math/big"
	"strings"
	"testing"
	"time"
)

// smallCertificate has a key that is too short for Azure.
func smallCertificate(t testing.TB) []byte {
	t.Helper()
	t.Setenv("GODEBUG", "rsa1024min=0")
	return certify(rsaKey(1024), noon.Add(-time.Hour), noon.AddDate(1, 0, 0)).cert.Raw
}

// hugeCertificate names a public key of 8200 bits; making a private one takes
// too long.
func hugeCertificate(t testing.TB) []byte {
	t.Helper()
	n := new(big.Int).Lsh(big.NewInt(1), 8199)
	n.SetBit(n, 0, 1)
	k := ourKey()
	form := &x509.Certificate{SerialNumber: big.NewInt(7), NotBefore: noon, NotAfter: noon.AddDate(1, 0, 0)}
	der, err := x509.CreateCertificate(rand.Reader, form, form, &rsa.PublicKey{N: n, E: 65537}, k)
	if err != nil {
		t.Fatal(err)
	}
	return der
}

func privatePEM(t testing.TB) []byte {
	t.Helper()
	der, err := x509.MarshalPKCS8PrivateKey(ourKey())
	if err != nil {
		t.Fatal(err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})
}

func TestParseCertificate(t *testing.T) {
	p := ours()
	text := base64.StdEncoding.EncodeToString(p.cert.Raw)
	for name, data := range map[string][]byte{
		"DER":                 p.cert.Raw,
		"PEM":                 p.pem(),
		"PEM with CRLF":       bytes.ReplaceAll(p.pem(), []byte("\n"), []byte("\r\n")),
		"PEM after some text": append([]byte("Bag Attributes\n"), p.pem()...),
		"base64":              []byte(text),
		"base64 in lines":     []byte(text[:40] + "\n  " + text[40:] + "\n"),
	} {
		c, err := parseCertificate(data)
		if err != nil || !c.Equal(p.cert) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestRefusedCertificates(t *testing.T) {
	p := ours()
	pkcs8 := privatePEM(t)
	block, _ := pem.Decode(pkcs8)
	pfx, err := asn1.Marshal(struct {
		Version int
		Data    []byte
	}{3, make([]byte, 300)})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name string
		data []byte
		want string
	}{
		{"nothing", nil, "empty"},
		{"blanks", []byte(" \n\t"), "empty"},
		{"too large", make([]byte, 40<<10), "larger than 32 KB"},
		{"words", []byte("not a certificate!"), "isn't a certificate"},
		{"binary", []byte{0, 1, 2, 3}, "isn't a certificate"},
		{"private key, PEM", pkcs8, "private key"},
		{"private key beside the certificate", append(p.pem(), pkcs8...), "private key"},
		{"private key, PKCS#8 DER", block.Bytes, "private key"},
		{"private key, PKCS#1 DER", x509.MarshalPKCS1PrivateKey(ourKey()), "private key"},
		{"PFX", pfx, ".pfx"},
		{"public key", []byte("-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n"), "but not a certificate"},
		{"damaged PEM", []byte("-----BEGIN CERTIFICATE-----\n!!!!"), "damaged"},
		{"two certificates", append(p.pem(), theirs().pem()...), "several"},
		{"cut off", p.cert.Raw[:len(p.cert.Raw)-10], "damaged"},
		{"more behind it", append(bytes.Clone(p.cert.Raw), 0), "damaged"},
		{"elliptic curve", ecCertificate().Raw, "isn't RSA"},
		{"short key", smallCertificate(t), "1024 bits"},
		{"long key", hugeCertificate(t), "8200 bits"},
	} {
		_, err := parseCertificate(c.data)
		var known *refusal
		if !errors.As(err, &known) || !strings.Contains(known.sentence, c.want) {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}

func TestCertificatesAreCapped(t *testing.T) {
	s := newStage(t)
	client := s.app("")
	for i := range maxCertificates + 1 {
		p := certify(theirKey(), noon.Add(-time.Hour), noon.AddDate(1, 0, i))
		errKey, errClassic := s.UploadCertificate(client, p.cert.Raw), s.UploadManagementCertificate(workingSubscription, p.cert.Raw)
		if full := i >= maxCertificates-1; (errKey != nil) != full || (errClassic != nil) != (i >= maxCertificates) {
			t.Fatalf("certificate %d: %v, %v", i+1, errKey, errClassic)
		}
	}
	if err := s.UploadCertificate(client, ours().cert.Raw); err != nil {
		t.Errorf("the same again: %v", err)
	}
}
