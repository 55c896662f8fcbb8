package db

import (
	"context"
	"database/sql"
	"slices"
	"time"
	"unicode/utf8"

	"mooring/audit"
	"mooring/certificate"
	"mooring/credential"
	"mooring/review"
)

// Register is the database as review.RegisterStore. Nothing it does for a page
// grows with the number of linked accounts: what no index has in order is
// looked for in bounded turns.
type Register struct {
	db   *DB
	from reader
	limits
}

var _ review.RegisterStore = Register{}

// Register gives the store of the administrators' list.
func (db *DB) Register() Register { return Register{db, db.readers, usual()} }

// ListLinked gives a page.
func (s Register) ListLinked(ctx context.Context, q review.Query, after review.Cursor, most int, now time.Time) (review.Listing, error) {
	f, err := s.resolve(ctx, review.Selection{All: true, Query: q}, now)
	if err != nil || f.none {
		return review.Listing{}, err
	}
	l := listing{Register: s, filter: f, query: q, after: after, most: most}
	if len(q.Terms()) > 0 {
		return l.search(ctx)
	}
	return l.page(ctx)
}

// listing is one page on its way.
type listing struct {
	Register
	filter linkedFilter
	query  review.Query
	after  review.Cursor
	most   int
}

// page lists without a search.
func (l listing) page(ctx context.Context) (review.Listing, error) {
	if way, ok := l.straight(); ok {
		found, err := l.walk(ctx, way)
		if err != nil {
			return review.Listing{}, err
		}
		found.Total, found.More, err = l.straightTotal(ctx)
		return found, err
	}
	few, ok, err := l.fewest(ctx)
	if err != nil {
		return review.Listing{}, err
	}
	if ok {
		rows, err := l.rowsOf(ctx, few.source, few.where)
		if err != nil {
			return review.Listing{}, err
		}
		return l.sorted(rows), nil
	}
	found, err := l.walk(ctx, l.best())
	if err != nil {
		return review.Listing{}, err
	}
	found.Total, found.More, err = l.countSome(ctx)
	return found, err
}

const (
	accountNamesFrom = `SELECT name FROM register_accounts WHERE name >= ?1 AND name < ?1 || char(1114111) ORDER BY name LIMIT ?2`
	accountNamesWith = `SELECT n.name FROM register_account_texts CROSS JOIN register_accounts n ON n.number = register_account_texts.rowid
	 WHERE register_account_texts MATCH ?1 LIMIT ?2`
)

// AccountNames suggests names of accounts that link something.
func (s Register) AccountNames(ctx context.Context, letters string, most int) ([]string, error) {
	found, err := all(ctx, s.from, value[string], accountNamesFrom, letters, most)
	if err != nil || len(found) == most || utf8.RuneCountInString(letters) < review.ShortestSearch {
		return found, err
	}
	with, err := all(ctx, s.from, value[string], accountNamesWith, quoted([]string{letters}), most)
	for _, name := range with {
		if !slices.Contains(found, name) && len(found) < most {
			found = append(found, name)
		}
	}
	return found, err
}

const linkedCounts = `SELECT what, key, total FROM register_counts`

// LinkedTotals gives the counts that triggers keep.
func (s Register) LinkedTotals(ctx context.Context) (review.Totals, error) {
	counts, err := all(ctx, s.from, scanCount, linkedCounts)
	if err != nil {
		return review.Totals{}, err
	}
	totals := review.Totals{ByStatus: map[credential.Status]int{}, ByProvider: map[string]int{}}
	for _, c := range counts {
		switch c.what {
		case "all":
			totals.All = c.total
		case "never-reviewed":
			totals.NeverReviewed = c.total
		case "status":
			totals.ByStatus[credential.Status(c.key)] = c.total
		case "provider":
			totals.ByProvider[c.key] = c.total
		}
	}
	return totals, nil
}

type linkedCount struct {
	what, key string
	total     int
}

func scanCount(r row) (c linkedCount, err error) {
	err = r.Scan(&c.what, &c.key, &c.total)
	return c, err
}

// AddExport tells the audit log that a list is about to leave.
func (s Register) AddExport(ctx context.Context, entry audit.Entry) error {
	return s.db.write(ctx, entry, func(tx *sql.Tx) error { return mayAdminister(ctx, tx, entry.Actor) })
}

// The moves that time alone makes: a certificate begins to expire, it ends, and a
// link has not been checked for too long.
const (
	statusesBegin = `
	UPDATE credentials SET status = CASE WHEN expires_at <= ?1 THEN 'needs-attention' ELSE 'expiring' END
	 WHERE number IN (SELECT number FROM credentials INDEXED BY register_status_expires
	                   WHERE status IN ('connected', 'warning') AND expires_at <= ?2 LIMIT ?3)`
	statusesEnd = `
	UPDATE credentials SET status = 'needs-attention'
	 WHERE number IN (SELECT number FROM credentials INDEXED BY register_status_expires
	                   WHERE status = 'expiring' AND expires_at <= ?1 LIMIT ?2)`
	statusesOverdue = `
	UPDATE credentials SET status = 'warning'
	 WHERE number IN (SELECT number FROM credentials INDEXED BY register_status_checked
	                   WHERE status = 'connected' AND last_checked_at > 0 AND last_checked_at <= ?1 LIMIT ?2)`
)

// RefreshStatuses sets the status of connected links that crossed a threshold of
// time.
func (s Register) RefreshStatuses(ctx context.Context, now time.Time, most int) (changed int, err error) {
	waiting, err := value[bool](s.from.QueryRowContext(ctx, statusesWait,
		moment(now), moment(now.Add(certificate.WarnBefore)), moment(now.Add(-credential.UncheckedLimit))))
	if err != nil || !waiting {
		return 0, err // nobody's kept page is thrown away for nothing
	}
	err = s.db.change(ctx, func(tx *sql.Tx) error {
		begun, err := touched(ctx, tx, statusesBegin, moment(now), moment(now.Add(certificate.WarnBefore)), most)
		if err != nil {
			return err
		}
		ended, err := touched(ctx, tx, statusesEnd, moment(now), most-begun)
		if err != nil {
			return err
		}
		overdue, err := touched(ctx, tx, statusesOverdue, moment(now.Add(-credential.UncheckedLimit)), most-begun-ended)
		changed = begun + ended + overdue
		return err
	})
	return changed, err
}

const statusesWait = `
	SELECT EXISTS (SELECT 1 FROM credentials INDEXED BY register_status_expires WHERE status = 'expiring' AND expires_at <= ?1)
	    OR EXISTS (SELECT 1 FROM credentials INDEXED BY register_status_expires WHERE status IN ('connected', 'warning') AND expires_at <= ?2)
	    OR EXISTS (SELECT 1 FROM credentials INDEXED BY register_status_checked WHERE status = 'connected' AND last_checked_at > 0 AND last_checked_at <= ?3)`

// touched runs a statement and counts the rows that it touched.
func touched(ctx context.Context, tx *sql.Tx, statement string, args ...any) (int, error) {
	result, err := tx.ExecContext(ctx, statement, args...)
	if err != nil {
		return 0, err
	}
	n, err := result.RowsAffected()
	return int(n), err
}
