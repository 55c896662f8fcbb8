package views

import (
	"strings"
	"testing"
)

// TestUnknownRightsAreNotPutOffToAFirstCheckThatWas looks at a link that the
// policy holds back because its check could not tell what it may do.
func TestUnknownRightsAreNotPutOffToAFirstCheckThatWas(t *testing.T) {
	const putOff = "It is checked for the first time when it is approved."
	checked := Time{Shown: "just now", Machine: "2026-11-23T09:00:00Z"}
	for _, check := range []struct {
		last      Time
		says      string
		firstTime bool
	}{
		{Time{Shown: "Never"}, "Not known: no check has ended yet.", true},
		{checked, "Not known: no check could find it out.", false},
	} {
		var page strings.Builder
		held := LinkedAccount{ApprovePath: "/approve", DeclinePath: "/decline", LastCheck: check.last}
		if err := approval(held).Render(t.Context(), &page); err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(page.String(), check.says) || strings.Contains(page.String(), putOff) != check.firstTime {
			t.Errorf("last checked %q: %s", check.last.Shown, page.String())
		}
	}
}
