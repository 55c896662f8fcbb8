package e2e

import (
	"strings"
	"testing"
)

const (
	securityPath = "/settings/security"
	passkeyRow   = `[data-testid="passkey-row"]`
	passkeySays  = "[data-passkey-says]"
)

// signOut signs out by the menu.
func (b *tab) signOut(name string) {
	b.t.Helper()
	b.click("DisclosureTriangleGrouped", "You: "+name)
	b.follow("button", "Sign out")
	b.find("heading", "Sign in")
}

// addPasskey adds a passkey by the page Security, and gives the recovery codes
// that come with the first one.
func (b *tab) addPasskey(w *world, name string) []string {
	b.t.Helper()
	b.open(w.address + securityPath)
	b.follow("link", "Add passkey")
	b.fill("Name (optional)", name)
	b.follow("button", "Add passkey")
	b.find("heading", "Keep your recovery codes")
	codes := strings.Fields(b.text(`[data-testid="codes"]`))
	if len(codes) != 10 {
		b.t.Fatalf("the recovery codes are %q", codes)
	}
	return codes
}

// useCode types a recovery code on the page of the second step.
func (b *tab) useCode(code string) {
	b.t.Helper()
	if !b.has("textbox", "Recovery code") {
		b.click("DisclosureTriangle", "Use a recovery code")
	}
	b.fill("Recovery code", code)
	b.follow("button", "Use code")
}

// TestPasskey is the life of a passkey: added, used alone and as the second
// step, lost, and removed.
func TestPasskey(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	elsewhere := w.newTab(wideLight)
	elsewhere.signIn(w, owner)
	b := w.newTab(narrowLight)
	b.expect("422 (Unprocessable Entity)")
	laptop := b.authenticator()
	b.signIn(w, owner)
	codes := b.addPasskey(w, "Work laptop")
	b.shown("recovery-codes")
	b.follow("link", "I have kept them")
	b.sees("The passkey is added. Your other sessions have ended.", "The passkey Work laptop was added, with Chrome on Linux", "10 are left.")
	b.seesIn(passkeyRow, "Work laptop", "Never used")
	b.shown("security-passkey")
	elsewhere.open(w.address + providersPath)
	elsewhere.find("heading", "Sign in")

	b.signOut("Olivia Owner")
	b.follow("button", "Sign in with a passkey")
	b.find("heading", "Cloud Providers")
	b.sees("You last signed in just now from 127.0.0.1.")

	b.signOut("Olivia Owner")
	b.signIn(w, owner)
	b.find("heading", "Use your passkey")
	b.shown("second-step")
	b.open(w.address + providersPath)
	b.find("heading", "Use your passkey")
	b.follow("button", "Use passkey")
	if b.path() != providersPath {
		t.Errorf("the second step leads to %s", b.path())
	}

	b.signOut("Olivia Owner")
	laptop.lose()
	b.authenticator() // a new one, which holds nothing
	b.signIn(w, owner)
	b.click("button", "Use passkey")
	b.seesIn(passkeySays, "No passkey was used. Try again, or choose another way.")
	b.useCode(" " + strings.ToUpper(codes[3]) + " ")
	b.find("heading", "Cloud Providers")
	b.sees("A recovery code was used in place of your passkey")
	b.shown("notices")
	b.click("button", "Dismiss")
	b.until("the notices to go", func() bool { return b.count("#notices") == 0 })

	b.signOut("Olivia Owner")
	b.signIn(w, owner)
	b.useCode(codes[3])
	b.seesIn(problem, "Recovery code")
	b.sees("That recovery code does not work. Each code works once")
	b.shown("second-step-refused")
	b.useCode(codes[4])
	b.open(w.address + securityPath)
	b.sees("8 are left.")

	b.follow("button", "Remove the passkey Work laptop")
	b.sees("The passkey is removed.", "The passkey Work laptop was removed")
	if b.count(passkeyRow) > 0 || b.count(`[data-testid="codes"]`) > 0 {
		t.Error("the passkey or its recovery codes are still there")
	}
	b.signOut("Olivia Owner")
	b.signIn(w, owner)
	b.find("heading", "Cloud Providers")
}

// TestPasskeyRefused cancels, and answers with a signature that does not hold.
func TestPasskeyRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	b := w.newTab(wideDark)
	b.expect("422 (Unprocessable Entity)")
	laptop := b.authenticator()
	b.signIn(w, owner)
	b.open(w.address + "/settings/passkeys/new")
	laptop.knows(false)
	b.click("button", "Add passkey")
	b.seesIn(passkeySays, "No passkey was made. Try again when you are ready.")
	b.shown("passkey-cancelled")
	if b.count("[data-passkey] [aria-disabled]") > 0 || laptop.holds() > 0 {
		t.Error("after cancelling nobody can try again, or there is a passkey")
	}
	laptop.knows(true)
	b.follow("button", "Add passkey")
	b.follow("link", "I have kept them")
	if b.count(passkeyRow) != 1 || laptop.holds() != 1 {
		t.Errorf("there are %d passkeys here and %d on the device", b.count(passkeyRow), laptop.holds())
	}
	b.open(w.address + "/settings/passkeys/new")
	b.click("button", "Add passkey")
	b.seesIn(passkeySays, "This device or security key already holds a passkey of yours. Use another one.")

	b.signOut("Olivia Owner")
	laptop.knows(false)
	b.click("button", "Sign in with a passkey")
	b.seesIn(passkeySays, "No passkey was used. Try again, or choose another way.")
	laptop.knows(true)
	laptop.forges(true)
	b.follow("button", "Sign in with a passkey")
	b.sees("That passkey did not work here.")
	b.shown("passkey-refused")
	laptop.forges(false)
	b.follow("button", "Sign in with a passkey")
	b.find("heading", "Cloud Providers")
}

// TestPasskeyElsewhere uses an address of the same machine at which passkeys
// do not work: the page says where they do, and a recovery code is enough.
func TestPasskeyElsewhere(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	b := w.newTab(narrowDark)
	b.authenticator()
	b.signIn(w, owner)
	codes := b.addPasskey(w, "")

	number := &world{t: t, address: strings.Replace(w.address, "localhost", "127.0.0.1", 1)}
	b.noted.allow(number.hosts()[0])
	b.open(number.address + "/")
	b.sees("Passkeys work at " + w.address + " only.")
	b.shown("passkey-elsewhere")
	if b.has("button", "Sign in with a passkey") {
		t.Error("the page offers what cannot work")
	}
	b.signIn(number, owner)
	b.find("heading", "Use your passkey")
	b.sees("Passkeys work at " + w.address + " only.")
	b.useCode(codes[0])
	b.open(number.address + securityPath)
	b.sees("Passkeys work at " + w.address + " only.")
	if b.has("link", "Add passkey") {
		t.Error("the page offers what cannot work")
	}
	b.signOut("Olivia Owner")
	b.follow("link", "Open that address")
	b.find("heading", "Cloud Providers") // where the browser is still signed in
}
