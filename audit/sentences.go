package audit

import "mooring/fault"

// What users are told about the log.
var (
	// ErrSomeEntries refuses to verify an export that was filtered.
	ErrSomeEntries = fault.New(fault.Invalid, "audit.some-entries", "This export contains only some of the entries, so it can't show whether the log is complete. Export everything to verify it.")

	// ErrNoExport refuses to verify something else.
	ErrNoExport = fault.New(fault.Invalid, "audit.no-export", "This isn't an export of a Mooring audit log.")

	// ErrSealedMeanwhile ends an export that old entries were taken away from.
	ErrSealedMeanwhile = fault.New(fault.Conflict, "audit.sealed-meanwhile", "Old entries were archived during the export. Export again.")

	// ErrFormat is for a format that there is not.
	ErrFormat = fault.New(fault.Invalid, "audit.format", "The audit log can be exported as JSON Lines or CSV.")
)
