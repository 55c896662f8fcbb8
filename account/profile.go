package account

import (
	"context"
	_ "embed" // the list of time zones
	"slices"
	"strings"
	"unicode/utf8"

	"mooring/audit"
	"mooring/fault"
	"mooring/text"
)

// ProfileForm is what a person may say about themselves.
type ProfileForm struct{ Name, TimeZone, Theme string }

// The names of regions and cities in the IANA database, as Go knows it.
//
//go:embed zones.txt
var zones string

// TimeZones lists the names that people may choose: UTC, then by the alphabet.
func TimeZones() []string { return strings.Fields(zones) }

func (f *ProfileForm) check() error {
	f.Name, f.TimeZone = text.Line(f.Name), strings.TrimSpace(f.TimeZone)
	fields := fault.Fields{}
	if f.Name == "" || utf8.RuneCountInString(f.Name) > maxName {
		fields["name"] = sayYourName
	}
	if f.TimeZone != "" && !slices.Contains(TimeZones(), f.TimeZone) {
		fields["time_zone"] = "Choose a time zone from the list."
	}
	if _, err := ParseTheme(f.Theme); err != nil {
		fields["theme"] = ErrNoSuchTheme.Sentence
	}
	return fault.AtFields(fields)
}

// ChangeProfile stores what the person says about themselves.
func (s *Service) ChangeProfile(ctx context.Context, caller Caller, f ProfileForm, actor audit.Actor) error {
	if err := f.check(); err != nil {
		return err
	}
	entry := audit.Entry{At: s.now(), Actor: actor, Action: audit.ChangeProfile, Result: audit.Done,
		Changes: changedProfile(caller.Person, f)}
	return s.store.SetProfile(ctx, caller.Person.ID, f, entry)
}

// ChangeTheme stores the person's choice of colours.
func (s *Service) ChangeTheme(ctx context.Context, caller Caller, theme Theme, actor audit.Actor) error {
	entry := audit.Entry{At: s.now(), Actor: actor, Action: audit.ChangeTheme, Result: audit.Done, Detail: string(theme),
		Changes: changed(fieldTheme, string(caller.Person.Theme), string(theme))}
	return s.store.SetTheme(ctx, caller.Person.ID, theme, entry)
}
