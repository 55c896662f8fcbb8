package digitalocean

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strings"

	"mooring/cloud/wire"
	"mooring/secret"
)

// The hosts. No other gets a request.
const (
	siteHost = "cloud.digitalocean.com" // signs in, and gives grants
	apiHost  = "api.digitalocean.com"
)

// Client sends requests to DigitalOcean. It holds no grant and may be shared.
type Client struct {
	wire   *wire.Client
	id     string // of the operator's own application; empty: there is none
	secret secret.Text
}

// NewClient makes a Client.
func NewClient(o Options) *Client {
	return &Client{id: o.ClientID, secret: o.ClientSecret, wire: wire.NewClient(wire.Options{Cloud: "DigitalOcean", Hosts: map[string]bool{siteHost: true, apiHost: true},
		Roots: o.Roots, Timeout: o.Timeout, Dial: o.Dial, Trouble: o.Trouble, Read: readRefusal, RequestID: requestID})}
}

func requestID(h http.Header) string { return h.Get("X-Request-Id") }

// readRefusal reads the shapes of the OAuth endpoints (RFC 6749, section 5.2) and of the
// API: {"id": "forbidden", "message": "…", "request_id": "…"}.
func readRefusal(a wire.Answer) wire.Refusal {
	o := wire.ReadObject(a.Body)
	code := cmp.Or(o.Text("error"), o.Text("id"))
	if len(code) > longestCode || strings.Trim(code, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-") != "" {
		code = ""
	}
	return wire.Refusal{Code: code, Message: cmp.Or(o.Text("error_description"), o.Text("message")), RequestID: o.Text("request_id"),
		Throttled: code == "too_many_requests"}
}

const longestCode = 60

// Tokens are what a grant is exchanged for.
type Tokens struct {
	client  string // that they were given to
	access  secret.Text
	refresh secret.Text // good for one use
	Scopes  []string    // what the person allowed; none: DigitalOcean didn't say
}

// Grant is what a link keeps of the tokens: enough to exchange them for the next ones.
func (t Tokens) Grant() secret.Text {
	text, err := json.Marshal(keptGrant{t.client, t.refresh.Reveal()})
	if err != nil {
		return secret.Text{} // two strings always encode
	}
	return secret.NewText(string(text))
}

// keptGrant is the form of a sealed grant.
type keptGrant struct {
	Client  string `json:"client_id"`
	Refresh string `json:"refresh_token"`
}

var errGrantForm = errors.New("digitalocean: the stored grant can't be read")

func readGrant(grant secret.Text) (keptGrant, error) {
	var kept keptGrant
	if err := json.Unmarshal([]byte(grant.Reveal()), &kept); err != nil || kept.Client == "" || kept.Refresh == "" {
		return keptGrant{}, errGrantForm
	}
	return kept, nil
}

// Exchange exchanges the code that came back with a browser. The error is a
// *wire.Refusal if DigitalOcean refused, or no answer came.
func (c *Client) Exchange(ctx context.Context, client, redirect, code, verifier string) (Tokens, error) {
	return c.token(ctx, client, url.Values{"grant_type": {"authorization_code"}, "redirect_uri": {redirect}, "code": {code}, "code_verifier": {verifier}}, code)
}

// Refresh exchanges a grant, which is worth nothing afterwards. The error is a
// *wire.Refusal if DigitalOcean refused, or no answer came.
func (c *Client) Refresh(ctx context.Context, grant secret.Text) (Tokens, error) {
	kept, err := readGrant(grant)
	if err != nil {
		return Tokens{}, err
	}
	return c.token(ctx, kept.Client, url.Values{"grant_type": {"refresh_token"}, "refresh_token": {kept.Refresh}}, kept.Refresh)
}

// token asks for tokens. used is what the question holds that nobody must read again.
func (c *Client) token(ctx context.Context, client string, form url.Values, used string) (Tokens, error) {
	a, err := c.post(ctx, "/v1/oauth/token", client, form)
	if err != nil {
		return Tokens{}, c.scrub(err, used)
	}
	o := wire.ReadObject(a.Body)
	t := Tokens{client: client, access: secret.NewText(o.Text("access_token")), refresh: secret.NewText(o.Text("refresh_token")),
		Scopes: strings.Fields(strings.ReplaceAll(o.Text("scope"), ",", " "))}
	if t.access.Reveal() == "" || t.refresh.Reveal() == "" {
		return Tokens{}, c.wire.Unexpected(a, errors.New("digitalocean: the answer has no tokens"))
	}
	return t, nil
}

// Revoke ends a grant (RFC 7009). One that DigitalOcean doesn't know any more is revoked.
func (c *Client) Revoke(ctx context.Context, grant secret.Text) error {
	kept, err := readGrant(grant)
	if err != nil {
		return err
	}
	_, err = c.post(ctx, "/v1/oauth/revoke", kept.Client, url.Values{"token": {kept.Refresh}, "token_type_hint": {"refresh_token"}})
	var refused *wire.Refusal
	if errors.As(err, &refused) && (refused.Code == "invalid_grant" || refused.Code == "invalid_token") {
		return nil
	}
	return c.scrub(err, kept.Refresh)
}

// Register makes a public client for an address that browsers come back to (RFC 7591).
func (c *Client) Register(ctx context.Context, redirect string) (client string, err error) {
	body, err := json.Marshal(map[string]any{"client_name": "Mooring", "redirect_uris": []string{redirect}, "token_endpoint_auth_method": "none",
		"grant_types": []string{"authorization_code", "refresh_token"}, "response_types": []string{"code"}})
	if err != nil {
		return "", err
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, "https://"+siteHost+"/v1/oauth/register", strings.NewReader(string(body)))
	if err != nil {
		return "", err
	}
	r.Header.Set("Content-Type", "application/json")
	a, err := c.wire.Do(ctx, r)
	if err != nil {
		return "", err
	}
	if client = wire.ReadObject(a.Body).Text("client_id"); client == "" || len(client) > 200 {
		return "", c.wire.Unexpected(a, errors.New("digitalocean: the answer has no client ID"))
	}
	return client, nil
}

func (c *Client) post(ctx context.Context, path, client string, form url.Values) (wire.Answer, error) {
	form.Set("client_id", client)
	if client == c.id && c.secret.Reveal() != "" {
		form.Set("client_secret", c.secret.Reveal())
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, "https://"+siteHost+path, strings.NewReader(form.Encode()))
	if err != nil {
		return wire.Answer{}, err
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Accept", "application/json")
	return c.wire.Do(ctx, r)
}

// scrub takes out of a refusal what a question held.
func (c *Client) scrub(err error, secrets ...string) error {
	var refused *wire.Refusal
	if errors.As(err, &refused) {
		refused.Message = secret.Scrub(refused.Message, append(secrets, c.secret.Reveal())...)
	}
	return err
}

// get asks the API.
func (c *Client) get(ctx context.Context, t Tokens, path string) (wire.Answer, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, "https://"+apiHost+path, nil)
	if err != nil {
		return wire.Answer{}, err
	}
	r.Header.Set("Authorization", "Bearer "+t.access.Reveal())
	r.Header.Set("Accept", "application/json")
	a, err := c.wire.Do(ctx, r)
	return a, c.scrub(err, t.access.Reveal())
}

// Team is the team that tokens are for.
type Team struct {
	ID, Name string
	Status   string // DigitalOcean's word: "active", "warning" or "locked"
	Message  string // about the status; mostly empty
}

// Team asks which team the tokens are for. The error is a *wire.Refusal if DigitalOcean
// refused, or no answer came.
func (c *Client) Team(ctx context.Context, t Tokens) (Team, error) {
	a, err := c.get(ctx, t, "/v2/account")
	if err != nil {
		return Team{}, err
	}
	account := wire.ReadObject(a.Body).Object("account")
	team := account.Object("team")
	found := Team{ID: cmp.Or(team.Text("uuid"), account.Text("uuid")), Name: team.Text("name"), Status: account.Text("status"), Message: account.Text("status_message")}
	if found.ID, _ = readTeam(found.ID); found.ID == "" {
		return Team{}, c.wire.Unexpected(a, errors.New("digitalocean: the account has no team"))
	}
	return found, nil
}

// Regions counts the regions, and those in which the team can create something.
func (c *Client) Regions(ctx context.Context, t Tokens) (available, all int, err error) {
	a, err := c.get(ctx, t, "/v2/regions?per_page=200")
	if err != nil {
		return 0, 0, err
	}
	regions := wire.ReadObject(a.Body).Objects("regions")
	if len(regions) == 0 {
		return 0, 0, c.wire.Unexpected(a, errors.New("digitalocean: no regions"))
	}
	for _, region := range regions {
		if region.Bool("available") {
			available++
		}
	}
	return available, len(regions), nil
}
