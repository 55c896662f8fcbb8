package oracle

import (
	"cmp"

	"mooring/cloud"
)

// Guide implements cloud.Cloud.
func (o *Oracle) Guide(draft cloud.Draft) cloud.Guide {
	s := newSetup(draft.AccountName, draft.Certificate)
	return cloud.Guide{
		Needs: []string{
			"About five minutes.",
			"In the tenancy: permission to create a user, a group and a policy. Members of the group Administrators have it.",
		},
		Does: []string{
			"Sign in with a key, as a user that you create. Mooring stores none of your passwords or private keys.",
			"List the tenancy's resources, read its policies, and see which permissions the user has.",
			"Change nothing, unless you add a policy that allows it.",
		},
		Upload: "Add it in Oracle Cloud", Compare: "Oracle Cloud takes the public key, not the certificate. After you add it, compare the fingerprint with the one in Oracle's console.", Enter: "Enter the OCIDs",
		Ways: []cloud.Way{o.commandWay(s), o.consoleWay(s), terraformWay(s)},
	}
}

func (o *Oracle) commandWay(s setup) cloud.Way {
	return cloud.Way{Key: "command", Title: "With one command",
		Steps: []cloud.Step{
			{Text: "Sign in to the tenancy, and open Cloud Shell.", LinkText: "Open Cloud Shell", LinkURL: cmp.Or(o.console.CloudShell, "https://cloud.oracle.com/?cloudshell=true")},
			{Text: "Run the command. It takes about a minute."},
			{Text: "Paste all that it prints below."},
		},
		Commands: []cloud.Command{{Title: "Create a user with read access", Text: s.command(),
			Why: "Creates the user, its group and its policy, adds the public key, and prints the OCIDs. It doesn't change anything that already exists."}},
	}
}

func (o *Oracle) consoleWay(s setup) cloud.Way {
	return cloud.Way{Key: "console", Title: "In Oracle's console, step by step",
		Steps: []cloud.Step{
			{Text: "Select the home region. Open the default identity domain, choose Users, Create user, and create a user with the name " + s.name + ".", LinkText: "Open Domains", LinkURL: cmp.Or(o.console.Domains, "https://cloud.oracle.com/identity/domains")},
			{Text: "Choose Groups, Create group, enter the name " + s.name + ", and select the user."},
			{Text: "Open Policies, choose Create Policy in the root compartment, enter the name " + s.name + ", choose Show manual editor, and paste the statement below.", LinkText: "Open Policies", LinkURL: cmp.Or(o.console.Policies, "https://cloud.oracle.com/identity/domains/policies")},
			{Text: "Open the user, choose API keys, Add API key, Choose public key file, and select the file from part 1. A user can have three keys at most."},
			{Text: "Compare the fingerprint, then paste the entire Configuration file preview below."},
		},
		Commands: []cloud.Command{
			{Title: "Name of the three parts", Text: s.name,
				Why: "Give this name to the user, the group and the policy."},
			{Title: "Statement of the policy", Text: s.statement(),
				Why: "Lets the group list resources, without the data in them."},
		},
	}
}

func terraformWay(s setup) cloud.Way {
	return cloud.Way{Key: "terraform", Title: "With Terraform",
		Commands: []cloud.Command{{Title: "Configuration", Text: s.terraform(),
			Why: "Add it to the configuration of the tenancy, with a provider for its home region. After terraform apply, paste the output mooring below."}},
	}
}

// Trust implements cloud.Truster.
func (o *Oracle) Trust(target cloud.Target) []cloud.Command {
	return []cloud.Command{{
		Title: "Add the public key to the user", Text: fill(uploadKey, target),
		Why: "Run it in Cloud Shell, in the home region of the tenancy, or add the file in Oracle's console under the user's API keys. Existing keys stay. A user can have three keys at most.",
	}}
}

// Leftovers implements cloud.Cleaner.
func (o *Oracle) Leftovers(target cloud.Target) []cloud.Command {
	return []cloud.Command{
		{Title: "Delete the user, its group and its policy", Text: fill(deleteAll, target),
			Why: "Run it in Cloud Shell, in the home region of the tenancy. It works if all three have the same name. If you used Terraform, remove the resources from its configuration instead."},
		{Title: "Delete only the key", Text: fill(deleteKey, target),
			Why: "If something else uses the user. Replace FINGERPRINT with the fingerprint of the key."},
	}
}
