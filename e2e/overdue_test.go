package e2e

import "testing"

const overdue = `[data-testid="overdue"]`

// TestOverdue lets the day of a review pass: those concerned are told on every
// page until nothing is left, and nobody else is.
func TestOverdue(t *testing.T) {
	t.Parallel()
	w := linkedWorld(t, 3)
	ada := w.newTab(wideLight)
	ada.signIn(w, admin)
	ada.makesAdministrator(w, "Olivia Owner")
	ada.makesAdministrator(w, "Vera Viewer")
	ada.startsReview(w, "Autumn", 3, "Olivia Owner", "Ada Admin") // who then only started it
	ada.ages(w, w.folder(), "UPDATE reviews SET due_at = started_at - 86400000")

	olivia := w.newTab(narrowDark)
	olivia.signIn(w, owner)
	for b, pages := range map[*tab][]string{
		ada:    {"/settings", "/admin/people", reviewsPath},
		olivia: {"/settings", providersPath, reviewsPath},
	} {
		for _, page := range pages {
			b.open(w.address + page)
			b.seesIn(overdue, "The review Autumn was due", "3 are left.")
		}
		b.seesIn(`[data-testid="review-row"]`, "overdue")
		b.shown("reviews-overdue")
	}
	for _, other := range []string{viewer, member} {
		b := w.newTab(wideLight)
		b.signIn(w, other)
		b.open(w.address + providersPath)
		if b.count(overdue) > 0 {
			t.Errorf("%s is told of a review that is not theirs", other)
		}
	}

	olivia.follow("link", "Go on with the review Autumn")
	for range 3 {
		olivia.follow("button", "Keep")
	}
	olivia.find("heading", "Nothing is left for you")
	ada.open(w.address + "/settings")
	for _, b := range []*tab{olivia, ada} {
		if b.count(overdue) > 0 {
			t.Error("everything is decided, and the review is still called overdue")
		}
	}
}
