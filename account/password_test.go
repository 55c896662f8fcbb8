package account

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
)

func TestAPasswordOpensWithItselfAndNothingElse(t *testing.T) {
	h := newHasher()
	long := strings.Repeat("correct horse ", 6) // beyond the 72 bytes at which other hashes stop reading
	const odd = "pässwörd \x00 日本 🔑"
	for password, others := range map[string][]string{
		long: {long + "x", long[:72]},
		odd:  {"pässwörd ", strings.ToUpper(odd), ""},
	} {
		hash, err := h.hash(t.Context(), placeAt("192.0.2.1"), password)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(hash), password) {
			t.Error("the hash holds the password")
		}
		if same, err := hash.matches(password); err != nil || !same {
			t.Errorf("%q does not open itself: %v", password, err)
		}
		for _, other := range others {
			if same, err := hash.matches(other); err != nil || same {
				t.Errorf("%q opens %q: %v", other, password, err)
			}
		}
	}
}

func TestAHashIsSaltedAndTellsHowItWasMade(t *testing.T) {
	h := newHasher()
	a, err := h.hash(t.Context(), placeAt("192.0.2.1"), "correct horse battery")
	if err != nil {
		t.Fatal(err)
	}
	b, err := h.hash(t.Context(), placeAt("192.0.2.1"), "correct horse battery")
	if err != nil {
		t.Fatal(err)
	}
	if a == b {
		t.Error("two people with one password have one hash")
	}
	// The OWASP minimum for argon2id: 19 MiB, two passes, one lane.
	if !strings.HasPrefix(string(a), "$argon2id$v=19$m=19456,t=2,p=1$") {
		t.Errorf("the hash is %s", a)
	}
}

func TestAHashOfUnknownFormIsRefused(t *testing.T) {
	salt, sum := encode(make([]byte, saltSize)), encode(make([]byte, hashSize))
	for name, hash := range map[string]PasswordHash{
		"nothing":          "",
		"a clear password": "correct horse battery",
		"bcrypt":           "$2a$10$N9qo8uLOickgx2ZMRZoMyeIjZAgcfl7p92ldGxad68LJZdL17lhWy",
		"other parameters": PasswordHash("$argon2id$v=19$m=64,t=1,p=1$" + salt + "$" + sum),
		"argon2i":          PasswordHash("$argon2i$v=19$m=19456,t=2,p=1$" + salt + "$" + sum),
		"no sum":           PasswordHash(hashPrefix + salt),
		"no base64":        PasswordHash(hashPrefix + salt + "$***"),
		"salt no base64":   PasswordHash(hashPrefix + "***$" + sum),
	} {
		if same, err := hash.matches("correct horse battery"); err == nil || same {
			t.Errorf("%s: matches %t, %v", name, same, err)
		}
		if _, err := hash.matches("x"); err != nil && len(hash) > 0 && strings.Contains(err.Error(), string(hash)) {
			t.Errorf("%s: the error tells the hash", name)
		}
	}
}

func TestNoPasswordMatchesTheDecoy(t *testing.T) {
	for _, password := range []string{"", "correct horse battery", string(make([]byte, hashSize)), string(decoy)} {
		if same, err := decoy.matches(password); err != nil || same {
			t.Errorf("%q: matches %t, %v", password, same, err)
		}
	}
}

func TestTheDecoyCostsAsMuchAsARealHash(t *testing.T) {
	h := newHasher()
	hash, err := h.hash(t.Context(), placeAt("192.0.2.1"), "correct horse battery")
	if err != nil {
		t.Fatal(err)
	}
	if len(hash) != len(decoy) || !strings.HasPrefix(string(decoy), hashPrefix) {
		t.Errorf("the decoy %s is not of the form of %s", decoy, hash)
	}
}

func TestTheHasherRefusesWhen64AreInLine(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHasher()
		release := make(chan struct{})
		var running, most int
		var mu sync.Mutex
		work := func() error {
			mu.Lock()
			running++
			most = max(most, running)
			mu.Unlock()
			<-release
			mu.Lock()
			running--
			mu.Unlock()
			return nil
		}
		results := make(chan error, 64)
		whose := func(i int) place { // of 64, 16 are kept for people whom we know
			if i < keptPlaces {
				return placeOf(fmt.Sprint("person-", i))
			}
			return placeAt(fmt.Sprint("192.0.2.", i))
		}
		for i := range 64 {
			go func() { results <- h.do(t.Context(), whose(i), work) }()
		}
		synctest.Wait()
		if running != 2 {
			t.Errorf("%d are hashed at once, want 2: each takes 19 MiB", running)
		}
		for range 3 {
			if err := h.do(t.Context(), placeAt("192.0.2.99"), func() error { t.Error("the 65th was hashed"); return nil }); !errors.Is(err, ErrBusy) {
				t.Errorf("the 65th got %v", err)
			}
		}
		release <- struct{}{} // one is done, one place is free
		synctest.Wait()
		go func() { results <- h.do(t.Context(), placeOf("person-99"), work) }()
		synctest.Wait()
		close(release)
		synctest.Wait()
		if most != 2 || h.waiting != 0 || len(h.running) != 0 {
			t.Errorf("at most %d ran, %d still wait, %d still run", most, h.waiting, len(h.running))
		}
		for range 64 {
			if err := <-results; err != nil {
				t.Error(err)
			}
		}
	})
}

func TestWhoGivesUpLeavesTheLine(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHasher()
		h.running <- struct{}{}
		h.running <- struct{}{}
		ctx, giveUp := context.WithCancel(t.Context())
		result := make(chan error)
		go func() {
			_, err := h.hash(ctx, placeAt("192.0.2.1"), "correct horse battery")
			result <- err
		}()
		synctest.Wait()
		if h.waiting != 1 {
			t.Fatalf("%d wait", h.waiting)
		}
		giveUp()
		if err := <-result; !errors.Is(err, context.Canceled) {
			t.Errorf("got %v", err)
		}
		synctest.Wait()
		if h.waiting != 0 {
			t.Errorf("%d still wait", h.waiting)
		}
	})
}

func TestOneNetworkGetsAFewPlacesInTheLineOnly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHasher()
		release := make(chan struct{})
		results := make(chan error, maxPlaces+1)
		wait := func() error { <-release; return nil }
		for i := range maxPlaces { // one client, which changes its address
			go func() { results <- h.do(t.Context(), placeAt(fmt.Sprint("2001:db8:1:2::", i)), wait) }()
		}
		synctest.Wait()
		if err := h.do(t.Context(), placeAt("2001:db8:1:2::ffff"), wait); !errors.Is(err, ErrBusy) {
			t.Errorf("one more of that network got %v", err)
		}
		go func() { results <- h.do(t.Context(), placeAt("2001:db8:1:3::1"), wait) }() // its neighbour stands in line
		synctest.Wait()
		if h.waiting != maxPlaces+1 {
			t.Errorf("%d stand in line, want %d", h.waiting, maxPlaces+1)
		}
		close(release)
		for range maxPlaces + 1 {
			if err := <-results; err != nil {
				t.Error(err)
			}
		}
		if err := h.do(t.Context(), placeAt("2001:db8:1:2::1"), wait); err != nil || len(h.places) != 0 {
			t.Errorf("afterwards: %v, and %d networks are remembered", err, len(h.places))
		}
	})
}
