package oidc

import "strings"

// Claim finds a claim by its name or, inside others, by a path with dots, such as
// realm_access.roles. Some names have dots themselves: the longest name that is
// there counts. A claim that is null is none.
func Claim(claims map[string]any, path string) (any, bool) {
	if found := claims[path]; found != nil {
		return found, true
	}
	for end := strings.LastIndexByte(path, '.'); end > 0; end = strings.LastIndexByte(path[:end], '.') {
		if inside, ok := claims[path[:end]].(map[string]any); ok {
			if found, ok := Claim(inside, path[end+1:]); ok {
				return found, true
			}
		}
	}
	return nil, false
}

// Overage reports whether the provider says that it left a claim out because it
// would be too large.
func Overage(claims map[string]any, path string) bool {
	elsewhere, _ := claims["_claim_names"].(map[string]any)
	first, _, _ := strings.Cut(path, ".")
	return elsewhere[path] != nil || elsewhere[first] != nil || path == "groups" && (claims["hasgroups"] == true || claims["hasgroups"] == "true")
}
