package azure

import (
	"bytes"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"mooring/cloud"
	"mooring/cloud/wire"
)

// logged has the stub's Azure write its log into the buffer that is returned.
func (s *stubAzure) logged() *bytes.Buffer {
	var log bytes.Buffer
	s.azure.log = slog.New(slog.NewTextHandler(&log, nil))
	return &log
}

// behind puts a proxy between the stub and its Azure.
func (s *stubAzure) behind(proxy *url.URL) {
	s.azure.client.Transport.(transport).next.Proxy = http.ProxyURL(proxy)
}

func TestWhyThereIsNoAnswerIsSaidAndLogged(t *testing.T) {
	for name, test := range map[string]struct {
		prepare func(t *testing.T, s *stubAzure)
		code    string
		cause   string // in the log
	}{
		"a certificate that nobody trusts": {func(_ *testing.T, s *stubAzure) {
			s.azure.client.Transport.(transport).next.TLSClientConfig.RootCAs = nil
		}, codeNotTrusted, "certificate"},
		"nobody listens": {func(_ *testing.T, s *stubAzure) { s.server.Close() }, codeNoAnswer, "refused"},
		"a proxy that wants a password": {func(t *testing.T, s *stubAzure) {
			s.behind(proxyThatSays(t, http.StatusProxyAuthRequired))
		}, codeProxyAuthorization, "status 407"},
		"a proxy that refuses": {func(t *testing.T, s *stubAzure) { s.behind(proxyThatSays(t, http.StatusForbidden)) }, codeProxyRefused, "status 403"},
		"a proxy that reaches nothing": {func(t *testing.T, s *stubAzure) {
			s.behind(proxyThatSays(t, http.StatusBadGateway))
		}, codeNoAnswer, "status 502"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newStub(t)
			test.prepare(t, s)
			log := s.logged()
			outcome, result, _ := s.check(t, true)
			if outcome != cloud.CouldNotCheck || result.Code != test.code {
				t.Errorf("it is %s with the code %q, want %q", outcome, result.Code, test.code)
			}
			if e := s.azure.Explain(result, cloud.Target{}); !e.Known || e.Fixer == cloud.FixedByOwner {
				t.Errorf("it is explained as %+v", e)
			}
			if said := log.String(); !strings.Contains(said, test.cause) || !strings.Contains(said, "code="+test.code) {
				t.Errorf("the log says %q, want %q in it", said, test.cause)
			}
			if strings.Contains(log.String(), "secret") {
				t.Error("the proxy's password is in the log")
			}
		})
	}
}

// proxyThatSays answers everything with a status. Its address holds a password.
func proxyThatSays(t *testing.T, status int) *url.URL {
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(status) }))
	t.Cleanup(proxy.Close)
	address, err := url.Parse(proxy.URL)
	if err != nil {
		t.Fatal(err)
	}
	address.User = url.UserPassword("mooring", "secret")
	return address
}

func TestAnswersThatCannotBeReadAreUnexpected(t *testing.T) {
	for _, cause := range []error{errTooLong, &json.SyntaxError{}, errors.New("unmarshalling type x")} {
		if got := codeOfCause(cause); got != codeUnexpectedAnswer {
			t.Errorf("%v: %s", cause, got)
		}
	}
}

// TestNothingIsSentToOtherHosts has the transport itself asked for one.
func TestNothingIsSentToOtherHosts(t *testing.T) {
	s := newStub(t)
	elsewhere := httptest.NewTLSServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("it was asked") }))
	t.Cleanup(elsewhere.Close)
	for _, address := range []string{elsewhere.URL, strings.Replace(s.server.URL, "https", "http", 1), "https://127.0.0.1", strings.Replace(s.server.URL, "127.0.0.1", "localhost", 1)} {
		answer, err := s.azure.client.Get(address)
		if err == nil {
			answer.Body.Close()
			t.Errorf("%s was asked", address)
		}
		if wire.CodeOf(err) != codeForeignHost {
			t.Errorf("%s: %v", address, err)
		}
	}
}
