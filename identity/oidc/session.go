package oidc

import (
	"context"
	"crypto/subtle"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"math"
	"mime"
	"net/http"
	"net/mail"
	"net/url"
	"strconv"
	"strings"
	"time"

	gooidc "github.com/coreos/go-oidc/v3/oidc"
	"github.com/go-jose/go-jose/v4"
	"github.com/markbates/goth"
	"golang.org/x/oauth2"

	"mooring/text"
)

const subjectSize = 255 // characters that a subject has at most, says the standard

// Session is one sign-in on its way. What the issuer gives stays in memory.
type Session struct {
	AuthURL  string `json:",omitempty"` // where the browser goes
	State    string
	Nonce    string
	Verifier string // of PKCE
	Fresh    bool
	Begun    time.Time

	claims      map[string]any // of the token, after Authorize
	accessToken string
	unread      error // why the user info endpoint was asked in vain
}

var _ goth.Session = (*Session)(nil)

// GetAuthURL says where the browser goes.
func (s *Session) GetAuthURL() (string, error) {
	if s.AuthURL == "" {
		return "", errors.New(goth.NoAuthUrlErrorMessage)
	}
	return s.AuthURL, nil
}

// Marshal is for goth.
func (s *Session) Marshal() string {
	data, _ := json.Marshal(s) // it has only texts, a bool and a time
	return string(data)
}

// Authorize is AuthorizeWithin, for goth.
func (s *Session) Authorize(provider goth.Provider, answer goth.Params) (string, error) {
	p, ok := provider.(*Provider)
	if !ok {
		return "", wrong("the session is of another kind of provider")
	}
	return s.AuthorizeWithin(context.Background(), p, answer)
}

// AuthorizeWithin checks the answer, exchanges its code and checks the token
// that comes for it.
func (s *Session) AuthorizeWithin(ctx context.Context, p *Provider, answer goth.Params) (string, error) {
	if !SameState(s.State, answer.Get("state")) {
		return "", wrong("the state is not the one that was sent")
	}
	ctx, stop := p.within(ctx)
	defer stop()
	at, err := p.discover(ctx)
	if err != nil {
		return "", err
	}
	if iss := answer.Get("iss"); iss != p.config.Issuer && (iss != "" || at.namesIss) {
		return "", wrong("the answer is from the issuer %q", iss)
	}
	if err := ErrorAnswer(answer); err != nil {
		return "", err
	}
	code := answer.Get("code")
	if code == "" {
		return "", wrong("there is no code")
	}
	token, err := p.exchange(ctx, at, code, s.Verifier)
	if err != nil {
		return "", ExchangeError(err, code, s.Verifier, p.config.ClientSecret.Reveal())
	}
	if err := s.check(ctx, p, at, token); err != nil {
		return "", err
	}
	s.accessToken = token.AccessToken
	return token.AccessToken, nil
}

// check believes the ID token, or says why not.
func (s *Session) check(ctx context.Context, p *Provider, at *issuer, token *oauth2.Token) error {
	raw, ok := token.Extra("id_token").(string)
	if !ok {
		return because(ErrBroken, errors.New("there is no ID token"))
	}
	keys := &watched{KeySet: at.keys, sets: at.keySets}
	verifier := gooidc.NewVerifier(p.config.Issuer, keys, &gooidc.Config{
		ClientID: p.config.ClientID, SupportedSigningAlgs: algorithms, Now: p.config.Now,
	})
	id, err := verifier.Verify(ctx, raw)
	switch {
	case keys.failed != nil:
		return keys.failed
	case err != nil:
		return because(ErrToken, err)
	case id.Subject == "" || len(id.Subject) > subjectSize:
		return noToken("the subject has %d characters", len(id.Subject))
	case s.Nonce == "" || subtle.ConstantTimeCompare([]byte(id.Nonce), []byte(s.Nonce)) != 1:
		return noToken("the nonce is not the one that was sent")
	case id.AccessTokenHash != "" && id.VerifyAccessToken(token.AccessToken) != nil:
		return noToken("the access token is not the one that the ID token came with")
	}
	var claims map[string]any
	if err := id.Claims(&claims); err != nil {
		return because(ErrToken, err)
	}
	party, isText := claims["azp"].(string)
	if claims["azp"] != nil && !isText || party != p.config.ClientID && (party != "" || len(id.Audience) > 1) {
		return noToken("the token was made for %q", party)
	}
	if s.Fresh && !p.config.NeverAgain {
		seconds, ok := number(claims["auth_time"])
		if !ok {
			return because(ErrNotAgain, errors.New("the token has no auth_time"))
		}
		if last := time.Unix(int64(seconds), 0); last.Before(s.Begun.Add(-skew)) {
			return because(ErrNotAgain, errors.New("the person last signed in there at "+last.UTC().Format(time.RFC3339)))
		}
	}
	s.claims = claims
	return nil
}

// number reads a claim that some issuers write as a text.
func number(claim any) (float64, bool) {
	switch value := claim.(type) {
	case float64:
		return value, true
	case string:
		parsed, err := strconv.ParseFloat(value, 64)
		return parsed, err == nil && !math.IsNaN(parsed) && !math.IsInf(parsed, 0)
	}
	return 0, false
}

// watched tells a key set that cannot be fetched or read from a token that does
// not hold, which the verifier does not.
type watched struct {
	gooidc.KeySet
	sets   *keySets
	failed error
}

// VerifySignature implements gooidc.KeySet.
func (w *watched) VerifySignature(ctx context.Context, token string) ([]byte, error) {
	payload, err := w.KeySet.VerifySignature(ctx, token)
	var request *url.Error
	switch {
	case err == nil:
	case errors.As(err, &request), ctx.Err() != nil:
		w.failed = unanswered(err)
	default:
		if why := w.sets.whyUnread(keyID(token)); why != nil {
			w.failed = because(ErrBroken, why)
		}
	}
	return payload, err
}

// keyID is the key that a token says it is signed with.
func keyID(token string) string {
	var header struct {
		ID string `json:"kid"`
	}
	first, _, _ := strings.Cut(token, ".")
	if text, err := base64.RawURLEncoding.DecodeString(first); err == nil {
		_ = json.Unmarshal(text, &header)
	}
	return header.ID
}

// FetchUser is FetchUserWithin, for goth.
func (p *Provider) FetchUser(session goth.Session) (goth.User, error) {
	s, ok := session.(*Session)
	if !ok {
		return goth.User{}, wrong("the session is of another kind of provider")
	}
	return p.FetchUserWithin(context.Background(), s)
}

// FetchUserWithin says who signed in. The signed token has the say; what it
// leaves open is asked at the user info endpoint, whose answer nobody signs. When
// that gives none, it stays open, and Unread says why.
func (p *Provider) FetchUserWithin(ctx context.Context, s *Session) (goth.User, error) {
	if s.claims == nil {
		return goth.User{}, wrong("nothing was authorized")
	}
	ctx, stop := p.within(ctx)
	defer stop()
	at, err := p.discover(ctx)
	if err != nil {
		return goth.User{}, err
	}
	claims := s.claims
	if at.UserInfoEndpoint() != "" && p.leavesOpen(claims) {
		more, err := p.userInfo(ctx, at, s)
		switch {
		case errors.Is(err, ErrToken):
			return goth.User{}, err
		case err != nil:
			s.unread = err
		default:
			groups, ok := Claim(more, p.config.GroupsClaim)
			ok = ok && p.lacksGroups(claims)
			if claims = merge(claims, more); ok { // also inside of something that the token has in part
				claims[p.config.GroupsClaim] = groups
			}
		}
	}
	user := goth.User{Provider: p.Name(), RawData: claims}
	user.UserID, _ = claims["sub"].(string)
	user.Email, _ = Address(claims["email"])
	user.Name, _ = claims["name"].(string)
	user.NickName, _ = claims["preferred_username"].(string)
	return user, nil
}

// Unread says why the user info endpoint was asked in vain, or nil.
func (s *Session) Unread() error { return s.unread }

// userInfo asks the user info endpoint: ErrToken when it is about somebody else.
func (p *Provider) userInfo(ctx context.Context, at *issuer, s *Session) (map[string]any, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, at.UserInfoEndpoint(), nil)
	if err != nil {
		return nil, because(ErrBroken, err)
	}
	request.Header.Set("Authorization", "Bearer "+s.accessToken)
	request.Header.Set("Accept", "application/json")
	answer, err := p.client.Do(request)
	if err != nil {
		return nil, unanswered(err, s.accessToken)
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return nil, because(ErrBroken, fmt.Errorf("the user info endpoint answered %d", answer.StatusCode))
	}
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		return nil, unanswered(err, s.accessToken)
	}
	if kind, _, _ := mime.ParseMediaType(answer.Header.Get("Content-Type")); kind == "application/jwt" {
		if _, err := jose.ParseSignedCompact(string(body), joseAlgorithms()); err != nil {
			return nil, because(ErrBroken, err, s.accessToken)
		}
		if body, err = at.keys.VerifySignature(ctx, string(body)); err != nil {
			return nil, because(ErrBroken, err, s.accessToken)
		}
	}
	var claims map[string]any
	if err := json.Unmarshal(body, &claims); err != nil {
		return nil, because(ErrBroken, fmt.Errorf("the user info endpoint: %w", err), s.accessToken)
	}
	subject, _ := claims["sub"].(string)
	switch subject {
	case s.claims["sub"]:
		return claims, nil
	case "":
		return nil, because(ErrBroken, errors.New("the user info endpoint doesn't say whom it is about"))
	}
	return nil, noToken("the user info is about somebody else")
}

func joseAlgorithms() []jose.SignatureAlgorithm {
	all := make([]jose.SignatureAlgorithm, len(algorithms))
	for i, name := range algorithms {
		all[i] = jose.SignatureAlgorithm(name)
	}
	return all
}

// leavesOpen reports whether the token lacks something that matters.
func (p *Provider) leavesOpen(claims map[string]any) bool {
	if _, ok := Address(claims["email"]); !ok || claims["email_verified"] == nil && claims["xms_edov"] == nil {
		return true
	}
	return claims["name"] == nil || p.lacksGroups(claims)
}

func (p *Provider) lacksGroups(claims map[string]any) bool {
	if p.config.GroupsClaim == "" {
		return false
	}
	_, ok := Claim(claims, p.config.GroupsClaim)
	return !ok && !Overage(claims, p.config.GroupsClaim)
}

// emailSize is how long an address may be, in bytes.
const emailSize = 254

// Address reads one e-mail address, which may stand beside a name: Bob <b@x.org>.
func Address(claim any) (string, bool) {
	said, ok := claim.(string)
	if !ok || len(said) > 4*emailSize {
		return "", false
	}
	parsed, err := mail.ParseAddress(said)
	if err != nil {
		return "", false
	}
	bare, err := mail.ParseAddress(parsed.Address)
	if err != nil || bare.Address != parsed.Address || len(parsed.Address) > emailSize || text.Line(parsed.Address) != parsed.Address {
		return "", false
	}
	return parsed.Address, true
}

// merge adds what the token leaves open. Whether an address is verified is said
// about the address beside it, not about another one.
func merge(signed, unsigned map[string]any) map[string]any {
	signed, unsigned = maps.Clone(signed), maps.Clone(unsigned)
	maps.DeleteFunc(signed, func(_ string, claim any) bool { return claim == nil })
	own, ok := Address(signed["email"])
	if other, _ := Address(unsigned["email"]); !ok {
		for _, name := range []string{"email", "email_verified", "xms_edov"} {
			delete(signed, name)
		}
	} else if delete(unsigned, "xms_edov"); !strings.EqualFold(own, other) {
		delete(unsigned, "email_verified")
	}
	maps.Copy(unsigned, signed)
	return unsigned
}
