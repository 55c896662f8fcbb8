package certificate

import (
	"crypto"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
)

// Identity signs as an account. It implements crypto.Signer, so that it serves
// for an assertion and for a TLS handshake; the private key is opened for one
// signature at a time and never leaves.
type Identity struct {
	Certificate Certificate
	public      *rsa.PublicKey
	open        func() ([]byte, error) // the PKCS #8 key in clear; cleared after use
}

func newIdentity(c Certificate, open func() ([]byte, error)) (*Identity, error) {
	parsed, err := x509.ParseCertificate(c.DER)
	if err != nil {
		return nil, err
	}
	public, ok := parsed.PublicKey.(*rsa.PublicKey)
	if !ok {
		return nil, errors.New("certificate: not an RSA certificate")
	}
	return &Identity{Certificate: c, public: public, open: open}, nil
}

// Public implements crypto.Signer.
func (i *Identity) Public() crypto.PublicKey { return i.public }

// Sign implements crypto.Signer.
func (i *Identity) Sign(random io.Reader, digest []byte, opts crypto.SignerOpts) ([]byte, error) {
	plain, err := i.open()
	if err != nil {
		return nil, err
	}
	defer clear(plain)
	key, err := x509.ParsePKCS8PrivateKey(plain)
	if err != nil {
		return nil, errors.New("certificate: the opened key is damaged")
	}
	signer, ok := key.(*rsa.PrivateKey)
	if !ok {
		return nil, errors.New("certificate: the opened key is not RSA")
	}
	return signer.Sign(random, digest, opts)
}

// TLS is the identity as a client certificate.
func (i *Identity) TLS() tls.Certificate {
	return tls.Certificate{Certificate: [][]byte{i.Certificate.DER}, PrivateKey: i}
}
