package main

import (
	"bufio"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"sort"
	"strings"
	"time"

	"mooring/account"
	"mooring/certificate"
	"mooring/cloud"
	"mooring/fault"
)

// people adds somebody to a Mooring that has its first administrator, or lets
// somebody in again who has lost every way. It works while the server runs.
func people(ctx context.Context, c *cli, args []string) error {
	verb := ""
	if len(args) > 0 {
		verb, args = args[0], args[1:]
	}
	switch verb {
	case "add":
		return addPerson(ctx, c, args)
	case "reset":
		return resetPerson(ctx, c, args)
	case "--help", "-help", "-h":
		asked := []string{"--help"}
		if err := addPerson(ctx, c, asked); !errors.Is(err, flag.ErrHelp) {
			return err
		}
		fmt.Fprintln(c.stdout)
		return resetPerson(ctx, c, asked)
	}
	return usagef("specify add or reset")
}

func addPerson(ctx context.Context, c *cli, args []string) error {
	var d dataFolder
	var form account.Newcomer
	var organization, role string
	var admin bool
	s := c.settings("people add", "add a person; reads their password from the first line of standard input")
	s.dataFlags(&d)
	s.StringVar(&form.Email, "email", "", "the e-mail address the person signs in with")
	s.StringVar(&form.Name, "name", "", "the person's name")
	s.StringVar(&organization, "organization", "", "an organization for the person to join")
	s.StringVar(&role, "role", string(account.Member), "the person's role in the organization: viewer, member or owner")
	s.BoolVar(&admin, "admin", false, "make the person a site administrator")
	if err := s.parse(args, 0); err != nil {
		return err
	}
	parsed, err := account.ParseRole(role)
	if err != nil {
		return usagef("--role: %q is neither viewer nor member nor owner", role)
	}
	if form.Password, err = c.firstLine(); err != nil {
		return err
	}
	return c.withAccounts(ctx, d, func(accounts *account.Service) error {
		by := operator("mooring people add")
		if organization == "" {
			_, err = accounts.Add(ctx, form, admin, nil, by)
		} else {
			_, err = accounts.AddTo(ctx, form, organization, parsed, admin, by)
		}
		if err != nil {
			return sayFields(err)
		}
		fmt.Fprintf(c.stdout, "Added %s.\n", form.Email)
		return nil
	})
}

// resetPerson is for whoever has lost their password, their passkeys and their
// codes, or may have been taken over. Only somebody on the machine can do it,
// and never as that person.
func resetPerson(ctx context.Context, c *cli, args []string) error {
	var d dataFolder
	var email string
	s := c.settings("people reset", "restore a person's access with a new password from the first line of standard input or, if that is empty, with a recovery code; "+
		"removes their other sign-in methods, sessions and API keys, and enables them if they were disabled")
	s.dataFlags(&d)
	s.StringVar(&email, "email", "", "the e-mail address the person signs in with")
	if err := s.parse(args, 0); err != nil {
		return err
	}
	password, err := c.firstLine()
	if err != nil {
		return err
	}
	return c.withAccounts(ctx, d, func(accounts *account.Service) error {
		code, err := accounts.Reset(ctx, email, password, operator("mooring people reset"))
		if err != nil {
			return sayFields(err)
		}
		if password != "" {
			fmt.Fprintf(c.stdout, "Reset %s. They can sign in with the new password and should change it.\n", email)
			return nil
		}
		fmt.Fprintf(c.stdout, "Reset %s. They can sign in once at /login/recovery with this address and recovery code, and should add a passkey right away:\n  %s\n",
			email, code.Reveal())
		return nil
	})
}

// firstLine reads a password, which must not stand in a list of processes. It is
// empty when there is none. What is longer than any password is cut off, and is
// still too long.
func (c *cli) firstLine() (string, error) {
	line, err := bufio.NewReader(io.LimitReader(c.stdin, maxLine)).ReadString('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return "", fmt.Errorf("standard input: %w", err)
	}
	return strings.TrimRight(line, "\r\n"), nil
}

const maxLine = 64 << 10 // bytes

// withAccounts opens the data for a command. The server, or its next start,
// makes the certificates of new accounts.
func (c *cli) withAccounts(ctx context.Context, d dataFolder, work func(*account.Service) error) error {
	database, ring, _, err := d.open(ctx)
	if err != nil {
		return err
	}
	defer database.Close()
	log, err := newLog(c.stderr, "error")
	if err != nil {
		return err
	}
	h := build(parts{database: database, ring: ring, clouds: cloud.Registry{}, policy: account.Policy{Passwords: true},
		now: time.Now, newID: randomID, newKey: certificate.RandomKey, log: log})
	return work(h.accounts)
}

// sayFields puts the sentences of a form into one line.
func sayFields(err error) error {
	f := fault.Of(err)
	if f.Kind == fault.Internal || f.Kind == fault.Storage { // its text is for operators
		return err
	}
	var sentences []string
	for field, sentence := range f.Fields {
		sentences = append(sentences, "--"+field+": "+sentence)
	}
	sort.Strings(sentences)
	if len(sentences) == 0 {
		sentences = []string{f.Sentence}
	}
	return usagef("%s", strings.Join(sentences, " "))
}
