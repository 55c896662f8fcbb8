package e2e

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"mooring/cloud/azure/azuresim"
)

// scripted finds a subscription of the demo's script.
func scripted(name string) azuresim.Scripted {
	for _, s := range azuresim.Script() {
		if s.Name == name {
			return s
		}
	}
	panic("the script has no " + name)
}

// TestWithoutScript goes the whole way by pages and plain forms.
func TestWithoutScript(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	b := w.newTab(narrowLight)
	b.withoutScript()
	folder := t.TempDir()
	names := b.downloads(folder)

	b.signIn(w, owner)
	b.follow("link", "Add credentials")
	if b.count("dialog[open]") > 0 || b.path() != credentialsPath+"/new" {
		t.Fatalf("Add credentials leads to %s", b.path())
	}
	b.find("heading", "Azure credentials")
	b.shown("plain-form")
	name, der := b.download(names, folder)
	checkCertificate(t, b, w, name, der)
	if err := os.WriteFile(filepath.Join(folder, name), der, 0o600); err != nil {
		t.Fatal(err)
	}

	b.fill("Label", "Production")
	b.fill("Subscription ID", working.SubscriptionID)
	b.follow("button", "Update the command")
	wantWords(t, "the command", get[string](b, "() => document.querySelector('#guide-command-1').textContent"), working.SubscriptionID)
	if label, tenant := b.value("Label"), b.value("Directory (tenant) ID (optional)"); label != "Production" || tenant != working.TenantID {
		t.Errorf("after Update the command the label is %q and the directory %q", label, tenant)
	}
	b.shown("plain-form-updated")

	portal := b.another()
	portal.withoutScript()
	portal.open(w.portal + "/apps")
	client := portal.register(w, filepath.Join(folder, name))
	portal.close()

	b.fill("Application (client) ID", client)
	b.follow("button", "Save credentials")
	b.sees("Connected", "Pay-As-You-Go", "What Mooring may do")
	b.shown("plain-credential")

	b.follow("button", "Disable")
	b.seesIn(`section[aria-label="Status"]`, "Disabled")
	if b.has("button", "Verify now") {
		t.Error("a disabled credential can be verified")
	}
	b.follow("button", "Enable")
	b.sees("Connected")
	b.follow("link", "Unlink")
	b.shown("plain-unlink")
	b.follow("button", "Unlink")
	b.sees("Unlinked", "Clean up in Azure", "az ad app delete --id "+client)
	b.shown("plain-leftovers")
	b.follow("link", "Back to Cloud Providers")
	b.sees("Nothing is linked yet.")
}

// TestReloadsWithoutScript watches a page that asks again by itself.
func TestReloadsWithoutScript(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	b := w.newTab(narrowDark)
	b.withoutScript()
	b.signIn(w, owner)
	gate := scripted("Opening Gate")
	b.open(w.address + credentialsPath + "/new")
	b.fill("Label", "Gate")
	b.fill("Subscription ID", gate.SubscriptionID)
	b.fill("Application (client) ID", gate.ClientID)
	b.follow("button", "Save credentials")
	b.sees("Waiting for Azure", "Next try in")
	b.shown("plain-waiting")
	b.untilWithin(time.Minute, "Connected", func() bool {
		return strings.Contains(b.text(`section[aria-label="Status"]`), "Connected")
	})
}
