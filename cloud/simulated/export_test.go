package simulated

import "time"

// Limit shortens the runs of the shells.
func (s *Shells) Limit(d time.Duration) { s.limit = d }
