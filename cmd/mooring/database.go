package main

import (
	"context"
	"fmt"
	"os"
	"time"

	"mooring/audit"
	"mooring/db"
)

// database looks for damage in the database, or confirms that a copy is the only one.
func database(ctx context.Context, c *cli, args []string) error {
	var d dataFolder
	check := c.settings("database check", "read every page of the database and look for damage, even while the server runs")
	check.dataFlags(&d)
	confirm := c.settings("database confirm", "confirm that no other server uses this database or another copy of it, so Mooring can renew certificates and use grants")
	confirm.dataFlags(&d)
	verb := ""
	if len(args) > 0 {
		verb = args[0]
	}
	switch verb {
	case "check":
		if err := check.parse(args[1:], 0); err != nil {
			return err
		}
		return checkDatabase(ctx, c, d)
	case "confirm":
		if err := confirm.parse(args[1:], 0); err != nil {
			return err
		}
		return confirmInstance(ctx, c, d)
	case "--help", "-h":
		if err := check.parse(args, 0); err != nil {
			fmt.Fprintln(c.stdout)
		}
		return confirm.parse(args, 0)
	}
	return usagef("say check or confirm")
}

func checkDatabase(ctx context.Context, c *cli, d dataFolder) error {
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

// confirmInstance works while the server runs, which renews from its next look on.
func confirmInstance(ctx context.Context, c *cli, d dataFolder) error {
	if _, err := os.Stat(d.database()); err != nil {
		return fmt.Errorf("there is no database to confirm: %w", err)
	}
	database, _, _, err := d.open(ctx)
	if err != nil {
		return err
	}
	defer database.Close()
	isCopy, err := database.IsCopy(ctx)
	if err != nil {
		return err
	}
	if !isCopy {
		fmt.Fprintf(c.stdout, "%s is no copy, or was confirmed before. Nothing was changed.\n", d.database())
		return nil
	}
	if err := database.ConfirmInstance(ctx, audit.Entry{At: time.Now(), Actor: operator("mooring database confirm"), Action: audit.ConfirmInstance, Result: audit.Done}); err != nil {
		return err
	}
	fmt.Fprintf(c.stdout, "Confirmed. The server renews certificates and uses grants from now on.\n")
	return nil
}
