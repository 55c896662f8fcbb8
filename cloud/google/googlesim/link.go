package googlesim

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"sync"
	"time"
)

// Linked is what somebody gives to Mooring.
type Linked struct {
	ProjectID, ProjectNumber string
	Provider                 string // resource name; empty with a key
	ServiceAccount           string // address; empty if the certificate's principal has the role itself
}

// LinksWithKey reports whether the story of a project is about a service account key, so
// that LinkKey links it and not Link.
func (s *Simulator) LinksWithKey(id string) bool {
	with := false
	_ = s.change(id, func(p *project) { with = p.story.links == byUploadedKey })
	return with
}

// Link makes the pool and the provider that let certificates of an authority with a
// common name into a project, as Mooring's commands do. The project's story applies: it
// can have the pool in another project, or a service account.
func (s *Simulator) Link(id, name, authorityPEM string) (Linked, error) {
	return s.makeLink(id, func(w *world, p *project) (Linked, error) {
		l := Linked{ProjectID: p.ID, ProjectNumber: p.Number}
		owner := p
		if p.story.links == byOtherPool {
			owner = w.projects[office.ID]
		}
		made, err := owner.createPool(name)
		if err != nil {
			return l, err
		}
		provider, err := made.createProvider(name, authorityPEM, "google.subject=assertion.subject.dn.cn", "assertion.subject.dn.cn=='"+name+"'")
		if err != nil {
			return l, err
		}
		l.Provider = provider.name()
		member := "principal://iam.googleapis.com/" + made.name() + "/subject/" + name
		if p.story.links == byActing {
			p.services["iamcredentials.googleapis.com"] = true
			a, err := w.createAccount(owner, name)
			if err == nil {
				err = a.allowActing("roles/iam.workloadIdentityUser", member)
			}
			if err != nil {
				return l, err
			}
			l.ServiceAccount, member = a.address, "serviceAccount:"+a.address
		}
		return l, w.bind(p, "roles/viewer", member)
	})
}

// LinkKey makes the service account with a certificate as its key that lets Mooring into
// a project.
func (s *Simulator) LinkKey(id, name, certificatePEM string) (Linked, error) {
	return s.makeLink(id, func(w *world, p *project) (Linked, error) {
		a, err := w.createAccount(p, name)
		if err == nil {
			_, err = a.upload(certificatePEM)
		}
		if err == nil {
			err = w.bind(p, "roles/viewer", "serviceAccount:"+a.address)
		}
		if err != nil {
			return Linked{}, err
		}
		return Linked{ProjectID: p.ID, ProjectNumber: p.Number, ServiceAccount: a.address}, nil
	})
}

func (s *Simulator) makeLink(id string, do func(*world, *project) (Linked, error)) (Linked, error) {
	var l Linked
	var failure error
	err := s.change(id, func(p *project) { l, failure = do(s.world, p) })
	if err == nil {
		err = failure
	}
	return l, err
}

// otherAuthority is the certificate of an authority that no link has.
var otherAuthority = sync.OnceValue(func() string {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return ""
	}
	form := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "Another authority"}, NotBefore: time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC),
		NotAfter: time.Date(2049, 12, 31, 23, 59, 59, 0, time.UTC), BasicConstraintsValid: true, IsCA: true, KeyUsage: x509.KeyUsageCertSign}
	der, err := x509.CreateCertificate(rand.Reader, form, form, &key.PublicKey, key)
	if err != nil {
		return ""
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))
})
