package review

import "mooring/fault"

// What administrators read when something about a list of linked accounts goes wrong.
var (
	ErrSearchTooShort = fault.New(fault.Invalid, "review.search-too-short",
		"Type at least three letters to search for, or two in Chinese, Japanese or Korean, or nothing. With fewer the search would not count, and all linked accounts would match.")
	ErrUnknownFilter = fault.New(fault.Invalid, "review.unknown-filter",
		"A filter has a value that Mooring doesn't know, so nothing matches. Choose it again, or clear the filters.")
	ErrNoAccountOfThatName = fault.New(fault.Invalid, "review.no-account-of-that-name",
		"No account has this name. Its owners may have renamed it: choose it again.")
	ErrNoSuchFormat = fault.New(fault.NotFound, "review.no-such-format",
		"The list is exported as CSV or as JSON Lines.")
)

const (
	saySearchLong     = "Use at most 100 characters. With more, nothing matches."
	sayNoSuchProvider = "There is no such provider, so nothing matches."
	sayNoSuchStatus   = "There is no such status, so nothing matches."
	sayAccountLong    = "No account has so long a name, so nothing matches."
	sayExpiring       = "Enter a number of days between 1 and 3650."
	sayNeverReviewed  = "This can only be yes."
	sayDate           = "Enter a date as year, month and day, such as 2026-11-01."
	sayNoSuchSort     = "The list cannot be sorted by that."
	sayNoSuchOrder    = "The order can only be asc or desc."
)
