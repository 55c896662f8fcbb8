package googlesim

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"maps"
	"net/http"
	"regexp"
	"strings"
	"time"

	"mooring/cloud/simulated"
)

// The limits of certificates that a pool accepts.
const (
	longestLeaf       = 390 * 24 * time.Hour
	mostIntermediates = 10
	deepestChain      = 5
	longestSubject    = 127 // bytes
)

// Texts of the token service. The first three are from public reports.
const (
	saySubject   = "The size of mapped attribute google.subject exceeds the 127 bytes limit. Either modify your attribute mapping or the incoming assertion to produce a mapped attribute that is less than 127 bytes."
	sayTarget    = `The target service indicated by the "audience" parameters is invalid. This might either be because the pool or provider is disabled or deleted or because it doesn't exist.`
	sayCondition = "The given credential is rejected by the attribute condition."
	sayUntrusted = "The certificate doesn't chain to a trust anchor of the provider."
	sayExpired   = "The certificate has expired or is not yet valid."
	sayLifetime  = "The validity period of the certificate is longer than 390 days."
	sayNoLeaf    = "The certificate is that of a certificate authority. A leaf certificate is expected in the trust chain."
	sayKey       = "The key of the certificate isn't supported. Use RSA with 2048 to 4096 bits, P-256 or P-384."
	sayUsage     = "The certificate isn't for client authentication."
	sayMapping   = "The attribute mapping gives no google.subject for the given credential."
)

var audienceForm = regexp.MustCompile(`^//iam\.googleapis\.com/projects/([0-9]+)/locations/global/workloadIdentityPools/([^/]+)/providers/([^/]+)$`)

// exchange gives a token for the client certificate of the connection.
func (w *world) exchange(c *call) (simulated.Reply, error) {
	none := func(code, message string) (simulated.Reply, error) {
		return simulated.Reply{}, &tokenRefusal{code, message}
	}
	if c.Method != http.MethodPost || c.URL.Path != "/v1/token" {
		return simulated.Reply{}, errNoMethod
	}
	f, ok := c.fields()
	if !ok {
		return none("invalid_request", "The request can't be read.")
	}
	for name, want := range map[string]string{"grant_type": "urn:ietf:params:oauth:grant-type:token-exchange", "requested_token_type": "urn:ietf:params:oauth:token-type:access_token",
		"subject_token_type": "urn:ietf:params:oauth:token-type:mtls"} {
		if f[name] != want {
			return none("invalid_request", "Invalid value for \""+name+"\".")
		}
	}
	if f["scope"] == "" {
		return none("invalid_scope", "Missing required parameter: scope")
	}
	if c.TLS == nil || len(c.TLS.PeerCertificates) == 0 {
		return none("invalid_request", "A client certificate is required on the TLS connection.")
	}
	chain, ok := subjectToken(f["subject_token"])
	if !ok {
		return none("invalid_request", "The subject token must be a JSON array of base64-encoded certificates.")
	}
	leaf := c.TLS.PeerCertificates[0]
	if !chain[0].Equal(leaf) {
		return none("invalid_request", "The subject token isn't the client certificate of the TLS connection.")
	}
	named := audienceForm.FindStringSubmatch(f["audience"])
	if named == nil {
		return none("invalid_request", "Invalid value for \"audience\".")
	}
	owner := w.projects[named[1]]
	if owner == nil || owner.pool(named[2]) == nil {
		return none("invalid_target", sayTarget)
	}
	pool := owner.pool(named[2])
	target := w.linkedByPool(pool)
	if err := target.override.Instead(atToken); err != nil {
		return simulated.Reply{}, err
	}
	p := pool.provider(named[3])
	switch {
	case p == nil || p.disabled || p.deleted || pool.disabled || pool.deleted:
		return none("invalid_target", sayTarget)
	case !owner.services["sts.googleapis.com"]:
		return simulated.Reply{}, serviceDisabled(owner, "sts.googleapis.com")
	}
	if problem := p.verify(leaf, chain[1:], w.now()); problem != "" {
		return none("invalid_grant", problem)
	}
	attributes := attributesOf(leaf)
	if p.condition != nil {
		if result, _ := p.condition.value(attributes); result != "true" {
			return none("unauthorized_client", sayCondition)
		}
	}
	subject, known := p.subject.value(attributes)
	switch {
	case !known || subject == "":
		return none("invalid_request", sayMapping)
	case len(subject) > longestSubject:
		return none("invalid_request", saySubject)
	}
	value := w.give(&token{consumer: owner, members: []string{"principal://iam.googleapis.com/" + pool.name() + "/subject/" + subject, "principalSet://iam.googleapis.com/" + pool.name() + "/*"}}, time.Hour)
	return simulated.JSONReply(http.StatusOK, map[string]any{"access_token": value, "issued_token_type": f["requested_token_type"], "token_type": "Bearer", "expires_in": 3599}), nil
}

// give makes a token known.
func (w *world) give(t *token, life time.Duration) string {
	maps.DeleteFunc(w.tokens, func(_ string, old *token) bool { return w.now().Sub(old.expires) > time.Hour })
	value := "ya29.simulated-" + letters(48)
	t.expires = w.now().Add(life)
	w.tokens[value] = t
	return value
}

func subjectToken(text string) ([]*x509.Certificate, bool) {
	var encoded []string
	if json.Unmarshal([]byte(text), &encoded) != nil || len(encoded) == 0 || len(encoded) > 1+mostIntermediates {
		return nil, false
	}
	var all []*x509.Certificate
	for _, one := range encoded {
		der, err := base64.StdEncoding.DecodeString(one)
		if err != nil {
			return nil, false
		}
		c, err := x509.ParseCertificate(der)
		if err != nil {
			return nil, false
		}
		all = append(all, c)
	}
	return all, true
}

// verify says why a provider doesn't accept a certificate, or "".
func (p *provider) verify(leaf *x509.Certificate, between []*x509.Certificate, now time.Time) string {
	switch {
	case leaf.IsCA:
		return sayNoLeaf
	case leaf.NotAfter.Sub(leaf.NotBefore) > longestLeaf:
		return sayLifetime
	case now.Before(leaf.NotBefore) || now.After(leaf.NotAfter):
		return sayExpired
	case !isKeySupported(leaf):
		return sayKey
	case leaf.KeyUsage != 0 && leaf.KeyUsage&x509.KeyUsageDigitalSignature == 0:
		return sayUsage
	}
	roots, intermediates := x509.NewCertPool(), x509.NewCertPool()
	for _, c := range p.anchors {
		roots.AddCert(c)
	}
	for _, c := range between {
		intermediates.AddCert(c)
	}
	chains, err := leaf.Verify(x509.VerifyOptions{Roots: roots, Intermediates: intermediates, CurrentTime: now, KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageAny}})
	if err != nil || len(chains[0]) > deepestChain {
		return sayUntrusted
	}
	if _, err := leaf.Verify(x509.VerifyOptions{Roots: roots, Intermediates: intermediates, CurrentTime: now, KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}}); err != nil {
		return sayUsage
	}
	return ""
}

func isKeySupported(c *x509.Certificate) bool {
	switch public := c.PublicKey.(type) {
	case *rsa.PublicKey:
		return public.N.BitLen() >= 2048 && public.N.BitLen() <= 4096
	case *ecdsa.PublicKey:
		return public.Curve == elliptic.P256() || public.Curve == elliptic.P384()
	}
	return false
}

// attributesOf are what conditions and mappings can use of a certificate.
func attributesOf(c *x509.Certificate) map[string]string {
	all := map[string]string{}
	add := func(name string, values ...string) {
		if len(values) > 0 && values[0] != "" {
			all["assertion."+name] = values[0]
		}
	}
	sum := sha256.Sum256(c.Raw)
	add("subject.dn.cn", c.Subject.CommonName)
	add("subject.dn.o", c.Subject.Organization...)
	add("subject.dn.ou", c.Subject.OrganizationalUnit...)
	add("issuer.dn.cn", c.Issuer.CommonName)
	add("issuer.dn.o", c.Issuer.Organization...)
	add("issuer.dn.ou", c.Issuer.OrganizationalUnit...)
	add("serialNumberHex", strings.ToLower(c.SerialNumber.Text(16)))
	add("sha256Fingerprint", base64.StdEncoding.EncodeToString(sum[:]))
	add("san.dns", c.DNSNames...)
	if len(c.URIs) > 0 {
		add("san.uri", c.URIs[0].String())
	}
	return all
}

// fingerprint is as openssl prints it.
func fingerprint(c *x509.Certificate) string {
	sum := sha256.Sum256(c.Raw)
	text := strings.ToUpper(hex.EncodeToString(sum[:]))
	var pairs []string
	for i := 0; i < len(text); i += 2 {
		pairs = append(pairs, text[i:i+2])
	}
	return strings.Join(pairs, ":")
}
