package azuresim

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
)

func TestDiscovery(t *testing.T) {
	s := newStage(t)
	base := s.Endpoints("public").Authority
	a := s.do("GET", base+"/"+workingDirectory+"/v2.0/.well-known/openid-configuration?", "", "", nil)
	var doc map[string]any
	if err := json.Unmarshal([]byte(a.body), &doc); err != nil || a.status != 200 {
		t.Fatal(a.status, err)
	}
	for name, want := range map[string]string{
		"issuer":                 base + "/" + workingDirectory + "/v2.0",
		"authorization_endpoint": base + "/" + workingDirectory + "/oauth2/v2.0/authorize",
		"token_endpoint":         s.tokenURL("public", workingDirectory),
	} {
		if doc[name] != want {
			t.Errorf("%s = %v, want %s", name, doc[name], want)
		}
	}
	if got, want := a.header.Get("Date"), noon.Format(http.TimeFormat); got != want {
		t.Errorf("Date = %s, want %s", got, want)
	}
}

func TestDiscoveryOfUnknownDirectory(t *testing.T) {
	s := newStage(t)
	const correlation = "12345678-aaaa-4bbb-8ccc-123456789012"
	a := s.do("GET", s.Endpoints("public").Authority+"/99999999-2222-3333-4444-555555555555/v2.0/.well-known/openid-configuration",
		"", "", http.Header{"Client-Request-Id": {correlation}})
	var v entraBody
	if err := json.Unmarshal([]byte(a.body), &v); err != nil {
		t.Fatal(err)
	}
	if a.status != 400 || v.Error != "invalid_tenant" || v.Codes[0] != 90002 || v.CorrelationID != correlation ||
		v.Timestamp != "2026-11-22 12:00:00Z" || v.URI != "https://login.microsoftonline.com/error?code=90002" {
		t.Errorf("%d %+v", a.status, v)
	}
	if _, ok := parseGUID(v.TraceID); !ok {
		t.Errorf("trace_id = %q", v.TraceID)
	}
	for _, part := range []string{"AADSTS90002: ", "Trace ID: " + v.TraceID, "Correlation ID: " + correlation} {
		if !strings.Contains(v.Description, part) {
			t.Errorf("%q lacks %q", v.Description, part)
		}
	}
}

func TestAuthorityMethods(t *testing.T) {
	s := newStage(t)
	base := s.Endpoints("public").Authority + "/" + workingDirectory
	for _, c := range []struct {
		method, path string
		want         int
	}{
		{"POST", "/v2.0/.well-known/openid-configuration", 405},
		{"GET", "/oauth2/v2.0/token", 405},
		{"PUT", "/oauth2/v2.0/token", 405},
		{"GET", "/elsewhere", 404},
	} {
		if a := s.do(c.method, base+c.path, "", "", nil); a.status != c.want {
			t.Errorf("%s %s: %d, want %d", c.method, c.path, a.status, c.want)
		}
	}
}

func TestGoodAssertions(t *testing.T) {
	s := newStage(t)
	client := s.app("")
	p := ours()
	sum := sha256.Sum256(p.cert.Raw)
	for name, change := range map[string]func(h map[string]any){
		"PS256":                func(map[string]any) {},
		"RS256":                func(h map[string]any) { h["alg"] = "RS256" },
		"x5t#S256 url, no pad": func(h map[string]any) { h["x5t#S256"] = base64.RawURLEncoding.EncodeToString(sum[:]) },
		"x5t#S256 url, padded": func(h map[string]any) { h["x5t#S256"] = base64.URLEncoding.EncodeToString(sum[:]) },
		"x5t#S256 std, no pad": func(h map[string]any) { h["x5t#S256"] = base64.RawStdEncoding.EncodeToString(sum[:]) },
		"x5t alone": func(h map[string]any) {
			delete(h, "x5t#S256")
			h["x5t"] = base64.RawURLEncoding.EncodeToString(sha1Of(p.cert))
		},
		"x5t alone, std, padded": func(h map[string]any) {
			delete(h, "x5t#S256")
			h["x5t"] = base64.StdEncoding.EncodeToString(sha1Of(p.cert))
		},
		"both thumbprints": func(h map[string]any) { h["x5t"] = base64.RawURLEncoding.EncodeToString(sha1Of(p.cert)) },
	} {
		made := s.proof(p, "public", workingDirectory, client)
		change(made.header)
		a := s.post("public", workingDirectory, s.form("public", client, made.sign()))
		var v struct {
			Type    string `json:"token_type"`
			Expires int    `json:"expires_in"`
			Token   string `json:"access_token"`
		}
		if err := json.Unmarshal([]byte(a.body), &v); err != nil || a.status != 200 || v.Type != "Bearer" || v.Expires != 3599 || v.Token == "" {
			t.Errorf("%s: %d %s", name, a.status, a.body)
		}
	}
}

func TestScopes(t *testing.T) {
	s := newStage(t)
	client := s.app("")
	for scope, want := range map[string]int{
		"https://management.core.windows.net//.default":          0,
		"https://management.core.windows.net/.default":           0,
		"https://management.core.usgovcloudapi.net//.default":    500011,
		"https://graph.microsoft.com/.default":                   0,
		"https://graph.microsoft.us/.default":                    500011,
		"https://management.core.windows.net/user_impersonation": 1002012,
		"openid profile": 1002012,
		"https://a.example/.default https://b.example/.default": 1002012,
		"": 900144,
	} {
		f := s.form("public", client, s.proof(ours(), "public", workingDirectory, client).sign())
		f.Set("scope", scope)
		if a := s.post("public", workingDirectory, f); a.entraCode() != want {
			t.Errorf("scope %q: %d, want %d", scope, a.entraCode(), want)
		}
	}
}

// refusals of the assertion itself, each by one change to a good one.
func TestRefusedAssertions(t *testing.T) {
	s := newStage(t)
	client := s.app("")
	tampered := func(a string) string {
		parts := strings.Split(a, ".")
		claims, _ := base64.RawURLEncoding.DecodeString(parts[1])
		parts[1] = base64.RawURLEncoding.EncodeToString([]byte(strings.Replace(string(claims), "jti-", "jtx-", 1)))
		return strings.Join(parts, ".")
	}
	none := func(a string) string { return a[:strings.LastIndex(a, ".")+1] }
	for _, c := range []struct {
		name   string
		change func(*proof)
		after  func(string) string
		status int
		code   int
		text   string
	}{
		{name: "wrong key", change: func(p *proof) { p.key = theirKey() }, status: 401, code: 700027, text: "invalid signature"},
		{name: "unknown certificate", change: func(p *proof) {
			sum := sha256.Sum256(theirs().cert.Raw)
			p.key, p.header["x5t#S256"] = theirKey(), base64.StdEncoding.EncodeToString(sum[:])
		}, status: 401, code: 700027, text: "The key was not found"},
		{name: "thumbprints disagree", change: func(p *proof) { p.header["x5t"] = base64.RawURLEncoding.EncodeToString(make([]byte, 20)) },
			status: 401, code: 700027, text: "The key was not found"},
		{name: "tampered claims", after: tampered, status: 401, code: 700027, text: "invalid signature"},
		{name: "no signature", after: none, status: 401, code: 700027, text: "invalid signature"},
		{name: "ES256", change: func(p *proof) { p.header["alg"] = "ES256" }, status: 401, code: 5002738, text: "'ES256' is not a supported"},
		{name: "none", change: func(p *proof) { p.header["alg"] = "none" }, after: none, status: 401, code: 5002738},
		{name: "HS256", change: func(p *proof) { p.header["alg"] = "HS256" }, status: 401, code: 5002738},
		{name: "RS256 said, PS256 done", after: func(a string) string {
			parts := strings.Split(a, ".")
			header, _ := base64.RawURLEncoding.DecodeString(parts[0])
			parts[0] = base64.RawURLEncoding.EncodeToString([]byte(strings.Replace(string(header), "PS256", "RS256", 1)))
			return strings.Join(parts, ".")
		}, status: 401, code: 700027},
		{name: "no algorithm", change: func(p *proof) { delete(p.header, "alg") }, status: 400, code: 50027},
		{name: "no thumbprint", change: func(p *proof) { delete(p.header, "x5t#S256") }, status: 400, code: 50027},
		{name: "thumbprint of a wrong size", change: func(p *proof) { p.header["x5t#S256"] = "AAAA" }, status: 400, code: 50027},
		{name: "critical extension", change: func(p *proof) { p.header["crit"] = []string{"exp"} }, status: 400, code: 50027},
		{name: "two parts", after: func(a string) string { return a[:strings.LastIndex(a, ".")] }, status: 400, code: 50027},
		{name: "not base64", after: func(a string) string { return "!" + a }, status: 400, code: 50027},
		{name: "other audience", change: func(p *proof) { p.claims["aud"] = "https://login.microsoftonline.com/x/oauth2/v2.0/token" }, status: 401, code: 700023},
		{name: "audience of another directory", change: func(p *proof) { p.claims["aud"] = s.tokenURL("public", sceneID(kindDirectory, 2)) }, status: 401, code: 700023},
		{name: "audience list", change: func(p *proof) { p.claims["aud"] = []string{s.tokenURL("public", workingDirectory)} }, status: 400, code: 50027},
		{name: "issuer differs", change: func(p *proof) { p.claims["iss"] = sceneID(kindClient, 2) }, status: 401, code: 700021},
		{name: "subject differs", change: func(p *proof) { p.claims["sub"] = sceneID(kindClient, 2) }, status: 401, code: 700021},
		{name: "no issuer", change: func(p *proof) { delete(p.claims, "iss") }, status: 401, code: 700021},
		{name: "future", change: func(p *proof) {
			p.claims["nbf"], p.claims["exp"] = noon.Add(6*time.Minute).Unix(), noon.Add(16*time.Minute).Unix()
		}, status: 401, code: 700024, text: "Current time: 2026-11-22T12:00:00.0000000Z, assertion valid from 2026-11-22T12:06:00.0000000Z, expiry time of assertion 2026-11-22T12:16:00.0000000Z"},
		{name: "past", change: func(p *proof) {
			p.claims["nbf"], p.claims["exp"] = noon.Add(-time.Hour).Unix(), noon.Add(-5*time.Minute).Unix()
		},
			status: 401, code: 700024},
		{name: "issued in the future", change: func(p *proof) { delete(p.claims, "nbf"); p.claims["iat"] = noon.Add(time.Hour).Unix() }, status: 401, code: 700024},
		{name: "too long", change: func(p *proof) { p.claims["exp"] = noon.Add(25 * time.Hour).Unix() }, status: 401, code: 50013},
		{name: "no expiry", change: func(p *proof) { delete(p.claims, "exp") }, status: 401, code: 50013},
		{name: "no jti", change: func(p *proof) { delete(p.claims, "jti") }, status: 401, code: 50013},
		{name: "absurd time", change: func(p *proof) { p.claims["exp"] = 1e300 }, status: 400, code: 50027},
	} {
		t.Run(c.name, func(t *testing.T) {
			made := s.proof(ours(), "public", workingDirectory, client)
			if c.change != nil {
				c.change(made)
			}
			text := made.sign()
			if c.after != nil {
				text = c.after(text)
			}
			a := s.post("public", workingDirectory, s.form("public", client, text))
			if a.status != c.status || a.entraCode() != c.code || !strings.Contains(a.body, c.text) {
				t.Errorf("%d AADSTS%d %s", a.status, a.entraCode(), a.body)
			}
			if strings.Contains(a.body, text) {
				t.Error("the assertion is echoed")
			}
		})
	}
}

// refusals of the request around the assertion.
func TestRefusedRequests(t *testing.T) {
	s := newStage(t)
	client := s.app("")
	if err := s.Trust(ours().cert.Raw); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name   string
		tenant string
		change func(url.Values)
		status int
		code   int
	}{
		{"application of another directory", sceneID(kindDirectory, 2), func(url.Values) {}, 400, 700016},
		{"unknown application", workingDirectory, func(f url.Values) { f.Set("client_id", sceneID(kindClient, 99)) }, 400, 700016},
		{"client ID is a name", workingDirectory, func(f url.Values) { f.Set("client_id", "mooring") }, 400, 700038},
		{"no client ID", workingDirectory, func(f url.Values) { f.Del("client_id") }, 400, 900144},
		{"no grant type", workingDirectory, func(f url.Values) { f.Del("grant_type") }, 400, 900144},
		{"other grant type", workingDirectory, func(f url.Values) { f.Set("grant_type", "password") }, 400, 70003},
		{"no assertion", workingDirectory, func(f url.Values) { f.Del("client_assertion") }, 401, 7000218},
		{"no assertion type", workingDirectory, func(f url.Values) { f.Del("client_assertion_type") }, 400, 900144},
		{"other assertion type", workingDirectory, func(f url.Values) { f.Set("client_assertion_type", "saml") }, 401, 7000218},
		{"secret", workingDirectory, func(f url.Values) { f.Del("client_assertion"); f.Set("client_secret", "hunter2") }, 401, 7000215},
		{"directory is a word", "harbor", func(url.Values) {}, 400, 900023},
		{"directory is a domain", "harbor.example", func(url.Values) {}, 400, 90002},
		{"directory of another cloud", sceneID(kindDirectory, 34), func(url.Values) {}, 400, 900382},
	} {
		f := s.form("public", client, s.proof(ours(), "public", c.tenant, client).sign())
		c.change(f)
		if a := s.post("public", c.tenant, f); a.status != c.status || a.entraCode() != c.code {
			t.Errorf("%s: %d AADSTS%d, want %d AADSTS%d", c.name, a.status, a.entraCode(), c.status, c.code)
		}
	}
}

func TestReplayIsRefusedUntilExpiry(t *testing.T) {
	s := newStage(t)
	client := s.app("")
	f := s.form("public", client, s.proof(ours(), "public", workingDirectory, client).sign())
	if a := s.post("public", workingDirectory, f); a.status != 200 {
		t.Fatal(a.body)
	}
	for range 2 {
		if a := s.post("public", workingDirectory, f); a.status != 401 || a.entraCode() != 50013 {
			t.Errorf("%d AADSTS%d", a.status, a.entraCode())
		}
		s.turn(14 * time.Minute)
	}
	if a := s.post("public", workingDirectory, f); a.entraCode() != 700024 {
		t.Errorf("after expiry: AADSTS%d", a.entraCode())
	}
}

// what has expired is forgotten, so that the memory does not grow for ever.
func TestOldSignInsAreForgotten(t *testing.T) {
	s := newStage(t)
	client := s.app("")
	for range 3 {
		if token, a := s.signIn(ours(), "public", workingDirectory, client); token == "" {
			t.Fatal(a.body)
		}
		s.turn(26 * time.Hour)
	}
	if used, grants := len(s.world.used), len(s.world.grants); used != 1 || grants != 1 {
		t.Errorf("%d assertions and %d tokens are remembered", used, grants)
	}
}

func TestExpiredCertificate(t *testing.T) {
	s := newStage(t)
	client := s.app("")
	s.turn(366 * 24 * time.Hour)
	_, a := s.signIn(ours(), "public", workingDirectory, client)
	if a.entraCode() != 700027 || !strings.Contains(a.body, "The key used is expired") || !strings.Contains(a.body, "End=11/22/2027 12:00:00") {
		t.Errorf("%d %s", a.status, a.body)
	}
}

func TestRemovedCertificates(t *testing.T) {
	s := newStage(t)
	client := s.app("")
	s.RemoveCertificates(client)
	s.RemoveCertificates("nobody")
	if _, a := s.signIn(ours(), "public", workingDirectory, client); a.entraCode() != 700027 {
		t.Errorf("%d %s", a.status, a.body)
	}
}

func TestTokenRequestIsBounded(t *testing.T) {
	s := newStage(t)
	a := s.do("POST", s.tokenURL("public", workingDirectory), "application/x-www-form-urlencoded", "x="+strings.Repeat("y", 70<<10), nil)
	if a.status != http.StatusRequestEntityTooLarge {
		t.Error(a.status)
	}
	if a := s.do("POST", s.tokenURL("public", workingDirectory), "application/json", `{}`, nil); a.entraCode() != 900144 {
		t.Error(a.status, a.body)
	}
}
