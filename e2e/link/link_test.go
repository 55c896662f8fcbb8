package link

import (
	"crypto/sha1"
	"crypto/x509"
	"encoding/hex"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"mooring/e2e/browser"
)

// TestLink links a subscription as a person does, in every look.
func TestLink(t *testing.T) {
	for _, l := range browser.Looks {
		t.Run(l.Name, func(t *testing.T) {
			t.Parallel()
			link(t, l)
		})
	}
}

func link(t *testing.T, l browser.Look) {
	w := browser.NewWorld(t)
	b := w.NewTab(l)
	folder := t.TempDir()
	names := b.Downloads(folder)

	b.Open(w.Address + "/")
	b.Shown("sign-in")
	b.SignIn(w, browser.Owner)
	b.Sees("Cloud Providers", "Nothing is linked yet.")
	b.Shown("providers-empty")

	b.AddCredentials()
	b.Shown("dialog")
	name, der := b.Download(names, folder)
	checkCertificate(t, b, w, name, der)

	b.SeesIn("dialog", "Register an application")
	portal := b.Opens(func() { b.Click("link", "Open App registrations (opens in a new tab)") })
	client := portal.Register(w, filepath.Join(folder, name))
	portal.Close()

	b.Fill("Label", "Production")
	b.Fill("Subscription ID", browser.Working.SubscriptionID)
	b.Fill("Application (client) ID", client)
	b.Until("the directory to be found", func() bool {
		return b.Value("Directory (tenant) ID (optional)") == browser.Working.TenantID
	})
	if active := browser.Get[string](b, "() => document.activeElement.id"); active != "client_id" {
		t.Errorf("while somebody types the application ID, the focus jumped to %q", active)
	}
	b.Shown("dialog-filled")
	b.Click("button", "Save credentials")
	b.SeesIn("dialog", "Find the directory", "Sign in", "Connected", "Pay-As-You-Go", "What Mooring can do", "The link works.")
	if rights := b.Count("dialog .rights li"); rights < 3 {
		t.Errorf("the dialog tells %d rights", rights)
	}
	b.Shown("dialog-connected")
	b.FindIn("#dialog-body", "button", "Close").Click()
	b.Closed()
	b.SeesIn(`[data-testid="credential-row"]`, "Production", "Pay-As-You-Go", "Connected", browser.Working.SubscriptionID)
	b.Shown("providers")

	b.Follow("link", "Production")
	b.SeesIn(`section[aria-label="Status"]`, "Connected", "Last checked")
	b.Sees("Checks", "What Mooring can do", "Details", client, browser.Working.TenantID, "Certificate")
	if stages := b.Count(`[aria-labelledby="verification"] .stage`); stages != 6 {
		t.Errorf("the page shows %d stages", stages)
	}
	b.Find("DisclosureTriangle", "Passed just now Requested").Click()
	b.Until("the stages of the first run", func() bool { return b.Count(".run[open] .stage") == 6 })
	b.Shown("credential")
}

// checkCertificate checks that the file is what the page says it is.
func checkCertificate(t *testing.T, b *browser.Tab, w *browser.World, name string, der []byte) {
	t.Helper()
	if ok, _ := regexp.MatchString(`^mooring-harbor\.cer$`, name); !ok {
		t.Errorf("the file is called %q", name)
	}
	if _, err := x509.ParseCertificate(der); err != nil {
		t.Errorf("the file is no certificate: %v", err)
	}
	thumbprint := sha1.Sum(der)
	shown := b.Text(".facts > div:first-child code")
	if want := strings.ToUpper(hex.EncodeToString(thumbprint[:])); !strings.Contains(shown, want) {
		t.Errorf("the page shows %s, the file has %s", shown, want)
	}
	answer := b.Fetch("GET", w.Address+"/accounts/harbor/certificate.cer", nil)
	if kind := answer.Header.Get("Content-Type"); kind != "application/pkix-cert" {
		t.Errorf("the file came as %q", kind)
	}
}
