package views

import (
	"slices"
	"strconv"
	"strings"

	"mooring/cloud"
	"mooring/credential"
	"mooring/text"
)

// Chart shows how the checks of a credential ended, one bar for each.
type Chart struct {
	Checks []ChartCheck // the oldest first
	Since  string       // the day of the oldest: "2 October 2026"
}

// ChartCheck is one finished check.
type ChartCheck struct {
	When    string // "22 November 2026, 09:14 UTC"
	Outcome ChartOutcome
	Times   int // how many in a row ended like this one; 0 and 1: only this one
}

// ChartOutcome is how a check ended.
type ChartOutcome string

// The outcomes.
const (
	CheckPassed  ChartOutcome = "passed"
	CheckWaited  ChartOutcome = "waited"
	CheckFailed  ChartOutcome = "failed"
	CheckUnknown ChartOutcome = "unknown" // no answer, or broken off
)

// ChartChecks is how many of the latest checks the chart shows.
const ChartChecks = 60

var chartOutcomes = map[cloud.Outcome]ChartOutcome{
	cloud.Passed: CheckPassed, cloud.StillCopying: CheckWaited, cloud.Broken: CheckFailed, cloud.CouldNotCheck: CheckUnknown,
}

// Chart shows how the checks ended, the oldest first. runs come the latest first.
func (r Reader) Chart(runs []credential.Verification) Chart {
	var chart Chart
	for _, v := range slices.Backward(runs) {
		if v.Running() {
			continue
		}
		check := ChartCheck{When: r.minute(v.StartedAt), Outcome: chartOutcomes[v.Outcome], Times: v.Times}
		if v.Abandoned || check.Outcome == "" {
			check.Outcome = CheckUnknown
		}
		if len(chart.Checks) == 0 {
			chart.Since = r.day(v.FirstAt)
		}
		chart.Checks = append(chart.Checks, check)
	}
	return chart
}

// outcomes are in the order in which the words below the chart stand.
var outcomes = []ChartOutcome{CheckPassed, CheckWaited, CheckFailed, CheckUnknown}

// outcomeWords go with the bars, whose heights and shapes say the same.
var outcomeWords = map[ChartOutcome]string{
	CheckPassed: "passed", CheckWaited: "waited", CheckFailed: "failed", CheckUnknown: "without an answer",
}

// The measures of the strip, in its own units, which are pixels at full size.
const (
	barStep   = 8
	barWidth  = 6
	barBottom = 31
)

func (c Chart) width() int { return max(len(c.Checks), 12) * barStep }

func (c Chart) viewBox() string { return "0 0 " + strconv.Itoa(c.width()) + " 32" }

// baseline is what the bars stand on.
func (c Chart) baseline() string { return "M0 31.5H" + strconv.Itoa(c.width()) }

// head says how many checks there were, before the words for each outcome.
func (c Chart) head() string {
	total := 0
	for _, check := range c.Checks {
		total += max(check.Times, 1)
	}
	return text.Count(total, "check", "checks") + " since " + c.Since + ":"
}

// outcomeCount is how often something happened.
type outcomeCount struct {
	Outcome ChartOutcome
	Words   string // "57 passed"
}

// counts leaves out what never happened.
func (c Chart) counts() []outcomeCount {
	var found []outcomeCount
	for _, outcome := range outcomes {
		n := 0
		for _, check := range c.Checks {
			if check.Outcome == outcome {
				n += max(check.Times, 1)
			}
		}
		if n > 0 {
			found = append(found, outcomeCount{outcome, text.Number(n) + " " + outcomeWords[outcome]})
		}
	}
	return found
}

// says is the whole chart in one sentence.
func (c Chart) says() string {
	var words []string
	for _, n := range c.counts() {
		words = append(words, n.Words)
	}
	return c.head() + " " + strings.Join(words, ", ") + "."
}

// title says what a bar stands for.
func (c ChartCheck) title() string {
	words := c.When + ": " + outcomeWords[c.Outcome]
	if c.Times > 1 {
		words += " (the last of " + text.Number(c.Times) + ")"
	}
	return words
}

// barShape draws one bar. Trouble is taller and has a shape of its own, so that
// nobody needs the colours: passed is low, waited is broken in two, failed has
// a tip, and where there was no answer the bar is hollow.
func barShape(i int, outcome ChartOutcome) string {
	x := i*barStep + (barStep-barWidth)/2
	box := func(top, bottom int) string {
		return "M" + strconv.Itoa(x) + " " + strconv.Itoa(bottom) + "V" + strconv.Itoa(top) + "h" + strconv.Itoa(barWidth) + "V" + strconv.Itoa(bottom) + "z"
	}
	switch outcome {
	case CheckPassed:
		return box(19, barBottom)
	case CheckWaited:
		return box(21, barBottom) + box(11, 18)
	case CheckFailed:
		return box(8, barBottom) + "M" + strconv.Itoa(x) + " 6l3-5 3 5z"
	default: // an outline: the inner box runs the other way round
		return box(19, barBottom) + "M" + strconv.Itoa(x+1) + " " + strconv.Itoa(barBottom-1) + "h" + strconv.Itoa(barWidth-2) + "V20h-" + strconv.Itoa(barWidth-2) + "z"
	}
}
