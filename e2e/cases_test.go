package e2e

import (
	"cmp"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"mooring/cloud/azure/azuresim"
)

// outcome is what the page of a linked subscription has to say.
type outcome struct {
	word        string // of the status
	code        string // of the stage that tells something; "" if none does
	traced      bool   // trace and correlation IDs are there to quote
	unknown     bool   // a code that the help does not know
	help        string // the entry of the help, if it is not the code's own
	environment string // if another one is chosen than the right one
	method      string
}

const (
	connected = "Connected"
	waiting   = "Waiting for Azure"
	attention = "Needs attention"
	untold    = "Not verified"
)

// outcomes tells what a person meets who links each scripted subscription.
// Those that change while they wait have tests of their own.
var outcomes = map[string]outcome{
	"Tide Tables":   {word: connected},
	"Dry Dock":      {word: connected},
	"Harbor Master": {word: connected},
	"New Pier":      {word: connected, code: "MissingSubscriptionRegistration"},
	"Old Charts":    {word: connected},
	"Sealed Log":    {word: connected, code: "AuthorizationFailed", traced: true, help: "RightsUnknown"},
	"Storm Warning": {word: connected},
	"Unpaid Berth":  {word: connected},
	"Potomac":       {word: connected},
	"Pearl River":   {word: attention, code: "SubscriptionNotFound", traced: true, environment: "public"},
	"Engine Room":   {word: connected, code: "AuthorizationFailed", traced: true, help: "RightsUnknown"},

	"Lost Buoy":        {word: attention, code: "SubscriptionNotFound", traced: true},
	"Sunken Directory": {word: attention, code: "AADSTS90002", traced: true},
	"Ghost Ship":       {word: waiting, code: "AADSTS700016", traced: true},
	"Locked Gate":      {word: waiting, code: "AuthorizationFailed", traced: true},
	"Empty Key Board":  {word: waiting, code: "AADSTS700027", traced: true},
	"Rusty Key":        {word: waiting, code: "AADSTS700027", traced: true},
	"Slow Clock":       {word: attention, code: "AADSTS700024", traced: true},
	"Laid-up Boat":     {word: attention, code: "AADSTS7000112", traced: true},
	"Missing Crew":     {word: waiting, code: "AADSTS7000229", traced: true},
	"Customs":          {word: attention, code: "AADSTS53003", traced: true},
	"Changed Flag":     {word: attention, code: "InvalidAuthenticationTokenTenant", traced: true},

	"Chained Quay":     {word: attention, code: "SubscriptionDisabled"},
	"Scrapped Hull":    {word: attention, code: "SubscriptionDeleted"},
	"Fogbound":         {word: untold, code: "ServiceUnavailable", traced: true},
	"Closed Gatehouse": {word: untold, code: "AADSTS90033", traced: true},
	"Crowded Channel":  {word: untold, code: "TooManyRequests", traced: true},
	"Wrong Signal":     {word: untold, code: "UnexpectedAnswer"},
	"Dead Calm":        {word: untold, code: "TimedOut"},
	"Strange Flag":     {word: attention, code: "AADSTS999999", traced: true, unknown: true},
	"Strange Signal":   {word: attention, code: "TideTableMismatch", traced: true, unknown: true},
	"False Beacon":     {word: attention, code: "OtherSubscription"},
	"Foreign Waters":   {word: attention, code: "AADSTS900382", traced: true},

	"Old Lock":    {word: waiting, code: "ForbiddenError", method: "classic"},
	"Retired Tug": {word: attention, code: "SubscriptionDisabled", method: "classic"},
	"Busy Lock":   {word: untold, code: "ServerBusy", method: "classic"},
}

// changing are the subscriptions with a test of their own.
var changing = []string{"Pay-As-You-Go", "Fresh Paint", "Opening Gate", "Key in the Post", "Evening Fog"}

// TestOutcomes links every scripted subscription and reads its page.
func TestOutcomes(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	b := w.newTab(wideLight)
	b.signIn(w, owner)
	pages := map[string]string{}
	for _, s := range azuresim.Script() {
		if want, ok := outcomes[s.Name]; ok {
			pages[s.Name] = b.linkByForm(w, s, want)
		}
	}
	if len(pages) != len(outcomes) || len(pages)+len(changing) != len(azuresim.Script()) {
		t.Fatalf("%d of %d subscriptions are told here and %d elsewhere", len(pages), len(azuresim.Script()), len(changing))
	}
	b.untilWithin(time.Minute, "the end of all checks", func() bool {
		b.open(w.address + providersPath)
		return !strings.Contains(b.text("main"), "Checking now")
	})
	b.shown("providers-many")

	help := map[string]string{} // address to the entry that stands there
	for name, path := range pages {
		b.open(w.address + path)
		b.tells(name, outcomes[name], help)
	}
	b.helps(w, help)
}

// linkByForm posts the form as a page without script does, and gives the path
// of the credential's page.
func (b *tab) linkByForm(w *world, s azuresim.Scripted, o outcome) string {
	b.t.Helper()
	answer := b.fetch(http.MethodPost, w.address+credentialsPath, url.Values{
		"label": {s.Name}, "subscription_id": {s.SubscriptionID}, "client_id": {s.ClientID}, "verify": {"yes"},
		"environment": {cmp.Or(o.environment, s.Environment)}, "method": {cmp.Or(o.method, "app")},
	})
	if answer.StatusCode != http.StatusSeeOther {
		b.t.Fatalf("linking %s answered %s", s.Name, answer.Status)
	}
	return answer.Header.Get("Location")
}

// reading is what stands on a credential's page.
type reading struct {
	Status, Happened, Code, Help string
	Facts                        map[string]string // of the explanation
	Explanations                 int
}

const read = `() => {
	const text = s => document.querySelector(s)?.textContent.replace(/\s+/g, ' ').trim() ?? ''
	const facts = {}
	for (const d of document.querySelectorAll('[aria-labelledby="verification"] .explanation dl > div')) {
		facts[d.querySelector('dt').textContent.trim()] = d.querySelector('dd').textContent.replace(/\s+/g, ' ').trim()
	}
	return {
		status: text('section[aria-label="Status"] [data-testid="status"]'),
		happened: text('[aria-labelledby="verification"] .happened'),
		code: text('[aria-labelledby="verification"] .explanation > .quiet code'),
		help: document.querySelector('[aria-labelledby="verification"] .explanation > .quiet a')?.getAttribute('href') ?? '',
		facts, explanations: document.querySelectorAll('[aria-labelledby="verification"] .explanation').length,
	}
}`

// tells checks the page of one credential.
func (b *tab) tells(name string, want outcome, help map[string]string) {
	b.t.Helper()
	b.until("the end of the check", func() bool { return !strings.Contains(b.text(`section[aria-label="Status"]`), "Checking now") })
	got := get[reading](b, read)
	if got.Status != want.word || got.Code != want.code {
		b.t.Errorf("%s is %q with the code %q; want %q with %q", name, got.Status, got.Code, want.word, want.code)
	}
	if want.code == "" {
		if got.Explanations > 0 {
			b.t.Errorf("%s explains what nobody asks: %+v", name, got)
		}
		return
	}
	for _, sentence := range []string{got.Happened, got.Facts["What to do"], got.Facts["Who can fix it"]} {
		if !strings.HasSuffix(sentence, ".") || len(sentence) < 5 {
			b.t.Errorf("%s explains %q", name, sentence)
		}
	}
	trace, correlation := got.Facts["Trace ID"], got.Facts["Correlation ID"]
	if want.traced && (trace == "" || correlation == "") {
		b.t.Errorf("%s has the trace ID %q and the correlation ID %q", name, trace, correlation)
	}
	if (got.Help == "") != want.unknown {
		b.t.Errorf("%s, code %s, has the help %q", name, got.Code, got.Help)
	}
	if got.Help != "" {
		help[got.Help] = cmp.Or(want.help, got.Code)
	}
	if strings.Contains(b.text("body"), "keeper@") {
		b.t.Errorf("%s shows an address that Azure wrote", name)
	}
}

// helps checks that each link to the help lands on the entry of its code.
func (b *tab) helps(w *world, help map[string]string) {
	b.t.Helper()
	b.open(w.address + "/help/azure/errors")
	for address, code := range help {
		path, anchor, _ := strings.Cut(address, "#")
		at := get[string](b, "anchor => { location.hash = anchor; return document.querySelector(':target h2')?.innerText ?? '' }", anchor)
		if path != "/help/azure/errors" || at != code {
			b.t.Errorf("the help for %s is %s and leads to %q", code, address, at)
		}
	}
	b.sees("What each code means")
	b.shown("help")
}
