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
	label := b.Text(row + " a.row-link")
	b.Fill("Search", label)
	b.Until("the rows that match", func() bool { return b.Count(row) < 25 && strings.Contains(b.Path(), "search=") })
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
	plain.Fill("Search", label)
	plain.Follow("button", "Search")
	if n := plain.Count(row); n == 0 || n == 25 {
		t.Errorf("without script %d rows are found", n)
	}
	plain.Shown("plain-links-found")
	plain.Follow("link", "Show all")
	plain.Follow("link", "Subscription")
	if first := plain.Text(row + " a.row-link"); first == label {
		t.Errorf("turned round the list begins with %s, too", first)
	}

	// The switcher keeps the account on pages that belong to none.
	b.Open(w.Address + "/settings/security")
	if shown := b.Text("header .menu summary"); shown != "fleet" {
		t.Errorf("the switcher shows %s", shown)
	}
}
