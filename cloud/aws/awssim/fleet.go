package awssim

import "fmt"

// fleetDisabled is how often an account of the fleet doesn't connect.
const fleetDisabled = 25

// Fleet gives the n'th account of the fleet, from 1. The fleet fills long lists: it
// is beside the stories, and its accounts are all alike.
func Fleet(n int) Account { return ship(n).Account }

func ship(n int) story {
	p := partitions[0]
	s := story{Account: Account{Number: fmt.Sprintf("5500%08d", n), Name: fmt.Sprintf("Fleet %04d", n), Partition: p.key,
		Region: p.regions[n%len(p.regions)], Outcome: "Connects. The role can view resources but can't change any."}}
	if n%fleetDisabled == 0 {
		s.anchorDisabled = true
		s.Outcome = "Fails: the trust anchor is disabled."
	}
	return s
}
