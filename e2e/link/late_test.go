package link

import (
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/fetch"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"mooring/e2e/browser"
)

// hold keeps answers back whose address matches the pattern. caught waits for
// the first one; release lets them all go.
func hold(b *browser.Tab, pattern string) (caught, release func()) {
	b.T.Helper()
	held := make(chan fetch.RequestID, 16)
	err := chromedp.Listen(b.Ctx, func(event any) {
		if e, ok := event.(*fetch.EventRequestPaused); ok {
			held <- e.RequestID
		}
	})
	if err != nil {
		b.T.Fatal(err)
	}
	browser.Call(b, fetch.Enable, fetch.EnableParams{Patterns: []*fetch.RequestPattern{{URLPattern: pattern, RequestStage: fetch.RequestStageResponse}}})
	caught = func() {
		b.T.Helper()
		select {
		case id := <-held:
			held <- id
		case <-time.After(browser.Patience):
			b.T.Fatalf("nothing asked for %s", pattern)
		}
	}
	return caught, func() {
		b.T.Helper()
		browser.Call(b, fetch.Disable, cdp.Empty{}) // lets go of all that is held
		browser.Get[int](b, "async () => (await fetch('/healthz')).status")
	}
}

// TestLatePreview closes the dialog, or saves, while what was typed is still
// being looked at. The late answer must find nothing to complain about.
func TestLatePreview(t *testing.T) {
	t.Parallel()
	w := browser.NewWorld(t)
	b := w.NewTab(browser.WideLight)
	b.SignIn(w, browser.Owner)
	tide := browser.Scripted("Tide Tables")

	caught, release := hold(b, "*/credentials/preview")
	b.AddCredentials()
	b.Fill("Subscription ID", tide.SubscriptionID)
	caught()
	b.Press(kb.Escape)
	b.Click("button", "Discard")
	b.Until("the dialog to close", func() bool { return b.Count("#dialog:not([open]):empty") == 1 })
	release()
	b.Focused("Add credentials for Microsoft Azure")

	caught, release = hold(b, "*/credentials/preview")
	b.AddCredentials()
	b.Fill("Label", "Tide")
	b.Fill("Application (client) ID", tide.ClientID)
	b.Fill("Subscription ID", tide.SubscriptionID)
	caught()
	b.Click("button", "Save credentials")
	b.SeesIn("#dialog-body", "Tide Tables", "Connected")
	release()
	b.SeesIn("#dialog-body", "Connected")
	b.Find("heading", "Tide")
}

// TestLateDialog asks for the dialog and gets a new list before the answer.
func TestLateDialog(t *testing.T) {
	t.Parallel()
	w := browser.NewWorld(t)
	b := w.NewTab(browser.WideLight)
	b.SignIn(w, browser.Owner)
	caught, release := hold(b, "*/credentials/new")
	b.Click("link", "Add credentials for Microsoft Azure")
	caught()
	browser.Get[bool](b, `() => {
		document.querySelector('#providers').dataset.old = 'yes'
		return document.body.dispatchEvent(new CustomEvent('credentials-changed'))
	}`)
	b.Until("a new list", func() bool { return b.Count("#providers[data-old]") == 0 })
	release()
	b.Find("dialog", "Azure credentials")
	b.Press(kb.Escape)
	b.Focused("Add credentials for Microsoft Azure")
}
