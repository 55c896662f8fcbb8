package main

import (
	"context"
	"fmt"

	"mooring/account"
	"mooring/audit"
	"mooring/cloud"
	"mooring/cloud/azure"
	"mooring/cloud/azure/azuresim"
	"mooring/credential"
)

// What others have linked before anybody signs in, so that administrators find
// something to look at: ten subscriptions that meet different fates, one account of each other
// cloud, and as many of a fleet as somebody asks for.
const (
	demoNeighbour     = "breakwater"
	demoFleet         = "fleet"
	demoLinked        = 14
	mostDemoLinked    = 20000
	demoNeighbourMail = "bruno@demo.example"
)

// demoScenes are the subscriptions that breakwater links, by name.
var demoScenes = []string{"Tide Tables", "Dry Dock", "Harbor Master", "New Pier", "Old Charts", "Sealed Log",
	"Locked Gate", "Chained Quay", "Unpaid Berth", "Laid-up Boat"}

// fleetSize is how many ships of the fleet the simulated clouds need beside the
// scripted subscriptions.
func fleetSize(linked int) int { return max(0, linked-len(demoScenes)) }

// link links what others have linked. Those of the scenes are verified in the
// background as soon as the demo runs; those of the fleet wait for somebody.
func (w *demoWorld) link(ctx context.Context, linked int) error {
	if linked == 0 {
		return nil
	}
	bruno, err := w.add(ctx, "Bruno Berth", demoNeighbourMail, demoNeighbour, false)
	if err != nil {
		return err
	}
	actor := audit.Actor{PersonID: bruno.Person.ID, Name: bruno.Person.Email, Address: "127.0.0.1"}
	told := map[string]azuresim.Scripted{}
	for _, s := range azuresim.Script() {
		told[s.Name] = s
	}
	scenes := make([]azuresim.Scripted, min(linked, len(demoScenes)))
	for i := range scenes {
		scenes[i] = told[demoScenes[i]]
	}
	if err := w.linkAll(ctx, ownedBy(bruno), actor, scenes, true); err != nil || fleetSize(linked) == 0 {
		return err
	}
	_, err = w.linkFleet(ctx, bruno, actor, fleetSize(linked))
	return err
}

// linkFleet links as many ships, of all clouds, to an organization of their own.
func (w *demoWorld) linkFleet(ctx context.Context, owner account.NewPerson, actor audit.Actor, size int) (account.Account, error) {
	fleet, err := w.house.organizations.Create(ctx, account.Caller{Person: owner.Person}, account.OrganizationForm{Name: demoFleet}, actor)
	if err != nil {
		return fleet, err
	}
	var ships []azuresim.Scripted
	request := credential.Request{AccountID: fleet.ID, AccountName: fleet.Name, Actor: actor}
	for n := 1; n <= size; n++ {
		if turn := (n - 1) % shipTurns; turn < len(w.clouds) {
			if err := w.clouds[turn].ship(ctx, w.house, request, n); err != nil {
				return fleet, fmt.Errorf("link ship %d to %s: %w", n, w.clouds[turn].cloud.Describe().Name, err)
			}
			continue
		}
		ships = append(ships, azuresim.Fleet(n))
	}
	return fleet, w.linkAll(ctx, fleet, actor, ships, false)
}

// shipTurns is after how many ships the clouds take their turns again. Those that are
// left over are subscriptions of Azure.
const shipTurns = 10

// ownedBy is the organization that somebody came with.
func ownedBy(p account.NewPerson) account.Account { return p.Joins[len(p.Joins)-1].Account }

func (w *demoWorld) linkAll(ctx context.Context, in account.Account, actor audit.Actor, subscriptions []azuresim.Scripted, verify bool) error {
	active, err := w.house.certificates.Active(ctx, in.ID)
	if err != nil {
		return err
	}
	if err := w.simulator.Trust(active.DER); err != nil {
		return err
	}
	request := credential.Request{AccountID: in.ID, AccountName: in.Name, Actor: actor}
	for _, s := range subscriptions {
		form := cloud.Form{Label: s.Name, Environment: s.Environment, Method: azure.MethodApp, Values: map[string]string{"subscription_id": s.SubscriptionID, "tenant_id": s.TenantID, "client_id": s.ClientID}}
		form.Values["object_id"], form.Values["key_id"] = w.simulator.IDs(s.ClientID, active.DER)
		if _, err := w.house.credentials.Link(ctx, request, azure.Key, &form, verify); err != nil {
			return fmt.Errorf("link %s: %w", s.Name, err)
		}
	}
	return nil
}
