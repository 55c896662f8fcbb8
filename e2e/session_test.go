package e2e

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
)

// TestSignOut signs out and goes back: nothing of the account is there.
func TestSignOut(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	b := w.newTab(wideLight)
	b.signIn(w, owner)
	b.save(scripted("Tide Tables"), "Save credentials")
	b.seesIn("dialog", "Connected")
	b.follow("link", "Open Tide Tables")
	b.click("DisclosureTriangleGrouped", "You: Olivia Owner")
	b.follow("button", "Sign out")
	b.find("heading", "Sign in")

	b.leads(func() {
		history := call(b, page.GetNavigationHistory, cdp.Empty{})
		before := history.Entries[history.CurrentIndex-1]
		if !strings.Contains(before.URL, credentialsPath) {
			t.Fatalf("the page before is %s", before.URL)
		}
		call(b, page.NavigateToHistoryEntry, page.NavigateToHistoryEntryParams{EntryID: before.ID})
	})
	b.find("heading", "Sign in")
	for _, private := range []string{"Tide Tables", scripted("Tide Tables").SubscriptionID, "Olivia"} {
		if strings.Contains(b.text("body"), private) {
			t.Errorf("after signing out, Back shows %q", private)
		}
	}
}

// TestSessionEndsMeanwhile loses the session and then asks for a dialog: the
// whole page leads to the sign-in page, and after it back to where it was.
func TestSessionEndsMeanwhile(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	b := w.newTab(wideLight)
	b.expect("401 (Unauthorized)")
	b.signIn(w, owner)
	call(b, network.ClearBrowserCookies, cdp.Empty{})
	b.follow("link", "Add credentials")
	b.find("heading", "Sign in")
	if b.count("dialog[open]") > 0 {
		t.Error("the sign-in page stands in the dialog")
	}
	b.fill("E-mail address", owner)
	b.fill("Password", password)
	b.follow("button", "Sign in")
	if b.path() != providersPath {
		t.Errorf("signing in again leads to %s", b.path())
	}
}

// TestMember sees what is linked and why nothing can be changed.
func TestMember(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	b := w.newTab(wideLight)
	b.signIn(w, owner)
	path := b.linkByForm(w, scripted("Tide Tables"), outcome{})

	max := w.newTab(narrowDark)
	max.expect("403 (Forbidden)")
	max.signIn(w, member)
	max.open(w.address + providersPath)
	max.sees("You can see what harbor links.", "ask an owner of harbor")
	max.shown("providers-member")
	if max.has("link", "Add credentials") {
		t.Error("a member is offered Add credentials")
	}
	max.follow("link", "Tide Tables")
	max.seesIn(status, "Connected")
	for _, name := range []string{"Edit credentials", "Unlink"} {
		if max.has("link", name) {
			t.Errorf("a member is offered %s", name)
		}
	}
	if max.has("button", "Disable") || !max.has("button", "Verify now") {
		t.Error("a member has other buttons than Verify now")
	}
	max.shown("credential-member")
	max.open(w.address + path + "/edit")
	max.sees("Not allowed", "Only owners of this account can do that.")
	max.shown("not-allowed")
}

// TestEndOtherSession ends the session of another browser.
func TestEndOtherSession(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	here, there := w.newTab(wideLight), w.newTab(narrowLight)
	here.signIn(w, owner)
	there.signIn(w, owner)
	here.open(w.address + "/settings/sessions")
	here.until("both sessions", func() bool { return here.count(`[data-testid="session-row"]`) == 2 })
	here.shown("sessions")
	here.follow("button", "End the session of Chrome on Linux, 127.0.0.1")
	here.until("one session", func() bool { return here.count(`[data-testid="session-row"]`) == 1 })
	there.open(w.address + providersPath)
	there.find("heading", "Sign in")
	here.open(w.address + providersPath)
	here.find("heading", "Cloud Providers")
}

// TestCrossSite has a page of another site post forms to Mooring.
func TestCrossSite(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	b := w.newTab(wideLight)
	b.expect("403 (Forbidden)")
	b.signIn(w, owner)
	tide := scripted("Tide Tables")
	path := b.linkByForm(w, tide, outcome{})

	dock := scripted("Dry Dock")
	evil := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		rw.Header().Set("Content-Type", "text/html; charset=utf-8")
		fmt.Fprintf(rw, `<!DOCTYPE html><html lang="en"><title>Evil</title>
			<form method="post" action="%s%s"><button>Disable it</button></form>
			<form method="post" action="%s%s"><input type="hidden" name="label" value="Evil"><input type="hidden" name="subscription_id" value="%s">
			<input type="hidden" name="client_id" value="%s"><button>Link it</button></form>
			<form method="post" action="%s/logout"><button>Sign out</button></form>
			<form method="post" action="%s/login"><input type="hidden" name="email" value="%s"><input type="hidden" name="password" value="%s"><button>Sign in</button></form>`,
			w.address, path+"/disable", w.address, credentialsPath, dock.SubscriptionID, dock.ClientID, w.address, w.address, member, password)
	}))
	t.Cleanup(evil.Close)
	_, port, _ := strings.Cut(strings.TrimPrefix(evil.URL, "http://"), ":")
	for _, site := range []string{"localhost", "127.0.0.1"} { // another site, and another port of the same
		address := site + ":" + port
		b.noted.allow(address)
		for _, button := range []string{"Disable it", "Link it", "Sign out", "Sign in"} {
			b.open("http://" + address + "/")
			b.follow("button", button)
			b.sees("Not allowed", "This request came from another site.")
		}
	}
	b.open(w.address + providersPath)
	b.seesIn(`[data-testid="credential-row"]`, "Tide Tables", "Connected")
	if rows := b.count(`[data-testid="credential-row"]`); rows != 1 {
		t.Errorf("there are %d rows", rows)
	}
	b.sees("Olivia Owner")
}
