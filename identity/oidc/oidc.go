// Package oidc signs people in at an issuer that speaks OpenID Connect. It is
// a provider of goth, and takes the place of goth's own, which believes tokens
// without looking at their signature: here the signature, issuer, audience,
// time, nonce and access token hash are checked, PKCE and state are compulsory,
// and nothing of the answer chooses where a code goes.
package oidc

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	gooidc "github.com/coreos/go-oidc/v3/oidc"
	"github.com/markbates/goth"
	"golang.org/x/oauth2"

	"mooring/secret"
)

const (
	stateSize = 32               // characters that a state has at least
	skew      = 30 * time.Second // that the clock of an issuer may be behind ours
	wholeTime = 20 * time.Second // for one step with all its requests
)

// algorithms that may sign a token: none with a shared secret, and never none.
var algorithms = []string{
	gooidc.RS256, gooidc.RS384, gooidc.RS512, gooidc.PS256, gooidc.PS384, gooidc.PS512,
	gooidc.ES256, gooidc.ES384, gooidc.ES512, gooidc.EdDSA,
}

// Config says who the issuer is and who we are to it.
type Config struct {
	Name         string // tells the providers of a site apart
	Issuer       string
	ClientID     string
	ClientSecret secret.Text
	RedirectURL  string
	GroupsClaim  string           // empty: groups are not asked for
	Scopes       []string         // empty: those that are needed
	AuthStyle    oauth2.AuthStyle // how the secret travels; zero: as the issuer takes it
	NeverAgain   bool             // the issuer cannot be made to ask a person again; it can only show who they are
	Client       *http.Client
	Now          func() time.Time
}

// Provider is one issuer. It asks for the discovery document when it is first
// needed, and keeps it.
type Provider struct {
	config Config
	turn   chan struct{} // held by who looks at issuer
	issuer *issuer
	client *http.Client
}

// issuer is what the discovery document says.
type issuer struct {
	*gooidc.Provider
	oauth    oauth2.Config
	style    atomic.Int32 // of oauth2.AuthStyle: how the issuer took the secret last
	keys     gooidc.KeySet
	keySets  *keySets
	signOut  *url.URL // where people end their session there; nil: nowhere
	namesIss bool     // every answer names its issuer (RFC 9207)
}

var _ goth.Provider = (*Provider)(nil)

// New makes a provider. It asks nobody.
func New(c Config) (*Provider, error) {
	if !secure(c.Issuer, true) {
		return nil, fmt.Errorf("%q is not an address that begins with https://", c.Issuer)
	}
	client, err := Guard(c.Client, nil)
	if err != nil {
		return nil, err
	}
	return &Provider{config: c, turn: make(chan struct{}, 1), client: client}, nil
}

// Name is the name of the provider.
func (p *Provider) Name() string { return p.config.Name }

// SetName is for goth; it must be called before the provider is used.
func (p *Provider) SetName(name string) { p.config.Name = name }

// Debug is for goth and does nothing: what could be told is secret.
func (p *Provider) Debug(bool) {}

// RefreshToken is for goth: no token is kept, so there is nothing to refresh.
func (p *Provider) RefreshToken(string) (*oauth2.Token, error) { return nil, errors.ErrUnsupported }

// RefreshTokenAvailable is for goth.
func (p *Provider) RefreshTokenAvailable() bool { return false }

// NewState makes what nobody can guess, for states, nonces and verifiers.
func NewState() string { return rand.Text() + rand.Text() }

// SameState compares the state that was sent with the one that came back. A
// short one was not made by NewState and is never the same.
func SameState(sent, came string) bool {
	return len(sent) >= stateSize && subtle.ConstantTimeCompare([]byte(sent), []byte(came)) == 1
}

// BeginAuth is Begin, for goth.
func (p *Provider) BeginAuth(state string) (goth.Session, error) {
	return p.Begin(context.Background(), state, false)
}

// Begin starts a sign-in. A fresh one asks the person again who they are.
func (p *Provider) Begin(ctx context.Context, state string, fresh bool) (*Session, error) {
	if len(state) < stateSize {
		return nil, wrong("the state has only %d characters", len(state))
	}
	ctx, stop := p.within(ctx)
	defer stop()
	at, err := p.discover(ctx)
	if err != nil {
		return nil, err
	}
	s := &Session{State: state, Nonce: NewState(), Verifier: oauth2.GenerateVerifier(), Fresh: fresh, Begun: p.config.Now()}
	options := []oauth2.AuthCodeOption{gooidc.Nonce(s.Nonce), oauth2.S256ChallengeOption(s.Verifier)}
	switch {
	case fresh && p.config.NeverAgain:
		options = append(options, oauth2.SetAuthURLParam("prompt", "select_account"))
	case fresh:
		options = append(options, oauth2.SetAuthURLParam("prompt", "login"), oauth2.SetAuthURLParam("max_age", "0"))
	}
	s.AuthURL = at.oauth.AuthCodeURL(state, options...)
	return s, nil
}

// within bounds one step and lends it our client.
func (p *Provider) within(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(gooidc.ClientContext(ctx, p.client), wholeTime)
}

// discover gives what the discovery document says. One asks at a time, and a
// failure is not kept.
func (p *Provider) discover(ctx context.Context) (*issuer, error) {
	select {
	case p.turn <- struct{}{}:
		defer func() { <-p.turn }()
	case <-ctx.Done():
		return nil, because(ErrDown, ctx.Err())
	}
	if p.issuer != nil {
		return p.issuer, nil
	}
	found, err := gooidc.NewProvider(ctx, p.config.Issuer)
	var another *gooidc.IssuerMismatchError
	switch {
	case errors.As(err, &another):
		return nil, because(ErrSettings, err)
	case err != nil:
		return nil, unanswered(err)
	}
	var document struct {
		Keys     string   `json:"jwks_uri"`
		NamesIss bool     `json:"authorization_response_iss_parameter_supported"`
		Scopes   []string `json:"scopes_supported"`
		Methods  []string `json:"token_endpoint_auth_methods_supported"`
		SignOut  any      `json:"end_session_endpoint"` // any: a wrong one is no reason to fail
	}
	if err := found.Claims(&document); err != nil {
		return nil, because(ErrBroken, err)
	}
	endpoint := found.Endpoint()
	endpoint.AuthStyle = p.config.AuthStyle
	if endpoint.AuthStyle == 0 {
		endpoint.AuthStyle = oauth2.AuthStyleInHeader
		if len(document.Methods) > 0 && !slices.Contains(document.Methods, "client_secret_basic") {
			endpoint.AuthStyle = oauth2.AuthStyleInParams
		}
	}
	atHome := !secure(p.config.Issuer, false)
	for name, address := range map[string]string{
		"authorization_endpoint": endpoint.AuthURL, "token_endpoint": endpoint.TokenURL, "jwks_uri": document.Keys,
		"userinfo_endpoint": found.UserInfoEndpoint(),
	} {
		if (name != "userinfo_endpoint" || address != "") && !secure(address, atHome) {
			return nil, because(ErrSettings, fmt.Errorf("its %s is not an address that begins with https://", name))
		}
	}
	scopes := p.config.Scopes
	if len(scopes) == 0 {
		scopes = []string{gooidc.ScopeOpenID, gooidc.ScopeEmail, gooidc.ScopeProfile}
		if p.config.GroupsClaim != "" && slices.Contains(document.Scopes, p.config.GroupsClaim) {
			scopes = append(scopes, p.config.GroupsClaim)
		}
	}
	keys := &keySets{base: p.client.Transport}
	reading := *p.client
	reading.Transport = keys
	p.issuer = &issuer{
		Provider: found,
		oauth: oauth2.Config{ClientID: p.config.ClientID, ClientSecret: p.config.ClientSecret.Reveal(),
			Endpoint: endpoint, RedirectURL: p.config.RedirectURL, Scopes: scopes},
		keys:     gooidc.NewRemoteKeySet(gooidc.ClientContext(context.Background(), &reading), document.Keys),
		keySets:  keys,
		namesIss: document.NamesIss,
		signOut:  p.signOutEndpoint(document.SignOut, endpoint.AuthURL),
	}
	p.issuer.style.Store(int32(endpoint.AuthStyle))
	return p.issuer, nil
}

// signOutEndpoint reads where the issuer lets people sign out. It counts on the host
// of the issuer, which the operator named, or on the one where people sign in.
func (p *Provider) signOutEndpoint(said any, signIn string) *url.URL {
	address, _ := said.(string)
	to, err := url.Parse(address)
	if err != nil || !secure(address, !secure(p.config.Issuer, false)) {
		return nil
	}
	for _, known := range []string{p.config.Issuer, signIn} {
		if at, err := url.Parse(known); err == nil && at.Scheme == to.Scheme && strings.EqualFold(at.Host, to.Host) {
			return to
		}
	}
	return nil
}

// SignOutURL is where somebody who has signed out here ends their session at the
// issuer, too, and comes back to the given address: empty when the issuer has no
// such page.
func (p *Provider) SignOutURL(ctx context.Context, back string) (string, error) {
	ctx, stop := p.within(ctx)
	defer stop()
	at, err := p.discover(ctx)
	if err != nil || at.signOut == nil {
		return "", err
	}
	to := *at.signOut
	query := to.Query()
	query.Set("client_id", p.config.ClientID)
	query.Set("post_logout_redirect_uri", back)
	to.RawQuery = query.Encode()
	return to.String(), nil
}

// exchange gives the code and gets a token. An issuer may take the secret in one
// way from this client and list both: unless the operator said which, the other is
// tried once, and stays when it works. A client that is refused has not used the
// code up.
func (p *Provider) exchange(ctx context.Context, at *issuer, code, verifier string) (*oauth2.Token, error) {
	oauth := at.oauth
	style := oauth2.AuthStyle(at.style.Load())
	oauth.Endpoint.AuthStyle = style
	token, err := oauth.Exchange(ctx, code, oauth2.VerifierOption(verifier))
	if p.config.AuthStyle != 0 || !refusesClient(err) {
		return token, err
	}
	oauth.Endpoint.AuthStyle = otherStyle(style)
	token, again := oauth.Exchange(ctx, code, oauth2.VerifierOption(verifier))
	if refusesClient(again) {
		return nil, err
	}
	at.style.Store(int32(oauth.Endpoint.AuthStyle))
	return token, again
}

func otherStyle(style oauth2.AuthStyle) oauth2.AuthStyle {
	if style == oauth2.AuthStyleInHeader {
		return oauth2.AuthStyleInParams
	}
	return oauth2.AuthStyleInHeader
}

// secure reports whether an address is one for secrets: https, or http to this
// machine where that is allowed.
func secure(address string, loopback bool) bool {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.User != nil || u.Fragment != "" {
		return false
	}
	if u.Scheme == "https" {
		return true
	}
	return loopback && u.Scheme == "http" && (u.Hostname() == "localhost" || net.ParseIP(u.Hostname()).IsLoopback())
}

// UnmarshalSession is for goth.
func (p *Provider) UnmarshalSession(data string) (goth.Session, error) {
	s := &Session{}
	if err := json.Unmarshal([]byte(data), s); err != nil {
		return nil, err
	}
	return s, nil
}
