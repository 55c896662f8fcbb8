package azuresim

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"math/big"
	"net"
	"time"
)

// issuer is the certificate authority of one simulator with the one server
// certificate it issued. Both are valid for decades, so that the fixed clock
// of a demo lies inside.
type issuer struct {
	root   *x509.Certificate
	server tls.Certificate
}

func newIssuer() (*issuer, error) {
	rootKey, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	rootForm := serverForm(1, "Simulated Azure authority")
	rootForm.IsCA = true
	rootForm.KeyUsage = x509.KeyUsageCertSign
	root, err := issue(rootForm, rootForm, &rootKey.PublicKey, rootKey)
	if err != nil {
		return nil, err
	}
	leafKey, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	leafForm := serverForm(2, "Simulated Azure")
	leafForm.KeyUsage = x509.KeyUsageDigitalSignature
	leafForm.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}
	leafForm.DNSNames = []string{"localhost"}
	leafForm.IPAddresses = []net.IP{net.IPv4(127, 0, 0, 1)}
	leaf, err := issue(leafForm, root, &leafKey.PublicKey, rootKey)
	if err != nil {
		return nil, err
	}
	return &issuer{
		root:   root,
		server: tls.Certificate{Certificate: [][]byte{leaf.Raw}, PrivateKey: leafKey, Leaf: leaf},
	}, nil
}

func serverForm(serial int64, name string) *x509.Certificate {
	return &x509.Certificate{
		SerialNumber:          big.NewInt(serial),
		Subject:               pkix.Name{CommonName: name},
		NotBefore:             time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC),
		NotAfter:              time.Date(2049, 12, 31, 23, 59, 59, 0, time.UTC),
		BasicConstraintsValid: true,
	}
}

func issue(form, parent *x509.Certificate, public *ecdsa.PublicKey, signer *ecdsa.PrivateKey) (*x509.Certificate, error) {
	der, err := x509.CreateCertificate(rand.Reader, form, parent, public, signer)
	if err != nil {
		return nil, err
	}
	return x509.ParseCertificate(der)
}

// tlsConfig is for one server. With askClient it asks for a client certificate
// and accepts any, because who is known is decided by the request.
func (i *issuer) tlsConfig(askClient bool) *tls.Config {
	c := &tls.Config{Certificates: []tls.Certificate{i.server}, MinVersion: tls.VersionTLS12}
	if askClient {
		c.ClientAuth = tls.RequestClientCert
	}
	return c
}
