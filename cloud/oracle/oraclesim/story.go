package oraclesim

import (
	"crypto/sha256"
	"encoding/base32"
	"fmt"
	"slices"
	"strings"
)

// Tenancy is a tenancy of the simulated Oracle Cloud, and what a user who links it meets.
type Tenancy struct {
	ID      string // OCID
	Name    string
	Realm   string
	Home    string // its home region
	Shell   string // the region that its Cloud Shell opens in
	Outcome string // one plain sentence
}

// story is a tenancy with all that makes it behave as its Outcome says. What is set
// changes what somebody makes in the tenancy, or how it answers.
type story struct {
	Tenancy
	otherKey      bool   // a new key of a new user is another one
	administrator bool   // a new user gets into the group Administrators, too
	noPolicy      bool   // a new policy is deleted at once
	statement     string // what a new policy allows instead, for its group
	condition     string // a new policy gets a second statement, with this condition
	freshKey      int    // how many requests a new key is too fresh for
	freshPolicy   int    // how many questions about the tenancy a new policy is too fresh for
	fullUser      bool   // a user deckhand has three keys
	notReady      bool   // the home region isn't ready
}

// ocidOf makes an OCID with a unique part that comes from a text.
func ocidOf(kind, realm, from string) string {
	sum := sha256.Sum256([]byte(kind + " " + from))
	return "ocid1." + kind + "." + realm + "..aaaaaaaa" + strings.ToLower(base32.StdEncoding.EncodeToString(sum[:]))[:52]
}

// Working is the OCID of the tenancy in which everything works.
var Working = stories()[0].ID

// Stories lists the tenancies, in the order in which they are told.
func Stories() []Tenancy {
	var all []Tenancy
	for _, s := range stories() {
		all = append(all, s.Tenancy)
	}
	return all
}

func stories() []story {
	const connects = "Connects right away. The user can list resources but can't read the data in them."
	tell := func(name, outcome string, change func(*story)) story {
		s := story{Tenancy: Tenancy{Name: name, Realm: "oc1", Home: "eu-frankfurt-1", Outcome: outcome}}
		if change != nil {
			change(&s)
		}
		return s.finished()
	}
	return []story{
		tell("Harbor", connects, nil),
		tell("Wide Berth", "Connects with a warning: the user is also in the group Administrators, which is more than Mooring needs.", func(s *story) { s.administrator = true }),
		tell("Fresh Paint", "Waits for Oracle Cloud, then connects: the key is so new that the first two requests are refused.", func(s *story) { s.freshKey = 2 }),
		tell("Wet Ink", "Waits for Oracle Cloud, then connects: the policy is so new that the tenancy is hidden twice.", func(s *story) { s.freshPolicy = 2 }),
		tell("Other Flag", "Waits for Oracle Cloud, then fails: somebody replaced the key with another one.", func(s *story) { s.otherKey = true }),
		tell("Lost Pass", "Waits for Oracle Cloud, then fails: somebody deleted the policy, so the user can't view the tenancy.", func(s *story) { s.noPolicy = true }),
		tell("Sealed Log", "Connects, but the policy allows only the tenancy itself, so Mooring can't tell what the user may do.", func(s *story) { s.statement = "inspect tenancies" }),
		tell("Fog Bank", "Connects, but a statement has a condition, so Mooring can't tell what the user may do.", func(s *story) { s.condition = "request.networkSource.name='office'" }),
		tell("Narrow Strait", "Connects, but the user can list only networks.", func(s *story) { s.statement = "inspect tenancies, policies, groups, users, virtual-network-family" }),
		tell("Full Rack", "Connects with a user of its own. The user deckhand has three keys already, so Oracle Cloud refuses another one for it.", func(s *story) { s.fullUser = true }),
		tell("Dark Coast", "Connects, but the region of the link isn't ready.", func(s *story) { s.notReady = true }),
		tell("Far Shore", "Connects. Cloud Shell opens in another region than the home region, where users can't be created.", func(s *story) { s.Home, s.Shell = "us-ashburn-1", "ap-tokyo-1" }),
		tell("Free Port", "Connects, in the EU Sovereign Cloud.", func(s *story) { s.Realm, s.Home = "oc19", "eu-frankfurt-2" }),
		tell("Navy Yard", "Connects, in the US Federal Cloud.", func(s *story) { s.Realm, s.Home = "oc3", "us-gov-ashburn-1" }),
		tell("Crown Dock", "Connects, in the UK Government Cloud.", func(s *story) { s.Realm, s.Home = "oc4", "uk-gov-london-1" }),
	}
}

// finished fills in what follows from the rest.
func (s story) finished() story {
	s.ID = ocidOf("tenancy", s.Realm, s.Name)
	if s.Shell == "" {
		s.Shell = s.Home
	}
	return s
}

// regions are those that the tenancy is subscribed to, the home region first.
func (s story) regions() []string {
	all := []string{s.Home}
	if s.Realm == "oc1" {
		for _, region := range []string{s.Shell, "uk-london-1"} {
			if !slices.Contains(all, region) {
				all = append(all, region)
			}
		}
	}
	return all
}

// fleetLost is how often a tenancy of the fleet doesn't connect.
const fleetLost = 25

// Fleet gives the n'th tenancy of the fleet, from 1. The fleet fills long lists: it is
// beside the stories, and its tenancies are all alike.
func Fleet(n int) Tenancy { return ship(n).Tenancy }

func ship(n int) story {
	s := story{Tenancy: Tenancy{Name: fmt.Sprintf("Fleet %04d", n), Realm: "oc1", Home: fleetRegions[n%len(fleetRegions)],
		Outcome: "Connects. The user can list resources but can't read the data in them."}}
	if n%fleetLost == 0 {
		s.otherKey = true
		s.Outcome = "Fails: somebody replaced the key with another one."
	}
	return s.finished()
}
