// Command mooring is a self-hosted dashboard where people link their cloud
// accounts without handing over a secret.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"
	_ "time/tzdata" // people choose their time zone, and a small image has none
)

func main() {
	// The SDK would let this name a host of its own; only settings may.
	_ = os.Unsetenv("AZURE_REGIONAL_AUTHORITY_NAME")
	if len(os.Args) > 1 && os.Args[1] == "serve" && os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(softMemory)
	}
	ending := []os.Signal{os.Interrupt, syscall.SIGTERM}
	if len(os.Args) > 1 && os.Args[1] == "demo" && !signal.Ignored(syscall.SIGHUP) {
		ending = append(ending, syscall.SIGHUP) // its terminal was closed, and it removes its data
	}
	ctx, stop := signal.NotifyContext(context.Background(), ending...)
	context.AfterFunc(ctx, stop) // a second signal ends the program at once
	c := &cli{getenv: os.Getenv, environ: os.Environ(), stdin: os.Stdin, stdout: os.Stdout, stderr: os.Stderr}
	os.Exit(c.run(ctx, os.Args[1:]))
}

// softMemory is how much memory Go may take, in bytes, before a server collects
// garbage more often. Two passwords that are hashed take 38 MB of it for a moment,
// and otherwise the heap would grow to twice of what was in use just then.
const softMemory = 72 << 20

// command is one word after mooring.
type command struct {
	name, args, does string
	run              func(context.Context, *cli, []string) error
}

func commands() []command {
	return []command{
		{"demo", "", "start a demo with simulated clouds", demo},
		{"serve", "", "serve the dashboard", serve},
		{"health", "", "ask a running server whether it is ready; exit 1 if not", health},
		{"backup", "FILE", "write a consistent copy of the database, even while the server runs", backup},
		{"restore", "FILE", "replace the database with a backup", restore},
		{"database", "check", "look for damage in the database, even while the server runs; exit 1 if there is any", database},
		{"people", "add|reset", "add a person, or restore access for someone who can no longer sign in; even while the server runs", people},
		{"review", "verify FILE", "check an evidence pack, with no server and no network", reviewCommand},
		{"audit", "verify|export", "check the audit log or an export, write an export, or print the public keys; even while the server runs", auditCommand},
		{"walkthrough", "shoot|check|list|new", "take screenshots for walkthroughs and write their pages, or report what is out of date", walkthroughCommand},
		{"version", "", "print the version, the commit, and the newest database schema this program can read", versionCommand},
		{"keys", "rotate|list", "replace the key that encrypts secrets, or list the keys", keys},
	}
}

// cli is what a command sees of the world.
type cli struct {
	getenv         func(string) string
	environ        []string // as in os.Environ
	unknown        []string // what is wrong with variables in there
	stdin          io.Reader
	stdout, stderr io.Writer
}

// Exit codes.
const (
	exitOK     = 0
	exitFailed = 1
	exitUsage  = 2
)

// usageError is a mistake in flags, settings or arguments.
type usageError struct{ error }

func usagef(format string, args ...any) error { return usageError{fmt.Errorf(format, args...)} }

// run is the whole program: it returns the exit code.
func (c *cli) run(ctx context.Context, args []string) int {
	if len(args) == 0 || args[0] == "help" || args[0] == "--help" || args[0] == "-h" {
		c.usage()
		return exitOK
	}
	if args[0] == "--version" {
		args = append([]string{"version"}, args[1:]...)
	}
	for _, command := range commands() {
		if command.name != args[0] {
			continue
		}
		if c.unknown = c.unknownVariables(args); command.name != "serve" && command.name != "demo" { // those have a log
			c.warnOfVariables(command.name)
		}
		err := command.run(ctx, c, args[1:])
		var usage usageError
		switch {
		case err == nil || errors.Is(err, flag.ErrHelp):
			return exitOK
		case errors.As(err, &usage):
			fmt.Fprintf(c.stderr, "mooring %s: %v\n", command.name, err)
			return exitUsage
		}
		fmt.Fprintf(c.stderr, "mooring %s: %v\n", command.name, err)
		return exitFailed
	}
	fmt.Fprintf(c.stderr, "mooring: there is no command %q; mooring help lists them\n", args[0])
	return exitUsage
}

func (c *cli) usage() {
	fmt.Fprint(c.stdout, "Mooring is a dashboard where people link their cloud accounts without handing over a secret.\n\nUsage: mooring COMMAND [flags]\n\n")
	for _, command := range commands() {
		fmt.Fprintf(c.stdout, "  %-20s %s\n", command.name+" "+command.args, command.does)
	}
	fmt.Fprint(c.stdout, "\nmooring COMMAND --help lists the settings of a command.\n")
}
