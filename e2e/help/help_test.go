package help

import (
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"mooring/e2e/browser"
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
func withPictures(b *browser.Tab) *browser.Tab {
	b.Expect("LazyLoadImageIssue")
	return b
}

// helpFrom goes to the help, as people do: a narrow bar has it in the menu.
func helpFrom(b *browser.Tab, person string) {
	b.T.Helper()
	if b.Look.Width < 480 {
		b.Click("DisclosureTriangleGrouped", "You: "+person)
	}
	b.Follow("link", "Help")
}

// learnMore follows the link of the dialog and checks where it lands.
func learnMore(b *browser.Tab, page, heading string) {
	b.T.Helper()
	b.Until("a link to "+page, func() bool {
		return strings.HasSuffix(browser.Get[string](b, "() => document.querySelector('#learn-more a').href"), page)
	})
	help := withPictures(b.Opens(func() { b.Click("link", "Learn more (opens in a new tab)") }))
	help.Until("the part "+heading, func() bool { return browser.Get[string](help, landed) == heading })
	if at := help.Path() + browser.Get[string](help, "() => location.hash"); at != page {
		b.T.Errorf("Learn more leads to %s, want %s", at, page)
	}
	help.Close()
}

// TestHelp goes from the dialog to the step for each method, and looks for words
// in the help.
func TestHelp(t *testing.T) {
	t.Parallel()
	w := browser.NewWorld(t)
	b := withPictures(w.NewTab(browser.WideLight))
	b.SignIn(w, browser.Owner)
	b.AddCredentials()
	learnMore(b, "/help/link-azure#in-the-portal", "In the portal")
	b.Click("radio", "Management certificate (classic)")
	learnMore(b, "/help/link-azure-classic#upload-the-certificate", "Upload the certificate")
	b.Click("radio", "App registration with a certificate recommended")
	learnMore(b, "/help/link-azure#in-the-portal", "In the portal")
	b.Click("button", "Close")
	b.Closed()
	b.AddCredentialsFor("Amazon Web Services", "AWS credentials")
	learnMore(b, "/help/link-aws#with-one-command", "With one command")
	b.Click("button", "Close")
	b.Closed()

	helpFrom(b, "Olivia Owner")
	b.Accessible("help")
	b.Find("searchbox", "Search the help").Click()
	b.Press("thumbprint")
	b.SeesIn("#help-list", "found")
	b.Until("an address for the search", func() bool { return b.Path() == "/help?q=thumbprint" })
	b.Accessible("help-found")
	address := browser.Get[string](b, "() => document.querySelector('.help-entries a[href*=\"#\"]').href")
	heading := b.Text(".help-entries li:has(a[href*='#']):first-of-type h2 a")
	b.Open(address)
	b.Until("the part "+heading, func() bool { return browser.Get[string](b, landed) != "" })
	b.Open(w.Address + "/help?q=AADSTS700027")
	b.Leads(func() { b.FindIn("main", "link", "AADSTS700027").Click() })
	b.Until("the entry of the code", func() bool { return b.Path() == "/help/azure/errors" && b.Count(":target") == 1 })
	b.Accessible("help-errors")
	b.Open(w.Address + "/help?q=no+such+words")
	b.AccessibleIn("help-nothing-found", browser.TwoLooks)
}

// TestEveryPageOfTheHelp looks at each walkthrough that comes with the program.
func TestEveryPageOfTheHelp(t *testing.T) {
	t.Parallel()
	w := browser.NewWorld(t)
	b := withPictures(w.NewTab(browser.WideLight))
	b.SignIn(w, browser.Owner)
	b.Open(w.Address + "/help")
	pages := browser.Get[[]string](b, "() => [...document.querySelectorAll('[aria-label=Walkthroughs] h3 a')].map(a => a.getAttribute('href'))")
	if len(pages) < 2 {
		t.Fatalf("the help has the walkthroughs %v", pages)
	}
	looksAt := browser.Looks
	for _, path := range pages {
		b.Open(w.Address + path)
		name := "help-" + path[strings.LastIndexByte(path, '/')+1:]
		for _, trouble := range browser.Get[[]string](b, helpTrouble) {
			t.Errorf("%s: %s", path, trouble)
		}
		b.AccessibleIn(name, looksAt)
		looksAt = browser.TwoLooks // the others resemble the first
	}
	// Where a link between pages leads is on that page.
	for _, link := range browser.Get[[]string](b, "async pages => { "+linksOf+" return linksOf(pages) }", pages) {
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
	w := browser.NewWorld(t)
	b := withPictures(w.NewTab(browser.NarrowDark))
	b.WithoutScript()
	b.SignIn(w, browser.Owner)
	helpFrom(b, "Olivia Owner")
	b.Shown("plain-help")
	b.Find("searchbox", "Search the help").Click()
	b.Press("thumbprint")
	b.Follow("button", "Search")
	if b.Path() != "/help?q=thumbprint" {
		t.Errorf("the search is at %s", b.Path())
	}
	b.Shown("plain-help-found")
	b.Leads(func() { b.Click("link", "Show all help") })
	b.Leads(func() { b.FindIn("main", "link", "Link a Microsoft Azure account").Click() })
	b.Shown("plain-help-page")
	b.Click("button", "Help")
	b.FindIn("#account-nav", "link", "In the portal").Click()
	b.Until("the part of the page", func() bool { return browser.Get[string](b, landed) == "In the portal" })
}

// TestTheContentsLeadOnANarrowScreen: the navigation makes way for the part.
func TestTheContentsLeadOnANarrowScreen(t *testing.T) {
	t.Parallel()
	w := browser.NewWorld(t)
	b := withPictures(w.NewTab(browser.NarrowLight))
	b.SignIn(w, browser.Owner)
	b.Open(w.Address + "/help/link-azure")
	b.Click("button", "Help")
	b.Shown("help-navigation")
	b.FindIn("#account-nav", "link", "In the portal").Click()
	b.Until("the part of the page", func() bool {
		return browser.Get[string](b, landed) == "In the portal" && b.Count("#account-nav:popover-open") == 0
	})
}

// TestThePublicHelp: where the operator says so, help is for everybody.
func TestThePublicHelp(t *testing.T) {
	t.Parallel()
	browser.NeedChromium(t)
	s := browser.Serve(t, filepath.Join(t.TempDir(), "data"), "--public-help")
	b := withPictures(s.NewTab(browser.WideLight))
	b.Open(s.Address + "/login")
	b.AccessibleIn("sign-in-public-help", browser.TwoLooks)
	b.Follow("link", "Help")
	b.Leads(func() { b.FindIn("main", "link", "Link a Microsoft Azure account").Click() })
	b.AccessibleIn("help-public", browser.TwoLooks)
	if pictures := browser.Get[[]bool](b, "() => Promise.all([...document.querySelectorAll('main img')].map(i => { i.loading = 'eager'; return i.decode().then(() => true, () => false) }))"); len(pictures) == 0 || slices.Contains(pictures, false) {
		t.Errorf("who is not signed in sees the pictures %v", pictures)
	}
	b.Follow("link", "Sign in")
	if want := "/login?next=" + url.QueryEscape("/help/link-azure"); b.Path() != want {
		t.Errorf("Sign in leads to %s, want %s", b.Path(), want)
	}

	private := browser.Serve(t, filepath.Join(t.TempDir(), "data"))
	b = private.NewTab(browser.WideLight)
	b.Open(private.Address + "/help/link-azure")
	b.Find("heading", "Sign in")
	if b.Has("link", "Help") {
		t.Error("help is offered to who may not read it")
	}
}
