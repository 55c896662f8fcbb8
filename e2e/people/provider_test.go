package people

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"

	"mooring/e2e/browser"
	"mooring/identity/identitytest"
)

const withHarbor = "Sign in with Harbor SSO"

// serveWith starts a Mooring with a sign-in provider and its first
// administrator, and gives a tab that shows the sign-in page.
func serveWith(t *testing.T, more ...string) (browser.Served, *identitytest.Issuer, *browser.Tab) {
	t.Helper()
	browser.NeedChromium(t)
	at := browser.NewPlace(t)
	issuer := identitytest.Start(t, at.Address+"/login/with/harbor/callback")
	secret := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(secret, []byte(issuer.ClientSecret+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	line := fmt.Sprintf("oidc key=harbor name='Harbor SSO' issuer=%s client-id=%s client-secret-file=%s groups-claim=groups", issuer.URL, issuer.ClientID, secret)
	s := at.Serve(t, append([]string{"--sign-in", line}, more...)...)
	b := s.NewTab(browser.WideLight)
	b.Noted.Allow(strings.TrimPrefix(issuer.URL, "http://"))
	b.Expect(issuer.URL + "/favicon.ico")
	b.SetsUp(s)
	b.SignOut("Ada Admin")
	return s, issuer, b
}

// goThrough follows a link to the provider, signs in there and comes back.
func goThrough(b *browser.Tab, issuer *identitytest.Issuer, link string) {
	b.T.Helper()
	b.Follow("link", link)
	b.Fill("Username:", issuer.User)
	b.Fill("Password:", issuer.Password)
	b.Follow("button", "Login")
}

// TestProvider lets people in whom a provider vouches for, and nobody else.
func TestProvider(t *testing.T) {
	t.Parallel()
	s, issuer, b := serveWith(t, "--registration", "--allow-domain", "zitadel.ch,harbor.example", "--admin-group", "captains", "--organization-group", "crew=harbor:member")
	b.Expect("403 (Forbidden)")
	b.Expect("409 (Conflict)")
	const you = "You: Test User"

	b.Accessible("sign-in-provider")
	issuer.ChangeEmail("test-user@elsewhere.example", true)
	goThrough(b, issuer, withHarbor)
	b.Sees("Only people with e-mail addresses in certain domains can sign in here, and yours is in another domain.")
	b.Shown("sign-in-domain")
	issuer.ChangeEmail("test-user@zitadel.ch", false)
	goThrough(b, issuer, withHarbor)
	b.Sees("The provider hasn't confirmed your e-mail address.")
	issuer.ChangeEmail(browser.Ada, true)
	goThrough(b, issuer, withHarbor)
	b.Sees("Somebody here already has that e-mail address.")

	issuer.ChangeEmail("test-user@zitadel.ch", true)
	goThrough(b, issuer, withHarbor)
	b.Find("DisclosureTriangleGrouped", you)
	b.Find("heading", "Cloud Providers")
	own := b.Path()
	b.Open(s.Address + browser.ProvidersPath)
	b.Find("heading", "Not found")

	// Who comes back is known by what never changes, and not by an address.
	b.Expect("404 (Not Found)")
	b.SignOut("Test User")
	issuer.ChangeEmail(browser.Ada, true)
	issuer.ChangeGroups("crew", "captains")
	goThrough(b, issuer, withHarbor)
	b.Find("DisclosureTriangleGrouped", you).Click()
	b.SeesIn(`[data-testid="person-menu"]`, "Test User", "test-user@zitadel.ch", "Site administrator")
	b.Open(s.Address + own)
	b.Open(s.Address + browser.ProvidersPath)
	b.Sees("ask an owner of harbor") // a member

	b.SignOut("Test User")
	issuer.ChangeGroups("crew")
	goThrough(b, issuer, withHarbor)
	b.Find("DisclosureTriangleGrouped", you)
	b.Open(s.Address + "/admin/people")
	b.Find("heading", "Not found")

	b.SignOut("Test User")
	b.SignInAs(s.World, browser.Ada, browser.AdminPassword)
	b.Find("DisclosureTriangleGrouped", "You: Ada Admin")
}

// TestProviderLinked has somebody link an identity to themselves, and hands
// Mooring wrong answers of the provider.
func TestProviderLinked(t *testing.T) {
	t.Parallel()
	s, issuer, b := serveWith(t)
	b.Expect("403 (Forbidden)")
	b.Expect("422 (Unprocessable Entity)")
	b.Expect("503")
	s.Complaint = "That sign-in provider isn't responding"

	issuer.GoDown()
	b.Follow("link", withHarbor)
	b.Sees("That sign-in provider isn't responding.")
	b.Shown("sign-in-down")
	issuer.GoUp()
	goThrough(b, issuer, withHarbor)
	b.Sees("That identity isn't linked to anybody here. Sign in the way you did before and link it under Security, or ask for an invitation.")
	b.Shown("sign-in-unknown")

	b.SignInAs(s.World, browser.Ada, browser.AdminPassword)
	b.Open(s.Address + browser.SecurityPath)
	goThrough(b, issuer, "Link Harbor SSO")
	b.Find("heading", "Link Harbor SSO?")
	b.Sees("test-user@zitadel.ch", browser.Ada, "Anyone who signs in with it is then signed in as you.")
	b.Accessible("confirm-link")
	b.Follow("link", "Cancel")
	b.Sees("No sign-in provider is linked yet.")
	goThrough(b, issuer, "Link Harbor SSO")
	b.Follow("button", "Link Harbor SSO")
	b.Sees("Sign-in method linked.", "Signing in with Harbor SSO was linked")
	b.SeesIn(`[data-testid="identity-row"]`, "Harbor SSO", "test-user@zitadel.ch")
	b.Accessible("security-linked")

	b.SignOut("Ada Admin")
	answers := asked(b, "/login/with/harbor/callback?")
	goThrough(b, issuer, withHarbor)
	b.Find("DisclosureTriangleGrouped", "You: Ada Admin")

	// The answer counts once, and only in the browser that asked. Reloaded there, it
	// leads to the first page.
	again := answers()
	b.Open(again)
	b.Find("DisclosureTriangleGrouped", "You: Ada Admin")
	other := s.NewTab(browser.NarrowDark)
	other.Expect("422 (Unprocessable Entity)")
	other.Open(again)
	other.Sees("That took too long, was already used, or was started in another browser")
	other.Shown("sign-in-replayed")
	other.Open(s.Address + browser.ProvidersPath)
	other.Find("heading", "Sign in")

	b.Open(s.Address + "/")
	b.SignOut("Ada Admin")
	issuer.ChangeNonce("another")
	goThrough(b, issuer, withHarbor)
	b.Sees("The sign-in provider's answer about you didn't pass Mooring's checks")
	issuer.ChangeNonce("")

	goThrough(b, issuer, withHarbor)
	b.Find("DisclosureTriangleGrouped", "You: Ada Admin")
	s.AgesProofs(b)
	b.Open(s.Address + browser.SecurityPath)
	b.Follow("button", "Unlink Harbor SSO, Test User (test-user@zitadel.ch)")
	b.Find("heading", "Confirm that it's you")
	b.Accessible("prove-provider")
	goThrough(b, issuer, "Confirm with Harbor SSO")
	b.Find("heading", "Security")
	b.Follow("button", "Unlink Harbor SSO, Test User (test-user@zitadel.ch)")
	b.Sees("Sign-in method unlinked.", "No sign-in provider is linked yet.")
	b.SignOut("Ada Admin")
	goThrough(b, issuer, withHarbor)
	b.Sees("That identity isn't linked to anybody here.")
}

// asked notes the addresses that the tab asks for with part in them; the
// function gives the latest.
func asked(b *browser.Tab, part string) (latest func() string) {
	b.T.Helper()
	var mu sync.Mutex
	var found string
	err := chromedp.Listen(b.Ctx, func(event any) {
		if e, ok := event.(*network.EventRequestWillBeSent); ok && strings.Contains(e.Request.URL, part) {
			mu.Lock()
			defer mu.Unlock()
			found = e.Request.URL
		}
	})
	if err != nil {
		b.T.Fatal(err)
	}
	return func() string {
		mu.Lock()
		defer mu.Unlock()
		return found
	}
}
