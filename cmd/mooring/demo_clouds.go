package main

import (
	"context"
	"log/slog"
	"net/http"
	"net/url"
	"time"

	"mooring/cloud"
	"mooring/cloud/aws"
	"mooring/cloud/aws/awssim"
	"mooring/cloud/digitalocean"
	"mooring/cloud/digitalocean/dosim"
	"mooring/cloud/google"
	"mooring/cloud/google/googlesim"
	"mooring/cloud/oracle"
	"mooring/cloud/oracle/oraclesim"
	"mooring/credential"
	"mooring/views"
)

// demoCloud is a simulated cloud of the demo. The one of Azure is older, and
// demoWorld.simulator.
type demoCloud struct {
	cloud   cloud.Cloud
	console string       // its address
	links   []views.Link // to parts of the console
	close   func() error

	// ship links the n'th account of the fleet, as somebody does who follows the page.
	ship func(ctx context.Context, h *house, r credential.Request, n int) error
}

// cloudStart is what a simulated cloud starts with.
type cloudStart struct {
	console string // address to listen on
	fleet   int
	now     func() time.Time
	log     *slog.Logger

	// between stands between Mooring and the clouds, and may keep requests from being
	// sent, as their own Trouble does; nil: nothing does.
	between func(own trouble) trouble
}

// trouble gives the code of what keeps a request from being sent: see wire.Options.
type trouble = func(*http.Request) (code string)

// trouble is own with what stands before it.
func (o cloudStart) trouble(own trouble) trouble {
	if o.between == nil {
		return own
	}
	return o.between(own)
}

// demoClouds start the simulated clouds beside Azure's, in the order of the page that
// leads to them. Each is one line.
var demoClouds = []struct {
	flag  string // that says where its console listens; empty: at a free port
	start func(cloudStart) (demoCloud, error)
}{
	{"console-listen", startAWS},
	{"", startGoogle},
	{"", startOracle},
	{"", startDigitalOcean},
}

func startAWS(o cloudStart) (demoCloud, error) {
	s, err := awssim.Start(awssim.Options{Now: o.now, NewID: newDemoIDs().guid, Console: o.console, Fleet: o.fleet, Codes: codesOf(aws.New(aws.Options{}))})
	if err != nil {
		return demoCloud{}, err
	}
	console := s.ConsoleURL()
	return demoCloud{
		cloud: aws.New(aws.Options{Roots: s.CA(), Dial: s.Dial, Now: o.now, Log: o.log, Trouble: o.trouble(s.Trouble),
			Console: aws.Console{CloudShell: console, RolesAnywhere: console, IAM: console}}),
		console: console, close: s.Close,
		links: []views.Link{{Text: "Simulated AWS console, and what each account does", Path: console},
			{Text: "CloudShell of an account that connects", Path: console + "/accounts/" + awssim.Working + "/cloudshell"}},
		ship: func(ctx context.Context, h *house, r credential.Request, n int) error {
			ship := awssim.Fleet(n)
			return h.linkChained(ctx, r, aws.Key, ship.Name, aws.MethodCertificate, func(name, authority string) (map[string]string, error) {
				made, err := s.Link(ship.Number, name, authority)
				return map[string]string{"trust_anchor_arn": made.TrustAnchor, "profile_arn": made.Profile, "role_arn": made.Role}, err
			})
		},
	}, nil
}

func startGoogle(o cloudStart) (demoCloud, error) {
	s, err := googlesim.Start(googlesim.Options{Now: o.now, Console: o.console, Fleet: o.fleet, Codes: codesOf(google.New(google.Options{}))})
	if err != nil {
		return demoCloud{}, err
	}
	console := s.ConsoleURL()
	return demoCloud{
		cloud: google.New(google.Options{Roots: s.CA(), Dial: s.Dial, Now: o.now, Log: o.log, Trouble: o.trouble(s.Trouble),
			Console: google.Console{CloudShell: console, ServiceAccounts: console}}),
		console: console, close: s.Close,
		links: []views.Link{{Text: "Simulated Google Cloud console, and what each project does", Path: console},
			{Text: "Cloud Shell of a project that connects", Path: console + "/projects/" + googlesim.Working + "/cloudshell"}},
		ship: func(ctx context.Context, h *house, r credential.Request, n int) error {
			ship := googlesim.Fleet(n)
			return h.linkChained(ctx, r, google.Key, ship.Name, google.MethodCertificate, func(name, authority string) (map[string]string, error) {
				made, err := s.Link(ship.ID, name, authority)
				return map[string]string{"project_id": made.ProjectID, "project_number": made.ProjectNumber, "provider": made.Provider, "service_account": made.ServiceAccount}, err
			})
		},
	}, nil
}

func startOracle(o cloudStart) (demoCloud, error) {
	s, err := oraclesim.Start(oraclesim.Options{Now: o.now, NewID: newDemoIDs().word, Console: o.console, Fleet: o.fleet, Codes: codesOf(oracle.New(oracle.Options{}))})
	if err != nil {
		return demoCloud{}, err
	}
	console := s.ConsoleURL()
	return demoCloud{
		cloud: oracle.New(oracle.Options{Roots: s.CA(), Dial: s.Dial, Now: o.now, Log: o.log, Trouble: o.trouble(s.Trouble),
			Console: oracle.Console{CloudShell: console, Domains: console, Policies: console}}),
		console: console, close: s.Close,
		links: []views.Link{{Text: "Simulated Oracle Cloud console, and what each tenancy does", Path: console},
			{Text: "Cloud Shell of a tenancy that connects", Path: console + "/tenancies/" + oraclesim.Working + "/cloud-shell"}},
		ship: func(ctx context.Context, h *house, r credential.Request, n int) error {
			ship := oraclesim.Fleet(n)
			active, err := h.certificates.Active(ctx, r.AccountID)
			if err != nil {
				return err
			}
			made, err := s.Link(ship.ID, "mooring", string(active.PublicKeyPEM()))
			if err != nil {
				return err
			}
			form := cloud.Form{Label: ship.Name, Method: oracle.MethodKey, Values: map[string]string{"tenancy_id": made.Tenancy, "user_id": made.User, "region": made.Region}}
			_, err = h.credentials.Link(ctx, r, oracle.Key, &form, false)
			return err
		},
	}, nil
}

func startDigitalOcean(o cloudStart) (demoCloud, error) {
	s, err := dosim.Start(dosim.Options{Now: o.now, Console: o.console, Fleet: o.fleet, Codes: codesOf(digitalocean.New(digitalocean.Options{}))})
	if err != nil {
		return demoCloud{}, err
	}
	console := s.ConsoleURL()
	c := digitalocean.New(digitalocean.Options{Roots: s.CA(), Dial: s.Dial, Now: o.now, Log: o.log, Trouble: o.trouble(s.Trouble), Site: console})
	return demoCloud{
		cloud: c, console: console, close: s.Close,
		links: []views.Link{{Text: "Simulated DigitalOcean, and what each team does", Path: console}},
		ship: func(ctx context.Context, h *house, r credential.Request, n int) error {
			begun, err := c.Consent(ctx, "http://localhost/cloud-providers/"+digitalocean.Key+"/callback")
			if err != nil {
				return err
			}
			query, err := s.Consent(begun.Address, dosim.Fleet(n).ID)
			if err != nil {
				return err
			}
			returned, err := url.ParseQuery(query)
			if err != nil {
				return err
			}
			given, err := c.Consented(ctx, begun, returned)
			if err != nil {
				return err
			}
			_, err = h.credentials.LinkConsented(ctx, r, digitalocean.Key, given)
			return err
		},
	}, nil
}

// linkChained links what trusts an authority of the link's own, as somebody does who
// runs the command: make makes what the command makes, and gives what it prints.
func (h *house) linkChained(ctx context.Context, r credential.Request, provider, label, method string, make func(name, authority string) (map[string]string, error)) error {
	authority, err := h.certificates.Draft(ctx, r.AccountID, provider, r.Actor)
	if err != nil {
		return err
	}
	values, err := make(authority.LinkName, string(authority.PEM()))
	if err != nil {
		return err
	}
	form := cloud.Form{Label: label, Method: method, Draft: authority.ID, Values: values}
	_, err = h.credentials.Link(ctx, r, provider, &form, false)
	return err
}
