package views

import "mooring/text"

// rhythms are how often a review may start by itself.
var rhythms = []option{{"monthly", "Every month"}, {"quarterly", "Every three months"}, {"half-yearly", "Every six months"}, {"yearly", "Every year"}}

// decidedOf says how far a review is.
func decidedOf(decided, total int) string {
	return text.Number(decided) + " of " + text.Number(total) + " decided"
}

func newReviewHeading(p NewReview) string {
	if p.Repeats {
		return "New schedule"
	}
	return "New review"
}

func onceOrRepeated(p NewReview) []FilterTab {
	return []FilterTab{
		{Text: "Once, now", Path: p.OncePath, Count: -1, Current: !p.Repeats},
		{Text: "On a schedule", Path: p.RepeatPath, Count: -1, Current: p.Repeats},
	}
}
