package azuresim

import "strings"

const (
	registered    = "Registered"
	notRegistered = "NotRegistered"
)

// provider is a resource provider as one subscription sees it.
type provider struct{ namespace, state string }

// newProviders are those of a fresh subscription, all in the given state.
func newProviders(state string) []provider {
	return []provider{
		{"Microsoft.Compute", state},
		{"Microsoft.Network", state},
		{"Microsoft.Storage", registered},
	}
}

// provider finds a provider by its namespace in any case, or nil.
func (s *subscription) provider(namespace string) *provider {
	for i := range s.providers {
		if strings.EqualFold(s.providers[i].namespace, namespace) {
			return &s.providers[i]
		}
	}
	return nil
}

// registerProvider is what the signed-in person of the shell does.
func (w *world) registerProvider(subscriptionID, namespace string) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	s, err := w.subscription(subscriptionID)
	if err != nil {
		return err
	}
	p := s.provider(namespace)
	if p == nil {
		return refuse("(InvalidResourceNamespace) The resource namespace '%s' is invalid.", namespace)
	}
	if !s.writable() {
		return refuse("(ReadOnlyDisabledSubscription) %s", readOnlyText(s.id))
	}
	p.state = registered
	return nil
}
