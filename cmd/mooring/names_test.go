package main

import (
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestThePublicAddressIsWhatBrowsersSend(t *testing.T) {
	for given, want := range map[string]string{
		"https://mooring.example.com": "mooring.example.com", "https://mooring.example.com:443/": "mooring.example.com",
		"https://mooring.example.com:8443": "mooring.example.com:8443", "http://127.0.0.1:80": "127.0.0.1", "http://localhost:8080": "localhost:8080",
		"HTTPS://Mooring.Example.COM": "mooring.example.com", "https://mooring.example.com.": "mooring.example.com", "https://mooring.example.com.:443": "mooring.example.com",
		"https://Müller.example": "xn--mller-kva.example", "https://Мурманск.example:8443": "xn--80aueagpkl.example:8443", "https://mooring_1.example": "mooring_1.example",
		"https://[2001:DB8::1]:443": "[2001:db8::1]", "https://[2001:db8::1]:8443": "[2001:db8::1]:8443", "https://mooring.example.com:": "mooring.example.com",
		"https://[2001:db8:0:0::1]": "[2001:db8::1]", "https://XN--MLLER-KVA.example": "xn--mller-kva.example", " https://mooring.example.com ": "mooring.example.com",
		"https://mooring.example.com:0443": "mooring.example.com", "http://[::1]:80": "[::1]",
	} {
		if public, err := (serveSettings{publicURL: given}).public(nil); err != nil || public.Host != want {
			t.Errorf("%s: %v, %v", given, public, err)
		}
	}
}

func TestAWrongPublicAddressIsToldWithWhatToWrite(t *testing.T) {
	for given, fix := range map[string]string{
		"https://mooring.example.com:0": "ports go from 1 to 65535", "https://mooring.example.com:99999": "ports go from 1 to 65535",
		"https://a b.example": "such as https://mooring.example.com", "https://xn--ü.example": "such as https://mooring.example.com", "https://": "such as https://mooring.example.com",
		"mooring.example.com": "must begin with https://", "mooring.example.com:8443": "must begin with https://", "http://mooring.example.com": "must begin with https://",
		"ftp://mooring.example.com": "must begin with https://", "https://*.example.com": "wildcards aren't supported", "https://mooring..example.com": "is empty",
		"https://mooring.example.com/app/": "write https://mooring.example.com", "https://mooring.example.com/?a=b": "write https://mooring.example.com",
		"https://mooring.example.com#top": "write https://mooring.example.com", "https://0.0.0.0:8443": "the one that browsers open", "https://[::]": "the one that browsers open",
		"https://ada:canary@mooring.example.com": "write an address such as https://mooring.example.com",
	} {
		public, err := (serveSettings{publicURL: given}).public(nil)
		if err == nil || !strings.Contains(err.Error(), fix) || strings.Contains(err.Error(), "canary") {
			t.Errorf("%s was taken as %v, %v; want %q", given, public, err, fix)
		}
	}
}

func TestTrustedProxiesAreReadAsPeopleWriteThem(t *testing.T) {
	for given, want := range map[string]string{
		"": "[]", " 10.0.0.0/8, 192.168.1.5,": "[10.0.0.0/8 192.168.1.5/32]", "10.1.2.3/8": "[10.0.0.0/8]", "::ffff:10.0.0.0/104": "[10.0.0.0/8]",
		"::ffff:192.0.2.7": "[192.0.2.7/32]", "[2001:db8::1]": "[2001:db8::1/128]", "[2001:DB8::]/32": "[2001:db8::/32]", "fe80::1%eth0": "[fe80::1/128]", "::/0": "[::/0]",
	} {
		if got, err := networks(given); err != nil || fmt.Sprint(got) != want {
			t.Errorf("%q is %v, %v; want %s", given, got, err, want)
		}
	}
	for given, fix := range map[string]string{
		"*": "wildcards", "10.0.*.*": "wildcards", "proxy.example.com": "IP address", "localhost": "IP address", "10.0.0.1:8080": "leave it out", "[::1]:8080": "leave it out",
		"10.0.0.0/33": "from 0 to 32", "::1/129": "from 0 to 128", "10.0.0.0/-1": "from 0 to 32", "10.0.0.0/255.0.0.0": "from 0 to 32", "10.0.0.1 10.0.0.2": "commas",
		"unix:": "unix socket is trusted", "https://10.0.0.1": "such as 10.0.0.0/8", "10.0.0": "IP address", "/8": "such as 10.0.0.0/8",
	} {
		if got, err := networks(given); err == nil || !strings.Contains(err.Error(), fix) {
			t.Errorf("%q was taken as %v, %v; want %q", given, got, err, fix)
		}
	}
}

func TestDomainsAreReadAsPeopleWriteThem(t *testing.T) {
	p, err := signInSettings{domains: " Example.com, @käse.example,XN--KSE-QLA.example.,"}.policy()
	if want := []string{"example.com", "xn--kse-qla.example", "xn--kse-qla.example"}; err != nil || !slices.Equal(p.Domains, want) {
		t.Errorf("%q, %v", p.Domains, err)
	}
	for _, given := range []string{"*.example.com", "example.com:443", "example.com/x", "max@example.com", "@@example.com", ".example.com", "example..com", "https://example.com", "192.0.2.1", "a b.example", "example.com;example.org"} {
		if p, err := (signInSettings{domains: given}).policy(); err == nil || !strings.Contains(err.Error(), "example.com,example.org") {
			t.Errorf("%q was taken as %q, %v", given, p.Domains, err)
		}
	}
}

func TestAzureEndpointsAreSpelledAsTheyAreAsked(t *testing.T) {
	for given, ok := range map[string]bool{
		"https://Management.Example.com": true, "https://management.example.com:8443": true, "https://käse.example": true, "https://[::1]:8443": true,
		"https://*.example.com": false, "https://management.example.com:0": false, "https://management..example.com": false, "https://management.example.com/x": false,
	} {
		if _, err := (azureSettings{resourceManager: given}).cloud(time.Now, slog.New(slog.DiscardHandler)); (err == nil) != ok {
			t.Errorf("%s: %v", given, err)
		}
	}
}
