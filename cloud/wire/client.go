// Package wire sends the requests of a cloud: to the hosts that the cloud lists and
// nowhere else, bounded in time and in bytes, and without following redirects. An
// answer that isn't the one that was asked for has one shape, whichever cloud or proxy
// it is from: a Refusal.
package wire

import (
	"bytes"
	"cmp"
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"net"
	"net/http"
	"time"
)

// The times that somebody waits at most.
const (
	usualTimeout   = 8 * time.Second // one request
	connectTimeout = 5 * time.Second
)

// MaxAnswer bounds what is read of one answer, in bytes.
const MaxAnswer = 1 << 20

// Options say which cloud a client is for.
type Options struct {
	Cloud   string          // in the text of errors: "AWS"
	Hosts   map[string]bool // that requests may go to, over HTTPS; with the port unless it is 443
	Roots   *x509.CertPool  // nil: the machine's own
	Timeout time.Duration   // for one request; 0: 8 seconds

	// Dial connects to the host of a request. With nil, the network does, through the
	// proxy that the environment names. The requests are the same either way.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)

	// Trouble gives the code of what keeps a request from being sent, for a demo, such
	// as NameNotFound; empty: nothing does. nil: nothing ever does.
	Trouble func(*http.Request) (code string)

	// Read reads what the cloud says in an answer that isn't a success: Code, Message,
	// RequestID and Throttled, as far as they can be read. Client.Do adds the rest.
	Read func(Answer) Refusal

	// RequestID gives the ID by which the cloud's support finds a request. nil: none does.
	RequestID func(http.Header) string
}

// Client sends requests to one cloud. It holds no secret and may be shared.
type Client struct {
	options Options
	http    *http.Client
}

// NewClient makes a Client.
func NewClient(o Options) *Client {
	o.Timeout = cmp.Or(o.Timeout, usualTimeout)
	return &Client{o, newHTTPClient(o, nil)}
}

// With is a Client that shows a certificate to hosts that ask for one. Its connections
// are its own; Close ends them.
func (c *Client) With(certificate tls.Certificate) *Client {
	return &Client{c.options, newHTTPClient(c.options, &certificate)}
}

// Close ends the connections that are idle.
func (c *Client) Close() { c.http.CloseIdleConnections() }

// HTTP is the client beneath, for libraries that send requests themselves: it keeps to
// the hosts, but bounds neither the time nor the answer.
func (c *Client) HTTP() *http.Client { return c.http }

// Answer is an entire answer.
type Answer struct {
	Status int // of HTTP
	Header http.Header
	Body   []byte // without a byte-order mark
}

// requestIDKey is the key of a *string in a context.
type requestIDKey struct{}

// KeepRequestID has Do write the ID of the last request that was answered to id.
func KeepRequestID(ctx context.Context, id *string) context.Context {
	return context.WithValue(ctx, requestIDKey{}, id)
}

// Do sends a request and reads the answer. What isn't a success is a *Refusal, and so
// is a failure on the way.
func (c *Client) Do(ctx context.Context, r *http.Request) (Answer, error) {
	ctx, cancel := context.WithTimeout(ctx, c.options.Timeout)
	defer cancel()
	r.Header.Set("User-Agent", "Mooring")
	response, err := c.http.Do(r.WithContext(ctx))
	if err != nil {
		return Answer{}, Unanswered(err)
	}
	defer response.Body.Close() //nolint:errcheck // it was read
	if id, ok := ctx.Value(requestIDKey{}).(*string); ok {
		*id = c.requestID(response.Header)
	}
	body, err := io.ReadAll(io.LimitReader(response.Body, MaxAnswer+1))
	if err == nil && len(body) > MaxAnswer {
		err = errTooLong
	}
	if err != nil && response.StatusCode/100 == 2 {
		return Answer{}, Unanswered(err)
	}
	a := Answer{response.StatusCode, response.Header, bytes.TrimPrefix(body, byteOrderMark)}
	if a.Status/100 != 2 {
		return a, c.Refuse(a)
	}
	return a, nil
}

var byteOrderMark = []byte("\xef\xbb\xbf")

func (c *Client) requestID(h http.Header) string {
	if c.options.RequestID == nil {
		return ""
	}
	return c.options.RequestID(h)
}

func newHTTPClient(o Options, certificate *tls.Certificate) *http.Client {
	settings := &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: o.Roots}
	if certificate != nil {
		// Whatever the other side says about the issuers that it takes.
		settings.GetClientCertificate = func(*tls.CertificateRequestInfo) (*tls.Certificate, error) { return certificate, nil }
	}
	network := &http.Transport{
		TLSClientConfig:        settings,
		TLSHandshakeTimeout:    connectTimeout,
		MaxIdleConnsPerHost:    4,
		MaxResponseHeaderBytes: 64 << 10,
		IdleConnTimeout:        time.Minute,
		ForceAttemptHTTP2:      true,
		DialContext:            o.Dial,
	}
	if o.Dial == nil {
		network.DialContext = (&net.Dialer{Timeout: connectTimeout}).DialContext
		network.Proxy = http.ProxyFromEnvironment
		network.OnProxyConnectResponse = ProxyAnswered
	}
	return &http.Client{
		Transport:     transport{o, network},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// transport stands between everything here and the network.
type transport struct {
	Options
	next *http.Transport
}

// RoundTrip implements http.RoundTripper.
func (t transport) RoundTrip(r *http.Request) (*http.Response, error) {
	if err := Allow(r, t.Cloud, t.Hosts, t.Trouble); err != nil {
		return nil, err
	}
	return t.next.RoundTrip(r)
}

// CloseIdleConnections lets http.Client close the connections beneath.
func (t transport) CloseIdleConnections() { t.next.CloseIdleConnections() }

// Allow gives why a request must not be sent: its host isn't one of the cloud's, or
// trouble, which may be nil, gives a code for it.
func Allow(r *http.Request, cloud string, hosts map[string]bool, trouble func(*http.Request) string) error {
	if r.URL.Scheme != "https" || !hosts[r.URL.Host] || r.Host != "" && r.Host != r.URL.Host {
		return foreignHostError{cloud, r.URL.Host}
	}
	if trouble == nil {
		return nil
	}
	return troubleOf(trouble(r))
}

// foreignHostError is a request to a host that the cloud doesn't list. An answer has
// sent it there.
type foreignHostError struct{ cloud, host string }

func (e foreignHostError) Error() string {
	return fmt.Sprintf("wire: %q is not a host of %s", e.host, e.cloud)
}

// proxyError is how a proxy answered when it should have connected to the cloud.
type proxyError struct{ status int }

func (e proxyError) Error() string {
	return fmt.Sprintf("wire: the proxy answered with status %d", e.status)
}
