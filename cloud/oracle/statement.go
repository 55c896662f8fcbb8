package oracle

import (
	"regexp"
	"strings"
)

// verb is what a statement allows with a type of resources. Each includes the ones
// before it.
type verb int

const (
	inspect verb = iota + 1
	read
	use
	manage
)

var verbs = map[string]verb{"inspect": inspect, "read": read, "use": use, "manage": manage}

// grant is what a policy statement allows a user in the entire tenancy.
type grant struct {
	verb        verb
	resource    string // "instances", "instance-family", "all-resources"
	conditional bool   // only if something is so that Mooring doesn't know
}

var (
	allowForm = regexp.MustCompile(`(?is)^allow\s+(any-user|any-group|group|dynamic-group|service|resource)\b\s*(.*?)\s+to\s+(\S.*?)\s+in\s+(tenancy|compartment\s+\S.*?)(?:\s+where\s+(.+))?$`)
	verbForm  = regexp.MustCompile(`(?i)^(inspect|read|use|manage)\s+([a-z0-9-]+)$`)
	ofOthers  = regexp.MustCompile(`(?i)^(define|endorse|admit)\b`)                      // they are about other tenancies, or only name something
	principal = regexp.MustCompile(`(?i)request\.principal\.type\s*=\s*'([a-z0-9_-]+)'`) // such as a service
	anyOf     = regexp.MustCompile(`(?i)\bany\s*\{`)
	groupItem = regexp.MustCompile(`(?i)^(?:id\s+)?(?:'?([^'/,]+)'?\s*/\s*)?'?([^'/,]+)'?$`)
)

// defaultDomain is the identity domain of groups that are named without one.
const defaultDomain = "default"

// grantOf reads a statement of a policy. relevant says whether it gives the user, who is
// in the groups (names by OCID), something in the entire tenancy. It reports false if it
// can't tell: what may be granted must not be left out.
func grantOf(statement string, groups map[string]string, tenancy string) (g grant, relevant, ok bool) {
	statement = strings.TrimSpace(statement)
	if ofOthers.MatchString(statement) {
		return grant{}, false, true
	}
	found := allowForm.FindStringSubmatch(statement)
	if found == nil || strings.Count(found[2], "'")%2 != 0 {
		return grant{}, false, false
	}
	subject, names, allowed, where, condition := strings.ToLower(found[1]), found[2], found[3], strings.ToLower(found[4]), found[5]
	if where != "tenancy" && !strings.Contains(where, tenancy) {
		return grant{}, false, true
	}
	switch subject {
	case "dynamic-group", "service", "resource":
		return grant{}, false, true
	case "group":
		mine, readable := namesAny(names, groups)
		if !readable || !mine {
			return grant{}, false, readable
		}
	}
	if by := principal.FindStringSubmatch(condition); by != nil && !strings.EqualFold(by[1], "user") && !anyOf.MatchString(condition) {
		return grant{}, false, true
	}
	verbal := verbForm.FindStringSubmatch(allowed)
	if verbal == nil { // such as a list of permissions in braces
		return grant{}, false, false
	}
	return grant{verbs[strings.ToLower(verbal[1])], strings.ToLower(verbal[2]), condition != ""}, true, true
}

// namesAny reports whether the groups that a statement names are among the user's.
func namesAny(list string, groups map[string]string) (mine, readable bool) {
	for item := range strings.SplitSeq(list, ",") {
		found := groupItem.FindStringSubmatch(strings.TrimSpace(item))
		if found == nil {
			return false, false
		}
		domain, name := strings.TrimSpace(found[1]), strings.TrimSpace(found[2])
		if domain != "" && !strings.EqualFold(domain, defaultDomain) {
			continue // the user's groups are in the default domain
		}
		for id, known := range groups {
			if strings.EqualFold(name, id) || strings.EqualFold(name, known) {
				mine = true
			}
		}
	}
	return mine, true
}
