package secret

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"encoding/binary"
	"errors"
)

// Place is where a sealed value belongs. A value moved to another table, row
// or column does not open there, nor does one whose row says something else of
// what it is bound to.
type Place struct {
	Table, Row, Column string
	Bound              string // what else the row must say, such as whose it is; empty: nothing
}

// ErrSealed is the one answer to everything that does not open: another place,
// another key, a changed byte. It says no more, so that it helps no attacker.
var ErrSealed = errors.New("secret: the sealed value does not open")

// The format, version 2:
//
//	2 | ring key id (4) | wrapped data key (12 + 32 + 16) | sealed value (12 + n + 16)
//
// Each value has a data key of its own, which the ring key wraps. Both layers
// are AES-256-GCM with a random nonce and authenticate version, key id and place.
// Version 1 did not authenticate Place.Bound.
const (
	formatVersion = 2
	oldVersion    = 1
	dataKeySize   = 32
	headerSize    = 1 + keyIDSize
	wrappedSize   = 12 + dataKeySize + 16
)

// Seal encrypts value for its place under the current key.
func (r *Ring) Seal(place Place, value []byte) ([]byte, error) {
	return r.seal(formatVersion, place, value)
}

func (r *Ring) seal(version byte, place Place, value []byte) ([]byte, error) {
	key := r.current()
	dataKey := make([]byte, dataKeySize)
	_, _ = rand.Read(dataKey) // crypto/rand.Read never fails since Go 1.24
	defer clear(dataKey)

	sealed := append([]byte{version}, key.id[:]...)
	bound := place.bind(sealed)
	wrap, err := aead(key.value())
	if err != nil {
		return nil, err
	}
	data, err := aead(dataKey)
	if err != nil {
		return nil, err
	}
	sealed = wrap.Seal(sealed, nil, dataKey, bound)
	return data.Seal(sealed, nil, value, bound), nil
}

// Open decrypts a value that Seal made for the same place. The caller clears
// the result when it is done with it.
func (r *Ring) Open(place Place, sealed []byte) ([]byte, error) {
	return r.open(formatVersion, place, sealed)
}

// OpenOld is Open for a value of version 1. Only what brings an old database up to
// date calls it: where a value of version 1 is still taken, its row can be moved.
func (r *Ring) OpenOld(place Place, sealed []byte) ([]byte, error) {
	return r.open(oldVersion, place, sealed)
}

func (r *Ring) open(version byte, place Place, sealed []byte) ([]byte, error) {
	if len(sealed) < headerSize+wrappedSize || sealed[0] != version {
		return nil, ErrSealed
	}
	key, ok := r.find(KeyID(sealed[1:headerSize]))
	if !ok {
		return nil, ErrSealed
	}
	bound := place.bind(sealed[:headerSize])
	wrap, err := aead(key.value())
	if err != nil {
		return nil, err
	}
	dataKey, err := wrap.Open(nil, nil, sealed[headerSize:headerSize+wrappedSize], bound)
	if err != nil {
		return nil, ErrSealed
	}
	defer clear(dataKey)
	data, err := aead(dataKey)
	if err != nil {
		return nil, err
	}
	value, err := data.Open(nil, nil, sealed[headerSize+wrappedSize:], bound)
	if err != nil {
		return nil, ErrSealed
	}
	return value, nil
}

// Stale reports whether the value was sealed under a key that is not the
// current one.
func (r *Ring) Stale(sealed []byte) bool {
	return len(sealed) < headerSize || KeyID(sealed[1:headerSize]) != r.current().id
}

// bind spells header and place so that no two places have the same spelling.
func (p Place) bind(header []byte) []byte {
	bound := append([]byte(nil), header...)
	parts := []string{p.Table, p.Row, p.Column, p.Bound}
	if header[0] == oldVersion {
		parts = parts[:3]
	}
	for _, part := range parts {
		bound = binary.BigEndian.AppendUint32(bound, uint32(len(part)))
		bound = append(bound, part...)
	}
	return bound
}

func aead(key []byte) (cipher.AEAD, error) {
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	return cipher.NewGCMWithRandomNonce(block)
}

// Upgrade seals a value of version 1 anew, for the same place.
func (r *Ring) Upgrade(place Place, sealed []byte) ([]byte, error) {
	value, err := r.OpenOld(place, sealed)
	if err != nil {
		return nil, err
	}
	defer clear(value)
	return r.Seal(place, value)
}

// Reseal opens a value with any key of the ring and seals it with the current
// one, for the same place.
func (r *Ring) Reseal(place Place, sealed []byte) ([]byte, error) {
	value, err := r.Open(place, sealed)
	if err != nil {
		return nil, err
	}
	defer clear(value)
	return r.Seal(place, value)
}
