package azuresim

import "strings"

// scope is where a role counts: a subscription, or one resource group in it.
type scope struct {
	subscription string
	group        string // "" for the whole subscription
}

// parseScope reads /subscriptions/ID and /subscriptions/ID/resourceGroups/NAME.
func parseScope(s string) (scope, error) {
	parts := strings.Split(strings.Trim(strings.TrimSpace(s), "/"), "/")
	if len(parts) < 2 || !strings.EqualFold(parts[0], "subscriptions") {
		return scope{}, refuse("The scope %q does not start with /subscriptions/ and a subscription ID.", s)
	}
	id, ok := parseGUID(parts[1])
	if !ok {
		return scope{}, refuse("The scope %q does not name a subscription by its ID.", s)
	}
	switch {
	case len(parts) == 2:
		return scope{subscription: id}, nil
	case len(parts) == 4 && strings.EqualFold(parts[2], "resourceGroups") && validGroup(parts[3]):
		return scope{subscription: id, group: parts[3]}, nil
	}
	return scope{}, refuse("The scope %q is neither a subscription nor a resource group. Narrower scopes are not simulated.", s)
}

// validGroup follows Azure's rule for names of resource groups, in ASCII.
func validGroup(name string) bool {
	if name == "" || len(name) > 90 || strings.HasSuffix(name, ".") {
		return false
	}
	return strings.Trim(strings.ToLower(name), "abcdefghijklmnopqrstuvwxyz0123456789-_.()") == ""
}

// String is the scope as Azure writes it.
func (s scope) String() string {
	if s.group == "" {
		return "/subscriptions/" + s.subscription
	}
	return "/subscriptions/" + s.subscription + "/resourceGroups/" + s.group
}

func (s scope) equal(t scope) bool {
	return s.subscription == t.subscription && strings.EqualFold(s.group, t.group)
}
