package certificate

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base32"
	"encoding/hex"
	"errors"
	"io"
	"math/big"
	"regexp"
	"strings"
	"time"

	"mooring/secret"
)

// Clouds that trust an authority, and not a certificate itself, get one for each
// link. It issues nothing but that link's leaves.
const (
	authorityLife = 10 * 365 * 24 * time.Hour

	// LongestLeaf is how long a leaf of an authority is valid at most.
	LongestLeaf = 90 * 24 * time.Hour
)

// Authority is the public half of the certificate authority of one link.
type Authority struct {
	Certificate
	LinkName string // common name of its leaves
}

// SealedAuthority is an authority with its sealed private key, as stored.
type SealedAuthority struct {
	Authority
	Key []byte // what Sealer.Seal made of the PKCS #8 key
}

// AuthorityPlace is where the private key of an authority is stored. It is bound as
// that of a certificate is: see Place.
func AuthorityPlace(a Authority) secret.Place {
	return secret.Place{Table: "authorities", Row: a.ID, Column: "sealed_key", Bound: a.AccountID + " " + a.SHA256()}
}

var linkName = regexp.MustCompile(`^mooring-[a-z2-7]{16}$`)

// NewLinkName makes the name of a link: "mooring-" and 16 characters. It stands in
// certificates, commands and the cloud's own log, and is never used again.
func NewLinkName(random io.Reader) (string, error) {
	raw := make([]byte, 10)
	if _, err := io.ReadFull(random, raw); err != nil {
		return "", err
	}
	return "mooring-" + strings.ToLower(base32.StdEncoding.EncodeToString(raw)), nil
}

var errLinkName = errors.New("certificate: not the name of a link")

// NewAuthority makes the authority of a link and seals its key.
func NewAuthority(sealer Sealer, id, accountID, name string, now time.Time) (SealedAuthority, error) {
	if !linkName.MatchString(name) {
		return SealedAuthority{}, errLinkName
	}
	template := validity(now, authorityLife)
	template.Subject = pkix.Name{CommonName: "Mooring link " + name}
	template.IsCA, template.MaxPathLenZero = true, true
	template.KeyUsage = x509.KeyUsageCertSign | x509.KeyUsageCRLSign
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return SealedAuthority{}, err
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		return SealedAuthority{}, err
	}
	a := Authority{Certificate: issued(id, accountID, der, template, now), LinkName: name}
	sealed, err := sealKey(sealer, AuthorityPlace(a), key)
	return SealedAuthority{Authority: a, Key: sealed}, err
}

// Leaf is a leaf to issue.
type Leaf struct {
	ID   string
	Name string        // common name; empty: the link's
	Life time.Duration // no more than LongestLeaf; 0: LongestLeaf
}

// Issue makes a leaf of the authority with a key of its own, which it seals as that
// of any certificate. The authority's key is opened for that one signature.
func (a SealedAuthority) Issue(sealer Sealer, leaf Leaf, now time.Time) (Sealed, error) {
	if leaf.Name == "" {
		leaf.Name = a.LinkName
	}
	if !linkName.MatchString(leaf.Name) {
		return Sealed{}, errLinkName
	}
	if leaf.Life <= 0 || leaf.Life > LongestLeaf {
		leaf.Life = LongestLeaf
	}
	parent, err := x509.ParseCertificate(a.DER)
	if err != nil {
		return Sealed{}, err
	}
	template := validity(now, leaf.Life)
	if template.NotAfter.After(parent.NotAfter) {
		template.NotAfter = parent.NotAfter
	}
	if !template.NotAfter.After(now) {
		return Sealed{}, errors.New("certificate: the leaf would have expired already")
	}
	template.Subject = pkix.Name{CommonName: leaf.Name}
	template.KeyUsage = x509.KeyUsageDigitalSignature
	template.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return Sealed{}, err
	}
	signer := &opener{parent.PublicKey, func() ([]byte, error) { return sealer.Open(AuthorityPlace(a.Authority), a.Key) }}
	der, err := x509.CreateCertificate(rand.Reader, template, parent, &key.PublicKey, signer)
	if err != nil {
		return Sealed{}, err
	}
	c := issued(leaf.ID, a.AccountID, der, template, now)
	sealed, err := sealKey(sealer, Place(c), key)
	return Sealed{Certificate: c, Key: sealed}, err
}

// NewIdentity gives what signs with a leaf of the authority. A leaf of another
// authority gives none.
func (a Authority) NewIdentity(sealer Sealer, leaf Sealed) (*Identity, error) {
	i, err := newIdentity(leaf.Certificate, func() ([]byte, error) { return sealer.Open(Place(leaf.Certificate), leaf.Key) })
	if err != nil {
		return nil, err
	}
	parent, err := x509.ParseCertificate(a.DER)
	if err != nil {
		return nil, err
	}
	child, err := x509.ParseCertificate(leaf.DER)
	if err != nil {
		return nil, err
	}
	if err := child.CheckSignatureFrom(parent); err != nil || leaf.AccountID != a.AccountID {
		return nil, errors.New("certificate: the leaf is of another authority")
	}
	i.chain = [][]byte{a.DER}
	return i, nil
}

// Fingerprint is the SHA-256 thumbprint as openssl prints it: pairs in upper case
// with colons between them.
func (c Certificate) Fingerprint() string {
	sum := sha256.Sum256(c.DER)
	var pairs []string
	for _, b := range sum {
		pairs = append(pairs, strings.ToUpper(hex.EncodeToString([]byte{b})))
	}
	return strings.Join(pairs, ":")
}

// validity begins a certificate with a random serial number.
func validity(now time.Time, life time.Duration) *x509.Certificate {
	serial := make([]byte, 16)
	_, _ = rand.Read(serial) // crypto/rand.Read never fails
	serial[0] = serial[0]&0x7f | 0x40
	start := now.UTC().Truncate(time.Second).Add(-backdate)
	return &x509.Certificate{SerialNumber: new(big.Int).SetBytes(serial), NotBefore: start, NotAfter: start.Add(life),
		SignatureAlgorithm: x509.ECDSAWithSHA256, BasicConstraintsValid: true}
}

func issued(id, accountID string, der []byte, template *x509.Certificate, now time.Time) Certificate {
	return Certificate{ID: id, AccountID: accountID, DER: der, NotBefore: template.NotBefore, NotAfter: template.NotAfter,
		CreatedAt: now.UTC().Truncate(time.Second)}
}

func sealKey(sealer Sealer, place secret.Place, key crypto.PrivateKey) ([]byte, error) {
	plain, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return nil, err
	}
	defer clear(plain)
	return sealer.Seal(place, plain)
}
