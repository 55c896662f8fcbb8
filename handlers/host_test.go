package handlers

import (
	"net/http"
	"net/url"
	"testing"
)

func TestHostsAreComparedAsBrowsersDo(t *testing.T) {
	for _, test := range []struct {
		scheme, a, b string
		same         bool
	}{
		{"https", "mooring.example.com", "mooring.example.com", true},
		{"https", "Mooring.Example.com", "mooring.example.com", true},
		{"https", "mooring.example.com:443", "mooring.example.com", true},
		{"https", "mooring.example.com.", "mooring.example.com", true},
		{"https", "mooring.example.com.:443", "mooring.example.com", true},
		{"http", "localhost:80", "localhost", true},
		{"https", "[2001:DB8::1]:443", "[2001:db8::1]", true},
		{"https", "mooring.example.com:80", "mooring.example.com", false},
		{"http", "localhost:443", "localhost", false},
		{"https", "mooring.example.com:8443", "mooring.example.com:8443", true},
		{"https", "mooring.example.com:8443", "mooring.example.com", false},
		{"https", "evil.mooring.example.com", "mooring.example.com", false},
		{"https", "mooring.example.com.evil", "mooring.example.com", false},
		{"https", "", "mooring.example.com", false},
	} {
		if got := sameHost(test.scheme, test.a, test.b); got != test.same {
			t.Errorf("%s: %q and %q are the same: %v", test.scheme, test.a, test.b, got)
		}
	}
}

func TestTheDefaultPortIsNoOtherHost(t *testing.T) {
	s := newSite(t, func(c *Config) { c.PublicURL = &url.URL{Scheme: "https", Host: "mooring.example.com"} })
	host := s.ask("", "GET", "/login", nil, func(r *http.Request) { r.Host = "MOORING.example.com:443" })
	if host.Code != http.StatusOK {
		t.Errorf("the default port answers %d", host.Code)
	}
	for _, other := range []string{"evil.example", "mooring.example.com:81"} {
		if w := s.ask("", "GET", "/login", nil, func(r *http.Request) { r.Host = other }); w.Code != http.StatusNotFound {
			t.Errorf("%s answers %d", other, w.Code)
		}
	}
}
