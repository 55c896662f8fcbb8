package review

import (
	"cmp"
	"encoding/json"
	"slices"
	"time"

	"mooring/audit"
	"mooring/cloud"
	"mooring/credential"
)

// Snapshot is what a linked account was like when somebody decided on it. Its
// spelling in JSON is part of the evidence.
type Snapshot struct {
	At                 time.Time         `json:"at"`
	Word               string            `json:"word"` // "Expires in 9 days"
	Status             credential.Status `json:"status"`
	State              credential.State  `json:"state"`
	Reason             string            `json:"reason,omitempty"` // why it was stopped or waited for approval
	Version            int64             `json:"version"`
	Account            string            `json:"account"`
	Provider           string            `json:"provider"`
	Label              string            `json:"label"`
	CloudAccountName   string            `json:"cloud_account_name"`
	CloudAccount       string            `json:"cloud_account_id"`
	CloudParent        string            `json:"cloud_parent_id,omitempty"`
	Principal          string            `json:"principal,omitempty"`
	Environment        string            `json:"environment"`
	Method             string            `json:"method"`
	Facts              []SeenFact        `json:"facts,omitempty"` // the same for people, as the pages showed it
	Rights             []SeenRight       `json:"rights"`
	CertificateSHA1    string            `json:"certificate_sha1"`
	CertificateExpires time.Time         `json:"certificate_expires,omitzero"`
	LinkedByID         string            `json:"linked_by_id,omitempty"`
	LinkedBy           string            `json:"linked_by,omitempty"`
	LinkedAt           time.Time         `json:"linked_at"`
	LastCheckedAt      time.Time         `json:"last_checked_at,omitzero"`
	CouldNotCheckAt    time.Time         `json:"could_not_check_at,omitzero"`
}

// SeenFact is a cloud.Fact as it was seen.
type SeenFact struct {
	Key   string `json:"key"`
	Label string `json:"label"`
	Value string `json:"value"`
}

// UnmarshalJSON reads a snapshot, also one from when only Azure could be linked: that
// had names of its own for what every cloud has.
func (s *Snapshot) UnmarshalJSON(spelled []byte) error {
	type plain Snapshot
	var old struct {
		SubscriptionName string `json:"subscription_name"`
		SubscriptionID   string `json:"subscription_id"`
		TenantID         string `json:"tenant_id"`
		ClientID         string `json:"client_id"`
	}
	if err := json.Unmarshal(spelled, (*plain)(s)); err != nil {
		return err
	}
	if err := json.Unmarshal(spelled, &old); err != nil {
		return err
	}
	s.CloudAccountName, s.CloudAccount = cmp.Or(s.CloudAccountName, old.SubscriptionName), cmp.Or(s.CloudAccount, old.SubscriptionID)
	s.CloudParent, s.Principal = cmp.Or(s.CloudParent, old.TenantID), cmp.Or(s.Principal, old.ClientID)
	return nil
}

// facts are what was seen of the target, in words.
func (s *Service) facts(of Snapshot) []SeenFact {
	if of.Facts != nil {
		return of.Facts
	}
	return s.seenFacts(of.Provider, cloud.Target{Environment: of.Environment, Account: of.CloudAccount, Parent: of.CloudParent,
		SignIn: cloud.SignIn{Method: of.Method, Principal: of.Principal}})
}

func (s *Service) seenFacts(provider string, target cloud.Target) []SeenFact {
	all := []SeenFact{}
	for _, f := range s.credentials.Clouds().Facts(provider, target) {
		all = append(all, SeenFact{Key: f.Key, Label: f.Label, Value: f.Value})
	}
	return all
}

// snapshotOf takes down what matters to a decision. word is the status word.
func (s *Service) snapshotOf(c credential.Credential, account, word string, at time.Time) Snapshot {
	return Snapshot{
		At: at.UTC().Truncate(time.Millisecond), Word: word, Status: c.Status(at), State: c.State, Reason: c.Reason, Version: c.Version,
		Account: account, Provider: c.Provider, Label: c.Label, CloudAccountName: c.CloudAccountName,
		CloudAccount: c.Target.Account, CloudParent: c.Target.Parent, Principal: c.Target.SignIn.Principal,
		Environment: c.Target.Environment, Method: c.Target.SignIn.Method, Facts: s.seenFacts(c.Provider, c.Target), Rights: s.seenRights(c),
		CertificateSHA1: c.CertificateSHA1, CertificateExpires: c.CertificateExpires.UTC(),
		LinkedByID: c.CreatedBy, LinkedBy: c.CreatedByName, LinkedAt: c.CreatedAt.UTC(),
		LastCheckedAt: c.LastCheckedAt.UTC(), CouldNotCheckAt: c.CouldNotCheckAt.UTC(),
	}
}

// changedSince lists what is different from what was decided on. What the
// decision itself did is no difference.
func (s *Service) changedSince(i Item, st Standing) []audit.Change {
	if i.Gone {
		if i.Kind == Unlink {
			return nil
		}
		return []audit.Change{{Field: "Linked account", Before: "linked", After: "unlinked"}}
	}
	if st.Now == nil {
		return nil
	}
	then, now := i.Snapshot, s.snapshotOf(*st.Now, st.AccountNow, "", st.At)
	if i.Kind == Disable {
		then.Status, then.State, then.Word = credential.StatusDisabled, credential.Stopped, ""
	}
	if then.Status == now.Status {
		then.Word = ""
	} else {
		now.Word = s.word(*st.Now, st.At)
		if then.Word == "" {
			then.Word = stoppedWord
		}
	}
	var changes []audit.Change
	differ := func(field, before, after string) {
		if before != after {
			changes = append(changes, audit.Change{Field: field, Before: before, After: after})
		}
	}
	differ("Status", then.Word, now.Word)
	differ("Label", then.Label, now.Label)
	differ("Account", then.Account, now.Account)
	before, after := s.facts(then), s.facts(now)
	for _, label := range labelsOf(before, after) {
		was, is := valueOf(before, label), valueOf(after, label)
		if is == "" && was == then.CloudParent && now.LastCheckedAt.IsZero() {
			continue // a check had found it, and none has run since
		}
		differ(label, was, is)
	}
	differ("Certificate", then.CertificateSHA1, now.CertificateSHA1)
	differ("Linked by", then.LinkedBy, now.LinkedBy)
	if now.LastCheckedAt.IsZero() { // what checks found was cleared by a change, and not found otherwise
		return changes
	}
	differ("Name in the cloud", then.CloudAccountName, now.CloudAccountName)
	for _, r := range rightsSince(now.Rights, then.Rights) {
		switch r.Change {
		case RightAdded:
			changes = append(changes, audit.Change{Field: "Permission", After: r.Sentence})
		case RightRemoved:
			changes = append(changes, audit.Change{Field: "Permission", Before: r.Sentence})
		}
	}
	return changes
}

// labelsOf are the labels of both, each once.
func labelsOf(before, after []SeenFact) []string {
	var all []string
	for _, f := range slices.Concat(before, after) {
		if !slices.Contains(all, f.Label) {
			all = append(all, f.Label)
		}
	}
	return all
}

func valueOf(facts []SeenFact, label string) string {
	for _, f := range facts {
		if f.Label == label {
			return f.Value
		}
	}
	return ""
}

const stoppedWord = "Disabled"
