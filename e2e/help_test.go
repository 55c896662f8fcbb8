package e2e

import (
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// landed is where a link into a page has led: the heading that the address
// names, if it stands in the window.
const landed = `() => {
	const target = document.querySelector(':target')
	if (!target) return ''
	const box = target.getBoundingClientRect()
	return box.top >= -1 && box.bottom <= innerHeight ? target.innerText.trim() : ''
}`

// withPictures lets a page have pictures that are loaded when somebody comes
// there. Chromium wants their height in the style sheet; theirs stands beside
// their width in the page, which keeps their place as well.
func (b *tab) withPictures() *tab {
	b.expect("LazyLoadImageIssue")
	return b
}

// helpFrom goes to the help, as people do: a narrow bar has it in the menu.
func (b *tab) helpFrom(person string) {
	b.t.Helper()
	if b.look.width < 480 {
		b.click("DisclosureTriangleGrouped", "You: "+person)
	}
	b.follow("link", "Help")
}

// learnMore follows the link of the dialog and checks where it lands.
func (b *tab) learnMore(page, heading string) {
	b.t.Helper()
	b.until("a link to "+page, func() bool {
		return strings.HasSuffix(get[string](b, "() => document.querySelector('#learn-more a').href"), page)
	})
	help := b.opens(func() { b.click("link", "Learn more (opens in a new tab)") }).withPictures()
	help.until("the part "+heading, func() bool { return get[string](help, landed) == heading })
	if at := help.path() + get[string](help, "() => location.hash"); at != page {
		b.t.Errorf("Learn more leads to %s, want %s", at, page)
	}
	help.close()
}

// TestHelp goes from the dialog to the step for each method, and looks for words
// in the help.
func TestHelp(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	b := w.newTab(wideLight).withPictures()
	b.signIn(w, owner)
	b.addCredentials()
	b.learnMore("/help/link-azure#in-the-portal", "In the portal")
	b.click("radio", "Management certificate (classic)")
	b.learnMore("/help/link-azure-classic#upload-the-certificate", "Upload the certificate")
	b.click("radio", "App registration with a certificate recommended")
	b.learnMore("/help/link-azure#in-the-portal", "In the portal")
	b.click("button", "Close")
	b.closed()

	b.helpFrom("Olivia Owner")
	b.accessible("help")
	b.find("searchbox", "Search the help").click()
	b.press("thumbprint")
	b.seesIn("#help-list", "found")
	b.until("an address for the search", func() bool { return b.path() == "/help?q=thumbprint" })
	b.accessible("help-found")
	address := get[string](b, "() => document.querySelector('.help-entries a[href*=\"#\"]').href")
	heading := b.text(".help-entries li:has(a[href*='#']):first-of-type h2 a")
	b.open(address)
	b.until("the part "+heading, func() bool { return get[string](b, landed) != "" })
	b.open(w.address + "/help?q=AADSTS700027")
	b.leads(func() { b.findIn("main", "link", "AADSTS700027").click() })
	b.until("the entry of the code", func() bool { return b.path() == "/help/azure/errors" && b.count(":target") == 1 })
	b.accessible("help-errors")
	b.open(w.address + "/help?q=no+such+words")
	b.accessibleIn("help-nothing-found", twoLooks)
}

// TestEveryPageOfTheHelp looks at each walkthrough that comes with the program.
func TestEveryPageOfTheHelp(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	b := w.newTab(wideLight).withPictures()
	b.signIn(w, owner)
	b.open(w.address + "/help")
	pages := get[[]string](b, "() => [...document.querySelectorAll('[aria-label=Walkthroughs] h3 a')].map(a => a.getAttribute('href'))")
	if len(pages) < 2 {
		t.Fatalf("the help has the walkthroughs %v", pages)
	}
	looksAt := looks
	for _, path := range pages {
		b.open(w.address + path)
		name := "help-" + path[strings.LastIndexByte(path, '/')+1:]
		for _, trouble := range get[[]string](b, helpTrouble) {
			t.Errorf("%s: %s", path, trouble)
		}
		b.accessibleIn(name, looksAt)
		looksAt = twoLooks // the others resemble the first
	}
	// Where a link between pages leads is on that page.
	for _, link := range get[[]string](b, "async pages => { "+linksOf+" return linksOf(pages) }", pages) {
		t.Error(link)
	}
}

// helpTrouble loads all pictures and tells what is wrong with a page.
const helpTrouble = `async () => {
	const trouble = [], seen = new Set()
	for (const e of document.querySelectorAll('[id]')) {
		if (seen.has(e.id)) trouble.push('the id ' + e.id + ' stands twice')
		seen.add(e.id)
	}
	for (const image of document.querySelectorAll('main img')) {
		if (!image.getAttribute('width') || !image.getAttribute('height')) trouble.push('no place is kept for ' + image.currentSrc)
		image.loading = 'eager'
		try { await image.decode() } catch { trouble.push('no picture ' + image.currentSrc) }
	}
	return trouble
}`

// linksOf follows every link of the pages that stays in the help.
const linksOf = `const linksOf = async pages => {
	const read = async path => new DOMParser().parseFromString(await (await fetch(path)).text(), 'text/html')
	const wrong = []
	for (const path of pages) {
		for (const a of (await read(path)).querySelectorAll('main a[href^="/help"], main a[href^="#"]')) {
			const [to, anchor] = a.getAttribute('href').split('#')
			const there = await read(to || path)
			if (!there.querySelector('.walkthrough, .entry, #help-list') || (anchor && !there.getElementById(anchor))) wrong.push(path + ' leads to ' + a.getAttribute('href') + ', and there is nothing')
		}
	}
	return wrong
};`

// TestHelpWithoutScript searches by a plain form, on a narrow screen.
func TestHelpWithoutScript(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	b := w.newTab(narrowDark).withPictures()
	b.withoutScript()
	b.signIn(w, owner)
	b.helpFrom("Olivia Owner")
	b.shown("plain-help")
	b.find("searchbox", "Search the help").click()
	b.press("thumbprint")
	b.follow("button", "Search")
	if b.path() != "/help?q=thumbprint" {
		t.Errorf("the search is at %s", b.path())
	}
	b.shown("plain-help-found")
	b.leads(func() { b.click("link", "Show all help") })
	b.leads(func() { b.findIn("main", "link", "Link a Microsoft Azure account").click() })
	b.shown("plain-help-page")
	b.click("button", "Help")
	b.findIn("#account-nav", "link", "In the portal").click()
	b.until("the part of the page", func() bool { return get[string](b, landed) == "In the portal" })
}

// TestTheContentsLeadOnANarrowScreen: the navigation makes way for the part.
func TestTheContentsLeadOnANarrowScreen(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	b := w.newTab(narrowLight).withPictures()
	b.signIn(w, owner)
	b.open(w.address + "/help/link-azure")
	b.click("button", "Help")
	b.shown("help-navigation")
	b.findIn("#account-nav", "link", "In the portal").click()
	b.until("the part of the page", func() bool {
		return get[string](b, landed) == "In the portal" && b.count("#account-nav:popover-open") == 0
	})
}

// TestThePublicHelp: where the operator says so, help is for everybody.
func TestThePublicHelp(t *testing.T) {
	t.Parallel()
	needChromium(t)
	s := serve(t, filepath.Join(t.TempDir(), "data"), "--public-help")
	b := s.newTab(wideLight).withPictures()
	b.open(s.address + "/login")
	b.accessibleIn("sign-in-public-help", twoLooks)
	b.follow("link", "Help")
	b.leads(func() { b.findIn("main", "link", "Link a Microsoft Azure account").click() })
	b.accessibleIn("help-public", twoLooks)
	if pictures := get[[]bool](b, "() => Promise.all([...document.querySelectorAll('main img')].map(i => { i.loading = 'eager'; return i.decode().then(() => true, () => false) }))"); len(pictures) == 0 || slices.Contains(pictures, false) {
		t.Errorf("who is not signed in sees the pictures %v", pictures)
	}
	b.follow("link", "Sign in")
	if want := "/login?next=" + url.QueryEscape("/help/link-azure"); b.path() != want {
		t.Errorf("Sign in leads to %s, want %s", b.path(), want)
	}

	private := serve(t, filepath.Join(t.TempDir(), "data"))
	b = private.newTab(wideLight)
	b.open(private.address + "/help/link-azure")
	b.find("heading", "Sign in")
	if b.has("link", "Help") {
		t.Error("help is offered to who may not read it")
	}
}
