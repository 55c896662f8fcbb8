package db

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"mooring/audit"
	"mooring/review"
)

// Reviews is the database as review.Store.
type Reviews struct{ db *DB }

var _ review.Store = Reviews{}

// Reviews gives the store of reviews and of their schedules.
func (db *DB) Reviews() Reviews { return Reviews{db} }

// selectReview reads the counters that the triggers keep, and never counts.
const (
	selectReview = `
	SELECT r.id, r.name, r.selection, r.about, coalesce(r.started_by, ''), r.started_by_name, r.started_at, r.due_at,
	       r.state, r.gathered, r.closed_at, r.closed_by_name, r.total, r.open, r.asked, r.decided, r.gone, r.schedule_id,
	       r.anchor_entry, r.anchor_digest,
	       (SELECT json_group_array(json_object('id', w.person_id, 'name', w.name, 'email', w.email, 'decided', w.decided,
	               'own', w.own_open, 'away', NOT EXISTS (
	                   SELECT 1 FROM people p WHERE p.id = w.person_id AND p.site_admin = 1 AND p.disabled_at = 0)))
	          FROM review_reviewers w WHERE w.review_id = r.id)
	  FROM reviews r`

	reviewByID       = selectReview + ` WHERE r.id = ?`
	reviewsLatest    = selectReview + ` WHERE r.number > 0 ORDER BY r.number DESC LIMIT ?`
	reviewsGathering = selectReview + ` WHERE r.state = 'gathering' AND r.number > 0 ORDER BY r.number`
	reviewsOverdue   = selectReview + `
	 WHERE r.state <> 'closed' AND r.due_at < ?1 AND (r.open + r.asked > 0 OR r.state = 'gathering')
	   AND (r.started_by = ?2 OR EXISTS (
	        SELECT 1 FROM review_reviewers w WHERE w.review_id = r.id AND w.person_id = ?2 AND r.open > w.own_open))
	 ORDER BY r.due_at`

	// What a pair of reviewers shares, so that neither may decide it. There is
	// hardly ever any, and only this index knows that.
	sharedByTwo = `
	SELECT count(*) FROM review_items INDEXED BY review_items_of_two
	 WHERE review_id = ?1 AND stage = 'open' AND personal_of <> '' AND personal_of <> linked_by
	   AND linked_by IN (?2, ?3) AND personal_of IN (?2, ?3)`

	unsealedReviews = `SELECT id FROM reviews WHERE state = 'closed' AND signed = '' AND number > 0 ORDER BY number`

	administrators = `
	SELECT p.id, p.name, p.email FROM people p
	 WHERE p.site_admin = 1 AND p.disabled_at = 0 AND p.name >= ''
	 ORDER BY p.name, p.id`
)

// keptReviewer is how a reviewer comes with a review.
type keptReviewer struct {
	ID      string `json:"id"`
	Name    string `json:"name"`
	Email   string `json:"email"`
	Decided int    `json:"decided"`
	Own     int    `json:"own"`
	Away    int    `json:"away"`
}

func scanReview(r row) (found review.Review, err error) {
	var reviewers string
	err = r.Scan(&found.ID, &found.Name, (*jobSelection)(&found.Selection), &found.About, &found.StartedByID, &found.StartedByName,
		(*moment)(&found.StartedAt), (*moment)(&found.DueAt), &found.State, &found.Gathered, (*moment)(&found.ClosedAt), &found.ClosedByName,
		&found.Total, &found.Open, &found.Asked, &found.Decided, &found.Gone, &found.ScheduleID,
		&found.Anchor.Entry, &found.Anchor.Digest, &reviewers)
	if err != nil {
		return review.Review{}, err
	}
	var kept []keptReviewer
	if err := json.Unmarshal([]byte(reviewers), &kept); err != nil {
		return review.Review{}, fmt.Errorf("reviewers of a review: %w", err)
	}
	for _, k := range kept {
		found.Reviewers = append(found.Reviewers, review.Reviewer{PersonID: k.ID, Name: k.Name, Email: k.Email,
			Decided: k.Decided, Open: found.Open - k.Own, Away: k.Away != 0})
	}
	sortReviewers(found.Reviewers)
	return found, nil
}

func sortReviewers(reviewers []review.Reviewer) {
	slices.SortFunc(reviewers, func(a, b review.Reviewer) int {
		return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.PersonID, b.PersonID))
	})
}

// withStuck adds how many items nobody may decide. An item is the own of two
// people at most, so that three reviewers never share one.
func withStuck(ctx context.Context, from reader, r *review.Review) error {
	var able []review.Reviewer
	for _, who := range r.Reviewers {
		if !who.Away {
			able = append(able, who)
		}
	}
	var err error
	switch len(able) {
	case 0:
		r.Stuck = r.Open
	case 1:
		r.Stuck = r.Open - able[0].Open
	case 2:
		r.Stuck, err = value[int](from.QueryRowContext(ctx, sharedByTwo, r.ID, able[0].PersonID, able[1].PersonID))
	}
	return err
}

func (s Reviews) list(ctx context.Context, query string, args ...any) ([]review.Review, error) {
	found, err := all(ctx, s.db.readers, scanReview, query, args...)
	if err != nil {
		return nil, err
	}
	for i := range found {
		if err := withStuck(ctx, s.db.readers, &found[i]); err != nil {
			return nil, err
		}
	}
	return found, nil
}

// Review finds one review.
func (s Reviews) Review(ctx context.Context, id string) (review.Review, error) {
	found, err := one(ctx, s.db.readers, scanReview, review.ErrNoSuchReview, reviewByID, id)
	if err == nil {
		err = withStuck(ctx, s.db.readers, &found)
	}
	return found, err
}

// Reviews lists the latest, the latest first.
func (s Reviews) Reviews(ctx context.Context, most int) ([]review.Review, error) {
	return s.list(ctx, reviewsLatest, most)
}

// Overdue lists those that are late and concern the person, the longest late first.
func (s Reviews) Overdue(ctx context.Context, personID string, now time.Time) ([]review.Review, error) {
	return s.list(ctx, reviewsOverdue, moment(now), personID)
}

// Gathering lists those that have not got all their items.
func (s Reviews) Gathering(ctx context.Context) ([]review.Review, error) {
	return s.list(ctx, reviewsGathering)
}

// Administrators lists those who can sign in, by name.
func (s Reviews) Administrators(ctx context.Context) ([]review.Reviewer, error) {
	scan := func(r row) (found review.Reviewer, err error) {
		err = r.Scan(&found.PersonID, &found.Name, &found.Email)
		return found, err
	}
	return all(ctx, s.db.readers, scan, administrators)
}

// AddReview stores a review that gathers, for a person or for a schedule.
func (s Reviews) AddReview(ctx context.Context, r review.Review, schedule *review.Start, entry audit.Entry) error {
	return s.db.write(ctx, entry, func(tx *sql.Tx) error {
		if err := mayAdminister(ctx, tx, entry.Actor); err != nil {
			return err
		}
		if schedule != nil {
			if err := moveOn(ctx, tx, *schedule, "", time.Time{}); err != nil {
				return err
			}
		}
		selection, err := meantText(ctx, tx, r.Selection)
		if err != nil {
			return err
		}
		err = run(ctx, tx, `
			INSERT INTO reviews (id, name, selection, about, started_by, started_by_name, started_at, due_at, state, schedule_id)
			VALUES (?, ?, ?, ?, nullif(?, ''), ?, ?, ?, ?, ?)`,
			r.ID, r.Name, selection, r.About, r.StartedByID, r.StartedByName, moment(r.StartedAt), moment(r.DueAt), r.State, r.ScheduleID)
		if err != nil {
			return err
		}
		named := false
		for _, who := range r.Reviewers {
			one, err := addReviewer(ctx, tx, r.ID, who.PersonID)
			if err != nil {
				return err
			}
			named = named || one
		}
		if !named {
			return review.ErrNobodyLeft
		}
		return nil
	})
}

// addReviewer names somebody who is an administrator now, under the name they
// have now.
func addReviewer(ctx context.Context, tx *sql.Tx, reviewID, personID string) (named bool, err error) {
	return touches(ctx, tx, `
		INSERT INTO review_reviewers (review_id, person_id, name, email)
		SELECT ?, p.id, p.name, p.email FROM people p
		 WHERE p.id = ? AND p.site_admin = 1 AND p.disabled_at = 0`, reviewID, personID)
}

// AddReviewer names one more reviewer while the review is not closed.
func (s Reviews) AddReviewer(ctx context.Context, id string, who review.Reviewer, entry audit.Entry) error {
	return s.db.write(ctx, entry, func(tx *sql.Tx) error {
		if err := mayAdminister(ctx, tx, entry.Actor); err != nil {
			return err
		}
		switch state, err := reviewState(ctx, tx, id); {
		case err != nil:
			return err
		case state == review.Closed:
			return review.ErrClosed
		}
		named, err := addReviewer(ctx, tx, id, who.PersonID)
		switch {
		case refusedAsKnown(err):
			return review.ErrAlreadyReviewer.Because(err)
		case err != nil:
			return err
		case !named:
			return review.ErrNobodyLeft
		}
		return run(ctx, tx, `
			UPDATE review_reviewers
			   SET own_open = (SELECT count(*) FROM review_items
			                    WHERE review_id = ?1 AND stage = 'open' AND (linked_by = ?2 OR personal_of = ?2))
			 WHERE review_id = ?1 AND person_id = ?2`, id, who.PersonID)
	})
}

func reviewState(ctx context.Context, tx *sql.Tx, id string) (review.State, error) {
	state, err := value[review.State](tx.QueryRowContext(ctx, `SELECT state FROM reviews WHERE id = ?`, id))
	if errors.Is(err, sql.ErrNoRows) {
		err = review.ErrNoSuchReview
	}
	return state, err
}

// CloseReview closes a review, with the items that it has got so far, and keeps where the audit log was then.
func (s Reviews) CloseReview(ctx context.Context, id, byName string, at time.Time, entry audit.Entry) error {
	return s.db.change(ctx, func(tx *sql.Tx) error {
		if err := mayAdminister(ctx, tx, entry.Actor); err != nil {
			return err
		}
		switch state, err := reviewState(ctx, tx, id); {
		case err != nil:
			return err
		case state == review.Closed:
			return review.ErrClosed
		}
		if err := s.db.addEntry(ctx, tx, entry); err != nil {
			return err
		}
		return run(ctx, tx, `
			UPDATE reviews
			   SET state = 'closed', closed_at = ?, closed_by_name = ?,
			       anchor_entry = (SELECT number FROM audit_head), anchor_digest = (SELECT digest FROM audit_head)
			 WHERE id = ?`, moment(at), byName, id)
	})
}

// Unsealed lists closed reviews whose evidence nobody has signed.
func (s Reviews) Unsealed(ctx context.Context) ([]string, error) {
	scan := func(r row) (id string, err error) {
		err = r.Scan(&id)
		return id, err
	}
	return all(ctx, s.db.readers, scan, unsealedReviews)
}

const sealOfReview = `SELECT signed FROM reviews WHERE id = ?`

// Seal gives what was signed, and the zero value when nothing was.
func (s Reviews) Seal(ctx context.Context, id string) (seal review.Seal, err error) {
	text, err := value[string](s.db.readers.QueryRowContext(ctx, sealOfReview, id))
	if errors.Is(err, sql.ErrNoRows) {
		return seal, review.ErrNoSuchReview
	}
	if err != nil || text == "" {
		return seal, err
	}
	if err := json.Unmarshal([]byte(text), &seal); err != nil {
		return seal, fmt.Errorf("seal of the review %s: %w", id, err)
	}
	return seal, nil
}

// SetSeal keeps what was signed about a closed review.
func (s Reviews) SetSeal(ctx context.Context, id string, seal review.Seal) error {
	text, err := json.Marshal(seal)
	if err != nil {
		return err
	}
	return s.db.change(ctx, func(tx *sql.Tx) error {
		return mustTouch(ctx, tx, review.ErrNoSuchReview,
			`UPDATE reviews SET signed = ? WHERE id = ? AND state = 'closed'`, string(text), id)
	})
}

// Note writes an entry about what an administrator takes out.
func (s Reviews) Note(ctx context.Context, entry audit.Entry) error {
	return s.db.write(ctx, entry, func(tx *sql.Tx) error { return mayAdminister(ctx, tx, entry.Actor) })
}
