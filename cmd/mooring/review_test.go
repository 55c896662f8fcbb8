package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"mooring/audit"
	"mooring/review"
	"mooring/secret"
)

// closedReview is a store with one closed review without items.
type closedReview struct{ review.Store }

func (closedReview) Review(context.Context, string) (review.Review, error) {
	return review.Review{ID: "r1", Name: "Fourth quarter", State: review.Closed, ClosedByName: "Ada Admin",
		ClosedAt: time.Date(2026, 12, 1, 9, 14, 0, 0, time.UTC), Anchor: review.Anchor{Entry: 7, Digest: make([]byte, 32)}}, nil
}

func (closedReview) Seal(context.Context, string) (review.Seal, error)  { return review.Seal{}, nil }
func (closedReview) SetSeal(context.Context, string, review.Seal) error { return nil }
func (closedReview) Note(context.Context, audit.Entry) error            { return nil }
func (closedReview) Recorded(context.Context, string, int64, int) ([]review.Item, error) {
	return nil, nil
}

func TestReviewVerify(t *testing.T) {
	folder := t.TempDir()
	at := func(name string) string { return filepath.Join(folder, name) }
	write := func(name string, content []byte) {
		if err := os.WriteFile(at(name), content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	ring := secret.NewRing()
	notary := audit.NewNotary(ring)
	var pack bytes.Buffer
	reviews := review.NewService(review.Config{Store: closedReview{}, Notary: notary, Now: time.Now})
	if err := reviews.Evidence(t.Context(), audit.BySystem(), "r1", &pack); err != nil {
		t.Fatal(err)
	}
	key, other := notary.PublicKeys(), audit.NewNotary(secret.NewRing()).PublicKeys()
	write("pack.zip", pack.Bytes())
	write("key.pem", audit.WritePublicKeys(key))
	write("other.pem", audit.WritePublicKeys(other))
	write("changed.zip", bytes.Replace(pack.Bytes(), []byte("Ada Admin"), []byte("Eve Admin"), 1))
	write("key.txt", []byte("no key"))
	newer, vouches := audit.NewNotary(ring.Rotated()).Known(nil)
	write("newest.pem", audit.WritePublicKeys(newer[:1]))
	write("vouched.pem", append(audit.WritePublicKeys(newer[:1]), audit.WriteVouches(vouches)...))

	proved, unproved := "matches the key that you specified", "does not prove who created the evidence"
	for name, test := range map[string]struct {
		args []string
		code int
		says string
	}{
		"with the key":               {[]string{"verify", at("pack.zip"), "--public-key", at("key.pem")}, exitOK, proved},
		"with a newer key":           {[]string{"verify", at("pack.zip"), "--public-key", at("vouched.pem")}, exitOK, proved},
		"with a newer key alone":     {[]string{"verify", at("pack.zip"), "--public-key", at("newest.pem")}, exitFailed, "which is not one of the keys that you specified"},
		"flags first":                {[]string{"verify", "--public-key", at("key.pem"), at("pack.zip")}, exitOK, proved},
		"with the fingerprint":       {[]string{"verify", at("pack.zip"), "--public-key", key[0].Fingerprint()}, exitOK, proved},
		"without a key":              {[]string{"verify", at("pack.zip")}, exitOK, unproved},
		"with another key":           {[]string{"verify", at("pack.zip"), "--public-key", at("other.pem")}, exitFailed, "not one of the keys that you specified"},
		"with another fingerprint":   {[]string{"verify", at("pack.zip"), "--public-key", other[0].Fingerprint()}, exitFailed, "not the one that was given"},
		"changed":                    {[]string{"verify", at("changed.zip"), "--public-key", at("key.pem")}, exitFailed, "changed.zip is not authentic"},
		"changed, without a key":     {[]string{"verify", at("changed.zip")}, exitFailed, "changed.zip is not authentic"},
		"no pack":                    {[]string{"verify", at("key.pem")}, exitFailed, "It is not a ZIP file"},
		"a folder":                   {[]string{"verify", folder}, exitFailed, "It is not a ZIP file"},
		"no such file":               {[]string{"verify", at("nothing.zip")}, exitFailed, "no such file"},
		"no key in the file":         {[]string{"verify", at("pack.zip"), "--public-key", at("key.txt")}, exitUsage, "it contains no public key"},
		"no such key file":           {[]string{"verify", at("pack.zip"), "--public-key", at("nothing.pem")}, exitUsage, "no such file"},
		"no file":                    {[]string{"verify"}, exitUsage, "specify the FILE"},
		"two files":                  {[]string{"verify", at("pack.zip"), at("pack.zip")}, exitUsage, "unexpected argument"},
		"no verb":                    {nil, exitUsage, "specify verify"},
		"another verb":               {[]string{"forge"}, exitUsage, "specify verify"},
		"help":                       {[]string{"--help"}, exitOK, "--public-key"},
		"help for what can be asked": {[]string{"verify", "--help"}, exitOK, "--public-key"},
	} {
		code, stdout, stderr := program(t, nil, append([]string{"review"}, test.args...)...)
		if code != test.code || !strings.Contains(stdout+stderr, test.says) || (code == exitOK) != (stderr == "") {
			t.Errorf("%s: it ended with %d, and said\n%s%s", name, code, stdout, stderr)
		}
	}
	if _, stdout, _ := program(t, nil, "review", "verify", at("pack.zip")); !strings.Contains(stdout, "Fourth quarter, closed by Ada Admin on 1 December 2026 at 09:14 UTC, 0 of 0 decided") ||
		!strings.Contains(stdout, key[0].Fingerprint()) || !strings.Contains(stdout, "Entry 7 of the audit log") {
		t.Errorf("it said\n%s", stdout)
	}
}
