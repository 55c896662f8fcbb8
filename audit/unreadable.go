package audit

import "fmt"

// UnreadableError says which entry a store could not read back.
type UnreadableError struct {
	Entry int64
	Cause error
}

// Error is for logs.
func (e *UnreadableError) Error() string {
	return fmt.Sprintf("entry %d of the audit log: %v", e.Entry, e.Cause)
}

// Unwrap gives the cause.
func (e *UnreadableError) Unwrap() error { return e.Cause }
