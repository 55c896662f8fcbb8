package admin

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

	"mooring/e2e/browser"
)

// keeps asks for a file as a link does, and writes it down.
func keeps(b *browser.Tab, address, file string) {
	b.T.Helper()
	request, err := http.NewRequestWithContext(b.T.Context(), http.MethodGet, address, nil)
	if err != nil {
		b.T.Fatal(err)
	}
	for _, c := range browser.Call(b, network.GetCookies, network.GetCookiesParams{URLs: []string{address}}).Cookies {
		request.AddCookie(&http.Cookie{Name: c.Name, Value: c.Value})
	}
	answer, err := http.DefaultTransport.RoundTrip(request)
	if err != nil {
		b.T.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil || answer.StatusCode != http.StatusOK {
		b.T.Fatalf("%s answered %s, %v", address, answer.Status, err)
	}
	if err := os.WriteFile(file, body, 0o600); err != nil {
		b.T.Fatal(err)
	}
}

// key presses a letter as a keyboard does: what the page does with it keeps it
// from being typed.
func key(b *browser.Tab, letter string) {
	b.T.Helper()
	for _, kind := range []input.DispatchKeyEventType{input.DispatchKeyEventTypeKeyDown, input.DispatchKeyEventTypeKeyUp} {
		params := input.DispatchKeyEventParams{Type: kind, Key: letter, Code: "Key" + strings.ToUpper(letter)}
		if kind == input.DispatchKeyEventTypeKeyDown {
			params.Text = letter
		}
		browser.Call(b, input.DispatchKeyEvent, params)
	}
}

// says runs a command of the program.
func says(t *testing.T, args ...string) (string, error) {
	t.Helper()
	path, err := browser.Program()
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
	w := browser.LinkedWorld(t, 10)
	b := w.NewTab(browser.WideLight)
	b.SignIn(w, browser.Admin)
	b.Settled(w)
	review := b.StartsReview(w, "Fourth quarter", 10)
	b.Shown("review-started")
	b.TabTo("Continue reviewing")
	b.Leads(func() { b.Press(kb.Enter) })
	b.SeesIn(`[data-testid="place"]`, "1 of 10, 10 left")
	b.Shown("queue")

	b.Leads(func() { key(b, "k") })
	b.SeesIn(browser.Done, "Kept Tide Tables.")
	key(b, "d")
	b.SeesIn("#chosen", "Disable is selected.")
	b.Press(kb.Escape)
	b.Until("nothing to be chosen", func() bool { return b.Text("#chosen") == "" })
	key(b, "d")
	b.Focused("Reason")
	b.Press("Nobody docks here any more")
	b.Shown("queue-chosen")
	b.Leads(func() { b.Press(kb.Enter) })
	b.SeesIn(browser.Done, "Disabled Dry Dock.")
	key(b, "u")
	b.Focused("Reason")
	b.Press("It may do more than it needs")
	b.Leads(func() { b.Press(kb.Enter) })
	b.SeesIn(browser.Done, "Unlinked Harbor Master.")
	key(b, "a")
	b.Focused("Reason")
	b.Press("Who uses the new pier?")
	b.Leads(func() { b.Press(kb.Enter) })
	b.SeesIn(browser.Done, "New Pier")
	for range 6 {
		b.Leads(func() { key(b, "k") })
	}
	b.Find("heading", "You have nothing left to decide")
	b.Shown("queue-end")

	bruno := w.NewTab(browser.NarrowDark)
	bruno.SignIn(w, browser.Neighbour)
	bruno.Open(w.Address + "/accounts/breakwater/cloud-providers")
	bruno.SeesIn("main", "Dry Dock", "Disabled")
	if strings.Contains(bruno.Text("main"), "Harbor Master") {
		t.Error("what was unlinked is still linked")
	}
	bruno.Shown("providers-reviewed")
	bruno.Follow("link", "Dry Dock")
	bruno.Sees("Nobody docks here any more", "Ada Admin")
	if bruno.Has("button", "Enable") {
		t.Error("its owner can enable what an administrator disabled")
	}
	bruno.Shown("credential-stopped")
	bruno.Open(w.Address + "/accounts/breakwater/cloud-providers")
	bruno.SeesIn(`[data-testid="asked"]`, "Who uses the new pier?")
	bruno.SeesIn(`[data-testid="row-question"]`, "Who uses the new pier?")
	bruno.Shown("providers-asked")
	bruno.Open(w.Address + "/settings") // it is on every page, and answered there
	bruno.Click("link", "Answer the question about New Pier")
	bruno.SeesIn("dialog", "Who uses the new pier?")
	bruno.Fill("Your answer", "The ferries do, until spring.")
	bruno.Shown("answer")
	bruno.Follow("button", "Send answer")
	bruno.Sees("Your answer was sent to the reviewers.")
	if bruno.Path() != "/settings?done=answered" || bruno.Count(`[data-testid="asked"]`) > 0 {
		t.Errorf("the answer led to %s", bruno.Path())
	}

	b.Open(w.Address + review)
	b.SeesIn(browser.Decided, "9 of 10 decided")
	b.TabTo("Continue reviewing")
	b.Leads(func() { b.Press(kb.Enter) })
	b.Sees("The owner answered", "The ferries do, until spring.")
	b.Shown("queue-answered")
	b.Leads(func() { key(b, "k") })
	b.Find("heading", "You have nothing left to decide")
	b.Open(w.Address + review)
	b.SeesIn(browser.Decided, "10 of 10 decided")
	b.Follow("button", "Close the review")
	b.Find("link", "Download the evidence")
	b.Shown("review-closed")

	folder := t.TempDir()
	pack, key := filepath.Join(folder, "evidence.zip"), filepath.Join(folder, "mooring.pub")
	keeps(b, w.Address+review+"/evidence.zip", pack)
	keeps(b, w.Address+browser.LogPath+"/public-key", key)
	said, err := says(t, "review", "verify", pack, "--public-key", key)
	if err != nil {
		t.Errorf("the evidence is not verified: %v\n%s", err, said)
	}
	browser.WantWords(t, "the verification", said, "Fourth quarter")
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
	w := browser.LinkedWorld(t, 10)
	ada := w.NewTab(browser.WideDark)
	ada.SignIn(w, browser.Admin)
	ada.MakesAdministrator(w, "Olivia Owner")
	ada.Settled(w)
	review := ada.StartsReview(w, "Together", 10, "Olivia Owner")

	olivia := w.NewTab(browser.NarrowLight)
	olivia.Expect("409 (Conflict)")
	olivia.SignIn(w, browser.Owner)
	for _, b := range []*browser.Tab{ada, olivia} {
		b.Open(w.Address + review + "/queue")
		b.Find("heading", "Tide Tables")
	}
	ada.Follow("button", "Keep")
	ada.SeesIn(browser.Done, "Kept Tide Tables.")
	olivia.Fill("Reason", "Nobody needs it")
	olivia.Follow("button", "Disable")
	olivia.SeesIn(browser.Problem, "Ada Admin")
	olivia.Shown("queue-conflict")
	olivia.Open(w.Address + review)
	olivia.SeesIn(browser.Decided, "1 of 10 decided")
	olivia.Open(w.Address + browser.LinkedPath + "?search=tide")
	olivia.SeesIn(`[data-testid="linked-row"]`, browser.Connected, "Ada Admin")
}

// TestBulk has five thousand checked in the background, leaves, comes back and
// stops it; and disables some for which it waits.
func TestBulk(t *testing.T) {
	t.Parallel()
	w := browser.LinkedWorld(t, 5000)
	b := w.NewTab(browser.WideLight)
	b.SignIn(w, browser.Admin)
	b.Open(w.Address + browser.LinkedPath)
	b.SeesIn(`[data-testid="found"]`, "5,000 linked accounts")
	b.Shown("linked-accounts-many")
	b.Click("checkbox", "All 5,000")
	b.Follow("button", "Check 5,000 now")
	job := strings.Split(b.Path(), "?")[0]
	moved := func(beyond int) int {
		b.T.Helper()
		var now int
		b.UntilWithin(time.Minute, fmt.Sprintf("more than %d to be checked", beyond), func() bool {
			value, err := browser.Try[int](b, "() => document.querySelector('#job progress')?.value ?? 0")
			now = value
			return err == nil && now > beyond
		})
		return now
	}
	first := moved(0)
	b.Accessible("job-running")
	b.Open(w.Address + "/admin/people")
	b.Open(w.Address + "/admin/jobs")
	b.SeesIn(`[data-testid="job-row"]`, "of 5,000")
	b.Open(w.Address + job)
	browser.Get[bool](b, "() => { document.querySelector('#stop').dataset.before = ''; return true }")
	moved(first)
	if b.Count("#stop[data-before]") == 0 {
		t.Error("the button was replaced, perhaps while somebody pressed it")
	}
	b.Follow("button", "Stop the job")
	b.UntilWithin(time.Minute, "the end of the job", func() bool {
		return strings.Contains(b.Text("#job"), "Stopped")
	})
	b.Shown("job-stopped")

	b.Open(w.Address + browser.LinkedPath + "?account=breakwater&status=needs-attention")
	b.Until("those that need attention", func() bool {
		b.Open(w.Address + browser.LinkedPath + "?account=breakwater&status=needs-attention")
		return b.Count(`[data-testid="linked-row"]`) == 2
	})
	b.Click("checkbox", "Select Chained Quay")
	b.Follow("button", "Disable 1…")
	b.Find("heading", "Disable 1 linked account")
	b.Fill("Reason", "The quay is closed")
	b.Follow("button", "Disable 1")
	b.Until("the end of the second job", func() bool { return strings.Contains(b.Text("#job"), "Finished") })
	b.Shown("job-finished")
	b.Open(w.Address + browser.LinkedPath + "?status=disabled")
	b.SeesIn(`[data-testid="linked-row"]`, "Chained Quay", "Disabled")
}

// TestUndo disables seventy by one press too many, puts them back, and unlinks
// one that nobody knows.
func TestUndo(t *testing.T) {
	t.Parallel()
	w := browser.LinkedWorld(t, 80)
	b := w.NewTab(browser.WideLight)
	b.Expect("422 (Unprocessable Entity)")
	b.SignIn(w, browser.Admin)
	b.Open(w.Address + browser.LinkedPath + "?search=fleet")
	b.SeesIn(`[data-testid="found"]`, "70 linked accounts match")
	b.Find("button", "Disable…")
	b.Click("checkbox", "All 70 that match")
	b.Click("DisclosureTriangle", "More")
	for _, name := range []string{"Check 70 now", "Enable 70…", "Approve 70…", "Decline 70…"} {
		b.Find("button", name)
	}
	b.Shown("linked-accounts-chosen")
	b.Follow("button", "Disable 70…")
	b.Find("heading", "Disable 70 linked accounts")
	if n := b.Count(`[data-testid="confirm-row"]`); n != 10 {
		t.Errorf("%d are shown, want 10", n)
	}
	b.Fill("Reason", "The fleet is sold")
	b.Fill("Type the number of linked accounts", "7")
	b.Follow("button", "Disable 70")
	b.Sees("This changes 70 linked accounts. Type that number.")
	if reason := b.Value("Reason"); reason != "The fleet is sold" {
		t.Errorf("the reason became %q", reason)
	}
	both := []browser.Look{browser.WideDark, browser.NarrowLight, browser.WideLight}
	b.AccessibleIn("confirm-bulk", both)
	b.Fill("Type the number of linked accounts", "70")
	b.Follow("button", "Disable 70")
	ended := func() bool { return strings.Contains(b.Text("#job"), "Finished") }
	b.UntilWithin(time.Minute, "the end of the job", ended)
	b.Sees("Succeeded for all 70.", "Undo returns each link to its earlier status.")
	b.AccessibleIn("job-undoable", both)
	job := strings.Split(b.Path(), "?")[0]
	b.Open(w.Address + browser.LinkedPath + "?status=disabled")
	b.SeesIn(`[data-testid="found"]`, "70 linked accounts match")

	b.Open(w.Address + job)
	b.Follow("link", "Undo 70…")
	b.Sees("The fleet is sold", "Only linked accounts that haven't changed since the job are restored.")
	b.Fill("Type the number of linked accounts", "70")
	b.Shown("confirm-undo")
	b.Follow("button", "Undo 70")
	b.UntilWithin(time.Minute, "the end of the undo", ended)
	b.Sees("Succeeded for all 70.", "An undo can't be undone.")
	b.AccessibleIn("job-undo", both)
	b.Open(w.Address + browser.LinkedPath + "?status=disabled")
	b.Sees("No linked account matches.")

	b.Open(w.Address + browser.LinkedPath + "?status=canary")
	b.Sees("There is no such status, so nothing matches.")
	b.Shown("linked-accounts-unknown")
	b.Open(w.Address + browser.LinkedPath + "?account=BREAKWATER")
	b.Follow("link", "Dry Dock")
	b.Follow("link", "Unlink…")
	b.Fill("Reason", "Nobody knows it")
	b.AccessibleIn("unlink-any", both)
	b.Follow("button", "Unlink")
	b.Find("heading", "Unlinked")
	b.Follow("link", "Back to Linked accounts")
	b.Open(w.Address + browser.LinkedPath + "?search=dry+dock")
	b.Sees("No linked account matches.")
}

// TestSearchAsYouType finds while somebody types, puts what they look for into
// the address, and sends that to a colleague.
func TestSearchAsYouType(t *testing.T) {
	t.Parallel()
	w := browser.LinkedWorld(t, 80)
	b := w.NewTab(browser.NarrowDark)
	b.SignIn(w, browser.Admin)
	b.Open(w.Address + browser.LinkedPath)
	b.Find("searchbox", "Search").Click()
	b.Press("harb")
	b.Until("what was found", func() bool { return b.Count(`[data-testid="linked-row"]`) == 1 })
	b.SeesIn(`[data-testid="linked-row"]`, "Harbor Master")
	b.Until("the address", func() bool { return strings.Contains(b.Path(), "search=harb") })
	if at := browser.Get[string](b, "() => { const e = document.activeElement; return [e.id, e.value, e.selectionStart].join(' ') }"); at != "search harb 4" {
		t.Errorf("after the list came the focus is at %q", at)
	}
	colleague := b.Another()
	colleague.Open(w.Address + b.Path())
	colleague.SeesIn(`[data-testid="found"]`, "1 linked account")

	b.Open(w.Address + browser.LinkedPath + "?search=fleet")
	b.SeesIn(`[data-testid="found"]`, "70 linked accounts")
	b.Shown("linked-accounts-found")
	b.Follow("link", "Next page")
	if n := b.Count(`[data-testid="linked-row"]`); n != 20 {
		t.Errorf("the second page has %d, want 20", n)
	}
	b.Open(w.Address + browser.LinkedPath + "?search=nothing+like+this")
	b.Sees("No linked account matches.")
	b.Shown("linked-accounts-none")

	b.Expect("401 (Unauthorized)")
	browser.Call(b, network.ClearBrowserCookies, cdp.Empty{})
	b.Leads(func() {
		b.Find("searchbox", "Search").Click()
		b.Press("!")
	})
	b.Find("heading", "Sign in")
	b.Fill("E-mail address", browser.Admin)
	b.Fill("Password", browser.Password)
	b.Follow("button", "Sign in")
	if !strings.HasPrefix(b.Path(), browser.LinkedPath+"?search=nothing") {
		t.Errorf("signing in again leads to %s", b.Path())
	}
}

// TestApproval turns approvals on, and approves one link and declines another.
func TestApproval(t *testing.T) {
	t.Parallel()
	w := browser.NewWorld(t)
	ada := w.NewTab(browser.WideDark)
	ada.SignIn(w, browser.Admin)
	ada.Open(w.Address + "/admin/intake")
	ada.Shown("intake")
	ada.FindIn("#approval", "radio", "All").Click()
	ada.Follow("button", "Save")
	ada.Sees("Policy saved.")

	b := w.NewTab(browser.NarrowLight)
	b.SignIn(w, browser.Owner)
	var paths []string
	for _, name := range []string{"Tide Tables", "Dry Dock"} {
		paths = append(paths, b.LinkByForm(w, browser.Scripted(name), browser.Outcome{}))
		b.Open(w.Address + paths[len(paths)-1])
		b.SeesIn(browser.Status, "Pending approval")
	}
	b.Shown("credential-pending")

	ada.Open(w.Address + browser.LinkedPath + "?status=pending-approval")
	ada.Shown("linked-accounts-pending")
	ada.Follow("link", "Tide Tables")
	ada.Sees("Waiting for your approval")
	ada.Shown("linked-account-pending")
	ada.Follow("button", "Approve")
	ada.Open(w.Address + browser.LinkedPath + "?status=pending-approval")
	ada.Follow("link", "Dry Dock")
	ada.FindIn("section[aria-labelledby=approval]", "textbox", "Reason").Click()
	ada.Press("Dry docks are linked by the yard")
	ada.Follow("button", "Decline")
	ada.Sees("Dry docks are linked by the yard")
	ada.Shown("linked-account-declined")

	b.Open(w.Address + paths[0])
	b.SeesIn(browser.Status, browser.Connected)
	b.Open(w.Address + paths[1])
	b.Sees("Disabled", "Dry docks are linked by the yard", "Ada Admin")
	b.Shown("credential-declined")

	ada.Open(w.Address + "/admin/intake")
	ada.FindIn("#approval", "radio", "None").Click()
	ada.Fill("Microsoft Azure: subscriptions (optional)", browser.Scripted("Tide Tables").SubscriptionID)
	ada.Follow("button", "Save")
	b.Expect("422 (Unprocessable Entity)")
	b.Open(w.Address + browser.CredentialsPath + "/new")
	b.Fill("Label", "New Pier")
	b.Fill("Subscription ID", browser.Scripted("New Pier").SubscriptionID)
	b.Fill("Application (client) ID", browser.Scripted("New Pier").ClientID)
	b.Follow("button", "Save credentials")
	b.SeesIn(browser.Problem, "Subscription ID")
	b.Shown("form-refused-by-policy")
}

// TestAuditLog filters the log, follows it live and verifies it.
func TestAuditLog(t *testing.T) {
	t.Parallel()
	w := browser.LinkedWorld(t, 10)
	b := w.NewTab(browser.WideLight)
	b.SignIn(w, browser.Admin)
	b.Settled(w)
	b.Open(w.Address + browser.LogPath)
	b.Shown("audit-log")
	b.Follow("button", "Verify")
	b.Sees("Sound.")
	b.Shown("audit-log-verified")
	b.Open(w.Address + browser.LogPath + "?action=credential.link&person=bruno")
	if n := b.Count(`[data-testid="entry-row"]`); n != 10 {
		t.Errorf("%d entries tell what Bruno linked, want 10", n)
	}
	b.Open(w.Address + browser.LogPath + "?result=refused")
	b.Sees("No entry matches.")
	b.Click("button", "Follow live")
	max := w.NewTab(browser.NarrowLight)
	max.Expect("404 (Not Found)")
	max.SignIn(w, browser.Member)
	max.Open(w.Address + browser.LogPath)
	max.Sees("Not found", browser.NotThere)
	b.Until("the refused attempt", func() bool { return b.Count(`[data-testid="entry-row"]`) > 0 })
	b.SeesIn("#entries", browser.Member)
	if strings.Contains(b.Text("#entries"), "No entry matches.") {
		t.Error("an entry came, and the page still says that there is none")
	}
	b.Focused("Follow live")
	b.Shown("audit-log-followed")

	folder := t.TempDir()
	export, key := filepath.Join(folder, "log.jsonl"), filepath.Join(folder, "mooring.pub")
	keeps(b, w.Address+browser.LogPath+"/export.jsonl", export)
	keeps(b, w.Address+browser.LogPath+"/public-key", key)
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
	w := browser.LinkedWorld(t, 10)
	b := w.NewTab(browser.NarrowLight)
	b.Expect("422 (Unprocessable Entity)")
	b.WithoutScript()
	b.SignIn(w, browser.Admin)
	b.Settled(w)
	b.Open(w.Address + browser.LinkedPath)
	b.Choose("Status", "Needs attention")
	b.Follow("button", "Search")
	if n := b.Count(`[data-testid="linked-row"]`); n != 2 {
		t.Errorf("%d need attention, want 2", n)
	}
	b.Shown("plain-linked-accounts")
	b.Follow("button", "Check now")
	b.SeesIn(browser.Problem, "Select at least one linked account.")
	b.Click("checkbox", "Select Chained Quay")
	b.Follow("button", "Check now")
	b.Until("the end of the job", func() bool {
		b.Open(w.Address + strings.Split(b.Path(), "?")[0])
		return strings.Contains(b.Text("#job"), "Finished")
	})
	b.Shown("plain-job")
	b.Open(w.Address + browser.LinkedPath + "?search=dock")
	b.Follow("link", "Dry Dock")
	b.Shown("plain-linked-account")
	b.Click("DisclosureTriangle", "Disable this linked account")
	b.Follow("button", "Disable")
	b.SeesIn(browser.Problem, "Reason")
	b.Fill("Reason", "Out of use")
	b.Follow("button", "Disable")
	b.Sees("Out of use")
	b.Fill("Reason to enable it", "In use again")
	b.Follow("button", "Enable")
	b.Until("the check after it", func() bool {
		b.Open(w.Address + strings.Split(b.Path(), "?")[0])
		return strings.Contains(b.Text("main"), browser.Connected)
	})

	review := b.StartsReview(w, "By hand", 10)
	b.Open(w.Address + review + "/queue")
	b.Shown("plain-queue")
	b.Follow("button", "Unlink")
	b.SeesIn(browser.Problem, "Reason")
	b.Follow("button", "Keep")
	b.Follow("link", "Skip")
	b.Find("heading", "Harbor Master")
	b.Open(w.Address + review)
	b.SeesIn(browser.Decided, "1 of 10 decided")
	b.Shown("plain-review")
}

// TestStrangersFindNoAdministration asks for every page of administration as
// people who have no part in it.
func TestStrangersFindNoAdministration(t *testing.T) {
	t.Parallel()
	w := browser.NewWorld(t)
	b := w.NewTab(browser.NarrowLight)
	b.Expect("404 (Not Found)")
	b.SignIn(w, browser.Owner)
	for _, path := range []string{browser.LinkedPath, browser.LinkedPath + "/export.csv", "/admin/jobs", "/admin/intake", browser.ReviewsPath, browser.LogPath, browser.LogPath + "/export.jsonl"} {
		b.Open(w.Address + path)
		b.Sees("Not found", browser.NotThere)
		if answer := b.Fetch(http.MethodPost, w.Address+path, url.Values{}); answer.StatusCode != http.StatusNotFound && answer.StatusCode != http.StatusMethodNotAllowed {
			t.Errorf("POST %s answered %s", path, answer.Status)
		}
	}
}
