package link

import (
	"crypto/x509"
	"encoding/pem"
	"testing"

	"github.com/chromedp/chromedp"

	"mooring/cloud/google/googlesim"
	"mooring/e2e/browser"
)

// googleProject finds a project of the simulated Google Cloud by its name.
func googleProject(t *testing.T, name string) googlesim.Project {
	t.Helper()
	for _, p := range googlesim.Stories() {
		if p.Name == name {
			return p
		}
	}
	t.Fatalf("there is no project %q", name)
	return googlesim.Project{}
}

// readCertificate reads a certificate that was downloaded.
func readCertificate(t *testing.T, content []byte) *x509.Certificate {
	t.Helper()
	if block, _ := pem.Decode(content); block != nil {
		content = block.Bytes
	}
	c, err := x509.ParseCertificate(content)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// text is what an element holds, as it is copied.
func text(b *browser.Tab, selector string) string {
	b.T.Helper()
	return browser.Get[string](b, "s => document.querySelector(s).textContent", selector)
}

// TestGoogleByCertificate links a project with the command of the page, carried over and
// back by the clipboard.
func TestGoogleByCertificate(t *testing.T) {
	w := browser.NewWorld(t)
	b := w.NewTab(browser.WideLight)
	folder := t.TempDir()
	names := b.Downloads(folder)
	b.SignIn(w, browser.Owner)
	b.AddCredentialsFor("Google Cloud", "Google Cloud credentials")
	b.Shown("dialog-google")
	_, authority := b.Download(names, folder)
	if !readCertificate(t, authority).IsCA {
		t.Error("the link's certificate isn't an authority")
	}
	b.Fill("Label", "Harbor")
	b.Click("button", "Copy command: Create a workload identity pool")
	b.SeesIn("#dialog-announce", "Copied")

	shell := b.Another()
	shell.Open(w.Consoles["google"] + "/projects/" + googlesim.Working + "/cloudshell")
	shell.Find("textbox", "Command").Click()
	shell.Press("v", chromedp.ModifierCtrl)
	shell.Follow("button", "Run")
	shell.Shown("console-google-shell")
	shell.SeesIn("#output", googlesim.Working, "project_number", "workloadIdentityPools/mooring-")
	shell.Click("button", "Copy output")
	shell.SeesIn("#output", "Copied")

	b.Find("textbox", "Command output").Click()
	b.Press("v", chromedp.ModifierCtrl)
	b.Click("button", "Save credentials")
	b.SeesIn("dialog", "Connected", "Refuse other certificates")
	b.Shown("dialog-google-connected")
	b.FindIn("#dialog-body", "button", "Close").Click()
	b.Closed()
	b.SeesIn(`[data-testid="provider-google"]`, "Harbor", googlesim.Working, "Connected")
	b.Follow("link", "Harbor")
	b.SeesIn("main", "Project ID", "Workload identity pool", "Provider", "authority of this link")
	b.Shown("google-credential")

	// What was left in the project is shown when it is unlinked.
	b.Click("link", "Unlink")
	b.SeesIn("dialog", "workload-identity-pools delete", "Clean up in Google Cloud")
}

// TestGoogleRefusesTheProvider links a project whose provider trusts another authority.
func TestGoogleRefusesTheProvider(t *testing.T) {
	t.Parallel()
	w := browser.NewWorld(t)
	b := w.NewTab(browser.NarrowDark)
	b.SignIn(w, browser.Owner)
	b.AddCredentialsFor("Google Cloud", "Google Cloud credentials")
	b.Fill("Label", "Other flag")
	command := text(b, "#guide-command-1")
	shell := b.Another()
	shell.Open(w.Consoles["google"] + "/projects/" + googleProject(t, "Other Flag").ID + "/cloudshell")
	shell.Fill("Command", command)
	shell.Follow("button", "Run")
	shell.Shown("console-google-shell-narrow")
	b.Fill("Command output", text(shell, "#answer"))
	b.Click("button", "Save credentials")
	b.SeesIn("dialog", "Needs attention", "trust store")
	b.Shown("dialog-google-refused")
}

// googleByKey links a project with the account's certificate at a service account. choose
// selects the method and waits until the page has its parts.
func googleByKey(t *testing.T, w *browser.World, b *browser.Tab, choose func(), save func(string)) {
	t.Helper()
	folder := t.TempDir()
	names := b.Downloads(folder)
	_, before := b.Download(names, folder)
	b.Fill("Label", "Key locker")
	choose()
	b.Sees("This is the public half of a key pair created for this account.", "Upload it to Google Cloud", "Enter the project and the service account")
	if b.Has("textbox", "Provider (optional)") {
		t.Error("the form has a field of the other method")
	}
	b.Shown("google-key")
	name, after := b.Download(names, folder)
	if c := readCertificate(t, after); c.IsCA || c.Equal(readCertificate(t, before)) {
		t.Errorf("after the other method was chosen, %s is the certificate %s", name, c.Subject)
	}
	if label := b.Value("Label"); label != "Key locker" {
		t.Errorf("after the other method was chosen, the label is %q", label)
	}

	command := text(b, "#guide-command-1")
	shell := b.Another()
	shell.Open(w.Consoles["google"] + "/projects/" + googleProject(t, "Key Locker").ID + "/cloudshell")
	shell.Fill("Command", command)
	shell.Follow("button", "Run")
	output := text(shell, "#answer")
	browser.WantWords(t, "the output", output, "service_account")
	b.Fill("Command output", output)
	save("Save credentials")
	b.Sees("Connected", "Find the certificate")
}

// TestGoogleByKey chooses the second method in the dialog, which needs another certificate.
func TestGoogleByKey(t *testing.T) {
	t.Parallel()
	w := browser.NewWorld(t)
	b := w.NewTab(browser.WideDark)
	b.SignIn(w, browser.Owner)
	b.AddCredentialsFor("Google Cloud", "Google Cloud credentials")
	googleByKey(t, w, b, func() { b.Click("radio", "Service account with Mooring's certificate") }, func(name string) { b.Click("button", name) })
	b.Shown("dialog-google-key-connected")
}

// TestGoogleByKeyWithoutScript does the same by pages and plain forms.
func TestGoogleByKeyWithoutScript(t *testing.T) {
	t.Parallel()
	w := browser.NewWorld(t)
	b := w.NewTab(browser.NarrowLight)
	b.WithoutScript()
	b.SignIn(w, browser.Owner)
	b.Follow("link", "Add credentials for Google Cloud")
	b.Shown("plain-google")
	googleByKey(t, w, b, func() {
		b.Click("radio", "Service account with Mooring's certificate")
		b.Follow("button", "Update the command")
	}, func(name string) { b.Follow("button", name) })
	b.Shown("plain-google-connected")
}
