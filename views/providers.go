package views

import (
	"slices"

	"mooring/text"
)

// listSorts are the orders of an account's list. On narrow screens its columns have
// no headers to press.
var listSorts = []option{{"", "Label"}, {"status", "Status"}, {"checked", "Last checked"}, {"expires", "Expires"}}

// searchAll says among how many links somebody searches.
func searchAll(f ListFilter) string {
	return "Search " + text.Count(f.Total, "link", "links") + "…"
}

// known are choices with the one that is chosen among them, also when there is no
// such choice: nothing matches it, and the form says why.
func known(all string, list []Choice, chosen string) []option {
	options := choices(all, list)
	if chosen != "" && !slices.ContainsFunc(list, func(c Choice) bool { return c.Key == chosen }) {
		options = append(options, option{chosen, "Unknown: " + chosen})
	}
	return options
}
