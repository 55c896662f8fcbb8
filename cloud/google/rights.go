package google

import (
	"slices"

	"mooring/cloud"
)

// The keys of rights. Databases, policies and evidence keep them: a sentence may
// change, a key never does.
const (
	rightView            = "google-view"
	rightMachines        = "google-change-instances"
	rightNetworks        = "google-change-networks"
	rightRunCommands     = "google-run-commands"
	rightReadData        = "google-read-data"
	rightReadSecrets     = "google-read-secrets"
	rightChangeData      = "google-change-data"
	rightActAs           = "google-act-as-service-accounts"
	rightGivePermissions = "google-give-permissions"
	rightAdministrator   = "google-administrator"
)

// right is one thing that a sign-in may be able to do, with the permissions that it
// takes.
type right struct {
	cloud.RightText
	excessive   bool
	all         bool // it takes all of the permissions; one is enough otherwise
	permissions []string
}

// rights are shown in this order. Google answers for the entire project, so what a
// sign-in may do with some resources only isn't among them.
var rights = []right{
	{
		RightText: cloud.RightText{Key: rightView,
			Granted: "It can view the resources in the project.",
			Missing: "It can't view all kinds of resources in the project."},
		all: true, permissions: []string{"compute.instances.list", "storage.buckets.list"},
	},
	{
		RightText: cloud.RightText{Key: rightMachines,
			Granted: "It can create, stop and delete instances (virtual machines) anywhere in the project.",
			Missing: "It can't create or change instances (virtual machines) everywhere in the project."},
		permissions: []string{"compute.instances.create", "compute.instances.delete"},
	},
	{
		RightText: cloud.RightText{Key: rightNetworks,
			Granted: "It can change networks and open firewalls."},
		permissions: []string{"compute.networks.create", "compute.firewalls.create"},
	},
	{
		RightText: cloud.RightText{Key: rightRunCommands,
			Granted: "It can run commands inside instances, as their administrator."},
		permissions: []string{"compute.instances.setMetadata", "compute.instances.osAdminLogin"},
	},
	{
		RightText: cloud.RightText{Key: rightReadData,
			Granted: "It can read all files in Cloud Storage. That is more than Mooring needs."},
		excessive: true, permissions: []string{"storage.objects.get"},
	},
	{
		RightText: cloud.RightText{Key: rightReadSecrets,
			Granted: "It can read secrets (Secret Manager). That is more than Mooring needs."},
		excessive: true, permissions: []string{"secretmanager.versions.access"},
	},
	{
		RightText: cloud.RightText{Key: rightChangeData,
			Granted: "It can change or delete files in Cloud Storage. That is more than Mooring needs."},
		excessive: true, permissions: []string{"storage.objects.create", "storage.objects.delete"},
	},
	{
		RightText: cloud.RightText{Key: rightActAs, Kind: cloud.GivesPermissions,
			Granted: "It can act as the project's service accounts and so use their permissions, which is more than Mooring needs. Remove roles such as Editor, Service Account User and Service Account Token Creator."},
		excessive: true, permissions: []string{"iam.serviceAccounts.actAs", "iam.serviceAccounts.getAccessToken", "iam.serviceAccountKeys.create"},
	},
	{
		RightText: cloud.RightText{Key: rightGivePermissions, Kind: cloud.GivesPermissions,
			Granted: "It can give permissions to others and to itself, which is more than Mooring needs. Remove roles such as Project IAM Admin."},
		excessive: true, permissions: []string{"resourcemanager.projects.setIamPolicy", "iam.serviceAccounts.setIamPolicy", "iam.roles.update"},
	},
	{
		RightText: cloud.RightText{Key: rightAdministrator,
			Granted: "It can do what an owner of the project can do, which is more than Mooring needs. Remove the Owner role."},
		excessive: true, all: true,
		permissions: []string{"resourcemanager.projects.setIamPolicy", "resourcemanager.projects.delete", "compute.instances.delete", "storage.buckets.delete", "iam.serviceAccounts.delete"},
	},
}

// Rights implements cloud.RightsLister.
func (g *Google) Rights() []cloud.RightText { return rightTexts }

var rightTexts = func() []cloud.RightText {
	var all []cloud.RightText
	for _, r := range rights {
		all = append(all, r.RightText)
	}
	return all
}()

// probed are the permissions that Google is asked about, each once.
var probed = func() []string {
	var all []string
	for _, r := range rights {
		for _, p := range r.permissions {
			if !slices.Contains(all, p) {
				all = append(all, p)
			}
		}
	}
	return all
}()

// rightsOf names what permissions grant, and what they lack that Mooring can use.
func rightsOf(granted []string) []cloud.Right {
	found := []cloud.Right{}
	has := func(p string) bool { return slices.Contains(granted, p) }
	lacks := func(p string) bool { return !has(p) }
	for _, r := range rights {
		yes := slices.ContainsFunc(r.permissions, has)
		if r.all {
			yes = !slices.ContainsFunc(r.permissions, lacks)
		}
		if yes || r.Missing != "" {
			found = append(found, cloud.Right{Key: r.Key, Granted: yes, Excessive: yes && r.excessive})
		}
	}
	return found
}

// sayRights sums up what a sign-in may do.
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
		return "It can't view everything in the project. See What Mooring can do."
	case granted[rightMachines]:
		return "It can view the project, and create and change instances."
	}
	return "It can view the project. Creating instances needs another role."
}
