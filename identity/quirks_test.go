package identity_test

import (
	"errors"
	"log/slog"
	"net/http"
	"reflect"
	"strings"
	"testing"
	"time"

	"mooring/account"
	"mooring/identity"
	"mooring/identity/identitytest"
)

// quirky gives a provider with switchable quirks, as the operator names it.
func quirky(t *testing.T, more ...string) (*identity.Provider, *identitytest.Quirky) {
	t.Helper()
	q := identitytest.StartQuirky(t)
	return asSet(t, q, more...), q
}

// asSet is another start of Mooring with the same provider.
func asSet(t *testing.T, q *identitytest.Quirky, more ...string) *identity.Provider {
	t.Helper()
	return logging(t, q, slog.New(slog.DiscardHandler), more...)
}

func logging(t *testing.T, q *identitytest.Quirky, log *slog.Logger, more ...string) *identity.Provider {
	t.Helper()
	settings, err := identity.ParseSettings(q.SettingsLine("harbor", more...), nil, q.Getenv)
	if err != nil {
		t.Fatal(err)
	}
	p, err := identity.New(settings, site, &http.Client{Transport: transport(t)}, time.Now, log)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// signInAt goes all the way through a sign-in.
func signInAt(t *testing.T, p *identity.Provider, q *identitytest.Quirky, quirks identitytest.Quirks) (account.Identity, error) {
	t.Helper()
	q.Set(quirks)
	a, address, err := p.Begin(t.Context(), false)
	if err != nil {
		return account.Identity{}, err
	}
	return p.Finish(t.Context(), a, q.SignIn(t, address))
}

const (
	secp256k1 = `{"kty":"EC","crv":"secp256k1","kid":"bitcoin","x":"4bXzwhTSiaPcUOB4XOJWMhjLLBnFUTMEUvmqq1mwJ80","y":"WSuKGGGWcZtrA1SOGSv1Ap7CZDpCe5eXcTPBd4Kaf3Y"}`
	unknown   = `{"kty":"quantum","kid":"future","q":"AQAB"}`
)

func TestKeysThatCannotBeReadAreIgnored(t *testing.T) {
	_, q := quirky(t)
	for name, keys := range map[string][]string{
		"secp256k1 without alg": {secp256k1}, "an unknown kind": {unknown}, "no object": {`7`}, "nothing": {`null`}, "an empty one": {`{}`},
		"broken certificate": {`{"kty":"RSA","kid":"old","n":"AQAB","e":"AQAB","x5c":[""]}`}, "a shared secret": {`{"kty":"oct","kid":"shared","k":"AQAB"}`},
		"all of them": {secp256k1, unknown, `7`, `{"kty":"EC","crv":"P-256","kid":"half","x":"AQAB"}`, `{"kty":5,"kid":{}}`},
	} {
		p := asSet(t, q)
		if id, err := signInAt(t, p, q, identitytest.Quirks{Keys: keys}); err != nil || id.Email != "ada@example.com" {
			t.Errorf("%s: got %+v, %v", name, id, err)
		}
	}
	for name, over := range map[string]map[string]any{
		"an empty chain": {"x5c": []string{}}, "an empty certificate": {"x5c": []string{""}}, "no list": {"x5c": "text"}, "a thumbprint of another": {"x5t": "AQAB", "x5u": 7},
		"no use": {"use": nil}, "an alg": {"alg": "ES256"},
	} {
		p := asSet(t, q)
		if _, err := signInAt(t, p, q, identitytest.Quirks{KeySet: `{"keys":[` + q.GoodKey(t, over) + `]}`}); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestAKeySetThatIsNoUseIsTheProvidersFault(t *testing.T) {
	_, q := quirky(t)
	for name, quirks := range map[string]identitytest.Quirks{
		"no key can be read":       {KeySet: `{"keys":[` + secp256k1 + `]}`},
		"no keys":                  {KeySet: `{"keys":[]}`},
		"no set":                   {KeySet: `{}`},
		"a page":                   {KeySet: `<!doctype html>`},
		"a list":                   {KeySet: `[]`},
		"keys that are no list":    {KeySet: `{"keys":"none"}`},
		"not found":                {KeysStatus: http.StatusNotFound},
		"the one that signs is no": {KeySet: `{"keys":[` + strings.ReplaceAll(q.GoodKey(t, nil), "P-256", "P-257") + `,` + q.GoodKey(t, map[string]any{"kid": "other"}) + `]}`},
	} {
		p := asSet(t, q)
		_, err := signInAt(t, p, q, quirks)
		if !errors.Is(err, identity.ErrProviderBroken) || errors.Is(err, identity.ErrAnswer) || !strings.Contains(err.Error(), "key") {
			t.Errorf("%s: got %v", name, err)
		}
		if _, err := signInAt(t, p, q, identitytest.Quirks{}); err != nil {
			t.Errorf("%s: after it is mended: %v", name, err)
		}
	}
	p := asSet(t, q)
	if _, err := signInAt(t, p, q, identitytest.Quirks{KeysStatus: http.StatusInternalServerError}); !errors.Is(err, identity.ErrProviderDown) {
		t.Errorf("got %v", err)
	}
}

func TestAnAddressIsReadWhereverAndHoweverItIsSaid(t *testing.T) {
	type claims = map[string]any
	for name, one := range map[string]struct {
		token, info claims
		email       string
		verified    bool
		asked       int // at the user info endpoint
	}{
		"in the token":                    {claims{}, nil, "ada@example.com", true, 0},
		"not verified":                    {claims{"email_verified": false}, claims{"email": "ada@example.com", "email_verified": true}, "ada@example.com", false, 0},
		"a text":                          {claims{"email_verified": "True"}, nil, "ada@example.com", true, 0},
		"capitals":                        {claims{"email_verified": "TRUE"}, nil, "ada@example.com", true, 0},
		"a number":                        {claims{"email_verified": 1}, nil, "ada@example.com", true, 0},
		"a number as a text":              {claims{"email_verified": "1"}, nil, "ada@example.com", true, 0},
		"another number":                  {claims{"email_verified": 2}, nil, "ada@example.com", false, 0},
		"another text":                    {claims{"email_verified": "yes"}, nil, "ada@example.com", false, 0},
		"a list":                          {claims{"email_verified": []bool{true}}, nil, "ada@example.com", false, 0},
		"null":                            {claims{"email_verified": identitytest.Null}, claims{}, "ada@example.com", false, 1},
		"null, and user info knows":       {claims{"email_verified": identitytest.Null}, claims{"email": "Ada@example.com", "email_verified": "True"}, "ada@example.com", true, 1},
		"only at user info":               {claims{"email_verified": nil}, claims{"email": "ada@example.com", "email_verified": 1}, "ada@example.com", true, 1},
		"of another address":              {claims{"email_verified": nil}, claims{"email": "eve@example.com", "email_verified": true}, "ada@example.com", false, 1},
		"of no address":                   {claims{"email_verified": nil}, claims{"email_verified": true}, "ada@example.com", false, 1},
		"both only at user info":          {claims{"email": nil, "email_verified": nil}, claims{"email": "ada@example.org", "email_verified": true}, "ada@example.org", true, 1},
		"verified, and the address there": {claims{"email": nil}, claims{"email": "ada@example.org"}, "ada@example.org", false, 1},
		"null at user info":               {claims{"email": nil}, claims{"email": "ada@example.org", "email_verified": identitytest.Null}, "ada@example.org", false, 1},
		"beside a name":                   {claims{"email": "Ada Byron <ada@example.com>"}, nil, "ada@example.com", true, 0},
		"in brackets":                     {claims{"email": "<ada@example.com>"}, nil, "ada@example.com", true, 0},
		"blanks around it":                {claims{"email": " ada@example.com "}, nil, "ada@example.com", true, 0},
		"two":                             {claims{"email": "ada@example.com, eve@example.com"}, claims{}, "", false, 1},
		"empty":                           {claims{"email": ""}, claims{"email": "ada@example.org", "email_verified": true}, "ada@example.org", true, 1},
		"a number for an address":         {claims{"email": 7}, claims{"email": "ada@example.org", "email_verified": true}, "ada@example.org", true, 1},
		"none, but in other claims": {claims{"email": nil, "preferred_username": "ada@example.com", "upn": "ada@example.com", "unique_name": "ada@example.com", "mail": "ada@example.com"},
			claims{"upn": "ada@example.com", "email_verified": true}, "", false, 1},
	} {
		p, q := quirky(t)
		id, err := signInAt(t, p, q, identitytest.Quirks{Claims: one.token, UserInfo: one.info})
		if err != nil || id.Email != one.email || id.EmailVerified != one.verified || q.Asked("/userinfo") != one.asked || id.Unread {
			t.Errorf("%s: got %+v, %v, and user info was asked %d times", name, id, err, q.Asked("/userinfo"))
		}
	}
}

func TestAUserInfoEndpointThatFailsIsNoReasonToFail(t *testing.T) {
	for name, quirks := range map[string]identitytest.Quirks{
		"forbidden": {UserInfoStatus: 403}, "not there": {UserInfoStatus: 404}, "down": {UserInfoStatus: 500}, "too often": {UserInfoStatus: 429},
		"a page": {UserInfoBody: "<!doctype html>"}, "a list": {UserInfoBody: "[]"}, "half": {UserInfoBody: `{"sub":`}, "signed by nobody": {UserInfoBody: "a.b.c"},
		"about nobody": {UserInfo: map[string]any{"sub": nil}}, "about a number": {UserInfo: map[string]any{"sub": 7}},
	} {
		var said strings.Builder
		q := identitytest.StartQuirky(t)
		p := logging(t, q, slog.New(slog.NewTextHandler(&said, nil)))
		quirks.Claims = map[string]any{"name": nil, "email": nil}
		for range 3 {
			if id, err := signInAt(t, p, q, quirks); err != nil || id.Subject != q.Subject || id.Email != "" || !id.Unread {
				t.Errorf("%s: got %+v, %v", name, id, err)
			}
		}
		if strings.Count(said.String(), "\n") != 1 || !strings.Contains(said.String(), "cause=") || strings.Contains(said.String(), "access\"") {
			t.Errorf("%s: the log says %s", name, said.String())
		}
	}
	p, q := quirky(t)
	if id, err := signInAt(t, p, q, identitytest.Quirks{NoUserInfo: true, Claims: map[string]any{"name": nil}}); err != nil || id.Unread || id.Name != "" {
		t.Errorf("without one: got %+v, %v", id, err)
	}
	_, err := signInAt(t, p, q, identitytest.Quirks{Claims: map[string]any{"name": nil}, UserInfo: map[string]any{"sub": "somebody else"}})
	if p = asSet(t, q); err != nil { // the discovery document of before has no such endpoint
		t.Error(err)
	}
	if _, err := signInAt(t, p, q, identitytest.Quirks{Claims: map[string]any{"name": nil}, UserInfo: map[string]any{"sub": "somebody else"}}); !errors.Is(err, identity.ErrToken) {
		t.Errorf("about somebody else: got %v", err)
	}
}

func TestGroupsAreFoundInsideOtherClaims(t *testing.T) {
	type claims = map[string]any
	roles := func(names ...string) claims { return claims{"roles": names} }
	for name, one := range map[string]struct {
		path        string
		token, info claims
		want        []string
		warns       string
	}{
		"nested":                    {"realm_access.roles", claims{"realm_access": roles("crew")}, nil, []string{"crew"}, ""},
		"deeper":                    {"resource_access.mooring.roles", claims{"resource_access": claims{"mooring": roles("crew")}}, nil, []string{"crew"}, ""},
		"dots in the name":          {"https://harbor.example/groups", claims{"https://harbor.example/groups": []string{"crew"}}, nil, []string{"crew"}, ""},
		"dots in a name on the way": {"resource_access.my.app.roles", claims{"resource_access": claims{"my.app": roles("crew")}}, nil, []string{"crew"}, ""},
		"at user info":              {"realm_access.roles", claims{}, claims{"realm_access": roles("crew")}, []string{"crew"}, ""},
		"the rest at user info":     {"realm_access.roles", claims{"realm_access": claims{"kind": "x"}}, claims{"realm_access": roles("crew")}, []string{"crew"}, ""},
		"signed ones count":         {"realm_access.roles", claims{"realm_access": roles("crew")}, claims{"realm_access": roles("captains")}, []string{"crew"}, ""},
		"an object":                 {"roles", claims{"roles": claims{"crew": claims{"1": "harbor.example"}}}, nil, []string{"crew"}, ""},
		"none":                      {"groups", claims{"groups": []string{}}, nil, []string{}, ""},
		"no such claim":             {"groups", claims{}, claims{}, []string{}, "doesn't send this claim"},
		"null":                      {"groups", claims{"groups": identitytest.Null}, claims{}, []string{}, "doesn't send this claim"},
		"not at the end of the way": {"realm_access.roles", claims{"realm_access": "crew"}, claims{}, []string{}, "doesn't send this claim"},
		"unreadable":                {"groups", claims{"groups": []any{claims{"id": 7}}}, nil, []string{}, "in a form that Mooring can't read"},
		"too many":                  {"groups", claims{"_claim_names": claims{"groups": "src1"}, "_claim_sources": claims{"src1": claims{"endpoint": "https://graph.example"}}}, claims{}, nil, "left out the groups"},
		"too many, shortly":         {"groups", claims{"hasgroups": true}, claims{}, nil, "left out the groups"},
		"too many of others":        {"groups", claims{"_claim_names": claims{"roles": "src1"}, "_claim_sources": claims{"src1": claims{"endpoint": "https://graph.example"}}}, claims{}, []string{}, "doesn't send this claim"},
	} {
		var said strings.Builder
		q := identitytest.StartQuirky(t)
		p := logging(t, q, slog.New(slog.NewTextHandler(&said, nil)), "groups-claim="+one.path)
		for range 2 {
			id, err := signInAt(t, p, q, identitytest.Quirks{Claims: one.token, UserInfo: one.info})
			if err != nil || !reflect.DeepEqual(id.Groups, one.want) {
				t.Errorf("%s: got %#v, %v", name, id.Groups, err)
			}
		}
		if lines := strings.Count(said.String(), "\n"); one.warns == "" && lines != 0 || one.warns != "" && (lines != 1 || !strings.Contains(said.String(), one.warns)) {
			t.Errorf("%s: the log says %s", name, said.String())
		}
	}
	var said strings.Builder
	q := identitytest.StartQuirky(t)
	p := logging(t, q, slog.New(slog.NewTextHandler(&said, nil)), "groups-claim=groups")
	if id, err := signInAt(t, p, q, identitytest.Quirks{UserInfoStatus: 500}); err != nil || id.Groups != nil || !strings.Contains(said.String(), "didn't send somebody's groups") {
		t.Errorf("while user info is down: got %#v, %v, and the log says %s", id.Groups, err, said.String())
	}
}

func TestTheOtherWayToSayTheSecretIsTriedOnce(t *testing.T) {
	for _, takes := range []string{"client_secret_basic", "client_secret_post"} {
		for _, listed := range []any{nil, []string{"client_secret_basic", "client_secret_post"}, []string{"client_secret_basic"}, []string{"client_secret_post"}} {
			p, q := quirky(t)
			quirks := identitytest.Quirks{AuthMethod: takes, Discovery: map[string]any{"token_endpoint_auth_methods_supported": listed}}
			for range 3 {
				if _, err := signInAt(t, p, q, quirks); err != nil {
					t.Errorf("it takes %s and lists %v: %v", takes, listed, err)
				}
			}
			if asked := q.Asked("/token"); asked > 4 {
				t.Errorf("it takes %s and lists %v: for three sign-ins it was asked %d times", takes, listed, asked)
			}
		}
		for _, set := range []string{"client_secret_basic", "client_secret_post"} {
			p, q := quirky(t, "auth-method="+set)
			_, err := signInAt(t, p, q, identitytest.Quirks{AuthMethod: takes})
			if (err == nil) != (takes == set) || q.Asked("/token") != 1 {
				t.Errorf("it takes %s and auth-method is %s: asked %d times, %v", takes, set, q.Asked("/token"), err)
			}
		}
	}
	p, q := quirky(t)
	q.ClientSecret = "another"
	if _, err := signInAt(t, p, q, identitytest.Quirks{}); !errors.Is(err, identity.ErrProviderClient) || q.Asked("/token") != 2 {
		t.Errorf("with a wrong secret it was asked %d times, %v", q.Asked("/token"), err)
	}
	if _, err := signInAt(t, p, q, identitytest.Quirks{TokenError: "invalid_grant"}); !errors.Is(err, identity.ErrAnswer) || q.Asked("/token") != 3 {
		t.Errorf("with a used code it was asked %d times, %v", q.Asked("/token"), err)
	}
}

func TestScopesAreThoseThatTheOperatorNamed(t *testing.T) {
	for more, want := range map[string]string{
		"":                                    "openid email profile",
		"scopes='openid email roles'":         "openid email roles",
		"scopes=openid groups-claim=groups":   "openid",
		"groups-claim=groups":                 "openid email profile groups",
		"groups-claim=something":              "openid email profile",
		"scopes=https://example.com/x,openid": "https://example.com/x openid",
	} {
		p, q := quirky(t, more)
		_, err := signInAt(t, p, q, identitytest.Quirks{Discovery: map[string]any{"scopes_supported": []string{"openid", "groups"}}})
		if err != nil || q.Scopes() != want {
			t.Errorf("%s: asked for %q, %v", more, q.Scopes(), err)
		}
	}
}

func TestASignedUserInfoIsChecked(t *testing.T) {
	p, q := quirky(t)
	quirks := identitytest.Quirks{UserInfoSigned: true, Claims: map[string]any{"email": nil}, UserInfo: map[string]any{"email": "ada@example.org", "email_verified": true}}
	if id, err := signInAt(t, p, q, quirks); err != nil || id.Email != "ada@example.org" || !id.EmailVerified || id.Unread {
		t.Errorf("got %+v, %v", id, err)
	}
	quirks.UserInfoForged = true
	if id, err := signInAt(t, p, q, quirks); err != nil || id.Email != "" || !id.Unread {
		t.Errorf("forged: got %+v, %v", id, err)
	}
}
