package people

import (
	"fmt"
	"net/http"
	"net/url"
	"testing"

	"github.com/chromedp/chromedp/kb"

	"mooring/e2e/browser"
)

// These tests run alone, because a tab that opens elsewhere can take the keys
// away.

// TestSwitcher changes the account with the keys alone, in a short list and in
// a long one.
func TestSwitcher(t *testing.T) {
	w := browser.NewWorld(t)
	b := w.NewTab(browser.WideLight)
	b.SignIn(w, browser.Owner)
	b.TabTo("Account: harbor")
	b.Press(kb.Enter)
	b.Press(kb.ArrowDown)
	b.Focused("owner Personal, Owner")
	b.Press(kb.Escape)
	b.Focused("Account: harbor")
	if b.Count("details.menu[open]") > 0 {
		t.Error("Escape left the menu open")
	}
	b.Press(kb.Enter)
	b.Press(kb.ArrowDown)
	b.Press(kb.ArrowDown)
	b.Focused("harbor Organization, Owner")
	b.Press(kb.ArrowUp)
	b.Focused("owner Personal, Owner")
	b.Leads(func() { b.Press(kb.Enter) })
	b.Find("DisclosureTriangleGrouped", "Account: owner")

	for i := range 8 {
		name := fmt.Sprintf("pier-%d", i)
		if answer := b.Fetch(http.MethodPost, w.Address+"/organizations", url.Values{"name": {name}}); answer.StatusCode != http.StatusSeeOther {
			t.Fatalf("making %s answered %s", name, answer.Status)
		}
	}
	b.Open(w.Address + browser.ProvidersPath)
	b.TabTo("Account: harbor")
	b.Press(kb.Enter)
	b.Focused("Find an account")
	b.Press("er-6")
	b.Until("what was found", func() bool { return b.Count("#account-list li:not([hidden])") == 1 })
	b.SeesIn("#announce", "1 account")
	b.Leads(func() { b.Press(kb.Enter) })
	b.Find("DisclosureTriangleGrouped", "Account: pier-6")
}

// TestKeyByKeyboard makes an API key with the keys alone.
func TestKeyByKeyboard(t *testing.T) {
	w := browser.NewWorld(t)
	b := w.NewTab(browser.WideDark)
	b.SignIn(w, browser.Owner)
	b.TabTo("API keys")
	b.Leads(func() { b.Press(kb.Enter) })
	b.TabTo("New API key")
	b.Leads(func() { b.Press(kb.Enter) })
	b.Focused("Name")
	b.Press("report")
	b.Press(kb.Tab)
	b.Focused("Days until it expires")
	b.TabTo("Create API key")
	b.Leads(func() { b.Press(kb.Enter) })
	b.Find("heading", "report")
	b.TabTo("Copy: API key")
	b.Press(kb.Enter)
	b.SeesIn("#announce", "Copied")
}
