package link

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp/kb"

	"mooring/e2e/browser"
)

// back goes back in the history.
func back(b *browser.Tab) {
	b.T.Helper()
	browser.Get[bool](b, "() => { history.back(); return true }")
}

// at waits until the address is this one.
func at(b *browser.Tab, path string) {
	b.T.Helper()
	b.Until("the address "+path, func() bool {
		now, err := browser.Try[string](b, "() => location.pathname")
		return err == nil && now == path
	})
}

// TestDialogHasAnAddress opens, leaves and reloads the dialog, with and without
// something typed.
func TestDialogHasAnAddress(t *testing.T) {
	t.Parallel()
	w := browser.NewWorld(t)
	b := w.NewTab(browser.WideLight)
	b.SignIn(w, browser.Owner)

	b.AddCredentials()
	at(b, browser.CredentialsPath+"/new")
	back(b)
	b.Closed()
	at(b, browser.ProvidersPath)
	b.Focused("Add credentials for Microsoft Azure")

	b.AddCredentials()
	b.Press(kb.Escape)
	b.Closed()
	at(b, browser.ProvidersPath)

	b.AddCredentials()
	b.Fill("Label", "Production")
	for _, leave := range []func(){
		func() { b.Press(kb.Escape) },
		func() { b.FindIn("#dialog", "button", "Close").Click() },
		func() { back(b) },
	} {
		leave()
		b.Find("dialog", "Discard what you typed?")
		b.Shown("dialog-discard")
		b.Focused("Keep editing")
		b.Click("button", "Keep editing")
		at(b, browser.CredentialsPath+"/new")
		if b.Value("Label") != "Production" {
			t.Fatal("the label is gone")
		}
	}
	b.Leaving.Stays.Store(true)
	browser.Call(b, page.Reload, page.ReloadParams{})
	b.Until("the question of the browser", func() bool { return b.Leaving.Asked.Load() > 0 })
	if b.Value("Label") != "Production" {
		t.Fatal("a reload took the label")
	}
	b.Press(kb.Escape)
	b.Click("button", "Discard")
	b.Closed()
	at(b, browser.ProvidersPath)

	asked := b.Leaving.Asked.Load()
	b.AddCredentials()
	b.Leads(func() { browser.Call(b, page.Reload, page.ReloadParams{}) })
	b.Find("heading", "Azure credentials")
	at(b, browser.CredentialsPath+"/new")
	b.Leads(func() { back(b) })
	b.Find("heading", "Cloud Providers")

	b.Save(browser.Scripted("Tide Tables"), "Save credentials")
	b.SeesIn("dialog", "Connected")
	b.Until("the address of the credential", func() bool {
		return strings.HasPrefix(b.Path(), browser.CredentialsPath+"/") && b.Path() != browser.CredentialsPath+"/new"
	})
	back(b)
	b.Closed()
	b.SeesIn(`[data-testid="credential-row"]`, "Tide Tables")
	b.Leads(func() { b.Save(browser.Scripted("Dry Dock"), "Save without checking") })
	b.Find("heading", "Dry Dock")
	b.Leads(func() { back(b) })
	b.Find("heading", "Cloud Providers")
	if b.Leaving.Asked.Load() != asked {
		t.Error("a page asked although nothing was typed, or everything was saved")
	}
}

// TestPageOfTheFormAsks is the same for the form as a page of its own.
func TestPageOfTheFormAsks(t *testing.T) {
	t.Parallel()
	w := browser.NewWorld(t)
	b := w.NewTab(browser.NarrowDark)
	b.SignIn(w, browser.Owner)
	b.Open(w.Address + browser.CredentialsPath + "/new")
	b.Fill("Label", "Production")
	b.Leads(func() { browser.Call(b, page.Reload, page.ReloadParams{}) })
	if b.Leaving.Asked.Load() != 1 {
		t.Error("nobody was asked before a reload")
	}
	b.Fill("Label", "Production")
	b.Follow("link", "Cancel")
	b.Find("heading", "Cloud Providers")
	if b.Leaving.Asked.Load() != 1 {
		t.Error("Cancel asks, too")
	}
}

// press presses a mouse button on something; the function that it gives lets go.
func press(b *browser.Tab, role, name string) (release func()) {
	b.T.Helper()
	var place struct{ X, Y float64 }
	err := b.Find(role, name).On(`function () {
		this.scrollIntoView({block: 'center', behavior: 'instant'})
		const box = this.getBoundingClientRect()
		return {x: box.x + box.width / 2, y: box.y + box.height / 2}
	}`, &place)
	if err != nil {
		b.T.Fatal(err)
	}
	mouse := func(kind input.DispatchMouseEventType) {
		browser.Call(b, input.DispatchMouseEvent, input.DispatchMouseEventParams{Type: kind, X: place.X, Y: place.Y, Button: input.MouseButtonLeft, ClickCount: 1})
	}
	mouse(input.DispatchMouseEventTypeMouseMoved)
	mouse(input.DispatchMouseEventTypeMousePressed)
	return func() { mouse(input.DispatchMouseEventTypeMouseReleased) }
}

// TestCopyRightAfterTyping presses Copy while what was typed is still being
// looked at, and holds the button until the answer is there. It runs alone,
// because there is one clipboard.
func TestCopyRightAfterTyping(t *testing.T) {
	w := browser.NewWorld(t)
	b := w.NewTab(browser.WideLight)
	b.SignIn(w, browser.Owner)
	b.AddCredentials()
	const copyCommand = "Copy command: Link with read access"
	b.Click("DisclosureTriangleGrouped", "With a command in Cloud Shell")
	b.Click("button", copyCommand)
	b.SeesIn("#dialog-announce", "Enter the subscription ID first")
	b.Shown("dialog-copy-missing")

	browser.Get[bool](b, `() => {
		window.previews = window.answers = 0
		document.addEventListener('htmx:beforeSend', e => { if (e.detail.elt.matches('.parts')) window.previews++ })
		document.addEventListener('htmx:afterRequest', e => { if (e.detail.elt.matches('.parts')) window.answers++ })
		document.querySelector('#dialog .copy[data-copy-from]').marked = true
		return true
	}`)
	b.Fill("Subscription ID", browser.Working.SubscriptionID)
	release := press(b, "button", copyCommand)
	b.Until("the preview, while the button is held", func() bool { return browser.Get[int](b, "() => window.answers") > 0 })
	release()
	b.SeesIn("#dialog-announce", "Copied")
	b.SeesIn("#guide-command-1", browser.Working.SubscriptionID)
	if !browser.Get[bool](b, "() => document.querySelector('#dialog .copy[data-copy-from]').marked === true") {
		t.Error("the preview swapped the button away")
	}

	// Leaving a field whose value was looked at asks for nothing.
	b.Find("textbox", "Subscription ID").Click()
	browser.Get[bool](b, `() => {
		const field = document.querySelector('#subscription_id')
		for (const kind of ['input', 'change']) field.dispatchEvent(new Event(kind, {bubbles: true}))
		return true
	}`)
	b.Fill("Label", "Production") // its preview comes after the other one would
	b.Until("the preview of the label", func() bool {
		return browser.Get[int](b, "() => window.previews") >= 2 && b.Count(".htmx-request") == 0
	})
	if previews := browser.Get[int](b, "() => window.previews"); previews != 2 {
		t.Errorf("%d previews for two values", previews)
	}
}

// TestLoadingIsShown holds an answer back and measures when a person sees that
// Mooring waits for it.
func TestLoadingIsShown(t *testing.T) {
	t.Parallel()
	w := browser.LinkedWorld(t, 30)
	b := w.NewTab(browser.WideLight)
	b.SignIn(w, browser.Owner)
	for _, s := range []string{"Tide Tables", "Dry Dock", "Harbor Master", "New Pier", "Old Charts", "Storm Warning", "Unpaid Berth"} {
		b.LinkByForm(w, browser.Scripted(s), browser.Outcome{})
	}
	b.Open(w.Address + browser.ProvidersPath)
	const places = `() => JSON.stringify(['.product', 'main', 'main h1', '.bar-end', '#add-azure'].map(s => {
		const box = document.querySelector(s).getBoundingClientRect()
		return [s, Math.round(box.left * 10) / 10, Math.round(box.right * 10) / 10]
	}))`
	before := browser.Get[string](b, places)
	if !browser.Get[bool](b, "() => innerWidth > document.documentElement.clientWidth") {
		t.Fatal("the page has no scrollbar that the dialog could take away")
	}
	caught, release := hold(b, "*/credentials/new")
	browser.Get[bool](b, `() => {
		// How long it waits by intent: a busy machine may take longer.
		const later = window.setTimeout
		const seen = () => getComputedStyle(document.body, '::before').height === '4px'
		window.setTimeout = (f, after, ...more) => later(() => {
			const before = seen()
			f(...more)
			if (!before && seen()) window.shownAfter = after
		}, after)
		return true
	}`)
	b.Click("link", "Add credentials for Microsoft Azure")
	caught()
	var after float64
	b.Until("the sign that it loads", func() bool {
		after = browser.Get[float64](b, "() => window.shownAfter || 0")
		return after > 0
	})
	if after > 200 {
		t.Errorf("loading is shown after %.0f ms", after)
	}
	release()
	b.Find("dialog", "Azure credentials")
	b.Until("the end of loading", func() bool { return b.Count("html.loading") == 0 })
	if now := browser.Get[string](b, places); now != before {
		t.Errorf("the dialog shifts the page from\n%s to\n%s", before, now)
	}
	if !browser.Get[bool](b, "() => innerWidth === document.documentElement.clientWidth") {
		t.Error("the dialog leaves a strip beside the page that it does not dim")
	}
	b.Shown("dialog-over-scrolled")
}

// TestOneMethod types in an installation without the classic method, in which
// there is nothing to choose.
func TestOneMethod(t *testing.T) {
	t.Parallel()
	browser.NeedChromium(t)
	s := browser.Serve(t, filepath.Join(t.TempDir(), "data"), "--azure-authority", "https://127.0.0.1:9", "--azure-resource-manager", "https://127.0.0.1:9")
	b := s.NewTab(browser.WideLight)
	b.SetsUp(s)
	b.AddCredentials()
	if b.Count("#dialog [name=method]") != 1 {
		t.Fatal("there is a choice of methods")
	}
	b.Fill("Label", "Production")
	b.Fill("Subscription ID", browser.Working.SubscriptionID)
	b.SeesIn("#tenant_id-says", "Mooring couldn't reach Azure.", "when you save")
	if text := b.Text("#dialog"); strings.Contains(text, "Check the subscription ID") {
		t.Error("the subscription ID is blamed")
	}
}
