package browser

import (
	"strings"
	"time"
)

// SignIn goes to the first page and signs in as somebody of the demo world.
func (b *Tab) SignIn(w *World, email string) {
	b.T.Helper()
	b.SignInAs(w, email, Password)
}

// SignInAs signs in as anybody with a password.
func (b *Tab) SignInAs(w *World, email, password string) {
	b.T.Helper()
	b.Open(w.Address + "/")
	b.Fill("E-mail address", email)
	b.Fill("Password", password)
	b.Follow("button", "Sign in")
}

// The page Security and what stands on it.
const (
	SecurityPath = "/settings/security"
	PasskeyRow   = `[data-testid="passkey-row"]`
	PasskeySays  = "[data-passkey-says]"
)

// SignOut signs out by the menu.
func (b *Tab) SignOut(name string) {
	b.T.Helper()
	b.Click("DisclosureTriangleGrouped", "You: "+name)
	b.Follow("button", "Sign out")
	b.Find("heading", "Sign in")
}

// AddPasskey adds a passkey by the page Security, and gives the recovery codes
// that come with the first one.
func (b *Tab) AddPasskey(w *World, name string) []string {
	b.T.Helper()
	b.Open(w.Address + SecurityPath)
	b.Follow("link", "Add passkey")
	b.Fill("Name (optional)", name)
	b.Follow("button", "Add passkey")
	b.Find("heading", "Save your recovery codes")
	codes := strings.Fields(b.Text(`[data-testid="codes"]`))
	if len(codes) != 10 {
		b.T.Fatalf("the recovery codes are %q", codes)
	}
	return codes
}

// UseCode types a recovery code on the page of the second step.
func (b *Tab) UseCode(code string) {
	b.T.Helper()
	if !b.Has("textbox", "Recovery code") {
		b.Click("DisclosureTriangle", "Use a recovery code")
	}
	b.Fill("Recovery code", code)
	b.Follow("button", "Use code")
}

// More people and places of the demo world, and what pages say that are not
// there for somebody.
const (
	Viewer = "viewer@demo.example"
	Admin  = "admin@demo.example"

	PeoplePath = "/accounts/harbor/people"
	KeysPath   = "/accounts/harbor/api-keys"
	NotThere   = "This page doesn't exist, or you don't have access to it."
)

// Choose takes an option of a list by its first letters, as people type them.
func (b *Tab) Choose(label, option string) {
	b.T.Helper()
	list := b.Find("combobox", label)
	if err := list.On("function () { this.focus() }", nil); err != nil {
		b.T.Fatal(err)
	}
	b.Press(option)
	typed := time.Now()
	b.Until(option+" to be chosen", func() bool {
		var chosen string
		if list.On("function () { return this.selectedOptions[0].text }", &chosen) == nil && chosen == option {
			return true
		}
		if time.Since(typed) > 3*time.Second { // between two slow keys, the list forgets the first
			b.Press(option)
			typed = time.Now()
		}
		return false
	})
}

// Invites makes the link of an invitation to harbor.
func (b *Tab) Invites(w *World, role string) string {
	b.T.Helper()
	b.Open(w.Address + PeoplePath)
	b.Choose("Role", role)
	b.Follow("button", "Invite")
	b.Find("heading", "Invitation created")
	return b.Text(`[data-testid="link"]`)
}

// Joins fills in who somebody new is.
func (b *Tab) Joins(name, email string) {
	b.T.Helper()
	b.Fill("Your name", name)
	b.Fill("E-mail address", email)
	b.Fill("Password", AdminPassword)
	b.Follow("button", "Create account and join")
}
