package people

import (
	"testing"

	"mooring/e2e/browser"
)

// TestPasskeyShapes adds and uses a passkey in browsers, and with password managers,
// that have less than Chromium has, or break it.
func TestPasskeyShapes(t *testing.T) {
	t.Parallel()
	for name, script := range map[string]string{
		"less than Chromium": `delete PublicKeyCredential.parseCreationOptionsFromJSON
			delete PublicKeyCredential.parseRequestOptionsFromJSON
			delete PublicKeyCredential.prototype.toJSON
			delete PublicKeyCredential.prototype.getClientExtensionResults
			delete AuthenticatorAttestationResponse.prototype.getTransports`,
		"a manager that breaks it": `PublicKeyCredential.prototype.toJSON = function () { throw new TypeError('Illegal invocation') }`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := browser.NewWorld(t)
			b := w.NewTab(browser.WideLight)
			b.NewDocuments(script)
			b.Authenticator()
			b.SignIn(w, browser.Owner)
			b.AddPasskey(w, "Work laptop")
			b.Follow("link", "I've saved them")
			b.SignOut("Olivia Owner")
			b.Follow("button", "Sign in with a passkey")
			b.Find("heading", "Cloud Providers")
		})
	}
}

// TestPasskeyThatCanBeCopiedByNow has a manager that makes passkeys which can't be
// copied, and says later that they can.
func TestPasskeyThatCanBeCopiedByNow(t *testing.T) {
	t.Parallel()
	w := browser.NewWorld(t)
	b := w.NewTab(browser.WideLight)
	laptop := b.Authenticator()
	b.SignIn(w, browser.Owner)
	b.AddPasskey(w, "Work laptop")
	b.Follow("link", "I've saved them")
	for _, copied := range []bool{true, false} {
		laptop.CanBeCopied(copied)
		b.SignOut("Olivia Owner")
		b.Follow("button", "Sign in with a passkey")
		b.Find("heading", "Cloud Providers")
	}
}

// TestPasskeyInTheList chooses a passkey from the list that the browser offers under
// the e-mail address. The device does so at once.
func TestPasskeyInTheList(t *testing.T) {
	t.Parallel()
	w := browser.NewWorld(t)
	b := w.NewTab(browser.NarrowDark)
	b.ListedAuthenticator()
	b.Open(w.Address + "/login")
	if autocomplete := browser.Get[string](b, "() => document.querySelector('input[name=email]').autocomplete"); autocomplete != "username webauthn" {
		t.Errorf("the e-mail address may be filled in with %q", autocomplete)
	}
	b.SignIn(w, browser.Owner)
	b.AddPasskey(w, "Work laptop")
	b.Follow("link", "I've saved them")
	browser.Get[bool](b, "async () => (await fetch('/logout', { method: 'POST' })).ok")
	b.Open(w.Address + "/login")
	b.Find("heading", "Cloud Providers")
}

// TestNoPasskeysInThisBrowser has a browser without passkeys.
func TestNoPasskeysInThisBrowser(t *testing.T) {
	t.Parallel()
	w := browser.NewWorld(t)
	b := w.NewTab(browser.NarrowLight)
	b.NewDocuments(`delete window.PublicKeyCredential`)
	b.Open(w.Address + "/login")
	b.Find("heading", "Sign in")
	if b.Count("[data-passkey] button:not([hidden])") > 0 {
		t.Error("the button is offered")
	}
	if said := b.Text(browser.PasskeySays); said != "" {
		t.Errorf("it says %q beside another way", said)
	}
	b.SignIn(w, browser.Owner)
	b.Open(w.Address + browser.SecurityPath)
	b.Follow("link", "Add passkey")
	b.SeesIn(browser.PasskeySays, "This browser can't use passkeys here. Use a newer browser, or another sign-in method.")
	if b.Count("[data-passkey] button:not([hidden])") > 0 {
		t.Error("the button to add one is offered")
	}
	b.Shown("passkey-unsupported")
}
