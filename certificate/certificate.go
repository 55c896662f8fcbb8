// Package certificate owns the X.509 pair of each account. Only the public
// half leaves: the private key is sealed at rest, opened for the length of one
// signature, and no function returns it.
package certificate

import (
	"crypto/md5" //nolint:gosec // a fingerprint to compare with a cloud's console, not a signature
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha1" //nolint:gosec // a thumbprint to compare with Azure's portal, not a signature
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/hex"
	"encoding/pem"
	"math/big"
	"strings"
	"time"

	"mooring/fault"
)

// KeyBits is the size of the RSA key. Entra refuses elliptic curves
// (AADSTS5002738) and weak keys (AADSTS50032).
const KeyBits = 3072

// Life is how long a certificate is valid: one year, which is also what
// `az ad sp create-for-rbac` grants by default. The site's policy can make it
// shorter.
const Life = 365 * 24 * time.Hour

// backdate forgives clocks that run behind ours.
const backdate = time.Hour

// WarnBefore is how long before its end a certificate is called expiring.
const WarnBefore = 30 * 24 * time.Hour

// ErrNone is what people read when a certificate is not to be had.
var ErrNone = fault.New(fault.NotFound, "certificate.none", "This account has no certificate yet. Try again in a moment.")

// ErrJustMade is what people read who ask for a new one twice.
var ErrJustMade = fault.New(fault.Conflict, "certificate.just-made", "A new certificate was made a few minutes ago. Use that one, or wait 10 minutes to make another.")

// ErrDestroyed is what signing answers with a certificate whose private key was destroyed,
// because nothing used it any more.
var ErrDestroyed = fault.New(fault.Conflict, "certificate.destroyed", "The private key of this certificate was destroyed after its successor took over. Choose another certificate.")

// renewPause is how long after one certificate the next can be made.
const renewPause = 10 * time.Minute

// Certificate is the public half.
type Certificate struct {
	ID        string
	AccountID string
	DER       []byte
	NotBefore time.Time
	NotAfter  time.Time
	CreatedAt time.Time
}

// SHA1 is the thumbprint as Azure's portal shows it: upper-case hexadecimal.
func (c Certificate) SHA1() string {
	sum := sha1.Sum(c.DER) //nolint:gosec // see the import
	return strings.ToUpper(hex.EncodeToString(sum[:]))
}

// SHA256 is the longer thumbprint, in upper-case hexadecimal.
func (c Certificate) SHA256() string {
	sum := sha256.Sum256(c.DER)
	return strings.ToUpper(hex.EncodeToString(sum[:]))
}

// PEM is the certificate as text, for the command line.
func (c Certificate) PEM() []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: c.DER})
}

// publicKey is the public key alone, as a DER-encoded SubjectPublicKeyInfo; nil: the
// certificate can't be read.
func (c Certificate) publicKey() []byte {
	parsed, err := x509.ParseCertificate(c.DER)
	if err != nil {
		return nil
	}
	return parsed.RawSubjectPublicKeyInfo
}

// PublicKeyPEM is the public key alone as text, for clouds that take no certificate.
func (c Certificate) PublicKeyPEM() []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: c.publicKey()})
}

// PublicKeyFingerprint is the MD5 of the public key, in pairs of lower-case hexadecimal
// with colons between them, as the consoles of those clouds show it.
func (c Certificate) PublicKeyFingerprint() string {
	var pairs []string
	for _, b := range md5.Sum(c.publicKey()) { //nolint:gosec // see the import
		pairs = append(pairs, hex.EncodeToString([]byte{b}))
	}
	return strings.Join(pairs, ":")
}

// Base64 is the certificate on one line, for use inside a command.
func (c Certificate) Base64() string { return base64.StdEncoding.EncodeToString(c.DER) }

// Expired reports whether Azure would call the certificate expired.
func (c Certificate) Expired(now time.Time) bool { return now.After(c.NotAfter) }

// ExpiresSoon reports whether it is time to make a new one.
func (c Certificate) ExpiresSoon(now time.Time) bool { return now.After(c.NotAfter.Add(-WarnBefore)) }

// RenewalDue is when it is time for a successor: after two thirds of the life, which
// leaves months to find out what stands in the way.
func (c Certificate) RenewalDue() time.Time {
	return c.NotBefore.Add(c.NotAfter.Sub(c.NotBefore) / 3 * 2)
}

// issue signs a certificate for key with its own key. The common name holds the
// account's opaque id: whoever sees the certificate learns no name.
func issue(id, accountID string, key *rsa.PrivateKey, now time.Time, life time.Duration) (Certificate, error) {
	now = now.UTC().Truncate(time.Second)
	start := now.Truncate(time.Minute).Add(-backdate) // a demo that starts slowly makes the same one
	template := &x509.Certificate{
		SerialNumber:          serialOf(id),
		Subject:               pkix.Name{CommonName: "mooring-" + accountID},
		NotBefore:             start,
		NotAfter:              start.Add(life),
		SignatureAlgorithm:    x509.SHA256WithRSA,
		KeyUsage:              x509.KeyUsageDigitalSignature,
		ExtKeyUsage:           []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth},
		BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		return Certificate{}, err
	}
	return Certificate{ID: id, AccountID: accountID, DER: der,
		NotBefore: template.NotBefore, NotAfter: template.NotAfter, CreatedAt: now}, nil
}

// serialOf derives the serial number from the id, so that the same id gives
// the same certificate for the same key.
func serialOf(id string) *big.Int {
	sum := sha256.Sum256([]byte("serial of " + id))
	sum[0] &= 0x7f // positive
	sum[0] |= 0x40 // and of full length
	return new(big.Int).SetBytes(sum[:16])
}
