package register

import "mooring/fault"

// What administrators read when something about a list of linked accounts goes wrong.
var (
	ErrSearchTooShort = fault.New(fault.Invalid, "review.search-too-short",
		"Type at least three letters (two in Chinese, Japanese or Korean), or leave the search empty. A shorter search would match all linked accounts.")
	ErrUnknownFilter = fault.New(fault.Invalid, "review.unknown-filter",
		"A filter has a value that Mooring doesn't know, so nothing matches. Choose another value, or clear the filters.")
	ErrNoAccountOfThatName = fault.New(fault.Invalid, "review.no-account-of-that-name",
		"No account has this name. It may have been renamed. Choose an account from the list.")
	ErrNothingSelected = fault.New(fault.Invalid, "review.nothing-selected",
		"Select at least one linked account.")
	ErrTooManySelected = fault.New(fault.Invalid, "review.too-many-selected",
		"Select at most 1,000 linked accounts one by one, or all that match.")
	ErrNoSuchFormat = fault.New(fault.NotFound, "review.no-such-format",
		"The list can be exported as CSV or JSON Lines.")
)

const (
	saySearchLong     = "Use at most 100 characters."
	sayNoSuchProvider = "There is no such provider, so nothing matches."
	sayNoSuchStatus   = "There is no such status, so nothing matches."
	sayAccountLong    = "This is longer than any account name, so nothing matches."
	sayExpiring       = "Enter a number of days between 1 and 3650."
	sayNeverReviewed  = "Use yes, or leave this filter out."
	sayDate           = "Enter a date as year, month and day, such as 2026-11-01."
	sayNoSuchSort     = "The list can't be sorted by that."
	sayNoSuchOrder    = "The order can only be asc or desc."
)
