package views

import (
	"cmp"
	"unicode"

	"mooring/fault"
)

// passkeyButton is a form that hands the answer of an authenticator in.
type passkeyButton struct {
	Action, Question string
	Next             string
	Text             string
	Primary          bool
	Listed           bool // the browser lists passkeys under the e-mail address, too
}

// signInComplete is what browsers may fill in as the e-mail address.
func signInComplete(p SignIn) string {
	if p.Passkeys {
		return "username webauthn"
	}
	return "username"
}

func nothingWorks(p SignIn) bool { return !p.Passwords && !otherWays(p) }

// otherWays reports whether there is more than the password. The focus then
// stays off its form, which comes last.
func otherWays(p SignIn) bool { return p.Passkeys || len(p.Providers) > 0 }

// newcomer is what the pages for somebody new have in common.
type newcomer struct {
	Action, QuestionPath string
	Name, Email          string
	EmailFixed           bool
	Organization         string
	AsksOrganization     bool
	Passwords, Passkeys  bool
	Providers            []SignInWith
	Identity             string
	Problem              string
	Fields               fault.Fields
	Button               string // "Create administrator"
}

func (p SetUp) newcomer() newcomer {
	return newcomer{
		Action: p.Action, QuestionPath: p.QuestionPath, Name: p.Name, Email: p.Email, Organization: p.Organization, AsksOrganization: true,
		Passwords: p.Passwords, Passkeys: p.Passkeys, Providers: p.Providers, Identity: p.Identity,
		Problem: p.Problem, Fields: p.Fields, Button: "Create administrator",
	}
}

func (p Join) newcomer() newcomer {
	return newcomer{
		Action: p.Action, QuestionPath: p.QuestionPath, Name: p.Name, Email: orElse(p.ForEmail, p.Email), EmailFixed: p.ForEmail != "",
		Passwords: p.Passwords, Passkeys: p.Passkeys, Providers: p.Providers, Identity: p.Identity,
		Problem: p.Problem, Fields: p.Fields, Button: "Create account and join",
	}
}

// hasForm reports whether there is anything to fill in yet: who comes by a
// provider has to go there first.
func (n newcomer) hasForm() bool { return n.Passwords || n.Passkeys || n.Identity != "" }

// newcomerPlaces are the fields as they stand on the screen.
func newcomerPlaces(fields fault.Fields) []place {
	return places(fields, "name", "Your name", "email", "E-mail address", "organization", "Organization", "password", "Password")
}

// roles are the roles, from the least to the most.
var roles = []struct{ Key, Name, May string }{
	{"viewer", "Viewer", "Can list linked accounts and their status."},
	{"member", "Member", "Can list, check and use linked accounts."},
	{"owner", "Owner", "Can link, check, use and unlink accounts, and manage this organization and its people."},
}

func roleOptions() []option {
	var list []option
	for _, r := range roles {
		list = append(list, option{r.Key, r.Name})
	}
	return list
}

// mayAs says what a role may do, by its name.
func mayAs(role string) string {
	for _, r := range roles {
		if r.Name == role {
			return r.May
		}
	}
	return ""
}

const forgottenSent = "If this is your confirmed address, and you sign in with a password, Mooring is sending you a mail with a link."

const passwordHint = "At least 12 characters. Several words in a row work well."

func emailHint(n newcomer) string {
	if n.EmailFixed {
		return "The invitation is for this address."
	}
	return ""
}

// SignInLink leads to a sign-in provider.
func SignInLink(name, path string) SignInWith {
	return SignInWith{Name: name, Glyph: glyphOf(name), Path: path}
}

// glyphOf is a provider's neutral mark: two letters of its name, capitals first.
func glyphOf(name string) string {
	var capitals []rune
	for _, r := range name {
		if unicode.IsUpper(r) {
			capitals = append(capitals, r)
		}
	}
	letters := []rune(name)
	if len(capitals) > 1 {
		letters = capitals
	}
	return string(letters[:min(2, len(letters))])
}

// signInName is what people call the sign-in provider with this key, also when the
// operator has removed it.
func (r Reader) signInName(key string) string { return cmp.Or(r.SignInNames[key], key) }
