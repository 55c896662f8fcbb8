package audit

import (
	"bytes"
	"crypto/ed25519"
	"crypto/hmac"
	"crypto/sha256"
	"fmt"
	"slices"
	"time"

	"mooring/secret"
)

// What is derived from a key of the ring, by purpose.
const (
	markingEntries = "audit entry mark"
	markingHeads   = "audit head mark"
	signing        = "audit signature"
)

// Notary marks entries and signs statements about the log with keys that are
// derived from the key ring: with the current one, and it checks with all.
type Notary struct {
	keys   []notaryKey // the current one first
	public []PublicKey
	vouch  []Vouch
}

// notaryKey keeps its bytes behind functions, so that nothing prints them.
type notaryKey struct {
	id      secret.KeyID
	entries func() []byte
	heads   func() []byte
	sign    func(message []byte) []byte
	public  PublicKey
}

// NewNotary derives the keys.
func NewNotary(ring *secret.Ring) *Notary {
	n := &Notary{}
	for _, id := range ring.KeyIDs() {
		entries, _ := ring.Derive(id, markingEntries, sha256.Size)
		heads, _ := ring.Derive(id, markingHeads, sha256.Size)
		seed, _ := ring.Derive(id, signing, ed25519.SeedSize)
		private := ed25519.NewKeyFromSeed(seed)
		public, _ := private.Public().(ed25519.PublicKey)
		n.keys = append(n.keys, notaryKey{
			id: id, public: PublicKey(public),
			entries: func() []byte { return entries }, heads: func() []byte { return heads },
			sign: func(message []byte) []byte { return ed25519.Sign(private, message) },
		})
		n.public = append(n.public, PublicKey(public))
	}
	for i := range len(n.keys) - 1 { // each change of keys, in both directions
		newer, older := n.keys[i], n.keys[i+1]
		n.vouch = append(n.vouch,
			Vouch{For: newer.public, Signature: older.signature(vouching, newer.public)},
			Vouch{For: older.public, Signature: newer.signature(vouching, older.public)})
	}
	return n
}

// Format keeps every verb of fmt from the keys.
func (n Notary) Format(s fmt.State, _ rune) { _, _ = s.Write([]byte(secret.Hidden)) }

// MarshalText implements encoding.TextMarshaler, for JSON and for logs.
func (n Notary) MarshalText() ([]byte, error) { return []byte(secret.Hidden), nil }

// Sign signs a message for one purpose: no other purpose takes the signature.
func (n *Notary) Sign(purpose string, message []byte) Signature {
	return n.keys[0].signature(purpose, message)
}

func (k notaryKey) signature(purpose string, message []byte) Signature {
	return Signature{Key: k.public.Fingerprint(), Bytes: k.sign(signed(purpose, message))}
}

// PublicKeys are those that check what was signed, the current one first.
func (n *Notary) PublicKeys() []PublicKey { return n.public }

// Vouches let somebody who knows one of the keys know the others.
func (n *Notary) Vouches() []Vouch { return n.vouch }

// Known are the public keys of the ring and the former ones that it can be
// followed back to by what was kept, the current one first, and what they all
// say of each other.
func (n *Notary) Known(kept []Vouch) (keys []PublicKey, vouches []Vouch) {
	vouches = append(vouches, n.vouch...)
	for _, k := range kept {
		if !slices.ContainsFunc(vouches, func(v Vouch) bool { return bytes.Equal(v.For, k.For) && v.Signature.Key == k.Signature.Key }) {
			vouches = append(vouches, k)
		}
	}
	return Trust(n.public, vouches), vouches
}

// Seal puts an entry into the chain after the entry with the digest previous.
func (n *Notary) Seal(e Entry, number int64, previous []byte) Sealed {
	s := Sealed{Number: number, Entry: e.storable()}
	s.Digest = digestOf(previous, number, s.Entry)
	s.Mark = n.mark(notaryKey.entriesKey, s.Digest)
	return s
}

// Marked reports whether this Mooring put the entry there.
func (n *Notary) Marked(s Sealed) bool { return n.marked(notaryKey.entriesKey, s.Digest, s.Mark) }

// knows reports whether the key of a mark is in the ring.
func (n *Notary) knows(mark []byte) bool {
	for _, k := range n.keys {
		if bytes.HasPrefix(mark, k.id[:]) {
			return true
		}
	}
	return false
}

func (k notaryKey) entriesKey() []byte { return k.entries() }
func (k notaryKey) headsKey() []byte   { return k.heads() }

// mark is the id of the current key and the HMAC with it.
func (n *Notary) mark(use func(notaryKey) []byte, message []byte) []byte {
	return mac(n.keys[0], use, message)
}

func mac(k notaryKey, use func(notaryKey) []byte, message []byte) []byte {
	h := hmac.New(sha256.New, use(k))
	h.Write(message)
	return h.Sum(bytes.Clone(k.id[:]))
}

func (n *Notary) marked(use func(notaryKey) []byte, message, mark []byte) bool {
	for _, k := range n.keys {
		if bytes.HasPrefix(mark, k.id[:]) {
			return hmac.Equal(mark, mac(k, use, message))
		}
	}
	return false
}

// Head is where the log ends.
type Head struct {
	Number      int64  // of the last entry; 0: there is none yet
	Digest      []byte // of the last entry
	Checkpoints int64  // how many were made
	Segments    int64  // how many were sealed
	Mark        []byte
}

func (h Head) spelt() []byte {
	return encode("mooring audit head 1").number(h.Number).bytes(h.Digest).number(h.Checkpoints).number(h.Segments)
}

// FirstHead is the end of a log without entries.
func (n *Notary) FirstHead() Head { return n.MarkHead(Head{Digest: noDigest}) }

// MarkHead gives the head with its mark.
func (n *Notary) MarkHead(h Head) Head {
	h.Mark = n.mark(notaryKey.headsKey, h.spelt())
	return h
}

// HeadMarked reports whether this Mooring wrote the head.
func (n *Notary) HeadMarked(h Head) bool { return n.marked(notaryKey.headsKey, h.spelt(), h.Mark) }

// Checkpoint is a signed statement that the log had this digest at this entry.
// Sent out, it proves what an older or shorter log lacks.
type Checkpoint struct {
	Number    int64 // from 1, without gaps
	At        time.Time
	Entry     int64
	Digest    []byte // of that entry
	Previous  []byte // digest of the checkpoint before it
	Signature Signature
}

const checkpointing = "audit checkpoint"

func (c Checkpoint) spelt() []byte {
	return encode("mooring audit checkpoint 1").number(c.Number).moment(c.At).number(c.Entry).bytes(c.Digest).bytes(c.Previous)
}

// digest is what the next checkpoint calls Previous. It covers the signature.
func (c Checkpoint) digest() []byte {
	if c.Number == 0 {
		return noDigest
	}
	sum := sha256.Sum256(encoding(c.spelt()).text(c.Signature.Key).bytes(c.Signature.Bytes))
	return sum[:]
}

// Checkpoint states where the log is, after the checkpoint last, whose zero
// value stands for none.
func (n *Notary) Checkpoint(last Checkpoint, at time.Time, h Head) Checkpoint {
	c := Checkpoint{Number: last.Number + 1, At: atMillis(millis(at)), Entry: h.Number, Digest: h.Digest, Previous: last.digest()}
	c.Signature = n.Sign(checkpointing, c.spelt())
	return c
}

// Segment is what was taken out of the log when it was old enough.
type Segment struct {
	First, Last     int64 // entries
	FirstAt, LastAt time.Time
	Before, Digest  []byte     // of the entry before the first, and of the last
	Restores        []Restored // among its entries
	SealedAt        time.Time
	Signature       Signature
}

// Restored is where the log tells that a backup was restored. A segment keeps
// it, because it explains checkpoints also when its entry has gone.
type Restored struct {
	Entry int64
	At    time.Time
}

const sealing = "audit segment"

func (s Segment) spelt() []byte {
	spelt := encode("mooring audit segment 1").number(s.First).number(s.Last).moment(s.FirstAt).moment(s.LastAt).
		bytes(s.Before).bytes(s.Digest).moment(s.SealedAt).number(int64(len(s.Restores)))
	for _, r := range s.Restores {
		spelt = spelt.number(r.Entry).moment(r.At)
	}
	return spelt
}

// Segment signs a segment.
func (n *Notary) Segment(s Segment) Segment {
	s.FirstAt, s.LastAt, s.SealedAt = atMillis(millis(s.FirstAt)), atMillis(millis(s.LastAt)), atMillis(millis(s.SealedAt))
	s.Signature = n.Sign(sealing, s.spelt())
	return s
}
