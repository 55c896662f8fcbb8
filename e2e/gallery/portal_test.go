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
		"stories": "/stories",
	} {
		b.Open(w.Consoles["azure"] + path)
		b.Accessible("portal-" + name)
	}
	b.Open(w.Consoles["azure"] + "/subscriptions/" + browser.Scripted("Engine Room").SubscriptionID)
	b.Find("combobox", "Code").Click()
	b.Press("AADSTS90024")
	b.Fill("HTTP status (optional)", "503")
	b.Choose("Stage", "Sign in")
	b.Follow("button", "Answer with this error")
	b.Sees("Sign in is answered with AADSTS90024, status 503.")
	b.Accessible("portal-error")
	b.Open(w.Consoles["azure"] + "/cloud-shell")
	b.Fill("Command", "az account show --subscription "+azuresim.Script()[1].SubscriptionID)
	b.Follow("button", "Run")
	b.Accessible("portal-shell-ran")
}
