package account

import "time"

// Scope is what a key may do.
type Scope string

// The scopes. Write includes read.
const (
	Read  Scope = "read"
	Write Scope = "write"
)

// Key is an API key: it acts for the person who made it, in one account, and
// never does more than its scope and that person's role there allow.
type Key struct {
	ID          string // 8 characters, the public part of the key
	AccountID   string
	PersonID    string
	PersonName  string // of who made it
	Name        string
	Scope       Scope
	CreatedAt   time.Time
	ExpiresAt   time.Time
	LastUsedAt  time.Time // zero: never
	LastAddress string
}
