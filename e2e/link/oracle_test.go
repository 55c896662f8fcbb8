package link

import (
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"mooring/cloud/oracle/oraclesim"
	"mooring/e2e/browser"
)

// oracleTenancy is the OCID of a tenancy of the simulated Oracle Cloud.
func oracleTenancy(t *testing.T, name string) string {
	t.Helper()
	for _, tenancy := range oraclesim.Stories() {
		if tenancy.Name == name {
			return tenancy.ID
		}
	}
	t.Fatalf("there is no tenancy %q", name)
	return ""
}

// TestOracleWithOneCommand links a tenancy with the command of the page, carried over and
// back by the clipboard. The fingerprint in its console is that of the dialog.
func TestOracleWithOneCommand(t *testing.T) {
	w := browser.NewWorld(t)
	b := w.NewTab(browser.WideDark)
	folder := t.TempDir()
	names := b.Downloads(folder)
	b.SignIn(w, browser.Owner)
	b.AddCredentialsFor("Oracle Cloud", "Oracle Cloud credentials")
	b.Shown("dialog-oracle")
	name, key := b.Download(names, folder)
	if !strings.HasSuffix(name, ".pem") || !strings.HasPrefix(string(key), "-----BEGIN PUBLIC KEY-----") {
		t.Errorf("%s holds %.100s", name, key)
	}
	fingerprint := text(b, `[data-doc="key-fingerprint"]`)
	b.Fill("Label", "Harbor")
	b.Click("button", "Copy command: Create a user with read access")
	b.SeesIn("#dialog-announce", "Copied")

	shell := b.Another()
	at := w.Consoles["oracle"] + "/tenancies/" + oraclesim.Working
	shell.Open(at + "/cloud-shell")
	shell.Find("textbox", "Command").Click()
	shell.Press("v", chromedp.ModifierCtrl)
	shell.Follow("button", "Run")
	shell.Shown("console-oracle-shell")
	shell.SeesIn("#output", "tenancy", oraclesim.Working, "ocid1.user.", "eu-frankfurt-1")
	shell.Click("button", "Copy output")
	shell.SeesIn("#output", "Copied")

	b.Find("textbox", "Command output or configuration file preview").Click()
	b.Press("v", chromedp.ModifierCtrl)
	b.Click("button", "Save credentials")
	b.SeesIn("dialog", "Connected", "Regions")
	b.Shown("dialog-oracle-connected")
	b.FindIn("#dialog-body", "button", "Close").Click()
	b.Closed()
	b.SeesIn(`[data-testid="provider-oracle"]`, "Harbor", "Connected")
	b.Follow("link", "Harbor")
	b.SeesIn("main", "Tenancy OCID", oraclesim.Working, "User OCID", "eu-frankfurt-1")
	b.Shown("oracle-credential")

	admin := w.NewTab(browser.WideLight)
	admin.SignIn(w, browser.Admin)
	admin.Open(w.Address + browser.LinkedPath)
	admin.Sees("Harbor", oraclesim.Working)
	admin.Shown("oracle-linked-accounts")

	shell.Open(at)
	shell.Follow("link", browser.Get[string](shell, `() => [...document.querySelectorAll('#users a')].map(a => a.textContent).find(n => n.startsWith('mooring-'))`))
	shell.SeesIn("#api-keys", fingerprint)

	// What was left in the tenancy is shown when it is unlinked.
	b.Click("link", "Unlink")
	b.SeesIn("dialog", "oci iam user delete", "Clean up in Oracle Cloud")
}

// TestOracleRefusesTheKey links a tenancy in which somebody replaced the key. Oracle Cloud
// answers as it does for a fresh key, so Mooring waits first.
func TestOracleRefusesTheKey(t *testing.T) {
	t.Parallel()
	w := browser.NewWorld(t)
	b := w.NewTab(browser.NarrowLight)
	b.SignIn(w, browser.Owner)
	b.AddCredentialsFor("Oracle Cloud", "Oracle Cloud credentials")
	b.Fill("Label", "Other flag")
	command := text(b, "#guide-command-1")
	shell := b.Another()
	shell.Open(w.Consoles["oracle"] + "/tenancies/" + oracleTenancy(t, "Other Flag") + "/cloud-shell")
	shell.Fill("Command", command)
	shell.Follow("button", "Run")
	b.Fill("Command output or configuration file preview", text(shell, "#answer"))
	b.Click("button", "Save credentials")
	b.SeesIn("dialog", "Waiting for Oracle Cloud", "Oracle Cloud doesn't accept this link's key for the user.")
	b.Shown("dialog-oracle-refused")
}
