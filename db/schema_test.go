package db_test

import (
	"database/sql"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"mooring/db"
)

func TestSchemaForHumansIsTheMigratedOne(t *testing.T) {
	text, err := os.ReadFile("schema.sql")
	if err != nil {
		t.Fatal(err)
	}
	described, err := sql.Open("sqlite", filepath.Join(t.TempDir(), "described.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = described.Close() }()
	if _, err := described.ExecContext(t.Context(), string(text)); err != nil {
		t.Fatal(err)
	}
	migrated := newWorld(t).Writer()
	got, want := schemaOf(t, described), schemaOf(t, migrated)
	for name := range want {
		if got[name] != want[name] {
			t.Errorf("%s:\nschema.sql says %s\nmigrated it is %s", name, got[name], want[name])
		}
	}
	same(t, "the number of tables, indexes and triggers", len(got), len(want))
	for _, pragma := range []string{"PRAGMA application_id"} {
		same(t, pragma, count(t, described, pragma), count(t, migrated, pragma))
	}
}

var (
	comment = regexp.MustCompile(`--[^\n]*`)
	space   = regexp.MustCompile(`\s+`)
	around  = regexp.MustCompile(`\s*([(),])\s*`)
	quoted  = strings.NewReplacer(`"`, "") // SQLite quotes the name of a table that was renamed
)

// schemaOf gives the statements by what they make, without comments and layout.
func schemaOf(t *testing.T, in *sql.DB) map[string]string {
	t.Helper()
	rows, err := in.QueryContext(t.Context(), `SELECT type || ' ' || name, coalesce(sql, '') FROM sqlite_schema`)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = rows.Close() }()
	schema := map[string]string{}
	for rows.Next() {
		var name, statement string
		if err := rows.Scan(&name, &statement); err != nil {
			t.Fatal(err)
		}
		schema[name] = around.ReplaceAllString(space.ReplaceAllString(comment.ReplaceAllString(quoted.Replace(statement), ""), " "), "$1")
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return schema
}

func TestMigrationsAreNumberedWithoutGaps(t *testing.T) {
	names, err := fs.Glob(db.Migrations, "migrations/*")
	if err != nil {
		t.Fatal(err)
	}
	for i, name := range names {
		if !strings.HasPrefix(name, fmt.Sprintf("migrations/%04d_", i+1)) || !strings.HasSuffix(name, ".sql") {
			t.Errorf("%s is not number %d", name, i+1)
		}
	}
	same(t, "PRAGMA user_version", newWorld(t).count(`PRAGMA user_version`), len(names))
}

func TestEveryTableIsStrict(t *testing.T) {
	w := newWorld(t)
	same(t, "the number of tables that are not strict",
		w.count(`SELECT count(*) FROM pragma_table_list WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND NOT strict`), 0)
	if _, err := w.Writer().ExecContext(t.Context(), `UPDATE accounts SET created_at = 'yesterday'`); err == nil {
		t.Error("a word was stored as a time")
	}
}

func TestWordsOutsideTheListsAreRefused(t *testing.T) {
	w := newWorld(t)
	w.link("one")
	for _, statement := range []string{
		`UPDATE accounts SET kind = 'club'`,
		`UPDATE people SET theme = 'pink'`,
		`UPDATE people SET site_admin = 2`,
		`UPDATE memberships SET role = 'king'`,
		`UPDATE credentials SET state = 'fine'`,
		`UPDATE credentials SET rights = 'all of them'`,
		`UPDATE certificates SET active = 7`,
		`INSERT INTO set_up_link (only_row, hash, expires_at) VALUES (2, 'h', 1)`,
		`INSERT INTO verifications VALUES ('v', 'credential-one', 1, 'whim', 1, 0, '', 0, 1, 0, '')`,
		`INSERT INTO verifications VALUES ('v', 'credential-one', 1, 'person', 1, 2, 'meh', 0, 1, 0, '')`,
		`INSERT INTO audit VALUES (NULL, 1, '', '', '', '', 'x', '', '', 'perhaps', '', '', '', zeroblob(32), zeroblob(36))`,
	} {
		if _, err := w.Writer().ExecContext(t.Context(), statement); err == nil || !strings.Contains(err.Error(), "CHECK") {
			t.Errorf("%s: got %v, want a refusal by CHECK", statement, err)
		}
	}
}
