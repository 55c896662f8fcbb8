package e2e

import (
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp/kb"
)

const (
	linkedPath  = "/admin/linked-accounts"
	reviewsPath = "/admin/reviews"
	logPath     = "/admin/audit-log"
	neighbour   = "bruno@demo.example" // owns breakwater, which has linked ten

	done    = `[data-testid="done"]`
	decided = `[data-testid="decided"]`
)

// settled waits until each of the ten has been checked.
func (b *tab) settled(w *world) {
	b.t.Helper()
	b.untilWithin(time.Minute, "the end of all checks", func() bool {
		b.open(w.address + linkedPath)
		rows := b.text(`[data-testid="linked-row"]`)
		return strings.Contains(rows, connected) && !strings.Contains(rows, untold)
	})
}

// startsReview starts a review of all that is linked, so many, and waits until
// it is open. Who starts it is ticked as a reviewer.
func (b *tab) startsReview(w *world, name string, linked int, ticked ...string) string {
	b.t.Helper()
	b.open(w.address + reviewsPath)
	b.follow("link", "Start a review")
	b.fill("Name", name)
	for _, reviewer := range ticked {
		b.click("checkbox", reviewer)
	}
	b.follow("button", "Start the review")
	path := strings.Split(b.path(), "?")[0]
	b.until("the linked accounts of the review", func() bool {
		b.open(w.address + path)
		return b.count(`[data-testid="item-row"]`) == linked
	})
	return path
}

// makesAdministrator gives somebody the right.
func (b *tab) makesAdministrator(w *world, name string) {
	b.t.Helper()
	b.open(w.address + "/admin/people")
	b.follow("link", name)
	b.follow("button", "Make administrator")
}

// keeps asks for a file as a link does, and writes it down.
func (b *tab) keeps(address, file string) {
	b.t.Helper()
	request, err := http.NewRequestWithContext(b.t.Context(), http.MethodGet, address, nil)
	if err != nil {
		b.t.Fatal(err)
	}
	for _, c := range call(b, network.GetCookies, network.GetCookiesParams{URLs: []string{address}}).Cookies {
		request.AddCookie(&http.Cookie{Name: c.Name, Value: c.Value})
	}
	answer, err := http.DefaultTransport.RoundTrip(request)
	if err != nil {
		b.t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil || answer.StatusCode != http.StatusOK {
		b.t.Fatalf("%s answered %s, %v", address, answer.Status, err)
	}
	if err := os.WriteFile(file, body, 0o600); err != nil {
		b.t.Fatal(err)
	}
}

// key presses a letter as a keyboard does: what the page does with it keeps it
// from being typed.
func (b *tab) key(letter string) {
	b.t.Helper()
	for _, kind := range []input.DispatchKeyEventType{input.DispatchKeyEventTypeKeyDown, input.DispatchKeyEventTypeKeyUp} {
		params := input.DispatchKeyEventParams{Type: kind, Key: letter, Code: "Key" + strings.ToUpper(letter)}
		if kind == input.DispatchKeyEventTypeKeyDown {
			params.Text = letter
		}
		call(b, input.DispatchKeyEvent, params)
	}
}

// says runs a command of the program.
func says(t *testing.T, args ...string) (string, error) {
	t.Helper()
	path, err := program()
	if err != nil {
		t.Fatal(err)
	}
	said, err := exec.Command(path, args...).CombinedOutput()
	return string(said), err
}

// TestReviewByKeyboard works off a review of ten with the keys alone, one of
// them with the help of its owner, and proves afterwards what was decided. It
// runs alone, as all tests of keys.
func TestReviewByKeyboard(t *testing.T) {
	w := linkedWorld(t, 10)
	b := w.newTab(wideLight)
	b.signIn(w, admin)
	b.settled(w)
	review := b.startsReview(w, "Fourth quarter", 10)
	b.shown("review-started")
	b.tabTo("Go on reviewing")
	b.leads(func() { b.press(kb.Enter) })
	b.seesIn(`[data-testid="place"]`, "1 of 10, 10 left")
	b.shown("queue")

	b.leads(func() { b.key("k") })
	b.seesIn(done, "Kept Tide Tables.")
	b.key("d")
	b.seesIn("#chosen", "Disable is chosen.")
	b.press(kb.Escape)
	b.until("nothing to be chosen", func() bool { return b.text("#chosen") == "" })
	b.key("d")
	b.focused("Reason")
	b.press("Nobody docks here any more")
	b.shown("queue-chosen")
	b.leads(func() { b.press(kb.Enter) })
	b.seesIn(done, "Disabled Dry Dock.")
	b.key("u")
	b.focused("Reason")
	b.press("It may do more than it needs")
	b.leads(func() { b.press(kb.Enter) })
	b.seesIn(done, "Unlinked Harbor Master.")
	b.key("a")
	b.focused("Reason")
	b.press("Who uses the new pier?")
	b.leads(func() { b.press(kb.Enter) })
	b.seesIn(done, "New Pier")
	for range 6 {
		b.leads(func() { b.key("k") })
	}
	b.find("heading", "Nothing is left for you")
	b.shown("queue-end")

	bruno := w.newTab(narrowDark)
	bruno.signIn(w, neighbour)
	bruno.open(w.address + "/accounts/breakwater/cloud-providers")
	bruno.seesIn("main", "Dry Dock", "Disabled")
	if strings.Contains(bruno.text("main"), "Harbor Master") {
		t.Error("what was unlinked is still linked")
	}
	bruno.shown("providers-reviewed")
	bruno.follow("link", "Dry Dock")
	bruno.sees("Nobody docks here any more", "Ada Admin")
	if bruno.has("button", "Enable") {
		t.Error("its owner can enable what an administrator disabled")
	}
	bruno.shown("credential-stopped")
	bruno.open(w.address + "/accounts/breakwater/cloud-providers")
	bruno.follow("link", "New Pier")
	bruno.sees("Who uses the new pier?")
	bruno.fill("Your answer", "The ferries do, until spring.")
	bruno.shown("credential-asked")
	bruno.follow("button", "Send answer")
	bruno.sees("The ferries do, until spring.")

	b.open(w.address + review)
	b.seesIn(decided, "9 of 10 decided")
	b.tabTo("Go on reviewing")
	b.leads(func() { b.press(kb.Enter) })
	b.sees("The owner answered", "The ferries do, until spring.")
	b.shown("queue-answered")
	b.leads(func() { b.key("k") })
	b.find("heading", "Nothing is left for you")
	b.open(w.address + review)
	b.seesIn(decided, "10 of 10 decided")
	b.follow("button", "Close the review")
	b.find("link", "Download the evidence")
	b.shown("review-closed")

	folder := t.TempDir()
	pack, key := filepath.Join(folder, "evidence.zip"), filepath.Join(folder, "mooring.pub")
	b.keeps(w.address+review+"/evidence.zip", pack)
	b.keeps(w.address+logPath+"/public-key", key)
	said, err := says(t, "review", "verify", pack, "--public-key", key)
	if err != nil {
		t.Errorf("the evidence is not verified: %v\n%s", err, said)
	}
	wantWords(t, "the verification", said, "Fourth quarter")
	bytes, err := os.ReadFile(pack)
	if err != nil {
		t.Fatal(err)
	}
	bytes[len(bytes)/2] ^= 1
	if err := os.WriteFile(pack, bytes, 0o600); err != nil {
		t.Fatal(err)
	}
	if said, err := says(t, "review", "verify", pack, "--public-key", key); err == nil {
		t.Errorf("a changed pack passes: %s", said)
	}
}

// TestTwoDecide has two administrators decide about the same one at once.
func TestTwoDecide(t *testing.T) {
	t.Parallel()
	w := linkedWorld(t, 10)
	ada := w.newTab(wideDark)
	ada.signIn(w, admin)
	ada.makesAdministrator(w, "Olivia Owner")
	ada.settled(w)
	review := ada.startsReview(w, "Together", 10, "Olivia Owner")

	olivia := w.newTab(narrowLight)
	olivia.expect("409 (Conflict)")
	olivia.signIn(w, owner)
	for _, b := range []*tab{ada, olivia} {
		b.open(w.address + review + "/queue")
		b.find("heading", "Tide Tables")
	}
	ada.follow("button", "Keep")
	ada.seesIn(done, "Kept Tide Tables.")
	olivia.fill("Reason", "Nobody needs it")
	olivia.follow("button", "Disable")
	olivia.seesIn(problem, "Ada Admin")
	olivia.shown("queue-conflict")
	olivia.open(w.address + review)
	olivia.seesIn(decided, "1 of 10 decided")
	olivia.open(w.address + linkedPath + "?search=tide")
	olivia.seesIn(`[data-testid="linked-row"]`, connected, "Ada Admin")
}

// TestBulk has five thousand checked in the background, leaves, comes back and
// stops it; and disables some for which it waits.
func TestBulk(t *testing.T) {
	t.Parallel()
	w := linkedWorld(t, 5000)
	b := w.newTab(wideLight)
	b.signIn(w, admin)
	b.open(w.address + linkedPath)
	b.seesIn(`[data-testid="found"]`, "5,000 linked accounts")
	b.shown("linked-accounts-many")
	b.click("checkbox", "All 5,000")
	b.follow("button", "Check again")
	job := strings.Split(b.path(), "?")[0]
	moved := func(beyond int) int {
		b.t.Helper()
		var now int
		b.untilWithin(time.Minute, fmt.Sprintf("more than %d to be checked", beyond), func() bool {
			value, err := try[int](b, "() => document.querySelector('#job progress')?.value ?? 0")
			now = value
			return err == nil && now > beyond
		})
		return now
	}
	first := moved(0)
	b.accessible("job-running")
	b.open(w.address + "/admin/people")
	b.open(w.address + "/admin/jobs")
	b.seesIn(`[data-testid="job-row"]`, "of 5,000")
	b.open(w.address + job)
	get[bool](b, "() => { document.querySelector('#stop').dataset.before = ''; return true }")
	moved(first)
	if b.count("#stop[data-before]") == 0 {
		t.Error("the button was replaced, perhaps while somebody pressed it")
	}
	b.follow("button", "Stop the job")
	b.untilWithin(time.Minute, "the end of the job", func() bool {
		return strings.Contains(b.text("#job"), "Stopped")
	})
	b.shown("job-stopped")

	b.open(w.address + linkedPath + "?account=breakwater&status=needs-attention")
	b.until("those that need attention", func() bool {
		b.open(w.address + linkedPath + "?account=breakwater&status=needs-attention")
		return b.count(`[data-testid="linked-row"]`) == 2
	})
	b.click("checkbox", "Choose Chained Quay")
	b.click("DisclosureTriangle", "Disable")
	b.fill("Reason", "The quay is closed")
	b.follow("button", "Disable the chosen ones")
	b.until("the end of the second job", func() bool { return strings.Contains(b.text("#job"), "Finished") })
	b.shown("job-finished")
	b.open(w.address + linkedPath + "?status=disabled")
	b.seesIn(`[data-testid="linked-row"]`, "Chained Quay", "Disabled")
}

// TestSearchAsYouType finds while somebody types, puts what they look for into
// the address, and sends that to a colleague.
func TestSearchAsYouType(t *testing.T) {
	t.Parallel()
	w := linkedWorld(t, 80)
	b := w.newTab(narrowDark)
	b.signIn(w, admin)
	b.open(w.address + linkedPath)
	b.find("searchbox", "Search").click()
	b.press("harb")
	b.until("what was found", func() bool { return b.count(`[data-testid="linked-row"]`) == 1 })
	b.seesIn(`[data-testid="linked-row"]`, "Harbor Master")
	b.until("the address", func() bool { return strings.Contains(b.path(), "search=harb") })
	if at := get[string](b, "() => { const e = document.activeElement; return [e.id, e.value, e.selectionStart].join(' ') }"); at != "search harb 4" {
		t.Errorf("after the list came the focus is at %q", at)
	}
	colleague := b.another()
	colleague.open(w.address + b.path())
	colleague.seesIn(`[data-testid="found"]`, "1 linked account")

	b.open(w.address + linkedPath + "?search=fleet")
	b.seesIn(`[data-testid="found"]`, "70 linked accounts")
	b.shown("linked-accounts-found")
	b.follow("link", "Next page")
	if n := b.count(`[data-testid="linked-row"]`); n != 20 {
		t.Errorf("the second page has %d, want 20", n)
	}
	b.open(w.address + linkedPath + "?search=nothing+like+this")
	b.sees("No linked account matches.")
	b.shown("linked-accounts-none")

	b.expect("401 (Unauthorized)")
	call(b, network.ClearBrowserCookies, cdp.Empty{})
	b.leads(func() {
		b.find("searchbox", "Search").click()
		b.press("!")
	})
	b.find("heading", "Sign in")
	b.fill("E-mail address", admin)
	b.fill("Password", password)
	b.follow("button", "Sign in")
	if !strings.HasPrefix(b.path(), linkedPath+"?search=nothing") {
		t.Errorf("signing in again leads to %s", b.path())
	}
}

// TestApproval turns approvals on, and approves one link and declines another.
func TestApproval(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ada := w.newTab(wideDark)
	ada.signIn(w, admin)
	ada.open(w.address + "/admin/intake")
	ada.shown("intake")
	ada.findIn("#approval", "radio", "All").click()
	ada.follow("button", "Save")
	ada.sees("The policy is saved.")

	b := w.newTab(narrowLight)
	b.signIn(w, owner)
	var paths []string
	for _, name := range []string{"Tide Tables", "Dry Dock"} {
		paths = append(paths, b.linkByForm(w, scripted(name), outcome{}))
		b.open(w.address + paths[len(paths)-1])
		b.seesIn(status, "Pending approval")
	}
	b.shown("credential-pending")

	ada.open(w.address + linkedPath + "?status=pending-approval")
	ada.shown("linked-accounts-pending")
	ada.follow("link", "Tide Tables")
	ada.sees("Waits for your approval")
	ada.shown("linked-account-pending")
	ada.follow("button", "Approve")
	ada.open(w.address + linkedPath + "?status=pending-approval")
	ada.follow("link", "Dry Dock")
	ada.findIn("section[aria-labelledby=approval]", "textbox", "Reason").click()
	ada.press("Dry docks are linked by the yard")
	ada.follow("button", "Decline")
	ada.sees("Dry docks are linked by the yard")
	ada.shown("linked-account-declined")

	b.open(w.address + paths[0])
	b.seesIn(status, connected)
	b.open(w.address + paths[1])
	b.sees("Disabled", "Dry docks are linked by the yard", "Ada Admin")
	b.shown("credential-declined")

	ada.open(w.address + "/admin/intake")
	ada.findIn("#approval", "radio", "None").click()
	ada.fill("Subscriptions (optional)", scripted("Tide Tables").SubscriptionID)
	ada.follow("button", "Save")
	b.expect("422 (Unprocessable Entity)")
	b.open(w.address + credentialsPath + "/new")
	b.fill("Label", "New Pier")
	b.fill("Subscription ID", scripted("New Pier").SubscriptionID)
	b.fill("Application (client) ID", scripted("New Pier").ClientID)
	b.follow("button", "Save credentials")
	b.seesIn(problem, "Subscription ID")
	b.shown("form-refused-by-policy")
}

// TestAuditLog filters the log, follows it live and verifies it.
func TestAuditLog(t *testing.T) {
	t.Parallel()
	w := linkedWorld(t, 10)
	b := w.newTab(wideLight)
	b.signIn(w, admin)
	b.settled(w)
	b.open(w.address + logPath)
	b.shown("audit-log")
	b.follow("button", "Verify")
	b.sees("Sound.")
	b.shown("audit-log-verified")
	b.open(w.address + logPath + "?action=credential.link&person=bruno")
	if n := b.count(`[data-testid="entry-row"]`); n != 10 {
		t.Errorf("%d entries tell what Bruno linked, want 10", n)
	}
	b.open(w.address + logPath + "?result=refused")
	b.sees("No entry matches.")
	b.click("button", "Follow live")
	max := w.newTab(narrowLight)
	max.expect("404 (Not Found)")
	max.signIn(w, member)
	max.open(w.address + logPath)
	max.sees("Not found", notThere)
	b.until("the refused attempt", func() bool { return b.count(`[data-testid="entry-row"]`) > 0 })
	b.seesIn("#entries", member)
	if strings.Contains(b.text("#entries"), "No entry matches.") {
		t.Error("an entry came, and the page still says that there is none")
	}
	b.focused("Follow live")
	b.shown("audit-log-followed")

	folder := t.TempDir()
	export, key := filepath.Join(folder, "log.jsonl"), filepath.Join(folder, "mooring.pub")
	b.keeps(w.address+logPath+"/export.jsonl", export)
	b.keeps(w.address+logPath+"/public-key", key)
	if said, err := says(t, "audit", "verify", export, "--public-key", key); err != nil {
		t.Errorf("the export is not verified: %v\n%s", err, said)
	}
	text, err := os.ReadFile(export)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(export, []byte(strings.Replace(string(text), "Tide Tables", "Tide tables", 1)), 0o600); err != nil {
		t.Fatal(err)
	}
	if said, err := says(t, "audit", "verify", export, "--public-key", key); err == nil || !strings.Contains(said, "ntry") {
		t.Errorf("a changed export is answered %v: %s", err, said)
	}
}

// TestAdministrationWithoutScript does it all by plain pages and forms.
func TestAdministrationWithoutScript(t *testing.T) {
	t.Parallel()
	w := linkedWorld(t, 10)
	b := w.newTab(narrowLight)
	b.expect("422 (Unprocessable Entity)")
	b.withoutScript()
	b.signIn(w, admin)
	b.settled(w)
	b.open(w.address + linkedPath)
	b.choose("Status", "Needs attention")
	b.follow("button", "Search")
	if n := b.count(`[data-testid="linked-row"]`); n != 2 {
		t.Errorf("%d need attention, want 2", n)
	}
	b.shown("plain-linked-accounts")
	b.follow("button", "Check again")
	b.seesIn(problem, "Select at least one linked account.")
	b.click("checkbox", "Choose Chained Quay")
	b.follow("button", "Check again")
	b.until("the end of the job", func() bool {
		b.open(w.address + strings.Split(b.path(), "?")[0])
		return strings.Contains(b.text("#job"), "Finished")
	})
	b.shown("plain-job")
	b.open(w.address + linkedPath + "?search=dock")
	b.follow("link", "Dry Dock")
	b.shown("plain-linked-account")
	b.click("DisclosureTriangle", "Disable this linked account")
	b.follow("button", "Disable")
	b.seesIn(problem, "Reason")
	b.fill("Reason", "Out of use")
	b.follow("button", "Disable")
	b.sees("Out of use")
	b.fill("Reason to enable it", "In use again")
	b.follow("button", "Enable")
	b.until("the check after it", func() bool {
		b.open(w.address + strings.Split(b.path(), "?")[0])
		return strings.Contains(b.text("main"), connected)
	})

	review := b.startsReview(w, "By hand", 10)
	b.open(w.address + review + "/queue")
	b.shown("plain-queue")
	b.follow("button", "Unlink")
	b.seesIn(problem, "Reason")
	b.follow("button", "Keep")
	b.follow("link", "Skip")
	b.find("heading", "Harbor Master")
	b.open(w.address + review)
	b.seesIn(decided, "1 of 10 decided")
	b.shown("plain-review")
}

// TestStrangersFindNoAdministration asks for every page of administration as
// people who have no part in it.
func TestStrangersFindNoAdministration(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	b := w.newTab(narrowLight)
	b.expect("404 (Not Found)")
	b.signIn(w, owner)
	for _, path := range []string{linkedPath, linkedPath + "/export.csv", "/admin/jobs", "/admin/intake", reviewsPath, logPath, logPath + "/export.jsonl"} {
		b.open(w.address + path)
		b.sees("Not found", notThere)
		if answer := b.fetch(http.MethodPost, w.address+path, url.Values{}); answer.StatusCode != http.StatusNotFound && answer.StatusCode != http.StatusMethodNotAllowed {
			t.Errorf("POST %s answered %s", path, answer.Status)
		}
	}
}
