// Package vendorclient has only tests: they run Google's own authentication library
// against the simulated Google Cloud. It is a module of its own, because Mooring doesn't
// need the library:
//
//	go -C cloud/google/vendorclient test ./...
package vendorclient
