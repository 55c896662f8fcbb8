// Package dosim is a simulated DigitalOcean for the demo, the tests and the manuals: the
// consent of a person, the OAuth endpoints and the few questions to the API that linking
// a team needs.
//
// Clients, redirect addresses, codes, proofs of possession (PKCE), tokens, their one use
// and their scopes are really verified, by code that shares nothing with the product's.
// TESTING.md, in the folder above, lists where it is stricter or more lenient.
package dosim

import (
	"fmt"
	"net/http"
	"time"

	"mooring/cloud/simulated"
)

// The hosts.
const (
	siteHost = "cloud.digitalocean.com"
	apiHost  = "api.digitalocean.com"
)

// Options are the things a Simulator takes from outside. The zero value is ready for
// use.
type Options struct {
	Now         func() time.Time // nil means time.Now
	Listen      string           // address of the TLS server; "" means "127.0.0.1:0"
	ProxyListen string           // address of the proxy; "" means "127.0.0.1:0"
	Console     string           // address of the simulated control panel; "" means "127.0.0.1:0"
	Codes       []string         // error codes that the control panel suggests
	Fleet       int              // how many teams of the fleet there are

	// NoRegistration has clients refused that register themselves.
	NoRegistration bool
}

// The client that an operator registered by hand, which has a secret.
const (
	OwnClient       = "simulated-client"
	OwnClientSecret = "simulated-client-secret" // of a simulated cloud
)

// Simulator is a running simulated DigitalOcean.
type Simulator struct {
	*simulated.Network
	world *world
}

// Start makes the teams, and listens. The caller closes the Simulator.
func Start(o Options) (*Simulator, error) {
	if o.Now == nil {
		o.Now = time.Now
	}
	s := &Simulator{world: newWorld(o), Network: &simulated.Network{Cloud: "DigitalOcean", Listen: o.Listen, ProxyListen: o.ProxyListen, ConsoleListen: o.Console,
		Hosts: func(host string) bool { return host == siteHost || host == apiHost }}}
	pages, err := newConsole(s, o.Codes)
	if err == nil {
		err = s.Network.Start(http.HandlerFunc(s.answer), pages.handler())
	}
	if err != nil {
		return nil, fmt.Errorf("dosim: %w", err)
	}
	return s, nil
}

// Team is one of the simulated teams.
type Team struct {
	ID, Name string
	Outcome  string // what happens when somebody links it
}

// Working is the ID of the team with which everything works.
const Working = "0a1b2c3d-0000-4000-8000-000000000001"

// Stories lists the teams, in the order in which they are told.
func Stories() []Team {
	var all []Team
	for _, s := range stories() {
		all = append(all, s.Team)
	}
	return all
}

// story is a team with all that makes it behave as its Outcome says.
type story struct {
	Team
	scope   string // that people allow, whatever is asked for; empty: what is asked for
	status  string // empty: active
	revoked bool   // the first use of a grant finds it revoked
	lost    bool   // the answer to the first use of the first grant gets lost
	blind   bool   // the API forbids looking at the team
}

func stories() []story {
	all := []story{
		{Team: Team{Name: "Harbor", Outcome: "Connects right away. The grant allows viewing the team's resources and not changing any."}},
		{Team: Team{Name: "Wide Berth", Outcome: "Connects with a warning: the grant allows changing everything, which is more than Mooring needs."}, scope: "read write"},
		{Team: Team{Name: "Lost Letter", Outcome: "Fails: the answer to the first check gets lost, and with it the grant. Connects after you sign in again."}, lost: true},
		{Team: Team{Name: "Torn Ticket", Outcome: "Fails: somebody revokes the grant as soon as it is given."}, revoked: true},
		{Team: Team{Name: "Closed Port", Outcome: "Fails: DigitalOcean has locked the team."}, status: "locked"},
		{Team: Team{Name: "Yellow Flag", Outcome: "Connects. DigitalOcean has a warning about the team."}, status: "warning"},
		{Team: Team{Name: "Narrow Gate", Outcome: "Connects, but the grant allows viewing the account alone, and not the regions."}, scope: "account:read"},
		{Team: Team{Name: "Fog Bank", Outcome: "Can't be linked: the grant doesn't allow looking at the team."}, scope: "droplet:read", blind: true},
	}
	for i := range all {
		all[i].ID = fmt.Sprintf("0a1b2c3d-0000-4000-8000-%012d", i+1)
	}
	return all
}

// Fleet gives the n'th team of the fleet, from 1. The fleet fills long lists.
func Fleet(n int) Team { return ship(n).Team }

func ship(n int) story {
	return story{Team: Team{ID: fmt.Sprintf("0f1ee700-0000-4000-8000-%012d", n), Name: fmt.Sprintf("Fleet %04d", n), Outcome: "Connects."}}
}
