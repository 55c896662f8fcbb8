package aws

import (
	"cmp"
	"strings"

	"mooring/cloud"
)

// blankLinkName stands where a draft has no name of a link, as in samples.
const blankLinkName = "mooring-example"

// blankAnchor stands in the trust policy until the ARN of the trust anchor is known.
var blankAnchor = blankAccess.TrustAnchor.String()

// Guide implements cloud.Cloud.
func (a *AWS) Guide(draft cloud.Draft) cloud.Guide {
	setup := Setup{Name: blankLinkName, AuthorityPEM: string(draft.Certificate.PEM())}
	if linkName.MatchString(draft.LinkName) {
		setup.Name = draft.LinkName
	}
	return cloud.Guide{
		Needs: []string{
			"About five minutes.",
			"In the AWS account: permission to create a trust anchor and a profile in IAM Roles Anywhere, and a role in IAM. The policy AdministratorAccess includes it.",
		},
		Does: []string{
			"Sign in with a certificate, as a role that you create. Mooring stores none of your passwords or access keys.",
			"View the account's resources, with AWS's policy ViewOnlyAccess, and ask which permissions the role has.",
			"Change nothing, unless you attach a policy that allows it.",
		},
		Upload: "Trust it in AWS", Compare: "To compare it with the one in the trust anchor, use the SHA-256 fingerprint, as openssl x509 -fingerprint -sha256 prints it.", Enter: "Enter the ARNs",
		File: &cloud.File{Name: setup.Name + ".yaml", Text: setup.Template(), Says: "Download the template"},
		Ways: []cloud.Way{a.commandWay(setup), a.consoleWay(setup, draft.Form), terraformWay(setup), a.separateWay(setup)},
	}
}

func (a *AWS) commandWay(setup Setup) cloud.Way {
	return cloud.Way{Key: "command", Title: "With one command",
		Steps: []cloud.Step{
			{Text: "Sign in to the AWS account, select the region in which you want the trust anchor, and open CloudShell. In AWS China and the AWS European Sovereign Cloud, open it in the console there.", LinkText: "Open CloudShell", LinkURL: a.consoleOf("aws").CloudShell},
			{Text: "Run the command. It takes about a minute."},
			{Text: "Paste all that it prints below."},
		},
		Commands: []cloud.Command{{Title: "Create a CloudFormation stack", Text: setup.StackCommand(),
			Why: "Creates the trust anchor, the role and the profile, and prints their ARNs. It doesn't change a stack that already exists."}},
	}
}

func (a *AWS) consoleWay(setup Setup, form cloud.Form) cloud.Way {
	anchor, role := blankAnchor, ARN{"aws", string(IAM), "", "ACCOUNT_ID", "role/" + setup.Name}
	hint := "Enter the trust anchor's ARN below after step 2. It then appears in the policies."
	if read, problem := readLine(TrustAnchor, map[string]string{fieldAnchor: form.Values[fieldAnchor]}); read != "" && problem == "" {
		arn, _ := splitARN(read)
		anchor, role.Partition, role.Account, hint = read, arn.Partition, arn.Account, ""
	}
	open := a.consoleOf(role.Partition)
	return cloud.Way{Key: "console", Title: "In the AWS console, step by step", Hint: hint,
		Steps: []cloud.Step{
			{Text: "Select a region. In IAM Roles Anywhere, choose Create a trust anchor, enter the name " + setup.Name + ", choose External certificate bundle, and paste the certificate from part 1 (the .pem file).", LinkText: "Open IAM Roles Anywhere", LinkURL: open.RolesAnywhere},
			{Text: "Open the trust anchor, and copy its ARN into the field Trust anchor ARN below."},
			{Text: "In IAM, choose Roles, Create role, Custom trust policy, and paste the trust policy below. Choose Next.", LinkText: "Open IAM", LinkURL: open.IAM},
			{Text: "Select the policy ViewOnlyAccess, choose Next, enter the name " + setup.Name + ", and choose Create role."},
			{Text: "Open the role, choose Add permissions, Create inline policy, JSON, and paste the second policy below. Name it " + preflightName + "."},
			{Text: "In IAM Roles Anywhere, in the same region, choose Create a profile, enter the name " + setup.Name + ", and select the role."},
			{Text: "Copy the ARNs of the profile and the role into the fields below."},
		},
		Commands: []cloud.Command{
			{Title: "Name of the three parts", Text: setup.Name,
				Why: "Give this name to the trust anchor, the role and the profile."},
			{Title: "Trust policy of the role", Text: setup.trustPolicy(anchor),
				Why: "Only certificates of this link's trust anchor with the name of this link can use the role."},
			{Title: "Inline policy of the role", Text: simulation(role.String()),
				Why: "Lets Mooring show what the role can do. Without it, Mooring can't tell."},
		},
	}
}

func terraformWay(setup Setup) cloud.Way {
	return cloud.Way{Key: "terraform", Title: "With Terraform",
		Commands: []cloud.Command{{Title: "Configuration", Text: setup.Terraform(),
			Why: "Add it to the configuration of the account, in any partition. After terraform apply, paste the output mooring below."}},
	}
}

func (a *AWS) separateWay(setup Setup) cloud.Way {
	return cloud.Way{Key: "separate", Title: "With separate commands, for AWS GovCloud",
		Hint: "CloudFormation in AWS GovCloud (US) can't create trust anchors.",
		Steps: []cloud.Step{
			{Text: "Sign in to the GovCloud account, select the region in which you want the trust anchor, and open CloudShell.", LinkText: "Open CloudShell in AWS GovCloud", LinkURL: a.consoleOf("aws-us-gov").CloudShell},
			{Text: "Run the commands, and paste all that they print below."},
		},
		Commands: []cloud.Command{{Title: "Create the parts", Text: setup.SeparateCommands("aws-us-gov"),
			Why: "Creates the trust anchor, the role and the profile, and prints their ARNs."}},
	}
}

// consoleOf is where people open the parts of a partition's console.
func (a *AWS) consoleOf(partition string) Console {
	p, _ := FindPartition(partition)
	home := "https://" + p.console
	return Console{CloudShell: cmp.Or(a.console.CloudShell, home+"/cloudshell/home"), RolesAnywhere: cmp.Or(a.console.RolesAnywhere, home+"/rolesanywhere/home"),
		IAM: cmp.Or(a.console.IAM, home+"/iam/home#/roles")}
}

// Leftovers implements cloud.Cleaner.
func (a *AWS) Leftovers(target cloud.Target) []cloud.Command {
	access := accessOrBlank(target)
	return []cloud.Command{
		{Title: "Delete the stack", Text: strings.TrimSpace(access.DeleteStackCommand()),
			Why: "If you linked the account with one command. It removes the trust anchor, the profile and the role."},
		{Title: "Delete the parts", Text: strings.TrimSpace(access.DeleteCommands()),
			Why: "If you linked the account in the console or with separate commands. If you used Terraform, remove the resources from its configuration instead."},
	}
}
