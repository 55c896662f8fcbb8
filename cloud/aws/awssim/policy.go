package awssim

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
)

// policy is a policy document.
type policy struct {
	Version   string
	Statement oneOrMore[statement]
}

// statement is one statement of a policy.
type statement struct {
	Sid       string
	Effect    string
	Principal principals
	Action    oneOrMore[string]
	NotAction oneOrMore[string] `json:"-"` // only in AWS's own policies: everything else
	Resource  oneOrMore[string]
	Condition map[string]map[string]oneOrMore[string]
}

// oneOrMore is a value or a list of values.
type oneOrMore[T any] []T

// UnmarshalJSON implements json.Unmarshaler.
func (l *oneOrMore[T]) UnmarshalJSON(raw []byte) error {
	var all []T
	if err := json.Unmarshal(raw, &all); err == nil {
		*l = all
		return nil
	}
	var one T
	err := json.Unmarshal(raw, &one)
	*l = oneOrMore[T]{one}
	return err
}

// principals are who a trust policy is about. "*" is everybody.
type principals map[string]oneOrMore[string]

// UnmarshalJSON implements json.Unmarshaler.
func (p *principals) UnmarshalJSON(raw []byte) error {
	var everybody string
	if json.Unmarshal(raw, &everybody) == nil {
		*p = principals{"*": {everybody}}
		return nil
	}
	return json.Unmarshal(raw, (*map[string]oneOrMore[string])(p))
}

// parsePolicy reads a document. A misspelled element makes it malformed, as in AWS.
func parsePolicy(text string, trust bool) (policy, error) {
	malformed := func(message string) (policy, error) {
		return policy{}, refuse(http.StatusBadRequest, "MalformedPolicyDocument", "%s", message)
	}
	const syntax = "Syntax errors in policy."
	var p policy
	var raw struct {
		Statement oneOrMore[map[string]json.RawMessage]
	}
	if json.Unmarshal([]byte(text), &p) != nil || json.Unmarshal([]byte(text), &raw) != nil || len(p.Statement) == 0 {
		return malformed(syntax)
	}
	if p.Version != "" && p.Version != "2012-10-17" && p.Version != "2008-10-17" {
		return malformed(syntax)
	}
	for _, s := range raw.Statement {
		for element := range s {
			if !slices.Contains([]string{"Sid", "Effect", "Principal", "Action", "Resource", "Condition"}, element) {
				return malformed(syntax)
			}
		}
	}
	for _, s := range p.Statement {
		switch {
		case s.Effect != "Allow" && s.Effect != "Deny", len(s.Action) == 0:
			return malformed(syntax)
		case trust && len(s.Principal) == 0:
			return malformed("Missing required field Principal")
		case trust && len(s.Resource) > 0:
			return malformed("Has prohibited field Resource")
		case !trust && len(s.Principal) > 0:
			return malformed("Policy document should not specify a principal.")
		case !trust && len(s.Resource) == 0:
			return malformed("Policy statement must contain resources.")
		}
	}
	return p, nil
}

// matches compares a text with a pattern that has * and ?.
func matches(pattern, text string) bool {
	at, retry, star := 0, 0, -1
	for i := 0; i < len(text); {
		switch {
		case at < len(pattern) && pattern[at] == '*':
			star, retry = at, i
			at++
		case at < len(pattern) && (pattern[at] == '?' || pattern[at] == text[i]):
			at++
			i++
		case star >= 0: // the last star takes one more
			retry++
			at, i = star+1, retry
		default:
			return false
		}
	}
	return strings.Trim(pattern[at:], "*") == ""
}

// about reports whether the statement is about an action, whose case is of no
// importance.
func (s statement) about(action string) bool {
	is := func(pattern string) bool { return matches(strings.ToLower(pattern), strings.ToLower(action)) }
	if len(s.NotAction) > 0 {
		return !slices.ContainsFunc(s.NotAction, is)
	}
	return slices.ContainsFunc(s.Action, is)
}

// holds reports whether the condition is met by what a request says. missing lists
// the keys that it says nothing about.
func (s statement) holds(said map[string]string) (ok bool, missing []string) {
	ok = true
	for operator, keys := range s.Condition {
		for key, wanted := range keys {
			value, known := said[strings.ToLower(key)]
			if !known {
				missing = append(missing, key)
			}
			compare := comparisons[operator]
			is := known && compare != nil && slices.ContainsFunc(wanted, func(w string) bool { return compare(w, value) })
			if strings.HasPrefix(operator, "StringNot") || strings.HasPrefix(operator, "ArnNot") {
				compare = comparisons[strings.Replace(operator, "Not", "", 1)]
				is = compare != nil && !(known && slices.ContainsFunc(wanted, func(w string) bool { return compare(w, value) }))
			}
			ok = ok && is
		}
	}
	return ok, missing
}

// comparisons are the operators that the simulator knows. A condition with another
// one is never met.
var comparisons = map[string]func(wanted, value string) bool{
	"StringEquals":           func(wanted, value string) bool { return wanted == value },
	"StringEqualsIgnoreCase": strings.EqualFold,
	"StringLike":             matches,
	"ArnEquals":              matches,
	"ArnLike":                matches,
}

// verdict is the simulator's word for a decision.
type verdict string

const (
	allowed      verdict = "allowed"
	explicitDeny verdict = "explicitDeny"
	implicitDeny verdict = "implicitDeny"
)

// decide applies policies to an action on a resource.
func decide(policies []policy, action, resource string, said map[string]string) (verdict, []string) {
	decision := implicitDeny
	var missing []string
	for _, p := range policies {
		for _, s := range p.Statement {
			on := func(pattern string) bool { return matches(pattern, resource) }
			if !s.about(action) || !slices.ContainsFunc(s.Resource, on) {
				continue
			}
			met, unknown := s.holds(said)
			missing = append(missing, unknown...)
			switch {
			case met && s.Effect == "Deny":
				return explicitDeny, nil
			case met:
				decision = allowed
			}
		}
	}
	if decision == allowed {
		missing = nil
	}
	slices.Sort(missing)
	return decision, slices.Compact(missing)
}
