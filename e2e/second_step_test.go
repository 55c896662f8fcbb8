package e2e

import (
	"net/http"
	"net/url"
	"path/filepath"
	"testing"
)

// TestSecondStepRequired leads whoever has no passkey to add one, and then in.
func TestSecondStepRequired(t *testing.T) {
	t.Parallel()
	needChromium(t)
	s := serve(t, filepath.Join(t.TempDir(), "data"), "--require-second-step")
	b := s.newTab(narrowLight)
	b.authenticator()
	b.open(s.setUp)
	b.fillSetUp()
	b.follow("button", "Create administrator")
	b.find("heading", "Add a passkey")
	b.sees("This site asks everybody for a second step.")
	b.shown("passkey-required")
	for _, path := range []string{providersPath, securityPath, "/admin/people", "/settings"} {
		b.open(s.address + path)
		b.find("heading", "Add a passkey")
	}
	b.open(s.address + providersPath)
	b.fill("Name (optional)", "Phone")
	b.follow("button", "Add passkey")
	b.find("heading", "Keep your recovery codes")
	b.follow("link", "I have kept them")
	b.find("heading", "Cloud Providers")
	if b.path() != providersPath {
		t.Errorf("after the passkey the page is %s", b.path())
	}

	b.open(s.address + securityPath)
	b.expect("409 (Conflict)")
	if b.has("button", "Remove the passkey Phone") {
		b.follow("button", "Remove the passkey Phone")
		b.sees("A second step is required of you, and that is your last passkey.")
	}
	if b.count(passkeyRow) != 1 {
		t.Error("the last passkey is gone")
	}
}

// TestNoPasswords sets up and signs in without any password.
func TestNoPasswords(t *testing.T) {
	t.Parallel()
	needChromium(t)
	s := serve(t, filepath.Join(t.TempDir(), "data"), "--no-passwords")
	b := s.newTab(narrowDark)
	b.authenticator()
	b.open(s.setUp)
	b.shown("set-up-passkey")
	if b.has("textbox", "Password") {
		t.Error("a password is asked for")
	}
	b.fill("Your name", "Ada Admin")
	b.fill("E-mail address", ada)
	b.fill("Organization (optional)", "harbor")
	b.follow("button", "Create administrator with a passkey")
	b.find("heading", "Keep your recovery codes")
	b.follow("link", "I have kept them")
	b.find("heading", "Cloud Providers")

	b.signOut("Ada Admin")
	b.shown("sign-in-passkey")
	if b.has("textbox", "Password") {
		t.Error("a password is asked for")
	}
	answer := b.fetch(http.MethodPost, s.address+"/login", url.Values{"email": {ada}, "password": {adminPassword}})
	if answer.StatusCode != http.StatusForbidden {
		t.Errorf("a password is answered with %s", answer.Status)
	}
	b.follow("button", "Sign in with a passkey")
	b.find("heading", "Cloud Providers")
	b.open(s.address + securityPath)
	b.seesIn(passkeyRow, "Last used just now")
}
