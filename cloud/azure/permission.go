package azure

import (
	"regexp"
	"strings"

	"mooring/cloud"
)

// permission is one entry of the permissions that Azure lists. An operation is
// allowed when some entry allows it: a pattern of Actions fits and none of
// NotActions in the same entry does. Deny assignments and conditions are not
// in the list, so this is what to expect, not a promise.
type permission struct{ Actions, NotActions []string }

func allowed(permissions []permission, action string) bool {
	for _, p := range permissions {
		if fitsAny(p.Actions, action) && !fitsAny(p.NotActions, action) {
			return true
		}
	}
	return false
}

func fitsAny(patterns []string, action string) bool {
	for _, pattern := range patterns {
		if fits(pattern, action) {
			return true
		}
	}
	return false
}

// fits compares without case; * stands for anything, slashes too.
func fits(pattern, action string) bool {
	parts := strings.Split(strings.ToLower(pattern), "*")
	for i, part := range parts {
		parts[i] = regexp.QuoteMeta(part)
	}
	matched, err := regexp.MatchString("^"+strings.Join(parts, ".*")+"$", strings.ToLower(action))
	return err == nil && matched
}

// What Mooring can use, each with the operations that it needs.
var abilities = []struct {
	granted, missing string
	excessive        bool
	actions          []string
}{
	{
		granted: "It can read what is in the subscription.",
		missing: "It cannot read what is in the subscription.",
		actions: []string{"Microsoft.Resources/subscriptions/read", "Microsoft.Resources/subscriptions/resourceGroups/read"},
	},
	{
		granted: "It can create and change virtual machines with their disks and networks, in the whole subscription.",
		missing: "It cannot create virtual machines in the whole subscription. A role on one resource group is enough for that, and is not shown here.",
		actions: []string{
			"Microsoft.Compute/virtualMachines/write", "Microsoft.Compute/disks/write",
			"Microsoft.Network/networkInterfaces/write", "Microsoft.Network/networkInterfaces/join/action",
			"Microsoft.Network/virtualNetworks/write", "Microsoft.Network/virtualNetworks/subnets/join/action",
			"Microsoft.Network/publicIPAddresses/write", "Microsoft.Network/publicIPAddresses/join/action",
			"Microsoft.Network/networkSecurityGroups/write", "Microsoft.Network/networkSecurityGroups/join/action",
		},
	},
	{
		granted: "It can create resource groups.",
		missing: "It cannot create resource groups.",
		actions: []string{"Microsoft.Resources/subscriptions/resourceGroups/write"},
	},
	{
		granted:   "It can give roles to others, which is more than Mooring needs. Replace the role Owner or User Access Administrator by a smaller one.",
		excessive: true,
		actions:   []string{"Microsoft.Authorization/roleAssignments/write"},
	},
}

// rightsOf puts permissions into sentences.
func rightsOf(permissions []permission) []cloud.Right {
	rights := []cloud.Right{}
	for _, ability := range abilities {
		granted := true
		for _, action := range ability.actions {
			granted = granted && allowed(permissions, action)
		}
		switch {
		case granted:
			rights = append(rights, cloud.Right{Granted: true, Excessive: ability.excessive, Sentence: ability.granted})
		case ability.missing != "":
			rights = append(rights, cloud.Right{Sentence: ability.missing})
		}
	}
	return rights
}
