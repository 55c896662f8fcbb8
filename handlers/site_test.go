package handlers

import (
	"cmp"
	"context"
	"crypto/rand"
	"crypto/rsa"
	"encoding/json"
	"io"
	"log/slog"
	"maps"
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
	"mooring/grant"
	"mooring/jobs"
	"mooring/register"
	"mooring/renewal"
	"mooring/review"
	"mooring/secret"
)

// site is a whole Mooring for one test, on a database of its own.
type site struct {
	*handlers
	t       *testing.T
	db      *db.DB
	server  http.Handler
	log     *lockedLog
	harbor  account.Account
	people  map[string]string // who → session token
	keys    map[string]string // who → API key
	ids     map[string]string // who → person ID
	passing *fakeCloud
	linked  string // ID of what was linked last

	subscriptions int // that were made up
}

const testPassword = "a long enough password"

var testKey = sync.OnceValues(func() (*rsa.PrivateKey, error) { return rsa.GenerateKey(rand.Reader, 2048) })

func testNow() time.Time { return time.Date(2026, time.November, 23, 9, 0, 0, 0, time.UTC) }

// newSite gives a site with the organization harbor, its owner, a member and a
// viewer, a stranger and a site administrator, all signed in; with others whom
// something stops; and with API keys.
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
	database := dbtest.At(t, path)
	s := &site{t: t, db: database, harbor: template.harbor, people: maps.Clone(template.people), keys: template.keys, ids: template.ids,
		log: &lockedLog{}, passing: &fakeCloud{}}
	log := slog.New(slog.NewTextHandler(s.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	config := configOf(t, database, template.ring, s.passing, log, now)
	for _, c := range change {
		c(&config)
	}
	config.Refusals = audit.NewRefusals(audit.RefusalsConfig{Write: config.AuditLog.Store.AddEntry, Now: now, Log: log,
		Patience: time.Hour,                       // no entry is lost to a slow machine,
		After:    func(time.Duration, func()) {}}) // and no minute ends during a test
	t.Cleanup(func() { _ = config.Refusals.Flush(context.Background()) })
	s.handlers = newHandlers(config)
	var err error
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
	keys     map[string]string
	ids      map[string]string
}

var (
	templateOnce sync.Once
	theTemplate  template
)

func madeOnce(t *testing.T) template {
	t.Helper()
	templateOnce.Do(func() {
		database := dbtest.New(t)
		m := &theTemplate
		*m = template{ring: secret.NewRing(), people: map[string]string{}, keys: map[string]string{}, ids: map[string]string{}}
		config := configOf(t, database, m.ring, &fakeCloud{}, slog.New(slog.DiscardHandler), testNow)
		owner := m.add(t, config, "owner", "harbor", false)
		m.harbor = owner.Joins[1].Account
		in := func(role account.Role) account.Membership { return account.Membership{Account: m.harbor, Role: role} }
		m.add(t, config, "member", "", false, in(account.Member))
		m.add(t, config, "viewer", "", false, in(account.Viewer))
		m.add(t, config, "stranger", "elsewhere", false)
		m.add(t, config, "admin", "", true)
		m.add(t, config, "disabled", "", false, in(account.Owner))
		m.add(t, config, "half", "", false, in(account.Owner))
		m.stop(t, config)
		m.makeKeys(t, config, database)
		path := filepath.Join(t.TempDir(), "template.db")
		if err := database.BackupTo(t.Context(), path); err != nil {
			t.Fatal(err)
		}
		var err error
		if m.database, err = os.ReadFile(path); err != nil {
			t.Fatal(err)
		}
	})
	return theTemplate
}

// stop puts something between people and the pages: one is disabled, one owes
// the second step, and of two the last proof is old.
func (m *template) stop(t *testing.T, config Config) {
	t.Helper()
	if err := config.People.Disable(t.Context(), m.caller(t, config, "admin"), m.ids["disabled"], audit.BySystem()); err != nil {
		t.Fatal(err)
	}
	half := m.caller(t, config, "half")
	question, err := config.Accounts.BeginAddPasskey(t.Context(), half)
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := config.Accounts.AddPasskey(t.Context(), half, answerTo(question, "half"), account.Origin{Address: "192.0.2.1"}); err != nil {
		t.Fatal(err)
	}
	m.people["half"] = m.signIn(t, config.Accounts, "half")
	for _, who := range []string{"owner", "admin"} {
		earlier := accountsAt(config, func() time.Time { return testNow().Add(-account.ProofLife) })
		m.people["stale "+who] = m.signIn(t, earlier, who)
	}
}

func (m *template) makeKeys(t *testing.T, config Config, database *db.DB) {
	t.Helper()
	earlier := account.NewKeys(account.KeysConfig{Store: database.Accounts(), Now: func() time.Time { return testNow().Add(-48 * time.Hour) }, Log: config.Log})
	for who, made := range map[string]struct {
		keys   *account.Keys
		person string
		scope  account.Scope
	}{
		"read key": {config.Keys, "owner", account.Read}, "write key": {config.Keys, "owner", account.Write},
		"expired key": {earlier, "owner", account.Write}, "stranger's key": {config.Keys, "stranger", account.Write},
	} {
		caller := m.caller(t, config, made.person)
		membership, _ := caller.Default()
		form := account.KeyForm{Name: who, Scope: string(made.scope), Days: "1"}
		_, key, err := made.keys.Make(t.Context(), caller, membership, form, audit.BySystem())
		if err != nil {
			t.Fatal(err)
		}
		m.keys[who] = key.Reveal()
	}
}

func (m *template) caller(t *testing.T, config Config, who string) account.Caller {
	t.Helper()
	caller, err := config.Accounts.Authenticate(t.Context(), m.people[who])
	if err != nil {
		t.Fatal(err)
	}
	return caller
}

func (m *template) signIn(t *testing.T, accounts *account.Service, who string) string {
	t.Helper()
	in, err := accounts.SignIn(t.Context(), who+"@example.com", testPassword, account.Origin{Address: "192.0.2.1", Agent: "test"})
	if err != nil {
		t.Fatal(err)
	}
	return in.Token.Reveal()
}

// fakePasskeys believes an answer that ends with the question. What stands
// before is the name of the authenticator.
type fakePasskeys struct{}

func (fakePasskeys) question(personID string) (account.Question, error) {
	state, err := json.Marshal(rand.Text())
	return account.Question{Options: state, Ceremony: account.Ceremony{PersonID: personID, State: state}}, err
}

func (f fakePasskeys) BeginAdd(p account.Person, _ []account.Passkey) (account.Question, error) {
	return f.question(p.ID)
}

func (f fakePasskeys) FinishAdd(_ account.Person, a account.PasskeyAnswer) (account.Passkey, error) {
	id, ok := strings.CutSuffix(string(a.Answer), string(a.Ceremony.State))
	if !ok {
		return account.Passkey{}, account.ErrPasskeyRefused
	}
	return account.Passkey{CredentialID: []byte(id), Record: []byte("{}"), Name: a.Name}, nil
}

func (f fakePasskeys) BeginUse(personID string, _ []account.Passkey) (account.Question, error) {
	return f.question(personID)
}

func (fakePasskeys) Claimed(account.PasskeyAnswer) []byte { return nil }

func (f fakePasskeys) FinishUse(a account.PasskeyAnswer, find func([]byte) (account.Passkey, error)) (account.Passkey, error) {
	id, ok := strings.CutSuffix(string(a.Answer), string(a.Ceremony.State))
	if !ok {
		return account.Passkey{}, account.ErrPasskeyRefused
	}
	found, err := find([]byte(id))
	if err != nil {
		return account.Passkey{}, account.ErrPasskeyRefused.Because(err)
	}
	return found, nil
}

// answerTo is how the authenticator with this name answers.
func answerTo(q account.Question, authenticator string) account.PasskeyAnswer {
	return account.PasskeyAnswer{Ceremony: q.Ceremony, Answer: append([]byte(authenticator), q.Ceremony.State...)}
}

// accountsAt is the same service at another time.
func accountsAt(config Config, now func() time.Time) *account.Service {
	return account.NewService(account.Config{Store: config.Data.(*db.DB).Accounts(), Policy: config.Accounts.Policy(), Passkeys: fakePasskeys{},
		Now: now, NewID: rand.Text, Log: config.Log, Joined: func() {}})
}

// accountsWith is the same service under another policy.
func accountsWith(config Config, policy account.Policy) *account.Service {
	return account.NewService(account.Config{Store: config.Data.(*db.DB).Accounts(), Policy: policy, Passkeys: fakePasskeys{},
		Now: testNow, NewID: rand.Text, Log: config.Log, Joined: func() {}})
}

func configOf(t *testing.T, database *db.DB, ring *secret.Ring, linkable cloud.Cloud, log *slog.Logger, now func() time.Time) Config {
	ctx, cancel := context.WithCancel(context.Background())
	pool := certificate.NewPool(1, testKey, log)
	var group sync.WaitGroup
	group.Go(func() { pool.Run(ctx) })
	t.Cleanup(func() { cancel(); group.Wait() })
	certificates := certificate.NewService(database.Certificates(), ring, pool, now, rand.Text, log)
	clouds := cloud.Registry{"azure": linkable}
	accounts, public := database.Accounts(), &url.URL{Scheme: "http", Host: "127.0.0.1:8080"}
	joined := func() {}
	credentials := credential.NewService(database.Credentials(), clouds, certificates, nil, now, rand.Text, log)
	credentials.KeepGrants(grant.NewService(database.Grants(), ring, clouds, now, log))
	renewals := renewal.NewService(renewal.Config{Store: database.Renewals(), Certificates: certificates, Credentials: credentials, Clouds: clouds, Now: now, NewID: rand.Text, Log: log})
	register := register.NewService(register.Config{Store: database.Register(), Clouds: clouds, Now: now, Log: log})
	auditLog := audit.NewLog(audit.LogConfig{Store: database.AuditLog(), Notary: dbtest.Notary(), Now: now, Log: log})
	return Config{
		Accounts: account.NewService(account.Config{Store: accounts, Policy: account.Policy{Passwords: true}, Passkeys: fakePasskeys{}, Now: testNow,
			NewID: rand.Text, Log: log, Joined: joined}),
		Organizations: account.NewOrganizations(account.OrganizationsConfig{Store: accounts, Policy: account.Policy{Passwords: true}, Now: testNow, NewID: rand.Text, Log: log, Joined: joined,
			Link: func(token string) string { return public.JoinPath("join", token).String() }}),
		People:       account.NewPeople(account.PeopleConfig{Store: accounts, Now: testNow}),
		Keys:         account.NewKeys(account.KeysConfig{Store: accounts, Now: testNow, Log: log}),
		Certificates: certificates, Clouds: clouds,
		Credentials: credentials, Intake: credentials.Intake(), Register: register, Renewals: renewals, AuditLog: auditLog,
		Jobs: jobs.NewService(jobs.Config{Store: database.Jobs(), Register: register, Credentials: credentials, Now: now, NewID: rand.Text, Log: log}),
		Reviews: review.NewService(review.Config{Store: database.Reviews(), Register: register, Credentials: credentials, Notary: dbtest.Notary(),
			Now: now, NewID: rand.Text, Log: log}),
		Data: database, Now: now, Log: log, PublicURL: public, PasskeyURL: public,
	}
}

func (m *template) add(t *testing.T, config Config, who, organization string, admin bool, joins ...account.Membership) account.NewPerson {
	t.Helper()
	form := account.Newcomer{Email: who + "@example.com", Name: who, Organization: organization, Password: testPassword}
	person, err := config.Accounts.Add(t.Context(), form, admin, joins, audit.BySystem())
	if err != nil {
		t.Fatal(err)
	}
	m.people[who], m.ids[who] = m.signIn(t, config.Accounts, who), person.Person.ID
	for _, joined := range person.Joins { // made ahead, as in the product
		if _, err := config.Certificates.Active(t.Context(), joined.Account.ID); err != nil {
			t.Fatal(err)
		}
	}
	return person
}

// ask sends a request as who ("" is nobody), and waits for what is written
// behind the answer.
func (s *site) ask(who, method, path string, form url.Values, change ...func(*http.Request)) *httptest.ResponseRecorder {
	s.t.Helper()
	w := s.answer(who, method, path, form, change...)
	s.flush()
	return w
}

// flush waits for what is written behind the answers.
func (s *site) flush() {
	s.t.Helper()
	if err := s.Refusals.Flush(s.t.Context()); err != nil {
		s.t.Fatal(err)
	}
}

// answer is ask, and waits for the answer only.
func (s *site) answer(who, method, path string, form url.Values, change ...func(*http.Request)) *httptest.ResponseRecorder {
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
	if key, ok := s.keys[who]; ok {
		r.Header.Set("Authorization", "Bearer "+key)
	}
	for _, c := range change {
		c(r)
	}
	w := httptest.NewRecorder()
	s.server.ServeHTTP(w, r)
	return w
}

// sessionCookie gives the session that an answer hands out.
func (s *site) sessionCookie(w *httptest.ResponseRecorder) *http.Cookie {
	s.t.Helper()
	for _, c := range w.Result().Cookies() {
		if c.Name == s.sessions.name {
			return c
		}
	}
	s.t.Fatalf("no session in the answer %d: %s", w.Code, w.Body)
	return nil
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
	path := w.Header().Get("Location")
	s.linked = path[strings.LastIndexByte(path, '/')+1:]
	return path
}

// lockedLog can be read while something still writes to it.
type lockedLog struct {
	mu   sync.Mutex
	text strings.Builder
}

func (l *lockedLog) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *lockedLog) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// fakeCloud passes everything and reads only the subscription.
type fakeCloud struct {
	finds  string
	rights []cloud.Right
	fails  bool
	takes  cloud.CertificateForm
}

func (f *fakeCloud) Describe() cloud.Description {
	return cloud.Description{Key: "azure", Name: "Microsoft Azure", ShortName: "Azure",
		Account:      cloud.Noun{One: "subscription", Many: "subscriptions", ID: "Subscription ID"},
		Parent:       cloud.Noun{One: "directory", Many: "directories", ID: "Directory (tenant) ID"},
		Environments: []cloud.Option{{Key: "public", Name: "Azure public"}},
		Methods: []cloud.Method{{Key: "app", Name: "App", When: "Always.", Needs: cloud.Leaf, Takes: f.takes, AccountField: "subscription_id", ParentField: "tenant_id",
			Fields: []cloud.Field{
				{Key: "subscription_id", Label: "Subscription ID", Fills: cloud.Account}, {Key: "client_id", Label: "Application (client) ID", Fills: cloud.Principal},
				{Key: "pasted", Label: "Command output", Kind: cloud.Paste}, {Key: "tenant_id", Label: "Directory (tenant) ID", Fills: cloud.Parent, Optional: true, Found: true},
			}, Stages: []cloud.Stage{{Key: "sign-in", Name: "Sign in"}}}}}
}

func (*fakeCloud) Read(form *cloud.Form) (cloud.Target, fault.Fields) {
	fields := fault.Fields{}
	if form.Values["subscription_id"] == "" {
		fields["subscription_id"] = "Paste the subscription ID."
	}
	if strings.Contains(form.Values["pasted"], "password") {
		form.Values = maps.Clone(form.Values)
		delete(form.Values, "pasted")
		fields["pasted"] = "This contains a password."
	}
	return cloud.Target{Environment: "public", Account: form.Values["subscription_id"], SignIn: cloud.SignIn{Method: "app", Principal: form.Values["client_id"]}}, fields
}

func (f *fakeCloud) Check(_ context.Context, _ cloud.Attempt, report func(cloud.StageResult)) (cloud.Finding, error) {
	if f.fails {
		report(cloud.StageResult{Stage: "sign-in", Verdict: cloud.Failed, Code: "C", StartedAt: testNow()})
		return cloud.Finding{}, nil
	}
	report(cloud.StageResult{Stage: "sign-in", Verdict: cloud.OK, StartedAt: testNow()})
	return cloud.Finding{AccountName: "Pay-As-You-Go", Parent: "tenant", Rights: f.rights}, nil
}

func (*fakeCloud) Explain(r cloud.StageResult, _ cloud.Target) cloud.Explanation {
	return cloud.Explanation{Code: r.Code, Happened: "It happened.", Fix: "Fix it.", Who: "You."}
}

func (*fakeCloud) Catalogue() []cloud.Explanation { return nil }

func (*fakeCloud) Guide(cloud.Draft) cloud.Guide { return cloud.Guide{Needs: []string{"Time."}} }

func (*fakeCloud) ReadID(_ cloud.Part, typed string) (id, problem string) {
	if strings.Contains(typed, " ") {
		return "", "This isn't an ID."
	}
	return typed, ""
}

func (f *fakeCloud) Facts(target cloud.Target) []cloud.Fact {
	return cloud.FieldFacts(f.Describe(), target)
}

func (*fakeCloud) Questions() []cloud.Question {
	return []cloud.Question{{Anchor: "no-role", Title: "What if there is no role?", Keywords: "authorizationfailed access control", Text: []string{"Assign the role **Reader**."}}}
}

func (f *fakeCloud) Trust(cloud.Target) []cloud.Command {
	if f.takes == cloud.PublicKeyOnly {
		return []cloud.Command{{Title: "Add it", Why: "Upload it.", Text: "cloud trust <<EOF\n" + cloud.PublicKeyBlank + "\nEOF"}}
	}
	return []cloud.Command{{Title: "Add it", Why: "Upload it.", Text: "cloud trust " + cloud.CertificateBlank}}
}
func (*fakeCloud) Leftovers(cloud.Target) []cloud.Command {
	return []cloud.Command{{Title: "Clean up", Text: "az clean"}}
}

func (f *fakeCloud) FindParent(context.Context, string, string) (string, error) {
	return cmp.Or(f.finds, "found-tenant"), nil
}
