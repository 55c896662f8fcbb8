// Package e2e drives a real browser through the real program. It holds tests
// only.
package e2e
