package azuresim

import (
	"crypto/rand"
	"maps"
	"time"
)

// tokenLifetime is what the directory service grants, in its odd number.
const tokenLifetime = 3599 * time.Second

// grant is what a bearer token stands for. The token itself says nothing.
type grant struct {
	environment string
	directory   *directory
	clientID    string
	principalID string
	expires     time.Time
	graph       bool // it is for Microsoft Graph, and else for the resource manager
}

// issueToken remembers a fresh token for the application and forgets old ones.
func (w *world) issueToken(e environment, a *application, forGraph bool) string {
	now := w.now()
	maps.DeleteFunc(w.grants, func(_ string, g grant) bool { return now.Sub(g.expires) > 24*time.Hour })
	token := rand.Text() + rand.Text()
	w.grants[token] = grant{
		environment: e.name,
		directory:   a.directory,
		clientID:    a.clientID,
		principalID: a.principalID,
		expires:     now.Add(tokenLifetime),
		graph:       forGraph,
	}
	return token
}

// spend notes that an assertion was exchanged. It reports whether this was the
// first time.
func (w *world) spend(a *application, jti string, now, until time.Time) bool {
	maps.DeleteFunc(w.used, func(_ string, t time.Time) bool { return t.Before(now) })
	name := a.clientID + " " + jti
	if _, again := w.used[name]; again {
		return false
	}
	w.used[name] = until
	return true
}
