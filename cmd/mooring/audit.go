package main

import (
	"bufio"
	"context"
	"encoding/hex"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"time"

	"mooring/audit"
	"mooring/certificate"
	"mooring/cloud"
	"mooring/db"
	"mooring/fault"
)

// auditCommand is for whoever has to be sure of the audit log, or has to hand it on.
func auditCommand(ctx context.Context, c *cli, args []string) error {
	verb := ""
	if len(args) > 0 {
		verb, args = args[0], args[1:]
	}
	verbs := map[string]func(context.Context, *cli, []string) error{"verify": verifyAudit, "export": exportAudit, "public-key": showPublicKey}
	if work, ok := verbs[verb]; ok {
		return work(ctx, c, args)
	}
	if verb != "--help" && verb != "-help" && verb != "-h" {
		return usagef("specify verify, export or public-key")
	}
	for i, verb := range []string{"verify", "export", "public-key"} {
		if i > 0 {
			fmt.Fprintln(c.stdout)
		}
		if err := verbs[verb](ctx, c, []string{"--help"}); !errors.Is(err, flag.ErrHelp) {
			return err
		}
	}
	return flag.ErrHelp
}

// verifyAudit looks at the log in the database, or at an export of it with
// public keys alone. It changes nothing.
func verifyAudit(ctx context.Context, c *cli, args []string) error {
	var d dataFolder
	var publicKey, checkpoints string
	s := c.settings("audit verify", "check that the audit log was not changed: the one in the database, even while the server runs, or an export FILE")
	s.dataFlags(&d)
	s.StringVar(&publicKey, "public-key", "", "for an export: the file from mooring audit public-key, or the fingerprint of a key")
	s.StringVar(&checkpoints, "checkpoints", "", "file with checkpoints that Mooring sent, or a log that contains those lines")
	export := ""
	if len(args) > 0 && !strings.HasPrefix(args[0], "-") { // before the flags, as one would say it
		export, args = args[0], args[1:]
	}
	if err := s.parse(args, 1); err != nil {
		return err
	}
	switch {
	case export != "" && s.NArg() > 0:
		return usagef("unexpected argument %q", s.Arg(0))
	case export == "":
		export = s.Arg(0)
	}
	sent, err := c.readCheckpoints(checkpoints)
	if err != nil {
		return err
	}
	var verdict audit.Verdict
	switch {
	case export != "" && publicKey == "":
		return usagef("specify with --public-key which key to check %s with", export)
	case export != "":
		verdict, err = verifyExport(export, publicKey, sent)
	case publicKey != "":
		return usagef("--public-key is for an export: specify the FILE")
	default:
		verdict, err = d.verifyAudit(ctx, sent)
	}
	if err != nil {
		return sayFields(err)
	}
	return c.tellVerdict(verdict, len(sent))
}

// tellVerdict prints what was found. What does not fit is an error.
func (c *cli) tellVerdict(v audit.Verdict, sent int) error {
	if !v.Sound {
		return errors.New("the audit log is not sound. " + v.Broken.What)
	}
	checkpoints, held := "checkpoints", ""
	if v.Checkpoints == 1 {
		checkpoints = "checkpoint"
	}
	switch {
	case sent == 1:
		held = " It matches the 1 that was sent."
	case sent > 1:
		held = fmt.Sprintf(" It matches the %d that were sent.", sent)
	}
	fmt.Fprintf(c.stdout, "The audit log is sound: entries %d to %d, with %d %s.%s\n", v.First, v.Last, v.Checkpoints, checkpoints, held)
	for _, note := range v.Notes {
		fmt.Fprintln(c.stdout, note)
	}
	return nil
}

func (c *cli) readCheckpoints(path string) ([]audit.Checkpoint, error) {
	if path == "" {
		return nil, nil
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, usagef("--checkpoints: %v", err)
	}
	defer file.Close()
	sent, damaged, err := audit.ReadCheckpoints(file)
	if err != nil {
		return nil, fmt.Errorf("--checkpoints: %w", err)
	}
	for _, line := range damaged {
		fmt.Fprintf(c.stderr, "Line %d of %s is a damaged checkpoint and was left out.\n", line, path)
	}
	if len(sent) == 0 {
		return nil, usagef("--checkpoints: there is no checkpoint in %s", path)
	}
	return sent, nil
}

// verifyAudit reads the database as another program does that may change nothing.
func (d dataFolder) verifyAudit(ctx context.Context, sent []audit.Checkpoint) (audit.Verdict, error) {
	ring, err := d.readRing()
	if err != nil {
		return audit.Verdict{}, err
	}
	database, err := db.OpenToRead(ctx, d.database())
	if err != nil {
		return audit.Verdict{}, err
	}
	defer database.Close()
	sealed, has, err := database.KeyCheck(ctx)
	if err != nil {
		return audit.Verdict{}, err
	}
	if _, err := ring.Open(checkPlace, sealed); !has || err != nil {
		return audit.Verdict{}, d.wrongKeys()
	}
	var verdict audit.Verdict
	err = database.AuditLog().Still(ctx, func(r audit.LogReader) error {
		verdict, err = audit.Verify(ctx, r, audit.NewNotary(ring), sent)
		return err
	})
	return verdict, err
}

func verifyExport(path, publicKey string, sent []audit.Checkpoint) (audit.Verdict, error) {
	trusted, err := trustedKeys(publicKey)
	if err != nil {
		return audit.Verdict{}, err
	}
	file, err := os.Open(path)
	if err != nil {
		return audit.Verdict{}, err
	}
	defer file.Close()
	return audit.VerifyExport(file, trusted, sent)
}

// trustedKeys takes a fingerprint or a file of keys.
func trustedKeys(said string) (audit.Trusted, error) {
	if sum, err := hex.DecodeString(said); err == nil && len(sum) == 32 {
		return audit.Trusted{Fingerprints: []string{strings.ToLower(said)}}, nil
	}
	text, err := os.ReadFile(said)
	if err != nil {
		return audit.Trusted{}, usagef("--public-key: %v", err)
	}
	trusted, err := audit.ReadTrusted(text)
	if err != nil {
		return audit.Trusted{}, usagef("--public-key: %s: %v", said, err)
	}
	return trusted, nil
}

func exportAudit(ctx context.Context, c *cli, args []string) error {
	var d dataFolder
	var format string
	s := c.settings("audit export", "write the audit log to standard output, even while the server runs")
	s.dataFlags(&d)
	s.StringVar(&format, "format", string(audit.JSONLines), "jsonl, for mooring audit verify, or csv, for a spreadsheet")
	if err := s.parse(args, 0); err != nil {
		return err
	}
	if _, err := os.Stat(d.database()); err != nil {
		return fmt.Errorf("there is no database to export from: %w", err)
	}
	log, err := newLog(c.stderr, "error")
	if err != nil {
		return err
	}
	database, ring, _, err := d.open(ctx)
	if err != nil {
		return err
	}
	defer database.Close()
	h := build(parts{database: database, ring: ring, clouds: cloud.Registry{}, now: time.Now, newID: randomID, newKey: certificate.RandomKey, log: log})
	out := bufio.NewWriter(c.stdout)
	if err := h.auditLog.Export(ctx, operator("mooring audit export"), audit.Filter{}, audit.Format(format), out); err != nil {
		if fault.Has(err, fault.Invalid) {
			return usagef("--format: %s", fault.Of(err).Sentence)
		}
		return sayFields(err)
	}
	return out.Flush()
}

// showPublicKey needs no database for the keys of the key file. Those that are
// not in it any more are known from the database, if there is one.
func showPublicKey(ctx context.Context, c *cli, args []string) error {
	var d dataFolder
	s := c.settings("audit public-key", "print the public keys for checking exports, checkpoints and evidence packs, the current one first, and how each key vouches for the next")
	s.dataFlags(&d)
	if err := s.parse(args, 0); err != nil {
		return err
	}
	ring, err := d.readRing()
	if err != nil {
		return err
	}
	kept, err := d.vouches(ctx)
	if err != nil {
		return err
	}
	keys, vouches := audit.NewNotary(ring).Known(kept)
	for _, key := range keys {
		fmt.Fprintf(c.stdout, "Fingerprint %s\n", key.Fingerprint())
		if _, err := c.stdout.Write(audit.WritePublicKeys([]audit.PublicKey{key})); err != nil {
			return err
		}
	}
	_, err = c.stdout.Write(audit.WriteVouches(vouches))
	return err
}

// vouches are what the keys have said of each other, as far as there is a
// database that keeps it.
func (d dataFolder) vouches(ctx context.Context) ([]audit.Vouch, error) {
	if _, err := os.Stat(d.database()); errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	database, err := db.OpenToRead(ctx, d.database())
	if err != nil {
		return nil, err
	}
	defer database.Close()
	return database.AuditLog().Vouches(ctx)
}
