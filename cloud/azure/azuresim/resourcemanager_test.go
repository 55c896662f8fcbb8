package azuresim

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"
)

const readPath = "/subscriptions/" + workingSubscription + "?api-version=2022-12-01"

func TestChallengeNamesTheDirectory(t *testing.T) {
	s := newStage(t)
	for environment, want := range map[string]string{
		"public": "https://login.windows.net/" + workingDirectory,
		"usgov":  "https://login.microsoftonline.us/" + sceneID(kindDirectory, 34),
		"china":  "https://login.chinacloudapi.cn/" + sceneID(kindDirectory, 35),
	} {
		id := map[string]string{"public": workingSubscription, "usgov": sceneID(kindSubscription, 34), "china": sceneID(kindSubscription, 35)}[environment]
		a := s.get(environment, "/subscriptions/"+strings.ToUpper(id)+"?api-version=2022-12-01", "")
		want := `Bearer authorization_uri="` + want + `", error="invalid_token", error_description="The authentication failed because of missing 'Authorization' header."`
		if got := a.header.Get("WWW-Authenticate"); a.status != 401 || got != want || a.errorCode() != "AuthenticationFailed" {
			t.Errorf("%s: %d %s\n%s", environment, a.status, got, a.body)
		}
		if _, ok := parseGUID(a.header.Get("x-ms-request-id")); !ok {
			t.Errorf("x-ms-request-id = %q", a.header.Get("x-ms-request-id"))
		}
	}
}

func TestAddresses(t *testing.T) {
	s := newStage(t)
	const sub = "/subscriptions/" + workingSubscription
	for _, c := range []struct {
		method, path string
		status       int
		code         string
	}{
		{"GET", "/subscriptions/99999999-bbbb-cccc-dddd-eeeeeeeeeeee?api-version=2022-12-01", 404, "SubscriptionNotFound"},
		{"GET", "/subscriptions/Pay-As-You-Go?api-version=2022-12-01", 400, "InvalidSubscriptionId"},
		{"GET", "/subscriptions/" + sceneID(kindSubscription, 34) + "?api-version=2022-12-01", 404, "SubscriptionNotFound"},
		{"GET", sub, 400, "MissingApiVersionParameter"},
		{"GET", sub + "?api-version=latest", 400, "InvalidApiVersionParameter"},
		{"GET", sub + "/locations?api-version=2022-12-01-preview", 401, "AuthenticationFailed"},
		{"GET", sub + "/elsewhere?api-version=2022-12-01", 404, "InvalidResourceType"},
		{"GET", sub + "/providers/?api-version=2022-12-01", 404, "InvalidResourceType"},
		{"GET", "/tenants?api-version=2022-12-01", 404, "InvalidResourceType"},
		{"PUT", sub + "?api-version=2022-12-01", 405, "no JSON"},
		{"GET", sub + "/providers/Microsoft.Compute/register?api-version=2022-12-01", 405, "no JSON"},
	} {
		a := s.do(c.method, s.Endpoints("public").ResourceManager+c.path, "", "", nil)
		if a.status != c.status || a.errorCode() != c.code {
			t.Errorf("%s %s: %d %s, want %d %s", c.method, c.path, a.status, a.errorCode(), c.status, c.code)
		}
	}
}

func TestTokens(t *testing.T) {
	s := newStage(t)
	if err := s.Trust(ours().cert.Raw); err != nil {
		t.Fatal(err)
	}
	good, _ := s.signIn(ours(), "public", workingDirectory, s.app("Reader"))
	other, _ := s.signIn(ours(), "public", sceneID(kindDirectory, 2), sceneID(kindClient, 2))
	usgov, _ := s.signIn(ours(), "usgov", sceneID(kindDirectory, 34), sceneID(kindClient, 34))
	if good == "" || other == "" || usgov == "" {
		t.Fatal("no token")
	}
	for _, c := range []struct {
		authorization string
		status        int
		code          string
	}{
		{"Bearer " + good, 200, ""},
		{"bearer " + good, 200, ""},
		{"Basic dXNlcjpwYXNz", 401, "AuthenticationFailed"},
		{"Bearer", 401, "AuthenticationFailed"},
		{"Bearer stolen", 401, "InvalidAuthenticationToken"},
		{"Bearer " + usgov, 401, "InvalidAuthenticationToken"},
		{"Bearer " + other, 401, "InvalidAuthenticationTokenTenant"},
	} {
		a := s.do("GET", s.Endpoints("public").ResourceManager+readPath, "", "", http.Header{"Authorization": {c.authorization}})
		if a.status != c.status || a.errorCode() != c.code {
			t.Errorf("%.12s: %d %s, want %d %s", c.authorization, a.status, a.errorCode(), c.status, c.code)
		}
		if c.code == "InvalidAuthenticationTokenTenant" {
			for _, part := range []string{"wrong issuer 'https://sts.windows.net/" + sceneID(kindDirectory, 2) + "/'",
				"match the tenant 'https://sts.windows.net/" + workingDirectory + "/'"} {
				if !strings.Contains(a.body, part) {
					t.Errorf("%s lacks %q", a.body, part)
				}
			}
		}
	}
	s.turn(2 * time.Hour)
	if a := s.get("public", readPath, good); a.status != 401 || a.errorCode() != "ExpiredAuthenticationToken" {
		t.Errorf("old token: %d %s", a.status, a.errorCode())
	}
}

func TestReadSubscription(t *testing.T) {
	s := newStage(t)
	client := s.app("")
	token, _ := s.signIn(ours(), "public", workingDirectory, client)
	a := s.get("public", readPath, token)
	app, err := s.world.getApplication(client)
	if err != nil {
		t.Fatal(err)
	}
	want := "The client '" + client + "' with object id '" + app.principalID + "' does not have authorization to perform action " +
		"'Microsoft.Resources/subscriptions/read' over scope '/subscriptions/" + workingSubscription + "' or the scope is invalid."
	if a.status != 403 || a.errorCode() != "AuthorizationFailed" || !strings.Contains(a.body, want) {
		t.Fatalf("%d %s", a.status, a.body)
	}
	if err := s.AssignRole(client, workingSubscription, "reader"); err != nil {
		t.Fatal(err)
	}
	a = s.get("public", readPath, token)
	var v subscriptionBody
	if err := json.Unmarshal([]byte(a.body), &v); err != nil {
		t.Fatal(err)
	}
	if v.SubscriptionID != workingSubscription || v.TenantID != workingDirectory || v.DisplayName != "Pay-As-You-Go" || v.State != "Enabled" {
		t.Errorf("%+v", v)
	}
}

// what each role may do, as the permissions answer and the refusals show it.
func TestRoles(t *testing.T) {
	const sub = "/subscriptions/" + workingSubscription
	for _, c := range []struct {
		role                                    string
		providers, register, network, locations int
	}{
		{"Reader", 200, 403, 403, 200},
		{"Virtual Machine Contributor", 403, 403, 403, 403},
		{"Network Contributor", 403, 403, 200, 403},
		{"Contributor", 200, 200, 200, 200},
		{"Owner", 200, 200, 200, 200},
	} {
		t.Run(c.role, func(t *testing.T) {
			s := newStage(t)
			token, _ := s.signIn(ours(), "public", workingDirectory, s.app(c.role))
			a := s.get("public", sub+"/providers/Microsoft.Authorization/permissions?api-version=2022-04-01", token)
			var v listBody[permissionBody]
			if err := json.Unmarshal([]byte(a.body), &v); err != nil || a.status != 200 || len(v.Value) != 1 {
				t.Fatal(a.status, a.body)
			}
			r, err := findRole(c.role)
			if err != nil {
				t.Fatal(err)
			}
			if !slices.Equal(v.Value[0].Actions, r.actions) || !slices.Equal(v.Value[0].NotActions, r.notActions) {
				t.Errorf("%+v", v.Value[0])
			}
			base := s.Endpoints("public").ResourceManager + sub
			for _, q := range []struct {
				method, path string
				want         int
			}{
				{"GET", "?api-version=2022-12-01", 200},
				{"GET", "/providers/Microsoft.Compute?api-version=2025-04-01", c.providers},
				{"POST", "/providers/Microsoft.Compute/register?api-version=2025-04-01", c.register},
				{"POST", "/providers/Microsoft.Network/register?api-version=2019-05-01", c.network},
				{"GET", "/locations?api-version=2022-12-01", c.locations},
			} {
				if a := s.do(q.method, base+q.path, "", "", bearer(token)); a.status != q.want {
					t.Errorf("%s %s: %d, want %d", q.method, q.path, a.status, q.want)
				}
			}
		})
	}
}

func TestResourceGroupRoleGivesNoSubscriptionRights(t *testing.T) {
	s := newStage(t)
	client := s.app("")
	if _, err := s.world.assign(client, scope{workingSubscription, "berths"}, "Owner"); err != nil {
		t.Fatal(err)
	}
	token, _ := s.signIn(ours(), "public", workingDirectory, client)
	if a := s.get("public", readPath, token); a.status != 403 {
		t.Error(a.status, a.body)
	}
}

func TestProviders(t *testing.T) {
	s := newStage(t)
	if err := s.Trust(ours().cert.Raw); err != nil {
		t.Fatal(err)
	}
	token, _ := s.signIn(ours(), "public", sceneID(kindDirectory, 5), sceneID(kindClient, 5))
	base := "/subscriptions/" + sceneID(kindSubscription, 5) + "/providers/"
	state := func(method, path string) string {
		a := s.do(method, s.Endpoints("public").ResourceManager+base+path+"?api-version=2025-04-01", "", "", bearer(token))
		var v providerBody
		if err := json.Unmarshal([]byte(a.body), &v); err != nil || a.status != 200 {
			return a.errorCode()
		}
		return v.Namespace + " " + v.RegistrationState
	}
	for _, c := range []struct{ method, path, want string }{
		{"GET", "Microsoft.Compute", "Microsoft.Compute NotRegistered"},
		{"GET", "microsoft.storage", "Microsoft.Storage Registered"},
		{"POST", "Microsoft.Compute/register", "Microsoft.Compute Registering"},
		{"GET", "Microsoft.Compute", "Microsoft.Compute Registered"},
		{"POST", "Microsoft.Compute/register", "Microsoft.Compute Registered"},
		{"GET", "Microsoft.Network", "Microsoft.Network NotRegistered"},
		{"GET", "Microsoft.Tides", "InvalidResourceNamespace"},
	} {
		if got := state(c.method, c.path); got != c.want {
			t.Errorf("%s %s: %s, want %s", c.method, c.path, got, c.want)
		}
	}
}

func TestDisabledSubscriptionIsReadOnly(t *testing.T) {
	s := newStage(t)
	if err := s.Trust(ours().cert.Raw); err != nil {
		t.Fatal(err)
	}
	token, _ := s.signIn(ours(), "public", sceneID(kindDirectory, 22), sceneID(kindClient, 22))
	a := s.do("POST", s.Endpoints("public").ResourceManager+"/subscriptions/"+sceneID(kindSubscription, 22)+
		"/providers/Microsoft.Compute/register?api-version=2025-04-01", "", "", bearer(token))
	if a.status != 409 || a.errorCode() != "ReadOnlyDisabledSubscription" {
		t.Error(a.status, a.body)
	}
}

func TestLocations(t *testing.T) {
	s := newStage(t)
	token, _ := s.signIn(ours(), "public", workingDirectory, s.app("Reader"))
	a := s.get("public", "/subscriptions/"+workingSubscription+"/locations?api-version=2022-12-01", token)
	var v listBody[locationBody]
	if err := json.Unmarshal([]byte(a.body), &v); err != nil || len(v.Value) < 3 || v.Value[0].Name != "westeurope" || v.Value[0].Metadata.RegionType != "Physical" {
		t.Error(a.body)
	}
}

func TestMatchAction(t *testing.T) {
	for _, c := range []struct {
		pattern, action string
		want            bool
	}{
		{"*", "Microsoft.Compute/x/write", true},
		{"*/read", "Microsoft.Compute/a/b/READ", true},
		{"*/read", "Microsoft.Compute/a/write", false},
		{"Microsoft.Authorization/*/Write", "microsoft.authorization/roleAssignments/write", true},
		{"Microsoft.Authorization/*/read", "Microsoft.Authorization/read", false},
		{"a*b*c", "a-b-b-c", true},
		{"a*bb", "ab", false},
		{"exact", "exact", true},
		{"exact", "exactly", false},
	} {
		if got := matchAction(c.pattern, c.action); got != c.want {
			t.Errorf("matchAction(%q, %q) = %v", c.pattern, c.action, got)
		}
	}
}

func TestOutage(t *testing.T) {
	s := newStage(t)
	client := s.app("Reader")
	s.SetOutage("public", true)
	if _, a := s.signIn(ours(), "public", workingDirectory, client); a.status != 503 || a.entraCode() != 90033 {
		t.Errorf("authority: %d %s", a.status, a.body)
	}
	if a := s.get("public", readPath, ""); a.status != 503 || a.header.Get("Retry-After") == "" {
		t.Errorf("resource manager: %d", a.status)
	}
	if a := s.get("usgov", "/subscriptions/"+sceneID(kindSubscription, 34)+"?api-version=2022-12-01", ""); a.status != 401 {
		t.Errorf("other cloud: %d", a.status)
	}
	s.SetOutage("public", false)
	if token, a := s.signIn(ours(), "public", workingDirectory, client); token == "" {
		t.Error(a.body)
	}
}
