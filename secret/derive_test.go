package secret_test

import (
	"bytes"
	"testing"

	"mooring/secret"
)

func TestEachPurposeAndEachKeyHasItsOwn(t *testing.T) {
	ring := secret.NewRing().Rotated()
	ids := ring.KeyIDs()
	seen := map[string]bool{}
	for _, id := range ids {
		for _, purpose := range []string{"a", "b", ""} {
			derived, ok := ring.Derive(id, purpose, 32)
			again, _ := ring.Derive(id, purpose, 32)
			if !ok || len(derived) != 32 || !bytes.Equal(derived, again) || seen[string(derived)] {
				t.Errorf("%s for %q: %v, %d bytes", id, purpose, ok, len(derived))
			}
			seen[string(derived)] = true
		}
	}
	rotated := ring.Rotated()
	before, _ := ring.Derive(ids[0], "a", 32)
	if after, ok := rotated.Derive(ids[0], "a", 32); !ok || !bytes.Equal(before, after) {
		t.Error("what an older key gives changed with the rotation")
	}
	if _, ok := ring.Derive(rotated.KeyIDs()[0], "a", 32); ok {
		t.Error("a key that the ring does not have gave something")
	}
}
