// Package dbtest gives tests a real database.
package dbtest

import (
	"path/filepath"
	"sync"
	"testing"

	"mooring/audit"
	"mooring/db"
	"mooring/secret"
)

// Notary is the one of all test databases, so that a copy of one can be opened.
var Notary = sync.OnceValue(func() *audit.Notary { return audit.NewNotary(secret.NewRing()) })

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
