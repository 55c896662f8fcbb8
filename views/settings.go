package views

import (
	"cmp"
	"net/url"
	"strings"

	"mooring/account"
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

// GeneralOf builds the page where people change what is said about them.
func GeneralOf(frame Frame, person account.Person, form account.ProfileForm) General {
	return General{Frame: frame, Action: SettingsPath, Name: form.Name, Email: person.Email, TimeZone: form.TimeZone, Theme: form.Theme, TimeZones: account.TimeZones()}
}

var wayWords = map[account.Way]string{account.ByPassword: "with a password", account.ByPasskey: "with a passkey", account.ByCode: "with a recovery code"}

// Sessions builds the page where a person sees and ends their sessions. current is the
// ID of the one that asks.
func (r Reader) Sessions(frame Frame, sessions []account.Session, current string) Sessions {
	p := Sessions{Frame: frame}
	if len(sessions) > 1 {
		p.EndOthersPath = SessionsPath + "/end-others"
	}
	for _, s := range sessions {
		p.Sessions = append(p.Sessions, Session{
			Agent: browserName(s.Agent), Address: s.Address, Way: cmp.Or(wayWords[s.Way], "with "+r.signInName(string(s.Way))),
			Started: r.Moment(s.CreatedAt), Seen: r.Moment(s.SeenAt),
			Current: s.ID == current, EndPath: SessionsPath + "/" + url.PathEscape(s.ID) + "/end",
		})
	}
	return p
}

// PasskeyPlace says whether passkeys work at the address that the browser shows.
type PasskeyPlace struct {
	Here bool
	Hint string // else: where they do
	Path string // that address; empty: no link
}

// Security builds the page that lists how the reader signs in. They can still link the
// providers to which more leads.
func (r Reader) Security(frame Frame, own account.Ways, policy account.Policy, passkeys PasskeyPlace, more []SignInWith) Security {
	p := Security{Frame: frame, HasPassword: own.HasPassword, PasswordsAllowed: policy.Passwords, CodesLeft: own.CodesLeft, SessionsPath: SessionsPath, Link: more}
	if p.PasswordsAllowed {
		p.PasswordPath = PasswordPath
	}
	if passkeys.Here {
		p.AddPasskeyPath = PasskeysPath + "/new"
	} else {
		p.PasskeyHint, p.PasskeyPath = passkeys.Hint, passkeys.Path
	}
	p.SecondStep = "Add a passkey to protect your account with a second step."
	if len(own.Passkeys) > 0 {
		p.SecondStep, p.CodesPath = "Signing in with a password or a provider also requires your passkey.", "/settings/recovery-codes"
	}
	for _, k := range own.Passkeys {
		p.Passkeys = append(p.Passkeys, Passkey{Name: k.Name, Added: r.Moment(k.CreatedAt), LastUsed: r.Moment(k.LastUsedAt),
			RemovePath: PasskeysPath + "/" + url.PathEscape(k.ID) + "/remove"})
	}
	for _, i := range own.Identities {
		name := r.signInName(i.Provider)
		p.Identities = append(p.Identities, Identity{Provider: name, Glyph: glyphOf(name), Email: i.Email, Name: i.Name, Linked: r.Moment(i.LinkedAt),
			LastUsed: r.Moment(i.LastUsedAt), RemoveAction: IdentitiesPath + "/unlink", Issuer: i.Issuer, Subject: i.Subject})
	}
	return p
}

// RequiredBy says who asks the caller for a second step; empty: nobody does.
func RequiredBy(caller account.Caller, policy account.Policy) string {
	if policy.RequireSecondStep {
		return "This site requires a second step from everybody."
	}
	for _, m := range caller.Memberships {
		if m.Account.RequireSecondStep {
			return m.Account.Name + " requires a second step from everybody."
		}
	}
	return ""
}

var securityDone = map[string]string{
	"password": "Password changed. Your other sessions have ended.",
	"passkey":  "Passkey added. Your other sessions have ended.",
	"removed":  "Passkey removed. Your other sessions have ended.",
	"linked":   "Sign-in method linked. Your other sessions have ended.",
	"unlinked": "Sign-in method unlinked. Your other sessions have ended.",
}

// SecurityDone says on the page Security what was done.
func SecurityDone(what string) string { return securityDone[what] }

// RecoveryCodesOf builds the page that shows recovery codes once. fresh says that the
// first passkey was just added.
func RecoveryCodesOf(frame Frame, codes []string, fresh bool, next string) RecoveryCodes {
	p := RecoveryCodes{Frame: frame, Codes: codes, Fresh: fresh, NextPath: next}
	p.Path = SecurityPath
	return p
}
