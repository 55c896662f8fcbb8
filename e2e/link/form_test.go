package link

import (
	"strings"
	"testing"

	"mooring/e2e/browser"
)

// TestBadInput types what people type by mistake.
func TestBadInput(t *testing.T) {
	t.Parallel()
	w := browser.NewWorld(t)
	b := w.NewTab(browser.NarrowDark)
	b.Expect("422 (Unprocessable Entity)")
	b.Expect("409 (Conflict)")
	b.SignIn(w, browser.Owner)
	tide := browser.Scripted("Tide Tables")

	b.AddCredentials()
	b.Fill("Label", "Tide")
	b.Fill("Subscription ID", tide.Name)
	b.Fill("Application (client) ID", tide.ClientID)
	b.Click("button", "Save credentials")
	refused(b, "Subscription ID", "looks like the subscription's name")
	b.Shown("dialog-refused")
	if b.Value("Label") != "Tide" || b.Value("Subscription ID") != tide.Name || b.Value("Application (client) ID") != tide.ClientID {
		t.Error("the form did not keep what was typed")
	}
	b.FindIn(browser.Problem, "link", "Subscription ID").Click()
	b.Focused("Subscription ID")

	b.Fill("Subscription ID", tide.SubscriptionID)
	b.Fill("Application (client) ID", "")
	b.Click("DisclosureTriangle", "Paste the command's output instead")
	const secret = "hunter2~Pass.word"
	b.Fill("Command output", `{"appId":"`+tide.ClientID+`","password":"`+secret+`","tenant":"`+tide.TenantID+`"}`)
	b.Click("button", "Save credentials")
	refused(b, "Command output", "Delete it in Azure under Certificates & secrets")
	if strings.Contains(browser.Get[string](b, browser.Everything), secret) {
		t.Error("the password stands in the page")
	}
	b.Shown("dialog-password")

	b.Fill("Application (client) ID", tide.ClientID)
	b.Click("button", "Save credentials")
	b.SeesIn("dialog", "Connected")
	b.FindIn("#dialog-body", "button", "Close").Click()
	b.Closed()

	b.AddCredentials()
	b.Fill("Label", "Tide again")
	b.Fill("Subscription ID", tide.SubscriptionID)
	b.Fill("Application (client) ID", tide.ClientID)
	b.Click("button", "Save credentials")
	b.SeesIn(browser.Problem, "already has this link")
	b.Shown("dialog-twice")
	if rows := b.Count(`[data-testid="credential-row"]`); rows != 1 {
		t.Errorf("the list has %d rows", rows)
	}
	first := browser.Get[string](b, "s => document.querySelector(s + ' a[href^=\"/\"]')?.getAttribute('href') ?? ''", browser.Problem)
	if !strings.HasPrefix(first, browser.CredentialsPath+"/") {
		t.Fatalf("the summary leads to %q", first)
	}
	b.Open(w.Address + first)
	b.Find("heading", "Tide")
}

// refused waits for the form to come back with a sentence at a field, and
// checks what a person needs to find it.
func refused(b *browser.Tab, label, sentence string) {
	b.T.Helper()
	b.SeesIn(browser.Problem, label)
	b.Until("the focus on the summary", func() bool {
		return browser.Get[bool](b, "() => document.activeElement.id === 'summary'")
	})
	var said string
	err := b.Find("textbox", label).On(`function () {
		const says = this.getAttribute('aria-describedby').split(' ').map(id => document.getElementById(id)?.innerText ?? '').join(' ')
		return this.getAttribute('aria-invalid') === 'true' ? says : ''
	}`, &said)
	if err != nil {
		b.T.Fatal(err)
	}
	browser.WantWords(b.T, label, said, sentence)
}

// TestChanges goes through what an owner does with a credential later.
func TestChanges(t *testing.T) {
	t.Parallel()
	w := browser.NewWorld(t)
	b := w.NewTab(browser.WideLight)
	b.SignIn(w, browser.Owner)
	dock := browser.Scripted("Dry Dock")
	b.Leads(func() { b.Save(dock, "Save without checking") })
	b.SeesIn(browser.Status, "Not checked", "Never")
	b.Shown("credential-not-verified")
	b.Click("button", "Check now")
	b.SeesIn(browser.Status, "Connected")

	b.Click("link", "Edit credentials")
	b.Find("dialog", "Edit credentials")
	b.SeesIn("dialog", "Changing the label affects nothing else.")
	if b.Value("Subscription ID") != dock.SubscriptionID {
		t.Error("the dialog forgot the subscription")
	}
	b.Shown("dialog-edit")
	b.Fill("Label", "Dock Two")
	b.Leads(func() { b.Click("button", "Save without checking") })
	b.Find("heading", "Dock Two")
	b.SeesIn(browser.Status, "Connected", "just now") // a label touches no result
	b.Sees("The link works.")

	b.Click("button", "Disable")
	b.SeesIn(browser.Status, "Disabled")
	b.Shown("credential-disabled")
	b.Click("button", "Enable")
	b.SeesIn(browser.Status, "Connected")

	b.Click("link", "Unlink")
	b.Find("dialog", "Unlink Dock Two")
	b.SeesIn("dialog", "Nothing changes in Azure", "az ad app delete --id "+dock.ClientID)
	b.Shown("dialog-unlink")
	b.Leads(func() { b.FindIn("dialog", "button", "Unlink").Click() })
	b.Sees("Unlinked", "az ad app delete --id "+dock.ClientID)
	b.Shown("leftovers")
	b.Follow("link", "Back to Cloud Providers")
	b.Sees("Nothing is linked yet.")
}
