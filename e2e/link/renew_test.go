package link

import (
	"path/filepath"
	"strings"
	"testing"

	"mooring/e2e/browser"
)

// TestRenewNow links a subscription with the IDs that renewal needs, as the commands
// print them, and has its certificate renewed; then all again without a script.
func TestRenewNow(t *testing.T) {
	t.Parallel()
	w := browser.NewWorld(t)
	b := w.NewTab(browser.WideLight)
	folder := t.TempDir()
	names := b.Downloads(folder)
	b.SignIn(w, browser.Owner)
	b.AddCredentials()
	name, _ := b.Download(names, folder)
	portal := b.Opens(func() { b.Click("link", "Open App registrations (opens in a new tab)") })
	client := portal.Register(w, filepath.Join(folder, name))
	portal.Close()
	shell := b.Another()
	shell.Open(w.Consoles["azure"] + "/cloud-shell")
	shell.Fill("Command", `az ad app show --id `+client+` --query "{objectId:id, keyId:keyCredentials[0].keyId}" --output json`)
	shell.Follow("button", "Run")
	shell.Sees("objectId")
	printed := browser.Get[string](shell, `() => [...document.querySelectorAll('pre')].map(p => p.textContent).find(text => text.includes('"objectId"'))`)
	shell.Close()
	shown := printed[strings.LastIndex(printed, "{") : strings.LastIndex(printed, "}")+1]

	b.Fill("Label", "Production")
	b.Fill("Subscription ID", browser.Working.SubscriptionID)
	b.Fill("Application (client) ID", client)
	b.Fill("Object ID (optional)", shown)
	b.Fill("Certificate ID (optional)", shown)
	b.Click("button", "Save credentials")
	b.SeesIn("dialog", "Connected")
	b.Open(w.Address + "/accounts/harbor/cloud-providers")
	b.Follow("link", "Production")
	link := b.Path()
	before := b.Text(`[data-testid="renewal"]`)
	if !strings.Contains(before, "Mooring renews this certificate on") {
		t.Errorf("of renewal the page says %q", before)
	}
	b.Shown("renewal-planned")
	b.Follow("button", "Renew now")
	b.Until("the certificate is renewed", func() bool {
		b.Open(w.Address + link)
		return strings.Contains(b.Text(`[data-testid="renewal"]`), "Renewed on")
	})
	b.Shown("renewal-done")
	b.Accessible("renewal")

	plain := w.NewTab(browser.NarrowDark)
	plain.WithoutScript()
	plain.SignIn(w, browser.Owner)
	plain.Open(w.Address + link)
	plain.Sees("Renewed on", "Then Mooring removes it from Azure")
}
