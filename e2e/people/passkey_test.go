package people

import (
	"strings"
	"testing"

	"mooring/e2e/browser"
)

// TestPasskey is the life of a passkey: added, used alone and as the second
// step, lost, and removed.
func TestPasskey(t *testing.T) {
	t.Parallel()
	w := browser.NewWorld(t)
	elsewhere := w.NewTab(browser.WideLight)
	elsewhere.SignIn(w, browser.Owner)
	b := w.NewTab(browser.NarrowLight)
	b.Expect("422 (Unprocessable Entity)")
	laptop := b.Authenticator()
	b.SignIn(w, browser.Owner)
	codes := b.AddPasskey(w, "Work laptop")
	b.Shown("recovery-codes")
	b.Follow("link", "I've saved them")
	b.Sees("Passkey added. Your other sessions have ended.", "The passkey Work laptop was added, with Chrome on Linux", "10 codes are left.")
	b.SeesIn(browser.PasskeyRow, "Work laptop", "Never used")
	b.Shown("security-passkey")
	elsewhere.Open(w.Address + browser.ProvidersPath)
	elsewhere.Find("heading", "Sign in")

	b.SignOut("Olivia Owner")
	b.Follow("button", "Sign in with a passkey")
	b.Find("heading", "Cloud Providers")
	b.Sees("You last signed in just now from 127.0.0.1.")

	b.SignOut("Olivia Owner")
	b.SignIn(w, browser.Owner)
	b.Find("heading", "Use your passkey")
	b.Shown("second-step")
	b.Open(w.Address + browser.ProvidersPath)
	b.Find("heading", "Use your passkey")
	b.Follow("button", "Use passkey")
	if b.Path() != browser.ProvidersPath {
		t.Errorf("the second step leads to %s", b.Path())
	}

	b.SignOut("Olivia Owner")
	laptop.Lose()
	b.Authenticator() // a new one, which holds nothing
	b.SignIn(w, browser.Owner)
	b.Click("button", "Use passkey")
	b.SeesIn(browser.PasskeySays, "No passkey was used. Try again, or choose another sign-in method.")
	b.UseCode(" " + strings.ToUpper(codes[3]) + " ")
	b.Find("heading", "Cloud Providers")
	b.Sees("A recovery code was used in place of your passkey")
	b.Shown("notices")
	b.Click("button", "Dismiss")
	b.Until("the notices to go", func() bool { return b.Count("#notices") == 0 })

	b.SignOut("Olivia Owner")
	b.SignIn(w, browser.Owner)
	b.UseCode(codes[3])
	b.SeesIn(browser.Problem, "Recovery code")
	b.Sees("That recovery code doesn't work. Each code works only once")
	b.Shown("second-step-refused")
	b.UseCode(codes[4])
	b.Open(w.Address + browser.SecurityPath)
	b.Sees("8 codes are left.")

	b.Follow("button", "Remove the passkey Work laptop")
	b.Sees("Passkey removed.", "The passkey Work laptop was removed")
	if b.Count(browser.PasskeyRow) > 0 || b.Count(`[data-testid="codes"]`) > 0 {
		t.Error("the passkey or its recovery codes are still there")
	}
	b.SignOut("Olivia Owner")
	b.SignIn(w, browser.Owner)
	b.Find("heading", "Cloud Providers")
}

// TestPasskeyRefused cancels, and answers with a signature that does not hold.
func TestPasskeyRefused(t *testing.T) {
	t.Parallel()
	w := browser.NewWorld(t)
	b := w.NewTab(browser.WideDark)
	b.Expect("422 (Unprocessable Entity)")
	laptop := b.Authenticator()
	b.SignIn(w, browser.Owner)
	b.Open(w.Address + "/settings/passkeys/new")
	laptop.Knows(false)
	b.Click("button", "Add passkey")
	b.SeesIn(browser.PasskeySays, "No passkey was created. Try again when you're ready.")
	b.Shown("passkey-cancelled")
	if b.Count("[data-passkey] [aria-disabled]") > 0 || laptop.Holds() > 0 {
		t.Error("after cancelling nobody can try again, or there is a passkey")
	}
	laptop.Knows(true)
	b.Follow("button", "Add passkey")
	b.Follow("link", "I've saved them")
	if b.Count(browser.PasskeyRow) != 1 || laptop.Holds() != 1 {
		t.Errorf("there are %d passkeys here and %d on the device", b.Count(browser.PasskeyRow), laptop.Holds())
	}
	b.Open(w.Address + "/settings/passkeys/new")
	b.Click("button", "Add passkey")
	b.SeesIn(browser.PasskeySays, "This device or security key already has a passkey of yours. Use another one.")

	b.SignOut("Olivia Owner")
	laptop.Knows(false)
	b.Click("button", "Sign in with a passkey")
	b.SeesIn(browser.PasskeySays, "No passkey was used. Try again, or choose another sign-in method.")
	laptop.Knows(true)
	laptop.Forges(true)
	b.Follow("button", "Sign in with a passkey")
	b.Sees("That passkey didn't work.")
	b.Shown("passkey-refused")
	laptop.Forges(false)
	b.Follow("button", "Sign in with a passkey")
	b.Find("heading", "Cloud Providers")
}

// TestPasskeyElsewhere uses an address of the same machine at which passkeys
// do not work: the page says where they do, and a recovery code is enough.
func TestPasskeyElsewhere(t *testing.T) {
	t.Parallel()
	w := browser.NewWorld(t)
	b := w.NewTab(browser.NarrowDark)
	b.Authenticator()
	b.SignIn(w, browser.Owner)
	codes := b.AddPasskey(w, "")

	number := &browser.World{T: t, Address: strings.Replace(w.Address, "localhost", "127.0.0.1", 1)}
	b.Noted.Allow(number.Hosts()[0])
	b.Open(number.Address + "/")
	b.Sees("Passkeys work only at " + w.Address + ".")
	b.Shown("passkey-elsewhere")
	if b.Has("button", "Sign in with a passkey") {
		t.Error("the page offers what cannot work")
	}
	b.SignIn(number, browser.Owner)
	b.Find("heading", "Use your passkey")
	b.Sees("Passkeys work only at " + w.Address + ".")
	b.UseCode(codes[0])
	b.Open(number.Address + browser.SecurityPath)
	b.Sees("Passkeys work only at " + w.Address + ".")
	if b.Has("link", "Add passkey") {
		t.Error("the page offers what cannot work")
	}
	b.SignOut("Olivia Owner")
	b.Follow("link", "Open that address")
	b.Find("heading", "Cloud Providers") // where the browser is still signed in
}
