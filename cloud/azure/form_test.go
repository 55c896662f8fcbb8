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

// What can only mean one ID, as it comes from chats, terminals and portals.
func TestOneIDIsFoundInWhatIsPasted(t *testing.T) {
	bare := strings.ReplaceAll(testSubscription, "-", "")
	for _, typed := range []string{
		"\u200b\u200e\ufeff" + testSubscription,
		strings.ReplaceAll(testSubscription, "-", "\u2013"), // en dash
		strings.ReplaceAll(testSubscription, "-", "\u2011"), // the hyphen that does not break
		strings.ReplaceAll(testSubscription, "-", "\u2212"),
		strings.ReplaceAll(testSubscription, "a", "\uff41"), // full width
		"\u201c" + testSubscription + "\u201d",
		bare, strings.ToUpper(bare),
		`"id": "` + testSubscription + `",`,
		"Subscription ID: " + testSubscription,
		"Subscription ID\n" + testSubscription,
		"urn:uuid:" + testSubscription,
		"the one is " + testSubscription + ".",
		testSubscription + " " + testSubscription,
		"/subscriptions/" + strings.ToUpper(testSubscription) + "/resourceGroups/web/providers/x/" + testClient,
		"C:/Program Files/Git/subscriptions/" + testSubscription, // Git Bash
		`{ "environmentName": "AzureCloud", "homeTenantId": "` + testTenant + `", "id": "` + testSubscription + `", "tenantId": "` + testTenant + `" }`,
	} {
		form := cloud.Form{SubscriptionID: typed, ClientID: "Application (client) ID : " + testClient, TenantID: `"tenantId": "` + testTenant + `"`}
		target, fields := testAzure().Read(&form)
		if len(fields) > 0 || target.SubscriptionID != testSubscription || target.ClientID != testClient || target.TenantID != testTenant {
			t.Errorf("%q read as %+v, %v", typed, target, fields)
		}
	}
}

func TestWhatIsPastedIntoTheWrongFieldIsNamed(t *testing.T) {
	fine := cloud.Form{SubscriptionID: testSubscription, ClientID: testClient}
	for _, test := range []struct{ field, typed, want string }{
		{"subscription_id", "Application (client) ID: " + testClient, saySubscriptionIsClient},
		{"subscription_id", `{"appId":"` + testClient + `","tenant":"` + testTenant + `"}`, saySubscriptionIsClient},
		{"subscription_id", "Directory (tenant) ID " + testTenant, saySubscriptionIsTenant},
		{"subscription_id", "/providers/Microsoft.Management/managementGroups/" + testTenant, saySubscriptionIsGroup},
		{"subscription_id", "Object ID: " + testTenant, saySubscriptionIsObject},
		{"subscription_id", "<subscription-id>", sayPlaceholder},
		{"subscription_id", "00000000-0000-0000-0000-000000000000", sayZeros},
		{"subscription_id", testClient + " or " + testTenant, saySeveral},
		{"client_id", "/subscriptions/" + testTenant, sayClientIsSubscription},
		{"client_id", "Object ID: " + testTenant, sayClientIsObject},
		{"client_id", "Directory (tenant) ID: " + testTenant, sayClientIsTenant},
		{"client_id", "<client-id>", sayPlaceholder},
		{"client_id", zeroID, sayZeros},
		{"tenant_id", "appId: " + testClient, sayTenantIsClient},
		{"tenant_id", "subscription: " + testClient, sayTenantIsSubscription},
		{"tenant_id", "harbor.onmicrosoft.example", sayTenantForm},
		{"tenant_id", zeroID, sayZeros},
	} {
		form := fine
		*fieldOf(&form, test.field) = test.typed
		target, fields := testAzure().Read(&form)
		if fields[test.field] != test.want || len(fields) != 1 {
			t.Errorf("%s %q: %+v, %v", test.field, test.typed, target, fields)
		}
	}
}

func fieldOf(form *cloud.Form, field string) *string {
	return map[string]*string{"subscription_id": &form.SubscriptionID, "client_id": &form.ClientID, "tenant_id": &form.TenantID, "pasted": &form.Pasted}[field]
}

func TestASecretIsRefusedAndForgottenInEveryField(t *testing.T) {
	for _, field := range []string{"subscription_id", "client_id", "tenant_id"} {
		for _, typed := range []string{
			"-----BEGIN PRIVATE KEY-----\ncanary\n-----END PRIVATE KEY-----", "canary 8Q~ abc8Q~0123456789012345678901234567890123",
			`{"id":"` + testSubscription + `","secret":"canary"}`, "client_secret=canary",
		} {
			form := cloud.Form{SubscriptionID: testSubscription, ClientID: testClient}
			*fieldOf(&form, field) = typed
			_, fields := testAzure().Read(&form)
			if fields[field] != saySecret || *fieldOf(&form, field) != "" {
				t.Errorf("%s %q: %v, kept %q", field, typed, fields, *fieldOf(&form, field))
			}
		}
	}
	good := `"appId":"` + testClient + `","tenant":"` + testTenant + `"`
	for _, pasted := range []string{
		`{` + good + `,"client_secret":"canary"}`, `{` + good + `,"passwordCredentials":[{"secretText":"canary"}]}`, `{` + good + `,"secret":"canary"}`,
		`{` + good + `,"clientCertificate":"-----BEGIN PRIVATE KEY----- canary"}`, "appId: " + testClient + "\ntenant: " + testTenant + "\npassword: canary",
	} {
		form := cloud.Form{SubscriptionID: "no subscription", Pasted: pasted} // another mistake, so the page comes back
		_, fields := testAzure().Read(&form)
		if fields["pasted"] != sayPastedPassword || form.Pasted != "" {
			t.Errorf("%s: %v, kept %q", pasted, fields, form.Pasted)
		}
	}
}

func TestReadTakesTheFormatsOfTheCommand(t *testing.T) {
	for name, pasted := range map[string]string{
		"colors":  "\x1b[1m{\x1b[39m \x1b[34m\"appId\"\x1b[39m: \"" + testClient + "\", \"password\": null, \"tenant\": \"" + testTenant + "\" }",
		"YAML":    "appId: " + testClient + "\ndisplayName: mooring\npassword: null\ntenant: " + testTenant + "\n",
		"exports": "export AZURE_CLIENT_ID=" + testClient + "\nexport AZURE_TENANT_ID=\"" + testTenant + "\"",
		"cut off": `{"appId": "` + testClient + `", "displayName": "x", "tenant": "` + testTenant + `"`,
		"quotes":  "{\u201cappId\u201d: \u201c" + testClient + "\u201d, \u201ctenant\u201d: \u201c" + testTenant + "\u201d}",
		"no dash": `{"clientId":"` + strings.ReplaceAll(testClient, "-", "") + `","tenantId":"` + testTenant + `"}`,
	} {
		form := cloud.Form{SubscriptionID: testSubscription, Pasted: pasted}
		target, fields := testAzure().Read(&form)
		if len(fields) > 0 || target.ClientID != testClient || target.TenantID != testTenant {
			t.Errorf("%s: %+v %v", name, target, fields)
		}
	}
}

func TestWhatElseThePasteTellsIsUsed(t *testing.T) {
	auth := `{"clientId":"` + testClient + `","tenantId":"` + testTenant + `","subscriptionId":"` + testSubscription + `","resourceManagerEndpointUrl":"https://management.usgovcloudapi.net/"}`
	form := cloud.Form{Environment: "usgov", Pasted: auth}
	target, fields := testAzure().Read(&form)
	if len(fields) > 0 || target.SubscriptionID != testSubscription || form.SubscriptionID != testSubscription {
		t.Errorf("the subscription: %+v %v", target, fields)
	}
	form = cloud.Form{Environment: "usgov", SubscriptionID: testTenant, Pasted: auth}
	if _, fields := testAzure().Read(&form); fields["pasted"] != sayPastedOtherSubscription {
		t.Errorf("another subscription: %v", fields)
	}
	form = cloud.Form{SubscriptionID: testSubscription, Pasted: auth}
	if _, fields := testAzure().Read(&form); !strings.Contains(fields["environment"], "Azure US Government") || len(fields) != 1 {
		t.Errorf("another cloud: %v", fields)
	}
	for pasted, want := range map[string]string{
		`{"appId":"` + testClient + `","fileWithCertAndPrivateKey":"/home/x/tmp.pem","tenant":"` + testTenant + `"}`: sayPastedOwnCertificate,
		`{"id":"` + testSubscription + `","name":"Pay","tenantId":"` + testTenant + `"}`:                             sayPastedAccount,
		"AppId    DisplayName    Password    Tenant\n-----  ---\n" + testClient + " mooring  " + testTenant:          sayPastedTable,
	} {
		form := cloud.Form{SubscriptionID: testSubscription, Pasted: pasted}
		if _, fields := testAzure().Read(&form); fields["pasted"] != want || form.Pasted != "" {
			t.Errorf("%s: %v, kept %q", pasted, fields, form.Pasted)
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
