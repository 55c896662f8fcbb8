package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"strings"
)

// settings reads flags and, for what is not given as a flag, the environment:
// --public-url is MOORING_PUBLIC_URL.
type settings struct {
	*flag.FlagSet
	cli  *cli
	does string
	env  map[string]string // flag name → variable
}

func (c *cli) settings(name, does string) *settings {
	s := &settings{FlagSet: flag.NewFlagSet(name, flag.ContinueOnError), cli: c, does: does, env: map[string]string{}}
	s.SetOutput(io.Discard) // a wrong setting is one line, said by run
	return s
}

// fromEnv lets a flag be given by its variable too.
func (s *settings) fromEnv(names ...string) {
	for _, name := range names {
		s.env[name] = "MOORING_" + strings.ToUpper(strings.ReplaceAll(name, "-", "_"))
	}
}

// parse reads args, then the environment for what args left out. most is the
// greatest number of arguments beside flags.
func (s *settings) parse(args []string, most int) error {
	if err := s.Parse(args); errors.Is(err, flag.ErrHelp) {
		s.help()
		return err
	} else if err != nil {
		return usageError{err}
	}
	given := map[string]bool{}
	s.Visit(func(f *flag.Flag) { given[f.Name] = true })
	for name, variable := range s.env {
		value := s.cli.getenv(variable)
		if given[name] || value == "" {
			continue
		}
		if err := s.Set(name, value); err != nil {
			if isSwitch(s.Lookup(name)) {
				return usagef("%s: %q is neither true nor false", variable, value)
			}
			return usagef("%s: %v", variable, err)
		}
	}
	if s.NArg() > most {
		return usagef("unexpected argument %q", s.Arg(most))
	}
	return nil
}

// isSwitch reports whether a flag is on or off.
func isSwitch(f *flag.Flag) bool {
	on, ok := f.Value.(interface{ IsBoolFlag() bool })
	return ok && on.IsBoolFlag()
}

func (s *settings) help() {
	fmt.Fprintf(s.cli.stdout, "mooring %s: %s\n\n", s.Name(), s.does)
	s.VisitAll(func(f *flag.Flag) {
		fmt.Fprintf(s.cli.stdout, "  --%s\n", f.Name)
		fmt.Fprintf(s.cli.stdout, "        %s\n", f.Usage)
		var notes []string
		if f.DefValue != "" && f.DefValue != "false" {
			notes = append(notes, "default "+f.DefValue)
		}
		if variable, ok := s.env[f.Name]; ok {
			notes = append(notes, "environment "+variable)
		}
		if len(notes) > 0 {
			fmt.Fprintf(s.cli.stdout, "        (%s)\n", strings.Join(notes, "; "))
		}
	})
}
