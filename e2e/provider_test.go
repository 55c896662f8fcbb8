package e2e

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"

	"mooring/identity/identitytest"
)

const withHarbor = "Sign in with Harbor SSO"

// serveWith starts a Mooring with a sign-in provider and its first
// administrator, and gives a tab that shows the sign-in page.
func serveWith(t *testing.T, more ...string) (served, *identitytest.Issuer, *tab) {
	t.Helper()
	needChromium(t)
	at := newPlace(t)
	issuer := identitytest.Start(t, at.address+"/login/with/harbor/callback")
	secret := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(secret, []byte(issuer.ClientSecret+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	line := fmt.Sprintf("oidc key=harbor name='Harbor SSO' issuer=%s client-id=%s client-secret-file=%s groups-claim=groups", issuer.URL, issuer.ClientID, secret)
	s := at.serve(t, append([]string{"--sign-in", line}, more...)...)
	b := s.newTab(wideLight)
	b.noted.allow(strings.TrimPrefix(issuer.URL, "http://"))
	b.expect(issuer.URL + "/favicon.ico")
	b.setsUp(s)
	b.signOut("Ada Admin")
	return s, issuer, b
}

// goThrough follows a link to the provider, signs in there and comes back.
func (b *tab) goThrough(issuer *identitytest.Issuer, link string) {
	b.t.Helper()
	b.follow("link", link)
	b.fill("Username:", issuer.User)
	b.fill("Password:", issuer.Password)
	b.follow("button", "Login")
}

// TestProvider lets people in whom a provider vouches for, and nobody else.
func TestProvider(t *testing.T) {
	t.Parallel()
	s, issuer, b := serveWith(t, "--registration", "--allow-domain", "zitadel.ch,harbor.example", "--admin-group", "captains", "--organization-group", "crew=harbor:member")
	b.expect("403 (Forbidden)")
	b.expect("409 (Conflict)")
	const you = "You: Test User"

	b.accessible("sign-in-provider")
	issuer.ChangeEmail("test-user@elsewhere.example", true)
	b.goThrough(issuer, withHarbor)
	b.sees("Only e-mail addresses of certain domains may sign in here, and that one is not among them.")
	b.shown("sign-in-domain")
	issuer.ChangeEmail("test-user@zitadel.ch", false)
	b.goThrough(issuer, withHarbor)
	b.sees("The provider has not verified your e-mail address.")
	issuer.ChangeEmail(ada, true)
	b.goThrough(issuer, withHarbor)
	b.sees("Somebody here has that e-mail address already.")

	issuer.ChangeEmail("test-user@zitadel.ch", true)
	b.goThrough(issuer, withHarbor)
	b.find("DisclosureTriangleGrouped", you)
	b.find("heading", "Cloud Providers")
	own := b.path()
	b.open(s.address + providersPath)
	b.find("heading", "Not found")

	// Who comes back is known by what never changes, and not by an address.
	b.expect("404 (Not Found)")
	b.signOut("Test User")
	issuer.ChangeEmail(ada, true)
	issuer.ChangeGroups("crew", "captains")
	b.goThrough(issuer, withHarbor)
	b.find("DisclosureTriangleGrouped", you).click()
	b.seesIn(`[data-testid="person-menu"]`, "Test User", "test-user@zitadel.ch", "Administrator of this site")
	b.open(s.address + own)
	b.open(s.address + providersPath)
	b.sees("ask an owner of harbor") // a member

	b.signOut("Test User")
	issuer.ChangeGroups("crew")
	b.goThrough(issuer, withHarbor)
	b.find("DisclosureTriangleGrouped", you)
	b.open(s.address + "/admin/people")
	b.find("heading", "Not found")

	b.signOut("Test User")
	b.signInAs(s.world, ada, adminPassword)
	b.find("DisclosureTriangleGrouped", "You: Ada Admin")
}

// TestProviderLinked has somebody link an identity to themselves, and hands
// Mooring wrong answers of the provider.
func TestProviderLinked(t *testing.T) {
	t.Parallel()
	s, issuer, b := serveWith(t)
	b.expect("403 (Forbidden)")
	b.expect("422 (Unprocessable Entity)")
	b.expect("503")
	s.complaint = "That sign-in provider does not answer"

	issuer.GoDown()
	b.follow("link", withHarbor)
	b.sees("That sign-in provider does not answer at the moment.")
	b.shown("sign-in-down")
	issuer.GoUp()
	b.goThrough(issuer, withHarbor)
	b.sees("Nobody here has linked that identity. Sign in the way you did before and link it under Security, or ask for an invitation.")
	b.shown("sign-in-unknown")

	b.signInAs(s.world, ada, adminPassword)
	b.open(s.address + securityPath)
	b.goThrough(issuer, "Link Harbor SSO")
	b.find("heading", "Link Harbor SSO?")
	b.sees("test-user@zitadel.ch", ada, "Whoever signs in with it is then you.")
	b.accessible("confirm-link")
	b.follow("link", "Cancel")
	b.sees("None is linked.")
	b.goThrough(issuer, "Link Harbor SSO")
	b.follow("button", "Link Harbor SSO")
	b.sees("You can sign in that way now.", "Signing in with Harbor SSO was linked")
	b.seesIn(`[data-testid="identity-row"]`, "Harbor SSO", "test-user@zitadel.ch")
	b.accessible("security-linked")

	b.signOut("Ada Admin")
	answers := b.asked("/login/with/harbor/callback?")
	b.goThrough(issuer, withHarbor)
	b.find("DisclosureTriangleGrouped", "You: Ada Admin")

	// The answer counts once, and only in the browser that asked.
	again := answers()
	b.open(again)
	b.sees("That took too long, was used already, or began in another browser. Start again.")
	other := s.newTab(narrowDark)
	other.expect("422 (Unprocessable Entity)")
	other.open(again)
	other.sees("That took too long, was used already, or began in another browser. Start again.")
	other.shown("sign-in-replayed")
	other.open(s.address + providersPath)
	other.find("heading", "Sign in")

	b.open(s.address + "/")
	b.signOut("Ada Admin")
	issuer.ChangeNonce("another")
	b.goThrough(issuer, withHarbor)
	b.sees("That sign-in is not valid, was used already or took too long. Start again.")
	issuer.ChangeNonce("")

	b.goThrough(issuer, withHarbor)
	b.find("DisclosureTriangleGrouped", "You: Ada Admin")
	s.agesProofs(b)
	b.open(s.address + securityPath)
	b.follow("button", "Unlink Harbor SSO, Test User (test-user@zitadel.ch)")
	b.find("heading", "Confirm that it is you")
	b.accessible("prove-provider")
	b.goThrough(issuer, "Confirm with Harbor SSO")
	b.find("heading", "Security")
	b.follow("button", "Unlink Harbor SSO, Test User (test-user@zitadel.ch)")
	b.sees("Nobody signs in as you that way any more.", "None is linked.")
	b.signOut("Ada Admin")
	b.goThrough(issuer, withHarbor)
	b.sees("Nobody here has linked that identity.")
}

// asked notes the addresses that the tab asks for with part in them; the
// function gives the latest.
func (b *tab) asked(part string) (latest func() string) {
	b.t.Helper()
	var mu sync.Mutex
	var found string
	err := chromedp.Listen(b.ctx, func(event any) {
		if e, ok := event.(*network.EventRequestWillBeSent); ok && strings.Contains(e.Request.URL, part) {
			mu.Lock()
			defer mu.Unlock()
			found = e.Request.URL
		}
	})
	if err != nil {
		b.t.Fatal(err)
	}
	return func() string {
		mu.Lock()
		defer mu.Unlock()
		return found
	}
}
