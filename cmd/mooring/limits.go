package main

import "mooring/credential"

// limits bound what one account can have and ask for. The zero value stands for
// the defaults.
type limits struct{ credentials, checks int }

func (s *settings) limitFlags(v *limits) {
	s.IntVar(&v.credentials, "max-credentials", credential.DefaultCredentials, "credentials that one account can have")
	s.IntVar(&v.checks, "max-checks", credential.DefaultChecks, "checks that people can request for one account within a minute; planned checks and jobs do not count")
	s.fromEnv("max-credentials", "max-checks")
}

func (l limits) check() error {
	switch {
	case l.credentials < 1:
		return usagef("--max-credentials: %d is not a number of credentials", l.credentials)
	case l.checks < 1:
		return usagef("--max-checks: %d is not a number of checks", l.checks)
	}
	return nil
}
