package e2e

import (
	"crypto/sha1"
	"crypto/x509"
	"encoding/hex"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"mooring/cloud/azure/azuresim"
)

// working is the subscription that a person links by hand.
var working = azuresim.Script()[0]

// signIn goes to the first page and signs in as somebody of the demo world.
func (b *tab) signIn(w *world, email string) {
	b.t.Helper()
	b.signInAs(w, email, password)
}

func (b *tab) signInAs(w *world, email, password string) {
	b.t.Helper()
	b.open(w.address + "/")
	b.fill("E-mail address", email)
	b.fill("Password", password)
	b.follow("button", "Sign in")
}

// addCredentials opens the dialog.
func (b *tab) addCredentials() {
	b.t.Helper()
	b.click("link", "Add credentials")
	b.find("dialog", "Azure credentials")
	b.until("the focus in the dialog", func() bool {
		return get[bool](b, "() => document.querySelector('dialog[open]').contains(document.activeElement)")
	})
}

// closed waits until the dialog is closed and everything that follows is done.
func (b *tab) closed() {
	b.t.Helper()
	b.until("the dialog to close", func() bool {
		return b.count("#dialog:not([open]):empty") == 1 && b.count(".htmx-request, .htmx-added, .htmx-settling, .htmx-swapping") == 0
	})
}

// download presses the button and gives the file, once it is complete.
func (b *tab) download(names <-chan string, folder string) (name string, content []byte) {
	b.t.Helper()
	b.click("link", "Download management certificate")
	select {
	case name = <-names:
	case <-time.After(patience):
		b.t.Fatal("nothing was downloaded")
	}
	content, err := os.ReadFile(filepath.Join(folder, name))
	if err != nil {
		b.t.Fatal(err)
	}
	return name, content
}

// register makes the application in the portal, uploads the certificate and
// gives it the role Reader on the working subscription. It returns the client
// ID, which it tells from the object ID.
func (b *tab) register(w *world, certificate string) string {
	b.t.Helper()
	b.fill("Name", "mooring for harbor")
	b.shown("portal-register")
	b.follow("button", "Register")
	client, object := b.text("#client-id"), b.text("#object-id")
	if client == "" || client == object {
		b.t.Fatalf("client ID %q, object ID %q", client, object)
	}
	b.attachFile("#certificate", certificate)
	b.leads(func() { b.findIn("#certificates", "button", "Add").click() })
	b.shown("portal-application")
	b.open(w.portal + "/subscriptions/" + working.SubscriptionID)
	b.follow("button", "Add role assignment")
	b.seesIn("#access-control", "Reader mooring for harbor")
	b.shown("portal-subscription")
	return client
}

// TestLink links a subscription as a person does, in every look.
func TestLink(t *testing.T) {
	for _, l := range looks {
		t.Run(l.name, func(t *testing.T) {
			t.Parallel()
			link(t, l)
		})
	}
}

func link(t *testing.T, l look) {
	w := newWorld(t)
	b := w.newTab(l)
	folder := t.TempDir()
	names := b.downloads(folder)

	b.open(w.address + "/")
	b.shown("sign-in")
	b.signIn(w, owner)
	b.sees("Cloud Providers", "Nothing is linked yet.")
	b.shown("providers-empty")

	b.addCredentials()
	b.shown("dialog")
	name, der := b.download(names, folder)
	checkCertificate(t, b, w, name, der)

	b.seesIn("dialog", "Register an application")
	portal := b.opens(func() { b.click("link", "Open App registrations (opens in a new tab)") })
	client := portal.register(w, filepath.Join(folder, name))
	portal.close()

	b.fill("Label", "Production")
	b.fill("Subscription ID", working.SubscriptionID)
	b.fill("Application (client) ID", client)
	b.until("the directory to be found", func() bool {
		return b.value("Directory (tenant) ID (optional)") == working.TenantID
	})
	if active := get[string](b, "() => document.activeElement.id"); active != "client_id" {
		t.Errorf("while somebody types the application ID, the focus jumped to %q", active)
	}
	b.shown("dialog-filled")
	b.click("button", "Save credentials")
	b.seesIn("dialog", "Find the directory", "Sign in", "Connected", "Pay-As-You-Go", "What Mooring may do", "The link works.")
	if rights := b.count("dialog .rights li"); rights < 3 {
		t.Errorf("the dialog tells %d rights", rights)
	}
	b.shown("dialog-connected")
	b.findIn("#dialog-body", "button", "Close").click()
	b.closed()
	b.seesIn(`[data-testid="credential-row"]`, "Production", "Pay-As-You-Go", "Connected", working.SubscriptionID)
	b.shown("providers")

	b.follow("link", "Production")
	b.seesIn(`section[aria-label="Status"]`, "Connected", "Last checked")
	b.sees("Verification", "What Mooring may do", "Details", client, working.TenantID, "Certificate")
	if stages := b.count(`[aria-labelledby="verification"] .stage`); stages != 6 {
		t.Errorf("the page shows %d stages", stages)
	}
	b.find("DisclosureTriangle", "Passed just now Asked by a person").click()
	b.until("the stages of the first run", func() bool { return b.count(".run[open] .stage") == 6 })
	b.shown("credential")
}

// checkCertificate checks that the file is what the page says it is.
func checkCertificate(t *testing.T, b *tab, w *world, name string, der []byte) {
	t.Helper()
	if ok, _ := regexp.MatchString(`^mooring-harbor\.cer$`, name); !ok {
		t.Errorf("the file is called %q", name)
	}
	if _, err := x509.ParseCertificate(der); err != nil {
		t.Errorf("the file is no certificate: %v", err)
	}
	thumbprint := sha1.Sum(der)
	shown := b.text(".facts > div:first-child code")
	if want := strings.ToUpper(hex.EncodeToString(thumbprint[:])); !strings.Contains(shown, want) {
		t.Errorf("the page shows %s, the file has %s", shown, want)
	}
	answer := b.fetch("GET", w.address+"/accounts/harbor/certificate.cer", nil)
	if kind := answer.Header.Get("Content-Type"); kind != "application/pkix-cert" {
		t.Errorf("the file came as %q", kind)
	}
}
