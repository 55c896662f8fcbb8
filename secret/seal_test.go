package secret_test

import (
	"bytes"
	"errors"
	"testing"

	"mooring/secret"
)

var (
	place = secret.Place{Table: "certificates", Row: "0190-7", Column: "sealed_key"}
	value = []byte("a private key of some hundred bytes, say")
)

func seal(t testing.TB, r *secret.Ring) []byte {
	t.Helper()
	sealed, err := r.Seal(place, value)
	if err != nil {
		t.Fatal(err)
	}
	return sealed
}

func opens(t testing.TB, r *secret.Ring, at secret.Place, sealed []byte) {
	t.Helper()
	got, err := r.Open(at, sealed)
	if err != nil || !bytes.Equal(got, value) {
		t.Errorf("opened %q, %v; want %q", got, err, value)
	}
}

func refuses(t testing.TB, r *secret.Ring, at secret.Place, sealed []byte) {
	t.Helper()
	if got, err := r.Open(at, sealed); err != secret.ErrSealed || got != nil { //nolint:errorlint // exactly this one, so that nothing tells why
		t.Errorf("opened %q, %v; want only %v", got, err, secret.ErrSealed)
	}
}

func TestASealedValueOpensAtItsPlace(t *testing.T) {
	ring := secret.NewRing()
	sealed := seal(t, ring)
	opens(t, ring, place, sealed)
	if bytes.Contains(sealed, value[:8]) {
		t.Error("the sealed value holds the value in clear")
	}
}

func TestAnEmptyValueCanBeSealedToo(t *testing.T) {
	ring := secret.NewRing()
	sealed, err := ring.Seal(place, nil)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := ring.Open(place, sealed); err != nil || len(got) != 0 {
		t.Errorf("opened %q, %v", got, err)
	}
}

func TestASealedValueOpensNowhereElse(t *testing.T) {
	ring := secret.NewRing()
	sealed := seal(t, ring)
	for name, other := range map[string]secret.Place{
		"another table":              {Table: "api_keys", Row: place.Row, Column: place.Column},
		"another row":                {Table: place.Table, Row: "0190-8", Column: place.Column},
		"another column":             {Table: place.Table, Row: place.Row, Column: "sealed_password"},
		"no place":                   {},
		"a letter moved to the left": {Table: place.Table + "0", Row: "190-7", Column: place.Column},
		"row and column swapped":     {Table: place.Table, Row: place.Column, Column: place.Row},
	} {
		t.Run(name, func(t *testing.T) { refuses(t, ring, other, sealed) })
	}
}

func TestNoTwoPlacesAreSpeltAlike(t *testing.T) {
	ring := secret.NewRing()
	for _, gap := range []string{"", "/", "\x00", "\x00\x00\x00\x00", "\x00\x00\x00\x01"} {
		sealed, err := ring.Seal(secret.Place{Table: "a" + gap + "b", Row: "c", Column: "d"}, value)
		if err != nil {
			t.Fatal(err)
		}
		refuses(t, ring, secret.Place{Table: "a", Row: "b" + gap + "c", Column: "d"}, sealed)
		refuses(t, ring, secret.Place{Table: "a" + gap + "b", Row: "c" + gap + "d"}, sealed)
	}
}

func TestEveryChangedBitIsRefused(t *testing.T) {
	ring := secret.NewRing()
	sealed := seal(t, ring)
	for i := range len(sealed) * 8 {
		changed := bytes.Clone(sealed)
		changed[i/8] ^= 1 << (i % 8)
		refuses(t, ring, place, changed)
	}
}

func TestEveryTruncationIsRefused(t *testing.T) {
	ring := secret.NewRing()
	sealed := seal(t, ring)
	for n := range len(sealed) {
		refuses(t, ring, place, sealed[:n])
		refuses(t, ring, place, sealed[len(sealed)-n:])
	}
	refuses(t, ring, place, append(bytes.Clone(sealed), 0))
}

func TestHalvesOfTwoSealsDoNotFitTogether(t *testing.T) {
	ring := secret.NewRing()
	a, b := seal(t, ring), seal(t, ring)
	for n := 6; n < len(a); n++ { // the first five bytes are equal: version and key id
		if !bytes.Equal(a[:n], b[:n]) {
			refuses(t, ring, place, append(bytes.Clone(a[:n]), b[n:]...))
		}
	}
}

func TestTwoThousandSealsOfOneValueDiffer(t *testing.T) {
	const header, nonce, wrapped = 5, 12, 60
	ring := secret.NewRing()
	seen := map[string]int{}
	for i := range 2000 {
		sealed := seal(t, ring)
		for part, b := range map[string][]byte{
			"the whole":        sealed,
			"the key's nonce":  sealed[header : header+nonce],
			"the data's nonce": sealed[header+wrapped : header+wrapped+nonce],
			"the sealed value": sealed[header+wrapped+nonce:],
		} {
			if before, twice := seen[part+string(b)]; twice {
				t.Fatalf("%s of seal %d is that of seal %d", part, i, before)
			}
			seen[part+string(b)] = i
		}
	}
}

func TestAnOlderKeyOpensAndTheNewOneSeals(t *testing.T) {
	old := secret.NewRing()
	sealed := seal(t, old)
	rotated := old.Rotated()
	opens(t, rotated, place, sealed)
	if old.Stale(sealed) || !rotated.Stale(sealed) {
		t.Error("a value is stale exactly when another key is the current one")
	}

	fresh := seal(t, rotated)
	if rotated.Stale(fresh) {
		t.Error("the rotated ring seals with the old key")
	}
	opens(t, rotated, place, fresh)
	refuses(t, old, place, fresh)

	resealed, err := rotated.Reseal(place, sealed)
	if err != nil || rotated.Stale(resealed) {
		t.Errorf("resealed: %v, stale: %v", err, rotated.Stale(resealed))
	}
	opens(t, rotated, place, resealed)
	refuses(t, old, place, resealed)
}

func TestRotationKeepsTheKeysInOrderAndTheOldRingAsItWas(t *testing.T) {
	old := secret.NewRing()
	before := old.KeyIDs()
	once, twice := old.Rotated(), old.Rotated().Rotated()
	if len(old.KeyIDs()) != 1 || old.KeyIDs()[0] != before[0] {
		t.Errorf("the old ring has now %v", old.KeyIDs())
	}
	if ids := once.KeyIDs(); len(ids) != 2 || ids[0] == before[0] || ids[1] != before[0] {
		t.Errorf("rotated once: %v", ids)
	}
	if ids := twice.KeyIDs(); len(ids) != 3 || ids[2] != before[0] {
		t.Errorf("rotated twice: %v", ids)
	}
}

func TestResealingRefusesWhatDoesNotOpen(t *testing.T) {
	ring := secret.NewRing()
	sealed := seal(t, ring)
	other := place
	other.Row = "0190-8"
	if _, err := ring.Rotated().Reseal(other, sealed); !errors.Is(err, secret.ErrSealed) {
		t.Errorf("got %v", err)
	}
}

func TestAnUnknownKeyIsRefused(t *testing.T) {
	ring, stranger := secret.NewRing(), secret.NewRing()
	sealed := seal(t, stranger)
	refuses(t, ring, place, sealed)
	if !ring.Stale(sealed) || !ring.Stale(nil) {
		t.Error("what the current key did not seal is stale")
	}
	id := ring.KeyIDs()[0]
	copy(sealed[1:], id[:]) // the stranger's value under our key's name
	refuses(t, ring, place, sealed)
}

// FuzzOpen: nothing but the sealed value itself ever opens, and nothing panics.
func FuzzOpen(f *testing.F) {
	ring := secret.NewRing().Rotated()
	sealed := seal(f, ring)
	f.Add(sealed, place.Table, place.Row, place.Column)
	f.Add(sealed[:65], place.Table, place.Row, place.Column)
	f.Add([]byte{1}, "", "", "")
	f.Add([]byte{}, "", "", "")
	f.Fuzz(func(t *testing.T, b []byte, table, row, column string) {
		at := secret.Place{Table: table, Row: row, Column: column}
		if bytes.Equal(b, sealed) && at == place {
			opens(t, ring, at, b)
			return
		}
		refuses(t, ring, at, b)
		ring.Stale(b)
	})
}

func TestASealedValueIsBoundToWhatItsRowSays(t *testing.T) {
	ring := secret.NewRing()
	bound := place
	bound.Bound = "account-acme 00FF"
	sealed, err := ring.Seal(bound, value)
	if err != nil {
		t.Fatal(err)
	}
	opens(t, ring, bound, sealed)
	refuses(t, ring, place, sealed)
	for _, other := range []string{"account-evil 00FF", "account-acme 00FE", "account-acme 00FF "} {
		moved := bound
		moved.Bound = other
		refuses(t, ring, moved, sealed)
	}
}

func TestVersion1OpensOnlyToBeUpgraded(t *testing.T) {
	ring := secret.NewRing()
	bound := place
	bound.Bound = "account-acme 00FF"
	old, err := ring.SealOld(bound, value)
	if err != nil {
		t.Fatal(err)
	}
	refuses(t, ring, bound, old)
	if got, err := ring.Reseal(bound, old); !errors.Is(err, secret.ErrSealed) {
		t.Errorf("it was sealed again as %q, %v", got, err)
	}
	upgraded, err := ring.Upgrade(bound, old)
	if err != nil {
		t.Fatal(err)
	}
	opens(t, ring, bound, upgraded)
	if _, err := ring.Upgrade(bound, upgraded); !errors.Is(err, secret.ErrSealed) {
		t.Errorf("what is up to date was upgraded: %v", err)
	}
	pretended := append([]byte{2}, old[1:]...) // the version is authenticated
	refuses(t, ring, bound, pretended)
	pretended = append([]byte{1}, upgraded[1:]...)
	if _, err := ring.OpenOld(bound, pretended); !errors.Is(err, secret.ErrSealed) {
		t.Errorf("a value of version 2 was taken for one of version 1: %v", err)
	}
}
