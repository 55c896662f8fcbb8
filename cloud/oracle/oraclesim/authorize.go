package oraclesim

import (
	"regexp"
	"slices"
	"strings"
)

// statement is a statement of a policy, as far as the simulator acts on it.
type statement struct {
	group       string // whom it is about; empty: nobody here
	anyone      bool
	verb        string
	resource    string
	conditional bool
}

var (
	statementForm = regexp.MustCompile(`(?is)^allow (any-user|any-group|(?:dynamic-)?group|service) ?(.*?) to (inspect|read|use|manage) ([a-z0-9-]+) in (tenancy|compartment .+?)( where .+)?$`)
	otherForm     = regexp.MustCompile(`(?i)^(define|endorse|admit) \S`)
)

var ranks = []string{"inspect", "read", "use", "manage"}

// parseStatement reads a statement. The simulator understands fewer than Oracle Cloud.
func parseStatement(text string) (statement, bool) {
	if otherForm.MatchString(text) {
		return statement{}, true
	}
	found := statementForm.FindStringSubmatch(strings.Join(strings.Fields(text), " "))
	if found == nil {
		return statement{}, false
	}
	s := statement{verb: strings.ToLower(found[3]), resource: strings.ToLower(found[4]), conditional: found[6] != ""}
	switch strings.ToLower(found[1]) {
	case "any-user":
		s.anyone = true
	case "group":
		s.group = found[2]
	}
	if !strings.EqualFold(found[5], "tenancy") { // nothing that is asked here is in a compartment
		return statement{}, true
	}
	return s, true
}

// may reports whether policies let a user do something with all resources of a type.
// Conditions are never met.
func (t *tenancy) may(u *user, verb, resource string) bool {
	for _, p := range t.policies {
		for _, text := range p.statements {
			s, ok := parseStatement(text)
			if !ok || s.conditional || slices.Index(ranks, s.verb) < slices.Index(ranks, verb) || s.resource != resource && s.resource != "all-resources" {
				continue
			}
			if s.anyone || slices.ContainsFunc(t.groups, func(g *group) bool {
				return strings.EqualFold(g.name, s.group) && slices.Contains(g.members, u.id)
			}) {
				return true
			}
		}
	}
	return false
}
