package db

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"mooring/account"
	"mooring/audit"
	"mooring/credential"
	"mooring/review"
)

const (
	itemColumns = `i.review_id, i.number, i.position, i.credential_id, i.account_id, i.account, i.provider, i.label,
	       i.cloud_account_name, i.cloud_account, i.linked_by, i.linked_by_name, i.personal_of, i.stage,
	       i.kind, i.reason, i.decided_by, i.decided_by_name, i.decided_at, i.snapshot,
	       i.question, i.asked_by_name, i.asked_at, i.answer, i.answered_by_name, i.answered_at, i.gone, i.changes`

	selectItem = `SELECT ` + itemColumns + ` FROM review_items i`

	itemsOfReview    = selectItem + ` WHERE i.review_id = ? AND i.number > ? ORDER BY i.number LIMIT ?`
	itemsInStage     = selectItem + ` WHERE i.review_id = ? AND i.stage = ? AND i.number > ? ORDER BY i.number LIMIT ?`
	itemsDecided     = selectItem + ` WHERE i.review_id = ? AND i.kind = ? AND i.kind <> '' AND i.number > ? ORDER BY i.number LIMIT ?`
	itemOfCredential = selectItem + ` WHERE i.credential_id = ? AND i.review_id = ?`
	nextOpenItem     = `
	SELECT i.number FROM review_items i
	 WHERE i.review_id = ?1 AND i.stage = 'open' AND i.number > ?3 AND i.linked_by <> ?2 AND i.personal_of <> ?2
	 ORDER BY i.number LIMIT 1`
	itemByNumber = selectItem + ` WHERE i.review_id = ? AND i.number = ?`

	pastOfCredential = `
	SELECT ` + itemColumns + `, r.name, r.started_at
	  FROM review_items i JOIN reviews r ON r.id = i.review_id
	 WHERE i.credential_id = ?`

	questionsOfCredential = `
	SELECT r.id, r.name, r.due_at, i.credential_id, i.question, i.asked_by_name, i.asked_at,
	       i.answer, i.answered_by_name, i.answered_at
	  FROM review_items i JOIN reviews r ON r.id = i.review_id
	 WHERE i.credential_id = ? AND i.account_id = ? AND i.kind = 'ask' AND i.stage <> 'gone' AND r.state = 'open'`

	// Each account is looked up in the index of what is asked.
	unansweredOfAccounts = `
	SELECT i.account_id, count(*), min(r.due_at), r.id, r.name, i.credential_id, i.provider, c.label, i.question, i.asked_by_name, i.asked_at
	  FROM json_each(?)
	  CROSS JOIN review_items i INDEXED BY review_items_asked ON i.account_id = value AND i.stage = 'asked'
	  JOIN reviews r ON r.id = i.review_id AND r.state = 'open'
	  JOIN credentials c ON c.id = i.credential_id
	 GROUP BY key`
	unansweredAbout = `
	SELECT min(r.due_at), r.id, r.name, i.credential_id, i.question, i.asked_by_name, i.asked_at
	  FROM json_each(?2)
	  CROSS JOIN review_items i INDEXED BY review_items_asked ON i.account_id = ?1 AND i.credential_id = value AND i.stage = 'asked'
	  JOIN reviews r ON r.id = i.review_id AND r.state = 'open'
	 GROUP BY key`

	credentialsByID  = selectCredential + ` WHERE c.id IN (SELECT value FROM json_each(?))`
	accountsOfTheirs = `SELECT c.id, a.name FROM credentials c JOIN accounts a ON a.id = c.account_id WHERE c.id IN (SELECT value FROM json_each(?))`
	accountOfOne     = `SELECT a.name FROM credentials c JOIN accounts a ON a.id = c.account_id WHERE c.id = ?`
	basicReview      = `SELECT r.id, r.name, r.state FROM reviews r WHERE r.id = ?`
	isReviewer       = `SELECT EXISTS (SELECT 1 FROM review_reviewers WHERE review_id = ? AND person_id = ?)`
	nameOfPerson     = `SELECT name FROM people WHERE id = ?`
	nameOfOpenReview = `SELECT name FROM reviews WHERE id = ? AND state = 'open'`
)

// snapshot is stored as JSON, and none as an empty text.
type snapshot review.Snapshot

// Value implements driver.Valuer.
func (s snapshot) Value() (driver.Value, error) {
	text, err := json.Marshal(review.Snapshot(s))
	return string(text), err
}

// Scan implements sql.Scanner.
func (s *snapshot) Scan(from any) error {
	text, ok := from.(string)
	if !ok {
		return fmt.Errorf("a snapshot is stored as %T", from)
	}
	*s = snapshot{}
	if text == "" {
		return nil
	}
	if err := json.Unmarshal([]byte(text), (*review.Snapshot)(s)); err != nil {
		return fmt.Errorf("stored snapshot: %w", err)
	}
	return nil
}

func itemFields(i *review.Item) []any {
	return []any{&i.ReviewID, &i.Number, &i.Position, &i.CredentialID, &i.AccountID, &i.Account, &i.Provider, &i.Label,
		&i.CloudAccountName, &i.CloudAccount, &i.LinkedByID, &i.LinkedByName, &i.PersonalOf, &i.Stage,
		&i.Kind, &i.Reason, &i.DecidedByID, &i.DecidedByName, (*moment)(&i.DecidedAt), (*snapshot)(&i.Snapshot),
		&i.Question, &i.AskedByName, (*moment)(&i.AskedAt), &i.Answer, &i.AnsweredByName, (*moment)(&i.AnsweredAt), &i.Gone, &i.Changes}
}

func scanItem(r row) (i review.Item, err error) {
	err = r.Scan(itemFields(&i)...)
	return i, err
}

// AddItems adds what is still linked, and moves on in the same transaction:
// whenever the server stops, nothing is missed and nothing comes twice.
func (s Reviews) AddItems(ctx context.Context, reviewID string, credentialIDs []string, upTo int64) error {
	ids, err := json.Marshal(credentialIDs)
	if err != nil {
		return err
	}
	return s.db.change(ctx, func(tx *sql.Tx) error {
		before, err := value[int64](tx.QueryRowContext(ctx, `SELECT gathered FROM reviews WHERE id = ? AND state = 'gathering'`, reviewID))
		if errors.Is(err, sql.ErrNoRows) {
			return review.ErrNoSuchReview
		}
		if err != nil {
			return err
		}
		added, err := tx.ExecContext(ctx, `
			INSERT INTO review_items (review_id, number, position, credential_id, account_id, account, provider, label,
			       cloud_account_name, cloud_account, linked_by, linked_by_name, personal_of, stage)
			SELECT r.id, c.number, r.total + row_number() OVER (ORDER BY c.number), c.id, a.id, a.name, c.provider, c.label,
			       c.cloud_account_name, c.cloud_account, coalesce(c.created_by, ''), coalesce(p.name, ''),
			       CASE a.kind WHEN 'personal' THEN coalesce(
			           (SELECT m.person_id FROM memberships m WHERE m.account_id = a.id ORDER BY m.person_id LIMIT 1), '') ELSE '' END,
			       'open'
			  FROM json_each(?1) j
			  JOIN credentials c ON c.id = j.value
			  JOIN accounts a ON a.id = c.account_id
			  JOIN reviews r ON r.id = ?2
			  LEFT JOIN people p ON p.id = c.created_by
			 WHERE c.number > ?3 AND c.number <= ?4`, string(ids), reviewID, before, upTo)
		if err != nil {
			return err
		}
		n, err := added.RowsAffected()
		if err != nil {
			return err
		}
		err = run(ctx, tx, `
			UPDATE review_reviewers
			   SET own_open = own_open + (
			       SELECT count(*) FROM review_items i
			        WHERE i.review_id = ?1 AND i.stage = 'open' AND i.number > ?2
			          AND (i.linked_by = person_id OR i.personal_of = person_id))
			 WHERE review_id = ?1`, reviewID, before)
		if err != nil {
			return err
		}
		return run(ctx, tx, `UPDATE reviews SET total = total + ?1, open = open + ?1, gathered = ?2 WHERE id = ?3`, n, upTo, reviewID)
	})
}

// OpenReview opens a review that has all its items.
func (s Reviews) OpenReview(ctx context.Context, id string, entry audit.Entry) error {
	return s.db.write(ctx, entry, func(tx *sql.Tx) error {
		return mustTouch(ctx, tx, review.ErrNoSuchReview,
			`UPDATE reviews SET state = 'open' WHERE id = ? AND state = 'gathering'`, id)
	})
}

// Items lists items by number with their linked accounts as they are now.
func (s Reviews) Items(ctx context.Context, reviewID, filter string, after int64, most int) ([]review.Standing, error) {
	var items []review.Item
	var err error
	switch filter {
	case "":
		items, err = all(ctx, s.db.readers, scanItem, itemsOfReview, reviewID, after, most)
	case string(review.StageOpen), string(review.StageAsked), string(review.StageDecided), string(review.StageGone):
		items, err = all(ctx, s.db.readers, scanItem, itemsInStage, reviewID, filter, after, most)
	default:
		items, err = all(ctx, s.db.readers, scanItem, itemsDecided, reviewID, filter, after, most)
	}
	if err != nil || len(items) == 0 {
		return nil, err
	}
	return s.standing(ctx, items)
}

// standing reads along what items are about, in two queries for all of them.
func (s Reviews) standing(ctx context.Context, items []review.Item) ([]review.Standing, error) {
	ids := make([]string, len(items))
	for n, i := range items {
		ids[n] = i.CredentialID
	}
	list, err := json.Marshal(ids)
	if err != nil {
		return nil, err
	}
	found, err := all(ctx, s.db.readers, scanCredential, credentialsByID, string(list))
	if err != nil {
		return nil, err
	}
	accounts, err := all(ctx, s.db.readers, func(r row) (pair [2]string, err error) {
		err = r.Scan(&pair[0], &pair[1])
		return pair, err
	}, accountsOfTheirs, string(list))
	if err != nil {
		return nil, err
	}
	byID, names := map[string]*credential.Credential{}, map[string]string{}
	for n := range found {
		byID[found[n].ID] = &found[n]
	}
	for _, pair := range accounts {
		names[pair[0]] = pair[1]
	}
	standing := make([]review.Standing, len(items))
	for n, i := range items {
		standing[n] = review.Standing{Item: i, Now: byID[i.CredentialID], AccountNow: names[i.CredentialID]}
	}
	return standing, nil
}

// Recorded lists items as they are stored.
func (s Reviews) Recorded(ctx context.Context, reviewID string, after int64, most int) ([]review.Item, error) {
	return all(ctx, s.db.readers, scanItem, itemsOfReview, reviewID, after, most)
}

// Item finds the item of a credential.
func (s Reviews) Item(ctx context.Context, reviewID, credentialID string) (review.Standing, error) {
	item, err := one(ctx, s.db.readers, scanItem, review.ErrNoSuchReview, itemOfCredential, credentialID, reviewID)
	if err != nil {
		return review.Standing{}, err
	}
	return s.standingOne(ctx, item)
}

func (s Reviews) standingOne(ctx context.Context, item review.Item) (review.Standing, error) {
	found, err := s.standing(ctx, []review.Item{item})
	if err != nil {
		return review.Standing{}, err
	}
	return found[0], nil
}

// NextOpen finds the first open item behind a number that the person may
// decide. The index has all that it looks at.
func (s Reviews) NextOpen(ctx context.Context, reviewID, personID string, after int64) (review.Standing, error) {
	number, err := value[int64](s.db.readers.QueryRowContext(ctx, nextOpenItem, reviewID, personID, after))
	if errors.Is(err, sql.ErrNoRows) {
		err = review.ErrNothingLeft
	}
	if err != nil {
		return review.Standing{}, err
	}
	item, err := one(ctx, s.db.readers, scanItem, review.ErrNothingLeft, itemByNumber, reviewID, number)
	if err != nil {
		return review.Standing{}, err
	}
	return s.standingOne(ctx, item)
}

// History lists the reviews that a credential was part of, the latest first.
// They are few.
func (s Reviews) History(ctx context.Context, credentialID string, most int) ([]review.Past, error) {
	past, err := all(ctx, s.db.readers, func(r row) (p review.Past, err error) {
		err = r.Scan(append(itemFields(&p.Item), &p.Review, (*moment)(&p.ReviewAt))...)
		return p, err
	}, pastOfCredential, credentialID)
	if err != nil {
		return nil, err
	}
	slices.SortStableFunc(past, func(a, b review.Past) int { return b.ReviewAt.Compare(a.ReviewAt) })
	return past[:min(most, len(past))], nil
}

// Questions lists what open reviews ask about a credential of the account.
func (s Reviews) Questions(ctx context.Context, accountID, credentialID string) ([]review.Question, error) {
	return all(ctx, s.db.readers, func(r row) (q review.Question, err error) {
		err = r.Scan(&q.ReviewID, &q.Review, (*moment)(&q.DueAt), &q.CredentialID, &q.Text, &q.AskedByName, (*moment)(&q.AskedAt),
			&q.Answer, &q.AnsweredByName, (*moment)(&q.AnsweredAt))
		return q, err
	}, questionsOfCredential, credentialID, accountID)
}

// Unanswered tells what open reviews ask the owners of these accounts.
func (s Reviews) Unanswered(ctx context.Context, accountIDs []string) ([]review.Unanswered, error) {
	ids, err := json.Marshal(accountIDs)
	if err != nil {
		return nil, err
	}
	return all(ctx, s.db.readers, func(r row) (u review.Unanswered, err error) {
		q := &u.First
		err = r.Scan(&u.AccountID, &u.Total, (*moment)(&q.DueAt), &q.ReviewID, &q.Review, &q.CredentialID, &u.Provider, &u.Label,
			&q.Text, &q.AskedByName, (*moment)(&q.AskedAt))
		return u, err
	}, unansweredOfAccounts, string(ids))
}

// UnansweredAbout gives the question about each of these that is due first.
func (s Reviews) UnansweredAbout(ctx context.Context, accountID string, credentialIDs []string) (map[string]review.Question, error) {
	ids, err := json.Marshal(credentialIDs)
	if err != nil {
		return nil, err
	}
	questions, err := all(ctx, s.db.readers, func(r row) (q review.Question, err error) {
		err = r.Scan((*moment)(&q.DueAt), &q.ReviewID, &q.Review, &q.CredentialID, &q.Text, &q.AskedByName, (*moment)(&q.AskedAt))
		return q, err
	}, unansweredAbout, accountID, string(ids))
	about := make(map[string]review.Question, len(questions))
	for _, q := range questions {
		about[q.CredentialID] = q
	}
	return about, err
}

// Answer stores what an owner answers, and opens the item again.
func (s Reviews) Answer(ctx context.Context, accountID, credentialID, reviewID, answer string, entry audit.Entry) error {
	return s.db.change(ctx, func(tx *sql.Tx) error {
		if err := mayUse(ctx, tx, entry.Actor, accountID, account.Owner); err != nil {
			return err
		}
		var err error
		entry.Detail, err = value[string](tx.QueryRowContext(ctx, nameOfOpenReview, reviewID))
		if errors.Is(err, sql.ErrNoRows) {
			return review.ErrNoQuestion
		}
		if err != nil {
			return err
		}
		by, err := value[string](tx.QueryRowContext(ctx, nameOfPerson, entry.Actor.PersonID))
		if err != nil {
			return err
		}
		err = mustTouch(ctx, tx, review.ErrNoQuestion, `
			UPDATE review_items
			   SET stage = 'open', answer = ?, answered_by_name = ?, answered_at = ?, changes = changes + 1
			 WHERE review_id = ? AND credential_id = ? AND account_id = ? AND stage = 'asked'`,
			answer, by, moment(entry.At), reviewID, credentialID, accountID)
		if err != nil {
			return err
		}
		return s.db.addEntry(ctx, tx, entry)
	})
}
