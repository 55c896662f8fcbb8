package oidc

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"
)

const (
	bodyLimit = 1 << 20 // bytes of one answer; a user of a thousand groups needs some ten thousand
	timeLimit = 10 * time.Second
)

var (
	errRedirected = errors.New("it sent us elsewhere")
	errTooLarge   = errors.New("its answer is too large")
)

// Guard gives a client for talking to a provider: it does not follow
// redirects, which would carry secrets along, and bounds the time and the size
// of an answer. An answer of 429 or of 500 and above is none. The client may be
// nil, and so may roots.
func Guard(client *http.Client, roots *x509.CertPool) (*http.Client, error) {
	guarded := http.Client{Timeout: timeLimit}
	base := http.DefaultTransport
	if client != nil && client.Transport != nil {
		base = client.Transport
	}
	if client != nil && client.Timeout > 0 {
		guarded.Timeout = min(client.Timeout, timeLimit)
	}
	if roots != nil {
		plain, ok := base.(*http.Transport)
		if !ok {
			return nil, fmt.Errorf("a transport of type %T takes no certificates", base)
		}
		trusting := plain.Clone()
		if trusting.TLSClientConfig == nil {
			trusting.TLSClientConfig = &tls.Config{MinVersion: tls.VersionTLS12}
		}
		trusting.TLSClientConfig.RootCAs = roots
		base = trusting
	}
	guarded.Transport = guard{base}
	guarded.CheckRedirect = func(*http.Request, []*http.Request) error { return errRedirected }
	return &guarded, nil
}

type guard struct{ base http.RoundTripper }

func (g guard) RoundTrip(r *http.Request) (*http.Response, error) {
	answer, err := g.base.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	if answer.StatusCode >= 500 || answer.StatusCode == http.StatusTooManyRequests {
		_ = answer.Body.Close()
		return nil, fmt.Errorf("it answered %d", answer.StatusCode)
	}
	answer.Body = &bounded{answer.Body, bodyLimit}
	return answer, nil
}

// bounded fails where io.LimitReader would end, so that half an answer is
// never taken for a whole one.
type bounded struct {
	io.ReadCloser
	left int
}

func (b *bounded) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if b.left -= n; b.left < 0 {
		return 0, errTooLarge
	}
	return n, err
}
