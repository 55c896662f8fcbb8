package walkthrough

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Target is something of the interface, named as people and assistive
// technology name it: by role and accessible name, by a hook of the page
// (data-doc), or by the text that it shows. Never by position.
type Target struct {
	Role   string
	Name   string
	Within *Target // what it stands in; nil: anywhere
}

// Roles that are no roles of assistive technology.
const (
	RoleDoc  = "doc"  // the element whose data-doc is the name
	RoleText = "text" // the smallest element that shows exactly this text
	RolePage = "page" // all that the window shows
)

// Roles lists what a target can be.
var Roles = []string{"button", "cell", "checkbox", "columnheader", "combobox", "date", "definition", "dialog", "disclosure", RoleDoc, "form", "group",
	"heading", "image", "link", "list", "listitem", "main", "navigation", "option", RolePage, "radio", "region", "row", "rowheader", "searchbox",
	"status", "table", "term", RoleText, "textbox"}

// soleRoles need no name where there is one only.
var soleRoles = []string{"dialog", "form", "main", "navigation", "status", "table"}

// ParseTarget reads a target such as
//
//	button "Check now" in row "Production"
//
// A quotation mark within a name is written \".
func ParseTarget(text string) (Target, error) {
	target, rest, err := targetAt(strings.TrimSpace(text))
	if err != nil {
		return Target{}, fmt.Errorf("%q: %w", text, err)
	}
	if rest != "" {
		return Target{}, fmt.Errorf("%q: unexpected %q after the name", text, rest)
	}
	return target, nil
}

func targetAt(text string) (Target, string, error) {
	role, rest, _ := strings.Cut(text, " ")
	if !slices.Contains(Roles, role) {
		return Target{}, "", fmt.Errorf("a target begins with one of %s", strings.Join(Roles, ", "))
	}
	t := Target{Role: role}
	rest = strings.TrimSpace(rest)
	if role == RolePage {
		return t, rest, nil
	}
	if slices.Contains(soleRoles, role) && !strings.HasPrefix(rest, `"`) {
		return t.inside(rest)
	}
	quoted, err := strconv.QuotedPrefix(rest)
	if err != nil || quoted[0] != '"' {
		return Target{}, "", errors.New(`the role must be followed by a name in quotation marks, as in button "Save"`)
	}
	if t.Name, err = strconv.Unquote(quoted); err != nil || t.Name == "" {
		return Target{}, "", errors.New("the name is empty or cannot be read")
	}
	return t.inside(strings.TrimSpace(rest[len(quoted):]))
}

// inside reads what the target stands in.
func (t Target) inside(rest string) (Target, string, error) {
	if place, ok := strings.CutPrefix(rest, "in "); ok {
		within, behind, err := targetAt(strings.TrimSpace(place))
		if err != nil {
			return Target{}, "", err
		}
		t.Within, rest = &within, behind
	}
	return t, rest, nil
}

// String writes the target as ParseTarget reads it.
func (t Target) String() string {
	said := t.Role
	if t.Name != "" {
		said += " " + strconv.Quote(t.Name)
	}
	if t.Within != nil {
		said += " in " + t.Within.String()
	}
	return said
}

// IsZero tells whether no target is named.
func (t Target) IsZero() bool { return t.Role == "" }
