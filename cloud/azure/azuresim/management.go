package azuresim

import (
	"bytes"
	"crypto/x509"
	"slices"
	"time"
)

// UploadManagementCertificate adds a certificate to a subscription for the
// classic way. Uploading it again changes nothing.
func (s *Simulator) UploadManagementCertificate(subscriptionID string, der []byte) error {
	c, err := parseCertificate(der)
	if err != nil {
		return err
	}
	return s.world.uploadManagement(subscriptionID, c)
}

func (w *world) uploadManagement(subscriptionID string, c *x509.Certificate) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	s, err := w.subscription(subscriptionID)
	if err != nil {
		return err
	}
	return s.addManagement(c)
}

// removeManagement removes a certificate by its thumbprint.
func (w *world) removeManagement(subscriptionID, print string) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	s, err := w.subscription(subscriptionID)
	if err != nil {
		return err
	}
	before := len(s.management)
	s.management = slices.DeleteFunc(s.management, func(c *x509.Certificate) bool { return thumbprint(c) == print })
	if len(s.management) == before {
		return refuse("This subscription has no management certificate with that thumbprint.")
	}
	return nil
}

func (s *subscription) addManagement(c *x509.Certificate) error {
	if !s.environment.classic {
		return refuse("Management certificates exist in the public cloud only.")
	}
	if s.managementCertificate(c) != nil {
		return nil
	}
	if len(s.management) >= maxCertificates {
		return refuse("This subscription has %d management certificates already. Delete one that is no longer used.", maxCertificates)
	}
	s.management = append(s.management, c)
	return nil
}

// managementCertificate finds the uploaded certificate that equals c, or nil.
func (s *subscription) managementCertificate(c *x509.Certificate) *x509.Certificate {
	for _, have := range s.management {
		if bytes.Equal(have.Raw, c.Raw) {
			return have
		}
	}
	return nil
}

// admits tells whether the classic endpoint lets the holder of the certificate in.
func (s *subscription) admits(c *x509.Certificate, now time.Time) bool {
	return s.classic != classicRefuse && s.managementCertificate(c) != nil &&
		!now.Before(c.NotBefore) && now.Before(c.NotAfter)
}
