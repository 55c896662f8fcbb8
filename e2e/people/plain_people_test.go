package people

import (
	"net/http"
	"strings"
	"testing"

	"mooring/e2e/browser"
)

// TestPeopleWithoutScript does by plain pages and forms all that needs no
// passkey: only the recovery code of one.
func TestPeopleWithoutScript(t *testing.T) {
	t.Parallel()
	w := browser.NewWorld(t)
	earlier := w.NewTab(browser.WideLight)
	earlier.Authenticator()
	earlier.SignIn(w, browser.Owner)
	codes := earlier.AddPasskey(w, "Phone")

	b := w.NewTab(browser.NarrowLight)
	b.WithoutScript()
	b.Open(w.Address + "/")
	b.Sees("Passkeys need JavaScript, which is turned off in this browser.")
	b.Shown("plain-sign-in")
	b.SignIn(w, browser.Owner)
	b.Find("heading", "Use your passkey")
	b.Shown("plain-second-step")
	b.UseCode(codes[0])
	b.Find("heading", "Cloud Providers")
	b.Follow("button", "Dismiss")
	if b.Count("#notices") > 0 {
		t.Error("the notices are still there")
	}

	b.Open(w.Address + "/settings")
	b.Fill("Your name", "Olive Owner")
	b.Choose("Time zone", "Europe/Berlin")
	b.Follow("button", "Save")
	b.Sees("Saved.", "Olive Owner")
	b.Shown("plain-general")
	b.Open(w.Address + "/settings/password")
	b.Fill("Current password", browser.Password)
	b.Fill("New password", browser.AdminPassword)
	b.Follow("button", "Change password")
	b.Sees("Password changed. Your other sessions have ended.")
	b.Open(w.Address + "/settings/passkeys/new")
	b.Sees("Passkeys need JavaScript, which is turned off in this browser.")
	b.Shown("plain-passkey")

	b.Click("DisclosureTriangleGrouped", "Account: harbor")
	b.Follow("link", "New organization")
	b.Fill("Name", "pier")
	b.Follow("button", "Create organization")
	b.Find("heading", "Cloud Providers")
	b.Open(w.Address + "/accounts/pier/people")
	b.Choose("Role", "Viewer")
	b.Follow("button", "Invite")
	link := b.Text(`[data-testid="link"]`)
	b.Shown("plain-invited")

	nina := w.NewTab(browser.NarrowDark)
	nina.WithoutScript()
	nina.Expect("404 (Not Found)")
	nina.Open(link)
	nina.Shown("plain-join")
	nina.Joins("Nina New", "nina@harbor.example")
	nina.Open(w.Address + "/accounts/pier/people")
	nina.Sees("The people who share what pier links.")

	b.Follow("link", "Back to People")
	b.Choose("Role of Nina New", "Member")
	b.Follow("button", "Change the role of Nina New")
	b.Shown("plain-people")
	nina.Open(w.Address + "/accounts/pier/api-keys/new")
	nina.Fill("Name", "report")
	nina.Follow("button", "Create API key")
	key := nina.Text(`[data-testid="key"]`)
	nina.Shown("plain-api-key")
	if code, said := program(w, "Bearer "+key, "/api/v1/me"); code != http.StatusOK || !strings.Contains(said, `"read"`) {
		t.Errorf("the key is answered %d: %s", code, said)
	}
	b.Follow("button", "Remove Nina New")
	if code, _ := program(w, "Bearer "+key, "/api/v1/me"); code != http.StatusUnauthorized {
		t.Errorf("the key of whoever was removed is answered %d", code)
	}
	nina.Open(w.Address + "/accounts/pier/people")
	nina.Find("heading", "Not found")

	b.Open(w.Address + "/accounts/pier/general")
	b.Follow("link", "Delete")
	b.Sees("This can't be undone.", "no credentials, because nothing is linked")
	b.Fill("Type pier to delete it", "pier")
	b.Follow("button", "Delete pier")
	if strings.Contains(b.Text(`[data-testid="account-menu"]`), "pier") {
		t.Error("the organization is still there")
	}

	ada := w.NewTab(browser.NarrowLight)
	ada.WithoutScript()
	ada.SignIn(w, browser.Admin)
	ada.Open(w.Address + "/admin/people?search=vera")
	ada.Follow("link", "Vera Viewer")
	ada.Follow("button", "Make administrator")
	ada.Sees("administrator")
	ada.Follow("button", "Disable Vera Viewer")
	ada.Sees("disabled")
	ada.Shown("plain-admin-person")
}
