//go:build unix

package main

import (
	"errors"
	"os"
	"syscall"
)

func lockFile(file *os.File) error {
	return syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
}

// lockedElsewhere tells a lock that another program holds from a file system that
// has none for folders, as network file systems do.
func lockedElsewhere(err error) bool { return errors.Is(err, syscall.EWOULDBLOCK) }
