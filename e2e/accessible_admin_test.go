package e2e

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// accessibleAdministration are the pages of administrators in every state, and
// what the people of an account see of it. A job that is running is looked at
// by TestBulk, which has enough to do.
func accessibleAdministration(t *testing.T) {
	t.Parallel()
	w := linkedWorld(t, 10)
	b, olivia, bruno := w.newTab(wideLight), w.newTab(wideLight), w.newTab(wideLight)
	b.expect("422 (Unprocessable Entity)")
	b.signIn(w, admin)
	olivia.signIn(w, owner)
	bruno.signIn(w, neighbour)
	b.resembling(w, "admin-jobs-empty", "/admin/jobs")
	b.resembling(w, "admin-reviews-empty", reviewsPath)
	b.settled(w)
	b.accessible("admin-linked")
	b.resembling(w, "admin-linked-found", linkedPath+"?search=dock&sort=account")
	b.resembling(w, "admin-linked-none", linkedPath+"?search=nothing+like+this")
	b.accessibleAt(w, "admin-linked-refused", linkedPath+"?search=do&status=sunk")
	b.accessibleIntake(w, olivia)
	b.accessibleLinked(w, bruno)
	b.accessibleReviews(w, bruno)
	b.accessibleLog(w, olivia)
}

// accessibleAt opens a page and checks it with everything on it unfolded.
func (b *tab) accessibleAt(w *world, name, path string) {
	b.t.Helper()
	b.open(w.address + path)
	b.unfold()
	b.accessible(name)
}

// resembling does the same for a page that resembles one seen in every look.
func (b *tab) resembling(w *world, name, path string) {
	b.t.Helper()
	b.open(w.address + path)
	b.unfold()
	b.accessibleIn(name, twoLooks)
}

func (b *tab) unfold() {
	b.t.Helper()
	get[bool](b, "() => { for (const d of document.querySelectorAll('main details')) d.open = true; return true }")
}

// accessibleIntake are the policy, and what waits for approval because of it.
func (b *tab) accessibleIntake(w *world, olivia *tab) {
	b.t.Helper()
	b.resembling(w, "admin-intake", "/admin/intake")
	b.findIn("#approval", "radio", "Some").click()
	b.findIn("#provider-rule", "radio", "Only these").click()
	b.fill("Longest life of a certificate (optional)", "a year")
	b.follow("button", "Save")
	b.seesIn(problem, "Longest life of a certificate")
	b.accessible("admin-intake-refused")
	b.open(w.address + "/admin/intake")
	b.findIn("#approval", "radio", "All").click()
	b.follow("button", "Save")

	storm := scripted("Storm Warning")
	storm.Name = "production-westeurope-harbor-storm-warning-service-of-the-second-pier-number-12" // as long as a label can be
	path := olivia.linkByForm(w, storm, outcome{})
	olivia.accessibleAt(w, "credential-pending", path)
	b.resembling(w, "admin-intake-pending", "/admin/intake")
	b.resembling(w, "admin-linked-pending", linkedPath+"?status=pending-approval")
	b.follow("link", storm.Name)
	b.accessibleIn("admin-linked-account-pending", twoLooks)
	b.findIn(`section[aria-labelledby="approval"]`, "button", "Decline").click()
	b.seesIn(problem, "Reason")
	b.accessible("admin-linked-account-refused")
}

// accessibleLinked are a linked account and a job.
func (b *tab) accessibleLinked(w *world, bruno *tab) {
	b.t.Helper()
	b.open(w.address + linkedPath + "?account=breakwater")
	b.click("checkbox", "This page")
	b.follow("button", "Check again")
	b.until("the end of the job", func() bool { return strings.Contains(b.text("#job"), "Finished") })
	b.accessible("admin-job-finished")
	b.accessibleAt(w, "admin-jobs", "/admin/jobs")

	b.open(w.address + linkedPath + "?search=laid-up")
	b.follow("link", "Laid-up Boat")
	b.unfold()
	b.accessible("admin-linked-account")
	b.fill("Reason", "Laid up for the winter.\nThe yard says when it is needed again.")
	b.follow("button", "Disable")
	b.unfold()
	b.accessible("admin-linked-account-stopped")
	bruno.open(w.address + "/accounts/breakwater/cloud-providers")
	bruno.follow("link", "Laid-up Boat")
	bruno.accessible("credential-stopped")
}

// accessibleReviews are a review from its start to its end, and a schedule.
func (b *tab) accessibleReviews(w *world, bruno *tab) {
	b.t.Helper()
	for _, form := range []struct{ name, path, button string }{
		{"admin-schedule-new", reviewsPath + "/new?repeat=yes", "Save the schedule"},
		{"admin-review-new", reviewsPath + "/new", "Start the review"},
	} {
		b.resembling(w, form.name, form.path)
		b.fill("Name", "")
		b.follow("button", form.button)
		b.seesIn(problem, "Name")
		b.accessible(form.name + "-refused")
	}
	b.open(w.address + reviewsPath + "/new?repeat=yes")
	b.fill("Name", "Every quarter")
	b.follow("button", "Save the schedule")
	review := b.startsReview(w, "Fourth quarter of the year in which all that is linked here is looked at once", 11)
	b.accessible("admin-review")
	b.accessibleAt(w, "admin-reviews", reviewsPath)

	b.open(w.address + review + "/queue")
	b.accessible("admin-queue")
	b.follow("button", "Keep")
	b.decides("Disable", "Nobody docks here any more")
	b.decides("Unlink", "It may do more than it needs")
	b.accessibleIn("admin-queue-next", twoLooks)
	b.decides("Ask the owner", "no")
	b.seesIn(problem, "Reason")
	b.accessible("admin-queue-refused")
	b.decides("Ask the owner", "Who uses the new pier?")

	bruno.open(w.address + "/accounts/breakwater/cloud-providers")
	bruno.follow("link", "New Pier")
	bruno.accessible("credential-asked")
	bruno.fill("Your answer", "The ferries do, until spring.")
	bruno.follow("button", "Send answer")
	bruno.accessibleIn("credential-answered", twoLooks)
	bruno.open(w.address + "/accounts/breakwater/cloud-providers")
	bruno.follow("link", "Tide Tables")
	bruno.click("button", "Disable") // after it was kept
	bruno.seesIn(status, "Disabled")

	for _, tab := range []string{"open", "asked", "keep", "disable", "unlink", "changed"} {
		b.resembling(w, "admin-review-"+tab, review+"?show="+tab)
	}
	b.open(w.address + review)
	b.follow("link", "Change about New Pier")
	b.accessibleIn("admin-queue-answered", twoLooks)
	b.until("the end of the queue", func() bool {
		if b.has("button", "Keep") {
			b.follow("button", "Keep")
		}
		return b.has("heading", "Nothing is left for you")
	})
	b.accessible("admin-queue-end")
	b.follow("button", "Close the review")
	b.accessible("admin-review-closed")
	b.resembling(w, "admin-reviews-closed", reviewsPath)
}

// decides says why in the queue and presses a button.
func (b *tab) decides(button, reason string) {
	b.t.Helper()
	b.fill("Reason", reason)
	b.follow("button", button)
}

// accessibleLog are the entries, some of them refused.
func (b *tab) accessibleLog(w *world, stranger *tab) {
	b.t.Helper()
	if answer := stranger.fetch(http.MethodPost, w.address+reviewsPath, url.Values{}); answer.StatusCode != http.StatusNotFound {
		b.t.Errorf("a stranger who starts a review is answered %s", answer.Status)
	}
	b.accessibleAt(w, "admin-log", logPath)
	b.resembling(w, "admin-log-refused", logPath+"?result=refused")
	b.resembling(w, "admin-log-none", logPath+"?person=nobody")
	b.accessibleAt(w, "admin-log-faults", logPath+"?action=sink&account=nowhere")
	b.open(w.address + logPath)
	b.follow("button", "Verify")
	b.accessibleIn("admin-log-verified", twoLooks)
}
