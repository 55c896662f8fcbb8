package people

import (
	"encoding/json"
	"io"
	"net/http"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"mooring/e2e/browser"
)

// TestInvitation brings somebody new and somebody known into an organization,
// and takes one out again.
func TestInvitation(t *testing.T) {
	t.Parallel()
	w := browser.NewWorld(t)
	b := w.NewTab(browser.NarrowLight)
	b.SignIn(w, browser.Owner)
	b.LinkByForm(w, browser.Scripted("Tide Tables"), browser.Outcome{})
	link := b.Invites(w, "Viewer")
	b.Sees("Send this link to the person you want to invite. The first person who uses it can join.", "in 7 days, works once")
	b.Shown("invited")

	nina := w.NewTab(browser.NarrowDark)
	nina.Expect("404 (Not Found)")
	nina.Expect("403 (Forbidden)")
	nina.Open(link)
	nina.Sees("Join harbor", "Olivia Owner invites you to harbor on Mooring.", "Viewer")
	nina.Shown("join")
	nina.Joins("Nina New", "nina@harbor.example")
	nina.Open(w.Address + browser.ProvidersPath)
	nina.Follow("link", "Tide Tables")
	nina.SeesIn(browser.Status, "Connected")
	if nina.Has("button", "Check now") {
		t.Error("a viewer is offered Check now")
	}
	if answer := nina.Fetch(http.MethodPost, w.Address+nina.Path()+"/verify", nil); answer.StatusCode != http.StatusForbidden {
		t.Errorf("a viewer who verifies is answered %s", answer.Status)
	}
	late := w.NewTab(browser.WideLight)
	late.Expect("404 (Not Found)")
	late.Open(link)
	late.Sees("This invitation has already been used, was revoked, or has expired. Ask the person who invited you for a new one.")
	late.Shown("join-used")

	// Somebody who has an account here already signs in on the way.
	link = b.Invites(w, "Member")
	late.Open(link)
	late.Follow("link", "I already have an account here")
	late.Fill("E-mail address", browser.Admin)
	late.Fill("Password", browser.Password)
	late.Follow("button", "Sign in")
	late.Sees("You are signed in as " + browser.Admin)
	late.Shown("join-signed-in")
	late.Follow("button", "Join harbor")
	late.Sees("You can see what harbor links.")

	// One that nobody used is taken back.
	link = b.Invites(w, "Owner")
	b.Follow("link", "Back to People")
	b.Shown("people")
	b.Follow("button", "Revoke the invitation of Anyone with the link as Owner")
	stranger := w.NewTab(browser.WideLight)
	stranger.Expect("404 (Not Found)")
	stranger.Open(link)
	stranger.Sees("This invitation has already been used, was revoked, or has expired.")

	b.Follow("button", "Remove Nina New")
	if strings.Contains(b.Text("main"), "Nina") {
		t.Error("whoever was removed is still there")
	}
	nina.Open(w.Address + browser.ProvidersPath)
	nina.Sees("Not found", browser.NotThere)
}

// TestRoles changes a role while the person is looking, and leaves.
func TestRoles(t *testing.T) {
	t.Parallel()
	w := browser.NewWorld(t)
	b := w.NewTab(browser.WideDark)
	b.Expect("409 (Conflict)")
	b.Expect("404 (Not Found)")
	max := w.NewTab(browser.WideLight)
	max.Expect("409 (Conflict)")
	b.SignIn(w, browser.Owner)
	max.SignIn(w, browser.Member)
	max.Open(w.Address + browser.ProvidersPath)
	max.Sees("ask an owner of harbor")

	b.Open(w.Address + browser.PeoplePath)
	b.Choose("Role of Max Member", "Owner")
	b.Follow("button", "Change the role of Max Member")
	max.Open(w.Address + browser.ProvidersPath)
	max.Find("link", "Add credentials for Microsoft Azure")
	max.Open(w.Address + browser.PeoplePath)
	max.Choose("Role of Olivia Owner", "Viewer")
	max.Follow("button", "Change the role of Olivia Owner")
	b.Open(w.Address + browser.PeoplePath)
	if b.Has("button", "Invite") || b.Has("combobox", "Role of Max Member") {
		t.Error("whoever is a viewer now can still manage people")
	}
	max.Follow("button", "Leave")
	max.Sees("An organization needs an owner who can sign in. Make somebody else an owner first.")
	b.Follow("button", "Leave")
	b.Open(w.Address + browser.ProvidersPath)
	b.Sees("Not found", browser.NotThere)
}

// TestAPIKey makes a key, uses it as a program does, and revokes it.
func TestAPIKey(t *testing.T) {
	t.Parallel()
	w := browser.NewWorld(t)
	b := w.NewTab(browser.NarrowLight)
	b.Expect("422 (Unprocessable Entity)")
	b.SignIn(w, browser.Owner)
	b.LinkByForm(w, browser.Scripted("Tide Tables"), browser.Outcome{})
	b.Open(w.Address + browser.KeysPath)
	b.Shown("api-keys-empty")
	b.Follow("link", "New API key")
	b.Fill("Name", "")
	b.Fill("Days until it expires", "1000")
	b.Follow("button", "Create API key")
	b.SeesIn(browser.Problem, "Name", "Days until it expires")
	b.Shown("api-key-refused")
	b.Fill("Name", "nightly report")
	b.Fill("Days until it expires", "30")
	b.Follow("button", "Create API key")
	b.Shown("api-key-made")
	key := b.Text(`[data-testid="key"]`)

	const credentials = "/api/v1/accounts/harbor/credentials"
	if code, said := program(w, "Bearer "+key, credentials); code != http.StatusOK || !strings.Contains(said, `"Tide Tables"`) {
		t.Errorf("the key is answered %d: %s", code, said)
	}
	if code, said := program(w, "Bearer "+key, "/api/v1/me"); code != http.StatusOK || !strings.Contains(said, browser.Owner) {
		t.Errorf("the key is answered %d: %s", code, said)
	}
	request, err := http.NewRequest(http.MethodGet, w.Address, nil)
	if err != nil {
		t.Fatal(err)
	}
	request.SetBasicAuth("harbor", key)
	if code, _ := program(w, request.Header.Get("Authorization"), credentials); code != http.StatusOK {
		t.Errorf("the key is answered %d as a password", code)
	}

	b.Follow("link", "I've saved it")
	b.SeesIn(`[data-testid="key-row"]`, "nightly report", "Read", "in 30 days")
	if strings.Contains(browser.Get[string](b, browser.Everything), key) {
		t.Error("the key is shown again")
	}
	b.Shown("api-keys")
	b.Follow("button", "Revoke the key nightly report, "+key[:len("mooring_")+8]+"…")
	b.Sees("There are no API keys yet.")
	code, said := program(w, "Bearer "+key, credentials)
	var answer struct{ Detail string }
	if err := json.Unmarshal([]byte(said), &answer); err != nil || code != http.StatusUnauthorized || !strings.HasPrefix(answer.Detail, "This API key doesn't work here.") {
		t.Errorf("after it was revoked the key is answered %d: %s", code, said)
	}
}

// program asks as a program does.
func program(w *browser.World, authorization, path string) (code int, said string) {
	w.T.Helper()
	request, err := http.NewRequestWithContext(w.T.Context(), http.MethodGet, w.Address+path, nil)
	if err != nil {
		w.T.Fatal(err)
	}
	request.Header.Set("Authorization", authorization)
	answer, err := http.DefaultTransport.RoundTrip(request)
	if err != nil {
		w.T.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		w.T.Fatal(err)
	}
	return answer.StatusCode, string(body)
}

// TestAdministration disables somebody who is looking, and enables them.
func TestAdministration(t *testing.T) {
	t.Parallel()
	w := browser.NewWorld(t)
	max := w.NewTab(browser.WideLight)
	max.Expect("403 (Forbidden)")
	max.Expect("404 (Not Found)")
	max.SignIn(w, browser.Member)
	max.Open(w.Address + "/admin/people")
	max.Sees("Not found", browser.NotThere)
	max.Open(w.Address + browser.ProvidersPath)

	b := w.NewTab(browser.NarrowDark)
	b.SignIn(w, browser.Admin)
	b.Open(w.Address + "/admin/people")
	if rows := b.Count(`[data-testid="person-row"]`); rows != 4 {
		t.Errorf("%d people are listed", rows)
	}
	b.Shown("admin-people")
	b.Find("searchbox", "Name or e-mail address").Click()
	b.Press("max")
	b.Follow("button", "Search")
	if rows := b.Count(`[data-testid="person-row"]`); rows != 1 {
		t.Errorf("%d people are found", rows)
	}
	b.Follow("link", "Max Member")
	b.Sees("harbor", "Member", "1 browser")
	b.Shown("admin-person")
	b.Follow("button", "Disable Max Member")
	b.Sees("disabled")
	b.Shown("admin-person-disabled")

	max.Follow("link", "General")
	max.Find("heading", "Sign in")
	max.SignIn(w, browser.Member)
	max.Sees("You can't sign in: a site administrator has disabled your access.")
	max.Shown("sign-in-disabled")
	b.Follow("button", "Enable Max Member")
	max.SignIn(w, browser.Member)
	max.Find("heading", "Cloud Providers")
	max.Find("DisclosureTriangleGrouped", "You: Max Member")
}

// TestReset lets the operator reset somebody while Mooring runs: what was open
// ends as soon as Mooring has seen it.
func TestReset(t *testing.T) {
	t.Parallel()
	browser.NeedChromium(t)
	s := browser.Serve(t, filepath.Join(t.TempDir(), "data"))
	b := s.NewTab(browser.WideLight)
	b.Expect("422 (Unprocessable Entity)")
	b.SetsUp(s)
	b.Open(s.Address + browser.ProvidersPath)

	const next = "a quite different one"
	path, err := browser.Program()
	if err != nil {
		t.Fatal(err)
	}
	reset := exec.CommandContext(t.Context(), path, "people", "reset", "--data", s.Data, "--email", browser.Ada)
	reset.Stdin = strings.NewReader(next + "\n")
	if said, err := reset.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, said)
	}
	b.Until("the session to end", func() bool {
		b.Open(s.Address + browser.ProvidersPath)
		return b.Has("heading", "Sign in")
	})
	b.SignInAs(s.World, browser.Ada, browser.AdminPassword)
	b.Sees("don't match")
	b.SignInAs(s.World, browser.Ada, next)
	b.Find("heading", "Cloud Providers")
}
