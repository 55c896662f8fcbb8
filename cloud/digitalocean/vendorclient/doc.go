// Package vendorclient has tests only: DigitalOcean's own client reads from the simulated
// DigitalOcean. It is a module of its own, so that nobody else waits for it.
package vendorclient
