package handlers

import (
	"context"
	"log/slog"
	"net/http"
	"net/url"
	"regexp"
	"testing"
	"time"

	"mooring/audit"
	"mooring/db/dbtest"
	"mooring/secret"
)

// freshSite is a site that nobody has set up, and the path of its set-up address.
func freshSite(t *testing.T) (*site, string) {
	t.Helper()
	s := &site{t: t, db: dbtest.New(t), log: &lockedLog{}, passing: &fakeCloud{}}
	log := slog.New(slog.NewTextHandler(s.log, nil))
	config := configOf(t, s.db, secret.NewRing(), s.passing, log, testNow)
	config.Refusals = audit.NewRefusals(audit.RefusalsConfig{Write: config.AuditLog.Store.AddEntry, Now: testNow, Log: log, Patience: time.Hour, After: func(time.Duration, func()) {}})
	t.Cleanup(func() { _ = config.Refusals.Flush(context.Background()) })
	s.handlers = newHandlers(config)
	var err error
	if s.server, err = New(config); err != nil {
		t.Fatal(err)
	}
	token, needed, err := config.Accounts.NewSetUpLink(t.Context())
	if err != nil || !needed {
		t.Fatalf("needed: %v, %v", needed, err)
	}
	return s, "/setup/" + token.Reveal()
}

func TestTheFirstAdministratorIsOfferedThreeSteps(t *testing.T) {
	s, setUp := freshSite(t)
	b := s.browser()
	form := url.Values{"email": {"ada@example.com"}, "name": {"Ada"}, "password": {testPassword}, "organization": {"pier"}}
	leads(t, b.ask("POST", setUp, form), "/")
	const home = "/accounts/pier/cloud-providers"
	const invite, passkey, key = `href="/accounts/pier/people">Invite people to pier<`, `href="/settings/passkeys/new">Add a passkey<`, `href="/help">Back up the key file<`
	page := shows(t, b.ask("GET", home, nil), "First steps", invite, passkey, key)
	lacks(t, page, `data-testid="notices"`)

	// Each goes when it is done,
	b.ask("POST", "/accounts/pier/invitations", url.Values{"role": {"member"}})
	lacks(t, shows(t, b.ask("GET", home, nil), passkey, key), invite)
	b.addPasskey("phone")
	page = shows(t, b.ask("GET", home, nil), key)
	lacks(t, page, invite, passkey)

	// and when it is dismissed, without the notices beside it.
	found := noticeField.FindAllStringSubmatch(page, -1)
	step := `name="notice" value="`
	leads(t, b.ask("POST", "/settings/notices/dismiss", url.Values{"next": {home}, "notice": {stepOf(page)}}), home)
	lacks(t, shows(t, b.ask("GET", home, nil), step), "First steps", key)
	if len(found) < 2 {
		t.Errorf("the notice of the new passkey is not there: %q", found)
	}
}

// stepOf is the notice behind the first button that dismisses a step.
func stepOf(page string) string {
	found := stepButton.FindStringSubmatch(page)
	if found == nil {
		return ""
	}
	return found[1]
}

func TestWhoSetsUpWithoutAnOrganizationIsOfferedOne(t *testing.T) {
	s, setUp := freshSite(t)
	b := s.browser()
	leads(t, b.ask("POST", setUp, url.Values{"email": {"ada@example.com"}, "name": {"Ada"}, "password": {testPassword}}), "/")
	shows(t, b.ask("GET", "/accounts/ada/cloud-providers", nil), `href="/organizations/new">Create an organization<`)
	if w := b.ask("GET", "/settings", nil); w.Code != http.StatusOK {
		t.Errorf("answered %d", w.Code)
	}
}

var stepButton = regexp.MustCompile(`class="quiet-button" name="notice" value="([^"]*)"`)
