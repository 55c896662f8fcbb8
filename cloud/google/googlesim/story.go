package googlesim

import (
	"fmt"
	"strings"
)

// story is a project with all that makes it behave as its Outcome says. What is set
// changes what somebody makes in the project, or how it answers.
type story struct {
	Project
	otherAuthority   bool // a new provider gets another certificate
	noCondition      bool // a new provider loses its condition
	otherCondition   bool // a new provider's condition is for another name
	poolDisabled     bool // a new pool is disabled
	providerDisabled bool // a new provider is disabled
	poolDeleted      bool // a new pool is deleted at once
	otherMember      bool // a new role goes to another subject
	owner            bool // a new role comes with Owner
	notActing        bool // nobody may act as a new service account
	accountDisabled  bool // a new service account is disabled once it has a role
	shutDown         bool // the project is shut down once somebody has a role
	apiOff           bool // the Resource Manager API is disabled once somebody has a role
	noUpload         bool // a policy of the organization blocks uploading keys
	keyDeleted       bool // an uploaded key is deleted at once
	keyDisabled      bool // an uploaded key is disabled
	freshFor         int  // how many requests a new role is too fresh for

	links link // how Link links it
}

// link is a way to link.
type link int

const (
	byPool        link = iota
	byOtherPool        // in another project
	byActing           // with a service account
	byUploadedKey      // of a service account
)

// Working is the ID of the project in which everything works.
const Working = "harbor-prod-142857"

// office is a project for pools of others. It has no story of its own.
var office = story{Project: Project{ID: "pier-office-142800", Number: "660000000099", Name: "Pier Office", Outcome: "Holds the pools of other projects."}}

// Stories lists the projects, in the order in which they are told.
func Stories() []Project {
	var all []Project
	for _, s := range stories() {
		all = append(all, s.Project)
	}
	return all
}

func stories() []story {
	tell := func(name, outcome string, change func(*story)) story {
		s := story{Project: Project{Name: name, Outcome: outcome}}
		if change != nil {
			change(&s)
		}
		return s
	}
	all := []story{
		tell("Harbor", "Connects right away, with the role Viewer.", nil),
		tell("Wide Berth", "Connects with a warning: somebody gave the role Owner as well, which is more than Mooring needs.", func(s *story) { s.owner = true }),
		tell("Fresh Paint", "Waits for Google Cloud, then connects: the role is so new that the first two requests are refused.", func(s *story) { s.freshFor = 2 }),
		tell("Two Piers", "Connects, with a pool in another project, Pier Office.", func(s *story) { s.links = byOtherPool }),
		tell("Pilot", "Connects, with a service account that the certificate acts as.", func(s *story) { s.links = byActing }),
		tell("Key Locker", "Connects, with a certificate that was uploaded to a service account.", func(s *story) { s.links = byUploadedKey }),
		tell("Other Flag", "Fails: the provider trusts the certificate of another authority.", func(s *story) { s.otherAuthority = true }),
		tell("Open Gate", "Connects with a warning: the provider has lost its condition, so it accepts any certificate of the authority.", func(s *story) { s.noCondition = true }),
		tell("Other Name", "Fails: the condition of the provider is for another name.", func(s *story) { s.otherCondition = true }),
		tell("Furled Sail", "Waits for Google Cloud, then fails: the pool is disabled.", func(s *story) { s.poolDisabled = true }),
		tell("Raised Anchor", "Waits for Google Cloud, then fails: the provider is disabled.", func(s *story) { s.providerDisabled = true }),
		tell("Lost Anchor", "Waits for Google Cloud, then fails: somebody deleted the pool.", func(s *story) { s.poolDeleted = true }),
		tell("Wrong Crew", "Waits for Google Cloud, then fails: another subject of the pool has the role.", func(s *story) { s.otherMember = true }),
		tell("Mutiny", "Waits for Google Cloud, then fails: the certificate isn't allowed to act as the service account.", func(s *story) { s.links, s.notActing = byActing, true }),
		tell("Beached", "Fails: the service account is disabled.", func(s *story) { s.links, s.accountDisabled = byActing, true }),
		tell("Closed Port", "Fails: somebody has shut down the project.", func(s *story) { s.shutDown = true }),
		tell("Silent Coast", "Waits for Google Cloud, then fails: the Cloud Resource Manager API is disabled.", func(s *story) { s.apiOff = true }),
		tell("Iron Rule", "Can't be linked with a service account key: a policy of the organization blocks the upload. Connects with a pool.", func(s *story) { s.noUpload = true }),
		tell("Lost Key", "Waits for Google Cloud, then fails: somebody deleted the uploaded certificate.", func(s *story) { s.links, s.keyDeleted = byUploadedKey, true }),
		tell("Locked Key", "Waits for Google Cloud, then fails: the uploaded certificate is disabled.", func(s *story) { s.links, s.keyDisabled = byUploadedKey, true }),
	}
	for i := range all {
		all[i].ID = fmt.Sprintf("%s-1428%02d", strings.ReplaceAll(strings.ToLower(all[i].Name), " ", "-"), i+1)
		all[i].Number = fmt.Sprintf("6600000000%02d", i+1)
	}
	all[0].ID, all[0].Number = Working, "142857142857"
	return all
}

// fleetDisabled is how often a project of the fleet doesn't connect.
const fleetDisabled = 25

// Fleet gives the n'th project of the fleet, from 1. The fleet fills long lists: it is
// beside the stories, and its projects are all alike.
func Fleet(n int) Project { return ship(n).Project }

func ship(n int) story {
	s := story{Project: Project{ID: fmt.Sprintf("fleet-%04d", n), Number: fmt.Sprintf("7700%08d", n), Name: fmt.Sprintf("Fleet %04d", n), Outcome: "Connects, with the role Viewer."}}
	if n%fleetDisabled == 0 {
		s.providerDisabled = true
		s.Outcome = "Waits for Google Cloud, then fails: the provider is disabled."
	}
	return s
}
