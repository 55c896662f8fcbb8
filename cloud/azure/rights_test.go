package azure

import (
	"slices"
	"testing"

	"mooring/cloud"
)

// granted are the keys that permissions grant.
func granted(permissions ...permission) []string {
	var keys []string
	for _, r := range rightsOf(permissions) {
		if r.Granted {
			keys = append(keys, r.Key)
		}
	}
	return keys
}

func TestPermissionsAreNamed(t *testing.T) {
	contributor := permission{Actions: []string{"*"}, NotActions: []string{
		"Microsoft.Authorization/*/Delete", "Microsoft.Authorization/*/Write", "Microsoft.Authorization/elevateAccess/Action"}}
	contributors := []string{rightRead, rightMachines, rightGroups, rightRunCommands, rightListKeys}
	for name, test := range map[string]struct {
		permission permission
		want       []string
	}{
		"nothing":                    {permission{}, nil},
		"a reader":                   {permission{Actions: []string{"*/read"}}, []string{rightRead}},
		"a contributor":              {contributor, contributors},
		"an owner":                   {permission{Actions: []string{"*"}}, append(slices.Clone(contributors), rightGiveRoles)},
		"data":                       {permission{DataActions: []string{"Microsoft.Storage/storageAccounts/blobServices/containers/blobs/read"}}, []string{rightData}},
		"all data":                   {permission{DataActions: []string{"*"}}, []string{rightData}},
		"data that is taken away":    {permission{DataActions: []string{"Microsoft.Storage/*"}, NotDataActions: []string{"*"}}, nil},
		"data that is partly taken":  {permission{DataActions: []string{"*"}, NotDataActions: []string{"Microsoft.Storage/*"}}, []string{rightData}},
		"an empty data action":       {permission{DataActions: []string{""}}, nil},
		"run command":                {permission{Actions: []string{"Microsoft.Compute/virtualMachines/runCommand/action"}}, []string{rightRunCommands}},
		"run command in other cases": {permission{Actions: []string{"microsoft.compute/VirtualMachines/RunCommand/Action"}}, []string{rightRunCommands}},
		"managed run command":        {permission{Actions: []string{"Microsoft.Compute/virtualMachines/runCommands/*"}}, []string{rightRunCommands}},
		"an extension":               {permission{Actions: []string{"Microsoft.Compute/virtualMachines/extensions/write"}}, []string{rightRunCommands}},
		"a cluster":                  {permission{Actions: []string{"Microsoft.ContainerService/managedClusters/runCommand/action"}}, []string{rightRunCommands}},
		"keys of storage":            {permission{Actions: []string{"Microsoft.Storage/storageAccounts/listKeys/action"}}, []string{rightListKeys}},
		"every action":               {permission{Actions: []string{"*/action"}}, []string{rightRunCommands, rightListKeys, rightGiveRoles}},
		"roles":                      {permission{Actions: []string{"Microsoft.Authorization/roleAssignments/write"}}, []string{rightGiveRoles}},
	} {
		if got := granted(test.permission); !slices.Equal(got, test.want) {
			t.Errorf("%s may %v, want %v", name, got, test.want)
		}
	}
}

func TestEveryRightHasWords(t *testing.T) {
	a := New(Options{Environments: []Environment{{Key: "public"}}})
	all := append(rightsOf(nil), rightsOf([]permission{{Actions: []string{"*"}, DataActions: []string{"*"}}})...)
	all = append(all, cloud.Right{Key: rightClassic, Granted: true})
	for _, right := range all {
		if text := cloud.TextOf(a, right); text == "" || text == right.Key {
			t.Errorf("the right %+v reads %q", right, text)
		}
	}
}

func TestWhatOnlyMachinesNeedIsToldAsWhatItIs(t *testing.T) {
	for _, c := range []struct {
		granted   []string
		excessive string
		want      string
	}{
		{[]string{rightRead, rightMachines, rightGroups}, "", "It can read the subscription, and create virtual machines and resource groups."},
		{[]string{rightRead}, "", "It can read the subscription. Creating virtual machines or resource groups needs another role."},
		{[]string{rightRead, rightMachines}, "", "It can read the subscription and create virtual machines. Creating resource groups needs another role."},
		{[]string{rightRead, rightGroups}, "", "It can read the subscription and create resource groups. Creating virtual machines needs another role."},
		{nil, "", "It can't read everything in the subscription. See What Mooring can do."},
		{[]string{rightRead}, rightGiveRoles, "It has more permissions than Mooring needs. See What Mooring can do."},
	} {
		var found []cloud.Right
		for _, key := range []string{rightRead, rightMachines, rightGroups} {
			found = append(found, cloud.Right{Key: key, Granted: slices.Contains(c.granted, key)})
		}
		if c.excessive != "" {
			found = append(found, cloud.Right{Key: c.excessive, Granted: true, Excessive: true})
		}
		if got := sayRights(found); got != c.want {
			t.Errorf("%v: %q, want %q", c.granted, got, c.want)
		}
	}
}
