package handlers

import "mooring/fault"

// What administrators read about reviews and the audit log.
var (
	errProveDecision = fault.New(fault.Invalid, "request.prove-decision", "Confirm that it's you before you disable or unlink. You then return to this item, with what you typed.")
	errProveLong     = fault.New(fault.Invalid, "request.prove-long", "Confirm that it's you before you disable or unlink. You then return to this item, but your reason is too long to keep. Copy it first.")
	errSelection     = fault.New(fault.Invalid, "request.selection", "Mooring couldn't read which linked accounts you selected. Select them again in the list.")
	errVerifying     = fault.New(fault.Conflict, "request.verifying", "Somebody else is verifying the log right now. Try again in a few minutes.")
	errLogUnread     = fault.New(fault.Unavailable, "request.log-unread", "The entries can't be shown right now. Verify the log to find out whether an entry is damaged.")
)

// What stands beside the fields of the audit log's filter.
const (
	sayNoSuchAction = "There is no such action. Choose one from the list."
	sayNoSuchResult = "Choose Done or Refused."
	sayNoDay        = "Choose a day, such as 2026-11-23."
	sayToBeforeFrom = "Choose a day on or after the first."
	sayFilterLong   = "Use at most 254 characters."
)
