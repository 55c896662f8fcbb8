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
	b.Follow("link", "Add credentials")
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
	if max.Has("link", "Add credentials") {
		t.Error("a member is offered Add credentials")
	}
	max.Follow("link", "Tide Tables")
	max.SeesIn(browser.Status, "Connected")
	for _, name := range []string{"Edit credentials", "Unlink"} {
		if max.Has("link", name) {
			t.Errorf("a member is offered %s", name)
		}
	}
	if max.Has("button", "Disable") || !max.Has("button", "Verify now") {
		t.Error("a member has other buttons than Verify now")
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
