//go:build unix

package db

import (
	"os"
	"syscall"
)

// tryLock locks a file that only this program may go on with. The system lets go
// of it when the program ends, however it ends.
func tryLock(file *os.File) bool {
	return syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB) == nil
}
