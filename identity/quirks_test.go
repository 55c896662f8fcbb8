package identity_test

import (
	"errors"
	"net/http"
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
	settings, err := identity.ParseSettings(q.SettingsLine("harbor", more...), nil, q.Getenv)
	if err != nil {
		t.Fatal(err)
	}
	p, err := identity.New(settings, site, &http.Client{Transport: transport(t)}, time.Now)
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
	p, q := quirky(t)
	for name, keys := range map[string][]string{
		"secp256k1 without alg": {secp256k1}, "an unknown kind": {unknown}, "no object": {`7`}, "nothing": {`null`}, "an empty one": {`{}`},
		"broken certificate": {`{"kty":"RSA","kid":"old","n":"AQAB","e":"AQAB","x5c":[""]}`}, "a shared secret": {`{"kty":"oct","kid":"shared","k":"AQAB"}`},
		"all of them": {secp256k1, unknown, `7`, `{"kty":"EC","crv":"P-256","kid":"half","x":"AQAB"}`, `{"kty":5,"kid":{}}`},
	} {
		p = asSet(t, q)
		if id, err := signInAt(t, p, q, identitytest.Quirks{Keys: keys}); err != nil || id.Email != "ada@example.com" {
			t.Errorf("%s: got %+v, %v", name, id, err)
		}
	}
	for name, over := range map[string]map[string]any{
		"an empty chain": {"x5c": []string{}}, "an empty certificate": {"x5c": []string{""}}, "no list": {"x5c": "text"}, "a thumbprint of another": {"x5t": "AQAB", "x5u": 7},
		"no use": {"use": nil}, "an alg": {"alg": "ES256"},
	} {
		p = asSet(t, q)
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
