package azure

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"sync"
	"time"

	"mooring/cloud/wire"
)

// hostsOf lists the hosts of the environments, which are all that a request may
// go to, whatever an answer says.
func hostsOf(environments []Environment) map[string]bool {
	hosts := map[string]bool{}
	for _, e := range environments {
		for _, endpoint := range []string{e.Authority, e.ResourceManager, e.Classic, e.Graph} {
			if u, err := url.Parse(endpoint); err == nil && u.Scheme == "https" && u.Host != "" {
				hosts[u.Host] = true
			}
		}
	}
	return hosts
}

// newClient makes a client that asks Azure's hosts only, follows no redirect,
// reads no endless answer and, if certificate is set, shows it to whoever asks.
func (a *Azure) newClient(certificate *tls.Certificate) *http.Client {
	settings := &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: a.roots, Time: a.now}
	if certificate != nil {
		settings.Certificates = []tls.Certificate{*certificate}
		// Service management asks for the certificate after the handshake.
		settings.Renegotiation = tls.RenegotiateOnceAsClient
	}
	return &http.Client{
		Transport: transport{a.hosts, a.trouble, &http.Transport{
			Proxy:                  http.ProxyFromEnvironment,
			OnProxyConnectResponse: wire.ProxyAnswered,
			DialContext:            (&net.Dialer{Timeout: connectTimeout}).DialContext,
			TLSClientConfig:        settings,
			TLSHandshakeTimeout:    connectTimeout,
			ResponseHeaderTimeout:  tryTimeout,
			MaxIdleConnsPerHost:    4,
			IdleConnTimeout:        time.Minute,
			ForceAttemptHTTP2:      certificate == nil, // renegotiation is not allowed in HTTP/2
		}},
		CheckRedirect: func(*http.Request, []*http.Request) error {
			return http.ErrUseLastResponse
		},
	}
}

// transport stands between everything here and the network.
type transport struct {
	hosts   map[string]bool
	trouble func(*http.Request) string
	next    *http.Transport
}

// RoundTrip implements http.RoundTripper. It refuses hosts that are not Azure's,
// bounds answers, and leaves out a byte-order mark.
func (t transport) RoundTrip(r *http.Request) (*http.Response, error) {
	if err := wire.Allow(r, "Azure", t.hosts, t.trouble); err != nil {
		return nil, traced(r.Context(), err)
	}
	answer, err := t.next.RoundTrip(r)
	if err != nil {
		return nil, traced(r.Context(), err)
	}
	if t, ok := r.Context().Value(traceKey{}).(*trace); ok {
		t.keep(answer.Header)
	}
	answer.Body = withoutMark(&boundedBody{ReadCloser: answer.Body, left: maxAnswer})
	return answer, nil
}

// CloseIdleConnections lets http.Client close the connections beneath.
func (t transport) CloseIdleConnections() { t.next.CloseIdleConnections() }

// trace keeps the ids by which Azure's support finds the last answer, and why
// there was none: the SDK tells some causes in plain text only.
type trace struct {
	mu                   sync.Mutex
	request, correlation string
	failure              error
}

type traceKey struct{}

func (t *trace) keep(header http.Header) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.request = header.Get("x-ms-request-id")
	t.correlation = cmp.Or(header.Get("x-ms-correlation-request-id"), header.Get("client-request-id"))
	t.failure = nil
}

// cause is why the last request got no answer, or nil.
func (t *trace) cause() error {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.failure
}

// traced keeps a failure of the transport and returns it.
func traced(ctx context.Context, failure error) error {
	if t, ok := ctx.Value(traceKey{}).(*trace); ok {
		t.mu.Lock()
		defer t.mu.Unlock()
		t.failure = failure
	}
	return failure
}

var errTooLong = errors.New("azure: the answer is longer than 1 MiB")

type boundedBody struct {
	io.ReadCloser
	left int
}

func (b *boundedBody) Read(p []byte) (int, error) {
	if b.left <= 0 {
		return 0, errTooLong
	}
	n, err := b.ReadCloser.Read(p[:min(len(p), b.left)])
	b.left -= n
	return n, err
}

// withoutMark leaves out the byte-order mark that some answers begin with, and
// that no JSON reader takes.
func withoutMark(body io.ReadCloser) io.ReadCloser {
	return &markedBody{body, bufio.NewReader(body), true}
}

type markedBody struct {
	io.Closer
	buffered *bufio.Reader
	begin    bool
}

var byteOrderMark = []byte("\xef\xbb\xbf")

func (b *markedBody) Read(p []byte) (int, error) {
	if b.begin {
		b.begin = false
		if start, _ := b.buffered.Peek(len(byteOrderMark)); bytes.Equal(start, byteOrderMark) {
			_, _ = b.buffered.Discard(len(byteOrderMark))
		}
	}
	return b.buffered.Read(p)
}
