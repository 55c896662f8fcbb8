package oracle

import (
	"slices"

	"mooring/cloud"
)

// The keys of rights. Databases, policies and evidence keep them: a sentence may
// change, a key never does.
const (
	rightView            = "oracle-view"
	rightMachines        = "oracle-change-instances"
	rightNetworks        = "oracle-change-networks"
	rightRunCommands     = "oracle-run-commands"
	rightReadData        = "oracle-read-data"
	rightReadSecrets     = "oracle-read-secrets"
	rightChangeData      = "oracle-change-data"
	rightGivePermissions = "oracle-give-permissions"
	rightAdministrator   = "oracle-administrator"
)

// allResources is the type that includes all others.
const allResources = "all-resources"

// need is a verb with types of resources, each of which is enough.
type need struct {
	verb      verb
	resources []string // beside all-resources
}

// right is one thing that a user may be able to do, with what of it is enough: every
// need of one list.
type right struct {
	cloud.RightText
	excessive bool
	enough    [][]need
}

// rights are shown in this order. They are about the entire tenancy: what a user may do
// in some compartments only isn't among them.
var rights = []right{
	{
		RightText: cloud.RightText{Key: rightView,
			Granted: "It can list the resources in the tenancy.",
			Missing: "It can't list all kinds of resources in the tenancy."},
		enough: [][]need{{{inspect, nil}}},
	},
	{
		RightText: cloud.RightText{Key: rightMachines,
			Granted: "It can create, stop and terminate instances (virtual machines) anywhere in the tenancy.",
			Missing: "It can't create or change instances (virtual machines) everywhere in the tenancy."},
		enough: [][]need{{{manage, []string{"instance-family", "instances"}}}},
	},
	{
		RightText: cloud.RightText{Key: rightNetworks,
			Granted: "It can change networks and open firewalls (security lists)."},
		enough: [][]need{{{manage, []string{"virtual-network-family", "vcns", "security-lists", "network-security-groups"}}}},
	},
	{
		RightText: cloud.RightText{Key: rightRunCommands,
			Granted: "It can run commands inside instances, as their administrator."},
		enough: [][]need{{{use, []string{"instance-agent-command-family"}}}},
	},
	{
		RightText: cloud.RightText{Key: rightReadData,
			Granted: "It can read data inside services, such as files in Object Storage. That is more than Mooring needs."},
		excessive: true, enough: [][]need{{{read, []string{"object-family", "objects"}}}},
	},
	{
		RightText: cloud.RightText{Key: rightReadSecrets,
			Granted: "It can read secrets (Vault). That is more than Mooring needs."},
		excessive: true, enough: [][]need{{{read, []string{"secret-family", "secret-bundles"}}}},
	},
	{
		RightText: cloud.RightText{Key: rightChangeData,
			Granted: "It can change or delete data inside services, such as files in Object Storage. That is more than Mooring needs."},
		excessive: true, enough: [][]need{{{use, []string{"object-family", "objects"}}}},
	},
	{
		RightText: cloud.RightText{Key: rightGivePermissions, Kind: cloud.GivesPermissions,
			Granted: "It can give permissions to users and groups, which is more than Mooring needs. Remove the user from groups that can manage policies, users or groups."},
		excessive: true, enough: [][]need{
			{{manage, []string{"policies", "users", "groups", "dynamic-groups", "domains"}}},
			{{use, []string{"users"}}, {use, []string{"groups"}}}, // which adds users to groups
		},
	},
	{
		RightText: cloud.RightText{Key: rightAdministrator,
			Granted: "It can do what an administrator of the tenancy can do, which is more than Mooring needs. Remove the user from the group Administrators."},
		excessive: true, enough: [][]need{{{manage, nil}}},
	},
}

// Rights implements cloud.RightsLister.
func (o *Oracle) Rights() []cloud.RightText { return rightTexts }

var rightTexts = func() []cloud.RightText {
	var all []cloud.RightText
	for _, r := range rights {
		all = append(all, r.RightText)
	}
	return all
}()

// meets reports whether a grant is enough for a need.
func (g grant) meets(n need) bool {
	return g.verb >= n.verb && (g.resource == allResources || slices.Contains(n.resources, g.resource))
}

// grantedBy reports whether every need of one list is met by a grant.
func (r right) grantedBy(grants []grant) bool {
	return slices.ContainsFunc(r.enough, func(list []need) bool {
		return !slices.ContainsFunc(list, func(n need) bool {
			return !slices.ContainsFunc(grants, func(g grant) bool { return g.meets(n) })
		})
	})
}

// rightsOf names what the statements of the tenancy's policies give a user in these
// groups (names by OCID), and what they lack that Mooring can use. It reports false if
// that isn't clear: what may be granted must not be left out.
func rightsOf(statements []string, groups map[string]string, tenancy string) ([]cloud.Right, bool) {
	if len(groups) == 0 { // a user of another identity domain
		return nil, false
	}
	for _, name := range groups {
		if name == "" {
			return nil, false
		}
	}
	var possible, certain []grant
	for _, statement := range statements {
		g, relevant, ok := grantOf(statement, groups, tenancy)
		if !ok {
			return nil, false
		}
		if relevant {
			possible = append(possible, g)
		}
		if relevant && !g.conditional {
			certain = append(certain, g)
		}
	}
	found := []cloud.Right{}
	for _, r := range rights {
		granted := r.grantedBy(certain)
		if !granted && r.grantedBy(possible) {
			return nil, false
		}
		if granted || r.Missing != "" {
			found = append(found, cloud.Right{Key: r.Key, Granted: granted, Excessive: granted && r.excessive})
		}
	}
	return found, true
}

// sayRights sums up what a user may do.
func sayRights(found []cloud.Right) string {
	granted := map[string]bool{}
	for _, right := range found {
		if right.Excessive {
			return "It has more permissions than Mooring needs. See What Mooring can do."
		}
		granted[right.Key] = right.Granted
	}
	switch {
	case !granted[rightView]:
		return "It can't list everything in the tenancy. See What Mooring can do."
	case granted[rightMachines]:
		return "It can list the resources in the tenancy, and create and change instances."
	}
	return "It can list the resources in the tenancy. Creating instances needs another policy."
}
