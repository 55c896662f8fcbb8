package e2e

import (
	"net/http"
	"strings"
	"testing"
)

// TestPeopleWithoutScript does by plain pages and forms all that needs no
// passkey: only the recovery code of one.
func TestPeopleWithoutScript(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	earlier := w.newTab(wideLight)
	earlier.authenticator()
	earlier.signIn(w, owner)
	codes := earlier.addPasskey(w, "Phone")

	b := w.newTab(narrowLight)
	b.withoutScript()
	b.open(w.address + "/")
	b.sees("A passkey needs JavaScript, which is off in this browser.")
	b.shown("plain-sign-in")
	b.signIn(w, owner)
	b.find("heading", "Use your passkey")
	b.shown("plain-second-step")
	b.useCode(codes[0])
	b.find("heading", "Cloud Providers")
	b.follow("button", "Dismiss")
	if b.count("#notices") > 0 {
		t.Error("the notices are still there")
	}

	b.open(w.address + "/settings")
	b.fill("Your name", "Olive Owner")
	b.choose("Time zone", "Europe/Berlin")
	b.follow("button", "Save")
	b.sees("Saved.", "Olive Owner")
	b.shown("plain-general")
	b.open(w.address + "/settings/password")
	b.fill("Current password", password)
	b.fill("New password", adminPassword)
	b.follow("button", "Change password")
	b.sees("Your password is changed. Your other sessions have ended.")
	b.open(w.address + "/settings/passkeys/new")
	b.sees("A passkey needs JavaScript, which is off in this browser.")
	b.shown("plain-passkey")

	b.click("DisclosureTriangleGrouped", "Account: owner")
	b.follow("link", "New organization")
	b.fill("Name", "pier")
	b.follow("button", "Create organization")
	b.find("heading", "Cloud Providers")
	b.open(w.address + "/accounts/pier/people")
	b.choose("Role", "Viewer")
	b.follow("button", "Invite")
	link := b.text(`[data-testid="link"]`)
	b.shown("plain-invited")

	nina := w.newTab(narrowDark)
	nina.withoutScript()
	nina.expect("404 (Not Found)")
	nina.open(link)
	nina.shown("plain-join")
	nina.joins("Nina New", "nina@harbor.example")
	nina.open(w.address + "/accounts/pier/people")
	nina.sees("Who shares what pier links.")

	b.follow("link", "Back to People")
	b.choose("Role of Nina New", "Member")
	b.follow("button", "Change the role of Nina New")
	b.shown("plain-people")
	nina.open(w.address + "/accounts/pier/api-keys/new")
	nina.click("radio", "Read and write")
	nina.fill("Name", "report")
	nina.follow("button", "Make API key")
	key := nina.text(`[data-testid="key"]`)
	nina.shown("plain-api-key")
	if code, said := w.program("Bearer "+key, "/api/v1/me"); code != http.StatusOK || !strings.Contains(said, `"write"`) {
		t.Errorf("the key is answered %d: %s", code, said)
	}
	b.follow("button", "Remove Nina New")
	if code, _ := w.program("Bearer "+key, "/api/v1/me"); code != http.StatusUnauthorized {
		t.Errorf("the key of whoever was removed is answered %d", code)
	}
	nina.open(w.address + "/accounts/pier/people")
	nina.find("heading", "Not found")

	b.open(w.address + "/accounts/pier/general")
	b.follow("link", "Delete")
	b.sees("This cannot be taken back.", "no credential, for none is linked")
	b.fill("Type pier to delete it", "pier")
	b.follow("button", "Delete pier")
	if strings.Contains(b.text(`[data-testid="account-menu"]`), "pier") {
		t.Error("the organization is still there")
	}

	ada := w.newTab(narrowLight)
	ada.withoutScript()
	ada.signIn(w, admin)
	ada.open(w.address + "/admin/people?search=vera")
	ada.follow("link", "Vera Viewer")
	ada.follow("button", "Make administrator")
	ada.sees("administrator")
	ada.follow("button", "Disable Vera Viewer")
	ada.sees("disabled")
	ada.shown("plain-admin-person")
}
