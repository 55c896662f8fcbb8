package google

import (
	"cmp"
	"strings"

	"mooring/cloud"
)

// blankLinkName stands where a draft has no name of a link, as in samples.
const blankLinkName = "mooring-example"

// Where people open parts of the console.
const (
	cloudShellURL      = "https://shell.cloud.google.com/?show=terminal"
	serviceAccountsURL = "https://console.cloud.google.com/iam-admin/serviceaccounts"
)

// Guide implements cloud.Cloud.
func (g *Google) Guide(draft cloud.Draft) cloud.Guide {
	setup := Setup{Name: blankLinkName, PEM: string(draft.Certificate.PEM())}
	setup.Project, _ = readLine(fieldProject, map[string]string{fieldProject: draft.Form.Values[fieldProject]})
	if draft.Form.Method == MethodKey {
		return g.keyGuide(setup, draft)
	}
	if linkName.MatchString(draft.LinkName) {
		setup.Name = draft.LinkName
	}
	return cloud.Guide{
		Needs: []string{
			"About five minutes.",
			"In the project: the role Owner, or the roles Service Usage Admin, Workload Identity Pool Admin and Project IAM Admin.",
		},
		Does: []string{
			"Sign in with a certificate, through a workload identity pool that you create. Mooring stores none of your passwords or keys.",
			"View the project's resources, with the role Viewer, and ask which permissions it has. Viewer can also read files in Cloud Storage buckets that keep their default permissions.",
			"Change nothing, unless you give a role that allows it.",
		},
		Upload: "Trust it in Google Cloud", Compare: "To compare it with the one in the provider's trust store, use the SHA-256 fingerprint, as openssl x509 -fingerprint -sha256 prints it.", Enter: "Enter the project and the provider",
		Ways: []cloud.Way{
			g.commandWay("command", "With one command", setup, cloud.Command{Title: "Create a workload identity pool", Text: setup.PoolCommand(),
				Why: "Creates the pool and its provider, gives this link the role Viewer, and prints what to paste. It doesn't change a pool that already exists. To keep the pool in another project, change the line that begins with pool_project."}),
			{Key: "terraform", Title: "With Terraform", Commands: []cloud.Command{{Title: "Configuration", Text: setup.Terraform(),
				Why: "Add it to the configuration of the project. After terraform apply, paste the output mooring below."}}},
			g.commandWay("service-account", "With a service account that Mooring acts as", setup, cloud.Command{Title: "Create a pool and a service account", Text: setup.ActingCommand(),
				Why: "Only if you prefer to give permissions to a service account. It also creates the service account, and lets this link's certificate act as it. You also need the role Service Account Admin."}),
		},
	}
}

func (g *Google) commandWay(key, title string, setup Setup, command cloud.Command) cloud.Way {
	first := "Open Cloud Shell with the project selected. If you enter the project ID below first, the command contains it."
	if setup.Project != "" {
		first = "Open Cloud Shell."
	}
	return cloud.Way{Key: key, Title: title, Commands: []cloud.Command{command}, Steps: []cloud.Step{
		{Text: first, LinkText: "Open Cloud Shell", LinkURL: cmp.Or(g.console.CloudShell, cloudShellURL)},
		{Text: "Run the command. It takes about a minute."},
		{Text: "Paste all that it prints below."},
	}}
}

func (g *Google) keyGuide(setup Setup, draft cloud.Draft) cloud.Guide {
	if thumbprint := strings.ToLower(draft.Certificate.SHA256()); len(draft.Certificate.DER) > 0 {
		setup.Name = "mooring-" + thumbprint[:10] // unique for each certificate
	}
	return cloud.Guide{
		Needs: []string{
			"About five minutes.",
			"In the project: the role Owner, or permission to create service accounts, upload their keys and give roles.",
			"An organization that allows uploading keys. Google Cloud blocks it in organizations created since May 2024, with the policy constraints/iam.disableServiceAccountKeyUpload. If yours does, choose the other method.",
		},
		Does: []string{
			"Sign in as a service account that you create, with a certificate. Mooring stores none of your passwords or keys.",
			"View the project's resources, with the role Viewer, and ask which permissions it has. Viewer can also read files in Cloud Storage buckets that keep their default permissions.",
			"Change nothing, unless you give a role that allows it.",
		},
		Upload: "Upload it to Google Cloud", Compare: "You don't need to compare it: Mooring looks for this certificate among those that Google publishes for the service account. It contains no name of a person or an organization.", Enter: "Enter the project and the service account",
		Ways: []cloud.Way{
			g.commandWay("command", "With one command", setup, cloud.Command{Title: "Create a service account", Text: setup.KeyCommand(),
				Why: "Creates a service account, uploads the certificate, gives it the role Viewer, and prints its address. It doesn't change a service account that already exists."}),
			{Key: "console", Title: "In the Google Cloud console, step by step", Steps: []cloud.Step{
				{Text: "Choose Create service account, enter a name, and choose Create and continue. Select the role Viewer, and choose Done.", LinkText: "Open Service Accounts", LinkURL: cmp.Or(g.console.ServiceAccounts, serviceAccountsURL)},
				{Text: "Open the service account, and choose Keys, Add key, Upload existing key. Paste the certificate from part 1 (the .pem file), and choose Upload."},
				{Text: "Copy the service account's email address and the project ID into the fields below."},
			}},
		},
	}
}

// Trust implements cloud.Truster.
func (g *Google) Trust(target cloud.Target) []cloud.Command {
	if target.SignIn.Method != MethodKey {
		return nil // the authority stays
	}
	return []cloud.Command{{Title: "Upload the certificate", Text: fill("{upload}", target),
		Why: "Run it in Cloud Shell, or upload the .pem file in the console under the service account's Keys. Existing keys stay."}}
}

// Leftovers implements cloud.Cleaner.
func (g *Google) Leftovers(target cloud.Target) []cloud.Command {
	if target.SignIn.Method == MethodKey {
		return []cloud.Command{
			{Title: "Remove the role", Text: fill(removeViewer, target), Why: "The service account can then no longer view the project."},
			{Title: "Delete the service account", Text: fill(deleteAccount, target), Why: "Only if nothing else uses it, such as another link."},
		}
	}
	all := []cloud.Command{
		{Title: "Delete the parts", Text: fill(removeViewer+"\n"+deletePool, target),
			Why: "Removes the role and the pool with its provider. If you used Terraform, remove the resources from its configuration instead."},
	}
	if target.SignIn.Values[fieldAccount] != "" {
		all = append(all, cloud.Command{Title: "Delete the service account", Text: fill(deleteAccount, target), Why: "Only if nothing else uses it."})
	}
	return all
}
