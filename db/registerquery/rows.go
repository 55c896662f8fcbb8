package registerquery

import (
	"context"
	"encoding/json"

	"mooring/register"
)

// Rows says how a linked account is read: the columns, of credentials c and of what
// is joined to it, and how they are scanned.
type Rows struct {
	Columns, Joins string
	Scan           func(Scanner) (register.Row, error)
}

// numbered is a source of rows by a JSON list of their numbers.
const numbered = `json_each(?12) j CROSS JOIN credentials c ON c.number = j.value`

// rowsOf reads all rows of a source that match the filter. They come in no order.
func (l listing) rowsOf(ctx context.Context, source, where string) ([]register.Row, error) {
	return all(ctx, l.from, l.rows.Scan, l.rowsFrom(source, where), l.filter.args(arguments{})...)
}

func (s Planner) rowsFrom(source, where string) string {
	return `SELECT ` + s.rows.Columns + ` FROM ` + source + s.rows.Joins + ` WHERE ` + where + ` AND ` + matches
}

// rowsNumbered reads those of the numbers that match the filter. They come in no order.
func (s Planner) rowsNumbered(ctx context.Context, f linkedFilter, numbers []int64) ([]register.Row, error) {
	if len(numbers) == 0 {
		return nil, nil
	}
	list, err := json.Marshal(numbers)
	if err != nil {
		return nil, err
	}
	return all(ctx, s.from, s.rows.Scan, s.rowsFrom(numbered, `TRUE`), f.args(arguments{list: string(list)})...)
}
