package azure

import (
	"strings"
	"testing"

	"mooring/cloud"
)

func TestCleanKeepsWhatHelpsAndNothingElse(t *testing.T) {
	target := cloud.Target{Account: testSubscription, Parent: testTenant, SignIn: cloud.SignIn{Principal: testClient}}
	tests := []struct{ name, said, want string }{
		{"entra's frame", "AADSTS700016: Application not found. Trace ID: 1 Correlation ID: 2 Timestamp: 3", "Application not found."},
		{"own ids", "client '" + testClient + "' over '/subscriptions/" + testSubscription + "'", "client '" + testClient + "' over '/subscriptions/" + testSubscription + "'"},
		{"foreign ids", "object id '99999999-8888-7777-6666-555555555555'", "object id '(id)'"},
		{"addresses", "user jane.doe@contoso.example is not allowed", "user (address) is not allowed"},
		{"tokens", "token eyJ0eXAiOiJKV1QiLCJhbGciOiJSUzI1NiIsImtpZCI6.eyJhdWQiOiJodHRwczovL21hbmFnZW1lbnQuY29yZS53aW5kb3dz.c2lnbmF0dXJlLXdpdGgtZW5vdWdoLWNoYXJhY3RlcnMx",
			"token (removed).(removed).(removed)"},
		{"client secrets", "secret aB38Q~0123456789abcdefghijABCDEFGHIJ_-xy", "secret (removed)"},
		{"a secret that touches an id", "'" + testClient + "-aB38Q0123456789abcdefghijABCDEFGHIJ'", "'(removed)'"},
		{"a token of letters", "key abcdefghijklmnopqrstuvwxyzABCDEFGHIJ", "key (removed)"},
		{"words of letters", "reason LocationConditionEvaluationSatisfied, see conditional_access_policy_evaluation", "reason LocationConditionEvaluationSatisfied, see conditional_access_policy_evaluation"},
		{"SHA-256 thumbprints", "key 'A1B2C3D4E5F60718293A4B5C6D7E8F9001122334A1B2C3D4E5F60718293A4B5C'", "key 'A1B2C3D4E5F60718293A4B5C6D7E8F9001122334A1B2C3D4E5F60718293A4B5C'"},
		{"thumbprints", "Thumbprint 'A1B2C3D4E5F60718293A4B5C6D7E8F9001122334'", "Thumbprint 'A1B2C3D4E5F60718293A4B5C6D7E8F9001122334'"},
		{"operations", "action 'Microsoft.Resources/subscriptions/providers/read'", "action 'Microsoft.Resources/subscriptions/providers/read'"},
		{"lines and terminals", "first\r\nsecond\x1b[31m\u2028third\u202e", "first second[31m third"},
	}
	for _, test := range tests {
		if got := clean(test.said, target); got != test.want {
			t.Errorf("%s:\n got %q\nwant %q", test.name, got, test.want)
		}
	}
	if long := clean(strings.Repeat("ä ", 1000), target); len(long) > maxSaid+len("…") || strings.Contains(long, "\ufffd") {
		t.Errorf("a long sentence became %d bytes", len(long))
	}
}

func TestCleanCodeAndIDs(t *testing.T) {
	if got := cleanCode("Bad<script>\nCode"); got != "BadscriptCode" {
		t.Errorf("code %q", got)
	}
	if got := cleanID("<b>1</b>"); got != "" {
		t.Errorf("id %q", got)
	}
	if got := cleanID(testTenant); got != testTenant {
		t.Errorf("id %q", got)
	}
}

func FuzzClean(f *testing.F) {
	f.Add("AADSTS50034: user a@b.example Trace ID: x")
	f.Fuzz(func(t *testing.T, said string) {
		got := clean(said, cloud.Target{})
		if len(got) > maxSaid+len("…") || strings.ContainsAny(got, "\n\r\x00\x1b") || anyEmail.MatchString(got) {
			t.Errorf("%q became %q", said, got)
		}
	})
}
