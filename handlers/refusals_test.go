package handlers

import (
	"context"
	"errors"
	"fmt"
	"html"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"mooring/account"
	"mooring/audit"
)

// refusedEntries are the entries of refused requests, the oldest first.
func (s *site) refusedEntries() []audit.Sealed {
	s.t.Helper()
	s.flush()
	page, err := s.AuditLog.Store.Filtered(s.t.Context(), audit.Filter{Action: string(audit.RefuseRequest)}, 0, 1000)
	if err != nil {
		s.t.Fatal(err)
	}
	entries := make([]audit.Sealed, len(page.Entries))
	for i, e := range page.Entries {
		entries[len(entries)-1-i] = e
	}
	return entries
}

func TestARefusedRequestIsInTheAuditLog(t *testing.T) {
	for name, test := range map[string]struct {
		who, method, path string
		route             string
		inHarbor          bool
		key               bool
	}{
		"no administrator":     {who: "member", method: "GET", path: "/admin/people", route: "GET /admin/people"},
		"no owner":             {who: "member", method: "POST", path: "/accounts/harbor/general", route: "POST /accounts/:account/general", inHarbor: true},
		"no member":            {who: "viewer", method: "POST", path: "/accounts/harbor/cloud-providers/azure/credentials/none/verify", route: "POST " + credentialPath + "/verify", inHarbor: true},
		"a stranger":           {who: "stranger", method: "GET", path: "/accounts/harbor/people?search=secret-word", route: "GET /accounts/:account/people", inHarbor: true},
		"of nothing":           {who: "stranger", method: "GET", path: "/accounts/nobody/people", route: "GET /accounts/:account/people"},
		"an administrator":     {who: "admin", method: "GET", path: "/accounts/harbor/people", route: "GET /accounts/:account/people", inHarbor: true},
		"another account's":    {who: "stranger's key", method: "GET", path: "/api/v1/accounts/harbor/credentials", route: "GET /api/v1/accounts/:account/credentials", inHarbor: true, key: true},
		"another's invitation": {who: "member", method: "POST", path: "/join/TOKEN/accept", route: "POST /join/:token/accept"},
	} {
		t.Run(name, func(t *testing.T) {
			s := newSite(t)
			token := ""
			if strings.Contains(test.path, "TOKEN") {
				token = s.invited(account.InviteForm{Role: "viewer", Email: "somebody@example.com"})
			}
			version := s.db.Version()
			w := s.ask(test.who, test.method, strings.ReplaceAll(test.path, "TOKEN", token), formFor(test.method, test.who))
			if w.Code != http.StatusForbidden && w.Code != http.StatusNotFound {
				t.Fatalf("answered %d: %s", w.Code, w.Body)
			}
			entries := s.refusedEntries()
			if len(entries) != 1 {
				t.Fatalf("the entries are %+v", entries)
			}
			e := entries[0]
			if e.Result != audit.Refused || e.Detail != test.route || e.Actor.Address != "192.0.2.1" || e.Actor.RequestID == "" || e.Actor.PersonID == "" {
				t.Errorf("the entry is %+v", e)
			}
			if e.AccountID == s.harbor.ID != test.inHarbor || !test.inHarbor && e.AccountID != "" {
				t.Errorf("it is about the account %q", e.AccountID)
			}
			if (e.Actor.KeyID != "") != test.key {
				t.Errorf("it is by the key %q", e.Actor.KeyID)
			}
			if token != "" && strings.Contains(fmt.Sprint(entries), token) || strings.Contains(fmt.Sprint(entries), "secret-word") {
				t.Error("the entry holds what was in the address")
			}
			if s.db.Version() != version {
				t.Error("every page that is kept was thrown away")
			}
		})
	}
}

func TestOnlyRefusalsAreEntries(t *testing.T) {
	s := newSite(t)
	s.ask("", "GET", "/admin/people", nil)                          // signs in first
	s.ask("half", "GET", "/accounts/harbor/people", nil)            // takes the second step first
	s.ask("stale admin", "POST", "/admin/people/none/disable", nil) // proves first
	s.ask("owner", "GET", "/accounts/harbor/nothing", nil)
	s.ask("owner", "GET", "/accounts/harbor/cloud-providers/azure/credentials/none", nil)
	s.ask("owner", "POST", "/accounts/harbor/general", url.Values{"name": {"Not A Name"}})
	s.ask("owner", "GET", "/accounts/owner/people", nil) // a personal account has none
	if entries := s.refusedEntries(); len(entries) != 0 {
		t.Errorf("the entries are %+v", entries)
	}
}

func TestAKeyThatIsRefusedIsInTheAuditLog(t *testing.T) {
	s := newSite(t)
	expired := s.ask("expired key", "GET", "/api/v1/me", nil)
	id, _, err := account.ParseKey(s.keys["expired key"])
	if err != nil || expired.Code != http.StatusUnauthorized {
		t.Fatalf("answered %d, %v", expired.Code, err)
	}
	s.ask("", "GET", "/api/v1/me", nil, withHeader("Authorization", "Bearer not-a-key"))
	s.ask("", "GET", "/api/v1/me", nil)
	entries := s.refusedEntries()
	if len(entries) != 1 || entries[0].Detail != "GET /api/v1/me with the API key "+id || entries[0].Actor.Name != "unknown" {
		t.Errorf("the entries are %+v", entries)
	}
	if strings.Contains(fmt.Sprint(entries), s.keys["expired key"]) {
		t.Error("the entry holds the key")
	}
}

// TestARemovedAdministratorFindsNothing is about a session that was an
// administrator's when it began.
func TestARemovedAdministratorFindsNothing(t *testing.T) {
	s := newSite(t)
	if w := s.ask("admin", "GET", "/admin/reviews", nil); w.Code != http.StatusOK {
		t.Fatalf("before it answered %d: %s", w.Code, w.Body)
	}
	s.demote("admin")
	got, none := s.ask("admin", "GET", "/admin/reviews", nil), s.ask("member", "GET", "/admin/nothing", nil)
	if got.Code != http.StatusNotFound || !strings.Contains(html.UnescapeString(got.Body.String()), errNotHere.Sentence) || none.Code != http.StatusNotFound {
		t.Errorf("answered %d, and for nothing %d: %s", got.Code, none.Code, got.Body)
	}
}

func TestTenRefusalsInARowAreOneEntry(t *testing.T) {
	s := newSite(t)
	for range 10 {
		s.ask("member", "GET", "/admin/people", nil)
	}
	if entries := s.refusedEntries(); len(entries) != 1 {
		t.Errorf("there are %d entries", len(entries))
	}
	s.ask("viewer", "GET", "/admin/people", nil)
	s.ask("member", "GET", "/admin/people/none", nil)
	if entries := s.refusedEntries(); len(entries) != 3 {
		t.Errorf("others, or other routes, have no entry of their own: %+v", entries)
	}
}

// deaf is a log that takes no entry.
type deaf struct{ audit.LogStore }

func (deaf) AddEntry(context.Context, audit.Entry) error { return errors.New("the disk is full") }

func TestARefusalStandsWhenItsEntryCannotBeWritten(t *testing.T) {
	whole := newSite(t)
	s := newSite(t, func(c *Config) {
		config := c.AuditLog.LogConfig
		config.Store = deaf{config.Store}
		c.AuditLog = audit.NewLog(config)
	})
	got, want := s.ask("member", "GET", "/admin/people", nil), whole.ask("member", "GET", "/admin/people", nil)
	if got.Code != http.StatusNotFound || withoutIDs(got.Body.String()) != withoutIDs(want.Body.String()) {
		t.Errorf("answered %d: %s", got.Code, got.Body)
	}
	if log := s.log.String(); !strings.Contains(log, "could not write the entry of a refused request") || !strings.Contains(log, "the disk is full") {
		t.Errorf("the log does not say so: %s", log)
	}
}

// stuck is a store whose write lock somebody holds until the test lets go.
type stuck struct {
	audit.LogStore
	held chan struct{}
}

func (s stuck) AddEntry(ctx context.Context, e audit.Entry) error {
	<-s.held
	return s.LogStore.AddEntry(ctx, e)
}

// TestARefusalIsAnsweredBeforeItsEntryIsWritten is about time, which would tell
// a page that is not shown from one that is not there.
func TestARefusalIsAnsweredBeforeItsEntryIsWritten(t *testing.T) {
	held := make(chan struct{})
	s := newSite(t, func(c *Config) {
		config := c.AuditLog.LogConfig
		config.Store = stuck{config.Store, held}
		c.AuditLog = audit.NewLog(config)
	})
	for range 3 {
		if w := s.answer("member", "GET", "/admin/people", nil); w.Code != http.StatusNotFound {
			t.Errorf("answered %d: %s", w.Code, w.Body)
		}
	}
	close(held)
	if entries := s.refusedEntries(); len(entries) != 1 {
		t.Errorf("the entries are %+v", entries)
	}
}
