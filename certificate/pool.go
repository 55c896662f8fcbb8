package certificate

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"log/slog"
)

// Pool keeps a few keys ready, because a key of KeyBits takes up to a second
// to find and nobody should wait for a prime.
type Pool struct {
	keys chan *rsa.PrivateKey
	make func() (*rsa.PrivateKey, error)
	log  *slog.Logger
}

// RandomKey makes a key of KeyBits.
func RandomKey() (*rsa.PrivateKey, error) { return rsa.GenerateKey(rand.Reader, KeyBits) }

// NewPool makes a pool of size keys, which Run fills. makeKey is RandomKey
// except in the demo world and in tests.
func NewPool(size int, makeKey func() (*rsa.PrivateKey, error), log *slog.Logger) *Pool {
	return &Pool{keys: make(chan *rsa.PrivateKey, size), make: makeKey, log: log}
}

// Run keeps the pool full until ctx ends.
func (p *Pool) Run(ctx context.Context) {
	for ctx.Err() == nil {
		key, err := p.make()
		if err != nil {
			p.log.Error("could not make a key", "cause", err)
			return
		}
		select {
		case p.keys <- key:
		case <-ctx.Done():
		}
	}
}

// take waits for a key.
func (p *Pool) take(ctx context.Context) (*rsa.PrivateKey, error) {
	select {
	case key := <-p.keys:
		return key, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}
