package review

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"time"

	"mooring/audit"
	"mooring/cloud"
	"mooring/credential"
)

// Kind is a decision.
type Kind string

// The decisions. To ask is to put off: it counts as a decision only once the
// answer is there and somebody decided.
const (
	Keep    Kind = "keep"
	Disable Kind = "disable"
	Unlink  Kind = "unlink"
	Ask     Kind = "ask"
)

var kindWords = map[Kind]string{Keep: "Keep", Disable: "Disable", Unlink: "Unlink", Ask: "Ask the owner"}

// Word is how the pages call it.
func (k Kind) Word() string { return kindWords[k] }

// Stage says what an item waits for.
type Stage string

// The stages.
const (
	StageOpen    Stage = "open"  // a decision
	StageAsked   Stage = "asked" // the answer of an owner
	StageDecided Stage = "decided"
	StageGone    Stage = "gone" // nothing: it was unlinked before anybody decided
)

// Item is one linked account of a review. Its names are those of the day on
// which it was gathered.
type Item struct {
	ReviewID         string
	Number           int64 // of the credential: the order of the queue
	Position         int   // in the review, from 1
	CredentialID     string
	AccountID        string
	Account          string
	Provider         string // key
	Label            string
	CloudAccountName string
	CloudAccount     string // its ID
	LinkedByID       string
	LinkedByName     string
	PersonalOf       string // id of the person whose own account it belongs to; empty: an organization's
	Stage            Stage

	Kind          Kind   // the latest decision; empty: none yet
	Reason        string // of the decision
	DecidedByID   string
	DecidedByName string
	DecidedAt     time.Time
	Snapshot      Snapshot // the state it was decided on

	Question       string // the latest; empty: nobody asked
	AskedByName    string
	AskedAt        time.Time
	Answer         string // empty: not yet
	AnsweredByName string
	AnsweredAt     time.Time

	Gone    bool  // it is unlinked, by whomever
	Changes int64 // how often it was decided, asked and answered

	// Worked out when it is read.
	Version      int64 // of what is shown: Decide refuses any other, so that nobody decides on what they did not see
	ChangedSince []audit.Change
	Own          bool // the caller's own: another has to decide
}

// ownOf reports whether the person linked it, or it belongs to their own account.
func (i Item) ownOf(personID string) bool {
	return personID != "" && (i.LinkedByID == personID || i.PersonalOf == personID)
}

// QueuePlace is where an item stands in the queue of the caller.
type QueuePlace struct {
	Position int // in the review, from 1
	Total    int // items of the review
	Left     int // that the caller may decide, this one included
}

// Past is an item with the review it belongs to.
type Past struct {
	Item
	Review   string // name
	ReviewAt time.Time
}

// lookBits is how much of Version says which state of the link was looked at;
// what is above counts the changes of the item.
const lookBits = 48

// versionOf spells what somebody looks at as one number: how often the item was
// decided, and what of the link matters to a decision. A check that finds
// everything as before does not change it.
func versionOf(i Item, now *credential.Credential) int64 {
	var look struct {
		Linked                     bool
		Version                    int64
		State                      credential.State
		CloudAccountName, Parent   string
		Rights                     []cloud.Right
		CertificateExpires, Reason string
	}
	if now != nil {
		look.Linked, look.Version, look.State = true, now.Version, now.State
		look.CloudAccountName, look.Parent, look.Rights = now.CloudAccountName, now.Target.Parent, now.Rights
		look.CertificateExpires, look.Reason = now.CertificateExpires.UTC().Format(time.RFC3339), now.Reason
	}
	spelled, err := json.Marshal(look)
	if err != nil {
		panic(err) // there is nothing in it that cannot be spelled
	}
	sum := sha256.Sum256(spelled)
	seen := int64(binary.BigEndian.Uint64(sum[:8]) >> (64 - lookBits))
	return i.Changes<<lookBits | seen
}

// changesIn reads from a Version how often the item had been decided.
func changesIn(version int64) int64 { return version >> lookBits }

// seenBy completes an item for the person who reads it.
func (s *Service) seenBy(personID string, st Standing) Item {
	i := st.Item
	st.At = s.now()
	i.Own = i.ownOf(personID) || personID != "" && st.Now != nil && st.Now.CreatedBy == personID
	i.Gone = i.Gone || st.Now == nil
	i.Version = versionOf(i, st.Now)
	if i.Kind != "" {
		i.ChangedSince = s.changedSince(i, st)
	}
	return i
}
