package views

import (
	"html"
	"strings"
	"testing"
)

// TestUnknownRightsAreNotPutOffToAFirstCheckThatWas looks at a link that the
// policy holds back because its check could not tell what it may do.
func TestUnknownRightsAreNotPutOffToAFirstCheckThatWas(t *testing.T) {
	const putOff = "The first check runs after you approve it."
	checked := Time{Shown: "just now", Machine: "2026-11-23T09:00:00Z"}
	for _, check := range []struct {
		last      Time
		says      string
		firstTime bool
	}{
		{Time{Shown: "Never"}, "Unknown: no check has finished yet.", true},
		{checked, "Unknown: the checks couldn't read the permissions.", false},
	} {
		var page strings.Builder
		held := LinkedAccount{ApprovePath: "/approve", DeclinePath: "/decline", LastCheck: check.last}
		if err := approval(held).Render(t.Context(), &page); err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(html.UnescapeString(page.String()), check.says) || strings.Contains(page.String(), putOff) != check.firstTime {
			t.Errorf("last checked %q: %s", check.last.Shown, page.String())
		}
	}
}
