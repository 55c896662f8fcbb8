package azure

import (
	"slices"

	"mooring/cloud"
)

var _ cloud.RightsLister = (*Azure)(nil)

// The keys of rights. Databases, policies and evidence keep them: a sentence
// may change, a key never does.
const (
	rightRead        = "azure-read"
	rightMachines    = "azure-create-machines"
	rightGroups      = "azure-create-resource-groups"
	rightRunCommands = "azure-run-commands"
	rightListKeys    = "azure-list-keys"
	rightData        = "azure-use-data"
	rightGiveRoles   = "azure-give-roles"
	rightClassic     = "azure-classic"
)

// A right is one thing that an application may be able to do, with the
// operations that it takes.
type right struct {
	cloud.RightText
	excessive bool
	any       bool     // one of the operations is enough
	actions   []string // operations of the resource manager
	data      bool     // any operation on data is enough; they are not told apart
}

// The rights that are told, in this order.
var rights = []right{
	{
		RightText: cloud.RightText{Key: rightRead,
			Granted: "It can read the resources in the subscription.",
			Missing: "It can't read the resources in the subscription."},
		actions: []string{"Microsoft.Resources/subscriptions/read", "Microsoft.Resources/subscriptions/resourceGroups/read"},
	},
	{
		RightText: cloud.RightText{Key: rightMachines,
			Granted: "It can create and change virtual machines with their disks and networks, anywhere in the subscription.",
			Missing: "It can't create virtual machines everywhere in the subscription. It may still be able to in a single resource group, which Mooring doesn't show here."},
		actions: []string{
			"Microsoft.Compute/virtualMachines/write", "Microsoft.Compute/disks/write",
			"Microsoft.Network/networkInterfaces/write", "Microsoft.Network/networkInterfaces/join/action",
			"Microsoft.Network/virtualNetworks/write", "Microsoft.Network/virtualNetworks/subnets/join/action",
			"Microsoft.Network/publicIPAddresses/write", "Microsoft.Network/publicIPAddresses/join/action",
			"Microsoft.Network/networkSecurityGroups/write", "Microsoft.Network/networkSecurityGroups/join/action",
		},
	},
	{
		RightText: cloud.RightText{Key: rightGroups,
			Granted: "It can create resource groups.",
			Missing: "It can't create resource groups."},
		actions: []string{"Microsoft.Resources/subscriptions/resourceGroups/write"},
	},
	{
		RightText: cloud.RightText{Key: rightRunCommands,
			Granted: "It can run commands inside virtual machines, as their administrator."},
		any: true,
		actions: []string{
			"Microsoft.Compute/virtualMachines/runCommand/action", "Microsoft.Compute/virtualMachines/runCommands/write",
			"Microsoft.Compute/virtualMachines/extensions/write",
			"Microsoft.Compute/virtualMachineScaleSets/extensions/write",
			"Microsoft.Compute/virtualMachineScaleSets/virtualMachines/runCommand/action",
			"Microsoft.Compute/virtualMachineScaleSets/virtualMachines/runCommands/write",
			"Microsoft.Compute/virtualMachineScaleSets/virtualMachines/extensions/write",
			"Microsoft.ContainerService/managedClusters/runCommand/action",
			"Microsoft.HybridCompute/machines/runCommands/write", "Microsoft.HybridCompute/machines/extensions/write",
		},
	},
	{
		RightText: cloud.RightText{Key: rightListKeys,
			Granted: "It can read the access keys of storage accounts and other services, which give access to the data stored there."},
		any: true,
		actions: []string{
			"Microsoft.Storage/storageAccounts/listKeys/action", "Microsoft.Storage/storageAccounts/listAccountSas/action",
			"Microsoft.Storage/storageAccounts/listServiceSas/action",
			"Microsoft.DocumentDB/databaseAccounts/listKeys/action", "Microsoft.DocumentDB/databaseAccounts/listConnectionStrings/action",
			"Microsoft.Cache/redis/listKeys/action", "Microsoft.CognitiveServices/accounts/listKeys/action",
			"Microsoft.Search/searchServices/listAdminKeys/action",
			"Microsoft.ServiceBus/namespaces/authorizationRules/listKeys/action", "Microsoft.EventHub/namespaces/authorizationRules/listKeys/action",
			"Microsoft.Devices/iotHubs/listkeys/action", "Microsoft.Maps/accounts/listKeys/action",
			"Microsoft.Web/sites/config/list/action", "Microsoft.Web/sites/publishxml/action",
			"Microsoft.ContainerRegistry/registries/listCredentials/action",
			"Microsoft.ContainerService/managedClusters/listClusterAdminCredential/action",
			"Microsoft.Batch/batchAccounts/listKeys/action", "Microsoft.OperationalInsights/workspaces/sharedKeys/action",
		},
	},
	{
		RightText: cloud.RightText{Key: rightData,
			Granted: "It can read or change data inside services (data actions), such as files in storage accounts or secrets in key vaults. That is more than Mooring needs."},
		excessive: true,
		data:      true,
	},
	{
		RightText: cloud.RightText{Key: rightGiveRoles, Kind: cloud.GivesPermissions,
			Granted: "It can assign roles to others, which is more than Mooring needs. Replace the Owner role or User Access Administrator with a narrower one."},
		excessive: true,
		any:       true,
		actions: []string{
			"Microsoft.Authorization/roleAssignments/write", "Microsoft.Authorization/roleDefinitions/write",
			"Microsoft.Authorization/roleAssignmentScheduleRequests/write", "Microsoft.Authorization/roleEligibilityScheduleRequests/write",
			"Microsoft.Authorization/elevateAccess/action",
		},
	},
}

// classicRight is what a management certificate may do.
var classicRight = cloud.RightText{Key: rightClassic,
	Granted: "It has full access to the classic resources of the subscription. The permissions of a management certificate can't be limited."}

// Rights implements cloud.RightsLister. What a certificate may do is in it even
// where no classic endpoint is left, because linked accounts may still have it.
func (a *Azure) Rights() []cloud.RightText { return allRights }

var allRights = func() []cloud.RightText {
	var all []cloud.RightText
	for _, r := range rights {
		all = append(all, r.RightText)
	}
	return append(all, classicRight)
}()

// in reports whether the permissions grant it.
func (r right) in(permissions []permission) bool {
	if r.data {
		return slices.ContainsFunc(permissions, permission.allowsData)
	}
	is := func(action string) bool { return allowed(permissions, action) }
	if r.any {
		return slices.ContainsFunc(r.actions, is)
	}
	return !slices.ContainsFunc(r.actions, func(action string) bool { return !is(action) })
}

// rightsOf names what permissions grant, and what they lack that Mooring can use.
func rightsOf(permissions []permission) []cloud.Right {
	found := []cloud.Right{}
	for _, r := range rights {
		if granted := r.in(permissions); granted || r.Missing != "" {
			found = append(found, cloud.Right{Key: r.Key, Granted: granted, Excessive: granted && r.excessive})
		}
	}
	return found
}
