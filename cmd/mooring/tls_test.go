package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"io"
	"math/big"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// selfSigned writes a certificate for 127.0.0.1 and its key.
func selfSigned(t *testing.T) (certFile, keyFile string, roots *x509.CertPool) {
	t.Helper()
	folder := t.TempDir()
	certFile, keyFile = filepath.Join(folder, "tls.pem"), filepath.Join(folder, "tls.key")
	roots = x509.NewCertPool()
	roots.AddCert(writePair(t, certFile, keyFile, time.Now().Add(time.Hour)))
	return certFile, keyFile, roots
}

// writePair writes a certificate that expires then, and its key, into these files.
func writePair(t *testing.T, certFile, keyFile string, expires time.Time) *x509.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	serial, err := rand.Int(rand.Reader, big.NewInt(1<<62))
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: serial, NotAfter: expires,
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	for file, block := range map[string]*pem.Block{certFile: {Type: "CERTIFICATE", Bytes: der}, keyFile: {Type: "PRIVATE KEY", Bytes: private}} {
		if err := os.WriteFile(file, pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	parsed, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return parsed
}

func TestServeWithItsOwnTLS(t *testing.T) {
	certFile, keyFile, roots := selfSigned(t)
	s := start(t, "serve", "--data", t.TempDir(), "--listen", "127.0.0.1:0", "--tls-cert", certFile, "--tls-key", keyFile)
	address := s.until(`^Mooring listens on (https://\S+)$`)
	setUp := s.until(`^  (https://\S+/setup/\S+)$`)
	client := browserOf(t)
	client.Transport = &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots}}
	form := url.Values{"email": {"ada@example.com"}, "name": {"Ada"}, "password": {"a long enough password"}}
	answer, _ := post(t, client, setUp, form)
	if answer.StatusCode != http.StatusOK || answer.TLS == nil || answer.Header.Get("Strict-Transport-Security") == "" {
		t.Errorf("answered %d %v", answer.StatusCode, answer.Header)
	}
	at, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	cookies := client.Jar.Cookies(at)
	if len(cookies) != 3 {
		t.Errorf("cookies %v, want those of the session, of the device and of the chosen account", cookies)
	}
	for _, c := range cookies {
		if !strings.HasPrefix(c.Name, "__Host-mooring_") {
			t.Errorf("the cookie %s is not bound to the host", c.Name)
		}
	}
	if code, _, stderr := program(t, nil, "health", "--listen", at.Host, "--tls-cert", certFile, "--tls-key", keyFile); code != exitOK {
		t.Errorf("health: exit %d, %s", code, stderr)
	}
}

// sendHalf starts a server and sends it the beginning of a request.
func sendHalf(t *testing.T, half string) (*running, *url.URL, net.Conn) {
	t.Helper()
	s := start(t, "serve", "--data", t.TempDir(), "--listen", "127.0.0.1:0")
	address, err := url.Parse(s.until(`^Mooring listens on (http://\S+)$`))
	if err != nil {
		t.Fatal(err)
	}
	connection, err := net.Dial("tcp", address.Host)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = connection.Close() })
	if _, err := connection.Write([]byte(strings.ReplaceAll(half, "HOST", address.Host))); err != nil {
		t.Fatal(err)
	}
	return s, address, connection
}

func TestASlowClientIsCutOff(t *testing.T) {
	t.Parallel()
	_, _, connection := sendHalf(t, "GET / HTTP/1.1\r\nHost: HOST\r\n")
	if err := connection.SetReadDeadline(time.Now().Add(5 * time.Minute)); err != nil {
		t.Fatal(err)
	}
	_, err := io.Copy(io.Discard, connection) // to the end of the connection
	if timeout, ok := err.(net.Error); ok && timeout.Timeout() {
		t.Error("the connection is still open")
	}
}

func TestAHalfSentBodyDoesNotHoldUpTheEnd(t *testing.T) {
	t.Parallel()
	s, address, _ := sendHalf(t, "POST /login HTTP/1.1\r\nHost: HOST\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 100\r\n\r\nemail=")
	if answer, err := http.Get(address.String() + "/healthz"); err != nil || answer.StatusCode != http.StatusOK { // it has been seen by now
		t.Fatalf("%v %v", answer, err)
	}
	if code := s.stop(); code != exitOK {
		t.Errorf("it ended with %d: %s", code, s.stderr)
	}
}
