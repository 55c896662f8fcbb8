package e2e

import (
	"strconv"
	"strings"
	"testing"
	"time"

	"mooring/cloud/azure/azuresim"
)

// save fills in the dialog for a scripted subscription and presses the button.
func (b *tab) save(s azuresim.Scripted, button string) {
	b.t.Helper()
	b.addCredentials()
	b.fill("Label", s.Name)
	b.fill("Subscription ID", s.SubscriptionID)
	b.fill("Application (client) ID", s.ClientID)
	b.click("button", button)
}

// status is the text of the status panel of a credential's page.
const status = `section[aria-label="Status"]`

// TestWaiting watches a fresh application: the page counts down and becomes
// Connected by itself.
func TestWaiting(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	b := w.newTab(wideDark)
	b.signIn(w, owner)
	b.save(scripted("Fresh Paint"), "Save credentials")
	b.seesIn("dialog", "Waiting for Azure", "You can close this page.", "Next try in")
	b.countsDown()
	b.shown("dialog-waiting")

	other := b.another()
	other.open(w.address + providersPath)
	other.follow("link", "Fresh Paint")
	origin := get[float64](other, "() => performance.timeOrigin")
	other.seesIn(status, "Waiting for Azure")
	other.countsDown()
	other.shown("credential-waiting")
	other.untilWithin(time.Minute, "Connected", func() bool { return strings.Contains(other.text(status), "Connected") })
	b.seesIn("dialog", "Connected", "Fresh Paint", "What Mooring may do")
	if get[float64](other, "() => performance.timeOrigin") != origin {
		t.Error("the page had to be loaded again")
	}
	if get[bool](b, "() => !document.querySelector('dialog').contains(document.activeElement)") {
		t.Error("the focus left the dialog while it waited")
	}
	other.sees("Tried again", "Asked by a person")
	other.shown("credential-waited")
}

// countsDown waits until the countdown has gone down twice by itself.
func (b *tab) countsDown() {
	b.t.Helper()
	first, last := 0, 0
	b.until("the countdown to go down", func() bool {
		seconds, unit, _ := strings.Cut(b.text(`[data-testid="countdown"]`), " ")
		n, err := strconv.Atoi(seconds)
		if err != nil || unit != "s" {
			return false
		}
		if n > last { // the first sight, or the next try
			first = n
		}
		last = n
		return last <= first-2
	})
}

// TestClosedTab saves and goes away at once.
func TestClosedTab(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	later := w.newTab(wideLight)
	later.signIn(w, owner)
	b := later.another()
	b.open(w.address + "/")
	b.save(scripted("Dry Dock"), "Save credentials")
	b.find("heading", "Dry Dock") // it is saved
	b.close()
	later.open(w.address + "/")
	later.until("the result", func() bool {
		later.open(w.address + providersPath)
		return strings.Contains(later.text(`[data-testid="credential-row"]`), "Connected")
	})
}

// TestPassingTrouble verifies again while Azure does not answer: what was
// known stands.
func TestPassingTrouble(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	b := w.newTab(narrowLight)
	b.signIn(w, owner)
	b.save(scripted("Evening Fog"), "Save credentials")
	b.seesIn("dialog", "Connected")
	b.follow("link", "Open Evening Fog")
	b.seesIn(status, "Connected")
	b.click("button", "Verify now")
	b.seesIn(status, "Connected", "Could not check")
	b.sees("What was known before still stands.", "ServiceUnavailable")
	b.shown("credential-could-not-check")
	b.open(w.address + providersPath)
	b.seesIn(`[data-testid="credential-row"]`, "Connected", "Could not check")
	b.shown("providers-could-not-check")
}
