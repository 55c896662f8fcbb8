package googlesim

import (
	"slices"
	"strings"
)

// actingRoles let a member act as a service account on which it has them.
var actingRoles = []string{"roles/iam.workloadIdentityUser", "roles/iam.serviceAccountTokenCreator"}

var (
	browser = []string{"resourcemanager.projects.get", "resourcemanager.projects.getIamPolicy", "resourcemanager.projects.list"}
	viewer  = append(browser[:2:2], "compute.instances.get", "compute.instances.list", "compute.networks.list", "compute.firewalls.list", "compute.regions.list",
		"storage.buckets.list", "iam.roles.list", "iam.serviceAccounts.list", "serviceusage.services.list")
	machines = []string{"compute.instances.create", "compute.instances.delete", "compute.instances.get", "compute.instances.list", "compute.instances.setMetadata"}
	files    = []string{"storage.objects.get", "storage.objects.list"}
	editor   = slices.Concat(viewer, machines, []string{"compute.networks.create", "compute.firewalls.create", "storage.buckets.create", "storage.buckets.delete",
		"iam.serviceAccounts.actAs", "iam.serviceAccounts.delete", "serviceusage.services.enable"})
	owner = slices.Concat(editor, files, []string{"storage.objects.create", "storage.objects.delete", "resourcemanager.projects.setIamPolicy", "resourcemanager.projects.delete",
		"iam.serviceAccounts.setIamPolicy", "iam.serviceAccountKeys.create", "iam.roles.update", "secretmanager.versions.access", "compute.instances.osAdminLogin"})
)

// predefined are the roles with the permissions that matter here. Google's have many
// more.
var predefined = map[string][]string{
	"roles/browser":                           browser,
	"roles/viewer":                            viewer,
	"roles/editor":                            editor,
	"roles/owner":                             owner,
	"roles/compute.instanceAdmin.v1":          machines,
	"roles/compute.networkAdmin":              {"compute.networks.create", "compute.networks.list"},
	"roles/compute.securityAdmin":             {"compute.firewalls.create", "compute.firewalls.list"},
	"roles/compute.osAdminLogin":              {"compute.instances.osAdminLogin"},
	"roles/storage.objectViewer":              files,
	"roles/storage.objectAdmin":               append(files[:2:2], "storage.objects.create", "storage.objects.delete"),
	"roles/secretmanager.secretAccessor":      {"secretmanager.versions.access"},
	"roles/iam.serviceAccountUser":            {"iam.serviceAccounts.actAs", "iam.serviceAccounts.list"},
	"roles/iam.serviceAccountTokenCreator":    {"iam.serviceAccounts.getAccessToken"},
	"roles/resourcemanager.projectIamAdmin":   {"resourcemanager.projects.getIamPolicy", "resourcemanager.projects.setIamPolicy"},
	"roles/serviceusage.serviceUsageConsumer": {"serviceusage.services.use"},
}

// permissionsOf are those of a role, or nil if there is none.
func (p *project) permissionsOf(role string) []string {
	if id, ok := strings.CutPrefix(role, "projects/"+p.ID+"/roles/"); ok {
		return p.roles[id]
	}
	return predefined[role]
}
