package azuresim

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"io"
	"math/big"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// noon is the fixed time of the tests.
var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

// pair is a certificate with its key.
type pair struct {
	key  *rsa.PrivateKey
	cert *x509.Certificate
}

func (p pair) pem() []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: p.cert.Raw})
}

// RSA keys are slow to make, so that all tests share these.
var (
	ourKey   = sync.OnceValue(func() *rsa.PrivateKey { return rsaKey(2048) })
	theirKey = sync.OnceValue(func() *rsa.PrivateKey { return rsaKey(2048) })
)

func rsaKey(bits int) *rsa.PrivateKey {
	k, err := rsa.GenerateKey(rand.Reader, bits)
	if err != nil {
		panic(err)
	}
	return k
}

func ours() pair   { return certify(ourKey(), noon.Add(-time.Hour), noon.AddDate(1, 0, 0)) }
func theirs() pair { return certify(theirKey(), noon.Add(-time.Hour), noon.AddDate(1, 0, 0)) }

func certify(k *rsa.PrivateKey, from, until time.Time) pair {
	return pair{k, selfSigned(&k.PublicKey, k, from, until)}
}

func selfSigned(public any, signer crypto.Signer, from, until time.Time) *x509.Certificate {
	form := &x509.Certificate{
		SerialNumber: big.NewInt(7),
		Subject:      pkix.Name{CommonName: "account 7"},
		NotBefore:    from,
		NotAfter:     until,
	}
	der, err := x509.CreateCertificate(rand.Reader, form, form, public, signer)
	if err != nil {
		panic(err)
	}
	c, err := x509.ParseCertificate(der)
	if err != nil {
		panic(err)
	}
	return c
}

func ecCertificate() *x509.Certificate {
	k, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		panic(err)
	}
	return selfSigned(&k.PublicKey, k, noon.Add(-time.Hour), noon.AddDate(1, 0, 0))
}

// stage is a simulator with a clock that the test turns.
type stage struct {
	*Simulator
	t     testing.TB
	clock *atomic.Int64
	http  *http.Client
}

func newStage(t testing.TB) *stage {
	t.Helper()
	clock := &atomic.Int64{}
	clock.Store(noon.Unix())
	var ids atomic.Int64 // what was given up asks for one behind the test's back
	s, err := Start(Options{
		Now:   func() time.Time { return time.Unix(clock.Load(), 0).UTC() },
		NewID: func() string { return "00000000-0000-4000-9000-" + leftPad(ids.Add(1)) },
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: s.CA()}}
	t.Cleanup(transport.CloseIdleConnections)
	client := &http.Client{
		Transport:     transport,
		Timeout:       10 * time.Minute,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	return &stage{s, t, clock, client}
}

func leftPad(n int64) string {
	s := strconv.FormatInt(n, 10)
	return strings.Repeat("0", 12-len(s)) + s
}

// turn moves the clock.
func (s *stage) turn(d time.Duration) { s.clock.Add(int64(d / time.Second)) }

func (s *stage) now() time.Time { return time.Unix(s.clock.Load(), 0).UTC() }

// answered is a response that was read whole.
type answered struct {
	status int
	header http.Header
	body   string
}

// errorCode is the code of an error in the shape of the resource manager.
func (a answered) errorCode() string {
	var v armBody
	if json.Unmarshal([]byte(a.body), &v) != nil {
		return "no JSON"
	}
	return v.Error.Code
}

// entraCode is the number of an error in the shape of the directory service.
func (a answered) entraCode() int {
	var v entraBody
	if json.Unmarshal([]byte(a.body), &v) != nil || len(v.Codes) != 1 {
		return 0
	}
	return v.Codes[0]
}

func (s *stage) do(method, address, contentType, body string, header http.Header) answered {
	s.t.Helper()
	a, err := s.try(s.t.Context(), method, address, contentType, body, header)
	if err != nil {
		s.t.Fatal(err)
	}
	return a
}

func (s *stage) try(ctx context.Context, method, address, contentType, body string, header http.Header) (answered, error) {
	r, err := http.NewRequestWithContext(ctx, method, address, strings.NewReader(body))
	if err != nil {
		return answered{}, err
	}
	for k, v := range header {
		r.Header[k] = v
	}
	if contentType != "" {
		r.Header.Set("Content-Type", contentType)
	}
	res, err := s.http.Do(r)
	if err != nil {
		return answered{}, err
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	return answered{res.StatusCode, res.Header, string(b)}, err
}

// get asks the resource manager, with a token unless it is "".
func (s *stage) get(environment, path, token string) answered {
	s.t.Helper()
	return s.do("GET", s.Endpoints(environment).ResourceManager+path, "", "", bearer(token))
}

func bearer(token string) http.Header {
	if token == "" {
		return nil
	}
	return http.Header{"Authorization": {"Bearer " + token}}
}

// proof is an assertion in the making.
type proof struct {
	header map[string]any
	claims map[string]any
	key    *rsa.PrivateKey
}

var jtis atomic.Int64

// proof is a good assertion, to be spoiled by the test.
func (s *stage) proof(p pair, environment, tenant, client string) *proof {
	sum := sha256.Sum256(p.cert.Raw)
	return &proof{
		key:    p.key,
		header: map[string]any{"alg": "PS256", "typ": "JWT", "x5t#S256": base64.StdEncoding.EncodeToString(sum[:])},
		claims: map[string]any{
			"aud": s.tokenURL(environment, tenant),
			"iss": client, "sub": client,
			"jti": "jti-" + strconv.FormatInt(jtis.Add(1), 10),
			"nbf": s.now().Unix(), "exp": s.now().Add(10 * time.Minute).Unix(),
		},
	}
}

func sha1Of(c *x509.Certificate) []byte {
	sum := sha1.Sum(c.Raw)
	return sum[:]
}

func (s *stage) tokenURL(environment, tenant string) string {
	return s.Endpoints(environment).Authority + "/" + tenant + "/oauth2/v2.0/token"
}

// sign makes the compact form.
func (p *proof) sign() string {
	encode := func(v any) string {
		b, err := json.Marshal(v)
		if err != nil {
			panic(err)
		}
		return base64.RawURLEncoding.EncodeToString(b)
	}
	text := encode(p.header) + "." + encode(p.claims)
	sum := sha256.Sum256([]byte(text))
	var signature []byte
	var err error
	if p.header["alg"] == "RS256" {
		signature, err = rsa.SignPKCS1v15(rand.Reader, p.key, crypto.SHA256, sum[:])
	} else {
		signature, err = rsa.SignPSS(rand.Reader, p.key, crypto.SHA256, sum[:], &rsa.PSSOptions{SaltLength: rsa.PSSSaltLengthEqualsHash})
	}
	if err != nil {
		panic(err)
	}
	return text + "." + base64.RawURLEncoding.EncodeToString(signature)
}

// form is what a client sends with an assertion.
func (s *stage) form(environment, client, assertion string) url.Values {
	return url.Values{
		"grant_type":            {"client_credentials"},
		"client_id":             {client},
		"scope":                 {s.Endpoints(environment).Audience + "/.default openid offline_access profile"},
		"client_assertion_type": {assertionType},
		"client_assertion":      {assertion},
	}
}

func (s *stage) post(environment, tenant string, form url.Values) answered {
	s.t.Helper()
	return s.do("POST", s.tokenURL(environment, tenant), "application/x-www-form-urlencoded; charset=utf-8", form.Encode(), nil)
}

// signIn sends a good assertion and returns the token, or "" with the refusal.
func (s *stage) signIn(p pair, environment, tenant, client string) (string, answered) {
	s.t.Helper()
	a := s.post(environment, tenant, s.form(environment, client, s.proof(p, environment, tenant, client).sign()))
	var v struct {
		Token string `json:"access_token"`
	}
	if a.status == http.StatusOK {
		if err := json.Unmarshal([]byte(a.body), &v); err != nil {
			s.t.Fatal(err)
		}
	}
	return v.Token, a
}

// app registers an application in the working directory with our certificate.
func (s *stage) app(role string) string {
	s.t.Helper()
	client, err := s.RegisterApp(workingDirectory, "mooring")
	if err != nil {
		s.t.Fatal(err)
	}
	if err := s.UploadCertificate(client, ours().cert.Raw); err != nil {
		s.t.Fatal(err)
	}
	if role != "" {
		if err := s.AssignRole(client, workingSubscription, role); err != nil {
			s.t.Fatal(err)
		}
	}
	return client
}
