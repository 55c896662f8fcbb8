package aws_test

import (
	"context"
	"math/rand/v2"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"mooring/certificate"
	"mooring/cloud"
	"mooring/cloud/aws"
	"mooring/fault"
)

const outputs = `[
    {"OutputKey": "RoleArn", "OutputValue": "` + roleARN + `"},
    {"OutputKey": "ProfileArn", "OutputValue": "` + profileARN + `"},
    {"OutputKey": "TrustAnchorArn", "OutputValue": "` + anchorARN + `"}
]`

// typed is a form with a pasted text and three lines.
func typed(pasted, anchor, profile, role string) *cloud.Form {
	return &cloud.Form{Values: map[string]string{"pasted": pasted, "trust_anchor_arn": anchor, "profile_arn": profile, "role_arn": role}}
}

func TestWhatPeoplePasteIsRead(t *testing.T) {
	c := aws.New(aws.Options{})
	pem := string(certificate.Certificate{DER: []byte(strings.Repeat("x", 30+48))}.PEM()) // its last line has 40 characters
	for name, form := range map[string]*cloud.Form{
		"the outputs":               typed(outputs, "", "", ""),
		"lines":                     typed(anchorARN+"\r\n"+profileARN+"\n"+roleARN+"\n", "", "", ""),
		"a terminal":                typed("$ cat > x <<'EOF'\n"+pem+"EOF\n"+outputs+"\n$ ", "", "", ""),
		"terraform's output":        typed("mooring = [\n  \""+anchorARN+"\",\n  \""+profileARN+"\",\n  \""+roleARN+"\",\n]", "", "", ""),
		"three lines":               typed("", anchorARN, profileARN, roleARN),
		"quotes, spaces and labels": typed("", ` "`+anchorARN+`", `, "Profile ARN: "+profileARN, "\u201c"+roleARN+"\u201d"),
		"everything everywhere":     typed("", outputs, outputs, outputs),
		"a line that was broken":    typed("", anchorARN[:60]+"\n  "+anchorARN[60:], profileARN, roleARN),
		"half and half":             typed(anchorARN+" "+profileARN, "", "", roleARN),
		"the same twice":            typed(outputs, anchorARN, profileARN, roleARN),
		"what can't be seen":        typed("", anchorARN+"\u200b", "\ufeff"+profileARN, roleARN),
	} {
		target, fields := c.Read(form)
		if len(fields) > 0 || target.Account != "111122223333" || target.Environment != "aws" || target.SignIn.Principal != roleARN ||
			target.SignIn.Values["trust_anchor_arn"] != anchorARN || target.SignIn.Values["profile_arn"] != profileARN {
			t.Errorf("%s: %+v, %v", name, target, fields)
		}
		if form.Values["pasted"] != "" || form.Values["profile_arn"] == "" || form.Environment != "aws" {
			t.Errorf("%s: the form shows %+v", name, form)
		}
	}
}

func TestWhatIsWrongIsSaidAtTheRightField(t *testing.T) {
	c := aws.New(aws.Options{})
	other := strings.Replace(roleARN, "111122223333", "444455556666", 1)
	for name, test := range map[string]struct {
		form *cloud.Form
		want map[string]string // a part of the sentence, by field
	}{
		"nothing":               {typed("", "", "", ""), map[string]string{"pasted": "Paste the output"}},
		"one line":              {typed("", anchorARN, "", ""), map[string]string{"profile_arn": "Enter the ARN of the profile", "role_arn": "Enter the ARN of the role"}},
		"lines that are mixed":  {typed("", profileARN, anchorARN, anchorARN), map[string]string{"trust_anchor_arn": "is the ARN of a profile", "profile_arn": "is the ARN of a trust anchor", "role_arn": "is the ARN of a trust anchor"}},
		"a session":             {typed("", anchorARN, profileARN, "arn:aws:sts::111122223333:assumed-role/mooring/abc"), map[string]string{"role_arn": "the ARN of a session"}},
		"a user":                {typed("", anchorARN, profileARN, "arn:aws:iam::111122223333:user/me"), map[string]string{"role_arn": "isn't the ARN of a role"}},
		"only ids":              {typed("", anchorARN[70:], profileARN[60:], "mooring"), map[string]string{"trust_anchor_arn": "begins with arn:", "profile_arn": "begins with arn:", "role_arn": "begins with arn:"}},
		"a placeholder":         {typed("", anchorARN, profileARN, "<role ARN>"), map[string]string{"role_arn": "placeholder"}},
		"two of a kind":         {typed("", anchorARN, profileARN, roleARN+" "+other), map[string]string{"role_arn": "more than one"}},
		"another account":       {typed("", anchorARN, profileARN, other), map[string]string{"role_arn": "a different AWS account"}},
		"another region":        {typed("", anchorARN, strings.Replace(profileARN, "eu-central-1", "eu-west-1", 1), roleARN), map[string]string{"profile_arn": "a different region"}},
		"an unknown region":     {typed("", strings.Replace(anchorARN, "eu-central-1", "eu-central-9", 1), profileARN, roleARN), map[string]string{"trust_anchor_arn": "doesn't know the region"}},
		"a closed partition":    {typed("", anchorARN, profileARN, "arn:aws-iso:iam::111122223333:role/x"), map[string]string{"role_arn": "partition"}},
		"pasted, other account": {typed(anchorARN+" "+profileARN+" "+other, "", "", ""), map[string]string{"pasted": "a different AWS account"}},
		"pasted, one missing":   {typed(anchorARN+" "+roleARN, "", "", ""), map[string]string{"pasted": "lacks the ARN of the profile"}},
		"pasted, differing":     {typed(outputs, "", "", other), map[string]string{"pasted": "something else"}},
		"pasted, two stacks":    {typed(outputs+other, "", "", ""), map[string]string{"pasted": "more than one role"}},
		"pasted, no output":     {typed("mooring-abc", "", "", ""), map[string]string{"pasted": "isn't the output"}},
		"pasted, an error":      {typed("An error occurred (AlreadyExistsException) when calling the CreateStack operation: no", "", "", ""), map[string]string{"pasted": "AWS answered AlreadyExistsException"}},
		"pasted, too long":      {typed(strings.Repeat("x ", 1<<16), "", "", ""), map[string]string{"pasted": "isn't the output"}},
		"another method":        {&cloud.Form{Method: "oauth", Values: typed(outputs, "", "", "").Values}, map[string]string{"method": "Choose"}},
		"another environment":   {&cloud.Form{Environment: "aws-evil", Values: typed(outputs, "", "", "").Values}, map[string]string{"environment": "partition"}},
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
	c := aws.New(aws.Options{})
	for name, secret := range map[string]string{
		"an access key's ID":      "AKIAIOSFODNN7EXAMPLE",
		"a secret key":            "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
		"a secret key with label": "aws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
		"credentials":             `{"Credentials":{"AccessKeyId":"x","SecretAccessKey":"canary","SessionToken":"y"}}`,
		"an answer":               outputs + "\nAccessKeyId: ASIAIOSFODNN7EXAMPLE",
		"a private key":           "-----BEGIN PRIVATE KEY-----\nMIIE",
	} {
		for _, key := range []string{"pasted", "trust_anchor_arn", "profile_arn", "role_arn"} {
			form := typed("", anchorARN, profileARN, roleARN)
			form.Values[key] = secret
			_, fields := c.Read(form)
			if !strings.Contains(fields[key], "hasn't kept it") || form.Values[key] != "" {
				t.Errorf("%s at %s: %v, %q", name, key, fields, form.Values[key])
			}
		}
		if id, problem := c.ReadID(cloud.Account, secret); id != "" || problem == "" {
			t.Errorf("%s: the account %q", name, id)
		}
	}
	for _, fine := range []string{outputs, "arn:aws:iam::111122223333:role/abcdefghijklmnopqrstuvwxyzabcdefghi"} {
		if _, fields := c.Read(typed(fine, "", "", "")); strings.Contains(fields["pasted"], "secret") {
			t.Errorf("%s is taken for a secret", fine)
		}
	}
}

func TestAnAccountIsReadFromItsNumberOrAnARN(t *testing.T) {
	c := aws.New(aws.Options{})
	for typed, want := range map[string]string{
		"111122223333": "111122223333", " 1111-2222-3333 ": "111122223333", "1111 2222 3333": "111122223333", "Account ID: 1111-2222-3333": "111122223333",
		"arn:aws:iam::111122223333:root": "111122223333", roleARN: "111122223333", outputs: "111122223333", "\uff11\uff11\uff11\uff11\u20132222\u20133333": "111122223333",
		"11112222333": "", "1111222233334": "", "1111-2222-33334": "", "harbor": "", "111122223333 444455556666": "", "arn:aws:s3:::bucket": "", "x111122223333": "",
	} {
		id, problem := c.ReadID(cloud.Account, typed)
		if id != want || (problem == "") != (want != "") {
			t.Errorf("%q read as %q, %q", typed, id, problem)
		}
	}
}

// shellWays are the ways whose commands are for a shell.
var shellWays = []string{"command", "separate"}

// Whatever is typed, every command is one that a shell reads, and only what was read
// is in it.
func TestOnlyWhatWasReadEntersACommand(t *testing.T) {
	h := newHarbor(t)
	parts := []string{anchorARN, profileARN, roleARN, "'", `"`, "$(touch canary)", "; canary", "`canary`", "\n", "arn:aws:iam::111122223333:role/", "canary'", "<", "{role}", "{trust policy}", " ", "=,.@-+", "\\"}
	source := rand.New(rand.NewPCG(1, 2))
	random := func() string {
		var b strings.Builder
		for range source.IntN(4) {
			b.WriteString(parts[source.IntN(len(parts))])
		}
		return b.String()
	}
	scripts := map[string]bool{}
	for range 2000 {
		form := typed(random(), random(), random(), random())
		draft := cloud.Draft{Form: *form, AccountName: random(), Certificate: h.authority.Authority.Certificate, LinkName: h.authority.LinkName}
		target := cloud.Target{Account: random(), SignIn: cloud.SignIn{Method: aws.MethodCertificate, Principal: random(),
			Values: map[string]string{"trust_anchor_arn": random(), "profile_arn": random(), "role_arn": random()}}}
		if read, fields := h.cloud.Read(form); len(fields) == 0 {
			target = read
		}
		for _, w := range h.cloud.Guide(draft).Ways {
			for _, command := range w.Commands {
				if strings.Contains(command.Text, "canary") {
					t.Fatalf("%+v got into %s", draft.Form, command.Text)
				}
				if slices.Contains(shellWays, w.Key) {
					scripts[command.Text] = true
				}
			}
		}
		for _, command := range h.cloud.Leftovers(target) {
			scripts[command.Text] = true
		}
		for _, e := range h.cloud.Catalogue() {
			scripts[h.cloud.Explain(cloud.StageResult{Code: e.Code}, target).Command] = true
		}
	}
	for _, e := range h.cloud.Catalogue() {
		scripts[e.Command] = true
	}
	for script := range scripts {
		if strings.Contains(script, "touch") || strings.Contains(script, "; ") {
			t.Errorf("typed text got into %s", script)
		}
		c := exec.CommandContext(context.Background(), "sh", "-n")
		c.Stdin = strings.NewReader(script)
		if out, err := c.CombinedOutput(); err != nil {
			t.Errorf("%s\n%v %s", script, err, out)
		}
	}
	if len(scripts) < 20 {
		t.Errorf("only %d scripts", len(scripts))
	}
}

func TestTheGuideHasEverythingOfTheLink(t *testing.T) {
	h := newHarbor(t)
	draft := cloud.Draft{Form: *typed("", anchorARN, "", ""), Certificate: h.authority.Authority.Certificate, LinkName: h.authority.LinkName}
	guide := h.cloud.Guide(draft)
	pem := strings.Fields(string(h.authority.PEM()))
	for what, text := range map[string]string{"file": guide.File.Text, "stack": guide.Ways[0].Commands[0].Text, "Terraform": guide.Ways[2].Commands[0].Text, "separate": guide.Ways[3].Commands[0].Text} {
		if !strings.Contains(text, pem[2]) || !strings.Contains(text, h.authority.LinkName) {
			t.Errorf("the %s lacks the authority or the name: %s", what, text)
		}
	}
	if guide.Compare == "" || guide.File.Name != h.authority.LinkName+".yaml" {
		t.Errorf("%s, %s", guide.Compare, guide.File.Name)
	}
	console := guide.Ways[1]
	if name := console.Commands[0].Text; name != h.authority.LinkName {
		t.Errorf("the name to copy is %s", name)
	}
	if trust := console.Commands[1].Text; !strings.Contains(trust, anchorARN) || !strings.Contains(trust, `"`+h.authority.LinkName+`"`) || console.Hint != "" {
		t.Errorf("%q: %s", console.Hint, trust)
	}
	if !strings.Contains(console.Commands[2].Text, "arn:aws:iam::111122223333:role/"+h.authority.LinkName) {
		t.Errorf("%s", console.Commands[2].Text)
	}
	if empty := h.cloud.Guide(cloud.Draft{LinkName: "'; canary"}); strings.Contains(empty.File.Text, "canary") || empty.Ways[1].Hint == "" {
		t.Errorf("%s", empty.File.Text)
	}
}

func TestTheConsoleIsThatOfThePartition(t *testing.T) {
	plain := aws.New(aws.Options{})
	for partition, host := range map[string]string{"aws": "console.aws.amazon.com", "aws-cn": "console.amazonaws.cn", "aws-us-gov": "console.amazonaws-us-gov.com", "aws-eusc": "console.amazonaws-eusc.eu"} {
		region := map[string]string{"aws": "eu-central-1", "aws-cn": "cn-north-1", "aws-us-gov": "us-gov-west-1", "aws-eusc": "eusc-de-east-1"}[partition]
		anchor := strings.NewReplacer("arn:aws:", "arn:"+partition+":", "eu-central-1", region).Replace(anchorARN)
		guide := plain.Guide(cloud.Draft{Form: *typed("", anchor, "", "")})
		if got := guide.Ways[1].Steps[0].LinkURL; got != "https://"+host+"/rolesanywhere/home" {
			t.Errorf("%s: %s", partition, got)
		}
	}
	if got := plain.Guide(cloud.Draft{}).Ways[3].Steps[0].LinkURL; got != "https://console.amazonaws-us-gov.com/cloudshell/home" {
		t.Error(got)
	}
}
