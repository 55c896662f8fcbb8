package db

import (
	"context"
	"database/sql"
	"errors"
)

// reader is what queries go to: the readers, or a transaction that has to see
// what it wrote itself.
type reader interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

// row is one row of a result.
type row interface{ Scan(dest ...any) error }

// one reads a single row. When there is none it returns the error none, which
// is what the caller of the store expects.
func one[T any](ctx context.Context, from reader, scan func(row) (T, error), none error, query string, args ...any) (T, error) {
	value, err := scan(from.QueryRowContext(ctx, query, args...))
	if errors.Is(err, sql.ErrNoRows) {
		err = none
	}
	return value, err
}

// all reads every row.
func all[T any](ctx context.Context, from reader, scan func(row) (T, error), query string, args ...any) ([]T, error) {
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
func value[T any](r row) (T, error) {
	var v T
	err := r.Scan(&v)
	return v, err
}
