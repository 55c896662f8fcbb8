package handlers

import (
	"sync"
	"time"

	"github.com/labstack/echo/v4"

	"mooring/account"
	"mooring/review"
	"mooring/views"
)

// overdueReviews keeps which reviews are late for whom until the data changes,
// so that ordinary pages ask nobody. A review becomes late by itself, too, so
// that nothing is kept for long.
type overdueReviews struct {
	mu   sync.Mutex
	kept map[string]keptOverdue // by person
}

type keptOverdue struct {
	version uint64 // of the data
	until   time.Time
	reviews []review.Review
}

const (
	overdueFor  = time.Minute
	mostOverdue = 1000 // people
)

func (o *overdueReviews) get(personID string, version uint64, now time.Time) ([]review.Review, bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	kept, ok := o.kept[personID]
	return kept.reviews, ok && kept.version == version && now.Before(kept.until)
}

func (o *overdueReviews) put(personID string, kept keptOverdue) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.kept == nil || len(o.kept) >= mostOverdue {
		o.kept = map[string]keptOverdue{}
	}
	o.kept[personID] = kept
}

// overdue is the line about late reviews on the pages of those concerned. Only
// administrators are. A page is shown without it rather than not at all.
func (h *handlers) overdue(c echo.Context, caller account.Caller) []views.OverdueReview {
	if !caller.Person.SiteAdmin {
		return nil
	}
	version, now := versionOf(c), h.Now()
	late, ok := h.late.get(caller.Person.ID, version, now)
	if !ok {
		var err error
		if late, err = h.Reviews.Overdue(c.Request().Context(), caller.Person.ID); err != nil {
			h.logUnlessGone(c, "could not look for overdue reviews", err)
			return nil
		}
		h.late.put(caller.Person.ID, keptOverdue{version: version, until: now.Add(overdueFor), reviews: late})
	}
	return h.reader(c).OverdueReviews(late)
}
