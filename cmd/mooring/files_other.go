//go:build !unix

package main

// filesAtMost is as many as no bound follows from: what such systems give to a
// process is not asked.
func filesAtMost() uint64 { return 1 << 20 }
