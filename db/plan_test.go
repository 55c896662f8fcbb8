package db_test

import (
	"regexp"
	"strconv"
	"strings"
	"testing"

	"mooring/db"
)

var parameter = regexp.MustCompile(`\?\d*`)

// No query of a page, of a sign-in or of the checks may grow with the whole
// database, and none may sort what an index has in order already.
func TestHotQueriesUseIndexes(t *testing.T) {
	w := newWorld(t)
	for name, query := range db.Queries {
		steps := planOf(t, w, query)
		if len(steps) == 0 {
			t.Errorf("%s: no plan", name)
		}
		for _, step := range steps {
			reads := name != "credentials in turn" && strings.HasPrefix(step, "SCAN") && step != "SCAN CONSTANT ROW" && !strings.Contains(step, "json_each") &&
				!strings.Contains(step, "verifications_running") && // a partial index: it holds only what runs
				name != "audit actors" // the list of them, which it makes by one search for each
			// "credentials in turn" looks at all that is due, by an index, once a second at most.
			sorts := strings.Contains(step, "TEMP B-TREE") && name != "memberships" && name != "credentials in turn" && name != "sessions of person" && name != "colleagues" && // few rows each
				!strings.HasPrefix(name, "unanswered") // a group for each ID that is given
			if reads || sorts {
				t.Errorf("%s:\n\t%s", name, strings.Join(steps, "\n\t"))
				break
			}
		}
	}
}

func planOf(t *testing.T, w world, query string) []string {
	t.Helper()
	args := []any{}
	for _, p := range parameter.FindAllString(query, -1) {
		number, err := strconv.Atoi(p[1:])
		if err != nil { // one without a number is the next
			number = len(args) + 1
		}
		for len(args) < number {
			args = append(args, nil)
		}
	}
	rows, err := w.Writer().QueryContext(t.Context(), "EXPLAIN QUERY PLAN "+query, args...)
	w.ok(err)
	defer func() { _ = rows.Close() }()
	var steps []string
	for rows.Next() {
		var id, parent, unused int
		var step string
		w.ok(rows.Scan(&id, &parent, &unused, &step))
		steps = append(steps, step)
	}
	w.ok(rows.Err())
	return steps
}
