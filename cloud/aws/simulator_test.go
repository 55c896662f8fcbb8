package aws_test

import (
	"bytes"
	"crypto/tls"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"mooring/cloud/aws"
	"mooring/cloud/aws/awssim"
)

// post sends a CreateSession of the test's own to the simulator's own address.
func (w world) post(query url.Values, body any, identity tls.Certificate, change func(*http.Request)) (int, string) {
	w.t.Helper()
	raw, err := json.Marshal(body)
	ok(w.t, err)
	r, err := http.NewRequest(http.MethodPost, w.URL()+"/sessions?"+strings.ReplaceAll(query.Encode(), "+", "%20"), bytes.NewReader(raw))
	ok(w.t, err)
	r.Header.Set("Content-Type", "application/json")
	ok(w.t, aws.SignX509(r, raw, identity, "eu-central-1", time.Now()))
	if change != nil {
		change(r)
	}
	return w.do(r)
}

func (w world) do(r *http.Request) (int, string) {
	w.t.Helper()
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: w.CA(), MinVersion: tls.VersionTLS12}}
	defer transport.CloseIdleConnections()
	answer, err := (&http.Client{Transport: transport}).Do(r)
	ok(w.t, err)
	defer answer.Body.Close() //nolint:errcheck // a test
	body, err := io.ReadAll(answer.Body)
	ok(w.t, err)
	return answer.StatusCode, string(body)
}

func TestTheSimulatorTakesTheARNsInQueryAndBody(t *testing.T) {
	w := newWorld(t)
	a := newAuthority(t, elliptical(t))
	access, identity := w.link(awssim.Working, a), a.leaf(elliptical(t), nil)
	inBody := map[string]any{"trustAnchorArn": access.TrustAnchor.String(), "profileArn": access.Profile.String(), "roleArn": access.Role.String(), "durationSeconds": 900}
	inQuery := url.Values{"trustAnchorArn": {access.TrustAnchor.String()}, "profileArn": {access.Profile.String()}, "roleArn": {access.Role.String()}}
	other := url.Values{"roleArn": {access.Role.String() + "-2"}}
	for name, try := range map[string]struct {
		query  url.Values
		body   any
		status int
	}{
		"body":                    {nil, inBody, 201},
		"query":                   {inQuery, map[string]any{"durationSeconds": 900}, 201},
		"both":                    {inQuery, inBody, 201},
		"both, differing":         {other, inBody, 400},
		"neither":                 {nil, map[string]any{}, 400},
		"too short":               {inQuery, map[string]any{"durationSeconds": 899}, 400},
		"too long":                {inQuery, map[string]any{"durationSeconds": 43201}, 400},
		"longer than the profile": {inQuery, map[string]any{"durationSeconds": 43200}, 201},
		"with a session name":     {inQuery, map[string]any{"roleSessionName": "me"}, 403},
	} {
		if status, body := w.post(try.query, try.body, identity, nil); status != try.status {
			t.Errorf("%s: %d %s", name, status, body)
		}
	}
}

func TestTheSimulatorTakesReplaysAndNoChanges(t *testing.T) {
	w := newWorld(t)
	a := newAuthority(t, elliptical(t))
	access, identity := w.link(awssim.Working, a), a.leaf(elliptical(t), nil)
	query := url.Values{"trustAnchorArn": {access.TrustAnchor.String()}, "profileArn": {access.Profile.String()}, "roleArn": {access.Role.String()}}
	var signed *http.Request
	status, body := w.post(query, map[string]any{}, identity, func(r *http.Request) { signed = r })
	if status != 201 {
		t.Fatal(status, body)
	}
	signed.Body, _ = signed.GetBody()
	if status, body = w.do(signed); status != 201 {
		t.Errorf("the same request again: %d %s", status, body)
	}
	other := a.leaf(elliptical(t), nil)
	for name, change := range map[string]func(*http.Request){
		"another query": func(r *http.Request) { r.URL.RawQuery += "&durationSeconds=3600" },
		"another body":  func(r *http.Request) { r.Body, r.ContentLength = io.NopCloser(strings.NewReader("{ }")), 3 },
		"another type":  func(r *http.Request) { r.Header.Set("Content-Type", "text/plain") },
		"another date": func(r *http.Request) {
			r.Header.Set("X-Amz-Date", time.Now().UTC().Add(time.Second).Format("20060102T150405Z"))
		},
		"another leaf":         func(r *http.Request) { r.Header.Set("X-Amz-X509", encoded(other)) },
		"a chain, unsigned":    func(r *http.Request) { r.Header.Set("X-Amz-X509-Chain", encoded(other)) },
		"another serial":       func(r *http.Request) { replace(r, "Credential=", "Credential=1") },
		"another region":       func(r *http.Request) { replace(r, "eu-central-1", "eu-west-1") },
		"another algorithm":    func(r *http.Request) { replace(r, "ECDSA", "RSA") },
		"no Authorization":     func(r *http.Request) { r.Header.Del("Authorization") },
		"a signature cut off":  func(r *http.Request) { r.Header.Set("Authorization", r.Header.Get("Authorization")[:300]) },
		"headers out of order": func(r *http.Request) { replace(r, "content-type;host", "host;content-type") },
	} {
		if status, body := w.post(query, map[string]any{}, identity, change); status == 201 {
			t.Errorf("%s: %d %s", name, status, body)
		}
	}
}

func replace(r *http.Request, old, with string) {
	r.Header.Set("Authorization", strings.Replace(r.Header.Get("Authorization"), old, with, 1))
}
