//go:build unix

package main

import "syscall"

// filesAtMost is how many files this process may have open (ulimit -n).
func filesAtMost() uint64 {
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil {
		return 1024
	}
	return uint64(limit.Cur) // #nosec G115 -- some systems have it signed, and none negative
}
