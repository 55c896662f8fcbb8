package wire_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"mooring/cloud/wire"
)

// harbor is a cloud with one host, which a handler answers for.
func harbor(t *testing.T, change func(*wire.Options), handler http.HandlerFunc) (*wire.Client, *httptest.Server) {
	t.Helper()
	server := httptest.NewUnstartedServer(handler)
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.TLS = &tls.Config{MinVersion: tls.VersionTLS12, ClientAuth: tls.RequestClientCert}
	server.StartTLS()
	t.Cleanup(server.Close)
	roots := x509.NewCertPool()
	roots.AddCert(server.Certificate())
	o := wire.Options{Cloud: "Harbor", Hosts: map[string]bool{"example.com": true}, Roots: roots, Timeout: 5 * time.Second,
		RequestID: func(h http.Header) string { return h.Get("X-Request-Id") },
		Read:      func(a wire.Answer) wire.Refusal { return wire.Refusal{Code: wire.ReadObject(a.Body).Text("code")} },
		Dial: func(ctx context.Context, network, _ string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, network, server.Listener.Addr().String())
		}}
	if change != nil {
		change(&o)
	}
	return wire.NewClient(o), server
}

func get(t *testing.T, c *wire.Client, address string) (wire.Answer, error) {
	t.Helper()
	r, err := http.NewRequest(http.MethodGet, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	return c.Do(t.Context(), r)
}

func refusal(t *testing.T, err error) *wire.Refusal {
	t.Helper()
	var r *wire.Refusal
	if !errors.As(err, &r) {
		t.Fatalf("%v isn't a refusal", err)
	}
	return r
}

func TestEveryRefusalHasAShape(t *testing.T) {
	for name, try := range map[string]struct {
		status        int
		header        http.Header
		body          string
		code          string
		passing, date bool
	}{
		"the cloud's code":     {400, nil, `{"code":"Sunken"}`, "Sunken", false, true},
		"trouble with a code":  {500, nil, `{"code":"Sunken"}`, "Sunken", true, true},
		"too many":             {429, nil, ``, wire.Throttled, true, true},
		"nothing to read":      {403, nil, `no`, wire.Refused, false, true},
		"a page in between":    {403, http.Header{"Content-Type": {"text/html"}}, `<html>`, wire.UnexpectedAnswer, false, true},
		"a page of the cloud":  {403, http.Header{"Content-Type": {"text/html"}, "X-Request-Id": {"r"}}, `<html>`, wire.Refused, false, true},
		"not found":            {404, nil, ``, wire.UnexpectedAnswer, false, true},
		"a redirect elsewhere": {302, http.Header{"Location": {"https://example.org/"}}, `{"code":"Sunken"}`, wire.UnexpectedAnswer, false, true},
	} {
		c, _ := harbor(t, nil, func(w http.ResponseWriter, _ *http.Request) {
			for key, values := range try.header {
				w.Header()[key] = values
			}
			w.WriteHeader(try.status)
			_, _ = io.WriteString(w, try.body)
		})
		_, err := get(t, c, "https://example.com/")
		if r := refusal(t, err); r.Code != try.code || r.Passing() != try.passing || r.Status != try.status || r.Date.IsZero() == try.date {
			t.Errorf("%s: %+v", name, r)
		}
	}
}

func TestOnlyTheHostsOfTheCloudAreAsked(t *testing.T) {
	asked := false
	c, _ := harbor(t, nil, func(http.ResponseWriter, *http.Request) { asked = true })
	for _, address := range []string{"https://example.org/", "http://example.com/", "https://example.com:8443/", "https://example.com.example.org/"} {
		if _, err := get(t, c, address); refusal(t, err).Code != wire.ForeignHost {
			t.Errorf("%s: %v", address, err)
		}
	}
	r, _ := http.NewRequest(http.MethodGet, "https://example.com/", nil)
	r.Host = "example.org"
	if _, err := c.Do(t.Context(), r); refusal(t, err).Code != wire.ForeignHost || asked {
		t.Errorf("with another Host: %v", err)
	}
	if _, err := get(t, c, "https://example.com/"); err != nil || !asked {
		t.Error(err)
	}
}

func TestAnswersAreBounded(t *testing.T) {
	length := wire.MaxAnswer
	c, _ := harbor(t, nil, func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, strings.Repeat("x", length)) })
	if a, err := get(t, c, "https://example.com/"); err != nil || len(a.Body) != length {
		t.Error(len(a.Body), err)
	}
	length++
	if _, err := get(t, c, "https://example.com/"); refusal(t, err).Code != wire.UnexpectedAnswer {
		t.Error(err)
	}
}

func TestACertificateIsShownToItsOwnConnectionsOnly(t *testing.T) {
	var shown int
	c, server := harbor(t, nil, func(_ http.ResponseWriter, r *http.Request) { shown = len(r.TLS.PeerCertificates) })
	with := c.With(server.TLS.Certificates[0])
	defer with.Close()
	for client, want := range map[*wire.Client]int{c: 0, with: 1} {
		if _, err := get(t, client, "https://example.com/"); err != nil || shown != want {
			t.Errorf("%d certificates, want %d: %v", shown, want, err)
		}
	}
}

func TestWhyNothingCame(t *testing.T) {
	for want, cause := range map[string]error{
		wire.NameNotFound: &url.Error{Op: "Get", Err: &net.OpError{Err: &net.DNSError{Err: "no such host", Name: "x", IsNotFound: true}}},
		wire.TimedOut:     &url.Error{Op: "Get", Err: &net.OpError{Err: &net.DNSError{Err: "i/o timeout", Name: "x", IsTimeout: true}}},
		wire.NotTrusted:   &url.Error{Op: "Get", Err: x509.HostnameError{Certificate: &x509.Certificate{}}},
		wire.NoAnswer:     errors.New("something else"),
	} {
		if got := wire.CodeOf(cause); got != want {
			t.Errorf("%v: %s, want %s", cause, got, want)
		}
	}
	for _, code := range []string{wire.NameNotFound, wire.NotTrusted, wire.ProxyRefused, wire.ProxyAuthorization} {
		c, _ := harbor(t, func(o *wire.Options) { o.Trouble = func(*http.Request) string { return strings.ToLower(code) } }, nil)
		if _, err := get(t, c, "https://example.com/"); refusal(t, err).Code != code || refusal(t, err).Unwrap() == nil {
			t.Errorf("%s: %v", code, err)
		}
	}
	for status, want := range map[int]string{407: wire.ProxyAuthorization, 403: wire.ProxyRefused, 504: wire.TimedOut, 502: wire.NoAnswer} {
		if got := wire.CodeOf(wire.ProxyAnswered(t.Context(), nil, nil, &http.Response{StatusCode: status})); got != want {
			t.Errorf("a proxy's %d is %s", status, got)
		}
	}
	if err := wire.ProxyAnswered(t.Context(), nil, nil, &http.Response{StatusCode: 200}); err != nil {
		t.Error(err)
	}
}

func TestNoPasswordOfAProxyIsLogged(t *testing.T) {
	malformed := errors.New(`Get "https://login.example/x": invalid proxy address "http://mooring:p@ss@word@proxy:80:80": parse "//mooring:p@ss@word@proxy:80:80": invalid port`)
	if got := wire.Loggable(malformed); strings.Contains(got, "p@ss") || strings.Contains(got, "word@") || !strings.Contains(got, "proxy:80:80") {
		t.Error(got)
	}
}

func TestAPauseIsReadInEveryForm(t *testing.T) {
	date := "Sun, 22 Nov 2026 09:00:00 GMT"
	for said, want := range map[string]time.Duration{"30": 30 * time.Second, "1.5": 1500 * time.Millisecond, "Sun, 22 Nov 2026 09:02:00 GMT": 2 * time.Minute,
		"99999999": 24 * time.Hour, "-5": 0, "soon": 0, "NaN": 0, "": 0} {
		if got := wire.RetryAfter(http.Header{"Retry-After": {said}, "Date": {date}}); got != want {
			t.Errorf("%q is %v, want %v", said, got, want)
		}
	}
}

func TestOddFieldsHideNoOthers(t *testing.T) {
	o := wire.ReadObject([]byte(`{"Code":7,"MESSAGE":" no ","n":"12","m":3.5,"deep":[[],{"a":"b"},7],"one":{"a":"c"},"all":["x",1,"y"],"yes":true,"maybe":"true"}`))
	if o.Text("code") != "" || o.Text("message") != "no" || o.Number("n") != 12 || o.Number("m") != 3.5 || o.Number("message") != 0 {
		t.Error(o)
	}
	if o.Object("deep").Text("a") != "b" || o.Object("one").Text("a") != "c" || len(o.Objects("code")) != 0 || o.Object("code").Object("x").Text("y") != "" {
		t.Error(o)
	}
	if !slices.Equal(o.Texts("all"), []string{"x", "y"}) || !o.Bool("yes") || o.Bool("maybe") {
		t.Error(o)
	}
	for _, odd := range []string{"", "null", "[]", "7", `{"a":`} {
		if wire.ReadObject([]byte(odd)) != nil {
			t.Errorf("%s is an object", odd)
		}
	}
}
