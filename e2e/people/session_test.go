package people

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"

	"mooring/e2e/browser"
)

// TestSignOut signs out and goes back: nothing of the account is there.
func TestSignOut(t *testing.T) {
	t.Parallel()
	w := browser.NewWorld(t)
	b := w.NewTab(browser.WideLight)
	b.SignIn(w, browser.Owner)
	b.Save(browser.Scripted("Tide Tables"), "Save credentials")
	b.SeesIn("dialog", "Connected")
	b.Follow("link", "Open Tide Tables")
	b.Click("DisclosureTriangleGrouped", "You: Olivia Owner")
	b.Follow("button", "Sign out")
	b.Find("heading", "Sign in")

	b.Leads(func() {
		history := browser.Call(b, page.GetNavigationHistory, cdp.Empty{})
		before := history.Entries[history.CurrentIndex-1]
		if !strings.Contains(before.URL, browser.CredentialsPath) {
			t.Fatalf("the page before is %s", before.URL)
		}
		browser.Call(b, page.NavigateToHistoryEntry, page.NavigateToHistoryEntryParams{EntryID: before.ID})
	})
	b.Find("heading", "Sign in")
	for _, private := range []string{"Tide Tables", browser.Scripted("Tide Tables").SubscriptionID, "Olivia"} {
		if strings.Contains(b.Text("body"), private) {
			t.Errorf("after signing out, Back shows %q", private)
		}
	}
}

// TestSessionEndsMeanwhile loses the session and then asks for a dialog: the
// whole page leads to the sign-in page, and after it back to where it was.
func TestSessionEndsMeanwhile(t *testing.T) {
	t.Parallel()
	w := browser.NewWorld(t)
	b := w.NewTab(browser.WideLight)
	b.Expect("401 (Unauthorized)")
	b.SignIn(w, browser.Owner)
	browser.Call(b, network.ClearBrowserCookies, cdp.Empty{})
	b.Follow("link", "Add credentials for Microsoft Azure")
	b.Find("heading", "Sign in")
	if b.Count("dialog[open]") > 0 {
		t.Error("the sign-in page stands in the dialog")
	}
	b.Fill("E-mail address", browser.Owner)
	b.Fill("Password", browser.Password)
	b.Follow("button", "Sign in")
	if b.Path() != browser.ProvidersPath {
		t.Errorf("signing in again leads to %s", b.Path())
	}
}

// typing opens the dialog and fills it in, but for the ID that it gives.
func typing(b *browser.Tab) {
	b.T.Helper()
	tide := browser.Scripted("Tide Tables")
	b.AddCredentials()
	b.Fill("Label", "Tide")
	b.Fill("Subscription ID", tide.SubscriptionID)
	b.Fill("Application (client) ID", tide.ClientID)
	b.Click("DisclosureTriangle", "Paste the command's output instead")
	b.Fill("Command output", `{"appId":"`+tide.ClientID+`","password":"hunter2~Pass.word"}`)
}

const stored = "() => Object.keys(sessionStorage).filter(k => k !== 'htmx-current-path-for-history').map(k => sessionStorage[k]).join(' ')"

// TestSaveAfterTheSessionEnded signs out in another tab while the dialog is
// filled in: Save asks to sign in and continues with what was typed.
func TestSaveAfterTheSessionEnded(t *testing.T) {
	t.Parallel()
	w := browser.NewWorld(t)
	b := w.NewTab(browser.WideLight)
	b.Expect("401 (Unauthorized)")
	b.SignIn(w, browser.Owner)
	typing(b)
	other := b.Another()
	other.Open(w.Address + "/")
	other.SignOut("Olivia Owner")
	b.Follow("button", "Save credentials")
	b.Find("heading", "Sign in")
	b.Sees("Your session has ended.", "What you typed is kept in this tab, except what you pasted.")
	b.Shown("sign-in-kept")
	if kept := browser.Get[string](b, stored); !strings.Contains(kept, "Tide") || strings.Contains(kept, "hunter2") || strings.Contains(kept, "password") {
		t.Errorf("kept is %s", kept)
	}
	b.Fill("E-mail address", browser.Owner)
	b.Fill("Password", browser.Password)
	b.Follow("button", "Sign in")
	b.Find("heading", "Azure credentials")
	b.Sees("what you typed is still here.", "Paste it again")
	b.Shown("form-kept")
	tide := browser.Scripted("Tide Tables")
	if b.Value("Label") != "Tide" || b.Value("Subscription ID") != tide.SubscriptionID || b.Value("Application (client) ID") != tide.ClientID {
		t.Error("what was typed is not there")
	}
	b.Follow("button", "Save credentials")
	b.SeesIn(browser.Status, "Connected")
	if kept := browser.Get[string](b, stored); kept != "" {
		t.Errorf("after Save, the tab keeps %s", kept)
	}
	if b.Leaving.Asked.Load() > 0 {
		t.Error("somebody was asked whether to leave")
	}
}

// TestNobodyElseGetsWhatWasTyped lets another person sign in instead.
func TestNobodyElseGetsWhatWasTyped(t *testing.T) {
	t.Parallel()
	w := browser.NewWorld(t)
	b := w.NewTab(browser.NarrowDark)
	b.Expect("401 (Unauthorized)")
	b.Expect("403 (Forbidden)")
	b.SignIn(w, browser.Owner)
	typing(b)
	browser.Call(b, network.ClearBrowserCookies, cdp.Empty{})
	b.Follow("button", "Save credentials")
	b.Find("heading", "Sign in")
	b.Fill("E-mail address", browser.Member)
	b.Fill("Password", browser.Password)
	b.Follow("button", "Sign in")
	b.Sees("Only owners of this account can do that.")
	if kept := browser.Get[string](b, stored); kept != "" {
		t.Errorf("another person's tab keeps %s", kept)
	}
}

// TestSaveOnThePageAfterTheSessionEnded does it on the form's own page, with a
// script and without.
func TestSaveOnThePageAfterTheSessionEnded(t *testing.T) {
	t.Parallel()
	w := browser.NewWorld(t)
	for _, script := range []bool{true, false} {
		b := w.NewTab(browser.NarrowLight)
		b.Expect("401 (Unauthorized)") // of a preview
		if !script {
			b.WithoutScript()
		}
		b.SignIn(w, browser.Owner)
		b.Open(w.Address + browser.CredentialsPath + "/new")
		b.Fill("Label", "Tide")
		browser.Call(b, network.ClearBrowserCookies, cdp.Empty{})
		b.Follow("button", "Save credentials")
		b.Find("heading", "Sign in")
		want, label := "What you typed is lost. Enter it again after you sign in.", ""
		if script {
			want, label = "What you typed is kept in this tab.", "Tide"
		}
		b.Sees(want)
		b.Shown("sign-in-lost")
		b.Fill("E-mail address", browser.Owner)
		b.Fill("Password", browser.Password)
		b.Follow("button", "Sign in")
		b.Find("heading", "Azure credentials")
		if got := b.Value("Label"); got != label {
			t.Errorf("the label is %q, want %q", got, label)
		}
		if script {
			b.Follow("link", "Cancel")
			if kept := browser.Get[string](b, stored); kept != "" {
				t.Errorf("after Cancel, the tab keeps %s", kept)
			}
		}
	}
}

// TestPageFromMemoryIsAskedForAnew is what a browser does that keeps pages in
// memory: Back after signing out asks again.
func TestPageFromMemoryIsAskedForAnew(t *testing.T) {
	t.Parallel()
	w := browser.NewWorld(t)
	b := w.NewTab(browser.WideLight)
	b.SignIn(w, browser.Owner)
	browser.Call(b, network.ClearBrowserCookies, cdp.Empty{})
	b.Leads(func() {
		browser.Get[bool](b, `() => {
			dispatchEvent(new PageTransitionEvent('pagehide', {persisted: true}))
			const hidden = getComputedStyle(document.body).visibility === 'hidden'
			dispatchEvent(new PageTransitionEvent('pageshow', {persisted: true}))
			return hidden || console.error('the page stays in sight')
		}`)
	})
	b.Find("heading", "Sign in")
}

// TestRefusedCookies signs in with a browser that takes no cookies.
func TestRefusedCookies(t *testing.T) {
	t.Parallel()
	w := browser.NewWorld(t).Through(t, func(_ string, header http.Header, body []byte) []byte {
		header.Del("Set-Cookie")
		return body
	})
	b := w.NewTab(browser.NarrowLight)
	b.Expect("422 (Unprocessable Entity)")
	b.SignIn(w, browser.Owner)
	b.SeesIn(browser.Problem, "Your browser didn't send back Mooring's cookie", "Allow cookies for this site")
	b.Shown("sign-in-cookies")
}

// TestMember sees what is linked and why nothing can be changed.
func TestMember(t *testing.T) {
	t.Parallel()
	w := browser.NewWorld(t)
	b := w.NewTab(browser.WideLight)
	b.SignIn(w, browser.Owner)
	path := b.LinkByForm(w, browser.Scripted("Tide Tables"), browser.Outcome{})

	max := w.NewTab(browser.NarrowDark)
	max.Expect("403 (Forbidden)")
	max.SignIn(w, browser.Member)
	max.Open(w.Address + browser.ProvidersPath)
	max.Sees("You can see what harbor links.", "ask an owner of harbor")
	max.Shown("providers-member")
	if max.Has("link", "Add credentials for Microsoft Azure") {
		t.Error("a member is offered Add credentials")
	}
	max.Follow("link", "Tide Tables")
	max.SeesIn(browser.Status, "Connected")
	for _, name := range []string{"Edit credentials", "Unlink"} {
		if max.Has("link", name) {
			t.Errorf("a member is offered %s", name)
		}
	}
	if max.Has("button", "Disable") || !max.Has("button", "Check now") {
		t.Error("a member has other buttons than Check now")
	}
	max.Shown("credential-member")
	max.Open(w.Address + path + "/edit")
	max.Sees("Not allowed", "Only owners of this account can do that.")
	max.Shown("not-allowed")
}

// TestEndOtherSession ends the session of another browser.
func TestEndOtherSession(t *testing.T) {
	t.Parallel()
	w := browser.NewWorld(t)
	here, there := w.NewTab(browser.WideLight), w.NewTab(browser.NarrowLight)
	here.SignIn(w, browser.Owner)
	there.SignIn(w, browser.Owner)
	here.Open(w.Address + "/settings/sessions")
	here.Until("both sessions", func() bool { return here.Count(`[data-testid="session-row"]`) == 2 })
	here.Shown("sessions")
	here.Follow("button", "End the session of Chrome on Linux, 127.0.0.1")
	here.Until("one session", func() bool { return here.Count(`[data-testid="session-row"]`) == 1 })
	there.Open(w.Address + browser.ProvidersPath)
	there.Find("heading", "Sign in")
	here.Open(w.Address + browser.ProvidersPath)
	here.Find("heading", "Cloud Providers")
}

// TestCrossSite has a page of another site post forms to Mooring.
func TestCrossSite(t *testing.T) {
	t.Parallel()
	w := browser.NewWorld(t)
	b := w.NewTab(browser.WideLight)
	b.Expect("403 (Forbidden)")
	b.SignIn(w, browser.Owner)
	tide := browser.Scripted("Tide Tables")
	path := b.LinkByForm(w, tide, browser.Outcome{})

	dock := browser.Scripted("Dry Dock")
	evil := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		rw.Header().Set("Content-Type", "text/html; charset=utf-8")
		fmt.Fprintf(rw, `<!DOCTYPE html><html lang="en"><title>Evil</title>
			<form method="post" action="%s%s"><button>Disable it</button></form>
			<form method="post" action="%s%s"><input type="hidden" name="label" value="Evil"><input type="hidden" name="subscription_id" value="%s">
			<input type="hidden" name="client_id" value="%s"><button>Link it</button></form>
			<form method="post" action="%s/logout"><button>Sign out</button></form>
			<form method="post" action="%s/login"><input type="hidden" name="email" value="%s"><input type="hidden" name="password" value="%s"><button>Sign in</button></form>`,
			w.Address, path+"/disable", w.Address, browser.CredentialsPath, dock.SubscriptionID, dock.ClientID, w.Address, w.Address, browser.Member, browser.Password)
	}))
	t.Cleanup(evil.Close)
	_, port, _ := strings.Cut(strings.TrimPrefix(evil.URL, "http://"), ":")
	for _, site := range []string{"localhost", "127.0.0.1"} { // another site, and another port of the same
		address := site + ":" + port
		b.Noted.Allow(address)
		for _, button := range []string{"Disable it", "Link it", "Sign out", "Sign in"} {
			b.Open("http://" + address + "/")
			b.Follow("button", button)
			b.Sees("Not allowed", "This request came from another site.")
		}
	}
	b.Open(w.Address + browser.ProvidersPath)
	b.SeesIn(`[data-testid="credential-row"]`, "Tide Tables", "Connected")
	if rows := b.Count(`[data-testid="credential-row"]`); rows != 1 {
		t.Errorf("there are %d rows", rows)
	}
	b.Sees("Olivia Owner")
}
