package dosim

import (
	"net/http"
	"net/url"
	"strings"

	"mooring/cloud/simulated"
)

// Override is an error that somebody chose: what DigitalOcean answers at one stage of a
// check of one team, until it is cleared.
type Override = simulated.Override

// The stages of a check at which DigitalOcean is asked.
const (
	atGrant   = "grant"
	atTeam    = "team"
	atRegions = "regions"
)

// Stages lists the stages of a check, in their order.
func Stages() []string { return []string{atGrant, atTeam, atRegions} }

// The effects that change a good answer.
const (
	effectAnswerLost = simulated.EffectOfCloud + iota // the grant is used, and the answer gets lost
	effectOtherTeam                                   // the tokens are for another team
	effectLocked                                      // the team is locked
	effectHeld                                        // the grant is used, and the answer never comes
)

var overrides = simulated.Overrides{
	Cloud: "DigitalOcean", Stages: Stages(), ExampleCode: "invalid_grant", Status: usualStatus,
	Conclusions: map[string]simulated.Conclusion{
		"grantlost":  {Effect: effectAnswerLost, Stage: atGrant},
		"grantheld":  {Effect: effectHeld, Stage: atGrant},
		"otherteam":  {Effect: effectOtherTeam, Stage: atTeam},
		"teamlocked": {Effect: effectLocked, Stage: atTeam},
	},
}

// usualStatus is the usual status of a code, if it isn't 403.
func usualStatus(code string) int {
	switch code {
	case "invalid_grant", "invalid_request", "invalid_scope", "unauthorized_client":
		return http.StatusBadRequest
	case "invalid_client", "unauthorized":
		return http.StatusUnauthorized
	case "not_found":
		return http.StatusNotFound
	case "too_many_requests":
		return http.StatusTooManyRequests
	case "server_error":
		return http.StatusInternalServerError
	}
	return 0
}

// SetOverride has a team answer with an error from now on. The error is a sentence for
// the person who chose it.
func (s *Simulator) SetOverride(id string, o Override) error {
	chosen, err := overrides.Read(o)
	if err != nil {
		return err
	}
	return s.change(id, func(t *team) { t.override = chosen })
}

// ClearOverride has a team answer as it used to.
func (s *Simulator) ClearOverride(id string) error {
	return s.change(id, func(t *team) { t.override = nil })
}

// Trouble gives the code of what keeps a request from arriving, because somebody chose
// it for the team that the request is about, or "".
func (s *Simulator) Trouble(r *http.Request) string {
	s.world.mu.Lock()
	defer s.world.mu.Unlock()
	if text, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer "); ok {
		if found := s.world.access[text]; found != nil {
			stage := atTeam
			if r.URL.Path == "/v2/regions" {
				stage = atRegions
			}
			return found.grant.team.override.Trouble(stage)
		}
		return ""
	}
	if r.GetBody == nil {
		return ""
	}
	body, err := r.GetBody()
	if err != nil {
		return ""
	}
	text := make([]byte, maxBody)
	n, _ := body.Read(text)
	form, _ := url.ParseQuery(string(text[:n]))
	if found := s.world.refresh[form.Get("refresh_token")]; found != nil {
		return found.grant.team.override.Trouble(atGrant)
	}
	return ""
}
