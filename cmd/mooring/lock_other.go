//go:build !unix

package main

import "os"

// Elsewhere nothing keeps a second program away but SQLite's own locks, which
// keep the data whole.
func lockFile(*os.File) error { return nil }

func lockedElsewhere(err error) bool { return err != nil }
