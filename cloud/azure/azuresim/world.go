package azuresim

import (
	"strings"
	"sync"
	"time"
)

// world is everything the simulated Azure knows. Its methods lock; the methods
// of what it holds do not.
type world struct {
	now   func() time.Time
	newID func() string // safe to call from several goroutines, with or without mu held

	mu            sync.Mutex
	directories   []*directory
	applications  []*application
	subscriptions []*subscription
	outages       map[string]bool      // by environment name
	authorities   map[string]string    // base addresses, by environment name
	grants        map[string]grant     // by bearer token
	used          map[string]time.Time // assertions already exchanged, until they expire
	tellsKeyID    bool                 // addKey answers with the ID of the certificate
}

// newWorld is the world at the rise of the curtain: the scripted scenes are
// set, and no certificate is uploaded anywhere.
func newWorld(now func() time.Time, newID func() string) (*world, error) {
	var mu sync.Mutex
	w := &world{
		now: now,
		newID: func() string {
			mu.Lock()
			defer mu.Unlock()
			return strings.ToLower(newID())
		},
		outages:     map[string]bool{},
		authorities: map[string]string{},
		grants:      map[string]grant{},
		used:        map[string]time.Time{},
		tellsKeyID:  true,
	}
	for _, s := range scenes() {
		if err := w.set(s); err != nil {
			return nil, err
		}
	}
	return w, nil
}

func (w *world) findDirectory(id string) *directory {
	for _, d := range w.directories {
		if d.id == id {
			return d
		}
	}
	return nil
}

func (w *world) findApplication(clientID string) *application {
	for _, a := range w.applications {
		if a.clientID == clientID {
			return a
		}
	}
	return nil
}

func (w *world) findSubscription(id string) *subscription {
	for _, s := range w.subscriptions {
		if s.id == id {
			return s
		}
	}
	return nil
}

// application is findApplication for a person, who types in any case.
func (w *world) application(clientID string) (*application, error) {
	id, ok := parseGUID(strings.TrimSpace(clientID))
	if ok {
		if a := w.findApplication(id); a != nil {
			return a, nil
		}
	}
	return nil, refuse("There is no application with the client ID %q.", clientID)
}

// subscription is findSubscription for a person.
func (w *world) subscription(id string) (*subscription, error) {
	known, ok := parseGUID(strings.TrimSpace(id))
	if ok {
		if s := w.findSubscription(known); s != nil {
			return s, nil
		}
	}
	return nil, refuse("There is no subscription with the ID %q.", id)
}

// down tells whether SetOutage switched the environment off.
func (w *world) down(e environment) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.outages[e.name]
}

func (w *world) addAuthority(e environment, base string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.authorities[e.name] = base
}

// otherAuthority is the address of the directory service of another environment.
func (w *world) otherAuthority(than environment) string {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, e := range environments() {
		if e.name != than.name {
			return w.authorities[e.name]
		}
	}
	return ""
}

// SetOutage makes every service of the environment answer 503, or ends that.
func (s *Simulator) SetOutage(environment string, on bool) {
	s.world.mu.Lock()
	defer s.world.mu.Unlock()
	s.world.outages[environment] = on
}
