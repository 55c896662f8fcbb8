package handlers

import (
	"context"
	"net"
	"net/http"
	"strings"
	"testing"
)

func TestTheAddressIsTheOneForWhichATrustedProxySpeaks(t *testing.T) {
	var proxies []*net.IPNet
	for _, network := range []string{"10.0.0.0/8", "2001:db8:ffff::/48"} {
		_, n, err := net.ParseCIDR(network)
		if err != nil {
			t.Fatal(err)
		}
		proxies = append(proxies, n)
	}
	for _, c := range []struct{ remote, forwarded, want string }{
		{"10.0.0.1:80", "203.0.113.9", "203.0.113.9"},
		{"10.0.0.1:80", "203.0.113.9:51234", "203.0.113.9"},
		{"10.0.0.1:80", "[2001:db8::1]:443", "2001:db8::1"},
		{"10.0.0.1:80", "[2001:db8::1]", "2001:db8::1"},
		{"10.0.0.1:80", "2001:db8::1", "2001:db8::1"},
		{"10.0.0.1:80", "2001:DB8:0::1", "2001:db8::1"},
		{"10.0.0.1:80", "::ffff:203.0.113.9", "203.0.113.9"},
		{"10.0.0.1:80", "[fe80::1%eth0]:443", "fe80::1"},
		{"10.0.0.1:80", " 198.51.100.1 , 203.0.113.9:1 ", "203.0.113.9"},
		{"10.0.0.1:80", "198.51.100.1:5, 203.0.113.9:1, 10.0.0.2:7", "203.0.113.9"},
		{"10.0.0.1:80", "10.0.0.3:9,10.0.0.2:7", "10.0.0.3"},
		{"10.0.0.1:80", "", "10.0.0.1"},
		{"10.0.0.1:80", "unknown", "10.0.0.1"},
		{"10.0.0.1:80", "203.0.113.9:port", "10.0.0.1"},
		{"10.0.0.1:80", "203.0.113.9, nonsense, 10.0.0.2", "10.0.0.2"},
		{"10.0.0.1:80", "203.0.113.9,", "10.0.0.1"},
		{"10.0.0.1:80", "203.0.113.9" + strings.Repeat(", 10.0.0.2", 10_000), "10.0.0.2"},
		{"[2001:db8:ffff::1]:80", "203.0.113.9:51234", "203.0.113.9"},
		{"[::ffff:10.0.0.1]:80", "203.0.113.9", "203.0.113.9"},
		{"192.0.2.1:80", "203.0.113.9:51234", "192.0.2.1"},
	} {
		h := &handlers{Config: Config{TrustedProxies: proxies}}
		r := &http.Request{RemoteAddr: c.remote, Header: http.Header{"X-Forwarded-For": {c.forwarded}}}
		if got := h.ipExtractor()(r); got != c.want {
			t.Errorf("%s for %.60q is %s, want %s", c.remote, c.forwarded, got, c.want)
		}
		h.TrustedProxies = nil
		if want, _, _ := net.SplitHostPort(c.remote); h.ipExtractor()(r) != want {
			t.Errorf("without a proxy, %s is %s", c.remote, h.ipExtractor()(r))
		}
	}
}

func TestThePeerOfAUnixSocketIsATrustedProxy(t *testing.T) {
	_, trusted, err := net.ParseCIDR("10.0.0.0/8")
	if err != nil {
		t.Fatal(err)
	}
	unix := context.WithValue(t.Context(), http.LocalAddrContextKey, net.Addr(&net.UnixAddr{Name: "/run/mooring.sock", Net: "unix"}))
	tcp := context.WithValue(t.Context(), http.LocalAddrContextKey, net.Addr(&net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 8080}))
	for _, c := range []struct {
		local                   context.Context
		proxies                 []*net.IPNet
		remote, forwarded, want string
	}{
		{unix, nil, "@", "203.0.113.9", "203.0.113.9"},
		{unix, nil, "@", "198.51.100.1, 203.0.113.9:51234", "203.0.113.9"},
		{unix, nil, "", "[2001:db8::1]:443", "2001:db8::1"},
		{unix, []*net.IPNet{trusted}, "@", "198.51.100.1, 203.0.113.9, 10.0.0.2", "203.0.113.9"},
		{unix, nil, "@", "198.51.100.1, 127.0.0.1", "127.0.0.1"},
		{unix, nil, "@", "", "127.0.0.1"},
		{unix, nil, "@", "unknown", "127.0.0.1"},
		{unix, nil, "198.51.100.1:1", "", "127.0.0.1"}, // as whoever connects may call their own end
		{tcp, nil, "192.0.2.1:80", "203.0.113.9", "192.0.2.1"},
		{tcp, []*net.IPNet{trusted}, "10.0.0.1:80", "203.0.113.9", "203.0.113.9"},
	} {
		h := &handlers{Config: Config{TrustedProxies: c.proxies}}
		r := (&http.Request{RemoteAddr: c.remote, Header: http.Header{"X-Forwarded-For": {c.forwarded}}}).WithContext(c.local)
		if got := h.ipExtractor()(r); got != c.want {
			t.Errorf("%s for %q is %s, want %s", c.remote, c.forwarded, got, c.want)
		}
	}
}
