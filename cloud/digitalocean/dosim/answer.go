package dosim

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strconv"

	"mooring/cloud/simulated"
)

const maxBody = 64 << 10

// answer answers one request to one of the hosts.
func (s *Simulator) answer(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil {
		http.Error(w, "the body is too long", http.StatusRequestEntityTooLarge)
		return
	}
	s.world.mu.Lock()
	a := s.world.answer(r, body)
	now := s.world.now()
	s.world.mu.Unlock()
	a.Header.Set("X-Request-Id", "simulated-"+strconv.FormatInt(s.Requests(), 10))
	a.Send(w, r, s.Done(), now)
}

func (w *world) answer(r *http.Request, body []byte) simulated.Reply {
	ask, ok := map[string]func(*http.Request, []byte) (simulated.Reply, error){
		"POST " + siteHost + "/v1/oauth/register": w.answerRegister, "POST " + siteHost + "/v1/oauth/token": w.answerToken,
		"POST " + siteHost + "/v1/oauth/revoke": w.answerRevoke, "GET " + apiHost + "/v2/account": w.answerAccount, "GET " + apiHost + "/v2/regions": w.answerRegions,
	}[r.Method+" "+r.Host+r.URL.Path]
	shape := apiShape
	if r.Host == siteHost {
		shape = oauthShape
	}
	if !ok {
		return shape(http.StatusNotFound, "not_found", "The resource you were accessing could not be found.")
	}
	a, err := ask(r, body)
	var instead *simulated.Chosen
	var refused *refusal
	switch {
	case err == nil:
		return a
	case errors.As(err, &instead):
		return instead.Reply(shape)
	case errors.As(err, &refused):
		return shape(refused.status, refused.code, refused.says)
	}
	return shape(http.StatusInternalServerError, "server_error", err.Error())
}

func oauthShape(status int, code, says string) simulated.Reply {
	return simulated.JSONReply(status, map[string]any{"error": code, "error_description": says})
}

func apiShape(status int, code, says string) simulated.Reply {
	return simulated.JSONReply(status, map[string]any{"id": code, "message": says, "request_id": "simulated"})
}

func (w *world) answerRegister(r *http.Request, body []byte) (simulated.Reply, error) {
	var asked struct {
		Redirects []string `json:"redirect_uris"`
		Method    string   `json:"token_endpoint_auth_method"`
	}
	if err := json.Unmarshal(body, &asked); err != nil || asked.Method != "none" {
		return simulated.Reply{}, refuse(http.StatusBadRequest, "invalid_client_metadata", "The client metadata is not valid.")
	}
	c, err := w.register(asked.Redirects)
	if err != nil {
		return simulated.Reply{}, err
	}
	return simulated.JSONReply(http.StatusCreated, map[string]any{"client_id": c.id, "redirect_uris": c.redirects, "token_endpoint_auth_method": "none"}), nil
}

// authenticated reads a form and its client, who knows its secret if it has one.
func (w *world) authenticated(r *http.Request, body []byte) (url.Values, *client, error) {
	kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	form, err := url.ParseQuery(string(body))
	if err != nil || kind != "application/x-www-form-urlencoded" {
		return nil, nil, refuse(http.StatusBadRequest, "invalid_request", "The request is not a form.")
	}
	id, secret := form.Get("client_id"), form.Get("client_secret")
	if user, password, ok := r.BasicAuth(); ok {
		id, secret = user, password
	}
	c := w.clients[id]
	if c == nil || c.secret != "" && c.secret != secret {
		return nil, nil, refuse(http.StatusUnauthorized, "invalid_client", "Client authentication failed due to unknown client, no client authentication included, or unsupported authentication method.")
	}
	return form, c, nil
}

func (w *world) answerToken(r *http.Request, body []byte) (simulated.Reply, error) {
	form, c, err := w.authenticated(r, body)
	if err != nil {
		return simulated.Reply{}, err
	}
	var given issued
	switch form.Get("grant_type") {
	case "authorization_code":
		given, err = w.redeem(c, form.Get("code"), form.Get("redirect_uri"), form.Get("code_verifier"))
	case "refresh_token":
		if found := w.refresh[form.Get("refresh_token")]; found != nil {
			if err := found.grant.team.override.Instead(atGrant); err != nil {
				return simulated.Reply{}, err
			}
		}
		var g *grant
		g, given, err = w.renew(c, form.Get("refresh_token"))
		if err == nil && (g.team.lost && g == g.team.grants[0] && g.uses == 1 || g.team.override.Has(effectAnswerLost)) {
			a := simulated.NewReply(http.StatusBadGateway, "text/plain; charset=utf-8", "")
			a.HangUp = true // DigitalOcean took the grant, and nobody hears of the next one
			return a, nil
		}
		if err == nil && g.team.override.Has(effectHeld) {
			a := simulated.NewReply(http.StatusGatewayTimeout, "text/plain; charset=utf-8", "")
			a.Silent = true
			return a, nil
		}
	default:
		err = refuse(http.StatusBadRequest, "unsupported_grant_type", "The authorization grant type is not supported by the authorization server.")
	}
	if err != nil {
		return simulated.Reply{}, err
	}
	return simulated.JSONReply(http.StatusOK, map[string]any{"access_token": given.access, "refresh_token": given.refresh, "token_type": "bearer",
		"expires_in": int(accessLife.Seconds()), "scope": given.scope}), nil
}

func (w *world) answerRevoke(r *http.Request, body []byte) (simulated.Reply, error) {
	form, _, err := w.authenticated(r, body)
	if err != nil {
		return simulated.Reply{}, err
	}
	w.end(form.Get("token"))
	return simulated.JSONReply(http.StatusOK, map[string]any{}), nil
}

func (w *world) answerAccount(r *http.Request, _ []byte) (simulated.Reply, error) {
	g, err := w.bearer(r)
	if err == nil {
		err = g.team.override.Instead(atTeam)
	}
	if err != nil {
		return simulated.Reply{}, err
	}
	if g.team.blind || !g.allows("account") {
		return simulated.Reply{}, refuse(http.StatusForbidden, "forbidden", "You are not authorized to perform this operation")
	}
	id, name, status := g.team.ID, g.team.Name, g.team.status
	if g.team.override.Has(effectOtherTeam) {
		id, name = "ffffffff-0000-4000-8000-000000000000", "Other Flag"
	}
	if g.team.override.Has(effectLocked) {
		status = "locked"
	}
	if status == "" {
		status = "active"
	}
	message := map[string]string{"locked": "This team is locked. Contact support.", "warning": "Please confirm your payment method."}[status]
	return simulated.JSONReply(http.StatusOK, map[string]any{"account": map[string]any{"uuid": "a" + id[1:], "email": "captain@harbor.example", "email_verified": true,
		"droplet_limit": 25, "status": status, "status_message": message, "team": map[string]any{"uuid": id, "name": name}}}), nil
}

func (w *world) answerRegions(r *http.Request, _ []byte) (simulated.Reply, error) {
	g, err := w.bearer(r)
	if err == nil {
		err = g.team.override.Instead(atRegions)
	}
	if err != nil {
		return simulated.Reply{}, err
	}
	if !g.allows("regions") {
		return simulated.Reply{}, refuse(http.StatusForbidden, "forbidden", "You are not authorized to perform this operation")
	}
	var all []map[string]any
	for i, slug := range []string{"nyc1", "nyc3", "ams3", "fra1", "lon1", "sgp1", "tor1", "blr1", "syd1", "sfo3"} {
		all = append(all, map[string]any{"slug": slug, "name": fmt.Sprintf("Region %d", i+1), "available": slug != "blr1"})
	}
	return simulated.JSONReply(http.StatusOK, map[string]any{"regions": all, "meta": map[string]any{"total": len(all)}}), nil
}
