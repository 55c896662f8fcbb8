package google

import (
	"context"
	"crypto/tls"
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"

	"mooring/cloud/wire"
	"mooring/secret"
)

// scope is what tokens are for: the permissions of who signs in are the limit.
const scope = "https://www.googleapis.com/auth/cloud-platform"

// ExchangeCertificate signs in at the token service with a certificate of a pool's
// provider. The error is a *wire.Refusal if Google refused, or no answer came.
//
// The certificate is in the handshake and in the request, which must be the same. Only
// the leaf is sent: the pool has the authority.
func (c *Client) ExchangeCertificate(ctx context.Context, provider Provider, identity tls.Certificate) (Token, error) {
	if len(identity.Certificate) == 0 {
		return Token{}, errors.New("google: no certificate to sign with")
	}
	identity.Certificate = identity.Certificate[:1]
	subject, err := json.Marshal([]string{base64.StdEncoding.EncodeToString(identity.Certificate[0])})
	if err != nil {
		return Token{}, err
	}
	client := c.wire.With(identity)
	defer client.Close()
	return c.token(ctx, client, "https://"+hostToken+"/v1/token", url.Values{
		"grant_type":           {"urn:ietf:params:oauth:grant-type:token-exchange"},
		"audience":             {provider.Audience()},
		"scope":                {scope},
		"requested_token_type": {"urn:ietf:params:oauth:token-type:access_token"},
		"subject_token_type":   {"urn:ietf:params:oauth:token-type:mtls"},
		"subject_token":        {string(subject)},
	})
}

// token posts a form to a token service.
func (c *Client) token(ctx context.Context, client *wire.Client, address string, form url.Values) (Token, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, address, strings.NewReader(form.Encode()))
	if err != nil {
		return Token{}, err
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	a, err := client.Do(ctx, r)
	if err != nil {
		return Token{}, err
	}
	o := wire.ReadObject(a.Body)
	value, seconds := o.Text("access_token"), o.Number("expires_in")
	if value == "" || !strings.EqualFold(o.Text("token_type"), "Bearer") {
		return Token{}, c.wire.Unexpected(a, errors.New("google: the answer has no token"))
	}
	return Token{secret.NewText(value), c.now().Add(time.Duration(seconds) * time.Second)}, nil
}

// Impersonate gets a token of a service account with the token of somebody who may act
// as it.
func (c *Client) Impersonate(ctx context.Context, token Token, account string) (Token, error) {
	o, a, err := c.ask(ctx, token, "https://"+hostCredentials+"/v1/projects/-/serviceAccounts/"+account+":generateAccessToken",
		map[string]any{"scope": []string{scope}, "lifetime": "600s"})
	if err != nil {
		return Token{}, err
	}
	value := o.Text("accesstoken")
	expires, err := time.Parse(time.RFC3339, o.Text("expiretime"))
	if err != nil || value == "" {
		return Token{}, c.wire.Unexpected(a, errors.New("google: the answer has no token of the service account"))
	}
	return Token{secret.NewText(value), expires}, nil
}
