package google_test

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"mooring/certificate"
	"mooring/cloud"
	"mooring/cloud/google"
	"mooring/fault"
)

const (
	printed = `{"project_id":"acme-prod","project_number":"123456789012","provider":"` + stubProvider + `"}`
	acting  = `{"project_id":"acme-prod","project_number":"123456789012","provider":"` + stubProvider + `","service_account":"` + stubAccount + `"}`
	keyed   = `{"project_id":"acme-prod","project_number":"123456789012","service_account":"` + stubAccount + `"}`
)

// typed is a form with a pasted text and lines.
func typed(pasted, project, provider, account string) *cloud.Form {
	return &cloud.Form{Values: map[string]string{"pasted": pasted, "project_id": project, "provider": provider, "service_account": account}}
}

func TestWhatPeoplePasteIsRead(t *testing.T) {
	c := google.New(google.Options{})
	shell := google.Setup{Name: commonName, PEM: string(certificate.Certificate{DER: []byte(strings.Repeat("x", 300))}.PEM())}
	for name, form := range map[string]*cloud.Form{
		"the output":                typed(printed, "", "", ""),
		"pretty":                    typed(strings.ReplaceAll(strings.ReplaceAll(printed, ",", ",\r\n  "), ":\"", ": \""), "", "", ""),
		"a terminal":                typed("me@cloudshell:~ (acme-prod)$ "+shell.PoolCommand()+"Your active configuration is: [cloudshell-1]\nCreated workload identity pool ["+commonName+"].\nUpdated IAM policy for project [acme-prod].\n"+printed+"\nme@cloudshell:~$ ", "", "", ""),
		"a line that was broken":    typed(printed[:110]+"\n"+printed[110:], "", "", ""),
		"terraform's output":        typed("mooring = {\n  \"project_id\" = \"acme-prod\"\n  \"project_number\" = \"123456789012\"\n  \"provider\" = \""+stubProvider+"\"\n}", "", "", ""),
		"terraform's JSON":          typed(`{"mooring":{"sensitive":false,"type":["object",{"project_id":"string","provider":"string"}],"value":`+printed+`}}`, "acme-prod", "", ""),
		"lines":                     typed("", "acme-prod", stubProvider, ""),
		"quotes, spaces and labels": typed("", ` "acme-prod", `, "provider: "+stubProvider, ""),
		"upper case":                typed("", "Acme-Prod", stubProvider, ""),
		"everything everywhere":     typed("", printed, printed, ""),
		"a provider's line broken":  typed("", "acme-prod", stubProvider[:60]+"\n  "+stubProvider[60:], ""),
		"an audience":               typed("", "acme-prod", "//iam.googleapis.com/"+stubProvider, ""),
		"an address of the console": typed("", "https://console.cloud.google.com/home/dashboard?authuser=1&project=acme-prod", stubProvider, ""),
		"a project's name":          typed("", "projects/acme-prod", "https://iam.googleapis.com/v1/"+stubProvider, ""),
		"projects describe":         typed("", "createTime: '2024-02-03T04:05:06.789Z'\nlifecycleState: ACTIVE\nname: Acme\nprojectId: acme-prod\nprojectNumber: '123456789012'\n", stubProvider, ""),
		"half and half":             typed(stubProvider, "acme-prod", "", ""),
		"the same twice":            typed(printed+"\n"+printed, "acme-prod", stubProvider, ""),
		"what can't be seen":        typed("", "acme-prod\u200b", "\ufeff"+stubProvider, ""),
		"other hyphens":             typed("", "acme\u2010prod", stubProvider, ""),
	} {
		target, fields := c.Read(form)
		if len(fields) > 0 || target.Account != "acme-prod" || target.SignIn.Principal != stubProvider || target.SignIn.Values["provider"] != stubProvider || target.SignIn.Method != google.MethodCertificate {
			t.Errorf("%s: %+v, %v", name, target, fields)
		}
		if form.Values["pasted"] != "" || form.Values["provider"] == "" || form.Values["project_id"] == "" {
			t.Errorf("%s: the form shows %+v", name, form)
		}
	}
}

// A terminal can break the output anywhere, and a name that was cut off is another name.
func TestABrokenLineIsNoOtherName(t *testing.T) {
	c := google.New(google.Options{})
	for at := range len(acting) {
		for _, lineBreak := range []string{"\n", "\r\n"} {
			target, fields := c.Read(typed("$ run\n"+acting[:at]+lineBreak+acting[at:]+"\n$ ", "", "", ""))
			if len(fields) == 0 && (target.Account != "acme-prod" || target.SignIn.Values["provider"] != stubProvider || target.SignIn.Principal != stubAccount || target.SignIn.Values["project_number"] != "123456789012") {
				t.Errorf("broken at %q: %+v", acting[:at], target)
			}
			if len(fields) > 0 {
				t.Errorf("broken at %q: %v", acting[:at], fields)
			}
		}
	}
	for at := range len(stubProvider) {
		if target, fields := c.Read(typed("", "acme-prod", stubProvider[:at]+"\n"+stubProvider[at:], "")); len(fields) > 0 || target.SignIn.Principal != stubProvider {
			t.Errorf("broken at %q: %+v, %v", stubProvider[:at], target, fields)
		}
	}
}

func TestAServiceAccountIsReadWithEitherMethod(t *testing.T) {
	c := google.New(google.Options{})
	config := `{"type":"external_account","audience":"//iam.googleapis.com/` + stubProvider + `","subject_token_type":"urn:ietf:params:oauth:token-type:mtls","token_url":"https://sts.mtls.googleapis.com/v1/token",` +
		`"universe_domain":"googleapis.com","service_account_impersonation_url":"https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/` + stubAccount + `:generateAccessToken"}`
	for name, form := range map[string]*cloud.Form{
		"the output":              typed(acting, "", "", ""),
		"a line":                  typed(printed, "", "", stubAccount),
		"a configuration":         typed(config, "acme-prod", "", ""),
		"a member":                typed(printed, "", "", "serviceAccount:"+stubAccount),
		"a resource name":         typed(printed, "", "", "projects/-/serviceAccounts/"+stubAccount),
		"upper case":              typed(printed, "", "", strings.ToUpper(stubAccount)),
		"the output, key":         {Method: google.MethodKey, Values: map[string]string{"pasted": keyed}},
		"lines, key":              {Method: google.MethodKey, Values: map[string]string{"project_id": "acme-prod", "service_account": "<" + stubAccount + ">"}},
		"the other's output, key": {Method: google.MethodKey, Values: map[string]string{"pasted": acting}},
	} {
		target, fields := c.Read(form)
		provider := stubProvider
		if form.Method == google.MethodKey {
			provider = ""
		}
		if len(fields) > 0 || target.Account != "acme-prod" || target.SignIn.Principal != stubAccount || target.SignIn.Values["service_account"] != stubAccount || target.SignIn.Values["provider"] != provider {
			t.Errorf("%s: %+v, %v", name, target, fields)
		}
	}
}

func TestWhatIsWrongIsSaidAtTheRightField(t *testing.T) {
	c := google.New(google.Options{})
	other := strings.Replace(stubProvider, "123456789012", "210987654321", 1)
	for name, test := range map[string]struct {
		form *cloud.Form
		want map[string]string // a part of the sentence, by field
	}{
		"nothing":                    {typed("", "", "", ""), map[string]string{"pasted": "Paste the output"}},
		"only a project":             {typed("", "acme-prod", "", ""), map[string]string{"provider": "Enter the provider"}},
		"only a provider":            {typed("", "", stubProvider, ""), map[string]string{"project_id": "Enter the project ID"}},
		"a number":                   {typed("", "123456789012", stubProvider, ""), map[string]string{"project_id": "is a project number"}},
		"a name":                     {typed("", "My First Project", stubProvider, ""), map[string]string{"project_id": "looks like the project's name"}},
		"too short":                  {typed("", "acme", stubProvider, ""), map[string]string{"project_id": "6 to 30"}},
		"an organization":            {typed("", "organizations/123456789012", stubProvider, ""), map[string]string{"project_id": "organization or a folder"}},
		"lines that are mixed":       {typed("", stubProvider, "acme-prod", ""), map[string]string{"project_id": "a pool or a provider", "provider": "isn't the name of a provider"}},
		"a pool":                     {typed("", "acme-prod", strings.TrimSuffix(stubProvider, "/providers/"+commonName), ""), map[string]string{"provider": "is the name of a pool"}},
		"a principal":                {typed("", "acme-prod", "principal://iam.googleapis.com/projects/123456789012/locations/global/workloadIdentityPools/x-pool/subject/y", ""), map[string]string{"provider": "is the name of a pool"}},
		"a provider with an ID":      {typed("", "acme-prod", strings.Replace(stubProvider, "123456789012", "acme-prod", 1), ""), map[string]string{"provider": "has the ID of the project"}},
		"another location":           {typed("", "acme-prod", strings.Replace(stubProvider, "global", "europe", 1), ""), map[string]string{"provider": "must be global"}},
		"a workforce pool":           {typed("", "acme-prod", "//iam.googleapis.com/locations/global/workforcePools/people/providers/p", ""), map[string]string{"provider": "workforce pool"}},
		"a placeholder":              {typed("", "<project ID>", stubProvider, ""), map[string]string{"project_id": "placeholder"}},
		"two providers":              {typed("", "acme-prod", stubProvider+" "+other, ""), map[string]string{"provider": "more than one"}},
		"a person":                   {typed("", "acme-prod", stubProvider, "jane@example.com"), map[string]string{"service_account": "a person or a group"}},
		"a unique ID":                {typed("", "acme-prod", stubProvider, "123456789012345678901"), map[string]string{"service_account": "the unique ID"}},
		"two service accounts":       {typed("", "acme-prod", stubProvider, stubAccount+", x"+stubAccount), map[string]string{"service_account": "more than one service account"}},
		"pasted, one missing":        {typed(`{"project_id":"acme-prod"}`, "", "", ""), map[string]string{"pasted": "lacks the provider"}},
		"pasted, no project":         {typed(stubProvider, "", "", ""), map[string]string{"pasted": "lacks the project ID"}},
		"pasted, differing":          {typed(printed, "", other, ""), map[string]string{"pasted": "something else"}},
		"pasted, two":                {typed(printed+other, "", "", ""), map[string]string{"pasted": "more than one provider"}},
		"pasted, no output":          {typed("mooring-abc", "", "", ""), map[string]string{"pasted": "isn't the output"}},
		"pasted, too long":           {typed(strings.Repeat("x ", 1<<16), "", "", ""), map[string]string{"pasted": "isn't the output"}},
		"pasted, exists":             {typed("ERROR: (gcloud.iam.workload-identity-pools.create) ALREADY_EXISTS: Requested entity already exists", "", "", ""), map[string]string{"pasted": "already exists"}},
		"pasted, a provider exists":  {typed("ERROR: (gcloud.iam.workload-identity-pools.providers.create-x509) ALREADY_EXISTS: "+stubProvider, "", "", ""), map[string]string{"pasted": "already exists"}},
		"pasted, denied":             {typed("ERROR: (gcloud.iam.workload-identity-pools.create) PERMISSION_DENIED: no", "", "", ""), map[string]string{"pasted": "Google Cloud answered PERMISSION_DENIED"}},
		"pasted, blocked by policy":  {typed("ERROR: (gcloud.iam.service-accounts.keys.upload) FAILED_PRECONDITION: Key upload is not allowed on this service account.", "", "", ""), map[string]string{"pasted": "Choose the method Certificate"}},
		"pasted, another universe":   {typed(`{"universe_domain":"s3nsapis.fr","audience":"//iam.googleapis.com/`+stubProvider+`"}`, "acme-prod", "", ""), map[string]string{"pasted": "universe s3nsapis.fr"}},
		"another method":             {&cloud.Form{Method: "oauth", Values: typed(printed, "", "", "").Values}, map[string]string{"method": "Choose"}},
		"an environment":             {&cloud.Form{Environment: "google", Values: typed(printed, "", "", "").Values}, map[string]string{"environment": "Leave this empty"}},
		"a number that is none":      {&cloud.Form{Values: map[string]string{"project_id": "acme-prod", "provider": stubProvider, "project_number": "acme-prod"}}, map[string]string{"project_number": "the project's ID"}},
		"key, without an account":    {&cloud.Form{Method: google.MethodKey, Values: map[string]string{"project_id": "acme-prod"}}, map[string]string{"service_account": "Enter the service account"}},
		"key, the other one's paste": {&cloud.Form{Method: google.MethodKey, Values: map[string]string{"pasted": printed}}, map[string]string{"pasted": "lacks the service account"}},
	} {
		_, fields := c.Read(test.form)
		if !says(fields, test.want) {
			t.Errorf("%s: %v", name, fields)
		}
	}
}

func says(fields fault.Fields, want map[string]string) bool {
	for key, part := range want {
		if !strings.Contains(fields[key], part) {
			return false
		}
	}
	return len(fields) == len(want)
}

func TestASecretIsRefusedAndForgotten(t *testing.T) {
	c := google.New(google.Options{})
	for name, secret := range map[string]string{
		"a service account's key": `{"type":"service_account","project_id":"acme-prod","private_key_id":"abc","private_key":"-----BEGIN PRIVATE KEY-----\nMIIE\n-----END PRIVATE KEY-----\n","client_email":"` + stubAccount + `"}`,
		"an access token":         "ya29.a0AfH6SMBx1234567890abcdefghij",
		"an API key":              "AIzaSyA1234567890abcdefghijklmnopqrstuv",
		"a client secret":         `{"installed":{"client_id":"x.apps.googleusercontent.com","client_secret":"GOCSPX-abcdefghijklmnopqrstuvwxyz12"}}`,
		"a refresh token":         "1//0gabcdefghijklmnopqrstuvwxyz-ABCDEF",
		"an identity token":       "eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJodHRwczovL2FjY291bnRzIn0.c2ln",
		"the output and a token":  printed + "\n" + `{"access_token":"ya29.a0AfH6SMBx1234567890abcdefghij"}`,
		"a private key":           "-----BEGIN PRIVATE KEY-----\nMIIE",
	} {
		for _, key := range []string{"pasted", "project_id", "provider", "service_account", "project_number"} {
			form := typed("", "acme-prod", stubProvider, "")
			form.Values[key] = secret
			_, fields := c.Read(form)
			if !strings.Contains(fields[key], "hasn't kept it") || form.Values[key] != "" {
				t.Errorf("%s at %s: %v, %q", name, key, fields, form.Values[key])
			}
		}
		if id, problem := c.ReadID(cloud.Account, secret); id != "" || problem == "" {
			t.Errorf("%s: the project %q", name, id)
		}
	}
}

func TestAProjectIsReadAlone(t *testing.T) {
	c := google.New(google.Options{})
	for text, want := range map[string]string{"acme-prod": "acme-prod", " Acme-Prod ": "acme-prod", "example.com:acme-prod": "example.com:acme-prod", "projects/acme-prod": "acme-prod",
		"https://console.cloud.google.com/welcome?project=acme-prod": "acme-prod", "123456789012": "", "acme": "", "acme_prod": "", "1acme-prod": "", "acme-prod-": ""} {
		if id, problem := c.ReadID(cloud.Account, text); id != want || (problem == "") != (want != "") {
			t.Errorf("%q read as %q, %q", text, id, problem)
		}
	}
}

// Whatever is pasted, Read gives a target that reads back as itself, or says something.
func TestAnyFormIsReadOrRefused(t *testing.T) {
	c := google.New(google.Options{})
	parts := []string{printed, acting, keyed, stubProvider, stubAccount, "acme-prod", "123456789012", "'", "\n", "{", "}", ":", "\u200b", "projects/", "providers/", "project_id", "=", "<", "PRIVATE KEY", " "}
	source := rand.New(rand.NewPCG(2026, 7))
	for range 3000 {
		text := func() string {
			all := ""
			for range source.IntN(4) {
				all += parts[source.IntN(len(parts))]
			}
			return all
		}
		form := cloud.Form{Method: []string{"", google.MethodCertificate, google.MethodKey}[source.IntN(3)], Values: map[string]string{}}
		for _, key := range []string{"pasted", "project_id", "provider", "service_account", "project_number"} {
			form.Values[key] = text()
		}
		before := form.Values
		target, fields := c.Read(&form)
		if len(fields) > 0 {
			continue
		}
		again := cloud.FormOf(c.Describe(), target, "")
		if back, fields := c.Read(&again); len(fields) > 0 || !back.Equal(target) {
			t.Fatalf("%q read as %+v and then %+v, %v", before, target, back, fields)
		}
		if slices.ContainsFunc(c.Facts(target), func(f cloud.Fact) bool { return f.Key != "method" && strings.ContainsAny(f.Value, "'\n<{\u200b") }) {
			t.Fatalf("%q read as %+v", before, target)
		}
	}
}
