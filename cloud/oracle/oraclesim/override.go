package oraclesim

import (
	"net/http"
	"strings"

	"mooring/cloud/simulated"
)

// Override is an error that somebody chose: what Oracle Cloud answers at one stage of a
// check of one tenancy, until it is cleared.
type Override = simulated.Override

// The stages of a check.
const (
	atSignIn      = "sign-in"
	atTenancy     = "tenancy"
	atRegions     = "regions"
	atPermissions = "permissions"
)

// Stages lists the stages of a check, in their order.
func Stages() []string { return []string{atSignIn, atTenancy, atRegions, atPermissions} }

// The effects that change a good answer.
const (
	effectNotListed     = simulated.EffectOfCloud + iota // the user's keys lack the one that signed
	effectNotActive                                      // that key is still being created
	effectOtherTenancy                                   // another tenancy answers
	effectNotReady                                       // the home region isn't ready
	effectNotSubscribed                                  // the home region isn't subscribed
	effectUnclear                                        // a policy has a statement that nobody can read
)

var overrides = simulated.Overrides{
	Cloud: "Oracle Cloud", Stages: Stages(), ExampleCode: "NotAuthenticated", Status: usualStatus, Reason: usualReason,
	Conclusions: map[string]simulated.Conclusion{
		"keynotlisted":        {Effect: effectNotListed, Stage: atSignIn},
		"keynotactive":        {Effect: effectNotActive, Stage: atSignIn},
		"othertenancy":        {Effect: effectOtherTenancy, Stage: atTenancy},
		"regionnotready":      {Effect: effectNotReady, Stage: atRegions},
		"regionnotsubscribed": {Effect: effectNotSubscribed, Stage: atRegions},
		"permissionsunclear":  {Effect: effectUnclear, Stage: atPermissions},
	},
}

// usualStatus is the usual status of a code, if it isn't 403.
func usualStatus(code string) int {
	switch code {
	case "notauthenticated":
		return http.StatusUnauthorized
	case "notauthorizedornotfound":
		return http.StatusNotFound
	case "invalidparameter", "cannotparserequest", "missingparameter", "limitexceeded", "quotaexceeded":
		return http.StatusBadRequest
	case "signuprequired":
		return http.StatusPaymentRequired
	case "internalservererror":
		return http.StatusInternalServerError
	}
	return 0
}

// usualReason is what Oracle Cloud says with a code, or "".
func usualReason(code string) string {
	switch code {
	case "notauthenticated":
		return sayNotAuthenticated
	case "notauthorizedornotfound":
		return notFound().message
	}
	return ""
}

// SetOverride has a tenancy answer with an error from now on. The error is a sentence for
// the person who chose it.
func (s *Simulator) SetOverride(tenancyID string, o Override) error {
	chosen, err := overrides.Read(o)
	if err != nil {
		return err
	}
	return s.change(tenancyID, func(t *tenancy) { t.override = chosen })
}

// ClearOverride has a tenancy answer as it used to.
func (s *Simulator) ClearOverride(tenancyID string) error {
	return s.change(tenancyID, func(t *tenancy) { t.override = nil })
}

// Trouble gives the code of what keeps a request from arriving, because somebody chose it
// for the tenancy that signed the request, or "".
func (s *Simulator) Trouble(r *http.Request) string {
	s.world.mu.Lock()
	defer s.world.mu.Unlock()
	a, ok := parseAuthorization(r.Header.Get("Authorization"))
	if !ok || s.world.tenancies[a.tenancy] == nil {
		return ""
	}
	return s.world.tenancies[a.tenancy].override.Trouble(stageOf(r.URL.Path))
}

// stageOf is the stage that asks for a path.
func stageOf(path string) string {
	switch {
	case strings.HasSuffix(path, "/apiKeys"):
		return atSignIn
	case strings.HasSuffix(path, "/regionSubscriptions"):
		return atRegions
	case strings.Contains(path, "/tenancies/"):
		return atTenancy
	}
	return atPermissions
}
