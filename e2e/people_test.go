package e2e

import (
	"encoding/json"
	"io"
	"net/http"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

const (
	viewer = "viewer@demo.example"
	admin  = "admin@demo.example"

	peoplePath = "/accounts/harbor/people"
	keysPath   = "/accounts/harbor/api-keys"
	notThere   = "There is nothing here, or it is not shared with you."
)

// choose takes an option of a list by its first letters, as people type them.
func (b *tab) choose(label, option string) {
	b.t.Helper()
	list := b.find("combobox", label)
	if err := list.on("function () { this.focus() }", nil); err != nil {
		b.t.Fatal(err)
	}
	b.press(option)
	b.until(option+" to be chosen", func() bool {
		var chosen string
		return list.on("function () { return this.selectedOptions[0].text }", &chosen) == nil && chosen == option
	})
}

// invites makes the link of an invitation to harbor.
func (b *tab) invites(w *world, role string) string {
	b.t.Helper()
	b.open(w.address + peoplePath)
	b.choose("Role", role)
	b.follow("button", "Invite")
	b.find("heading", "Invited")
	return b.text(`[data-testid="link"]`)
}

// joins fills in who somebody new is.
func (b *tab) joins(name, email string) {
	b.t.Helper()
	b.fill("Your name", name)
	b.fill("E-mail address", email)
	b.fill("Password", adminPassword)
	b.follow("button", "Create account and join")
}

// TestInvitation brings somebody new and somebody known into an organization,
// and takes one out again.
func TestInvitation(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	b := w.newTab(narrowLight)
	b.signIn(w, owner)
	b.linkByForm(w, scripted("Tide Tables"), outcome{})
	link := b.invites(w, "Viewer")
	b.sees("Pass this link on. Whoever opens it first can join.", "in 7 days, works once")
	b.shown("invited")

	nina := w.newTab(narrowDark)
	nina.expect("404 (Not Found)")
	nina.expect("403 (Forbidden)")
	nina.open(link)
	nina.sees("Join harbor", "Olivia Owner invites you to harbor on Mooring.", "Viewer")
	nina.shown("join")
	nina.joins("Nina New", "nina@harbor.example")
	nina.open(w.address + providersPath)
	nina.follow("link", "Tide Tables")
	nina.seesIn(status, "Connected")
	if nina.has("button", "Verify now") {
		t.Error("a viewer is offered Verify now")
	}
	if answer := nina.fetch(http.MethodPost, w.address+nina.path()+"/verify", nil); answer.StatusCode != http.StatusForbidden {
		t.Errorf("a viewer who verifies is answered %s", answer.Status)
	}
	late := w.newTab(wideLight)
	late.expect("404 (Not Found)")
	late.open(link)
	late.sees("This invitation is used, was taken back or has expired. Ask who invited you for a new one.")
	late.shown("join-used")

	// Somebody who has an account here already signs in on the way.
	link = b.invites(w, "Member")
	late.open(link)
	late.follow("link", "I have an account here already")
	late.fill("E-mail address", admin)
	late.fill("Password", password)
	late.follow("button", "Sign in")
	late.sees("You are signed in as " + admin)
	late.shown("join-signed-in")
	late.follow("button", "Join harbor")
	late.sees("You can see what harbor links.")

	// One that nobody used is taken back.
	link = b.invites(w, "Owner")
	b.follow("link", "Back to People")
	b.shown("people")
	b.follow("button", "Revoke the invitation of Whoever has the link as Owner")
	stranger := w.newTab(wideLight)
	stranger.expect("404 (Not Found)")
	stranger.open(link)
	stranger.sees("This invitation is used, was taken back or has expired.")

	b.follow("button", "Remove Nina New")
	if strings.Contains(b.text("main"), "Nina") {
		t.Error("whoever was removed is still there")
	}
	nina.open(w.address + providersPath)
	nina.sees("Not found", notThere)
}

// TestRoles changes a role while the person is looking, and leaves.
func TestRoles(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	b := w.newTab(wideDark)
	b.expect("409 (Conflict)")
	b.expect("404 (Not Found)")
	max := w.newTab(wideLight)
	max.expect("409 (Conflict)")
	b.signIn(w, owner)
	max.signIn(w, member)
	max.open(w.address + providersPath)
	max.sees("ask an owner of harbor")

	b.open(w.address + peoplePath)
	b.choose("Role of Max Member", "Owner")
	b.follow("button", "Change the role of Max Member")
	max.open(w.address + providersPath)
	max.find("link", "Add credentials")
	max.open(w.address + peoplePath)
	max.choose("Role of Olivia Owner", "Viewer")
	max.follow("button", "Change the role of Olivia Owner")
	b.open(w.address + peoplePath)
	if b.has("button", "Invite") || b.has("combobox", "Role of Max Member") {
		t.Error("whoever is a viewer now can still manage people")
	}
	max.follow("button", "Leave")
	max.sees("An organization needs an owner who can sign in. Make somebody else an owner first.")
	b.follow("button", "Leave")
	b.open(w.address + providersPath)
	b.sees("Not found", notThere)
}

// TestAPIKey makes a key, uses it as a program does, and revokes it.
func TestAPIKey(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	b := w.newTab(narrowLight)
	b.expect("422 (Unprocessable Entity)")
	b.signIn(w, owner)
	b.linkByForm(w, scripted("Tide Tables"), outcome{})
	b.open(w.address + keysPath)
	b.shown("api-keys-empty")
	b.follow("link", "New API key")
	b.fill("Name", "")
	b.fill("Days until it expires", "1000")
	b.follow("button", "Make API key")
	b.seesIn(problem, "Name", "Days until it expires")
	b.shown("api-key-refused")
	b.fill("Name", "nightly report")
	b.fill("Days until it expires", "30")
	b.follow("button", "Make API key")
	b.shown("api-key-made")
	key := b.text(`[data-testid="key"]`)

	const credentials = "/api/v1/accounts/harbor/credentials"
	if code, said := w.program("Bearer "+key, credentials); code != http.StatusOK || !strings.Contains(said, `"Tide Tables"`) {
		t.Errorf("the key is answered %d: %s", code, said)
	}
	if code, said := w.program("Bearer "+key, "/api/v1/me"); code != http.StatusOK || !strings.Contains(said, owner) {
		t.Errorf("the key is answered %d: %s", code, said)
	}
	request, err := http.NewRequest(http.MethodGet, w.address, nil)
	if err != nil {
		t.Fatal(err)
	}
	request.SetBasicAuth("harbor", key)
	if code, _ := w.program(request.Header.Get("Authorization"), credentials); code != http.StatusOK {
		t.Errorf("the key is answered %d as a password", code)
	}

	b.follow("link", "I have kept it")
	b.seesIn(`[data-testid="key-row"]`, "nightly report", "Read", "in 30 days")
	if strings.Contains(get[string](b, everything), key) {
		t.Error("the key is shown again")
	}
	b.shown("api-keys")
	b.follow("button", "Revoke the key nightly report, "+key[:len("mooring_")+8]+"…")
	b.sees("There is no API key yet.")
	code, said := w.program("Bearer "+key, credentials)
	var answer struct{ Detail string }
	if err := json.Unmarshal([]byte(said), &answer); err != nil || code != http.StatusUnauthorized || !strings.HasPrefix(answer.Detail, "This API key does not work here.") {
		t.Errorf("after it was revoked the key is answered %d: %s", code, said)
	}
}

// program asks as a program does.
func (w *world) program(authorization, path string) (code int, said string) {
	w.t.Helper()
	request, err := http.NewRequestWithContext(w.t.Context(), http.MethodGet, w.address+path, nil)
	if err != nil {
		w.t.Fatal(err)
	}
	request.Header.Set("Authorization", authorization)
	answer, err := http.DefaultTransport.RoundTrip(request)
	if err != nil {
		w.t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		w.t.Fatal(err)
	}
	return answer.StatusCode, string(body)
}

// TestAdministration disables somebody who is looking, and enables them.
func TestAdministration(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	max := w.newTab(wideLight)
	max.expect("403 (Forbidden)")
	max.expect("404 (Not Found)")
	max.signIn(w, member)
	max.open(w.address + "/admin/people")
	max.sees("Not found", notThere)
	max.open(w.address + providersPath)

	b := w.newTab(narrowDark)
	b.signIn(w, admin)
	b.open(w.address + "/admin/people")
	if rows := b.count(`[data-testid="person-row"]`); rows != 4 {
		t.Errorf("%d people are listed", rows)
	}
	b.shown("admin-people")
	b.find("searchbox", "Name or e-mail address").click()
	b.press("max")
	b.follow("button", "Search")
	if rows := b.count(`[data-testid="person-row"]`); rows != 1 {
		t.Errorf("%d people are found", rows)
	}
	b.follow("link", "Max Member")
	b.sees("harbor", "Member", "1 browser")
	b.shown("admin-person")
	b.follow("button", "Disable Max Member")
	b.sees("disabled")
	b.shown("admin-person-disabled")

	max.follow("link", "General")
	max.find("heading", "Sign in")
	max.signIn(w, member)
	max.sees("You can no longer sign in here: a site administrator disabled your access.")
	max.shown("sign-in-disabled")
	b.follow("button", "Enable Max Member")
	max.signIn(w, member)
	max.find("heading", "Cloud Providers")
	max.find("DisclosureTriangleGrouped", "You: Max Member")
}

// TestReset lets the operator reset somebody while Mooring runs: what was open
// ends as soon as Mooring has seen it.
func TestReset(t *testing.T) {
	t.Parallel()
	needChromium(t)
	s := serve(t, filepath.Join(t.TempDir(), "data"))
	b := s.newTab(wideLight)
	b.expect("422 (Unprocessable Entity)")
	b.setsUp(s)
	b.open(s.address + providersPath)

	const next = "a quite different one"
	path, err := program()
	if err != nil {
		t.Fatal(err)
	}
	reset := exec.CommandContext(t.Context(), path, "people", "reset", "--data", s.data, "--email", ada)
	reset.Stdin = strings.NewReader(next + "\n")
	if said, err := reset.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, said)
	}
	b.until("the session to end", func() bool {
		b.open(s.address + providersPath)
		return b.has("heading", "Sign in")
	})
	b.signInAs(s.world, ada, adminPassword)
	b.sees("do not fit together")
	b.signInAs(s.world, ada, next)
	b.find("heading", "Cloud Providers")
}
