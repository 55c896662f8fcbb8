package link

import (
	"path/filepath"
	"testing"

	"mooring/e2e/browser"
)

// TestNewCertificate makes a new certificate and moves a link to it and back, with
// the steps that the page names.
func TestNewCertificate(t *testing.T) {
	for _, l := range []browser.Look{browser.WideLight, browser.NarrowDark} {
		t.Run(l.Name, func(t *testing.T) {
			t.Parallel()
			newCertificate(t, l)
		})
	}
}

const move = `[data-testid="move"]`

func newCertificate(t *testing.T, l browser.Look) {
	w := browser.NewWorld(t)
	b := w.NewTab(l)
	folder := t.TempDir()
	names := b.Downloads(folder)
	b.SignIn(w, browser.Owner)
	b.AddCredentials()
	name, _ := b.Download(names, folder)
	portal := b.Opens(func() { b.Click("link", "Open App registrations (opens in a new tab)") })
	client := portal.Register(w, filepath.Join(folder, name))
	portal.Close()
	b.Fill("Label", "Production")
	b.Fill("Subscription ID", browser.Working.SubscriptionID)
	b.Fill("Application (client) ID", client)
	b.Click("button", "Save credentials")
	b.SeesIn("dialog", "Connected")

	b.Open(w.Address + "/accounts/harbor/certificate/new")
	b.Sees("A new certificate was made a few minutes ago.")
	b.Ages(w, w.Folder(), "UPDATE certificates SET created_at = created_at - 3600000")
	b.Open(w.Address + "/accounts/harbor/certificate/new")
	b.SeesIn(`[data-testid="affected"]`, "Production")
	b.Shown("certificate-new")
	b.Follow("button", "Make a new certificate")
	b.SeesIn(`[data-testid="moved"]`, "1 of 1 link still needs to move")
	b.Shown("certificate-made")

	b.Click("button", "Check and move") // too early: nobody has added it
	b.SeesIn(move, "Azure hasn't accepted the other certificate yet.", "Next check in", "The application doesn't know this link's certificate.")
	b.Shown("certificate-refused")
	b.Click("DisclosureTriangle", "How to add the new certificate")
	command := browser.Get[string](b, `() => document.querySelector('[id^="trust-"] pre').textContent`)
	shell := b.Another()
	shell.Open(w.Consoles["azure"] + "/cloud-shell")
	shell.Fill("Command", command)
	shell.Follow("button", "Run")
	shell.Sees("appId")
	shell.Close()

	browser.Get[bool](b, `() => { // unless the planned try was faster
		const button = document.querySelector('`+move+` button[type=submit]')
		if (button?.textContent === 'Check and move') button.click()
		return true
	}`)
	b.SeesIn(move, "Uses the current certificate.")
	b.Open(w.Address + "/accounts/harbor/certificate")
	b.Sees("The link uses the current certificate.")
	b.Shown("certificate-moved")
	b.Follow("link", "Production")
	b.SeesIn(browser.Status, "Connected")
	b.SeesIn(move, "Uses the current certificate.")
	b.FindIn(move, "button", "Check and move back to the certificate of "+browser.Get[string](b, `() => document.querySelector('`+move+` button').textContent.replace(/.*of /, '')`)).Click()
	b.SeesIn(move, "Uses an older certificate")
	b.SeesIn(browser.Status, "Connected")
	b.Shown("certificate-back")
}
