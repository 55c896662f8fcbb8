package db

import (
	"context"
	"database/sql"
	"errors"

	"mooring/audit"
	"mooring/credential"
	"mooring/review"
)

// Settle makes a decision in one transaction. Those that write come one after
// the other, so that of two people who decide at once the second sees what the
// first decided.
func (s Reviews) Settle(ctx context.Context, actor audit.Actor, reviewID, credentialID string, rule func(review.Bench) (review.Ruling, error)) error {
	return s.db.change(ctx, func(tx *sql.Tx) error {
		if err := mayAdminister(ctx, tx, actor); err != nil {
			return err
		}
		bench, err := s.bench(ctx, tx, actor, reviewID, credentialID)
		if err != nil {
			return err
		}
		ruling, err := rule(bench)
		if err != nil {
			return err
		}
		if err := storeDecision(ctx, tx, ruling.Item); err != nil {
			return err
		}
		if err := storeEffect(ctx, tx, *bench.Now, ruling); err != nil {
			return err
		}
		return s.db.addEntry(ctx, tx, ruling.Entries...)
	})
}

// bench reads what a decision is made on.
func (s Reviews) bench(ctx context.Context, tx *sql.Tx, actor audit.Actor, reviewID, credentialID string) (b review.Bench, err error) {
	b.Review, err = one(ctx, tx, func(r row) (found review.Review, err error) {
		err = r.Scan(&found.ID, &found.Name, &found.State)
		return found, err
	}, review.ErrNoSuchReview, basicReview, reviewID)
	if err != nil {
		return b, err
	}
	if b.Named, err = value[bool](tx.QueryRowContext(ctx, isReviewer, reviewID, actor.PersonID)); err != nil {
		return b, err
	}
	if b.Item, err = one(ctx, tx, scanItem, review.ErrNoSuchReview, itemOfCredential, credentialID, reviewID); err != nil {
		return b, err
	}
	now, err := one(ctx, tx, scanCredential, credential.ErrNotFound, credentialOfAny, credentialID)
	if errors.Is(err, credential.ErrNotFound) {
		return b, nil
	}
	if err != nil {
		return b, err
	}
	b.Now = &now
	b.AccountNow, err = value[string](tx.QueryRowContext(ctx, accountOfOne, credentialID))
	return b, err
}

func storeDecision(ctx context.Context, tx *sql.Tx, i review.Item) error {
	return mustTouch(ctx, tx, review.ErrNoSuchReview, `
		UPDATE review_items
		   SET stage = ?, kind = ?, reason = ?, decided_by = ?, decided_by_name = ?, decided_at = ?, snapshot = ?,
		       question = ?, asked_by_name = ?, asked_at = ?, answer = ?, answered_by_name = ?, answered_at = ?, changes = ?
		 WHERE review_id = ? AND number = ?`,
		i.Stage, i.Kind, i.Reason, i.DecidedByID, i.DecidedByName, moment(i.DecidedAt), snapshot(i.Snapshot),
		i.Question, i.AskedByName, moment(i.AskedAt), i.Answer, i.AnsweredByName, moment(i.AnsweredAt), i.Changes,
		i.ReviewID, i.Number)
}

// storeEffect does to the linked account what was decided.
func storeEffect(ctx context.Context, tx *sql.Tx, before credential.Credential, r review.Ruling) error {
	entry := r.Entries[len(r.Entries)-1]
	if r.Unlinked {
		return removeAny(ctx, tx, before, entry)
	}
	if r.Stopped != nil {
		if err := changeAny(ctx, tx, *r.Stopped, entry); err != nil {
			return err
		}
	}
	if !r.Reviewed {
		return nil
	}
	return run(ctx, tx, `UPDATE credentials SET reviewed_at = ?, reviewed_by = ? WHERE id = ?`,
		moment(r.Item.DecidedAt), r.Item.DecidedByID, before.ID)
}
