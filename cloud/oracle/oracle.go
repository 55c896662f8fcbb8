// Package oracle links Oracle Cloud tenancies with an API signing key: each request is
// signed with the key of the account's certificate, whose public half somebody added to
// a user. It asks for the user's own keys, the tenancy, its regions and its policies.
// Everything it sends only reads.
package oracle

import (
	"cmp"
	"context"
	"crypto/x509"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"

	"mooring/cloud"
	"mooring/cloud/staged"
)

// Key is the provider's key in URLs and in the database.
const Key = "oracle"

// MethodKey is the way to link: an API signing key of a user.
const MethodKey = "key"

// The fields of the form. Databases, the API and other people's scripts keep them.
const (
	fieldPasted  = "pasted" // what the guide's command prints, or the console's configuration file preview
	fieldTenancy = "tenancy_id"
	fieldUser    = "user_id"
	fieldRegion  = "region"
)

// fieldOf is the field that an OCID belongs in.
var fieldOf = map[kind]string{tenancyKind: fieldTenancy, userKind: fieldUser}

var formFields = []cloud.Field{
	{Key: fieldPasted, Label: "Command output or configuration file preview", Kind: cloud.Paste, Optional: true, Mono: true,
		Hint: "Paste all of it. It fills in the fields below."},
	{Key: fieldTenancy, Label: "Tenancy OCID", Fills: cloud.Account, Optional: true, Mono: true,
		Hint: "Leave it empty if you paste the output. It begins with ocid1.tenancy."},
	{Key: fieldUser, Label: "User OCID", Fills: cloud.Principal, Optional: true, Mono: true,
		Hint: "Of the user that has the key. It begins with ocid1.user."},
	{Key: fieldRegion, Label: "Region", Optional: true, Mono: true,
		Hint: "One that the tenancy is subscribed to, such as eu-frankfurt-1."},
}

// The stages, in the order they run.
const (
	stageSignIn      = "sign-in"
	stageTenancy     = "tenancy"
	stageRegions     = "regions"
	stagePermissions = "permissions"
)

var stages = []cloud.Stage{
	{Key: stageSignIn, Name: "Sign in", SignsIn: true},
	{Key: stageTenancy, Name: "Open the tenancy"},
	{Key: stageRegions, Name: "Regions", Advisory: true},
	{Key: stagePermissions, Name: "Permissions", Advisory: true},
}

// Options are what an operator sets, and what tests fix.
type Options struct {
	Roots    *x509.CertPool // nil: the machine's own
	Timeout  time.Duration  // for one request; 0: 8 seconds
	Patience time.Duration  // for one stage of a check; 0: 12 seconds
	Now      func() time.Time
	Log      *slog.Logger // gets why Oracle Cloud could not be reached; nil: nobody does

	// Console leads the guide's links elsewhere than to Oracle's console, for the demo.
	Console Console

	// Dial and Trouble are those of wire.Options.
	Dial    func(ctx context.Context, network, address string) (net.Conn, error)
	Trouble func(*http.Request) (code string)
}

// Console is where people open parts of the console. What is empty is Oracle's own.
type Console struct{ CloudShell, Domains, Policies string }

// Oracle is the cloud. It holds no secret.
type Oracle struct {
	client      *client
	checks      *staged.Checks
	description cloud.Description
	console     Console
}

var (
	_ cloud.Cloud        = (*Oracle)(nil)
	_ cloud.Truster      = (*Oracle)(nil)
	_ cloud.Cleaner      = (*Oracle)(nil)
	_ cloud.RightsLister = (*Oracle)(nil)
	_ cloud.Answerer     = (*Oracle)(nil)
	_ cloud.Renewer      = (*Oracle)(nil)
)

// New makes the cloud.
func New(o Options) *Oracle {
	if o.Now == nil {
		o.Now = time.Now
	}
	return &Oracle{client: newClient(o), description: describe(), console: o.Console, checks: &staged.Checks{Catalogue: &catalogue, Stages: stages,
		Patience: o.Patience, Now: o.Now, Log: cmp.Or(o.Log, slog.New(slog.DiscardHandler)), Clean: clean, Learned: learned, ClockCodes: clockCodes}}
}

// Describe implements cloud.Cloud.
func (o *Oracle) Describe() cloud.Description { return o.description }

func describe() cloud.Description {
	d := cloud.Description{
		Key: Key, Name: "Oracle Cloud", ShortName: "Oracle Cloud",
		Account:          cloud.Noun{One: "tenancy", Many: "tenancies", ID: "Tenancy OCID"},
		EnvironmentLabel: "Realm", EnvironmentFound: true,
		Methods: []cloud.Method{{
			Key: MethodKey, Name: "API signing key", Stages: stages, Help: "link-oracle#with-one-command",
			When:  "Mooring signs in as a user that you create, with the public key of a certificate.",
			Needs: cloud.Leaf, Takes: cloud.PublicKeyOnly, Fields: formFields, AccountField: fieldTenancy, ParentField: fieldTenancy,
		}},
	}
	for _, r := range Realms() {
		d.Environments = append(d.Environments, cloud.Option{Key: r.Key, Name: r.Name})
	}
	return d
}

// access is the way into a tenancy.
type access struct {
	tenancy, user ocid
	realm         Realm
	region        string
}

// accessOf is the way into the tenancy of a target.
func accessOf(target cloud.Target) (access, error) {
	a := access{region: target.SignIn.Values[fieldRegion]}
	var isTenancy, isUser, isRealm bool
	a.tenancy, isTenancy = parseOCID(target.Account)
	a.user, isUser = parseOCID(target.SignIn.Principal)
	a.realm, isRealm = FindRealm(a.tenancy.realm)
	switch {
	case !isTenancy || a.tenancy.kind != tenancyKind:
		return access{}, fmt.Errorf("oracle: %q isn't the OCID of a tenancy", target.Account)
	case !isUser || a.user.kind != userKind || a.user.realm != a.tenancy.realm:
		return access{}, fmt.Errorf("oracle: %q isn't the OCID of a user of that realm", target.SignIn.Principal)
	case !isRealm || a.host() == "":
		return access{}, fmt.Errorf("oracle: no host for realm %q and region %q", a.tenancy.realm, a.region)
	}
	return a, nil
}

func (a access) host() string { return a.realm.Host(a.region) }

// target is the target of a way into a tenancy.
func (a access) target() cloud.Target {
	return cloud.Target{Environment: a.realm.Key, Account: a.tenancy.text,
		SignIn: cloud.SignIn{Method: MethodKey, Principal: a.user.text, Values: map[string]string{fieldRegion: a.region}}}
}
