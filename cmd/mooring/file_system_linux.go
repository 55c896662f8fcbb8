package main

import "syscall"

// fileSystemOf is the number of a folder's file system.
func fileSystemOf(folder string) uint32 {
	var about syscall.Statfs_t
	if err := syscall.Statfs(folder, &about); err != nil {
		return 0
	}
	return uint32(about.Type) // #nosec G115 -- the numbers have 32 bits, and some systems have them signed
}
