package awssim_test

import (
	"html"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"mooring/cloud/aws"
	"mooring/cloud/aws/awssim"
)

const consoleBanner = "Simulated AWS console. Not Amazon. Nothing here leaves this computer."

// page asks the console for a page, or posts a form to it.
func page(t *testing.T, s *awssim.Simulator, path string, form url.Values) (int, string) {
	t.Helper()
	var answer *http.Response
	var err error
	if form == nil {
		answer, err = http.Get(s.ConsoleURL() + path)
	} else {
		answer, err = http.PostForm(s.ConsoleURL()+path, form)
	}
	ok(t, err)
	body, err := io.ReadAll(answer.Body)
	ok(t, err)
	ok(t, answer.Body.Close())
	return answer.StatusCode, html.UnescapeString(string(body))
}

func TestEveryPageOfTheConsole(t *testing.T) {
	s := start(t)
	for path, want := range map[string]int{"/": 200, "/accounts/" + awssim.Working: 200, "/accounts/" + awssim.Working + "/cloudshell": 200,
		"/accounts/1": 404, "/accounts/1/cloudshell": 404, "/elsewhere": 404, "/accounts/" + awssim.Working + "/cloudshell?run=9": 200} {
		if status, body := page(t, s, path, nil); status != want || !strings.Contains(body, consoleBanner) {
			t.Errorf("%s answered %d: %s", path, status, body)
		}
	}
	if _, body := page(t, s, "/accounts/"+awssim.Working, nil); !strings.Contains(body, `<select id="role-policy" name="policy"><option>job-function/ViewOnlyAccess</option>`) {
		t.Error("the policy that linking needs isn't offered first")
	}
	_, body := page(t, s, "/", nil)
	for _, a := range awssim.Stories() {
		if !strings.Contains(body, a.Name) || !strings.Contains(body, a.Outcome) || !strings.Contains(body, a.Number) {
			t.Errorf("the list lacks %s", a.Name)
		}
	}
}

// The steps by hand make the same link as the command.
func TestAnAccountIsLinkedByHand(t *testing.T) {
	s, l := start(t), newLink(t)
	at := "/accounts/" + awssim.Working
	if status, body := page(t, s, at+"/trust-anchors", url.Values{"name": {linkName}, "bundle": {"no certificate"}}); status != 422 || !strings.Contains(body, "no certificate</textarea>") || !strings.Contains(body, `role="alert"`) {
		t.Errorf("a bundle that is none answered %d: %s", status, body)
	}
	_, body := page(t, s, at+"/trust-anchors", url.Values{"name": {linkName}, "bundle": {string(l.PEM())}})
	anchor := aws.FindARNs(body)[aws.TrustAnchor]
	trust := `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"rolesanywhere.amazonaws.com"},"Action":["sts:AssumeRole","sts:TagSession","sts:SetSourceIdentity"],` +
		`"Condition":{"StringEquals":{"aws:PrincipalTag/x509Subject/CN":"` + linkName + `"},"ArnEquals":{"aws:SourceArn":"` + anchor[0] + `"}}}]}`
	if status, body := page(t, s, at+"/roles", url.Values{"name": {linkName}, "trust": {"{"}, "policy": {"job-function/ViewOnlyAccess"}}); status != 422 || !strings.Contains(body, linkName) {
		t.Errorf("a trust policy that is none answered %d", status)
	}
	preflight := `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"iam:SimulatePrincipalPolicy","Resource":"arn:aws:iam::` + awssim.Working + `:role/` + linkName + `"}]}`
	_, body = page(t, s, at+"/roles", url.Values{"name": {linkName}, "trust": {trust}, "policy": {"job-function/ViewOnlyAccess"}, "inline": {preflight}})
	role := aws.FindARNs(body)[aws.Role]
	if !strings.Contains(body, "job-function/ViewOnlyAccess") && !strings.Contains(body, "<code>ViewOnlyAccess</code>") {
		t.Error("the role's policy isn't shown")
	}
	_, body = page(t, s, at+"/profiles", url.Values{"name": {linkName}, "role": role})
	profile := aws.FindARNs(body)[aws.Profile]
	sh := newShell(t, s, awssim.Working)
	made := map[string]string{"TrustAnchorArn": anchor[0], "ProfileArn": profile[0], "RoleArn": role[0]}
	ok(t, sh.opens(l, made))

	key := regexp.MustCompile(`/trust-anchors/([0-9a-f-]{36})`).FindStringSubmatch(body)[1]
	page(t, s, at+"/trust-anchors/"+key, url.Values{"do": {"disable"}})
	if sh.opens(l, made) == nil {
		t.Error("a disabled trust anchor opens a session")
	}
	page(t, s, at+"/trust-anchors/"+key, url.Values{"do": {"enable"}})
	ok(t, sh.opens(l, made))
	page(t, s, at+"/roles/"+linkName, url.Values{"do": {"trust"}, "trust": {strings.ReplaceAll(trust, linkName, "mooring-somebodyelsesss")}})
	if sh.opens(l, made) == nil {
		t.Error("a role that trusts another name opens a session")
	}

	access, problems := aws.ParseAccess(anchor[0], profile[0], role[0])
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	if out, failed, err := s.CloudShell(t.Context(), awssim.Working, access.DeleteCommands()); err != nil || failed {
		t.Errorf("the commands that clean up: %v: %s", err, out)
	}
	if _, body := page(t, s, at, nil); strings.Contains(body, linkName) {
		t.Error("the commands that clean up leave something in the account")
	}
}

func TestTheConsoleAnswersWithAChosenError(t *testing.T) {
	s := start(t)
	at := "/accounts/" + awssim.Working
	if status, body := page(t, s, at+"/error-answer", url.Values{"stage": {"session"}, "code": {"x"}}); status != 422 || !strings.Contains(body, "Enter a code") {
		t.Errorf("a code that is none answered %d", status)
	}
	if _, body := page(t, s, at+"/error-answer", url.Values{"stage": {"identity"}, "code": {"ExpiredToken"}}); !strings.Contains(body, "identity is answered with ExpiredToken") {
		t.Errorf("the page says nothing about it: %s", body)
	}
	if _, body := page(t, s, "/", nil); !strings.Contains(body, "identity is answered with ExpiredToken") {
		t.Error("the list says nothing about it")
	}
	if _, body := page(t, s, at+"/error-answer/delete", url.Values{}); strings.Contains(body, "is answered with") {
		t.Error("it stays")
	}
}

func TestTheConsolesShellShowsWhatWasPrinted(t *testing.T) {
	s := start(t)
	at := "/accounts/" + awssim.Working + "/cloudshell"
	if status, body := page(t, s, at, url.Values{"command": {"aws sts get-caller-identity --query Account --output text"}}); status != 200 || !strings.Contains(body, `data-doc="answer">`+awssim.Working) {
		t.Errorf("it answered %d: %s", status, body)
	}
	if status, body := page(t, s, at, url.Values{"command": {" "}}); status != 422 || !strings.Contains(body, "Paste a command first") {
		t.Errorf("nothing answered %d", status)
	}
	if status, _ := page(t, s, at, url.Values{"command": {strings.Repeat("x", 70_000)}}); status != 422 {
		t.Errorf("too much answered %d", status)
	}
}
