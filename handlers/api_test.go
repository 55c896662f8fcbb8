package handlers

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/pb33f/libopenapi"
	validator "github.com/pb33f/libopenapi-validator"

	"mooring/account"
	"mooring/audit"
)

// described gives the OpenAPI document as something that checks answers.
func described(t *testing.T) validator.Validator {
	t.Helper()
	document, err := libopenapi.NewDocument(openAPIDocument)
	if err != nil {
		t.Fatal(err)
	}
	v, errs := validator.NewValidator(document)
	if len(errs) > 0 {
		t.Fatal(errs)
	}
	if ok, problems := v.ValidateDocument(); !ok {
		t.Fatalf("the document is no OpenAPI 3.1: %v", problems)
	}
	return v
}

// TestTheAPIIsAsDescribed holds every answer of every API route, to every kind
// of caller, to the document.
func TestTheAPIIsAsDescribed(t *testing.T) {
	s := newSite(t)
	s.link("Production", "aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee")
	v := described(t)
	for _, r := range s.routes() {
		if !strings.HasPrefix(r.path, "/api/") {
			continue
		}
		for who := range walkers {
			real, missing := s.fill(r.path, "read key")
			for _, path := range []string{real, missing} {
				var asked *http.Request
				got := s.ask(who, r.method, path, nil, func(r *http.Request) { asked = r })
				if ok, problems := v.ValidateHttpResponse(asked, got.Result()); !ok {
					for _, p := range problems {
						t.Errorf("%s %s by %q answered %d: %s %s", r.method, path, who, got.Code, p.Message, p.Reason)
					}
				}
			}
		}
	}
}

var pathParameter = regexp.MustCompile(`:([a-z]+)`)

// TestEveryAPIRouteIsDescribed compares the table with the document, both ways.
func TestEveryAPIRouteIsDescribed(t *testing.T) {
	var document struct {
		OpenAPI string
		Paths   map[string]map[string]struct {
			OperationID string
			Description string
			Security    []map[string][]string
		}
	}
	if err := json.Unmarshal(openAPIDocument, &document); err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(document.OpenAPI, "3.1.") {
		t.Errorf("it is OpenAPI %s", document.OpenAPI)
	}
	routed, operations := map[string]access{}, map[string]bool{}
	for _, r := range (&handlers{}).routes() {
		if strings.HasPrefix(r.path, "/api/") {
			routed[strings.ToLower(r.method)+" "+pathParameter.ReplaceAllString(r.path, "{$1}")] = r.who
		}
	}
	for path, methods := range document.Paths {
		for method, operation := range methods {
			who, ok := routed[method+" "+path]
			if !ok {
				t.Errorf("%s %s is described and not routed", method, path)
				continue
			}
			delete(routed, method+" "+path)
			if operation.OperationID == "" || operations[operation.OperationID] {
				t.Errorf("%s %s has the operation ID %q", method, path, operation.OperationID)
			}
			operations[operation.OperationID] = true
			if open := operation.Security != nil && len(operation.Security) == 0; open != (who == anyone) {
				t.Errorf("%s %s: who may ask is described wrongly", method, path)
			}
			if word := map[access]string{readKey: "with read scope", writeKey: "with write scope"}[who]; !strings.Contains(operation.Description, word) {
				t.Errorf("%s %s: the description does not say that the key %s", method, path, word)
			}
		}
	}
	for route := range routed {
		t.Errorf("%s is routed and not described", route)
	}
}

func TestAKeyIsTakenAsBearerAndAsBasic(t *testing.T) {
	s := newSite(t)
	key := s.keys["read key"]
	basic := func(name, key string) string {
		return "Basic " + base64.StdEncoding.EncodeToString([]byte(name+":"+key))
	}
	for authorization, want := range map[string]int{
		"Bearer " + key: 200, "bearer " + key: 200, basic("harbor", key): 200,
		basic("elsewhere", key): 401, basic("", key): 401, basic("harbor", key+"x"): 401, "Bearer": 401, "Bearer x": 401, "": 401,
		"Basic nonsense": 401, "Digest " + key: 401, key: 401,
	} {
		got := s.ask("", "GET", "/api/v1/me", nil, withHeader("Authorization", authorization))
		if got.Code != want {
			t.Errorf("%q answered %d, want %d", authorization, got.Code, want)
		}
		if strings.Contains(got.Body.String(), key) {
			t.Error("the key is in the answer")
		}
	}
	if strings.Contains(s.log.String(), key) || strings.Contains(s.log.String(), key[len(account.KeyPrefix)+9:]) {
		t.Error("the key is in the log")
	}
	for _, query := range []string{"?key=", "?access_token=", "?token="} {
		if got := s.ask("", "GET", "/api/v1/me"+query+key, nil); got.Code != http.StatusUnauthorized {
			t.Errorf("a key in the address answered %d", got.Code)
		}
	}
}

func TestWhatTheAPISaysAboutTheKey(t *testing.T) {
	s := newSite(t)
	var me struct {
		Person  struct{ Email string }
		Account struct{ Name, Role string }
		Key     struct {
			Scope     string
			ExpiresAt time.Time `json:"expires_at"`
		}
	}
	readInto(t, s.ask("write key", "GET", "/api/v1/me", nil), &me)
	if me.Person.Email != "owner@example.com" || me.Account.Name != "harbor" || me.Account.Role != "member" || me.Key.Scope != "write" ||
		!me.Key.ExpiresAt.Equal(testNow().Add(24*time.Hour)) {
		t.Errorf("it says %+v", me)
	}
}

func TestTheAPIListsWhatTheAccountLinks(t *testing.T) {
	s := newSite(t)
	var list struct{ Credentials []map[string]any }
	readInto(t, s.ask("read key", "GET", "/api/v1/accounts/harbor/credentials", nil), &list)
	if list.Credentials == nil || len(list.Credentials) != 0 {
		t.Errorf("an empty list is %v", list.Credentials)
	}
	s.link("Production", "aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee")
	readInto(t, s.ask("read key", "GET", "/api/v1/accounts/harbor/credentials", nil), &list)
	if len(list.Credentials) != 1 || list.Credentials[0]["label"] != "Production" || list.Credentials[0]["status"] != "not-verified" ||
		list.Credentials[0]["status_word"] != "Not checked" || list.Credentials[0]["last_checked_at"] != nil || list.Credentials[0]["linked_by"] != "owner" {
		t.Errorf("the list is %v", list.Credentials)
	}
}

func TestTheAPIFailsWithTheSentencesOfThePages(t *testing.T) {
	s := newSite(t)
	for who, want := range map[string]string{"": account.ErrKey.Sentence, "expired key": account.ErrKeyExpired.Sentence, "stranger's key": errNotHere.Sentence} {
		var said struct {
			Detail, Kind, Title string
			Status              int
			RequestID           string `json:"request_id"`
		}
		got := s.ask(who, "GET", "/api/v1/accounts/harbor/credentials", nil)
		if kind := got.Header().Get("Content-Type"); kind != "application/problem+json" {
			t.Errorf("%q got %s", who, kind)
		}
		readInto(t, got, &said)
		if said.Detail != want || said.Status != got.Code || said.RequestID == "" || said.Kind == "" || said.Title == "Sign in" {
			t.Errorf("%q got %+v, want %s", who, said, want)
		}
	}
	for _, path := range []string{"/api", "/api/", "/api/v1/nothing", "/api/v2/me"} {
		got := s.ask("read key", "GET", path, nil)
		if got.Code != http.StatusNotFound || path != "/api" && !strings.HasPrefix(got.Header().Get("Content-Type"), "application/problem+json") {
			t.Errorf("%s answered %d as %s", path, got.Code, got.Header().Get("Content-Type"))
		}
	}
}

// TestAKeyStopsWithWhoMadeIt removes the maker of a key, and disables them.
func TestAKeyStopsWithWhoMadeIt(t *testing.T) {
	for what, do := range map[string]func(s *site, person string) error{
		"removed from the account": func(s *site, person string) error {
			return s.Organizations.Remove(t.Context(), s.harbor.ID, person, audit.BySystem())
		},
		"disabled": func(s *site, person string) error {
			return s.People.Disable(t.Context(), s.caller("admin"), person, audit.BySystem())
		},
	} {
		s := newSite(t)
		s.keys = map[string]string{"member's key": s.keyOf("member")}
		if got := s.ask("member's key", "GET", "/api/v1/me", nil); got.Code != http.StatusOK {
			t.Fatalf("before, it answered %d", got.Code)
		}
		if err := do(s, s.ids["member"]); err != nil {
			t.Fatal(err)
		}
		if got := s.ask("member's key", "GET", "/api/v1/me", nil); got.Code != http.StatusUnauthorized {
			t.Errorf("once its maker is %s, the key answers %d", what, got.Code)
		}
	}
}

// keyOf makes a read key of harbor for somebody and gives it.
func (s *site) keyOf(who string) string {
	s.t.Helper()
	caller := s.caller(who)
	in, _ := caller.In("harbor")
	_, key, err := s.Keys.Make(s.t.Context(), caller, in, account.KeyForm{Name: "test", Scope: "read", Days: "1"}, audit.BySystem())
	if err != nil {
		s.t.Fatal(err)
	}
	return key.Reveal()
}

func readInto(t *testing.T, got *httptest.ResponseRecorder, into any) {
	t.Helper()
	if err := json.Unmarshal(got.Body.Bytes(), into); err != nil {
		t.Fatalf("answered %d with %s: %v", got.Code, got.Body, err)
	}
}
