package simulated

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"sync"
	"time"
)

// Authority is the certificate authority of one simulator. It makes a certificate for
// each host when somebody first connects to it. All are valid for decades, so that the
// fixed clock of a demo lies inside.
type Authority struct {
	name    string
	exists  func(host string) bool
	root    *x509.Certificate
	rootKey *ecdsa.PrivateKey

	mu    sync.Mutex
	hosts map[string]*tls.Certificate
}

// NewAuthority makes an authority whose server certificates have the common name. exists
// says which hosts the cloud has; nil means none but this computer, which every authority
// serves as localhost and 127.0.0.1.
func NewAuthority(commonName string, exists func(host string) bool) (*Authority, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	form := certificateForm(1, commonName+" authority")
	form.IsCA = true
	form.KeyUsage = x509.KeyUsageCertSign
	der, err := x509.CreateCertificate(rand.Reader, form, form, &key.PublicKey, key)
	if err != nil {
		return nil, err
	}
	root, err := x509.ParseCertificate(der)
	if exists == nil {
		exists = func(string) bool { return false }
	}
	return &Authority{name: commonName, exists: exists, root: root, rootKey: key, hosts: map[string]*tls.Certificate{}}, err
}

func certificateForm(serial int64, name string) *x509.Certificate {
	return &x509.Certificate{
		SerialNumber:          big.NewInt(serial),
		Subject:               pkix.Name{CommonName: name},
		NotBefore:             time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC),
		NotAfter:              time.Date(2049, 12, 31, 23, 59, 59, 0, time.UTC),
		BasicConstraintsValid: true,
	}
}

// certificate is the one for a host of the cloud, or for this computer.
func (a *Authority) certificate(host string) (*tls.Certificate, error) {
	if !a.exists(host) {
		host = "localhost"
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if c := a.hosts[host]; c != nil {
		return c, nil
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	form := certificateForm(int64(len(a.hosts)+2), a.name)
	form.KeyUsage = x509.KeyUsageDigitalSignature
	form.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}
	form.DNSNames = []string{host}
	if host == "localhost" {
		form.IPAddresses = []net.IP{net.IPv4(127, 0, 0, 1)}
	}
	der, err := x509.CreateCertificate(rand.Reader, form, a.root, &key.PublicKey, a.rootKey)
	if err != nil {
		return nil, err
	}
	a.hosts[host] = &tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
	return a.hosts[host], nil
}

// TLS is the configuration of a server with the authority's certificates. Callers may
// change it, such as ClientAuth.
func (a *Authority) TLS() *tls.Config {
	return &tls.Config{
		MinVersion:     tls.VersionTLS12,
		GetCertificate: func(hello *tls.ClientHelloInfo) (*tls.Certificate, error) { return a.certificate(hello.ServerName) },
	}
}

// Root is the authority's own certificate.
func (a *Authority) Root() *x509.Certificate { return a.root }

// Pool holds the authority, for the client.
func (a *Authority) Pool() *x509.CertPool {
	pool := x509.NewCertPool()
	pool.AddCert(a.root)
	return pool
}

// PEM is the authority as text, for a program that reads it from a file.
func (a *Authority) PEM() []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: a.root.Raw})
}
