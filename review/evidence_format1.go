package review

import (
	"context"
	"io"

	"mooring/review/evidence1"
)

// writeFile1 writes one of the digested files in format 1, for packs that were
// signed in it.
func (s *Service) writeFile1(ctx context.Context, r Review, name string, w io.Writer) error {
	old := evidence1.Review{ID: r.ID, Name: r.Name, About: r.About, StartedByName: r.StartedByName, ClosedByName: r.ClosedByName,
		StartedAt: r.StartedAt, DueAt: r.DueAt, ClosedAt: r.ClosedAt, Total: r.Total, Decided: r.Decided, UndecidedItems: r.Undecided(), Gone: r.Gone,
		AuditEntry: r.Anchor.Entry, AuditDigest: r.Anchor.Digest}
	for _, who := range r.Reviewers {
		old.Reviewers = append(old.Reviewers, evidence1.Reviewer{PersonID: who.PersonID, Name: who.Name, Email: who.Email, Decided: who.Decided})
	}
	return evidence1.Write(w, name, old, func(each func(evidence1.Item) error) error {
		return s.recorded(ctx, r, func(i Item) error { return each(item1(i)) })
	})
}

func item1(i Item) evidence1.Item {
	return evidence1.Item{Position: i.Position, CredentialID: i.CredentialID, AccountID: i.AccountID, Account: i.Account,
		Provider: i.Provider, Label: i.Label, SubscriptionName: i.CloudAccountName, SubscriptionID: i.CloudAccount,
		LinkedByID: i.LinkedByID, LinkedByName: i.LinkedByName, Stage: string(i.Stage), Kind: string(i.Kind),
		Reason: i.Reason, DecidedByID: i.DecidedByID, DecidedByName: i.DecidedByName, DecidedAt: i.DecidedAt, Snapshot: snapshot1(i.Snapshot),
		Question: i.Question, AskedByName: i.AskedByName, AskedAt: i.AskedAt,
		Answer: i.Answer, AnsweredByName: i.AnsweredByName, AnsweredAt: i.AnsweredAt, Gone: i.Gone}
}

func snapshot1(s Snapshot) evidence1.Snapshot {
	old := evidence1.Snapshot{At: s.At, Word: s.Word, Status: string(s.Status), State: string(s.State), Reason: s.Reason, Version: s.Version,
		Account: s.Account, Provider: s.Provider, Label: s.Label, SubscriptionName: s.CloudAccountName, SubscriptionID: s.CloudAccount,
		Environment: s.Environment, Method: s.Method, TenantID: s.CloudParent, ClientID: s.Principal, CertificateSHA1: s.CertificateSHA1,
		CertificateExpires: s.CertificateExpires, LinkedByID: s.LinkedByID, LinkedBy: s.LinkedBy, LinkedAt: s.LinkedAt,
		LastCheckedAt: s.LastCheckedAt, CouldNotCheckAt: s.CouldNotCheckAt}
	if s.Rights != nil {
		old.Rights = make([]evidence1.Right, len(s.Rights))
	}
	for n, r := range s.Rights {
		old.Rights[n] = evidence1.Right{Granted: r.Granted, Excessive: r.Excessive, Sentence: r.Sentence}
	}
	return old
}
