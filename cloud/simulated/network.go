package simulated

import (
	"cmp"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
)

// Network is all that a simulated cloud listens on: one TLS server that is every host of
// the cloud, a proxy that leads there, and the console. Set the exported fields and call
// Start; the other methods are for afterwards. A simulator can embed it.
type Network struct {
	Cloud         string                 // as in "Simulated AWS", the common name of its certificates
	Hosts         func(host string) bool // says which hosts the cloud has
	TLS           func(*tls.Config)      // changes the TLS server's configuration, such as ClientAuth; nil: nothing to change
	Listen        string                 // address of the TLS server; "" means "127.0.0.1:0"
	ProxyListen   string                 // address of the proxy; "" means "127.0.0.1:0"
	ConsoleListen string                 // address of the console; "" means "127.0.0.1:0"

	authority            *Authority
	main, proxy, console *Server
	requests             atomic.Int64
	stop                 chan struct{}
	close                sync.Once
}

// Start makes the certificate authority and listens. services answers every host of the
// cloud, and console the console's address. The caller closes the Network.
func (n *Network) Start(services, console http.Handler) (err error) {
	n.stop = make(chan struct{})
	if n.authority, err = NewAuthority("Simulated "+n.Cloud, n.Hosts); err != nil {
		return err
	}
	config := n.authority.TLS()
	if n.TLS != nil {
		n.TLS(config)
	}
	for _, one := range []struct {
		server  **Server
		address string
		config  *tls.Config
	}{{&n.main, n.Listen, config}, {&n.proxy, n.ProxyListen, nil}, {&n.console, n.ConsoleListen, nil}} {
		if *one.server, err = Listen(cmp.Or(one.address, "127.0.0.1:0"), one.config); err != nil {
			return errors.Join(err, n.Close())
		}
	}
	n.console.Serve(console)
	n.proxy.Serve(http.HandlerFunc(n.tunnel))
	// It counts a request before the answer leaves, so that who has the answer sees the count.
	n.main.Serve(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		n.requests.Add(1)
		services.ServeHTTP(w, r)
	}))
	return nil
}

// Close ends every connection and every server. It may be called twice.
func (n *Network) Close() error {
	var err error
	n.close.Do(func() {
		close(n.stop)
		for _, s := range []*Server{n.main, n.proxy, n.console} {
			if s != nil {
				err = errors.Join(err, s.Close())
			}
		}
	})
	return err
}

// Done is closed when Close is called, for Reply.Send.
func (n *Network) Done() <-chan struct{} { return n.stop }

// URL is the address of the TLS server, as https://host:port.
func (n *Network) URL() string { return "https://" + n.main.Address() }

// ProxyURL is the address of a proxy that leads every host of the cloud to the simulator
// and refuses all others.
func (n *Network) ProxyURL() string { return "http://" + n.proxy.Address() }

// ConsoleURL is the address of the simulated console, as http://host:port.
func (n *Network) ConsoleURL() string { return "http://" + n.console.Address() }

// Dial connects to the simulator if the address is port 443 of a host of the cloud.
func (n *Network) Dial(ctx context.Context, network, address string) (net.Conn, error) {
	host, port, err := net.SplitHostPort(address)
	if err != nil || port != "443" || !n.Hosts(host) {
		return nil, &net.DNSError{Err: "no such host", Name: host, IsNotFound: true}
	}
	var d net.Dialer
	return d.DialContext(ctx, network, n.main.Address())
}

// CA holds the authority that issues the certificates of the TLS server.
func (n *Network) CA() *x509.CertPool { return n.authority.Pool() }

// CAPEM is that authority as PEM text, for a program that reads it from a file.
func (n *Network) CAPEM() []byte { return n.authority.PEM() }

// Requests is the number of requests to the TLS server since Start.
func (n *Network) Requests() int64 { return n.requests.Load() }
