package link

import (
	"strconv"
	"strings"
	"testing"
	"time"

	"mooring/e2e/browser"
)

// TestWaiting watches a fresh application: the page counts down and becomes
// Connected by itself.
func TestWaiting(t *testing.T) {
	t.Parallel()
	w := browser.NewWorld(t)
	b := w.NewTab(browser.WideDark)
	b.SignIn(w, browser.Owner)
	b.Save(browser.Scripted("Fresh Paint"), "Save credentials")
	b.SeesIn("dialog", "Waiting for Azure", "You can close this page.", "Next check in")
	countsDown(b)
	b.Shown("dialog-waiting")

	other := b.Another()
	other.Open(w.Address + browser.ProvidersPath)
	other.Follow("link", "Fresh Paint")
	origin := browser.Get[float64](other, "() => performance.timeOrigin")
	other.SeesIn(browser.Status, "Waiting for Azure")
	countsDown(other)
	other.Shown("credential-waiting")
	other.UntilWithin(time.Minute, "Connected", func() bool { return strings.Contains(other.Text(browser.Status), "Connected") })
	b.SeesIn("dialog", "Connected", "Fresh Paint", "What Mooring can do")
	if browser.Get[float64](other, "() => performance.timeOrigin") != origin {
		t.Error("the page had to be loaded again")
	}
	if browser.Get[bool](b, "() => !document.querySelector('dialog').contains(document.activeElement)") {
		t.Error("the focus left the dialog while it waited")
	}
	other.Sees("Retry", "Requested")
	other.Shown("credential-waited")
}

// countsDown waits until the countdown has gone down twice by itself.
func countsDown(b *browser.Tab) {
	b.T.Helper()
	first, last := 0, 0
	b.Until("the countdown to go down", func() bool {
		seconds, unit, _ := strings.Cut(b.Text(`[data-testid="countdown"]`), " ")
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
	w := browser.NewWorld(t)
	later := w.NewTab(browser.WideLight)
	later.SignIn(w, browser.Owner)
	b := later.Another()
	b.Open(w.Address + "/")
	b.Save(browser.Scripted("Dry Dock"), "Save credentials")
	b.Find("heading", "Dry Dock") // it is saved
	b.Close()
	later.Open(w.Address + "/")
	later.Until("the result", func() bool {
		later.Open(w.Address + browser.ProvidersPath)
		return strings.Contains(later.Text(`[data-testid="credential-row"]`), "Connected")
	})
}

// TestPassingTrouble verifies again while Azure does not answer: what was
// known stands.
func TestPassingTrouble(t *testing.T) {
	t.Parallel()
	w := browser.NewWorld(t)
	b := w.NewTab(browser.NarrowLight)
	b.SignIn(w, browser.Owner)
	b.Save(browser.Scripted("Evening Fog"), "Save credentials")
	b.SeesIn("dialog", "Connected")
	b.Follow("link", "Open Evening Fog")
	b.SeesIn(browser.Status, "Connected")
	b.Click("button", "Check now")
	b.SeesIn(browser.Status, "Connected", "Couldn't check")
	b.Sees("The status from the previous check still applies.", "ServiceUnavailable")
	b.Shown("credential-could-not-check")
	b.Open(w.Address + browser.ProvidersPath)
	b.SeesIn(`[data-testid="credential-row"]`, "Connected", "Couldn't check")
	b.Shown("providers-could-not-check")
}
