package identitytest

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
)

// Quirks are the ways in which real providers differ from the standard or from
// each other. The zero value is a provider without any.
type Quirks struct {
	Discovery map[string]any // laid over the discovery document; nil takes a line out
	Claims    map[string]any // laid over those of the ID token; nil takes a claim out
	UserInfo  map[string]any // laid over what the user info endpoint says; nil takes a claim out
	Token     map[string]any // laid over the answer of the token endpoint

	NoUserInfo     bool   // there is no user info endpoint
	UserInfoStatus int    // that it answers with; 0: 200
	UserInfoBody   string // instead of JSON
	UserInfoSigned bool   // it is a signed token (application/jwt)
	UserInfoForged bool   // which was changed after it was signed

	Keys       []string // JSON of keys beside the good one, before it
	KeySet     string   // the whole key set instead
	KeysStatus int      // that it answers with; 0: 200

	AuthMethod  string // client_secret_basic or client_secret_post: how the client has to say its secret; empty: either
	Refuses     string // error that the authorization endpoint answers instead of a code, such as access_denied
	TokenError  string // error that the token endpoint answers, such as invalid_grant
	TokenStatus int    // with which it does; 0: 400
}

// Quirky is a small OpenID Connect provider whose quirks can be switched one by
// one. It has one client and one person, and holds its client to what the standard
// asks of it: the secret, the redirect address, PKCE, and each code once.
type Quirky struct {
	URL                    string // issuer
	ClientID, ClientSecret string
	Subject                string // of the person

	key    *ecdsa.PrivateKey
	mu     sync.Mutex
	quirks Quirks
	codes  map[string]url.Values // what each code was asked for with
	asked  map[string]int        // by path
	scopes string                // that were asked for last
}

// StartQuirky runs a provider until the test ends.
func StartQuirky(t testing.TB) *Quirky {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	q := &Quirky{ClientID: "mooring", ClientSecret: "secret+of/the=client", Subject: "248289761001", key: key,
		codes: map[string]url.Values{}, asked: map[string]int{}}
	server := httptest.NewServer(q)
	t.Cleanup(server.Close)
	q.URL = server.URL
	return q
}

// Set switches to these quirks and leaves all others.
func (q *Quirky) Set(quirks Quirks) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.quirks = quirks
}

// Asked is how often a path was asked for.
func (q *Quirky) Asked(path string) int {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.asked[path]
}

// Scopes are those that the last sign-in asked for.
func (q *Quirky) Scopes() string {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.scopes
}

// SettingsLine is how an operator names this provider; its secret is in the
// variable SecretVariable.
func (q *Quirky) SettingsLine(key string, more ...string) string {
	return fmt.Sprintf("oidc key=%s name='Harbor SSO' issuer=%s client-id=%s client-secret-env=%s %s",
		key, q.URL, q.ClientID, SecretVariable, strings.Join(more, " "))
}

// Getenv knows the variable that SettingsLine names.
func (q *Quirky) Getenv(name string) string {
	if name == SecretVariable {
		return q.ClientSecret
	}
	return ""
}

// SignIn does what the person's browser does at the address that Begin gave, and
// gives the query with which it comes back to the callback address.
func (q *Quirky) SignIn(t testing.TB, address string) url.Values {
	t.Helper()
	browser := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	page, err := browser.Get(address)
	if err != nil {
		t.Fatal(err)
	}
	_ = page.Body.Close()
	back, err := page.Location()
	if err != nil {
		t.Fatalf("the provider answered %s and did not send the browser back: %v", page.Status, err)
	}
	return back.Query()
}

// ServeHTTP implements http.Handler.
func (q *Quirky) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.asked[r.URL.Path]++
	switch r.URL.Path {
	case "/.well-known/openid-configuration":
		q.discovery(w)
	case "/auth":
		q.authorize(w, r)
	case "/token":
		q.token(w, r)
	case "/keys":
		q.keys(w)
	case "/userinfo":
		q.userInfo(w, r)
	default:
		http.NotFound(w, r)
	}
}

func (q *Quirky) discovery(w http.ResponseWriter) {
	document := map[string]any{
		"issuer": q.URL, "authorization_endpoint": q.URL + "/auth", "token_endpoint": q.URL + "/token", "jwks_uri": q.URL + "/keys",
		"userinfo_endpoint": q.URL + "/userinfo", "id_token_signing_alg_values_supported": []string{"ES256"},
		"token_endpoint_auth_methods_supported": []string{"client_secret_basic", "client_secret_post"},
	}
	if q.quirks.NoUserInfo {
		delete(document, "userinfo_endpoint")
	}
	answer(w, http.StatusOK, laidOver(document, q.quirks.Discovery))
}

func (q *Quirky) authorize(w http.ResponseWriter, r *http.Request) {
	query := r.URL.Query()
	q.scopes = query.Get("scope")
	back, err := url.Parse(query.Get("redirect_uri"))
	if err != nil || query.Get("client_id") != q.ClientID || query.Get("response_type") != "code" {
		http.Error(w, "not like that", http.StatusBadRequest)
		return
	}
	said := url.Values{"state": {query.Get("state")}}
	if q.quirks.Refuses != "" {
		said.Set("error", q.quirks.Refuses)
	} else {
		code := rand.Text()
		q.codes[code] = query
		said.Set("code", code)
	}
	back.RawQuery = said.Encode()
	http.Redirect(w, r, back.String(), http.StatusFound)
}

func (q *Quirky) token(w http.ResponseWriter, r *http.Request) {
	if q.quirks.TokenError != "" {
		status := q.quirks.TokenStatus
		if status == 0 {
			status = http.StatusBadRequest
		}
		answer(w, status, map[string]any{"error": q.quirks.TokenError})
		return
	}
	if !q.knowsClient(r) {
		answer(w, http.StatusUnauthorized, map[string]any{"error": "invalid_client"})
		return
	}
	begun, known := q.codes[r.PostFormValue("code")]
	challenge := sha256.Sum256([]byte(r.PostFormValue("code_verifier")))
	if !known || r.PostFormValue("redirect_uri") != begun.Get("redirect_uri") ||
		base64.RawURLEncoding.EncodeToString(challenge[:]) != begun.Get("code_challenge") {
		answer(w, http.StatusBadRequest, map[string]any{"error": "invalid_grant"})
		return
	}
	delete(q.codes, r.PostFormValue("code"))
	now := time.Now()
	claims := laidOver(map[string]any{
		"iss": q.URL, "sub": q.Subject, "aud": q.ClientID, "iat": now.Unix(), "exp": now.Add(time.Hour).Unix(), "auth_time": now.Unix(),
		"nonce": begun.Get("nonce"), "email": "ada@example.com", "email_verified": true, "name": "Ada Byron",
	}, q.quirks.Claims)
	id, err := q.sign(claims)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	answer(w, http.StatusOK, laidOver(map[string]any{"access_token": "access", "token_type": "Bearer", "expires_in": 3600, "id_token": id}, q.quirks.Token))
}

// knowsClient reports whether the client has said its secret, in the way that it
// has to.
func (q *Quirky) knowsClient(r *http.Request) bool {
	user, password, basic := r.BasicAuth()
	if basic {
		user, _ = url.QueryUnescape(user)
		password, _ = url.QueryUnescape(password)
		return q.quirks.AuthMethod != "client_secret_post" && user == q.ClientID && password == q.ClientSecret
	}
	return q.quirks.AuthMethod != "client_secret_basic" && r.PostFormValue("client_id") == q.ClientID && r.PostFormValue("client_secret") == q.ClientSecret
}

func (q *Quirky) sign(claims map[string]any) (string, error) {
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.ES256, Key: q.key}, (&jose.SignerOptions{}).WithHeader("kid", "good"))
	if err != nil {
		return "", err
	}
	text, err := json.Marshal(claims)
	if err != nil {
		return "", err
	}
	token, err := signer.Sign(text)
	if err != nil {
		return "", err
	}
	return token.CompactSerialize()
}

func (q *Quirky) keys(w http.ResponseWriter) {
	good, err := json.Marshal(jose.JSONWebKey{Key: q.key.Public(), KeyID: "good", Use: "sig"})
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	set := q.quirks.KeySet
	if set == "" {
		set = `{"keys":[` + strings.Join(append(q.quirks.Keys[:len(q.quirks.Keys):len(q.quirks.Keys)], string(good)), ",") + `]}`
	}
	w.Header().Set("Content-Type", "application/json")
	if q.quirks.KeysStatus != 0 {
		w.WriteHeader(q.quirks.KeysStatus)
	}
	_, _ = fmt.Fprint(w, set)
}

// GoodKey is the JSON of the key that signs, with these lines laid over it.
func (q *Quirky) GoodKey(t testing.TB, over map[string]any) string {
	t.Helper()
	text, err := json.Marshal(jose.JSONWebKey{Key: q.key.Public(), KeyID: "good", Use: "sig"})
	if err != nil {
		t.Fatal(err)
	}
	var key map[string]any
	if err := json.Unmarshal(text, &key); err != nil {
		t.Fatal(err)
	}
	if text, err = json.Marshal(laidOver(key, over)); err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func (q *Quirky) userInfo(w http.ResponseWriter, r *http.Request) {
	switch {
	case q.quirks.NoUserInfo:
		http.NotFound(w, r)
	case q.quirks.UserInfoStatus != 0:
		http.Error(w, "not today", q.quirks.UserInfoStatus)
	case r.Header.Get("Authorization") != "Bearer access":
		w.WriteHeader(http.StatusUnauthorized)
	case q.quirks.UserInfoBody != "":
		_, _ = fmt.Fprint(w, q.quirks.UserInfoBody)
	case q.quirks.UserInfoSigned:
		q.signedUserInfo(w)
	default:
		answer(w, http.StatusOK, laidOver(map[string]any{"sub": q.Subject}, q.quirks.UserInfo))
	}
}

func (q *Quirky) signedUserInfo(w http.ResponseWriter) {
	claims := laidOver(map[string]any{"iss": q.URL, "aud": q.ClientID, "sub": q.Subject}, q.quirks.UserInfo)
	token, err := q.sign(claims)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	if q.quirks.UserInfoForged {
		parts := strings.Split(token, ".")
		claims["email"] = "eve@example.org"
		text, _ := json.Marshal(claims)
		token = parts[0] + "." + base64.RawURLEncoding.EncodeToString(text) + "." + parts[2]
	}
	w.Header().Set("Content-Type", "application/jwt; charset=utf-8")
	_, _ = fmt.Fprint(w, token)
}

// laidOver changes a document and leaves out what is changed to nothing.
func laidOver(document, over map[string]any) map[string]any {
	document = maps.Clone(document)
	maps.Copy(document, over)
	maps.DeleteFunc(document, func(_ string, value any) bool { return value == nil })
	return document
}

// Null is a claim with the value null, where nil takes the claim out.
var Null = json.RawMessage("null")

func answer(w http.ResponseWriter, status int, what any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(what)
}
