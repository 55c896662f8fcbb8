package aws_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"mooring/cloud/aws"
)

// AWS has the trust anchor; sending it again would only take one of five places.
func TestTheChainHeaderLeavesOutTheTrustAnchor(t *testing.T) {
	root := newAuthority(t, elliptical(t))
	between := intermediate(t, root)
	identity := between.leaf(elliptical(t), nil)
	header := func() string {
		r, err := http.NewRequest(http.MethodPost, "https://rolesanywhere.eu-central-1.amazonaws.com/sessions", nil)
		ok(t, err)
		ok(t, aws.SignX509(r, nil, identity, "eu-central-1", time.Now()))
		if r.Header.Get("X-Amz-X509") != encoded(identity) || strings.Contains(r.Header.Get("Authorization"), "chain") != (r.Header.Get("X-Amz-X509-Chain") != "") {
			t.Errorf("%v", r.Header)
		}
		return r.Header.Get("X-Amz-X509-Chain")
	}
	leaf := identity.Certificate[0]
	identity.Certificate = [][]byte{leaf, root.cert.Raw}
	if got := header(); got != "" {
		t.Errorf("got %s", got)
	}
	identity.Certificate = [][]byte{leaf, between.cert.Raw, root.cert.Raw}
	if got := header(); got == "" || strings.Contains(got, ",") {
		t.Errorf("got %s", got)
	}
	identity.Certificate = [][]byte{leaf}
	for range 6 {
		identity.Certificate = append(identity.Certificate, between.cert.Raw)
	}
	r, err := http.NewRequest(http.MethodPost, "https://rolesanywhere.eu-central-1.amazonaws.com/sessions", nil)
	ok(t, err)
	if aws.SignX509(r, nil, identity, "eu-central-1", time.Now()) == nil {
		t.Error("six certificates between")
	}
}

func FuzzReadRefusal(f *testing.F) {
	f.Add(403, `{"__type":"a#AccessDenied:b","message":"no"}`)
	f.Add(400, `<Response><Errors><Error><Code>a</Code><Message>b</Message></Error></Errors><RequestID>c</RequestID></Response>`)
	f.Fuzz(func(t *testing.T, status int, body string) {
		if r := aws.ReadRefusal(status, nil, body); r.Code == "" || len(r.Message) > 2000 {
			t.Errorf("%+v", r)
		}
	})
}
