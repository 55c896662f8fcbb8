// Package azure links Microsoft Azure subscriptions: by an app registration
// that signs in with the account's certificate, and, where an operator still
// has a classic endpoint, by a management certificate.
package azure

import (
	"cmp"
	"crypto/x509"
	"log/slog"
	"net/http"
	"time"

	"mooring/cloud"
)

// Key is the provider's key in URLs and in the database.
const Key = "azure"

// The ways to link.
const (
	MethodApp     = "app"     // app registration and role, through the resource manager
	MethodClassic = "classic" // management certificate, through service management
)

// The fields of the form. Databases, the API and other people's scripts keep them.
const (
	fieldSubscription = "subscription_id"
	fieldClient       = "client_id"
	fieldTenant       = "tenant_id"
	fieldPasted       = "pasted"    // the JSON that the guide's command prints
	fieldObject       = "object_id" // of the app registration, and
	fieldKey          = "key_id"    // of its certificate: for renewal alone
)

var (
	subscriptionLine = cloud.Field{Key: fieldSubscription, Label: "Subscription ID", Fills: cloud.Account, Mono: true,
		Hint: "In the portal under Subscriptions. It looks like aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee."}
	clientLine = cloud.Field{Key: fieldClient, Label: "Application (client) ID", Fills: cloud.Principal, Mono: true,
		Hint: "On the app registration's Overview. The Object ID goes below."}
	pastedBox = cloud.Field{Key: fieldPasted, Label: "Command output", Kind: cloud.Paste, Optional: true, Mono: true, Reveal: "Paste the command's output instead",
		Hint: "Paste all of it, from the first brace to the last. It fills in the application ID and the directory ID."}
	tenantLine = cloud.Field{Key: fieldTenant, Label: "Directory (tenant) ID", Fills: cloud.Parent, Optional: true, Mono: true, Found: true,
		Hint: "You can usually leave this empty. Mooring looks it up from the subscription."}
	objectLine = cloud.Field{Key: fieldObject, Label: "Object ID", Optional: true, Mono: true, ForRenewal: true,
		Hint: "On the app registration's Overview. With it, Mooring renews the certificate, and nobody has to upload the next one."}
	keyLine = cloud.Field{Key: fieldKey, Label: "Certificate ID", Optional: true, Mono: true, ForRenewal: true, RemoteID: true,
		Hint: "In the app registration's list of certificates. With it, Mooring removes the certificate after it was renewed."}
)

// The stages, in the order they run.
const (
	stageDirectory    = "directory"
	stageSignIn       = "sign-in"
	stageSubscription = "subscription"
	stageState        = "state"
	stageRights       = "rights"
	stageProviders    = "providers"
)

var appStages = []cloud.Stage{
	{Key: stageDirectory, Name: "Find the directory"},
	{Key: stageSignIn, Name: "Sign in", SignsIn: true},
	{Key: stageSubscription, Name: "Open the subscription"},
	{Key: stageState, Name: "Subscription status"},
	{Key: stageRights, Name: "Permissions", Advisory: true},
	{Key: stageProviders, Name: "Resource providers", Advisory: true},
}

var classicStages = []cloud.Stage{
	{Key: stageSubscription, Name: "Open the subscription with the certificate", SignsIn: true},
	{Key: stageState, Name: "Subscription status"},
}

// The times a person waits at most.
const (
	usualPatience  = 12 * time.Second // one stage, with its retries
	tryTimeout     = 8 * time.Second  // one request
	connectTimeout = 5 * time.Second
)

// maxAnswer bounds what is read of one answer, in bytes.
const maxAnswer = 1 << 20

// Azure is the cloud. It holds no secret.
type Azure struct {
	environments []Environment
	description  cloud.Description // of these environments
	roots        *x509.CertPool
	client       *http.Client
	tenants      *tenantFinder
	hosts        map[string]bool // that requests may go to, with their ports
	patience     time.Duration
	retryDelay   time.Duration
	now          func() time.Time
	newID        func() string
	log          *slog.Logger
	trouble      func(*http.Request) string
}

var (
	_ cloud.Cloud        = (*Azure)(nil)
	_ cloud.Finder       = (*Azure)(nil)
	_ cloud.Truster      = (*Azure)(nil)
	_ cloud.Cleaner      = (*Azure)(nil)
	_ cloud.RightsLister = (*Azure)(nil)
	_ cloud.Answerer     = (*Azure)(nil)
	_ cloud.Renewer      = (*Azure)(nil)
)

// Options are what an operator sets, and what tests fix.
type Options struct {
	Environments []Environment  // Environments() unless the operator changes endpoints
	Roots        *x509.CertPool // nil: the machine's own
	Patience     time.Duration  // for one stage; 0: 12 seconds
	Now          func() time.Time
	NewID        func() string // for the id of each assertion
	Log          *slog.Logger  // gets why Azure could not be reached; nil: nobody does

	// Trouble gives the code of what keeps a request from being sent, for the demo,
	// such as NameNotFound; empty: nothing does. nil: nothing ever does.
	Trouble func(*http.Request) (code string)
}

// New makes the cloud.
func New(o Options) *Azure {
	a := &Azure{environments: o.Environments, roots: o.Roots, hosts: hostsOf(o.Environments), patience: cmp.Or(o.Patience, usualPatience), retryDelay: 300 * time.Millisecond,
		now: o.Now, newID: o.NewID, log: cmp.Or(o.Log, slog.New(slog.DiscardHandler)), trouble: o.Trouble}
	a.description = describe(o.Environments)
	a.client = a.newClient(nil)
	a.tenants = newTenantFinder(a.client, o.Now)
	return a
}

// Describe implements cloud.Cloud.
func (a *Azure) Describe() cloud.Description { return a.description }

func describe(environments []Environment) cloud.Description {
	d := cloud.Description{
		Key: Key, Name: "Microsoft Azure", ShortName: "Azure",
		Account:          cloud.Noun{One: "subscription", Many: "subscriptions", ID: "Subscription ID"},
		Parent:           cloud.Noun{One: "directory", Many: "directories", ID: "Directory (tenant) ID"},
		EnvironmentLabel: "Azure cloud", EnvironmentHint: "The one you sign in to.",
		Methods: []cloud.Method{{
			Key: MethodApp, Name: "App registration with a certificate", Stages: appStages,
			When: "Mooring signs in as an application in your directory, with only the role you assign to it.",
			Help: "link-azure#in-the-portal", Needs: cloud.Leaf,
			Fields: []cloud.Field{subscriptionLine, clientLine, pastedBox, tenantLine, objectLine, keyLine}, AccountField: fieldSubscription, ParentField: fieldTenant,
		}},
	}
	classic := false
	for _, e := range environments {
		d.Environments = append(d.Environments, cloud.Option{Key: e.Key, Name: e.Name})
		classic = classic || e.Classic != ""
	}
	if classic {
		d.Methods = append(d.Methods, cloud.Method{
			Key: MethodClassic, Name: "Management certificate (classic)", Stages: classicStages,
			When: "Legacy method, retired by Azure on 31 August 2024. Use it only with a private endpoint that still supports it.",
			Help: "link-azure-classic#upload-the-certificate", Needs: cloud.Leaf,
			Fields: []cloud.Field{subscriptionLine}, AccountField: fieldSubscription, ParentField: fieldSubscription,
		})
	}
	return d
}

func (a *Azure) environment(key string) (Environment, bool) {
	for _, e := range a.environments {
		if e.Key == key {
			return e, true
		}
	}
	return Environment{}, false
}
