package azure

import (
	"maps"
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
		target, fields := testAzure().Read(&cloud.Form{Values: map[string]string{"subscription_id": typed, "client_id": testClient}})
		if len(fields) > 0 || target.Account != testSubscription {
			t.Errorf("%q read as %q, %v", typed, target.Account, fields)
		}
		if target.Environment != "public" || target.SignIn.Method != MethodApp {
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
		form := cloud.Form{Values: map[string]string{"subscription_id": typed, "client_id": "Application (client) ID : " + testClient, "tenant_id": `"tenantId": "` + testTenant + `"`}}
		target, fields := testAzure().Read(&form)
		if len(fields) > 0 || target.Account != testSubscription || target.SignIn.Principal != testClient || target.Parent != testTenant {
			t.Errorf("%q read as %+v, %v", typed, target, fields)
		}
	}
}

func TestWhatIsPastedIntoTheWrongFieldIsNamed(t *testing.T) {
	fine := cloud.Form{Values: map[string]string{"subscription_id": testSubscription, "client_id": testClient}}
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
		form := cloud.Form{Values: maps.Clone(fine.Values)}
		form.Values[test.field] = test.typed
		target, fields := testAzure().Read(&form)
		if fields[test.field] != test.want || len(fields) != 1 {
			t.Errorf("%s %q: %+v, %v", test.field, test.typed, target, fields)
		}
	}
}

func TestASecretIsRefusedAndForgottenInEveryField(t *testing.T) {
	for _, field := range []string{"subscription_id", "client_id", "tenant_id"} {
		for _, typed := range []string{
			"-----BEGIN PRIVATE KEY-----\ncanary\n-----END PRIVATE KEY-----", "canary 8Q~ abc8Q~0123456789012345678901234567890123",
			`{"id":"` + testSubscription + `","secret":"canary"}`, "client_secret=canary",
		} {
			form := cloud.Form{Values: map[string]string{"subscription_id": testSubscription, "client_id": testClient}}
			form.Values[field] = typed
			_, fields := testAzure().Read(&form)
			if fields[field] != saySecret || form.Values[field] != "" {
				t.Errorf("%s %q: %v, kept %q", field, typed, fields, form.Values[field])
			}
		}
	}
	good := `"appId":"` + testClient + `","tenant":"` + testTenant + `"`
	for _, pasted := range []string{
		`{` + good + `,"client_secret":"canary"}`, `{` + good + `,"passwordCredentials":[{"secretText":"canary"}]}`, `{` + good + `,"secret":"canary"}`,
		`{` + good + `,"clientCertificate":"-----BEGIN PRIVATE KEY----- canary"}`, "appId: " + testClient + "\ntenant: " + testTenant + "\npassword: canary",
	} {
		form := cloud.Form{Values: map[string]string{"subscription_id": "no subscription", "pasted": pasted}} // another mistake, so the page comes back
		_, fields := testAzure().Read(&form)
		if fields["pasted"] != sayPastedPassword || form.Values["pasted"] != "" {
			t.Errorf("%s: %v, kept %q", pasted, fields, form.Values["pasted"])
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
		form := cloud.Form{Values: map[string]string{"subscription_id": testSubscription, "pasted": pasted}}
		target, fields := testAzure().Read(&form)
		if len(fields) > 0 || target.SignIn.Principal != testClient || target.Parent != testTenant {
			t.Errorf("%s: %+v %v", name, target, fields)
		}
	}
}

func TestWhatElseThePasteTellsIsUsed(t *testing.T) {
	auth := `{"clientId":"` + testClient + `","tenantId":"` + testTenant + `","subscriptionId":"` + testSubscription + `","resourceManagerEndpointUrl":"https://management.usgovcloudapi.net/"}`
	form := cloud.Form{Environment: "usgov", Values: map[string]string{"pasted": auth}}
	target, fields := testAzure().Read(&form)
	if len(fields) > 0 || target.Account != testSubscription || form.Values["subscription_id"] != testSubscription {
		t.Errorf("the subscription: %+v %v", target, fields)
	}
	form = cloud.Form{Environment: "usgov", Values: map[string]string{"subscription_id": testTenant, "pasted": auth}}
	if _, fields := testAzure().Read(&form); fields["pasted"] != sayPastedOtherSubscription {
		t.Errorf("another subscription: %v", fields)
	}
	form = cloud.Form{Values: map[string]string{"subscription_id": testSubscription, "pasted": auth}}
	if _, fields := testAzure().Read(&form); !strings.Contains(fields["environment"], "Azure US Government") || len(fields) != 1 {
		t.Errorf("another cloud: %v", fields)
	}
	for pasted, want := range map[string]string{
		`{"appId":"` + testClient + `","fileWithCertAndPrivateKey":"/home/x/tmp.pem","tenant":"` + testTenant + `"}`: sayPastedOwnCertificate,
		`{"id":"` + testSubscription + `","name":"Pay","tenantId":"` + testTenant + `"}`:                             sayPastedAccount,
		"AppId    DisplayName    Password    Tenant\n-----  ---\n" + testClient + " mooring  " + testTenant:          sayPastedTable,
	} {
		form := cloud.Form{Values: map[string]string{"subscription_id": testSubscription, "pasted": pasted}}
		if _, fields := testAzure().Read(&form); fields["pasted"] != want || form.Values["pasted"] != "" {
			t.Errorf("%s: %v, kept %q", pasted, fields, form.Values["pasted"])
		}
	}
}

func TestReadExplainsTheMix(t *testing.T) {
	tests := []struct {
		name, field, want string
		form              cloud.Form
	}{
		{"nothing", "subscription_id", saySubscriptionMissing, cloud.Form{Values: map[string]string{"client_id": testClient}}},
		{"name", "subscription_id", saySubscriptionName, cloud.Form{Values: map[string]string{"subscription_id": "Pay-As-You-Go", "client_id": testClient}}},
		{"short", "subscription_id", saySubscriptionForm, cloud.Form{Values: map[string]string{"subscription_id": "aaaaaaaa-bbbb", "client_id": testClient}}},
		{"no app", "client_id", sayClientMissing, cloud.Form{Values: map[string]string{"subscription_id": testSubscription}}},
		{"app name", "client_id", sayClientForm, cloud.Form{Values: map[string]string{"subscription_id": testSubscription, "client_id": "mooring-harbor"}}},
		{"sub twice", "client_id", sayClientIsSubscription, cloud.Form{Values: map[string]string{"subscription_id": testSubscription, "client_id": testSubscription}}},
		{"tenant as app", "client_id", sayClientIsTenant, cloud.Form{Values: map[string]string{"subscription_id": testSubscription, "client_id": testTenant, "tenant_id": testTenant}}},
		{"domain", "tenant_id", sayTenantForm, cloud.Form{Values: map[string]string{"subscription_id": testSubscription, "client_id": testClient, "tenant_id": "harbor.example"}}},
		{"sub as tenant", "tenant_id", sayTenantIsSubscription, cloud.Form{Values: map[string]string{"subscription_id": testSubscription, "client_id": testClient, "tenant_id": testSubscription}}},
		{"cloud", "environment", sayEnvironment, cloud.Form{Environment: "evil.example", Values: map[string]string{"subscription_id": testSubscription, "client_id": testClient}}},
		{"method", "method", sayMethod, cloud.Form{Method: "password", Values: map[string]string{"subscription_id": testSubscription, "client_id": testClient}}},
		{"no classic", "method", sayNoClassic, cloud.Form{Method: MethodClassic, Values: map[string]string{"subscription_id": testSubscription}}},
		{"not JSON", "pasted", sayPastedForm, cloud.Form{Values: map[string]string{"subscription_id": testSubscription, "pasted": "az: command not found"}}},
		{"no tenant", "pasted", sayPastedForm, cloud.Form{Values: map[string]string{"subscription_id": testSubscription, "pasted": `{"appId":"` + testClient + `","password":null}`}}},
		{"differs", "pasted", sayPastedDiffers, cloud.Form{Values: map[string]string{"subscription_id": testSubscription, "client_id": testTenant, "pasted": `{"appId":"` + testClient + `","tenant":"` + testTenant + `","password":null}`}}},
	}
	for _, test := range tests {
		_, fields := testAzure().Read(&test.form)
		if fields[test.field] != test.want || len(fields) != 1 {
			t.Errorf("%s: %v", test.name, fields)
		}
	}
}

func TestReadTakesWhatTheCommandPrinted(t *testing.T) {
	form := cloud.Form{Values: map[string]string{"subscription_id": testSubscription, "pasted": "WARNING: The output includes credentials\n" +
		`{ "appId": "` + strings.ToUpper(testClient) + `", "displayName": "mooring", "password": null, "tenant": "` + testTenant + `" }` + "\n"}}
	target, fields := testAzure().Read(&form)
	if len(fields) > 0 || target.SignIn.Principal != testClient || target.Parent != testTenant {
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
		form := cloud.Form{Values: map[string]string{"subscription_id": testSubscription, "pasted": pasted}}
		_, fields := testAzure().Read(&form)
		if fields["pasted"] != sayPastedPassword && fields["pasted"] != sayPastedForm {
			t.Errorf("%s: %v", pasted, fields)
		}
		if strings.Contains(form.Values["pasted"], "canary") {
			t.Errorf("%s: the password is still in the form", pasted)
		}
	}
}

func FuzzReadSubscription(f *testing.F) {
	f.Add(testSubscription)
	f.Add("/subscriptions//")
	f.Fuzz(func(t *testing.T, typed string) {
		target, fields := testAzure().Read(&cloud.Form{Values: map[string]string{"subscription_id": typed, "client_id": testClient}})
		if (target.Account == "") == (fields["subscription_id"] == "") {
			t.Errorf("%q: %q and %v", typed, target.Account, fields)
		}
		if target.Account != "" && !guid.MatchString(target.Account) {
			t.Errorf("%q: %q is no GUID", typed, target.Account)
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
