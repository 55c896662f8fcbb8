package registerquery

import (
	"cmp"
	"context"
	"encoding/json"
	"slices"
	"time"

	"mooring/register"
)

// EachLinked walks a selection by number.
func (s Planner) EachLinked(ctx context.Context, sel register.Selection, afterNumber int64, size int, now time.Time, chunk func([]register.Row) error) error {
	return each(ctx, s, sel, afterNumber, size, now, walked[register.Row]{columns: s.rows.Columns, joins: s.rows.Joins, scan: s.rows.Scan,
		number: func(r register.Row) int64 { return r.Number },
		chunk: func(rows []register.Row) error {
			if sel.All {
				rows = finder{query: sel.Query}.verified(rows)
			}
			if len(rows) == 0 {
				return nil
			}
			return chunk(rows)
		}})
}

// CountLinked counts a selection.
func (s Planner) CountLinked(ctx context.Context, sel register.Selection, now time.Time) (total int, err error) {
	if sel.All && len(sel.Query.Terms()) == 0 {
		f, err := s.resolve(ctx, sel, now)
		if err != nil || f.none {
			return 0, err
		}
		if l := (listing{Planner: s, filter: f}); len(f.kept) < 2 && len(l.ranges()) == 0 {
			total, _, err := l.straightTotal(ctx)
			return total, err
		}
	}
	if sel.All && len(sel.Query.Terms()) > 0 {
		err = s.EachLinked(ctx, sel, 0, s.window, now, func(rows []register.Row) error {
			total += len(rows)
			return ctx.Err()
		})
		return total, err
	}
	err = each(ctx, s, sel, 0, s.window, now, walked[int64]{columns: `c.number`, scan: value[int64],
		number: func(number int64) int64 { return number },
		chunk: func(numbers []int64) error {
			total += len(numbers)
			return ctx.Err()
		}})
	return total, err
}

// walked says what is read of each row, and who gets it.
type walked[T any] struct {
	columns, joins string
	scan           func(Scanner) (T, error)
	number         func(T) int64
	chunk          func([]T) error
}

// each reads a selection in the order of numbers, each chunk in a read of its
// own. When an index or a search leaves few, their numbers are read first;
// otherwise all rows are passed, a window at a time.
func each[T any](ctx context.Context, s Planner, sel register.Selection, afterNumber int64, size int, now time.Time, w walked[T]) error {
	f, find := linkedFilter{expiresBy: anyTime, checkedBefore: anyTime}, finder{}
	var numbers []int64
	var gathered bool
	var err error
	if sel.All {
		if f, err = s.resolve(ctx, sel, now); err != nil || f.none {
			return err
		}
		if len(sel.Query.Terms()) > 0 {
			if find, err = s.finder(ctx, sel.Query); err != nil {
				return err
			}
		}
		numbers, gathered, err = listing{Planner: s, filter: f}.gather(ctx, find)
	} else {
		numbers, err = s.numbersOf(ctx, sel.IDs)
		gathered = true
	}
	if err != nil {
		return err
	}
	if gathered {
		return eachNumbered(ctx, s, f, numbers, afterNumber, size, w)
	}
	return eachWindow(ctx, s, f, find, afterNumber, size, w)
}

const numbersByID = `SELECT c.number FROM json_each(?) j CROSS JOIN credentials c ON c.id = j.value`

func (s Planner) numbersOf(ctx context.Context, ids []string) ([]int64, error) {
	list, err := json.Marshal(slices.Concat([]string{}, ids))
	if err != nil {
		return nil, err
	}
	return all(ctx, s.from, value[int64], numbersByID, string(list))
}

// gather gives the numbers of a selection if it is easy to say that they are
// few. Not all of them have to match the filter.
func (l listing) gather(ctx context.Context, find finder) (numbers []int64, ok bool, err error) {
	if find.searches() {
		if max(find.accounts.total, find.people.total) <= l.gatheredHits {
			found, err := find.newest(ctx, highestNumber, l.mostGathered)
			return found.numbers, err == nil && found.floor == 0, err
		}
		return nil, false, nil
	}
	sources := l.ranges()
	if least, ok := l.filter.smallest(); ok && least.total <= l.mostGathered {
		sources = []narrow{least.rows()}
	}
	for _, n := range sources {
		numbers, err := all(ctx, l.from, value[int64],
			`SELECT c.number FROM `+n.source+` WHERE `+n.where+` LIMIT ?9`, l.filter.args(arguments{look: l.mostGathered})...)
		if err != nil || len(numbers) < l.mostGathered {
			return numbers, err == nil, err
		}
	}
	return nil, false, nil
}

func (f finder) searches() bool { return f.pieces != "" || f.signs != "" || f.cloudAccount != "" }

// textsBetween gives the links behind one number, up to another, whose texts may
// have what is searched for.
func (f finder) textsBetween(ctx context.Context, after, upTo int64) ([]int64, error) {
	if f.signs != "" {
		return all(ctx, f.from, value[int64], signHitsBetween, f.signs, after, upTo)
	}
	return all(ctx, f.from, value[int64], textHitsBetween, f.pieces, after, upTo)
}

func eachNumbered[T any](ctx context.Context, s Planner, f linkedFilter, numbers []int64, afterNumber int64, size int, w walked[T]) error {
	slices.Sort(numbers)
	numbers = slices.Compact(numbers)
	first, known := slices.BinarySearch(numbers, afterNumber)
	if known {
		first++
	}
	for some := range slices.Chunk(numbers[first:], size) {
		list, err := json.Marshal(some)
		if err != nil {
			return err
		}
		found, err := all(ctx, s.from, w.scan,
			`SELECT `+w.columns+` FROM `+numbered+w.joins+` WHERE `+matches, f.args(arguments{list: string(list)})...)
		if err != nil {
			return err
		}
		slices.SortFunc(found, func(a, b T) int { return cmp.Compare(w.number(a), w.number(b)) })
		if err := handOver(found, w.chunk); err != nil {
			return err
		}
	}
	return nil
}

func handOver[T any](found []T, chunk func([]T) error) error {
	if len(found) == 0 {
		return nil
	}
	return chunk(found)
}

const (
	textHitsBetween = `SELECT -rowid FROM register_texts WHERE register_texts MATCH ?1 AND rowid >= -?3 AND rowid < -?2`
	signHitsBetween = `SELECT number FROM credentials WHERE number > ?2 AND number <= ?3 AND (instr(label, ?1) > 0 OR instr(cloud_account_name, ?1) > 0)`
	highestLinked   = `SELECT coalesce(max(number), 0) FROM credentials`

	// Beside those of the list: ?13 accounts and ?14 people that a search found.
	found = `(c.account_id IN (SELECT value FROM json_each(?13)) OR c.created_by IN (SELECT value FROM json_each(?14))
	          OR c.number IN (SELECT value FROM json_each(?12)))`
)

// window reads a window of numbers.
func (w walked[T]) window(searches bool) string {
	query := `SELECT ` + w.columns + ` FROM credentials c` + w.joins + ` WHERE c.number > ?8 AND c.number <= ?10 AND ` + matches
	if searches {
		query += ` AND ` + found
	}
	return query + ` ORDER BY c.number LIMIT ?11`
}

func eachWindow[T any](ctx context.Context, s Planner, f linkedFilter, find finder, afterNumber int64, size int, w walked[T]) error {
	last, err := value[int64](s.from.QueryRowContext(ctx, highestLinked))
	if err != nil {
		return err
	}
	query := w.window(find.searches())
	for at := afterNumber; at < last; {
		end := at + int64(s.window)
		list := []byte("[]")
		if find.searches() {
			texts, err := find.textsBetween(ctx, at, end)
			if err != nil {
				return err
			}
			if list, err = json.Marshal(slices.Concat([]int64{}, texts)); err != nil {
				return err
			}
		}
		args := append(f.args(arguments{number: at, highest: end, give: size, list: string(list)}), find.accounts.list, find.people.list)
		some, err := all(ctx, s.from, w.scan, query, args...)
		if err != nil {
			return err
		}
		if at = end; len(some) == size {
			at = w.number(some[size-1])
		}
		if err := handOver(some, w.chunk); err != nil {
			return err
		}
	}
	return nil
}
