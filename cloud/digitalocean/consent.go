package digitalocean

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"net/url"
	"sync"

	"mooring/cloud"
	"mooring/cloud/wire"
	"mooring/fault"
	"mooring/secret"
	"mooring/text"
)

// scope is what a person is asked to allow.
const scope = "read"

// What people read who could not be asked, or whose answer could not be used.
var (
	errUnreachable = fault.New(fault.Unavailable, "digitalocean.unreachable", "Mooring couldn't reach DigitalOcean. Try again in a few minutes.")
	errNoClient    = fault.New(fault.Unavailable, "digitalocean.no-client", "DigitalOcean didn't register this Mooring. The operator can register an OAuth application there, and set its client ID.")
	errNotAllowed  = fault.New(fault.Invalid, "digitalocean.not-allowed", "You didn't allow access at DigitalOcean, so nothing was linked.")
	errNoAnswer    = fault.New(fault.Invalid, "digitalocean.no-answer", "DigitalOcean's answer couldn't be used, so nothing was linked. Sign in again.")
	errTeamUnknown = fault.New(fault.Invalid, "digitalocean.team-unknown", "DigitalOcean didn't say which team you chose, so nothing was linked. Sign in again, and allow all that Mooring asks for.")
)

// registrations are the client IDs that this Mooring asks with: the operator's own, or
// one for each address that browsers come back to. A grant knows the one that it was
// given to, so nobody has to remember them.
type registrations struct {
	own string

	mu         sync.Mutex
	byRedirect map[string]string
}

func (r *registrations) client(ctx context.Context, c *Client, redirect string) (string, error) {
	if r.own != "" {
		return r.own, nil
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if known := r.byRedirect[redirect]; known != "" {
		return known, nil
	}
	made, err := c.Register(ctx, redirect)
	if err == nil {
		r.byRedirect[redirect] = made
	}
	return made, err
}

// Consent implements cloud.Consenter.
func (d *DigitalOcean) Consent(ctx context.Context, redirect string) (cloud.Consent, error) {
	client, err := d.clients.client(ctx, d.client, redirect)
	var refused *wire.Refusal
	if errors.As(err, &refused) && refused.Status/100 == 4 && !refused.Passing() {
		return cloud.Consent{}, errNoClient.Because(err)
	}
	if err != nil {
		return cloud.Consent{}, errUnreachable.Because(err)
	}
	begun := cloud.Consent{State: rand.Text(), Verifier: rand.Text() + rand.Text(), Client: client, Redirect: redirect}
	challenge := sha256.Sum256([]byte(begun.Verifier))
	begun.Address = d.site + "/v1/oauth/authorize?" + url.Values{"response_type": {"code"}, "client_id": {client}, "redirect_uri": {redirect}, "scope": {scope},
		"state": {begun.State}, "code_challenge": {base64.RawURLEncoding.EncodeToString(challenge[:])}, "code_challenge_method": {"S256"}, "prompt": {"select_account"}}.Encode()
	return begun, nil
}

// Consented implements cloud.Consenter.
func (d *DigitalOcean) Consented(ctx context.Context, begun cloud.Consent, returned url.Values) (cloud.Consented, error) {
	switch {
	case returned.Get("state") != begun.State:
		return cloud.Consented{}, errNoAnswer.Because(errors.New("digitalocean: another state came back"))
	case returned.Get("error") == "access_denied":
		return cloud.Consented{}, errNotAllowed
	case returned.Get("code") == "":
		return cloud.Consented{}, errNoAnswer.Because(errors.New("digitalocean: no code came back, but the error " + text.Line(returned.Get("error"))))
	}
	tokens, err := d.client.Exchange(ctx, begun.Client, begun.Redirect, returned.Get("code"), begun.Verifier)
	if err != nil {
		return cloud.Consented{}, unusable(err)
	}
	given := cloud.Consented{Grant: tokens.Grant()}
	team, err := d.client.Team(ctx, tokens)
	if err != nil {
		// Nobody knows what the grant is for, so it must not stay behind.
		_ = d.client.Revoke(context.WithoutCancel(ctx), given.Grant)
		var refused *wire.Refusal
		if errors.As(err, &refused) && refused.Status != 0 && !refused.Passing() {
			return cloud.Consented{}, errTeamUnknown.Because(err)
		}
		return cloud.Consented{}, unusable(err)
	}
	given.Target, given.AccountName = targetOf(team.ID), nameOf(team)
	return given, nil
}

func unusable(err error) error {
	var refused *wire.Refusal
	if errors.As(err, &refused) && (refused.Status == 0 || refused.Passing()) {
		return errUnreachable.Because(err)
	}
	return errNoAnswer.Because(err)
}

// Revoke implements cloud.Consenter.
func (d *DigitalOcean) Revoke(ctx context.Context, grant secret.Text) error {
	return d.client.Revoke(ctx, grant)
}
