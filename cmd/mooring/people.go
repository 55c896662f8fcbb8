package main

import (
	"bufio"
	"context"
	"fmt"
	"sort"
	"strings"
	"time"

	"mooring/account"
	"mooring/certificate"
	"mooring/cloud"
	"mooring/fault"
)

// people adds somebody to a Mooring that has its first administrator. It works
// while the server runs.
func people(ctx context.Context, c *cli, args []string) error {
	var d dataFolder
	var form account.SetUpForm
	var organization, role string
	var admin bool
	s := c.settings("people add", "add a person; the first line of standard input is their password")
	s.dataFlags(&d)
	s.StringVar(&form.Email, "email", "", "the address that they sign in with")
	s.StringVar(&form.Name, "name", "", "their name")
	s.StringVar(&organization, "organization", "", "the organization that they join, if any")
	s.StringVar(&role, "role", string(account.Member), "their role in it: member or owner")
	s.BoolVar(&admin, "admin", false, "make them a site administrator")
	if len(args) == 0 || args[0] != "add" && !strings.HasPrefix(args[0], "-") {
		return usagef("say add")
	}
	if err := s.parse(args[1:], 0); err != nil {
		return err
	}
	if account.Role(role) != account.Member && account.Role(role) != account.Owner {
		return usagef("--role: %q is neither member nor owner", role)
	}
	password := bufio.NewScanner(c.stdin)
	password.Scan()
	form.Password = password.Text()
	return addPerson(ctx, c, d, form, organization, account.Role(role), admin)
}

func addPerson(ctx context.Context, c *cli, d dataFolder, form account.SetUpForm, organization string, role account.Role, admin bool) error {
	database, ring, _, err := d.open(ctx)
	if err != nil {
		return err
	}
	defer database.Close()
	log, err := newLog(c.stderr, "error")
	if err != nil {
		return err
	}
	// The server, or its next start, makes the certificate of their account.
	h := build(parts{database: database, ring: ring, clouds: cloud.Registry{}, now: time.Now, newID: randomID, newKey: certificate.RandomKey, log: log})
	by := operator("mooring people add")
	if organization == "" {
		_, err = h.accounts.Add(ctx, form, admin, nil, by)
	} else {
		_, err = h.accounts.AddTo(ctx, form, organization, role, admin, by)
	}
	if err != nil {
		return sayFields(err)
	}
	fmt.Fprintf(c.stdout, "Added %s.\n", form.Email)
	return nil
}

// sayFields puts the sentences of a form into one line.
func sayFields(err error) error {
	f := fault.Of(err)
	if f.Kind == fault.Internal {
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
