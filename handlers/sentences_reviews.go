package handlers

import "mooring/fault"

// What administrators read about reviews and the audit log.
var (
	errProveDecision = fault.New(fault.Invalid, "request.prove-decision", "Confirm that it is you before you disable or unlink. You come back to this one, with what you typed.")
	errProveLong     = fault.New(fault.Invalid, "request.prove-long", "Confirm that it is you before you disable or unlink. You come back to this one, but your reason is too long to come along: copy it first.")
	errSelection     = fault.New(fault.Invalid, "request.selection", "Mooring could not read which linked accounts you mean. Choose them again in the list.")
	errVerifying     = fault.New(fault.Conflict, "request.verifying", "The log is being verified for somebody else at this moment. Try again when that has ended.")
	errLogUnread     = fault.New(fault.Unavailable, "request.log-unread", "The entries cannot be shown at this moment. Verify the log to learn whether something does not fit.")
)

// What comes when nothing is left in a queue.
const (
	sayAllDecided   = "Close the review to make its evidence."
	sayOthersClose  = "Its reviewers, or whoever started it, can close it now."
	sayOwnersAnswer = "What is left waits for the answers of owners, and comes back with them."
	sayOthersDecide = "What is left, the other reviewers decide."
	sayStuck        = "What is left are links of the reviewers themselves, so none of them may decide."
)

// What stands beside the fields of the audit log's filter.
const (
	sayNoSuchAction = "There is no such action. Choose one from the list."
	sayNoSuchResult = "Choose Done or Refused."
	sayNoDay        = "Choose a day, such as 2026-11-23."
	sayToBeforeFrom = "Choose a day that is not before the first."
	sayFilterLong   = "Use at most 254 characters."
)
