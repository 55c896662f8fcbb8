package text

import (
	"strings"
	"unicode"
)

// Cell is s for a cell of a spreadsheet that is written as CSV. What a
// spreadsheet would take for a formula gets an apostrophe before it, which
// makes it text again: an export is opened by people who did not type what is
// in there.
func Cell(s string) string {
	if strings.HasPrefix(s, "\t") || strings.HasPrefix(s, "\r") || strings.HasPrefix(s, "\n") {
		return "'" + s
	}
	for _, sign := range formulas {
		if strings.HasPrefix(strings.TrimLeftFunc(s, unicode.IsSpace), sign) {
			return "'" + s
		}
	}
	return s
}

// formulas are what a formula begins with, also in full width, as keyboards
// for Chinese and Japanese type it.
var formulas = []string{"=", "+", "-", "@", "＝", "＋", "－", "＠", "|", "%", "−"}
