package browser

import (
	"cmp"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"time"

	"mooring/cloud/azure/azuresim"
)

// Outcome is what the page of a linked subscription has to say.
type Outcome struct {
	Word        string // of the status
	Code        string // of the stage that tells something; "" if none does
	Traced      bool   // trace and correlation IDs are there to quote
	Unknown     bool   // a code that the help does not know
	Help        string // the entry of the help, if it is not the code's own
	environment string // if another one is chosen than the right one
	method      string
}

// The words of statuses.
const (
	Connected = "Connected"
	Warned    = "Connected with a warning"
	waiting   = "Waiting for Azure"
	attention = "Needs attention"
	untold    = "Not checked"
)

// Outcomes tells what a person meets who links each scripted subscription.
// Those that change while they wait have tests of their own.
var Outcomes = map[string]Outcome{
	"Tide Tables":   {Word: Connected},
	"Dry Dock":      {Word: Connected},
	"Harbor Master": {Word: Warned},
	"New Pier":      {Word: Connected, Code: "MissingSubscriptionRegistration"},
	"Old Charts":    {Word: Connected},
	"Sealed Log":    {Word: Connected, Code: "AuthorizationFailed", Traced: true, Help: "RightsUnknown"},
	"Storm Warning": {Word: Warned},
	"Unpaid Berth":  {Word: Warned},
	"Potomac":       {Word: Connected},
	"Pearl River":   {Word: attention, Code: "SubscriptionNotFound", Traced: true, environment: "public"},
	"Engine Room":   {Word: Connected, Code: "AuthorizationFailed", Traced: true, Help: "RightsUnknown"},

	"Lost Buoy":        {Word: attention, Code: "SubscriptionNotFound", Traced: true},
	"Sunken Directory": {Word: attention, Code: "AADSTS90002", Traced: true},
	"Ghost Ship":       {Word: waiting, Code: "AADSTS700016", Traced: true},
	"Locked Gate":      {Word: waiting, Code: "AuthorizationFailed", Traced: true},
	"Empty Key Board":  {Word: waiting, Code: "AADSTS700027", Traced: true},
	"Rusty Key":        {Word: attention, Code: "AADSTS700027", Traced: true, Help: "AADSTS700027, expired"},
	"Slow Clock":       {Word: attention, Code: "AADSTS700024", Traced: true},
	"Laid-up Boat":     {Word: attention, Code: "AADSTS7000112", Traced: true},
	"Missing Crew":     {Word: waiting, Code: "AADSTS7000229", Traced: true},
	"Customs":          {Word: attention, Code: "AADSTS53003", Traced: true},
	"Changed Flag":     {Word: attention, Code: "InvalidAuthenticationTokenTenant", Traced: true},

	"Chained Quay":     {Word: attention, Code: "SubscriptionDisabled"},
	"Scrapped Hull":    {Word: attention, Code: "SubscriptionDeleted"},
	"Fogbound":         {Word: untold, Code: "ServiceUnavailable", Traced: true},
	"Closed Gatehouse": {Word: untold, Code: "AADSTS90033", Traced: true},
	"Crowded Channel":  {Word: untold, Code: "TooManyRequests", Traced: true},
	"Wrong Signal":     {Word: untold, Code: "UnexpectedAnswer"},
	"Dead Calm":        {Word: untold, Code: "TimedOut"},
	"Strange Flag":     {Word: attention, Code: "AADSTS999999", Traced: true, Unknown: true},
	"Strange Signal":   {Word: attention, Code: "TideTableMismatch", Traced: true, Unknown: true},
	"False Beacon":     {Word: attention, Code: "OtherSubscription"},
	"Foreign Waters":   {Word: attention, Code: "AADSTS900382", Traced: true},

	"Old Lock":    {Word: attention, Code: "ForbiddenError", method: "classic"},
	"Retired Tug": {Word: attention, Code: "SubscriptionDisabled", method: "classic"},
	"Busy Lock":   {Word: untold, Code: "ServerBusy", method: "classic"},
}

// LinkByForm posts the form as a page without script does, and gives the path
// of the credential's page.
func (b *Tab) LinkByForm(w *World, s azuresim.Scripted, o Outcome) string {
	b.T.Helper()
	answer := b.Fetch(http.MethodPost, w.Address+CredentialsPath, url.Values{
		"label": {s.Name}, "subscription_id": {s.SubscriptionID}, "client_id": {s.ClientID}, "verify": {"yes"},
		"environment": {cmp.Or(o.environment, s.Environment)}, "method": {cmp.Or(o.method, "app")},
	})
	if answer.StatusCode != http.StatusSeeOther {
		b.T.Fatalf("linking %s answered %s", s.Name, answer.Status)
	}
	return answer.Header.Get("Location")
}

// Problem is the summary above a form that came back.
const Problem = `[data-testid="summary"]`

// Everything is all that the page holds, what is typed included.
const Everything = `() => document.documentElement.outerHTML +
	[...document.querySelectorAll('input, textarea')].map(e => e.value).join('\n')`

// Working is the subscription that a person links by hand.
var Working = azuresim.Script()[0]

// AddCredentials opens the dialog of Microsoft Azure.
func (b *Tab) AddCredentials() {
	b.T.Helper()
	b.AddCredentialsFor("Microsoft Azure", "Azure credentials")
}

// AddCredentialsFor opens the dialog of a provider, which has this heading.
func (b *Tab) AddCredentialsFor(provider, heading string) {
	b.T.Helper()
	b.Click("link", "Add credentials for "+provider)
	b.Find("dialog", heading)
	b.Until("the focus in the dialog", func() bool {
		return Get[bool](b, "() => document.querySelector('dialog[open]').contains(document.activeElement)")
	})
}

// Closed waits until the dialog is closed and everything that follows is done.
func (b *Tab) Closed() {
	b.T.Helper()
	b.Until("the dialog to close", func() bool {
		return b.Count("#dialog:not([open]):empty") == 1 && b.Count(".htmx-request, .htmx-added, .htmx-settling, .htmx-swapping") == 0
	})
}

// Download presses the button and gives the file, once it is complete.
func (b *Tab) Download(names <-chan string, folder string) (name string, content []byte) {
	b.T.Helper()
	b.Click("link", "Download management certificate")
	select {
	case name = <-names:
	case <-time.After(Patience):
		b.T.Fatal("nothing was downloaded")
	}
	content, err := os.ReadFile(filepath.Join(folder, name))
	if err != nil {
		b.T.Fatal(err)
	}
	return name, content
}

// Register makes the application in the portal, uploads the certificate and
// gives it the Reader role on the working subscription. It returns the client
// ID, which it tells from the object ID.
func (b *Tab) Register(w *World, certificate string) string {
	b.T.Helper()
	b.Fill("Name", "mooring for harbor")
	b.Shown("portal-register")
	b.Follow("button", "Register")
	client, object := b.Text("#client-id"), b.Text("#object-id")
	if client == "" || client == object {
		b.T.Fatalf("client ID %q, object ID %q", client, object)
	}
	b.attachFile("#certificate", certificate)
	b.Leads(func() { b.FindIn("#certificates", "button", "Add").Click() })
	b.Shown("portal-application")
	b.Open(w.Consoles["azure"] + "/subscriptions/" + Working.SubscriptionID)
	b.Follow("button", "Add role assignment")
	b.SeesIn("#access-control", "Reader mooring for harbor")
	b.Shown("portal-subscription")
	return client
}

// Scripted finds a subscription of the demo's script.
func Scripted(name string) azuresim.Scripted {
	for _, s := range azuresim.Script() {
		if s.Name == name {
			return s
		}
	}
	panic("the script has no " + name)
}

// Save fills in the dialog for a scripted subscription and presses the button.
func (b *Tab) Save(s azuresim.Scripted, button string) {
	b.T.Helper()
	b.AddCredentials()
	b.Fill("Label", s.Name)
	b.Fill("Subscription ID", s.SubscriptionID)
	b.Fill("Application (client) ID", s.ClientID)
	b.Click("button", button)
}

// Status is the text of the status panel of a credential's page.
const Status = `section[aria-label="Status"]`
