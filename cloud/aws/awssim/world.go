package awssim

import (
	"crypto/rand"
	"encoding/base32"
	"encoding/hex"
	"strings"
	"sync"
	"time"
)

// world is everything the simulated AWS knows. The handlers hold its lock.
type world struct {
	now   func() time.Time
	newID func() string

	mu       sync.Mutex
	accounts map[string]*account   // by number
	keys     map[string]*accessKey // by access key ID
}

// accessKey signs requests: an administrator's in the account's CloudShell, or that
// of a session.
type accessKey struct {
	id, secret string
	account    *account

	// Of a session:
	token   string
	expires time.Time
	role    *role
	session string // its name
}

func newWorld(now func() time.Time, newID func() string, fleet int) *world {
	w := &world{now: now, newID: newID, accounts: map[string]*account{}, keys: map[string]*accessKey{}}
	all := stories()
	for n := range fleet {
		all = append(all, ship(n+1))
	}
	for _, s := range all {
		a := &account{Account: s.Account, story: s, roles: map[string]*role{}}
		a.administrator = &accessKey{id: "AKIA" + letters(16), secret: letters(40), account: a}
		w.keys[a.administrator.id] = a.administrator
		w.accounts[a.Number] = a
	}
	return w
}

// letters are random characters, as AWS's keys have them.
func letters(n int) string {
	raw := make([]byte, n)
	_, _ = rand.Read(raw) // crypto/rand.Read never fails
	return base32.StdEncoding.EncodeToString(raw)[:n]
}

func randomID() string {
	raw := make([]byte, 16)
	_, _ = rand.Read(raw) // crypto/rand.Read never fails
	raw[6], raw[8] = raw[6]&0x0f|0x40, raw[8]&0x3f|0x80
	s := hex.EncodeToString(raw)
	return strings.Join([]string{s[:8], s[8:12], s[12:16], s[16:20], s[20:]}, "-")
}
