package azuresim

import "fmt"

// The fleet fills long lists: subscriptions beside the scripted ones that are
// all alike, in one directory and with one application.
const (
	kindFleetSubscription = "5f"
	kindFleet             = "7f" // its directory, client and principal
	fleetGrounded         = 25   // each so many'th one lacks its role
)

// Fleet gives the n'th subscription of the fleet, from 1.
func Fleet(n int) Scripted {
	s := Scripted{
		SubscriptionID: sceneID(kindFleetSubscription, n), Name: fmt.Sprintf("Fleet %04d", n), Environment: "public",
		TenantID: sceneID(kindFleet, 1), ClientID: sceneID(kindFleet, 2), Outcome: "Connects. The application has the Reader role.",
	}
	if n%fleetGrounded == 0 {
		s.Outcome = "Waits for Azure, then fails unless somebody assigns a role: the application has none here (AuthorizationFailed)."
	}
	return s
}

// launch puts the first size subscriptions of the fleet into the world.
func (w *world) launch(size int) error {
	if size == 0 {
		return nil
	}
	cloud, _ := findEnvironment("public")
	reader, err := findRole("Reader")
	if err != nil {
		return err
	}
	d := &directory{id: sceneID(kindFleet, 1), name: "Fleet Example Ltd", environment: cloud}
	a := &application{clientID: sceneID(kindFleet, 2), objectID: sceneID(kindFleet, 3), principalID: sceneID(kindFleet, 4),
		name: "mooring for the fleet", directory: d, scripted: true}
	w.directories, w.applications = append(w.directories, d), append(w.applications, a)
	for n := 1; n <= size; n++ {
		told := Fleet(n)
		sub := &subscription{id: told.SubscriptionID, name: told.Name, state: "Enabled", environment: cloud, directory: d,
			advertised: d.id, outcome: told.Outcome, scriptedClient: told.ClientID, providers: newProviders(registered)}
		if n%fleetGrounded != 0 {
			sub.assignments = []assignment{{id: sceneID(kindFleet, 10+n), principalID: a.principalID, clientID: a.clientID, name: a.name,
				role: reader, scope: scope{subscription: sub.id}}}
		}
		w.subscriptions = append(w.subscriptions, sub)
	}
	return nil
}
