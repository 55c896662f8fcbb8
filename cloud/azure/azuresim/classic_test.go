package azuresim

import (
	"crypto/tls"
	"encoding/xml"
	"io"
	"net/http"
	"testing"
	"time"
)

// askClassic makes one request with a client certificate, or without one.
func (s *stage) askClassic(p *pair, method, path, version string) answered {
	s.t.Helper()
	config := &tls.Config{RootCAs: s.CA()}
	if p != nil {
		config.Certificates = []tls.Certificate{{Certificate: [][]byte{p.cert.Raw}, PrivateKey: p.key}}
	}
	transport := &http.Transport{TLSClientConfig: config, DisableKeepAlives: true}
	r, err := http.NewRequestWithContext(s.t.Context(), method, s.Endpoints("public").Classic+path, nil)
	if err != nil {
		s.t.Fatal(err)
	}
	if version != "" {
		r.Header.Set("x-ms-version", version)
	}
	res, err := (&http.Client{Transport: transport}).Do(r)
	if err != nil {
		s.t.Fatal(err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	return answered{res.StatusCode, res.Header, string(b)}
}

// classicCode is the code of an error, or the ID of a subscription.
func classicCode(a answered) string {
	var refusal classicError
	if xml.Unmarshal([]byte(a.body), &refusal) == nil {
		return refusal.Code
	}
	var sub classicSubscription
	if xml.Unmarshal([]byte(a.body), &sub) == nil {
		return sub.SubscriptionStatus + " " + sub.SubscriptionID
	}
	return "no XML"
}

func TestClassic(t *testing.T) {
	s := newStage(t)
	mine, other := ours(), theirs()
	ended := certify(theirKey(), noon.AddDate(-2, 0, 0), noon.Add(-time.Hour))
	for _, p := range []pair{mine, ended} {
		if err := s.UploadManagementCertificate(workingSubscription, p.cert.Raw); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct {
		name                  string
		pair                  *pair
		method, path, version string
		status                int
		code                  string
	}{
		{"uploaded", &mine, "GET", "/" + workingSubscription, "2014-10-01", 200, "Active " + workingSubscription},
		{"oldest version", &mine, "GET", "/" + workingSubscription, "2011-10-01", 200, "Active " + workingSubscription},
		{"other certificate", &other, "GET", "/" + workingSubscription, "2014-10-01", 403, "ForbiddenError"},
		{"ended certificate", &ended, "GET", "/" + workingSubscription, "2014-10-01", 403, "ForbiddenError"},
		{"no certificate", nil, "GET", "/" + workingSubscription, "2014-10-01", 403, "ForbiddenError"},
		{"uploaded elsewhere", &mine, "GET", "/" + sceneID(kindSubscription, 3), "2014-10-01", 403, "ForbiddenError"},
		{"no version", &mine, "GET", "/" + workingSubscription, "", 400, "MissingOrIncorrectVersionHeader"},
		{"too old a version", &mine, "GET", "/" + workingSubscription, "2009-10-01", 400, "MissingOrIncorrectVersionHeader"},
		{"no date", &mine, "GET", "/" + workingSubscription, "latest", 400, "MissingOrIncorrectVersionHeader"},
		{"unknown", &mine, "GET", "/99999999-bbbb-cccc-dddd-eeeeeeeeeeee", "2014-10-01", 404, "ResourceNotFound"},
		{"deeper", &mine, "GET", "/" + workingSubscription + "/certificates", "2014-10-01", 404, "ResourceNotFound"},
		{"post", &mine, "POST", "/" + workingSubscription, "2014-10-01", 400, "InvalidHttpVerb"},
	} {
		a := s.askClassic(c.pair, c.method, c.path, c.version)
		if a.status != c.status || classicCode(a) != c.code {
			t.Errorf("%s: %d %s, want %d %s", c.name, a.status, classicCode(a), c.status, c.code)
		}
		if a.header.Get("x-ms-request-id") == "" {
			t.Errorf("%s: no x-ms-request-id", c.name)
		}
	}
	s.SetOutage("public", true)
	if a := s.askClassic(&mine, "GET", "/"+workingSubscription, "2014-10-01"); a.status != 503 || classicCode(a) != "ServerBusy" {
		t.Errorf("outage: %d %s", a.status, a.body)
	}
}

func TestClassicScenes(t *testing.T) {
	s := newStage(t)
	mine := ours()
	if err := s.Trust(mine.cert.Raw); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{
		"Pay-As-You-Go": "ForbiddenError", // Trust leaves it to the user
		"Old Lock":      "ForbiddenError",
		"Retired Tug":   "SubscriptionDisabled",
		"Busy Lock":     "ServerBusy",
		"Lost Buoy":     "ResourceNotFound",
	} {
		a := s.askClassic(&mine, "GET", "/"+scriptedAs(t, name).SubscriptionID, "2014-10-01")
		if got := classicCode(a); got != want {
			t.Errorf("%s: %s, want %s", name, got, want)
		}
	}
}
