package cloudtest

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"log/slog"
	"sync"
	"testing"
	"time"

	"mooring/audit"
	"mooring/certificate"
	"mooring/secret"
)

// testKey is made once and shared, because making one takes a while.
var testKey = sync.OnceValues(func() (*rsa.PrivateKey, error) { return rsa.GenerateKey(rand.Reader, 2048) })

// Identity gives an account's identity, made and sealed the way the product
// does it.
func Identity(t testing.TB, now func() time.Time) *certificate.Identity {
	t.Helper()
	return identityOf(t, now, testKey)
}

// OtherIdentity gives one with a key of its own, which nobody trusts.
func OtherIdentity(t testing.TB, now func() time.Time) *certificate.Identity {
	t.Helper()
	return identityOf(t, now, func() (*rsa.PrivateKey, error) { return rsa.GenerateKey(rand.Reader, 2048) })
}

func identityOf(t testing.TB, now func() time.Time, makeKey func() (*rsa.PrivateKey, error)) *certificate.Identity {
	ctx, cancel := context.WithCancel(context.Background())
	log := slog.New(slog.DiscardHandler)
	pool := certificate.NewPool(1, makeKey, log)
	done := make(chan struct{})
	go func() { pool.Run(ctx); close(done) }()
	t.Cleanup(func() { cancel(); <-done })
	store := &oneCertificate{}
	service := certificate.NewService(store, secret.NewRing(), pool, now, func() string { return rand.Text() }, log)
	active, err := service.Active(ctx, "account")
	if err != nil {
		t.Fatal(err)
	}
	identity, err := service.Identity(ctx, "account", active.ID)
	if err != nil {
		t.Fatal(err)
	}
	return identity
}

// oneCertificate is a certificate.Store for one account, without links.
type oneCertificate struct {
	certificate.AuthorityStore
	sealed *certificate.Sealed
}

func (s *oneCertificate) Issuer(context.Context, string, string) (certificate.SealedAuthority, error) {
	return certificate.SealedAuthority{}, certificate.ErrNone
}

func (s *oneCertificate) Active(context.Context, string) (certificate.Certificate, error) {
	if s.sealed == nil {
		return certificate.Certificate{}, certificate.ErrNone
	}
	return s.sealed.Certificate, nil
}

func (s *oneCertificate) Sealed(_ context.Context, _, id string) (certificate.Sealed, error) {
	if s.sealed == nil || s.sealed.ID != id {
		return certificate.Sealed{}, certificate.ErrNone
	}
	return *s.sealed, nil
}

func (s *oneCertificate) List(context.Context, string) ([]certificate.Certificate, error) {
	return []certificate.Certificate{s.sealed.Certificate}, nil
}

func (s *oneCertificate) AccountsWithout(context.Context) ([]string, error) { return nil, nil }

func (s *oneCertificate) Activate(_ context.Context, sealed certificate.Sealed, _ audit.Entry) error {
	s.sealed = &sealed
	return nil
}

func (s *oneCertificate) ActivateFirst(ctx context.Context, sealed certificate.Sealed, entry audit.Entry) error {
	return s.Activate(ctx, sealed, entry)
}
