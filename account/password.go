package account

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"runtime/debug"
	"strings"
	"sync"

	"golang.org/x/crypto/argon2"
)

// argon2id with the OWASP minimum: 19 MiB, two passes, one lane. It takes
// about 40 ms, and 19 MiB while it runs, so only a few run at once.
const (
	argonMemory  = 19 * 1024 // KiB
	argonTime    = 2
	argonThreads = 1
	saltSize     = 16
	hashSize     = 32
	hashPrefix   = "$argon2id$v=19$m=19456,t=2,p=1$"
)

// PasswordHash is the stored form of a password.
type PasswordHash string

// How many may wait until a password is hashed. Strangers do not get all of
// the places, so that people whom we know come in while a flood goes on.
const (
	linePlaces   = 64
	keptPlaces   = 16 // of them, for people who are signed in, and for browsers in which they have signed in
	personPlaces = 4  // of one such person
	maxPlaces    = 8  // of one network among strangers; networks has those of wider ones
)

// hasher bounds how many passwords are hashed and how many wait.
type hasher struct {
	running chan struct{}

	mu        sync.Mutex
	waiting   int // with those that are hashed
	strangers int // of those
	places    map[string]int
}

// place says who wants a place in the line, and how many of those who come from
// the same person, or the same networks, may have one.
type place struct {
	stranger bool
	bounds   map[string]int
}

// placeOf is for a person whom we know.
func placeOf(personID string) place {
	return place{bounds: map[string]int{"person " + personID: personPlaces}}
}

// placeAt is for a stranger from this address.
func placeAt(address string) place {
	p := place{stranger: true, bounds: map[string]int{}}
	for i, from := range Networks(address) {
		p.bounds[from] = networks[i].places
	}
	return p
}

func newHasher() *hasher {
	return &hasher{running: make(chan struct{}, 2), places: map[string]int{}}
}

// do waits in line and works.
func (h *hasher) do(ctx context.Context, p place, work func() error) error {
	if !h.enter(p) {
		return ErrBusy
	}
	defer h.leave(p)
	select {
	case h.running <- struct{}{}:
		defer func() { <-h.running }()
	case <-ctx.Done():
		return ctx.Err()
	}
	return work()
}

func (h *hasher) enter(p place) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.waiting >= linePlaces || p.stranger && h.strangers >= linePlaces-keptPlaces {
		return false
	}
	for from, most := range p.bounds {
		if h.places[from] >= most {
			return false
		}
	}
	h.waiting++
	if p.stranger {
		h.strangers++
	}
	for from := range p.bounds {
		h.places[from]++
	}
	return true
}

func (h *hasher) leave(p place) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.waiting--
	if p.stranger {
		h.strangers--
	}
	for from := range p.bounds {
		if h.places[from]--; h.places[from] == 0 {
			delete(h.places, from)
		}
	}
}

// derive runs argon2id and gives its 19 MiB back at once; left alone they
// would stay for minutes.
func derive(password string, salt []byte) []byte {
	defer debug.FreeOSMemory()
	return argon2.IDKey([]byte(password), salt, argonTime, argonMemory, argonThreads, hashSize)
}

// hash gives no hash for no password.
func (h *hasher) hash(ctx context.Context, p place, password string) (PasswordHash, error) {
	if password == "" {
		return "", nil
	}
	var hash PasswordHash
	err := h.do(ctx, p, func() error {
		hash = hashOf(password)
		return nil
	})
	return hash, err
}

// hashOf makes the stored form of a password. It runs inside do.
func hashOf(password string) PasswordHash {
	salt := make([]byte, saltSize)
	_, _ = rand.Read(salt)
	return PasswordHash(fmt.Sprintf("%s%s$%s", hashPrefix, encode(salt), encode(derive(password, salt))))
}

// matches takes the same time whether the hash is real or the decoy. It runs
// inside do.
func (hash PasswordHash) matches(password string) (bool, error) {
	rest, ok := strings.CutPrefix(string(hash), hashPrefix)
	saltText, sumText, cut := strings.Cut(rest, "$")
	salt, saltErr := base64.RawStdEncoding.DecodeString(saltText)
	sum, sumErr := base64.RawStdEncoding.DecodeString(sumText)
	if !ok || !cut || saltErr != nil || sumErr != nil {
		return false, errors.New("account: a stored password hash has an unknown form")
	}
	return subtle.ConstantTimeCompare(derive(password, salt), sum) == 1, nil
}

func encode(b []byte) string { return base64.RawStdEncoding.EncodeToString(b) }

// decoy is what a password is compared with when nobody has that address. No
// password has this hash.
var decoy = PasswordHash(hashPrefix + encode(make([]byte, saltSize)) + "$" + encode(make([]byte, hashSize)))
