// Package digitalocean links DigitalOcean teams: a person signs in to DigitalOcean in the
// browser and consents there. What Mooring gets is a grant, which it keeps sealed and
// which each check replaces.
package digitalocean

import (
	"cmp"
	"context"
	"crypto/x509"
	"log/slog"
	"net"
	"net/http"
	"time"

	"mooring/cloud"
	"mooring/cloud/staged"
	"mooring/secret"
)

// Key is the provider's key in URLs and in the database.
const Key = "digitalocean"

// MethodConsent is the way to link.
const MethodConsent = "consent"

// fieldTeam is the field of the form. Nobody types it: what was consented to says it.
const fieldTeam = "team_id"

// The stages, in the order they run.
const (
	stageGrant       = "grant"
	stageTeam        = "team"
	stagePermissions = "permissions"
	stageRegions     = "regions"
)

var stages = []cloud.Stage{
	{Key: stageGrant, Name: "Use the grant", SignsIn: true},
	{Key: stageTeam, Name: "Team"},
	{Key: stagePermissions, Name: "Permissions", Advisory: true},
	{Key: stageRegions, Name: "Regions", Advisory: true},
}

// Options are what an operator sets, and what tests fix.
type Options struct {
	// ClientID and ClientSecret are those of an OAuth application that the operator
	// registered at DigitalOcean. Without an ID, Mooring registers itself when somebody
	// first links a team; without a secret, it is a public client.
	ClientID     string
	ClientSecret secret.Text

	Roots    *x509.CertPool // nil: the machine's own
	Timeout  time.Duration  // for one request; 0: 8 seconds
	Patience time.Duration  // for one stage of a check; 0: 12 seconds
	Now      func() time.Time
	Log      *slog.Logger // gets why DigitalOcean could not be reached; nil: nobody does

	// Site leads browsers elsewhere than to DigitalOcean's own site, for the demo.
	Site string

	// Dial and Trouble are those of wire.Options.
	Dial    func(ctx context.Context, network, address string) (net.Conn, error)
	Trouble func(*http.Request) (code string)
}

// DigitalOcean is the cloud.
type DigitalOcean struct {
	client      *Client
	clients     registrations
	description cloud.Description
	site        string
	checks      *staged.Checks
}

var (
	_ cloud.Cloud        = (*DigitalOcean)(nil)
	_ cloud.Consenter    = (*DigitalOcean)(nil)
	_ cloud.Cleaner      = (*DigitalOcean)(nil)
	_ cloud.RightsLister = (*DigitalOcean)(nil)
	_ cloud.Answerer     = (*DigitalOcean)(nil)
)

// New makes the cloud.
func New(o Options) *DigitalOcean {
	now := o.Now
	if now == nil {
		now = time.Now
	}
	return &DigitalOcean{client: NewClient(o), description: describe(), site: cmp.Or(o.Site, "https://"+siteHost),
		clients: registrations{own: o.ClientID, byRedirect: map[string]string{}},
		checks: &staged.Checks{Catalogue: &catalogue, Stages: stages, Patience: o.Patience, Now: now,
			Log: cmp.Or(o.Log, slog.New(slog.DiscardHandler)), Clean: clean, Learned: []string{CodeTeamLocked}}}
}

// Describe implements cloud.Cloud.
func (d *DigitalOcean) Describe() cloud.Description { return d.description }

func describe() cloud.Description {
	return cloud.Description{
		Key: Key, Name: "DigitalOcean", ShortName: "DigitalOcean",
		Account: cloud.Noun{One: "team", Many: "teams", ID: "Team ID"},
		Methods: []cloud.Method{{
			Key: MethodConsent, Name: "Consent (OAuth)", Stages: stages, Needs: cloud.Grant,
			When:         "You sign in to DigitalOcean in the browser, and allow Mooring to view a team.",
			Help:         "link-digitalocean#sign-in-and-choose-the-team",
			AccountField: fieldTeam, ParentField: fieldTeam,
			Fields: []cloud.Field{{Key: fieldTeam, Label: "Team ID", Fills: cloud.Account, Mono: true, Hint: "DigitalOcean says it when you consent."}},
		}},
	}
}
