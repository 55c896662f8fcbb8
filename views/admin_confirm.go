package views

import "mooring/text"

// confirmMore says how many are not shown.
func confirmMore(p Confirm) string {
	return "and " + text.Count(p.Count-len(p.Rows), "more", "more")
}

// numberHint says what the number is for.
func numberHint(p Confirm) string {
	return text.Number(p.Count) + ". This makes sure that you don't change more than you meant to."
}
