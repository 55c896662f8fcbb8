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
		return "Collecting has taken unusually long. Closing ends the review with the linked accounts collected so far, all of them undecided, and the evidence says so. Nothing can be decided afterwards."
	case p.NothingSelected:
		return "There is nothing to decide. Closing makes the evidence, which says that nothing matched."
	case left > 0:
		return text.Count(left, "is", "are") + " not decided. Closing leaves them as they are, and the evidence says so. Nothing can be decided afterwards."
	default:
		return "Everything is decided. Closing makes the evidence; nothing can be decided afterwards."
	}
}

// reviewReached says how far the review is, and what waits for others.
func reviewReached(p Review) string {
	s := decidedOf(p.Decided, p.Total)
	if p.Asked > 0 {
		s += ", " + text.Count(p.Asked, "waits", "wait") + " for an answer from the owner"
	}
	return s
}

// itemHeading is the decision, or that there is none.
func itemHeading(i ReviewItem) string { return orElse(i.Decision, "Open") }
