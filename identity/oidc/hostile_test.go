package oidc_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"sync"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"golang.org/x/oauth2"

	"mooring/identity/oidc"
	"mooring/secret"
)

const (
	clientID     = "mooring"
	clientSecret = "canary+of/the=secret"
	redirectURL  = "https://mooring.example/login/with/hostile/callback"
	accessToken  = "the-access-token"
	keyID        = "key"
)

var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

var keys = sync.OnceValue(func() []*rsa.PrivateKey {
	pair := make([]*rsa.PrivateKey, 2)
	for i := range pair {
		pair[i], _ = rsa.GenerateKey(rand.Reader, 2048)
	}
	return pair
})

var curve = sync.OnceValue(func() *ecdsa.PrivateKey {
	key, _ := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	return key
})

// hostile is an issuer that signs and says whatever a test wants. It tells the
// test what was asked.
type hostile struct {
	url       string
	claims    map[string]any // of the next token
	sign      func(claims []byte) string
	discovery map[string]any // laid over the document
	token     map[string]any // laid over the answer of the token endpoint
	userInfo  any            // nil: there is none

	mu       sync.Mutex
	handle   map[string]http.HandlerFunc // instead of ours, by path
	asked    map[string]int              // by path
	form     url.Values                  // of the latest exchange
	user     string                      // of its Authorization header
	password string
}

func start(t *testing.T) *hostile {
	t.Helper()
	h := &hostile{handle: map[string]http.HandlerFunc{}, asked: map[string]int{}, discovery: map[string]any{}, token: map[string]any{}}
	h.sign = func(claims []byte) string { return signed(t, jose.RS256, keys()[0], claims) }
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	h.url = server.URL
	h.claims = map[string]any{
		"iss": h.url, "sub": "subject", "aud": clientID, "iat": noon.Unix(), "exp": noon.Add(time.Hour).Unix(),
		"auth_time": noon.Unix(), "email": "ada@example.com", "email_verified": true, "name": "Ada",
	}
	return h
}

func signed(t *testing.T, algorithm jose.SignatureAlgorithm, key any, claims []byte) string {
	t.Helper()
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: algorithm, Key: key}, (&jose.SignerOptions{}).WithHeader("kid", keyID))
	if err != nil {
		t.Fatal(err)
	}
	token, err := signer.Sign(claims)
	if err != nil {
		t.Fatal(err)
	}
	text, err := token.CompactSerialize()
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// unsigned is a token with the algorithm "none".
func unsigned(claims []byte) string {
	return base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"none","kid":"key"}`)) + "." + base64.RawURLEncoding.EncodeToString(claims) + "."
}

func (h *hostile) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h.mu.Lock()
	h.asked[r.URL.Path]++
	own := h.handle[r.URL.Path]
	h.mu.Unlock()
	if own != nil {
		own(w, r)
		return
	}
	switch r.URL.Path {
	case "/.well-known/openid-configuration":
		document := map[string]any{
			"issuer": h.url, "authorization_endpoint": h.url + "/auth", "token_endpoint": h.url + "/token", "jwks_uri": h.url + "/keys",
			"id_token_signing_alg_values_supported": []string{"RS256", "HS256", "none"},
		}
		if h.userInfo != nil {
			document["userinfo_endpoint"] = h.url + "/userinfo"
		}
		for name, value := range h.discovery {
			document[name] = value
		}
		say(w, document)
	case "/keys":
		say(w, jose.JSONWebKeySet{Keys: []jose.JSONWebKey{
			{Key: keys()[0].Public(), KeyID: keyID, Use: "sig"}, {Key: curve().Public(), KeyID: keyID, Use: "sig"},
		}})
	case "/token":
		_ = r.ParseForm()
		h.form = r.PostForm
		h.user, h.password, _ = r.BasicAuth()
		claims, _ := json.Marshal(h.claims)
		answer := map[string]any{"access_token": accessToken, "token_type": "Bearer", "expires_in": 3600, "id_token": h.sign(claims)}
		for name, value := range h.token {
			answer[name] = value
		}
		say(w, answer)
	case "/userinfo":
		if r.Header.Get("Authorization") != "Bearer "+accessToken {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		say(w, h.userInfo)
	default:
		http.NotFound(w, r)
	}
}

// instead lets another handler answer at a path, or again ours if it is nil.
func (h *hostile) instead(path string, own http.HandlerFunc) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.handle[path] = own
}

func (h *hostile) timesAsked(path string) int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.asked[path]
}

func say(w http.ResponseWriter, what any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(what)
}

func (h *hostile) provider(t *testing.T, change ...func(*oidc.Config)) *oidc.Provider {
	t.Helper()
	transport := &http.Transport{}
	t.Cleanup(transport.CloseIdleConnections)
	config := oidc.Config{
		Name: "hostile", Issuer: h.url, ClientID: clientID, ClientSecret: secret.NewText(clientSecret), RedirectURL: redirectURL,
		Client: &http.Client{Transport: transport}, Now: func() time.Time { return noon },
	}
	for _, each := range change {
		each(&config)
	}
	p, err := oidc.New(config)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// begin starts a sign-in, and lets the issuer know its nonce.
func (h *hostile) begin(t *testing.T, p *oidc.Provider, fresh bool) (*oidc.Session, url.Values) {
	t.Helper()
	s, err := p.Begin(t.Context(), oidc.NewState(), fresh)
	if err != nil {
		t.Fatal(err)
	}
	to, err := url.Parse(s.AuthURL)
	if err != nil {
		t.Fatal(err)
	}
	if _, own := h.claims["nonce"]; !own {
		h.claims["nonce"] = to.Query().Get("nonce")
	}
	if to.Query().Get("code_challenge") != oauth2.S256ChallengeFromVerifier(s.Verifier) {
		t.Error("the challenge is not of the verifier")
	}
	return s, url.Values{"state": {s.State}, "code": {"the-code"}}
}

// accessHash is the claim at_hash of an access token.
func accessHash(token string) string {
	sum := sha256.Sum256([]byte(token))
	return base64.RawURLEncoding.EncodeToString(sum[:16])
}
