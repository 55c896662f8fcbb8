package google_test

import (
	"bytes"
	"crypto"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/json"
	"io"
	"math/big"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"mooring/cloud/google"
	"mooring/cloud/google/googlesim"
	"mooring/secret"
)

// pool is a simulated Google Cloud with a pool that trusts an authority of the tests.
type pool struct {
	harbor
	authority
	client   *google.Client
	provider google.Provider
}

func newPool(t testing.TB) pool {
	t.Helper()
	p := pool{harbor: newHarbor(t), authority: newAuthority(t)}
	p.client = google.NewClient(p.options)
	linked, err := p.simulator.Link(googlesim.Working, commonName, p.pem())
	ok(t, err)
	p.provider, _ = google.ParseProvider(linked.Provider)
	return p
}

// signsIn gives why a certificate doesn't get a token, or "".
func (p pool) signsIn(identity tls.Certificate) string {
	p.harbor.t.Helper()
	_, err := p.client.ExchangeCertificate(p.harbor.t.Context(), p.provider, identity)
	if err == nil {
		return ""
	}
	r := asRefusal(p.harbor.t, err)
	return r.Code + ": " + r.Message
}

func TestTheTokenServiceVerifiesCertificates(t *testing.T) {
	p := newPool(t)
	small, err := rsa.GenerateKey(rand.Reader, 1024)
	ok(t, err)
	key := elliptical(t, elliptic.P256())
	self := func(change func(*x509.Certificate)) tls.Certificate { // signed by itself
		form := &x509.Certificate{SerialNumber: big.NewInt(3), Subject: pkix.Name{CommonName: commonName}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().AddDate(0, 0, 9), BasicConstraintsValid: true}
		change(form)
		return tls.Certificate{Certificate: [][]byte{sign(t, form, form, key.Public(), key).Raw}, PrivateKey: key}
	}
	for name, test := range map[string]struct {
		identity tls.Certificate
		want     string // a part of the refusal; empty: it gets a token
	}{
		"P-256":            {p.leaf(key, nil), ""},
		"P-384":            {p.leaf(elliptical(t, elliptic.P384()), nil), ""},
		"RSA 2048":         {p.leaf(rsaKey(), nil), ""},
		"P-521":            {p.leaf(elliptical(t, elliptic.P521()), nil), "invalid_grant: The key of the certificate isn't supported"},
		"RSA 1024":         {p.leaf(small, nil), "invalid_grant: The key of the certificate isn't supported"},
		"a foreign chain":  {newAuthority(t).leaf(key, nil), "invalid_grant: The certificate doesn't chain to a trust anchor"},
		"signed by itself": {self(func(*x509.Certificate) {}), "invalid_grant: The certificate doesn't chain to a trust anchor"},
		"the authority":    {tls.Certificate{Certificate: [][]byte{p.cert.Raw}, PrivateKey: p.key}, "invalid_grant: The certificate is that of a certificate authority"},
		"an authority below": {p.leaf(key, func(c *x509.Certificate) { c.IsCA, c.KeyUsage = true, x509.KeyUsageCertSign }),
			"invalid_grant: The certificate is that of a certificate authority"},
		"390 days":                {p.leaf(key, func(c *x509.Certificate) { c.NotAfter = c.NotBefore.Add(390 * 24 * time.Hour) }), ""},
		"391 days":                {p.leaf(key, func(c *x509.Certificate) { c.NotAfter = c.NotBefore.Add(391 * 24 * time.Hour) }), "invalid_grant: The validity period of the certificate is longer than 390 days"},
		"expired":                 {p.leaf(key, func(c *x509.Certificate) { c.NotAfter = time.Now().Add(-time.Minute) }), "invalid_grant: The certificate has expired"},
		"not valid yet":           {p.leaf(key, func(c *x509.Certificate) { c.NotBefore = time.Now().Add(time.Minute) }), "invalid_grant: The certificate has expired or is not yet valid"},
		"for servers":             {p.leaf(key, func(c *x509.Certificate) { c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth} }), "invalid_grant: The certificate isn't for client authentication"},
		"for no signatures":       {p.leaf(key, func(c *x509.Certificate) { c.KeyUsage = x509.KeyUsageKeyEncipherment }), "invalid_grant: The certificate isn't for client authentication"},
		"another name":            {p.leaf(key, func(c *x509.Certificate) { c.Subject.CommonName = "mooring-aaaaaaaaaaaaaaaa" }), "unauthorized_client: The given credential is rejected by the attribute condition."},
		"no name":                 {p.leaf(key, func(c *x509.Certificate) { c.Subject = pkix.Name{Organization: []string{commonName}} }), "unauthorized_client: "},
		"a certificate's key off": {tls.Certificate{Certificate: p.leaf(key, nil).Certificate, PrivateKey: elliptical(t, elliptic.P256())}, "NoAnswer: "},
	} {
		if got := p.signsIn(test.identity); !strings.HasPrefix(got, test.want) || (got == "") != (test.want == "") {
			t.Errorf("%s: %q, want %q", name, got, test.want)
		}
	}
}

func TestTheTokenServiceVerifiesTheRequest(t *testing.T) {
	p := newPool(t)
	identity := p.leaf(elliptical(t, elliptic.P256()), nil)
	other := p.leaf(elliptical(t, elliptic.P256()), nil)
	encode := func(certificates ...[]byte) string {
		var all []string
		for _, c := range certificates {
			all = append(all, base64.StdEncoding.EncodeToString(c))
		}
		text, err := json.Marshal(all)
		ok(t, err)
		return string(text)
	}
	good := url.Values{"grant_type": {"urn:ietf:params:oauth:grant-type:token-exchange"}, "audience": {p.provider.Audience()}, "scope": {"https://www.googleapis.com/auth/cloud-platform"},
		"requested_token_type": {"urn:ietf:params:oauth:token-type:access_token"}, "subject_token_type": {"urn:ietf:params:oauth:token-type:mtls"}, "subject_token": {encode(identity.Certificate[0])}}
	post := func(change url.Values, shown *tls.Certificate, asJSON bool) (int, string) {
		form := url.Values{}
		object := map[string]string{}
		for name := range good {
			form.Set(name, good.Get(name))
		}
		for name := range change {
			form.Set(name, change.Get(name))
		}
		settings := &tls.Config{RootCAs: p.simulator.CA(), MinVersion: tls.VersionTLS12}
		if shown != nil {
			settings.Certificates = []tls.Certificate{*shown}
		}
		client := &http.Client{Transport: &http.Transport{DialContext: p.simulator.Dial, TLSClientConfig: settings}}
		defer client.CloseIdleConnections()
		body, contentType := form.Encode(), "application/x-www-form-urlencoded"
		if asJSON {
			for name := range form {
				object[name] = form.Get(name)
			}
			text, err := json.Marshal(object)
			ok(t, err)
			body, contentType = string(text), "application/json"
		}
		answer, err := client.Post("https://sts.mtls.googleapis.com/v1/token", contentType, strings.NewReader(body))
		ok(t, err)
		said, err := io.ReadAll(answer.Body)
		ok(t, err)
		ok(t, answer.Body.Close())
		return answer.StatusCode, string(said)
	}
	for _, asJSON := range []bool{false, true} {
		if status, said := post(nil, &identity, asJSON); status != 200 || !strings.Contains(said, `"token_type":"Bearer"`) {
			t.Errorf("JSON %v: %d %s", asJSON, status, said)
		}
	}
	between := strings.Replace(p.provider.Audience(), "providers/", "providers/x", 1)
	for name, test := range map[string]struct {
		change url.Values
		shown  *tls.Certificate
		want   string
	}{
		"another certificate in the handshake": {nil, &other, "isn't the client certificate of the TLS connection"},
		"no certificate in the handshake":      {nil, nil, "A client certificate is required"},
		"the authority as the token":           {url.Values{"subject_token": {encode(p.cert.Raw)}}, &identity, "isn't the client certificate"},
		"no list":                              {url.Values{"subject_token": {base64.StdEncoding.EncodeToString(identity.Certificate[0])}}, &identity, "must be a JSON array"},
		"an empty list":                        {url.Values{"subject_token": {"[]"}}, &identity, "must be a JSON array"},
		"another provider":                     {url.Values{"audience": {between}}, &identity, "invalid_target"},
		"another project":                      {url.Values{"audience": {strings.Replace(p.provider.Audience(), p.provider.Project, "660000000002", 1)}}, &identity, "invalid_target"},
		"no audience":                          {url.Values{"audience": {p.provider.String()}}, &identity, `Invalid value for \"audience\"`},
		"no scope":                             {url.Values{"scope": {""}}, &identity, "invalid_scope"},
		"another kind of token":                {url.Values{"subject_token_type": {"urn:ietf:params:oauth:token-type:jwt"}}, &identity, `Invalid value for \"subject_token_type\"`},
		"another grant":                        {url.Values{"grant_type": {"password"}}, &identity, `Invalid value for \"grant_type\"`},
	} {
		if status, said := post(test.change, test.shown, false); status != 400 || !strings.Contains(said, test.want) {
			t.Errorf("%s: %d %s", name, status, said)
		}
	}
}

// The condition that somebody sets decides which names are accepted.
func TestTheConditionDecides(t *testing.T) {
	p := newPool(t)
	identity := p.leaf(elliptical(t, elliptic.P256()), func(c *x509.Certificate) { c.Subject.Organization = []string{"Acme"} })
	for condition, accepts := range map[string]bool{
		"assertion.subject.dn.cn=='" + commonName + "'":                                     true,
		"assertion.subject.dn.cn=='mooring'":                                                false,
		"assertion.subject.dn.cn!='mooring'":                                                true,
		"assertion.subject.dn.cn!='" + commonName + "'":                                     false,
		"assertion.subject.dn.cn.startsWith('mooring-')":                                    true,
		"assertion.subject.dn.cn.startsWith('x')":                                           false,
		"assertion.subject.dn.o=='Acme' && assertion.subject.dn.cn.startsWith('mooring-')":  true,
		"assertion.subject.dn.o=='Acme' && assertion.subject.dn.cn.startsWith('x')":         false,
		"assertion.subject.dn.o=='x' && assertion.subject.dn.cn.startsWith('mooring-')":     false,
		"assertion.subject.dn.o=='x' || assertion.subject.dn.cn.startsWith('mooring-')":     true,
		"assertion.subject.dn.o=='Acme' || assertion.subject.dn.cn.startsWith('x')":         true,
		"assertion.subject.dn.o=='x' || assertion.subject.dn.cn.startsWith('x')":            false,
		"assertion.subject.dn.o=='x' && 'a'=='a' || assertion.issuer.dn.cn=='Mooring link'": true,
		"assertion.subject.dn.ou=='x'":                                                      false,
		"assertion.subject.dn.ou!='x'":                                                      false, // the certificate has none
		"assertion.serialNumberHex=='7'":                                                    true,
	} {
		p.paste(googlesim.Working, "gcloud iam workload-identity-pools providers update-x509 "+p.provider.String()+` --attribute-condition="`+condition+`"`)
		if got := p.signsIn(identity); (got == "") != accepts {
			t.Errorf("%s: %q", condition, got)
		}
	}
	p.paste(googlesim.Working, "gcloud iam workload-identity-pools providers update-x509 "+p.provider.String()+` --attribute-condition="" --attribute-mapping=google.subject=assertion.subject.dn.ou`)
	if got := p.signsIn(identity); !strings.HasPrefix(got, "invalid_request: The attribute mapping") {
		t.Errorf("without a subject: %q", got)
	}
	p.paste(googlesim.Working, "gcloud iam workload-identity-pools providers update-x509 "+p.provider.String()+` --attribute-mapping=google.subject=assertion.subject.dn.o`)
	long := p.leaf(elliptical(t, elliptic.P256()), func(c *x509.Certificate) { c.Subject.Organization = []string{strings.Repeat("x", 128)} })
	if got := p.signsIn(long); !strings.HasPrefix(got, "invalid_request: The size of mapped attribute google.subject") {
		t.Errorf("a long subject: %q", got)
	}
}

// A chain with an authority in between is trusted only with that authority.
func TestAnAuthorityInBetweenComesAlong(t *testing.T) {
	p := newPool(t)
	key := elliptical(t, elliptic.P256())
	form := &x509.Certificate{SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: "Between"}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().AddDate(1, 0, 0),
		BasicConstraintsValid: true, IsCA: true, KeyUsage: x509.KeyUsageCertSign}
	between := authority{t, sign(t, form, p.cert, key.Public(), p.key), key}
	if got := p.signsIn(between.leaf(elliptical(t, elliptic.P256()), nil)); !strings.Contains(got, "doesn't chain") {
		t.Errorf("without the authority: %q", got)
	}
}

func TestATokenIsGoodForWhatItsRolesPermit(t *testing.T) {
	now := time.Now()
	h := newHarborAt(t, func() time.Time { return now }, time.Now)
	p := pool{harbor: h, authority: newAuthority(t), client: google.NewClient(h.options)}
	linked, err := h.simulator.Link(googlesim.Working, commonName, p.pem())
	ok(t, err)
	p.provider, _ = google.ParseProvider(linked.Provider)
	identity := p.leaf(elliptical(t, elliptic.P256()), nil)
	token, err := p.client.ExchangeCertificate(t.Context(), p.provider, identity)
	ok(t, err)
	project := func(id string) string {
		_, err := p.client.Project(t.Context(), token, id)
		if err == nil {
			return ""
		}
		return asRefusal(t, err).Code
	}
	two := projectID(t, "Two Piers")
	if got := project(googlesim.Working); got != "" {
		t.Errorf("its own project: %s", got)
	}
	for _, id := range []string{two, "no-such-project"} {
		if got := project(id); got != "IAM_PERMISSION_DENIED" {
			t.Errorf("%s: %q", id, got)
		}
	}
	h.paste(googlesim.Working, "gcloud projects add-iam-policy-binding "+two+" --role=roles/browser --member='principalSet://iam.googleapis.com/"+p.provider.PoolName()+"/*'")
	if got := project(two); got != "" {
		t.Errorf("with a role for the entire pool: %s", got)
	}
	granted, err := p.client.TestPermissions(t.Context(), token, two, google.Probed)
	ok(t, err)
	if len(granted) != 0 {
		t.Errorf("a browser may %v", granted)
	}
	if _, err := p.client.TestPermissions(t.Context(), token, two, []string{"compute.*"}); asRefusal(t, err).Code != "INVALID_ARGUMENT" {
		t.Errorf("a wildcard: %v", err)
	}
	_, err = p.client.TestPermissions(t.Context(), token, two, slicesOf("compute.instances.get", 250))
	ok(t, err) // in three questions
	if _, err := p.client.Project(t.Context(), google.Token{Text: secret.NewText("ya29.somebody-elses")}, two); asRefusal(t, err).Status != 401 {
		t.Errorf("another token: %v", err)
	}
	now = now.Add(61 * time.Minute)
	if got := project(two); got != "ACCESS_TOKEN_EXPIRED" {
		t.Errorf("an hour later: %q", got)
	}
}

func slicesOf(text string, n int) []string {
	var all []string
	for range n {
		all = append(all, text)
	}
	return all
}

// jwt makes an assertion, good unless something is changed.
func jwt(t testing.TB, key crypto.Signer, header, claims map[string]any) string {
	t.Helper()
	part := func(v any) string {
		text, err := json.Marshal(v)
		ok(t, err)
		return base64.RawURLEncoding.EncodeToString(text)
	}
	signed := part(header) + "." + part(claims)
	digest := sha256.Sum256([]byte(signed))
	signature, err := key.Sign(rand.Reader, digest[:], crypto.SHA256)
	ok(t, err)
	return signed + "." + base64.RawURLEncoding.EncodeToString(signature)
}

func TestTheTokenServiceVerifiesAssertions(t *testing.T) {
	h := newHarbor(t)
	target := h.attempt("Key Locker").Target
	id, err := google.NewClient(h.options).FindKey(t.Context(), target.SignIn.Principal, h.account.Certificate.DER)
	ok(t, err)
	client := &http.Client{Transport: &http.Transport{DialContext: h.simulator.Dial, TLSClientConfig: &tls.Config{RootCAs: h.simulator.CA(), MinVersion: tls.VersionTLS12}}}
	defer client.CloseIdleConnections()
	for name, test := range map[string]struct {
		change map[string]any // of header and claims
		key    crypto.Signer
		want   string
	}{
		"good":                 {nil, h.account, `"token_type":"Bearer"`},
		"without a subject":    {map[string]any{"sub": ""}, h.account, `"token_type":"Bearer"`},
		"another key":          {nil, rsaKey(), "Invalid JWT Signature."},
		"another key's ID":     {map[string]any{"kid": "abc"}, h.account, "Invalid JWT Signature."},
		"another algorithm":    {map[string]any{"alg": "none"}, h.account, "Invalid JWT Signature."},
		"another account":      {map[string]any{"iss": "x" + target.SignIn.Principal}, h.account, "account not found"},
		"for somebody else":    {map[string]any{"sub": "jane@example.com"}, h.account, "unauthorized_client"},
		"another audience":     {map[string]any{"aud": "https://sts.googleapis.com/"}, h.account, "Failed audience check"},
		"no scope":             {map[string]any{"scope": ""}, h.account, "invalid_scope"},
		"expired":              {map[string]any{"iat": time.Now().Add(-2 * time.Hour).Unix(), "exp": time.Now().Add(-time.Hour).Unix()}, h.account, "reasonable timeframe"},
		"longer than an hour":  {map[string]any{"exp": time.Now().Add(2 * time.Hour).Unix()}, h.account, "short-lived token"},
		"a clock that is fast": {map[string]any{"iat": time.Now().Add(6 * time.Minute).Unix(), "exp": time.Now().Add(9 * time.Minute).Unix()}, h.account, "reasonable timeframe"},
	} {
		header := map[string]any{"alg": "RS256", "typ": "JWT", "kid": id}
		claims := map[string]any{"iss": target.SignIn.Principal, "sub": target.SignIn.Principal, "aud": "https://oauth2.googleapis.com/token", "scope": "https://www.googleapis.com/auth/cloud-platform",
			"iat": time.Now().Unix(), "exp": time.Now().Add(5 * time.Minute).Unix()}
		for key, value := range test.change {
			if _, ok := header[key]; ok {
				header[key] = value
			} else {
				claims[key] = value
			}
		}
		answer, err := client.PostForm("https://oauth2.googleapis.com/token", url.Values{"grant_type": {"urn:ietf:params:oauth:grant-type:jwt-bearer"}, "assertion": {jwt(t, test.key, header, claims)}})
		ok(t, err)
		said, err := io.ReadAll(answer.Body)
		ok(t, err)
		ok(t, answer.Body.Close())
		if !bytes.Contains(said, []byte(test.want)) || (answer.StatusCode == 200) != strings.Contains(test.want, "Bearer") {
			t.Errorf("%s: %d %s", name, answer.StatusCode, said)
		}
	}
	o := h.options
	ecClient := google.NewClient(o)
	if _, err := ecClient.SignIn(t.Context(), target.SignIn.Principal, id, elliptical(t, elliptic.P256())); err == nil {
		t.Error("an elliptic key signs for a service account")
	}
}
