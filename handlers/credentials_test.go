package handlers

import (
	"context"
	"crypto/md5" //nolint:gosec // a fingerprint
	"crypto/rand"
	"crypto/x509"
	"encoding/hex"
	"encoding/pem"
	"fmt"
	"html"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/labstack/echo/v4"

	"mooring/account"
	"mooring/certificate"
	"mooring/cloud"
	"mooring/credential"
	"mooring/db"
	"mooring/fault"
	"mooring/views"
)

const (
	listPath = "/accounts/harbor/cloud-providers"
	postPath = listPath + "/azure/credentials"
	someID   = "aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee"
)

func TestInvalidInputKeepsValuesAndMarksFields(t *testing.T) {
	s := newSite(t)
	for _, target := range []string{"", "dialog"} {
		w := s.ask("owner", "POST", postPath, url.Values{"label": {""}, "client_id": {"typed-<client>"}, "pasted": {`{"password":"canary-1"}`}}, func(r *http.Request) {
			if target != "" {
				withHTMX(target)(r)
			}
		})
		body := w.Body.String()
		if w.Code != http.StatusUnprocessableEntity || !strings.Contains(body, "typed-&lt;client&gt;") {
			t.Errorf("answered %d: %s", w.Code, body)
		}
		for _, field := range []string{"label", "subscription_id", "pasted"} {
			if strings.Count(body, `id="`+field+`-error"`) != 1 {
				t.Errorf("%s has no error of its own", field)
			}
		}
		if got := strings.Count(body, "<em "); got != 3 {
			t.Errorf("%d fields are marked", got)
		}
		if strings.Contains(body, "canary-1") {
			t.Error("the pasted password is shown")
		}
		if isWhole := strings.Contains(body, "<html"); isWhole == (target != "") {
			t.Errorf("a whole page for target %q: %v", target, isWhole)
		}
	}
	if list, _ := s.Credentials.List(t.Context(), s.harbor.ID); len(list) != 0 {
		t.Errorf("something was saved: %+v", list)
	}
}

func TestLinkingTwiceLeadsToTheFirst(t *testing.T) {
	s := newSite(t)
	first := s.link("Production", someID)
	w := s.ask("owner", "POST", postPath, url.Values{"label": {"Again"}, "subscription_id": {someID}})
	if w.Code != http.StatusConflict || !strings.Contains(w.Body.String(), `href="`+first+`"`) ||
		!strings.Contains(html.UnescapeString(w.Body.String()), credential.ErrAlreadyLinked.Sentence) {
		t.Errorf("answered %d: %s", w.Code, w.Body)
	}
	elsewhere := s.ask("stranger", "POST", "/accounts/elsewhere/cloud-providers/azure/credentials", url.Values{"label": {"Mine"}, "subscription_id": {someID}})
	if elsewhere.Code != http.StatusSeeOther {
		t.Errorf("another account was refused with %d", elsewhere.Code)
	}
}

// An account with the most credentials keeps what was typed for one more, on the
// page and in the dialog.
func TestTheLimitOfCredentialsKeepsWhatWasTyped(t *testing.T) {
	s := newSite(t, func(c *Config) {
		limitAccounts(c, 1, credential.DefaultChecks)
	})
	s.link("Production", someID)
	for _, target := range []string{"", "dialog"} {
		form := url.Values{"label": {"One more"}, "subscription_id": {"bbbbbbbb-bbbb-cccc-dddd-eeeeeeeeeeee"}, "client_id": {"typed-<client>"}}
		w := s.ask("owner", "POST", postPath, form, func(r *http.Request) {
			if target != "" {
				withHTMX(target)(r)
			}
		})
		says(t, w, http.StatusConflict, "This account has reached its limit of 1 credential. Unlink one")
		for _, typed := range []string{"One more", "bbbbbbbb-bbbb", "typed-&lt;client&gt;"} {
			if !strings.Contains(w.Body.String(), typed) {
				t.Errorf("%q is lost for target %q", typed, target)
			}
		}
		if isWhole := strings.Contains(w.Body.String(), "<html"); isWhole == (target != "") {
			t.Errorf("a whole page for target %q: %v", target, isWhole)
		}
	}
	if list, _ := s.Credentials.List(t.Context(), s.harbor.ID); len(list) != 1 {
		t.Errorf("%d are linked", len(list))
	}
}

// limitAccounts is what the operator's settings do.
func limitAccounts(c *Config, credentials, checks int) {
	c.Credentials = credential.NewService(c.Data.(*db.DB).Credentials().AtMost(credentials), c.Clouds, c.Certificates, nil, testNow, rand.Text, c.Log)
	c.Credentials.LimitChecks(checks)
}

// Who requests more checks than the account has in a minute reads when to try
// again: on a page, in place, and as a program.
func TestTheLimitOfChecksSaysWhenToTryAgain(t *testing.T) {
	const sentence = "This account has reached its limit of 2 checks a minute. Try again in 60 seconds."
	s := newSite(t, func(c *Config) {
		limitAccounts(c, credential.DefaultCredentials, 2)
	})
	verify, admin := s.link("Production", someID)+"/verify", views.LinkedAccountPath(s.linked)
	later := func(w *httptest.ResponseRecorder) {
		t.Helper()
		says(t, w, http.StatusTooManyRequests, sentence)
		if got := w.Header().Get("Retry-After"); got != "60" {
			t.Errorf("Retry-After is %q", got)
		}
	}
	leads(t, s.ask("member", "POST", verify, nil), strings.TrimSuffix(verify, "/verify"))
	leads(t, s.ask("admin", "POST", admin+"/check-again", nil), admin+"?done=check-again")
	later(s.ask("member", "POST", verify, nil))
	later(s.ask("admin", "POST", admin+"/check-again", nil))
	for _, w := range []*httptest.ResponseRecorder{
		s.ask("owner", "POST", verify, nil, withHTMX("live")), s.ask("admin", "POST", admin+"/check-again", nil, withHTMX("live")),
	} {
		later(w)
		if w.Header().Get("HX-Retarget") != "#page-alert" || strings.Contains(w.Body.String(), "<html") {
			t.Errorf("it is not shown in place: %v %s", w.Header(), w.Body)
		}
	}
	asProgram := s.ask("owner", "POST", verify, nil, withHeader("Accept", "application/json"))
	later(asProgram)
	says(t, asProgram, http.StatusTooManyRequests, `"code":"credential.too-many-checks"`)
	elsewhere := s.ask("stranger", "POST", "/accounts/elsewhere/cloud-providers/azure/credentials", url.Values{"label": {"Mine"}, "subscription_id": {someID}, "verify": {"no"}})
	path := elsewhere.Header().Get("Location")
	leads(t, s.ask("stranger", "POST", path+"/verify", nil), path)
}

// The API tells programs the same as pages tell people.
func TestTheAPISaysWhenToTryAgain(t *testing.T) {
	s := newSite(t)
	for f, want := range map[*fault.Fault]string{
		credential.ErrTooManyChecks.After(1500 * time.Millisecond): "2", account.ErrTooManyTries: "900", account.ErrBusy: "30", credential.ErrTooManyCredentials: "",
	} {
		w := httptest.NewRecorder()
		c := echo.New().NewContext(httptest.NewRequest("POST", "/api/v1/later", nil), w)
		s.answerError(f, c)
		if w.Code != statuses[f.Kind].code || w.Header().Get("Retry-After") != want || !strings.Contains(w.Body.String(), `"code":"`+f.Code+`"`) {
			t.Errorf("%s answered %d, %v: %s", f.Code, w.Code, w.Header(), w.Body)
		}
	}
}

func TestNobodySeesAPageKeptForAnother(t *testing.T) {
	s := newSite(t)
	page := func(who, path string) string { return s.ask(who, "GET", path, nil).Body.String() }
	for range 2 { // the second time from what was kept
		if body := page("owner", listPath); !strings.Contains(body, "Add credentials") || !strings.Contains(body, "owner@example.com") {
			t.Error("the owner does not see the owner's page")
		}
		if body := page("member", listPath); strings.Contains(body, "/credentials/new") || strings.Contains(body, "owner@example.com") {
			t.Error("the member sees the owner's page")
		}
		if body := page("owner", "/accounts/owner/cloud-providers"); strings.Contains(body, "Production") {
			t.Error("one account sees another's")
		}
		fragment := s.ask("owner", "GET", listPath, nil, withHTMX("providers")).Body.String()
		if strings.Contains(fragment, "<html") {
			t.Error("htmx got a whole page")
		}
	}
	s.link("Production", someID)
	if !strings.Contains(page("owner", listPath), "Production") || !strings.Contains(page("member", listPath), "Production") {
		t.Error("an old page was shown after a change")
	}
	if w := s.ask("owner", "POST", "/settings/theme", url.Values{"theme": {"dark"}, "next": {listPath}}); w.Header().Get("Location") != listPath {
		t.Errorf("choosing a theme led to %q", w.Header().Get("Location"))
	}
	if !strings.Contains(page("owner", listPath), `data-theme="dark"`) || strings.Contains(page("member", listPath), `data-theme="dark"`) {
		t.Error("the theme is not the person's own")
	}
}

func TestKeptPagesAreTheSameZipped(t *testing.T) {
	s := newSite(t)
	plain := s.ask("owner", "GET", listPath, nil)
	zipped := s.ask("owner", "GET", listPath, nil, withHeader("Accept-Encoding", "gzip"))
	if zipped.Header().Get("Content-Encoding") != "gzip" || zipped.Body.Len() >= plain.Body.Len() {
		t.Errorf("zipped %v of %d and %d bytes", zipped.Header(), zipped.Body.Len(), plain.Body.Len())
	}
}

func TestTheCertificateDownloads(t *testing.T) {
	s := newSite(t)
	der := s.ask("owner", "GET", "/accounts/harbor/certificate.cer", nil)
	if der.Header().Get("Content-Type") != "application/pkix-cert" || der.Header().Get("Content-Disposition") != `attachment; filename="mooring-harbor.cer"` {
		t.Errorf("headers %v", der.Header())
	}
	if _, err := x509.ParseCertificate(der.Body.Bytes()); err != nil {
		t.Error(err)
	}
	text := s.ask("owner", "GET", "/accounts/harbor/certificate.pem", nil)
	block, rest := pem.Decode(text.Body.Bytes())
	if block == nil || block.Type != "CERTIFICATE" || len(rest) > 0 || string(block.Bytes) != der.Body.String() {
		t.Errorf("the .pem is another certificate: %s", text.Body)
	}
	if other := s.ask("stranger", "GET", "/accounts/elsewhere/certificate.cer", nil); other.Body.String() == der.Body.String() {
		t.Error("two accounts share a certificate")
	}
}

func TestACloudMayTakeOnlyThePublicKey(t *testing.T) {
	clock := testNow()
	s := newSiteAt(t, func() time.Time { return clock })
	s.passing.takes = cloud.PublicKeyOnly
	text := s.ask("owner", "GET", "/accounts/harbor/certificate.public-key.pem", nil)
	if text.Header().Get("Content-Disposition") != `attachment; filename="mooring-harbor.public-key.pem"` {
		t.Errorf("headers %v", text.Header())
	}
	block, rest := pem.Decode(text.Body.Bytes())
	if block == nil || block.Type != "PUBLIC KEY" || len(rest) > 0 {
		t.Fatalf("not a public key: %s", text.Body)
	}
	fingerprint := regexp.MustCompile(`data-doc="key-fingerprint">((?:[0-9a-f]{2}:){15}[0-9a-f]{2})<`)
	file := regexp.MustCompile(`href="(/accounts/harbor/certificates/[^"]+\.public-key\.pem)"`)
	link := s.link("Production", someID)
	for _, page := range []string{postPath + "/new", link} {
		body := s.ask("owner", "GET", page, nil).Body.String()
		shown, at := fingerprint.FindStringSubmatch(body), file.FindStringSubmatch(body)
		if shown == nil || at == nil || strings.Contains(body, ".cer\"") || strings.Contains(body, "Download as .pem") {
			t.Fatalf("%s offers the wrong file or fingerprint: %v, %v", page, shown, at)
		}
		sum := md5.Sum(block.Bytes) //nolint:gosec // as the page says
		if strings.ReplaceAll(shown[1], ":", "") != hex.EncodeToString(sum[:]) {
			t.Errorf("%s shows %s", page, shown[1])
		}
		if got := s.ask("owner", "GET", at[1], nil); got.Body.String() != text.Body.String() {
			t.Errorf("%s is another key: %s", at[1], got.Body)
		}
	}
	clock = clock.Add(time.Hour)
	s.ask("owner", "POST", "/accounts/harbor/certificate/renew", url.Values{})
	body := s.ask("owner", "GET", "/accounts/harbor/certificate", nil).Body.String()
	at := file.FindStringSubmatch(body)
	if at == nil || !strings.Contains(at[1], s.certificates()[0]) || !strings.Contains(body, strings.TrimSpace(text.Body.String())) { // tests make all certificates for one key
		t.Errorf("the page doesn't offer the key of the new certificate: %v", at)
	}
}

func TestACertificateThatEndsSoonCanBeRenewed(t *testing.T) {
	later := func() time.Time { return testNow().Add(certificate.Life - 20*24*time.Hour) }
	s := newSiteAt(t, later)
	path := s.link("Production", someID)
	const renew = `href="/accounts/harbor/certificate/new"`
	for _, page := range []string{path, postPath + "/new"} {
		if body := s.ask("owner", "GET", page, nil).Body.String(); !strings.Contains(body, renew) {
			t.Errorf("%s does not offer a new certificate", page)
		}
	}
	if body := s.ask("member", "GET", path, nil).Body.String(); strings.Contains(body, renew) {
		t.Error("a member is offered what only owners may do")
	}
	before := s.ask("owner", "GET", "/accounts/harbor/certificate.cer", nil).Body.String()
	if w := s.ask("owner", "POST", "/accounts/harbor/certificate/renew", url.Values{}); w.Code != http.StatusSeeOther {
		t.Fatalf("renewing answered %d", w.Code)
	}
	if after := s.ask("owner", "GET", "/accounts/harbor/certificate.cer", nil).Body.String(); after == before {
		t.Error("the certificate is the old one")
	}
	body := s.ask("owner", "GET", path, nil).Body.String()
	if !strings.Contains(body, "Uses an older certificate") || strings.Contains(body, `href=""`) || strings.Contains(body, "certificate.cer") {
		t.Error("the page of a credential with the old certificate does not say so")
	}
}

// certificates are the ids of harbor's certificates, the current one first.
func (s *site) certificates() []string {
	s.t.Helper()
	all, err := s.Certificates.List(s.t.Context(), s.harbor.ID)
	if err != nil {
		s.t.Fatal(err)
	}
	var ids []string
	for _, c := range all {
		ids = append(ids, c.ID)
	}
	return ids
}

func TestANewCertificateLeadsItsLinksToIt(t *testing.T) {
	clock := testNow()
	s := newSiteAt(t, func() time.Time { return clock })
	paths := map[string]string{}
	for i := range 51 {
		label := fmt.Sprintf("Link %02d", i)
		paths[label] = s.link(label, fmt.Sprintf("aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeee%02d", i))
	}
	early := s.ask("owner", "GET", "/accounts/harbor/certificate/new", nil).Body.String()
	has(t, "the page minutes after the last one", early, "A new certificate was made a few minutes ago.")
	if strings.Contains(early, "/certificate/renew") {
		t.Error("another one is offered that would be refused")
	}
	clock = clock.Add(time.Hour)
	affects := s.ask("owner", "GET", "/accounts/harbor/certificate/new", nil).Body.String()
	has(t, "the page before", affects, "51 links use", "Link 00", "Link 19", "and 31 others", "Nothing stops working.", `action="/accounts/harbor/certificate/renew"`)
	if strings.Contains(affects, "Link 20") {
		t.Error("it names too many")
	}
	old := s.certificates()[0]
	w := s.ask("owner", "POST", "/accounts/harbor/certificate/renew", url.Values{})
	if w.Code != http.StatusSeeOther || w.Header().Get("Location") != "/accounts/harbor/certificate" {
		t.Fatalf("making one answered %d to %q", w.Code, w.Header().Get("Location"))
	}
	newer := s.certificates()[0]
	page := s.ask("owner", "GET", "/accounts/harbor/certificate", nil).Body.String()
	current, err := s.Certificates.Find(t.Context(), s.harbor.ID, newer)
	if err != nil {
		t.Fatal(err)
	}
	has(t, "the page after", page, "51 of 51 links still need to move", "Link 49", "Links 1 to 50 of 51", "cloud trust "+current.Base64(), `value="`+newer+`"`, current.SHA1())
	has(t, "its second page", s.ask("owner", "GET", "/accounts/harbor/certificate?page=2", nil).Body.String(), "Link 50", "Links 51 to 51 of 51")

	path := paths["Link 00"]
	if w := s.ask("owner", "POST", path+"/certificate", url.Values{"certificate": {newer}}); w.Code != http.StatusSeeOther ||
		!strings.HasPrefix(w.Header().Get("Location"), "/accounts/harbor/certificate#link-") {
		t.Fatalf("moving answered %d to %q", w.Code, w.Header().Get("Location"))
	}
	has(t, "the link on its way", s.ask("owner", "GET", path, nil).Body.String(), "Checking the link with the other certificate.")
	s.ordered(s.check, "", path)
	has(t, "the link that has moved", s.ask("owner", "GET", path, nil).Body.String(), "Uses the current certificate.", "move back to the certificate of", `value="`+old+`"`)
	has(t, "the page then", s.ask("member", "GET", "/accounts/harbor/certificate", nil).Body.String(), "50 of 51 links still need to move")
	if body := s.ask("member", "GET", path, nil).Body.String(); strings.Contains(body, `name="certificate"`) {
		t.Error("a member is offered to move it")
	}
	section := s.ask("owner", "GET", path+"/certificate", nil, withHTMX("certificate-"+lastOf(path))).Body.String()
	has(t, "the section of the link", section, `id="certificate-`+lastOf(path)+`"`, current.SHA1(), "Uses the current certificate.")
	row := s.ask("owner", "GET", path+"/certificate", nil, withHTMX("move-"+lastOf(path))).Body.String()
	has(t, "the row alone", row, `id="move-`+lastOf(path)+`"`, "Uses the current certificate.")

	s.ask("owner", "POST", path+"/certificate", url.Values{"certificate": {old}})
	s.ordered(s.check, "", path)
	has(t, "the link that has moved back", s.ask("owner", "GET", path, nil).Body.String(), "Uses an older certificate")
	for _, ending := range []string{".cer", ".pem"} {
		if w := s.ask("viewer", "GET", "/accounts/harbor/certificates/"+old+ending, nil); w.Code != http.StatusOK || !strings.Contains(w.Header().Get("Content-Disposition"), "mooring-harbor-") {
			t.Errorf("the older certificate as %s answered %d %v", ending, w.Code, w.Header())
		}
	}
	for _, file := range []string{old, old + ".key", "none.cer", ".cer"} {
		if w := s.ask("viewer", "GET", "/accounts/harbor/certificates/"+file, nil); w.Code != http.StatusNotFound {
			t.Errorf("%s answered %d", file, w.Code)
		}
	}
	if w := s.ask("stranger", "GET", "/accounts/elsewhere/certificates/"+old+".cer", nil); w.Code != http.StatusNotFound {
		t.Errorf("another account's certificate answered %d", w.Code)
	}
}

func lastOf(path string) string { return path[strings.LastIndexByte(path, '/')+1:] }

// refusing is a cloud that refuses whatever signs with other certificates than these.
type refusing struct {
	fakeCloud
	accepts string
	remedy  cloud.Remedy
}

func (r *refusing) Check(ctx context.Context, a cloud.Attempt, report func(cloud.StageResult)) (cloud.Finding, error) {
	if a.Identity.Certificate.ID == r.accepts {
		return r.fakeCloud.Check(ctx, a, report)
	}
	report(cloud.StageResult{Stage: "sign-in", Verdict: cloud.Failed, Code: "unknown-certificate", StartedAt: testNow()})
	return cloud.Finding{}, nil
}

func (r *refusing) Explain(result cloud.StageResult, _ cloud.Target) cloud.Explanation {
	return cloud.Explanation{Code: result.Code, Happened: "It is refused.", Fix: "Fix it.", Who: "An owner of the account in Mooring.",
		Fixer: cloud.FixedByOwner, Remedy: r.remedy, Command: "cloud trust " + cloud.CertificateBlank}
}

func TestATrialThatFailsIsExplainedWithItsOwnCertificate(t *testing.T) {
	clock := testNow()
	refuses := &refusing{remedy: cloud.DownloadCertificate}
	s := newSiteAt(t, func() time.Time { return clock }, func(c *Config) { c.Clouds["azure"] = refuses })
	path := s.link("Production", someID)
	refuses.accepts = s.certificates()[0]
	clock = clock.Add(time.Hour)
	s.ask("owner", "POST", "/accounts/harbor/certificate/renew", url.Values{})
	newer := s.certificates()[0]
	s.ask("owner", "POST", path+"/certificate", url.Values{"certificate": {newer}})
	s.ordered(s.check, "", path)
	current, err := s.Certificates.Find(t.Context(), s.harbor.ID, newer)
	if err != nil {
		t.Fatal(err)
	}
	for _, page := range []string{path, "/accounts/harbor/certificate"} {
		body := s.ask("owner", "GET", page, nil).Body.String()
		has(t, page, body, "The last check with the current certificate failed", "It is refused.", "cloud trust "+current.Base64(),
			"/accounts/harbor/certificates/"+newer+".cer")
	}
	if body := s.ask("owner", "GET", path, nil).Body.String(); strings.Contains(body, "Needs attention") {
		t.Error("the trial changed the status of the link")
	}
}

func TestWhoCanFixItIsNamedAndGetsTheButton(t *testing.T) {
	refuses := &refusing{remedy: cloud.EditLink}
	s := newSite(t, func(c *Config) { c.Clouds["azure"] = refuses })
	path := s.link("Production", someID)
	s.ordered(s.check, "", path)
	for who, want := range map[string]struct {
		says string
		edit bool
	}{
		"owner":  {"You, or another owner of harbor.", true},
		"member": {"An owner of harbor: half, owner.", false},
		"viewer": {"An owner of harbor: half, owner.", false},
	} {
		body := s.ask(who, "GET", path, nil).Body.String()
		has(t, "the page for "+who, body, want.says)
		if got := strings.Contains(body, `-edit" href="`+path+`/edit"`); got != want.edit {
			t.Errorf("%s is offered to edit: %v", who, got)
		}
	}
	has(t, "the page for an administrator", s.ask("admin", "GET", views.LinkedAccountPath(lastOf(path)), nil).Body.String(), "An owner of harbor: half, owner.")
}

func TestThePreviewFindsTheDirectoryAndSavesNothing(t *testing.T) {
	s := newSite(t)
	before := s.db.Version()
	w := s.ask("owner", "POST", postPath+"/preview", url.Values{"subscription_id": {someID}}, withHTMX("form"))
	if w.Code != http.StatusOK || !strings.Contains(w.Body.String(), "found-tenant") || !strings.Contains(w.Body.String(), "hx-swap-oob") {
		t.Errorf("answered %d: %s", w.Code, w.Body)
	}
	if strings.Contains(w.Body.String(), `id="client_id-error">Paste`) {
		t.Error("an empty field is called wrong while somebody types")
	}
	page := s.ask("owner", "POST", postPath+"/preview", url.Values{"label": {"Kept"}, "subscription_id": {someID}})
	if !strings.Contains(page.Body.String(), `value="Kept"`) || !strings.Contains(page.Body.String(), "<html") {
		t.Error("without htmx the page is not shown again with its values")
	}
	if s.db.Version() != before {
		t.Error("something was saved")
	}
}

func TestTheLifeOfACredentialThroughItsPages(t *testing.T) {
	s := newSite(t)
	path := s.link("Production", someID)
	expect := func(step, word string, offered ...string) {
		t.Helper()
		body := s.ask("owner", "GET", path, nil).Body.String()
		if !strings.Contains(body, word) {
			t.Errorf("%s: the page does not say %q", step, word)
		}
		for _, action := range []string{"verify", "disable", "enable"} {
			want := false
			for _, o := range offered {
				want = want || o == action
			}
			if got := strings.Contains(body, path+"/"+action+`"`); got != want {
				t.Errorf("%s: %s is offered: %v", step, action, got)
			}
		}
	}
	expect("saved", "Not checked", "verify", "disable")
	s.ask("owner", "POST", path+"/disable", url.Values{})
	expect("disabled", "Disabled", "enable")
	if w := s.ask("owner", "POST", path+"/verify", url.Values{}); w.Code != http.StatusConflict || !strings.Contains(html.UnescapeString(w.Body.String()), credential.ErrNotPossibleNow.Sentence) {
		t.Errorf("verifying a disabled one answered %d", w.Code)
	}
	s.ask("owner", "POST", path+"/enable", url.Values{})
	expect("enabled", "Checking", "disable")
	s.ask("owner", "POST", path, url.Values{"label": {"Renamed"}, "subscription_id": {someID}, "verify": {"no"}})
	expect("renamed", "Checking", "disable")
	w := s.ask("owner", "POST", path+"/unlink", url.Values{})
	if w.Code != http.StatusSeeOther || !strings.Contains(w.Header().Get("Location"), "/leftovers?") {
		t.Fatalf("unlinking answered %d to %q", w.Code, w.Header().Get("Location"))
	}
	if left := s.ask("owner", "GET", w.Header().Get("Location"), nil); !strings.Contains(left.Body.String(), "az clean") {
		t.Error("what to clean up is not shown")
	}
	if gone := s.ask("owner", "GET", path, nil); gone.Code != http.StatusNotFound {
		t.Errorf("the unlinked one answered %d", gone.Code)
	}
}

func TestMembersVerifyAndDoNotLink(t *testing.T) {
	s := newSite(t)
	path := s.link("Production", someID)
	body := s.ask("member", "GET", path, nil).Body.String()
	for _, action := range []string{"/edit", "/disable", "/unlink"} {
		if strings.Contains(body, path+action) {
			t.Errorf("a member is offered %s", action)
		}
	}
	if w := s.ask("member", "POST", path+"/verify", url.Values{}); w.Code != http.StatusSeeOther {
		t.Errorf("verifying answered %d", w.Code)
	}
}

func TestEveryPersonalChangeWritesWhoAndFromWhere(t *testing.T) {
	s := newSite(t)
	path := s.link("Production", someID)
	s.ask("owner", "POST", path+"/disable", url.Values{})
	s.ask("owner", "POST", path+"/unlink", url.Values{})
	entries, err := s.db.Audit(t.Context(), s.harbor.ID, 3)
	if err != nil {
		t.Fatal(err)
	}
	for i, action := range []string{"credential.unlink", "credential.disable", "credential.link"} {
		e := entries[i]
		if string(e.Action) != action || e.Actor.Name != "owner@example.com" || e.Actor.Address != "192.0.2.1" ||
			e.Actor.RequestID == "" || e.CredentialID == "" || e.Detail != "Production" {
			t.Errorf("entry %d: %+v", i, e)
		}
	}
}

func TestAnExpiredSessionMovesTheWholePage(t *testing.T) {
	s := newSite(t)
	path := s.link("Production", someID)
	w := s.ask("", "GET", path, nil, withHTMX("live"))
	if w.Code != http.StatusUnauthorized || w.Body.Len() > 0 || w.Header().Get("HX-Redirect") != "/login?next=%2Faccounts%2Fharbor%2Fcloud-providers" {
		t.Errorf("answered %d %v", w.Code, w.Header())
	}
}

func TestFailuresOfHTMXLandWhereTheyAreSeen(t *testing.T) {
	s := newSite(t)
	path := s.link("Production", someID)
	s.ask("owner", "POST", path+"/disable", url.Values{})
	w := s.ask("owner", "POST", path+"/disable", url.Values{}, withHTMX("live"))
	if w.Code != http.StatusConflict || w.Header().Get("HX-Retarget") != "#page-alert" || strings.Contains(w.Body.String(), "<html") {
		t.Errorf("answered %d %v", w.Code, w.Header())
	}
}

func TestTheFormsStandOnEveryStatus(t *testing.T) {
	for kind, status := range statuses {
		if status.code < 400 || status.heading == "" {
			t.Errorf("%s: %+v", kind, status)
		}
	}
}

func TestTwoPeopleDoNotOverwriteEachOther(t *testing.T) {
	s := newSite(t)
	path := s.link("Production", someID)
	edit := func(version, label string) *httptest.ResponseRecorder {
		return s.ask("owner", "POST", path, url.Values{"label": {label}, "subscription_id": {someID}, "version": {version}, "verify": {"no"}})
	}
	if page := s.ask("owner", "GET", path+"/edit", nil).Body.String(); !strings.Contains(page, `name="version" value="1"`) {
		t.Fatalf("the form does not say what was looked at: %s", page)
	}
	if w := edit("1", "First"); w.Code != http.StatusSeeOther {
		t.Fatalf("the first answered %d", w.Code)
	}
	w := edit("1", "Second")
	body := w.Body.String()
	if w.Code != http.StatusConflict || !strings.Contains(html.UnescapeString(body), credential.ErrChangedMeanwhile.Sentence) || !strings.Contains(body, `value="Second"`) {
		t.Errorf("the second answered %d: %s", w.Code, body)
	}
	if !strings.Contains(body, `name="version" value="2"`) {
		t.Error("saving again would not replace the change")
	}
	if w := edit("2", "Second"); w.Code != http.StatusSeeOther {
		t.Errorf("saving again answered %d", w.Code)
	}
	for _, odd := range []string{"", "0", "-1", "3.0", "three", "99999999999999999999"} { // it is 3 now
		if w := edit(odd, "Odd"); w.Code != http.StatusConflict {
			t.Errorf("version %q answered %d", odd, w.Code)
		}
	}
}

func TestAnOrderOfAnOddVersionChangesNothing(t *testing.T) {
	s := newSite(t)
	path := views.LinkedAccountPath(s.linkAs("owner", "harbor", "Production", someID))
	for _, odd := range []string{"", "0", "one"} {
		w := s.ask("admin", "POST", path+"/disable", url.Values{"version": {odd}, "reason": {"It is not used."}})
		if w.Code != http.StatusConflict {
			t.Errorf("version %q answered %d", odd, w.Code)
		}
	}
	policy := url.Values{"version": {"none"}, "approval": {"all"}}
	if w := s.ask("admin", "POST", intakePath, policy); w.Code != http.StatusConflict {
		t.Errorf("a policy of an odd version answered %d", w.Code)
	}
}

func TestAFoundDirectoryGoesWithItsSubscription(t *testing.T) {
	s := newSite(t)
	preview := func(form url.Values) string {
		return s.ask("owner", "POST", postPath+"/preview", form, withHTMX("announce")).Body.String()
	}
	first := preview(url.Values{"subscription_id": {someID}})
	if !strings.Contains(first, `name="found" value="found-tenant"`) {
		t.Fatalf("what was found is not remembered: %s", first)
	}
	s.passing.finds = "another-tenant"
	again := preview(url.Values{"subscription_id": {"50000002-0000-4000-8000-000000000002"}, "tenant_id": {"found-tenant"}, "found": {"found-tenant"}})
	if !strings.Contains(again, `name="found" value="another-tenant"`) || !strings.Contains(again, `name="tenant_id"`) {
		t.Errorf("the directory of the first subscription stays: %s", again)
	}
	typed := preview(url.Values{"subscription_id": {someID}, "tenant_id": {"typed-tenant"}, "found": {"found-tenant"}})
	if strings.Contains(typed, `name="tenant_id"`) {
		t.Error("what somebody typed is replaced")
	}
}

// TestALinkOfARemovedCloudCanStillBeUnlinked asks as an owner, whose Mooring was
// built without the cloud that they linked.
func TestALinkOfARemovedCloudCanStillBeUnlinked(t *testing.T) {
	s := newSite(t)
	path := s.link("Production", someID)
	list := "/accounts/harbor/cloud-providers"
	delete(s.Clouds, "azure")

	for _, want := range []string{"Production", "No longer supported by this Mooring"} {
		says(t, s.ask("viewer", "GET", list, nil), http.StatusOK, want)
	}
	page := s.ask("owner", "GET", path, nil)
	for _, want := range []string{"This Mooring no longer supports Microsoft Azure.", path + "/unlink", path + "/disable"} {
		says(t, page, http.StatusOK, want)
	}
	for _, gone := range []string{"/verify", "/edit"} {
		if strings.Contains(page.Body.String(), path+gone) {
			t.Errorf("%s is offered", gone)
		}
	}
	if w := s.ask("owner", "POST", path+"/verify", nil); w.Code != http.StatusConflict || !strings.Contains(html.UnescapeString(w.Body.String()), credential.ErrProviderRemoved.Sentence) {
		t.Errorf("a check answered %d", w.Code)
	}
	if w := s.ask("owner", "GET", path+"/edit", nil); w.Code != http.StatusNotFound {
		t.Errorf("the form answered %d", w.Code)
	}
	shows(t, s.ask("admin", "GET", linkedAccountsPath, nil), "Production", "Microsoft Azure")
	shows(t, s.ask("admin", "GET", linkedAccountsPath+"/"+lastOf(path), nil), "Production", "Cloud account ID", someID)
	if csv := s.ask("admin", "GET", linkedAccountsPath+"/export.csv", nil).Body.String(); !strings.Contains(csv, ",Microsoft Azure,Production,,"+someID+",") {
		t.Errorf("the export is %s", csv)
	}
	leads(t, s.ask("owner", "POST", path+"/disable", nil), path)
	if w := s.ask("owner", "POST", path+"/enable", nil); w.Code != http.StatusConflict {
		t.Errorf("enabling answered %d", w.Code)
	}
	says(t, s.ask("owner", "GET", path+"/unlink", nil), http.StatusOK, "Production")
	leads(t, s.ask("owner", "POST", path+"/unlink", nil), list)
	if body := s.ask("owner", "GET", list, nil).Body.String(); strings.Contains(body, "Production") || strings.Contains(body, "No longer supported by this Mooring") {
		t.Error("it is still listed")
	}
}
