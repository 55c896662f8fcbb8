package handlers

import (
	"net/http"
	"net/url"
	"testing"
	"time"

	"mooring/audit"
	"mooring/cloud/cloudtest"
	"mooring/renewal"
)

func TestAnOwnerRenewsACertificateAndEverybodySeesIt(t *testing.T) {
	harbor := cloudtest.NewRenewing(testNow)
	s := newSite(t, func(c *Config) { c.Clouds["fake"] = harbor })
	active, err := s.Certificates.Active(t.Context(), s.harbor.ID)
	if err != nil {
		t.Fatal(err)
	}
	id := harbor.Trust("hook", active)
	base := "/accounts/harbor/cloud-providers/fake/credentials"
	path := s.ask("owner", "POST", base, url.Values{"label": {"Pier"}, "method": {cloudtest.MethodPass}, "berth": {"north"}, "captain": {"hook"},
		"register": {"r1"}, "pass": {id}, "verify": {"no"}}).Header().Get("Location")
	shows(t, s.ask("owner", "GET", path, nil), "Mooring renews this certificate on", "Renew now")
	lacks(t, shows(t, s.ask("viewer", "GET", path, nil), "Mooring renews this certificate on"), "Renew now")
	if w := s.ask("member", "POST", path+"/renew", nil); w.Code != http.StatusForbidden {
		t.Errorf("a member who renews gets %d", w.Code)
	}
	leads(t, s.ask("owner", "POST", path+"/renew", nil), path)
	shows(t, s.ask("viewer", "GET", path, nil), "Mooring is introducing the next certificate to Harbor.")
	says(t, s.ask("owner", "POST", path+"/renew", nil), http.StatusConflict, renewal.ErrUnderWay.Sentence)
	s.handlers.Renewals.Turn(t.Context())
	lacks(t, shows(t, s.ask("viewer", "GET", path, nil), "Renewed on", "Earlier certificates"), "Renew now")
}

func TestACopySaysThatItRenewsNothing(t *testing.T) {
	harbor := cloudtest.NewRenewing(testNow)
	s := newSite(t, func(c *Config) { c.Clouds["fake"] = harbor })
	active, err := s.Certificates.Active(t.Context(), s.harbor.ID)
	if err != nil {
		t.Fatal(err)
	}
	harbor.Trust("hook", active)
	path := s.ask("owner", "POST", "/accounts/harbor/cloud-providers/fake/credentials", url.Values{"label": {"Pier"}, "method": {cloudtest.MethodPass},
		"berth": {"north"}, "captain": {"hook"}, "register": {"r1"}, "verify": {"no"}}).Header().Get("Location")
	if err := s.db.MarkRestored(t.Context(), time.Now()); err != nil {
		t.Fatal(err)
	}
	lacks(t, shows(t, s.ask("owner", "GET", path, nil), "This Mooring is a copy", "mooring database confirm"), "Renew now")
	says(t, s.ask("owner", "POST", path+"/renew", nil), http.StatusConflict, renewal.ErrPaused.Sentence)
	if err := s.db.ConfirmInstance(t.Context(), audit.Entry{At: time.Now(), Actor: audit.BySystem(), Action: audit.ConfirmInstance, Result: audit.Done}); err != nil {
		t.Fatal(err)
	}
	shows(t, s.ask("owner", "GET", path, nil), "Renew now")
}
