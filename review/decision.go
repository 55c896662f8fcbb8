package review

import (
	"context"
	"fmt"
	"time"
	"unicode/utf8"

	"mooring/account"
	"mooring/audit"
	"mooring/credential"
	"mooring/text"
)

// Decision is what a reviewer says about one item.
type Decision struct {
	Kind    Kind
	Reason  string // compulsory for all but keep
	Version int64  // Item.Version that they looked at
}

// Bench is what a decision is made on, as it stands inside the transaction
// that stores it.
type Bench struct {
	Review Review // without its reviewers
	Named  bool   // the actor is one of the reviewers
	Standing
}

// Ruling is what a decision changes, with all its entries in the audit log.
type Ruling struct {
	Item     Item
	Reviewed bool                   // the linked account was reviewed just now
	Stopped  *credential.Credential // to store; nil: it is not stopped
	Unlinked bool                   // to remove
	Entries  []audit.Entry
}

// Decide stores a decision with the state it is made on, and does what it
// says, in one transaction. As long as the review is open and the link is
// there a decision can be made again, by any of the reviewers; the audit log
// keeps them all.
func (s *Service) Decide(ctx context.Context, caller account.Caller, actor audit.Actor, reviewID, credentialID string, d Decision) error {
	reason, err := readDecision(d)
	if err != nil {
		return err
	}
	d.Reason = reason
	return s.store.Settle(ctx, actor, reviewID, credentialID, func(b Bench) (Ruling, error) {
		if err := mayDecide(b, caller.Person.ID, d); err != nil {
			return Ruling{}, err
		}
		return s.rule(ctx, b, caller.Person, actor, d)
	})
}

const maxAnswer = 1000 // characters

func readDecision(d Decision) (reason string, err error) {
	if kindWords[d.Kind] == "" {
		return "", ErrNoSuchDecision.At("decision")
	}
	reason = text.Line(d.Reason)
	switch length := utf8.RuneCountInString(reason); {
	case reason == "" && d.Kind == Keep:
	case length > credential.LongestReason, length < credential.ShortestReason && d.Kind != Keep:
		if d.Kind == Keep {
			return "", ErrReasonLong.At("reason")
		}
		return "", ErrReason.At("reason")
	}
	return reason, nil
}

// mayDecide looks at everything that could have changed since the person
// looked at the item.
func mayDecide(b Bench, personID string, d Decision) error {
	switch {
	case b.Review.State == Gathering:
		return ErrGathering
	case b.Review.State == Closed:
		return ErrClosed
	case !b.Named:
		return ErrNotReviewer
	case b.Item.ownOf(personID) || b.Now != nil && b.Now.CreatedBy == personID:
		return ErrOwnLink
	case changesIn(d.Version) != b.Item.Changes:
		return decidedMeanwhile(b.Item)
	case b.Now == nil:
		return ErrUnlinkedMeanwhile
	case d.Version != versionOf(b.Item, b.Now):
		return ErrLinkChanged
	}
	return nil
}

// decidedMeanwhile says who was faster, and what they decided.
func decidedMeanwhile(i Item) error {
	said := *ErrDecidedMeanwhile
	switch {
	case i.Stage == StageOpen && i.Answer != "":
		said.Sentence = fmt.Sprintf("%s has answered the question in the meantime. Read the answer before you decide.", i.AnsweredByName)
	case i.Kind != "":
		said.Sentence = fmt.Sprintf("%s has already decided this one: %s. Open it again if you disagree.", i.DecidedByName, i.Kind.Word())
	}
	return said.Because(ErrDecidedMeanwhile)
}

// rule works out what the decision does.
func (s *Service) rule(ctx context.Context, b Bench, person account.Person, actor audit.Actor, d Decision) (Ruling, error) {
	now, c, item := s.now(), *b.Now, b.Item
	entry := audit.Entry{At: now, Actor: actor, Action: audit.DecideReview, AccountID: c.AccountID, CredentialID: c.ID,
		Result: audit.Done, Detail: b.Review.Name, Changes: decisionChanges(item.Kind, d)}
	item.Kind, item.Reason, item.Stage, item.Changes = d.Kind, d.Reason, StageDecided, item.Changes+1
	item.DecidedByID, item.DecidedByName, item.DecidedAt = person.ID, person.Name, now
	item.Snapshot = s.snapshotOf(c, b.AccountNow, s.word(c, now), now)
	if d.Kind == Ask {
		item.Stage = StageAsked
		item.Question, item.AskedByName, item.AskedAt = d.Reason, person.Name, now
		item.Answer, item.AnsweredByName, item.AnsweredAt = "", "", time.Time{}
	}
	r := Ruling{Item: item, Reviewed: d.Kind != Ask, Entries: []audit.Entry{entry}}
	return r, s.effect(ctx, &r, c, credential.Order{Actor: actor, Version: c.Version, Reason: d.Reason})
}

// effect adds what the decision does to the linked account. What it is asked
// for here is read while the transaction that will store it holds the only
// place to write, so that it is the same.
func (s *Service) effect(ctx context.Context, r *Ruling, c credential.Credential, o credential.Order) error {
	var entry audit.Entry
	var err error
	switch {
	case r.Item.Kind == Unlink:
		r.Unlinked = true
		_, entry, err = s.credentials.Unlinking(ctx, o, c.ID)
		entry.Changes = append(entry.Changes, audit.Change{Field: "Reason", After: o.Reason})
	case r.Item.Kind == Disable && c.State != credential.Stopped: // else it stays as it is
		event := credential.Stop
		if c.State == credential.PendingApproval {
			event = credential.Decline
		}
		var stopped credential.Credential
		stopped, entry, err = s.credentials.Ordered(ctx, o, c.ID, event)
		r.Stopped = &stopped
	default:
		return nil
	}
	r.Entries = append(r.Entries, entry)
	return err
}

func decisionChanges(before Kind, d Decision) []audit.Change {
	changes := []audit.Change{{Field: "Decision", Before: before.Word(), After: d.Kind.Word()}}
	if d.Reason != "" {
		field := "Reason"
		if d.Kind == Ask {
			field = "Question"
		}
		changes = append(changes, audit.Change{Field: field, After: d.Reason})
	}
	return changes
}
