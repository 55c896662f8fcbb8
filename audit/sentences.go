package audit

import "mooring/fault"

// What users are told about the log.
var (
	// ErrSomeEntries refuses to verify an export that was filtered.
	ErrSomeEntries = fault.New(fault.Invalid, "audit.some-entries", "This export holds only some of the entries, so nobody can tell from it whether the log is whole. Export everything to verify it.")

	// ErrNoExport refuses to verify something else.
	ErrNoExport = fault.New(fault.Invalid, "audit.no-export", "This is not an export of an audit log of Mooring.")

	// ErrSealedMeanwhile ends an export that old entries were taken away from.
	ErrSealedMeanwhile = fault.New(fault.Conflict, "audit.sealed-meanwhile", "Old entries were archived while the export ran. Export again.")

	// ErrFormat is for a format that there is not.
	ErrFormat = fault.New(fault.Invalid, "audit.format", "An export of the audit log is JSON Lines or CSV.")
)
