package db

import (
	"context"
	"database/sql"
	"sync"
)

// statements is a pool whose queries are compiled once and kept, which saves a
// list about a third of its time in the database. Every query is a constant
// of this package or of registerquery, so there are only a few.
type statements struct {
	*sql.DB
	kept sync.Map // query → *sql.Stmt; closing the pool closes them
}

// QueryContext shadows the pool's.
func (s *statements) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	statement, err := s.prepare(ctx, query)
	if err != nil {
		return nil, err
	}
	return statement.QueryContext(ctx, args...)
}

// QueryRowContext shadows the pool's.
func (s *statements) QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row {
	statement, err := s.prepare(ctx, query)
	if err != nil {
		return s.DB.QueryRowContext(ctx, query, args...) // a Row that holds the same error
	}
	return statement.QueryRowContext(ctx, args...)
}

func (s *statements) prepare(ctx context.Context, query string) (*sql.Stmt, error) {
	if kept, ok := s.kept.Load(query); ok {
		return kept.(*sql.Stmt), nil
	}
	statement, err := s.PrepareContext(ctx, query)
	if err != nil {
		return nil, err
	}
	kept, faster := s.kept.LoadOrStore(query, statement)
	if faster { // somebody else prepared it meanwhile
		_ = statement.Close()
	}
	return kept.(*sql.Stmt), nil
}
