package googlesim

import (
	"net/http"
	"strings"

	"mooring/cloud/simulated"
)

// Override is an error that somebody chose: what Google Cloud answers at one stage of a
// check of one project, until it is cleared.
type Override = simulated.Override

// The stages of a check.
const (
	atKey         = "key"
	atToken       = "token"
	atProject     = "project"
	atPermissions = "permissions"
)

// Stages lists the stages of a check, in their order.
func Stages() []string { return []string{atKey, atToken, atProject, atPermissions} }

// The effects that change a good answer.
const (
	effectNotUploaded  = simulated.EffectOfCloud + iota // the service account has other keys only
	effectOtherProject                                  // the project has another number
	effectDeleted                                       // the project is shut down
	effectNotActive                                     // the project is in another state
)

var overrides = simulated.Overrides{
	Cloud: "Google Cloud", Stages: Stages(), ExampleCode: "IAM_PERMISSION_DENIED", Status: usualStatus, Reason: usualReason,
	Conclusions: map[string]simulated.Conclusion{
		"certificatenotuploaded": {Effect: effectNotUploaded, Stage: atKey},
		"otherproject":           {Effect: effectOtherProject, Stage: atProject},
		"delete_requested":       {Effect: effectDeleted, Stage: atProject},
		"projectnotactive":       {Effect: effectNotActive, Stage: atProject},
	},
}

// usualStatus is the usual status of a code, if it isn't 403.
func usualStatus(code string) int {
	switch code {
	case "invalid_grant", "invalid_request", "invalid_target", "unauthorized_client", "invalid_argument", "failed_precondition", "invalid_scope":
		return http.StatusBadRequest
	case "invalid_client", "unauthenticated", "access_token_expired", "access_token_type_unsupported", "account_state_invalid":
		return http.StatusUnauthorized
	case "not_found":
		return http.StatusNotFound
	case "resource_exhausted", "rate_limit_exceeded":
		return http.StatusTooManyRequests
	case "internal":
		return http.StatusInternalServerError
	case "unavailable":
		return http.StatusServiceUnavailable
	}
	return 0
}

// usualReason is what Google says with a code, or "".
func usualReason(code string) string {
	switch code {
	case "invalid_target":
		return sayTarget
	case "unauthorized_client":
		return sayCondition
	case "iam_permission_denied":
		return "Permission 'serviceusage.services.use' denied on resource (or it may not exist)."
	case "service_disabled":
		return "Cloud Resource Manager API has not been used in this project before or it is disabled: cloudresourcemanager.googleapis.com"
	}
	return ""
}

// statuses are the codes of google.rpc.Code. Others are reasons in ErrorInfo.
var statuses = map[string]bool{"PERMISSION_DENIED": true, "UNAUTHENTICATED": true, "NOT_FOUND": true, "INVALID_ARGUMENT": true, "FAILED_PRECONDITION": true,
	"RESOURCE_EXHAUSTED": true, "INTERNAL": true, "UNAVAILABLE": true, "ALREADY_EXISTS": true, "ABORTED": true, "DEADLINE_EXCEEDED": true}

// chosenReply is a chosen error in the shape of the service.
func chosenReply(oauth bool, status int, code, reason string) simulated.Reply {
	switch {
	case code == "Refused": // a refusal that gives no code
		return simulated.JSONReply(status, map[string]any{})
	case oauth && strings.ToLower(code) == code:
		a := (&tokenRefusal{code, reason}).reply()
		a.Status = status
		return a
	case statuses[code]:
		return refuse(status, code, "%s", reason).reply()
	}
	general := "PERMISSION_DENIED"
	switch status {
	case http.StatusUnauthorized:
		general = "UNAUTHENTICATED"
	case http.StatusTooManyRequests:
		general = "RESOURCE_EXHAUSTED"
	case http.StatusBadRequest:
		general = "FAILED_PRECONDITION"
	}
	return refuse(status, general, "%s", reason).because(code, "googleapis.com", map[string]string{}).reply()
}

// SetOverride has a project answer with an error from now on. The error is a sentence
// for the person who chose it.
func (s *Simulator) SetOverride(id string, o Override) error {
	chosen, err := overrides.Read(o)
	if err != nil {
		return err
	}
	return s.change(id, func(p *project) { p.override = chosen })
}

// ClearOverride has a project answer as it used to.
func (s *Simulator) ClearOverride(id string) error {
	return s.change(id, func(p *project) { p.override = nil })
}

// Trouble gives the code of what keeps a request from arriving, because somebody chose
// it for the project that the request is about, or "".
func (s *Simulator) Trouble(r *http.Request) string {
	s.world.mu.Lock()
	defer s.world.mu.Unlock()
	w := s.world
	switch r.URL.Hostname() {
	case projectsHost:
		id, isTest := strings.CutSuffix(lastPart(r.URL.Path), ":testIamPermissions")
		if p := w.projects[id]; p != nil && isTest {
			return p.override.Trouble(atPermissions)
		} else if p != nil {
			return p.override.Trouble(atProject)
		}
	case metadataHost:
		if a := w.accounts[lastPart(r.URL.Path)]; a != nil {
			return w.linkedByAccount(a).override.Trouble(atKey)
		}
	case credentialsHost:
		if a := w.accounts[strings.TrimSuffix(lastPart(r.URL.Path), ":generateAccessToken")]; a != nil {
			return w.linkedByAccount(a).override.Trouble(atToken)
		}
	case tokenHost, signInHost:
		return w.tokenTrouble(r)
	}
	return ""
}

// tokenTrouble reads a copy of the form to find whom it is about.
func (w *world) tokenTrouble(r *http.Request) string {
	if r.GetBody == nil {
		return ""
	}
	body, err := r.GetBody()
	if err != nil {
		return ""
	}
	defer body.Close() //nolint:errcheck // it is in memory
	copied := &http.Request{Method: http.MethodPost, Header: r.Header, Body: body}
	if copied.ParseForm() != nil {
		return ""
	}
	if named := audienceForm.FindStringSubmatch(copied.PostForm.Get("audience")); named != nil {
		if owner := w.projects[named[1]]; owner != nil && owner.pool(named[2]) != nil {
			return w.linkedByPool(owner.pool(named[2])).override.Trouble(atToken)
		}
	}
	var claims struct{ Iss string }
	if parts := strings.Split(copied.PostForm.Get("assertion"), "."); len(parts) == 3 && decodePart(parts[1], &claims) == nil && w.accounts[claims.Iss] != nil {
		return w.linkedByAccount(w.accounts[claims.Iss]).override.Trouble(atToken)
	}
	return ""
}

// lastPart is what follows the last slash.
func lastPart(s string) string { return s[strings.LastIndexByte(s, '/')+1:] }
