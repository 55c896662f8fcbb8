// Package google links Google Cloud projects without a key: with a certificate that a
// workload identity pool trusts (X.509), or with one that a service account has. It
// signs in, then asks for the project and for what it may do there. Everything it
// sends only reads.
package google

import (
	"cmp"
	"log/slog"
	"slices"

	"mooring/cloud"
	"mooring/cloud/staged"
)

// Key is the provider's key in URLs and in the database.
const Key = "google"

// The ways to link.
const (
	MethodCertificate = "certificate" // a workload identity pool trusts the link's authority
	MethodKey         = "key"         // a service account has the account's certificate as a key
)

// The fields of the form. Databases, the API and other people's scripts keep them.
const (
	fieldPasted   = "pasted" // what the guide's command prints
	fieldProject  = "project_id"
	fieldNumber   = "project_number"
	fieldProvider = "provider"
	fieldAccount  = "service_account"
)

var (
	projectLine = cloud.Field{Key: fieldProject, Label: "Project ID", Fills: cloud.Account, Optional: true, Mono: true,
		Hint: "Leave it empty if you paste the output. It looks like acme-prod-123456. The project's name and number don't work here."}
	pastedBox = cloud.Field{Key: fieldPasted, Label: "Command output", Kind: cloud.Paste, Optional: true, Mono: true,
		Hint: "Paste all of it. It fills in the fields below."}
	providerLine = cloud.Field{Key: fieldProvider, Label: "Provider", Optional: true, Mono: true,
		Hint: "It looks like projects/123456789012/locations/global/workloadIdentityPools/mooring-abc/providers/mooring-abc."}
	accountLine = cloud.Field{Key: fieldAccount, Label: "Service account", Optional: true, Mono: true,
		Hint: "Only if Mooring signs in as one, or acts as one. It looks like mooring@acme-prod-123456.iam.gserviceaccount.com."}
	numberLine = cloud.Field{Key: fieldNumber, Label: "Project number", Optional: true, Mono: true,
		Hint: "You can leave this empty. With it, each check also compares the number."}
)

// The stages, in the order they run.
const (
	stageKey         = "key"
	stageToken       = "token"
	stageProject     = "project"
	stagePermissions = "permissions"
	stageCondition   = "condition"
)

var (
	certificateStages = []cloud.Stage{
		{Key: stageToken, Name: "Sign in", SignsIn: true},
		{Key: stageProject, Name: "Open the project"},
		{Key: stagePermissions, Name: "Permissions", Advisory: true},
		{Key: stageCondition, Name: "Refuse other certificates", Advisory: true},
	}
	keyStages = []cloud.Stage{
		{Key: stageKey, Name: "Find the certificate"},
		{Key: stageToken, Name: "Sign in", SignsIn: true},
		{Key: stageProject, Name: "Open the project"},
		{Key: stagePermissions, Name: "Permissions", Advisory: true},
	}
)

// Google is the cloud. It holds no secret.
type Google struct {
	client      *Client
	checks      *staged.Checks
	description cloud.Description
	console     Console
}

var (
	_ cloud.Cloud        = (*Google)(nil)
	_ cloud.Truster      = (*Google)(nil)
	_ cloud.Cleaner      = (*Google)(nil)
	_ cloud.RightsLister = (*Google)(nil)
	_ cloud.Answerer     = (*Google)(nil)
)

// New makes the cloud.
func New(o Options) *Google {
	client := NewClient(o)
	return &Google{client: client, description: describe(), console: o.Console, checks: &staged.Checks{Catalogue: &catalogue,
		Stages: slices.Concat(certificateStages, keyStages), Patience: o.Patience, Now: client.now, Log: cmp.Or(o.Log, slog.New(slog.DiscardHandler)),
		Clean: clean, Learned: learned, ClockCodes: clockCodes}}
}

// Describe implements cloud.Cloud.
func (g *Google) Describe() cloud.Description { return g.description }

func describe() cloud.Description {
	return cloud.Description{
		Key: Key, Name: "Google Cloud", ShortName: "Google Cloud",
		Account: cloud.Noun{One: "project", Many: "projects", ID: "Project ID"},
		Methods: []cloud.Method{{
			Key: MethodCertificate, Name: "Certificate (Workload Identity Federation)", Stages: certificateStages,
			When: "Mooring signs in with a certificate that a workload identity pool in your project trusts.",
			Help: "link-google#with-one-command", Needs: cloud.Chain,
			Fields: []cloud.Field{pastedBox, projectLine, providerLine, accountLine, numberLine}, AccountField: fieldProject, ParentField: fieldProject,
		}, {
			Key: MethodKey, Name: "Service account with Mooring's certificate", Stages: keyStages,
			When: "Mooring signs in as a service account to which you upload a certificate. Many organizations block this.",
			Help: "link-google#with-a-service-account-key", Needs: cloud.Leaf,
			Fields: []cloud.Field{pastedBox, projectLine, accountLine, numberLine}, AccountField: fieldProject, ParentField: fieldProject,
		}},
	}
}
