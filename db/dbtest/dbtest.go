// Package dbtest gives tests a real database.
package dbtest

import (
	"path/filepath"
	"testing"

	"mooring/db"
)

// New makes an empty database in a folder of the test and closes it when the
// test ends.
func New(t testing.TB) *db.DB {
	t.Helper()
	d, err := db.Open(t.Context(), filepath.Join(t.TempDir(), "mooring.db"))
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
