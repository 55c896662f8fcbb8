package identity

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	gothgithub "github.com/markbates/goth/providers/github"
	"golang.org/x/oauth2"

	"mooring/identity/oidc"
)

// githubTime is for the four requests of one sign-in together.
const githubTime = 20 * time.Second

// githubIssuer stands where an issuer of OpenID Connect has its address.
const githubIssuer = "https://github.com"

// github signs in with goth's provider. PKCE, the context and the check of the
// address are ours, around it: each sign-in gets a provider of its own.
type github struct {
	settings Settings
	callback string
	client   *http.Client
}

func (g github) provider(client *http.Client, scopes ...string) *gothgithub.Provider {
	p := gothgithub.New(g.settings.ClientID, g.settings.ClientSecret.Reveal(), g.callback, scopes...)
	p.HTTPClient = client
	return p
}

func (g github) begin(_ context.Context, a *Attempt) (string, error) {
	s, err := g.provider(g.client, "read:user", "user:email").BeginAuth(a.State)
	if err != nil {
		return "", err
	}
	a.Verifier = oauth2.GenerateVerifier()
	raw, err := s.GetAuthURL()
	if err != nil {
		return "", err
	}
	to, err := url.Parse(raw)
	if err != nil {
		return "", err
	}
	query := to.Query()
	query.Set("code_challenge", oauth2.S256ChallengeFromVerifier(a.Verifier))
	query.Set("code_challenge_method", "S256")
	if a.Fresh {
		query.Set("prompt", "select_account")
	}
	to.RawQuery = query.Encode()
	return to.String(), nil
}

func (g github) finish(ctx context.Context, a Attempt, answer url.Values) (found, error) {
	if !oidc.SameState(a.State, answer.Get("state")) {
		return found{}, fmt.Errorf("%w: the state is not the one that was sent", oidc.ErrAnswer)
	}
	if err := oidc.ErrorAnswer(answer); err != nil {
		return found{}, err
	}
	if answer.Get("code") == "" {
		return found{}, fmt.Errorf("%w: there is no code", oidc.ErrAnswer)
	}
	ctx, stop := context.WithTimeout(ctx, githubTime)
	defer stop()
	client := *g.client
	client.Transport = proving{ctx, a.Verifier, g.client.Transport}
	p := g.provider(&client) // without scopes it leaves the address to us
	s := &gothgithub.Session{}
	if _, err := s.Authorize(p, url.Values{"code": answer["code"]}); err != nil {
		return found{}, oidc.ExchangeError(err, answer.Get("code"), a.Verifier, g.settings.ClientSecret.Reveal())
	}
	user, err := p.FetchUser(s)
	if err != nil {
		return found{}, oidc.ExchangeError(err, s.AccessToken)
	}
	if id, err := strconv.ParseInt(user.UserID, 10, 64); err != nil || id <= 0 {
		return found{}, fmt.Errorf("%w: the person has no number", oidc.ErrBroken)
	}
	user.RawData = map[string]any{}
	who := found{User: user}
	if who.Email, err = verifiedAddress(ctx, &client, s.AccessToken); err != nil {
		who.unread = oidc.ExchangeError(err, s.AccessToken)
	}
	if who.Email != "" {
		who.RawData["email_verified"] = true
	}
	return who, nil
}

// verifiedAddress asks for the address that is both primary and verified. The
// one on the profile is whatever the person wants to show.
func verifiedAddress(ctx context.Context, client *http.Client, accessToken string) (string, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, gothgithub.EmailURL, nil)
	if err != nil {
		return "", err
	}
	request.Header.Set("Authorization", "Bearer "+accessToken)
	answer, err := client.Do(request)
	if err != nil {
		return "", err
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return "", errors.New("the addresses were answered with " + answer.Status)
	}
	var all []struct {
		Email             string
		Primary, Verified bool
	}
	if err := json.NewDecoder(answer.Body).Decode(&all); err != nil {
		return "", err
	}
	for _, one := range all {
		if one.Primary && one.Verified {
			return one.Email, nil
		}
	}
	return "", nil
}

// proving adds what goth leaves out: the verifier to the request that has the
// code, and the context to every request.
type proving struct {
	ctx      context.Context
	verifier string
	base     http.RoundTripper
}

func (p proving) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(p.ctx)
	if r.URL.String() == gothgithub.TokenURL && r.Body != nil {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return nil, err
		}
		_ = r.Body.Close()
		form, err := url.ParseQuery(string(body))
		if err != nil {
			return nil, err
		}
		form.Set("code_verifier", p.verifier)
		encoded := form.Encode()
		r.Body, r.ContentLength, r.GetBody = io.NopCloser(strings.NewReader(encoded)), int64(len(encoded)), nil
	}
	return p.base.RoundTrip(r)
}
