package google_test

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"mooring/certificate"
	"mooring/cloud"
	"mooring/cloud/google"
	"mooring/cloud/simulated"
	"mooring/cloud/wire"
)

// stub answers like Google Cloud for a link that works, but in one place.
type stub struct {
	cloud   *google.Google
	options google.Options
	attempt cloud.Attempt
	keyed   cloud.Attempt

	mu     sync.Mutex
	at     string // where it answers something else; empty: nowhere
	answer http.HandlerFunc
	tokens int
	pem    string
}

// The places: the stages, and acting as a service account.
const (
	atKey         = "key"
	atSignIn      = "sign-in"
	atToken       = "token"
	atActing      = "acting"
	atProject     = "project"
	atPermissions = "permissions"
	atCondition   = "condition"
)

const (
	stubProvider = "projects/123456789012/locations/global/workloadIdentityPools/mooring-abcdefghijklmnop/providers/mooring-abcdefghijklmnop"
	stubAccount  = "mooring@acme-prod.iam.gserviceaccount.com"
)

// somebodyElses is a server that is every host of Google Cloud.
func somebodyElses(t *testing.T, answer http.HandlerFunc) google.Options {
	t.Helper()
	authority, err := simulated.NewAuthority("Somebody else", func(string) bool { return true })
	ok(t, err)
	server := httptest.NewUnstartedServer(answer)
	server.TLS = authority.TLS()
	server.TLS.ClientAuth = tls.RequestClientCert
	server.StartTLS()
	t.Cleanup(server.Close)
	return google.Options{Roots: authority.Pool(), Dial: func(ctx context.Context, network, _ string) (net.Conn, error) {
		var d net.Dialer
		return d.DialContext(ctx, network, server.Listener.Addr().String())
	}}
}

func newStub(t *testing.T) *stub {
	t.Helper()
	h := newHarbor(t)
	s := &stub{pem: string(h.account.Certificate.PEM())}
	s.options = somebodyElses(t, s.serve)
	s.cloud = google.New(s.options)
	h.cloud = s.cloud
	values := map[string]string{"project_id": "acme-prod", "project_number": "123456789012", "provider": stubProvider, "service_account": stubAccount}
	s.attempt = cloud.Attempt{Target: h.read(&cloud.Form{Values: values}), Identity: h.identity, Stranger: h.stranger}
	s.keyed = cloud.Attempt{Target: h.read(&cloud.Form{Method: google.MethodKey, Values: values}), Identity: h.account}
	return s
}

// says has a place answer the same to everything.
func (s *stub) says(at string, status int, body string, headers ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.at, s.tokens = at, 0
	s.answer = func(w http.ResponseWriter, _ *http.Request) {
		for i := 0; i+1 < len(headers); i += 2 {
			w.Header().Set(headers[i], headers[i+1])
		}
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

func (s *stub) serve(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	at := map[string]string{"www.googleapis.com": atKey, "oauth2.googleapis.com": atSignIn, "iamcredentials.googleapis.com": atActing, "cloudresourcemanager.googleapis.com": atProject}[r.Host]
	if strings.HasSuffix(r.URL.Path, ":testIamPermissions") {
		at = atPermissions
	}
	if at == "" {
		at = atToken
		if s.tokens++; s.tokens%2 == 0 {
			at = atCondition
		}
	}
	if at == s.at {
		s.answer(w, r)
		return
	}
	say := func(v any) { ok := json.NewEncoder(w).Encode(v); _ = ok }
	switch at {
	case atKey:
		say(map[string]string{"KeyID-1": "no certificate", "KeyID-2": s.pem})
	case atCondition:
		w.WriteHeader(http.StatusBadRequest)
		say(map[string]string{"error": "unauthorized_client", "error_description": "The given credential is rejected by the attribute condition."})
	case atToken, atSignIn:
		say(map[string]any{"access_token": "ya29.canary", "token_type": "Bearer", "expires_in": 3599})
	case atActing:
		say(map[string]string{"accessToken": "ya29.canary", "expireTime": "2036-11-22T09:14:03Z"})
	case atProject:
		say(map[string]string{"name": "projects/123456789012", "projectId": "acme-prod", "state": "ACTIVE", "displayName": "Acme"})
	case atPermissions:
		say(map[string][]string{"permissions": {"compute.instances.list", "storage.buckets.list", "never.heard.of"}})
	}
}

// TestNoAnswerTurnsTheVerdictAround throws odd answers at every place: a passing failure
// never breaks a link, a refusal never passes, and what only informs decides nothing.
func TestNoAnswerTurnsTheVerdictAround(t *testing.T) {
	bodies := []string{`{"message":"no"}`, `{"error":"unauthorized_client"}`, `{"error":{"code":403,"status":"PERMISSION_DENIED","message":"no","details":[{"reason":"IAM_PERMISSION_DENIED","metadata":{"permission":"a.b.c"}}]}}`,
		`{"error":{"status":7,"message":{"odd":1},"details":"odd"}}`, `{"error":"invalid_grant","error_description":7}`, `{"error":{}}`, `{"error":[]}`, `[]`, `null`, `7`, ``, "<html>", `{"permissions":"all"}`,
		`{"access_token":""}`, `{"access_token":"x"}`, `{"accessToken":"x"}`, `{"projectId":"acme-prod"}`, `{"id":7}`}
	headers := [][]string{nil, {"Retry-After", "x"}, {"Content-Type", "text/html"}}
	s := newStub(t)
	for _, attempt := range []cloud.Attempt{s.attempt, s.keyed} {
		if got, results, finding := check(t, s.cloud, attempt); got != (verdict{cloud.Passed, ""}) || finding.AccountName != "Acme" || len(finding.Rights) != 2 {
			t.Fatalf("%+v, %+v, %+v", got, results, finding)
		}
	}
	for number, at := range []string{atKey, atSignIn, atToken, atActing, atProject, atPermissions, atCondition} {
		source := rand.New(rand.NewPCG(2026, uint64(number)))
		attempt := s.attempt
		if at == atKey || at == atSignIn {
			attempt = s.keyed
		}
		for range 60 {
			status := []int{200, 302, 400, 401, 403, 404, 408, 429, 500, 502, 503}[source.IntN(11)]
			body := []byte(bodies[source.IntN(len(bodies))])
			if len(body) > 0 && source.IntN(2) == 0 {
				body[source.IntN(len(body))] = byte(source.IntN(256))
			}
			header := headers[source.IntN(len(headers))]
			s.says(at, status, string(body), header...)
			attempt.Fresh = source.IntN(2) == 0
			got, results, finding := check(t, s.cloud, attempt)
			passes := status == 200 || status == 302 || status == 408 || status == 429 || status >= 500
			notUploaded := at == atKey && strings.Contains(got.stages, google.CodeNotUploaded) // a list without the certificate
			wrong := got.outcome != cloud.Passed
			switch at {
			case atKey, atSignIn, atToken, atActing, atProject:
				wrong = got.outcome == cloud.Passed || passes && got.outcome != cloud.CouldNotCheck && !notUploaded
			case atPermissions:
				wrong = wrong || finding.Rights != nil || passes && !finding.RightsUnanswered
			case atCondition:
				refused := status/100 == 4 && !passes && strings.Contains(got.stages+string(body), "unauthorized_client") && got.stages == ""
				wrong = wrong || finding.Stranger == cloud.StrangerLetIn || (finding.Stranger == cloud.StrangerRefused) != refused
			}
			if wrong {
				t.Errorf("%d %q %q at %s is %+v with %+v: %+v", status, body, header, at, got, finding, results)
			}
		}
	}
}

// An answer without permissions says that there are none, and one that can't be read
// says nothing.
func TestPermissionsThatCannotBeReadAreUnknown(t *testing.T) {
	s := newStub(t)
	for body, want := range map[string]struct {
		rights int
		stages string
	}{
		`{}`:                   {2, ""}, // both of which say what is missing
		`{"permissions":[]}`:   {2, ""},
		`{"permissions":null}`: {2, ""},
		`{"permissions":["resourcemanager.projects.setIamPolicy"]}`: {3, ""},
		`{"permissions":"resourcemanager.projects.setIamPolicy"}`:   {0, "permissions UnexpectedAnswer"},
		`{"permissions":[{"a":1}]}`:                                 {0, "permissions UnexpectedAnswer"},
		`{"message":"welcome to the harbor network"}`:               {0, "permissions UnexpectedAnswer"},
	} {
		s.says(atPermissions, 200, body)
		got, _, finding := check(t, s.cloud, s.attempt)
		if got != (verdict{cloud.Passed, want.stages}) || len(finding.Rights) != want.rights || finding.RightsUnanswered != (want.stages != "") {
			t.Errorf("%s: %+v, %+v", body, got, finding)
		}
	}
}

func TestTheProjectIsTheOneThatWasLinked(t *testing.T) {
	s := newStub(t)
	for body, want := range map[string]string{
		`{"name":"projects/123456789012","projectId":"acme-prod","state":"ACTIVE"}`:            "",
		`{"projectId":"acme-prod","state":"ACTIVE"}`:                                           "",
		`{"name":"projects/999999999999","projectId":"acme-prod","state":"ACTIVE"}`:            "project OtherProject",
		`{"name":"projects/123456789012","projectId":"acme-test","state":"ACTIVE"}`:            "project OtherProject",
		`{"name":"projects/123456789012","projectId":"acme-prod","state":"DELETE_REQUESTED"}`:  "project DELETE_REQUESTED",
		`{"name":"projects/123456789012","projectId":"acme-prod","state":"STATE_UNSPECIFIED"}`: "project ProjectNotActive",
	} {
		s.says(atProject, 200, body)
		got, _, finding := check(t, s.cloud, s.attempt)
		if got.stages != want || want == "" && finding.AccountName != "Project acme-prod" {
			t.Errorf("%s: %+v, %+v", body, got, finding)
		}
	}
}

func TestWhatGoogleSaysIsCleaned(t *testing.T) {
	s := newStub(t)
	s.says(atProject, 403, `{"error":{"code":403,"status":"PERMISSION_DENIED","message":"Principal principal://iam.googleapis.com/projects/999999999999/locations/global/workloadIdentityPools/other-pool/subject/jane of project 999999999999 and `+
		stubAccount+`, jane@example.com, number 123456789012, token ya29.canary and ya29.a0AfH6SMBx1234567890abcdefghijklmnop \u202e\u001b\u0000end"}}`)
	_, results, _ := check(t, s.cloud, s.attempt)
	last := results[len(results)-1]
	if want := "Principal (name) of project (number) and " + stubAccount + ", (address), number 123456789012, token (hidden) and (removed) end"; last.Said != want {
		t.Errorf("%q", last.Said)
	}
	s.says(atProject, 403, `{"error":{"status":"ODD_ONE","message":"`+strings.Repeat("word ", 1000)+`"}}`)
	_, results, _ = check(t, s.cloud, s.attempt)
	if last = results[len(results)-1]; len(last.Said) > 410 || last.Code != "ODD_ONE" {
		t.Errorf("%d bytes of %s", len(last.Said), last.Code)
	}
	if e := s.cloud.Explain(last, s.attempt.Target); e.Known || !strings.Contains(e.Happened, "word") {
		t.Errorf("%+v", e)
	}
}

// A check that is told to stop in the middle gives no verdict about the stage.
func TestAStoppedCheckHasNoVerdict(t *testing.T) {
	s := newStub(t)
	ctx, cancel := context.WithCancel(t.Context())
	s.attempt.Stranger = func() (*certificate.Identity, error) { cancel(); return s.attempt.Identity, nil }
	var stages []string
	_, err := s.cloud.Check(ctx, s.attempt, func(r cloud.StageResult) { stages = append(stages, r.Stage) })
	if !errors.Is(err, context.Canceled) || len(stages) != 3 {
		t.Errorf("%v after %v", err, stages)
	}
}

func TestTheReasonCountsMoreThanTheStatus(t *testing.T) {
	for body, want := range map[string]wire.Refusal{
		`{"error":{"status":"PERMISSION_DENIED","message":"No.","details":[{"@type":"x"},{"reason":"IAM_PERMISSION_DENIED","metadata":{"permission":"a.b.c"}}]}}`: {Code: "IAM_PERMISSION_DENIED", Message: "No. (permission: a.b.c)"},
		`{"error":{"status":"PERMISSION_DENIED","message":"It is off.","details":[{"reason":"SERVICE_DISABLED","metadata":{"service":"sts.googleapis.com"}}]}}`:   {Code: "SERVICE_DISABLED", Message: "It is off. (service: sts.googleapis.com)"},
		`{"error":{"status":"PERMISSION_DENIED","message":"a.b.c is missing","details":{"reason":"X_Y","metadata":{"permission":"a.b.c"}}}}`:                      {Code: "X_Y", Message: "a.b.c is missing"},
		`{"error":{"status":"NOT_FOUND","message":"Nothing."}}`:                  {Code: "NOT_FOUND", Message: "Nothing."},
		`{"error":"invalid_grant","error_description":"Invalid JWT Signature."}`: {Code: "invalid_grant", Message: "Invalid JWT Signature."},
		`{"error":{"status":"<b>","message":"Odd."}}`:                            {Code: wire.Refused, Message: "Odd."},
		"\xef\xbb\xbf<html>": {Code: wire.Refused},
	} {
		if got := google.ReadRefusal(403, http.Header{}, body); got.Code != want.Code || got.Message != want.Message {
			t.Errorf("%s is read as %s %q", body, got.Code, got.Message)
		}
	}
	if got := google.ReadRefusal(403, http.Header{}, `{"error":{"status":"RESOURCE_EXHAUSTED","message":"Quota."}}`); !got.Passing() {
		t.Error("a quota doesn't pass")
	}
}

func TestRequestsGoToGooglesHostsOnly(t *testing.T) {
	h := newHarbor(t)
	client := google.HTTPClient(google.NewClient(h.options))
	for _, address := range []string{"https://evil.example/", "http://cloudresourcemanager.googleapis.com/", "https://cloudresourcemanager.googleapis.com:8443/", "https://storage.googleapis.com/"} {
		answer, err := client.Get(address)
		if err == nil {
			_ = answer.Body.Close()
		}
		if wire.CodeOf(err) != wire.ForeignHost {
			t.Errorf("%s: %v", address, err)
		}
	}
}

func TestATokenCannotBePrinted(t *testing.T) {
	h := newHarbor(t)
	attempt := h.attempt("Harbor")
	provider, _ := google.ParseProvider(attempt.Target.SignIn.Principal)
	token, err := google.NewClient(h.options).ExchangeCertificate(t.Context(), provider, h.identity.TLS())
	ok(t, err)
	encoded, err := json.Marshal(token)
	ok(t, err)
	for _, printed := range []string{string(encoded), token.LogValue().String()} {
		if strings.Contains(printed, token.Reveal()) || token.Reveal() == "" {
			t.Errorf("%s", printed)
		}
	}
}
