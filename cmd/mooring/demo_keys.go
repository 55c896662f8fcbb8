package main

import (
	"crypto/rsa"
	"encoding/binary"
	"errors"
	"math/big"
	"math/rand/v2"
	"sync"

	"mooring/certificate"
)

// The keys of the demo world are the same in every demo, so that thumbprints
// in pictures stay what they are. Everybody can work them out, which is fine
// for a world whose Azure is simulated, and never used outside it.
//
// Each seed leads straight to a prime; finding one takes most of a second,
// which nobody should wait for. rsa.PrivateKey.Validate checks them again.
var demoSeeds = [][2]uint64{
	{41, 449}, {2103, 2167}, {2290, 2524}, {2586, 2634}, {3070, 3329}, {3827, 4062}, {4552, 4595}, {4695, 4934},
}

// demoKeys gives the demo's keys in order, and random ones after the last.
func demoKeys() func() (*rsa.PrivateKey, error) {
	var mu sync.Mutex
	next := 0
	return func() (*rsa.PrivateKey, error) {
		mu.Lock()
		defer mu.Unlock()
		if next == len(demoSeeds) {
			return certificate.RandomKey()
		}
		seeds := demoSeeds[next]
		next++
		return keyOf(demoPrime(seeds[0]), demoPrime(seeds[1]))
	}
}

// keyOf builds the RSA key of two primes.
func keyOf(p, q *big.Int) (*rsa.PrivateKey, error) {
	const e = 65537
	one := big.NewInt(1)
	phi := new(big.Int).Mul(new(big.Int).Sub(p, one), new(big.Int).Sub(q, one))
	d := new(big.Int).ModInverse(big.NewInt(e), phi)
	if d == nil {
		return nil, errors.New("the primes do not fit the exponent")
	}
	key := &rsa.PrivateKey{
		PublicKey: rsa.PublicKey{N: new(big.Int).Mul(p, q), E: e},
		D:         d, Primes: []*big.Int{p, q},
	}
	key.Precompute()
	return key, key.Validate()
}

// demoPrime gives the number of half of certificate.KeyBits that seed leads to,
// with its two highest bits set, so that the product of two has all of KeyBits.
func demoPrime(seed uint64) *big.Int {
	var start [32]byte
	binary.BigEndian.PutUint64(start[:], seed)
	bits := make([]byte, certificate.KeyBits/2/8)
	_, _ = rand.NewChaCha8(start).Read(bits)
	bits[0] |= 0xc0
	bits[len(bits)-1] |= 1
	return new(big.Int).SetBytes(bits)
}
