package azuresim

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// application is an app registration with its service principal. Its three ids
// differ, as they do in Azure, so that mixing them up is noticed.
type application struct {
	clientID    string // what a program signs in with
	objectID    string // of the registration
	principalID string // of the service principal, which holds the roles; "" when there is none
	name        string
	directory   *directory
	disabled    bool
	keys        []key
	trust       trustCue
	scripted    bool
	attempts    int    // sign-ins that asked for this application
	keyAttempts int    // sign-ins that used one of its keys
	policy      string // code with which a policy of the directory refuses new certificates; "" lets them in
}

// RegisterApp registers an application with a service principal in a directory,
// as "New registration" does, and returns its client ID.
func (s *Simulator) RegisterApp(tenantID, name string) (clientID string, err error) {
	a, err := s.world.registerApplication(tenantID, name)
	return a.clientID, err
}

func (w *world) registerApplication(tenantID, name string) (application, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	name = strings.TrimSpace(name)
	switch {
	case name == "":
		return application{}, refuse("Give the application a name.")
	case utf8.RuneCountInString(name) > 120 || !utf8.ValidString(name):
		return application{}, refuse("A name has at most 120 characters.")
	case len(w.applications) >= 1000:
		return application{}, refuse("This directory holds 1000 applications; delete some first.")
	}
	id, _ := parseGUID(strings.TrimSpace(tenantID))
	d := w.findDirectory(id)
	if d == nil || !d.inhabited() {
		return application{}, refuse("Choose one of the directories.")
	}
	a := &application{
		clientID:    w.newID(),
		objectID:    w.newID(),
		principalID: w.newID(),
		name:        name,
		directory:   d,
	}
	if _, ok := parseGUID(a.clientID); !ok || w.findApplication(a.clientID) != nil {
		return application{}, fmt.Errorf("azuresim: %q is not a new GUID", a.clientID)
	}
	w.applications = append(w.applications, a)
	return *a, nil
}

// deleteApplication removes the registration, its service principal and the
// roles that one held.
func (w *world) deleteApplication(clientID string) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	a, err := w.application(clientID)
	if err != nil {
		return err
	}
	w.applications = slices.DeleteFunc(w.applications, func(b *application) bool { return a == b })
	for _, s := range w.subscriptions {
		s.assignments = slices.DeleteFunc(s.assignments, func(r assignment) bool { return r.principalID == a.principalID })
	}
	return nil
}

// createPrincipal gives the application a service principal if it has none.
func (w *world) createPrincipal(clientID string) (application, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	a, err := w.application(clientID)
	if err != nil {
		return application{}, err
	}
	if a.principalID == "" {
		a.principalID = w.newID()
	}
	return *a, nil
}

// enable lets the service principal sign in, or not.
func (w *world) enable(clientID string, on bool) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	a, err := w.application(clientID)
	if err != nil {
		return err
	}
	a.disabled = !on
	return nil
}

// listApplications returns copies, oldest first.
func (w *world) listApplications() []application {
	w.mu.Lock()
	defer w.mu.Unlock()
	list := make([]application, 0, len(w.applications))
	for _, a := range w.applications {
		list = append(list, a.clone())
	}
	return list
}

func (w *world) getApplication(clientID string) (application, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	a, err := w.application(clientID)
	if err != nil {
		return application{}, err
	}
	return a.clone(), nil
}

func (a *application) clone() application {
	b := *a
	b.keys = slices.Clone(a.keys)
	return b
}
