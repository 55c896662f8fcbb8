package registerquery

import (
	"context"
	"math"
	"slices"
	"strings"

	"mooring/register"
)

// way is an index that has the order of a page.
type way struct {
	dimension      // that it begins with; empty: none
	byAccount bool // accounts by name, and the links of each by label
	order     register.Sort
	covers    bool  // holds all that is filtered by
	filters   bool  // rows have to be compared with the filter
	highest   int64 // key, for orders by time
}

var linkedKeys = map[register.Sort]struct{ index, column string }{
	register.ByLabel:    {"label", "c.label"},
	register.ByChecked:  {"checked", "c.last_checked_at"},
	register.ByExpires:  {"expires", "c.expires_at"},
	register.ByReviewed: {"reviewed", "c.reviewed_at"},
}

func (w way) source() string {
	name := "register_"
	if w.name != "" {
		name += w.name + "_"
	}
	return `credentials c INDEXED BY ` + name + linkedKeys[w.order].index
}

// order is what has to be sorted by. In one account that is never the account.
func (l listing) order() register.Sort {
	if order := l.query.Order(); order != register.ByAccount || l.filter.accountID == "" {
		return order
	}
	return register.ByLabel
}

func (l listing) way(d dimension, filters bool) way {
	w := way{dimension: d, order: l.order(), filters: filters, highest: anyTime,
		covers: d.name == "" || d.name == "account" && l.order() == register.ByLabel}
	switch w.order {
	case register.ByExpires:
		w.highest = l.filter.expiresBy
	case register.ByChecked:
		w.highest = l.filter.checkedBefore - 1
	case register.ByReviewed:
		if l.filter.never {
			w.highest = 0
		}
	case register.ByAccount:
		w.byAccount, w.order = true, register.ByLabel
	}
	return w
}

// straight gives the index whose next rows are the page, if there is one.
func (l listing) straight() (way, bool) {
	f, order := l.filter, l.order()
	switch {
	case f.expiring() && order != register.ByExpires, f.notChecked() && order != register.ByChecked, len(f.kept) > 1:
		return way{}, false
	case len(f.kept) == 0:
		return l.way(dimension{}, false), true
	case order == register.ByAccount:
		return way{}, false
	case order == register.ByReviewed:
		return l.way(dimension{}, false), f.never
	}
	return l.way(f.kept[0], false), true
}

// best gives the index to look through when none has just the page.
func (l listing) best() way {
	order := l.order()
	least, ok := l.filter.smallest()
	if ok && order != register.ByReviewed && order != register.ByAccount && least.total < l.filter.total/l.lookCost {
		return l.way(least, true)
	}
	if l.filter.accountID != "" && order == register.ByLabel {
		return l.way(dimension{name: "account", where: `c.account_id = ?3`}, true)
	}
	return l.way(dimension{}, true)
}

// part is a stretch of an index in which one range finds the next rows.
type part struct {
	source, where, order string
	key                  any
	number               int64
	accountID            string // instead of the filter's
}

const (
	highestNumber = math.MaxInt64
	lowestNumber  = math.MinInt64
)

var beyondText = []byte{0xff} // sorts after every text

// parts gives the stretches behind a cursor, in order: the rest of those with
// the same key, and those beyond. SQLite would look through all with the same
// key if it were asked for both at once.
func (l listing) parts(ctx context.Context, w way, after register.Cursor) ([]part, error) {
	if !w.byAccount {
		return w.parts(after, l.query.Descending, ""), nil
	}
	beyond, direction := ">", ""
	var key any = after.Account
	if l.query.Descending {
		beyond, direction = "<", " DESC"
		if after.IsZero() {
			key = beyondText
		}
	}
	var parts []part
	if !after.IsZero() {
		named, err := all(ctx, l.from, scanLinkedName, accountLinked, after.Account)
		if err != nil {
			return nil, err
		}
		if len(named) == 1 { // it may be gone, or have another name
			inside := l.way(dimension{name: "account", where: `c.account_id = ?3`}, w.filters)
			inside.byAccount, inside.order = false, register.ByLabel
			parts = inside.parts(after, l.query.Descending, named[0].id)
		}
	}
	return append(parts, part{
		source: `register_accounts n CROSS JOIN credentials c INDEXED BY register_account_label ON c.account_id = n.account_id`,
		where:  `n.name ` + beyond + ` ?7`, order: `n.name` + direction + `, c.label` + direction + `, c.number` + direction, key: key}), nil
}

func (w way) parts(after register.Cursor, descending bool, accountID string) []part {
	column := linkedKeys[w.order].column
	timed := w.order != register.ByLabel
	beyond, direction := " > ", ""
	if descending {
		beyond, direction = " < ", " DESC"
	}
	p := part{source: w.source(), order: column + direction + `, c.number` + direction, accountID: accountID}
	within := `TRUE`
	if w.where != "" {
		within = w.where
	}
	ceiling := ""
	if timed && !descending {
		ceiling = ` AND ` + column + ` <= ?10`
	}
	if after.IsZero() {
		p.where = within + ` AND ` + column + strings.TrimRight(beyond, " ") + `= ?7` + ceiling
		switch {
		case timed && descending:
			p.key = w.highest
		case timed:
			p.key = int64(lowestNumber)
		case descending:
			p.key = beyondText
		default:
			p.key = ""
		}
		return []part{p}
	}
	p.number, p.key = after.Number, after.Label
	if timed {
		p.key = moment(after.At)
	}
	same := p
	same.where = within + ` AND ` + column + ` = ?7 AND c.number` + beyond + `?8`
	p.where = within + ` AND ` + column + beyond + `?7` + ceiling
	return []part{same, p}
}

// The three questions about a stretch: its rows, its rows that match among so
// many, and the last of so many.
func (p part) rows(read Rows) string {
	return `SELECT ` + read.Columns + ` FROM ` + p.source + read.Joins + ` WHERE ` + p.where + ` ORDER BY ` + p.order + ` LIMIT ?11`
}

const filtered = `c.number, c.status, c.provider, c.account_id, c.reviewed_at, c.expires_at, c.last_checked_at`

var looksMatch = strings.ReplaceAll(matches, "c.", "w.")

func (p part) rowsAmong(read Rows) string {
	return `SELECT ` + read.Columns + `
	  FROM (SELECT ` + filtered + ` FROM ` + p.source + ` WHERE ` + p.where + ` ORDER BY ` + p.order + ` LIMIT ?9) w
	 CROSS JOIN credentials c ON c.number = w.number` + read.Joins + `
	 WHERE ` + looksMatch + ` LIMIT ?11`
}

func (p part) edge() string {
	return `SELECT c.number, c.label, (SELECT name FROM accounts WHERE id = c.account_id), c.last_checked_at, c.expires_at, c.reviewed_at
	  FROM ` + p.source + ` WHERE ` + p.where + ` ORDER BY ` + p.order + ` LIMIT 1 OFFSET ?9 - 1`
}

func scanEdge(r Scanner) (l register.Row, err error) {
	err = r.Scan(&l.Number, &l.Label, &l.Account, (*moment)(&l.LastCheckedAt), (*moment)(&l.ExpiresAt), (*moment)(&l.ReviewedAt))
	return l, err
}

// walk goes along an index until the page is full, in turns that grow.
func (l listing) walk(ctx context.Context, w way) (found register.Listing, err error) {
	at := l.after
	look, left := max(1, l.firstTurn/4), l.mostLookedAt
	if w.covers {
		look, left = l.firstTurn, l.mostPassed
	}
	for {
		rows, edge, err := l.turn(ctx, w, at, look, l.most+1-len(found.Rows))
		if err != nil {
			return register.Listing{}, err
		}
		found.Rows = append(found.Rows, rows...)
		if len(found.Rows) > l.most {
			found.Rows = found.Rows[:l.most]
			found.Next = register.CursorOf(found.Rows[l.most-1], l.query, false)
			return found, nil
		}
		if edge.IsZero() {
			return found, nil
		}
		at, left = edge, left-look
		if left <= 0 {
			found.Next, found.Unfinished = at, true
			return found, nil
		}
		look = min(look*5, left)
	}
}

// turn looks at the next so many entries. It ends at edge, which is zero when
// there are no more or when it found enough.
func (l listing) turn(ctx context.Context, w way, after register.Cursor, look, give int) (found []register.Row, edge register.Cursor, err error) {
	parts, err := l.parts(ctx, w, after)
	if err != nil {
		return nil, edge, err
	}
	for _, p := range parts {
		f := l.filter
		if p.accountID != "" {
			f.accountID = p.accountID
		}
		args := f.args(arguments{key: p.key, number: p.number, look: look, highest: w.highest, give: give - len(found)})
		question := p.rows(l.rows)
		if w.filters {
			question = p.rowsAmong(l.rows)
		}
		rows, err := all(ctx, l.from, l.rows.Scan, question, args...)
		if err != nil {
			return nil, edge, err
		}
		found = append(found, rows...)
		if len(found) >= give {
			return found, edge, nil
		}
		if !w.filters {
			continue
		}
		last, err := all(ctx, l.from, scanEdge, p.edge(), args...)
		if err != nil {
			return nil, edge, err
		}
		if len(last) == 1 {
			return found, register.CursorOf(last[0], l.query, false), nil
		}
	}
	return found, edge, nil
}

// narrow is a source of rows that holds all that match.
type narrow struct {
	source, where string
	covers        bool
}

// rows gives all rows of a dimension.
func (d dimension) rows() narrow {
	return narrow{source: way{dimension: d, order: register.ByLabel}.source(), where: d.where + ` AND c.label >= ''`}
}

// fewest gives the source with few rows, if there is one: reading them all is
// then faster than looking through an index in order.
func (l listing) fewest(ctx context.Context) (narrow, bool, error) {
	limit := min(l.fewRows, l.filter.total/l.lookCost)
	if least, ok := l.filter.smallest(); ok && least.total <= limit {
		return least.rows(), true, nil
	}
	for _, n := range append(l.narrowed(), l.ranges()...) {
		total, err := value[int](l.from.QueryRowContext(ctx, countAtMost(n), l.filter.args(arguments{look: limit + 1})...))
		if err != nil || total <= limit {
			return n, err == nil, err
		}
	}
	return narrow{}, false, nil
}

func (l listing) ranges() (ranges []narrow) {
	if l.filter.expiring() {
		ranges = append(ranges, narrow{`credentials c INDEXED BY register_expires`, `c.expires_at <= ?5`, true})
	}
	if l.filter.notChecked() {
		ranges = append(ranges, narrow{`credentials c INDEXED BY register_checked`, `c.last_checked_at < ?6`, true})
	}
	return ranges
}

// narrowed are the ranges inside the smallest dimension.
func (l listing) narrowed() (ranges []narrow) {
	least, ok := l.filter.smallest()
	if !ok {
		return nil
	}
	if l.filter.expiring() {
		w := way{dimension: least, order: register.ByExpires}
		ranges = append(ranges, narrow{source: w.source(), where: least.where + ` AND c.expires_at <= ?5`})
	}
	if l.filter.notChecked() {
		w := way{dimension: least, order: register.ByChecked}
		ranges = append(ranges, narrow{source: w.source(), where: least.where + ` AND c.last_checked_at < ?6`})
	}
	return ranges
}

func countAtMost(n narrow) string {
	return `SELECT count(*) FROM (SELECT 1 FROM ` + n.source + ` WHERE ` + n.where + ` LIMIT ?9)`
}

// straightTotal counts what a straight way leads along.
func (l listing) straightTotal(ctx context.Context) (total int, more bool, err error) {
	f := l.filter
	if !f.expiring() && !f.notChecked() {
		if least, ok := f.smallest(); ok {
			return least.total, false, nil
		}
		return f.total, false, nil
	}
	n := append(l.narrowed(), l.ranges()...)[0]
	total, err = value[int](l.from.QueryRowContext(ctx, countAtMost(n), f.args(arguments{look: l.mostCounted + 1})...))
	return min(total, l.mostCounted), total > l.mostCounted, err
}

// countSome counts a combination as far as a request may.
func (l listing) countSome(ctx context.Context) (total int, more bool, err error) {
	n := l.narrowest()
	exact := len(l.filter.kept) == 0 && len(l.ranges()) == 1
	if narrowed := l.narrowed(); len(l.filter.kept) == 1 && len(narrowed) == 1 {
		n, exact = narrowed[0], true
	}
	if exact {
		total, err = value[int](l.from.QueryRowContext(ctx, countAtMost(n), l.filter.args(arguments{look: l.mostCounted + 1})...))
		return min(total, l.mostCounted), total > l.mostCounted, err
	}
	looks := l.countPassed
	if !n.covers {
		looks = max(1, looks/l.lookCost)
	}
	args := l.filter.args(arguments{look: looks, give: l.mostCounted + 1})
	total, err = value[int](l.from.QueryRowContext(ctx, `
		SELECT count(*) FROM (SELECT 1 FROM (SELECT `+filtered+` FROM `+n.source+` WHERE `+n.where+` LIMIT ?9) w
		                       WHERE `+looksMatch+` LIMIT ?11)`, args...))
	if err != nil || total > l.mostCounted {
		return min(total, l.mostCounted), true, err
	}
	looked, err := value[int](l.from.QueryRowContext(ctx, countAtMost(n), args...))
	return total, looked == looks, err
}

// narrowest gives the source in which a combination is counted fastest.
func (l listing) narrowest() narrow {
	f := l.filter
	least, ok := f.smallest()
	switch ranges := l.ranges(); {
	case f.accountID != "":
		return narrow{`credentials c INDEXED BY register_account_label`, `c.account_id = ?3`, true}
	case ok && least.total < f.total/l.lookCost:
		return least.rows()
	case len(ranges) > 0:
		return ranges[0]
	case f.never:
		return narrow{`credentials c INDEXED BY register_reviewed`, `c.reviewed_at = 0`, true}
	}
	return narrow{`credentials c INDEXED BY register_label`, `c.label >= ''`, true}
}

// sorted cuts the page out of all rows that there are.
func (l listing) sorted(rows []register.Row) register.Listing {
	compare := register.Comparison(l.query)
	slices.SortFunc(rows, compare)
	found := register.Listing{Total: len(rows)}
	if !l.after.IsZero() {
		after := l.after.Row()
		first := slices.IndexFunc(rows, func(r register.Row) bool { return compare(r, after) > 0 })
		if first < 0 {
			return found
		}
		rows = rows[first:]
	}
	found.Rows = rows
	if len(rows) > l.most {
		found.Rows = rows[:l.most]
		found.Next = register.CursorOf(rows[l.most-1], l.query, false)
	}
	return found
}
