package azuresim

import (
	"slices"
	"strings"
)

// maxAssignments is the cap of role assignments in one subscription.
const maxAssignments = 1000

// assignment gives a service principal a role within a scope.
type assignment struct {
	id          string
	principalID string
	clientID    string
	name        string // of the application, for lists
	role        role
	scope       scope
}

// AssignRole gives the application a role on the whole subscription, as "Add
// role assignment" does. Assigning it again changes nothing.
func (s *Simulator) AssignRole(clientID, subscriptionID, roleName string) error {
	id, _ := parseGUID(strings.TrimSpace(subscriptionID))
	_, err := s.world.assign(clientID, scope{subscription: id}, roleName)
	return err
}

func (w *world) assign(assignee string, at scope, roleName string) (assignment, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	granted, err := findRole(roleName)
	if err != nil {
		return assignment{}, err
	}
	sub, err := w.subscription(at.subscription)
	if err != nil {
		return assignment{}, err
	}
	a, err := w.principal(assignee)
	if err != nil {
		return assignment{}, err
	}
	if a.directory != sub.directory {
		return assignment{}, refuse("The application %q lives in another directory than the subscription %q, which knows it not.", a.name, sub.name)
	}
	for _, have := range sub.assignments {
		if have.principalID == a.principalID && have.role.id == granted.id && have.scope.equal(at) {
			return have, nil
		}
	}
	if len(sub.assignments) >= maxAssignments {
		return assignment{}, refuse("This subscription has %d role assignments already.", maxAssignments)
	}
	made := assignment{id: w.newID(), principalID: a.principalID, clientID: a.clientID, name: a.name, role: granted, scope: at}
	sub.assignments = append(sub.assignments, made)
	return made, nil
}

// principal finds the application that somebody means by its client ID or by
// the object ID of its service principal.
func (w *world) principal(assignee string) (*application, error) {
	if id, ok := parseGUID(strings.TrimSpace(assignee)); ok {
		for _, a := range w.applications {
			if a.principalID != "" && (a.clientID == id || a.principalID == id) {
				return a, nil
			}
		}
	}
	return nil, refuse("Cannot find user or service principal in graph database for '%s'. "+
		"If the assignee is an appId, make sure the corresponding service principal is created with 'az ad sp create --id %s'.", assignee, assignee)
}

// unassign removes the assignments that match and counts them.
func (w *world) unassign(subscriptionID string, match func(assignment) bool) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	sub, err := w.subscription(subscriptionID)
	if err != nil {
		return 0, err
	}
	before := len(sub.assignments)
	sub.assignments = slices.DeleteFunc(sub.assignments, match)
	return before - len(sub.assignments), nil
}
