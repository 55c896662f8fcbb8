package oraclesim_test

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/md5" //nolint:gosec // a fingerprint
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"math/big"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"mooring/cloud/oracle/oraclesim"
)

func ok(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// keys are made once, because it takes a while.
var keys = sync.OnceValue(func() (all []*rsa.PrivateKey) {
	for range 2 {
		key, err := rsa.GenerateKey(rand.Reader, 2048)
		if err != nil {
			panic(err)
		}
		all = append(all, key)
	}
	return all
})

func publicPEM(t testing.TB, key crypto.PublicKey) string {
	t.Helper()
	der, err := x509.MarshalPKIXPublicKey(key)
	ok(t, err)
	return string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}))
}

func fingerprint(t testing.TB, key crypto.PublicKey) string {
	t.Helper()
	der, err := x509.MarshalPKIXPublicKey(key)
	ok(t, err)
	return strings.ReplaceAll(fmt.Sprintf("% x", md5.Sum(der)), " ", ":") //nolint:gosec // see the import
}

// asked is a request that is about to be signed. A test changes one thing of a good one.
type asked struct {
	method, host, target     string
	body, signedBody         string
	date                     time.Time
	tenancy, user, print     string
	headers                  []string // that are signed
	algorithm, version, key2 string
	key                      *rsa.PrivateKey
	unsigned                 bool
	mangle                   func(*http.Request)
}

type world struct {
	*oraclesim.Simulator
	t      testing.TB
	client *http.Client
	linked oraclesim.Linked
}

func newWorld(t testing.TB) world {
	t.Helper()
	s, err := oraclesim.Start(oraclesim.Options{})
	ok(t, err)
	t.Cleanup(func() { ok(t, s.Close()) })
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: s.CA(), MinVersion: tls.VersionTLS12}, DialContext: s.Dial}
	t.Cleanup(transport.CloseIdleConnections)
	linked, err := s.Link(oraclesim.Working, "mooring", publicPEM(t, keys()[0].Public()))
	ok(t, err)
	return world{s, t, &http.Client{Transport: transport}, linked}
}

func (w world) good(method, path, body string) asked {
	a := asked{method: method, host: "identity.eu-frankfurt-1.oci.oraclecloud.com", target: "/20160918" + path, body: body, signedBody: body, date: time.Now(),
		tenancy: w.linked.Tenancy, user: w.linked.User, print: fingerprint(w.t, keys()[0].Public()), algorithm: "rsa-sha256", version: "1", key: keys()[0],
		headers: []string{"date", "(request-target)", "host"}}
	if method == http.MethodPost {
		a.headers = append(a.headers, "content-length", "content-type", "x-content-sha256")
	}
	return a
}

// ask signs and sends a request, by code of its own.
func (w world) ask(a asked) (status int, code, message string) {
	w.t.Helper()
	r, err := http.NewRequest(a.method, "https://"+a.host+a.target, strings.NewReader(a.body))
	ok(w.t, err)
	sum := sha256.Sum256([]byte(a.signedBody))
	values := map[string]string{"date": a.date.UTC().Format(http.TimeFormat), "(request-target)": strings.ToLower(a.method) + " " + a.target, "host": a.host,
		"content-length": fmt.Sprint(len(a.signedBody)), "content-type": "application/json", "x-content-sha256": base64.StdEncoding.EncodeToString(sum[:])}
	var lines []string
	for _, name := range a.headers {
		lines = append(lines, name+": "+values[name])
	}
	for _, name := range []string{"date", "content-type", "x-content-sha256"} {
		r.Header.Set(name, values[name])
	}
	digest := sha256.Sum256([]byte(strings.Join(lines, "\n")))
	signature, err := rsa.SignPKCS1v15(rand.Reader, a.key, crypto.SHA256, digest[:])
	ok(w.t, err)
	if !a.unsigned {
		r.Header.Set("Authorization", fmt.Sprintf(`Signature version="%s",headers="%s",keyId="%s/%s/%s",algorithm="%s",signature="%s"%s`, a.version, strings.Join(a.headers, " "),
			a.tenancy, a.user, a.print, a.algorithm, base64.StdEncoding.EncodeToString(signature), a.key2))
	}
	if a.mangle != nil {
		a.mangle(r)
	}
	answer, err := w.client.Do(r)
	ok(w.t, err)
	defer answer.Body.Close() //nolint:errcheck // a test
	text, err := io.ReadAll(answer.Body)
	ok(w.t, err)
	var said struct{ Code, Message string }
	_ = json.Unmarshal(bytes.TrimSpace(text), &said)
	if answer.Header.Get("Opc-Request-Id") == "" || answer.Header.Get("Date") == "" {
		w.t.Errorf("%s has no request ID or no date", a.target)
	}
	return answer.StatusCode, said.Code, said.Message
}

func TestSignaturesAreReallyVerified(t *testing.T) {
	w := newWorld(t)
	list := "/users/" + w.linked.User + "/apiKeys"
	upload := `{"key": ` + fmt.Sprintf("%q", publicPEM(t, keys()[1].Public())) + `}`
	without := func(name string) func(*asked) {
		return func(a *asked) {
			var rest []string
			for _, one := range a.headers {
				if one != name {
					rest = append(rest, one)
				}
			}
			a.headers = rest
		}
	}
	for name, try := range map[string]struct {
		post   bool
		change func(*asked)
	}{
		"nothing signed":             {false, func(a *asked) { a.unsigned = true }},
		"no date in the signature":   {false, without("date")},
		"no target in the signature": {false, without("(request-target)")},
		"no host in the signature":   {false, without("host")},
		"another key":                {false, func(a *asked) { a.key = keys()[1] }},
		"another fingerprint":        {false, func(a *asked) { a.print = fingerprint(t, keys()[1].Public()) }},
		"an unknown user":            {false, func(a *asked) { a.user += "x" }},
		"an unknown tenancy":         {false, func(a *asked) { a.tenancy += "x" }},
		"a tenancy of somebody else": {false, func(a *asked) { a.tenancy = oraclesim.Stories()[1].ID }},
		"a clock behind":             {false, func(a *asked) { a.date = a.date.Add(-6 * time.Minute) }},
		"a clock ahead":              {false, func(a *asked) { a.date = a.date.Add(6 * time.Minute) }},
		"another date": {false, func(a *asked) {
			a.mangle = func(r *http.Request) { r.Header.Set("Date", time.Now().Add(time.Minute).UTC().Format(http.TimeFormat)) }
		}},
		"a date that is none": {false, func(a *asked) { a.mangle = func(r *http.Request) { r.Header.Set("Date", "today") } }},
		"another target":      {false, func(a *asked) { a.mangle = func(r *http.Request) { r.URL.RawQuery = "limit=9" } }},
		"another method":      {false, func(a *asked) { a.mangle = func(r *http.Request) { r.Method = http.MethodDelete } }},
		"another region": {false, func(a *asked) {
			a.mangle = func(r *http.Request) { r.URL.Host = "identity.uk-london-1.oci.oraclecloud.com"; r.Host = r.URL.Host }
		}},
		"a region not subscribed":    {false, func(a *asked) { a.host = "identity.ap-tokyo-1.oci.oraclecloud.com" }},
		"another realm":              {false, func(a *asked) { a.host = "identity.eu-frankfurt-1.oci.oraclecloud.eu" }},
		"another algorithm":          {false, func(a *asked) { a.algorithm = "hmac-sha256" }},
		"another version":            {false, func(a *asked) { a.version = "2" }},
		"a parameter twice":          {false, func(a *asked) { a.key2 = `,algorithm="rsa-sha256"` }},
		"a header twice":             {false, func(a *asked) { a.mangle = func(r *http.Request) { r.Header.Add("Date", r.Header.Get("Date")) } }},
		"a bearer token":             {false, func(a *asked) { a.mangle = func(r *http.Request) { r.Header.Set("Authorization", "Bearer abc") } }},
		"no length in the signature": {true, without("content-length")},
		"no type in the signature":   {true, without("content-type")},
		"no hash in the signature":   {true, without("x-content-sha256")},
		"another body":               {true, func(a *asked) { a.body = strings.Replace(a.body, "key", "kex", 1) }},
		"a longer body":              {true, func(a *asked) { a.body += " " }},
		"a hash that isn't the body's": {true, func(a *asked) {
			a.mangle = func(r *http.Request) {
				r.Header.Set("X-Content-Sha256", "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=")
			}
		}},
		"another type": {true, func(a *asked) { a.mangle = func(r *http.Request) { r.Header.Set("Content-Type", "text/plain") } }},
	} {
		a := w.good(http.MethodGet, list, "")
		if try.post {
			a = w.good(http.MethodPost, list, upload)
		}
		try.change(&a)
		if status, code, message := w.ask(a); status != 401 || code != "NotAuthenticated" || message == "" {
			t.Errorf("%s: %d %s %q", name, status, code, message)
		}
	}
	if status, code, message := w.ask(w.good(http.MethodGet, list, "")); status != 200 {
		t.Errorf("a good request: %d %s %q", status, code, message)
	}
	if status, code, message := w.ask(w.good(http.MethodPost, list, upload)); status != 200 {
		t.Errorf("a good upload: %d %s %q", status, code, message)
	}
	if status, code, _ := w.ask(w.good(http.MethodPost, list, upload)); status != 409 || code != "ApiKeyAlreadyExists" {
		t.Errorf("the same again: %d %s", status, code)
	}
	skewed := w.good(http.MethodGet, list, "")
	skewed.date = skewed.date.Add(-6 * time.Minute)
	if _, _, message := w.ask(skewed); !strings.Contains(message, "is not within allowed clock skew. Current '") {
		t.Errorf("a clock behind: %q", message)
	}
	skewed.date = time.Now().Add(-4 * time.Minute)
	if status, _, message := w.ask(skewed); status != 200 {
		t.Errorf("four minutes behind: %q", message)
	}
}

func TestOnlyPublicKeysOfRSAAreTaken(t *testing.T) {
	w := newWorld(t)
	curve, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	ok(t, err)
	raw := keys()[0].N.Bytes()[:128]
	raw[127] |= 1
	short := &rsa.PublicKey{N: new(big.Int).SetBytes(raw), E: 65537} // nobody has its private key
	good := publicPEM(t, keys()[1].Public())
	for name, text := range map[string]string{
		"a certificate":      "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n",
		"an elliptic curve":  publicPEM(t, curve.Public()),
		"a weak key":         publicPEM(t, short),
		"an SSH key":         "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAAB",
		"nothing":            "",
		"two keys":           good + good,
		"a text after it":    good + "x",
		"a renamed document": strings.ReplaceAll(good, "PUBLIC KEY", "CERTIFICATE"),
	} {
		body, err := json.Marshal(map[string]string{"key": text})
		ok(t, err)
		if status, code, _ := w.ask(w.good(http.MethodPost, "/users/"+w.linked.User+"/apiKeys", string(body))); status != 400 || code != "InvalidParameter" {
			t.Errorf("%s: %d %s", name, status, code)
		}
	}
}

func TestPoliciesDecide(t *testing.T) {
	w := newWorld(t)
	for target, want := range map[string]int{
		"/tenancies/" + w.linked.Tenancy:                          200,
		"/tenancies/" + w.linked.Tenancy + "/regionSubscriptions": 200,
		"/tenancies/" + oraclesim.Stories()[1].ID:                 404,
		"/policies?compartmentId=" + w.linked.Tenancy:             200,
		"/policies?compartmentId=" + oraclesim.Stories()[1].ID:    404,
		"/policies":                                    404,
		"/users/" + w.linked.User:                      200,
		"/users/" + w.linked.User + "x":                404,
		"/users/" + w.linked.User + "x/apiKeys":        404,
		"/instances?compartmentId=" + w.linked.Tenancy: 404,
	} {
		if status, code, _ := w.ask(w.good(http.MethodGet, target, "")); status != want || status == 404 && code != "NotAuthorizedOrNotFound" {
			t.Errorf("%s: %d %s", target, status, code)
		}
	}
	out, failed, err := w.CloudShell(t.Context(), w.linked.Tenancy, "oci iam policy delete --force --policy-id $(oci iam policy list --name mooring --query 'data[0].id' --raw-output)")
	if ok(t, err); failed {
		t.Fatal(out)
	}
	if status, _, _ := w.ask(w.good(http.MethodGet, "/tenancies/"+w.linked.Tenancy, "")); status != 404 {
		t.Errorf("without a policy: %d", status)
	}
	if status, _, _ := w.ask(w.good(http.MethodGet, "/users/"+w.linked.User+"/apiKeys", "")); status != 200 {
		t.Errorf("its own keys without a policy: %d", status)
	}
}

func TestListsHavePages(t *testing.T) {
	w := newWorld(t)
	for page, want := range map[string]int{"": 200, "&page=3": 200, "&page=99": 400, "&page=-1": 400, "&limit=1": 200} {
		if status, _, _ := w.ask(w.good(http.MethodGet, "/policies?compartmentId="+w.linked.Tenancy+page, "")); status != want {
			t.Errorf("%q: %d", page, status)
		}
	}
}

func TestTheShellSaysWhatItDoesNotDo(t *testing.T) {
	w := newWorld(t)
	for command, want := range map[string]string{
		"oci":                                     "The simulated oci doesn't know",
		"oci iam user sail":                       "oci iam user list",
		"oci iam user create --name x":            "Missing option(s) --description.",
		"oci iam user create --name":              "requires an argument",
		"oci iam user get --user-id x":            "NotAuthorizedOrNotFound",
		"oci iam user list x":                     "The simulated oci doesn't know",
		"oci iam user list --query 'data[*]'":     "--query is simulated for names",
		"oci iam user list --query nothing":       "Query returned empty result",
		"oci iam user list --compartment-id x":    "NotAuthorizedOrNotFound",
		"oci iam user list --region xx-nowhere-1": "NotAuthenticated",
		"oci iam user create --region uk-london-1 --name x --description x":                                      "Please go to your home region FRA to execute CREATE, UPDATE and DELETE operations.",
		"oci iam policy create --compartment-id $OCI_TENANCY --name x --description x --statements x":            "must be in JSON format",
		"oci iam policy create --compartment-id $OCI_TENANCY --name x --description x --statements '[\"sail\"]'": "Failed to parse policy statement: sail",
		"oci iam user api-key upload --user-id " + w.linked.User + " --key-file nothing.pem":                     "No such file or directory",
		"oci iam user delete --force --user-id " + w.linked.User:                                                 "IncorrectState",
		"echo $OCI_TENANCY $OCI_REGION": w.linked.Tenancy + " eu-frankfurt-1",
	} {
		out, _, err := w.CloudShell(t.Context(), w.linked.Tenancy, command)
		if ok(t, err); !strings.Contains(out, want) {
			t.Errorf("%s printed %s", command, out)
		}
	}
	if _, _, err := w.CloudShell(t.Context(), "x", "oci"); err == nil {
		t.Error("an unknown tenancy has a shell")
	}
}

func TestThePagesOfTheConsole(t *testing.T) {
	w := newWorld(t)
	get := func(path string, form url.Values) (int, string) {
		t.Helper()
		ask := func(address string) (*http.Response, error) { return http.PostForm(address, form) }
		if form == nil {
			ask = http.Get
		}
		answer, err := ask(w.ConsoleURL() + path)
		ok(t, err)
		defer answer.Body.Close() //nolint:errcheck // a test
		text, err := io.ReadAll(answer.Body)
		ok(t, err)
		return answer.StatusCode, string(text)
	}
	base := "/tenancies/" + w.linked.Tenancy
	_, home := get("/", nil)
	for _, story := range oraclesim.Stories() {
		if !strings.Contains(home, story.ID) || !strings.Contains(home, story.Name) {
			t.Errorf("the first page lacks %s", story.Name)
		}
		if status, page := get("/tenancies/"+story.ID, nil); status != 200 || !strings.Contains(page, "Tenant Admin Policy") {
			t.Errorf("%s: %d", story.Name, status)
		}
	}
	for path, want := range map[string]int{base: 200, base + "/users/" + w.linked.User: 200, base + "/cloud-shell": 200, base + "x": 404, base + "/users/x": 404, base + "x/cloud-shell": 404, "/x": 404} {
		if status, _ := get(path, nil); status != want {
			t.Errorf("%s: %d", path, status)
		}
	}
	if status, page := get(base+"/error-answer", url.Values{"stage": {"sign-in"}, "code": {"NotAuthenticated"}}); status != 200 || !strings.Contains(page, "sign-in is answered with NotAuthenticated") {
		t.Errorf("choosing an error: %d", status)
	}
	if status, code, _ := w.ask(w.good(http.MethodGet, "/users/"+w.linked.User+"/apiKeys", "")); status != 401 || code != "NotAuthenticated" {
		t.Errorf("the chosen error: %d %s", status, code)
	}
	if status, page := get(base+"/error-answer", url.Values{"stage": {"tenancy"}, "code": {"KeyNotListed"}}); status != 422 || !strings.Contains(page, "only at the stage sign-in") {
		t.Errorf("an error at the wrong stage: %d", status)
	}
	get(base+"/error-answer/delete", url.Values{})
	if status, _, _ := w.ask(w.good(http.MethodGet, "/users/"+w.linked.User+"/apiKeys", "")); status != 200 {
		t.Errorf("after clearing it: %d", status)
	}
	for path, form := range map[string]url.Values{
		"/users": {"name": {"mooring"}}, "/groups": {"name": {"mooring"}}, "/policies": {"name": {"mooring"}, "statement": {""}},
		"/users/" + w.linked.User + "/api-keys": {"key": {"x"}}, "/users/" + w.linked.User + "/api-keys/x": {}, "/groups/x": {"do": {"delete"}}, "/policies/x": {},
	} {
		if status, page := get(base+path, form); status != 422 || !strings.Contains(page, `role="alert"`) {
			t.Errorf("%s: %d", path, status)
		}
	}
	if status, page := get(base+"/users/"+w.linked.User+"/api-keys/"+fingerprint(t, keys()[0].Public()), url.Values{}); status != 200 || !strings.Contains(page, "There are no API keys.") {
		t.Errorf("deleting a key: %d", status)
	}
}

func TestStoriesAndTheFleetAreApart(t *testing.T) {
	seen := map[string]bool{}
	all := oraclesim.Stories()
	for n := range 200 {
		all = append(all, oraclesim.Fleet(n+1))
	}
	for _, story := range all {
		if seen[story.ID] || seen[story.Name] || story.Outcome == "" || story.Home == "" || len(story.ID[strings.LastIndexByte(story.ID, '.')+1:]) != 60 {
			t.Errorf("%+v", story)
		}
		seen[story.ID], seen[story.Name] = true, true
	}
	s, err := oraclesim.Start(oraclesim.Options{Fleet: 3})
	ok(t, err)
	defer s.Close() //nolint:errcheck // the test has ended
	for n, want := range []bool{true, true, true, false} {
		if _, err := s.Link(oraclesim.Fleet(n+1).ID, "mooring", publicPEM(t, keys()[0].Public())); (err == nil) != want {
			t.Errorf("fleet %d: %v", n+1, err)
		}
	}
}
