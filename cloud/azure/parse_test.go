package azure

import (
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"mooring/certificate"
	"mooring/cloud"
)

func TestTenantInChallenge(t *testing.T) {
	tests := map[string]string{
		`Bearer authorization_uri="https://login.windows.net/` + testTenant + `", error="invalid_token"`:        testTenant,
		`Bearer authorization_uri="https://login.microsoftonline.us/` + strings.ToUpper(testTenant) + `/"`:      testTenant,
		`Bearer error="x", authorization_uri="https://login.chinacloudapi.cn/` + testTenant + `",resource=1`:    testTenant,
		`Bearer authorization_uri=https://login.windows.net/` + testTenant + `/oauth2/authorize, resource_id=x`: testTenant,
		`bearer AUTHORIZATION_URI = 'https://login.windows.net/` + testTenant + `/oauth2/authorize'`:            testTenant,
		`Bearer authorization="https://login.windows.net/` + testTenant + `"`:                                   testTenant,
		`Bearer authorization_uri="https://login.windows.net/common?tenant=` + testTenant + `"`:                 "",
		`Bearer authorization_uri="https://login.windows.net/common"`:                                           "",
		`Bearer authorization_uri="https://login.windows.net/` + testTenant:                                     "",
		`Basic realm="x"`: "",
		``:                "",
	}
	for header, want := range tests {
		got, ok := tenantInChallenge([]string{`Negotiate`, header})
		if ok != (want != "") || ok && got != want {
			t.Errorf("%q: %q, %v", header, got, ok)
		}
	}
}

func FuzzTenantInChallenge(f *testing.F) {
	f.Add(`Bearer authorization_uri="https://login.windows.net/` + testTenant + `"`)
	f.Fuzz(func(t *testing.T, header string) {
		if tenant, ok := tenantInChallenge([]string{header}); ok && !guid.MatchString(tenant) {
			t.Errorf("%q gave %q", header, tenant)
		}
	})
}

func FuzzReadClassic(f *testing.F) {
	f.Add([]byte(`<Subscription xmlns="http://schemas.microsoft.com/windowsazure"><SubscriptionID>x</SubscriptionID></Subscription>`))
	f.Add([]byte(`<Error><Code>ForbiddenError</Code><Message>no</Message></Error>`))
	f.Fuzz(func(t *testing.T, body []byte) {
		if s, err := readClassicSubscription(body); err == nil && s.SubscriptionID == "" {
			t.Error("a subscription without an id")
		}
	})
}

func FuzzReadRefusal(f *testing.F) {
	f.Add(400, []byte(`{"error":"invalid_client","error_description":"AADSTS700027: no","error_codes":[700027]}`))
	f.Add(403, []byte(`{"error":{"code":"AuthorizationFailed","message":"no"}}`))
	f.Add(503, []byte(`<html>`))
	f.Fuzz(func(t *testing.T, status int, body []byte) {
		recorder := httptest.NewRecorder()
		_, _ = recorder.Write(body)
		answer := recorder.Result()
		answer.StatusCode = status
		first := readRefusal(answer)
		if first.code() == "" {
			t.Error("a refusal without a code")
		}
		if again := readRefusal(answer); again.code() != first.code() {
			t.Errorf("read twice it is %q and %q", first.code(), again.code())
		}
	})
}

func TestReadRefusalKnowsTheShapes(t *testing.T) {
	tests := []struct {
		status        int
		body          string
		code, message string
	}{
		{401, `{"error":"invalid_client","error_description":"AADSTS700027: The key was not found.","error_codes":[700027]}`, "AADSTS700027", "AADSTS700027: The key was not found."},
		{403, `{"error":{"code":"AuthorizationFailed","message":"No role."}}`, "AuthorizationFailed", "No role."},
		{400, `{"error":"invalid_request"}`, "invalid_request", ""},
		{503, `busy`, "ServiceUnavailable", ""},
		{429, ``, "TooManyRequests", ""},
		{302, `<html>`, "UnexpectedAnswer", ""},
	}
	for _, test := range tests {
		recorder := httptest.NewRecorder()
		recorder.WriteHeader(test.status)
		_, _ = recorder.WriteString(test.body)
		if got := readRefusal(recorder.Result()); got.code() != test.code || got.Message != test.message {
			t.Errorf("%d %s: %q %q", test.status, test.body, got.code(), got.Message)
		}
	}
}

func TestEverySourcedCodeIsInTheCatalogue(t *testing.T) {
	for code := range strings.FieldsSeq(`AADSTS90002 AADSTS900023 AADSTS700016 AADSTS700038 AADSTS700027 AADSTS50012 AADSTS700024
		AADSTS500133 AADSTS50013 AADSTS7000215 AADSTS7000222 AADSTS7000218 AADSTS7000112 AADSTS7000229 AADSTS53003 AADSTS53005
		AADSTS530032 AADSTS500011 AADSTS90038 AADSTS900382 AADSTS900432 AADSTS50034 AADSTS50049 AADSTS50196 AADSTS50032
		AADSTS5002738 AADSTS70021 AADSTS700211 AADSTS700213 AADSTS7002138 AADSTS90033 AADSTS90012 AADSTS50033
		AuthenticationFailed InvalidAuthenticationTokenTenant ExpiredAuthenticationToken InvalidAuthenticationToken
		SubscriptionNotFound InvalidSubscriptionId AuthorizationFailed LinkedAuthorizationFailed ReadOnlyDisabledSubscription
		SubscriptionDisabled DisabledSubscription MissingSubscriptionRegistration InvalidSubscriptionRegistrationState
		NoRegisteredProviderFound OperationNotAllowed QuotaExceeded SkuNotAvailable AllocationFailed RequestDisallowedByPolicy
		RegionDoesNotAllowProvisioning TooManyRequests SubscriptionRequestsThrottled ForbiddenError
		MissingOrIncorrectVersionHeader ResourceNotFound ServerBusy InternalError OperationTimedOut ResourceQuotaExceeded
		PublicIPCountLimitReached ZonalAllocationFailed OverconstrainedAllocationRequest LocationNotAvailableForResourceType
		InvalidResourceLocation Conflict AnotherOperationInProgress ResourceGroupBeingDeleted ResourceGroupNotFound ImageNotFound`) {
		if _, ok := byCode[strings.ToLower(code)]; !ok {
			t.Errorf("%s is missing", code)
		}
	}
}

func TestPermissionsFollowAzuresRule(t *testing.T) {
	contributor := []permission{{Actions: []string{"*"}, NotActions: []string{"Microsoft.Authorization/*/Write", "Microsoft.Authorization/*/Delete"}}}
	reader := []permission{{Actions: []string{"*/read"}}}
	const assign, read, write = "Microsoft.Authorization/roleAssignments/write", "Microsoft.Resources/subscriptions/read", "microsoft.compute/VirtualMachines/write"
	tests := []struct {
		name        string
		permissions []permission
		action      string
		want        bool
	}{
		{"contributor writes", contributor, write, true},
		{"contributor does not assign", contributor, assign, false},
		{"an exception counts in its own entry only", append(contributor, permission{Actions: []string{assign}}), assign, true},
		{"reader reads", reader, read, true},
		{"reader does not write", reader, write, false},
		{"a dot is a dot", []permission{{Actions: []string{"MicrosoftXCompute/*"}}}, "Microsoft.Compute/x", false},
		{"nothing allows nothing", nil, read, false},
	}
	for _, test := range tests {
		if got := allowed(test.permissions, test.action); got != test.want {
			t.Errorf("%s: %v", test.name, got)
		}
	}
	for _, right := range rightsOf([]permission{{Actions: []string{"*"}}}) {
		if !right.Granted {
			t.Errorf("an owner lacks: %s", right.Key)
		}
	}
	if rights := rightsOf(reader); !rights[0].Granted || rights[1].Granted || len(rights) != 3 {
		t.Errorf("a reader: %+v", rights)
	}
}

func TestTheCommandIsWrittenFromWhatIsTyped(t *testing.T) {
	start := time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC)
	draft := cloud.Draft{AccountName: "harbor", Form: cloud.Form{Values: map[string]string{"subscription_id": " /subscriptions/" + testSubscription}},
		Certificate: certificate.Certificate{DER: []byte("not a real one"), NotBefore: start, NotAfter: start.Add(certificate.Life)}}
	guide := testAzure().Guide(draft)
	got := guide.Commands()[0].Text
	want := "az ad sp create-for-rbac \\\n  --name mooring-harbor-" + strings.ToLower(draft.Certificate.SHA1()[:6]) +
		" \\\n  --role Reader \\\n  --scopes /subscriptions/" + testSubscription + " \\\n  --years 1 \\\n  --cert " + draft.Certificate.Base64() + " \\\n  --output json"
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if blank := testAzure().Guide(cloud.Draft{AccountName: "harbor", Certificate: draft.Certificate}); !strings.Contains(blank.Commands()[0].Text, "/subscriptions/<subscription-id>") {
		t.Errorf("before anything is typed:\n%s", blank.Commands()[0].Text)
	}
}

func TestAClassicAnswerThatCannotBeReadIsUnexpected(t *testing.T) {
	for _, body := range []string{"", "<html>Sign in", "<!DOCTYPE html><title>Sign in</title>", "<Subscription>", "<Subscription></Subscription>", "{}", "\x00"} {
		if _, err := readClassicSubscription([]byte(body)); err == nil || refusalOf(err).code() != codeUnexpectedAnswer {
			t.Errorf("%q: %v", body, err)
		}
	}
}

func TestTheSameCodeMeansLessWhereItOnlyKeepsUsFromLooking(t *testing.T) {
	deciding := testAzure().Explain(cloud.StageResult{Stage: stageSubscription, Code: "AuthorizationFailed"}, cloud.Target{})
	advisory := testAzure().Explain(cloud.StageResult{Stage: stageProviders, Code: "AuthorizationFailed"}, cloud.Target{})
	if deciding.Anchor != "azure-authorizationfailed" || advisory.Anchor != "azure-rightsunknown" {
		t.Errorf("explained as %q and %q", deciding.Anchor, advisory.Anchor)
	}
}
