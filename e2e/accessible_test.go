package e2e

import (
	"strings"
	"testing"
	"time"

	"mooring/cloud/azure/azuresim"
)

// TestAccessible runs the accessibility rules over every page and state.
func TestAccessible(t *testing.T) {
	t.Run("administration", accessibleAdministration) // the longest begins first
	t.Run("pages", accessiblePages)
	t.Run("dialogs", accessibleDialogs)
	t.Run("people", accessiblePeople)
	t.Run("newcomers", accessibleNewcomers)
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

// accessiblePeople are the pages about people, organizations and keys.
func accessiblePeople(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	b := w.newTab(wideLight)
	b.expect("422 (Unprocessable Entity)")
	b.expect("409 (Conflict)")
	b.authenticator()
	b.signIn(w, owner)
	b.open(w.address + "/")
	b.click("DisclosureTriangleGrouped", "Account: harbor")
	b.accessible("account-menu")
	for _, form := range []struct {
		name, path string
		typed      map[string]string
		button     string
	}{
		{"general", "/settings", map[string]string{"Your name": ""}, "Save"},
		{"password", "/settings/password", map[string]string{"Current password": password, "New password": "short"}, "Change password"},
		{"organization-new", "/organizations/new", map[string]string{"Name": "No Good Name"}, "Create organization"},
		{"organization", "/accounts/harbor/general", map[string]string{"Name": "No Good Name"}, "Save"},
		{"organization-delete", "/accounts/harbor/delete", map[string]string{"Type harbor to delete it": "pier"}, "Delete harbor"},
		{"people", peoplePath, map[string]string{"E-mail address (optional)": member}, "Invite"},
		{"api-key-form", keysPath + "/new", map[string]string{"Name": ""}, "Make API key"},
	} {
		b.open(w.address + form.path)
		b.accessible(form.name)
		for label, text := range form.typed {
			b.fill(label, text)
		}
		b.follow("button", form.button)
		b.until("what is wrong", func() bool { return b.count(problem) > 0 })
		b.accessible(form.name + "-refused")
	}
	b.open(w.address + keysPath)
	b.accessible("api-keys-empty")
	b.follow("link", "New API key")
	b.fill("Name", "nightly report")
	b.follow("button", "Make API key")
	b.accessible("api-key-made")
	b.follow("link", "I have kept it")
	b.accessible("api-keys")
	b.open(w.address + securityPath)
	b.accessible("security")
	b.follow("link", "Add passkey")
	b.accessible("passkey-new")
	codes := b.addPasskey(w, "")
	b.accessible("recovery-codes")
	b.follow("link", "I have kept them")
	b.accessible("security-passkey")
	b.open(w.address + "/prove")
	b.accessible("prove")
	b.signOut("Olivia Owner")
	b.signIn(w, owner)
	b.accessible("second-step")
	b.useCode("not one")
	b.accessible("second-step-refused")
	b.useCode(codes[0])

	max := w.newTab(wideLight)
	max.signIn(w, member)
	for name, path := range map[string]string{"people-member": peoplePath, "organization-member": "/accounts/harbor/general"} {
		max.open(w.address + path)
		max.accessible(name)
	}
}

// accessibleNewcomers are the pages of invitations and of administration.
func accessibleNewcomers(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	b := w.newTab(wideLight)
	b.signIn(w, owner)
	link := b.invites(w, "Viewer")
	b.accessible("invited")
	b.follow("link", "Back to People")
	b.accessible("people-invited")

	ada := w.newTab(wideLight)
	ada.expect("422 (Unprocessable Entity)")
	ada.open(link)
	ada.accessible("join")
	ada.joins("", "nina@harbor.example")
	ada.accessible("join-refused")
	ada.signIn(w, admin)
	ada.open(link)
	ada.accessible("join-signed-in")
	ada.open(w.address + "/admin/people")
	ada.accessible("admin-people")
	ada.follow("link", "Max Member")
	ada.follow("button", "Disable Max Member")
	ada.accessible("admin-person-disabled")
	ada.open(w.address + "/admin/people?search=nobody")
	ada.accessible("admin-people-none")
}
