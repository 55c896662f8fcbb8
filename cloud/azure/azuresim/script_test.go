package azuresim

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

func scriptedAs(t testing.TB, name string) Scripted {
	t.Helper()
	for _, row := range Script() {
		if row.Name == name {
			return row
		}
	}
	t.Fatalf("no scene is named %q", name)
	return Scripted{}
}

func TestScriptRows(t *testing.T) {
	seen := map[string]bool{}
	for i, row := range Script() {
		for _, id := range []string{row.SubscriptionID, row.TenantID, row.ClientID, row.Name} {
			if id == "" && i == 0 {
				continue // the user registers the application
			}
			if seen[id] || id == "" {
				t.Errorf("row %d: %q is not unique", i+1, id)
			}
			seen[id] = true
		}
		for _, id := range []string{row.SubscriptionID, row.TenantID, row.ClientID} {
			if got, ok := parseGUID(id); id != "" && (!ok || got != id) {
				t.Errorf("row %d: %q is no lower-case GUID", i+1, id)
			}
		}
		if !strings.HasSuffix(row.Outcome, ".") || strings.ContainsAny(row.Outcome, "\n") {
			t.Errorf("row %d: outcome %q", i+1, row.Outcome)
		}
		if _, ok := findEnvironment(row.Environment); !ok {
			t.Errorf("row %d: environment %q", i+1, row.Environment)
		}
	}
	if first := Script()[0]; first.SubscriptionID != workingSubscription || first.TenantID != workingDirectory || first.ClientID != "" {
		t.Errorf("%+v", first)
	}
}

var authorizationURI = regexp.MustCompile(`authorization_uri="https://[^"]*/([0-9a-f-]+)"`)

// attempt links one scripted subscription as a program would, and says in a few
// words how far it came.
func (s *stage) attempt(row Scripted) string {
	s.t.Helper()
	path := "/subscriptions/" + row.SubscriptionID
	a := s.get(row.Environment, path+"?api-version=2022-12-01", "")
	tenant := authorizationURI.FindStringSubmatch(a.header.Get("WWW-Authenticate"))
	if a.status != 401 || tenant == nil {
		return fmt.Sprintf("challenge %d %s", a.status, a.errorCode())
	}
	a = s.do("GET", s.Endpoints(row.Environment).Authority+"/"+tenant[1]+"/v2.0/.well-known/openid-configuration", "", "", nil)
	if a.status != 200 {
		return fmt.Sprintf("directory %d AADSTS%d", a.status, a.entraCode())
	}
	token, a := s.signIn(ours(), row.Environment, tenant[1], row.ClientID)
	if token == "" {
		return fmt.Sprintf("sign-in %d AADSTS%d%s", a.status, a.entraCode(), reason(a.body))
	}
	ctx, cancel := s.t.Context(), context.CancelFunc(func() {})
	if row.Name == "Dead Calm" {
		ctx, cancel = context.WithTimeout(ctx, 50*time.Millisecond)
	}
	defer cancel()
	a, err := s.try(ctx, "GET", s.Endpoints(row.Environment).ResourceManager+path+"?api-version=2022-12-01", "", "", bearer(token))
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		return "silence"
	case err != nil:
		return err.Error()
	case a.status == 200 && !strings.HasPrefix(a.header.Get("Content-Type"), "application/json"):
		return "a page"
	case a.status == 429:
		return "read 429 after " + a.header.Get("Retry-After")
	case a.status != 200:
		return fmt.Sprintf("read %d %s", a.status, a.errorCode())
	}
	var v subscriptionBody
	if err := json.Unmarshal([]byte(a.body), &v); err != nil {
		return err.Error()
	}
	if v.SubscriptionID != row.SubscriptionID {
		return "another subscription"
	}
	return strings.Join([]string{v.State, s.permissions(row, token), s.computeState(row, token)}, ", ")
}

// reason is the bracketed reason that tells apart the kinds of AADSTS700027.
func reason(body string) string {
	for _, r := range []string{"The key was not found", "The key used is expired"} {
		if strings.Contains(body, r) {
			return " " + r
		}
	}
	return ""
}

func (s *stage) permissions(row Scripted, token string) string {
	path := "/subscriptions/" + row.SubscriptionID + "/providers/Microsoft.Authorization/permissions?api-version="
	a := s.get(row.Environment, path+"2022-04-01", token)
	if a.errorCode() == "InvalidResourceType" {
		a = s.get(row.Environment, path+"2015-07-01", token)
		if a.status == 200 {
			return "permissions of 2015"
		}
	}
	var v listBody[permissionBody]
	if err := json.Unmarshal([]byte(a.body), &v); err != nil || a.status != 200 {
		return a.errorCode()
	}
	var words []string
	for _, p := range v.Value {
		word := p.Actions[0]
		if len(p.Actions) > 1 {
			word = "narrow"
		}
		if len(p.NotActions) > 0 {
			word += " but"
		}
		words = append(words, word)
	}
	return strings.Join(words, "+")
}

func (s *stage) computeState(row Scripted, token string) string {
	a := s.get(row.Environment, "/subscriptions/"+row.SubscriptionID+"/providers/Microsoft.Compute?api-version=2025-04-01", token)
	var v providerBody
	if err := json.Unmarshal([]byte(a.body), &v); err != nil || a.status != 200 {
		return a.errorCode()
	}
	return v.RegistrationState
}

// what each scene does, attempt after attempt; the last word stays.
func TestScenes(t *testing.T) {
	const (
		reader      = "Enabled, */read, Registered"
		contributor = "Enabled, * but, Registered"
		noKey       = "sign-in 401 AADSTS700027 The key was not found"
	)
	behaviour := map[string][]string{
		"Pay-As-You-Go":    {"sign-in 400 AADSTS900144"},
		"Tide Tables":      {reader},
		"Dry Dock":         {contributor},
		"Harbor Master":    {"Enabled, *, Registered"},
		"New Pier":         {"Enabled, * but, NotRegistered"},
		"Old Charts":       {"Enabled, permissions of 2015, Registered"},
		"Sealed Log":       {"Enabled, AuthorizationFailed, Registered"},
		"Lost Buoy":        {"challenge 404 SubscriptionNotFound"},
		"Sunken Directory": {"directory 400 AADSTS90002"},
		"Ghost Ship":       {"sign-in 400 AADSTS700016"},
		"Fresh Paint":      {"sign-in 400 AADSTS700016", "sign-in 400 AADSTS700016", reader},
		"Locked Gate":      {"read 403 AuthorizationFailed"},
		"Opening Gate":     {"read 403 AuthorizationFailed", "read 403 AuthorizationFailed", reader},
		"Empty Key Board":  {noKey},
		"Key in the Post":  {noKey, noKey, reader},
		"Rusty Key":        {"sign-in 401 AADSTS700027 The key used is expired"},
		"Slow Clock":       {"sign-in 401 AADSTS700024"},
		"Laid-up Boat":     {"sign-in 400 AADSTS7000112"},
		"Missing Crew":     {"sign-in 401 AADSTS7000229"},
		"Customs":          {"sign-in 400 AADSTS53003"},
		"Changed Flag":     {"read 401 InvalidAuthenticationTokenTenant"},
		"Chained Quay":     {"Disabled, * but, Registered"},
		"Storm Warning":    {"Warned, * but, Registered"},
		"Unpaid Berth":     {"PastDue, * but, Registered"},
		"Scrapped Hull":    {"Deleted, */read, Registered"},
		"Fogbound":         {"challenge 503 ServiceUnavailable"},
		"Closed Gatehouse": {"directory 503 AADSTS90033"},
		"Crowded Channel":  {"read 429 after 30"},
		"Wrong Signal":     {"a page"},
		"Dead Calm":        {"silence"},
		"Strange Flag":     {"sign-in 400 AADSTS999999"},
		"Strange Signal":   {"read 409 TideTableMismatch"},
		"Evening Fog":      {reader, "read 503 ServiceUnavailable", "challenge 503 ServiceUnavailable"},
		"Potomac":          {reader},
		"Pearl River":      {reader},
		"False Beacon":     {"another subscription"},
		"Foreign Waters":   {"sign-in 400 AADSTS900382"},
		"Old Lock":         {reader},
		"Retired Tug":      {"Disabled, */read, Registered"},
		"Busy Lock":        {reader},
		"Engine Room":      {"Enabled, narrow+narrow, AuthorizationFailed"},
	}
	s := newStage(t)
	if err := s.Trust(ours().cert.Raw); err != nil {
		t.Fatal(err)
	}
	for _, row := range Script() {
		want, ok := behaviour[row.Name]
		if !ok {
			t.Errorf("%s: nothing is expected of it", row.Name)
			continue
		}
		delete(behaviour, row.Name)
		for n, expected := range append(want, want[len(want)-1]) {
			if got := s.attempt(row); got != expected {
				t.Errorf("%s, attempt %d: %s; want %s", row.Name, n+1, got, expected)
			}
		}
	}
	for name := range behaviour {
		t.Errorf("%s is not in the script", name)
	}
}

// a person can mend what a person has spoiled.
func TestScenesCanBeMended(t *testing.T) {
	s := newStage(t)
	if err := s.Trust(ours().cert.Raw); err != nil {
		t.Fatal(err)
	}
	for name, mend := range map[string]func(Scripted) error{
		"Locked Gate":     func(r Scripted) error { return s.AssignRole(r.ClientID, r.SubscriptionID, "Reader") },
		"Empty Key Board": func(r Scripted) error { return s.UploadCertificate(r.ClientID, ours().cert.Raw) },
		"Rusty Key": func(r Scripted) error {
			s.RemoveCertificates(r.ClientID)
			return s.UploadCertificate(r.ClientID, ours().cert.Raw)
		},
		"Laid-up Boat": func(r Scripted) error { return s.world.enable(r.ClientID, true) },
		"New Pier":     func(r Scripted) error { return s.world.registerProvider(r.SubscriptionID, "microsoft.compute") },
	} {
		row := scriptedAs(t, name)
		before := s.attempt(row)
		if err := mend(row); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if after := s.attempt(row); after == before || !strings.HasSuffix(after, ", Registered") {
			t.Errorf("%s: %s, then %s", name, before, after)
		}
	}
}

// a national cloud's subscription is unknown in every other cloud.
func TestCloudsShareNothing(t *testing.T) {
	s := newStage(t)
	for _, row := range Script() {
		for _, e := range environments() {
			if e.name == row.Environment {
				continue
			}
			if a := s.get(e.name, "/subscriptions/"+row.SubscriptionID+"?api-version=2022-12-01", ""); a.errorCode() != "SubscriptionNotFound" {
				t.Errorf("%s in %s: %d %s", row.Name, e.name, a.status, a.errorCode())
			}
		}
	}
}

// the unknown error carries what must not be shown.
func TestUnheardOfSentence(t *testing.T) {
	s := newStage(t)
	if err := s.Trust(ours().cert.Raw); err != nil {
		t.Fatal(err)
	}
	row := scriptedAs(t, "Strange Flag")
	_, a := s.signIn(ours(), "public", row.TenantID, row.ClientID)
	var v entraBody
	if err := json.Unmarshal([]byte(a.body), &v); err != nil {
		t.Fatal(err)
	}
	for _, part := range []string{row.ClientID, "keeper@harbor.example", "Quote " + v.TraceID} {
		if !strings.Contains(v.Description, part) {
			t.Errorf("%q lacks %q", v.Description, part)
		}
	}
}

// the silence ends when the client gives up or the simulator closes.
func TestSilenceEnds(t *testing.T) {
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	closed := make(chan struct{})
	close(closed)
	for name, c := range map[string]struct {
		ctx  context.Context
		stop chan struct{}
	}{
		"client gave up":   {gone, nil},
		"simulator closed": {t.Context(), closed},
	} {
		began := time.Now()
		reply{silent: true}.hold(httptest.NewRequestWithContext(c.ctx, "GET", "/", nil), c.stop)
		if time.Since(began) > silence/2 {
			t.Errorf("%s: kept silent", name)
		}
	}
}

func TestCloseTwice(t *testing.T) {
	s := newStage(t) // closes once more at the end
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	if _, err := s.try(t.Context(), "GET", s.PortalURL(), "", "", nil); err == nil {
		t.Error("the portal still answers")
	}
}

func TestRequestsAreCounted(t *testing.T) {
	s := newStage(t)
	before := s.Requests()
	s.get("public", readPath, "")
	s.get("usgov", readPath, "")
	if res, err := http.Get(s.PortalURL()); err != nil || res.Body.Close() != nil {
		t.Fatal(err)
	}
	if n := s.Requests() - before; n != 2 {
		t.Errorf("%d requests", n)
	}
}

func TestSameOptionsSameWorld(t *testing.T) {
	first, second := newStage(t), newStage(t)
	a, b := first.app("Reader"), second.app("Reader")
	if a != b {
		t.Errorf("client IDs %s and %s", a, b)
	}
	if !slices.Equal(Script(), Script()) {
		t.Error("the script changes")
	}
}

func TestHelpersRefuseNonsense(t *testing.T) {
	s := newStage(t)
	client := s.app("")
	var known *refusal
	for name, err := range map[string]error{
		"unknown directory":    second(s.RegisterApp("99999999-2222-3333-4444-555555555555", "x")),
		"no name":              second(s.RegisterApp(workingDirectory, " ")),
		"gone directory":       second(s.RegisterApp(scriptedAs(t, "Sunken Directory").TenantID, "x")),
		"no certificate":       s.UploadCertificate(client, []byte("x")),
		"unknown application":  s.UploadCertificate("x", ours().cert.Raw),
		"unknown role":         s.AssignRole(client, workingSubscription, "Admiral"),
		"unknown subscription": s.AssignRole(client, "x", "Reader"),
		"other directory":      s.AssignRole(client, sceneID(kindSubscription, 2), "Reader"),
		"no classic there":     s.UploadManagementCertificate(sceneID(kindSubscription, 34), ours().cert.Raw),
		"trust of nonsense":    s.Trust([]byte("x")),
	} {
		if !errors.As(err, &known) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func second[T any](_ T, err error) error { return err }

func TestStartRefusesBadPortalAddress(t *testing.T) {
	if s, err := Start(Options{PortalListen: "256.0.0.1:0"}); err == nil {
		s.Close()
		t.Error("started")
	}
}
