package main

import (
	"time"

	"mooring/credential"
	"mooring/renewal"
)

// limits bound what one account can have and ask for, and how long certificates stay
// that were renewed. The zero value stands for the defaults.
type limits struct{ credentials, checks, graceDays int }

const day = 24 * time.Hour

func (s *settings) limitFlags(v *limits) {
	s.IntVar(&v.credentials, "max-credentials", credential.DefaultCredentials, "maximum number of credentials in one account")
	s.IntVar(&v.checks, "max-checks", credential.DefaultChecks, "maximum number of checks that people can request for one account in a minute; scheduled checks and jobs don't count")
	s.IntVar(&v.graceDays, "renewal-grace-days", int(renewal.DefaultGrace/day), "days for which a certificate stays valid in the cloud after its successor took over, from 1 to 60; a backup that is older than that can't be restored without new links")
	s.fromEnv("max-credentials", "max-checks", "renewal-grace-days")
}

func (l limits) check() error {
	switch {
	case l.credentials < 1:
		return usagef("--max-credentials: %d is not a number of credentials", l.credentials)
	case l.checks < 1:
		return usagef("--max-checks: %d is not a number of checks", l.checks)
	case l.graceDays < 1 || l.graceDays > 60:
		return usagef("--renewal-grace-days: %d is not between 1 and 60", l.graceDays)
	}
	return nil
}

// grace is how long a predecessor stays; 0: the default.
func (l limits) grace() time.Duration { return time.Duration(l.graceDays) * day }
