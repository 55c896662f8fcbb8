// Package aws links Amazon Web Services accounts with a certificate, through IAM
// Roles Anywhere: it opens a session, then asks who it is, what it may do and which
// regions are on. Everything it sends only reads.
package aws

import (
	"cmp"
	"log/slog"

	"mooring/cloud"
	"mooring/cloud/staged"
)

// Key is the provider's key in URLs and in the database.
const Key = "aws"

// MethodCertificate is the way to link: a trust anchor for the link's authority, a
// role and a profile.
const MethodCertificate = "certificate"

// The fields of the form. Databases, the API and other people's scripts keep them.
const (
	fieldPasted  = "pasted" // what the guide's command prints
	fieldAnchor  = "trust_anchor_arn"
	fieldProfile = "profile_arn"
	fieldRole    = "role_arn"
)

// fieldOf is the field that an ARN belongs in.
var fieldOf = map[Kind]string{TrustAnchor: fieldAnchor, Profile: fieldProfile, Role: fieldRole}

// kinds are the three ARNs in the order of the screen.
var kinds = []Kind{TrustAnchor, Profile, Role}

var formFields = []cloud.Field{
	{Key: fieldPasted, Label: "Command output", Kind: cloud.Paste, Optional: true, Mono: true,
		Hint: "Paste all of it. It fills in the three ARNs below."},
	{Key: fieldAnchor, Label: "Trust anchor ARN", Optional: true, Mono: true,
		Hint: "Leave it empty if you paste the output. It looks like arn:aws:rolesanywhere:eu-central-1:111122223333:trust-anchor/aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee."},
	{Key: fieldProfile, Label: "Profile ARN", Optional: true, Mono: true,
		Hint: "Like the trust anchor's, with profile instead of trust-anchor."},
	{Key: fieldRole, Label: "Role ARN", Optional: true, Mono: true,
		Hint: "It looks like arn:aws:iam::111122223333:role/mooring."},
}

// The stages, in the order they run.
const (
	stageSession     = "session"
	stageIdentity    = "identity"
	stagePermissions = "permissions"
	stageRegions     = "regions"
	stageCondition   = "condition"
)

var stages = []cloud.Stage{
	{Key: stageSession, Name: "Open a session", SignsIn: true},
	{Key: stageIdentity, Name: "Account and role"},
	{Key: stagePermissions, Name: "Permissions", Advisory: true},
	{Key: stageRegions, Name: "Regions", Advisory: true},
	{Key: stageCondition, Name: "Refuse other certificates", Advisory: true},
}

// AWS is the cloud. It holds no secret.
type AWS struct {
	client      *Client
	checks      *staged.Checks
	description cloud.Description
	console     Console
}

var (
	_ cloud.Cloud        = (*AWS)(nil)
	_ cloud.Cleaner      = (*AWS)(nil)
	_ cloud.RightsLister = (*AWS)(nil)
	_ cloud.Answerer     = (*AWS)(nil)
)

// New makes the cloud.
func New(o Options) *AWS {
	client := NewClient(o)
	return &AWS{client: client, description: describe(), console: o.Console, checks: &staged.Checks{Catalogue: &catalogue, Stages: stages,
		Patience: o.Patience, Now: client.now, Log: cmp.Or(o.Log, slog.New(slog.DiscardHandler)), Clean: clean, Learned: learned, ClockCodes: clockCodes}}
}

// Describe implements cloud.Cloud.
func (a *AWS) Describe() cloud.Description { return a.description }

func describe() cloud.Description {
	d := cloud.Description{
		Key: Key, Name: "Amazon Web Services", ShortName: "AWS",
		Account:          cloud.Noun{One: "AWS account", Many: "AWS accounts", ID: "Account ID"},
		EnvironmentLabel: "Partition", EnvironmentFound: true,
		Methods: []cloud.Method{{
			Key: MethodCertificate, Name: "Certificate (IAM Roles Anywhere)", Stages: stages,
			When: "Mooring signs in with a certificate, as a role that you create in your account.",
			Help: "link-aws#with-one-command", Needs: cloud.Chain, Fields: formFields, AccountField: fieldAnchor, ParentField: fieldAnchor,
		}},
	}
	for _, p := range Partitions() {
		d.Environments = append(d.Environments, cloud.Option{Key: p.Key, Name: p.Name})
	}
	return d
}

// accessOf is the way into the account of a target.
func accessOf(target cloud.Target) (Access, []*ARNError) {
	values := target.SignIn.Values
	return ParseAccess(values[fieldAnchor], values[fieldProfile], values[fieldRole])
}

// targetOf is the target of a way into an account.
func targetOf(a Access) cloud.Target {
	return cloud.Target{Environment: a.Partition(), Account: a.Account(), SignIn: cloud.SignIn{Method: MethodCertificate, Principal: a.Role.String(),
		Values: map[string]string{fieldAnchor: a.TrustAnchor.String(), fieldProfile: a.Profile.String(), fieldRole: a.Role.String()}}}
}
