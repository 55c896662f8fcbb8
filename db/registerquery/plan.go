package registerquery

import (
	"context"
	"database/sql"
	"strings"
	"sync"
	"time"

	"mooring/register"
)

// Plan is how SQLite answers one question of a page.
type Plan struct {
	Query string
	Steps []string
	Times int // that it was asked
}

// Grows reports whether the question takes longer the more is linked: because
// it reads a whole table or index, or because it sorts.
func (p Plan) Grows() bool {
	for _, step := range p.Steps {
		if strings.Contains(step, "TEMP B-TREE") {
			return true
		}
		table, scans := strings.CutPrefix(step, "SCAN ")
		if scans && !bounded(table) {
			return true
		}
	}
	return false
}

// bounded names what may be read from its beginning: what is inside the
// question, an index of texts that looks for something, and the few counts.
func bounded(table string) bool {
	name, _, _ := strings.Cut(table, " ")
	switch name {
	case "CONSTANT", "j", "json_each", "w", "register_counts":
		return true
	}
	return strings.HasPrefix(name, "(subquery") || strings.Contains(table, "VIRTUAL TABLE INDEX") && strings.Contains(table, ":M")
}

// Explain lists a page and says how each question of it was answered.
func (s Planner) Explain(ctx context.Context, q register.Query, after register.Cursor, most int, now time.Time) ([]Plan, error) {
	told := &toldReader{Reader: s.from}
	s.from = told
	if _, err := s.ListLinked(ctx, q, after, most, now); err != nil {
		return nil, err
	}
	return told.plans(ctx)
}

// toldReader remembers what it was asked.
type toldReader struct {
	Reader
	mu      sync.Mutex
	queries []string
	args    map[string][]any
	times   map[string]int
}

func (t *toldReader) remember(query string, args []any) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.times == nil {
		t.times, t.args = map[string]int{}, map[string][]any{}
	}
	if t.times[query]++; t.times[query] == 1 {
		t.queries, t.args[query] = append(t.queries, query), args
	}
}

// QueryContext shadows the reader's.
func (t *toldReader) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	t.remember(query, args)
	return t.Reader.QueryContext(ctx, query, args...)
}

// QueryRowContext shadows the reader's.
func (t *toldReader) QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row {
	t.remember(query, args)
	return t.Reader.QueryRowContext(ctx, query, args...)
}

func (t *toldReader) plans(ctx context.Context) (plans []Plan, err error) {
	scan := func(r Scanner) (step string, err error) {
		var unused int
		err = r.Scan(&unused, &unused, &unused, &step)
		return step, err
	}
	for _, query := range t.queries {
		steps, err := all(ctx, t.Reader, scan, `EXPLAIN QUERY PLAN `+query, t.args[query]...)
		if err != nil {
			return nil, err
		}
		plans = append(plans, Plan{query, steps, t.times[query]})
	}
	return plans, nil
}
