package secret

import (
	"crypto/hkdf"
	"crypto/sha256"
)

// Derive gives size bytes that only this purpose has, made from the key with
// this id by HKDF-SHA256. They tell nothing about the key, nor about what
// another purpose gets. ok is false when the ring has no such key.
func (r *Ring) Derive(id KeyID, purpose string, size int) (derived []byte, ok bool) {
	k, ok := r.find(id)
	if !ok {
		return nil, false
	}
	derived, err := hkdf.Key(sha256.New, k.value(), nil, "mooring "+purpose, size)
	return derived, err == nil
}
