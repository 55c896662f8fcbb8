package people

import (
	"path/filepath"
	"testing"

	"mooring/e2e/browser"
)

// TestProof does something dangerous long after signing in: with the password,
// with a passkey, and with script and without.
func TestProof(t *testing.T) {
	t.Parallel()
	browser.NeedChromium(t)
	s := browser.Serve(t, filepath.Join(t.TempDir(), "data"))
	b := s.NewTab(browser.WideLight)
	b.Expect("422 (Unprocessable Entity)")
	b.Authenticator()
	b.SetsUp(s)
	b.Open(s.Address + "/accounts/harbor/delete")
	b.Find("heading", "Delete harbor") // at once after signing in

	s.AgesProofs(b)
	b.Open(s.Address + "/accounts/harbor/delete")
	b.Find("heading", "Confirm that it's you")
	b.Fill("Password", "not this one")
	b.Follow("button", "Confirm")
	b.Sees("That isn't your password.")
	b.Shown("prove-refused")
	b.Fill("Password", browser.AdminPassword)
	b.Follow("button", "Confirm")
	b.Find("heading", "Delete harbor")

	b.AddPasskey(s.World, "Key ring")
	s.AgesProofs(b)
	b.Open(s.Address + "/accounts/harbor/api-keys")
	b.Follow("link", "New API key")
	b.Find("heading", "Confirm that it's you")
	b.Shown("prove")
	b.Follow("button", "Confirm with a passkey")
	b.Find("heading", "New API key")
}
