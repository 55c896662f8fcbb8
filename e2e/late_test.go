package e2e

import (
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/fetch"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// hold keeps answers back whose address matches the pattern. caught waits for
// the first one; release lets them all go.
func (b *tab) hold(pattern string) (caught, release func()) {
	b.t.Helper()
	held := make(chan fetch.RequestID, 16)
	err := chromedp.Listen(b.ctx, func(event any) {
		if e, ok := event.(*fetch.EventRequestPaused); ok {
			held <- e.RequestID
		}
	})
	if err != nil {
		b.t.Fatal(err)
	}
	call(b, fetch.Enable, fetch.EnableParams{Patterns: []*fetch.RequestPattern{{URLPattern: pattern, RequestStage: fetch.RequestStageResponse}}})
	caught = func() {
		b.t.Helper()
		select {
		case id := <-held:
			held <- id
		case <-time.After(patience):
			b.t.Fatalf("nothing asked for %s", pattern)
		}
	}
	return caught, func() {
		b.t.Helper()
		call(b, fetch.Disable, cdp.Empty{}) // lets go of all that is held
		get[int](b, "async () => (await fetch('/healthz')).status")
	}
}

// TestLatePreview closes the dialog, or saves, while what was typed is still
// being looked at. The late answer must find nothing to complain about.
func TestLatePreview(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	b := w.newTab(wideLight)
	b.signIn(w, owner)
	tide := scripted("Tide Tables")

	caught, release := b.hold("*/credentials/preview")
	b.addCredentials()
	b.fill("Subscription ID", tide.SubscriptionID)
	caught()
	b.press(kb.Escape)
	b.until("the dialog to close", func() bool { return b.count("#dialog:not([open]):empty") == 1 })
	release()
	b.focused("Add credentials")

	caught, release = b.hold("*/credentials/preview")
	b.addCredentials()
	b.fill("Label", "Tide")
	b.fill("Application (client) ID", tide.ClientID)
	b.fill("Subscription ID", tide.SubscriptionID)
	caught()
	b.click("button", "Save credentials")
	b.seesIn("#dialog-body", "Tide Tables", "Connected")
	release()
	b.seesIn("#dialog-body", "Connected")
	b.find("heading", "Tide")
}

// TestLateDialog asks for the dialog and gets a new list before the answer.
func TestLateDialog(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	b := w.newTab(wideLight)
	b.signIn(w, owner)
	caught, release := b.hold("*/credentials/new")
	b.click("link", "Add credentials")
	caught()
	get[bool](b, `() => {
		document.querySelector('#providers').dataset.old = 'yes'
		return document.body.dispatchEvent(new CustomEvent('credentials-changed'))
	}`)
	b.until("a new list", func() bool { return b.count("#providers[data-old]") == 0 })
	release()
	b.find("dialog", "Azure credentials")
	b.press(kb.Escape)
	b.focused("Add credentials")
}
