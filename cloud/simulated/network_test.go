package simulated_test

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"mooring/cloud/simulated"
)

func TestEveryHostOfTheCloudLeadsToTheSimulator(t *testing.T) {
	q := newQuay(t)
	client := q.client(t)
	answer, err := client.Get("https://api.quay.example/")
	if r, body := read(t, answer, err); r.StatusCode != 200 || !strings.Contains(body, `"api.quay.example"`) || r.Header.Get("Date") != "Wed, 01 Jul 2026 12:00:00 GMT" || r.TLS.PeerCertificates[0].Subject.CommonName != "Simulated Quay" {
		t.Errorf("%v answered %s", r.Header, body)
	}
	if q.Requests() != 1 {
		t.Errorf("it counts %d requests", q.Requests())
	}
	for _, address := range []string{"api.other.example:443", "api.quay.example:444", "api.quay.example"} {
		var missing *net.DNSError
		if _, err := q.Dial(t.Context(), "tcp", address); !errors.As(err, &missing) || !missing.IsNotFound {
			t.Errorf("%s leads somewhere: %v", address, err)
		}
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(q.CAPEM()) {
		t.Fatal("the authority isn't PEM text")
	}
	own := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12}}
	defer own.CloseIdleConnections()
	answer, err = (&http.Client{Transport: own}).Get(q.URL())
	read(t, answer, err)
}

func TestTheConfigurationOfTLSCanBeChanged(t *testing.T) {
	q := newQuay(t)
	certificate, err := simulated.NewAuthority("Ship", nil)
	ok(t, err)
	client, err := certificate.TLS().GetCertificate(&tls.ClientHelloInfo{})
	ok(t, err)
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: q.CA(), MinVersion: tls.VersionTLS12, Certificates: []tls.Certificate{*client}}, DialContext: q.Dial}
	defer transport.CloseIdleConnections()
	answer, err := (&http.Client{Transport: transport}).Get("https://api.quay.example/")
	if _, body := read(t, answer, err); !strings.Contains(body, `"certificates":1`) {
		t.Errorf("the client's certificate didn't arrive: %s", body)
	}
}

func TestTheProxyLeadsToTheSimulatorAlone(t *testing.T) {
	q := newQuay(t)
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: q.CA(), MinVersion: tls.VersionTLS12}, Proxy: func(*http.Request) (*url.URL, error) { return url.Parse(q.ProxyURL()) }}
	defer transport.CloseIdleConnections()
	client := &http.Client{Transport: transport}
	answer, err := client.Get("https://api.quay.example/")
	if r, _ := read(t, answer, err); r.StatusCode != 200 {
		t.Error(r.Status)
	}
	if _, err := client.Get("https://example.com/"); err == nil {
		t.Error("the proxy leads elsewhere")
	}
	answer, err = http.Get(q.ProxyURL())
	if r, _ := read(t, answer, err); r.StatusCode != http.StatusMethodNotAllowed {
		t.Errorf("the proxy answered %s", r.Status)
	}
}

func TestATakenAddressIsAnErrorAndNothingStaysOpen(t *testing.T) {
	q := newQuay(t)
	n := &simulated.Network{Cloud: "Quay", Hosts: func(string) bool { return false }, ConsoleListen: strings.TrimPrefix(q.ConsoleURL(), "http://")}
	if err := n.Start(http.NotFoundHandler(), http.NotFoundHandler()); err == nil {
		t.Fatal("it started at an address that is taken")
	}
	if _, err := net.Dial("tcp", strings.TrimPrefix(n.ProxyURL(), "http://")); err == nil {
		t.Error("the proxy still listens")
	}
	ok(t, n.Close())
}
