package main

import (
	"database/sql"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"mooring/db"
	"mooring/db/dbtest"
	"mooring/register"
)

var hour = time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)

// filled gives a database as the benchmark fills it.
func filled(t *testing.T, links int) (*db.DB, *sql.DB, string) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "mooring.db")
	data := dbtest.At(t, file)
	into, err := openFile(file)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = into.Close() })
	before := texts(t, into, `SELECT type || name || coalesce(sql, '') FROM sqlite_schema ORDER BY 1`)
	if err := fill(t.Context(), into, hour, links); err != nil {
		t.Fatal(err)
	}
	if after := texts(t, into, `SELECT type || name || coalesce(sql, '') FROM sqlite_schema ORDER BY 1`); !slices.Equal(before, after) {
		t.Error("filling changed the schema")
	}
	return data, into, file
}

func texts(t *testing.T, from *sql.DB, query string) (found []string) {
	t.Helper()
	rows, err := from.QueryContext(t.Context(), query)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var text string
		if err := rows.Scan(&text); err != nil {
			t.Fatal(err)
		}
		found = append(found, text)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return found
}

func TestEveryQuestionOfTheBenchmarkIsAnswered(t *testing.T) {
	const links = 1500
	data, _, file := filled(t, links)
	questions, err := questionsOf(t.Context(), file, hour, links)
	if err != nil {
		t.Fatal(err)
	}
	for _, q := range questions {
		found, err := data.Register().ListLinked(t.Context(), q.query, q.after, register.PageSize, hour)
		if err != nil {
			t.Fatalf("%s: %v", q.name, err)
		}
		if len(found.Rows) == 0 && !slices.Contains([]string{"search: nothing found", "search: no such subscription ID", "nothing matches", "search: two words", "search with a status"}, q.name) {
			t.Errorf("%s: nothing is listed", q.name)
		}
		plans, err := data.Register().Explain(t.Context(), q.query, q.after, register.PageSize, hour)
		if err != nil {
			t.Fatalf("%s: %v", q.name, err)
		}
		for _, plan := range plans {
			if plan.Grows() {
				t.Errorf("%s: %q", q.name, plan.Steps)
			}
		}
	}
}

// What is filled at once is what the triggers would have kept, and the same
// each time.
func TestTheDataOfTheBenchmarkAreTheSameEachTime(t *testing.T) {
	const everything = `SELECT json_array(c.number, c.id, c.label, c.cloud_account, c.status, c.expires_at, c.last_checked_at, c.reviewed_at, c.created_by, a.name)
		FROM credentials c JOIN accounts a ON a.id = c.account_id ORDER BY c.number`
	data, first, _ := filled(t, 300)
	_, second, _ := filled(t, 300)
	if !slices.Equal(texts(t, first, everything), texts(t, second, everything)) {
		t.Error("two fillings differ")
	}
	totals, err := data.Register().LinkedTotals(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if totals.All != 300 || len(totals.ByStatus) == 0 {
		t.Errorf("the totals are %+v", totals)
	}
	if moved, err := data.Register().RefreshStatuses(t.Context(), hour, 10); moved != 0 || err != nil {
		t.Errorf("%d statuses are not those of the hour (%v)", moved, err)
	}
}
