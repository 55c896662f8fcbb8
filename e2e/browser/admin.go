package browser

import (
	"strings"
	"time"
)

// The pages of administrators, who has linked something, and what pages say
// that was done or decided.
const (
	LinkedPath  = "/admin/linked-accounts"
	ReviewsPath = "/admin/reviews"
	LogPath     = "/admin/audit-log"
	Neighbour   = "bruno@demo.example" // owns breakwater, which has linked ten

	Done    = `[data-testid="done"]`
	Decided = `[data-testid="decided"]`
)

// Settled waits until each of the ten has been checked.
func (b *Tab) Settled(w *World) {
	b.T.Helper()
	b.UntilWithin(time.Minute, "the end of all checks", func() bool {
		b.Open(w.Address + LinkedPath)
		rows := b.Text(`[data-testid="linked-row"]`)
		return strings.Contains(rows, Connected) && !strings.Contains(rows, untold)
	})
}

// StartsReview starts a review of all that is linked, so many, and waits until
// it is open. Who starts it is ticked as a reviewer.
func (b *Tab) StartsReview(w *World, name string, linked int, ticked ...string) string {
	b.T.Helper()
	b.Open(w.Address + ReviewsPath)
	b.Follow("link", "Start a review")
	b.Fill("Name", name)
	for _, reviewer := range ticked {
		b.Click("checkbox", reviewer)
	}
	b.Follow("button", "Start the review")
	path := strings.Split(b.Path(), "?")[0]
	b.Until("the linked accounts of the review", func() bool {
		b.Open(w.Address + path)
		return b.Count(`[data-testid="item-row"]`) == linked
	})
	return path
}

// MakesAdministrator gives somebody the right.
func (b *Tab) MakesAdministrator(w *World, name string) {
	b.T.Helper()
	b.Open(w.Address + "/admin/people")
	b.Follow("link", name)
	b.Follow("button", "Make administrator")
}
