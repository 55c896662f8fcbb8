package firefox

import (
	"testing"

	"mooring/e2e/browser"
)

const escape = "\uE00C" // as WebDriver spells the key

// TestLink signs in and links a subscription in the dialog, after closing it in
// every way; then signs out and goes back.
func TestLink(t *testing.T) {
	b := open(t)
	w := browser.AnyWorld(t, 0)
	b.open(w.Address + "/")
	b.fill("main", "textbox", "E-mail address", browser.Owner)
	b.fill("main", "password", "Password", browser.Password)
	b.click("main", "button", "Sign in")
	b.sees("main", "Nothing is linked yet.")

	b.click("main", "link", "Add credentials for Microsoft Azure")
	b.sees("#dialog", "Azure credentials")
	b.until("the address of the dialog", func() bool { return b.path() == browser.CredentialsPath+"/new" })
	b.press(escape)
	b.until("the dialog to close", func() bool { return b.path() == browser.ProvidersPath })

	b.click("main", "link", "Add credentials for Microsoft Azure")
	b.sees("#dialog", "Azure credentials")
	b.fill("#dialog", "textbox", "Label", "Production")
	b.press(escape)
	b.click("#question", "button", "Keep editing")
	b.get("() => { history.back(); return '' }")
	b.click("#question", "button", "Discard")
	b.until("the dialog to close", func() bool { return b.path() == browser.ProvidersPath })

	tide := browser.Scripted("Tide Tables")
	b.click("main", "link", "Add credentials for Microsoft Azure")
	b.sees("#dialog", "Azure credentials")
	b.fill("#dialog", "textbox", "Label", tide.Name)
	b.fill("#dialog", "textbox", "Subscription ID", tide.SubscriptionID)
	b.fill("#dialog", "textbox", "Application (client) ID", tide.ClientID)
	b.until("the directory to be found", func() bool { return b.get("() => document.querySelector('#tenant_id').value") == tide.TenantID })
	b.click("#dialog", "button", "Save credentials")
	b.sees("#dialog", "Connected", tide.Name)
	b.click("#dialog-body", "button", "Close")
	b.sees(`[data-testid="credential-row"]`, tide.Name, "Connected")

	b.click("main", "link", tide.Name)
	b.sees(browser.Status, "Connected")
	b.get("() => { document.querySelector('form[action=\"/logout\"]').requestSubmit(); return '' }")
	b.sees("main h1", "Sign in")
	b.get("() => { history.back(); return '' }")
	b.until("the page before", func() bool { return b.get("() => document.readyState") == "complete" && b.path() == "/login" })
	b.sees("main h1", "Sign in")
}
