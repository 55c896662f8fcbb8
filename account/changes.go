package account

import (
	"strconv"
	"time"

	"mooring/audit"
)

// The fields whose values an entry tells before and after, in the words of the
// pages. No value is a secret, a hash or a token.
const (
	fieldAdministrator = "Site administrator"
	fieldDescription   = "Description"
	fieldEmail         = "E-mail address"
	fieldExpires       = "Expires"
	fieldIdentity      = "Identity"
	fieldName          = "Name"
	fieldOrganization  = "Organization"
	fieldPasskey       = "Passkey"
	fieldPassword      = "Password"
	fieldRole          = "Role"
	fieldScope         = "Scope"
	fieldSecondStep    = "Second step"
	fieldSessions      = "Sessions"
	fieldStatus        = "Status"
	fieldTheme         = "Theme"
	fieldTimeZone      = "Time zone"
	fieldWays          = "Ways to sign in"
)

// changed tells of one value, and nothing when it stays as it is.
func changed(field, before, after string) []audit.Change {
	if before == after {
		return nil
	}
	return []audit.Change{{Field: field, Before: before, After: after}}
}

// all puts the changes of several values one behind the other.
func all(changes ...[]audit.Change) (together []audit.Change) {
	for _, c := range changes {
		together = append(together, c...)
	}
	return together
}

// ChangedRole tells of a role before and after; empty: they did not belong to
// the account, or do not any more.
func ChangedRole(before, after Role) []audit.Change {
	return changed(fieldRole, string(before), string(after))
}

// ChangedAdministrator tells that the right of a site administrator was given
// or taken.
func ChangedAdministrator(before, after bool) []audit.Change {
	return changed(fieldAdministrator, yesOrNo(before), yesOrNo(after))
}

// ChangedAccess tells that somebody was disabled or enabled.
func ChangedAccess(disabledBefore, disabledAfter bool) []audit.Change {
	word := map[bool]string{false: "Enabled", true: "Disabled"}
	return changed(fieldStatus, word[disabledBefore], word[disabledAfter])
}

// EndedSessions tells in how many browsers somebody was signed in.
func EndedSessions(before int) []audit.Change {
	return changed(fieldSessions, strconv.Itoa(before), "0")
}

// Ended tells what an invitation offered that is taken back.
func (i Invitation) Ended() []audit.Change {
	return all(changed(fieldEmail, i.Email, ""), changed(fieldRole, string(i.Role), ""))
}

func (i Invitation) made() []audit.Change {
	return all(changed(fieldEmail, "", i.Email), changed(fieldRole, "", string(i.Role)), changed(fieldExpires, "", day(i.ExpiresAt)))
}

// Ended tells what a key could do that is revoked.
func (k Key) Ended() []audit.Change {
	return all(changed(fieldName, k.Name, ""), changed(fieldScope, string(k.Scope), ""), changed(fieldExpires, day(k.ExpiresAt), ""))
}

func (k Key) made() []audit.Change {
	return all(changed(fieldName, "", k.Name), changed(fieldScope, "", string(k.Scope)), changed(fieldExpires, "", day(k.ExpiresAt)))
}

// made tells who came, with what they came to.
func (p NewPerson) made() []audit.Change {
	changes := all(changed(fieldEmail, "", p.Person.Email), changed(fieldName, "", p.Person.Name))
	if p.Person.SiteAdmin {
		changes = append(changes, ChangedAdministrator(false, true)...)
	}
	for _, m := range p.Joins {
		if m.Account.Kind == Organization {
			changes = append(changes, changed(fieldOrganization, "", m.Account.Name+" as "+string(m.Role))...)
		}
	}
	return changes
}

// changedAccount tells how an organization is called and described, and whether
// it requires a second step. One that is new or gone is the zero value.
func changedAccount(before, after Account) []audit.Change {
	step := func(a Account) string {
		switch {
		case a.ID == "":
			return ""
		case a.RequireSecondStep:
			return "Required"
		}
		return "Not required"
	}
	return all(changed(fieldName, before.Name, after.Name), changed(fieldDescription, before.Description, after.Description),
		changed(fieldSecondStep, step(before), step(after)))
}

func changedProfile(before Person, after ProfileForm) []audit.Change {
	return all(changed(fieldName, before.Name, after.Name), changed(fieldTimeZone, zoneWord(before.TimeZone), zoneWord(after.TimeZone)),
		changed(fieldTheme, string(before.Theme), after.Theme))
}

// changedPassword tells that a password is another one now, and nothing of it.
func changedPassword(had bool) []audit.Change {
	if had {
		return changed(fieldPassword, "Set", "Another one")
	}
	return changed(fieldPassword, "None", "Set")
}

// reset tells which one way in somebody is left, of whom all others are taken.
func reset(before Person, password bool) []audit.Change {
	way := "One recovery code"
	if password {
		way = "One password"
	}
	return all(changed(fieldWays, "All before", way), ChangedAccess(!before.DisabledAt.IsZero(), false))
}

// about names an identity by its provider and what that calls the person.
func (id Identity) about() string {
	if id.Email == "" {
		return id.Provider + ": " + id.Subject
	}
	return id.Provider + ": " + id.Email
}

func zoneWord(zone string) string {
	if zone == "" {
		return "UTC"
	}
	return zone
}

func yesOrNo(is bool) string {
	if is {
		return "Yes"
	}
	return "No"
}

func day(t time.Time) string { return t.UTC().Format("2 January 2006") }
