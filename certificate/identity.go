package certificate

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
)

// Identity signs as an account or, with a leaf of an authority, as a link. It
// implements crypto.Signer, so that it serves for an assertion and for a TLS
// handshake; the private key is opened for one signature at a time and never leaves.
type Identity struct {
	Certificate Certificate
	chain       [][]byte // DER of what issued the certificate; empty: it signed itself
	key         opener
}

func newIdentity(c Certificate, open func() ([]byte, error)) (*Identity, error) {
	parsed, err := x509.ParseCertificate(c.DER)
	if err != nil {
		return nil, err
	}
	switch key := parsed.PublicKey.(type) {
	case *rsa.PublicKey:
	case *ecdsa.PublicKey:
		if key.Curve != elliptic.P256() {
			return nil, errors.New("certificate: not a P-256 certificate")
		}
	default:
		return nil, errors.New("certificate: neither an RSA certificate nor an elliptic one")
	}
	return &Identity{Certificate: c, key: opener{parsed.PublicKey, open}}, nil
}

// Public implements crypto.Signer. The key is an *rsa.PublicKey or, for a leaf of an
// authority, an *ecdsa.PublicKey.
func (i *Identity) Public() crypto.PublicKey { return i.key.Public() }

// Sign implements crypto.Signer.
func (i *Identity) Sign(random io.Reader, digest []byte, opts crypto.SignerOpts) ([]byte, error) {
	return i.key.Sign(random, digest, opts)
}

// TLS is the identity as a client certificate, with what issued it.
func (i *Identity) TLS() tls.Certificate {
	return tls.Certificate{Certificate: append([][]byte{i.Certificate.DER}, i.chain...), PrivateKey: i}
}

// opener opens a sealed private key for one signature at a time.
type opener struct {
	public crypto.PublicKey
	open   func() ([]byte, error) // the PKCS #8 key in clear; cleared after use
}

// Public implements crypto.Signer.
func (o *opener) Public() crypto.PublicKey { return o.public }

// Sign implements crypto.Signer. It signs only with the key of the certificate.
func (o *opener) Sign(random io.Reader, digest []byte, opts crypto.SignerOpts) ([]byte, error) {
	plain, err := o.open()
	if err != nil {
		return nil, err
	}
	defer clear(plain)
	key, err := x509.ParsePKCS8PrivateKey(plain)
	if err != nil {
		return nil, errors.New("certificate: the opened key is damaged")
	}
	signer, ok := key.(crypto.Signer)
	if !ok {
		return nil, errors.New("certificate: the opened key doesn't sign")
	}
	public, ok := signer.Public().(interface{ Equal(crypto.PublicKey) bool })
	if !ok || !public.Equal(o.public) {
		return nil, errors.New("certificate: the opened key is another certificate's")
	}
	return signer.Sign(random, digest, opts)
}
