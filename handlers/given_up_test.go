package handlers

import (
	"context"
	"net/http"
	"strings"
	"testing"
)

// TestARequestThatWasGivenUpIsNoError has a browser that leaves while a page with a
// fault is made for it.
func TestARequestThatWasGivenUpIsNoError(t *testing.T) {
	s := newSite(t)
	given, give := context.WithCancel(t.Context())
	give()
	s.ask("owner", "GET", "/accounts/nowhere/cloud-providers", nil, func(r *http.Request) { *r = *r.WithContext(given) })
	if log := s.log.String(); strings.Contains(log, "ERROR") {
		t.Errorf("the log says %s", log)
	}
}
