package link

import (
	"cmp"
	"strings"
	"testing"
	"time"

	"mooring/cloud/azure/azuresim"
	"mooring/e2e/browser"
)

// changing are the subscriptions with a test of their own.
var changing = []string{"Pay-As-You-Go", "Fresh Paint", "Opening Gate", "Key in the Post", "Evening Fog"}

// TestOutcomes links every scripted subscription and reads its page.
func TestOutcomes(t *testing.T) {
	t.Parallel()
	w := browser.NewWorld(t)
	b := w.NewTab(browser.WideLight)
	b.SignIn(w, browser.Owner)
	pages := map[string]string{}
	for _, s := range azuresim.Script() {
		if want, ok := browser.Outcomes[s.Name]; ok {
			pages[s.Name] = b.LinkByForm(w, s, want)
		}
	}
	if len(pages) != len(browser.Outcomes) || len(pages)+len(changing) != len(azuresim.Script()) {
		t.Fatalf("%d of %d subscriptions are told here and %d elsewhere", len(pages), len(azuresim.Script()), len(changing))
	}
	b.UntilWithin(time.Minute, "the end of all checks", func() bool {
		b.Open(w.Address + browser.ProvidersPath)
		return !strings.Contains(b.Text("main"), "Checking now")
	})
	b.Shown("providers-many")

	help := map[string]string{} // address to the entry that stands there
	for name, path := range pages {
		b.Open(w.Address + path)
		tells(b, name, browser.Outcomes[name], help)
	}
	helps(b, w, help)
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
func tells(b *browser.Tab, name string, want browser.Outcome, help map[string]string) {
	b.T.Helper()
	b.Until("the end of the check", func() bool { return !strings.Contains(b.Text(`section[aria-label="Status"]`), "Checking now") })
	got := browser.Get[reading](b, read)
	if got.Status != want.Word || got.Code != want.Code {
		b.T.Errorf("%s is %q with the code %q; want %q with %q", name, got.Status, got.Code, want.Word, want.Code)
	}
	if want.Code == "" {
		if got.Explanations > 0 {
			b.T.Errorf("%s explains what nobody asks: %+v", name, got)
		}
		return
	}
	for _, sentence := range []string{got.Happened, got.Facts["What to do"], got.Facts["Who can fix it"]} {
		if !strings.HasSuffix(sentence, ".") || len(sentence) < 5 {
			b.T.Errorf("%s explains %q", name, sentence)
		}
	}
	trace, correlation := got.Facts["Trace ID"], got.Facts["Correlation ID"]
	if want.Traced && (trace == "" || correlation == "") {
		b.T.Errorf("%s has the trace ID %q and the correlation ID %q", name, trace, correlation)
	}
	if (got.Help == "") != want.Unknown {
		b.T.Errorf("%s, code %s, has the help %q", name, got.Code, got.Help)
	}
	if got.Help != "" {
		help[got.Help] = cmp.Or(want.Help, got.Code)
	}
	if strings.Contains(b.Text("body"), "keeper@") {
		b.T.Errorf("%s shows an address that Azure wrote", name)
	}
}

// helps checks that each link to the help lands on the entry of its code.
func helps(b *browser.Tab, w *browser.World, help map[string]string) {
	b.T.Helper()
	b.Open(w.Address + "/help/azure/errors")
	for address, code := range help {
		path, anchor, _ := strings.Cut(address, "#")
		at := browser.Get[string](b, "anchor => { location.hash = anchor; return document.querySelector(':target h2')?.innerText ?? '' }", anchor)
		if path != "/help/azure/errors" || at != code {
			b.T.Errorf("the help for %s is %s and leads to %q", code, address, at)
		}
	}
	b.Sees("What each error code means")
	b.Shown("help")
}
