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
	if target.Method == MethodClassic {
		return classicGuide(e)
	}
	return cloud.Guide{
		Needs: []string{
			"About ten minutes.",
			"In Entra: leave to register applications (most people have it; otherwise the role Application Developer).",
			"On the subscription: a role that may give roles, such as Owner or User Access Administrator.",
		},
		Does: []string{
			"Sign in as an application of yours, with a certificate. No password or key of yours is stored here.",
			"Read the subscription's name, state and rights, with the role Reader.",
			"Change nothing, unless you give it a role that may.",
		},
		Steps: []cloud.Step{
			{Text: "Register an application: choose New registration, give it a name, leave everything else as it is, and choose Register.", LinkText: "Open App registrations", LinkURL: e.Portal.AppRegistrations},
			{Text: "On its Overview, copy the Application (client) ID. The Object ID beside it does not work."},
			{Text: "Choose Certificates & secrets, then Certificates, then Upload certificate, and upload the file from step 1. Compare the thumbprint."},
			{Text: "Open the subscription and copy its Subscription ID. Then choose Access control (IAM), Add role assignment, the role Reader, and as member the application by its full name.", LinkText: "Open Subscriptions", LinkURL: e.Portal.Subscriptions},
		},
		Commands: linkCommands(target, draft, e),
	}
}

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
	return []cloud.Command{
		{Title: "Link, with the right to read", Text: link,
			Why: "Registers the application, uploads the certificate and gives it the role Reader, all at once. Paste what it prints below."},
		{Title: "Later, for machines", Text: machines,
			Why: "Makes one resource group and lets Mooring work in that one only. Verifying does not need it."},
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
			"Show the certificate to the classic endpoint and read the subscription's name and state.",
			"A management certificate may do everything with classic resources; it knows no smaller right.",
		},
		Steps: []cloud.Step{
			{Text: "Open the subscription and choose Management certificates, then Upload.", LinkText: "Open Subscriptions", LinkURL: e.Portal.Subscriptions},
			{Text: "Choose the .cer file from step 1 and upload it. Compare the thumbprint."},
			{Text: "Copy the Subscription ID."},
		},
	}
}

// Trust implements cloud.Cloud.
func (a *Azure) Trust(target cloud.Target) []cloud.Command {
	if target.Method == MethodClassic {
		return []cloud.Command{{
			Title: "Upload the certificate",
			Why:   "There is no command for it. In the portal, open the subscription, choose Management certificates, then Upload, and choose the .cer file. The certificate that is there stays.",
		}}
	}
	return []cloud.Command{{
		Title: "Add the certificate to the application", Text: fill(addCertificate, target),
		Why: "Run it in Cloud Shell, or upload the file in the app registration under Certificates & secrets, Certificates. The certificates that are there stay.",
	}}
}

// Leftovers implements cloud.Cloud.
func (a *Azure) Leftovers(target cloud.Target) []cloud.Command {
	if target.Method == MethodClassic {
		return []cloud.Command{{
			Title: "Remove the certificate",
			Why:   "There is no command for it. In the portal, open the subscription, choose Management certificates and delete this account's certificate.",
		}}
	}
	return []cloud.Command{
		{Title: "Take the role away", Why: "The application can then no longer open this subscription.",
			Text: fill(multiline("az role assignment delete", "--assignee {client}", "--scope /subscriptions/{subscription}"), target)},
		{Title: "Delete the application", Why: "Only if nothing else uses it, such as another subscription that is linked here.",
			Text: fill("az ad app delete --id {client}", target)},
	}
}
