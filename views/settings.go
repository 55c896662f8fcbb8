package views

import (
	"strings"

	"mooring/text"
)

// fewCodes is when it is time for new recovery codes.
const fewCodes = 3

func codesLeft(n int) string {
	if n == 0 {
		return "No codes are left."
	}
	return text.Count(n, "code is left.", "codes are left.")
}

// whatACodeDoes depends on whether it is asked for after something else.
func whatACodeDoes(p Security) string {
	if len(p.Identities) > 0 || p.HasPassword && p.PasswordsAllowed {
		return "If you lose your passkey, use a code instead. Each works once."
	}
	return "If you lose your passkey, a code and your e-mail address sign you in. Each code works once."
}

func secondStepTone(p Security) Tone {
	if len(p.Passkeys) > 0 {
		return ToneOK
	}
	return ToneWaiting
}

var themes = []option{{"system", "System"}, {"light", "Light"}, {"dark", "Dark"}}

// sameWords makes options of values that speak for themselves.
func sameWords(values []string) []option {
	list := make([]option, len(values))
	for i, v := range values {
		list[i] = option{v, v}
	}
	return list
}

// who names somebody as the provider does.
func who(i Identity) string {
	if i.Name == "" || i.Email == "" {
		return i.Name + i.Email
	}
	return i.Name + " (" + i.Email + ")"
}

func passwordHeading(p ChangePassword) string {
	if p.HasPassword {
		return "Change password"
	}
	return "Set a password"
}

func lines(list []string) string { return strings.Join(list, "\n") }
