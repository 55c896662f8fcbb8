package evidence1

import (
	"slices"
	"strings"
	"unicode"
)

// cell is s for a cell of a spreadsheet that is written as CSV. What a
// spreadsheet would take for a formula gets an apostrophe before it, which
// makes it text again: an export is opened by people who did not type what is
// in there. A spreadsheet of a country that writes a comma in its numbers cuts
// such a file at semicolons, and one that reads loosely at tabs and line breaks,
// so that what follows one of those is guarded like a beginning.
func cell(s string) string {
	var guarded strings.Builder
	begins, written := true, 0
	for at, letter := range s {
		if begins && isFormula(s[at:]) || at == 0 && strings.ContainsRune("\t\r\n", letter) {
			guarded.WriteString(s[written:at])
			guarded.WriteByte('\'')
			written = at
		}
		begins = strings.ContainsRune(cuts, letter)
	}
	guarded.WriteString(s[written:])
	return guarded.String()
}

// cuts are what a spreadsheet may cut a cell at.
const cuts = ";\t\r\n"

// isFormula reports whether s begins like a formula, behind what a spreadsheet
// passes over there.
func isFormula(s string) bool {
	s = strings.TrimLeftFunc(s, func(r rune) bool { return r == '"' || unicode.IsSpace(r) && !strings.ContainsRune(cuts, r) })
	return slices.ContainsFunc(formulas, func(sign string) bool { return strings.HasPrefix(s, sign) })
}

// formulas are what a formula begins with, also in full width, as keyboards
// for Chinese and Japanese type it.
var formulas = []string{"=", "+", "-", "@", "＝", "＋", "－", "＠", "|", "%", "−"}
