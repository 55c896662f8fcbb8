package link

import (
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"mooring/e2e/browser"
)

// TestCloudShell links with the one command, carried over and back by the
// clipboard, of which there is one for all tabs.
func TestCloudShell(t *testing.T) {
	w := browser.NewWorld(t)
	b := w.NewTab(browser.WideLight)
	b.SignIn(w, browser.Owner)
	b.AddCredentials()

	b.Click("DisclosureTriangleGrouped", "With a command in Cloud Shell")
	b.SeesIn("#way-command", "Enter the subscription ID below first.", "<subscription-id>")
	b.Fill("Label", "Production")
	b.Fill("Subscription ID", "  /subscriptions/"+strings.ToUpper(browser.Working.SubscriptionID)+" ")
	b.SeesIn("#guide-command-1", "/subscriptions/"+browser.Working.SubscriptionID)
	if browser.Get[bool](b, "() => !document.querySelector('#way-command').open") {
		t.Error("typing closed the part with the command")
	}
	b.Shown("dialog-command")
	b.Click("button", "Copy command: Link with read access")
	b.SeesIn("#dialog-announce", "Copied")

	shell := b.Another()
	shell.Open(w.Consoles["azure"] + "/cloud-shell")
	shell.Find("textbox", "Command").Click()
	shell.Press("v", chromedp.ModifierCtrl)
	if got, want := clean(shell.Value("Command")), clean(browser.Get[string](b, "() => document.querySelector('#guide-command-1').textContent")); got != want {
		t.Errorf("the clipboard held %q instead of %q", got, want)
	}
	shell.Follow("button", "Run")
	shell.Shown("portal-shell")
	shell.Click("button", "Copy output")
	shell.SeesIn("#output", "Copied", "appId")

	b.Click("DisclosureTriangle", "Paste the command's output instead")
	b.Find("textbox", "Command output").Click()
	b.Press("v", chromedp.ModifierCtrl)
	browser.WantWords(t, "the field", b.Value("Command output"), `"appId"`, `"tenant"`)
	b.Shown("dialog-pasted")
	b.Click("button", "Save credentials")
	b.SeesIn("dialog", "Connected", "Pay-As-You-Go")
}

// clean is a text without the ends of its lines.
func clean(text string) string { return strings.Join(strings.Fields(text), " ") }

// TestKeyboard links with the keys alone, and sees at each step where it is. It
// runs alone, because a tab that opens elsewhere can take the keys away.
func TestKeyboard(t *testing.T) {
	w := browser.NewWorld(t)
	b := w.NewTab(browser.WideLight)
	tide := browser.Scripted("Tide Tables")

	b.Open(w.Address + "/")
	b.TabTo("E-mail address")
	b.Press(browser.Owner)
	b.TabTo("Password")
	b.Press(browser.Password)
	b.Leads(func() { b.Press(kb.Enter) })

	b.Press(kb.Tab)
	b.Focused("Skip to content")
	b.Press(kb.Enter)
	b.Until("the focus in the content", func() bool {
		return browser.Get[bool](b, "() => document.activeElement.id === 'main'")
	})
	b.TabTo("Add credentials for Microsoft Azure")
	b.Press(kb.Enter)
	b.Focused("Azure credentials")
	b.Press(kb.Escape)
	b.Closed()
	b.Focused("Add credentials for Microsoft Azure")

	b.Press(kb.Enter)
	b.Focused("Azure credentials")
	b.TabTo("Label")
	b.Press("Tide")
	b.TabTo("Subscription ID")
	b.Press(tide.SubscriptionID)
	b.TabTo("Application (client) ID")
	b.Press(tide.ClientID)
	b.TabTo("Save credentials")
	b.Press(kb.Enter)
	b.SeesIn("dialog", "Connected", "Tide Tables")
	b.Focused("Tide")
	b.TabTo("Close")
	b.Press(kb.Escape)
	b.SeesIn(`[data-testid="credential-row"]`, "Connected")
	b.Focused("Add credentials for Microsoft Azure")
}
