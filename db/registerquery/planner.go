package registerquery

import (
	"context"
	"slices"
	"time"
	"unicode/utf8"

	"mooring/credential"
	"mooring/register"
)

// Planner answers what register.Store asks about linked accounts. Nothing it does
// for a page grows with their number: what no index has in order is looked for in
// bounded turns.
type Planner struct {
	from Reader
	rows Rows
	limits
}

// New makes a planner that asks from and reads rows as told.
func New(from Reader, rows Rows) Planner { return Planner{from, rows, usual()} }

// ListLinked gives a page.
func (s Planner) ListLinked(ctx context.Context, q register.Query, after register.Cursor, most int, now time.Time) (register.Listing, error) {
	f, err := s.resolve(ctx, register.Selection{All: true, Query: q}, now)
	if err != nil || f.none {
		return register.Listing{}, err
	}
	l := listing{Planner: s, filter: f, query: q, after: after, most: most}
	if len(q.Terms()) > 0 {
		return l.search(ctx)
	}
	return l.page(ctx)
}

// listing is one page on its way.
type listing struct {
	Planner
	filter linkedFilter
	query  register.Query
	after  register.Cursor
	most   int
}

// page lists without a search.
func (l listing) page(ctx context.Context) (register.Listing, error) {
	if way, ok := l.straight(); ok {
		found, err := l.walk(ctx, way)
		if err != nil {
			return register.Listing{}, err
		}
		found.Total, found.More, err = l.straightTotal(ctx)
		return found, err
	}
	few, ok, err := l.fewest(ctx)
	if err != nil {
		return register.Listing{}, err
	}
	if ok {
		rows, err := l.rowsOf(ctx, few.source, few.where)
		if err != nil {
			return register.Listing{}, err
		}
		return l.sorted(rows), nil
	}
	found, err := l.walk(ctx, l.best())
	if err != nil {
		return register.Listing{}, err
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
func (s Planner) AccountNames(ctx context.Context, letters string, most int) ([]string, error) {
	found, err := all(ctx, s.from, value[string], accountNamesFrom, letters, most)
	if err != nil || len(found) == most || utf8.RuneCountInString(letters) < register.ShortestSearch {
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
func (s Planner) LinkedTotals(ctx context.Context) (register.Totals, error) {
	counts, err := all(ctx, s.from, scanCount, linkedCounts)
	if err != nil {
		return register.Totals{}, err
	}
	totals := register.Totals{ByStatus: map[credential.Status]int{}, ByProvider: map[string]int{}}
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

func scanCount(r Scanner) (c linkedCount, err error) {
	err = r.Scan(&c.what, &c.key, &c.total)
	return c, err
}
