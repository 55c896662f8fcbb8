package e2e

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"testing"

	"github.com/chromedp/chromedp/kb"
)

// These tests run alone, because a tab that opens elsewhere can take the keys
// away.

// TestSwitcher changes the account with the keys alone, in a short list and in
// a long one.
func TestSwitcher(t *testing.T) {
	w := newWorld(t)
	b := w.newTab(wideLight)
	b.signIn(w, owner)
	b.tabTo("Account: harbor")
	b.press(kb.Enter)
	b.press(kb.ArrowDown)
	b.focused("owner Personal, Owner")
	b.press(kb.Escape)
	b.focused("Account: harbor")
	if b.count("details.menu[open]") > 0 {
		t.Error("Escape left the menu open")
	}
	b.press(kb.Enter)
	b.press(kb.ArrowDown)
	b.press(kb.ArrowDown)
	b.focused("harbor Organization, Owner")
	b.press(kb.ArrowUp)
	b.focused("owner Personal, Owner")
	b.leads(func() { b.press(kb.Enter) })
	b.find("DisclosureTriangleGrouped", "Account: owner")

	for i := range 8 {
		name := fmt.Sprintf("pier-%d", i)
		if answer := b.fetch(http.MethodPost, w.address+"/organizations", url.Values{"name": {name}}); answer.StatusCode != http.StatusSeeOther {
			t.Fatalf("making %s answered %s", name, answer.Status)
		}
	}
	b.open(w.address + providersPath)
	b.tabTo("Account: harbor")
	b.press(kb.Enter)
	b.focused("Find an account")
	b.press("er-6")
	b.until("what was found", func() bool { return b.count("#account-list li:not([hidden])") == 1 })
	b.seesIn("#announce", "1 account")
	b.leads(func() { b.press(kb.Enter) })
	b.find("DisclosureTriangleGrouped", "Account: pier-6")
}

// TestKeyByKeyboard makes an API key with the keys alone.
func TestKeyByKeyboard(t *testing.T) {
	w := newWorld(t)
	b := w.newTab(wideDark)
	b.signIn(w, owner)
	b.tabTo("API keys")
	b.leads(func() { b.press(kb.Enter) })
	b.tabTo("New API key")
	b.leads(func() { b.press(kb.Enter) })
	b.focused("Name")
	b.press("report")
	b.press(kb.Tab)
	b.focused("Read")
	b.press(kb.ArrowDown)
	b.focused("Read and write")
	b.press(kb.Tab)
	b.focused("Days until it expires")
	b.tabTo("Make API key")
	b.leads(func() { b.press(kb.Enter) })
	b.find("heading", "report")
	b.tabTo("Copy: API key")
	b.press(kb.Enter)
	b.seesIn("#announce", "Copied")
}

// TestEveryStop walks over each page with Tab: every control is reached, has a
// name, and shows that it has the focus.
func TestEveryStop(t *testing.T) {
	w := linkedWorld(t, 3)
	b := w.newTab(narrowDark)
	b.open(w.address + "/")
	b.walks("the sign-in page")
	b.authenticator()
	b.signIn(w, owner)
	link := b.invites(w, "Viewer")
	b.walks("an invitation that was made")
	for _, path := range []string{"/settings", "/settings/password", "/settings/sessions", "/prove", "/organizations/new",
		"/accounts/harbor/general", "/accounts/harbor/delete", peoplePath, keysPath, keysPath + "/new"} {
		b.open(w.address + path)
		b.walks(path)
	}
	b.addPasskey(w, "Phone")
	b.walks("recovery codes")
	b.open(w.address + securityPath)
	b.walks(securityPath)
	b.signOut("Olivia Owner")
	b.signIn(w, owner)
	b.click("DisclosureTriangle", "Use a recovery code")
	b.walks("the second step")

	b = w.newTab(wideLight)
	b.open(link)
	b.walks("an invitation")
	b.signIn(w, admin)
	b.open(w.address + "/admin/people")
	b.walks("/admin/people")
	b.follow("link", "Max Member")
	b.walks("a person")
	review := b.startsReview(w, "By Tab", 3)
	for _, path := range []string{review, review + "/queue", reviewsPath + "/new?repeat=yes", "/admin/intake", logPath + "?person=bruno"} {
		b.open(w.address + path)
		b.unfold()
		b.walks(path)
	}
	b.open(w.address + linkedPath + "?search=dock&sort=account")
	b.walks("the list")
	b.tabTo("Disable")
	b.press(kb.Enter)
	b.press(kb.Tab)
	b.focused("Reason")
	b.press(kb.Escape)
	b.focused("Disable")
}

// walks presses Tab until the focus is back where it began.
func (b *tab) walks(page string) {
	b.t.Helper()
	want := get[int](b, stops)
	get[bool](b, "() => { document.activeElement.blur(); return true }")
	var passed []string
	for range 2*want + 10 {
		b.press(kb.Tab)
		at := get[string](b, reached)
		if at == "no control" || at == "the same one" { // between the last control and the first; between the parts of a date
			continue
		}
		if at == "one from before" {
			break
		}
		if at = b.focus(); at == "" {
			b.t.Errorf("%s: %s has no name", page, get[string](b, "() => document.activeElement.outerHTML.slice(0, 80)"))
		}
		if plain := get[string](b, unmarked); plain != "" {
			b.t.Errorf("%s: the focus is on %s (%q) and nobody can see it", page, plain, at)
		}
		passed = append(passed, at)
	}
	if !slices.Contains(passed, "Skip to content") || len(passed) != want {
		b.t.Errorf("%s: Tab reaches %d of %d controls: %q", page, len(passed), want, passed)
	}
}

// reached tells what the focus is on, beside where it was before.
const reached = `() => {
	const e = document.activeElement, last = window.walkedLast
	window.walkedLast = e
	if (e === document.body) return 'no control'
	if (e === last) return 'the same one'
	const before = 'walked' in e.dataset
	e.dataset.walked = ''
	return before ? 'one from before' : 'a new one'
}`

// stops counts what has to be reached: each control that shows, and one of each
// group of radio buttons.
const stops = `() => {
	const groups = new Set()
	return [...document.querySelectorAll('a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex="0"]')]
		.filter(e => !e.disabled && e.checkVisibility({visibilityProperty: true}))
		.filter(e => e.type !== 'radio' || !groups.has(e.name) && groups.add(e.name)).length
}`
