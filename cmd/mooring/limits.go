package main

import "mooring/credential"

// limits bound what one account can have and ask for. The zero value stands for
// the defaults.
type limits struct{ credentials, checks int }

func (s *settings) limitFlags(v *limits) {
	s.IntVar(&v.credentials, "max-credentials", credential.DefaultCredentials, "maximum number of credentials in one account")
	s.IntVar(&v.checks, "max-checks", credential.DefaultChecks, "maximum number of checks that people can request for one account in a minute; scheduled checks and jobs don't count")
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
