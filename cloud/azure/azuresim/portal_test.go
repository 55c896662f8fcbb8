package azuresim

import (
	"bytes"
	"html"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"mooring/cloud/simulated"
)

const banner = "Simulated Azure portal. Not Microsoft. Nothing here leaves this computer."

func (s *stage) open(path string) answered {
	s.t.Helper()
	return s.do("GET", s.PortalURL()+path, "", "", nil)
}

func (s *stage) submit(path string, form url.Values) answered {
	s.t.Helper()
	return s.do("POST", s.PortalURL()+path, "application/x-www-form-urlencoded", form.Encode(), nil)
}

func (s *stage) upload(path string, file []byte) answered {
	s.t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	part, err := w.CreateFormFile("certificate", "account.cer")
	if err != nil {
		s.t.Fatal(err)
	}
	part.Write(file)
	w.Close()
	return s.do("POST", s.PortalURL()+path, w.FormDataContentType(), b.String(), nil)
}

var alert = regexp.MustCompile(`role="alert">([^<]*)<`)

// alerted is the sentence that the page shows about an error.
func (a answered) alerted() string {
	if m := alert.FindStringSubmatch(a.body); m != nil {
		return html.UnescapeString(m[1])
	}
	return ""
}

func TestEveryPortalPage(t *testing.T) {
	s := newStage(t)
	client := s.app("Reader")
	for path, status := range map[string]int{
		"/": 200, "/stories": 200, "/apps": 200, "/apps/" + client: 200, "/subscriptions": 200, "/subscriptions/" + workingSubscription: 200,
		"/subscriptions/" + sceneID(kindSubscription, 34): 200, "/cloud-shell": 200, "/cloud-shell?run=9": 200,
		"/apps/" + sceneID(kindClient, 99): 404, "/subscriptions/x": 404, "/elsewhere": 404, "/apps/x/certificates": 404,
	} {
		a := s.open(path)
		if a.status != status || !strings.Contains(a.body, banner) || a.header.Get("Content-Type") != "text/html; charset=utf-8" {
			t.Errorf("%s: %d", path, a.status)
		}
		if csp := a.header.Get("Content-Security-Policy"); !strings.HasPrefix(csp, "default-src 'none'; style-src 'self'; script-src 'self'; form-action 'self'") {
			t.Errorf("%s: policy %q", path, csp)
		}
		if regexp.MustCompile(`(?:src|href|action)="(?:https?:)?//`).MatchString(a.body) || strings.Contains(a.body, " style=") {
			t.Errorf("%s: leads elsewhere or has inline style", path)
		}
	}
	if body := s.open("/apps").body; strings.Index(body, client) > strings.Index(body, sceneID(kindClient, 2)) {
		t.Error("the person's own application does not come first")
	}
	for _, row := range Script() {
		if page := s.open("/subscriptions/" + row.SubscriptionID).body; !strings.Contains(page, row.ClientID) {
			t.Errorf("the page of %s does not tell its client ID", row.Name)
		}
	}
	for _, path := range []string{"/console.css", "/copy.js"} {
		if a := s.open(path); a.status != 200 || a.body == "" {
			t.Errorf("%s: %d", path, a.status)
		}
	}
	if a := s.open("/favicon.ico"); a.status != 204 {
		t.Errorf("icon: %d", a.status)
	}
	list := s.open("/subscriptions").body
	for _, row := range Script() {
		if !strings.Contains(list, html.EscapeString(row.Outcome)) || !strings.Contains(list, row.SubscriptionID) {
			t.Errorf("%s is not listed", row.Name)
		}
	}
}

func TestTheStoriesPageListsEverySubscription(t *testing.T) {
	s := newStage(t)
	if !strings.Contains(s.open("/").body, `href="/stories"`) {
		t.Error("the home page does not lead to it")
	}
	stories := s.open("/stories").body
	for _, row := range Script() {
		for _, want := range []string{html.EscapeString(row.Name), row.SubscriptionID, row.ClientID, html.EscapeString(row.Outcome)} {
			if !strings.Contains(stories, want) {
				t.Errorf("%s: the page lacks %q", row.Name, want)
			}
		}
	}
}

// the whole way of a person: register, upload, assign, then a program signs in.
func TestPortalFlow(t *testing.T) {
	s := newStage(t)
	a := s.submit("/apps", url.Values{"name": {"mooring for me"}, "directory": {workingDirectory}})
	page := a.header.Get("Location")
	client, ok := strings.CutPrefix(page, "/apps/")
	if a.status != http.StatusSeeOther || !ok {
		t.Fatal(a.status, page)
	}
	for _, label := range []string{"Application (client) ID", "Object ID", "Directory (tenant) ID", client, workingDirectory} {
		if !strings.Contains(s.open(page).body, label) {
			t.Errorf("the overview lacks %q", label)
		}
	}
	for range 2 { // the second time changes nothing
		if a = s.upload(page+"/certificates", ours().pem()); a.status != http.StatusSeeOther || a.header.Get("Location") != page+"#certificates" {
			t.Fatal(a.status, a.alerted())
		}
	}
	if body := s.open(page).body; strings.Count(body, `class="thumbprint">`+thumbprint(ours().cert)) != 1 {
		t.Error("the thumbprint does not stand once")
	}
	a = s.submit("/subscriptions/"+workingSubscription+"/role-assignments", url.Values{"role": {"Reader"}, "application": {client}})
	if a.status != http.StatusSeeOther {
		t.Fatal(a.status, a.alerted())
	}
	token, _ := s.signIn(ours(), "public", workingDirectory, client)
	if a := s.get("public", readPath, token); a.status != 200 {
		t.Fatal(a.status, a.body)
	}
	s.press("/subscriptions/"+workingSubscription, "/role-assignments/")
	if a := s.get("public", readPath, token); a.status != 403 {
		t.Errorf("after removing the role: %d", a.status)
	}
	s.press(page, "/certificates/")
	if _, a := s.signIn(ours(), "public", workingDirectory, client); a.entraCode() != 700027 {
		t.Errorf("after deleting the certificate: AADSTS%d", a.entraCode())
	}
}

// press submits the one delete form of a page whose action contains part.
func (s *stage) press(page, part string) {
	s.t.Helper()
	forms := regexp.MustCompile(`action="([^"]*`+regexp.QuoteMeta(part)+`[^"]*/delete)"`).FindAllStringSubmatch(s.open(page).body, -1)
	if len(forms) != 1 {
		s.t.Fatalf("%d forms on %s", len(forms), page)
	}
	if a := s.submit(forms[0][1], nil); a.status != http.StatusSeeOther {
		s.t.Fatal(a.status, a.alerted())
	}
	if a := s.submit(forms[0][1], nil); a.status != http.StatusUnprocessableEntity || a.alerted() == "" {
		s.t.Errorf("twice: %d %q", a.status, a.alerted())
	}
}

func TestPortalManagementCertificate(t *testing.T) {
	s := newStage(t)
	mine := ours()
	path := "/subscriptions/" + workingSubscription
	if a := s.upload(path+"/management-certificates", mine.cert.Raw); a.status != http.StatusSeeOther {
		t.Fatal(a.status, a.alerted())
	}
	if a := s.askClassic(&mine, "GET", "/"+workingSubscription, "2014-10-01"); a.status != 200 {
		t.Error(a.status, a.body)
	}
	s.press(path, "/management-certificates/")
	if a := s.askClassic(&mine, "GET", "/"+workingSubscription, "2014-10-01"); a.status != 403 {
		t.Error(a.status, a.body)
	}
}

func TestPortalRefusals(t *testing.T) {
	s := newStage(t)
	client := s.app("")
	files := "/apps/" + client + "/certificates"
	roles := "/subscriptions/" + workingSubscription + "/role-assignments"
	for name, c := range map[string]struct {
		answer answered
		status int
		want   string
	}{
		"private key":       {s.upload(files, privatePEM(t)), 422, "private key"},
		"elliptic curve":    {s.upload(files, ecCertificate().Raw), 422, "isn't RSA"},
		"short key":         {s.upload(files, smallCertificate(t)), 422, "1024 bits"},
		"no certificate":    {s.upload(files, []byte("hello")), 422, "isn't a certificate"},
		"empty file":        {s.upload(files, nil), 422, "empty"},
		"no file":           {s.submit(files, nil), 422, "damaged"},
		"too large":         {s.upload(files, make([]byte, 80<<10)), 413, "64 KB"},
		"classic, no RSA":   {s.upload("/subscriptions/"+workingSubscription+"/management-certificates", ecCertificate().Raw), 422, "isn't RSA"},
		"no name":           {s.submit("/apps", url.Values{"name": {""}, "directory": {workingDirectory}}), 422, "a name"},
		"long name":         {s.submit("/apps", url.Values{"name": {strings.Repeat("x", 121)}, "directory": {workingDirectory}}), 422, "120 characters"},
		"no directory":      {s.submit("/apps", url.Values{"name": {"kept <name>"}}), 422, "directories"},
		"no role":           {s.submit(roles, url.Values{"application": {client}}), 422, "Choose a role"},
		"no application":    {s.submit(roles, url.Values{"role": {"Reader"}}), 422, "Choose an application"},
		"no command":        {s.submit("/cloud-shell", url.Values{"command": {" "}}), 422, "Paste a command"},
		"command too large": {s.submit("/cloud-shell", url.Values{"command": {strings.Repeat("x", 70<<10)}}), 413, "64 KB"},
		"other's directory": {s.submit(roles, url.Values{"role": {"Reader"}, "application": {sceneID(kindClient, 2)}}), 422, "another directory"},
	} {
		if c.answer.status != c.status || !strings.Contains(c.answer.alerted(), c.want) {
			t.Errorf("%s: %d %q, want %d %q", name, c.answer.status, c.answer.alerted(), c.status, c.want)
		}
	}
	if a := s.submit("/apps", url.Values{"name": {"kept <name>"}, "directory": {"x"}}); !strings.Contains(a.body, `value="kept &lt;name&gt;"`) {
		t.Error("the typed name is lost")
	}
	if a := s.upload("/apps/x/certificates", ours().cert.Raw); a.status != 404 {
		t.Errorf("unknown application: %d", a.status)
	}
}

func TestPortalRefusesOtherSites(t *testing.T) {
	s := newStage(t)
	header := http.Header{"Origin": {"https://elsewhere.example"}, "Sec-Fetch-Site": {"cross-site"}}
	a := s.do("POST", s.PortalURL()+"/apps", "application/x-www-form-urlencoded", "name=x&directory="+workingDirectory, header)
	if a.status != http.StatusForbidden {
		t.Error(a.status)
	}
}

func TestPortalShell(t *testing.T) {
	s := newStage(t)
	a := s.submit("/cloud-shell", url.Values{"command": {"az account show\naz <b>"}})
	if a.status != http.StatusSeeOther || a.header.Get("Location") != "/cloud-shell?run=1#output" {
		t.Fatal(a.status, a.header.Get("Location"))
	}
	body := s.open("/cloud-shell?run=1").body
	if !strings.Contains(body, "outside quotes is not simulated") || strings.Contains(body, "<b>") {
		t.Error("the second line was not refused, or not escaped")
	}
	for range simulated.KeptRuns {
		a = s.submit("/cloud-shell", url.Values{"command": {"az account show"}})
	}
	if body := s.open(a.header.Get("Location")).body; !strings.Contains(body, workingSubscription) || !strings.Contains(body, `data-copy="answer-0"`) {
		t.Error("the answer is not shown")
	}
	if body := s.open("/cloud-shell?run=1").body; strings.Contains(body, "outside quotes") {
		t.Error("the oldest run is still there")
	}
}

func TestPortalIsServedPlain(t *testing.T) {
	s := newStage(t)
	res, err := http.Get(s.PortalURL() + "/")
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if b, err := io.ReadAll(res.Body); err != nil || !strings.Contains(string(b), banner) {
		t.Error(err)
	}
}
