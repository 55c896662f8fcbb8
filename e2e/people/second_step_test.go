package people

import (
	"net/http"
	"net/url"
	"path/filepath"
	"testing"

	"mooring/e2e/browser"
)

// TestSecondStepRequired leads whoever has no passkey to add one, and then in.
func TestSecondStepRequired(t *testing.T) {
	t.Parallel()
	browser.NeedChromium(t)
	s := browser.Serve(t, filepath.Join(t.TempDir(), "data"), "--require-second-step")
	b := s.NewTab(browser.NarrowLight)
	b.Authenticator()
	b.Open(s.SetUp)
	b.FillSetUp()
	b.Follow("button", "Create administrator")
	b.Find("heading", "Add a passkey")
	b.Sees("This site requires a second step from everybody.")
	b.Shown("passkey-required")
	for _, path := range []string{browser.ProvidersPath, browser.SecurityPath, "/admin/people", "/settings"} {
		b.Open(s.Address + path)
		b.Find("heading", "Add a passkey")
	}
	b.Open(s.Address + browser.ProvidersPath)
	b.Fill("Name (optional)", "Phone")
	b.Follow("button", "Add passkey")
	b.Find("heading", "Save your recovery codes")
	b.Follow("link", "I've saved them")
	b.Find("heading", "Cloud Providers")
	if b.Path() != browser.ProvidersPath {
		t.Errorf("after the passkey the page is %s", b.Path())
	}

	b.Open(s.Address + browser.SecurityPath)
	b.Expect("409 (Conflict)")
	if b.Has("button", "Remove the passkey Phone") {
		b.Follow("button", "Remove the passkey Phone")
		b.Sees("You must have a second step, and that is your last passkey.")
	}
	if b.Count(browser.PasskeyRow) != 1 {
		t.Error("the last passkey is gone")
	}
}

// TestNoPasswords sets up and signs in without any password.
func TestNoPasswords(t *testing.T) {
	t.Parallel()
	browser.NeedChromium(t)
	s := browser.Serve(t, filepath.Join(t.TempDir(), "data"), "--no-passwords")
	b := s.NewTab(browser.NarrowDark)
	b.Authenticator()
	b.Open(s.SetUp)
	b.Shown("set-up-passkey")
	if b.Has("textbox", "Password") {
		t.Error("a password is asked for")
	}
	b.Fill("Your name", "Ada Admin")
	b.Fill("E-mail address", browser.Ada)
	b.Fill("Organization (optional)", "harbor")
	b.Follow("button", "Create administrator with a passkey")
	b.Find("heading", "Save your recovery codes")
	b.Follow("link", "I've saved them")
	b.Find("heading", "Cloud Providers")

	b.SignOut("Ada Admin")
	b.Shown("sign-in-passkey")
	if b.Has("textbox", "Password") {
		t.Error("a password is asked for")
	}
	answer := b.Fetch(http.MethodPost, s.Address+"/login", url.Values{"email": {browser.Ada}, "password": {browser.AdminPassword}})
	if answer.StatusCode != http.StatusForbidden {
		t.Errorf("a password is answered with %s", answer.Status)
	}
	b.Follow("button", "Sign in with a passkey")
	b.Find("heading", "Cloud Providers")
	b.Open(s.Address + browser.SecurityPath)
	b.SeesIn(browser.PasskeyRow, "Last used just now")
}
