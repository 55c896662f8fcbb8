package main

import (
	"context"
	"encoding/base32"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net"
	"net/url"
	"os"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/pkg/browser"

	"mooring/account"
	"mooring/audit"
	"mooring/cloud"
	"mooring/cloud/aws"
	"mooring/cloud/azure"
	"mooring/cloud/azure/azuresim"
	"mooring/db"
	"mooring/handlers"
	"mooring/secret"
	"mooring/views"
)

// The people of the demo world. They are sample data and exist nowhere else.
const demoPassword = "mooring-demo"

const demoOrganization = "harbor"

// demoStart is the moment at which every demo begins.
var demoStart = time.Date(2026, time.November, 23, 9, 0, 0, 0, time.UTC)

// demoSettings are what one can say about the demo.
type demoSettings struct {
	listen, portalListen, consoleListen, logLevel string
	open, asJSON                                  bool
	linked                                        int

	between func(own trouble) trouble // as in cloudStart
}

func (s *settings) demoFlags(v *demoSettings) {
	s.StringVar(&v.listen, "listen", "127.0.0.1:8080", "address and port for Mooring; port 0 picks a free one")
	s.StringVar(&v.portalListen, "portal-listen", "127.0.0.1:0", "address and port for the simulated Azure portal")
	s.StringVar(&v.consoleListen, "console-listen", "127.0.0.1:0", "address and port for the simulated AWS console")
	s.BoolVar(&v.open, "open", false, "open a browser")
	s.BoolVar(&v.asJSON, "json", false, "print one line of JSON when the demo is ready")
	s.IntVar(&v.linked, "linked", demoLinked, "how many subscriptions other people have already linked")
	s.StringVar(&v.logLevel, "log-level", "error", "debug, info, warn or error")
	s.fromEnv("listen", "portal-listen", "console-listen", "log-level")
}

// demo starts the product on a fresh database, with simulated clouds behind it. Clock, ids, keys and data are the same every time.
func demo(ctx context.Context, c *cli, args []string) error {
	var v demoSettings
	s := c.settings("demo", "start a demo with simulated clouds, on a temporary database")
	s.demoFlags(&v)
	if err := s.parse(args, 0); err != nil {
		return err
	}
	if v.linked < 0 || v.linked > mostDemoLinked {
		return usagef("--linked: specify a number from 0 to %d", mostDemoLinked)
	}
	log, err := newLog(c.stderr, v.logLevel)
	if err != nil {
		return err
	}
	for _, line := range c.unknown {
		log.Warn(line)
	}
	at, err := parseListen(v.listen)
	if err != nil {
		return err
	}
	if at.network != "tcp" {
		return usagef("--listen: the demo is for a browser on this machine; write an address and port such as 127.0.0.1:8080")
	}
	listener, err := at.open(c.getenv)
	if err != nil {
		return err
	}
	defer listener.Close()
	public, err := serveSettings{listen: v.listen}.public(listener.Addr())
	if err != nil {
		return usagef("the demo is for this machine only, and %s is reachable from elsewhere", v.listen)
	}
	for flag, address := range map[string]string{"portal-listen": v.portalListen, "console-listen": v.consoleListen} {
		if host, _, err := net.SplitHostPort(address); err != nil || !net.ParseIP(host).IsLoopback() {
			return usagef("--%s: %q is not an address of this machine only, such as 127.0.0.1:0", flag, address)
		}
	}
	folder, err := os.MkdirTemp("", "mooring-demo-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(folder)
	w, err := newDemoWorld(ctx, folder, v, public, demoClock(), log)
	if err != nil {
		return err
	}
	defer w.close()
	return w.serve(ctx, v.linked, listener, func() error { return w.announce(c, v) })
}

// demoWorld is Mooring with simulated clouds.
type demoWorld struct {
	database  *db.DB
	simulator *azuresim.Simulator
	clouds    []demoCloud // beside Azure's
	house     *house
	parts     parts // of house
	front     handlers.Config
	log       *slog.Logger
}

func newDemoWorld(ctx context.Context, folder string, v demoSettings, public *url.URL, now func() time.Time, log *slog.Logger) (*demoWorld, error) {
	ids := newDemoIDs()
	w := &demoWorld{log: log}
	var err error
	if w.database, err = db.Open(ctx, dataFolder{folder: folder}.database()); err != nil {
		return nil, err
	}
	ring := secret.NewRing()
	if err := w.database.BeginAuditLog(ctx, audit.NewNotary(ring)); err != nil {
		w.close()
		return nil, err
	}
	if err := w.simulate(v, now); err != nil {
		w.close()
		return nil, err
	}
	azureCloud := azure.New(azure.Options{Environments: w.environments(), Roots: w.simulator.CA(), Now: now, NewID: randomID, Log: log, Trouble: cloudStart{between: v.between}.trouble(w.simulator.Trouble)})
	linkable := []cloud.Cloud{azureCloud}
	for _, simulated := range w.clouds {
		linkable = append(linkable, simulated.cloud)
	}
	passkeys, passkeyURL, err := passkeysAt(public)
	if err != nil {
		w.close()
		return nil, err
	}
	p := parts{database: w.database, ring: ring, clouds: registryOf(linkable...), policy: account.Policy{Passwords: true},
		passkeys: passkeys, public: public, now: now, newID: ids.word, newKey: demoKeys(), names: newDemoIDs(), log: log,
		limits: limits{credentials: mostDemoLinked}}
	w.parts, w.house = p, build(p)
	w.front = w.house.front(p)
	w.front.PasskeyURL = passkeyURL
	w.front.Demo = &handlers.Demo{Clouds: w.consoles(), Emails: demoPeople(v.linked), Gallery: gallery()}
	return w, nil
}

// simulate starts the clouds.
func (w *demoWorld) simulate(v demoSettings, now func() time.Time) (err error) {
	cannot := func(flag, address string, err error) error {
		var listening *net.OpError
		if errors.As(err, &listening) && listening.Op == "listen" {
			return cannotListen(flag, address, err)
		}
		return err
	}
	w.simulator, err = azuresim.Start(azuresim.Options{Now: now, NewID: newDemoIDs().guid, PortalListen: v.portalListen, Fleet: fleetSize(v.linked), Codes: codesOf(azure.New(azure.Options{}))})
	if err != nil {
		return cannot("portal-listen", v.portalListen, err)
	}
	for _, known := range demoClouds {
		console := "127.0.0.1:0"
		if known.flag != "" {
			console = v.consoleListen
		}
		started, err := known.start(cloudStart{console: console, fleet: fleetSize(v.linked), now: now, log: w.log, between: v.between})
		if err != nil {
			return cannot(known.flag, console, err)
		}
		w.clouds = append(w.clouds, started)
	}
	return nil
}

// consoles lead to the simulated clouds.
func (w *demoWorld) consoles() []views.DemoCloud {
	portal := w.simulator.PortalURL()
	all := []views.DemoCloud{{Name: "Microsoft Azure", Links: []views.Link{
		{Text: "Simulated Azure portal", Path: portal}, {Text: "Cloud Shell", Path: portal + "/cloud-shell"}, {Text: "What each subscription does", Path: portal + "/stories"}}}}
	for _, simulated := range w.clouds {
		all = append(all, views.DemoCloud{Name: simulated.cloud.Describe().Name, Links: simulated.links})
	}
	return all
}

// consoleURLs are the addresses of the simulated consoles, by the key of their cloud.
func (w *demoWorld) consoleURLs() map[string]string {
	all := map[string]string{azure.Key: w.simulator.PortalURL()}
	for _, simulated := range w.clouds {
		all[simulated.cloud.Describe().Key] = simulated.console
	}
	return all
}

func (w *demoWorld) close() {
	for _, simulated := range w.clouds {
		_ = simulated.close()
	}
	if w.simulator != nil {
		_ = w.simulator.Close()
	}
	_ = w.database.Close()
}

// codesOf lists the error codes of a cloud's catalogue, which its simulator suggests.
func codesOf(c cloud.Cloud) []string {
	var codes []string
	for _, e := range c.Catalogue() {
		if e.Reason == "" {
			codes = append(codes, e.Code)
		}
	}
	return codes
}

// environments points Azure's names at the simulator.
func (w *demoWorld) environments() []azure.Environment {
	environments := azure.Environments()
	for i := range environments {
		e := &environments[i]
		simulated := w.simulator.Endpoints(e.Key)
		e.Authority, e.ResourceManager = simulated.Authority, simulated.ResourceManager
		e.Audience, e.Classic = simulated.Audience, simulated.Classic
		e.Graph, e.GraphAudience = simulated.Graph, simulated.GraphAudience
		portal := w.simulator.PortalURL()
		e.Portal = azure.Portal{AppRegistrations: portal + "/apps", Subscriptions: portal + "/subscriptions", CloudShell: portal + "/cloud-shell"}
	}
	return environments
}

var demoEmails = []string{"owner@demo.example", "member@demo.example", "viewer@demo.example", "admin@demo.example"}

// demoPeople are those who can sign in. Bruno is there when he has linked something.
func demoPeople(linked int) []string {
	if linked == 0 {
		return demoEmails
	}
	return append(slices.Clone(demoEmails), demoNeighbourMail)
}

// signInAs says who can sign in, one on each line.
func signInAs(linked int) string {
	roles := []string{"owns " + demoOrganization, "member of " + demoOrganization, "viewer of " + demoOrganization, "site administrator", "owns " + demoNeighbour}
	var list strings.Builder
	for i, email := range demoPeople(linked) {
		fmt.Fprintf(&list, "%-16s %s (%s)\n", map[bool]string{true: "Sign in as"}[i == 0], email, roles[i])
	}
	return list.String()
}

// populate adds the demo's people, makes their accounts' certificates in a
// fixed order, and has the simulated applications trust harbor's, as somebody
// would have done in the portal.
func (w *demoWorld) populate(ctx context.Context) error {
	owner, err := w.add(ctx, "Olivia Owner", demoEmails[0], demoOrganization, false)
	if err != nil {
		return err
	}
	harbor := owner.Joins[len(owner.Joins)-1].Account
	certificate, err := w.house.certificates.Active(ctx, harbor.ID)
	if err != nil {
		return err
	}
	if err := w.simulator.Trust(certificate.DER); err != nil {
		return err
	}
	if _, err := w.add(ctx, "Max Member", demoEmails[1], "", false, account.Membership{Account: harbor, Role: account.Member}); err != nil {
		return err
	}
	if _, err := w.add(ctx, "Vera Viewer", demoEmails[2], "", false, account.Membership{Account: harbor, Role: account.Viewer}); err != nil {
		return err
	}
	_, err = w.add(ctx, "Ada Admin", demoEmails[3], "", true)
	return err
}

// add adds a person and makes the certificate of their own account.
func (w *demoWorld) add(ctx context.Context, name, email, organization string, admin bool, joins ...account.Membership) (account.NewPerson, error) {
	form := account.Newcomer{Email: email, Name: name, Organization: organization, Password: demoPassword}
	person, err := w.house.accounts.Add(ctx, form, admin, joins, audit.BySystem())
	if err != nil {
		return account.NewPerson{}, err
	}
	_, err = w.house.certificates.Active(ctx, person.Joins[0].Account.ID)
	return person, err
}

// serve fills the world, says when it is ready, and serves it until ctx ends.
func (w *demoWorld) serve(ctx context.Context, linked int, listener net.Listener, ready func() error) error {
	front, err := handlers.New(w.front)
	if err != nil {
		return err
	}
	background, cancel := context.WithCancel(ctx)
	defer w.house.wait()
	defer cancel()
	w.house.fillPool(background)
	if err := w.populate(ctx); err != nil {
		return err
	}
	if err := w.link(ctx, linked); err != nil {
		return err
	}
	w.house.start(background)
	if err := ready(); err != nil {
		return err
	}
	return listenAndServe(ctx, listener, front, nil, w.log, nil)
}

func (w *demoWorld) announce(c *cli, v demoSettings) error {
	address, portal := w.front.PublicURL.String(), w.simulator.PortalURL()
	consoles := w.consoleURLs()
	galleryAddress := ""
	if w.front.Demo.Gallery != nil {
		galleryAddress = address + views.GalleryPath
	}
	if v.asJSON {
		return json.NewEncoder(c.stdout).Encode(map[string]any{
			"address": address, "portal": portal, "console": consoles[aws.Key], "consoles": consoles, "gallery": galleryAddress, "people": demoPeople(v.linked), "password": demoPassword,
		})
	}
	fmt.Fprintf(c.stdout, "Mooring          %s\nSimulated clouds %s\n", address, address+handlers.DemoPath)
	if galleryAddress != "" {
		fmt.Fprintf(c.stdout, "Gallery          %s\n", galleryAddress)
	}
	fmt.Fprintf(c.stdout, "\n%sPassword         %s\n\nCtrl+C ends the demo and removes its data.\n", signInAs(v.linked), demoPassword)
	if v.open {
		if err := browser.OpenURL(address); err != nil {
			fmt.Fprintf(c.stderr, "Could not open a browser: open %s yourself.\n", address)
		}
	}
	return nil
}

// demoClock starts at demoStart and runs on as clocks do.
func demoClock() func() time.Time {
	begin := time.Now()
	return func() time.Time { return demoStart.Add(time.Since(begin)) }
}

// demoIDs gives the same ids in the same order in every demo. Sessions and
// anything else that must not be guessed never take theirs from it.
type demoIDs struct {
	mu     sync.Mutex
	source *rand.ChaCha8
}

func newDemoIDs() *demoIDs {
	return &demoIDs{source: rand.NewChaCha8([32]byte([]byte("the ids of the demo of mooring!!")))}
}

// Read implements io.Reader.
func (d *demoIDs) Read(b []byte) (int, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.source.Read(b)
}

func (d *demoIDs) bytes(n int) []byte {
	b := make([]byte, n)
	_, _ = d.Read(b)
	return b
}

// word gives an id like randomID's.
func (d *demoIDs) word() string {
	return strings.ToLower(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(d.bytes(16)))
}

// guid gives an id like Azure's.
func (d *demoIDs) guid() string {
	b := d.bytes(16)
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80 // version 4
	s := hex.EncodeToString(b)
	return strings.Join([]string{s[:8], s[8:12], s[12:16], s[16:20], s[20:]}, "-")
}
