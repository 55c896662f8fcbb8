package azure

import (
	"fmt"
	"strings"
	"time"

	"mooring/cloud"
)

// Guide implements cloud.Cloud.
func (a *Azure) Guide(draft cloud.Draft) cloud.Guide {
	form := draft.Form
	target, _ := a.Read(&form) // what can be read so far; the rest stays blank
	e, ok := a.environment(target.Environment)
	if !ok {
		e = a.environments[0]
	}
	if target.SignIn.Method == MethodClassic {
		return classicGuide(e)
	}
	hint := ""
	if strings.TrimSpace(form.Values[fieldSubscription]) == "" {
		hint = "Enter the subscription ID below first. It then appears in the command."
	}
	return cloud.Guide{
		Needs: []string{
			"About ten minutes.",
			"In Entra: permission to register applications. Most users have it. If you don't, ask for the Application Developer role.",
			"On the subscription: a role that can assign roles, such as Owner or User Access Administrator.",
		},
		Does: []string{
			"Sign in as an application in your directory, with a certificate. Mooring stores none of your passwords or keys.",
			"Read the subscription's name, state and permissions, with the Reader role.",
			"Change nothing, unless you assign a role that allows it.",
		},
		Upload: headUpload, Compare: compareHere, Enter: headEnter,
		Ways: []cloud.Way{{Key: "portal", Title: "In the Azure portal", Steps: []cloud.Step{
			{Text: "Register an application: choose New registration, enter a name, leave everything else unchanged, and choose Register.", LinkText: "Open App registrations", LinkURL: e.Portal.AppRegistrations},
			{Text: "On its Overview, copy the Application (client) ID. Also copy the Object ID next to it, if Mooring is to renew the certificate later."},
			{Text: "Choose Certificates & secrets, then Certificates, then Upload certificate, and upload the file from step 1. Compare the thumbprint, and copy the Certificate ID next to it."},
			{Text: "Open the subscription and copy its Subscription ID. Then choose Access control (IAM), Add role assignment. Select the Reader role, then select the application as the member. Search for it by its full name.", LinkText: "Open Subscriptions", LinkURL: e.Portal.Subscriptions},
		}}, {Key: "command", Title: "With a command in Cloud Shell", Hint: hint, Commands: linkCommands(target, draft, e)}},
	}
}

// The words around the guides.
const (
	headUpload  = "Upload it in Azure"
	headEnter   = "Enter the IDs"
	compareHere = "After the upload, compare the thumbprint and expiry date with those in the Azure portal."
)

// linkCommands writes what to run in Cloud Shell: the least first, then what
// machines need on top.
func linkCommands(target cloud.Target, draft cloud.Draft, e Environment) []cloud.Command {
	name := appName(draft)
	subscription := fill("{subscription}", target)
	link := multiline("az ad sp create-for-rbac",
		"--name "+name,
		"--role Reader",
		"--scopes /subscriptions/"+subscription,
		fmt.Sprintf("--years %d", int(draft.Certificate.NotAfter.Sub(draft.Certificate.NotBefore)/(365*24*time.Hour))),
		"--cert "+draft.Certificate.Base64(),
		"--output json")
	machines := strings.Join([]string{
		multiline("az group create", "--subscription "+subscription, "--name mooring", "--location "+region(e)),
		multiline("az role assignment create", "--assignee "+fill("{client}", target), "--role Contributor",
			"--scope /subscriptions/"+subscription+"/resourceGroups/mooring"),
		multiline("az provider register", "--subscription "+subscription, "--namespace Microsoft.Compute"),
		multiline("az provider register", "--subscription "+subscription, "--namespace Microsoft.Network"),
	}, "\n")
	renew := "az ad app show --id " + fill("{client}", target) + ` --query "{objectId:id, keyId:keyCredentials[0].keyId}" --output json`
	return []cloud.Command{
		{Title: "Link with read access", Text: link,
			Why: "Registers the application, uploads the certificate and assigns the Reader role, all in one step. Paste its output below."},
		{Title: "Let Mooring renew the certificate", Text: renew,
			Why: "Optional. Paste its output below the first one. Mooring can then replace the certificate before it expires, without further permissions."},
		{Title: "Later, for virtual machines", Text: machines,
			Why: "Creates one resource group and allows Mooring to work in that group only. Checks don't need it."},
	}
}

// multiline breaks a command before each flag, so that it reads well in a narrow
// window and still runs when it is pasted whole.
func multiline(command string, flags ...string) string {
	return strings.Join(append([]string{command}, flags...), " \\\n  ")
}

// appName is unique, because create-for-rbac takes over an application of the
// same name.
func appName(draft cloud.Draft) string {
	thumbprint := draft.Certificate.SHA1()
	if len(thumbprint) > 6 {
		thumbprint = thumbprint[:6]
	}
	return "mooring-" + draft.AccountName + "-" + strings.ToLower(thumbprint)
}

func region(e Environment) string {
	switch e.Key {
	case "usgov":
		return "usgovvirginia"
	case "china":
		return "chinaeast2"
	default:
		return "westeurope"
	}
}

func classicGuide(e Environment) cloud.Guide {
	return cloud.Guide{
		Needs: []string{"About five minutes.", "A (co-)administrator of the subscription."},
		Does: []string{
			"Sign in to the classic endpoint with the certificate, and read the subscription's name and state.",
			"A management certificate has full access to classic resources. Its permissions can't be limited.",
		},
		Upload: headUpload, Compare: compareHere, Enter: headEnter,
		Ways: []cloud.Way{{Key: "portal", Title: "In the Azure portal", Steps: []cloud.Step{
			{Text: "Open the subscription and choose Management certificates, then Upload.", LinkText: "Open Subscriptions", LinkURL: e.Portal.Subscriptions},
			{Text: "Choose the .cer file from step 1 and upload it. Compare the thumbprint."},
			{Text: "Copy the Subscription ID."},
		}}},
	}
}

// Trust implements cloud.Truster.
func (a *Azure) Trust(target cloud.Target) []cloud.Command {
	if target.SignIn.Method == MethodClassic {
		return []cloud.Command{{
			Title: "Upload the certificate",
			Why:   "There is no command for this. In the portal, open the subscription, choose Management certificates, then Upload, and choose the .cer file. The existing certificate stays.",
		}}
	}
	return []cloud.Command{{
		Title: "Add the certificate to the application", Text: fill(addCertificate, target),
		Why: "Run it in Cloud Shell, or upload the file in the app registration under Certificates & secrets, Certificates. Existing certificates stay.",
	}}
}

// Leftovers implements cloud.Cleaner.
func (a *Azure) Leftovers(target cloud.Target) []cloud.Command {
	if target.SignIn.Method == MethodClassic {
		return []cloud.Command{{
			Title: "Remove the certificate",
			Why:   "There is no command for this. In the portal, open the subscription, choose Management certificates and delete this account's certificate.",
		}}
	}
	return []cloud.Command{
		{Title: "Remove the role", Why: "The application can then no longer access this subscription.",
			Text: fill(multiline("az role assignment delete", "--assignee {client}", "--scope /subscriptions/{subscription}"), target)},
		{Title: "Delete the application", Why: "Only if nothing else uses it, such as another linked subscription.",
			Text: fill("az ad app delete --id {client}", target)},
	}
}
