package azuresim

import (
	"net/http"
	"strings"
)

// The actions that the served addresses need.
const (
	readSubscription = "Microsoft.Resources/subscriptions/read"
	readLocations    = "Microsoft.Resources/subscriptions/locations/read"
	readProviders    = "Microsoft.Resources/subscriptions/providers/read"
	readPermissions  = "Microsoft.Authorization/permissions/read"
)

// route is an address below one subscription, taken apart.
type route struct {
	subscription string // as typed
	method       string // the only one allowed
	action       string // what the caller needs the right for
	namespace    string // of the resource provider, or ""
}

// parseRoute knows the served addresses.
func parseRoute(path string) (route, bool) {
	parts := strings.Split(strings.TrimSuffix(path, "/"), "/")
	if len(parts) < 3 || parts[0] != "" || !strings.EqualFold(parts[1], "subscriptions") || parts[2] == "" {
		return route{}, false
	}
	r := route{subscription: parts[2], method: http.MethodGet}
	rest := parts[3:]
	switch {
	case len(rest) == 0:
		r.action = readSubscription
	case len(rest) == 1 && strings.EqualFold(rest[0], "locations"):
		r.action = readLocations
	case len(rest) < 2 || !strings.EqualFold(rest[0], "providers") || rest[1] == "":
		return route{}, false
	case len(rest) == 2:
		r.action, r.namespace = readProviders, rest[1]
	case len(rest) == 3 && strings.EqualFold(rest[2], "register"):
		r.action, r.namespace, r.method = rest[1]+"/register/action", rest[1], http.MethodPost
	case len(rest) == 3 && strings.EqualFold(rest[1], "Microsoft.Authorization") && strings.EqualFold(rest[2], "permissions"):
		r.action = readPermissions
	default:
		return route{}, false
	}
	return r, true
}

// visit is one authenticated request to a subscription.
type visit struct {
	route        route
	version      string
	environment  environment
	subscription *subscription
	grant        grant
}

// stage is the stage of a check that asks this, or "".
func (v *visit) stage(authorization string) string {
	switch v.route.action {
	case readSubscription:
		if authorization == "" {
			return atDirectory
		}
		return atSubscription
	case readPermissions:
		return atRights
	case readProviders:
		return atProviders
	}
	return ""
}

// authorize checks the rights and counts the readings of the subscription.
func (v *visit) authorize() *armError {
	s := v.subscription
	held := s.rights(v.grant.principalID)
	if v.route.action == readSubscription && len(held) > 0 {
		s.reads++
	}
	if s.read == readFreshRole && s.reads <= copying {
		held = nil
	}
	if !allows(held, v.route.action) {
		return notAuthorized(v.grant, v.route.action, s)
	}
	return nil
}

// perform plays the subscription's cue. It reports whether there was anything
// to play for this request.
func (v *visit) perform() (reply, bool) {
	s := v.subscription
	reading := v.route.action == readSubscription
	permissions := v.route.action == readPermissions
	switch {
	case s.read == readDownAfterFirst && s.reads > 1:
		return unavailable().reply(), true
	case s.read == readThrottled:
		return throttled().reply(), true
	case s.read == readPage:
		page := "<!DOCTYPE html>\n<title>Sign in to the harbor network</title>\n<p>Accept the terms to continue.</p>\n"
		return newReply(http.StatusOK, "text/html; charset=utf-8", []byte(page)), true
	case s.read == readSilent:
		a := arm(504, "GatewayTimeout", "The gateway did not receive a response within the specified time period.").reply()
		a.silent = true
		return a, true
	case s.read == readUnheardOf:
		return tideTable(v.grant).reply(), true
	case s.read == readSomebodyElse && reading:
		other := *s
		other.id, other.name = workingSubscription, "Pay-As-You-Go"
		return describeSubscription(&other), true
	case s.read == readNoPermissions && permissions:
		return notAuthorized(v.grant, readPermissions, s).reply(), true
	case s.read == readOldPermissions && permissions && v.version != "2015-07-01":
		return permissionsVersionUnknown(v.version).reply(), true
	}
	return reply{}, false
}

// answer is what a healthy subscription says.
func (v *visit) answer() reply {
	s := v.subscription
	switch v.route.action {
	case readSubscription:
		return describeSubscription(s.overridden(atSubscription, atState))
	case readLocations:
		return describeLocations(s)
	case readPermissions:
		next := ""
		if s.override.has(effectForeign, atRights) {
			next = foreignHost + "/permissions?page=2"
		}
		return describePermissions(s.rights(v.grant.principalID), next)
	}
	p := s.provider(v.route.namespace)
	switch {
	case p == nil:
		return namespaceUnknown(v.route.namespace).reply()
	case v.route.method == http.MethodGet && s.override.has(effectNotRegistered, atProviders):
		return describeProvider(s, provider{p.namespace, notRegistered})
	case v.route.method == http.MethodGet:
		return describeProvider(s, *p)
	case !s.writable():
		return readOnly(s).reply()
	}
	answer := *p
	if p.state == notRegistered {
		answer.state = "Registering"
	}
	p.state = registered
	return describeProvider(s, answer)
}
