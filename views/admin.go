package views

import (
	"strings"

	"mooring/text"
)

// listed joins names for people to read.
func listed(names []string) string { return orElse(strings.Join(names, ", "), "None") }

func sessionCount(n int) string {
	if n == 0 {
		return "None"
	}
	return text.Count(n, "browser", "browsers")
}
