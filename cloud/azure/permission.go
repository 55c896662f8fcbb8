package azure

import (
	"encoding/json"
	"regexp"
	"slices"
	"strings"
)

// permission is one entry of the permissions that Azure lists. An operation is
// allowed when some entry allows it: a pattern of Actions fits and none of
// NotActions in the same entry does; likewise on data. Deny assignments and
// conditions are not in the list, so this is what to expect, not a promise.
type permission struct {
	Actions, NotActions         []string
	DataActions, NotDataActions []string
}

// allowsData reports whether there may be an operation on data that it allows:
// some pattern is not wholly taken away again.
func (p permission) allowsData() bool {
	return slices.ContainsFunc(p.DataActions, func(pattern string) bool { return pattern != "" && !fitsAny(p.NotDataActions, pattern) })
}

// permissionsIn reads a page. It reports false when there is something in it
// that cannot be read, since that could allow anything.
func permissionsIn(page fields) ([]permission, bool) {
	var list []json.RawMessage
	if json.Unmarshal(page["value"], &list) != nil {
		return nil, false
	}
	var all []permission
	for _, raw := range list {
		entry := fieldsOf(raw)
		actions, ok := entry.texts("actions")
		notActions, alsoOK := entry.texts("notactions")
		data, dataOK := entry.texts("dataactions")
		notData, notDataOK := entry.texts("notdataactions")
		if len(entry) == 0 || !ok || !alsoOK || !dataOK || !notDataOK {
			return nil, false
		}
		all = append(all, permission{actions, notActions, data, notData})
	}
	return all, true
}

func allowed(permissions []permission, action string) bool {
	for _, p := range permissions {
		if fitsAny(p.Actions, action) && !fitsAny(p.NotActions, action) {
			return true
		}
	}
	return false
}

func fitsAny(patterns []string, action string) bool {
	for _, pattern := range patterns {
		if fits(pattern, action) {
			return true
		}
	}
	return false
}

// fits compares without case; * stands for anything, slashes too.
func fits(pattern, action string) bool {
	parts := strings.Split(strings.ToLower(pattern), "*")
	for i, part := range parts {
		parts[i] = regexp.QuoteMeta(part)
	}
	matched, err := regexp.MatchString("^"+strings.Join(parts, ".*")+"$", strings.ToLower(action))
	return err == nil && matched
}
