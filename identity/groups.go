package identity

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"mooring/identity/oidc"
)

// groups reads the claim that the operator named, as oidc.Claim finds it: nil when
// the provider does not tell the groups this time, which changes nothing for the
// person. Without the claim they are in none: many providers leave it out then.
// The log says when no rule about groups can apply.
func (p *Provider) groups(user found) []string {
	claim := p.settings.GroupsClaim
	said, ok := oidc.Claim(user.RawData, claim)
	switch {
	case !ok && oidc.Overage(user.RawData, claim):
		p.warn("a sign-in provider left out the groups of somebody who is in too many; they keep the roles that they have", "claim", claim)
		return nil
	case !ok && user.unread != nil: // which may be where they are told
		p.warn("a sign-in provider didn't send somebody's groups; they keep the roles that they have", "claim", claim, "cause", user.unread)
		return nil
	case !ok:
		p.warn("a sign-in provider doesn't send this claim, so rules about groups can't apply to people who sign in with it", "claim", claim)
		return []string{}
	}
	names := groupNames(said)
	if len(names) == 0 && !empty(said) {
		p.warn("a sign-in provider tells groups in a form that Mooring can't read", "claim", claim)
	}
	return names
}

// groupNames reads groups in the forms in which providers tell them: a list, one
// text, or an object whose keys they are. What can't be read is left out.
func groupNames(claim any) []string {
	names, have := []string{}, map[string]bool{}
	add := func(name string) {
		if name = strings.TrimSpace(name); name != "" && !have[name] && len(names) < groupsLimit {
			have[name] = true
			names = append(names, name)
		}
	}
	switch said := claim.(type) {
	case []any:
		for _, one := range said {
			switch name := one.(type) {
			case string:
				add(name)
			case float64:
				add(number(name))
			}
		}
	case map[string]any:
		for _, name := range slices.Sorted(maps.Keys(said)) {
			if value := said[name]; value != nil && value != false {
				add(name)
			}
		}
	case float64:
		add(number(said))
	case string: // one, or several that are joined
		add(said)
		separator := ","
		if !strings.Contains(said, separator) {
			separator = " "
		}
		for name := range strings.SplitSeq(said, separator) {
			add(name)
		}
	}
	return names
}

func number(n float64) string { return strconv.FormatFloat(n, 'f', -1, 64) }

// empty reports whether a claim says that somebody is in no group.
func empty(claim any) bool {
	switch said := claim.(type) {
	case []any:
		return len(said) == 0
	case map[string]any:
		for _, value := range said {
			if value != nil && value != false {
				return false
			}
		}
		return true
	case string:
		return strings.TrimSpace(said) == ""
	}
	return false
}
