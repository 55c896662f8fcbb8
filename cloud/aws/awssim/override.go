package awssim

import (
	"fmt"
	"net/http"

	"mooring/cloud/simulated"
)

// Override is an error that somebody chose: what AWS answers at one stage of a check
// of one account, until it is cleared.
type Override = simulated.Override

// The stages of a check.
const (
	atSession     = "session"
	atIdentity    = "identity"
	atPermissions = "permissions"
	atRegions     = "regions"
)

// Stages lists the stages of a check, in their order.
func Stages() []string { return []string{atSession, atIdentity, atPermissions, atRegions} }

// The effects that change a good answer.
const (
	effectOtherAccount = simulated.EffectOfCloud + iota // the session belongs to another account
	effectOtherRole                                     // the session has another role
	effectRegionOff                                     // the region of the request is off
	effectNoDecision                                    // the simulator gives no decision
)

var overrides = simulated.Overrides{
	Cloud: "AWS", Stages: Stages(), ExampleCode: "AccessDeniedException", Status: usualStatus, Reason: usualReason,
	Conclusions: map[string]simulated.Conclusion{
		"otheraccount": {Effect: effectOtherAccount, Stage: atIdentity},
		"otherrole":    {Effect: effectOtherRole, Stage: atIdentity},
		"regionoff":    {Effect: effectRegionOff, Stage: atRegions},
		"nodecision":   {Effect: effectNoDecision, Stage: atPermissions},
	},
}

// usualStatus is the usual status of a code, if it isn't 403.
func usualStatus(code string) int {
	switch code {
	case "toomanyrequestsexception", "throttlingexception":
		return http.StatusTooManyRequests
	case "resourcenotfoundexception", "nosuchentity":
		return http.StatusNotFound
	case "authfailure":
		return http.StatusUnauthorized
	case "validationexception", "validationerror", "throttling", "optinrequired", "blocked", "pendingverification", "requestexpired", "invalidinput", "toomanytagsexception":
		return http.StatusBadRequest
	case "requestlimitexceeded":
		return http.StatusServiceUnavailable
	case "internalfailure", "internalerror", "servicefailure", "servicelinkedrolelockserviceexception":
		return http.StatusInternalServerError
	}
	return 0
}

// usualReason is what AWS says with a code, or "".
func usualReason(code string) string {
	switch code {
	case "regiondisabledexception":
		return "STS is not activated in the requested region."
	case "invalidclienttokenid", "unrecognizedclientexception":
		return "The security token included in the request is invalid."
	case "expiredtoken", "expiredtokenexception", "requestexpired":
		return "The security token included in the request is expired"
	case "blocked":
		return sayBlocked
	}
	return ""
}

// SetOverride has an account answer with an error from now on. The error is a
// sentence for the person who chose it.
func (s *Simulator) SetOverride(number string, o Override) error {
	chosen, err := overrides.Read(o)
	if err != nil {
		return err
	}
	return s.change(number, func(a *account) { a.override = chosen })
}

// ClearOverride has an account answer as it used to.
func (s *Simulator) ClearOverride(number string) error {
	return s.change(number, func(a *account) { a.override = nil })
}

func (s *Simulator) change(number string, change func(*account)) error {
	s.world.mu.Lock()
	defer s.world.mu.Unlock()
	a := s.world.accounts[number]
	if a == nil {
		return fmt.Errorf("there is no account %s", number)
	}
	change(a)
	return nil
}

// Trouble gives the code of what keeps a request from arriving, because somebody
// chose it for the account that the request is about, or "".
func (s *Simulator) Trouble(r *http.Request) string {
	s.world.mu.Lock()
	defer s.world.mu.Unlock()
	var a *account
	if named := arnForm.FindStringSubmatch(r.URL.Query().Get("trustAnchorArn")); named != nil {
		a = s.world.accounts[named[4]]
	} else if signed, ok := parseAuthorization(r.Header.Get("Authorization")); ok && s.world.keys[signed.credential] != nil {
		a = s.world.keys[signed.credential].account
	}
	p, _ := findPlace(r.URL.Hostname())
	if a == nil {
		return ""
	}
	return a.override.Trouble(stageOf(p.service))
}

// stageOf is the stage that asks a service.
func stageOf(service string) string {
	switch service {
	case anywhere:
		return atSession
	case sts:
		return atIdentity
	case iam:
		return atPermissions
	}
	return atRegions
}
