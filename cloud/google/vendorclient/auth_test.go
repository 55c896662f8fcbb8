package vendorclient

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"encoding/pem"
	"io"
	"math/big"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"cloud.google.com/go/auth"
	"cloud.google.com/go/auth/credentials"

	"mooring/cloud/google/googlesim"
)

const (
	name  = "mooring-abcdefghijklmnop"
	scope = "https://www.googleapis.com/auth/cloud-platform"
)

var simulator *googlesim.Simulator

// The library reads the authority and the proxy once, so one simulator serves all tests.
// Each test has a project of its own.
func TestMain(m *testing.M) {
	os.Exit(func() int {
		var err error
		if simulator, err = googlesim.Start(googlesim.Options{}); err != nil {
			panic(err)
		}
		defer simulator.Close() //nolint:errcheck // the tests have ended
		folder, err := os.MkdirTemp("", "vendorclient")
		if err != nil {
			panic(err)
		}
		defer os.RemoveAll(folder) //nolint:errcheck // see above
		file := filepath.Join(folder, "ca.pem")
		if err := os.WriteFile(file, simulator.CAPEM(), 0o600); err != nil {
			panic(err)
		}
		for key, value := range map[string]string{"SSL_CERT_FILE": file, "SSL_CERT_DIR": folder, "HTTPS_PROXY": simulator.ProxyURL(), "NO_PROXY": "", "GOOGLE_CLOUD_UNIVERSE_DOMAIN": ""} {
			if err := os.Setenv(key, value); err != nil {
				panic(err)
			}
		}
		return m.Run()
	}())
}

func ok(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

type authority struct {
	cert *x509.Certificate
	key  crypto.Signer
}

func p256(t testing.TB) crypto.Signer {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	ok(t, err)
	return key
}

func issue(t testing.TB, form, parent *x509.Certificate, public crypto.PublicKey, key crypto.Signer) *x509.Certificate {
	t.Helper()
	form.NotBefore, form.NotAfter, form.BasicConstraintsValid = time.Now().Add(-time.Hour), time.Now().AddDate(0, 0, 90), true
	if parent == nil {
		parent = form
	}
	der, err := x509.CreateCertificate(rand.Reader, form, parent, public, key)
	ok(t, err)
	c, err := x509.ParseCertificate(der)
	ok(t, err)
	return c
}

func newAuthority(t testing.TB) authority {
	t.Helper()
	key := p256(t)
	form := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "Mooring link"}, IsCA: true, KeyUsage: x509.KeyUsageCertSign}
	return authority{issue(t, form, nil, key.Public(), key), key}
}

func (a authority) between(t testing.TB) authority {
	t.Helper()
	key := p256(t)
	form := &x509.Certificate{SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: "Between"}, IsCA: true, KeyUsage: x509.KeyUsageCertSign}
	return authority{issue(t, form, a.cert, key.Public(), a.key), key}
}

func (a authority) leaf(t testing.TB, key crypto.Signer, commonName string) *x509.Certificate {
	t.Helper()
	form := &x509.Certificate{SerialNumber: big.NewInt(7), Subject: pkix.Name{CommonName: commonName}, KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}}
	return issue(t, form, a.cert, key.Public(), a.key)
}

func text(certificates ...*x509.Certificate) string {
	var all strings.Builder
	for _, c := range certificates {
		all.Write(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: c.Raw}))
	}
	return all.String()
}

func project(t testing.TB, story string) string {
	t.Helper()
	for _, p := range googlesim.Stories() {
		if p.Name == story {
			return p.ID
		}
	}
	t.Fatalf("no story is called %s", story)
	return ""
}

func write(t testing.TB, folder, file, content string) string {
	t.Helper()
	path := filepath.Join(folder, file)
	ok(t, os.WriteFile(path, []byte(content), 0o600))
	return path
}

func keyText(t testing.TB, key crypto.Signer) string {
	t.Helper()
	der, err := x509.MarshalPKCS8PrivateKey(key)
	ok(t, err)
	return string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}))
}

// certificateToken has the library sign in with the configuration that gcloud writes:
// gcloud iam workload-identity-pools create-cred-config.
func certificateToken(t testing.TB, l googlesim.Linked, leaf *x509.Certificate, key crypto.Signer, chain ...*x509.Certificate) (*auth.Token, error) {
	t.Helper()
	folder := t.TempDir()
	config := write(t, folder, "certificate_config.json", encode(t, map[string]any{"cert_configs": map[string]any{"workload": map[string]string{
		"cert_path": write(t, folder, "leaf.pem", text(leaf)), "key_path": write(t, folder, "key.pem", keyText(t, key))}}}))
	source := map[string]any{"certificate_config_location": config}
	if len(chain) > 0 {
		source["trust_chain_path"] = write(t, folder, "chain.pem", text(chain...))
	}
	file := map[string]any{"type": "external_account", "universe_domain": "googleapis.com", "audience": "//iam.googleapis.com/" + l.Provider,
		"subject_token_type": "urn:ietf:params:oauth:token-type:mtls", "token_url": "https://sts.mtls.googleapis.com/v1/token", "credential_source": map[string]any{"certificate": source}}
	if l.ServiceAccount != "" {
		file["service_account_impersonation_url"] = "https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/" + l.ServiceAccount + ":generateAccessToken"
	}
	found, err := credentials.NewCredentialsFromJSON(credentials.ExternalAccount, []byte(encode(t, file)), &credentials.DetectOptions{Scopes: []string{scope}})
	ok(t, err)
	return found.Token(t.Context())
}

func encode(t testing.TB, v any) string {
	t.Helper()
	text, err := json.Marshal(v)
	ok(t, err)
	return string(text)
}

// opens asks for the project with a token.
func opens(t testing.TB, token *auth.Token, id string) {
	t.Helper()
	client := &http.Client{Transport: &http.Transport{DialContext: simulator.Dial, TLSClientConfig: &tls.Config{RootCAs: simulator.CA()}}}
	defer client.CloseIdleConnections()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "https://cloudresourcemanager.googleapis.com/v3/projects/"+id, nil)
	ok(t, err)
	r.Header.Set("Authorization", token.Type+" "+token.Value)
	answer, err := client.Do(r)
	ok(t, err)
	defer answer.Body.Close() //nolint:errcheck // it is read to its end
	body, err := io.ReadAll(answer.Body)
	ok(t, err)
	if answer.StatusCode != http.StatusOK || !strings.Contains(string(body), `"projectId":"`+id+`"`) {
		t.Errorf("%d %s", answer.StatusCode, body)
	}
}

func TestGooglesLibrarySignsInWithACertificate(t *testing.T) {
	rsaKey, err := rsa.GenerateKey(rand.Reader, 2048)
	ok(t, err)
	for story, key := range map[string]crypto.Signer{"Harbor": rsaKey, "Two Piers": p256(t), "Pilot": p256(t)} {
		a := newAuthority(t)
		id := project(t, story)
		l, err := simulator.Link(id, name, text(a.cert))
		ok(t, err)
		token, err := certificateToken(t, l, a.leaf(t, key, name), key)
		if err != nil || token.Expiry.Before(time.Now()) {
			t.Errorf("%s: %v", story, err)
			continue
		}
		opens(t, token, id)
	}
}

func TestGooglesLibrarySendsAChain(t *testing.T) {
	root := newAuthority(t)
	between, key := root.between(t), p256(t)
	id := project(t, "Iron Rule")
	l, err := simulator.Link(id, name, text(root.cert))
	ok(t, err)
	token, err := certificateToken(t, l, between.leaf(t, key, name), key, between.cert)
	ok(t, err)
	opens(t, token, id)
	_, err = certificateToken(t, l, between.leaf(t, key, name), key)
	refused(t, err, "invalid_grant", "doesn't chain")
}

func refused(t testing.TB, err error, parts ...string) {
	t.Helper()
	if err == nil {
		t.Error("it got a token")
		return
	}
	for _, part := range parts {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("%v lacks %s", err, part)
		}
	}
}

func TestGooglesLibraryReadsTheRefusals(t *testing.T) {
	a, key := newAuthority(t), p256(t)
	l, err := simulator.Link(project(t, "Wide Berth"), name, text(a.cert))
	ok(t, err)
	_, err = certificateToken(t, l, newAuthority(t).leaf(t, key, name), key)
	refused(t, err, "status code 400", "invalid_grant")
	_, err = certificateToken(t, l, a.leaf(t, key, "mooring-stranger"), key)
	refused(t, err, "unauthorized_client", "rejected by the attribute condition")
	l.Provider += "x"
	_, err = certificateToken(t, l, a.leaf(t, key, name), key)
	refused(t, err, "invalid_target")
	acting, err := simulator.Link(project(t, "Mutiny"), name, text(a.cert))
	ok(t, err)
	_, err = certificateToken(t, acting, a.leaf(t, key, name), key)
	refused(t, err, "status code 403", "iam.serviceAccounts.getAccessToken")
}

// The library signs assertions as a service account with the key of the uploaded
// certificate.
func TestGooglesLibrarySignsInAsAServiceAccount(t *testing.T) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	ok(t, err)
	form := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "mooring"}}
	certificate := issue(t, form, nil, key.Public(), key)
	id := project(t, "Key Locker")
	l, err := simulator.LinkKey(id, "mooring-key", text(certificate))
	ok(t, err)
	file := map[string]string{"type": "service_account", "project_id": id, "private_key": keyText(t, key), "private_key_id": keyID(t, l.ServiceAccount), "client_email": l.ServiceAccount,
		"token_uri": "https://oauth2.googleapis.com/token", "universe_domain": "googleapis.com"}
	signIn := func() (*auth.Token, error) {
		found, err := credentials.NewCredentialsFromJSON(credentials.ServiceAccount, []byte(encode(t, file)), &credentials.DetectOptions{Scopes: []string{scope}, Client: http.DefaultClient})
		ok(t, err)
		return found.Token(t.Context())
	}
	token, err := signIn()
	ok(t, err)
	opens(t, token, id)
	file["private_key_id"] = "0123456789"
	_, err = signIn()
	refused(t, err, "invalid_grant", "Invalid JWT Signature")
}

// keyID reads the public list, as Mooring does.
func keyID(t testing.TB, address string) string {
	t.Helper()
	answer, err := http.Get("https://www.googleapis.com/service_accounts/v1/metadata/x509/" + address)
	ok(t, err)
	defer answer.Body.Close() //nolint:errcheck // it is read to its end
	var keys map[string]string
	ok(t, json.NewDecoder(answer.Body).Decode(&keys))
	for id := range keys {
		return id
	}
	t.Fatal("no key is published")
	return ""
}
