package googlesim

import (
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"encoding/pem"
	"net/http"
	"regexp"
	"slices"
	"strings"
)

// What owners of a project do. The story of the project applies.

var (
	poolForm    = regexp.MustCompile(`^[a-z0-9-]{4,32}$`)
	accountForm = regexp.MustCompile(`^[a-z][a-z0-9-]{4,28}[a-z0-9]$`)
	roleForm    = regexp.MustCompile(`^[a-zA-Z0-9_.]{3,64}$`)
)

func exists(what, name string) error {
	return refuse(http.StatusConflict, "ALREADY_EXISTS", "Requested entity already exists: %s %s", what, name)
}

func invalid(message string, values ...any) error {
	return refuse(http.StatusBadRequest, "INVALID_ARGUMENT", message, values...)
}

func missing(what, name string) error {
	return refuse(http.StatusNotFound, "NOT_FOUND", "Requested entity was not found: %s %s", what, name)
}

func (p *project) createPool(id string) (*pool, error) {
	switch {
	case !poolForm.MatchString(id) || strings.HasPrefix(id, "gcp-"):
		return nil, invalid("The ID of a pool has 4 to 32 of the characters [a-z0-9-], and doesn't begin with gcp-.")
	case p.pool(id) != nil: // a deleted one, too
		return nil, exists("workload identity pool", id)
	}
	made := &pool{project: p, id: id, disabled: p.story.poolDisabled, deleted: p.story.poolDeleted}
	p.pools = append(p.pools, made)
	return made, nil
}

// createProvider makes a provider. An empty condition is none.
func (p *pool) createProvider(id, anchors, mapping, condition string) (*provider, error) {
	if !poolForm.MatchString(id) {
		return nil, invalid("The ID of a provider has 4 to 32 of the characters [a-z0-9-].")
	}
	if p.provider(id) != nil {
		return nil, exists("provider", id)
	}
	made := &provider{pool: p, id: id, disabled: p.project.story.providerDisabled}
	told := p.project.story
	if told.otherCondition {
		condition = "assertion.subject.dn.cn=='mooring-somebodyelsesss'"
	}
	if told.noCondition {
		condition = ""
	}
	err := made.trust(anchors)
	if err == nil {
		err = made.setMapping(mapping)
	}
	if err == nil {
		err = made.setCondition(condition)
	}
	if err == nil && told.otherAuthority {
		err = made.trust(otherAuthority())
	}
	if err != nil {
		return nil, err
	}
	p.providers = append(p.providers, made)
	return made, nil
}

// The limits of a trust store.
const (
	mostAnchors   = 3
	longestAnchor = 32 << 10
)

// trust replaces the trust store.
func (p *provider) trust(text string) error {
	var all []*x509.Certificate
	for rest := []byte(text); ; {
		var block *pem.Block
		if block, rest = pem.Decode(rest); block == nil {
			if len(all) == 0 || strings.TrimSpace(string(rest)) != "" {
				return invalid("The trust store has no certificate, or one that can't be read.")
			}
			break
		}
		c, err := x509.ParseCertificate(block.Bytes)
		switch {
		case err != nil || block.Type != "CERTIFICATE" || len(block.Bytes) > longestAnchor:
			return invalid("The trust store has a certificate that can't be read.")
		case !c.BasicConstraintsValid || !c.IsCA || c.KeyUsage != 0 && c.KeyUsage&x509.KeyUsageCertSign == 0:
			return invalid("A trust anchor must be the certificate of a certificate authority.")
		case len(all) == mostAnchors:
			return invalid("A trust store has at most %d trust anchors.", mostAnchors)
		}
		all = append(all, c)
	}
	p.anchors, p.pem = all, text
	return nil
}

func (p *provider) setCondition(text string) error {
	if text == "" {
		p.condition, p.conditionText = nil, ""
		return nil
	}
	parsed, err := parseExpression(text)
	if err == nil && !parsed.isCondition() {
		err = invalid("The attribute condition must be true or false.")
	}
	if err == nil {
		p.condition, p.conditionText = parsed, text
	}
	return err
}

// setMapping reads google.subject=EXPRESSION. Other attributes aren't simulated.
func (p *provider) setMapping(text string) error {
	name, value, _ := strings.Cut(text, "=")
	if name != "google.subject" {
		return invalid("The attribute mapping must map google.subject, and the simulator maps nothing else.")
	}
	parsed, err := parseExpression(value)
	if err == nil && parsed.isCondition() {
		err = invalid("google.subject must be a text.")
	}
	if err == nil {
		p.subject, p.subjectText = parsed, value
	}
	return err
}

func (w *world) createAccount(p *project, id string) (*account, error) {
	if !accountForm.MatchString(id) {
		return nil, invalid("The ID of a service account has 6 to 30 lower-case letters, digits and hyphens.")
	}
	address := id + "@" + p.ID + ".iam.gserviceaccount.com"
	if w.accounts[address] != nil {
		return nil, exists("service account", address)
	}
	made := &account{project: p, address: address, unique: digits(21)}
	w.accounts[address] = made
	return made, nil
}

// The limits of a service account's keys. Not every program reads longer lines.
const (
	mostKeys    = 10
	longestLine = 76
)

func (a *account) upload(text string) (*key, error) {
	if a.project.story.noUpload {
		return nil, refuse(http.StatusBadRequest, "FAILED_PRECONDITION", "Key upload is not allowed on this service account. Constraint constraints/iam.disableServiceAccountKeyUpload is enforced.")
	}
	block, rest := pem.Decode([]byte(text))
	if slices.ContainsFunc(strings.Split(text, "\n"), func(line string) bool { return len(line) > longestLine }) {
		return nil, invalid("The public key must be an X.509 certificate in PEM format, with lines of at most %d characters.", longestLine)
	}
	if block == nil || block.Type != "CERTIFICATE" || strings.TrimSpace(string(rest)) != "" {
		return nil, invalid("The public key must be an X.509 certificate in PEM format.")
	}
	c, err := x509.ParseCertificate(block.Bytes)
	if err != nil || c.Version != 3 {
		return nil, invalid("The public key must be an X.509 v3 certificate in PEM format.")
	}
	public, ok := c.PublicKey.(*rsa.PublicKey)
	sum := sha256.Sum256(c.RawSubjectPublicKeyInfo)
	id := hex.EncodeToString(sum[:20])
	switch {
	case !ok || public.N.BitLen() < 1024:
		return nil, invalid("The certificate must have an RSA key.")
	case slices.ContainsFunc(a.keys, func(k *key) bool { return k.id == id }):
		return nil, exists("key", id)
	case len(a.keys) >= mostKeys:
		return nil, refuse(http.StatusTooManyRequests, "RESOURCE_EXHAUSTED", "A service account has at most %d keys.", mostKeys)
	}
	made := &key{id: id, pem: text, certificate: c, disabled: a.project.story.keyDisabled}
	if !a.project.story.keyDeleted {
		a.keys = append(a.keys, made)
	}
	return made, nil
}

var memberForm = regexp.MustCompile(`^(?:(?:user|group):[^\s@]+@[^\s@]+|serviceAccount:[^\s@]+@[^\s@]+gserviceaccount\.com|principal://iam\.googleapis\.com/projects/[0-9]+/locations/global/workloadIdentityPools/[a-z0-9-]+/subject/\S+|principalSet://iam\.googleapis\.com/projects/[0-9]+/locations/global/workloadIdentityPools/[a-z0-9-]+/\*)$`)

// bind gives a member a role in a project.
func (w *world) bind(p *project, role, member string) error {
	switch {
	case !memberForm.MatchString(member):
		return invalid("The member %s isn't one that the simulator knows.", member)
	case p.permissionsOf(role) == nil:
		return invalid("Role %s is not supported for this resource.", role)
	}
	if address, ok := strings.CutPrefix(member, "serviceAccount:"); ok {
		a := w.accounts[address]
		if a == nil {
			return invalid("Service account %s does not exist.", address)
		}
		if a.project.story.accountDisabled {
			a.disabled = true
		}
	}
	linked := strings.HasPrefix(member, "principal") || strings.HasPrefix(member, "serviceAccount:")
	if other := (binding{role, member + "x"}); linked && p.story.otherMember && !slices.Contains(p.bindings, other) {
		member = other.member // the first time
	}
	p.bindings = appendOnce(p.bindings, binding{role, member})
	if linked {
		p.left = p.story.freshFor
		if p.story.owner {
			p.bindings = appendOnce(p.bindings, binding{"roles/owner", member})
		}
		if p.story.shutDown {
			p.state = "DELETE_REQUESTED"
		}
		if p.story.apiOff {
			delete(p.services, "cloudresourcemanager.googleapis.com")
		}
	}
	return nil
}

func (p *project) unbind(role, member string) error {
	at := slices.Index(p.bindings, binding{role, member})
	if at < 0 {
		return refuse(http.StatusNotFound, "NOT_FOUND", "Policy binding with the specified principal, role, and condition not found!")
	}
	p.bindings = slices.Delete(p.bindings, at, at+1)
	return nil
}

// allowActing gives a member a role on a service account.
func (a *account) allowActing(role, member string) error {
	switch {
	case !memberForm.MatchString(member):
		return invalid("The member %s isn't one that the simulator knows.", member)
	case !slices.Contains(actingRoles, role):
		return invalid("Role %s is not supported for this resource.", role)
	}
	if !a.project.story.notActing || len(a.bindings) > 0 {
		a.bindings = appendOnce(a.bindings, binding{role, member})
	} else { // the first time, somebody else may
		a.bindings = appendOnce(a.bindings, binding{role, "user:somebody@example.com"})
	}
	return nil
}

func appendOnce(all []binding, one binding) []binding {
	if slices.Contains(all, one) {
		return all
	}
	return append(all, one)
}
