//go:build unix

package db

import (
	"os"
	"strconv"
	"syscall"
)

// fileNumber tells a file from its copies: the number that its file system gives it, which
// stays when it is renamed. The number of the device can change with each start of a
// machine, and is left out.
func fileNumber(path string) string {
	info, err := os.Stat(path)
	if err != nil {
		return ""
	}
	if known, ok := info.Sys().(*syscall.Stat_t); ok {
		return strconv.FormatUint(known.Ino, 10)
	}
	return ""
}
