package link

import (
	"strings"
	"testing"

	"mooring/cloud/digitalocean/dosim"
	"mooring/e2e/browser"
)

// TestDigitalOceanByConsent links a team: the browser goes to DigitalOcean, and comes back.
func TestDigitalOceanByConsent(t *testing.T) {
	t.Parallel()
	w := browser.NewWorld(t)
	b := w.NewTab(browser.WideLight)
	b.SignIn(w, browser.Owner)
	b.AddCredentialsFor("DigitalOcean", "DigitalOcean credentials")
	b.Shown("dialog-digitalocean")
	b.Follow("link", "Continue to DigitalOcean")
	b.Shown("console-digitalocean-authorize")
	b.Follow("link", "Authorize for Harbor")
	b.Find("heading", "Harbor")
	b.SeesIn(browser.Status, browser.Connected)
	b.SeesIn(".page-head .lead", dosim.Working) // not the name again, which is the label
	b.Sees("Use the grant", "Team ID")
	b.Shown("digitalocean-credential")
	page := w.Address + b.Path()
	b.Open(page + "/edit")
	b.Find("heading", "Change the label")
	b.Open(page + "/unlink")
	b.SeesIn("main", "revokes the grant", "Unlinking revokes it.")
	for _, wrong := range []string{"Nothing changes", "These commands"} {
		if strings.Contains(b.Text("main"), wrong) {
			t.Errorf("the page says %q", wrong)
		}
	}
	b.Shown("digitalocean-unlink")
	b.Open(w.Address + browser.ProvidersPath)
	b.SeesIn(`[data-testid="provider-digitalocean"]`, "Harbor", "Connected")
}

// TestDigitalOceanLosesTheGrant signs in again after the answer to the
// first check got lost and the grant with it.
func TestDigitalOceanLosesTheGrant(t *testing.T) {
	t.Parallel()
	for _, script := range []bool{true, false} {
		name, l := "with script", browser.NarrowDark
		if !script {
			name, l = "without script", browser.NarrowLight
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := browser.NewWorld(t)
			b := w.NewTab(l)
			if !script {
				b.WithoutScript()
			}
			b.SignIn(w, browser.Owner)
			b.Open(w.Address + browser.ProvidersPath + "/digitalocean/credentials/new")
			b.Follow("link", "Continue to DigitalOcean")
			b.Follow("link", "Authorize for Lost Letter")
			b.SeesIn(browser.Status, "Not checked")
			b.Find("button", "Check now")
			b.Shown("digitalocean-unanswered")
			press := b.Click
			if !script {
				press = b.Follow
			}
			press("button", "Check now")
			b.SeesIn(browser.Status, "Needs attention")
			b.Sees("answer to an earlier check got lost")
			b.Shown("digitalocean-lost")
			b.Follow("link", "Sign in again")
			b.Follow("link", "Authorize for Lost Letter")
			b.SeesIn(browser.Status, browser.Connected)
			b.Shown("digitalocean-signed-in-again")
		})
	}
}
