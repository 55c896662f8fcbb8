package audit

import (
	"bytes"
	"crypto/sha256"
	"strings"
)

// Sealed is an entry in its place in the chain.
type Sealed struct {
	Number int64 // from 1, without gaps
	Entry
	Digest []byte // over the digest of the entry before it and all of this one; anybody can check it
	Mark   []byte // over the digest; only who has the key ring can make or check it
}

// noDigest is what the first entry follows.
var noDigest = make([]byte, sha256.Size)

// digestOf is SHA-256 over the digest before and the spelling of the entry.
func digestOf(previous []byte, number int64, e Entry) []byte {
	spelt := encode("mooring audit entry 1").number(number).moment(e.At).
		text(e.Actor.PersonID).text(e.Actor.Name).text(e.Actor.KeyID).text(e.Actor.Address).text(e.Actor.RequestID).
		text(string(e.Action)).text(e.AccountID).text(e.CredentialID).text(string(e.Result)).text(e.Detail).
		number(int64(len(e.Changes)))
	for _, c := range e.Changes {
		spelt = spelt.text(c.Field).text(c.Before).text(c.After)
	}
	hash := sha256.New()
	hash.Write(previous)
	hash.Write(spelt)
	return hash.Sum(nil)
}

// storable is the entry as a database and an export give it back: times in
// whole milliseconds, and text that is text.
func (e Entry) storable() Entry {
	e.At = atMillis(millis(e.At))
	e.Action, e.Result = Action(valid(string(e.Action))), Result(valid(string(e.Result)))
	a := &e.Actor
	for _, s := range []*string{&a.PersonID, &a.Name, &a.KeyID, &a.Address, &a.RequestID, &e.AccountID, &e.CredentialID, &e.Detail} {
		*s = valid(*s)
	}
	if len(e.Changes) == 0 {
		e.Changes = nil
		return e
	}
	changes := make([]Change, len(e.Changes))
	for i, c := range e.Changes {
		changes[i] = Change{Field: valid(c.Field), Before: valid(c.Before), After: valid(c.After)}
	}
	e.Changes = changes
	return e
}

func valid(s string) string { return strings.ToValidUTF8(s, "\uFFFD") }

// follows reports whether the digest is that of this entry after previous.
func (s Sealed) follows(previous []byte) bool {
	return bytes.Equal(s.Digest, digestOf(previous, s.Number, s.Entry))
}
