package azure

import (
	"encoding/json"
	"regexp"
	"slices"
	"strings"

	"mooring/cloud"
)

// permission is one entry of the permissions that Azure lists. An operation is
// allowed when some entry allows it: a pattern of Actions fits and none of
// NotActions in the same entry does. Deny assignments and conditions are not
// in the list, so this is what to expect, not a promise.
type permission struct{ Actions, NotActions []string }

// permissionsIn reads a page. It reports false when there is something in it
// that cannot be read, since that could allow anything.
func permissionsIn(page fields) ([]permission, bool) {
	var list []json.RawMessage
	if json.Unmarshal(page["value"], &list) != nil {
		return nil, false
	}
	var all []permission
	for _, raw := range list {
		entry := fieldsOf(raw)
		actions, ok := entry.texts("actions")
		notActions, alsoOK := entry.texts("notactions")
		if len(entry) == 0 || !ok || !alsoOK {
			return nil, false
		}
		all = append(all, permission{actions, notActions})
	}
	return all, true
}

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
	any              bool // one of the operations is enough
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
		any:       true,
		actions: []string{
			"Microsoft.Authorization/roleAssignments/write", "Microsoft.Authorization/roleDefinitions/write",
			"Microsoft.Authorization/roleAssignmentScheduleRequests/write", "Microsoft.Authorization/roleEligibilityScheduleRequests/write",
			"Microsoft.Authorization/elevateAccess/action",
		},
	},
}

// rightsOf puts permissions into sentences.
func rightsOf(permissions []permission) []cloud.Right {
	rights := []cloud.Right{}
	for _, ability := range abilities {
		is := func(action string) bool { return allowed(permissions, action) }
		isNot := func(action string) bool { return !is(action) }
		granted := !slices.ContainsFunc(ability.actions, isNot) || ability.any && slices.ContainsFunc(ability.actions, is)
		switch {
		case granted:
			rights = append(rights, cloud.Right{Granted: true, Excessive: ability.excessive, Sentence: ability.granted})
		case ability.missing != "":
			rights = append(rights, cloud.Right{Sentence: ability.missing})
		}
	}
	return rights
}
