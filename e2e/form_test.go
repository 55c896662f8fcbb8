package e2e

import (
	"strings"
	"testing"
)

// problem is the summary above a form that came back.
const problem = `[data-testid="summary"]`

// TestBadInput types what people type by mistake.
func TestBadInput(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	b := w.newTab(narrowDark)
	b.expect("422 (Unprocessable Entity)")
	b.expect("409 (Conflict)")
	b.signIn(w, owner)
	tide := scripted("Tide Tables")

	b.addCredentials()
	b.fill("Label", "Tide")
	b.fill("Subscription ID", tide.Name)
	b.fill("Application (client) ID", tide.ClientID)
	b.click("button", "Save credentials")
	b.refused("Subscription ID", "looks like the subscription's name")
	b.shown("dialog-refused")
	if b.value("Label") != "Tide" || b.value("Subscription ID") != tide.Name || b.value("Application (client) ID") != tide.ClientID {
		t.Error("the form did not keep what was typed")
	}
	b.findIn(problem, "link", "Subscription ID").click()
	b.focused("Subscription ID")

	b.fill("Subscription ID", tide.SubscriptionID)
	b.fill("Application (client) ID", "")
	b.click("DisclosureTriangle", "Paste what the command printed instead")
	const secret = "hunter2~Pass.word"
	b.fill("What the command printed", `{"appId":"`+tide.ClientID+`","password":"`+secret+`","tenant":"`+tide.TenantID+`"}`)
	b.click("button", "Save credentials")
	b.refused("What the command printed", "Delete it in Azure under Certificates & secrets")
	if strings.Contains(get[string](b, everything), secret) {
		t.Error("the password stands in the page")
	}
	b.shown("dialog-password")

	b.fill("Application (client) ID", tide.ClientID)
	b.click("button", "Save credentials")
	b.seesIn("dialog", "Connected")
	b.findIn("#dialog-body", "button", "Close").click()
	b.closed()

	b.addCredentials()
	b.fill("Label", "Tide again")
	b.fill("Subscription ID", tide.SubscriptionID)
	b.fill("Application (client) ID", tide.ClientID)
	b.click("button", "Save credentials")
	b.seesIn(problem, "already links that subscription")
	b.shown("dialog-twice")
	if rows := b.count(`[data-testid="credential-row"]`); rows != 1 {
		t.Errorf("the list has %d rows", rows)
	}
	first := get[string](b, "s => document.querySelector(s + ' a[href^=\"/\"]')?.getAttribute('href') ?? ''", problem)
	if !strings.HasPrefix(first, credentialsPath+"/") {
		t.Fatalf("the summary leads to %q", first)
	}
	b.open(w.address + first)
	b.find("heading", "Tide")
}

// everything is all that the page holds, what is typed included.
const everything = `() => document.documentElement.outerHTML +
	[...document.querySelectorAll('input, textarea')].map(e => e.value).join('\n')`

// refused waits for the form to come back with a sentence at a field, and
// checks what a person needs to find it.
func (b *tab) refused(label, sentence string) {
	b.t.Helper()
	b.seesIn(problem, label)
	b.until("the focus on the summary", func() bool {
		return get[bool](b, "() => document.activeElement.id === 'summary'")
	})
	var said string
	err := b.find("textbox", label).on(`function () {
		const says = this.getAttribute('aria-describedby').split(' ').map(id => document.getElementById(id)?.innerText ?? '').join(' ')
		return this.getAttribute('aria-invalid') === 'true' ? says : ''
	}`, &said)
	if err != nil {
		b.t.Fatal(err)
	}
	wantWords(b.t, label, said, sentence)
}

// TestChanges goes through what an owner does with a credential later.
func TestChanges(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	b := w.newTab(wideLight)
	b.signIn(w, owner)
	dock := scripted("Dry Dock")
	b.leads(func() { b.save(dock, "Save without verifying") })
	b.seesIn(status, "Not verified", "Never")
	b.shown("credential-not-verified")
	b.click("button", "Verify now")
	b.seesIn(status, "Connected")

	b.click("link", "Edit credentials")
	b.find("dialog", "Edit credentials")
	b.seesIn("dialog", "Saving clears the last verdict")
	if b.value("Subscription ID") != dock.SubscriptionID {
		t.Error("the dialog forgot the subscription")
	}
	b.shown("dialog-edit")
	b.fill("Label", "Dock Two")
	b.leads(func() { b.click("button", "Save without verifying") })
	b.find("heading", "Dock Two")
	b.seesIn(status, "Not verified")

	b.click("button", "Disable")
	b.seesIn(status, "Disabled")
	b.shown("credential-disabled")
	b.click("button", "Enable")
	b.seesIn(status, "Connected")

	b.click("link", "Unlink")
	b.find("dialog", "Unlink Dock Two")
	b.seesIn("dialog", "Nothing changes in Azure", "az ad app delete --id "+dock.ClientID)
	b.shown("dialog-unlink")
	b.leads(func() { b.findIn("dialog", "button", "Unlink").click() })
	b.sees("Unlinked", "az ad app delete --id "+dock.ClientID)
	b.shown("leftovers")
	b.follow("link", "Back to Cloud Providers")
	b.sees("Nothing is linked yet.")
}
