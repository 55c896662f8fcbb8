package oracle_test

import (
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"mooring/cloud"
	"mooring/cloud/cloudtest"
	"mooring/cloud/oracle"
	"mooring/fault"
)

const (
	unique    = "aaaaaaaa2xr3k4m5n6o7p2q3r4s5t6u7v2w3x4y5z6a7b2c3d4e5f6g7h2i3"
	tenancyID = "ocid1.tenancy.oc1.." + unique
	userID    = "ocid1.user.oc1.." + unique
	otherID   = "ocid1.tenancy.oc1..aaaaaaaa" + "3xr3k4m5n6o7p2q3r4s5t6u7v2w3x4y5z6a7b2c3d4e5f6g7h2i3"
	region    = "eu-frankfurt-1"

	printed = `{"tenancy": "` + tenancyID + `", "user": "` + userID + `", "region": "` + region + `"}`
	preview = "[DEFAULT]\nuser=" + userID + "\nfingerprint=12:34:56:78:90:ab:cd:ef:12:34:56:78:90:ab:cd:ef\ntenancy=" + tenancyID + "\nregion=" + region +
		"\nkey_file=<path to your private keyfile> # TODO\n"
)

// typed is a form with a pasted text and three lines.
func typed(pasted, tenancy, user, region string) *cloud.Form {
	return &cloud.Form{Values: map[string]string{"pasted": pasted, "tenancy_id": tenancy, "user_id": user, "region": region}}
}

func TestWhatPeoplePasteIsRead(t *testing.T) {
	c := oracle.New(oracle.Options{})
	guide := c.Guide(cloud.Draft{AccountName: "harbor", Certificate: cloudtest.Identity(t, time.Now).Certificate})
	for name, form := range map[string]*cloud.Form{
		"the command's output":     typed(printed, "", "", ""),
		"the console's preview":    typed(preview, "", "", ""),
		"the preview with CRLF":    typed(strings.ReplaceAll(preview, "\n", "\r\n"), "", "", ""),
		"a configuration with TOD": typed(strings.Replace(preview, "<path to your private keyfile> # TODO", "~/.oci/oci_api_key.pem", 1), "", "", ""),
		"an entire terminal":       typed("harbor@cloudshell:~ (eu-frankfurt-1)$ "+guide.Commands()[0].Text+printed+"\nharbor@cloudshell:~ (eu-frankfurt-1)$ ", "", "", ""),
		"terraform's output":       typed("mooring = {\n  \"region\" = \""+region+"\"\n  \"tenancy\" = \""+tenancyID+"\"\n  \"user\" = \""+userID+"\"\n}\n", "", "", ""),
		"terraform's variables":    typed("tenancy_ocid = \""+tenancyID+"\"\nuser_ocid = \""+userID+"\"\nprivate_key_path = \"~/key.pem\"\nregion = \""+region+"\"", "", "", ""),
		"lines":                    typed(tenancyID+"\n"+userID+"\n"+region, "", "", ""),
		"YAML":                     typed("tenancy: "+tenancyID+"\nuser: "+userID+"\nregion: "+region+"\n", "", "", ""),
		"a region by its key":      typed(strings.Replace(preview, region, "FRA", 1), "", "", ""),
		"three lines":              typed("", tenancyID, userID, region),
		"quotes and labels":        typed("", ` "`+tenancyID+`", `, "OCID: "+userID, "\u201c"+region+"\u201d"),
		"upper case":               typed("", strings.ToUpper(tenancyID), userID, "EU-FRANKFURT-1"),
		"a name of the console":    typed("", tenancyID, userID, "Germany Central (Frankfurt)"),
		"a key":                    typed("", tenancyID, userID, "fra"),
		"a line of the preview":    typed("", "tenancy="+tenancyID, "user="+userID, "region="+region),
		"everything everywhere":    typed(preview, preview, preview, "region="+region),
		"a line that was broken":   typed("", tenancyID[:60]+"\n  "+tenancyID[60:], userID, region),
		"half and half":            typed("tenancy="+tenancyID+" region="+region, "", userID, ""),
		"the same twice":           typed(preview, tenancyID, userID, region),
		"what can't be seen":       typed("", tenancyID+"\u200b", "\ufeff"+userID, region+"\u00a0"),
		"a link of the console":    typed("", "https://cloud.oracle.com/tenancy/"+tenancyID+"?region=x", "https://cloud.oracle.com/identity/users/"+userID, region),
	} {
		target, fields := c.Read(form)
		if len(fields) > 0 || target.Account != tenancyID || target.Environment != "oc1" || target.SignIn.Principal != userID || target.SignIn.Values["region"] != region {
			t.Errorf("%s: %+v, %v", name, target, fields)
		}
		if form.Values["pasted"] != "" || form.Values["region"] != region || form.Environment != "oc1" {
			t.Errorf("%s: the form shows %+v", name, form)
		}
	}
}

func TestRegionsHaveManyNames(t *testing.T) {
	c := oracle.New(oracle.Options{})
	in := func(realm, region string) string {
		swap := strings.NewReplacer(".oc1.", "."+realm+".")
		target, _ := c.Read(typed("", swap.Replace(tenancyID), swap.Replace(userID), region))
		return target.SignIn.Values["region"]
	}
	for _, try := range []struct{ realm, typed, want string }{
		{"oc1", "US East (Ashburn)", "us-ashburn-1"}, {"oc1", "IAD", "us-ashburn-1"}, {"oc3", "US Gov East (Ashburn)", "us-gov-ashburn-1"},
		{"oc1", "Brazil East (Sao Paulo)", "sa-saopaulo-1"}, {"oc1", "UK South (London)", "uk-london-1"}, {"oc4", "UK Gov South (London)", "uk-gov-london-1"},
		{"oc19", "Germany Central (Frankfurt)", "eu-frankfurt-2"}, {"oc1", "US West (San Jose)", "us-sanjose-1"}, {"oc1", "Singapore", ""}, {"oc1", "Atlantis", ""},
	} {
		if got := in(try.realm, try.typed); got != try.want {
			t.Errorf("%s in %s is %q", try.typed, try.realm, got)
		}
	}
}

func TestWhatIsWrongIsSaidAtTheRightField(t *testing.T) {
	c := oracle.New(oracle.Options{})
	for name, test := range map[string]struct {
		form *cloud.Form
		want map[string]string // a part of the sentence, by field
	}{
		"nothing":                 {typed("", "", "", ""), map[string]string{"pasted": "Paste the output"}},
		"one line":                {typed("", tenancyID, "", ""), map[string]string{"user_id": "Enter the user OCID.", "region": "Enter the region."}},
		"swapped":                 {typed("", userID, tenancyID, region), map[string]string{"tenancy_id": "This is the OCID of a user.", "user_id": "This is the OCID of a tenancy."}},
		"a compartment":           {typed("", strings.Replace(tenancyID, "tenancy", "compartment", 1), userID, region), map[string]string{"tenancy_id": "This is the OCID of a compartment."}},
		"an instance":             {typed("", tenancyID, "ocid1.instance.oc1.iad."+unique, region), map[string]string{"user_id": "This is the OCID of an instance."}},
		"a thing without a word":  {typed("", tenancyID, "ocid1.bastion.oc1.iad."+unique, region), map[string]string{"user_id": "This isn't the OCID of a user."}},
		"a shortened OCID":        {typed("", "...h2i3ab", userID, region), map[string]string{"tenancy_id": "shortened"}},
		"a placeholder":           {typed("", "<tenancy OCID>", userID, region), map[string]string{"tenancy_id": "placeholder"}},
		"a name":                  {typed("", "acme", "ada@example.com", region), map[string]string{"tenancy_id": "This isn't an OCID.", "user_id": "This isn't an OCID."}},
		"a cut OCID":              {typed("", "ocid1.tenancy.oc1..aaaa", userID, region), map[string]string{"tenancy_id": "This isn't an OCID."}},
		"two in a line":           {typed("", tenancyID+" "+otherID, userID, region), map[string]string{"tenancy_id": "more than one tenancy OCID"}},
		"two profiles":            {typed(preview+strings.Replace(preview, tenancyID, otherID, 1), "", "", ""), map[string]string{"pasted": "more than one tenancy"}},
		"two regions":             {typed(preview+"region=us-ashburn-1", "", "", ""), map[string]string{"pasted": "more than one region"}},
		"a region of tomorrow":    {typed(strings.Replace(preview, region, "eu-atlantis-1", 1), "", "", ""), map[string]string{"pasted": "the region eu-atlantis-1"}},
		"an unknown region":       {typed("", tenancyID, userID, "middle-earth"), map[string]string{"region": "Mooring doesn't know this region."}},
		"a region elsewhere":      {typed("", tenancyID, userID, "eu-frankfurt-2"), map[string]string{"region": "different realm"}},
		"a user elsewhere":        {typed("", tenancyID, strings.Replace(userID, "oc1", "oc19", 1), region), map[string]string{"user_id": "different realm"}},
		"an unknown realm":        {typed("", strings.Replace(tenancyID, "oc1", "oc99", 1), userID, region), map[string]string{"tenancy_id": "realm of this OCID"}},
		"the paste is elsewhere":  {typed(strings.ReplaceAll(preview, region, "eu-frankfurt-2"), "", "", ""), map[string]string{"pasted": "different realm"}},
		"the paste differs":       {typed(printed, otherID, "", ""), map[string]string{"pasted": "something else than the fields below"}},
		"the region differs":      {typed(printed, "", "", "us-ashburn-1"), map[string]string{"pasted": "something else than the fields below"}},
		"half a preview":          {typed("user="+userID, "", "", ""), map[string]string{"pasted": "This lacks the tenancy OCID."}},
		"a preview with no user":  {typed(strings.Replace(preview, userID, "", 1), "", "", ""), map[string]string{"pasted": "This lacks the user OCID."}},
		"another text":            {typed("Hello", "", "", ""), map[string]string{"pasted": "isn't the output of the command"}},
		"a failed command":        {typed("ServiceError:\n{\n    \"code\": \"NotAuthorizedOrNotFound\",\n    \"message\": \"…\"\n}", "", "", ""), map[string]string{"pasted": "Oracle Cloud answered NotAuthorizedOrNotFound"}},
		"a very long text":        {typed(strings.Repeat("x", 70_000), "", "", ""), map[string]string{"pasted": "isn't the output of the command"}},
		"a method that isn't one": {&cloud.Form{Method: "certificate", Values: typed(printed, "", "", "").Values}, map[string]string{"method": "Choose one"}},
	} {
		_, fields := c.Read(test.form)
		for field, want := range test.want {
			if !strings.Contains(fields[field], want) {
				t.Errorf("%s: %s says %q, not %q", name, field, fields[field], want)
			}
		}
		if len(fields) != len(test.want) {
			t.Errorf("%s: %v", name, fields)
		}
	}
}

func TestAConfigurationOfAnotherKeyIsSaid(t *testing.T) {
	c := oracle.New(oracle.Options{})
	signing := cloudtest.Identity(t, time.Now).Certificate
	own := strings.Replace(preview, "12:34:56:78:90:ab:cd:ef:12:34:56:78:90:ab:cd:ef", signing.PublicKeyFingerprint(), 1)
	for name, try := range map[string]struct {
		pasted string
		known  bool
		fine   bool
	}{
		"its own":              {own, true, true},
		"in upper case":        {strings.ToUpper(own), true, true},
		"another":              {preview, true, false},
		"another, who knows":   {preview, false, true},
		"none":                 {printed, true, true},
		"both":                 {own + preview, true, true},
		"as JSON":              {`{"fingerprint": "12:34:56:78:90:ab:cd:ef:12:34:56:78:90:ab:cd:ef", ` + printed[1:], true, false},
		"one that isn't whole": {strings.Replace(preview, ":ef\n", "\n", 1), true, true},
	} {
		form := typed(try.pasted, "", "", "")
		if try.known {
			form.Certificate = signing
		}
		target, fields := c.Read(form)
		if try.fine != (len(fields) == 0) || !try.fine && (!strings.Contains(fields["pasted"], "another key") || target.Account != "") {
			t.Errorf("%s: %+v, %v", name, target, fields)
		}
	}
}

func TestSecretsAreForgottenAndSaid(t *testing.T) {
	c := oracle.New(oracle.Options{})
	body := strings.Repeat("MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7canarycanary\n", 3)
	for name, secret := range map[string]string{
		"a private key":       "-----BEGIN RSA PRIVATE KEY-----\n" + body + "-----END RSA PRIVATE KEY-----",
		"another":             preview + "\n-----BEGIN PRIVATE KEY-----\n" + body + "-----END PRIVATE KEY-----\nOCI_API_KEY",
		"its body":            body,
		"a content":           preview + "key_content=-----BEGIN PRIVATE KEY-----canary",
		"a passphrase":        preview + "pass_phrase=canary",
		"another passphrase":  preview + "passphrase = canary",
		"an auth token":       `{"password": "canary", "user": "` + userID + `"}`,
		"a customer's secret": printed + "\nsecret_key: canary1234",
	} {
		for _, field := range []string{"pasted", "tenancy_id", "user_id", "region"} {
			form := &cloud.Form{Values: map[string]string{"pasted": "", "tenancy_id": tenancyID, "user_id": userID, "region": region}}
			form.Values[field] = secret
			form.Certificate = cloudtest.Identity(t, time.Now).Certificate
			target, fields := c.Read(form)
			if !strings.Contains(fields[field], "hasn't kept it") || form.Values[field] != "" {
				t.Errorf("%s in %s: %q, and the form has %q", name, field, fields[field], form.Values[field])
			}
			if strings.Contains(target.Account+target.SignIn.Principal, "canary") {
				t.Errorf("%s in %s got into %+v", name, field, target)
			}
		}
	}
}

func TestATenancyIsReadForAPolicy(t *testing.T) {
	c := oracle.New(oracle.Options{})
	for _, text := range []string{tenancyID, " " + strings.ToUpper(tenancyID) + ",", "tenancy=" + tenancyID} {
		if id, problem := c.ReadID(cloud.Account, text); id != tenancyID || problem != "" {
			t.Errorf("%q: %q, %q", text, id, problem)
		}
	}
	for _, text := range []string{"", " ", userID, "acme", tenancyID + " " + otherID} {
		if id, problem := c.ReadID(cloud.Account, text); id != "" || problem == "" {
			t.Errorf("%q: %q, %q", text, id, problem)
		}
	}
}

// No text leads to a target that can't be checked, or to a field that isn't there.
func TestAnyTextIsReadSafely(t *testing.T) {
	c := oracle.New(oracle.Options{})
	pieces := []string{tenancyID, userID, otherID, region, "us-ashburn-1", "region=", "FRA", "\n", " ", "'", `"`, "{", "}", "$(rm -rf ~)", "`id`", "<", "ocid1.", "\u200b", ";", "evil.example", "oc19", "="}
	random := rand.New(rand.NewPCG(1, 2))
	text := func() string {
		var b strings.Builder
		for range random.IntN(7) {
			b.WriteString(pieces[random.IntN(len(pieces))])
		}
		return b.String()
	}
	for range 5000 {
		form := typed(text(), text(), text(), text())
		shown := *form
		target, fields := c.Read(form)
		known := fault.Fields{"pasted": "", "tenancy_id": "", "user_id": "", "region": ""}
		for field := range fields {
			if _, ok := known[field]; !ok {
				t.Fatalf("%+v: something is said at %q", shown, field)
			}
		}
		if len(fields) == 0 {
			again := cloud.FormOf(c.Describe(), target, "")
			if back, fields := c.Read(&again); len(fields) > 0 || !back.Equal(target) {
				t.Fatalf("%+v read as %+v, and that as %+v, %v", shown, target, back, fields)
			}
		} else if target.Account != "" || target.SignIn.Principal != "" {
			t.Fatalf("%+v: %v, and yet %+v", shown, fields, target)
		}
	}
}
