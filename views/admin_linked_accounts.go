package views

import (
	"github.com/a-h/templ"

	"mooring/text"
)

// windows are the days within which a certificate may end.
var windows = []Choice{{"7", "7 days"}, {"30", "30 days"}, {"60", "60 days"}, {"90", "90 days"}}

// typesLive makes a field of the filter change the list while somebody types.
// The address follows without a step back for each letter.
func typesLive(path string) templ.Attributes {
	return templ.Attributes{
		"hx-get": path, "hx-trigger": "input changed delay:300ms", "hx-include": "closest form",
		"hx-replace-url": "true", "hx-sync": "closest form:replace",
	}
}

// filtersLive makes a filter change what it filters as soon as something is
// chosen. Without script the same form leads to the page again.
func filtersLive(path, target, trigger string) templ.Attributes {
	return templ.Attributes{
		"hx-get": path, "hx-target": target, "hx-swap": "outerHTML", "hx-push-url": "true", "hx-disinherit": "hx-push-url",
		"hx-trigger": trigger, "hx-sync": "this:replace", "data-tidy": "",
	}
}

// found says how many linked accounts the list is about.
func found(p LinkedAccounts) string {
	if p.More {
		return foundSoFar(p)
	}
	if p.ClearPath != "" {
		return text.Count(p.Total, "linked account matches", "linked accounts match")
	}
	return text.Count(p.Total, "linked account", "linked accounts")
}

// foundSoFar says how many there are at least.
func foundSoFar(p LinkedAccounts) string {
	switch {
	case p.Total == 0:
		return "No match so far"
	case p.ClearPath != "":
		return text.Number(p.Total) + " or more linked accounts match"
	}
	return text.Number(p.Total) + " or more linked accounts"
}

// allOfThem is what is done to more than one page.
func allOfThem(p LinkedAccounts) string {
	switch {
	case p.Total == 1 && !p.More:
		return "The only one"
	case p.ClearPath == "":
		return "All " + text.Number(p.Total)
	case p.More:
		return "All that match, " + text.Number(p.Total) + " or more"
	}
	return "All " + text.Number(p.Total) + " that match"
}

// allNumber is the number on buttons when all that match are chosen.
func allNumber(p LinkedAccounts) string {
	if p.More {
		return text.Number(p.Total) + " or more"
	}
	return text.Number(p.Total)
}

func nextText(p LinkedAccounts) string {
	if p.Unfinished {
		return "Continue searching"
	}
	return "Next page"
}

func linkedFaults(p LinkedAccounts) []place {
	return places(p.Fields, "search", "Search", "provider", "Provider", "status", "Status", "account", "Account",
		"expiring", "Expires within", "not-checked-since", "Not checked since", "selection", "Selection")
}
