package aws_test

import (
	"crypto"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"math/big"
	"testing"
	"time"

	"mooring/cloud/aws/awssim"
)

func TestASessionOpensWithEitherKindOfKeyInEveryPartition(t *testing.T) {
	w := newWorld(t)
	for name, key := range map[string]crypto.Signer{"Harbor": elliptical(t), "Free Port": elliptical(t), "East Pier": rsaKey(), "Navy Yard": rsaKey()} {
		a := newAuthority(t, elliptical(t))
		access := w.link(number(t, name), a)
		s, err := w.open(access, a.leaf(key, nil))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if left := time.Until(s.Credentials.Expires()); left < 14*time.Minute || left > 15*time.Minute {
			t.Errorf("%s: it lasts %s", name, left)
		}
		if s.SourceIdentity != "CN="+commonName {
			t.Errorf("%s: source identity %q", name, s.SourceIdentity)
		}
	}
}

// intermediate issues leaves on behalf of an authority.
func intermediate(t testing.TB, a authority) authority {
	key := elliptical(t)
	form := &x509.Certificate{SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: "Between"}, NotBefore: time.Now().Add(-time.Hour),
		NotAfter: time.Now().AddDate(1, 0, 0), IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign}
	return authority{t, sign(t, form, a.cert, key.Public(), a.key), key}
}

func TestTheChainTravelsWithTheLeaf(t *testing.T) {
	w := newWorld(t)
	root := newAuthority(t, elliptical(t))
	root.cert.MaxPathLenZero = false
	form := *root.cert
	form.MaxPathLen, form.MaxPathLenZero = 1, false
	root.cert = sign(t, &form, &form, root.key.Public(), root.key)
	access := w.link(awssim.Working, root)
	between := intermediate(t, root)
	identity := between.leaf(elliptical(t), nil)
	_, err := w.open(access, identity)
	refused(t, err, "AccessDeniedException", "Untrusted certificate. Insufficient certificate")

	identity.Certificate = append(identity.Certificate, between.cert.Raw, root.cert.Raw)
	_, err = w.open(access, identity)
	ok(t, err)

	stranger := intermediate(t, newAuthority(t, elliptical(t)))
	identity.Certificate[1] = stranger.cert.Raw
	_, err = w.open(access, identity)
	refused(t, err, "AccessDeniedException", "Untrusted Signing Certificate")
}

func TestAnotherCertificateOpensNoSession(t *testing.T) {
	w := newWorld(t)
	a := newAuthority(t, elliptical(t))
	access := w.link(awssim.Working, a)
	stranger := newAuthority(t, elliptical(t))
	const insufficient = "Untrusted certificate. Insufficient certificate"
	cannotAssume := "Unable to assume role for " + access.Role.String()
	for name, try := range map[string]struct {
		identity      tls.Certificate
		code, message string
	}{
		"of another authority":     {stranger.leaf(elliptical(t), nil), "AccessDeniedException", insufficient},
		"an authority":             {a.leaf(elliptical(t), func(c *x509.Certificate) { c.IsCA = true }), "AccessDeniedException", insufficient},
		"the authority itself":     {tls.Certificate{Certificate: [][]byte{a.cert.Raw}, PrivateKey: a.key}, "AccessDeniedException", insufficient},
		"expired":                  {a.leaf(elliptical(t), func(c *x509.Certificate) { c.NotAfter = time.Now().Add(-time.Minute) }), "AccessDeniedException", insufficient},
		"not valid yet":            {a.leaf(elliptical(t), func(c *x509.Certificate) { c.NotBefore = time.Now().Add(time.Hour) }), "AccessDeniedException", insufficient},
		"not for signatures":       {a.leaf(elliptical(t), func(c *x509.Certificate) { c.KeyUsage = x509.KeyUsageKeyEncipherment }), "AccessDeniedException", insufficient},
		"for servers":              {a.leaf(elliptical(t), func(c *x509.Certificate) { c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth} }), "AccessDeniedException", insufficient},
		"without a subject":        {a.leaf(elliptical(t), func(c *x509.Certificate) { c.Subject = pkix.Name{} }), "AccessDeniedException", insufficient},
		"with another common name": {a.leaf(elliptical(t), func(c *x509.Certificate) { c.Subject.CommonName = "mooring-stranger" }), "AccessDeniedException", cannotAssume},
		"with the key of another":  {withKey(a.leaf(elliptical(t), nil), elliptical(t)), "InvalidSignatureException", "The request signature we calculated does not match the signature you provided."},
		"with another kind of key": {withKey(a.leaf(elliptical(t), nil), rsaKey()), "InvalidSignatureException", "The request signature we calculated does not match the signature you provided."},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := w.open(access, try.identity)
			refused(t, err, try.code, try.message)
		})
	}
}

func withKey(c tls.Certificate, key crypto.Signer) tls.Certificate {
	c.PrivateKey = key
	return c
}

func TestAStoryRefusesTheSessionInItsOwnWords(t *testing.T) {
	w := newWorld(t)
	for name, said := range map[string][2]string{
		"Other Flag":    {"AccessDeniedException", "Untrusted certificate. Insufficient certificate"},
		"Raised Anchor": {"AccessDeniedException", "Trust anchor is disabled"},
		"Furled Sail":   {"AccessDeniedException", "Profile is disabled"},
		"Lost Anchor":   {"ResourceNotFoundException", "Trust anchor not found"},
		"Wrong Crew":    {"AccessDeniedException", "Unable to assume role for "},
		"Half an Oath":  {"AccessDeniedException", "Unable to assume role for "},
	} {
		a := newAuthority(t, elliptical(t))
		access := w.link(number(t, name), a)
		if said[1] == "Unable to assume role for " {
			said[1] += access.Role.String()
		}
		_, err := w.open(access, a.leaf(elliptical(t), nil))
		t.Run(name, func(t *testing.T) { refused(t, err, said[0], said[1]) })
	}
}

func TestAFreshRoleIsRefusedTwice(t *testing.T) {
	w := newWorld(t)
	a := newAuthority(t, elliptical(t))
	access, identity := w.link(number(t, "Fresh Paint"), a), a.leaf(elliptical(t), nil)
	for range 2 {
		_, err := w.open(access, identity)
		refused(t, err, "AccessDeniedException", "Unable to assume role for "+access.Role.String())
	}
	_, err := w.open(access, identity)
	ok(t, err)
}

func TestWithoutItsConditionARoleTrustsEveryLeaf(t *testing.T) {
	w := newWorld(t)
	a := newAuthority(t, elliptical(t))
	access := w.link(number(t, "Open Gate"), a)
	_, err := w.open(access, a.leaf(elliptical(t), func(c *x509.Certificate) { c.Subject.CommonName = "mooring-stranger" }))
	ok(t, err)
}

func TestAClockThatIsWrongIsRefused(t *testing.T) {
	for _, wrong := range []time.Duration{-6 * time.Minute, 6 * time.Minute} {
		w := newWorldAt(t, time.Now, func() time.Time { return time.Now().Add(wrong) })
		a := newAuthority(t, elliptical(t))
		_, err := w.open(w.link(awssim.Working, a), a.leaf(elliptical(t), nil))
		if r := asRefusal(t, err); r.Code != "InvalidSignatureException" || r.Status != 403 || time.Since(r.Date).Abs() > time.Minute {
			t.Errorf("%s: %v", wrong, r)
		}
	}
	w := newWorldAt(t, time.Now, func() time.Time { return time.Now().Add(-4 * time.Minute) })
	a := newAuthority(t, elliptical(t))
	_, err := w.open(w.link(awssim.Working, a), a.leaf(elliptical(t), nil))
	ok(t, err)
}

func TestAnAnchorOfAnotherRegionIsNotFound(t *testing.T) {
	w := newWorld(t)
	a := newAuthority(t, elliptical(t))
	access := w.link(awssim.Working, a)
	access.TrustAnchor.Region, access.Profile.Region = "eu-west-1", "eu-west-1"
	_, err := w.open(access, a.leaf(elliptical(t), nil))
	refused(t, err, "ResourceNotFoundException", "Trust anchor not found")
}

func TestAnIdentityThatCannotSignIsAnErrorOfOurOwn(t *testing.T) {
	w := newWorld(t)
	a := newAuthority(t, elliptical(t))
	access, good := w.link(awssim.Working, a), a.leaf(elliptical(t), nil)
	for name, identity := range map[string]tls.Certificate{
		"no certificate":  {PrivateKey: good.PrivateKey},
		"no key":          {Certificate: good.Certificate},
		"no DER":          {Certificate: [][]byte{{1}}, PrivateKey: good.PrivateKey},
		"no DER in chain": {Certificate: [][]byte{good.Certificate[0], {1}}, PrivateKey: good.PrivateKey},
	} {
		before := w.Requests()
		if _, err := w.open(access, identity); err == nil || w.Requests() != before {
			t.Errorf("%s: %v", name, err)
		}
	}
}
