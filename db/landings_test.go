package db_test

import (
	"bytes"
	"compress/gzip"
	"database/sql"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"mooring/db"
)

// landings are databases that earlier versions of Mooring wrote.
var landings = []string{"761c5f4", "315a63b", "be3f1c1"}

// landing unpacks one of them.
func landing(t *testing.T, commit string) string {
	t.Helper()
	file, err := os.ReadFile(filepath.Join("testdata", commit, "mooring.db.gz"))
	if err != nil {
		t.Fatal(err)
	}
	packed, err := gzip.NewReader(bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	content, err := io.ReadAll(packed)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "mooring.db")
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// rowsOf gives the rows of a query as one text each.
func rowsOf(t *testing.T, in *sql.DB, query string) string {
	t.Helper()
	rows, err := in.QueryContext(t.Context(), query)
	if err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	defer func() { _ = rows.Close() }()
	var all []string
	for rows.Next() {
		var text string
		if err := rows.Scan(&text); err != nil {
			t.Fatal(err)
		}
		all = append(all, text)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return strings.Join(all, "\n")
}

// The rows that an upgrade has to keep, under their names before and after.
const (
	linkBefore = `SELECT json_array(id, account_id, provider, label, environment, method, subscription_id, tenant_id, client_id, certificate_id,
		state, subscription_name, created_by, created_at, last_checked_at, next_check_at) FROM credentials ORDER BY id`
	linkAfter = `SELECT json_array(id, account_id, provider, label, environment, method, cloud_account, cloud_parent, principal, certificate_id,
		state, cloud_account_name, created_by, created_at, last_checked_at, next_check_at) FROM credentials ORDER BY id`
	runRows    = `SELECT json_array(id, credential_id, started_at, finished_at, outcome) FROM verifications ORDER BY id`
	resultRows = `SELECT json_array(verification_id, position, stage, verdict, code, said) FROM verification_results ORDER BY verification_id, position`
	entryRows  = `SELECT json_array(id, at, actor_name, action, credential_id, detail) FROM audit ORDER BY id`
	peopleRows = `SELECT json_array(id, email, name) FROM people ORDER BY id`
)

func TestDatabasesOfEarlierLandingsKeepEveryRow(t *testing.T) {
	for _, commit := range landings {
		t.Run(commit, func(t *testing.T) { keepsEveryRow(t, landing(t, commit), nil) })
	}
}

// A server that is killed during the upgrade leaves what it had written to the log of
// SQLite without the end of its transaction.
func TestAnUpgradeThatWasKilledMidwayIsDoneAgain(t *testing.T) {
	for _, commit := range landings {
		for _, done := range []float64{0.2, 0.6, 1} {
			t.Run(fmt.Sprint(commit, " after ", done), func(t *testing.T) {
				keepsEveryRow(t, landing(t, commit), func(path string) string { return killedMidway(t, path, done) })
			})
		}
	}
}

func keepsEveryRow(t *testing.T, path string, meanwhile func(path string) string) {
	before, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	same := map[string]string{"runs": runRows, "results": resultRows, "entries": entryRows, "people": peopleRows}
	kept := map[string]string{"links": rowsOf(t, before, linkBefore)}
	for what, query := range same {
		kept[what] = rowsOf(t, before, query)
	}
	if err := before.Close(); err != nil {
		t.Fatal(err)
	}
	if meanwhile != nil {
		path = meanwhile(path)
	}
	w := world{open(t, path), t}
	if got := rowsOf(t, w.Writer(), linkAfter); got != kept["links"] || got == "" {
		t.Errorf("the links are\n%s\nand were\n%s", got, kept["links"])
	}
	for what, query := range same {
		if got := rowsOf(t, w.Writer(), query); !strings.HasPrefix(got, kept[what]) {
			t.Errorf("the %s are\n%.2000s\nand were\n%.2000s", what, got, kept[what])
		}
	}
	if n := w.count(`SELECT count(*) FROM pragma_foreign_key_check`); n != 0 {
		t.Errorf("%d rows refer to nothing", n)
	}
	if n := w.count(`SELECT count(*) FROM credentials c WHERE NOT EXISTS (SELECT 1 FROM register_texts WHERE rowid = -c.number)`); n != 0 {
		t.Errorf("%d links can't be searched", n)
	}
}

// killedMidway applies a part of what is left to migrate, and copies the files as they
// are before the end of the transaction.
func killedMidway(t *testing.T, path string, part float64) string {
	t.Helper()
	dying, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = dying.Close() }()
	dying.SetMaxOpenConns(1)
	exec := func(statement string) {
		t.Helper()
		if _, err := dying.ExecContext(t.Context(), statement); err != nil {
			t.Fatalf("%.200s: %v", statement, err)
		}
	}
	exec("PRAGMA journal_mode = WAL")
	exec("PRAGMA cache_size = 2") // so that the log gets what isn't committed
	version := count(t, dying, "PRAGMA user_version")
	names, err := fs.Glob(db.Migrations, "migrations/*.sql")
	if err != nil {
		t.Fatal(err)
	}
	var left string
	for _, name := range names[version:] {
		text, err := fs.ReadFile(db.Migrations, name)
		if err != nil {
			t.Fatal(err)
		}
		left += string(text) + "\n"
	}
	pieces := strings.SplitAfter(left, ";\n\n")
	exec("BEGIN IMMEDIATE")
	exec(strings.Join(pieces[:int(float64(len(pieces))*part)], ""))
	copied := filepath.Join(t.TempDir(), "mooring.db")
	for _, end := range []string{"", "-wal"} {
		content, err := os.ReadFile(path + end)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(copied+end, content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	exec("ROLLBACK")
	return copied
}
