package azure

import (
	"context"
	"crypto/rand"
	"crypto/x509"
	"fmt"
	mathrand "math/rand/v2"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"mooring/cloud"
	"mooring/cloud/cloudtest"
)

// What real clouds answer, from public reports: which answer, at which endpoint,
// means what. The endpoints of a stub can be given one by one.

const (
	atChallenge    = "challenge"
	atDiscovery    = "discovery"
	atToken        = "token"
	atSubscription = "subscription"
	atPermissions  = "permissions"
	atProviders    = "providers"
)

// stubAzure answers like Azure for a link that works, but at one endpoint.
type stubAzure struct {
	azure  *Azure
	server *httptest.Server

	mu      sync.Mutex
	answers map[string]http.HandlerFunc
	asked   map[string]int
}

func newStub(t *testing.T) *stubAzure {
	t.Helper()
	s := &stubAzure{answers: map[string]http.HandlerFunc{}, asked: map[string]int{}}
	s.server = httptest.NewTLSServer(http.HandlerFunc(s.serve))
	t.Cleanup(s.server.Close)
	environments := Environments()
	for i := range environments[:1] {
		environments[i].Authority, environments[i].ResourceManager, environments[i].Graph = s.server.URL, s.server.URL, s.server.URL
	}
	roots := x509.NewCertPool()
	roots.AddCert(s.server.Certificate())
	s.azure = New(Options{Environments: environments, Roots: roots, Now: cloudtest.Clock, NewID: rand.Text})
	s.azure.retryDelay = time.Millisecond
	return s
}

func (s *stubAzure) endpoint(r *http.Request) string {
	switch path := r.URL.Path; {
	case strings.HasSuffix(path, "/openid-configuration"):
		return atDiscovery
	case strings.HasSuffix(path, "/token"):
		return atToken
	case strings.HasSuffix(path, "/permissions"):
		return atPermissions
	case strings.Contains(path, "/providers/"):
		return atProviders
	case r.Header.Get("Authorization") == "":
		return atChallenge
	}
	return atSubscription
}

func (s *stubAzure) serve(w http.ResponseWriter, r *http.Request) {
	at := s.endpoint(r)
	s.mu.Lock()
	answer := s.answers[at]
	s.asked[at]++
	s.mu.Unlock()
	if answer != nil {
		answer(w, r)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	switch at {
	case atChallenge:
		w.Header().Set("WWW-Authenticate", `Bearer authorization_uri="https://login.windows.net/`+testTenant+`", error="invalid_token"`)
		w.WriteHeader(http.StatusUnauthorized)
	case atDiscovery:
		fmt.Fprintf(w, `{"token_endpoint":"%s/%s/oauth2/v2.0/token","authorization_endpoint":"%[1]s/%[2]s/oauth2/v2.0/authorize","issuer":"%[1]s/%[2]s/v2.0"}`, s.server.URL, testTenant)
	case atToken:
		fmt.Fprint(w, `{"token_type":"Bearer","expires_in":3599,"access_token":"a-token"}`)
	case atSubscription:
		fmt.Fprintf(w, `{"subscriptionId":%q,"displayName":"Harbor","state":"Enabled","tenantId":%q}`, testSubscription, testTenant)
	case atPermissions:
		fmt.Fprint(w, `{"value":[{"actions":["*/read"],"notActions":[]}]}`)
	case atProviders:
		fmt.Fprint(w, `{"registrationState":"Registered"}`)
	}
}

// says has an endpoint answer the same to everything.
func (s *stubAzure) says(at string, status int, body string, headers ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.answers[at] = func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		for i := 0; i+1 < len(headers); i += 2 {
			w.Header().Set(headers[i], headers[i+1])
		}
		w.WriteHeader(status)
		fmt.Fprint(w, body)
	}
}

// check verifies once, and gives the outcome, the result of the stage that did
// not end well, and what was found.
func (s *stubAzure) check(t *testing.T, fresh bool, change ...func(*cloud.Target)) (cloud.Outcome, cloud.StageResult, cloud.Finding) {
	t.Helper()
	target := cloud.Target{Environment: "public", Account: testSubscription, SignIn: cloud.SignIn{Method: MethodApp, Principal: testClient}}
	for _, c := range change {
		c(&target)
	}
	var results []cloud.StageResult
	attempt := cloud.Attempt{Target: target, Identity: cloudtest.Identity(t, cloudtest.Clock), Fresh: fresh}
	finding, err := s.azure.Check(context.Background(), attempt, func(r cloud.StageResult) { results = append(results, r) })
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range results {
		if r.Verdict != cloud.OK {
			return cloud.Conclude(appStages, results), r, finding
		}
	}
	return cloud.Conclude(appStages, results), cloud.StageResult{}, finding
}

const byteMark = "\ufeff"

func TestWhatRealCloudsAnswer(t *testing.T) {
	entra := func(code, sentence string) string {
		return fmt.Sprintf(`{"error":"invalid_client","error_description":"AADSTS%s: %s","error_codes":[%[1]s],"trace_id":"t","correlation_id":"c"}`, code, sentence)
	}
	arm := func(code string) string { return fmt.Sprintf(`{"error":{"code":%q,"message":"No."}}`, code) }
	passing := func(code string) string {
		return fmt.Sprintf(`{"error":"temporarily_unavailable","error_description":"AADSTS%s: Try again.","error_codes":[%[1]s]}`, code)
	}
	for name, test := range map[string]struct {
		at      string
		status  int
		body    string
		headers []string
		want    cloud.Outcome
		code    string
	}{
		"a passing failure of 400, 90024":        {atToken, 400, passing("90024"), nil, cloud.CouldNotCheck, "AADSTS90024"},
		"a passing failure of 400, 50087":        {atToken, 400, passing("50087"), nil, cloud.CouldNotCheck, codeOutage},
		"a passing failure of 400, 50089":        {atToken, 400, passing("50089"), nil, cloud.CouldNotCheck, codeOutage},
		"a passing failure of 400, 50000":        {atToken, 400, passing("50000"), nil, cloud.CouldNotCheck, codeOutage},
		"a passing failure with a broken code":   {atToken, 400, passing("7000112"), nil, cloud.CouldNotCheck, codeOutage},
		"throttled with a quota's code":          {atSubscription, 429, arm("OperationNotAllowed"), nil, cloud.CouldNotCheck, codeThrottled},
		"408 with a refusal's code":              {atSubscription, 408, arm("AuthorizationFailed"), nil, cloud.CouldNotCheck, codeOutage},
		"a gateway that gave up":                 {atSubscription, 504, arm("GatewayTimeout"), nil, cloud.CouldNotCheck, codeOutage},
		"an error of Azure's own":                {atSubscription, 500, arm("InternalServerError"), nil, cloud.CouldNotCheck, codeOutage},
		"an outage with a page":                  {atToken, 503, "<html>", nil, cloud.CouldNotCheck, codeOutage},
		"the first known of two codes":           {atToken, 400, `{"error":"invalid_grant","error_description":"x","error_codes":[70002,50012]}`, nil, cloud.StillCopying, "AADSTS50012"},
		"codes as texts":                         {atToken, 400, `{"error":"invalid_client","error_codes":["7000112"]}`, nil, cloud.Broken, "AADSTS7000112"},
		"one code and no list":                   {atToken, 400, `{"error":"invalid_client","error_codes":7000112}`, nil, cloud.Broken, "AADSTS7000112"},
		"the code in the sentence only":          {atToken, 400, `{"error":"invalid_client","error_description":"AADSTS7000112: disabled","error_codes":{"odd":true}}`, nil, cloud.Broken, "AADSTS7000112"},
		"an odd field hides no other":            {atToken, 401, `{"error":["odd"],"error_description":7,"error_codes":[7000112],"trace_id":{}}`, nil, cloud.Broken, "AADSTS7000112"},
		"an expired certificate":                 {atToken, 401, entra("1000502", "The provided certificate is not within its validity."), nil, cloud.Broken, "AADSTS1000502"},
		"a revoked certificate":                  {atToken, 401, entra("7000214", "Certificate has been revoked."), nil, cloud.Broken, "AADSTS7000214"},
		"an expired entry":                       {atToken, 401, entra("700027", "The certificate used to sign the assertion is expired. [Reason - The key used is expired., Thumbprint of key used by client: 'A1B2'"), nil, cloud.Broken, "AADSTS700027"},
		"an unknown key":                         {atToken, 401, entra("700027", "[Reason - The key was not found., Thumbprint of key used by client: 'A1B2'"), nil, cloud.StillCopying, "AADSTS700027"},
		"a blocked directory":                    {atToken, 400, entra("5000225", "This tenant has been blocked due to inactivity."), nil, cloud.Broken, "AADSTS5000225"},
		"a code that nobody knows":               {atToken, 400, entra("999999", "No."), nil, cloud.Broken, "AADSTS999999"},
		"a deny assignment":                      {atSubscription, 403, arm("DenyAssignmentAuthorizationFailed"), nil, cloud.Broken, "DenyAssignmentAuthorizationFailed"},
		"another audience":                       {atSubscription, 401, arm("InvalidAuthenticationTokenAudience"), nil, cloud.Broken, "InvalidAuthenticationTokenAudience"},
		"no token arrived":                       {atSubscription, 401, arm("AuthenticationFailedMissingToken"), nil, cloud.Broken, "AuthenticationFailedMissingToken"},
		"a claims challenge for ever":            {atSubscription, 401, arm("InvalidAuthenticationToken"), []string{"WWW-Authenticate", `Bearer realm="", error="insufficient_claims", claims="eyJhY2Nlc3NfdG9rZW4iOnsibmJmIjp7ImVzc2VudGlhbCI6dHJ1ZSwidmFsdWUiOiIxNjA0MTA2NjUxIn19fQ=="`}, cloud.Broken, codeInsufficientClaims},
		"a mark before a refusal":                {atSubscription, 403, byteMark + arm("AuthorizationFailed"), nil, cloud.StillCopying, "AuthorizationFailed"},
		"a refusal without a wrapper":            {atSubscription, 403, `{"Code":"AuthorizationFailed","Message":"No."}`, nil, cloud.StillCopying, "AuthorizationFailed"},
		"a refusal in a list":                    {atSubscription, 403, `[` + arm("AuthorizationFailed") + `]`, nil, cloud.StillCopying, "AuthorizationFailed"},
		"a refusal within a refusal":             {atSubscription, 403, `{"error":{"code":"BadRequest","details":[{"code":"AuthorizationFailed","message":"No."}]}}`, nil, cloud.StillCopying, "AuthorizationFailed"},
		"a refusal as text":                      {atSubscription, 403, `{"error":"{\"code\":\"AuthorizationFailed\"}"}`, nil, cloud.StillCopying, "AuthorizationFailed"},
		"a refusal that was cut off":             {atSubscription, 403, `{"error":{"code":"AuthorizationFailed","mess`, nil, cloud.StillCopying, "AuthorizationFailed"},
		"a refusal that says nothing":            {atSubscription, 403, ``, nil, cloud.Broken, codeRefused},
		"a page of a proxy":                      {atSubscription, 403, `<html>Blocked`, []string{"Content-Type", "text/html"}, cloud.CouldNotCheck, codeUnexpectedAnswer},
		"a page of Azure's":                      {atSubscription, 403, `<html>`, []string{"Content-Type", "text/html", "x-ms-request-id", "r"}, cloud.Broken, codeRefused},
		"a page that claims to be well":          {atSubscription, 200, `<html>`, []string{"Content-Type", "text/html"}, cloud.CouldNotCheck, codeUnexpectedAnswer},
		"an anonymous 401 without a challenge":   {atChallenge, 401, `{"error":{"code":"AuthenticationFailed"}}`, nil, cloud.Broken, codeTenantNotFound},
		"a directory of another cloud":           {atDiscovery, 200, `{"token_endpoint":"https://login.microsoftonline.us/` + testTenant + `/oauth2/v2.0/token"}`, nil, cloud.Broken, codeTenantElsewhere},
		"a sign-in somewhere else":               {atDiscovery, 200, `{"token_endpoint":"https://login.evil.example/token"}`, nil, cloud.CouldNotCheck, codeForeignHost},
		"a sign-in over plain http":              {atDiscovery, 200, `{"token_endpoint":"http://login.microsoftonline.com/token"}`, nil, cloud.CouldNotCheck, codeForeignHost},
		"a challenge without quotes":             {atChallenge, 401, ``, []string{"WWW-Authenticate", "Bearer authorization_uri=https://login.windows.net/" + testTenant + "/oauth2/authorize, error=invalid_token"}, cloud.Passed, ""},
		"a challenge in capitals":                {atChallenge, 401, ``, []string{"WWW-Authenticate", "BEARER Authorization_URI = 'https://login.windows.net/" + strings.ToUpper(testTenant) + "'"}, cloud.Passed, ""},
		"a mark before a token":                  {atToken, 200, byteMark + `{"token_type":"Bearer","expires_in":"3599","access_token":"a-token"}`, nil, cloud.Passed, ""},
		"permissions that cannot be read":        {atPermissions, 200, `{"value":[{"actions":7}]}`, nil, cloud.Passed, codeRightsUnreadable},
		"permissions that go on somewhere else":  {atPermissions, 200, `{"value":[],"nextLink":"https://evil.example/more"}`, nil, cloud.Passed, codeRightsUnreadable},
		"a subscription that is somebody else's": {atSubscription, 200, `{"subscriptionId":"` + testSubscription + `","state":"Enabled","tenantId":"99999999-0000-4000-8000-000000000009"}`, nil, cloud.Broken, codeTenantMismatch},
		"a subscription that is managed": {atSubscription, 200, `{"subscriptionId":"` + testSubscription + `","state":"Enabled","tenantId":"99999999-0000-4000-8000-000000000009","managedByTenants":[{"tenantId":"` + strings.ToUpper(testTenant) + `"}]}`,
			nil, cloud.Passed, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newStub(t)
			s.says(test.at, test.status, test.body, test.headers...)
			outcome, result, _ := s.check(t, true)
			if outcome != test.want || result.Code != test.code {
				t.Errorf("it is %s with the code %q, want %s with %q: %+v", outcome, result.Code, test.want, test.code, result)
			}
			explained := s.azure.Explain(result, cloud.Target{})
			if test.code != "" && explained.Known == (test.code == "AADSTS999999") {
				t.Errorf("it is explained as %+v", explained)
			}
			if outcome == cloud.CouldNotCheck && (test.status == 429 || test.status >= 500) && explained.Fixer != cloud.FixedByNobody {
				t.Errorf("in an outage, %q is asked", explained.Who)
			}
		})
	}
}

func TestThePauseThatAzureAsksForIsFound(t *testing.T) {
	for name, test := range map[string]struct {
		headers []string
		want    time.Duration
	}{
		"seconds":       {[]string{"Retry-After", "300"}, 5 * time.Minute},
		"an hour":       {[]string{"Retry-After", "3600"}, time.Hour},
		"a date":        {[]string{"Retry-After", "Mon, 23 Nov 2026 10:00:00 GMT", "Date", "Mon, 23 Nov 2026 09:30:00 GMT"}, 30 * time.Minute},
		"milliseconds":  {[]string{"x-ms-retry-after-ms", "90000"}, 90 * time.Second},
		"a year":        {[]string{"Retry-After", "31536000"}, longestPause},
		"no number":     {[]string{"Retry-After", "soon"}, 0},
		"less than now": {[]string{"Retry-After", "-5"}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newStub(t)
			s.says(atSubscription, 429, `{"error":{"code":"TooManyRequests"}}`, test.headers...)
			_, result, finding := s.check(t, false)
			if finding.RetryAfter != test.want {
				t.Errorf("%s, want %s", finding.RetryAfter, test.want)
			}
			if says := strings.HasSuffix(result.Said, sayPause(test.want)); says != (test.want > 0) {
				t.Errorf("it is told as %q", result.Said)
			}
		})
	}
}

func TestPermissionsAreReadThroughAllPages(t *testing.T) {
	s := newStub(t)
	s.mu.Lock()
	s.answers[atPermissions] = func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Query().Get("page") == "" {
			fmt.Fprintf(w, `{"value":[{"actions":["*/read"]}],"nextLink":"%s%s?page=2"}`, s.server.URL, r.URL.Path)
			return
		}
		fmt.Fprint(w, `{"value":[{"actions":["*"]}]}`)
	}
	s.mu.Unlock()
	_, _, finding := s.check(t, false)
	excessive := false
	for _, right := range finding.Rights {
		excessive = excessive || right.Excessive && right.Granted
	}
	if !excessive {
		t.Errorf("the second page is not read: %+v", finding.Rights)
	}

	s.mu.Lock()
	s.asked[atPermissions] = 0
	s.answers[atPermissions] = func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintf(w, `{"value":[],"nextLink":"%s%s"}`, s.server.URL, r.URL.Path)
	}
	s.mu.Unlock()
	if _, result, finding := s.check(t, false); finding.Rights != nil || result.Verdict != cloud.CannotTell {
		t.Errorf("pages without end: %+v, %+v", result, finding.Rights)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.asked[atPermissions] > mostPages {
		t.Errorf("%d pages were asked for", s.asked[atPermissions])
	}
}

func TestEachWayOfGivingRolesCounts(t *testing.T) {
	for _, action := range []string{
		"Microsoft.Authorization/roleAssignments/write", "Microsoft.Authorization/roleAssignmentScheduleRequests/write",
		"Microsoft.Authorization/roleEligibilityScheduleRequests/*", "Microsoft.Authorization/roleDefinitions/write",
		"Microsoft.Authorization/elevateAccess/action", "Microsoft.Authorization/elevateaccess/ACTION", "Microsoft.Authorization/*", "*",
	} {
		rights := rightsOf([]permission{{Actions: []string{action}}})
		if last := rights[len(rights)-1]; !last.Granted || !last.Excessive {
			t.Errorf("%s: %+v", action, rights)
		}
	}
}

// TestAManagedSubscriptionIsLinkedFromItsManager types the directory of the
// application, which is not that of the subscription.
func TestAManagedSubscriptionIsLinkedFromItsManager(t *testing.T) {
	const manager = "77777777-0000-4000-8000-000000000007"
	typed := func(target *cloud.Target) { target.Parent = manager }
	s := newStub(t)
	s.says(atDiscovery, 200, fmt.Sprintf(`{"token_endpoint":"%s/%s/oauth2/v2.0/token","authorization_endpoint":"%[1]s/%[2]s/oauth2/v2.0/authorize","issuer":"%[1]s/%[2]s/v2.0"}`, s.server.URL, manager))
	if outcome, result, _ := s.check(t, false, typed); outcome != cloud.Broken || result.Code != codeTenantMismatch {
		t.Errorf("a subscription that names nobody: %s %s", outcome, result.Code)
	}
	s.says(atSubscription, 200, fmt.Sprintf(`{"subscriptionId":%q,"state":"Enabled","tenantId":%q,"managedByTenants":[{"tenantId":%q}]}`, testSubscription, testTenant, manager))
	if outcome, result, finding := s.check(t, false, typed); outcome != cloud.Passed || finding.Parent != manager {
		t.Errorf("a subscription that names its manager: %s %+v, directory %s", outcome, result, finding.Parent)
	}
	s.says(atSubscription, 503, "")
	if outcome, _, _ := s.check(t, false, typed); outcome != cloud.CouldNotCheck {
		t.Errorf("in an outage: %s", outcome)
	}
}

// TestNoAnswerTurnsTheVerdictAround throws mutated answers at every endpoint: a
// passing failure never breaks a link, and a refusal never passes. The advisory
// endpoints decide nothing, and a refusal there grants nothing.
func TestNoAnswerTurnsTheVerdictAround(t *testing.T) {
	bodies := []string{
		`{"error":"invalid_client","error_description":"AADSTS7000112: no","error_codes":[7000112]}`, `{"error":{"code":"AuthorizationFailed","message":"No."}}`,
		`{"error":{"code":"DenyAssignmentAuthorizationFailed","message":{"odd":1}}}`, `{"error":null}`, `[]`, `null`, `7`, `"no"`, ``, `<html>`,
		`<Error><Code>ForbiddenError</Code></Error>`, `{"error":{"error":{"error":{"error":{"error":{"error":{"code":"X"}}}}}}}`, `{"error_codes":[null,{},"x",1e400]}`,
		`{"error":"temporarily_unavailable","error_description":"AADSTS90033: later"}`, `{"value":[{"actions":["*"]}]}`, `{"registrationState":"Registered"}`,
	}
	headers := [][]string{nil, {"Retry-After", "Fri, 99 Foo"}, {"WWW-Authenticate", `Bearer authorization_uri=`}, {"x-ms-error-code", "AuthorizationFailed"}, {"Content-Type", "text/html"}}
	for number, at := range []string{atChallenge, atDiscovery, atToken, atSubscription, atPermissions, atProviders} {
		t.Run(at, func(t *testing.T) {
			t.Parallel()
			source := mathrand.New(mathrand.NewPCG(2026, uint64(number)))
			s := newStub(t)
			for range 50 {
				status := []int{400, 401, 403, 404, 408, 409, 429, 500, 502, 503, 504}[source.IntN(11)]
				body := []byte(bodies[source.IntN(len(bodies))])
				switch source.IntN(4) {
				case 0:
					body = append([]byte(byteMark), body...)
				case 1:
					body = body[:source.IntN(len(body)+1)]
				case 2:
					if len(body) > 0 {
						body[source.IntN(len(body))] = byte(source.IntN(256))
					}
				}
				header := headers[source.IntN(len(headers))]
				s.says(at, status, string(body), header...)
				outcome, result, finding := s.check(t, source.IntN(2) == 0, func(target *cloud.Target) {
					if at == atChallenge {
						target.Parent = "" // what is typed would do as well
					}
				})
				passes := status == 408 || status == 429 || status >= 500
				wrong := outcome == cloud.Passed || passes && outcome != cloud.CouldNotCheck
				if at == atPermissions || at == atProviders {
					wrong = outcome != cloud.Passed || at == atPermissions && (finding.Rights != nil || passes && !finding.RightsUnanswered)
				}
				if wrong {
					t.Errorf("%d %q %q at %s is %s with %+v: %+v", status, body, header, at, outcome, finding, result)
				}
			}
		})
	}
}

// TestUnknownRightsAreToldFromSilence: what Azure refuses to list may be
// anything, and what it could not list just now is what it was.
func TestUnknownRightsAreToldFromSilence(t *testing.T) {
	for name, test := range map[string]struct {
		status     int
		body       string
		unanswered bool
	}{
		"not allowed to look":   {403, `{"error":{"code":"AuthorizationFailed"}}`, false},
		"a field that is wrong": {200, `{"value":[{"actions":["*/read"],"dataActions":7}]}`, false},
		"pages elsewhere":       {200, `{"value":[],"nextLink":"https://evil.example/more"}`, false},
		"pages without end":     {200, `{"value":[],"nextLink":"SELF"}`, false},
		"too many requests":     {429, `{"error":{"code":"TooManyRequests"}}`, true},
		"an outage":             {503, ``, true},
		"an outage with a code": {500, `{"error":{"code":"AuthorizationFailed"}}`, true},
		"a page of a proxy":     {200, `<html>`, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newStub(t)
			s.mu.Lock()
			s.answers[atPermissions] = func(w http.ResponseWriter, r *http.Request) {
				w.WriteHeader(test.status)
				fmt.Fprint(w, strings.Replace(test.body, "SELF", s.server.URL+r.URL.Path, 1))
			}
			s.mu.Unlock()
			outcome, _, finding := s.check(t, false)
			if outcome != cloud.Passed || finding.Rights != nil || finding.RightsUnanswered != test.unanswered {
				t.Errorf("it is %s, with %+v", outcome, finding)
			}
		})
	}
}

// TestEveryCodeOfTheFactsIsKnown has the codes that public reports name, as the
// directory service sends them.
func TestEveryCodeOfTheFactsIsKnown(t *testing.T) {
	s := newStub(t)
	for want, codes := range map[cloud.Outcome][]int{
		cloud.CouldNotCheck: {90024, 90006, 90055, 50087, 50089, 50000, 90033},
		cloud.Broken: {500014, 500021, 501051, 50059, 530035, 700023, 700025, 700030, 7000214, 7000216, 7002381,
			1000502, 5000224, 5000225},
		cloud.StillCopying: {700016, 700027, 7000229},
	} {
		for _, code := range codes {
			word := "invalid_client"
			if want == cloud.CouldNotCheck {
				word = "temporarily_unavailable"
			}
			s.says(atToken, 400, fmt.Sprintf(`{"error":%q,"error_description":"AADSTS%d: Words.","error_codes":[%d]}`, word, code, code))
			outcome, result, _ := s.check(t, true)
			if outcome != want {
				t.Errorf("AADSTS%d is %s, want %s: %+v", code, outcome, want, result)
			}
			if explained := s.azure.Explain(result, cloud.Target{}); !explained.Known {
				t.Errorf("AADSTS%d is explained as %+v", code, explained)
			}
		}
	}
}
