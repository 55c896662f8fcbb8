package handlers

import (
	"slices"
	"time"

	"mooring/cloud"
	"mooring/credential"
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
		check := views.ChartCheck{When: v.StartedAt.In(zone).Format("2 January 2006, 15:04 MST"), Outcome: chartOutcomes[v.Outcome]}
		if v.Abandoned || check.Outcome == "" {
			check.Outcome = views.CheckUnknown
		}
		if len(strip.Checks) == 0 {
			strip.Since = v.StartedAt.In(zone).Format("2 January 2006")
		}
		strip.Checks = append(strip.Checks, check)
	}
	return strip
}

// rightsSince lists what a credential may do now and, when there is something
// to compare it with, what came and went since then.
func rightsSince(now, then []cloud.Right, compare bool) []views.RightNow {
	has := func(rights []cloud.Right, sentence string) bool {
		return slices.ContainsFunc(rights, func(r cloud.Right) bool { return r.Granted && r.Sentence == sentence })
	}
	var rights []views.RightNow
	for _, r := range now {
		if !r.Granted {
			continue
		}
		shown := views.RightNow{Sentence: r.Sentence, Excessive: r.Excessive}
		if compare && !has(then, r.Sentence) {
			shown.Change = views.RightAdded
		}
		rights = append(rights, shown)
	}
	for _, r := range then {
		if compare && r.Granted && !has(now, r.Sentence) {
			rights = append(rights, views.RightNow{Sentence: r.Sentence, Excessive: r.Excessive, Change: views.RightRemoved})
		}
	}
	return rights
}
