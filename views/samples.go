package views

import (
	"maps"
	"slices"
	"strconv"

	"github.com/a-h/templ"

	"mooring/cloud"
	"mooring/fault"
)

// Sample is one page, dialog or part of a page in one state, with fixed values.
// The golden tests and the gallery use the same ones.
type Sample struct {
	Name      string // unique; its first word groups it, such as "credential-waiting"
	Component templ.Component
}

// Values that the samples share.
const (
	sampleSubscription = "aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee"
	sampleTenant       = "5f0c3d1e-7a52-4b8e-9a55-0c6f2c1d8e44"
	sampleClient       = "3b1f9a7c-2d64-4c0e-8f13-6a9e5d2b7c01"
	sampleTrace        = "b5f1e3c2-8d7a-4a06-9c1b-0f2d3e4a5b00"
	sampleCorrelation  = "0d9c8b7a-6f5e-4d3c-2b1a-908070605040"
	sampleProviders    = "/accounts/harbor/cloud-providers"
	sampleCredentials  = sampleProviders + "/azure/credentials"
	samplePath         = sampleCredentials + "/crd_7h2k9m4p"
	sampleHelp         = "/help/azure/errors"
)

// Samples returns every page, dialog and part in every state.
func Samples() []Sample {
	var samples []Sample
	add := func(name string, component templ.Component) { samples = append(samples, Sample{name, component}) }

	add("sign-in", SignInPage(SignIn{Frame: sampleStranger("Sign in"), Next: sampleProviders, Passwords: true}))
	add("sign-in-lost", SignInPage(SignIn{Frame: sampleStranger("Sign in"), Next: sampleProviders + "/azure/credentials/new", Passwords: true, Lost: true}))
	add("sign-in-refused", SignInPage(SignIn{
		Frame: sampleStranger("Sign in"), Email: "ada@harbor.example", Passwords: true,
		Problem: "That e-mail address and password don't match. Check both and try again.",
	}))
	demo := SignIn{Frame: sampleStranger("Sign in"), Passwords: true, Demo: []string{"ada@harbor.example", "ben@harbor.example", "cleo@harbor.example"}}
	add("sign-in-demo", SignInPage(demo))

	add("set-up", SetUpPage(SetUp{Frame: sampleStranger("Set up"), Action: "/setup/4f9a", Passwords: true}))
	add("set-up-faults", SetUpPage(SetUp{
		Frame: sampleStranger("Set up"), Action: "/setup/4f9a", Name: "Ada", Email: "ada", Organization: "Harbor!", Passwords: true,
		Problem: "Check the highlighted fields.",
		Fields: fault.Fields{
			"email":        "Enter an e-mail address, such as ada@example.com.",
			"password":     "Use at least 12 characters. Several words in a row work well.",
			"organization": "Use 2 to 39 lowercase letters, digits and single hyphens, or leave it empty.",
		},
	}))

	empty := sampleProviderList()
	add("providers-empty", ProvidersPage(empty))
	begun := sampleProviderList()
	begun.FirstSteps = []FirstStep{
		{Text: "Invite people to harbor", Path: "/accounts/harbor/people", Why: "They share what the organization links.", Shown: "1.1"},
		{Text: "Add a passkey", Path: "/settings/passkeys/new", Why: "Nobody can guess a passkey, and it protects your account with a second step.", Shown: "2.1"},
		{Text: "Back up the key file", Path: "/help/install-mooring#start-it", Why: "Keep a copy separate from the database. Without this file, nobody can decrypt the secrets in the database.", Shown: "3.1"},
	}
	add("providers-first-steps", ProvidersPage(begun))
	linked := sampleProviderList(sampleRows()...)
	add("providers-linked", ProvidersPage(linked))
	many := sampleProviderList(sampleManyRows()...)
	many.Totals = sampleTotals("6 linked", "2 need attention", "2 waiting")
	add("providers-many", ProvidersPage(many))
	second := sampleProviderList(sampleRows()...)
	second.PollPath += "?page=2"
	second.Part, second.PreviousPath, second.NextPath = "Links 101 to 200 of 1,000", sampleProviders, sampleProviders+"?page=3"
	second.Totals = sampleTotals("1,000 linked", "12 need attention")
	second.Filter, second.Sort = sampleListFilter(1000), sampleListSort()
	second.Providers[0].Summary = "1,000 linked."
	add("providers-second-page", ProvidersPage(second))
	attention := sampleProviderList(sampleRows()[2])
	attention.Providers = attention.Providers[:1]
	attention.Totals, attention.Filter, attention.Sort = sampleTotals("44 linked", "1 needs attention"), sampleListFilter(44), sampleListSort()
	attention.Totals[0].Current, attention.Totals[1].Current = false, true
	attention.Filter.Status, attention.Found, attention.ClearPath = "needs-attention", "1 link matches", sampleProviders
	add("providers-filtered", ProvidersPage(attention))
	none := attention
	none.Providers, none.Found = nil, "0 links match"
	none.Filter = sampleListFilter(44)
	none.Filter.Search, none.Filter.Status, none.Filter.Provider = "harbour", "melted", "azure"
	none.Totals = sampleTotals("44 linked", "1 needs attention")
	none.Totals[0].Current = false
	add("providers-none-found", ProvidersPage(none))
	asMember := sampleProviderList(sampleRows()...)
	asMember.MayLink, asMember.Providers[0].AddPath = false, ""
	add("providers-member", ProvidersPage(asMember))
	memberEmpty := sampleProviderList()
	memberEmpty.MayLink, memberEmpty.Providers[0].AddPath = false, ""
	add("providers-member-empty", ProvidersPage(memberEmpty))
	add("providers-list", ProvidersList(linked))

	add("form-new", CredentialFormPage(sampleForm()))
	add("form-new-dialog", CredentialFormDialog(sampleForm()))
	add("form-faults", CredentialFormPage(sampleFaultyForm()))
	add("form-faults-dialog", CredentialFormDialog(sampleFaultyForm()))
	add("form-already-linked", CredentialFormPage(sampleAlreadyLinked()))
	add("form-classic", CredentialFormPage(sampleClassicForm()))
	add("form-small", CredentialFormPage(sampleSmallForm()))
	add("form-consent", CredentialFormPage(sampleConsentForm()))
	add("form-consent-dialog", CredentialFormDialog(sampleConsentForm()))
	label := sampleConsentForm()
	label.Editing, label.Form.Label = true, "Production"
	add("form-consent-edit", CredentialFormPage(label))
	add("form-public-key", CredentialFormPage(samplePublicKeyForm()))
	add("form-edit", CredentialFormPage(sampleEditForm()))
	add("form-edit-dialog", CredentialFormDialog(sampleEditForm()))
	add("form-pasted", CredentialFormPage(samplePastedForm()))
	add("form-preview", CredentialFormPreview(sampleFilledForm()))
	add("form-preview-tenant-found", CredentialFormPreview(sampleFound()))
	add("form-preview-faults", CredentialFormPreview(sampleFaultyForm()))
	add("form-preview-classic", CredentialFormPreview(sampleClassicForm()))

	add("credential-connected", CredentialPage(sampleConnected()))
	renewals := sampleRenewalPages()
	for _, state := range slices.Sorted(maps.Keys(renewals)) {
		add("credential-renewal-"+state, CredentialPage(renewals[state]))
	}
	add("credential-verifying", CredentialPage(sampleVerifying()))
	add("credential-waiting", CredentialPage(sampleWaiting()))
	add("credential-failed", CredentialPage(sampleFailed()))
	add("credential-could-not-check", CredentialPage(sampleCouldNotCheck()))
	add("credential-warning", CredentialPage(sampleWarning()))
	add("credential-not-verified", CredentialPage(sampleNotVerified()))
	add("credential-disabled", CredentialPage(sampleDisabled()))
	add("credential-expiring", CredentialPage(sampleExpiring()))
	samplesOfCertificates(add)
	add("credential-classic", CredentialPage(sampleClassicCredential()))
	add("credential-member", CredentialPage(sampleForMember()))
	add("credential-live", CredentialLive(sampleVerifying()))

	add("linked-verifying", LinkedDialog(sampleLinked(sampleVerifying())))
	add("linked-waiting", LinkedDialog(sampleLinked(sampleWaiting())))
	add("linked-failed", LinkedDialog(sampleLinked(sampleFailed())))
	add("linked-connected", LinkedDialog(sampleLinked(sampleConnected())))
	add("linked-not-verified", LinkedDialog(sampleLinked(sampleNotVerified())))
	add("linked-body", LinkedBody(sampleLinked(sampleVerifying())))

	add("unlink", UnlinkPage(sampleUnlink()))
	add("unlink-dialog", UnlinkDialog(sampleUnlink()))
	add("unlink-grant", UnlinkPage(sampleUnlinkGrant()))
	dependents := sampleUnlink()
	dependents.Dependents = []string{"Node cluster web, 3 nodes", "Node cluster batch, 1 node"}
	add("unlink-dependents", UnlinkPage(dependents))
	dependents.Problem = "Something depends on this credential. To unlink it anyway, type its label."
	dependents.Fields = fault.Fields{"confirm": dependents.Problem}
	add("unlink-dependents-faults", UnlinkDialog(dependents))

	add("demo", DemoPage(Demo{Frame: sampleFrame("Clouds of the demo"), Clouds: []DemoCloud{
		{Name: "Microsoft Azure", Links: []Link{{Text: "Open the simulated portal", Path: "http://127.0.0.1:8081/"}, {Text: "What each subscription does", Path: "http://127.0.0.1:8081/stories"}}},
		{Name: "Amazon Web Services", Links: []Link{{Text: "Open the simulated console", Path: "http://127.0.0.1:8082/"}}},
	}}))
	add("leftovers", LeftoversPage(Leftovers{Frame: sampleFrame("Unlinked"), Cloud: "Azure", Noun: "subscription", Commands: sampleCleanUp(), BackPath: sampleProviders}))
	add("leftovers-none", LeftoversPage(Leftovers{Frame: sampleFrame("Unlinked"), Cloud: "Azure", Noun: "subscription", BackPath: sampleProviders}))
	add("leftovers-grant", LeftoversPage(Leftovers{Frame: sampleFrame("Unlinked"), Cloud: "DigitalOcean", Noun: "team", RevokesGrant: true, Commands: sampleUnlinkGrant().Commands, BackPath: sampleProviders}))
	add("sessions", SessionsPage(sampleSessions()))
	alone := sampleSessions()
	alone.EndOthersPath, alone.Sessions = "", alone.Sessions[:1]
	add("sessions-alone", SessionsPage(alone))
	samplesOfHelp(add)

	add("problem-404", ProblemPage(Problem{
		Frame: sampleFrame("Not found"), Status: 404, Heading: "Not found",
		Sentence:  "This page doesn't exist, or you don't have access to it.",
		Link:      &fault.Link{Text: "Open Cloud Providers", Path: sampleProviders},
		RequestID: "req_5t8w2q9z",
	}))
	add("problem-403", ProblemPage(Problem{
		Frame: sampleFrame("Not allowed"), Status: 403, Heading: "Not allowed",
		Sentence: "Only owners of this account can do that. Ask an owner.",
	}))
	add("problem-500", ProblemPage(Problem{
		Frame: Frame{Title: "Something went wrong", Theme: "system"}, Status: 500, Heading: "Something went wrong",
		Sentence:  "Mooring had an internal error. Try again. If it happens again, send the request ID below to the operator of this Mooring.",
		RequestID: "req_5t8w2q9z",
	}))
	add("problem-alert", ProblemAlert(Problem{
		Status: 409, Heading: "That didn't work",
		Sentence:  "Somebody changed this credential while you had it open. Check the changes, then try again.",
		Link:      &fault.Link{Text: "Look at it again", Path: samplePath},
		RequestID: "req_5t8w2q9z",
	}))
	samplesOfPeople(add)
	samplesOfDecisions(add)
	samplesOfFrames(add)
	return samples
}

func sampleStranger(title string) Frame { return Frame{Title: title, Theme: "system", Bare: true} }

func sampleFrame(title string) Frame {
	return Frame{
		Title: title, Theme: "system",
		Person:  &Person{Name: "Ada Byron", Email: "ada@harbor.example", SiteAdmin: true},
		Help:    "/help",
		Account: "harbor",
		Accounts: []AccountLink{
			{Name: "ada", Path: "/accounts/ada", Kind: "Personal", Role: "Owner"},
			{Name: "harbor", Path: "/accounts/harbor", Kind: "Organization", Role: "Owner", Current: true},
		},
		Nav: []Link{{Text: "Cloud Providers", Path: sampleProviders, Current: true}},
	}
}

func sampleTime(shown, exact, machine string) Time { return Time{shown, exact, machine} }

var (
	never           = Time{Shown: "Never"}
	sampleChecked   = sampleTime("3 minutes ago", "22 November 2026, 09:11:03 UTC", "2026-11-22T09:11:03Z")
	sampleJustNow   = sampleTime("just now", "22 November 2026, 09:14:03 UTC", "2026-11-22T09:14:03Z")
	sampleYesterday = sampleTime("yesterday", "21 November 2026, 09:10:40 UTC", "2026-11-21T09:10:40Z")
	sampleTomorrow  = sampleTime("in 23 hours", "23 November 2026, 09:11:03 UTC", "2026-11-23T09:11:03Z")
	sampleEnd       = sampleTime("in 11 months", "30 October 2027, 08:00:00 UTC", "2027-10-30T08:00:00Z")
	sampleSoon      = sampleTime("in 9 days", "1 December 2026, 08:00:00 UTC", "2026-12-01T08:00:00Z")
	sampleLinkedAt  = sampleTime("3 weeks ago", "30 October 2026, 08:02:11 UTC", "2026-10-30T08:02:11Z")
)

func sampleProviderList(rows ...CredentialRow) Providers {
	return Providers{
		Frame: sampleFrame("Cloud Providers"), MayLink: true, PollPath: "/accounts/harbor/cloud-providers", PollAfter: 41,
		Providers: []Provider{
			{Key: "azure", Name: "Microsoft Azure", AccountNoun: "Subscription", Available: true, AddPath: sampleCredentials + "/new", Credentials: rows},
			{Key: "aws", Name: "Amazon Web Services", Remark: "Not available yet"},
			{Key: "digitalocean", Name: "DigitalOcean", Remark: "Not available yet"},
			{Key: "packet", Name: "Packet", Remark: "Closed by its owner in 2026"},
			{Key: "softlayer", Name: "SoftLayer", Remark: "Not available yet"},
		},
	}
}

func sampleRows() []CredentialRow {
	return []CredentialRow{
		{
			ID: "crd_1", Label: "Production", Path: samplePath, CloudAccountName: "Harbor Production", CloudAccount: sampleSubscription,
			Status: Status{Word: "Connected", Tone: ToneOK}, LastCheck: sampleChecked, Expires: sampleEnd, LinkedBy: "Ada Byron",
		},
		{
			ID: "crd_2", Label: "Staging", Path: sampleCredentials + "/crd_2c8d5f1a", CloudAccount: "bbbbbbbb-cccc-dddd-eeee-ffffffffffff",
			Status:    Status{Word: "Waiting for Azure", Tone: ToneWaiting, Detail: "Next check in", Retry: 40},
			LastCheck: sampleJustNow, Expires: sampleEnd, LinkedBy: "Ben Okafor",
		},
		{
			ID: "crd_3", Label: "Data science, EU west", Path: sampleCredentials + "/crd_9x3v6n0b", CloudAccountName: "Research and Data (EU)",
			CloudAccount: "cccccccc-dddd-eeee-ffff-000000000000",
			Status:       Status{Word: "Needs attention", Tone: ToneAttention, Detail: "Couldn't check 2 minutes ago"},
			LastCheck:    sampleYesterday, Expires: sampleSoon, LinkedBy: "Cleo Marsh",
		},
	}
}

func sampleTotals(words ...string) []Link {
	var totals []Link
	for i, w := range words {
		totals = append(totals, Link{Text: w, Path: sampleProviders + "?status=" + strconv.Itoa(i), Current: i == 0})
	}
	return totals
}

func sampleListFilter(total int) *ListFilter {
	return &ListFilter{Path: sampleProviders, Total: total, Providers: []Choice{{"azure", "Microsoft Azure"}},
		Statuses: []Choice{{"connected", "Connected"}, {"needs-attention", "Needs attention"}, {"asked", "With a question from a review"}}}
}

func sampleListSort() ListSort {
	sorted := func(by string) SortLink { return SortLink{Path: sampleProviders + "?sort=" + by} }
	return ListSort{Label: SortLink{Path: sampleProviders + "?order=desc", Direction: "ascending"}, Status: sorted("status"), Checked: sorted("checked"), Expires: sorted("expires")}
}

// sampleManyRows has the three rows and three more like them.
func sampleManyRows() []CredentialRow {
	rows := sampleRows()
	for _, row := range sampleRows() {
		row.ID, row.Label, row.Path = row.ID+"-2", row.Label+", second", row.Path+"-2"
		rows = append(rows, row)
	}
	return rows
}

func sampleCertificate() Certificate {
	return Certificate{
		SHA1:    "3F2A9C1D7E80B4465A1C0D9E8F7B6A5C4D3E2F10",
		SHA256:  "9B74C9897BAC770FFC029102A200C5DE3F2A9C1D7E80B4465A1C0D9E8F7B6A5C",
		Expires: sampleEnd,
		CERPath: "/accounts/harbor/certificate.cer", PEMPath: "/accounts/harbor/certificate.pem",
	}
}

func sampleTrust() []cloud.Command {
	return []cloud.Command{{Title: "Add the certificate to the application", Why: "Run it in Cloud Shell. Existing certificates stay.",
		Text: "az ad app credential reset --id " + sampleClient + " --append --display-name mooring --cert MIIEETCCAnmg…"}}
}

func sampleGuide(subscription string) cloud.Guide {
	return cloud.Guide{
		Needs: []string{
			"About ten minutes.",
			"In the directory: permission to register applications.",
			"On the subscription: Owner, or Role Based Access Control Administrator.",
		},
		Does: []string{
			"Read which resources the subscription holds.",
			"Read the subscription's name, state and permissions, with the Reader role.",
			"Change nothing, unless you assign a role that allows it.",
		},
		Compare: "After the upload, compare the thumbprint and expiry date with those in the Azure portal.", Upload: "Upload it in Azure", Enter: "Enter the IDs",
		Ways: []cloud.Way{{Key: "portal", Title: "In the Azure portal", Steps: []cloud.Step{
			{Text: "Register an application named mooring-harbor, for accounts in this directory only.", LinkText: "Open App registrations", LinkURL: "https://portal.azure.com/#view/Microsoft_AAD_RegisteredApps/CreateApplicationBlade"},
			{Text: "On its page choose Certificates & secrets, then Certificates, then Upload certificate, and pick the file from part 1."},
			{Text: "Open your subscription, choose Access control (IAM), Add role assignment, role Reader, and select mooring-harbor as its member.", LinkText: "Open Subscriptions", LinkURL: "https://portal.azure.com/#view/Microsoft_Azure_Billing/SubscriptionsBladeV2"},
			{Text: "Copy the subscription ID from there and the application (client) ID from the application's overview."},
		}}, {Key: "command", Title: "With a command in Cloud Shell", Commands: []cloud.Command{
			{
				Title: "Link with read access", Why: "Registers the application, uploads the certificate and assigns the Reader role, all in one step. Paste its output below.",
				Text: "az ad sp create-for-rbac --name mooring-harbor-3f2a9c --role Reader \\\n  --scopes /subscriptions/" + subscription + " --years 1 \\\n  --cert \"MIIEFTCCAn2gAwIBAgIUQ0Y3lKZ8b1h2c3Rvd24wDQYJKoZIhvcNAQELBQAwEzERMA8GA1UEAwwIYWNjXzdoMms=\"",
			},
			{
				Title: "Later: let Mooring deploy into one resource group", Why: "Contributor, but only there.",
				Text: "az group create --name mooring --location westeurope\naz role assignment create --assignee <application ID> --role Contributor \\\n  --scope /subscriptions/" + subscription + "/resourceGroups/mooring",
			},
		}}},
	}
}

// sampleCloud is a cloud with all that a description can have.
var sampleCloud = cloud.Description{
	Key: "azure", Name: "Microsoft Azure", ShortName: "Azure",
	Account:          cloud.Noun{One: "subscription", Many: "subscriptions", ID: "Subscription ID"},
	Parent:           cloud.Noun{One: "directory", Many: "directories", ID: "Directory (tenant) ID"},
	EnvironmentLabel: "Azure cloud", EnvironmentHint: "The one you sign in to.",
	Environments: []cloud.Option{{Key: "public", Name: "Azure public"}, {Key: "usgov", Name: "Azure US Government"}, {Key: "china", Name: "Azure China (21Vianet)"}},
	Methods: []cloud.Method{{
		Key: "app", Name: "App registration with a certificate", Needs: cloud.Leaf, When: "Mooring signs in as an application in your directory, with only the role you assign to it.",
		Fields: []cloud.Field{sampleSubscriptionLine,
			{Key: "client_id", Label: "Application (client) ID", Hint: "On the app registration's Overview. Don't use the Object ID.", Fills: cloud.Principal, Mono: true},
			{Key: "pasted", Label: "Command output", Kind: cloud.Paste, Reveal: "Paste the command's output instead", Optional: true,
				Hint: "Paste all of it, from the first brace to the last. It fills in the application ID and the directory ID."},
			{Key: "tenant_id", Label: "Directory (tenant) ID", Hint: "You can usually leave this empty. Mooring looks it up from the subscription.", Fills: cloud.Parent, Mono: true, Optional: true, Found: true},
		},
	}, {
		Key: "classic", Name: "Management certificate (classic)", Needs: cloud.Leaf, Fields: []cloud.Field{sampleSubscriptionLine},
		When: "Legacy method, retired by Azure on 31 August 2024. Use it only with a private endpoint that still supports it.",
	}},
}

var sampleSubscriptionLine = cloud.Field{Key: "subscription_id", Label: "Subscription ID", Fills: cloud.Account, Mono: true,
	Hint: "In the portal under Subscriptions. It looks like aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee."}

// sampleSmallCloud is a cloud with as little as a description can have.
var sampleSmallCloud = cloud.Description{
	Key: "harbor", Name: "Harbor Cloud", ShortName: "Harbor", Account: cloud.Noun{One: "berth", Many: "berths", ID: "Berth"},
	Methods: []cloud.Method{{Key: "berth", Name: "By its name", Fields: []cloud.Field{{Key: "berth", Label: "Berth", Hint: "It is on the quay.", Fills: cloud.Account}}}},
}

// samplePublicKeyForm is that of a cloud that takes only the public key of a certificate.
func samplePublicKeyForm() CredentialForm {
	p := sampleSmallForm()
	p.Cloud.Methods = []cloud.Method{p.Cloud.Methods[0]}
	p.Cloud.Methods[0].Needs, p.Cloud.Methods[0].Takes = cloud.Leaf, cloud.PublicKeyOnly
	p.Certificate = Certificate{KeyFingerprint: "12:34:56:78:90:ab:cd:ef:12:34:56:78:90:ab:cd:ef", Expires: sampleEnd,
		CERPath: "/accounts/harbor/certificates/cer_1" + PublicKeyEnding}
	p.Guide.Upload, p.Guide.Compare = "Upload it in Harbor", "After the upload, compare the fingerprint with the one in the Harbor console."
	p.Guide.Ways = []cloud.Way{{Key: "console", Title: "In the Harbor console", Steps: []cloud.Step{{Text: "Open the quay, and choose Add a public key."}}}}
	return p
}

func sampleSmallForm() CredentialForm {
	return CredentialForm{
		Frame: sampleFrame("Harbor credentials"), Heading: "Harbor credentials", Cloud: sampleSmallCloud,
		Action: sampleCredentials, PreviewPath: sampleCredentials + "/preview", CancelPath: sampleProviders, HelpPath: sampleHelp,
		Form:  cloud.Form{Method: "berth", Values: map[string]string{}},
		Guide: cloud.Guide{Needs: []string{"The name of a berth."}, Does: []string{"See whether the berth is free."}, Enter: "Enter the berth"},
	}
}

// sampleConsentForm is for a cloud at which people consent.
func sampleConsentForm() CredentialForm {
	p := sampleSmallForm()
	p.Cloud.Methods = []cloud.Method{p.Cloud.Methods[0]}
	p.Cloud.Methods[0].Needs = cloud.Grant
	p.ConsentPath = sampleCredentials + "/consent"
	p.Guide = cloud.Guide{Needs: []string{"An account at Harbor."}, Does: []string{"View the berth.", "Keep a grant, encrypted. Unlinking revokes it."}, Enter: "Sign in to Harbor"}
	return p
}

// sampleFacts are those of a link to sampleCloud.
func sampleFacts() []cloud.Fact {
	return cloud.FieldFacts(sampleCloud, cloud.Target{Environment: "public", Account: sampleSubscription, Parent: sampleTenant,
		SignIn: cloud.SignIn{Method: "app", Principal: sampleClient}})
}

func sampleForm() CredentialForm {
	return CredentialForm{
		Frame: sampleFrame("Azure credentials"), Heading: "Azure credentials",
		Action: sampleCredentials, PreviewPath: sampleCredentials + "/preview", CancelPath: sampleProviders, HelpPath: sampleHelp,
		Form:        cloud.Form{Environment: "public", Method: "app", Values: map[string]string{}},
		Cloud:       sampleCloud,
		Certificate: sampleCertificate(),
		Guide:       sampleGuide("<subscription ID>"),
	}
}

func sampleFilledForm() CredentialForm {
	p := sampleForm()
	p.Form.Label, p.Form.Values["subscription_id"], p.Form.Values["client_id"] = "Production", sampleSubscription, sampleClient
	p.Guide = sampleGuide(sampleSubscription)
	return p
}

func sampleFound() CredentialForm {
	p := sampleFilledForm()
	p.Form.Values["tenant_id"] = sampleTenant
	p.FormNotes = map[string]string{"tenant_id": "Found from the subscription."}
	return p
}

func sampleFaultyForm() CredentialForm {
	p := sampleForm()
	p.Form.Values["subscription_id"], p.Form.Values["client_id"], p.Form.Values["pasted"] = "Harbor Production", sampleSubscription, "appId: 3b1f9a7c"
	p.Problem = "Check the highlighted fields."
	p.Fields = fault.Fields{
		"label":           "Enter a name that your colleagues will recognize, such as Production.",
		"subscription_id": "This looks like the subscription's name. Paste its ID, which looks like aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee.",
		"client_id":       "This is the subscription ID. Paste the Application (client) ID here.",
		"pasted":          "This isn't the output of the command, and Mooring hasn't kept it. Paste everything from { to }, including appId and tenant.",
	}
	return p
}

func sampleAlreadyLinked() CredentialForm {
	p := sampleFound()
	p.Problem = "This account already has this link, with the same sign-in."
	p.ProblemLink = &fault.Link{Text: "Open the existing credential", Path: samplePath}
	p.Fields = fault.Fields{"subscription_id": p.Problem}
	return p
}

func sampleClassicForm() CredentialForm {
	p := sampleForm()
	p.Form.Method, p.Form.Label, p.Form.Values["subscription_id"] = "classic", "Old warehouse", sampleSubscription
	p.Guide = cloud.Guide{
		Needs:   []string{"About five minutes.", "On the subscription: Co-administrator."},
		Does:    []string{"A management certificate has full access to classic resources. Its permissions can't be limited."},
		Compare: "After the upload, compare the thumbprint and expiry date with those in the Azure portal.", Upload: "Upload it in Azure", Enter: "Enter the IDs",
		Ways: []cloud.Way{{Key: "portal", Title: "In the Azure portal", Steps: []cloud.Step{
			{Text: "Open Settings, then Management certificates, then Upload.", LinkText: "Open the portal", LinkURL: "https://portal.azure.com/#settings/management-certificates"},
			{Text: "Choose the certificate from part 1 and the subscription."},
			{Text: "Copy the subscription ID."},
		}}},
	}
	return p
}

func sampleEditForm() CredentialForm {
	p := sampleFound()
	p.Editing, p.Heading, p.Title = true, "Edit credentials", "Edit credentials"
	p.Action, p.PreviewPath, p.CancelPath = samplePath, samplePath+"/preview", samplePath
	p.FormNotes = nil
	return p
}

func samplePastedForm() CredentialForm {
	p := sampleFilledForm()
	p.Form.Values["client_id"] = ""
	p.Form.Values["pasted"] = "{\n  \"appId\": \"" + sampleClient + "\",\n  \"displayName\": \"mooring-harbor-3f2a9c\",\n  \"password\": null,\n  \"tenant\": \"" + sampleTenant + "\"\n}"
	p.FormNotes = map[string]string{"client_id": "From what you pasted.", "tenant_id": "From what you pasted."}
	return p
}

// sampleStages gives the stages of the recommended method, of which the first
// done ended OK and the others were not reached.
func sampleStages(done int) []Stage {
	all := []Stage{
		{Name: "Find the directory", Said: "harbor.example", Duration: "0.2 s"},
		{Name: "Sign in", Duration: "0.4 s", TraceID: sampleTrace, CorrelationID: sampleCorrelation},
		{Name: "Open the subscription", Said: "Harbor Production", Duration: "0.3 s"},
		{Name: "Subscription status", Said: "Enabled", Duration: "0.1 s"},
		{Name: "Permissions", Said: "Reader on the subscription, Contributor on the resource group mooring", Duration: "0.5 s", Advisory: true},
		{Name: "Resource providers", Said: "Compute, Network and Storage are registered", Duration: "0.3 s", Advisory: true},
	}
	for i := range all {
		if i < done {
			all[i].Reached, all[i].Verdict, all[i].Tone, all[i].At = true, "OK", ToneOK, sampleChecked
		} else {
			all[i] = Stage{Name: all[i].Name, Advisory: all[i].Advisory, Verdict: "Not reached", Tone: ToneOff}
		}
	}
	return all
}

func sampleConnected() Credential {
	return Credential{
		Frame: sampleFrame("Production"), ID: "crd_7h2k9m4p", Label: "Production", Path: samplePath,
		CloudAccountName: "Harbor Production", CloudAccount: sampleSubscription, Facts: sampleFacts(),
		LinkedBy: "Ada Byron", Linked: sampleLinkedAt,
		Status:    Status{Word: "Connected", Tone: ToneOK},
		LastCheck: sampleChecked, NextCheck: sampleTomorrow, Certificate: sampleCertificate(),
		Rights: []Right{
			{Granted: true, Sentence: "It can read the resources in the subscription."},
			{Granted: true, Sentence: "It can create and delete resources in the resource group mooring."},
			{Granted: true, Excessive: true, Sentence: "It can assign roles to others."},
			{Sentence: "It can't register resource providers."},
		},
		Progress: Progress{Summary: "All stages passed.", Tone: ToneOK, Stages: sampleStages(6)},
		History: []Run{
			{Started: sampleChecked, Trigger: "Requested", Outcome: "Passed", Tone: ToneOK, Stages: sampleStages(6)},
			{Started: sampleYesterday, Trigger: "Scheduled", Outcome: "Couldn't check", Tone: ToneOff, Stages: sampleUnanswered()},
			{Started: sampleLinkedAt, Trigger: "Retry", Outcome: "Failed", Tone: ToneAttention, Stages: sampleRefused()},
		},
		VerifyPath: samplePath + "/verify", EditPath: samplePath + "/edit", DisablePath: samplePath + "/disable", UnlinkPath: samplePath + "/unlink",
		BackPath: sampleProviders,
	}
}

func sampleVerifying() Credential {
	p := sampleConnected()
	p.Status = Status{Word: "Not checked", Tone: ToneOff, Detail: "checking now"}
	p.LastCheck, p.NextCheck, p.Rights, p.History = never, Time{}, nil, nil
	p.CloudAccountName, p.Reload = "", 3
	p.Progress = Progress{PollPath: samplePath, PollAfter: 1, Running: true, Summary: "Checking: Open the subscription.", Tone: ToneWaiting, Stages: sampleStages(2)}
	p.Progress.Stages[2].Verdict, p.Progress.Stages[2].Tone = "Running", ToneWaiting
	return p
}

func sampleWaiting() Credential {
	p := sampleVerifying()
	p.Status = Status{Word: "Waiting for Azure", Tone: ToneWaiting, Detail: "until 09:29 at the latest"}
	p.LastCheck = sampleJustNow
	p.Progress = Progress{
		PollPath: samplePath, PollAfter: 5, Retry: 42, Tone: ToneWaiting,
		Summary: "If you created it in the last few minutes, Azure may still be copying it.", Stages: sampleStages(1),
	}
	p.Progress.Stages[1] = Stage{
		Name: "Sign in", Reached: true, Verdict: "Waiting", Tone: ToneWaiting, Duration: "0.4 s", At: sampleJustNow,
		Said: "Application with identifier '" + sampleClient + "' was not found in the directory 'Harbor'.",
		Code: "AADSTS700016", TraceID: sampleTrace, CorrelationID: sampleCorrelation, HelpPath: sampleHelp + "#azure-700016",
		Explanation: &cloud.Explanation{
			Anchor: "azure-700016", Code: "AADSTS700016", Known: true,
			Happened: "Azure doesn't know this application yet.",
			Fix:      "If you created it in the last few minutes, Mooring keeps trying. Otherwise compare the Application (client) ID with the app registration's Overview. The Object ID doesn't work.",
			Who:      "An owner of the app registration in Azure.",
		},
	}
	return p
}

func sampleRefused() []Stage {
	list := sampleStages(1)
	list[1] = Stage{
		Name: "Sign in", Reached: true, Verdict: "Failed", Tone: ToneAttention, Duration: "0.4 s", At: sampleChecked,
		Said: "The certificate with identifier used to sign the client assertion is not registered on application.",
		Code: "AADSTS700027", TraceID: sampleTrace, CorrelationID: sampleCorrelation, HelpPath: sampleHelp + "#azure-700027",
		Explanation: &cloud.Explanation{
			Anchor: "azure-700027", Code: "AADSTS700027", Known: true,
			Happened: "The application doesn't know this link's certificate.",
			Fix:      "Run the command. Or download this link's certificate from Mooring and upload it in the app registration under Certificates & secrets, Certificates. Compare the SHA-1 thumbprint.",
			Who:      "An owner of the application, or an Application Administrator.",
			Command:  "az ad app credential reset --id " + sampleClient + " --append --cert @~/mooring.pem",
		},
	}
	return list
}

func sampleUnanswered() []Stage {
	list := sampleStages(0)
	list[0] = Stage{
		Name: "Find the directory", Reached: true, Verdict: "Can't tell", Tone: ToneOff, Duration: "12.0 s", At: sampleYesterday,
		Code: "timeout", HelpPath: sampleHelp + "#azure-timeout",
		Explanation: &cloud.Explanation{
			Anchor: "azure-timeout", Code: "timeout", Known: true,
			Happened: "Azure didn't respond in time.",
			Fix:      "Wait a few minutes. If the error persists, check the network between Mooring and Azure.",
			Who:      "The operator of this Mooring.",
		},
	}
	return list
}

func sampleFailed() Credential {
	p := sampleVerifying()
	p.Status = Status{Word: "Needs attention", Tone: ToneAttention}
	p.LastCheck, p.NextCheck, p.Reload = sampleChecked, sampleTomorrow, 0
	p.Progress = Progress{Summary: "Sign in failed.", Tone: ToneAttention, Stages: sampleRefused()}
	p.History = []Run{{Started: sampleChecked, Trigger: "Requested", Outcome: "Failed", Tone: ToneAttention, Stages: sampleRefused()}}
	return p
}

func sampleCouldNotCheck() Credential {
	p := sampleConnected()
	p.Status.Detail = "Couldn't check 2 minutes ago"
	p.Progress = Progress{PollPath: samplePath, PollAfter: 10, Retry: 95, Summary: "The status from the previous check still applies. Mooring tries again automatically.", Tone: ToneOff, Stages: sampleUnanswered()}
	return p
}

// sampleWarning is connected, in an outage of more than two days.
func sampleWarning() Credential {
	p := sampleCouldNotCheck()
	p.Status = Status{Word: "Connected with a warning", Tone: ToneWaiting, Detail: "Not checked since 20 November 2026, 09:14 UTC"}
	p.LastCheck, p.NextCheck = sampleOver, Time{}
	p.History = append([]Run{{Started: sampleChecked, Trigger: "Retry", Times: 52, First: sampleOver, Outcome: "Couldn't check", Tone: ToneOff, Stages: sampleUnanswered()}}, p.History...)
	return p
}

func sampleNotVerified() Credential {
	p := sampleVerifying()
	p.Status = Status{Word: "Not checked", Tone: ToneOff, Detail: "saved without checking"}
	p.Progress, p.Reload = Progress{}, 0
	return p
}

func sampleDisabled() Credential {
	p := sampleConnected()
	p.Status = Status{Word: "Disabled", Tone: ToneOff, Detail: "by Ada Byron, yesterday"}
	p.NextCheck, p.VerifyPath, p.DisablePath, p.EnablePath = Time{}, "", "", samplePath+"/enable"
	return p
}

func sampleExpiring() Credential {
	p := sampleConnected()
	p.Status = Status{Word: "Expires in 9 days", Tone: ToneWaiting}
	p.Certificate.Expires, p.Certificate.ExpiresSoon = sampleSoon, true
	p.Move = &CertificateMove{ID: p.ID, Label: p.Label, Path: p.Path, Says: "There is a newer certificate.", Tone: ToneWaiting, Detail: "This link keeps using the older one until you move it.",
		Commands: sampleTrust(), Action: samplePath + "/certificate", To: "cer_2"}
	return p
}

func sampleClassicCredential() Credential {
	p := sampleConnected()
	p.Label, p.Title = "Old warehouse", "Old warehouse"
	p.Facts = cloud.FieldFacts(sampleCloud, cloud.Target{Environment: "public", Account: sampleSubscription, SignIn: cloud.SignIn{Method: "classic"}})
	p.Rights, p.History = nil, nil
	p.Progress.Stages = sampleStages(4)[2:4]
	return p
}

func sampleForMember() Credential {
	p := sampleConnected()
	p.EditPath, p.DisablePath, p.UnlinkPath = "", "", ""
	return p
}

func sampleLinked(c Credential) Linked {
	return Linked{
		Label: c.Label, Path: c.Path, EditPath: c.EditPath, CloudAccountName: c.CloudAccountName, Facts: c.Facts[2:3],
		Status: c.Status, Rights: c.Rights, Progress: c.Progress, Connected: c.Status.Word == "Connected", NextJob: "Open the credential to see its permissions and checks, or link another subscription.",
	}
}

func sampleCleanUp() []cloud.Command {
	return []cloud.Command{
		{Title: "Remove the application and its certificate", Why: "Its role assignments are deleted with it.", Text: "az ad app delete --id " + sampleClient},
		{Title: "Remove the resource group", Why: "Only if nothing in it is still needed.", Text: "az group delete --subscription " + sampleSubscription + " --name mooring"},
	}
}

func sampleUnlink() Unlink {
	return Unlink{
		Frame: sampleFrame("Unlink Production"), Label: "Production", CloudAccount: sampleSubscription, Cloud: "Azure", Noun: "subscription",
		Action: samplePath + "/unlink", CancelPath: samplePath, Commands: sampleCleanUp(),
	}
}

// sampleUnlinkGrant is for a link whose grant goes with it.
func sampleUnlinkGrant() Unlink {
	p := sampleUnlink()
	p.CloudAccount, p.Cloud, p.Noun, p.RevokesGrant = "0a1b2c3d-0000-4000-8000-000000000001", "DigitalOcean", "team", true
	p.Commands = []cloud.Command{{Title: "The grant at DigitalOcean", Why: "Mooring revokes it when you unlink the team."}}
	return p
}

func sampleSessions() Sessions {
	frame := sampleFrame("Sessions")
	frame.Nav = nil
	return Sessions{Frame: frame, EndOthersPath: "/settings/sessions/end-others", Sessions: []Session{
		{Agent: "Firefox on Linux", Way: "with a password and a passkey", Address: "192.0.2.17", Started: sampleYesterday, Seen: sampleJustNow, Current: true, EndPath: "/settings/sessions/ses_1/end"},
		{Agent: "Safari on iPhone", Way: "with GitHub", Address: "2001:db8::a1f", Started: sampleLinkedAt, Seen: sampleYesterday, EndPath: "/settings/sessions/ses_2/end"},
	}}
}

func sampleCatalogue() []cloud.Explanation {
	return []cloud.Explanation{
		*sampleWaiting().Progress.Stages[1].Explanation,
		*sampleRefused()[1].Explanation,
		*sampleUnanswered()[0].Explanation,
	}
}
