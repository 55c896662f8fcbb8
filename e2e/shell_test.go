package e2e

import (
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// TestCloudShell links with the one command, carried over and back by the
// clipboard, of which there is one for all tabs.
func TestCloudShell(t *testing.T) {
	w := newWorld(t)
	b := w.newTab(wideLight)
	b.signIn(w, owner)
	b.addCredentials()

	b.click("DisclosureTriangleGrouped", "With a command in Cloud Shell")
	b.seesIn("#way-command", "Enter the subscription ID below first.", "<subscription-id>")
	b.fill("Label", "Production")
	b.fill("Subscription ID", "  /subscriptions/"+strings.ToUpper(working.SubscriptionID)+" ")
	b.seesIn("#guide-command-1", "/subscriptions/"+working.SubscriptionID)
	if get[bool](b, "() => !document.querySelector('#way-command').open") {
		t.Error("typing closed the part with the command")
	}
	b.shown("dialog-command")
	b.click("button", "Copy command: Link, with the right to read")
	b.seesIn("#dialog-announce", "Copied")

	shell := b.another()
	shell.open(w.portal + "/cloud-shell")
	shell.find("textbox", "Command").click()
	shell.press("v", chromedp.ModifierCtrl)
	if got, want := clean(shell.value("Command")), clean(get[string](b, "() => document.querySelector('#guide-command-1').textContent")); got != want {
		t.Errorf("the clipboard held %q instead of %q", got, want)
	}
	shell.follow("button", "Run")
	shell.shown("portal-shell")
	shell.click("button", "Copy output")
	shell.seesIn("#output", "Copied", "appId")

	b.click("DisclosureTriangle", "Paste what the command printed instead")
	b.find("textbox", "What the command printed").click()
	b.press("v", chromedp.ModifierCtrl)
	wantWords(t, "the field", b.value("What the command printed"), `"appId"`, `"tenant"`)
	b.shown("dialog-pasted")
	b.click("button", "Save credentials")
	b.seesIn("dialog", "Connected", "Pay-As-You-Go")
}

// clean is a text without the ends of its lines.
func clean(text string) string { return strings.Join(strings.Fields(text), " ") }

// TestKeyboard links with the keys alone, and sees at each step where it is. It
// runs alone, because a tab that opens elsewhere can take the keys away.
func TestKeyboard(t *testing.T) {
	w := newWorld(t)
	b := w.newTab(wideLight)
	tide := scripted("Tide Tables")

	b.open(w.address + "/")
	b.tabTo("E-mail address")
	b.press(owner)
	b.tabTo("Password")
	b.press(password)
	b.leads(func() { b.press(kb.Enter) })

	b.press(kb.Tab)
	b.focused("Skip to content")
	b.press(kb.Enter)
	b.until("the focus in the content", func() bool {
		return get[bool](b, "() => document.activeElement.id === 'main'")
	})
	b.tabTo("Add credentials")
	b.press(kb.Enter)
	b.focused("Azure credentials")
	b.press(kb.Escape)
	b.closed()
	b.focused("Add credentials")

	b.press(kb.Enter)
	b.focused("Azure credentials")
	b.tabTo("Label")
	b.press("Tide")
	b.tabTo("Subscription ID")
	b.press(tide.SubscriptionID)
	b.tabTo("Application (client) ID")
	b.press(tide.ClientID)
	b.tabTo("Save credentials")
	b.press(kb.Enter)
	b.seesIn("dialog", "Connected", "Tide Tables")
	b.focused("Tide")
	b.tabTo("Close")
	b.press(kb.Escape)
	b.seesIn(`[data-testid="credential-row"]`, "Connected")
	b.focused("Add credentials")
}
