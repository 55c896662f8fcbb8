package admin

import (
	"strings"
	"testing"

	"mooring/e2e/browser"
)

// TestAnOwnerFindsALinkAmongMany searches, filters and sorts a list, with and
// without JavaScript.
func TestAnOwnerFindsALinkAmongMany(t *testing.T) {
	t.Parallel()
	w := browser.LinkedWorld(t, 35) // ten of breakwater, the others of fleet
	const list, row = "/accounts/fleet/cloud-providers", `[data-testid="credential-row"]`
	b := w.NewTab(browser.WideLight)
	b.SignIn(w, browser.Neighbour)
	b.Open(w.Address + list)
	if n := b.Count(row); n != 25 {
		t.Fatalf("the list has %d rows", n)
	}
	label, _, _ := strings.Cut(b.Text(row+" a.row-link"), "\n")
	b.Find("searchbox", "Search").Click()
	b.Press(label)
	b.Until("the rows that match", func() bool { return b.Count(row) > 0 && b.Count(row) < 25 && strings.Contains(b.Path(), "search=") })
	b.SeesIn(`[data-testid="found"]`, "match")
	b.Shown("links-found")
	b.Choose("Status", "Needs attention")
	b.Until("no rows", func() bool { return b.Count(row) == 0 })
	b.Sees("No link matches.")
	b.Follow("link", "Show all")
	b.Follow("link", "25 linked")

	plain := w.NewTab(browser.NarrowDark)
	plain.WithoutScript()
	plain.SignIn(w, browser.Neighbour)
	plain.Open(w.Address + list)
	plain.Find("searchbox", "Search").Click()
	plain.Press(label)
	plain.Follow("button", "Search")
	plain.SeesIn(`[data-testid="found"]`, "match")
	if n := plain.Count(row); n == 0 || n == 25 {
		t.Errorf("without script %d rows are found at %s", n, plain.Path())
	}
	plain.Shown("plain-links-found")
	plain.Follow("link", "Show all")
	plain.Choose("Sort by", "Status")
	plain.Follow("button", "Search")
	if at := plain.Path(); !strings.Contains(at, "sort=status") || plain.Count(row) != 25 {
		t.Errorf("sorted by status at %s are %d rows", at, plain.Count(row))
	}

	// The switcher keeps the account on pages that belong to none.
	b.Open(w.Address + "/settings/security")
	if shown := strings.TrimSpace(b.Text("header .menu summary")); !strings.HasPrefix(shown, "fleet") {
		t.Errorf("the switcher shows %q", shown)
	}
}
