package handlers

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/labstack/echo/v4"

	"mooring/account"
	"mooring/audit"
	"mooring/cloud/cloudtest"
	"mooring/credential"
	"mooring/identity"
	"mooring/jobs"
	"mooring/register"
	"mooring/review"
	"mooring/secret"
	"mooring/static"
)

// walker is a kind of caller, with what the table should let them do in harbor.
type walker struct {
	session bool // a browser that is signed in
	half    bool // it owes the second step
	stale   bool // its last proof is old
	admin   bool
	role    account.Role  // in harbor
	scope   account.Scope // of a key that works
	harbor  bool          // the key is one of harbor
}

var walkers = map[string]walker{
	"":               {},
	"stranger":       {session: true},
	"viewer":         {session: true, role: account.Viewer},
	"member":         {session: true, role: account.Member},
	"owner":          {session: true, role: account.Owner},
	"admin":          {session: true, admin: true},
	"disabled":       {},
	"half":           {session: true, half: true, role: account.Owner},
	"stale owner":    {session: true, stale: true, role: account.Owner},
	"stale admin":    {session: true, stale: true, admin: true},
	"read key":       {scope: account.Read, harbor: true},
	"write key":      {scope: account.Write, harbor: true},
	"expired key":    {},
	"stranger's key": {scope: account.Write},
}

// The answers that keep a caller out, by a word.
const (
	passes     = "passes"
	signInOnly = "is sent to sign in"
	secondOnly = "is sent to the second step"
	proveOnly  = "is sent to prove who it is"
	forbidden  = "is told that it may not"
	notFound   = "finds nothing"
	noKey      = "is told that the key is wrong"
)

// expects says how the table answers this caller, where the operator has the
// help public or not.
func (w walker) expects(r route, publicHelp bool) string {
	roles := map[access]account.Role{viewer: account.Viewer, member: account.Member, owner: account.Owner}
	switch {
	case r.who == anyone, r.who == reader && publicHelp:
		return passes
	case r.who == readKey || r.who == writeKey:
		switch {
		case w.scope == "":
			return noKey
		case strings.Contains(r.path, ":account") && !w.harbor:
			return notFound
		case r.who == writeKey && w.scope != account.Write:
			return forbidden
		}
		return passes
	case !w.session:
		return signInOnly
	case r.who == halfway:
		return passes
	case w.half:
		return secondOnly
	case r.who == administrator && !w.admin, roles[r.who] != "" && w.role == "":
		return notFound
	case roles[r.who] != "" && !w.role.AtLeast(roles[r.who]):
		return forbidden
	case r.proof == proved && w.stale:
		return proveOnly
	}
	return passes
}

// TestEveryRouteForEveryCaller walks the table: who may pass passes, and
// everybody else learns nothing.
func TestEveryRouteForEveryCaller(t *testing.T) {
	for _, r := range (&handlers{}).routes() {
		for who, w := range walkers {
			t.Run(r.method+" "+r.path+" by "+who, func(t *testing.T) {
				t.Parallel()
				walk(t, r, who, w.expects(r, false), false)
				if r.who == reader {
					walk(t, r, who, w.expects(r, true), true)
				}
			})
		}
	}
}

func walk(t *testing.T, r route, who, want string, publicHelp bool) {
	var s *site
	var real, missing string
	for _, htmx := range []bool{false, true} {
		if s == nil || want == passes && r.method != "GET" { // what passes may have changed something
			s = newSite(t, withHelp, func(c *Config) {
				c.SignInWith, c.PublicHelp = []*identity.Provider{githubForTests(t)}, publicHelp
			})
			real, missing = s.fill(r.path, who)
		}
		s.walk(r, who, real, missing, want, htmx)
	}
}

func (s *site) walk(r route, who, real, missing, want string, htmx bool) {
	t := s.t
	before, entries := s.db.Version(), len(s.entries())
	var with []func(*http.Request)
	if htmx {
		with = append(with, withHTMX("live"))
	}
	form := formFor(r.method, who)
	if form != nil {
		form.Set("credential", s.linked)
		form.Set("certificate", s.certificates()[0])
	}
	got := s.ask(who, r.method, real, form, with...)
	if said := answered(got, htmx); said != want && !(want == passes && said == notFound && (strings.HasPrefix(r.path, "/setup/") || strings.HasPrefix(r.path, "/reset/"))) {
		t.Errorf("htmx %v: %s, want: %s. It answered %d %v: %s", htmx, said, want, got.Code, got.Header(), got.Body)
	}
	switch want {
	case notFound:
		random := s.ask(who, r.method, missing, form, with...)
		if random.Code != got.Code || withoutIDs(got.Body.String()) != withoutIDs(random.Body.String()) {
			t.Errorf("what is there and what is not answer differently:\n%s\n%s", got.Body, random.Body)
		}
	case passes:
		if got.Code >= http.StatusInternalServerError {
			t.Errorf("answered %d: %s", got.Code, got.Body)
		}
	default:
		if htmx && got.Body.Len() > 0 && want != forbidden && want != noKey {
			t.Errorf("a page lands in a part of the page: %s", got.Body)
		}
	}
	if want != passes || r.method == "GET" {
		s.onlyTold(before, entries)
	}
	checkHeaders(t, got.Header(), r.path)
}

// onlyTold checks that nothing changed since, but for the audit log, which tells
// of what was read or refused.
func (s *site) onlyTold(version uint64, entries int) {
	s.t.Helper()
	since := s.entries()[entries:]
	for _, e := range since {
		switch e.Action {
		case audit.RefuseRequest, audit.ReadLog, audit.ExportLog, audit.ExportList, audit.ExportReview:
		default:
			s.t.Errorf("it did something: %+v", e)
		}
	}
	if changes := s.db.Version() - version; changes > uint64(len(since)) {
		s.t.Errorf("it made %d changes and %d entries", changes, len(since))
	}
}

// entries are all of the audit log, the oldest first.
func (s *site) entries() []audit.Sealed {
	s.t.Helper()
	all, err := s.db.AuditLog().EntriesAfter(s.t.Context(), 0, 1000)
	if err != nil {
		s.t.Fatal(err)
	}
	return all
}

// answered puts an answer into a word.
func answered(got *httptest.ResponseRecorder, htmx bool) string {
	leads := got.Header().Get("Location")
	if htmx && got.Code == http.StatusUnauthorized {
		leads = got.Header().Get("HX-Redirect")
	}
	path, _, _ := strings.Cut(leads, "?")
	switch {
	case got.Code < 400 && leads == "", got.Code >= 500:
		return passes
	case path == "/login" && got.Header().Get("Clear-Site-Data") == "":
		return signInOnly
	case path == "/login/second-step":
		return secondOnly
	case path == "/prove":
		return proveOnly
	case got.Code == http.StatusUnauthorized && strings.Contains(got.Header().Get("WWW-Authenticate"), "Bearer"):
		return noKey
	case got.Code == http.StatusUnauthorized:
		return signInOnly
	case got.Code == http.StatusForbidden:
		return forbidden
	case got.Code == http.StatusNotFound:
		return notFound
	}
	return passes
}

func githubForTests(t *testing.T) *identity.Provider {
	t.Helper()
	p, err := identity.New(identity.Settings{Kind: identity.GitHub, Key: "github", Name: "GitHub", ClientID: "client", ClientSecret: secret.NewText("not a secret")},
		&url.URL{Scheme: "http", Host: "127.0.0.1:8080"}, &http.Client{Timeout: time.Second}, testNow, nil)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// fill puts harbor's things and the caller's own into a path, and into another
// one things that nobody has.
func (s *site) fill(path, who string) (real, missing string) {
	values := map[string]string{":account": "harbor", ":provider": "azure", ":session": hashOf(s.people[who]), ":person": s.ids["member"], ":token": "none",
		"/static/*": static.Path("app.css"), ":page": "sail", ":file": "open-wide-light.png"}
	if strings.HasPrefix(path, "/login/with/") {
		values[":provider"] = "github"
	}
	for word, make := range map[string]func(who string) string{":credential": s.madeCredential, ":invitation": s.madeInvitation, ":key": s.madeKey, ":passkey": s.madePasskey,
		":job": s.madeJob, ":review": s.madeReview, ":schedule": s.madeSchedule} {
		if strings.Contains(path, word) {
			values[word] = make(who)
		}
	}
	s.prepare(path, values)
	if strings.Contains(path, "/certificates/") {
		values[":file"] = s.certificates()[0] + ".cer"
	}
	if strings.Contains(path, ":draft") {
		values[":provider"], values[":draft"] = "chained", s.madeDraft()
	}
	if strings.HasSuffix(path, "/consent") || strings.HasPrefix(path, "/cloud-providers/") {
		values[":provider"] = "consenting"
		values[":credential"] = s.madeConsent()
	}
	if strings.HasPrefix(path, "/join/") {
		values[":token"] = s.invited(account.InviteForm{Role: "viewer"})
	}
	if strings.HasSuffix(path, "/identities/unlink") {
		s.linkIdentity(who)
	}
	real, missing = path, path
	for word, value := range values {
		real = strings.ReplaceAll(real, word, value)
	}
	for word := range values {
		other := map[string]string{":account": "nobody", ":provider": "azure"}[word]
		if other == "" {
			other = "none"
		}
		missing = strings.ReplaceAll(missing, word, other)
	}
	return real, missing
}

// madeDraft begins a link to a cloud that trusts authorities.
func (s *site) madeDraft() string {
	s.t.Helper()
	s.Clouds["chained"] = &chained{}
	form := s.ask("owner", "GET", "/accounts/harbor/cloud-providers/chained/credentials/new", nil).Body.String()
	return regexp.MustCompile(`name="draft" value="([^"]+)"`).FindStringSubmatch(form)[1]
}

// madeConsent links something of a cloud with grants.
func (s *site) madeConsent() string {
	s.t.Helper()
	harbor := cloudtest.NewConsenting()
	s.Clouds["consenting"] = harbor
	m, _ := s.caller("owner").In("harbor")
	r := credential.Request{AccountID: m.Account.ID, AccountName: "harbor", Actor: s.actor("owner")}
	linked, err := s.Credentials.LinkConsented(s.t.Context(), r, "consenting", harbor.To("north7"))
	if err != nil {
		s.t.Fatal(err)
	}
	return linked.ID
}

// prepare brings things into the state that the path is for.
func (s *site) prepare(path string, values map[string]string) {
	s.t.Helper()
	ctx, order, id := s.t.Context(), credential.Order{Actor: s.actor("admin"), Reason: "For a test."}, values[":credential"]
	var err error
	switch path {
	case reviewPath + "/evidence.zip":
		if err = s.Reviews.Close(ctx, s.caller("admin"), order.Actor, values[":review"]); err == nil {
			err = s.Reviews.Evidence(ctx, order.Actor, values[":review"], io.Discard) // the first time it is sealed
		}
	case credentialPath + "/enable":
		s.ask("owner", "POST", "/accounts/harbor/cloud-providers/azure/credentials/"+id+"/disable", url.Values{})
	case linkedAccountPath + "/enable":
		_, err = s.Credentials.Stop(ctx, order, id)
	case linkedAccountPath + "/approve", linkedAccountPath + "/decline":
		s.pend(id)
	}
	if err != nil {
		s.t.Fatal(err)
	}
}

// pend has what harbor links wait for approval.
func (s *site) pend(id string) {
	s.t.Helper()
	rules, err := s.Intake.Rules(s.t.Context())
	if err != nil {
		s.t.Fatal(err)
	}
	form := rules.Form()
	form.ApproveAll = true
	if _, err := s.Intake.Change(s.t.Context(), credential.Order{Actor: s.actor("admin"), Version: rules.Version}, form); err != nil {
		s.t.Fatal(err)
	}
	path := "/accounts/harbor/cloud-providers/azure/credentials/" + id
	w := s.ask("owner", "POST", path, url.Values{"label": {"Production"}, "subscription_id": {s.otherSubscription()}, "verify": {"no"}})
	if w.Code != http.StatusSeeOther {
		s.t.Fatalf("editing answered %d: %s", w.Code, w.Body)
	}
}

// actor is how the audit log knows somebody.
func (s *site) actor(who string) audit.Actor {
	return audit.Actor{PersonID: s.ids[who], Name: who + "@example.com", Address: "192.0.2.1"}
}

// madeJob gives the ID of a job that waits.
func (s *site) madeJob(string) string {
	job, err := s.Jobs.Start(s.t.Context(), s.actor("admin"), jobs.CheckAgain, register.Selection{All: true}, "")
	if err != nil {
		s.t.Fatal(err)
	}
	return job.ID
}

// madeReview gives the ID of an open review by admin of all that is linked.
func (s *site) madeReview(who string) string {
	s.t.Helper()
	if s.linked == "" {
		s.madeCredential(who)
	}
	ctx := s.t.Context()
	form := review.Form{Name: "Quarter", Due: "2026-12-31", Reviewers: []string{s.ids["admin"]}, Selection: register.Selection{All: true}}
	started, err := s.Reviews.Start(ctx, s.caller("admin"), s.actor("admin"), form)
	if err != nil {
		s.t.Fatal(err)
	}
	var ids []string
	upTo := int64(1)
	err = s.Register.Each(ctx, form.Selection, 0, func(rows []register.Row) error {
		for _, r := range rows {
			ids, upTo = append(ids, r.ID), r.Number
		}
		return nil
	})
	if err != nil {
		s.t.Fatal(err)
	}
	if err := s.db.Reviews().AddItems(ctx, started.ID, ids, upTo); err != nil {
		s.t.Fatal(err)
	}
	if err := s.db.Reviews().OpenReview(ctx, started.ID, audit.Entry{At: testNow(), Actor: audit.BySystem(), Action: audit.OpenReview, Result: audit.Done}); err != nil {
		s.t.Fatal(err)
	}
	return started.ID
}

func (s *site) madeSchedule(string) string {
	form := review.ScheduleForm{Name: "Quarterly", Every: "quarterly", First: "2026-12-01", Days: "30", Reviewers: []string{s.ids["admin"]}}
	schedule, err := s.Reviews.AddSchedule(s.t.Context(), s.caller("admin"), s.actor("admin"), form)
	if err != nil {
		s.t.Fatal(err)
	}
	return schedule.ID
}

// otherSubscription is one that nobody links yet.
func (s *site) otherSubscription() string {
	s.subscriptions++
	return fmt.Sprintf("aaaaaaaa-bbbb-cccc-dddd-%012d", s.subscriptions)
}

func (s *site) madeCredential(string) string {
	s.link("Production", s.otherSubscription())
	return s.linked
}

func (s *site) madeInvitation(string) string {
	s.invited(account.InviteForm{Role: "viewer"})
	list, err := s.Organizations.Invitations(s.t.Context(), s.harbor.ID)
	if err != nil || len(list) == 0 {
		s.t.Fatalf("%v, %v", list, err)
	}
	return list[0].ID
}

// invited gives the token of an invitation to harbor.
func (s *site) invited(form account.InviteForm) string {
	s.t.Helper()
	_, token, err := s.Organizations.Invite(s.t.Context(), account.Membership{Account: s.harbor, Role: account.Owner}, form, audit.BySystem())
	if err != nil {
		s.t.Fatal(err)
	}
	return token.Reveal()
}

// madeKey gives the ID of a key of harbor that the caller made, if they can.
func (s *site) madeKey(who string) string {
	if walkers[who].role == "" || walkers[who].half {
		who = "owner"
	}
	caller := s.caller(who)
	in, _ := caller.In("harbor")
	made, _, err := s.Keys.Make(s.t.Context(), caller, in, account.KeyForm{Name: "test", Scope: "read", Days: "1"}, audit.BySystem())
	if err != nil {
		s.t.Fatal(err)
	}
	return made.ID
}

// madePasskey gives the ID of a passkey of the caller's.
func (s *site) madePasskey(who string) string {
	if w := walkers[who]; !w.session || w.half || w.stale {
		return "none"
	}
	caller := s.caller(who)
	question, err := s.Accounts.BeginAddPasskey(s.t.Context(), caller)
	if err != nil {
		s.t.Fatal(err)
	}
	in, _, err := s.Accounts.AddPasskey(s.t.Context(), caller, answerTo(question, who), account.Origin{Address: "192.0.2.1", Token: s.people[who]})
	if err != nil {
		s.t.Fatal(err)
	}
	s.people[who] = in.Token.Reveal()
	ways, err := s.Accounts.Ways(s.t.Context(), in.Caller)
	if err != nil {
		s.t.Fatal(err)
	}
	return ways.Passkeys[0].ID
}

const testIssuer = "https://issuer.example"

// linkIdentity gives the caller an identity to unlink.
func (s *site) linkIdentity(who string) {
	if w := walkers[who]; !w.session || w.half || w.stale {
		return
	}
	id := account.Identity{Provider: "harbor", Issuer: testIssuer, Subject: who, Email: who + "@example.com", EmailVerified: true}
	in, err := s.Accounts.LinkIdentity(s.t.Context(), s.caller(who), id, account.Origin{Address: "192.0.2.1", Token: s.people[who]})
	if err != nil {
		s.t.Fatal(err)
	}
	s.people[who] = in.Token.Reveal()
}

func (s *site) caller(who string) account.Caller {
	s.t.Helper()
	caller, err := s.Accounts.Authenticate(s.t.Context(), s.people[who])
	if err != nil {
		s.t.Fatal(err)
	}
	return caller
}

// formFor is what the caller sends, whatever the route reads of it.
func formFor(method, who string) url.Values {
	if method != "POST" {
		return nil
	}
	return url.Values{"label": {"Test"}, "subscription_id": {"50000002-0000-4000-8000-000000000002"}, "theme": {"dark"}, "verify": {"no"},
		"role": {"viewer"}, "name": {"test"}, "scope": {"read"}, "days": {"1"}, "issuer": {testIssuer}, "subject": {who},
		"reason": {"For a test."}, "action": {"check-again"}, "all": {"yes"}, "decision": {"keep"}, "due": {"2026-12-31"},
		"every": {"quarterly"}, "first": {"2026-12-01"}, "reviewers": {"admin@example.com"}}
}

var requestIDs = regexp.MustCompile(`[A-Z2-7]{16}`)

func withoutIDs(body string) string { return requestIDs.ReplaceAllString(body, "") }

func checkHeaders(t *testing.T, header http.Header, path string) {
	t.Helper()
	told := "same-origin"
	if strings.HasPrefix(path, "/reset/") {
		told = "no-referrer"
	}
	for name, want := range map[string]string{
		"Content-Security-Policy": contentPolicy, "X-Content-Type-Options": "nosniff", "X-Frame-Options": "DENY",
		"Referrer-Policy": told, "Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Resource-Policy": "same-origin",
	} {
		if header.Get(name) != want {
			t.Errorf("%s: %q", name, header.Get(name))
		}
	}
	if path != "/static/*" && header.Get("Content-Type") != "image/png" && header.Get("Cache-Control") != "no-store" {
		t.Errorf("Cache-Control: %q", header.Get("Cache-Control"))
	}
}

func TestNoRouteStandsBesideTheTable(t *testing.T) {
	s := newSite(t)
	e, err := s.router()
	if err != nil {
		t.Fatal(err)
	}
	want := len(s.routes())
	for _, r := range s.routes() {
		if r.method == "GET" {
			want++ // and its HEAD
		}
	}
	got := 0
	for _, r := range e.Routes() {
		if r.Method != echo.RouteNotFound { // which answers what is not there
			got++
		}
	}
	if got != want {
		t.Errorf("Echo has %d routes and the table %d", got, want)
	}
	seen := map[string]bool{}
	for _, r := range s.routes() {
		if seen[r.method+r.path] {
			t.Errorf("%s %s stands twice", r.method, r.path)
		}
		seen[r.method+r.path] = true
		if r.method != "GET" && r.method != "POST" {
			t.Errorf("%s %s: forms know GET and POST", r.method, r.path)
		}
	}
}

func TestARouteThatNobodyDecidedStopsTheStart(t *testing.T) {
	if _, err := (&handlers{}).guard(route{method: "GET", path: "/"}); err == nil {
		t.Error("it was let through")
	}
}

// hashOf is how a session's token is listed.
func hashOf(token string) string {
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:])
}
