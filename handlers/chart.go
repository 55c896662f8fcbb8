package handlers

import (
	"slices"
	"time"

	"mooring/cloud"
	"mooring/credential"
	"mooring/review"
	"mooring/views"
)

// chartChecks is how many of the latest checks the strip shows.
const chartChecks = 60

var chartOutcomes = map[cloud.Outcome]views.ChartOutcome{
	cloud.Passed: views.CheckPassed, cloud.StillCopying: views.CheckWaited, cloud.Broken: views.CheckFailed, cloud.CouldNotCheck: views.CheckUnknown,
}

// chart shows how the checks ended, the oldest first. runs come the latest first.
func (h *handlers) chart(runs []credential.Verification, zone *time.Location) views.Chart {
	var strip views.Chart
	for _, v := range slices.Backward(runs) {
		if v.Running() {
			continue
		}
		check := views.ChartCheck{When: v.StartedAt.In(zone).Format("2 January 2006, 15:04 MST"), Outcome: chartOutcomes[v.Outcome], Times: v.Times}
		if v.Abandoned || check.Outcome == "" {
			check.Outcome = views.CheckUnknown
		}
		if len(strip.Checks) == 0 {
			strip.Since = v.FirstAt.In(zone).Format("2 January 2006")
		}
		strip.Checks = append(strip.Checks, check)
	}
	return strip
}

// rightsNow lists the rights of a linked account, and what came and went.
func rightsNow(rights []review.RightSince) []views.RightNow {
	var shown []views.RightNow
	for _, r := range rights {
		shown = append(shown, views.RightNow{Sentence: r.Sentence, Excessive: r.Excessive, Change: rightChanges[r.Change]})
	}
	return shown
}

var rightChanges = map[review.RightChange]views.RightChange{
	review.RightAdded: views.RightAdded, review.RightRemoved: views.RightRemoved,
}
