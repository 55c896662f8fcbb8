package views

import "slices"

// fewAccounts are found at a glance; more need a filter.
const fewAccounts = 8

// personalFirst puts the person's own account above the organizations.
func personalFirst(accounts []AccountLink) []AccountLink {
	sorted := slices.Clone(accounts)
	slices.SortStableFunc(sorted, func(a, b AccountLink) int { return rank(a) - rank(b) })
	return sorted
}

func rank(a AccountLink) int {
	if a.Kind == "Personal" {
		return 0
	}
	return 1
}

func navTitle(f Frame) string { return orElse(f.NavTitle, "Account info") }
