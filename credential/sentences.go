package credential

import "mooring/fault"

// What people read when something about a credential goes wrong.
var (
	ErrNotFound = fault.New(fault.NotFound,
		"There is nothing here, or it is not shared with you.")
	ErrNoSuchProvider = fault.New(fault.NotFound,
		"This provider cannot be linked yet.")
	ErrAlreadyLinked = fault.New(fault.Conflict,
		"This account already links that subscription.")
	ErrChangedMeanwhile = fault.New(fault.Conflict,
		"Somebody changed this credential while you looked at it. Save again to replace their change, or cancel to look at it first.")
	ErrNotPossibleNow = fault.New(fault.Conflict,
		"That is not possible in the state this credential is in now.")
	ErrConfirm = fault.New(fault.Invalid,
		"Something depends on this credential. Type its label to unlink it all the same.")
)

const (
	sayLabelMissing = "Give it a name that your colleagues will recognise, such as Production."
	sayLabelLong    = "Use at most 80 characters."
)
