package registerquery

import (
	"context"
	"math"
	"time"

	"mooring/credential"
	"mooring/register"
)

// linkedFilter is what a query asks of each row, with what is known about how
// many rows that leaves.
type linkedFilter struct {
	status, provider, accountID string // empty: any
	never                       bool
	expiresBy, checkedBefore    int64 // the highest number there is: any

	none  bool // nothing can match
	total int  // of all rows
	kept  []dimension
}

// dimension is a filter whose rows are counted all the time.
type dimension struct {
	name  string // in the names of its indexes
	where string
	total int
}

const anyTime = math.MaxInt64

// Every statement of the list takes the same parameters, so that there are few
// of them.
//
//	?1 status  ?2 provider  ?3 account  ?4 never reviewed  ?5 expires by  ?6 checked before
//	?7 key and ?8 number to go on from  ?9 rows to look at  ?10 highest key  ?11 rows to give  ?12 a JSON list
const matches = `(?1 = '' OR c.status = ?1) AND (?2 = '' OR c.provider = ?2) AND (?3 = '' OR c.account_id = ?3)
	AND (?4 = 0 OR c.reviewed_at = 0) AND c.expires_at <= ?5 AND c.last_checked_at < ?6`

// arguments are those beside the filter's.
type arguments struct {
	key     any
	number  int64
	look    int
	highest int64
	give    int
	list    string
}

func (f linkedFilter) args(a arguments) []any {
	return []any{f.status, f.provider, f.accountID, f.never, f.expiresBy, f.checkedBefore, a.key, a.number, a.look, a.highest, a.give, a.list}
}

const (
	accountLinked     = `SELECT account_id, total FROM register_accounts WHERE name = ?`
	accountLinkedByID = `SELECT account_id, total FROM register_accounts WHERE account_id = ?`
)

// resolve finds what a selection of all that match names, and how much there is
// of it.
func (s Planner) resolve(ctx context.Context, sel register.Selection, now time.Time) (linkedFilter, error) {
	q := sel.Query
	f := linkedFilter{status: string(q.Status), provider: q.Provider, never: q.NeverReviewed, expiresBy: anyTime, checkedBefore: anyTime}
	if q.ExpiringWithin > 0 {
		f.expiresBy = now.Add(time.Duration(q.ExpiringWithin) * 24 * time.Hour).UnixMilli()
	}
	if !q.NotCheckedSince.IsZero() {
		f.checkedBefore = q.NotCheckedSince.UnixMilli()
	}
	totals, err := s.LinkedTotals(ctx)
	if err != nil {
		return f, err
	}
	f.total = totals.All
	if q.Status != "" {
		f.keep("status", `c.status = ?1`, totals.ByStatus[credential.Status(f.status)])
	}
	if q.Provider != "" {
		f.keep("provider", `c.provider = ?2`, totals.ByProvider[f.provider])
	}
	if q.Account != "" {
		find, named := accountLinked, q.Account
		if sel.AccountID != "" {
			find, named = accountLinkedByID, sel.AccountID
		}
		accounts, err := all(ctx, s.from, scanLinkedName, find, named)
		if err != nil {
			return f, err
		}
		total := 0
		if len(accounts) == 1 {
			f.accountID, total = accounts[0].id, accounts[0].total
		}
		f.keep("account", `c.account_id = ?3`, total)
	}
	if q.NeverReviewed {
		f.keep("never", `c.reviewed_at = 0`, totals.NeverReviewed)
	}
	f.none = f.none || f.total == 0 || q.MatchesNothing()
	return f, nil
}

func (f *linkedFilter) keep(name, where string, total int) {
	f.kept = append(f.kept, dimension{name, where, total})
	f.none = f.none || total == 0
}

// smallest gives the kept dimension with the fewest rows.
func (f linkedFilter) smallest() (least dimension, ok bool) {
	for _, d := range f.kept {
		if !ok || d.total < least.total {
			least, ok = d, true
		}
	}
	return least, ok
}

func (f linkedFilter) expiring() bool     { return f.expiresBy != anyTime }
func (f linkedFilter) notChecked() bool   { return f.checkedBefore != anyTime }
func (f linkedFilter) filtersOther() bool { return len(f.kept) > 0 || f.expiring() || f.notChecked() }

// linkedName is an account or a person that links something.
type linkedName struct {
	id    string
	total int
}

func scanLinkedName(r Scanner) (n linkedName, err error) {
	err = r.Scan(&n.id, &n.total)
	return n, err
}
