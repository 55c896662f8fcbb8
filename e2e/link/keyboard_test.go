package link

import (
	"slices"
	"testing"

	"github.com/chromedp/chromedp/kb"

	"mooring/e2e/browser"
)

// TestEveryStop walks over each page with Tab: every control is reached, has a
// name, and shows that it has the focus.
func TestEveryStop(t *testing.T) {
	w := browser.LinkedWorld(t, 3)
	b := w.NewTab(browser.NarrowDark)
	b.Open(w.Address + "/")
	walks(b, "the sign-in page")
	b.Authenticator()
	b.SignIn(w, browser.Owner)
	link := b.Invites(w, "Viewer")
	walks(b, "an invitation that was made")
	for _, path := range []string{"/settings", "/settings/password", "/settings/sessions", "/prove", "/organizations/new",
		"/accounts/harbor/general", "/accounts/harbor/delete", browser.PeoplePath, browser.KeysPath, browser.KeysPath + "/new"} {
		b.Open(w.Address + path)
		walks(b, path)
	}
	b.AddPasskey(w, "Phone")
	walks(b, "recovery codes")
	b.Open(w.Address + browser.SecurityPath)
	walks(b, browser.SecurityPath)
	b.SignOut("Olivia Owner")
	b.SignIn(w, browser.Owner)
	b.Click("DisclosureTriangle", "Use a recovery code")
	walks(b, "the second step")

	b = w.NewTab(browser.WideLight)
	b.Open(link)
	walks(b, "an invitation")
	b.SignIn(w, browser.Admin)
	b.Open(w.Address + "/admin/people")
	walks(b, "/admin/people")
	b.Follow("link", "Max Member")
	walks(b, "a person")
	review := b.StartsReview(w, "By Tab", 3)
	for _, path := range []string{review, review + "/queue", browser.ReviewsPath + "/new?repeat=yes", "/admin/intake", browser.LogPath + "?person=bruno"} {
		b.Open(w.Address + path)
		b.Unfold()
		walks(b, path)
	}
	b.Open(w.Address + browser.LinkedPath + "?search=dock&sort=account")
	walks(b, "the list")
	b.TabTo("More")
	b.Press(kb.Enter)
	b.Press(kb.Tab)
	b.Focused("Enable…")
	b.Press(kb.Escape)
	b.Focused("More")
}

// walks presses Tab until the focus is back where it began.
func walks(b *browser.Tab, page string) {
	b.T.Helper()
	want := browser.Get[int](b, stops)
	browser.Get[bool](b, "() => { document.activeElement.blur(); return true }")
	var passed []string
	for range 2*want + 10 {
		b.Press(kb.Tab)
		at := browser.Get[string](b, reached)
		if at == "no control" || at == "the same one" { // between the last control and the first; between the parts of a date
			continue
		}
		if at == "one from before" {
			break
		}
		if at = b.Focus(); at == "" {
			b.T.Errorf("%s: %s has no name", page, browser.Get[string](b, "() => document.activeElement.outerHTML.slice(0, 80)"))
		}
		if plain := browser.Get[string](b, browser.Unmarked); plain != "" {
			b.T.Errorf("%s: the focus is on %s (%q) and nobody can see it", page, plain, at)
		}
		passed = append(passed, at)
	}
	if !slices.Contains(passed, "Skip to content") || len(passed) != want {
		b.T.Errorf("%s: Tab reaches %d of %d controls: %q", page, len(passed), want, passed)
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
