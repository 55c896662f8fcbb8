package account

import "time"

// ClockSkew is how far ahead of the clock a stored time may be and still count
// as now: clocks are corrected by seconds all the time.
const ClockSkew = time.Minute

// ClockWasAhead reports whether the clock was ahead when it gave this time and
// has been corrected since. How long ago that was, nobody knows, so nothing may
// last until a time that was computed from it.
func ClockWasAhead(at, now time.Time) bool { return at.After(now.Add(ClockSkew)) }
