package azuresim

import (
	"bytes"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/x509"
	"fmt"
	"slices"
	"time"
)

// maxCertificates is the cap for one application and for one subscription.
const maxCertificates = 100

// key is a certificate credential of an application. Its own end may come
// before the end of the certificate.
type key struct {
	id          string
	name        string
	certificate *x509.Certificate
	start, end  time.Time
}

func (k key) sha1() []byte {
	sum := sha1.Sum(k.certificate.Raw)
	return sum[:]
}

func (k key) sha256() []byte {
	sum := sha256.Sum256(k.certificate.Raw)
	return sum[:]
}

func (k key) valid(now time.Time) bool { return !now.Before(k.start) && now.Before(k.end) }

// thumbprint is the SHA-1 of a certificate as Azure's pages print it.
func thumbprint(c *x509.Certificate) string {
	return fmt.Sprintf("%X", sha1.Sum(c.Raw))
}

// UploadCertificate adds a certificate to an application, as "Upload
// certificate" does. Uploading it again changes nothing.
func (s *Simulator) UploadCertificate(clientID string, der []byte) error {
	c, err := parseCertificate(der)
	if err != nil {
		return err
	}
	_, err = s.world.uploadKey(clientID, newKey(c), true)
	return err
}

// RemoveCertificates takes every certificate off an application. An unknown
// application has none.
func (s *Simulator) RemoveCertificates(clientID string) {
	s.world.mu.Lock()
	defer s.world.mu.Unlock()
	if a, err := s.world.application(clientID); err == nil {
		a.keys = nil
	}
}

// Trust uploads the certificate to every scripted application, as a person
// would in the portal, and as management certificate to the subscriptions that
// the script holds ready for the classic way. Scenes about a missing or an
// ended certificate keep their point.
func (s *Simulator) Trust(der []byte) error {
	c, err := parseCertificate(der)
	if err != nil {
		return err
	}
	w := s.world
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, a := range w.applications {
		k := newKey(c)
		switch {
		case !a.scripted || a.trust == trustForgot:
			continue
		case a.trust == trustExpired:
			k.end = w.now().Add(-24 * time.Hour)
			k.start = k.end.AddDate(-1, 0, 0)
		}
		if _, err := w.addKey(a, k); err != nil {
			return err
		}
	}
	for _, sub := range w.subscriptions {
		if sub.trusting {
			if err := sub.addManagement(c); err != nil {
				return err
			}
		}
	}
	return nil
}

// newKey is a credential that lasts as long as its certificate.
func newKey(c *x509.Certificate) key {
	return key{certificate: c, name: c.Subject.CommonName, start: c.NotBefore, end: c.NotAfter}
}

// uploadKey adds the key to an application. Unless appending, it first takes
// every other key away.
func (w *world) uploadKey(clientID string, k key, appending bool) (key, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	a, err := w.application(clientID)
	if err != nil {
		return key{}, err
	}
	if !appending {
		a.keys = nil
	}
	return w.addKey(a, k)
}

func (w *world) addKey(a *application, k key) (key, error) {
	for _, have := range a.keys {
		if bytes.Equal(have.certificate.Raw, k.certificate.Raw) {
			return have, nil
		}
	}
	if len(a.keys) >= maxCertificates {
		return key{}, refuse("This application has %d certificates already. Delete one that is no longer used.", maxCertificates)
	}
	k.id = w.newID()
	a.keys = append(a.keys, k)
	return k, nil
}

// removeKey takes one key off an application.
func (w *world) removeKey(clientID, keyID string) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	a, err := w.application(clientID)
	if err != nil {
		return err
	}
	before := len(a.keys)
	a.keys = slices.DeleteFunc(a.keys, func(k key) bool { return k.id == keyID })
	if len(a.keys) == before {
		return refuse("This application has no certificate with the key ID %q.", keyID)
	}
	return nil
}
