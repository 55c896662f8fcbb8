// Package dbtest gives tests a real database.
package dbtest

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"mooring/audit"
	"mooring/db"
	"mooring/secret"
)

// Notary is the one of all test databases, so that a copy of one can be opened.
var Notary = sync.OnceValue(func() *audit.Notary { return audit.NewNotary(secret.NewRing()) })

// empty is the file of a database that was just made. Every new one starts as a
// copy of it: all migrations take a hundred times longer than that, and half a
// second under the race detector.
var empty = sync.OnceValues(func() (file []byte, err error) {
	folder, err := os.MkdirTemp("", "mooring-empty-")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(folder)) }()
	path := filepath.Join(folder, "mooring.db")
	d, err := db.Open(context.Background(), path)
	if err != nil {
		return nil, err
	}
	if err := d.Close(); err != nil { // which also empties the write-ahead log
		return nil, err
	}
	return os.ReadFile(path)
})

// New makes an empty database in a folder of the test and closes it when the
// test ends.
func New(t testing.TB) *db.DB {
	t.Helper()
	return At(t, filepath.Join(t.TempDir(), "mooring.db"))
}

// At opens the database at path, or makes it, and closes it when the test ends.
// Its audit log goes on, or begins.
func At(t testing.TB, path string) *db.DB {
	t.Helper()
	d := Bare(t, path)
	if err := d.BeginAuditLog(t.Context(), Notary()); err != nil {
		t.Fatal(err)
	}
	return d
}

// Bare is At for a test that brings a notary of its own, or none.
func Bare(t testing.TB, path string) *db.DB {
	t.Helper()
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		file, err := empty()
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, file, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	d, err := db.Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := d.Close(); err != nil {
			t.Error(err)
		}
	})
	return d
}
