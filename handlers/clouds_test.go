package handlers

import (
	"context"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"mooring/cloud"
	"mooring/cloud/cloudtest"
	"mooring/credential"
)

// A cloud with one field, and without parents, environments, certificates and
// abilities, is linked, looked at by everybody, exported and unlinked like any other.
func TestTheSmallestCloudIsLinkedLikeAnyOther(t *testing.T) {
	s := newSite(t, func(c *Config) { c.Clouds["fake"] = cloudtest.Fake{} })
	base := "/accounts/harbor/cloud-providers/fake/credentials"
	form := shows(t, s.ask("owner", "GET", base+"/new", nil), `name="berth"`, "Harbor credentials", "Enter the berth")
	lacks(t, form, "Download management certificate", "Azure", "ubscription", `name="tenant_id"`, `id="environment"`, "part-number")
	again := s.ask("owner", "POST", base, url.Values{"label": {"Pier"}, "berth": {"https://evil.example"}})
	says(t, again, http.StatusUnprocessableEntity, "Enter the name of a berth.")
	says(t, again, http.StatusUnprocessableEntity, `value="https://evil.example"`)

	linked := s.ask("owner", "POST", base, url.Values{"label": {"Pier"}, "berth": {"North7"}, "verify": {"yes"}})
	if linked.Code != http.StatusSeeOther {
		t.Fatalf("linking answered %d: %s", linked.Code, linked.Body)
	}
	path := linked.Header().Get("Location")
	id := lastOf(path)
	says(t, s.ask("owner", "POST", base, url.Values{"label": {"Again"}, "berth": {"north7"}}), http.StatusConflict, path)
	found, err := s.Credentials.FindAny(t.Context(), id)
	if err != nil || found.CertificateID != "" || !found.CertificateExpires.IsZero() || found.Target.Account != "north7" {
		t.Fatalf("it is kept as %+v, %v", found, err)
	}
	if got := found.Status(testNow().Add(1000 * 24 * time.Hour)); got == credential.StatusAttention || got == credential.StatusExpiring {
		t.Errorf("without a certificate it is %s in three years", got)
	}

	lacks(t, shows(t, s.ask("viewer", "GET", path, nil), "Berth", "north7", "By its name"), "Certificate", "thumbprint", "Azure")
	shows(t, s.ask("viewer", "GET", listPath, nil), "Fake Harbor", "Pier", "Berth")
	lacks(t, shows(t, s.ask("owner", "GET", "/accounts/harbor/certificate", nil)), "Pier")
	shows(t, s.ask("admin", "GET", "/admin/linked-accounts?search=north7", nil), "Pier", "Fake Harbor")
	lacks(t, shows(t, s.ask("admin", "GET", "/admin/linked-accounts?search=arn%3Aaws%3Aiam%3A%3A111122223333%3Arole%2Fx", nil)), "Pier")
	lacks(t, shows(t, s.ask("admin", "GET", "/admin/linked-accounts/"+id, nil), "Berth", "north7"), "thumbprint")
	shows(t, s.ask("admin", "GET", "/admin/intake", nil), `name="accounts-fake"`, "Fake Harbor: berths")
	if csv := s.ask("admin", "GET", linkedAccountsPath+"/export.csv", nil).Body.String(); !strings.Contains(csv, ",Fake Harbor,Pier,,north7,") {
		t.Errorf("the export is %s", csv)
	}
	shows(t, s.ask("owner", "GET", path+"/edit", nil), `value="north7"`)
	leads(t, s.ask("owner", "POST", path, url.Values{"label": {"Pier"}, "berth": {"south1"}, "version": {"1"}, "verify": {"no"}}), path)
	says(t, s.ask("owner", "GET", path+"/unlink", nil), http.StatusOK, "the berth <code>south1</code>")
	s.ask("owner", "POST", path+"/unlink", nil)
	lacks(t, shows(t, s.ask("viewer", "GET", listPath, nil)), "Pier")
}

// chained is a cloud that trusts an authority of the link's own.
type chained struct {
	cloudtest.Fake
	letsIn bool // also what it was never told of

	chain     int // certificates that the last check signed with
	names     []string
	strangers int
}

func (c *chained) Describe() cloud.Description {
	d := c.Fake.Describe()
	d.Key, d.Name, d.ShortName = "chained", "Chained Harbor", "Chain"
	d.Methods[0].Needs = cloud.Chain
	d.Methods[0].Stages = append(d.Methods[0].Stages, cloud.Stage{Key: "condition", Name: "Refuse others", Advisory: true})
	return d
}

func (c *chained) Guide(d cloud.Draft) cloud.Guide {
	g := c.Fake.Guide(d)
	g.Upload, g.Compare = "Tell the harbor", "Compare it."
	g.Ways = []cloud.Way{{Key: "command", Title: "With a command", Commands: []cloud.Command{{Title: "Moor", Text: "moor " + d.LinkName + " " + d.Certificate.Fingerprint()}}}}
	g.File = &cloud.File{Name: d.LinkName + ".yaml", Text: "name: " + d.LinkName + "\n", Says: "Download the template"}
	return g
}

func (c *chained) Check(ctx context.Context, a cloud.Attempt, report func(cloud.StageResult)) (cloud.Finding, error) {
	c.chain = len(a.Identity.TLS().Certificate)
	leaf, err := x509.ParseCertificate(a.Identity.Certificate.DER)
	if err != nil {
		return cloud.Finding{}, err
	}
	c.names = append(c.names, leaf.Subject.CommonName)
	finding, err := c.Fake.Check(ctx, a, report)
	if err != nil || a.Stranger == nil {
		return finding, err
	}
	other, err := a.Stranger()
	if err != nil {
		return finding, err
	}
	stranger, err := x509.ParseCertificate(other.Certificate.DER)
	if err != nil || stranger.Subject.CommonName == leaf.Subject.CommonName || stranger.Issuer.String() != leaf.Issuer.String() {
		return finding, errors.New("that is no stranger")
	}
	c.strangers++
	finding.Stranger = cloud.StrangerRefused
	if c.letsIn {
		finding.Stranger = cloud.StrangerLetIn
	}
	report(cloud.StageResult{Stage: "condition", Verdict: cloud.OK, StartedAt: testNow()})
	return finding, nil
}

var linkNames = regexp.MustCompile(`mooring-[a-z2-7]{16}`)

// A link to a cloud that trusts authorities gets one when somebody opens the form. It
// stays the same until the link is saved, once, and goes when it is unlinked.
func TestALinkGetsAnAuthorityOfItsOwn(t *testing.T) {
	harbor := &chained{letsIn: true}
	s := newSite(t, func(c *Config) { c.Clouds["chained"] = harbor })
	base := "/accounts/harbor/cloud-providers/chained/credentials"
	form := shows(t, s.ask("owner", "GET", base+"/new", nil), "Get the certificate", "Tell the harbor", "Download the template", "moor mooring-")
	lacks(t, form, "SHA-1", "key pair created for this account")
	name := linkNames.FindString(form)
	draft := regexp.MustCompile(`name="draft" value="([^"]+)"`).FindStringSubmatch(form)[1]
	shows(t, s.ask("owner", "GET", base+"/new", nil), name, draft) // a command that somebody has run stays good
	if file := s.ask("owner", "GET", "/accounts/harbor/cloud-providers/chained/drafts/"+draft+"/file", nil); file.Body.String() != "name: "+name+"\n" || !strings.Contains(file.Header().Get("Content-Disposition"), name+".yaml") {
		t.Errorf("the template is %s, %v", file.Body, file.Header())
	}
	if w := s.ask("stranger", "GET", "/accounts/elsewhere/cloud-providers/chained/drafts/"+draft+"/file", nil); w.Code != http.StatusNotFound {
		t.Errorf("another account's template answered %d", w.Code)
	}
	block, _ := pem.Decode(s.ask("owner", "GET", "/accounts/harbor/certificates/"+draft+".pem", nil).Body.Bytes())
	authority, err := x509.ParseCertificate(block.Bytes)
	if err != nil || !authority.IsCA || authority.Subject.CommonName != "Mooring link "+name {
		t.Fatalf("the certificate to upload is %+v, %v", authority, err)
	}

	says(t, s.ask("owner", "POST", base, url.Values{"label": {"Pier"}, "berth": {"north7"}}), http.StatusConflict, "run its command")
	says(t, s.ask("owner", "POST", base, url.Values{"label": {"Pier"}, "berth": {"no berth"}, "draft": {draft}}), http.StatusUnprocessableEntity, name)
	fields := url.Values{"label": {"Pier"}, "berth": {"north7"}, "draft": {draft}, "verify": {"no"}}
	linked := s.ask("owner", "POST", base, fields)
	if linked.Code != http.StatusSeeOther {
		t.Fatalf("linking answered %d: %s", linked.Code, linked.Body)
	}
	path := linked.Header().Get("Location")
	fields.Set("berth", "north8")
	again := s.ask("owner", "POST", base, fields)
	says(t, again, http.StatusConflict, "This form was already saved")
	if other := linkNames.FindString(again.Body.String()); other == name || other == "" {
		t.Errorf("the form goes on with %q", other)
	}

	if _, err := s.Credentials.CheckNow(t.Context(), credential.Order{Actor: s.actor("admin")}, lastOf(path)); err != nil {
		t.Fatal(err)
	}
	found, err := s.Credentials.FindAny(t.Context(), lastOf(path))
	if err != nil || found.LinkName != name || harbor.chain != 2 || harbor.names[0] != name {
		t.Fatalf("it signed with %d certificates as %v: %+v, %v", harbor.chain, harbor.names, found, err)
	}
	if days := found.CertificateExpires.Sub(testNow()).Hours() / 24; days > 90 || days < 89 {
		t.Errorf("its certificate is valid for %.1f days", days)
	}
	shows(t, s.ask("viewer", "GET", path, nil), name, "Connected with a warning", "lets in every certificate")
	lacks(t, shows(t, s.ask("owner", "GET", "/accounts/harbor/certificate", nil)), "Pier")
	shows(t, s.ask("owner", "GET", path+"/edit", nil), "moor "+name)

	harbor.letsIn = false // somebody has mended it
	for range 2 {
		if _, err := s.Credentials.CheckNow(t.Context(), credential.Order{Actor: s.actor("admin")}, lastOf(path)); err != nil {
			t.Fatal(err)
		}
	}
	lacks(t, shows(t, s.ask("viewer", "GET", path, nil)), "with a warning")
	if harbor.strangers != 2 {
		t.Errorf("a stranger was tried %d times, want twice: once for each answer that wasn't a refusal, and once more", harbor.strangers)
	}
	s.ask("owner", "POST", path+"/unlink", nil)
	if w := s.ask("owner", "GET", "/accounts/harbor/certificates/"+draft+".pem", nil); w.Code != http.StatusNotFound {
		t.Errorf("the authority of an unlinked link answered %d", w.Code)
	}
}

// Two thirds of its life over, the certificate of such a link is replaced, and the cloud
// is told nothing.
func TestTheCertificateUnderAnAuthorityIsReplacedInTime(t *testing.T) {
	harbor, clock := &chained{}, testNow()
	s := newSiteAt(t, func() time.Time { return clock }, func(c *Config) { c.Clouds["chained"] = harbor })
	base := "/accounts/harbor/cloud-providers/chained/credentials"
	draft := regexp.MustCompile(`name="draft" value="([^"]+)"`).FindStringSubmatch(shows(t, s.ask("owner", "GET", base+"/new", nil)))[1]
	path := s.ask("owner", "POST", base, url.Values{"label": {"Pier"}, "berth": {"north7"}, "draft": {draft}, "verify": {"no"}}).Header().Get("Location")
	check := func(days int) credential.Credential {
		t.Helper()
		clock = testNow().Add(time.Duration(days) * 24 * time.Hour)
		s.Renewals.Turn(t.Context())
		if _, err := s.Credentials.CheckNow(t.Context(), credential.Order{Actor: s.actor("admin")}, lastOf(path)); err != nil {
			t.Fatal(err)
		}
		found, err := s.Credentials.FindAny(t.Context(), lastOf(path))
		if err != nil {
			t.Fatal(err)
		}
		return found
	}
	first, early, late := check(0), check(59), check(61)
	if early.CertificateID != first.CertificateID {
		t.Error("it was replaced too early")
	}
	if late.CertificateID == first.CertificateID || late.State != credential.Connected || late.CertificateExpires.Sub(clock).Hours() < 89*24 {
		t.Errorf("after 61 days it signs with %s, which ends %v; before with %s", late.CertificateID, late.CertificateExpires, first.CertificateID)
	}
	if months := check(400); months.State != credential.Connected || months.LinkName != first.LinkName { // nobody looked for a year
		t.Errorf("after a year it is %+v", months)
	}
}
