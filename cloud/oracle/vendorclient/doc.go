// Package vendorclient has only tests: they run Oracle's own SDK against the simulated
// Oracle Cloud. It is a module of its own, because the SDK is large:
//
//	go -C cloud/oracle/vendorclient test ./...
package vendorclient
