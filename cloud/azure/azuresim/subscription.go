package azuresim

import (
	"crypto/x509"
	"slices"
)

// subscription is what a user links.
type subscription struct {
	id, name       string
	state          string // Enabled, Warned, PastDue, Disabled or Deleted
	environment    environment
	directory      *directory // whose tokens it accepts
	advertised     string     // the directory that the 401 answer names
	outcome        string
	scriptedClient string // the client ID that the script tells
	assignments    []assignment
	providers      []provider
	management     []*x509.Certificate
	trusting       bool // whether Trust uploads a management certificate too
	read           readCue
	classic        classicCue
	reads          int       // readings by somebody with a role
	override       *override // nil: none
}

// rights are the roles that a service principal holds on the whole
// subscription. Roles on a resource group do not count.
func (s *subscription) rights(principalID string) []role {
	var held []role
	for _, a := range s.assignments {
		if a.principalID == principalID && a.scope.group == "" {
			held = append(held, a.role)
		}
	}
	return held
}

// allows tells whether one of the roles allows the action. Whoever holds any
// role on a subscription may read the subscription itself.
func allows(held []role, action string) bool {
	if action == readSubscription {
		return len(held) > 0
	}
	return slices.ContainsFunc(held, func(r role) bool { return r.allows(action) })
}

// writable tells whether changes are possible in its state.
func (s *subscription) writable() bool { return s.state != "Disabled" && s.state != "Deleted" }

func (s *subscription) clone() subscription {
	c := *s
	c.assignments = slices.Clone(s.assignments)
	c.providers = slices.Clone(s.providers)
	c.management = slices.Clone(s.management)
	return c
}

// listSubscriptions returns copies in the order of the script.
func (w *world) listSubscriptions() []subscription {
	w.mu.Lock()
	defer w.mu.Unlock()
	list := make([]subscription, 0, len(w.subscriptions))
	for _, s := range w.subscriptions {
		list = append(list, s.clone())
	}
	return list
}

func (w *world) getSubscription(id string) (subscription, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	s, err := w.subscription(id)
	if err != nil {
		return subscription{}, err
	}
	return s.clone(), nil
}

// listDirectories returns those in which a person can register an application.
func (w *world) listDirectories() []directory {
	w.mu.Lock()
	defer w.mu.Unlock()
	var list []directory
	for _, d := range w.directories {
		if d.inhabited() {
			list = append(list, *d)
		}
	}
	return list
}
