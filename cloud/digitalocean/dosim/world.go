package dosim

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"mooring/cloud/simulated"
)

// How long things live.
const (
	codeLife   = 10 * time.Minute
	accessLife = 30 * 24 * time.Hour
)

// world is everything that the simulated DigitalOcean knows.
type world struct {
	now          func() time.Time
	mayRegister  bool
	mu           sync.Mutex
	teams        map[string]*team
	clients      map[string]*client
	codes        map[string]*code
	access       map[string]*token
	refresh      map[string]*token // by the token that is good for one use
	registration int
}

type team struct {
	story
	override *simulated.Chosen
	grants   []*grant
}

type client struct {
	id, secret string
	redirects  []string // empty: any, of an application that an operator registered
}

// grant is what one consent led to. All its tokens go with it.
type grant struct {
	team    *team
	client  *client
	scope   string
	at      time.Time
	revoked bool
	uses    int
}

type code struct {
	grant               *grant
	redirect, challenge string
	expires             time.Time
	used                bool
}

type token struct {
	grant   *grant
	expires time.Time // zero: never
	used    bool
}

func newWorld(o Options) *world {
	w := &world{now: o.Now, mayRegister: !o.NoRegistration, teams: map[string]*team{}, codes: map[string]*code{}, access: map[string]*token{}, refresh: map[string]*token{},
		clients: map[string]*client{OwnClient: {id: OwnClient, secret: OwnClientSecret}}}
	all := stories()
	for n := range o.Fleet {
		all = append(all, ship(n+1))
	}
	for _, s := range all {
		w.teams[s.ID] = &team{story: s}
	}
	return w
}

// refusal is an answer of DigitalOcean's that isn't a good one.
type refusal struct {
	status     int
	code, says string
}

func (r *refusal) Error() string { return r.code + ": " + r.says }

func refuse(status int, code, says string, args ...any) *refusal {
	return &refusal{status, code, fmt.Sprintf(says, args...)}
}

// findClient finds the client of a question to the person, and checks where it may lead.
func (w *world) findClient(id, redirect string) (*client, error) {
	c := w.clients[id]
	switch {
	case c == nil:
		return nil, refuse(http.StatusUnauthorized, "invalid_client", "Client authentication failed due to unknown client.")
	case len(c.redirects) > 0 && !slices.Contains(c.redirects, redirect), redirect == "":
		return nil, refuse(http.StatusBadRequest, "invalid_redirect_uri", "The redirect uri included is not valid.")
	}
	return c, nil
}

// register makes a public client.
func (w *world) register(redirects []string) (*client, error) {
	if !w.mayRegister {
		return nil, refuse(http.StatusForbidden, "access_denied", "Registration is not allowed.")
	}
	if len(redirects) == 0 || len(redirects) > 5 {
		return nil, refuse(http.StatusBadRequest, "invalid_redirect_uri", "The redirect uri included is not valid.")
	}
	if len(w.clients) >= mostKept {
		return nil, refuse(http.StatusTooManyRequests, "too_many_requests", "Too many clients.")
	}
	w.registration++
	c := &client{id: fmt.Sprintf("registered-%d", w.registration), redirects: redirects}
	w.clients[c.id] = c
	return c, nil
}

// mostKept bounds what anybody can fill up.
const mostKept = 10_000

// consent is a person's consent. It gives the code that comes back.
func (w *world) consent(c *client, t *team, scope, redirect, challenge string) (string, error) {
	if len(w.codes) >= mostKept {
		return "", refuse(http.StatusTooManyRequests, "too_many_requests", "Too many codes.")
	}
	if t.scope != "" {
		scope = t.scope
	}
	g := &grant{team: t, client: c, scope: scope, at: w.now()}
	t.grants = append(t.grants, g)
	text := rand.Text()
	w.codes[text] = &code{grant: g, redirect: redirect, challenge: challenge, expires: w.now().Add(codeLife)}
	return text, nil
}

// issued are tokens as the endpoint gives them.
type issued struct{ access, refresh, scope string }

func (w *world) issue(g *grant) issued {
	i := issued{access: "doo_v1_" + strings.ToLower(rand.Text()+rand.Text()), refresh: "dor_v1_" + strings.ToLower(rand.Text()+rand.Text()), scope: g.scope}
	w.access[i.access] = &token{grant: g, expires: w.now().Add(accessLife)}
	w.refresh[i.refresh] = &token{grant: g}
	return i
}

var errGrant = refuse(http.StatusBadRequest, "invalid_grant", "The provided authorization grant is invalid, expired, revoked, does not match the redirection URI used in the authorization request, or was issued to another client.")

// redeem exchanges a code. A code that is used twice ends everything that it led to.
func (w *world) redeem(c *client, text, redirect, verifier string) (issued, error) {
	found := w.codes[text]
	if found == nil || found.grant.client != c || found.redirect != redirect || w.now().After(found.expires) {
		return issued{}, errGrant
	}
	sum := sha256.Sum256([]byte(verifier))
	if found.challenge != base64.RawURLEncoding.EncodeToString(sum[:]) {
		return issued{}, errGrant
	}
	if found.used {
		found.grant.revoked = true
		return issued{}, errGrant
	}
	found.used = true
	return w.issue(found.grant), nil
}

// renew exchanges a grant, which is good for one use.
func (w *world) renew(c *client, text string) (*grant, issued, error) {
	found := w.refresh[text]
	if found == nil || found.grant.client != c {
		return nil, issued{}, errGrant
	}
	g := found.grant
	if g.uses++; g.team.story.revoked && g.uses == 1 {
		g.revoked = true
	}
	if found.used || g.revoked {
		return g, issued{}, errGrant
	}
	found.used = true
	return g, w.issue(g), nil
}

// end revokes everything of a grant.
func (w *world) end(text string) {
	for _, tokens := range []map[string]*token{w.access, w.refresh} {
		if found := tokens[text]; found != nil {
			found.grant.revoked = true
		}
	}
}

// bearer finds what an access token is for.
func (w *world) bearer(r *http.Request) (*grant, error) {
	text, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	found := w.access[text]
	if !ok || found == nil || found.grant.revoked || w.now().After(found.expires) {
		return nil, refuse(http.StatusUnauthorized, "unauthorized", "Unable to authenticate you")
	}
	return found.grant, nil
}

// allows reports whether a grant allows viewing a kind of resource.
func (g *grant) allows(kind string) bool {
	scopes := strings.Fields(g.scope)
	return slices.Contains(scopes, "read") || slices.Contains(scopes, kind+":read")
}

// change does something with a team.
func (s *Simulator) change(id string, do func(*team)) error {
	s.world.mu.Lock()
	defer s.world.mu.Unlock()
	t := s.world.teams[id]
	if t == nil {
		return fmt.Errorf("there is no team %s", id)
	}
	do(t)
	return nil
}

// Grants counts a team's grants that nobody has revoked.
func (s *Simulator) Grants(id string) (good int) {
	_ = s.change(id, func(t *team) {
		for _, g := range t.grants {
			if !g.revoked {
				good++
			}
		}
	})
	return good
}

// Uses counts how often a team's grants were used.
func (s *Simulator) Uses(id string) (uses int) {
	_ = s.change(id, func(t *team) {
		for _, g := range t.grants {
			uses += g.uses
		}
	})
	return uses
}

// RevokeGrants ends all grants of a team, as somebody can in the control panel.
func (s *Simulator) RevokeGrants(id string) error {
	return s.change(id, func(t *team) {
		for _, g := range t.grants {
			g.revoked = true
		}
	})
}

// Consent is what a person's browser does at an address that Mooring sends it to: it
// chooses the team and allows what is asked. It gives the query with which the browser
// comes back, and is for the demo and for tests.
func (s *Simulator) Consent(address, teamID string) (query string, err error) {
	q, err := readQuestion(address)
	if err != nil {
		return "", err
	}
	s.world.mu.Lock()
	defer s.world.mu.Unlock()
	t := s.world.teams[teamID]
	if t == nil {
		return "", fmt.Errorf("there is no team %s", teamID)
	}
	return s.world.allow(q, t)
}
