// Package vendorclient has only tests: they run AWS's own credential helper and SDK
// against the simulated AWS. It is a module of its own, because both are large and
// the helper needs a C compiler (for PKCS #11):
//
//	go -C cloud/aws/vendorclient test ./...
package vendorclient
