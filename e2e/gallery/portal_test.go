package gallery

import (
	"testing"

	"mooring/cloud/azure/azuresim"
	"mooring/e2e/browser"
)

// TestPortal looks at the pages of the simulated portal.
func TestPortal(t *testing.T) {
	t.Parallel()
	w := browser.NewWorld(t)
	b := w.NewTab(browser.WideLight)
	b.Expect("404 (Not Found)")
	for name, path := range map[string]string{
		"home": "/", "apps": "/apps", "app": "/apps/" + browser.Scripted("Tide Tables").ClientID, "subscriptions": "/subscriptions",
		"subscription": "/subscriptions/" + browser.Scripted("Engine Room").SubscriptionID, "shell": "/cloud-shell", "missing": "/nothing",
	} {
		b.Open(w.Portal + path)
		b.Accessible("portal-" + name)
	}
	b.Open(w.Portal + "/cloud-shell")
	b.Fill("Command", "az account show --subscription "+azuresim.Script()[1].SubscriptionID)
	b.Follow("button", "Run")
	b.Accessible("portal-shell-ran")
}
