package aws

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"net/http"
	"strings"
	"time"
)

// longestChain is how many certificates besides the leaf AWS takes.
const longestChain = 5

// timeFormat is how a request says when it was signed.
const timeFormat = "20060102T150405Z"

// signX509 signs a request to IAM Roles Anywhere with the private key of a
// certificate: SigV4, with the certificate in place of an access key. The body is
// signed too. identity holds the leaf, then what leads to the trust anchor.
//
// https://docs.aws.amazon.com/rolesanywhere/latest/userguide/authentication-sign-process.html
func signX509(r *http.Request, body []byte, identity tls.Certificate, region string, now time.Time) error {
	leaf, chain, err := certificatesOf(identity)
	if err != nil {
		return err
	}
	signer, ok := identity.PrivateKey.(crypto.Signer)
	if !ok {
		return errors.New("aws: the key doesn't sign")
	}
	algorithm, err := algorithmFor(signer.Public())
	if err != nil {
		return err
	}
	date := now.UTC().Format(timeFormat)
	r.Header.Set("X-Amz-Date", date)
	r.Header.Set("X-Amz-X509", base64.StdEncoding.EncodeToString(leaf.Raw))
	signed := []string{"content-type", "host", "x-amz-date", "x-amz-x509"}
	if len(chain) > 0 {
		r.Header.Set("X-Amz-X509-Chain", strings.Join(chain, ","))
		signed = append(signed, "x-amz-x509-chain")
	}
	scope := date[:8] + "/" + region + "/" + string(RolesAnywhere) + "/aws4_request"
	toSign := algorithm + "\n" + date + "\n" + scope + "\n" + hexSHA256(canonicalRequest(r, body, signed))
	digest := sha256.Sum256([]byte(toSign))
	signature, err := signer.Sign(rand.Reader, digest[:], crypto.SHA256)
	if err != nil {
		return err
	}
	r.Header.Set("Authorization", algorithm+" Credential="+leaf.SerialNumber.String()+"/"+scope+
		", SignedHeaders="+strings.Join(signed, ";")+", Signature="+hex.EncodeToString(signature))
	return nil
}

// certificatesOf gives the leaf, and the rest as the header takes it. The trust
// anchor itself, which signed itself, is left out: AWS has it.
func certificatesOf(identity tls.Certificate) (leaf *x509.Certificate, chain []string, err error) {
	if len(identity.Certificate) == 0 {
		return nil, nil, errors.New("aws: no certificate to sign with")
	}
	leaf, err = x509.ParseCertificate(identity.Certificate[0])
	if err != nil {
		return nil, nil, err
	}
	for _, der := range identity.Certificate[1:] {
		c, err := x509.ParseCertificate(der)
		if err != nil {
			return nil, nil, err
		}
		if !bytes.Equal(c.RawIssuer, c.RawSubject) {
			chain = append(chain, base64.StdEncoding.EncodeToString(der))
		}
	}
	if len(chain) > longestChain {
		return nil, nil, errors.New("aws: the chain of certificates is too long")
	}
	return leaf, chain, nil
}

func algorithmFor(key crypto.PublicKey) (string, error) {
	switch key.(type) {
	case *rsa.PublicKey:
		return "AWS4-X509-RSA-SHA256", nil
	case *ecdsa.PublicKey:
		return "AWS4-X509-ECDSA-SHA256", nil
	}
	return "", errors.New("aws: neither an RSA key nor an elliptic one")
}

// canonicalRequest spells a request as it is signed. signed is in alphabetical
// order, and so is the query.
func canonicalRequest(r *http.Request, body []byte, signed []string) string {
	var b strings.Builder
	b.WriteString(r.Method + "\n" + r.URL.EscapedPath() + "\n" + r.URL.RawQuery + "\n")
	for _, name := range signed {
		value := r.Header.Get(name)
		if name == "host" {
			value = r.URL.Host
		}
		b.WriteString(name + ":" + strings.Join(strings.Fields(value), " ") + "\n")
	}
	b.WriteString("\n" + strings.Join(signed, ";") + "\n" + hexSHA256(string(body)))
	return b.String()
}

func hexSHA256(s string) string {
	sum := sha256.Sum256([]byte(s))
	return hex.EncodeToString(sum[:])
}
