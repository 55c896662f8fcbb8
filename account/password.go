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

// maxPlaces is how many places of the line one network gets, so that nobody
// fills it alone.
const maxPlaces = 8

// hasher bounds how many passwords are hashed and how many wait.
type hasher struct {
	running, waiting chan struct{}

	mu     sync.Mutex
	places map[string]int // taken, by network
}

func newHasher() *hasher {
	return &hasher{running: make(chan struct{}, 2), waiting: make(chan struct{}, 64), places: map[string]int{}}
}

// do waits in line and works. The address is that of whoever asked.
func (h *hasher) do(ctx context.Context, address string, work func() error) error {
	from := Network(address)
	if !h.enter(from) {
		return ErrBusy
	}
	defer h.leave(from)
	select {
	case h.waiting <- struct{}{}:
		defer func() { <-h.waiting }()
	default:
		return ErrBusy
	}
	select {
	case h.running <- struct{}{}:
		defer func() { <-h.running }()
	case <-ctx.Done():
		return ctx.Err()
	}
	return work()
}

func (h *hasher) enter(from string) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.places[from] >= maxPlaces {
		return false
	}
	h.places[from]++
	return true
}

func (h *hasher) leave(from string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.places[from]--; h.places[from] == 0 {
		delete(h.places, from)
	}
}

// derive runs argon2id and gives its 19 MiB back at once; left alone they
// would stay for minutes.
func derive(password string, salt []byte) []byte {
	defer debug.FreeOSMemory()
	return argon2.IDKey([]byte(password), salt, argonTime, argonMemory, argonThreads, hashSize)
}

// hash gives no hash for no password.
func (h *hasher) hash(ctx context.Context, address, password string) (PasswordHash, error) {
	if password == "" {
		return "", nil
	}
	var hash PasswordHash
	err := h.do(ctx, address, func() error {
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
