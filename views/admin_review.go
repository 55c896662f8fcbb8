package views

import "mooring/text"

// reviewState is the word for where a review stands.
func reviewState(p Review) Status {
	switch {
	case p.Gathering:
		return Status{Word: "Collecting", Tone: ToneWaiting}
	case p.Over:
		return Status{Word: "Closed", Tone: ToneOff}
	case p.Overdue:
		return Status{Word: "Overdue", Tone: ToneAttention}
	case p.Decided == p.Total:
		return Status{Word: "All decided", Tone: ToneOK}
	}
	return Status{Word: "Open", Tone: ToneWaiting}
}

// closeSays tells what closing leaves undone.
func closeSays(p Review) string {
	switch left := p.Total - p.Decided; {
	case p.Gathering:
		return "Collecting is taking unusually long. If you close the review now, it contains only the linked accounts collected so far, all undecided, and the evidence says so. Nobody can decide afterward."
	case p.NothingSelected:
		return "There is nothing to decide. Closing the review creates the evidence, which says that nothing matched."
	case left > 0:
		return text.Count(left, "is", "are") + " undecided. If you close the review now, they stay as they are, and the evidence lists them as undecided. Nobody can decide afterward."
	default:
		return "Everything is decided. Closing the review creates the evidence. Nobody can decide afterward."
	}
}

// reviewReached says how far the review is, and what waits for others.
func reviewReached(p Review) string {
	s := decidedOf(p.Decided, p.Total)
	if p.Asked > 0 {
		s += ", " + text.Number(p.Asked) + " waiting for an answer from the owner"
	}
	return s
}

// itemHeading is the decision, or that there is none.
func itemHeading(i ReviewItem) string { return orElse(i.Decision, "Open") }
