package awssim

import (
	"net/http"
	"strconv"
	"strings"
)

// pageSize is how many decisions stand on a page, unless the request asks for fewer.
const pageSize = 20

// simulate is SimulatePrincipalPolicy, for roles of the caller's account.
func (w *world) simulate(c *call) (reply, error) {
	a := c.key.account
	if c.key.role != nil {
		if err := a.override.Instead(atPermissions); err != nil {
			return reply{}, err
		}
	}
	source := c.form.Get("PolicySourceArn")
	if err := c.authorize("iam:SimulatePrincipalPolicy", source); err != nil {
		return reply{}, err
	}
	r := a.roles[source[strings.LastIndexByte(source, '/')+1:]]
	actions, resources := c.list("ActionNames"), c.list("ResourceArns")
	switch {
	case strings.Contains(source, ":assumed-role/"):
		return reply{}, invalidInput("Invalid Entity Arn: " + source + " does not clearly define entity type and name.")
	case r == nil || r.arn != source:
		return reply{}, noSuchEntity("The role with name " + source + " cannot be found.")
	case len(actions) == 0:
		return reply{}, invalidInput("ActionNames must not be empty.")
	}
	if len(resources) == 0 {
		resources = []string{"*"}
	}
	var all []node
	for _, action := range actions {
		if service, name, ok := strings.Cut(action, ":"); !ok || service == "" || name == "" || strings.ContainsAny(action, "*?") {
			return reply{}, invalidInput("Invalid Action: " + action)
		}
		for _, resource := range resources {
			all = append(all, a.decision(r, action, resource))
		}
	}
	return c.page(all, a.override.Has(effectNoDecision))
}

// decision is what the simulator says about one action.
func (a *account) decision(r *role, action, resource string) node {
	decided, missing := decide(a.policies(r), action, resource, nil)
	n := tag("member", leaf("EvalActionName", action), leaf("EvalResourceName", resource))
	if len(a.story.denied) > 0 {
		outside := a.deniedOutside(action)
		if outside {
			decided = explicitDeny
		}
		n.children = append(n.children, tag("OrganizationsDecisionDetail", leaf("AllowedByOrganizations", strconv.FormatBool(!outside))))
	}
	keys := tag("MissingContextValues")
	for _, key := range missing {
		keys.children = append(keys.children, leaf("member", key))
	}
	n.children = append(n.children, leaf("EvalDecision", string(decided)), tag("MatchedStatements"), keys)
	return n
}

// page cuts the decisions into pages. A marker is the number of the first decision.
func (c *call) page(all []node, empty bool) (reply, error) {
	size, from := pageSize, 0
	var err error
	if given := c.form.Get("MaxItems"); given != "" {
		asked, err := strconv.Atoi(given)
		if err != nil || asked < 1 || asked > 1000 {
			return reply{}, invalidInput("MaxItems is from 1 to 1000.")
		}
		size = min(size, asked)
	}
	if given := c.form.Get("Marker"); given != "" {
		if from, err = strconv.Atoi(given); err != nil || from < 0 || from > len(all) {
			return reply{}, invalidInput("Invalid marker.")
		}
	}
	if empty {
		all, from = nil, 0
	}
	until := min(from+size, len(all))
	result := []node{leaf("IsTruncated", strconv.FormatBool(until < len(all)))}
	if until < len(all) {
		result = append(result, leaf("Marker", strconv.Itoa(until)))
	}
	return c.queryReply(append(result, tag("EvaluationResults", all[from:until]...))...)
}

func invalidInput(message string) error {
	return refuse(http.StatusBadRequest, "InvalidInput", "%s", message)
}

func noSuchEntity(message string) error {
	return refuse(http.StatusNotFound, "NoSuchEntity", "%s", message)
}
