package e2e

import (
	"strings"
	"testing"
	"time"

	"mooring/cloud/azure/azuresim"
)

// TestAccessible runs the accessibility rules over every page and state.
func TestAccessible(t *testing.T) {
	t.Run("pages", accessiblePages)
	t.Run("dialogs", accessibleDialogs)
	t.Run("portal", accessiblePortal)
	t.Run("set up", accessibleSetUp)
}

// accessiblePages are the pages with something in them.
func accessiblePages(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	b := w.newTab(wideLight)
	b.expect("422 (Unprocessable Entity)")
	b.expect("404 (Not Found)")
	b.open(w.address + "/login")
	b.accessible("sign-in")
	b.fill("E-mail address", owner)
	b.fill("Password", "not this one")
	b.follow("button", "Sign in")
	b.accessible("sign-in-refused")
	b.signIn(w, owner)
	b.accessible("providers-empty")

	var pages []string
	for _, name := range []string{"Harbor Master", "New Pier", "Strange Flag", "Locked Gate", "Fogbound"} {
		pages = append(pages, b.linkByForm(w, scripted(name), outcomes[name]))
	}
	b.untilWithin(time.Minute, "the end of all checks", func() bool {
		b.open(w.address + providersPath)
		return !strings.Contains(b.text("main"), "Checking now")
	})
	b.accessible("providers-many")
	for _, path := range pages {
		b.open(w.address + path)
		b.until("a verdict", func() bool { return b.count(".explanation, .rights li") > 0 })
		get[bool](b, "() => { for (const d of document.querySelectorAll('details:not(.menu)')) d.open = true; return true }")
		b.accessible("credential" + path[strings.LastIndex(path, "/"):][:4])
	}
	b.open(w.address + pages[0])
	b.click("button", "Disable")
	b.seesIn(status, "Disabled")
	b.accessible("credential-disabled")
	for _, path := range []string{"/edit", "/unlink"} {
		b.open(w.address + pages[1] + path)
		b.accessible("credential" + strings.ReplaceAll(path, "/", "-"))
	}
	for name, path := range map[string]string{
		"form": credentialsPath + "/new", "help": "/help/azure/errors", "sessions": "/settings/sessions", "not-found": "/accounts/nobody",
		"leftovers": providersPath + "/azure/leftovers?environment=public&method=app&subscription_id=" + working.SubscriptionID + "&client_id=" + scripted("New Pier").ClientID,
	} {
		b.open(w.address + path)
		b.accessible(name)
	}
	b.open(w.address + "/")
	b.find("DisclosureTriangleGrouped", "You: Olivia Owner").click()
	b.accessible("menu")

	other := w.newTab(wideLight)
	other.expect("403 (Forbidden)")
	other.signIn(w, member)
	other.accessible("providers-member")
	other.open(w.address + credentialsPath + "/new")
	other.accessible("not-allowed")
}

// accessibleDialogs are the states of the dialog.
func accessibleDialogs(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	b := w.newTab(wideLight)
	b.expect("422 (Unprocessable Entity)")
	b.signIn(w, owner)
	b.addCredentials()
	b.click("DisclosureTriangleGrouped", "With a command in Cloud Shell")
	b.click("DisclosureTriangle", "Paste what the command printed instead")
	b.accessible("dialog")
	b.click("button", "Save credentials")
	b.seesIn(problem, "Label")
	b.accessible("dialog-refused")
	b.click("button", "Close")
	b.closed()
	for _, name := range []string{"Tide Tables", "Ghost Ship", "Lost Buoy"} {
		b.save(scripted(name), "Save credentials")
		b.seesIn("#dialog-body", outcomes[name].word)
		b.accessible("dialog-saved-" + strings.ToLower(strings.Fields(name)[0]))
		b.findIn("#dialog-body", "button", "Close").click()
		b.closed()
	}
	b.follow("link", "Tide Tables")
	b.click("link", "Unlink")
	b.find("dialog", "Unlink Tide Tables")
	b.accessible("dialog-unlink")
}

// accessiblePortal are the pages of the simulated portal.
func accessiblePortal(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	b := w.newTab(wideLight)
	b.expect("404 (Not Found)")
	for name, path := range map[string]string{
		"home": "/", "apps": "/apps", "app": "/apps/" + scripted("Tide Tables").ClientID, "subscriptions": "/subscriptions",
		"subscription": "/subscriptions/" + scripted("Engine Room").SubscriptionID, "shell": "/cloud-shell", "missing": "/nothing",
	} {
		b.open(w.portal + path)
		b.accessible("portal-" + name)
	}
	b.open(w.portal + "/cloud-shell")
	b.fill("Command", "az account show --subscription "+azuresim.Script()[1].SubscriptionID)
	b.follow("button", "Run")
	b.accessible("portal-shell-ran")
}
