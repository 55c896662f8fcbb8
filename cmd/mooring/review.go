package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"mooring/audit"
	"mooring/review"
)

// reviewCommand is for whoever was handed evidence of a review.
func reviewCommand(_ context.Context, c *cli, args []string) error {
	verb := ""
	if len(args) > 0 {
		verb, args = args[0], args[1:]
	}
	switch verb {
	case "verify":
		return verifyPack(c, args)
	case "--help", "-help", "-h":
		return verifyPack(c, []string{"--help"})
	}
	return usagef("specify verify")
}

// verifyPack needs neither a server nor a database nor a network.
func verifyPack(c *cli, args []string) error {
	var publicKey string
	s := c.settings("review verify", "check the evidence in FILE, downloaded from a review's page; exit 1 if it isn't authentic")
	s.StringVar(&publicKey, "public-key", "", "the file from mooring audit public-key, or the fingerprint of a key; without it, the signature does not prove who created the evidence")
	path := ""
	if len(args) > 0 && !strings.HasPrefix(args[0], "-") { // before the flags, as one would say it
		path, args = args[0], args[1:]
	}
	if err := s.parse(args, 1); err != nil {
		return err
	}
	switch {
	case path != "" && s.NArg() > 0:
		return usagef("unexpected argument %q", s.Arg(0))
	case path == "" && s.NArg() == 0:
		return usagef("specify the FILE to check")
	case path == "":
		path = s.Arg(0)
	}
	var trusted audit.Trusted
	if publicKey != "" {
		var err error
		if trusted, err = trustedKeys(publicKey); err != nil {
			return err
		}
	}
	found, err := verifyEvidence(path, trusted)
	if err != nil {
		return err
	}
	c.tellEvidence(path, found)
	return nil
}

func verifyEvidence(path string, trusted audit.Trusted) (review.Summary, error) {
	file, err := os.Open(path)
	if err != nil {
		return review.Summary{}, err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return review.Summary{}, err
	}
	found, err := review.VerifyEvidence(file, info.Size(), audit.Trust(trusted.Keys, trusted.Vouches))
	if err == nil && len(trusted.Fingerprints) > 0 {
		if found.Proved = slices.Contains(trusted.Fingerprints, found.Key); !found.Proved {
			err = review.PackError{Sentence: "It was signed with the key " + found.Key + ", which is not the one that was given."}
		}
	}
	var flaw review.PackError
	switch {
	case errors.As(err, &flaw):
		return review.Summary{}, fmt.Errorf("%s is not authentic. %s", path, flaw.Sentence)
	case err != nil:
		return review.Summary{}, err
	}
	return found, nil
}

func (c *cli) tellEvidence(path string, found review.Summary) {
	fmt.Fprintf(c.stdout, "%s is complete and unchanged: %s, closed by %s on %s, %d of %d decided.\n", path, found.Review, found.ClosedBy,
		found.ClosedAt.UTC().Format("2 January 2006 at 15:04 UTC"), found.Decided, found.Total)
	fmt.Fprintf(c.stdout, "Entry %d of the audit log closed the review. Its digest is %s\n", found.AuditEntry, found.AuditDigest)
	if found.Proved {
		fmt.Fprintf(c.stdout, "Its signature matches the key that you specified, %s.\n", found.Key)
		return
	}
	fmt.Fprintf(c.stdout, "It was signed with the key %s.\nThis does not prove who created the evidence: compare the key with the one on the Audit log page, or specify --public-key.\n", found.Key)
}
