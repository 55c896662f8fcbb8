package handlers

import (
	"cmp"
	"context"
	"crypto/rand"
	"crypto/rsa"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"mooring/account"
	"mooring/audit"
	"mooring/certificate"
	"mooring/cloud"
	"mooring/credential"
	"mooring/db"
	"mooring/db/dbtest"
	"mooring/fault"
	"mooring/secret"
)

// site is a whole Mooring for one test, on a database of its own.
type site struct {
	*handlers
	t       *testing.T
	db      *db.DB
	server  http.Handler
	log     *strings.Builder
	harbor  account.Account
	people  map[string]string // who → session token
	passing *fakeCloud
}

const testPassword = "a long enough password"

var testKey = sync.OnceValues(func() (*rsa.PrivateKey, error) { return rsa.GenerateKey(rand.Reader, 2048) })

func testNow() time.Time { return time.Date(2026, time.November, 23, 9, 0, 0, 0, time.UTC) }

// newSite gives a site with the organization harbor, its owner and a member, a
// stranger and a site administrator, all signed in.
func newSite(t *testing.T, change ...func(*Config)) *site {
	t.Helper()
	return newSiteAt(t, testNow, change...)
}

// newSiteAt has a clock of its own for pages and certificates.
func newSiteAt(t *testing.T, now func() time.Time, change ...func(*Config)) *site {
	t.Helper()
	template := madeOnce(t)
	path := filepath.Join(t.TempDir(), "mooring.db")
	if err := os.WriteFile(path, template.database, 0o600); err != nil {
		t.Fatal(err)
	}
	database, err := db.Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = database.Close() })
	s := &site{t: t, db: database, harbor: template.harbor, people: template.people, log: &strings.Builder{}, passing: &fakeCloud{}}
	log := slog.New(slog.NewTextHandler(&lockedWriter{to: s.log}, &slog.HandlerOptions{Level: slog.LevelDebug}))
	config := configOf(t, database, template.ring, s.passing, log, now)
	for _, c := range change {
		c(&config)
	}
	s.handlers = newHandlers(config)
	if s.server, err = New(config); err != nil {
		t.Fatal(err)
	}
	return s
}

// template is what every site starts from. Hashing its passwords takes a
// while, so it is made once and copied.
type template struct {
	database []byte
	ring     *secret.Ring
	harbor   account.Account
	people   map[string]string
}

var (
	templateOnce sync.Once
	theTemplate  template
)

func madeOnce(t *testing.T) template {
	t.Helper()
	templateOnce.Do(func() {
		database := dbtest.New(t)
		theTemplate = template{ring: secret.NewRing(), people: map[string]string{}}
		config := configOf(t, database, theTemplate.ring, &fakeCloud{}, slog.New(slog.DiscardHandler), testNow)
		owner := theTemplate.add(t, config, "owner", "harbor", false)
		theTemplate.harbor = owner.Joins[1].Account
		theTemplate.add(t, config, "member", "", false, account.Membership{Account: theTemplate.harbor, Role: account.Member})
		theTemplate.add(t, config, "stranger", "elsewhere", false)
		theTemplate.add(t, config, "admin", "", true)
		path := filepath.Join(t.TempDir(), "template.db")
		if err := database.BackupTo(t.Context(), path); err != nil {
			t.Fatal(err)
		}
		var err error
		if theTemplate.database, err = os.ReadFile(path); err != nil {
			t.Fatal(err)
		}
	})
	return theTemplate
}

func configOf(t *testing.T, database *db.DB, ring *secret.Ring, linkable cloud.Cloud, log *slog.Logger, now func() time.Time) Config {
	ctx, cancel := context.WithCancel(context.Background())
	pool := certificate.NewPool(1, testKey, log)
	var group sync.WaitGroup
	group.Go(func() { pool.Run(ctx) })
	t.Cleanup(func() { cancel(); group.Wait() })
	certificates := certificate.NewService(database.Certificates(), ring, pool, now, rand.Text, log)
	clouds := cloud.Registry{"azure": linkable}
	return Config{
		Accounts:     account.NewService(database.Accounts(), testNow, rand.Text, log, func() {}),
		Certificates: certificates, Clouds: clouds,
		Credentials: credential.NewService(database.Credentials(), clouds, certificates, nil, testNow, rand.Text, log),
		Data:        database, Now: now, Log: log, PublicURL: &url.URL{Scheme: "http", Host: "127.0.0.1:8080"},
	}
}

func (m *template) add(t *testing.T, config Config, who, organization string, admin bool, joins ...account.Membership) account.NewPerson {
	t.Helper()
	form := account.SetUpForm{Email: who + "@example.com", Name: who, Organization: organization, Password: testPassword}
	person, err := config.Accounts.Add(t.Context(), form, admin, joins, audit.BySystem())
	if err != nil {
		t.Fatal(err)
	}
	token, err := config.Accounts.SignIn(t.Context(), form.Email, testPassword, account.Origin{Address: "192.0.2.1", Agent: "test"})
	if err != nil {
		t.Fatal(err)
	}
	m.people[who] = token.Reveal()
	for _, joined := range person.Joins { // made ahead, as in the product
		if _, err := config.Certificates.Active(t.Context(), joined.Account.ID); err != nil {
			t.Fatal(err)
		}
	}
	return person
}

// ask sends a request as who ("" is nobody).
func (s *site) ask(who, method, path string, form url.Values, change ...func(*http.Request)) *httptest.ResponseRecorder {
	s.t.Helper()
	var body io.Reader
	if form != nil {
		body = strings.NewReader(form.Encode())
	}
	r := httptest.NewRequestWithContext(s.t.Context(), method, "http://127.0.0.1:8080"+path, body)
	r.RemoteAddr = "192.0.2.1:1234"
	if form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	if token, ok := s.people[who]; ok {
		r.AddCookie(&http.Cookie{Name: s.sessions.name, Value: token})
	}
	for _, c := range change {
		c(r)
	}
	w := httptest.NewRecorder()
	s.server.ServeHTTP(w, r)
	return w
}

func withHTMX(target string) func(*http.Request) {
	return func(r *http.Request) {
		r.Header.Set("HX-Request", "true")
		r.Header.Set("HX-Target", target)
		r.Header.Set("HX-Current-URL", "http://127.0.0.1:8080/accounts/harbor/cloud-providers")
	}
}

func withHeader(name, value string) func(*http.Request) {
	return func(r *http.Request) { r.Header.Set(name, value) }
}

// link links a subscription to harbor and gives its page's path.
func (s *site) link(label, subscription string) string {
	s.t.Helper()
	w := s.ask("owner", "POST", "/accounts/harbor/cloud-providers/azure/credentials",
		url.Values{"label": {label}, "subscription_id": {subscription}, "verify": {"no"}})
	if w.Code != http.StatusSeeOther {
		s.t.Fatalf("linking answered %d: %s", w.Code, w.Body)
	}
	return w.Header().Get("Location")
}

type lockedWriter struct {
	mu sync.Mutex
	to io.Writer
}

func (w *lockedWriter) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.to.Write(p)
}

// fakeCloud passes everything and reads only the subscription.
type fakeCloud struct{ finds string }

func (*fakeCloud) Describe() cloud.Description {
	return cloud.Description{Key: "azure", Name: "Microsoft Azure", ShortName: "Azure",
		Environments: []cloud.Option{{Key: "public", Name: "Azure public"}},
		Methods:      []cloud.Method{{Key: "app", Name: "App", When: "Always.", Stages: []cloud.Stage{{Key: "sign-in", Name: "Sign in"}}}}}
}

func (*fakeCloud) Read(form *cloud.Form) (cloud.Target, fault.Fields) {
	fields := fault.Fields{}
	if form.SubscriptionID == "" {
		fields["subscription_id"] = "Paste the subscription ID."
	}
	if strings.Contains(form.Pasted, "password") {
		form.Pasted, fields["pasted"] = "", "This contains a password."
	}
	return cloud.Target{Environment: "public", Method: "app", SubscriptionID: form.SubscriptionID, ClientID: form.ClientID}, fields
}

func (*fakeCloud) Verify(_ context.Context, _ cloud.Attempt, report func(cloud.StageResult)) (cloud.Finding, error) {
	report(cloud.StageResult{Stage: "sign-in", Verdict: cloud.OK, StartedAt: testNow()})
	return cloud.Finding{SubscriptionName: "Pay-As-You-Go", TenantID: "tenant"}, nil
}

func (*fakeCloud) Explain(r cloud.StageResult, _ cloud.Target) cloud.Explanation {
	return cloud.Explanation{Code: r.Code, Happened: "It happened.", Fix: "Fix it.", Who: "You."}
}

func (*fakeCloud) Catalogue() []cloud.Explanation { return nil }

func (*fakeCloud) Guide(cloud.Draft) cloud.Guide { return cloud.Guide{Needs: []string{"Time."}} }

func (*fakeCloud) Leftovers(cloud.Target) []cloud.Command {
	return []cloud.Command{{Title: "Clean up", Text: "az clean"}}
}

func (f *fakeCloud) FindTenant(context.Context, string, string) (string, error) {
	return cmp.Or(f.finds, "found-tenant"), nil
}
