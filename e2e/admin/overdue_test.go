package admin

import (
	"testing"

	"mooring/e2e/browser"
)

const overdue = `[data-testid="overdue"]`

// TestOverdue lets the day of a review pass: those concerned are told on every
// page until nothing is left, and nobody else is.
func TestOverdue(t *testing.T) {
	t.Parallel()
	w := browser.LinkedWorld(t, 3)
	ada := w.NewTab(browser.WideLight)
	ada.SignIn(w, browser.Admin)
	ada.MakesAdministrator(w, "Olivia Owner")
	ada.MakesAdministrator(w, "Vera Viewer")
	ada.StartsReview(w, "Autumn", 3, "Olivia Owner", "Ada Admin") // who then only started it
	ada.Ages(w, w.Folder(), "UPDATE reviews SET due_at = started_at - 86400000")

	olivia := w.NewTab(browser.NarrowDark)
	olivia.SignIn(w, browser.Owner)
	for b, pages := range map[*browser.Tab][]string{
		ada:    {"/settings", "/admin/people", browser.ReviewsPath},
		olivia: {"/settings", browser.ProvidersPath, browser.ReviewsPath},
	} {
		for _, page := range pages {
			b.Open(w.Address + page)
			b.SeesIn(overdue, "The review Autumn was due", "3 are left.")
		}
		b.SeesIn(`[data-testid="review-row"]`, "overdue")
		b.Shown("reviews-overdue")
	}
	for _, other := range []string{browser.Viewer, browser.Member} {
		b := w.NewTab(browser.WideLight)
		b.SignIn(w, other)
		b.Open(w.Address + browser.ProvidersPath)
		if b.Count(overdue) > 0 {
			t.Errorf("%s is told of a review that is not theirs", other)
		}
	}

	olivia.Follow("link", "Continue the review Autumn")
	for range 3 {
		olivia.Follow("button", "Keep")
	}
	olivia.Find("heading", "You have nothing left to decide")
	ada.Open(w.Address + "/settings")
	for _, b := range []*browser.Tab{olivia, ada} {
		if b.Count(overdue) > 0 {
			t.Error("everything is decided, and the review is still called overdue")
		}
	}
}
