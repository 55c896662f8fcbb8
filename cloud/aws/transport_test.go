package aws_test

import (
	"context"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"io"
	"log"
	"maps"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"mooring/cloud/aws"
	"mooring/cloud/aws/awssim"
	"mooring/cloud/wire"
)

var someSession = func() aws.Session {
	access, _ := aws.ParseAccess("arn:aws:rolesanywhere:eu-central-1:111122223333:trust-anchor/00000000-0000-4000-8000-000000000001",
		"arn:aws:rolesanywhere:eu-central-1:111122223333:profile/00000000-0000-4000-8000-000000000002", "arn:aws:iam::111122223333:role/mooring")
	return aws.Session{Access: access, Credentials: aws.NewCredentials("ASIAEXAMPLE", "unknown", "unknown", time.Time{})}
}()

// somebodyElse answers instead of every host of AWS.
func somebodyElse(t testing.TB, handler http.HandlerFunc) *aws.Client {
	t.Helper()
	return aws.NewClient(somebodyElses(t, handler))
}

// somebodyElses are what makes a client that somebodyElse answers.
func somebodyElses(t testing.TB, handler http.HandlerFunc) aws.Options {
	t.Helper()
	a := newAuthority(t, elliptical(t))
	var hosts []string
	for host := range aws.Hosts() {
		hosts = append(hosts, host)
	}
	server := httptest.NewUnstartedServer(handler)
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.TLS = &tls.Config{MinVersion: tls.VersionTLS12, Certificates: []tls.Certificate{a.leaf(elliptical(t), func(c *x509.Certificate) {
		c.DNSNames, c.ExtKeyUsage = hosts, []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}
	})}}
	server.StartTLS()
	t.Cleanup(server.Close)
	roots := x509.NewCertPool()
	roots.AddCert(a.cert)
	return aws.Options{Roots: roots, Timeout: 5 * time.Second, Dial: func(ctx context.Context, network, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, network, server.Listener.Addr().String())
	}}
}

// checks are all that a client asks.
var checks = map[string]func(context.Context, *aws.Client) error{
	"session": func(ctx context.Context, c *aws.Client) error {
		key := rsaKey()
		form := &x509.Certificate{SerialNumber: big.NewInt(1)}
		der, err := x509.CreateCertificate(rand.Reader, form, form, key.Public(), key)
		if err != nil {
			return err
		}
		_, err = c.CreateSession(ctx, someSession.Access, tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, time.Hour)
		return err
	},
	"identity": func(ctx context.Context, c *aws.Client) error {
		_, err := c.CallerIdentity(ctx, someSession)
		return err
	},
	"permissions": func(ctx context.Context, c *aws.Client) error {
		_, err := c.SimulatePrincipalPolicy(ctx, someSession, []string{"ec2:RunInstances"})
		return err
	},
	"regions": func(ctx context.Context, c *aws.Client) error {
		_, err := c.Regions(ctx, someSession)
		return err
	},
}

func TestNonsenseIsAnUnexpectedAnswer(t *testing.T) {
	for name, handler := range map[string]http.HandlerFunc{
		"a page": func(w http.ResponseWriter, _ *http.Request) {
			_, _ = io.WriteString(w, "<!DOCTYPE html><p>Sign in to Harbor")
		},
		"XHTML":   func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "<html><body/></html>") },
		"nothing": func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusOK) },
		"null":    func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "null") },
		"empty objects": func(w http.ResponseWriter, _ *http.Request) {
			_, _ = io.WriteString(w, `{"credentialSet":[{"credentials":{}}]}`)
		},
		"odd types": func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, `{"credentialSet":[[],7]}`) },
		"empty answers": func(w http.ResponseWriter, r *http.Request) {
			_ = r.ParseForm()
			_, _ = io.WriteString(w, "<"+r.Form.Get("Action")+"Response/>")
		},
		"too long": func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, strings.Repeat(" ", 1<<20+1)) },
		"a redirect": func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "https://sts.us-east-1.amazonaws.com/", http.StatusTemporaryRedirect)
		},
	} {
		c := somebodyElse(t, handler)
		for check, ask := range checks {
			if r := asRefusal(t, ask(t.Context(), c)); r.Code != wire.UnexpectedAnswer {
				t.Errorf("%s, %s: %v", name, check, r)
			}
		}
	}
}

func TestAnAnswerLongerThanAMebibyteIsNotRead(t *testing.T) {
	padding := 0
	c := somebodyElse(t, func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, "<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>arn:aws:sts::111122223333:assumed-role/x/y</Arn><Account>111122223333</Account></GetCallerIdentityResult></GetCallerIdentityResponse>"+strings.Repeat(" ", padding))
	})
	ok(t, checks["identity"](t.Context(), c))
	padding = 1 << 20
	if r := asRefusal(t, checks["identity"](t.Context(), c)); r.Code != wire.UnexpectedAnswer {
		t.Error(r)
	}
}

func TestHalfASessionIsNone(t *testing.T) {
	whole := map[string]string{"accessKeyId": "a", "secretAccessKey": "b", "sessionToken": "c", "expiration": "2026-11-22T09:14:03Z"}
	without := ""
	c := somebodyElse(t, func(w http.ResponseWriter, _ *http.Request) {
		some := maps.Clone(whole)
		delete(some, without)
		w.WriteHeader(http.StatusCreated)
		_ = json.NewEncoder(w).Encode(map[string]any{"credentialSet": []any{map[string]any{"credentials": some}}})
	})
	ok(t, checks["session"](t.Context(), c))
	for without = range whole {
		if r := asRefusal(t, checks["session"](t.Context(), c)); r.Code != wire.UnexpectedAnswer {
			t.Errorf("without %s: %v", without, r)
		}
	}
}

func TestPagesThatDoNotEndAreRefused(t *testing.T) {
	pages := 0
	marker := func(int) string { return "same" }
	c := somebodyElse(t, func(w http.ResponseWriter, _ *http.Request) {
		pages++
		_, _ = io.WriteString(w, "<SimulatePrincipalPolicyResponse><SimulatePrincipalPolicyResult><IsTruncated>true</IsTruncated><Marker>"+marker(pages)+"</Marker></SimulatePrincipalPolicyResult></SimulatePrincipalPolicyResponse>")
	})
	if r := asRefusal(t, checks["permissions"](t.Context(), c)); r.Code != wire.UnexpectedAnswer || pages != 2 {
		t.Errorf("%v after %d pages", r, pages)
	}
	pages, marker = 0, func(n int) string { return strings.Repeat("x", n) }
	if r := asRefusal(t, checks["permissions"](t.Context(), c)); r.Code != wire.UnexpectedAnswer || pages > 100 {
		t.Errorf("%v after %d pages", r, pages)
	}
}

func TestWhatKeepsARequestFromAWSHasACode(t *testing.T) {
	s, err := awssim.Start(awssim.Options{})
	ok(t, err)
	t.Cleanup(func() { ok(t, s.Close()) })
	fail := func(err error) func(context.Context, string, string) (net.Conn, error) {
		return func(context.Context, string, string) (net.Conn, error) { return nil, err }
	}
	for code, o := range map[string]aws.Options{
		wire.NameNotFound:       {Dial: fail(&net.DNSError{Err: "no such host", IsNotFound: true})},
		wire.NoAnswer:           {Dial: fail(errors.New("connection refused"))},
		wire.NotTrusted:         {Dial: s.Dial, Roots: x509.NewCertPool()},
		wire.TimedOut:           {Dial: fail(context.DeadlineExceeded)},
		wire.ProxyAuthorization: {Trouble: func(*http.Request) string { return wire.ProxyAuthorization }},
		wire.ProxyRefused:       {Trouble: func(*http.Request) string { return wire.ProxyRefused }},
	} {
		for check, ask := range checks {
			if r := asRefusal(t, ask(t.Context(), aws.NewClient(o))); r.Code != code || r.Status != 0 || r.Unwrap() == nil {
				t.Errorf("%s, %s: %v", code, check, r)
			}
		}
	}
}

func TestNoHostOutsideTheTableIsAsked(t *testing.T) {
	c := aws.NewClient(aws.Options{Dial: func(context.Context, string, string) (net.Conn, error) {
		t.Error("it connects")
		return nil, errors.New("no")
	}})
	for _, change := range []func(*aws.Access){
		func(a *aws.Access) { a.TrustAnchor.Region = "evil.example/" },
		func(a *aws.Access) { a.TrustAnchor.Partition = "aws-evil" },
		func(a *aws.Access) { a.TrustAnchor.Region = "cn-north-1" },
	} {
		s := someSession
		change(&s.Access)
		if _, err := c.CallerIdentity(t.Context(), s); err == nil {
			t.Error("no error")
		}
	}
}

func TestTheTransportItselfRefusesOtherHosts(t *testing.T) {
	c := aws.HTTPClient(aws.NewClient(aws.Options{Dial: func(context.Context, string, string) (net.Conn, error) {
		return nil, errors.New("it connects")
	}}))
	for _, address := range []string{"https://example.com/", "http://sts.eu-central-1.amazonaws.com/", "https://sts.eu-central-1.amazonaws.com:8443/",
		"https://sts.eu-central-9.amazonaws.com/", "https://s3.eu-central-1.amazonaws.com/", "https://sts.eu-central-1.amazonaws.com.example.com/"} {
		if _, err := c.Get(address); err == nil || !strings.Contains(err.Error(), "is not a host of AWS") {
			t.Errorf("%s: %v", address, err)
		}
	}
	r, err := http.NewRequest(http.MethodGet, "https://sts.eu-central-1.amazonaws.com/", nil)
	ok(t, err)
	r.Host = "example.com"
	if _, err := c.Do(r); err == nil || !strings.Contains(err.Error(), "is not a host of AWS") {
		t.Errorf("with another Host: %v", err)
	}
}

func TestEachStageAnswersWithTheChosenCode(t *testing.T) {
	w := newWorld(t)
	a := newAuthority(t, elliptical(t))
	access, identity := w.link(awssim.Working, a), a.leaf(elliptical(t), nil)
	good, err := w.open(access, identity)
	ok(t, err)
	ask := map[string]func() error{
		"session":  func() error { _, err := w.open(access, identity); return err },
		"identity": func() error { _, err := w.CallerIdentity(t.Context(), good); return err },
		"permissions": func() error {
			_, err := w.SimulatePrincipalPolicy(t.Context(), good, []string{"ec2:RunInstances"})
			return err
		},
		"regions": func() error { _, err := w.Regions(t.Context(), good); return err },
	}
	for _, stage := range awssim.Stages() {
		for _, code := range []string{"AccessDenied", "Throttling", "NoAnswer", "UnexpectedAnswer", "ServiceUnavailable", "TooManyRequests",
			"NameNotFound", "CertificateNotTrusted", "ProxyRefused", "ProxyAuthenticationRequired"} {
			ok(t, w.SetOverride(awssim.Working, awssim.Override{Stage: stage, Code: code}))
			for asked, do := range ask {
				err := do()
				if asked != stage {
					ok(t, err)
				} else if r := asRefusal(t, err); r.Code != code {
					t.Errorf("%s at %s: %v", code, stage, r)
				}
			}
		}
		ok(t, w.SetOverride(awssim.Working, awssim.Override{Stage: stage, Code: "Odd.Code", Reason: "because", Status: 418, RetryAfter: 9}))
		if r := asRefusal(t, ask[stage]()); r.Code != "Odd.Code" || r.Message != "because" || r.Status != 418 || r.RetryAfter != 9*time.Second {
			t.Errorf("%s: %+v", stage, r)
		}
	}
	ok(t, w.ClearOverride(awssim.Working))
	for _, do := range ask {
		ok(t, do())
	}
}

func TestAnAnswerThatDoesNotComeTimesOut(t *testing.T) {
	s, err := awssim.Start(awssim.Options{})
	ok(t, err)
	t.Cleanup(func() { ok(t, s.Close()) })
	w := world{s, aws.NewClient(aws.Options{Roots: s.CA(), Dial: s.Dial, Timeout: 50 * time.Millisecond}), t}
	patient := world{s, aws.NewClient(aws.Options{Roots: s.CA(), Dial: s.Dial}), t}
	good := patient.session(awssim.Working)
	ok(t, w.SetOverride(awssim.Working, awssim.Override{Stage: "identity", Code: "TimedOut"}))
	_, err = w.CallerIdentity(t.Context(), good)
	if r := asRefusal(t, err); r.Code != wire.TimedOut {
		t.Error(r)
	}
}

func TestAChangedAnswerIsSeen(t *testing.T) {
	w := newWorld(t)
	s := w.session(awssim.Working)
	ok(t, w.SetOverride(awssim.Working, awssim.Override{Stage: "identity", Code: "OtherAccount"}))
	if c, err := w.CallerIdentity(t.Context(), s); err != nil || c.Account == s.Account() {
		t.Error(c, err)
	}
	ok(t, w.SetOverride(awssim.Working, awssim.Override{Stage: "identity", Code: "OtherRole"}))
	if c, err := w.CallerIdentity(t.Context(), s); err != nil || c.Account != s.Account() || c.RoleName() == s.Role.Name() {
		t.Error(c, err)
	}
	ok(t, w.SetOverride(awssim.Working, awssim.Override{Stage: "permissions", Code: "NoDecision"}))
	_, err := w.SimulatePrincipalPolicy(t.Context(), s, []string{"ec2:RunInstances"})
	if r := asRefusal(t, err); r.Code != wire.UnexpectedAnswer {
		t.Error(r)
	}
}
