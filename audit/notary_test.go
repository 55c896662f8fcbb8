package audit_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"mooring/audit"
	"mooring/secret"
)

// TestTheDigestIsTheDocumentedOne works it out by hand, as somebody does who
// has only docs/audit-log.md.
func TestTheDigestIsTheDocumentedOne(t *testing.T) {
	e, previous := full(7), bytes.Repeat([]byte{7}, 32)
	var spelt []byte
	number := func(n uint64) { spelt = binary.BigEndian.AppendUint64(spelt, n) }
	text := func(s string) {
		spelt = binary.BigEndian.AppendUint32(spelt, uint32(len(s)))
		spelt = append(spelt, s...)
	}
	text("mooring audit entry 1")
	number(4711)
	number(uint64(e.At.UnixMilli()))
	for _, s := range []string{"person-ada", "ada@example.com", "key-1", "192.0.2.1", "request-7", "credential.edit", "account-acme", "credential-1", "done", "Ümläut <b>"} {
		text(s)
	}
	number(2)
	for _, s := range []string{"Label", "one", "two", "Directory", "", "contoso"} {
		text(s)
	}
	want := sha256.Sum256(append(bytes.Clone(previous), spelt...))
	s := audit.NewNotary(secret.NewRing()).Seal(e, 4711, previous)
	if !bytes.Equal(s.Digest, want[:]) {
		t.Errorf("the digest is %x, want %x", s.Digest, want)
	}
}

func TestNoTwoEntriesAreSpeltAlike(t *testing.T) {
	n := audit.NewNotary(secret.NewRing())
	seen := map[string]string{}
	for name, e := range map[string]audit.Entry{
		"empty":           {},
		"detail":          {Detail: "ab"},
		"credential":      {CredentialID: "ab"},
		"both":            {CredentialID: "a", Detail: "b"},
		"an empty change": {Changes: []audit.Change{{}}},
		"two of them":     {Changes: []audit.Change{{}, {}}},
		"a field":         {Changes: []audit.Change{{Field: "a"}}},
		"before":          {Changes: []audit.Change{{Before: "a"}}},
		"after":           {Changes: []audit.Change{{After: "a"}}},
		"name":            {Actor: audit.Actor{Name: "a"}},
		"key":             {Actor: audit.Actor{KeyID: "a"}},
	} {
		digest := string(n.Seal(e, 1, make([]byte, 32)).Digest)
		if other := seen[digest]; other != "" {
			t.Errorf("%s and %s have one digest", name, other)
		}
		seen[digest] = name
	}
}

// The head's mark must not be had from an entry's, or the end could be cut off.
func TestAMarkOfAnEntryIsNoMarkOfAHead(t *testing.T) {
	n := audit.NewNotary(secret.NewRing())
	s := n.Seal(full(1), 1, make([]byte, 32))
	h := audit.Head{Number: 1, Digest: s.Digest, Mark: s.Mark}
	if n.HeadMarked(h) {
		t.Error("an entry's mark passes for a head's")
	}
	h = n.MarkHead(h)
	if !n.HeadMarked(h) || n.Marked(audit.Sealed{Digest: s.Digest, Mark: h.Mark}) {
		t.Error("a head's mark is wrong, or passes for an entry's")
	}
	if audit.NewNotary(secret.NewRing()).HeadMarked(h) {
		t.Error("another ring takes it")
	}
}

func TestASignatureHoldsForItsPurposeOnly(t *testing.T) {
	n := audit.NewNotary(secret.NewRing())
	s := n.Sign("review evidence", []byte("message"))
	if err := audit.VerifySignature(n.PublicKeys(), "review evidence", []byte("message"), s); err != nil {
		t.Error(err)
	}
	for name, err := range map[string]error{
		"another purpose": audit.VerifySignature(n.PublicKeys(), "audit checkpoint", []byte("message"), s),
		"another message": audit.VerifySignature(n.PublicKeys(), "review evidence", []byte("massage"), s),
		"another key":     audit.VerifySignature(audit.NewNotary(secret.NewRing()).PublicKeys(), "review evidence", []byte("message"), s),
		"no key":          audit.VerifySignature(nil, "review evidence", []byte("message"), s),
		"a moved border":  audit.VerifySignature(n.PublicKeys(), "review evidencem", []byte("essage"), s),
		"no signature":    audit.VerifySignature(n.PublicKeys(), "review evidence", []byte("message"), audit.Signature{Key: s.Key}),
	} {
		if !errors.Is(err, audit.ErrSignature) {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

func TestOnlyVouchedKeysAreTrusted(t *testing.T) {
	mine, theirs := audit.NewNotary(secret.NewRing().Rotated()), audit.NewNotary(secret.NewRing().Rotated())
	if got := audit.Trust(mine.PublicKeys()[1:], append(mine.Vouches(), theirs.Vouches()...)); len(got) != 2 {
		t.Errorf("%d keys are trusted, want 2", len(got))
	}
	if got := audit.Trust(nil, mine.Vouches()); len(got) != 0 {
		t.Errorf("%d keys are trusted by nobody", len(got))
	}
	forged := theirs.Vouches()[0]
	forged.Signature.Key = mine.PublicKeys()[0].Fingerprint()
	if got := audit.Trust(mine.PublicKeys()[:1], []audit.Vouch{forged}); len(got) != 1 {
		t.Errorf("%d keys are trusted, want 1", len(got))
	}
}

func TestPublicKeysReadBack(t *testing.T) {
	keys := audit.NewNotary(secret.NewRing().Rotated()).PublicKeys()
	text := "Fingerprint something\n" + string(audit.WritePublicKeys(keys))
	trusted, err := audit.ReadTrusted([]byte(text))
	ok(t, err)
	read := trusted.Keys
	if len(read) != 2 || read[0].Fingerprint() != keys[0].Fingerprint() || read[1].Fingerprint() != keys[1].Fingerprint() {
		t.Errorf("read %v", read)
	}
	for _, text := range []string{"", "hello", "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n",
		strings.ReplaceAll(text, "PUBLIC KEY", "CERTIFICATE")} {
		if _, err := audit.ReadTrusted([]byte(text)); err == nil {
			t.Errorf("%q was read", text)
		}
	}
}

// The keys follow from the key file alone, and are not in anything that is printed.
func TestTheKeysFollowFromTheRingAndDoNotPrint(t *testing.T) {
	const canary = "canary-of-exactly-32-bytes-long!"
	path := filepath.Join(t.TempDir(), "keys")
	ok(t, os.WriteFile(path, []byte("mooring key ring 1\n00000001 "+base64.StdEncoding.EncodeToString([]byte(canary))+"\n"), 0o600))
	ring, err := secret.ReadRing(path)
	ok(t, err)
	n, again := audit.NewNotary(ring), audit.NewNotary(ring)
	same(t, "the public key", n.PublicKeys()[0].Fingerprint(), again.PublicKeys()[0].Fingerprint())
	mark := n.Seal(full(1), 1, make([]byte, 32)).Mark
	same(t, "the key of the mark", hex.EncodeToString(mark[:4]), "00000001")
	seed, _ := ring.Derive(ring.KeyIDs()[0], "audit signature", 32)
	asJSON, err := json.Marshal(map[string]any{"notary": n, "itself": *n})
	ok(t, err)
	printed := string(asJSON)
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%x", "%d"} {
		printed += fmt.Sprintf(verb, n) + fmt.Sprintf(verb, *n) + fmt.Sprintf(verb, struct{ n *audit.Notary }{n})
	}
	for _, leak := range []string{canary[3:9], hex.EncodeToString([]byte(canary)), hex.EncodeToString(seed), strings.Trim(fmt.Sprint(seed), "[]")} {
		if strings.Contains(printed, leak) {
			t.Errorf("%q is in %s", leak, printed)
		}
	}
}
