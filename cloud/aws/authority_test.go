package aws_test

import (
	"crypto/rand"
	"testing"
	"time"

	"mooring/certificate"
	"mooring/cloud/aws"
	"mooring/cloud/aws/awssim"
	"mooring/secret"
)

// The certificates that a link really has.
func TestALinksOwnAuthorityOpensASessionAndItsConditionHolds(t *testing.T) {
	w := newWorld(t)
	ring := secret.NewRing()
	name, err := certificate.NewLinkName(rand.Reader)
	ok(t, err)
	a, err := certificate.NewAuthority(ring, "a", "acme", name, time.Now())
	ok(t, err)
	linked, err := w.Link(awssim.Working, name, string(a.PEM()))
	ok(t, err)
	access, problems := aws.ParseAccess(linked.TrustAnchor, linked.Profile, linked.Role)
	if problems != nil {
		t.Fatal(problems)
	}
	open := func(name string) (aws.Session, error) {
		leaf, err := a.Issue(ring, certificate.Leaf{ID: "l", Name: name}, time.Now())
		ok(t, err)
		identity, err := a.NewIdentity(ring, leaf)
		ok(t, err)
		return w.open(access, identity.TLS())
	}
	s, err := open("")
	ok(t, err)
	if s.SourceIdentity != "CN="+name {
		t.Error(s.SourceIdentity)
	}
	stranger, err := certificate.NewLinkName(rand.Reader)
	ok(t, err)
	_, err = open(stranger)
	refused(t, err, "AccessDeniedException", "Unable to assume role for "+linked.Role)
}
