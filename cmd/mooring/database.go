package main

import (
	"context"
	"fmt"
	"os"

	"mooring/db"
)

// database looks for damage in the database.
func database(ctx context.Context, c *cli, args []string) error {
	var d dataFolder
	s := c.settings("database", "check: read every page of the database and look for damage, even while the server runs")
	s.dataFlags(&d)
	if len(args) > 0 && (args[0] == "--help" || args[0] == "-h") {
		return s.parse(args, 0)
	}
	if len(args) == 0 || args[0] != "check" {
		return usagef("say check")
	}
	if err := s.parse(args[1:], 0); err != nil {
		return err
	}
	if _, err := os.Stat(d.database()); err != nil {
		return fmt.Errorf("there is no database to check: %w", err)
	}
	found, err := db.FindDamage(ctx, d.database())
	for _, line := range found {
		fmt.Fprintln(c.stdout, line)
	}
	if err != nil {
		return err
	}
	if len(found) > 0 {
		return fmt.Errorf("%s is damaged: keep a copy of it, and restore a backup with mooring restore", d.database())
	}
	fmt.Fprintf(c.stdout, "%s is sound.\n", d.database())
	return nil
}
