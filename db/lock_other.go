//go:build !unix

package db

import (
	"os"
	"time"
)

// tryLock takes a file for somebody's as long as it grows.
func tryLock(file *os.File) bool {
	info, err := file.Stat()
	return err == nil && time.Since(info.ModTime()) > time.Hour
}
