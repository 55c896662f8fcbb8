package review

import (
	"time"

	"mooring/audit"
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
	SubscriptionName   string            `json:"subscription_name"`
	SubscriptionID     string            `json:"subscription_id"`
	Environment        string            `json:"environment"`
	Method             string            `json:"method"`
	TenantID           string            `json:"tenant_id"`
	ClientID           string            `json:"client_id"`
	Rights             []SeenRight       `json:"rights"`
	CertificateSHA1    string            `json:"certificate_sha1"`
	CertificateExpires time.Time         `json:"certificate_expires"`
	LinkedByID         string            `json:"linked_by_id,omitempty"`
	LinkedBy           string            `json:"linked_by,omitempty"`
	LinkedAt           time.Time         `json:"linked_at"`
	LastCheckedAt      time.Time         `json:"last_checked_at,omitzero"`
	CouldNotCheckAt    time.Time         `json:"could_not_check_at,omitzero"`
}

// snapshotOf takes down what matters to a decision. word is the status word.
func (s *Reviews) snapshotOf(c credential.Credential, account, word string, at time.Time) Snapshot {
	return Snapshot{
		At: at.UTC().Truncate(time.Millisecond), Word: word, Status: c.Status(at), State: c.State, Reason: c.Reason, Version: c.Version,
		Account: account, Provider: c.Provider, Label: c.Label, SubscriptionName: c.SubscriptionName,
		SubscriptionID: c.Target.SubscriptionID, Environment: c.Target.Environment, Method: c.Target.Method,
		TenantID: c.Target.TenantID, ClientID: c.Target.ClientID, Rights: s.seenRights(c),
		CertificateSHA1: c.CertificateSHA1, CertificateExpires: c.CertificateExpires.UTC(),
		LinkedByID: c.CreatedBy, LinkedBy: c.CreatedByName, LinkedAt: c.CreatedAt.UTC(),
		LastCheckedAt: c.LastCheckedAt.UTC(), CouldNotCheckAt: c.CouldNotCheckAt.UTC(),
	}
}

// changedSince lists what is different from what was decided on. What the
// decision itself did is no difference.
func (s *Reviews) changedSince(i Item, st Standing) []audit.Change {
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
	differ("Subscription ID", then.SubscriptionID, now.SubscriptionID)
	differ("Cloud", then.Environment, now.Environment)
	differ("Method", then.Method, now.Method)
	differ("Application (client) ID", then.ClientID, now.ClientID)
	differ("Certificate", then.CertificateSHA1, now.CertificateSHA1)
	differ("Linked by", then.LinkedBy, now.LinkedBy)
	if now.LastCheckedAt.IsZero() { // what checks found was cleared by a change, and not found otherwise
		return changes
	}
	differ("Directory (tenant) ID", then.TenantID, now.TenantID)
	differ("Subscription", then.SubscriptionName, now.SubscriptionName)
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

const stoppedWord = "Disabled"
