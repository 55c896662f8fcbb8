package azuresim

import (
	"bytes"
	"net/url"
	"slices"
	"strings"
	"time"
)

const (
	assertionType = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"

	// clockTolerance is how far the clocks of the two sides may differ.
	clockTolerance = 5 * time.Minute

	// maxAssertionLifetime is how long an assertion may be good for.
	maxAssertionLifetime = 24 * time.Hour
)

// signInRequest is one POST to a token endpoint.
type signInRequest struct {
	environment environment
	tenant      string
	endpoint    string // the whole URL, which the assertion must be made for
	form        url.Values
	trace       string
}

// signIn exchanges an assertion for a bearer token. It looks in the order in
// which Azure does: the directory, the form, the application, the key, the
// claims, and last whether the application may have a token at all.
func (w *world) signIn(r signInRequest) (string, *entraError) {
	w.mu.Lock()
	defer w.mu.Unlock()
	d, fault := w.openDirectory(r.environment, r.tenant)
	if fault != nil {
		return "", fault
	}
	if d.environment.name != r.environment.name {
		return "", tenantElsewhere()
	}
	client, fault := readClient(r, d)
	if fault != nil {
		return "", fault
	}
	a, fault := w.admitClient(client, d)
	if fault != nil {
		return "", fault
	}
	proof, fault := readProof(r.form, client)
	if fault != nil {
		return "", fault
	}
	if fault := a.authenticate(proof, w.now()); fault != nil {
		return "", fault
	}
	now := d.clock(w.now())
	if fault := checkClaims(proof.claims, client, r.endpoint, now); fault != nil {
		return "", fault
	}
	if !w.spend(a, proof.claims.Jti, now, proof.claims.Exp.Add(clockTolerance)) {
		return "", assertionInvalid("The assertion was used before.")
	}
	if fault := a.mayHaveToken(r.trace); fault != nil {
		return "", fault
	}
	return w.issueToken(r.environment, a, r.isForGraph()), nil
}

// openDirectory finds the directory in any environment, as the services of all
// national clouds know of each other.
func (w *world) openDirectory(e environment, tenant string) (*directory, *entraError) {
	if w.outages[e.name] {
		return nil, transient()
	}
	id, ok := parseGUID(tenant)
	if !ok && !strings.Contains(tenant, ".") {
		return nil, tenantMalformed(tenant)
	}
	d := w.findDirectory(id)
	switch {
	case d == nil || d.cue == signInGone:
		return nil, tenantUnknown(tenant)
	case d.cue == signInDown:
		return nil, transient()
	}
	return d, nil
}

// readClient checks what every request must say and returns the client ID.
func readClient(r signInRequest, d *directory) (string, *entraError) {
	for _, name := range []string{"grant_type", "client_id", "scope"} {
		if r.form.Get(name) == "" {
			return "", parameterMissing(name)
		}
	}
	if r.form.Get("grant_type") != "client_credentials" {
		return "", grantUnsupported()
	}
	client, ok := parseGUID(r.form.Get("client_id"))
	if !ok {
		return "", clientMalformed()
	}
	return client, checkScope(r, d)
}

// isForGraph reports whether the token is to be one for Microsoft Graph.
func (r signInRequest) isForGraph() bool {
	return strings.Contains(r.form.Get("scope"), r.environment.graph+"/")
}

// checkScope wants the audience of this cloud's resource manager, or of its Graph. The audience
// ends in a slash, so two slashes before .default are the normal case.
func checkScope(r signInRequest, d *directory) *entraError {
	fields := strings.Fields(r.form.Get("scope"))
	wanted := slices.DeleteFunc(fields, func(s string) bool {
		return s == "openid" || s == "offline_access" || s == "profile"
	})
	if len(wanted) != 1 {
		return scopeMalformed()
	}
	resource, ok := strings.CutSuffix(wanted[0], "/.default")
	if !ok {
		return scopeMalformed()
	}
	if resource = strings.TrimSuffix(resource, "/"); resource != strings.TrimSuffix(r.environment.audience, "/") && resource != r.environment.graph {
		return resourceUnknown(resource, d)
	}
	return nil
}

// admitClient finds the application. A fresh one hides at first.
func (w *world) admitClient(client string, d *directory) (*application, *entraError) {
	a := w.findApplication(client)
	if a == nil || a.directory != d {
		return nil, clientUnknown(client, d)
	}
	a.attempts++
	if d.cue == signInFreshApp && a.attempts <= copying {
		return nil, clientUnknown(client, d)
	}
	return a, nil
}

// readProof takes the assertion out of the form.
func readProof(form url.Values, client string) (*assertion, *entraError) {
	text := form.Get("client_assertion")
	switch {
	case form.Has("client_secret"):
		return nil, secretWrong(client)
	case text == "":
		return nil, assertionMissing()
	case form.Get("client_assertion_type") == "":
		return nil, parameterMissing("client_assertion_type")
	case form.Get("client_assertion_type") != assertionType:
		return nil, assertionMissing()
	}
	proof, err := parseAssertion(text)
	if err != nil {
		return nil, assertionMalformed()
	}
	if alg := proof.header.Alg; alg != "PS256" && alg != "RS256" {
		return nil, algorithmUnsupported(alg)
	}
	if proof.x5t == nil && proof.x5tS256 == nil {
		return nil, assertionMalformed()
	}
	return proof, nil
}

// authenticate checks the signature with the key that the assertion names.
func (a *application) authenticate(proof *assertion, now time.Time) *entraError {
	i := slices.IndexFunc(a.keys, func(k key) bool {
		return (proof.x5t == nil || bytes.Equal(proof.x5t, k.sha1())) &&
			(proof.x5tS256 == nil || bytes.Equal(proof.x5tS256, k.sha256()))
	})
	named := proof.x5t
	if named == nil {
		named = proof.x5tS256
	}
	if i < 0 {
		return keyUnknown(a.clientID, named)
	}
	a.keyAttempts++
	if a.directory.cue == signInFreshKey && a.keyAttempts <= copying {
		return keyUnknown(a.clientID, named)
	}
	k := a.keys[i]
	switch {
	case !proof.verify(k):
		return signatureWrong(a.clientID, k)
	case !k.valid(now):
		return keyExpired(a.clientID, k)
	}
	return nil
}

// checkClaims wants an assertion of the client, for this endpoint, good now.
func checkClaims(c assertionClaims, client, endpoint string, now time.Time) *entraError {
	switch {
	case c.Iss == "" || c.Iss != c.Sub || !strings.EqualFold(c.Sub, client):
		return clientMismatch()
	case c.Aud != endpoint:
		return audienceMismatch()
	case c.Exp == nil:
		return assertionInvalid("The assertion has no expiry time.")
	case c.Jti == "" || len(c.Jti) > 256:
		return assertionInvalid("The assertion has no usable 'jti' claim.")
	}
	from := now
	for _, start := range []*numericDate{c.Iat, c.Nbf} {
		if start != nil {
			from = start.Time
		}
	}
	switch {
	case from.After(now.Add(clockTolerance)) || !now.Add(-clockTolerance).Before(c.Exp.Time):
		return outsideValidity(now, from, c.Exp.Time)
	case c.Exp.Sub(from) > maxAssertionLifetime:
		return assertionInvalid("The assertion is valid for more than 24 hours.")
	}
	return nil
}

// mayHaveToken is asked when the application has proved who it is.
func (a *application) mayHaveToken(trace string) *entraError {
	switch {
	case a.principalID == "":
		return principalMissing(a)
	case a.disabled:
		return applicationDisabled(a)
	case a.directory.cue == signInBlocked:
		return accessBlocked()
	case a.directory.cue == signInUnheardOf:
		return unheardOf(a, trace)
	}
	return nil
}
