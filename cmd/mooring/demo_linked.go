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
// something to look at: ten subscriptions that meet different fates, and as
// many of a fleet as somebody asks for.
const (
	demoNeighbour     = "breakwater"
	demoFleet         = "fleet"
	demoLinked        = 10
	mostDemoLinked    = 20000
	demoNeighbourMail = "bruno@demo.example"
)

// demoScenes are the subscriptions that breakwater links, by name.
var demoScenes = []string{"Tide Tables", "Dry Dock", "Harbor Master", "New Pier", "Old Charts", "Sealed Log",
	"Locked Gate", "Chained Quay", "Unpaid Berth", "Laid-up Boat"}

// fleetSize is how many subscriptions the simulated Azure needs beside the
// scripted ones.
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
	fleet, err := w.house.organizations.Create(ctx, account.Caller{Person: bruno.Person}, account.OrganizationForm{Name: demoFleet}, actor)
	if err != nil {
		return err
	}
	ships := make([]azuresim.Scripted, fleetSize(linked))
	for i := range ships {
		ships[i] = azuresim.Fleet(i + 1)
	}
	return w.linkAll(ctx, fleet, actor, ships, false)
}

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
		form := cloud.Form{Label: s.Name, Environment: s.Environment, Method: azure.MethodApp,
			SubscriptionID: s.SubscriptionID, TenantID: s.TenantID, ClientID: s.ClientID}
		if _, err := w.house.credentials.Link(ctx, request, azure.Key, &form, verify); err != nil {
			return fmt.Errorf("link %s: %w", s.Name, err)
		}
	}
	return nil
}
