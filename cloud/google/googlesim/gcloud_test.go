package googlesim_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"html"
	"io"
	"math/big"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"mooring/cloud/google/googlesim"
)

func ok(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func start(t testing.TB) *googlesim.Simulator {
	t.Helper()
	s, err := googlesim.Start(googlesim.Options{Codes: []string{"IAM_PERMISSION_DENIED"}, Fleet: 30})
	ok(t, err)
	t.Cleanup(func() { ok(t, s.Close()) })
	return s
}

// certificate makes one that signs itself.
func certificate(t testing.TB, authority, rsaKey bool) string {
	t.Helper()
	form := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "Mooring"}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().AddDate(0, 0, 90), BasicConstraintsValid: true, IsCA: authority}
	var der []byte
	if rsaKey {
		key, err := rsa.GenerateKey(rand.Reader, 2048)
		ok(t, err)
		der, err = x509.CreateCertificate(rand.Reader, form, form, &key.PublicKey, key)
		ok(t, err)
	} else {
		key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		ok(t, err)
		der, err = x509.CreateCertificate(rand.Reader, form, form, &key.PublicKey, key)
		ok(t, err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))
}

func trustStore(anchors ...string) string {
	text := "cat > trust.yaml <<'EOF'\ntrustStore:\n  trustAnchors:\n"
	for i, anchor := range anchors {
		if i%2 == 0 {
			text += "  - pemCertificate: \"" + strings.ReplaceAll(strings.TrimSpace(anchor), "\n", `\n`) + "\"\n"
			continue
		}
		text += "  - pemCertificate: |\n      " + strings.ReplaceAll(strings.TrimSpace(anchor), "\n", "\n      ") + "\n"
	}
	return text + "EOF\n"
}

const (
	createPool     = "gcloud iam workload-identity-pools create "
	createProvider = "gcloud iam workload-identity-pools providers create-x509 main --location=global --workload-identity-pool=pool-1 --trust-store-config-path=trust.yaml "
	mapping        = "--attribute-mapping=google.subject=assertion.subject.dn.cn "
)

func TestGcloudRefusesWhatGoogleCloudRefuses(t *testing.T) {
	s := start(t)
	anchor, leaf := certificate(t, true, false), certificate(t, false, false)
	run := func(text string) (string, bool) {
		out, failed, err := s.CloudShell(t.Context(), googlesim.Working, text)
		ok(t, err)
		return out, failed
	}
	if out, failed := run(createPool + "pool-1 --location=global && " + createPool + "gone-1 --location=global && gcloud iam workload-identity-pools delete gone-1 --location=global --quiet"); failed {
		t.Fatal(out)
	}
	for text, want := range map[string]string{
		createPool + "gone-1 --location=global":                               "ALREADY_EXISTS",
		createPool + "pool-1 --location=global":                               "ALREADY_EXISTS",
		createPool + "gcp-pool --location=global":                             "INVALID_ARGUMENT",
		createPool + "abc --location=global":                                  "INVALID_ARGUMENT",
		createPool + strings.Repeat("a", 33) + " --location=global":           "INVALID_ARGUMENT",
		createPool + "pool-2 --location=europe-west1":                         "must be global",
		createPool + "pool-2":                                                 "must be global",
		createPool + "pool-2 --location=global --project=nobodys":             "may not exist",
		trustStore(leaf) + createProvider + mapping:                           "must be the certificate of a certificate authority",
		trustStore(anchor, anchor, anchor, anchor) + createProvider + mapping: "at most 3 trust anchors",
		trustStore("x") + createProvider + mapping:                            "can't be read",
		trustStore() + createProvider + mapping:                               "no certificate",
		"cat > trust.yaml <<<'x'\n" + createProvider + mapping:                "must begin with",
		"gcloud x y": "Invalid choice",
		createPool + "pool-2 --location=global --region=x":                                                                                          "unrecognized arguments: --region",
		createPool + "pool-2 pool-3 --location=global":                                                                                              "other arguments",
		"gcloud projects describe " + googlesim.Working + " --format=csv":                                                                           "knows the formats",
		"gcloud projects describe nobodys":                                                                                                          "PERMISSION_DENIED",
		"gcloud projects add-iam-policy-binding " + googlesim.Working + " --role=roles/nothing --member=user:a@example.com":                         "Role roles/nothing is not supported",
		"gcloud projects add-iam-policy-binding " + googlesim.Working + " --role=roles/viewer --member=principal://iam.googleapis.com/x":            "isn't one that the simulator knows",
		"gcloud projects add-iam-policy-binding " + googlesim.Working + " --role=roles/viewer --member=serviceAccount:no@x.iam.gserviceaccount.com": "does not exist",
		"gcloud projects remove-iam-policy-binding " + googlesim.Working + " --role=roles/viewer --member=user:a@example.com":                       "not found",
		"gcloud iam service-accounts create x":                                                                                                      "6 to 30",
		"gcloud iam service-accounts keys upload no.pem --iam-account=no@x.iam.gserviceaccount.com":                                                 "Unknown service account",
		"openssl req":    "knows only",
		"fold --bytes 3": "knows only",
		"rm -rf /":       "rm: command not found. The simulated Cloud Shell knows",
	} {
		if out, failed := run(text); !failed || !strings.Contains(out, want) {
			t.Errorf("%s\nprinted %s", text, out)
		}
	}
	if out, failed := run(trustStore(anchor, anchor, anchor) + createProvider + mapping); failed {
		t.Errorf("three anchors: %s", out)
	}
}

func TestConditionsAreReadAndTheRestIsRefused(t *testing.T) {
	s := start(t)
	if out, failed, _ := s.CloudShell(t.Context(), googlesim.Working, createPool+"pool-1 --location=global\n"+trustStore(certificate(t, true, false))+createProvider+mapping); failed {
		t.Fatal(out)
	}
	for condition, good := range map[string]bool{
		`assertion.subject.dn.cn=='mooring-abc'`:                          true,
		`assertion.subject.dn.cn != "x"`:                                  true,
		`assertion.subject.dn.cn.startsWith('mooring-')`:                  true,
		`assertion.subject.dn.cn=='a && b' && assertion.issuer.dn.o=='c'`: true,
		`assertion.subject.dn.cn=='a' || assertion.serialNumberHex=='7f'`: true,
		`'a'=='a'`:                                                true,
		`assertion.subject.dn.cn`:                                 false,
		`assertion.nothing=='x'`:                                  false,
		`assertion.subject.dn.cn in ['a']`:                        false,
		`assertion.subject.dn.cn.matches('^m')`:                   false,
		`!(assertion.subject.dn.cn=='a')`:                         false,
		`assertion.subject.dn.cn=='a' && assertion.subject.dn.cn`: false,
		`true`: false,
		`assertion.subject.dn.cn=='` + strings.Repeat("a", 4097) + `'`: false,
	} {
		quoted := "'" + strings.ReplaceAll(condition, "'", `'\''`) + "'"
		out, failed, err := s.CloudShell(t.Context(), googlesim.Working, "gcloud iam workload-identity-pools providers update-x509 main --workload-identity-pool=pool-1 --location=global --attribute-condition="+quoted)
		ok(t, err)
		if failed == good {
			t.Errorf("%.80s: %.300s", condition, out)
		}
	}
}

func TestAKeyIsUploadedOnlyIfItIsOne(t *testing.T) {
	s := start(t)
	iron := ""
	for _, p := range googlesim.Stories() {
		if p.Name == "Iron Rule" {
			iron = p.ID
		}
	}
	good := certificate(t, false, true)
	upload := func(project, text string) string {
		_, _, err := s.CloudShell(t.Context(), project, "gcloud iam service-accounts create mooring-1")
		ok(t, err)
		out, _, err := s.CloudShell(t.Context(), project, "cat > k.pem <<'EOF'\n"+text+"EOF\ngcloud iam service-accounts keys upload k.pem --iam-account=mooring-1@"+project+".iam.gserviceaccount.com")
		ok(t, err)
		return out
	}
	for text, want := range map[string]string{certificate(t, false, false): "must have an RSA key", "x\n": "must be an X.509 certificate", good + good: "must be an X.509 certificate"} {
		if out := upload(googlesim.Working, text); !strings.Contains(out, want) {
			t.Errorf("%s", out)
		}
	}
	if out := upload(iron, good); !strings.Contains(out, "FAILED_PRECONDITION: Key upload is not allowed on this service account.") {
		t.Errorf("%s", out)
	}
	if out := upload(googlesim.Working, good); !strings.Contains(out, "keyOrigin: USER_PROVIDED") {
		t.Errorf("%s", out)
	}
	if out := upload(googlesim.Working, good); !strings.Contains(out, "ALREADY_EXISTS") {
		t.Errorf("%s", out)
	}
}

const consoleBanner = "Simulated Google Cloud console. Not Google. Nothing here leaves this computer."

// page asks the console for a page, or posts a form to it.
func page(t *testing.T, s *googlesim.Simulator, path string, form url.Values) (int, string) {
	t.Helper()
	var answer *http.Response
	var err error
	if form == nil {
		answer, err = http.Get(s.ConsoleURL() + path)
	} else {
		answer, err = http.PostForm(s.ConsoleURL()+path, form)
	}
	ok(t, err)
	body, err := io.ReadAll(answer.Body)
	ok(t, err)
	ok(t, answer.Body.Close())
	return answer.StatusCode, html.UnescapeString(string(body))
}

func TestEveryPageOfTheConsole(t *testing.T) {
	s := start(t)
	at := "/projects/" + googlesim.Working
	for path, want := range map[string]int{"/": 200, at: 200, at + "/cloudshell": 200, "/projects/nobodys": 404, "/projects/nobodys/cloudshell": 404, "/elsewhere": 404, at + "/cloudshell?run=9": 200, "/projects/" + googlesim.Fleet(3).ID: 200} {
		if status, body := page(t, s, path, nil); status != want || !strings.Contains(body, consoleBanner) {
			t.Errorf("%s answered %d: %s", path, status, body)
		}
	}
	_, body := page(t, s, "/", nil)
	ids := map[string]bool{}
	for _, p := range append(googlesim.Stories(), googlesim.Fleet(1), googlesim.Fleet(25)) {
		if !strings.HasPrefix(p.Name, "Fleet") && (!strings.Contains(body, p.Name) || !strings.Contains(body, p.Outcome) || !strings.Contains(body, p.ID)) {
			t.Errorf("the list lacks %s", p.Name)
		}
		if ids[p.ID] || ids[p.Number] || p.Outcome == "" {
			t.Errorf("%+v is there twice, or says nothing", p)
		}
		ids[p.ID], ids[p.Number] = true, true
	}
}

// The steps by hand make a service account with the certificate.
func TestAServiceAccountIsMadeByHand(t *testing.T) {
	s := start(t)
	at := "/projects/" + googlesim.Working
	if status, body := page(t, s, at+"/service-accounts", url.Values{"name": {"x"}, "role": {"roles/viewer"}}); status != 422 || !strings.Contains(body, `value="x"`) || !strings.Contains(body, `role="alert"`) {
		t.Errorf("a name that is too short answered %d", status)
	}
	if _, body := page(t, s, at+"/service-accounts", url.Values{"name": {"mooring"}, "role": {"roles/viewer"}}); !strings.Contains(body, `data-doc="the service account mooring">mooring@`+googlesim.Working) || !strings.Contains(body, "serviceAccount:mooring@") {
		t.Errorf("%s", body)
	}
	keys := at + "/service-accounts/mooring/keys"
	if status, body := page(t, s, keys, url.Values{"certificate": {"nothing"}}); status != 422 || !strings.Contains(body, "nothing</textarea>") {
		t.Errorf("no certificate answered %d", status)
	}
	if status, body := page(t, s, keys, url.Values{"certificate": {certificate(t, false, true)}}); status != 200 || !strings.Contains(body, "Delete the key") {
		t.Errorf("%d %s", status, body)
	}
	if _, body := page(t, s, at+"/service-accounts/mooring", url.Values{"do": {"disable"}}); !strings.Contains(body, "mooring (disabled)") {
		t.Error("it isn't disabled")
	}
	member := "serviceAccount:mooring@" + googlesim.Working + ".iam.gserviceaccount.com"
	if _, body := page(t, s, at+"/permissions", url.Values{"do": {"remove"}, "role": {"roles/viewer"}, "member": {member}}); strings.Contains(body, member) {
		t.Error("the role stays")
	}
	if status, _ := page(t, s, at+"/permissions", url.Values{"do": {"add"}, "role": {"roles/viewer"}, "member": {"somebody"}}); status != 422 {
		t.Errorf("a member that is none answered %d", status)
	}
	if _, body := page(t, s, at+"/service-accounts/mooring", url.Values{"do": {"delete"}}); !strings.Contains(body, "There are no service accounts.") {
		t.Error("it isn't deleted")
	}
}

func TestAPoolIsDisabledAndEnabled(t *testing.T) {
	s := start(t)
	linked, err := s.Link(googlesim.Working, "mooring-abcdefghijklmnop", certificate(t, true, false))
	ok(t, err)
	at := "/projects/" + googlesim.Working
	if _, body := page(t, s, at, nil); !strings.Contains(body, linked.Provider) || !strings.Contains(body, "assertion.subject.dn.cn=='mooring-abcdefghijklmnop'") {
		t.Errorf("%s", body)
	}
	for path, want := range map[string]string{"/pools/mooring-abcdefghijklmnop": "mooring-abcdefghijklmnop (disabled)", "/providers/mooring-abcdefghijklmnop/mooring-abcdefghijklmnop": "Provider mooring-abcdefghijklmnop (disabled)"} {
		if _, body := page(t, s, at+path, url.Values{"do": {"disable"}}); !strings.Contains(body, want) {
			t.Errorf("%s isn't disabled", path)
		}
		if _, body := page(t, s, at+path, url.Values{"do": {"enable"}}); strings.Contains(body, want) {
			t.Errorf("%s isn't enabled", path)
		}
	}
	if _, body := page(t, s, at+"/pools/mooring-abcdefghijklmnop", url.Values{"do": {"delete"}}); !strings.Contains(body, "Restore the pool") {
		t.Error("it isn't deleted")
	}
}

func TestTheConsoleAnswersWithAChosenError(t *testing.T) {
	s := start(t)
	at := "/projects/" + googlesim.Working
	for _, wrong := range []url.Values{{"stage": {"token"}, "code": {"x"}}, {"stage": {"nowhere"}, "code": {"invalid_grant"}}, {"stage": {"token"}, "code": {"OtherProject"}}, {"stage": {"token"}, "code": {"CertificateNotUploaded"}}} {
		if status, body := page(t, s, at+"/error-answer", wrong); status != 422 || !strings.Contains(body, `role="alert"`) {
			t.Errorf("%v answered %d", wrong, status)
		}
	}
	if _, body := page(t, s, at+"/error-answer", url.Values{"stage": {"project"}, "code": {"IAM_PERMISSION_DENIED"}}); !strings.Contains(body, "project is answered with IAM_PERMISSION_DENIED") {
		t.Errorf("the page says nothing about it: %s", body)
	}
	if _, body := page(t, s, "/", nil); !strings.Contains(body, "project is answered with IAM_PERMISSION_DENIED") {
		t.Error("the list says nothing about it")
	}
	if _, body := page(t, s, at+"/error-answer/delete", url.Values{}); strings.Contains(body, "is answered with") {
		t.Error("it stays")
	}
}

func TestTheConsolesShellShowsWhatWasPrinted(t *testing.T) {
	s := start(t)
	at := "/projects/" + googlesim.Working + "/cloudshell"
	if status, body := page(t, s, at, url.Values{"command": {"gcloud config get-value project"}}); status != 200 || !strings.Contains(body, googlesim.Working+"\n</pre>") {
		t.Errorf("it answered %d: %s", status, body)
	}
	if _, body := page(t, s, at, url.Values{"command": {"gcloud config set project pier-office-142800; gcloud projects describe $(gcloud config get-value project)"}}); !strings.Contains(body, "projectNumber: '660000000099'") {
		t.Errorf("%s", body)
	}
}
