package main

import (
	"context"
	"fmt"
	"time"

	"mooring/audit"
)

func keys(ctx context.Context, c *cli, args []string) error {
	var d dataFolder
	s := c.settings("keys", "rotate: create a new key and encrypt everything with it; list: print the key IDs, the current one first")
	s.dataFlags(&d)
	if len(args) == 0 {
		return usagef("specify rotate or list")
	}
	verb := args[0]
	if verb == "--help" || verb == "-h" {
		return s.parse(args, 0)
	}
	if err := s.parse(args[1:], 0); err != nil {
		return err
	}
	switch verb {
	case "rotate":
		return rotateKeys(ctx, c, d)
	case "list":
		ring, err := d.readRing()
		if err != nil {
			return err
		}
		for i, id := range ring.KeyIDs() {
			fmt.Fprintln(c.stdout, id, map[bool]string{true: "current", false: "older, opens only"}[i == 0])
		}
		return nil
	}
	return usagef("%q is neither rotate nor list", verb)
}

// operator is who runs a command on the server.
func operator(command string) audit.Actor {
	actor := audit.BySystem()
	actor.Name = command
	return actor
}

// rotateKeys writes the new key first and seals afterwards: whenever it is cut
// off, the key file opens everything.
func rotateKeys(ctx context.Context, c *cli, d dataFolder) error {
	if d.mounted {
		return usagef("a mounted key file can't be rotated in its place: copy it, run this with --key-file COPY, put the copy into the Secret, and restart")
	}
	release, err := d.lock()
	if err != nil {
		return err
	}
	defer release()
	database, ring, _, err := d.open(ctx)
	if err != nil {
		return err
	}
	defer database.Close()
	rotated := ring.Rotated()
	if err := rotated.ReplaceFile(d.keys()); err != nil {
		return err
	}
	check, err := rotated.Seal(checkPlace, []byte(checkValue))
	if err != nil {
		return err
	}
	if err := database.ContinueAuditLog(ctx, audit.NewNotary(rotated)); err != nil {
		return err
	}
	n, err := database.Reseal(ctx, rotated.Reseal, check,
		audit.Entry{At: time.Now(), Actor: operator("mooring keys rotate"), Action: audit.RotateKeys, Result: audit.Done, Detail: rotated.KeyIDs()[0].String()})
	if err != nil {
		return err
	}
	fmt.Fprintf(c.stdout, "Created the key %s and encrypted %d values with it. Back up %s again. The older keys stay in the file to open older backups.\n"+
		"Checkpoints and exports of the audit log are signed with a new key, too: print it with mooring audit public-key. The previous key vouches for it.\n",
		rotated.KeyIDs()[0], n, d.keys())
	return nil
}
