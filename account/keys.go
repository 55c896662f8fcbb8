package account

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"log/slog"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"mooring/audit"
	"mooring/fault"
	"mooring/secret"
	"mooring/text"
)

// KeyPrefix begins every API key, so that scanners find one that leaked.
const KeyPrefix = "mooring_"

const (
	maxKeyDays  = 366
	maxKeyName  = 80 // characters
	maxKeys     = 50 // of one person in one account
	keptKeys    = 10_000
	useInterval = time.Minute
)

// keyForm is the whole of a key: prefix, public id, secret, checksum. Both
// hyphen and low line are part of the alphabet of the last two.
var keyForm = regexp.MustCompile(`^` + KeyPrefix + `([a-z0-9]{8})_([A-Za-z0-9_-]{43})_([A-Za-z0-9_-]{6})$`)

// KeyForm is what somebody types to make an API key.
type KeyForm struct {
	Name, Scope string
	Days        string // until it expires, 1 to 366
}

// HeldKey is a key with whom it acts for: Caller has Person, Key and the one
// membership as it is now, whatever the key's scope.
type HeldKey struct {
	Caller Caller
	Hash   string // of the secret part
}

// KeyUse is when and from where a key was last used.
type KeyUse struct {
	At      time.Time
	Address string
}

// KeyStore keeps API keys.
type KeyStore interface {
	// Version grows with every change that any reader could see.
	Version() uint64

	// AddKey answers ErrNoSuchAccount when the person does not belong to the
	// account, and ErrTooManyKeys when they have the most already.
	AddKey(ctx context.Context, k Key, hash string, most int, entry audit.Entry) error
	// Keys lists the account's keys, or those that one person made, the latest first.
	Keys(ctx context.Context, accountID, personID string) ([]Key, error)
	// RemoveKey removes a key of the account, or one that this person made: ErrNoSuchKey.
	RemoveKey(ctx context.Context, accountID, personID, keyID string, entry audit.Entry) error
	// HeldKey finds a key, expired or not, as long as who made it belongs to
	// the account and is not disabled: ErrNoSuchKey.
	HeldKey(ctx context.Context, keyID string) (HeldKey, error)
	TouchKeys(ctx context.Context, uses map[string]KeyUse) error // by key ID; does not count as a change
}

// KeysConfig is what Keys needs.
type KeysConfig struct {
	Store KeyStore
	Now   func() time.Time
	NewID func() string // gives 8 lower-case letters and digits; nil: at random
	Log   *slog.Logger
}

// Keys makes API keys and says who calls with one.
type Keys struct {
	store KeyStore
	now   func() time.Time
	newID func() string
	log   *slog.Logger

	mu   sync.Mutex
	kept map[string]keptKey // by key ID; valid for one store version
	uses map[string]KeyUse  // by key ID, not yet stored
}

type keptKey struct {
	held    HeldKey
	version uint64
}

// NewKeys makes the service.
func NewKeys(c KeysConfig) *Keys {
	if c.NewID == nil {
		c.NewID = func() string { return strings.ToLower(rand.Text()[:8]) }
	}
	return &Keys{store: c.Store, now: c.Now, newID: c.NewID, log: c.Log, kept: map[string]keptKey{}, uses: map[string]KeyUse{}}
}

// formatKey spells a key.
func formatKey(id, secretPart string) string {
	body := KeyPrefix + id + "_" + secretPart
	return body + "_" + checksum(body)
}

// checksum tells a mistyped or made-up key without a query. It protects nothing.
func checksum(body string) string {
	return base64.RawURLEncoding.EncodeToString(binary.BigEndian.AppendUint32(nil, crc32.ChecksumIEEE([]byte(body))))
}

// ParseKey reads the public id and the secret of an API key: ErrKey when it has
// another form or its checksum is wrong.
func ParseKey(key string) (id string, secretPart secret.Text, err error) {
	parts := keyForm.FindStringSubmatch(key)
	if parts == nil || formatKey(parts[1], parts[2]) != key {
		return "", secret.Text{}, ErrKey
	}
	return parts[1], secret.NewText(parts[2]), nil
}

// Make makes a key that acts for the caller in one account. The key itself is
// not stored: this is the only time it can be seen.
func (k *Keys) Make(ctx context.Context, caller Caller, m Membership, f KeyForm, actor audit.Actor) (Key, secret.Text, error) {
	if caller.Key != nil {
		return Key{}, secret.Text{}, ErrKeyMakesNoKey
	}
	scope, days, err := f.check(m.Role)
	if err != nil {
		return Key{}, secret.Text{}, err
	}
	now, token := k.now(), newToken()
	key := Key{ID: k.newID(), AccountID: m.Account.ID, PersonID: caller.Person.ID, PersonName: caller.Person.Name,
		Name: f.Name, Scope: scope, CreatedAt: now, ExpiresAt: now.Add(time.Duration(days) * 24 * time.Hour)}
	entry := k.entry(audit.MakeKey, m.Account.ID, fmt.Sprintf("%s: %s, %s, %d days", key.ID, key.Name, scope, days), actor)
	entry.Changes = key.made()
	if err := k.store.AddKey(ctx, key, hashToken(token.Reveal()), maxKeys, entry); err != nil {
		return Key{}, secret.Text{}, err
	}
	return key, secret.NewText(formatKey(key.ID, token.Reveal())), nil
}

func (f *KeyForm) check(role Role) (Scope, int, error) {
	f.Name = text.Line(f.Name)
	fields := fault.Fields{}
	if f.Name == "" || utf8.RuneCountInString(f.Name) > maxKeyName {
		fields["name"] = "Enter a name, at most 80 characters, such as Nightly report."
	}
	scope := Scope(f.Scope)
	switch {
	case scope != Read && scope != Write:
		fields["scope"] = "Choose Read or Write."
	case scope == Write && !role.AtLeast(Member):
		fields["scope"] = "You are a viewer here, so your keys can only read."
	}
	days, err := strconv.Atoi(strings.TrimSpace(f.Days))
	if err != nil || days < 1 || days > maxKeyDays {
		fields["days"] = "Enter a number of days from 1 to 366."
	}
	return scope, days, fault.AtFields(fields)
}

// List gives all keys of the account to its owners, and to others their own.
func (k *Keys) List(ctx context.Context, caller Caller, m Membership) ([]Key, error) {
	return k.store.Keys(ctx, m.Account.ID, whose(caller, m))
}

// Revoke ends a key: one of the caller's own, or any of the account for its owners.
func (k *Keys) Revoke(ctx context.Context, caller Caller, m Membership, keyID string, actor audit.Actor) error {
	return k.store.RemoveKey(ctx, m.Account.ID, whose(caller, m), keyID, k.entry(audit.RevokeKey, m.Account.ID, keyID, actor))
}

// whose gives the person to whose keys the caller is limited; empty: to nobody's.
func whose(caller Caller, m Membership) (personID string) {
	if m.Role == Owner {
		return ""
	}
	return caller.Person.ID
}

// Authenticate finds for whom a key acts. name is what came with it, and must
// be the name of the key's account; it is empty when nothing came. Whatever is
// wrong with a key is answered by the same ErrKey, except that who holds the
// right secret is told that it has expired.
func (k *Keys) Authenticate(ctx context.Context, name, key, address string) (Caller, error) {
	id, secretPart, err := ParseKey(key)
	if err != nil {
		return Caller{}, err
	}
	held, err := k.held(ctx, id)
	if fault.Has(err, fault.NotFound) {
		return Caller{}, k.refuse(id, address, "nobody has it, or who made it has left")
	}
	if err != nil {
		return Caller{}, err
	}
	now := k.now()
	switch {
	case subtle.ConstantTimeCompare([]byte(hashToken(secretPart.Reveal())), []byte(held.Hash)) != 1:
		return Caller{}, k.refuse(id, address, "its secret is wrong")
	case name != "" && name != held.Caller.Memberships[0].Account.Name:
		return Caller{}, k.refuse(id, address, "it came with the name of another account")
	case !now.Before(held.Caller.Key.ExpiresAt):
		return Caller{}, ErrKeyExpired
	}
	k.mu.Lock()
	k.uses[id] = KeyUse{At: now, Address: address}
	k.mu.Unlock()
	return held.Caller.limited(), nil
}

// refuse tells the log, which the operator reads, what the answer does not.
func (k *Keys) refuse(id, address, why string) error {
	k.log.Warn("an API key was refused", "key", id, "address", address, "why", why)
	return ErrKey
}

// held reads a key, or gives what was read at this version of the store.
func (k *Keys) held(ctx context.Context, id string) (HeldKey, error) {
	version := k.store.Version()
	k.mu.Lock()
	kept, ok := k.kept[id]
	k.mu.Unlock()
	if ok && kept.version == version {
		return kept.held, nil
	}
	held, err := k.store.HeldKey(ctx, id)
	if err != nil {
		return HeldKey{}, err
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if len(k.kept) >= keptKeys {
		clear(k.kept)
	}
	k.kept[id] = keptKey{held, version}
	return held, nil
}

// limited gives the caller what a key may do: no more than its scope and than
// the person's role, and never what a site administrator may.
func (c Caller) limited() Caller {
	key, m := *c.Key, c.Memberships[0]
	most := Viewer
	if key.Scope == Write {
		most = Member
	}
	if m.Role.AtLeast(most) {
		m.Role = most
	}
	c.Key, c.Memberships = &key, []Membership{m}
	c.Person.SiteAdmin, c.Person.AdminByGroup = false, false
	return c
}

// Run stores when and from where keys were last used, until ctx ends.
func (k *Keys) Run(ctx context.Context) {
	tick := time.NewTicker(useInterval)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			k.storeUses(context.WithoutCancel(ctx))
			return
		case <-tick.C:
			k.storeUses(ctx)
		}
	}
}

func (k *Keys) storeUses(ctx context.Context) {
	k.mu.Lock()
	uses := k.uses
	k.uses = map[string]KeyUse{}
	k.mu.Unlock()
	if len(uses) == 0 {
		return
	}
	if err := k.store.TouchKeys(ctx, uses); err != nil {
		k.log.Error("could not store when API keys were last used", "cause", err)
	}
}

func (k *Keys) entry(action audit.Action, accountID, detail string, actor audit.Actor) audit.Entry {
	return audit.Entry{At: k.now(), Actor: actor, Action: action, AccountID: accountID, Result: audit.Done, Detail: detail}
}
