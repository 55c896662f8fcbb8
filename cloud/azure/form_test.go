package azure

import (
	"strings"
	"testing"

	"mooring/cloud"
)

const (
	testSubscription = "aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee"
	testTenant       = "11111111-2222-3333-4444-555555555555"
	testClient       = "cccccccc-1111-2222-3333-444444444444"
)

func testAzure() *Azure { return New(Options{Environments: Environments()}) }

func TestReadForgivesWhatPeoplePaste(t *testing.T) {
	for _, typed := range []string{
		testSubscription,
		"  " + testSubscription + "\n",
		strings.ToUpper(testSubscription),
		`"` + testSubscription + `",`,
		"{" + testSubscription + "}",
		"/subscriptions/" + testSubscription,
		"/subscriptions/" + testSubscription + "/resourceGroups/web",
		"https://portal.azure.com/#@harbor.example/resource/subscriptions/" + testSubscription + "/overview",
		"\u200b" + testSubscription + "\u00a0",
	} {
		target, fields := testAzure().Read(&cloud.Form{SubscriptionID: typed, ClientID: testClient})
		if len(fields) > 0 || target.SubscriptionID != testSubscription {
			t.Errorf("%q read as %q, %v", typed, target.SubscriptionID, fields)
		}
		if target.Environment != "public" || target.Method != MethodApp {
			t.Errorf("defaults: %+v", target)
		}
	}
}

func TestReadExplainsTheMix(t *testing.T) {
	tests := []struct {
		name, field, want string
		form              cloud.Form
	}{
		{"nothing", "subscription_id", saySubscriptionMissing, cloud.Form{ClientID: testClient}},
		{"name", "subscription_id", saySubscriptionName, cloud.Form{SubscriptionID: "Pay-As-You-Go", ClientID: testClient}},
		{"short", "subscription_id", saySubscriptionForm, cloud.Form{SubscriptionID: "aaaaaaaa-bbbb", ClientID: testClient}},
		{"no app", "client_id", sayClientMissing, cloud.Form{SubscriptionID: testSubscription}},
		{"app name", "client_id", sayClientForm, cloud.Form{SubscriptionID: testSubscription, ClientID: "mooring-harbor"}},
		{"sub twice", "client_id", sayClientIsSubscription, cloud.Form{SubscriptionID: testSubscription, ClientID: testSubscription}},
		{"tenant as app", "client_id", sayClientIsTenant, cloud.Form{SubscriptionID: testSubscription, ClientID: testTenant, TenantID: testTenant}},
		{"domain", "tenant_id", sayTenantForm, cloud.Form{SubscriptionID: testSubscription, ClientID: testClient, TenantID: "harbor.example"}},
		{"sub as tenant", "tenant_id", sayTenantIsSubscription, cloud.Form{SubscriptionID: testSubscription, ClientID: testClient, TenantID: testSubscription}},
		{"cloud", "environment", sayEnvironment, cloud.Form{SubscriptionID: testSubscription, ClientID: testClient, Environment: "evil.example"}},
		{"method", "method", sayMethod, cloud.Form{SubscriptionID: testSubscription, ClientID: testClient, Method: "password"}},
		{"no classic", "method", sayNoClassic, cloud.Form{SubscriptionID: testSubscription, Method: MethodClassic}},
		{"not JSON", "pasted", sayPastedForm, cloud.Form{SubscriptionID: testSubscription, Pasted: "az: command not found"}},
		{"no tenant", "pasted", sayPastedForm, cloud.Form{SubscriptionID: testSubscription, Pasted: `{"appId":"` + testClient + `","password":null}`}},
		{"differs", "pasted", sayPastedDiffers, cloud.Form{SubscriptionID: testSubscription, ClientID: testTenant,
			Pasted: `{"appId":"` + testClient + `","tenant":"` + testTenant + `","password":null}`}},
	}
	for _, test := range tests {
		_, fields := testAzure().Read(&test.form)
		if fields[test.field] != test.want || len(fields) != 1 {
			t.Errorf("%s: %v", test.name, fields)
		}
	}
}

func TestReadTakesWhatTheCommandPrinted(t *testing.T) {
	form := cloud.Form{SubscriptionID: testSubscription, Pasted: "WARNING: The output includes credentials\n" +
		`{ "appId": "` + strings.ToUpper(testClient) + `", "displayName": "mooring", "password": null, "tenant": "` + testTenant + `" }` + "\n"}
	target, fields := testAzure().Read(&form)
	if len(fields) > 0 || target.ClientID != testClient || target.TenantID != testTenant {
		t.Errorf("%+v %v", target, fields)
	}
}

func TestReadRefusesAndForgetsAPassword(t *testing.T) {
	for _, pasted := range []string{
		`{"appId":"` + testClient + `","tenant":"` + testTenant + `","password":"hunter2-canary"}`,
		`{"clientId":"` + testClient + `","tenantId":"` + testTenant + `","clientSecret":"hunter2-canary"}`,
		`{"appId":"x","password":"hunter2-canary`,
		`{"appId":"x","password":{"a":"hunter2-canary"}}`,
		`{"appId":"x","password":"hunter2-canary","tenant":null`,
		`AZURE_CLIENT_SECRET=hunter2-canary`,
		`{"keyId":"x","value":"hunter2-canary"}`,
		"-----BEGIN PRIVATE KEY-----\nhunter2-canary\n-----END PRIVATE KEY-----",
	} {
		form := cloud.Form{SubscriptionID: testSubscription, Pasted: pasted}
		_, fields := testAzure().Read(&form)
		if fields["pasted"] != sayPastedPassword && fields["pasted"] != sayPastedForm {
			t.Errorf("%s: %v", pasted, fields)
		}
		if strings.Contains(form.Pasted, "canary") {
			t.Errorf("%s: the password is still in the form", pasted)
		}
	}
}

func FuzzReadSubscription(f *testing.F) {
	f.Add(testSubscription)
	f.Add("/subscriptions//")
	f.Fuzz(func(t *testing.T, typed string) {
		target, fields := testAzure().Read(&cloud.Form{SubscriptionID: typed, ClientID: testClient})
		if (target.SubscriptionID == "") == (fields["subscription_id"] == "") {
			t.Errorf("%q: %q and %v", typed, target.SubscriptionID, fields)
		}
		if target.SubscriptionID != "" && !guid.MatchString(target.SubscriptionID) {
			t.Errorf("%q: %q is no GUID", typed, target.SubscriptionID)
		}
	})
}

func FuzzReadPasted(f *testing.F) {
	f.Add(`{"appId":"` + testClient + `","tenant":"` + testTenant + `","password":null}`)
	f.Add(`{"appId":"","tenant":[],"password":{}}`)
	f.Fuzz(func(t *testing.T, text string) {
		p, problem := readPasted(text)
		if problem == "" && (!guid.MatchString(p.client) || !guid.MatchString(p.tenant)) {
			t.Errorf("%q accepted as %+v", text, p)
		}
	})
}
