package awssim

import (
	"crypto/ecdsa"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"encoding/pem"
	"net/http"
	"slices"
	"strings"
	"time"

	"crypto"
)

// The sentences of IAM Roles Anywhere about certificates, from public reports.
const (
	sayInsufficient = "Untrusted certificate. Insufficient certificate"
	sayNoChain      = "Untrusted Signing Certificate"
	sayConstraints  = "Incorrect basic constraints for CA certificate"
)

// signer is who signed a CreateSession: a certificate, with what came along to
// verify it.
type signer struct {
	leaf  *x509.Certificate
	chain []*x509.Certificate
}

// verifySigner reads the certificate of a CreateSession and verifies the signature
// with its key. It says nothing yet about whether the certificate is trusted.
func (w *world) verifySigner(c *call) (*signer, error) {
	denied := func(text string) error {
		return refuse(http.StatusForbidden, "AccessDeniedException", "%s", text)
	}
	if c.Header.Get("Authorization") == "" {
		return nil, refuse(http.StatusForbidden, "MissingAuthenticationTokenException", "Missing Authentication Token")
	}
	s, ok := parseAuthorization(c.Header.Get("Authorization"))
	must := []string{"content-type", "host", "x-amz-date", "x-amz-x509"}
	if c.Header.Get("X-Amz-X509-Chain") != "" {
		must = append(must, "x-amz-x509-chain")
	}
	if !ok || !s.checkHeaders(must...) {
		return nil, refuse(http.StatusBadRequest, "IncompleteSignatureException", "The Authorization header isn't complete.")
	}
	leaf, err := decodeCertificate(c.Header.Get("X-Amz-X509"))
	if err != nil {
		return nil, denied(sayInsufficient)
	}
	found := &signer{leaf: leaf}
	if chain := c.Header.Get("X-Amz-X509-Chain"); chain != "" {
		for text := range strings.SplitSeq(chain, ",") {
			certificate, err := decodeCertificate(text)
			if err != nil || len(found.chain) == 5 {
				return nil, denied(sayNoChain)
			}
			found.chain = append(found.chain, certificate)
		}
	}
	if s.service != anywhere || s.region != c.region {
		return nil, refuse(http.StatusForbidden, "InvalidSignatureException", "Credential should be scoped to a valid region.")
	}
	if problem := s.checkDate(c, w.now()); problem != "" {
		return nil, refuse(http.StatusForbidden, "InvalidSignatureException", "%s", problem)
	}
	if s.credential != leaf.SerialNumber.String() || !verifies(leaf, s.algorithm, s.toSign(c), s.signature) {
		return nil, refuse(http.StatusForbidden, "InvalidSignatureException", "The request signature we calculated does not match the signature you provided.")
	}
	return found, nil
}

func decodeCertificate(text string) (*x509.Certificate, error) {
	der, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		return nil, err
	}
	return x509.ParseCertificate(der)
}

// verifies checks a signature in lower-case hexadecimal. The algorithm has to be
// that of the key.
func verifies(leaf *x509.Certificate, algorithm, signed, signature string) bool {
	raw, err := hex.DecodeString(signature)
	if err != nil || signature != strings.ToLower(signature) {
		return false
	}
	digest := sha256.Sum256([]byte(signed))
	switch key := leaf.PublicKey.(type) {
	case *rsa.PublicKey:
		return algorithm == "AWS4-X509-RSA-SHA256" && rsa.VerifyPKCS1v15(key, crypto.SHA256, digest[:], raw) == nil
	case *ecdsa.PublicKey:
		return algorithm == "AWS4-X509-ECDSA-SHA256" && ecdsa.VerifyASN1(key, digest[:], raw)
	}
	return false
}

// weak are the signatures that AWS doesn't accept on a certificate.
var weak = []x509.SignatureAlgorithm{x509.MD5WithRSA, x509.SHA1WithRSA, x509.ECDSAWithSHA1, x509.DSAWithSHA1}

// trusted says why a trust anchor doesn't trust the certificate, or "".
func (s *signer) trusted(t *anchor, now time.Time) string {
	leaf := s.leaf
	switch {
	case leaf.Version != 3, leaf.IsCA, leaf.Subject.String() == "", slices.Contains(weak, leaf.SignatureAlgorithm),
		leaf.KeyUsage&x509.KeyUsageDigitalSignature == 0,
		len(leaf.ExtKeyUsage) > 0 && !slices.Contains(leaf.ExtKeyUsage, x509.ExtKeyUsageClientAuth) && !slices.Contains(leaf.ExtKeyUsage, x509.ExtKeyUsageAny):
		return sayInsufficient
	}
	roots, between := x509.NewCertPool(), x509.NewCertPool()
	for _, root := range t.roots {
		roots.AddCert(root)
	}
	for _, c := range s.chain {
		between.AddCert(c)
	}
	_, err := leaf.Verify(x509.VerifyOptions{Roots: roots, Intermediates: between, CurrentTime: now, KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageAny}})
	switch {
	case err != nil && len(s.chain) > 0:
		return sayNoChain
	case err != nil:
		return sayInsufficient
	}
	return ""
}

// parseAuthorities reads the certificates of a trust anchor: only those of
// authorities.
func parseAuthorities(text string) ([]*x509.Certificate, error) {
	invalid := func(text string) error {
		return refuse(http.StatusBadRequest, "ValidationException", "%s", text)
	}
	var all []*x509.Certificate
	for rest := []byte(text); ; {
		var block *pem.Block
		if block, rest = pem.Decode(rest); block == nil {
			if len(all) == 0 || strings.TrimSpace(string(rest)) != "" {
				return nil, invalid("Unable to parse certificate")
			}
			return all, nil
		}
		c, err := x509.ParseCertificate(block.Bytes)
		switch {
		case err != nil || block.Type != "CERTIFICATE":
			return nil, invalid("Unable to parse certificate")
		case !c.BasicConstraintsValid || !c.IsCA:
			return nil, invalid(sayConstraints)
		case c.KeyUsage != 0 && c.KeyUsage&x509.KeyUsageCertSign == 0:
			return nil, invalid("Incorrect key usage for CA certificate")
		}
		all = append(all, c)
	}
}
