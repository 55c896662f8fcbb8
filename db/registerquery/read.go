package registerquery

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"fmt"
	"time"
)

// Reader is what questions go to.
type Reader interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

// Scanner is one row of a result.
type Scanner interface{ Scan(dest ...any) error }

// all reads every row.
func all[T any](ctx context.Context, from Reader, scan func(Scanner) (T, error), query string, args ...any) ([]T, error) {
	rows, err := from.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }() // rows.Err has told by then
	var values []T
	for rows.Next() {
		value, err := scan(rows)
		if err != nil {
			return nil, err
		}
		values = append(values, value)
	}
	return values, rows.Err()
}

// value scans a row of one column.
func value[T any](r Scanner) (T, error) {
	var v T
	err := r.Scan(&v)
	return v, err
}

// moment is a time that the list is sorted by, as it is stored: milliseconds since
// 1970, and 0 for never.
type moment time.Time

// Value implements driver.Valuer.
func (m moment) Value() (driver.Value, error) {
	if time.Time(m).IsZero() {
		return int64(0), nil
	}
	return time.Time(m).UnixMilli(), nil
}

// Scan implements sql.Scanner.
func (m *moment) Scan(from any) error {
	millis, ok := from.(int64)
	if !ok {
		return fmt.Errorf("a time is stored as %T", from)
	}
	*m = moment{}
	if millis != 0 {
		*m = moment(time.UnixMilli(millis).UTC())
	}
	return nil
}
