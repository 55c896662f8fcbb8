package link

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"mooring/e2e/browser"
)

// TestWithoutScript goes the whole way by pages and plain forms.
func TestWithoutScript(t *testing.T) {
	t.Parallel()
	w := browser.NewWorld(t)
	b := w.NewTab(browser.NarrowLight)
	b.WithoutScript()
	folder := t.TempDir()
	names := b.Downloads(folder)

	b.SignIn(w, browser.Owner)
	b.Follow("link", "Add credentials for Microsoft Azure")
	if b.Count("dialog[open]") > 0 || b.Path() != browser.CredentialsPath+"/new" {
		t.Fatalf("Add credentials leads to %s", b.Path())
	}
	b.Find("heading", "Azure credentials")
	b.Shown("plain-form")
	name, der := b.Download(names, folder)
	checkCertificate(t, b, w, name, der)
	if err := os.WriteFile(filepath.Join(folder, name), der, 0o600); err != nil {
		t.Fatal(err)
	}

	b.Fill("Label", "Production")
	b.Fill("Subscription ID", browser.Working.SubscriptionID)
	b.Follow("button", "Update the command")
	browser.WantWords(t, "the command", browser.Get[string](b, "() => document.querySelector('#guide-command-1').textContent"), browser.Working.SubscriptionID)
	if label, tenant := b.Value("Label"), b.Value("Directory (tenant) ID (optional)"); label != "Production" || tenant != browser.Working.TenantID {
		t.Errorf("after Update the command the label is %q and the directory %q", label, tenant)
	}
	b.Shown("plain-form-updated")

	portal := b.Another()
	portal.WithoutScript()
	portal.Open(w.Consoles["azure"] + "/apps")
	client := portal.Register(w, filepath.Join(folder, name))
	portal.Close()

	b.Fill("Application (client) ID", client)
	b.Follow("button", "Save credentials")
	b.Sees("Connected", "Pay-As-You-Go", "What Mooring can do")
	b.Shown("plain-credential")

	b.Follow("button", "Disable")
	b.SeesIn(`section[aria-label="Status"]`, "Disabled")
	if b.Has("button", "Check now") {
		t.Error("a disabled credential can be verified")
	}
	b.Follow("button", "Enable")
	b.Sees("Connected")
	b.Follow("link", "Unlink")
	b.Shown("plain-unlink")
	b.Follow("button", "Unlink")
	b.Sees("Unlinked", "Clean up in Azure", "az ad app delete --id "+client)
	b.Shown("plain-leftovers")
	b.Follow("link", "Back to Cloud Providers")
	b.Sees("Nothing is linked yet.")
}

// TestReloadsWithoutScript watches a page that asks again by itself.
func TestReloadsWithoutScript(t *testing.T) {
	t.Parallel()
	w := browser.NewWorld(t)
	b := w.NewTab(browser.NarrowDark)
	b.WithoutScript()
	b.SignIn(w, browser.Owner)
	gate := browser.Scripted("Opening Gate")
	b.Open(w.Address + browser.CredentialsPath + "/new")
	b.Fill("Label", "Gate")
	b.Fill("Subscription ID", gate.SubscriptionID)
	b.Fill("Application (client) ID", gate.ClientID)
	b.Follow("button", "Save credentials")
	b.Sees("Waiting for Azure", "Next check in")
	b.Shown("plain-waiting")
	b.UntilWithin(time.Minute, "Connected", func() bool {
		return strings.Contains(b.Text(`section[aria-label="Status"]`), "Connected")
	})
}
