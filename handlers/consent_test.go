package handlers

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"mooring/cloud/cloudtest"
	"mooring/credential"
)

const (
	consentsPath = "/accounts/harbor/cloud-providers/consenting/credentials"
	fromConsent  = "/cloud-providers/consenting/callback"
)

// consentSite is a site with a cloud at which people consent.
func consentSite(t *testing.T, change ...func(*Config)) (*site, *cloudtest.Consenting) {
	t.Helper()
	harbor := cloudtest.NewConsenting()
	return newSite(t, append([]func(*Config){func(c *Config) { c.Clouds["consenting"] = harbor }}, change...)...), harbor
}

// goesTo goes to the cloud, and gives the state that it has to come back with.
func (b *browser) goesTo(path string) (state string) {
	b.s.t.Helper()
	w := b.ask("GET", path, nil)
	there, err := url.Parse(w.Header().Get("Location"))
	if err != nil || w.Code != http.StatusSeeOther || there.Host != "harbor.example" {
		b.s.t.Fatalf("%s answered %d to %q: %s", path, w.Code, w.Header().Get("Location"), w.Body)
	}
	if back := there.Query().Get("redirect_uri"); back != "http://127.0.0.1:8080"+fromConsent {
		b.s.t.Errorf("it comes back to %s", back)
	}
	return there.Query().Get("state")
}

func back(state, code string) string {
	return fromConsent + "?" + url.Values{"state": {state}, "code": {code}}.Encode()
}

func TestSomebodyLinksByConsent(t *testing.T) {
	s, harbor := consentSite(t)
	b := s.as("owner")
	form := shows(t, b.ask("GET", consentsPath+"/new", nil), `href="`+consentsPath+`/consent"`, "Continue to Harbor")
	lacks(t, form, `name="label"`, `name="berth"`, "Save credentials", "Download management certificate")
	state := b.goesTo(consentsPath + "/consent")
	w := b.ask("GET", back(state, "north7"), nil)
	path := w.Header().Get("Location")
	if w.Code != http.StatusSeeOther || !strings.HasPrefix(path, consentsPath+"/") {
		t.Fatalf("it answered %d to %q: %s", w.Code, path, w.Body)
	}
	shows(t, b.ask("GET", path, nil), "Berth north7", "north7")
	// Coming back again, as a reload does, links nothing and uses nothing up.
	leads(t, b.ask("GET", back(state, "north7"), nil), "/")
	if harbor.Given != 1 {
		t.Errorf("%d grants", harbor.Given)
	}
	edit := shows(t, b.ask("GET", path+"/edit", nil), `name="label"`, "Save credentials")
	lacks(t, edit, `name="berth"`, "Continue to Harbor")
	says(t, b.ask("POST", consentsPath, url.Values{"label": {"x"}, "berth": {"south1"}}), http.StatusUnprocessableEntity, "This provider is linked in the browser")
}

func TestAFormThatIsPostedLinksNothingByConsent(t *testing.T) {
	s, harbor := consentSite(t)
	for name, try := range map[string]func() *browser{
		"an unknown state": func() *browser { return s.as("owner") },
		"another browser":  func() *browser { s.as("owner").goesTo(consentsPath + "/consent"); return s.as("owner") },
		"somebody else's turn": func() *browser {
			b := s.as("owner")
			b.goesTo(consentsPath + "/consent")
			b.cookies[s.sessions.name] = s.people["member"]
			return b
		},
	} {
		b := try()
		w := b.ask("GET", back("state-9", "north7"), nil)
		if w.Code != http.StatusSeeOther && w.Code != http.StatusUnprocessableEntity || strings.Contains(w.Header().Get("Location"), consentsPath) {
			t.Errorf("%s: %d to %q", name, w.Code, w.Header().Get("Location"))
		}
	}
	b := s.as("owner")
	state := b.goesTo(consentsPath + "/consent")
	b.cookies[s.sessions.name] = s.people["member"]
	says(t, b.ask("GET", back(state, "north7"), nil), http.StatusUnprocessableEntity, "started in another browser")
	if harbor.Given != 0 {
		t.Errorf("%d grants", harbor.Given)
	}
}

func TestOnlyOwnersConsent(t *testing.T) {
	s, harbor := consentSite(t)
	b := s.as("owner")
	state := b.goesTo(consentsPath + "/consent")
	// Meanwhile they are an owner no longer.
	m, _ := s.caller("owner").In("harbor")
	if err := s.Organizations.ChangeRole(t.Context(), m.Account.ID, s.ids["member"], "owner", s.actor("owner")); err != nil {
		t.Fatal(err)
	}
	if err := s.Organizations.ChangeRole(t.Context(), m.Account.ID, s.ids["owner"], "viewer", s.actor("member")); err != nil {
		t.Fatal(err)
	}
	w := b.ask("GET", back(state, "north7"), nil)
	if w.Code != http.StatusForbidden && w.Code != http.StatusNotFound || harbor.Given != 0 {
		t.Errorf("it answered %d, and there are %d grants: %s", w.Code, harbor.Given, w.Body)
	}
}

func TestAnotherSiteBeginsNoConsent(t *testing.T) {
	s, _ := consentSite(t)
	w := s.as("owner").ask("GET", consentsPath+"/consent", nil, func(r *http.Request) { r.Header.Set("Sec-Fetch-Site", "cross-site") })
	leads(t, w, "/accounts/harbor/cloud-providers")
}

func TestWhatIsRefusedIsSaidWithAWayToTryAgain(t *testing.T) {
	s, harbor := consentSite(t)
	b := s.as("owner")
	says(t, b.ask("GET", back(b.goesTo(consentsPath+"/consent"), ""), nil), http.StatusUnprocessableEntity, "The harbor master said no.")
	state := b.goesTo(consentsPath + "/consent")
	if page := b.ask("GET", back(state, ""), nil).Body.String(); !strings.Contains(page, consentsPath+"/new") {
		t.Errorf("no way to try again: %s", page)
	}
	linked := lastOf(b.ask("GET", back(b.goesTo(consentsPath+"/consent"), "north7"), nil).Header().Get("Location"))
	says(t, b.ask("GET", back(b.goesTo(consentsPath+"/"+linked+"/consent"), "south1"), nil), http.StatusUnprocessableEntity, "You signed in to another account")
	for deadline := time.Now().Add(10 * time.Second); ; {
		waiting, err := s.db.Grants().Revocations(t.Context(), testNow().Add(time.Hour), 10)
		if err != nil || time.Now().After(deadline) {
			t.Fatal(waiting, err)
		}
		if len(waiting) == 1 {
			break
		}
	}
	if harbor.Given != 2 {
		t.Errorf("%d grants", harbor.Given)
	}
	leads(t, b.ask("GET", back(b.goesTo(consentsPath+"/"+linked+"/consent"), "north7"), nil), consentsPath+"/"+linked)
	// The policy speaks before anybody signs in at the cloud.
	rules, err := s.Intake.Rules(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	order := credential.Order{Actor: s.actor("admin"), Version: rules.Version}
	if _, err := s.Intake.Change(t.Context(), order, credential.RulesForm{OnlyProviders: true, Providers: []string{"azure"}}); err != nil {
		t.Fatal(err)
	}
	if w := b.ask("GET", consentsPath+"/consent", nil); w.Code != http.StatusForbidden {
		t.Errorf("it answered %d to %q", w.Code, w.Header().Get("Location"))
	}
}
